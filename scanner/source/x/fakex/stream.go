package fakex

import (
	"fmt"
	"io"
	"net/http"
	"time"
)

// stream is an open one.
type stream struct {
	want  wanted
	lines chan []byte
	end   chan bool // true: torn
}

// waiting bounds the lines that wait for a client; one that is slower is sent away, as X does.
const waiting = 10_000

func (s *Server) serveStream(w http.ResponseWriter, r *http.Request) {
	want, ok := s.wants(w, r, "backfill_minutes")
	if !ok {
		return
	}
	c := &stream{want: want, lines: make(chan []byte, waiting), end: make(chan bool, 1)}
	s.mu.Lock()
	busy, empty := len(s.streams) >= s.o.Connections, len(s.rules) == 0
	if !busy && !empty {
		s.streams[c] = true
	}
	s.mu.Unlock()
	defer s.forget(c)
	const kind = problems + "streaming-connection"
	switch {
	case busy:
		refuse(w, http.StatusTooManyRequests, problem{
			Title: "ConnectionException", Type: kind, Issue: "TooManyConnections", Detail: "This stream is at the maximum allowed connection limit.",
		})
		return
	case empty:
		refuse(w, http.StatusConflict, problem{Title: "ConnectionException", Type: kind, Issue: "RuleConfigurationIssue", Detail: "No rules."})
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = http.NewResponseController(w).Flush()
	if s.run(w, r, c) {
		panic(http.ErrAbortHandler)
	}
}

func (s *Server) forget(c *stream) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.streams, c)
}

// run sends until the stream ends, and says whether the connection is to be torn.
func (s *Server) run(w http.ResponseWriter, r *http.Request, c *stream) (torn bool) {
	beat := time.NewTicker(s.o.Heartbeat)
	defer beat.Stop()
	for {
		var line []byte
		select {
		case line = <-c.lines:
		case <-beat.C:
		case torn = <-c.end:
			for len(c.lines) > 0 && !torn {
				_, _ = fmt.Fprintf(w, "%s\r\n", <-c.lines)
			}
			return torn
		case <-r.Context().Done():
			return false
		}
		if s.stalls() {
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

func (s *Server) stalls() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stalled
}

// deliver sends a post to whoever listens. The caller holds mu.
func (s *Server) deliver(p *stored) {
	var matching []Rule
	for _, r := range s.rules {
		if e, err := parse(r.Value); err == nil && e.matches(s, p, true) {
			matching = append(matching, r)
		}
	}
	if len(matching) == 0 {
		return
	}
	for c := range s.streams {
		s.count(p)
		c.send(s.frame(p, c.want, matching))
	}
}

func (c *stream) send(line []byte) {
	select {
	case c.lines <- line:
	default:
		c.stop(true)
	}
}

func (c *stream) stop(torn bool) {
	select {
	case c.end <- torn:
	default:
	}
}

// Again sends a post once more, as duplicates and late ones come.
func (s *Server) Again(id uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.byID[id]; p != nil {
		s.deliver(p)
	}
}

// Send sends a line of any kind.
func (s *Server) Send(line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.streams {
		c.send([]byte(line))
	}
}

// Listeners is how many streams are open.
func (s *Server) Listeners() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.streams)
}

// End ends the streams; torn ones are cut in the middle.
func (s *Server) End(torn bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.streams {
		c.stop(torn)
	}
}

// Disconnect says that streams are ended, and ends them.
func (s *Server) Disconnect() {
	s.Send(`{"errors":[{"title":"operational-disconnect","disconnect_type":"UpstreamOperationalDisconnect",` +
		`"detail":"This stream has been disconnected upstream for operational reasons.","type":"` + problems + `operational-disconnect"}]}`)
	s.End(false)
}

// Stall lets open streams be silent, heartbeats too, until Heal; what is sent meanwhile is lost.
func (s *Server) Stall() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stalled = true
}

// Frame is a post as the stream would bring it to whoever asks for all fields, nil when there is no such post.
func (s *Server) Frame(id uint64) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.byID[id]
	if p == nil {
		return nil
	}
	return s.frame(p, wanted{allFields(s.o.Spelling), allExpansions(s.o.Spelling)}, nil)
}
