package calendar

import (
	"bytes"
	"crypto/sha256"
	"slices"
	"strings"
)

// surveyed is what a first look at a calendar finds. Nothing is kept of it but counts and a hash.
type surveyed struct {
	version []byte // changes with the calendar, but not with what servers change by themselves
	events  int
	recurs  bool
	details bool     // an event says more than when it is and that somebody is busy
	titles  []string // at most maxTitles different ones
}

const (
	maxTitles = 4
	maxTitle  = 40 // bytes of one that may stand for "busy"
)

// survey reads a calendar's lines (RFC 5545). Folded lines are looked at by their first part, which is enough here. It is linear, and any
// bytes will do.
func survey(body []byte) surveyed {
	var out surveyed
	hash := sha256.New()
	inside := false // of an event
	stamp := false  // the line before was DTSTAMP
	for line := range bytes.Lines(body) {
		folded := line[0] == ' ' || line[0] == '\t'
		if folded && stamp {
			continue
		}
		name, value := property(line)
		if stamp = !folded && name == "DTSTAMP"; stamp { // some servers write the time of the answer
			continue
		}
		_, _ = hash.Write(line) // never fails
		switch {
		case folded:
		case name == "BEGIN" && (strings.EqualFold(value, "VEVENT") || strings.EqualFold(value, "VFREEBUSY")):
			inside = true
			out.events++
		case name == "END" && (strings.EqualFold(value, "VEVENT") || strings.EqualFold(value, "VFREEBUSY")):
			inside = false
		case inside:
			out.property(name, value)
		}
	}
	out.version = hash.Sum(nil)[:16]
	return out
}

// property is the name and the value of a line, the name in upper case.
func property(line []byte) (name, value string) {
	head, rest, ok := bytes.Cut(line, []byte(":"))
	if !ok || len(head) > 1000 {
		return "", ""
	}
	if at := bytes.IndexByte(head, ';'); at >= 0 {
		head = head[:at]
	}
	return strings.ToUpper(strings.TrimSpace(string(head))), strings.TrimSpace(string(rest))
}

// property notes what a line says of an event.
func (s *surveyed) property(name, value string) {
	switch {
	case value == "":
	case name == "RRULE" || name == "RDATE":
		s.recurs = true
	case name == "SUMMARY":
		title := strings.ToLower(value)
		if len(title) > maxTitle {
			s.details = true
		} else if !slices.Contains(s.titles, title) && len(s.titles) <= maxTitles {
			s.titles = append(s.titles, title)
		}
	case name == "DESCRIPTION" || name == "LOCATION" || name == "URL" || name == "ATTACH" || name == "CONFERENCE" || name == "COMMENT",
		strings.HasPrefix(name, "X-ALT-") || strings.HasPrefix(name, "X-GOOGLE-") || strings.HasPrefix(name, "X-MICROSOFT-SKYPE"),
		strings.HasPrefix(name, "X-MICROSOFT-ONLINE") || strings.HasPrefix(name, "X-ZOOM"):
		s.details = true
	}
}

// many events under few titles say when somebody is busy, in whatever language.
const manyEvents = 10

// busyOnly says whether a calendar shows free and busy times alone.
func (s surveyed) busyOnly() bool {
	if s.events == 0 || s.details || len(s.titles) > maxTitles {
		return false
	}
	return s.events >= manyEvents*max(len(s.titles), 1) || !slices.ContainsFunc(s.titles, func(title string) bool { return !saysBusy(title) })
}

// saysBusy knows what calendars write in place of titles.
func saysBusy(title string) bool {
	switch title {
	case "busy", "free", "tentative", "away", "out of office", "working elsewhere", "unavailable", "available",
		"beschäftigt", "gebucht", "besetzt", "belegt", "frei", "mit vorbehalt", "abwesend", "nicht im büro",
		"occupé", "occupé(e)", "libre", "absent", "provisoire", "ocupado", "disponible", "ausente", "provisional",
		"occupato", "libero", "bezet", "vrij", "zajęty", "ocupado(a)", "upptagen", "optaget", "opptatt", "varattu", "予定あり", "忙碌":
		return true
	}
	return false
}

// notes are what people should know of a calendar.
func (s surveyed) notes(cut bool) []string {
	var out []string
	switch {
	case s.events == 0:
		out = append(out, "holds no event")
	case s.busyOnly():
		out = append(out, "shows free and busy times only: nothing can leak, and nothing is seen")
	}
	if cut {
		out = append(out, "larger than is read: events at its end are not seen")
	}
	return out
}
