package pdf

import (
	"bytes"
	"errors"
	"sort"
	"strconv"
)

// Limits of a file. What lies beyond is left out, and told.
const (
	maxNumber  = 8_388_607 // of an object, as readers have it
	maxObjects = 1_000_000
	maxDecoded = 32 << 20  // of one stream
	maxAll     = 256 << 20 // of all streams, as often as they are decoded
	maxCache   = 20_000    // objects that are kept
	maxPacks   = 48 << 20  // of decoded object streams that are kept
	maxChain   = 32        // references to references
	maxParsed  = 4         // how often the whole file is parsed to find its objects
)

// file is a file whose objects are found.
type file struct {
	data    []byte
	objects map[int]place
	order   []int // the numbers, in the order in which they were found first
	packs   []int // the object streams
	trailer dict  // what all trailers say; the last has the word
	catalog int   // the last object that says it is one, 0 when none does
	crypt   *crypt
	gaps    [][2]int // what belongs to no object

	cache    map[int]any
	unpacked map[int][]byte
	held     int // bytes in unpacked
	left     int // bytes that may still be decoded
	parsed   int // bytes, as often as they were parsed
	endFrom  int // from here on the next word that ends an object is at endAt
	endAt    int
	problems []error
	told     map[string]bool
	drawn    map[int]bool // streams that were read as part of a page
}

// place is where an object stands: at offset of the file, or of the object stream pack.
type place struct {
	offset, pack int
	generation   int
	rank         int // of two places the higher one holds: it was written later
}

// problem notes what could not be read; each is told once.
func (f *file) problem(err error) {
	if err == nil || f.told[err.Error()] || len(f.problems) >= 20 {
		return
	}
	f.told[err.Error()] = true
	f.problems = append(f.problems, err)
}

// open finds the objects of data.
func open(data []byte) (*file, error) {
	f := &file{
		data: data, objects: map[int]place{}, trailer: dict{}, cache: map[int]any{}, unpacked: map[int][]byte{}, left: maxAll, told: map[string]bool{},
		drawn: map[int]bool{},
	}
	f.scan()
	f.trailers()
	if encrypt := f.dict(f.trailer["Encrypt"]); encrypt != nil {
		c, err := unlock(f, encrypt)
		if err != nil {
			return nil, err
		}
		f.crypt = c
		f.cache = map[int]any{}
	}
	for _, number := range f.packs {
		f.unpack(number)
	}
	return f, nil
}

// scan looks for "12 0 obj".
func (f *file) scan() {
	last := 0 // behind what was understood
	for pos := 0; ; {
		i := bytes.Index(f.data[pos:], []byte("obj"))
		if i < 0 {
			break
		}
		at := pos + i
		pos = at + 3
		start, own, ok := f.heading(at)
		if !ok {
			continue
		}
		if len(f.objects) >= maxObjects {
			f.problem(errors.New("more than 1,000,000 objects: the rest was not read"))
			break
		}
		if f.parsed > maxParsed*len(f.data)+1<<26 {
			f.problem(errors.New("broken pdf: objects lie in each other, not all were read"))
			break
		}
		if start > last {
			f.gaps = append(f.gaps, [2]int{last, start})
		}
		object, end := f.parse(pos, own)
		last = max(last, end)
		f.index(own, place{offset: pos, generation: own.generation, rank: at})
		if s, ok := object.(*stream); ok {
			pos = end
			f.special(own, s)
		} else if d, ok := object.(dict); ok && d["Type"] == name("Catalog") {
			f.catalog = own.number
		}
	}
	if last < len(f.data) {
		f.gaps = append(f.gaps, [2]int{last, len(f.data)})
	}
}

// heading reads the two numbers in front of the "obj" at.
func (f *file) heading(at int) (start int, own ref, ok bool) {
	back := func(i int, is func(byte) bool) int {
		for n := 0; i > 0 && is(f.data[i-1]) && n < 12; n++ {
			i--
		}
		return i
	}
	b := back(at, isSpace)
	a := back(b, isDigit)
	d := back(a, isSpace)
	c := back(d, isDigit)
	if a == b || d == a || c == d {
		return 0, ref{}, false
	}
	number, err := strconv.Atoi(string(f.data[c:d]))
	generation, err2 := strconv.Atoi(string(f.data[a:b]))
	return c, ref{number, generation}, err == nil && err2 == nil && number <= maxNumber
}

