package fakex

import (
	"net/http"

	"meetleaks/scanner/source/x/internal/standin"
)

// stream is an open one.
type stream struct {
	*standin.Stream
	want wanted
}

func (s *Server) serveStream(w http.ResponseWriter, r *http.Request) {
	want, ok := s.wants(w, r, "backfill_minutes")
	if !ok {
		return
	}
	c := &stream{standin.NewStream(), want}
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
	s.Serve(w, r, c.Stream, s.o.Heartbeat)
}

func (s *Server) forget(c *stream) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.streams, c)
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
		c.Send(s.frame(p, c.want, matching))
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
		c.Send([]byte(line))
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
		c.Stop(torn)
	}
}

// Disconnect says that streams are ended, and ends them.
func (s *Server) Disconnect() {
	s.Send(`{"errors":[{"title":"operational-disconnect","disconnect_type":"UpstreamOperationalDisconnect",` +
		`"detail":"This stream has been disconnected upstream for operational reasons.","type":"` + problems + `operational-disconnect"}]}`)
	s.End(false)
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
