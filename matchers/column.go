package matchers

import (
	"bytes"
	"unicode/utf8"
)

// Numbers in tables whose head alone says what they are: "| Course | Zoom ID |" above "| Biology | 849 3027 5116 |", in Markdown and
// in CSV files. See join_table.go for the passcodes of such rows.

const (
	maxHeadBytes = 512 // of a head; longer lines are no heads
	maxHeadCell  = 48  // characters of the cell that names the column
	maxHeads     = 4   // columns of one head
)

// columns reads the columns that labels head. Every row is read once for each column of its head.
type columns struct {
	head, end int // where the last head begins, and where its rows end
	count     int // columns read below it
}

// read reads the numbers below the label at text[at], when it heads a column. They stand within Reach of it.
func (c *columns) read(text []byte, at int) []number {
	head, ok := lineAround(text, at)
	if !ok || head.Start < c.end && head.Start != c.head {
		return nil
	}
	separator := headSeparator(text[head.Start:head.End])
	if row := text[min(len(text), head.End+1):lineEnd(text, min(len(text), head.End+1))]; separator == 0 || bytes.IndexByte(row, separator) < 0 {
		return nil // most labels stand in prose
	}
	label, length := findLabel(text[at:])
	switch label.row {
	case rowMeeting, rowWebinar, rowNumber, rowCode, rowZoom, rowGoTo:
	default:
		return nil
	}
	if !wordStart(text, at) || !wordEnd(text, at+length) {
		return nil
	}
	column, cells := cellAround(text[head.Start:head.End], separator, at-head.Start)
	if cells < 2 {
		return nil
	}
	if head.Start != c.head || c.end == 0 {
		*c = columns{head: head.Start, end: head.End}
	}
	if c.count++; c.count > maxHeads {
		return nil
	}
	var found []number
	for from := head.End + 1; from < min(len(text), at+Reach); {
		end := lineEnd(text, from)
		row := cutRow(text[from:end], separator, false)
		if len(row) != cells {
			break
		}
		c.end = max(c.end, end)
		if n, ok := readCell(text[:end], from+row[column].Start, from+row[column].End, at, label); ok {
			found = append(found, n)
		}
		from = end + 1
	}
	return found
}

// column adds the numbers of the column that a label heads.
func (s *search) column(text []byte, h literalHit, heads *columns, numbers []number) []number {
	below := heads.read(text, h.start)
	if len(below) == 0 {
		s.explainLabel(text, h)
	}
	for _, n := range below {
		s.step(func() Step {
			return Step{Start: n.start, End: n.end, Platform: n.platform, Outcome: "number", Shown: maskDigits(n.digits)}
		})
	}
	return append(numbers, below...)
}

// lineAround is the line of text[at], without its break. ok is false when it is longer than a head.
func lineAround(text []byte, at int) (line Span, ok bool) {
	from := max(0, at-maxHeadBytes)
	start := bytes.LastIndexByte(text[from:at], '\n')
	if start < 0 && from > 0 {
		return line, false
	}
	line = Span{from + start + 1, lineEnd(text, at)}
	return line, line.End-line.Start <= maxHeadBytes
}

// lineEnd is where the line ends that goes on at text[at], at most maxRowBytes further.
func lineEnd(text []byte, at int) int {
	limit := min(len(text), at+maxRowBytes)
	if n := bytes.IndexByte(text[at:limit], '\n'); n >= 0 {
		return at + n
	}
	return limit
}

// headSeparator is what separates the cells of a line, 0 when nothing does.
func headSeparator(line []byte) byte {
	for _, separator := range [...]byte{'\t', '|', ';', ','} {
		if bytes.IndexByte(line, separator) >= 0 {
			return separator
		}
	}
	return 0
}

// cellAround says which cell of a head holds line[at], and how many there are; none when that cell is no name.
func cellAround(line []byte, separator byte, at int) (column, cells int) {
	row := cutRow(line, separator, false)
	for n, cell := range row {
		name := line[cell.Start:cell.End]
		if cell.Start <= at && at < cell.End && utf8.RuneCount(bytes.TrimSpace(name)) <= maxHeadCell && !bytes.ContainsAny(name, "0123456789:={}<>$") {
			return n, len(row)
		}
	}
	return 0, 0
}

// readCell reads the number that begins a cell below a label.
func readCell(text []byte, at, end, labelAt int, label idLabel) (number, bool) {
	for at < end && bytes.IndexByte([]byte(" \t*_`\"'["), text[at]) >= 0 {
		at++
	}
	run, ok := readDigits(text[:end], at)
	if !ok || placeholderDigits(run.digits) || !fitsName(label, run, true, 0) {
		return number{}, false
	}
	n := number{platform: rowPlatform(label.row), kind: DialIn, digits: run.digits, start: at, end: run.end, idLabel: label.row,
		labelOwner: label.owner, shape: run.shape, hyphens: run.hyphens, labelAt: labelAt, column: true}
	switch { // the name in the head is told here, because a long table takes it out of sight
	case n.platform != "":
	case zoomShape(run) && namesZoom(text, labelAt, label):
		n.platform = "zoom"
	case behindName(text, labelAt, "webex") && shapeFits("webex", n):
		n.platform = "webex"
	}
	return n, len(services(n)) > 0
}
