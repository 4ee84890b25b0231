package hook

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"meetleaks/scanner"
)

// The bounds of what is taken at a time.
const (
	MaxBody      = 5 << 20 // bytes of one request
	MaxDocuments = 1000    // of one request
	MaxUnderWay  = 8       // signed requests that are taken at the same time
	MaxHeld      = 32 << 20
	MaxReading   = 64 // requests whose bodies are read at the same time

	readBound  = 10 * time.Second // to read a body
	totalBound = 30 * time.Second // to take what was read
)

// Taker takes what was pushed to the leaks it belongs to. A *scanner.Pipeline is one.
type Taker interface {
	Take(ctx context.Context, r scanner.Reading) (scanner.Taken, error)
	Gone(ctx context.Context, uri string) error
	Reposted(ctx context.Context, uri string, reach int64) error
}

// Reader makes documents of a page, as that of the web source does: it hands them to yield, and what of it cannot be read to
// skip, and returns yield's first error, or the context's, and no other. An extract.Extractor's Read is one.
type Reader func(ctx context.Context, page *Page, yield func(scanner.Document) error, skip func(scanner.Skip)) (scanner.Outline, error)

// Options are what a hook needs. All but Read, Log, Now and the bounds must be given. All must be safe for concurrent use.
type Options struct {
	// Source is the configured name, see [scanner.CheckName].
	Source string
	// Verify checks who signed a body, by now, and returns the request's id. Its error is not shown. One that wraps
	// [scanner.ErrUnavailable] says that it could not be checked (a key that cannot be read); any other, that it is not to be believed.
	Verify func(header http.Header, body []byte, now time.Time) (id string, err error)
	Taker  Taker
	// Seen remembers the requests that were taken, for at least twice as long as Verify believes a signature.
	Seen scanner.Items
	Read Reader           // nil: everything is read as plain text
	Log  *slog.Logger     // nil: nothing is logged
	Now  func() time.Time // nil: time.Now

	ReadBound, TotalBound time.Duration // 10 s to read a body, 30 s to take it
}

// Hook is the [http.Handler] of one source. It is safe for concurrent use.
type Hook struct {
	o       Options
	gate    gate
	last    atomic.Int64 // Unix nanoseconds, 0: never
	refused atomic.Int64 // when a refused signature was logged last, as last
}

// New makes a hook.
func New(o Options) (*Hook, error) {
	if o.Verify == nil || o.Taker == nil || o.Seen == nil {
		return nil, errors.New("make hook: Verify, Taker and Seen are needed")
	}
	if err := scanner.CheckName("source", o.Source); err != nil {
		return nil, fmt.Errorf("make hook: %w", err)
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.ReadBound <= 0 {
		o.ReadBound = readBound
	}
	if o.TotalBound <= 0 {
		o.TotalBound = totalBound
	}
	return &Hook{o: o, gate: newGate()}, nil
}

// Source is the configured name.
func (h *Hook) Source() string { return h.o.Source }

// Last is when a document was accepted last, since this process began; zero: never.
func (h *Hook) Last() time.Time {
	at := h.last.Load()
	if at == 0 {
		return time.Time{}
	}
	return time.Unix(0, at)
}

// ServeHTTP takes one request, whatever its path. Writers that know no deadlines ([http.ResponseController]) leave slow senders to
// the server's own.
func (h *Hook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), h.o.ReadBound+h.o.TotalBound)
	defer cancel()
	header := w.Header()
	header.Set("Content-Type", "application/json")
	header.Set("Cache-Control", "no-store")
	header.Set("X-Content-Type-Options", "nosniff")
	h.serve(ctx, w, r).write(w)
}

// serve reads, believes and takes a request.
func (h *Hook) serve(ctx context.Context, w http.ResponseWriter, r *http.Request) *answer {
	lines, bad := accepts(r)
	if bad != nil {
		return bad
	}
	held := holding{gate: &h.gate}
	defer held.release()
	body, bad := h.body(w, r, &held)
	if bad != nil {
		return bad
	}
	print, bad := h.believe(r.Header, body)
	if bad != nil {
		return bad
	}
	if !h.gate.enter() {
		return busy()
	}
	defer h.gate.leave()
	if !h.gate.begin(print) {
		return busy() // the very same is under way
	}
	defer h.gate.end(print)
	return h.once(ctx, print, split(body, lines))
}

// once takes the documents of a request unless it was taken before.
func (h *Hook) once(ctx context.Context, print uint64, documents [][]byte) *answer {
	switch {
	case len(documents) == 0:
		return failure(http.StatusUnprocessableEntity, "the body holds no document")
	case len(documents) > MaxDocuments:
		return failure(http.StatusRequestEntityTooLarge, fmt.Sprintf("more than %d documents in one request", MaxDocuments))
	}
	seen, err := h.o.Seen.SeenItems(ctx, []uint64{print})
	if err != nil || len(seen) != 1 {
		return h.later("look for a repeat", err)
	}
	if seen[0] {
		return &answer{status: http.StatusOK, body: replay{true}}
	}
	got, err := h.takeAll(ctx, documents)
	if err != nil {
		return h.later("take documents", err)
	}
	if got.Taken == 0 {
		return &answer{status: http.StatusUnprocessableEntity, body: got}
	}
	if err := h.o.Seen.RememberItems(ctx, []uint64{print}); err != nil {
		return h.later("remember a request", err)
	}
	return &answer{status: http.StatusOK, body: got}
}

// later is told when something did not work that may work soon. Of the error only its kind is logged: the rest could be of the body.
func (h *Hook) later(what string, err error) *answer {
	h.o.Log.Warn("pushed documents: "+what, "source", h.o.Source, "failure", kindOf(err))
	a := failure(http.StatusServiceUnavailable, "not everything could be taken now: send the same again")
	a.after = 5
	return a
}

func kindOf(err error) string {
	switch {
	case errors.Is(err, scanner.ErrUnavailable):
		return "the store does not answer"
	case errors.Is(err, context.DeadlineExceeded):
		return "out of time"
	case errors.Is(err, context.Canceled):
		return "the sender went away"
	case errors.Is(err, scanner.ErrConflict):
		return "changed by others at the same time"
	case errors.Is(err, scanner.ErrNoOrganisation):
		return "the organisation is being erased"
	}
	return "unknown"
}