func (f *file) index(own ref, p place) {
	old, known := f.objects[own.number]
	if !known {
		f.order = append(f.order, own.number)
	}
	if !known || old.rank <= p.rank {
		f.objects[own.number] = p
	}
}

// special notes the streams that hold parts of the file's structure.
func (f *file) special(own ref, s *stream) {
	switch s.dict["Type"] {
	case name("ObjStm"):
		f.packs = append(f.packs, own.number)
	case name("XRef"):
		f.merge(s.dict)
	}
}

// parse reads the object at pos, and where it ends. Strings are still encrypted.
func (f *file) parse(pos int, own ref) (object any, end int) {
	l := lexer{data: f.data[:f.window(pos)], pos: pos, refs: true}
	object, _ = l.object()
	f.parsed += l.pos - pos
	if _, ok := object.(keyword); ok {
		object = nil
	}
	d, ok := object.(dict)
	if !ok {
		return object, l.pos
	}
	l.data = f.data
	l.space()
	if !bytes.HasPrefix(f.data[l.pos:], []byte("stream")) {
		return d, l.pos
	}
	from := l.pos + len("stream")
	if from < len(f.data) && f.data[from] == '\r' {
		from++
	}
	if from < len(f.data) && f.data[from] == '\n' {
		from++
	}
	to := f.streamEnd(d, from)
	return &stream{dict: d, raw: f.data[from:to], own: own}, to
}

// window is how far an object at pos may reach: to the word that ends it, or a megabyte when there is none.
func (f *file) window(pos int) int {
	if pos < f.endFrom || pos > f.endAt || f.endAt == 0 {
		f.endFrom, f.endAt = pos, len(f.data)
		if i := bytes.Index(f.data[pos:], []byte("endobj")); i >= 0 {
			f.endAt = pos + i
		}
	}
	if f.endAt == len(f.data) {
		return min(pos+1<<20, f.endAt)
	}
	return f.endAt + len("endobj")
}

// streamEnd believes the length when the word for the end follows; otherwise it looks for the word. The line end in front of
// the word is left in the stream: it does no harm there, while the last byte of a sum may look like one.
func (f *file) streamEnd(d dict, from int) int {
	word := []byte("endstream")
	if n, ok := d["Length"].(float64); ok && n >= 0 && n <= float64(len(f.data)-from) {
		l := lexer{data: f.data, pos: from + int(n)}
		for l.pos < len(f.data) && isSpace(f.data[l.pos]) {
			l.pos++
		}
		if bytes.HasPrefix(f.data[l.pos:], word) {
			return from + int(n)
		}
	}
	i := bytes.Index(f.data[from:], word)
	if i < 0 {
		return len(f.data)
	}
	return from + i
}

// maxTrailers bounds the revisions whose trailers are read.
const maxTrailers = 1000

// trailers reads the trailers that stand in clear, and finds a catalog where none names it.
func (f *file) trailers() {
	for pos, n := 0, 0; n < maxTrailers; n++ {
		i := bytes.Index(f.data[pos:], []byte("trailer"))
		if i < 0 {
			break
		}
		pos += i + len("trailer")
		l := lexer{data: f.data[:min(pos+64<<10, len(f.data))], pos: pos, refs: true}
		if o, ok := l.object(); ok {
			if d, ok := o.(dict); ok {
				f.merge(d)
			}
		}
	}
}

func (f *file) merge(d dict) {
	for _, key := range []name{"Root", "Encrypt", "ID", "Info"} {
		if v, ok := d[key]; ok && v != nil {
			f.trailer[key] = v
		}
	}
}

