package fakegateway

import (
	"io"
	"net/http"
	"slices"
	"strings"

	"meetleaks/scanner/source/x/internal/standin"
)

// stream is an open one.
type stream struct {
	*standin.Stream
	track [][]string // words of which all must be there, for each phrase
}

const maxPhrase = 60 // bytes

func (s *Server) filter(w http.ResponseWriter, r *http.Request) {
	c := &stream{Stream: standin.NewStream()}
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
	s.Serve(w, r, c.Stream, s.o.Heartbeat)
}

func (s *Server) leave(c *stream) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.streams, c)
}

// wants says whether a phrase has all its words among those of a post.
func (c *stream) wants(words []string) bool {
	return slices.ContainsFunc(c.track, func(phrase []string) bool {
		return !slices.ContainsFunc(phrase, func(word string) bool {
			return slices.ContainsFunc(wordsOf(word), func(w string) bool { return !slices.Contains(words, w) })
		})
	})
}

// tell sends an object to all who listen. The caller holds mu.
func (s *Server) tell(object any) {
	line := s.frame(object)
	for c := range s.streams {
		c.Send(line)
	}
}

// Send sends a line as it is to all who listen.
func (s *Server) Send(line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.streams {
		c.Send([]byte(line))
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
		c.Stop(torn)
	}
}

// Listening is how many streams are open.
func (s *Server) Listening() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.streams)
}
