package standin

import (
	"io"
	"net/http"
	"time"
)

// waiting bounds the lines that wait for a client; one that is slower is sent away, as the services do.
const waiting = 10_000

// Stream is an open one. Lines may be sent by any goroutine, also before it is served.
type Stream struct {
	lines chan []byte
	end   chan bool // true: torn
}

// NewStream makes one that waits to be served.
func NewStream() *Stream { return &Stream{lines: make(chan []byte, waiting), end: make(chan bool, 1)} }

// Send sends a line; it does not wait.
func (s *Stream) Send(line []byte) {
	select {
	case s.lines <- line:
	default:
		s.Stop(true)
	}
}

// Stop ends the stream: torn in the middle, or when what was sent is out.
func (s *Stream) Stop(torn bool) {
	select {
	case s.end <- torn:
	default:
	}
}

// Serve sends the stream's lines until it ends or the client goes, and an empty line with each heartbeat. It panics with
// [http.ErrAbortHandler] when the stream is torn.
func (f *Front) Serve(w http.ResponseWriter, r *http.Request, s *Stream, heartbeat time.Duration) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = http.NewResponseController(w).Flush()
	if f.run(w, r, s, heartbeat) {
		panic(http.ErrAbortHandler)
	}
}

// run sends until the stream ends, and says whether the connection is to be torn.
func (f *Front) run(w http.ResponseWriter, r *http.Request, s *Stream, heartbeat time.Duration) (torn bool) {
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		var line []byte
		select {
		case line = <-s.lines:
		case <-beat.C:
		case torn = <-s.end:
			for len(s.lines) > 0 && !torn {
				_, _ = io.WriteString(w, string(<-s.lines)+"\r\n")
			}
			return torn
		case <-r.Context().Done():
			return false
		}
		if f.stalls() {
			continue
		}
		if _, err := io.WriteString(w, string(line)+"\r\n"); err != nil {
			return false
		}
		if http.NewResponseController(w).Flush() != nil {
			return false
		}
	}
}
