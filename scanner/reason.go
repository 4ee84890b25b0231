package scanner

import (
	"slices"
	"strings"
	"time"
)

// The reasons that a start leaves, before what was read of it.
const (
	reasonUnknown = "the start is unknown: it may be live now"
	reasonPast    = "the date beside the link"
	reasonLater   = "it is still to come"
	reasonWeek    = "it starts within a week"
	reasonDay     = "it starts within a day or is running now"
)

// Reasons are those of the risk as they are to be shown at now. What one document said of the start gives way to what is known of it
// now, in the same place: from somebody who knows better, or because time has passed. The score stays as it was found.
func (l Leak) Reasons(now time.Time) []string {
	list := slices.Clone(l.Risk.Reasons)
	for i, reason := range list {
		if isStartReason(reason) {
			list[i] = l.When.reason(now)
		}
	}
	return list
}

func isStartReason(reason string) bool {
	for _, begin := range [...]string{reasonUnknown, reasonPast, reasonLater, reasonWeek, reasonDay} {
		if strings.HasPrefix(reason, begin) {
			return true
		}
	}
	return false
}

// reason is how soon the instance is, in words.
func (w When) reason(now time.Time) string {
	if !w.Known() {
		return reasonUnknown
	}
	text := reasonLater
	switch left := w.Begins().Sub(now); {
	case !now.Before(w.Over()):
		text = "its start has passed, but the link may still work"
	case left <= 0:
		text = "it may be running now"
	case left <= 24*time.Hour:
		text = "it starts within a day"
	case left <= 7*24*time.Hour:
		text = reasonWeek
	}
	if !w.Trusted() {
		text += ", as a page claims"
	}
	return text
}
