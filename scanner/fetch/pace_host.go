package fetch

import (
	"container/list"
	"net"
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
	standing     Standing
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
	if now.Sub(b.since) >= PaceWindow {
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
	l := h.standing.Learn(o, h.asked, free)
	h.standing = l.Standing
	h.after(now.Add(l.Wait))
	if l.Rest > 0 {
		h.givenUpUntil, h.reason = now.Add(l.Rest), l.Reason
	}
}

// after moves the next request to a later time, never to an earlier one.
func (h *pacedHost) after(t time.Time) {
	if t.After(h.notBefore) {
		h.notBefore = t
	}
}

func (h *pacedHost) givenUp(now time.Time) error {
	if !h.givenUpUntil.After(now) {
		return nil
	}
	return &PaceError{Host: h.name, Reason: h.reason, Until: h.givenUpUntil}
}

// Registrable is the domain that somebody registered ("acme.co.uk"); of addresses, and of names under none, the host itself.
func Registrable(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.TrimSuffix(host, ".")
	if domain, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil && net.ParseIP(host) == nil {
		return domain
	}
	return host
}
