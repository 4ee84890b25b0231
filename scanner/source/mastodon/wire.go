package mastodon

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"
)

// wire is an open stream. It is used by one goroutine.
type wire interface {
	// next is the next frame; its bytes are good until the next call. An error ends the stream.
	next(ctx context.Context) (frame, error)
	close()
}

// frame is what the server said at once.
type frame struct {
	kind   kind
	stream string // the configured name, "" when the server does not tell
	data   []byte // a status; of a deletion the id
}

// kind is what a frame tells.
type kind int

// The kinds.
const (
	other  kind = iota // nothing that is of interest here
	posted             // update
	edited             // status.update
	gone               // delete
	bad                // not to be understood
	large              // of more than maxFrame bytes, skipped
)

func kindOf(event []byte) kind {
	switch string(event) {
	case "update":
		return posted
	case "status.update":
		return edited
	case "delete":
		return gone
	}
	return other
}

// The errors by which a stream ends.
var (
	errIdle    = errors.New("no byte came for too long")
	errTooLong = errors.New("the server sends lines or messages that are too long")
)

// watchdog ends a stream that gives no byte.
type watchdog struct {
	timer *time.Timer
	after time.Duration
}

// watch makes a context that ends with errIdle when it is not fed.
func watch(ctx context.Context, after time.Duration) (context.Context, *watchdog) {
	ctx, cancel := context.WithCancelCause(ctx)
	return ctx, &watchdog{time.AfterFunc(after, func() { cancel(errIdle) }), after}
}

// feed begins the time anew; rest stops it while nobody listens.
func (w *watchdog) feed() { w.timer.Reset(w.after) }
func (w *watchdog) rest() { w.timer.Stop() }

// open opens the streams in the way that is configured, or else in the way that the server knows.
func (s *Source) open(ctx context.Context, base *url.URL, token string) (wire, error) {
	s.mu.Lock()
	sockets := s.sockets || s.o.Transport == TransportWebSocket || len(s.streams) > 1
	s.mu.Unlock()
	if sockets {
		return s.openSocket(ctx, base, token)
	}
	w, err := s.openEvents(ctx, base, token)
	if err == nil || s.o.Transport == TransportSSE || !slices.Contains(noEvents(), statusOf(err)) {
		return w, err
	}
	other, second := s.openSocket(ctx, base, token)
	if second != nil {
		if statusOf(err) == http.StatusNotFound && statusOf(second) == http.StatusNotFound {
			return nil, &failure{reason: "the server has no streams: let its timelines be polled", status: http.StatusNotFound}
		}
		return nil, second
	}
	s.mu.Lock()
	s.sockets = true
	s.mu.Unlock()
	return other, nil
}

// noEvents are the answers of servers that stream by WebSocket alone.
func noEvents() []int {
	return []int{http.StatusBadRequest, http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusNotAcceptable, http.StatusUpgradeRequired}
}
