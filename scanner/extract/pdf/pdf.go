package pdf

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// Piece is text of a file. Pieces of one page come one behind the other.
type Piece struct {
	Page int    // 1-based; 0 for what stands in no page
	Part string // "" for pages
	Text string
}

// The parts that stand in no page.
const (
	Objects = "objects" // titles, forms, properties, earlier revisions, packed texts: each object behind a blank line
	Raw     = "raw"     // what belongs to no object
)

// MaxPages bounds the pages of a file.
const MaxPages = 5_000

// The limits of texts, in bytes, and of the tree of pages.
const (
	maxPacked = 1 << 20 // of a stream that stands in no page
	maxString = 64 << 10
	maxTree   = 64
)

// choice is an error that stands for a choice of ours.
type choice string

func (c choice) Error() string { return string(c) }
func (c choice) Policy() bool  { return true }

// reader is the reading of one file.
type reader struct {
	*file
	emit      func(Piece) error
	show      func(Picture)
	shown     int
	operators int
	fonts     map[any]*font
	pages     int
	visited   map[int]bool    // nodes of the tree of pages
	texts     map[string]bool // those that were told
}

// Read hands what the file holds to emit, and the pictures of each page behind its text to show, which may be nil. It returns what could not be read: those errors that have a method Policy stand for
// a choice. It stops when emit fails, and returns that error too. It is for one goroutine; data is not kept, but changed.
func Read(data []byte, emit func(Piece) error, show func(Picture)) []error {
	f, err := open(data)
	if err != nil {
		return []error{err}
	}
	r := &reader{file: f, emit: emit, show: show, fonts: map[any]*font{}, visited: map[int]bool{}, texts: map[string]bool{}}
	err = r.all()
	r.problem(err)
	return r.problems
}

func (r *reader) all() error {
	root := r.root()
	if err := r.tree(root["Pages"], dict{}, 0); err != nil {
		return err
	}
	if r.pages == 0 {
		r.problem(errors.New("broken pdf: no page was found"))
		if err := r.loosePages(); err != nil {
			return err
		}
	}
	if err := r.rest(); err != nil {
		return err
	}
	return r.outside()
}

// tree reads the pages at and below o.
func (r *reader) tree(o any, above dict, depth int) error {
	if at, ok := o.(ref); ok {
		if r.visited[at.number] {
			return nil
		}
		r.visited[at.number] = true
	}
	node := r.node(o)
	if node == nil || depth > maxTree {
		return nil
	}
	inherited := dict{"Resources": node["Resources"]}
	if inherited["Resources"] == nil {
		inherited = above
	}
	kids := r.array(node["Kids"])
	if kids == nil {
		return r.page(node, inherited)
	}
	for _, kid := range kids {
		if err := r.tree(kid, inherited, depth+1); err != nil || r.pages > MaxPages {
			return err
		}
	}
	return nil
}

// node is the dictionary o.
func (r *reader) node(o any) dict {
	d, _ := r.get(o).(dict)
	return d
}

// loosePages reads all pages that no tree holds.
func (r *reader) loosePages() error {
	for _, n := range r.order {
		if r.pages > MaxPages {
			return nil
		}
		if d := r.node(ref{number: n}); d != nil && d["Type"] == name("Page") {
			if err := r.tree(ref{number: n}, dict{}, 0); err != nil {
				return err
			}
		}
	}
	return nil
}

// page reads one page. What makes it panic costs this page only.
func (r *reader) page(d, inherited dict) (err error) {
	if r.pages++; r.pages > MaxPages {
		r.problem(fmt.Errorf("more than %d pages: the rest was not read", MaxPages))
		return nil
	}
	n := r.pages
	p := newPainter(r.file, &r.operators, r.fonts)
	var over []string
	r.guard(n, func() {
		p.draw(r.contents(d), r.dict(inherited["Resources"]))
	})
	r.guard(n, func() {
		over = r.annotations(d, p)
	})
	if p.blind {
		r.problem(choice("some text is in a font that does not say what its letters are"))
	}
	text := p.out
	var b strings.Builder
	b.Write(text)
	for _, link := range joined(text) {
		fmt.Fprintf(&b, "\n\n<%s>", link)
	}
	for _, s := range over {
		b.WriteString("\n\n" + s)
	}
	b.WriteString("\n")
	if err := r.emit(Piece{Page: n, Text: b.String()}); err != nil || r.show == nil {
		return err
	}
	r.guard(n, func() { r.pictures(n, p, r.show) })
	return nil
}

