package x

import (
	"net/http"
	"strconv"
	"sync"
	"time"
)

// X limits how often an app asks for each thing in a quarter of an hour, and says in each answer when that ends, and how often it may be
// asked. Two programs with one app share that without a word.
const (
	rateWindow = 15 * time.Minute
	clocks     = time.Minute // by which X's clock and ours may differ
)

// quotas counts what this process asked in the present window. The zero value has counted nothing. It is safe for concurrent use.
type quotas struct {
	mu    sync.Mutex
	since time.Time // from then on nobody of ours but this process asked
	fence int64     // of the last pass
	of    map[string]window
}

type window struct {
	end   int64 // as X says, in seconds
	asked int64
}

// begin is told of each pass: one that does not follow on a pass of this process follows on one of another.
func (q *quotas) begin(now time.Time, fence int64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.since.IsZero() || fence != q.fence+1 && fence != 0 {
		q.since, q.of = now, nil
	}
	q.fence = fence
}

// answered counts an answer to what was asked.
func (q *quotas) answered(what string, h http.Header) {
	end, ok := number(h, "X-Rate-Limit-Reset")
	if !ok {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.of == nil {
		q.of = map[string]window{}
	}
	w := q.of[what]
	if w.end != end {
		w = window{end: end}
	}
	w.asked++
	q.of[what] = w
}

// shared says of a refusal that somebody else used up the better part of what the app may ask: the window began after this process, which
// asked less than half as often.
func (q *quotas) shared(what string, h http.Header) bool {
	limit, ok := number(h, "X-Rate-Limit-Limit")
	end, also := number(h, "X-Rate-Limit-Reset")
	q.mu.Lock()
	defer q.mu.Unlock()
	w := q.of[what]
	return ok && also && w.end == end && time.Unix(end, 0).Add(-rateWindow).After(q.since.Add(clocks)) && 2*w.asked < limit
}

// number is that in a header.
func number(h http.Header, name string) (int64, bool) {
	text := h.Get(name)
	if len(text) > 12 {
		return 0, false
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil && n > 0
}
