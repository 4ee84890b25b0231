package matchers

import (
	"bytes"
	"unicode/utf8"
)

// Calendars (RFC 5545, 3.1) break lines behind 75 octets and let the rest begin with one white space, in the middle of a word or a
// host too. Some programs count characters, and many files have lost the carriage return of their line ends.
const (
	foldLeast = 70  // the shortest line that is folded where the line ends do not tell, see foldedBare
	foldShort = 60  // the shortest where they do
	foldMost  = 76  // the longest, in octets or characters
	foldBytes = 240 // the longest in bytes, of characters
	foldAhead = Reach
	foldBack  = Reach / 2
)

// folded returns the length of a calendar's fold at text[i], 0 when there is none: CRLF and one white space behind a full line.
func folded(text []byte, i int) int {
	if i+3 >= len(text) || text[i] != '\r' || text[i+1] != '\n' || text[i+2] != ' ' && text[i+2] != '\t' || text[i+3] <= ' ' {
		return 0
	}
	if line, ok := lineBefore(text, i); !ok || !fullLine(line, foldShort) {
		return 0
	}
	return 3
}

// foldedBare is folded for a bare line feed and one space. An indented text looks so too, so the line must be a calendar's: with a
// property's name in front, or itself the rest of another.
func foldedBare(text []byte, i int) int {
	if i+2 >= len(text) || text[i] != '\n' || text[i+1] != ' ' || text[i+2] <= ' ' {
		return 0
	}
	if line, ok := lineBefore(text, i); !ok || !fullLine(line, foldLeast) || !restLine(line) && !propertyLine(line) {
		return 0
	}
	return 2
}

// foldedEscaped is foldedBare for a calendar inside a string: `\r\n ` or `\n ` in letters.
func foldedEscaped(text []byte, i int) int {
	n := 0
	if bytes.HasPrefix(text[i:], []byte(`\r`)) {
		n = 2
	}
	if !bytes.HasPrefix(text[i+n:], []byte(`\n `)) || i+n+3 >= len(text) || text[i+n+3] <= ' ' || i > 0 && text[i-1] == '\\' {
		return 0
	}
	before := text[max(0, i-foldBytes):i]
	start := bytes.LastIndex(before, []byte(`\n`))
	for start > 0 && before[start-1] == '\\' { // `\\n` is a line end within the calendar's text
		start = bytes.LastIndex(before[:start], []byte(`\n`))
	}
	if start < 0 {
		return 0
	}
	line := before[start+2:]
	escapes := bytes.Count(line, []byte(`\\`)) + bytes.Count(line, []byte(`\"`))
	if len(line) < foldLeast || len(line)-escapes < foldLeast || !fullLine(line[escapes:], foldLeast) || !restLine(line) && !propertyLine(line) {
		return 0
	}
	return n + 3
}

// lineBefore is the line that ends at text[i], and whether all of it was seen.
func lineBefore(text []byte, i int) ([]byte, bool) {
	from := max(0, i-foldBytes)
	start := bytes.LastIndexByte(text[from:i], '\n')
	return text[from+start+1 : i], start >= 0 || from == 0
}

// fullLine reports whether a line has the width at which it is folded. A character is not torn apart, so where octets are counted
// a line may end up to three early.
func fullLine(line []byte, least int) bool {
	if len(line) < least {
		return false
	}
	return len(line) <= foldMost || utf8.RuneCount(line) >= least && utf8.RuneCount(line) <= foldMost
}

// propertyLine reports whether a line begins with a calendar property: "DESCRIPTION:", "X-ALT-DESC;FMTTYPE=".
func propertyLine(line []byte) bool {
	n := 0
	for n < len(line) && n < 40 && (line[n] >= 'A' && line[n] <= 'Z' || line[n] >= '0' && line[n] <= '9' || line[n] == '-') {
		n++
	}
	return n >= 3 && n < len(line) && (line[n] == ':' || line[n] == ';')
}

// restLine reports whether a line looks like the rest of a folded one, which may itself begin with a blank.
func restLine(line []byte) bool { return line[0] == ' ' && (line[1] > ' ' || line[2] > ' ') }

// calendarSigns are the literals near which foldedBare is looked for, in small letters as the sweep wants them. In the text they must
// stand in capitals, see addFolds.
func calendarSigns() []string {
	return []string{
		"begin:v", "end:v", "dtstart", "dtend", "dtstamp", "rrule:", "transp:", "last-modified:", "x-alt-desc", "description:",
		"description;", "location:", "location;", "attendee;", "organizer;", "x-google-conference:",
	}
}

// addFolds adds the folds around a sign at start, and returns the end of what was looked at; before done everything was.
func addFolds(spots []Span, text []byte, start, done int) ([]Span, int) {
	if first, second := text[start], text[start+1]; first < 'A' || first > 'Z' || second < 'A' || second > 'Z' {
		return spots, done
	}
	from, to := max(done, start-foldBack), min(len(text), start+foldAhead)
	for i := from; i < to; i++ {
		n := bytes.IndexAny(text[i:to], "\n\\")
		if n < 0 {
			break
		}
		if i += n; foldedBare(text, i) > 0 || foldedEscaped(text, i) > 0 {
			spots = addSpot(spots, i, len(text))
		}
	}
	return spots, max(done, to)
}
