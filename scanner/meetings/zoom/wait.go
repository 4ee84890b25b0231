package zoom

import (
	"net/http"
	"strings"
	"sync"
	"time"

	"meetleaks/scanner/fetch"
)

// The bounds of leaving the service alone.
const (
	restFirst  = time.Second // after the first refusal; doubled each time
	restMost   = time.Minute
	restFaults = 3 // faults in a row, after which the service is left alone
	restAuth   = time.Minute
	waitMost   = 24 * time.Hour // of what the service asks for
)

// rest knows until when the service is left alone.
type rest struct {
	mu    sync.Mutex
	until time.Time
	why   Error
	fails int
}

// check returns the error with which the service is left alone at present, nil when it may be asked. An end that lies further ahead
// than any that is given comes from a clock that ran ahead.
func (r *rest) check(now time.Time) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !now.Before(r.until) || r.until.Sub(now) > waitMost {
		return nil
	}
	why := r.why
	why.Until = r.until
	return &why
}

func (r *rest) went() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fails, r.until = 0, time.Time{}
}

// failed notes an error, and says how long nobody asks again.
func (r *rest) failed(e *Error, asks time.Duration, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var wait time.Duration
	switch e.Class {
	case Throttled:
		r.fails++
		wait = max(asks, min(restFirst<<min(r.fails-1, 6), restMost))
	case Temporary:
		r.fails++
		if r.fails >= restFaults {
			wait = max(asks, min(restFirst<<min(r.fails-1, 6), restMost))
		}
	case Auth, Config:
		wait = restAuth
	default:
		r.fails = 0
		return
	}
	if until := now.Add(min(wait, waitMost)); wait > 0 && until.After(r.until) {
		r.until, r.why = until, *e
	}
	e.Until = r.until
}

// asked is how long the service wants to be left alone: Retry-After as seconds, as an HTTP date or, as Zoom writes it, as an ISO 8601
// instant. Without one, a daily limit lasts until midnight UTC. 0 when it does not say.
func asked(h http.Header, now time.Time) time.Duration {
	text := strings.TrimSpace(h.Get("Retry-After"))
	if d := fetch.ParseRetryAfter(text, now); d > 0 {
		return d
	}
	if len(text) <= 40 {
		for _, layout := range [...]string{time.RFC3339Nano, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05"} {
			if at, err := time.Parse(layout, text); err == nil {
				return min(max(at.Sub(now), 0), waitMost)
			}
		}
	}
	if strings.HasPrefix(strings.ToLower(h.Get("X-RateLimit-Type")), "daily") {
		return now.UTC().Truncate(24 * time.Hour).Add(24 * time.Hour).Sub(now)
	}
	return 0
}
