package main

import (
	"cmp"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"meetleaks/cmd/meetleaks/internal/console"
	"meetleaks/cmd/meetleaks/internal/report"
	"meetleaks/matchers"
	"meetleaks/scanner"
)

// ink colours text for a terminal when it is true.
type ink bool

// ink is true where a person reads standard output in colour.
func (a *app) ink() ink {
	return ink(isTerminal(a.stdout) && a.getenv("NO_COLOR") == "" && a.getenv("TERM") != "dumb")
}

func (i ink) with(code, text string) string {
	if !i || strings.TrimSpace(text) == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (i ink) bold(text string) string { return i.with("1", text) }
func (i ink) dim(text string) string  { return i.with("2", text) }

func (i ink) level(level, text string) string {
	switch level {
	case "critical":
		return i.with("1;31", text)
	case "high":
		return i.with("31", text)
	case "medium":
		return i.with("33", text)
	}
	return text
}

// cell is a text of a table, made fit to be shown, and its colour.
type cell struct {
	text  string
	paint func(string) string // nil: none
}

// maxCell is the most of a cell that is shown, in characters.
const maxCell = 44

// pad cuts and fills a cell to a column's width.
func (c cell) pad(width int) string {
	text := c.text + strings.Repeat(" ", max(width-utf8.RuneCountInString(c.text), 0))
	if c.paint != nil {
		return c.paint(text)
	}
	return text
}

func newCell(text string, paint func(string) string) cell {
	text = plain(text)
	if runes := []rune(text); len(runes) > maxCell {
		text = string(runes[:maxCell-1]) + "…"
	}
	return cell{text, paint}
}

// columnsOf is the width of each column, and of a whole row.
func columnsOf(rows [][]cell) (widths []int, all int) {
	for _, row := range rows {
		for i, c := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(c.text))
		}
	}
	for _, w := range widths {
		all += w + 2
	}
	return widths, max(all-2, 0)
}

