package scanner

import (
	"slices"
	"time"
)

// CalendarTrust says how far a calendar that was read is believed by an organisation.
//
// A calendar that lies on the organisation's own site is not the organisation's word for that: a wiki or a forum under the domain lets
// strangers upload files. So it may name somebody of the organisation, who is then told of a meeting that may not be theirs; but it
// ends nothing. Only what the operator names as a calendar does. A calendar inside an archive, a mail or a calendar's attachment is
// believed by nobody: it came from somewhere else.
type CalendarTrust int

const (
	// CalendarForeign is believed nothing: its dates raise urgency, as those of any page do.
	CalendarForeign CalendarTrust = iota
	// CalendarOnSite was read on a host under one of the organisation's registered domains: it names hosts. Its dates are a page's.
	CalendarOnSite
	// CalendarOwn was read there too, from a source that the operator calls a calendar: its dates are the organisation's word also, as
	// long as no event about the meeting names an organiser from elsewhere. Many calendars take in invitations that anybody sends.
	CalendarOwn
)

// mediaCalendar is the media type of calendars.
const mediaCalendar = "text/calendar"

// MaxCalendarHosts bounds the people whom one calendar names as hosts of an organisation's leaks. One that names more is believed of
// none: it may be made to have everybody written to.
const MaxCalendarHosts = 100

// EventWord is what an event of a calendar says of its meeting, beside the start.
type EventWord struct {
	Named bool // it has an organiser
	// Organiser and SentBy, who acts for them, are e-mail addresses in lower case. Not set: there is none that can be read.
	Organiser, SentBy Secret
	Ends              time.Time // of the instance that starts at Event.Start; zero: not known
	Series            bool
	Instance          bool // it is one instance of a series, which has an event of its own
	Certain           bool // the calendar has an instance at Event.Start, and it is the next, or else the last
	Cancelled         bool
}

// heard is what the events of one document say of one meeting. It prints no address.
type heard struct {
	last              *Event // a meeting stands in its event many times
	named, disputed   bool
	organiser, sentBy Secret
	times             []When
	doubtful          bool // times may not be all
	cancelled         bool // some event is
}

// maxHeardTimes bounds the events of one meeting whose times are kept.
const maxHeardTimes = 32

// hear takes in an event. Events that say nothing of their meeting are passed over.
func (h *heard) hear(e *Event) {
	if h.last == e || e.Word == nil {
		return
	}
	h.last = e
	w := e.Word
	if w.Named {
		h.name(w.Organiser, w.SentBy)
	}
	at := When{Start: e.Start, Ends: w.Ends, Series: w.Series, By: RoleCalendar}
	switch {
	case w.Cancelled && w.Instance: // the series goes on
	case w.Cancelled:
		h.cancelled = true
	case !w.Certain:
		h.doubtful = true
	default:
		h.at(at)
	}
}

func (h *heard) at(w When) {
	switch {
	case slices.ContainsFunc(h.times, w.same):
	case len(h.times) == maxHeardTimes:
		h.doubtful = true
	default:
		h.times = append(h.times, w)
	}
}

// name takes in an organiser. Who is named otherwise elsewhere, or cannot be read, is disputed.
func (h *heard) name(organiser, sentBy Secret) {
	if h.named && (organiser.Text() != h.organiser.Text() || sentBy.Text() != h.sentBy.Text()) {
		h.disputed = true
	}
	if !h.named {
		h.named, h.organiser, h.sentBy = true, organiser, sentBy
	}
}

// with is what both say; either may be nil.
func (h *heard) with(o *heard) *heard {
	if h == nil || o == nil {
		if h == nil {
			return o
		}
		return h
	}
	if o.named {
		h.name(o.organiser, o.sentBy)
	}
	h.disputed = h.disputed || o.disputed
	h.doubtful = h.doubtful || o.doubtful
	h.cancelled = h.cancelled || o.cancelled
	for _, w := range o.times {
		h.at(w)
	}
	return h
}

// when is the next instance at now, else the last, of all that is not cancelled: zero when that cannot be said. With several dates it
// is a series. cancelled says that all of it is.
func (h *heard) when(now time.Time) (next When, cancelled bool) {
	if h.doubtful {
		return When{}, false
	}
	series := false
	for _, w := range h.times {
		series = series || w.Series || !w.Start.Time.Equal(h.times[0].Start.Time)
		if !next.Known() || w.closer(next, now) {
			next = w
		}
	}
	if !next.Known() {
		return When{}, h.cancelled
	}
	next.Series = series
	return next, false
}

// closer says whether an instance goes before another: of those that are not over the first, else the last.
func (w When) closer(than When, now time.Time) bool {
	alive := now.Before(w.Over())
	if alive != now.Before(than.Over()) {
		return alive
	}
	return w.Start.Time.Before(than.Start.Time) == alive
}
