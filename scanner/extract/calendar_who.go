package extract

import (
	"strings"
	"time"

	"meetleaks/scanner"
)

// The bounds of a line that names somebody, and of an address (RFC 5321 section 4.5.3.1), in bytes.
const (
	maxWhoLine = 4096
	maxAddress = 254
)

// who is the organiser of an event, as its lines say.
type who struct {
	named             bool
	organiser, sentBy string // addresses; "" when there is none, or none that can be read in one way only
}

// add notes an ORGANIZER line (RFC 5545 section 3.8.4.3). A second one that says something else makes both unreadable.
func (w *who) add(l *contentLine) {
	read := who{named: true}
	if len(l.text) <= maxWhoLine && !l.quotedPrintable {
		read.organiser, read.sentBy = mailto(l.value()), mailto(l.param("SENT-BY"))
	}
	if w.named && *w != read {
		read.organiser, read.sentBy = "", ""
	}
	*w = read
}

// mailto is the address of a mailto URI (RFC 6068) in lower case: "" unless it is one plain address and nothing else. Escapes,
// header fields, lists, quotes and letters beyond ASCII are refused: what is written in two ways may be read in two ways.
func mailto(uri string) string {
	const scheme = "mailto:"
	uri = strings.TrimSpace(uri)
	if len(uri) > len(scheme)+maxAddress || !strings.EqualFold(uri[:min(len(uri), len(scheme))], scheme) {
		return ""
	}
	address := strings.ToLower(uri[len(scheme):])
	local, domain, ok := strings.Cut(address, "@")
	if !ok || !dotted(local, "!#$&'*+-/=^_`{|}~") || !dotted(domain, "-") || !strings.Contains(domain, ".") {
		return ""
	}
	return address
}

// dotted says whether text is words of letters, digits and the signs, with single dots between.
func dotted(text, signs string) bool {
	for word := range strings.SplitSeq(text, ".") {
		if word == "" || strings.Trim(word, "abcdefghijklmnopqrstuvwxyz0123456789"+signs) != "" {
			return false
		}
	}
	return true
}

// word is what the event says of its meeting. start is what next gave.
func (e *calendarEvent) word(start scanner.Start, zones *zones, single *series) *scanner.EventWord {
	w := &scanner.EventWord{
		Named: e.who.named, Series: e.recurs(), Instance: e.instance.form != noMoment, Certain: e.certain, Cancelled: e.cancelled,
	}
	if e.who.organiser != "" {
		w.Organiser = scanner.NewSecret(e.who.organiser)
	}
	if e.who.sentBy != "" {
		w.SentBy = scanner.NewSecret(e.who.sentBy)
	}
	if length := e.length(zones); length > 0 && single == nil && !start.AllDay && !start.Floating {
		w.Ends = start.Time.Add(time.Duration(length) * time.Second)
	}
	return w
}

// recurs says whether the event is one of a series, or the series.
func (e *calendarEvent) recurs() bool {
	return len(e.rules) > 0 || len(e.also) > 0 || e.instance.form != noMoment
}

// forgetWords leaves of the events their dates alone: not all of them are known.
func (v *view) forgetWords() {
	for i := range v.events {
		v.events[i].Word = nil
	}
}
