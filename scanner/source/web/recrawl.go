package web

import (
	"cmp"
	"hash/fnv"
	"io"
	"math"
	"time"
)

// Visit is what is remembered of a page between passes. It holds no text of the page. URL is a page's address, or that of a sitemap
// with "#sitemap" behind it, never a meeting link. Stores keep it sealed, see visitMemory.
type Visit struct {
	URL   string `json:"-"`
	Depth int    `json:"depth,omitempty"` // links away from a start

	ETag         string    `json:"etag,omitempty"`     // as the server sent it, for the next conditional request
	LastModified string    `json:"modified,omitempty"` // the same
	Length       int64     `json:"length,omitempty"`   // bytes that the full answer took on the wire
	BodyHash     uint64    `json:"body,omitempty"`     // of the bytes
	TextHash     uint64    `json:"text,omitempty"`     // of the text, 0: not known
	LastMod      time.Time `json:"lastmod,omitzero"`   // of its sitemap or feed, zero: none
	To           string    `json:"to,omitempty"`       // where a redirect led, "" for none
	Partial      bool      `json:"partial,omitempty"`  // not all that it leads to could be remembered: read in full

	At         time.Time     `json:"at,omitzero"`          // of the last look, zero: never
	Next       time.Time     `json:"-"`                    // of the next look
	Interval   time.Duration `json:"interval,omitempty"`   // between looks, before jitter and before what follows; 0: none yet
	Changes    int           `json:"changes,omitempty"`    // looks that found a change
	Fails      int           `json:"fails,omitempty"`      // looks in a row that failed
	Gone       int           `json:"gone,omitempty"`       // looks in a row that found no page (404, 410)
	GoneSince  time.Time     `json:"gone_since,omitzero"`  // of the first of these
	Generation uint64        `json:"generation,omitempty"` // of the configuration under which its text was matched, see SourceOptions

	LeakOpen   bool      `json:"leak_open,omitempty"`   // a look claimed something on the page, and it was not yet gone twice
	Leaked     bool      `json:"leaked,omitempty"`      // a look ever did
	LeakLooks  int       `json:"leak_looks,omitempty"`  // looks since it opened, or since something new was claimed
	LeakGone   int       `json:"leak_gone,omitempty"`   // looks in a row that did not find it, an hour or more apart; at 2 LeakOpen ends
	LeakGoneAt time.Time `json:"leak_gone_at,omitzero"` // of the last of these
	Claims     []string  `json:"claims,omitempty"`      // where on the page something is claimed, see claims.go; at most maxClaims
	Claimed    int       `json:"claimed,omitempty"`     // by the last look that read the page
	DoubtAt    time.Time `json:"doubt_at,omitzero"`     // when some of it may have vanished: read in full until an hour later that is seen again
	StoodAt    time.Time `json:"stood_at,omitzero"`     // when the Taker was told last that what is claimed stands there
	MeetingAt  time.Time `json:"meeting_at,omitzero"`   // start of the next meeting on the page, zero: none known
}

// Look is what came of one visit to a page.
type Look struct {
	At       time.Time
	Began    time.Time // zero: At. Looks are an hour apart when one begins an hour after the other ended.
	Result   Result
	LeakSeen bool // the open leak still stands on the page; counts when the look did not fail
}

// Result is what a look found.
type Result int

// The results.
const (
	Changed   Result = iota // another text than before, or the first look
	Unchanged               // the same, or 304
	Missing                 // 404
	Removed                 // 410
	Failed                  // network, 5xx, 429, truncated: says nothing of the page
)

// Schedule says when a page is read again. Zero fields stand for the defaults.
type Schedule struct {
	Min    time.Duration // 15 minutes
	Max    time.Duration // 30 days, at most ten years
	Jitter float64       // 0.1, at most 0.5: the share by which the time is moved either way, fixed for each URL; negative: none
}

const (
	firstInterval = 24 * time.Hour // is assumed of a page of which nothing is known
	longest       = 10 * 365 * 24 * time.Hour
)

