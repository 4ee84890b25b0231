package extract

import (
	"bytes"
	"strings"
)

// officeText writes the text of an office file, part by part, to a view, and hands the view over as a document when it has
// become large. It is used by one goroutine.
type officeText struct {
	work  *work
	c     content
	media string
	view  *view
	most  int // bytes of a view

	name  string // of the part
	slide int    // its page, 0 for parts that have lines
	grid  *grid  // its rows and columns, nil for parts that have lines

	grids  int // bytes of the grids of the view's parts
	padded int // bytes of all grids

	want   gap
	tabs   int
	inRow  bool // of a table
	wrote  bool // in this row
	frames []frame
	held   int   // bytes in the frames
	err    error // of yield: nothing more is written
}

// frame is a paragraph that is being read. The first is what stands outside of paragraphs; one above the other is a text
// box, or a note, inside a paragraph: its text comes behind that of the paragraph, so that it tears nothing apart.
type frame struct {
	line    []byte
	pending []string // addresses that come behind the word that is being read
	remarks []remark
}

// remark is what a reader does not see, or sees elsewhere. With a value it is left out where that stands in the line.
type remark struct {
	text  string
	value string
}

// The bounds of the writer.
const (
	maxParagraphs    = 16       // paragraphs in each other; deeper ones are lines of the one around them
	maxOfficeHeld    = 64 << 10 // bytes in all frames; then what is there is written
	maxOfficeTabs    = 100      // for cells without text in front of one
	spanMemory       = 48       // bytes of one stretch in a view
	partMemory       = 256      // bytes of one part
	maxShown         = 4 << 10  // bytes at the end of a line in which a value is looked for
	maxOfficePadding = 100_000  // lines
	maxPendingAt     = 20       // addresses behind one word
)

func newOfficeText(w *work, c content, media string, most int) *officeText {
	return &officeText{work: w, c: c, media: media, most: most, view: &view{}, frames: make([]frame, 1)}
}

// begin begins a part: page is that of a slide, or 0; cell is the one that is being read, of a sheet.
func (o *officeText) begin(name string, page int, cell *gridCell) {
	o.endPart()
	o.name, o.slide = harmless(name), page
	if cell != nil {
		o.grid = &grid{cell: cell, room: maxGrids - o.padded}
	}
	o.beginView()
}

func (o *officeText) beginView() {
	if len(o.view.text) > 0 && !bytes.HasSuffix(o.view.text, []byte("\n\n")) {
		o.view.write("\n\n")
	}
	o.dropEmptyPart()
	o.view.begin(o.name, "", nil)
	if o.slide > 0 {
		o.view.page(o.slide)
	}
	o.want, o.tabs, o.wrote = noGap, 0, false
}

// dropEmptyPart drops the last part of the view if it has no text.
func (o *officeText) dropEmptyPart() {
	n := len(o.view.parts) - 1
	if n < 0 || o.view.parts[n].from < len(o.view.text) {
		return
	}
	o.view.parts = o.view.parts[:n]
	for k := len(o.view.spans); k > 0 && int(o.view.spans[k-1].part) == n; k-- {
		o.view.spans = o.view.spans[:k-1]
	}
}

// endPart ends what is open.
func (o *officeText) endPart() {
	for len(o.frames) > 1 {
		o.endParagraph()
	}
	o.endLine()
	o.inRow = false
	o.closeGrid()
}

func (o *officeText) closeGrid() {
	if o.grid != nil && len(o.view.parts) > 0 {
		o.view.parts[len(o.view.parts)-1].source = o.grid.text
		o.grids += len(o.grid.text)
		o.padded += len(o.grid.text)
		o.grid = nil
	}
}

// size is the memory of the view, in bytes.
func (o *officeText) size() int {
	n := len(o.view.text) + spanMemory*len(o.view.spans) + partMemory*len(o.view.parts) + o.grids
	if o.grid != nil {
		n += len(o.grid.text)
	}
	return n
}

