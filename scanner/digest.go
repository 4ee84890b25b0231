package scanner

import (
	"cmp"
	"slices"
	"time"
)

// Caps is how many new alerts reach somebody as messages of their own. Reminders and updates are not counted.
type Caps struct {
	PersonHour  int // new alerts an hour to a person
	PersonDay   int // new alerts a day to a person; beyond it one digest a day
	ChannelHour int // new alerts an hour to a channel
	Burst       int // new leaks on one page, or in an organisation's first run; beyond it one digest
}

// DefaultCaps is what people bear.
func DefaultCaps() Caps { return Caps{PersonHour: 3, PersonDay: 3, ChannelHour: 20, Burst: 20} }

// Candidate is a new alert that is due, before it is known whether it goes alone.
type Candidate struct {
	Leak      string
	Org       string
	Recipient string // opaque
	Person    bool   // a person, not a channel
	// Known says that the organisation knows the meeting by itself: from its calendar, its inventory or the hosts file.
	// Known meetings break through all caps: nobody can forge them from outside.
	Known bool
	When  When
	Risk  int    // the score, for the order in digests
	Page  string // see PlaceKey: the page that it was found on
	// PageNew is how many new leaks were found on Page in the same reading; RunNew, how many in the organisation's first
	// run, 0 when it is not the first.
	PageNew, RunNew int
}

// Load is what one recipient was sent as new alerts of their own.
type Load struct {
	Hour int // in the 60 minutes before now, accepted or under way
	Day  int // in the 24 hours before now
}

// Route is where a candidate goes.
type Route struct {
	Leak      string
	Recipient string
	// Digest is the id of the digest that names the leak, "" when it goes alone. The same recipient, reason and time give the
	// same id, in every process: the digest is one message that is updated in place.
	Digest string
	Why    RouteReason
}

// RouteReason says why a candidate goes alone or not.
type RouteReason string

// The reasons.
const (
	RouteKnown RouteReason = "known"  // alone: the organisation knows the meeting
	RouteSoon  RouteReason = "soon"   // alone: a trusted start within 24 hours, and the hour's cap is not reached
	RouteFree  RouteReason = "free"   // alone: no cap is reached
	RouteBurst RouteReason = "burst"  // digest: too many on one page
	RouteFirst RouteReason = "first"  // digest: too many in the organisation's first run
	RouteHour  RouteReason = "hourly" // digest: the hour's cap
	RouteDay   RouteReason = "daily"  // digest: the day's cap of a person
)

// soonIs is how near a trusted start is for its alert to stay out of daily digests.
const soonIs = 24 * time.Hour

// PlanAlerts decides which of the new alerts go alone and which are named in a digest: every candidate gets exactly one route,
// nothing is dropped. loads is by recipient, and is not changed. Routes come in the order in which they are worth sending: alone
// before digests; known before others; then by start, as far as it is trusted; then by risk. It takes time n log n.
//
//	known by calendar, inventory, hosts file               alone, whatever the caps
//	a trusted start within 24 hours                        alone up to the hour's cap, then the hour's digest
//	more than 20 new on its page, or in the first run      one digest
//	the day's cap of a person is reached                   one digest a day
//	the hour's cap is reached                              one digest an hour
//	else                                                   alone
//
// A leak that a digest names has a delivery of its own in the outbox still: it is accepted when the digest is, so that the
// ledger counts each leak, not each message.
//
// A start that a page claims counts nowhere here: a page could claim anything.
func PlanAlerts(candidates []Candidate, loads map[string]Load, caps Caps, now time.Time) []Route {
	p := planner{caps: caps, now: now, loads: make(map[string]Load)}
	for _, c := range candidates {
		p.loads[c.Recipient] = loads[c.Recipient]
	}
	ordered := slices.Clone(candidates)
	slices.SortStableFunc(ordered, p.compare)
	routes := make([]Route, 0, len(ordered))
	for _, c := range ordered {
		routes = append(routes, p.route(c))
	}
	slices.SortStableFunc(routes, func(a, b Route) int { return cmp.Compare(inDigest(a), inDigest(b)) })
	return routes
}

func inDigest(r Route) int {
	if r.Digest == "" {
		return 0
	}
	return 1
}

// planner counts what it has given out.
type planner struct {
	caps  Caps
	now   time.Time
	loads map[string]Load
}

// compare orders candidates by what they are worth.
func (p *planner) compare(a, b Candidate) int {
	if a.Known != b.Known {
		if a.Known {
			return -1
		}
		return 1
	}
	if order := p.left(a.When) - p.left(b.When); order != 0 {
		return cmp.Compare(order, 0)
	}
	return cmp.Or(cmp.Compare(b.Risk, a.Risk), cmp.Compare(a.Leak, b.Leak))
}

// left is the time to a trusted start, 0 while it runs; far away when there is none or it is over.
func (p *planner) left(w When) time.Duration {
	if !w.Trusted() || !p.now.Before(w.Over()) {
		return 1 << 62
	}
	return max(w.Begins().Sub(p.now), 0)
}

func (p *planner) route(c Candidate) Route {
	load := p.loads[c.Recipient]
	r := Route{Leak: c.Leak, Recipient: c.Recipient, Why: p.why(c, load)}
	switch r.Why {
	case RouteKnown, RouteSoon, RouteFree:
		p.loads[c.Recipient] = Load{Hour: load.Hour + 1, Day: load.Day + 1}
	default:
		r.Digest = p.digest(c, r.Why)
	}
	return r
}

func (p *planner) why(c Candidate, load Load) RouteReason {
	hour := p.caps.ChannelHour
	if c.Person {
		hour = p.caps.PersonHour
	}
	soon := p.left(c.When) <= soonIs
	switch {
	case c.Known:
		return RouteKnown
	case soon && load.Hour < hour:
		return RouteSoon
	case soon:
		return RouteHour
	case c.PageNew > p.caps.Burst:
		return RouteBurst
	case c.RunNew > p.caps.Burst:
		return RouteFirst
	case c.Person && load.Day >= p.caps.PersonDay:
		return RouteDay
	case load.Hour >= hour:
		return RouteHour
	}
	return RouteFree
}

// digest names the message: by the hour or the day it began in, in UTC, so that all processes agree.
func (p *planner) digest(c Candidate, why RouteReason) string {
	of, span := string(why), 24*time.Hour
	switch why {
	case RouteHour:
		span = time.Hour
	case RouteBurst:
		of += " " + c.Page
	}
	return DeliveryID(c.Org+" "+c.Recipient, 0, Audience(of), Rung("digest"), p.now.Truncate(span))
}