func (s Schedule) withDefaults() Schedule {
	s.Min = cmp.Or(max(s.Min, 0), 15*time.Minute)
	s.Min = min(s.Min, longest)
	s.Max = min(max(cmp.Or(max(s.Max, 0), 30*24*time.Hour), s.Min), longest)
	if s.Jitter == 0 || math.IsNaN(s.Jitter) {
		s.Jitter = 0.1
	}
	s.Jitter = min(max(s.Jitter, 0), 0.5)
	return s
}

// After is the visit with what the look tells, and when to look again. It is pure: the same visit and look make the same.
//
// The interval halves on a change and grows by half on none, between Min and Max (Cho and Garcia-Molina, "Effective page refresh
// policies for web crawlers", 2003, say why not in proportion to the rate of change). A page that is gone is looked at ever less
// often. A failure says nothing of the page: the interval stays, and the next try comes after Min, then twice that, and so on.
// An open leak and a meeting that is near make the next look come sooner, see leakDelay, unsure and meetingDelay; nothing makes it come later.
func (s Schedule) After(v Visit, look Look) Visit {
	s = s.withDefaults()
	v = v.countedLeak(look)
	v = v.countedGone(look)
	v.At = look.At
	delay := s.delay(&v, look.Result)
	delay = s.jittered(v.URL, delay)
	if near, ok := v.leakDelay(); ok {
		delay = min(delay, s.sooner(v.URL, near))
	}
	if v.unsure() {
		delay = min(delay, looksApart) // no sooner: a look within the hour is not counted
	}
	if near, ok := v.meetingDelay(look.At); ok {
		delay = min(delay, s.sooner(v.URL, near))
	}
	v.Next = look.At.Add(delay)
	return v
}

// delay keeps count of what was found, and is the time to the next look by that alone.
func (s Schedule) delay(v *Visit, r Result) time.Duration {
	interval := s.clamp(cmp.Or(max(v.Interval, 0), firstInterval))
	if r == Failed {
		v.Fails++
		v.Interval = interval
		return s.backoff(v.Fails)
	}
	v.Fails = 0
	switch r {
	case Changed:
		v.Changes++
		interval /= 2
	case Unchanged:
		interval += interval / 2
	case Missing:
		interval *= 4
	case Removed:
		interval = s.Max
	}
	v.Interval = s.clamp(interval)
	return v.Interval
}

func (s Schedule) clamp(d time.Duration) time.Duration { return min(max(d, s.Min), s.Max) }

// backoff is the time to the next try after so many failures in a row.
func (s Schedule) backoff(fails int) time.Duration {
	delay := s.Min
	for range min(fails, 64) - 1 {
		if delay >= s.Max/2 {
			return s.Max
		}
		delay *= 2
	}
	return delay
}

// looksApart is how far apart two looks must be for what both did not find to be believed gone. The pipeline counts so, too.
const looksApart = time.Hour

// countedGone counts looks in a row that found no page.
func (v Visit) countedGone(look Look) Visit {
	switch look.Result {
	case Missing, Removed:
		if v.Gone == 0 {
			v.GoneSince = look.At
		}
		v.Gone++
	case Changed, Unchanged:
		v.Gone, v.GoneSince = 0, time.Time{}
	}
	return v
}

// forgotten says whether a page is not asked for any more by itself: it was not there at two looks or more, an hour or more apart, and
// nothing was ever claimed on it. What still leads to it has it asked for. Once its Next has long passed stores forget it.
func (v Visit) forgotten() bool {
	return v.Gone >= 2 && v.At.Sub(v.GoneSince) >= looksApart && !v.Leaked
}