// flush hands the view over; the part goes on in the next one.
func (o *officeText) flush() {
	if len(o.view.text) == 0 || o.err != nil {
		return
	}
	g := o.grid
	o.closeGrid()
	lines := bytes.Count(o.view.text[o.view.parts[len(o.view.parts)-1].from:], []byte{'\n'})
	if o.err = o.work.document(o.c, o.media, o.view); o.err == nil {
		o.err = o.work.ctx.Err()
	}
	o.view, o.grids = &view{}, 0
	if g != nil {
		o.grid = &grid{cell: g.cell, room: maxGrids - o.padded}
	}
	want, tabs, wrote := o.want, o.tabs, o.wrote
	o.beginView()
	o.want, o.tabs, o.wrote = want, tabs, wrote
	if g == nil && o.slide == 0 { // so that lines are told as if nothing had been handed over
		o.view.write(strings.Repeat("\n", min(lines, maxOfficePadding)))
	}
}

// address notes an address that is to stand behind the word that is being read, or at the end of the line.
func (o *officeText) address(url string) {
	f := o.top()
	if n := len(f.pending); url != "" && n < maxPendingAt && (n == 0 || f.pending[n-1] != url) {
		f.pending = append(f.pending, url)
		o.hold(len(url))
	} else if n >= maxPendingAt {
		o.remark("<"+url+">", url)
	}
}

// aside notes text that is to stand behind the line.
func (o *officeText) remark(text, value string) {
	f := o.top()
	f.remarks = append(f.remarks, remark{text, value})
	o.hold(len(text) + 64)
}

func (o *officeText) top() *frame { return &o.frames[len(o.frames)-1] }

// text appends to the line.
func (o *officeText) text(b []byte) {
	f := o.top()
	if len(f.pending) > 0 {
		i := bytes.IndexAny(b, " \t\r\n\u00a0")
		if i < 0 {
			i = len(b)
		}
		f.line = append(f.line, b[:i]...)
		if i < len(b) {
			f.flushPending()
		}
		f.line = append(f.line, b[i:]...)
	} else {
		f.line = append(f.line, b...)
	}
	o.hold(len(b))
}

// flushPending writes the addresses that the line does not show.
func (f *frame) flushPending() {
	for _, url := range f.pending {
		if !shows(f.line, url) {
			if len(f.line) > 0 {
				f.line = append(f.line, ' ')
			}
			f.line = append(append(append(f.line, '<'), url...), '>')
		}
	}
	f.pending = f.pending[:0]
}

// shows says whether value stands in line, near its end, as a whole word.
func shows(line []byte, value string) bool {
	line = line[max(0, len(line)-maxShown):]
	for at := 0; ; {
		i := bytes.Index(line[at:], []byte(value))
		if i < 0 || value == "" {
			return false
		}
		from, to := at+i, at+i+len(value)
		if (from == 0 || !isWordByte(line[from-1])) && (to == len(line) || strings.IndexByte(" \t\r\n<>\"", line[to]) >= 0) {
			return true
		}
		at = from + 1
	}
}

// hold counts what waits in the frames; when it is too much, it is written.
func (o *officeText) hold(n int) {
	if o.held += n; o.held <= maxOfficeHeld {
		return
	}
	o.held = 0
	for i := range o.frames {
		f := &o.frames[i]
		cut := len(f.line)
		if i == len(o.frames)-1 { // the word that is being read stays whole
			if k := bytes.LastIndexAny(f.line, " \t\r\n"); k > 0 && len(f.line)-k < maxOfficeHeld/4 {
				cut = k
			}
		}
		tail := append([]byte(nil), f.line[cut:]...)
		f.line = f.line[:cut]
		if len(tail) == 0 {
			f.flushPending()
		}
		if i > 0 && len(f.line) > 0 && i < len(o.frames)-1 {
			o.want = max(o.want, lineGap)
		}
		o.emit(f)
		f.line = append(f.line, tail...)
	}
}

// beginParagraph begins a paragraph. One inside another gets a frame of its own.
func (o *officeText) beginParagraph() {
	if len(o.frames) > maxParagraphs {
		o.endLine()
		return
	}
	o.frames = append(o.frames, frame{})
}

