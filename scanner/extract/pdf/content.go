package pdf

import (
	"bytes"
	"errors"
	"math"
)

// The limits of what is drawn.
const (
	maxOperators = 20_000_000 // in the whole file
	maxForms     = 12         // forms in each other
	formCost     = 100        // operators that drawing a form counts for
	maxStates    = 256        // that are saved
	maxOperands  = 1024
	maxFonts     = 1000 // that are kept
)

var errOperators = errors.New("draws more than 20 million things: the rest was not read")

// matrix maps (x, y) to (a·x + c·y + e, b·x + d·y + f).
type matrix struct{ a, b, c, d, e, f float64 }

// times applies m first, then n.
func (m matrix) times(n matrix) matrix {
	return matrix{
		m.a*n.a + m.b*n.c, m.a*n.b + m.b*n.d,
		m.c*n.a + m.d*n.c, m.c*n.b + m.d*n.d,
		m.e*n.a + m.f*n.c + n.e, m.e*n.b + m.f*n.d + n.f,
	}
}

func shift(x, y float64) matrix { return matrix{1, 0, 0, 1, x, y} }

// state is what q saves.
type state struct {
	ctm                    matrix
	current                *font
	size                   float64
	chars, words           float64 // spacing
	stretch, leading, rise float64
}

// painter draws pages into lines of text.
type painter struct {
	*file
	lines
	state
	saved      []state
	text, line matrix
	fonts      map[any]*font
	operators  *int
	forms      int
	images     []*stream
	blind      bool // a glyph was drawn of which nothing says what it is
}

func newPainter(f *file, operators *int, fonts map[any]*font) *painter {
	p := &painter{file: f, operators: operators, fonts: fonts}
	p.state = state{ctm: shift(0, 0), stretch: 1}
	return p
}

// draw runs what stands in data.
func (p *painter) draw(data []byte, resources dict) {
	l := lexer{data: data}
	var operands []any
	for {
		o, ok := l.object()
		if !ok {
			return
		}
		word, ok := o.(keyword)
		if !ok {
			if len(operands) < maxOperands {
				operands = append(operands, o)
			}
			continue
		}
		if *p.operators++; *p.operators > maxOperators {
			p.problem(errOperators)
			return
		}
		if word == "ID" {
			skipInline(&l)
		} else {
			p.operator(word, operands, resources)
		}
		operands = operands[:0]
	}
}

// skipInline goes behind the picture that stands at l.
func skipInline(l *lexer) {
	for from := l.pos; ; {
		i := bytes.Index(l.data[from:], []byte("EI"))
		if i < 0 {
			l.pos = min(l.pos+1, len(l.data)) // there is no end: what follows may be text all the same
			return
		}
		at := from + i
		from = at + 2
		if at > 0 && isSpace(l.data[at-1]) && (from >= len(l.data) || isSpace(l.data[from])) {
			l.pos = from
			return
		}
	}
}

func numbers(operands []any, n int) []float64 {
	out := make([]float64, n)
	if len(operands) > n {
		operands = operands[len(operands)-n:]
	}
	for i, o := range operands {
		out[i], _ = o.(float64)
	}
	return out
}

func number1(operands []any) float64 {
	if len(operands) == 0 {
		return 0
	}
	n, _ := operands[len(operands)-1].(float64)
	return n
}

func (p *painter) operator(word keyword, o []any, resources dict) {
	switch word {
	case "q":
		if len(p.saved) < maxStates {
			p.saved = append(p.saved, p.state)
		}
	case "Q":
		if n := len(p.saved); n > 0 {
			p.state, p.saved = p.saved[n-1], p.saved[:n-1]
		}
	case "cm":
		n := numbers(o, 6)
		p.ctm = matrix{n[0], n[1], n[2], n[3], n[4], n[5]}.times(p.ctm)
	case "BT":
		p.text, p.line = shift(0, 0), shift(0, 0)
	case "Tc":
		p.chars = number1(o)
	case "Tw":
		p.words = number1(o)
	case "Tz":
		p.stretch = number1(o) / 100
	case "TL":
		p.leading = number1(o)
	case "Ts":
		p.rise = number1(o)
	case "Tf":
		p.size = number1(o)
		if len(o) >= 2 {
			p.setFont(o[len(o)-2], resources)
		}
	case "Td", "TD", "T*", "Tm":
		p.move(word, o)
	case "Tj", "TJ", "'", `"`:
		p.showAll(word, o)
	case "Do":
		if len(o) > 0 {
			p.form(o[len(o)-1], resources)
		}
	}
}

func (p *painter) move(word keyword, o []any) {
	switch word {
	case "Tm":
		n := numbers(o, 6)
		p.line = matrix{n[0], n[1], n[2], n[3], n[4], n[5]}
	case "T*":
		p.line = shift(0, -p.leading).times(p.line)
	default:
		n := numbers(o, 2)
		if word == "TD" {
			p.leading = -n[1]
		}
		p.line = shift(n[0], n[1]).times(p.line)
	}
	p.text = p.line
}

func (p *painter) setFont(o any, resources dict) {
	key, _ := o.(name)
	entry := p.dict(resources["Font"])[key]
	r, shared := entry.(ref)
	if shared {
		if t, ok := p.fonts[r]; ok {
			p.current = t
			return
		}
	}
	p.current = p.font(entry)
	if shared && len(p.fonts) < maxFonts {
		p.fonts[r] = p.current
	}
}