// guard runs do, and reports when it panics.
func (r *reader) guard(page int, do func()) {
	defer func() {
		if recover() != nil {
			r.problem(fmt.Errorf("page %d is broken: some of it was not read", page))
		}
	}()
	do()
}

// contents joins the streams of a page.
func (r *reader) contents(d dict) []byte {
	streams := r.array(d["Contents"])
	if s := r.stream(d["Contents"]); s != nil {
		streams = array{s}
	}
	var all []byte
	for _, o := range streams {
		s := r.stream(o)
		if s == nil {
			continue
		}
		r.drawn[s.own.number] = true
		data, err := r.decode(s)
		if err != nil {
			r.problem(err)
		}
		if len(all)+len(data) > maxDecoded {
			r.problem(errTooLarge)
			break
		}
		all = append(append(all, data...), '\n')
	}
	return all
}

// annotations returns what lies over a page: the targets of links, comments, values of fields. What they show is drawn.
func (r *reader) annotations(d dict, p *painter) []string {
	var out []string
	for _, o := range r.array(d["Annots"]) {
		a := r.dict(o)
		if a == nil {
			continue
		}
		out = append(out, r.strings(a, 0)...)
		if s := r.stream(r.dict(a["AP"])["N"]); s != nil {
			p.newline(2)
			p.state, p.started = state{ctm: shift(0, 0), stretch: 1}, false
			p.inForm(s, nil)
		}
	}
	return out
}

// strings returns the texts in o that were not told yet. Of references only those to actions are followed.
func (r *reader) strings(o any, depth int) []string {
	if depth > maxTree {
		return nil
	}
	var out []string
	switch o := o.(type) {
	case text:
		if s := r.once(o); s != "" {
			out = append(out, s)
		}
	case array:
		for _, v := range o {
			out = append(out, r.strings(v, depth+1)...)
		}
	case dict:
		for _, key := range o.keys() {
			v := o[key]
			if key == "A" || key == "AA" || key == "V" || key == "URI" || key == "F" || key == "Contents" {
				v = r.get(v)
			}
			if s, ok := v.(*stream); ok {
				v = s.dict
			}
			out = append(out, r.strings(v, depth+1)...)
		}
	}
	return out
}

// once is the text of a string, "" when it was told before or says nothing. Links stand in angle brackets.
func (r *reader) once(t text) string {
	s := strings.TrimSpace(readable(t[:min(len(t), maxString)]))
	if len(s) < 4 || r.texts[s] || isDate(s) {
		return ""
	}
	if len(r.texts) < maxObjects {
		r.texts[s] = true
	}
	if strings.Contains(s, ":") && !strings.ContainsAny(s, " \r\n<>") {
		return "<" + s + ">"
	}
	return s
}

// isDate says whether a string is when the file was made.
func isDate(s string) bool {
	return strings.HasPrefix(s, "D:") && len(s) >= 6 && len(s) <= 24 && isDigit(s[2])
}

// rest tells what stands in objects that belong to no page.
func (r *reader) rest() error {
	for _, n := range r.order {
		var texts []string
		r.guard(0, func() { texts = r.object(n) })
		if len(texts) == 0 {
			continue
		}
		if err := r.emit(Piece{Part: Objects, Text: strings.Join(texts, "\n") + "\n\n"}); err != nil {
			return err
		}
	}
	return nil
}

func (r *reader) object(n int) []string {
	o := r.load(n)
	s, ok := o.(*stream)
	if !ok {
		if d, ok := o.(dict); ok && (d["Type"] == name("Font") || d["Type"] == name("FontDescriptor") || d["Filter"] == name("Standard")) {
			return nil
		}
		return r.strings(o, 0)
	}
	out := r.strings(s.dict, 0)
	if packed := r.packedText(s); packed != "" {
		out = append(out, packed)
	}
	return out
}

// packedText is what a stream that belongs to no page holds, if it is text.
func (r *reader) packedText(s *stream) string {
	d := s.dict
	if r.drawn[s.own.number] || d["Subtype"] == name("Image") || d["Length1"] != nil || d["Type"] == name("ObjStm") || d["Type"] == name("XRef") {
		return ""
	}
	switch d["Subtype"] {
	case name("Type1C"), name("CIDFontType0C"), name("OpenType"):
		return ""
	}
	data, err := r.decode(s)
	attached := d["Type"] == name("EmbeddedFile")
	if err != nil && !errors.Is(err, errForeign) || err != nil && attached {
		r.problem(err)
	}
	if !isText(data) {
		if attached {
			r.problem(choice("an attached file is not read"))
		}
		return ""
	}
	if bytes.HasPrefix(data, []byte("/CIDInit")) {
		return ""
	}
	if len(data) > maxPacked {
		r.problem(fmt.Errorf("a text in it is larger than %d MiB: the rest of it was not read", maxPacked>>20))
		data = data[:maxPacked]
	}
	return readable(text(data))
}

