package hosts

import (
	"errors"
	"strings"
	"time"
	"unicode"

	"meetleaks/matchers"
	"meetleaks/scanner"
)

// maxWords bounds topic and audience, in characters.
const maxWords = 200

// rowReader turns rows into entries.
type rowReader struct {
	rules   rules
	columns columns
	b       *builder
	header  int // its line
}

// row reads one row. What is wrong is noted; nothing of it is repeated.
func (s *rowReader) row(row []string, line int) {
	if strings.TrimSpace(strings.Join(row, "")) == "" {
		return
	}
	note := func(where string, err error) { s.b.notes.add(line, where, err) }
	e, ok := s.entry(row, line, note)
	if !ok {
		return
	}
	c := s.columns
	named := s.named(row, c.meeting, "meeting", e, note)
	named = s.named(row, c.room, "room", e, note) || named
	if oid := cell(row, c.oid); oid != "" {
		named = true
		if err := s.b.organiser(oid, e); err != nil {
			note("teams_oid", err)
		}
	}
	if !named {
		note("meeting", errors.New("the row names no meeting, room or organiser"))
	}
}

// named adds the entry for the id in a column. given is false when the column is empty.
func (s *rowReader) named(row []string, column int, where string, e entry, note func(string, error)) (given bool) {
	text := cell(row, column)
	if text == "" {
		return false
	}
	id, err := s.id(text, where == "room")
	if err == nil {
		err = s.b.meeting(id, e)
	}
	if err != nil {
		note(where, err)
	}
	return true
}

// entry reads what does not depend on the id.
func (s *rowReader) entry(row []string, line int, note func(string, error)) (e entry, ok bool) {
	c := s.columns
	email, err := s.email(row)
	if err != nil {
		note("email", err)
		return e, false
	}
	zone, err := s.zone(row, c.zone, s.rules.zone)
	if err != nil {
		note("timezone", err)
	}
	e = entry{line: line, contact: scanner.Contact{Email: email, Zone: zone, First: scanner.ToHost}}
	list := strings.FieldsFunc(cell(row, c.delegates), func(r rune) bool { return strings.ContainsRune(",;|", r) || unicode.IsSpace(r) })
	e.contact.Delegates = s.rules.delegates(list, email, func(err error) { note("delegates", err) })
	e.topic, e.audience = words(cell(row, c.topic)), words(cell(row, c.audience))
	if err == nil { // with a wrong zone they would be wrong
		e.starts, e.stated = s.starts(row, zone, note)
	}
	return e, true
}

// zone reads a column of time zones; an empty one means the given zone, and so does one that is wrong.
func (s *rowReader) zone(row []string, column int, given *time.Location) (*time.Location, error) {
	name := cell(row, column)
	if name == "" {
		return given, nil
	}
	if own := zoneOf(name); own != nil {
		return own, nil
	}
	return given, errors.New("is no time zone that is known, as in Europe/Berlin: the starts do not count")
}

// email is the first column of addresses that is not empty. One that holds a name is passed over when another holds an address.
func (s *rowReader) email(row []string) (string, error) {
	fault := errors.New("is empty")
	for _, column := range s.columns.emails {
		text := cell(row, column)
		if text == "" {
			continue
		}
		email, err := s.rules.address(text)
		if err == nil {
			return email, nil
		}
		if strings.Contains(text, "@") {
			return "", err
		}
		fault = err
	}
	return "", fault
}

// starts reads the organisation's own column, else the vendor's.
func (s *rowReader) starts(row []string, zone *time.Location, note func(string, error)) (list []scanner.Start, stated bool) {
	where, text := "starts", cell(row, s.columns.starts)
	stated = text != ""
	if !stated {
		where, text = "start time", cell(row, s.columns.vendorStart)
		if s.columns.utc {
			zone = time.UTC
		}
		var err error
		if zone, err = s.zone(row, s.columns.startZone, zone); err != nil {
			note("start timezone", err)
			return nil, false
		}
	}
	for part := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == '|' || r == ';' }) {
		if len(list) == maxStarts {
			note(where, errors.New("has too many starts; the rest does not count"))
			break
		}
		start, err := parseStart(strings.TrimSpace(part), zone)
		if err != nil {
			note(where, err)
			continue
		}
		list = append(list, start)
	}
	return list, stated && len(list) > 0
}

// id turns what exports show into what the matchers read.
func (s *rowReader) id(text string, room bool) (string, error) {
	text = strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(text, "="), `"`), `"`)
	text = strings.TrimPrefix(text, "'")
	compact := strings.NewReplacer(" ", "", "\u00a0", "", "-", "").Replace(text)
	switch {
	case isDigits(compact):
		switch zoom := s.columns.zoomNumbers || room; {
		case len(compact) >= 9 && len(compact) <= 11: // as Zoom's; who means another service's says so
			text = "zoom:" + compact
		case zoom:
			return "", errors.New("is no number of Zoom: they have 9 to 11 digits")
		default:
			return "", errors.New("does not say whose number it is: want PLATFORM:NUMBER, or the whole link")
		}
	case isRounded(text):
		return "", errors.New("a spreadsheet has rounded the number: export again, with the column as text")
	case isMeetCode(compact) && (s.columns.meetCodes || len(text) == 12 && text[3] == '-' && text[8] == '-'):
		code := strings.ToLower(compact)
		text = "google-meet:" + code[:3] + "-" + code[3:7] + "-" + code[7:]
	}
	if len(text) > 2000 {
		return "", errors.New("is longer than 2000 bytes")
	}
	return text, judgeID(text)
}

// isRounded recognises "9.84128E+10".
func isRounded(text string) bool {
	figure, exponent, ok := strings.Cut(strings.ToUpper(text), "E+")
	return ok && isDigits(exponent) && isDigits(strings.NewReplacer(".", "", ",", "").Replace(figure))
}

// isMeetCode recognises the ten letters of a code of Google Meet.
func isMeetCode(compact string) bool {
	return len(compact) == 10 && strings.Trim(strings.ToLower(compact), "abcdefghijklmnopqrstuvwxyz") == ""
}

// cell is a field without white space around it; "" when the row is short or there is no such column.
func cell(row []string, column int) string {
	if column < 0 || column >= len(row) {
		return ""
	}
	return strings.TrimSpace(row[column])
}

// words makes text harmless: links and numbers of meetings masked, on one line, cut.
func words(text string) string {
	text = strings.Join(strings.FieldsFunc(text, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029'
	}), " ")
	text = text[:min(len(text), 4*maxWords)]
	runes := []rune(matchers.Mask(strings.ToValidUTF8(text, "")))
	if len(runes) > maxWords {
		runes = append(runes[:maxWords-1], '…')
	}
	return string(runes)
}
