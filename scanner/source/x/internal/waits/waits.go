// Package waits says for how long X, or what speaks as X did, is to be left alone after a failure: as its documentation asks of clients,
// in the sections on reconnecting, which are the same for every version of the API.
package waits

import (
	"net/http"
	"strconv"
	"sync"
	"time"

	"meetleaks/scanner/fetch"
)

// Longest is the longest of all waits.
const Longest = 24 * time.Hour

// Refused is the wait after a refusal that stands until a person has changed something.
const Refused = 5 * time.Minute

// Each is doubled with every failure of its kind in a row.
const (
	faulty     = 5 * time.Second
	faultyMost = 320 * time.Second
	limited    = time.Minute
)

// Failures counts failures in a row, for each thing that is done. The zero value has none. It is safe for concurrent use.
type Failures struct {
	mu    sync.Mutex
	inRow map[string]counts
}

type counts struct{ limited, faulty int }

// Again counts one more failure of what is done, and says how long to wait. tooOften says that it was asked too often, or by too many.
func (f *Failures) Again(what string, tooOften bool) time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.inRow == nil {
		f.inRow = map[string]counts{}
	}
	n := f.inRow[what]
	defer func() { f.inRow[what] = n }()
	if tooOften {
		n.limited++
		return doubled(limited, n.limited, Longest)
	}
	n.faulty++
	return doubled(faulty, n.faulty, faultyMost)
}

// Went says that what is done went as it should.
func (f *Failures) Went(what string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.inRow, what)
}

// doubled is a wait after so many failures in a row.
func doubled(first time.Duration, fails int, most time.Duration) time.Duration {
	return min(first<<min(max(fails-1, 0), 20), most)
}

// Asked is how long the headers of an answer ask to wait, at most Longest.
func Asked(h http.Header, now time.Time) time.Duration {
	wait := fetch.ParseRetryAfter(h.Get("Retry-After"), now)
	if text := h.Get("X-Rate-Limit-Reset"); len(text) <= 12 {
		if seconds, err := strconv.ParseInt(text, 10, 64); err == nil && seconds > 0 {
			wait = max(wait, min(time.Unix(seconds, 0).Sub(now), Longest)+time.Second)
		}
	}
	return min(max(wait, 0), Longest)
}
