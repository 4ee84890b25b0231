package fetch

import (
	"container/list"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"golang.org/x/net/publicsuffix"
)

// pacedHost is what a localPacer knows of one host. The pacer's lock holds it.
type pacedHost struct {
	name   string
	place  *list.Element // in localPacer.used
	domain *pacedDomain
	spent  budget

	busy  int       // turns taken
	queue list.List // of chan struct{}, with room for one: who waits for a turn is told so

	asked        time.Duration // the gap that the site asks for
	notBefore    time.Time
	troubles     int // in a row
	givenUpTimes int // in a row
	givenUpUntil time.Time
	reason       string // why it was given up
}

// pacedDomain is the hosts under one registrable domain: they often share a machine.
type pacedDomain struct {
	name  string
	hosts int // that are remembered
	spent budget

	notBefore time.Time // for all of its hosts
}

// budget counts requests in a window that begins with the first.
type budget struct {
	since time.Time
	n     int
}

func (b *budget) used(now time.Time) int {
	if now.Sub(b.since) >= budgetWindow {
		return 0
	}
	return b.n
}

func (b *budget) spend(now time.Time) {
	if b.used(now) == 0 {
		b.since, b.n = now, 0
	}
	b.n++
}

// note learns from an outcome when the host may be asked again.
func (h *pacedHost) note(o Outcome, now time.Time, free bool) {
	if o == (Outcome{}) {
		return // nothing was sent
	}
	gap := max(minGap, gapFactor*min(o.Took, maxGap), h.asked)
	if free {
		gap = h.asked
	}
	gap = min(gap, maxGap)
	h.after(now.Add(gap))
	if !o.trouble() {
		h.troubles, h.givenUpTimes = 0, 0
		return
	}
	h.troubles++
	switch {
	case o.RetryAfter > maxBackoff:
		h.giveUp(now.Add(min(o.RetryAfter, MaxRetryAfter)), fmt.Sprintf("the site asks us to come back later (%d)", o.Status))
	case h.troubles >= maxTroubles:
		rest := min(firstGiveUp<<min(h.givenUpTimes, 8), maxGiveUp)
		h.giveUp(now.Add(rest), fmt.Sprintf("given up after %d failures in a row (%s)", maxTroubles, o.what()))
	case o.RetryAfter > 0:
		h.after(now.Add(o.RetryAfter))
	default:
		h.after(now.Add(min(firstBackoff<<(h.troubles-1), maxBackoff)))
	}
}

// after moves the next request to a later time, never to an earlier one.
func (h *pacedHost) after(t time.Time) {
	if t.After(h.notBefore) {
		h.notBefore = t
	}
}

// giveUp leaves the host alone for a while; when that is over, one more trouble and it is given up again, for longer. It is always
// a failure, also where the site asks for it: one page of a host can do so for all others, and nobody would learn that they are
// unread.
func (h *pacedHost) giveUp(until time.Time, reason string) {
	h.givenUpUntil, h.reason = until, reason
	h.givenUpTimes++
	h.troubles = maxTroubles - 1
}

func (h *pacedHost) givenUp(now time.Time) error {
	if !h.givenUpUntil.After(now) {
		return nil
	}
	return &PaceError{Host: h.name, Reason: h.reason, Until: h.givenUpUntil}
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

// registrable is the domain that somebody registered ("acme.co.uk"); of addresses, and of names under none, the host itself.
func registrable(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.TrimSuffix(host, ".")
	if domain, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil && net.ParseIP(host) == nil {
		return domain
	}
	return host
}
