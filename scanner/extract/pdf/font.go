package pdf

import "strings"

// font says what the codes of a string stand for, and how wide they are.
type font struct {
	wide      bool  // codes of two bytes, or as split says
	split     *cmap // nil: one or two bytes each
	unicode   *cmap
	utf16     bool // the codes are UTF-16
	encoding  name
	names     map[int]string // by the differences of the encoding
	widths    map[int]float64
	otherwise float64
	scale     float64 // of a width, to a font of size 1
	rough     bool    // the widths are a guess
}

// glyph is a code of a string.
type glyph struct {
	text  string
	width float64 // in a font of size 1
	space bool    // word spacing is added
	blind bool    // nothing says what it stands for
}

// maxWidths bounds the widths of one font.
const maxWidths = 70_000

// font reads the font that o names.
func (f *file) font(o any) *font {
	d := f.dict(o)
	t := &font{scale: 0.001, otherwise: 500, rough: true}
	if d == nil {
		return t
	}
	t.unicode = f.cmap(d["ToUnicode"])
	if f.name(d["Subtype"]) == "Type0" {
		f.composite(t, d)
		return t
	}
	f.simpleWidths(t, d)
	switch e := f.get(d["Encoding"]).(type) {
	case name:
		t.encoding = e
	case dict:
		t.encoding = f.name(e["BaseEncoding"])
		t.names = f.differences(e)
	}
	return t
}

// cmap reads the map in a stream; nil when there is none.
func (f *file) cmap(o any) *cmap {
	s := f.stream(o)
	if s == nil {
		return nil
	}
	f.drawn[s.own.number] = true
	data, err := f.decode(s)
	if err != nil {
		f.problem(err)
	}
	return readCmap(data)
}

func (f *file) differences(e dict) map[int]string {
	names, known := map[int]string{}, glyphs()
	code := 0
	for _, o := range f.array(e["Differences"]) {
		switch o := f.get(o).(type) {
		case float64:
			code = int(o)
		case name:
			if s := letter(known, o); s != "" && len(names) < maxWidths {
				names[code] = s
			}
			code++
		}
	}
	return names
}

func (f *file) simpleWidths(t *font, d dict) {
	if f.name(d["Subtype"]) == "Type3" {
		if m := f.array(d["FontMatrix"]); len(m) > 0 && f.number(m[0]) != 0 {
			t.scale = f.number(m[0])
		}
	}
	widths := f.array(d["Widths"])
	if len(widths) == 0 {
		t.widths, t.otherwise, t.rough = standardWidths(f.name(d["BaseFont"]))
		return
	}
	t.rough = false
	t.widths = map[int]float64{}
	first := int(f.number(d["FirstChar"]))
	for i, w := range widths[:min(len(widths), maxWidths)] {
		t.widths[first+i] = f.number(w)
	}
	if w := f.number(f.dict(d["FontDescriptor"])["MissingWidth"]); w > 0 {
		t.otherwise = w
	}
}

// composite reads a font whose codes name glyphs of another.
func (f *file) composite(t *font, d dict) {
	t.wide = true
	switch e := f.get(d["Encoding"]).(type) {
	case name:
		t.utf16 = strings.Contains(string(e), "UCS2") || strings.Contains(string(e), "UTF16")
	case *stream:
		t.split = f.cmap(e)
	}
	t.otherwise = 1000
	below := f.array(d["DescendantFonts"])
	if len(below) == 0 {
		return
	}
	under := f.dict(below[0])
	if w, ok := f.get(under["DW"]).(float64); ok {
		t.otherwise = w
	}
	t.rough = false
	t.widths = f.wideWidths(f.array(under["W"]))
}

// wideWidths reads "first [w w w]" and "first last w".
func (f *file) wideWidths(w array) map[int]float64 {
	widths := map[int]float64{}
	for len(w) >= 2 && len(widths) < maxWidths {
		first := int(f.number(w[0]))
		if list := f.array(w[1]); list != nil {
			for i, o := range list[:min(len(list), maxWidths)] {
				widths[first+i] = f.number(o)
			}
			w = w[2:]
			continue
		}
		if len(w) < 3 {
			break
		}
		last := min(int(f.number(w[1])), first+maxWidths)
		for c := first; c <= last; c++ {
			widths[c] = f.number(w[2])
		}
		w = w[3:]
	}
	return widths
}

// next cuts the first glyph off s.
func (t *font) next(s text) (g glyph, rest text) {
	n, size := int(s[0]), 1
	if t.wide {
		n, size = t.nextWide(s)
	}
	width, ok := t.widths[n]
	if !ok {
		width = t.otherwise
	}
	g = glyph{width: width * t.scale, space: size == 1 && n == ' '}
	g.text, g.blind = t.letter(n, s[:size])
	return g, s[size:]
}

func (t *font) nextWide(s text) (n, size int) {
	if t.split != nil {
		return t.split.next(s)
	}
	size = min(2, len(s))
	n, _ = code(s[:size])
	return n, size
}

func (t *font) letter(n int, raw text) (s string, blind bool) {
	if s, ok := t.unicode.lookup(n); ok && s != "\x00" {
		return s, false
	}
	switch {
	case t.utf16:
		return readable("\xfe\xff" + raw), false
	case t.wide:
		return "", true
	}
	if s, ok := t.names[n]; ok {
		return s, false
	}
	if n < ' ' { // of a font that has its own numbers for its letters
		return "", n != '\t' && n != '\n' && n != '\r' && n != 0
	}
	return single(t.encoding, byte(n)), false
}