// root is the catalog.
func (f *file) root() dict {
	if d := f.dict(f.trailer["Root"]); d != nil && d["Pages"] != nil {
		return d
	}
	if f.catalog > 0 {
		return f.dict(ref{number: f.catalog})
	}
	for _, n := range f.order {
		if d := f.dict(ref{number: n}); d != nil && d["Type"] == name("Catalog") {
			return d
		}
	}
	return nil
}

// unpack finds the objects in an object stream.
func (f *file) unpack(number int) {
	s := f.stream(ref{number: number})
	if s == nil {
		return
	}
	data, err := f.decode(s)
	if err != nil {
		f.problem(err)
	}
	first, _ := f.get(s.dict["First"]).(float64)
	count, _ := f.get(s.dict["N"]).(float64)
	if first < 0 || first > float64(len(data)) {
		return
	}
	rank := f.objects[number].rank
	l := lexer{data: data[:int(first)]}
	for i := 0; i < int(min(count, maxObjects)) && len(f.objects) < maxObjects; i++ {
		n, ok1 := l.integer()
		offset, ok2 := l.integer()
		if !ok1 || !ok2 || n > maxNumber {
			break
		}
		f.index(ref{number: n}, place{offset: int(first) + offset, pack: number, rank: rank})
	}
	f.keep(number, data)
}

// integer reads a number that is not negative.
func (l *lexer) integer() (int, bool) {
	t, _ := l.token()
	n, ok := t.(float64)
	return int(n), ok && n >= 0 && n < 1<<31
}

// keep remembers a decoded object stream, and forgets the others when there is no room.
func (f *file) keep(number int, data []byte) {
	if len(data) > maxPacks {
		return
	}
	if f.held+len(data) > maxPacks {
		clear(f.unpacked)
		f.held = 0
	}
	f.unpacked[number] = data
	f.held += len(data)
}

// get follows references.
func (f *file) get(o any) any {
	for range maxChain {
		r, ok := o.(ref)
		if !ok {
			return o
		}
		o = f.load(r.number)
	}
	return nil
}

// load returns the object of that number, nil when there is none.
func (f *file) load(number int) any {
	if o, ok := f.cache[number]; ok {
		return o
	}
	p, ok := f.objects[number]
	if !ok {
		return nil
	}
	var o any
	if p.pack > 0 {
		o = f.packed(p)
	} else {
		own := ref{number, p.generation}
		o, _ = f.parse(p.offset, own)
		o = f.crypt.strings(o, own)
	}
	if len(f.cache) >= maxCache {
		clear(f.cache)
	}
	f.cache[number] = o
	return o
}

// packed reads an object out of an object stream.
func (f *file) packed(p place) any {
	held, ok := f.unpacked[p.pack]
	if !ok {
		if at, known := f.objects[p.pack]; !known || at.pack > 0 {
			return nil // a pack in a pack
		}
		s := f.stream(ref{number: p.pack})
		if s == nil {
			return nil
		}
		data, _ := f.decode(s)
		held = data
		f.keep(p.pack, data)
	}
	if p.offset > len(held) {
		return nil
	}
	l := lexer{data: held, pos: p.offset, refs: true}
	o, _ := l.object()
	if _, ok := o.(keyword); ok {
		return nil
	}
	return o
}

// dict is o as a dictionary, also that of a stream; nil when it is none.
func (f *file) dict(o any) dict {
	switch o := f.get(o).(type) {
	case dict:
		return o
	case *stream:
		return o.dict
	}
	return nil
}

func (f *file) array(o any) array {
	a, _ := f.get(o).(array)
	return a
}

func (f *file) stream(o any) *stream {
	s, _ := f.get(o).(*stream)
	return s
}

func (f *file) number(o any) float64 {
	n, _ := f.get(o).(float64)
	return n
}

func (f *file) name(o any) name {
	n, _ := f.get(o).(name)
	return n
}

// keys are the keys of d in order, so that a file is always read in the same way.
func (d dict) keys() []name {
	keys := make([]name, 0, len(d))
	for k := range d {
		keys = append(keys, k)
	}
	sort.Slice(keys, func(i, j int) bool { return keys[i] < keys[j] })
	return keys
}
