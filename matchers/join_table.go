package matchers

import (
	"bytes"
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Tables in text. In a CSV file, a Markdown table or a SQL dump a link and its passcode stand in cells of one row, and only the
// head of the column says that it is a passcode: "course,link,password" above "Biology,https://zoom.us/j/84930275116,cell9x".

const (
	maxHeadBack = Reach   // how far above a row its head is looked for
	maxRowBytes = 4 << 10 // of a row or head; longer ones are not read
	maxCells    = 64
)

// tableHead is a row that names the columns of those below it.
type tableHead struct {
	end       int  // where it ends; 0 when there is none
	separator byte // between its cells
	column    int  // of the passcode
	cells     int
	sql       bool // "INSERT INTO … (a, b, c) VALUES": rows stand in parentheses
}

// addColumnSecrets gives links the passcodes of their rows, and recordings those that stand beside them without a word. Heads are
// looked for once, going forward: every byte is read once for heads, and a row once for each of its links, of which at most
// maxNeighbour are looked at.
func (j *joiner) addColumnSecrets() {
	var head tableHead
	read, rowStart, inRow := 0, -1, 0
	for i := range j.items {
		it := &j.items[i]
		if !it.resolved || it.sighting.Platform == "google-meet" || !takesPart(it.sighting.Link) && it.sighting.Kind != Recording && !it.number.column {
			continue
		}
		if cell, ok := codeBeside(j.text, it.end); ok && it.sighting.Kind == Recording {
			it.takeSecret(remark{secret: "passcode", value: cell})
		}
		start := bytes.LastIndexByte(j.text[max(0, it.start-maxRowBytes):it.start], '\n') + 1 + max(0, it.start-maxRowBytes)
		if start != rowStart {
			rowStart, inRow = start, 0
		}
		if !bytes.ContainsAny(j.text[start:it.start], "\t|;,") && !separatorBehind(j.text, it.end) {
			continue // no row of a table
		}
		head, read = nextHead(j.text, max(read, start-maxHeadBack), start, head), max(read, start)
		if inRow++; head.end == 0 || start-head.end > maxHeadBack || inRow > maxNeighbour {
			continue
		}
		if cell, ok := head.passcodeOf(j.text, start, it.start); ok {
			it.takeSecret(remark{secret: "passcode", value: cell})
		}
	}
}

// separatorBehind: what separates cells follows on the line.
func separatorBehind(text []byte, at int) bool {
	line := text[at:min(len(text), at+maxRowBytes)]
	if end := bytes.IndexByte(line, '\n'); end >= 0 {
		line = line[:end]
	}
	return bytes.ContainsAny(line, "\t|;,")
}

// nextHead returns the last head among the lines of text[from:to], head when there is none.
func nextHead(text []byte, from, to int, head tableHead) tableHead {
	for from < to {
		end := to
		if n := bytes.IndexByte(text[from:to], '\n'); n >= 0 {
			end = from + n
		}
		if line := text[from:end]; len(line) <= maxRowBytes && !bytes.Contains(line, []byte("://")) && bytes.IndexByte(line, '{') < 0 {
			if h, ok := readHead(text[from:end]); ok {
				h.end = end
				head = h
			}
		}
		from = end + 1
	}
	return head
}

// insertsInto: a statement of SQL that adds rows.
func insertsInto(text []byte) bool {
	const words = "insert into"
	for at := 0; at+len(words) <= len(text); at++ {
		if equalFold(text[at:at+len(words)], words) {
			return true
		}
	}
	return false
}

// readHead reads a line as a head with one column for passcodes.
func readHead(line []byte) (tableHead, bool) {
	h := tableHead{}
	if open := bytes.IndexByte(line, '('); open >= 0 && insertsInto(line[:open]) {
		h.sql = true
		closing := bytes.IndexByte(line, ')')
		if closing < open {
			return h, false
		}
		line = line[open+1 : closing]
	}
	for _, separator := range [...]byte{'\t', '|', ';', ','} {
		if bytes.IndexByte(line, separator) < 0 {
			continue
		}
		h.separator = separator
		cells := cutRow(line, separator, false)
		h.cells, h.column = len(cells), -1
		for n, cell := range cells {
			name := string(line[cell.Start:cell.End])
			if len(name) < 2 || len(name) > maxPasskey || !isPasscodeHead(name) {
				continue
			}
			if h.column >= 0 {
				return h, false // two of them: nobody knows which
			}
			h.column = n
		}
		return h, h.column >= 0 && h.cells > 1
	}
	return h, false
}

// passcodeHeads are the labels of passcodes in lower case.
var passcodeHeads = sync.OnceValue(func() map[string]bool { //nolint:gochecknoglobals // immutable after first use
	heads := make(map[string]bool)
	for _, lang := range languages() {
		for _, label := range lang.passcodes {
			heads[strings.ToLower(label)] = true
		}
	}
	return heads
})

// isPasscodeHead: the cell holds the label of a passcode and nothing else, as it is spoken or as programs write it ("zoom_password").
func isPasscodeHead(name string) bool {
	name = norm.NFC.String(strings.ToLower(strings.Trim(name, " \t\r\"'`*_:#")))
	name = strings.ReplaceAll(strings.ReplaceAll(name, "_", " "), "-", " ")
	for _, word := range [...]string{"zoom ", "meeting ", "webex ", "teams ", "recording "} {
		name = strings.TrimPrefix(name, word)
	}
	return name != "access code" && passcodeHeads()[name]
}

// passcodeOf reads the passcode in the row of text that begins at start and holds a link at link.
func (h tableHead) passcodeOf(text []byte, start, link int) (Span, bool) {
	end := min(len(text), start+maxRowBytes)
	if n := bytes.IndexByte(text[start:end], '\n'); n >= 0 {
		end = start + n
	}
	cells := cutRow(text[start:end], h.separator, h.sql)
	if h.sql {
		cells = rowAround(text[start:end], link-start)
	}
	if len(cells) != h.cells {
		return Span{}, false
	}
	own := -1
	for n, cell := range cells {
		if start+cell.Start <= link && link < start+cell.End {
			own = n
		}
	}
	if own < 0 || own == h.column {
		return Span{}, false
	}
	return cellPasscode(text, start+cells[h.column].Start, start+cells[h.column].End)
}

// cellPasscode is what a cell holds without its quotes, when that can be a passcode.
func cellPasscode(text []byte, start, end int) (Span, bool) {
	const around = " \t\r\"'`*"
	for start < end && strings.IndexByte(around, text[start]) >= 0 {
		start++
	}
	for start < end && strings.IndexByte(around, text[end-1]) >= 0 {
		end--
	}
	word := string(text[start:end])
	if word == "" || len(word) > maxPasskey || strings.ContainsAny(word, " \t<>") || strings.Trim(word, "-–—.") == "" || !utf8.ValidString(word) || placeholderPasscode(word) {
		return Span{}, false
	}
	return Span{start, end}, true
}

// maxDrawn bounds what codeBeside reads, in bytes, with the mark that closes it. Zoom draws eight characters for a recording.
const maxDrawn = 17

// codeBeside reads the passcode that stands by itself behind a recording's link, as people note it: "[Lecture 3](https://…)
// (Xk4!mTz9)", "https://… - `RtnPq7Lw`". It must be drawn: small and capital letters and a digit.
func codeBeside(text []byte, at int) (Span, bool) {
	i, limit := at, min(len(text), at+8)
	for i < limit && strings.IndexByte(")>]\"' \t-:,|", text[i]) >= 0 {
		i++
	}
	if i >= limit || text[i] != '(' && text[i] != '`' {
		return Span{}, false
	}
	closing := byte(')')
	if text[i] == '`' {
		closing = '`'
	}
	n := bytes.IndexByte(text[i+1:min(len(text), i+1+maxDrawn)], closing)
	if n < 6 {
		return Span{}, false
	}
	word := string(text[i+1 : i+1+n])
	drawn := strings.ContainsAny(word, "0123456789") && strings.ContainsFunc(word, isLower) && strings.ContainsFunc(word, isUpper)
	return Span{i + 1, i + 1 + n}, drawn && all(word, passcodeByte)
}

func isLower(r rune) bool { return 'a' <= r && r <= 'z' }
func isUpper(r rune) bool { return 'A' <= r && r <= 'Z' }

// cutRow cuts a line into its cells. Quotes hold separators together; in SQL a comma inside parentheses separates none.
func cutRow(line []byte, separator byte, sql bool) []Span {
	var cells []Span
	begin, quote := 0, byte(0)
	for i := 0; i < len(line) && len(cells) < maxCells; i++ {
		switch c := line[i]; {
		case quote != 0:
			if c == '\\' {
				i++
			} else if c == quote {
				quote = 0
			}
		case c == '"' && cellBegins(line, begin, i), sql && c == '\'':
			quote = c
		case c == separator:
			cells, begin = append(cells, Span{begin, i}), i+1
		}
	}
	return append(cells, Span{begin, len(line)})
}

// cellBegins: nothing but blanks stands between the start of a cell and a quote.
func cellBegins(line []byte, begin, at int) bool { return len(bytes.TrimSpace(line[begin:at])) == 0 }

// rowAround cuts the tuple of a SQL line that holds line[at] into its cells.
func rowAround(line []byte, at int) []Span {
	open, quote := -1, byte(0)
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case quote != 0:
			if c == '\\' {
				i++
			} else if c == quote {
				quote = 0
			}
		case c == '\'' || c == '"':
			quote = c
		case c == '(':
			open = i
		case c == ')' && open >= 0 && open < at && at < i:
			cells := cutRow(line[open+1:i], ',', true)
			for n := range cells {
				cells[n].Start, cells[n].End = cells[n].Start+open+1, cells[n].End+open+1
			}
			return cells
		}
	}
	return nil
}
