package extract

import (
	"bytes"
	"context"
	"path"
	"strings"
)

// isTable says whether a text is called a table of cells with separators. Nothing in the text itself says so for certain.
func isTable(c content) bool {
	media, _, _ := strings.Cut(c.declared, ";")
	switch strings.ToLower(strings.TrimSpace(media)) {
	case "text/csv", "text/tab-separated-values":
		return true
	}
	switch strings.ToLower(path.Ext(c.name)) {
	case ".csv", ".tsv", ".tab":
		return true
	}
	return false
}

// table reads tables with separators.
func (w *work) table(c content, head []byte, all bool) error {
	return w.asLines(c, head, all, MediaType(head, c.name), func(v *view) error { return v.table(w.ctx) })
}

// The bounds of tables.
const (
	maxColumns = 256
	maxHeading = 64  // bytes of a heading that labels a cell
	maxCell    = 128 // bytes of a cell that is labelled
	maxRow     = 600 // bytes of a row that is labelled
)

// table appends a table, which is the source of the current part, as it is, and behind it, of each row in which the number
// of a meeting may stand under a heading, a line "heading: cell; heading: cell": a number means nothing without its label.
// The lines are no longer than the table.
func (v *view) table(ctx context.Context) error {
	out := newScribe(v)
	out.copy(0, len(out.source))
	t := tableReader{source: out.source, separator: separatorOf(out.source)}
	names := t.names()
	if len(names) < 2 {
		return nil
	}
	room := len(out.source)
	for n := 0; t.row() && room > 0; n++ {
		if n%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if t.hasNumber(names) {
			room -= t.label(out, names)
		}
	}
	return nil
}

// separatorOf is the separator that the first line has most of.
func separatorOf(source []byte) byte {
	line, _, _ := bytes.Cut(source[:min(len(source), maxLineHead)], []byte("\n"))
	best, most := byte(','), 0
	for _, c := range []byte(",;\t|") {
		if n := bytes.Count(line, []byte{c}); n > most {
			best, most = c, n
		}
	}
	return best
}

// tableReader reads the rows of a table.
type tableReader struct {
	source    []byte
	separator byte
	at        int
	cells     []cellPlace // of the row
}

// cellPlace is a cell, source[from:to], without its quotes.
type cellPlace struct{ from, to int }

// row reads a row; false at the end.
func (t *tableReader) row() bool {
	if t.at >= len(t.source) {
		return false
	}
	t.cells = t.cells[:0]
	for {
		cell, more := t.cell()
		if len(t.cells) < maxColumns {
			t.cells = append(t.cells, cell)
		}
		if !more {
			return true
		}
	}
}

// cell reads a cell, and says whether another follows in the row.
func (t *tableReader) cell() (c cellPlace, more bool) {
	c.from = t.at
	if t.at < len(t.source) && t.source[t.at] == '"' {
		c.from++
		for t.at++; t.at < len(t.source); t.at++ {
			if t.source[t.at] != '"' {
				continue
			}
			if t.at+1 >= len(t.source) || t.source[t.at+1] != '"' {
				break
			}
			t.at++
		}
	}
	c.to = t.at
	n := 0
	for t.at+n < len(t.source) && t.source[t.at+n] != t.separator && t.source[t.at+n] != '\n' {
		n++
	}
	if c.to == c.from {
		c.to += n
	}
	t.at += n + 1
	for c.to > c.from && t.source[c.to-1] <= ' ' {
		c.to--
	}
	return c, t.at <= len(t.source) && t.source[t.at-1] == t.separator
}

// names are the headings of the first row; none if it has no headings.
func (t *tableReader) names() []string {
	if !t.row() {
		return nil
	}
	names := make([]string, len(t.cells))
	for i, c := range t.cells {
		name := strings.TrimSpace(string(t.source[c.from:c.to]))
		if manyDigits(name) {
			return nil
		}
		if len(name) <= maxHeading && strings.IndexFunc(name, isHeadingLetter) >= 0 {
			names[i] = name
		}
	}
	return names
}

func isHeadingLetter(r rune) bool { return r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r >= 0x80 }

// manyDigits says that a meeting's number may stand in text.
func manyDigits(text string) bool {
	n := 0
	for _, c := range []byte(text) {
		if c >= '0' && c <= '9' {
			n++
		}
	}
	return n >= 6
}

// hasNumber says that a cell with a heading holds nothing but what may be the number of a meeting.
func (t *tableReader) hasNumber(names []string) bool {
	for i, c := range t.cells {
		if i >= len(names) || names[i] == "" || c.to-c.from > maxHeading {
			continue
		}
		digits := 0
		for _, b := range t.source[c.from:c.to] {
			switch {
			case b >= '0' && b <= '9':
				digits++
			case b != ' ' && b != '-':
				digits = -maxHeading
			}
		}
		if digits >= 9 && digits <= 18 {
			return true
		}
	}
	return false
}

// label appends the row's cells with their headings, and returns how much that was.
func (t *tableReader) label(out *scribe, names []string) int {
	before := len(out.view.text)
	out.put("\n\n", t.cells[0].from)
	for i, c := range t.cells {
		if i >= len(names) || names[i] == "" || c.to <= c.from || c.to-c.from > maxCell || len(out.view.text)-before > maxRow {
			continue
		}
		out.put(names[i]+": ", c.from)
		out.copy(c.from, c.to)
		out.put("; ", c.to)
	}
	return len(out.view.text) - before
}