// endParagraph ends the last paragraph that was begun.
func (o *officeText) endParagraph() {
	if len(o.frames) == 1 {
		return
	}
	if len(o.frames) == 2 {
		o.endLine()
		o.frames = o.frames[:1]
		o.endLine()
		return
	}
	f := o.top()
	f.flushPending()
	inner := *f
	o.frames = o.frames[:len(o.frames)-1]
	outer := o.top()
	if len(bytes.TrimSpace(inner.line)) > 0 {
		outer.remarks = append(outer.remarks, remark{text: string(inner.line)})
	}
	for _, a := range inner.remarks {
		if a.value == "" || !shows(inner.line, a.value) {
			outer.remarks = append(outer.remarks, remark{text: a.text})
		}
	}
}

// endLine ends the line.
func (o *officeText) endLine() {
	f := o.top()
	f.flushPending()
	empty := len(bytes.TrimSpace(f.line)) == 0 && len(f.remarks) == 0
	o.emit(f)
	switch {
	case len(o.frames) == 1 && empty: // there was none
	case empty && !o.inRow:
		o.want = blankGap
	case o.inRow && o.grid != nil:
		o.want = max(o.want, spaceGap)
	default:
		o.want = max(o.want, lineGap)
	}
	if len(o.frames) == 1 {
		o.held = 0
	}
}

// emit writes the line of f, and behind it its remarks.
func (o *officeText) emit(f *frame) {
	if len(bytes.TrimSpace(f.line)) > 0 {
		o.piece(f.line)
	}
	said := 0
	for _, a := range f.remarks {
		if a.value != "" && shows(f.line, a.value) {
			continue
		}
		if said > 0 || len(f.line) > 0 {
			o.want = max(o.want, lineGap)
			if o.inRow {
				o.want = spaceGap
			}
		}
		o.piece([]byte(a.text))
		said++
	}
	f.line, f.remarks = f.line[:0], nil
}

// piece writes text, and what is to stand in front of it.
func (o *officeText) piece(b []byte) {
	if o.size() > o.most {
		o.flush()
	}
	if o.err != nil {
		return
	}
	v := o.view
	if len(v.text) > v.parts[len(v.parts)-1].from {
		v.write([...]string{"", " ", "\n", "\n\n"}[o.want])
	}
	o.want = noGap
	v.write(strings.Repeat("\t", min(o.tabs, maxOfficeTabs)))
	o.tabs = 0
	if o.grid != nil {
		v.put(string(b), o.grid.at())
	} else {
		v.write(string(b))
	}
	o.wrote = true
}

// beginRow and endRow stand around the cells of a row, endCell behind each.
func (o *officeText) beginRow() {
	o.want = max(o.want, lineGap)
	o.tabs, o.inRow, o.wrote = 0, true, false
}

func (o *officeText) endRow() {
	o.endLine()
	o.want = max(o.want, lineGap)
	o.tabs, o.inRow, o.wrote = 0, false, false
}

func (o *officeText) endCell() {
	o.endLine()
	if o.wrote {
		o.want = noGap
	}
	o.tabs++
}

// blank sets what follows apart.
func (o *officeText) blank() { o.want = blankGap }

// grid stands for the rows and columns of a table, so that the place of a cell is told by them: it is the source of a part
// that has a line for each row and a character for each column.
type grid struct {
	cell *gridCell
	text []byte
	last gridCell // the one that is the last character of the text
	room int      // bytes; cells beyond have the place of the last one
}

// gridCell is the place of a cell, 1-based.
type gridCell struct{ row, col int }

// maxGrids bounds all grids of one package, in bytes; one of a whole sheet has 1 MiB.
const maxGrids = 64 << 20

// at is the place of the cell. Places are asked for in rising order; others are the last place.
func (g *grid) at() int {
	g.last.row, g.last.col = max(g.last.row, 1), max(g.last.col, 1)
	if n := g.cell.row - g.last.row; n > 0 && n <= g.room-len(g.text) {
		g.text = append(g.text, strings.Repeat("\n", n)...)
		g.last = gridCell{g.cell.row, 1}
	}
	if n := g.cell.col - g.last.col; n > 0 && g.cell.row == g.last.row && n <= g.room-len(g.text) {
		g.text = append(g.text, strings.Repeat(" ", n)...)
		g.last.col = g.cell.col
	}
	return len(g.text)
}