// countedLeak counts a look at a page with an open leak. That the leak is gone is believed after two looks in a row, an hour or more
// apart, did not find it; a look that failed does not count. With the leak what is known of its places ends.
func (v Visit) countedLeak(look Look) Visit {
	if !v.LeakOpen {
		return v
	}
	began := look.Began
	if began.IsZero() {
		began = look.At
	}
	v.LeakLooks++
	switch {
	case look.Result == Failed:
	case look.LeakSeen && look.Result != Missing && look.Result != Removed:
		v.LeakGone, v.LeakGoneAt = 0, time.Time{}
	case v.LeakGone == 0 || began.Sub(v.LeakGoneAt) >= looksApart:
		v.LeakGone++
		v.LeakGoneAt = look.At
	}
	if v.LeakGone >= 2 {
		v.LeakOpen, v.LeakLooks, v.LeakGone, v.LeakGoneAt = false, 0, 0, time.Time{}
		v.Claims, v.Claimed, v.DoubtAt = nil, 0, time.Time{}
		if look.Result == Missing || look.Result == Removed {
			v = v.unread() // what is believed gone comes back by its text alone
		}
	}
	return v
}

// unread forgets what would let the page be taken for unchanged: the next time it is read in full.
func (v Visit) unread() Visit {
	v.ETag, v.LastModified, v.Length, v.BodyHash, v.TextHash = "", "", 0, 0, 0
	return v
}

// unsure says whether something that was claimed on the page may have vanished.
func (v Visit) unsure() bool { return v.LeakOpen && (v.LeakGone > 0 || !v.DoubtAt.IsZero()) }

// leakDelay is the longest time between looks at a page with an open leak: 10 minutes, an hour, 6 hours, then a day.
// While it is not sure that all of it still stands there After has another.
func (v Visit) leakDelay() (time.Duration, bool) {
	steps := [...]time.Duration{10 * time.Minute, time.Hour, 6 * time.Hour, 24 * time.Hour}
	if !v.LeakOpen || v.unsure() {
		return 0, false
	}
	return steps[min(max(v.LeakLooks, 1), len(steps))-1], true
}

// How near a meeting makes looks more frequent.
const (
	meetingDay    = 24 * time.Hour   // before its start, from when on it is
	meetingNear   = 2 * time.Hour    // before and after its start
	meetingHourly = time.Hour        // between looks, within a day
	meetingOften  = 15 * time.Minute // between looks, within two hours
)

// meetingDelay is the longest time between looks at a page whose meeting starts soon: so that one comes when the last day begins, then
// every hour, from two hours before to two hours after the start every 15 minutes. False: it is over, or none is known.
func (v Visit) meetingDelay(now time.Time) (time.Duration, bool) {
	left := v.MeetingAt.Sub(now)
	switch {
	case v.MeetingAt.IsZero() || left < -meetingNear:
		return 0, false
	case left > meetingDay:
		return max(left-meetingDay, meetingHourly), true
	case left > meetingNear:
		return min(meetingHourly, max(left-meetingNear, meetingOften)), true
	}
	return meetingOften, true
}

// share is a number from 0 to 1 that a URL always has.
func share(url string) float64 {
	h := fnv.New64a()
	_, _ = io.WriteString(h, url) // never fails
	return float64(mix(h.Sum64())>>11) / (1 << 53)
}

// mix spreads a hash over all its bits (the last steps of MurmurHash3, https://github.com/aappleby/smhasher).
func mix(h uint64) uint64 {
	h = (h ^ h>>33) * 0xff51afd7ed558ccd
	h = (h ^ h>>33) * 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}

// jittered moves a time either way, so that pages that were found together are not all read together. At the bounds it moves inwards.
func (s Schedule) jittered(url string, d time.Duration) time.Duration {
	moved := time.Duration(float64(d) * s.Jitter * (2*share(url) - 1))
	if d+moved > s.Max || d+moved < s.Min {
		moved = -moved
	}
	return s.clamp(d + moved)
}

// sooner moves a time that must not be exceeded.
func (s Schedule) sooner(url string, d time.Duration) time.Duration {
	return d - time.Duration(float64(d)*s.Jitter*share(url))
}

// news says whether a sitemap or feed that gives lastmod for the page knows of something that the visit has not seen. trusted: see
// lastmodTrust.
func (v Visit) news(lastmod time.Time, trusted bool) bool {
	switch {
	case v.At.IsZero():
		return true
	case lastmod.IsZero() || !trusted:
		return false
	case v.LastMod.IsZero():
		return lastmod.After(v.At)
	}
	return lastmod.After(v.LastMod)
}