func (p *painter) showAll(word keyword, o []any) {
	if word == "'" || word == `"` {
		if n := len(o); word == `"` && n >= 3 {
			p.words, p.chars = number1(o[:n-2]), number1(o[:n-1])
		}
		p.move("T*", nil)
	}
	if len(o) == 0 {
		return
	}
	switch v := o[len(o)-1].(type) {
	case text:
		p.show(v)
	case array:
		for _, part := range v {
			switch part := part.(type) {
			case text:
				p.show(part)
			case float64:
				p.text = shift(-part/1000*p.size*p.stretch, 0).times(p.text)
			}
		}
	}
}

// show draws a string.
func (p *painter) show(s text) {
	if p.current == nil {
		p.current = p.font(nil)
	}
	whole := p.text.times(p.ctm)
	direction := math.Hypot(whole.a, whole.b)
	if direction == 0 || math.IsNaN(direction) || math.IsInf(direction, 0) {
		direction, whole.a = 1, 1
	}
	ux, uy := whole.a/direction, whole.b/direction
	em := math.Abs(p.size) * math.Hypot(whole.c, whole.d)
	x, y := whole.e+p.rise*whole.c, whole.f+p.rise*whole.d
	gone := 0.0
	for len(s) > 0 {
		var g glyph
		g, s = p.current.next(s)
		p.blind = p.blind || g.blind
		step := (g.width*p.size + p.chars) * p.stretch
		if g.space {
			step += p.words * p.stretch
		}
		at := gone * direction
		p.put(g.text, x+at*ux, y+at*uy, ux, uy, em, p.current.rough)
		gone += step
		p.ended(x+gone*direction*ux, y+gone*direction*uy)
	}
	p.text = shift(gone, 0).times(p.text)
}

// form draws what stands in a form, as if it stood here.
func (p *painter) form(o any, resources dict) {
	key, _ := o.(name)
	s := p.stream(p.dict(resources["XObject"])[key])
	if s == nil {
		return
	}
	switch p.name(s.dict["Subtype"]) {
	case "Form":
		p.inForm(s, resources)
	case "Image":
		if len(p.images) < maxPictures {
			p.images = append(p.images, s)
		}
	}
}

func (p *painter) inForm(s *stream, resources dict) {
	if p.forms >= maxForms {
		return
	}
	own := p.dict(s.dict["Resources"])
	if own == nil {
		own = resources
	}
	p.drawn[s.own.number] = true
	data, err := p.decode(s)
	if err != nil {
		p.problem(err)
	}
	before, text, line, saved := p.state, p.text, p.line, p.saved
	if m := p.array(s.dict["Matrix"]); len(m) >= 6 {
		p.ctm = matrix{p.number(m[0]), p.number(m[1]), p.number(m[2]), p.number(m[3]), p.number(m[4]), p.number(m[5])}.times(p.ctm)
	}
	p.forms++
	*p.operators += formCost
	p.saved = nil
	p.draw(data, own)
	p.forms--
	p.state, p.text, p.line, p.saved = before, text, line, saved
}

// lines is the text that was drawn, cut into lines by where it was drawn.
type lines struct {
	out     []byte
	x, y    float64 // where the last glyph ended
	em      float64
	started bool
}

// How far apart glyphs are that belong together, in ems.
const (
	wordGap      = 0.17 // from here on there is a space between them
	roughGap     = 0.27 // when widths are a guess
	backwards    = 0.6  // further back is another line
	lineGap      = 0.45 // up or down
	paragraphGap = 2.6
)

// put writes a glyph that is drawn at x, y in the direction ux, uy.
func (l *lines) put(s string, x, y, ux, uy, em float64, rough bool) {
	if s == "" {
		return
	}
	if l.started {
		l.separate(x-l.x, y-l.y, ux, uy, math.Max(math.Max(em, l.em), 0.01), rough)
	}
	l.started, l.em = true, em
	if s == " " || s == "\u00a0" {
		l.space()
		return
	}
	l.out = append(l.out, s...)
}

func (l *lines) ended(x, y float64) { l.x, l.y = x, y }

// separate writes what stands between two glyphs that are dx, dy apart.
func (l *lines) separate(dx, dy, ux, uy, em float64, rough bool) {
	along, across := (dx*ux+dy*uy)/em, (dy*ux-dx*uy)/em
	gap := wordGap
	if rough {
		gap = roughGap
	}
	switch {
	case across > 1.5 || across < -paragraphGap:
		l.newline(2)
	case across > lineGap || across < -lineGap || along < -backwards:
		l.newline(1)
	case along > gap:
		l.space()
	}
}

func (l *lines) space() {
	if n := len(l.out); n > 0 && l.out[n-1] != ' ' && l.out[n-1] != '\n' {
		l.out = append(l.out, ' ')
	}
}

// newline ends a line, so that the text ends in n line feeds.
func (l *lines) newline(n int) {
	l.out = bytes.TrimRight(l.out, " ")
	for have := len(l.out) - len(bytes.TrimRight(l.out, "\n")); have < n && len(l.out) > 0; have++ {
		l.out = append(l.out, '\n')
	}
}
