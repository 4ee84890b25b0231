package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"meetleaks/scanner"
)

// The width of text, in characters, and how many failures it lists.
const (
	defaultWidth  = 80
	minWidth      = 40
	maxWidth      = 120
	shownFailures = 10
)

// textWriter groups findings by meeting and prints them at the end, the highest risk first. Meetings beyond
// maxMeetings are printed one line each, as they come.
type textWriter struct {
	w io.Writer
	*recorder
	found *collector
	paint paint
	width int
}

func newTextWriter(w io.Writer, r *recorder) *textWriter {
	width := r.Width
	if width <= 0 {
		width = defaultWidth
	}
	return &textWriter{w: w, recorder: r, found: newCollector(), paint: paint(r.Color), width: min(max(width, minWidth), maxWidth)}
}

func (t *textWriter) Finding(f scanner.Finding) error {
	rec := t.record(f)
	if t.found.add(f, rec) != nil {
		return nil
	}
	var b bytes.Buffer
	if t.found.beyond == 1 {
		fmt.Fprintf(&b, "More than %d meetings: the ones beyond are printed as they come, one line each.\n", t.found.limit)
	}
	fmt.Fprintf(&b, "%s %3d %-8s %s %s", t.paint.badge(rec.Class), rec.Risk.Score, rec.Risk.Level, t.title(rec.Platform), rec.ID)
	if len(rec.Places) > 0 {
		fmt.Fprintf(&b, "  %s", placeText(rec.Places[0]))
	}
	b.WriteByte('\n')
	return write(t.w, "finding", b.Bytes())
}

func (t *textWriter) Close(s Summary) error {
	s = s.shown()
	var b bytes.Buffer
	seen := make(map[string]bool)
	for _, m := range t.found.sorted() {
		t.meeting(&b, m)
		seen[m.Class] = true
		if err := write(t.w, "report", b.Bytes()); err != nil {
			return err
		}
		b.Reset()
	}
	t.advice(&b, seen)
	t.closing(&b, s)
	return write(t.w, "report", b.Bytes())
}

// meeting prints one meeting as a block.
func (t *textWriter) meeting(b *bytes.Buffer, m *meeting) {
	head := fmt.Sprintf("%s · %s · %s", t.title(m.Platform), kindWords(m.Kind), m.ID)
	level := fmt.Sprintf("%s %d", m.Risk.Level, m.Risk.Score)
	gap := max(t.width-4-utf8.RuneCountInString(head)-len(level), 2)
	fmt.Fprintf(b, "%s %s%s%s\n", t.paint.badge(m.Class), t.paint.bold(head), strings.Repeat(" ", gap), t.paint.level(m.Risk.Level, level))
	if m.URL != "" {
		fmt.Fprintf(b, "    %s\n", m.URL)
	}
	t.row(b, "whose", ownerText(m))
	t.row(b, "why", strings.Join(m.Risk.Reasons, "; "))
	label := "where"
	for _, place := range m.Places {
		fmt.Fprintf(b, "    %s %s\n", t.paint.dim(fmt.Sprintf("%-5s", label)), placeText(place))
		label = ""
	}
	if m.more() > 0 {
		fmt.Fprintf(b, "    %-5s %s\n", label, t.paint.dim(fmt.Sprintf("and %s", count(m.more(), "more place"))))
	}
	b.WriteByte('\n')
}

// ownerText says whose a meeting is: the registered organisation, or what the link itself names.
func ownerText(m *meeting) string {
	switch {
	case len(m.orgs) > 0 && m.MatchedBy != "":
		return strings.Join(m.orgs, ", ") + " (by " + m.MatchedBy + ")"
	case len(m.orgs) > 0:
		return strings.Join(m.orgs, ", ")
	case m.OrgHint != "":
		return "the link names " + m.OrgHint
	}
	return ""
}

func placeText(p placeRecord) string {
	text := p.URI
	if p.Page > 0 {
		text += fmt.Sprintf(", page %d", p.Page)
	}
	if p.Line > 0 {
		text += fmt.Sprintf(":%d", p.Line)
		if p.Column > 0 {
			text += fmt.Sprintf(":%d", p.Column)
		}
	}
	if len(p.Via) > 0 {
		text += "  (via " + strings.Join(p.Via, ", ") + ")"
	}
	return text
}

// row prints a labelled line, wrapped at the width.
func (t *textWriter) row(b *bytes.Buffer, label, text string) {
	for _, line := range wrap(text, t.width-10) {
		fmt.Fprintf(b, "    %s %s\n", t.paint.dim(fmt.Sprintf("%-5s", label)), line)
		label = ""
	}
}

// advice prints what to do, one entry for each class that was found.
func (t *textWriter) advice(b *bytes.Buffer, seen map[string]bool) {
	if len(seen) == 0 {
		return
	}
	fmt.Fprintf(b, "%s\n", t.paint.bold("What to do"))
	for _, class := range classes() {
		if !seen[class] {
			continue
		}
		first := t.paint.badge(class)
		for _, line := range wrap(classWords(class)+": "+advice(class), t.width-4) {
			fmt.Fprintf(b, "%s %s\n", first, line)
			first = "   "
		}
	}
	b.WriteByte('\n')
}

