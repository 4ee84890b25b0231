package fakezoom

import (
	"io"
	"maps"
	"net/http"
	"time"
)

// Fault is something that goes wrong with requests whose path begins with Path.
type Fault struct {
	Path   string
	Times  int           // how often; below 0: always
	Delay  time.Duration // before the answer; it ends early when the client goes away
	Status int           // 0: only the delay; then the answer is the right one
	Code   int
	Header map[string]string
	Body   string // in place of an error object
}

// Break orders a fault. Those that were ordered first come first.
func (s *Server) Break(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.faults) < maxObjects {
		f.Header = maps.Clone(f.Header)
		s.faults = append(s.faults, &f)
	}
}

// Mend takes all faults away.
func (s *Server) Mend() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// play lets the fault happen, and says whether the request is answered by it.
func (f *Fault) play(w http.ResponseWriter, r *http.Request) bool {
	if f.Delay > 0 {
		timer := time.NewTimer(f.Delay)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-r.Context().Done():
			return true
		}
	}
	if f.Status == 0 {
		return false
	}
	for name, value := range f.Header {
		w.Header().Set(name, value)
	}
	if f.Body != "" {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(f.Status)
		_, _ = io.WriteString(w, f.Body)
		return true
	}
	fail(w, f.Status, f.Code, "A fault that was ordered.")
	return true
}
