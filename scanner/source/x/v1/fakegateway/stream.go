package fakegateway

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// stream is an open one.
type stream struct {
	track [][]string // words of which all must be there, for each phrase
	lines chan []byte
	end   chan bool // true: torn
}

// waiting bounds the lines that wait for a client; one that is slower is sent away, as the service does.
const waiting = 10_000

const maxPhrase = 60 // bytes

func (s *Server) filter(w http.ResponseWriter, r *http.Request) {
	c := &stream{lines: make(chan []byte, waiting), end: make(chan bool, 1)}
	for phrase := range strings.SplitSeq(r.Form.Get("track"), ",") {
		if phrase == "" || len(phrase) > maxPhrase {
			w.WriteHeader(http.StatusNotAcceptable)
			return
		}
		c.track = append(c.track, strings.Fields(strings.ToLower(phrase)))
	}
	if len(c.track) > s.o.MaxTrack {
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		return
	}
	s.mu.Lock()
	busy := len(s.streams) >= s.o.Connections
	if !busy {
		s.streams[c] = true
	}
	s.mu.Unlock()
	if busy {
		w.WriteHeader(420)
		_, _ = io.WriteString(w, "Exceeded connection limit for user\r\n")
		return
	}
	defer s.leave(c)
	w.Header().Set("Content-Type", "application/json")
	_ = http.NewResponseController(w).Flush()
	if s.run(w, r, c) {
		panic(http.ErrAbortHandler)
	}
}

func (s *Server) leave(c *stream) {
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
				_, _ = io.WriteString(w, string(<-c.lines)+"\r\n")
			}
			return torn
		case <-r.Context().Done():
			return false
		}
		if s.isSilent() {
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

func (s *Server) isSilent() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.silent
}

// wants says whether a phrase has all its words among those of a post.
func (c *stream) wants(words []string) bool {
	return slices.ContainsFunc(c.track, func(phrase []string) bool {
		return !slices.ContainsFunc(phrase, func(word string) bool {
			return slices.ContainsFunc(wordsOf(word), func(w string) bool { return !slices.Contains(words, w) })
		})
	})
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

// tell sends an object to all who listen. The caller holds mu.
func (s *Server) tell(object any) {
	line := s.frame(object)
	for c := range s.streams {
		c.send(line)
	}
}

// Send sends a line as it is to all who listen.
func (s *Server) Send(line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.streams {
		c.send([]byte(line))
	}
}

// Limit tells how many posts were held back since each stream began.
func (s *Server) Limit(posts int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tell(map[string]any{"limit": map[string]any{"track": posts, "timestamp_ms": "1"}})
}

// Disconnect ends all streams with a notice.
func (s *Server) Disconnect(code int) {
	s.mu.Lock()
	s.tell(map[string]any{"disconnect": map[string]any{"code": code, "stream_name": "quillbert-statuses237912", "reason": "for quillbert"}})
	s.mu.Unlock()
	s.End(false)
}

// End ends all streams, torn in the middle or as they should be.
func (s *Server) End(torn bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.streams {
		c.stop(torn)
	}
}

// Silence lets streams say nothing more, not even that they live, until Heal.
func (s *Server) Silence() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.silent = true
}

// Listening is how many streams are open.
func (s *Server) Listening() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.streams)
}