// closing says what was read and, before anything sounds clean, what was not.
func (t *textWriter) closing(b *bytes.Buffer, s Summary) {
	read := fmt.Sprintf("%s (%s)", count(int(s.Documents), "document"), byteCount(s.Bytes))
	found := len(t.found.meetings) + t.found.beyond
	switch {
	case found > 0:
		fmt.Fprintf(b, "%s in %s.\n", count(max(s.Meetings, len(t.found.meetings)), "meeting"), read)
	case s.Incomplete:
		fmt.Fprintf(b, "No meeting links in what could be read: %s. Not everything could be.\n", read)
	case s.Documents == 0:
		fmt.Fprintf(b, "Nothing was read, so nothing can be said.\n")
	case s.Unregistered > 0 || s.Possible > 0:
		fmt.Fprintf(b, "No meeting links to list in %s.\n", read)
	default:
		fmt.Fprintf(b, "No meeting links found in %s. Nothing to do.\n", read)
	}
	t.unread(b, s)
}

func (t *textWriter) unread(b *bytes.Buffer, s Summary) {
	failures, _, _ := Divided(s.Skipped)
	if s.Incomplete {
		fmt.Fprintf(b, "%s\n", t.paint.level("high", "Incomplete: "+count(len(failures), "thing")+" could not be read to the end."))
	}
	for _, skip := range failures[:min(len(failures), shownFailures)] {
		fmt.Fprintf(b, "    %s: %s\n", skip.URI, skip.Reason)
	}
	if len(failures) > shownFailures {
		fmt.Fprintf(b, "    and %d more (--summary lists all)\n", len(failures)-shownFailures)
	}
	for _, line := range asides(s) {
		fmt.Fprintf(b, "%s\n", t.paint.dim(line))
	}
}

// asides are the numbers that a reader should know beside the findings.
func asides(s Summary) []string {
	var lines []string
	_, left, judged := Divided(s.Skipped)
	if len(left) > 0 {
		lines = append(lines, fmt.Sprintf("%s left out on purpose (exclusions, limits, kinds not read); they were not looked at.", things(len(left))))
	}
	if len(judged) > 0 {
		lines = append(lines, fmt.Sprintf("%s read to the end, but with too many meetings for the text around each to be weighed.", things(len(judged))))
	}
	if s.Ignored > 0 {
		lines = append(lines, fmt.Sprintf("%s hidden by the ignore file.", count(s.Ignored, "finding")))
	}
	if s.Unregistered > 0 {
		lines = append(lines, fmt.Sprintf("%s of organisations that are not registered: counted, not listed.", count(s.Unregistered, "link")))
	}
	if s.Possible > 0 {
		lines = append(lines, fmt.Sprintf("%s that may lead to a meeting: the wrapping cannot be taken off offline.", count(int(s.Possible), "wrapped link")))
	}
	return lines
}

func things(n int) string {
	if n == 1 {
		return "1 thing was"
	}
	return fmt.Sprintf("%d things were", n)
}

// count is "1 place", "2 places".
func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// byteCount is a size in decimal units.
func byteCount(n int64) string {
	units := [...]string{"B", "kB", "MB", "GB", "TB"}
	size, unit := float64(n), 0
	for size >= 1000 && unit < len(units)-1 {
		size, unit = size/1000, unit+1
	}
	if unit == 0 {
		return fmt.Sprintf("%d B", n)
	}
	return fmt.Sprintf("%.1f %s", size, units[unit])
}

// wrap breaks text at spaces into lines of at most width characters; a longer word gets a line of its own.
func wrap(text string, width int) []string {
	var lines []string
	line, used := "", 0
	for _, word := range strings.Fields(text) {
		n := utf8.RuneCountInString(word)
		switch {
		case used == 0:
			line, used = word, n
		case used+1+n <= width:
			line, used = line+" "+word, used+1+n
		default:
			lines = append(lines, line)
			line, used = word, n
		}
	}
	if used > 0 {
		lines = append(lines, line)
	}
	return lines
}

// paint adds ANSI colours when it is true.
type paint bool

func (p paint) with(code, text string) string {
	if !p {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (p paint) bold(text string) string { return p.with("1", text) }
func (p paint) dim(text string) string  { return p.with("2", text) }

// badge is the class as three characters, coloured by what it gives away.
func (p paint) badge(class string) string {
	if !p {
		return "[" + class + "]"
	}
	code := "48;5;240"
	switch class {
	case "A":
		code = "48;5;160"
	case "B":
		code = "48;5;130"
	case "C":
		code = "48;5;90"
	case "D":
		code = "48;5;94"
	case "E":
		code = "48;5;28"
	case "F":
		code = "48;5;25"
	case "G":
		code = "48;5;60"
	}
	return p.with("1;38;5;231;"+code, " "+class+" ")
}

func (p paint) level(level, text string) string {
	switch level {
	case "critical":
		return p.with("1;31", text)
	case "high":
		return p.with("31", text)
	case "medium":
		return p.with("33", text)
	}
	return p.with("2", text)
}