// table lines rows up.
func table(rows [][]cell) string {
	widths, _ := columnsOf(rows)
	var b strings.Builder
	for _, row := range rows {
		var line strings.Builder
		for i, c := range row {
			if i == len(row)-1 {
				line.WriteString(c.pad(0))
				break
			}
			line.WriteString(c.pad(widths[i]) + "  ")
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return b.String()
}

// silencedTable is leakTable for what is silenced.
func (a *app) silencedTable(list []console.Leak, n int) string {
	var rows [][]cell
	i := a.ink()
	for _, l := range list {
		rows = append(rows, a.silencedRow(l, n, i))
	}
	return a.fitting(rows, i, "ID", "HID", "ENDS", "MEETING", "ORG", "STATE", "BY", "WHY")
}

func (a *app) silencedRow(l console.Leak, n int, i ink) []cell {
	hid, ends, by := cell{text: "nothing", paint: i.bold}, "never by itself", l.By
	if !l.HidNothing() {
		hid = newCell(l.HidWords(), nil)
	}
	if !l.Until.IsZero() {
		ends = agoWords(l.Until, a.nowOf(l))
	}
	if l.ByRef != "" {
		by += " (" + l.ByRef + ")"
	}
	return []cell{
		newCell(short(l.ID, n), i.bold), hid, newCell(ends, nil), newCell(meetingWords(l), nil), newCell(l.Org, nil), newCell(l.State, nil),
		newCell(by, nil), newCell(cmp.Or(l.Reason, "-"), i.dim),
	}
}

// leakTable is a line for each leak where the terminal is wide enough, two where it is not.
func (a *app) leakTable(list []console.Leak, n int) string {
	i := a.ink()
	var rows [][]cell
	for _, l := range list {
		rows = append(rows, a.leakRow(l, n, i))
	}
	return a.fitting(rows, i, "ID", "RISK", "STARTS", "MEETING", "ORG", "STATE", "SEEN AT", "ALERT")
}

// fitting is rows as a table where the terminal is wide enough, else two lines each.
func (a *app) fitting(rows [][]cell, i ink, names ...string) string {
	if len(rows) == 0 {
		return ""
	}
	head := make([]cell, 0, len(names))
	for _, name := range names {
		head = append(head, cell{name, i.dim})
	}
	whole := append([][]cell{head}, rows...)
	if _, all := columnsOf(whole); width(a.stdout) == 0 || all <= width(a.stdout) {
		return table(whole)
	}
	return narrow(rows, i)
}

func (a *app) leakRow(l console.Leak, n int, i ink) []cell {
	level := func(text string) string { return i.level(l.Risk.Level, text) }
	soon := i.dim
	if harmOf(l, a.now()).rank < 2 {
		soon = i.bold
	}
	return []cell{
		newCell(short(l.ID, n), i.bold), newCell(cmp.Or(l.Risk.Level, "-"), level), newCell(startWords(l.When.Domain(), a.nowOf(l)), soon),
		newCell(meetingWords(l), nil), newCell(l.Org, nil), newCell(l.State, nil), newCell(count(l.DistinctPlaces, "place"), nil),
		newCell(accountWords(l.Account), i.dim),
	}
}

// narrow shows each leak in two lines: how soon and how bad, then what.
func narrow(rows [][]cell, i ink) string {
	var b strings.Builder
	for _, row := range rows {
		fmt.Fprintf(&b, "%s  %s  %s\n", row[0].pad(0), row[1].pad(0), row[2].pad(0))
		rest := make([]string, 0, len(row))
		for _, c := range row[3:] {
			rest = append(rest, c.text)
		}
		fmt.Fprintf(&b, "    %s\n", strings.Join(rest, i.dim(" · ")))
	}
	return b.String()
}

// meetingWords is "zoom 981•••••210 [B]".
func meetingWords(l console.Leak) string {
	return fmt.Sprintf("%s %s [%s]", plain(l.Platform), plain(l.MaskedID), cmp.Or(plain(l.Class), "?"))
}

// accountWords says whether somebody was told.
func accountWords(c console.Account) string {
	if c.Kind == string(scanner.AccountSuppressed) {
		return c.Kind + ": " + c.Reason
	}
	return cmp.Or(c.Kind, "-")
}

// startWords says when it starts, as short as can be.
func startWords(w scanner.When, now time.Time) string {
	if !w.Known() {
		if w.Series {
			return "a series, start unknown"
		}
		return "unknown"
	}
	exact := !w.Start.AllDay && !w.Start.Floating
	switch {
	case !now.Before(w.Over()):
		return "passed, " + startText(w.Start, now)
	case !now.Before(w.Begins()) && exact:
		return "running since " + startText(w.Start, now)
	case !now.Before(w.Begins()):
		return "may be running, " + startText(w.Start, now)
	}
	return "in " + spanWords(w.Begins().Sub(now)) + ", " + startText(w.Start, now)
}

// nowOf is the present in the zone of a leak's organisation: all times of the leak are shown there.
func (a *app) nowOf(l console.Leak) time.Time {
	zone, err := time.LoadLocation(l.Timezone)
	if err != nil || zone == time.Local {
		zone = time.UTC
	}
	return a.now().In(zone)
}

// startText is a start in the zone of now; what has no zone stays as it was written.
func startText(s scanner.Start, now time.Time) string {
	switch {
	case s.AllDay:
		return s.Time.UTC().Format("Mon 2 Jan")
	case s.Floating:
		return s.Time.UTC().Format("Mon 2 Jan 15:04") + " (zone?)"
	}
	return momentText(s.Time, now)
}

// momentText is a moment in the zone of now, which it names: near ones by weekday, others by date.
func momentText(t, now time.Time) string {
	t = t.In(now.Location())
	if d := t.Sub(now).Abs(); d < 6*24*time.Hour {
		return t.Format("Mon 15:04 ") + console.ZoneName(t)
	}
	return t.Format("2006-01-02 15:04 ") + console.ZoneName(t)
}

// spanWords is a length of time, rounded to its largest unit.
func spanWords(d time.Duration) string {
	switch d = d.Abs(); {
	case d < time.Minute:
		return "under 1 min"
	case d < 90*time.Minute:
		return fmt.Sprintf("%d min", int(d.Round(time.Minute).Minutes()))
	case d < 36*time.Hour:
		return fmt.Sprintf("%d h", int(d.Round(time.Hour).Hours()))
	}
	return count(int(d.Round(24*time.Hour).Hours()/24), "day")
}

// agoWords is a moment, and how far it is.
func agoWords(t, now time.Time) string {
	if t.After(now) {
		return fmt.Sprintf("%s (in %s)", momentText(t, now), spanWords(t.Sub(now)))
	}
	return fmt.Sprintf("%s (%s ago)", momentText(t, now), spanWords(now.Sub(t)))
}

// stateWords is a state, how long it lasts, why and by whose word.
func stateWords(l console.Leak, now time.Time) string {
	text := l.State
	if !l.Until.IsZero() {
		text += " until " + agoWords(l.Until, now)
	}
	if l.Ladder.SnoozedUntil.After(now) {
		text += ", reminders wait until " + agoWords(l.Ladder.SnoozedUntil, now)
	}
	if l.By != "" && l.By != string(scanner.RolePage) {
		text += ", by the word of: " + l.By
	}
	if l.PublicPlaces > 0 && l.State != string(scanner.StatePublic) {
		text += ", public on purpose at " + count(l.PublicPlaces, "place")
	}
	if l.Reason != "" {
		text += fmt.Sprintf(" (%s)", l.Reason)
	}
	return plain(text)
}

// sheet is the text about one leak, as it is written.
type sheet struct {
	strings.Builder
	ink
	width int
	now   time.Time
}

// row is a labelled text, wrapped.
func (s *sheet) row(label, text string) {
	for _, line := range wrapped(plain(text), s.width-11) {
		fmt.Fprintf(s, "%s%s\n", s.dim(fmt.Sprintf("%-11s", label)), line)
		label = ""
	}
}

func (s *sheet) head(text string) { fmt.Fprintf(s, "\n%s\n", s.bold(text)) }

// line is an indented text.
func (s *sheet) line(format string, args ...any) {
	first := "  "
	for _, line := range wrapped(plain(fmt.Sprintf(format, args...)), s.width-4) {
		fmt.Fprintf(s, "%s%s\n", first, line)
		first = "    "
	}
}

// wrapped breaks text at spaces into lines of at most width characters; a longer word gets a line of its own.
func wrapped(text string, width int) []string {
	var lines []string
	line, used := "", 0
	for _, word := range strings.Fields(text) {
		n := utf8.RuneCountInString(word)
		if used > 0 && used+1+n > width {
			lines, line, used = append(lines, line), "", 0
		}
		if used > 0 {
			line, used = line+" ", used+1
		}
		line, used = line+word, used+n
	}
	if used > 0 {
		lines = append(lines, line)
	}
	return lines
}

// The bounds of the text about one leak.
const (
	sheetWidth = 100 // characters, where no terminal says
	minSheet   = 50
	maxSheet   = 140
	maxShownAt = 20 // places, deliveries, audit entries; json shows all
)

// leakText is all about one leak.
func (a *app) leakText(d console.LeakDetails) string {
	s := &sheet{ink: a.ink(), width: min(max(cmp.Or(width(a.stdout), sheetWidth), minSheet), maxSheet), now: a.nowOf(d.Leak)}
	s.what(d.Leak)
	s.places(d)
	s.deliveries(d)
	s.audit(d)
	s.next(d.Leak)
	return s.String()
}

func (s *sheet) what(l console.Leak) {
	fmt.Fprintf(s, "%s\n\n", s.bold(plain(fmt.Sprintf("%s %s %s of %s", l.Platform, l.Kind, l.MaskedID, l.Org))))
	s.row("id", l.ID)
	s.row("state", stateWords(l, s.now)+"; since "+agoWords(l.Since, s.now))
	s.row("starts", startSentence(l.When, s.now))
	s.row("risk", fmt.Sprintf("%s (%d of 100): %s", cmp.Or(l.Risk.Level, "not known"), l.Risk.Score, strings.Join(l.Risk.Reasons, "; ")))
	gives := report.ClassWords(l.Class) + " (class " + cmp.Or(l.Class, "?") + ")"
	if len(l.Secrets) > 0 {
		gives += ", published with its " + strings.Join(l.Secrets, ", ")
	}
	if l.Raid {
		gives += "; words beside it call for a raid"
	}
	s.row("gives away", gives)
	s.row("host", hostWords(l))
	s.row("alert", roundWords(l))
	if l.Waiting != nil {
		s.row("waits", fmt.Sprintf("%s, said by: %s, %s. An analyst decides", console.WaitWords(l.Waiting.What), l.Waiting.By, agoWords(l.Waiting.At, s.now)))
	}
	if l.Silenced() {
		s.row("hid since", l.HidWords())
	}
}

// startSentence says when it starts and who says so.
func startSentence(w *console.When, now time.Time) string {
	when := w.Domain()
	text := startWords(when, now)
	if when.Known() && when.Trusted() {
		text += ", says: " + w.By
	} else if when.Known() {
		text += ", as a page claims (such a claim makes it more urgent, never less)"
	}
	if when.Series && when.Known() {
		text += "; one of a series"
	}
	return text
}

func hostWords(l console.Leak) string {
	if l.HostKnown {
		return "known"
	}
	return "not known: `hosts` and `hosts_file` of the configuration name hosts"
}

// roundWords says who was told in the present round.
func roundWords(l console.Leak) string {
	text := accountWords(l.Account)
	if l.Ladder.Round > 1 {
		text += fmt.Sprintf(", round %d", l.Ladder.Round)
	}
	for _, told := range []struct {
		who string
		console.Told
	}{{"host", l.Ladder.Host}, {"delegate", l.Ladder.Delegate}, {"channel", l.Ladder.Channel}} {
		switch {
		case told.GaveUp:
			text += "; " + told.who + ": given up"
		case !told.Accepted.IsZero():
			text += "; " + told.who + ": told"
		case !told.At.IsZero():
			text += "; " + told.who + ": under way"
		}
	}
	return text
}

func (s *sheet) places(d console.LeakDetails) {
	s.head(fmt.Sprintf("Places (%d, seen %s)", d.Leak.DistinctPlaces, times(d.Leak.Sightings)))
	for _, at := range d.Sightings[:min(len(d.Sightings), maxShownAt)] {
		text := at.Place
		if at.Page > 0 {
			text += fmt.Sprintf(", page %d", at.Page)
		}
		if at.Line > 0 {
			text += fmt.Sprintf(":%d", at.Line)
		}
		text += fmt.Sprintf("  (%s, seen %s", at.Source, agoWords(at.SeenAt, s.now))
		if at.Reach > 0 {
			text += fmt.Sprintf(", reaches %d", at.Reach)
		}
		if len(at.Via) > 0 {
			text += ", via " + strings.Join(at.Via, ", ")
		}
		text += ")"
		if at.Public {
			text += " ON PURPOSE"
		}
		if !at.Gone.IsZero() {
			text += " GONE since " + momentText(at.Gone, s.now)
		}
		if l := d.Leak.Waiting; l != nil && l.Place != "" && l.Place == at.ID {
			text += " THE ONE THAT IS MEANT"
		}
		if at.ID != "" && len(d.Sightings) > 1 {
			text += " [" + at.ID + "]"
		}
		s.line("%s", text)
	}
	s.more(len(d.Sightings), max(d.Leak.DistinctPlaces-len(d.Sightings), 0), "place")
	s.line("first seen %s, last %s", agoWords(d.Leak.FirstSeen, s.now), agoWords(d.Leak.LastSeen, s.now))
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

// more says how many of a list are not shown, and how many are not kept.
func (s *sheet) more(listed, lost int, what string) {
	if n := listed - maxShownAt; n > 0 {
		s.line("and %s: --format json shows all", count(n, "more "+what))
	}
	if lost > 0 {
		s.line("and %s that %s only counted", count(lost, what), map[bool]string{true: "is", false: "are"}[lost == 1])
	}
}

func (s *sheet) deliveries(d console.LeakDetails) {
	s.head("Told")
	for _, row := range d.Deliveries[:min(len(d.Deliveries), maxShownAt)] {
		s.line("%s", deliveryWords(row, s.now))
	}
	if len(d.Deliveries) == 0 {
		s.line("nobody yet")
	}
	s.more(len(d.Deliveries), 0, "delivery record")
}

// deliveryWords is one delivery: to whom, what, and how far it came.
func deliveryWords(row console.Delivery, now time.Time) string {
	text := row.To
	if row.Channel != "" {
		text += " by " + row.Channel
	}
	text += ": " + row.Kind
	if row.Rung != "" {
		text += " (" + row.Rung + ")"
	}
	if row.Digest {
		text += " in a digest"
	}
	text += ", " + row.State
	switch {
	case row.State == string(scanner.DeliveryPending):
		text += ", due " + agoWords(row.Due, now)
	case !row.Done.IsZero():
		text += " " + agoWords(row.Done, now)
	}
	if row.Reason != "" {
		text += ": " + row.Reason
	}
	if row.Attempts > 1 || row.Attempts > 0 && row.State != string(scanner.DeliveryAccepted) {
		text += ", " + count(row.Attempts, "attempt")
	}
	if row.LastError != "" {
		text += ", the last failed: " + row.LastError
	}
	return text
}

func (s *sheet) audit(d console.LeakDetails) {
	if len(d.Audit) == 0 {
		return
	}
	s.head("Who did what")
	for _, e := range d.Audit[:min(len(d.Audit), maxShownAt)] {
		who := strings.TrimSpace(cmp.Or(e.By, "meetleaks") + " " + e.Ref)
		text := fmt.Sprintf("%s  %s: %s", momentText(e.At, s.now), who, e.What)
		if e.From != e.To && e.To != "" {
			text += fmt.Sprintf(", %s to %s", cmp.Or(e.From, "new"), e.To)
		}
		if e.Reason != "" {
			text += " (" + e.Reason + ")"
		}
		s.line("%s", text)
	}
	s.more(len(d.Audit), 0, "entry of the audit")
	if d.More {
		s.line("older entries are not shown")
	}
}

// next says what can be done.
func (s *sheet) next(l console.Leak) {
	s.head("What can be done")
	for _, text := range l.Advice(s.now) {
		s.line("the host: %s", text)
	}
	for _, command := range nextCommands(l) {
		fmt.Fprintf(s, "  meetleaks leak %s\n", command)
	}
}

func nextCommands(l console.Leak) []string {
	id := short(l.ID, shortID)
	var all []string
	if l.Waiting != nil && checkWhat(l.Waiting.What) == nil {
		all = append(all, fmt.Sprintf("confirm %s --what %s", id, l.Waiting.What), fmt.Sprintf("refuse %s --what %s", id, l.Waiting.What))
	}
	switch scanner.State(l.State) {
	case scanner.StateOpen:
		all = append(all, "ack "+id+" --for 4h", "close "+id+" --as safe-by-word|over|not-ours --reason '…'")
	case scanner.StateMuted, scanner.StatePublic:
		return append(all, "unmute "+id, "close "+id+" --as over|not-ours --reason '…'")
	case scanner.StateRemoved:
		all = append(all, "close "+id+" --as safe-by-word|over|not-ours --reason '…'", "reopen "+id+" --reason '…'")
	default:
		return append(all, "reopen "+id+" --reason '…'")
	}
	all = append(all, "assign "+id+" --to ADDRESS")
	if l.Class != string(matchers.HostCredential) {
		all = append(all, "mute "+id+" --until 30d --reason '…'", "public "+id+" --what page|series --until 90d --reason '…'")
	}
	return all
}