// isText says whether most of the beginning can be read.
func isText(data []byte) bool {
	data = data[:min(len(data), 1024)]
	odd := 0
	for _, c := range data {
		if c < ' ' && c != '\n' && c != '\r' && c != '\t' || c == 0x7f {
			odd++
		}
	}
	return len(data) > 0 && (odd*20 <= len(data) || bytes.HasPrefix(data, []byte("\xfe\xff")))
}

// outside tells what can be read of the bytes that belong to no object.
func (r *reader) outside() error {
	var b strings.Builder
	for _, gap := range r.gaps {
		gap[0] = r.behindTrailer(gap)
		for _, run := range Printable(r.data[gap[0]:gap[1]], shortest) {
			b.Write(run)
			b.WriteByte('\n')
			if b.Len() > 64<<10 {
				if err := r.emit(Piece{Part: Raw, Text: b.String()}); err != nil {
					return err
				}
				b.Reset()
			}
		}
	}
	if b.Len() == 0 {
		return nil
	}
	return r.emit(Piece{Part: Raw, Text: b.String()})
}

// behindTrailer is where a gap begins that has a table and a trailer at its beginning. A trailer with texts of its own is
// none of these.
func (r *reader) behindTrailer(gap [2]int) int {
	data := r.data[gap[0]:gap[1]]
	i := bytes.Index(data, []byte("trailer"))
	if i < 0 || len(Printable(data[:i], shortest)) > 0 {
		return gap[0]
	}
	l := lexer{data: data, pos: i + len("trailer"), refs: true}
	o, _ := l.object()
	if d, ok := o.(dict); ok {
		delete(d, "ID")
		if len(r.strings(d, 0)) == 0 {
			return gap[0] + l.pos
		}
	}
	return gap[0]
}

// shortest is the fewest bytes of a run that is told.
const shortest = 8

// Printable returns the runs of data of at least shortest bytes that can be read, a line each at most, but for those of the
// file's own structure. They are parts of data.
func Printable(data []byte, shortest int) [][]byte {
	var out [][]byte
	for len(data) > 0 {
		n, next := readableRun(data)
		if run := bytes.TrimSpace(data[:n]); len(run) >= shortest && !isStructure(run) {
			out = append(out, run)
		}
		data = data[next:]
	}
	return out
}

// readableRun is how many bytes at the beginning of data can be read, and where the next run may begin.
func readableRun(data []byte) (n, next int) {
	for n < len(data) {
		c := data[n]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRune(data[n:])
			if r == utf8.RuneError {
				return n, n + size
			}
			n += size
			continue
		}
		if c < ' ' && c != '\t' || c == 0x7f {
			return n, n + 1
		}
		n++
	}
	return n, n
}

// isStructure says whether a line is one of the table that says where objects stand ("0000000017 00000 n"), or one of the
// words around objects.
func isStructure(run []byte) bool {
	switch string(run) {
	case "endstream", "startxref":
		return true
	}
	if bytes.HasPrefix(run, []byte("%PDF-")) && len(run) < 10 {
		return true
	}
	return len(run) == 18 && run[10] == ' ' && run[16] == ' ' && (run[17] == 'n' || run[17] == 'f')
}

// readable is a text string as UTF-8: UTF-16 or UTF-8 with a mark, else what is UTF-8 by itself, else Windows' Latin.
func readable(t text) string {
	s := string(t)
	switch {
	case strings.HasPrefix(s, "\xfe\xff"):
		return string(utf16.Decode(units(t[2:])))
	case strings.HasPrefix(s, "\xff\xfe"):
		u := units(t[2:])
		for i := range u {
			u[i] = u[i]<<8 | u[i]>>8
		}
		return string(utf16.Decode(u))
	case strings.HasPrefix(s, "\xef\xbb\xbf"):
		return strings.ToValidUTF8(s[3:], "\uFFFD")
	case utf8.ValidString(s):
		return s
	}
	s, _ = charmap.Windows1252.NewDecoder().String(s)
	return s
}
