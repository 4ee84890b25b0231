package fetch

import (
	"fmt"
	"net/http"
	"time"
)

// The rules that every Pacer keeps, whatever holds its state.
const (
	PaceDomainGap    = 250 * time.Millisecond // between two requests to hosts of one registrable domain: names are free, machines are not
	PaceWindow       = 24 * time.Hour         // of a budget, from the first request in it
	PaceHostBudget   = 50_000                 // requests to one host in a window
	PaceDomainBudget = 100_000                // to one registrable domain
	PaceTotalBudget  = 1_000_000              // to all
	PaceHosts        = 10_000                 // remembered by a process, with their domains; the one not asked for longest is forgotten first
	PaceWaiters      = 1_000                  // for one host, in a process
)

// Why budgets refuse. A domain's name stands between the two parts of its reason.
const (
	PaceHostSpent   = "the requests for this host are used up"
	PaceDomainSpent = "the requests for the domain %s are used up"
	PaceTotalSpent  = "the requests for all hosts together are used up"
	PaceTooMany     = "too many requests wait for this host"
	PaceTooBusy     = "too many hosts are being asked at the same time"
)

const (
	minGap       = time.Second // between two requests to a host, from the end of the first
	gapFactor    = 10          // times what the last answer took
	maxGap       = time.Minute
	firstBackoff = 5 * time.Second
	maxBackoff   = 5 * time.Minute // after 429, 503 and failures; a longer Retry-After gives the host up until then
	maxTroubles  = 5               // in a row, then the host is given up
	firstGiveUp  = time.Hour       // doubled with each further time
	maxGiveUp    = 24 * time.Hour
)

// Standing is how a host has behaved, as far as a pacer has to remember it. The zero value is that of a host that behaves.
type Standing struct {
	Troubles int // in a row
	GivenUp  int // times in a row
}

// Lesson is what follows from an outcome. Its times count from the moment in which it is learned.
type Lesson struct {
	Standing Standing
	Wait     time.Duration // before the next request
	Rest     time.Duration // for how long the host is given up; 0: it is not
	Reason   string        // of Rest
}

// Learn says what follows from the outcome of a request that was made. crawlDelay is the gap that the site asks for; free is pace
// none, for loopback only.
func (s Standing) Learn(o Outcome, crawlDelay time.Duration, free bool) Lesson {
	gap := max(minGap, gapFactor*min(o.Took, maxGap), crawlDelay)
	if free {
		gap = crawlDelay
	}
	l := Lesson{Wait: min(gap, maxGap)}
	if !o.trouble() {
		return l
	}
	l.Standing = Standing{Troubles: max(s.Troubles, 0) + 1, GivenUp: max(s.GivenUp, 0)}
	switch {
	case o.RetryAfter > maxBackoff:
		l.giveUp(min(o.RetryAfter, MaxRetryAfter), fmt.Sprintf("the site asks us to come back later (%d)", o.Status))
	case l.Standing.Troubles >= maxTroubles:
		rest := min(firstGiveUp<<min(l.Standing.GivenUp, 8), maxGiveUp)
		l.giveUp(rest, fmt.Sprintf("given up after %d failures in a row (%s)", maxTroubles, o.what()))
	case o.RetryAfter > 0:
		l.Wait = max(l.Wait, o.RetryAfter)
	default:
		l.Wait = max(l.Wait, min(firstBackoff<<(l.Standing.Troubles-1), maxBackoff))
	}
	return l
}

// giveUp leaves the host alone for a while; when that is over, one more trouble and it is given up again, for longer. It is always
// a failure, also where the site asks for it: one page of a host can do so for all others, and nobody would learn that they are
// unread.
func (l *Lesson) giveUp(rest time.Duration, reason string) {
	l.Rest, l.Reason = rest, reason
	l.Standing = Standing{Troubles: maxTroubles - 1, GivenUp: l.Standing.GivenUp + 1}
}

// trouble says that the host should be given time. A 500 is no trouble: it is often one broken page.
func (o Outcome) trouble() bool {
	switch o.Status {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return o.Failed
}

func (o Outcome) what() string {
	if o.Status == 0 {
		return "no answer"
	} else if !o.Failed {
		return fmt.Sprintf("status %d", o.Status)
	}
	return "broken answers"
}
