package hosts

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf16"
)

// The bounds of a file, beyond its size.
const (
	maxRows     = 100_000
	headerLines = 10 // among which the header is looked for
)

var errNoHeader = fmt.Errorf("no column names an id (meeting, room or teams_oid) and none an e-mail address, in the first %d lines", headerLines)

// sheet makes a table of a file. Rows with mistakes are noted and left out; an error says that the file cannot be used as a whole. No
// error repeats any of it.
func (r rules) sheet(content []byte, notes *notes) (*table, error) {
	text := textOf(content)
	comma, err := divider(text)
	if err != nil {
		return nil, err
	}
	in := reader(text, comma)
	var s *rowReader
	b := newBuilder(r, notes)
	for n := 0; ; n++ {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, broken(err)
		}
		line, _ := in.FieldPos(0)
		if n > maxRows {
			return nil, fmt.Errorf("line %d: more than %d rows", line, maxRows)
		}
		if s != nil {
			s.row(row, line)
			continue
		}
		c, ok, err := headerOf(row)
		if err != nil {
			return nil, err
		}
		if ok {
			s = &rowReader{r, c, b, line}
		}
	}
	if s == nil {
		return nil, errNoHeader
	}
	if len(b.t.entries) == 0 {
		return nil, errors.New("has no row that can be used")
	}
	return b.table(), nil
}

func reader(text string, comma rune) *csv.Reader {
	in := csv.NewReader(strings.NewReader(text))
	in.Comma, in.FieldsPerRecord, in.ReuseRecord = comma, -1, true
	in.TrimLeadingSpace = comma != '\t'
	return in
}

// broken says where the CSV is, without what stands there.
func broken(err error) error {
	var at *csv.ParseError
	if errors.As(err, &at) {
		return fmt.Errorf("line %d: is no CSV: %w", at.Line, at.Err)
	}
	return fmt.Errorf("is no CSV: %w", err)
}

// divider finds what divides the columns: that with which a header is among the first lines.
func divider(text string) (rune, error) {
	var fault error
	for _, comma := range []rune{',', ';', '\t'} {
		in := reader(text, comma)
		for range headerLines {
			row, err := in.Read()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				fault = broken(err)
				break
			}
			if _, ok, err := headerOf(row); ok {
				return comma, err
			}
		}
	}
	if fault != nil {
		return 0, fault
	}
	return 0, errNoHeader
}

// textOf takes marks off and turns UTF-16 into UTF-8; bytes that are neither become "?".
func textOf(content []byte) string {
	text := string(content)
	switch {
	case strings.HasPrefix(text, "\xff\xfe"):
		text = wide(content[2:], 0, 1)
	case strings.HasPrefix(text, "\xfe\xff"):
		text = wide(content[2:], 1, 0)
	}
	text = strings.TrimPrefix(text, "\ufeff")
	if rest, ok := strings.CutPrefix(text, "sep="); ok { // a spreadsheet's own line; found out all the same
		_, text, _ = strings.Cut(rest, "\n")
		text = "\n" + text // lines keep their numbers
	}
	// ="981…" keeps a spreadsheet's hands off a number, and is no CSV.
	text = strings.NewReplacer(",=\"", ",\"", ";=\"", ";\"", "\t=\"", "\t\"", "\n=\"", "\n\"").Replace(text)
	return strings.ToValidUTF8(text, "?")
}

func wide(content []byte, low, high int) string {
	units := make([]uint16, 0, len(content)/2)
	for i := 0; i+1 < len(content); i += 2 {
		units = append(units, uint16(content[i+low])|uint16(content[i+high])<<8)
	}
	return string(utf16.Decode(units))
}
