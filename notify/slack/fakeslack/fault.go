package fakeslack

import (
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// Fault is one way to misbehave. Of Handler, Drop, Status and Code the first that is set answers.
type Fault struct {
	Code       string        // ok:false with this error
	Status     int           // an HTTP status with a page of HTML
	RetryAfter time.Duration // the Retry-After field, whole seconds
	Delay      time.Duration // before the answer, or until the caller has gone
	Drop       bool          // the connection is broken without an answer
	Handler    http.Handler  // answers instead
	Taken      bool          // the call takes effect all the same: only its answer is bad
}

type planned struct {
	fault Fault
	times int
}

// Fail makes the next calls of a method fail; method "" stands for any. Faults of one method follow each other in the order
// in which they were planned. Times below 1 mean for ever.
func (s *Server) Fail(method string, f Fault, times int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults[method] = append(s.faults[method], &planned{f, times})
}

// Mend takes all planned faults away.
func (s *Server) Mend() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = map[string][]*planned{}
}

// fault is the next that is planned for a call.
func (s *Server) fault(method string) (Fault, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, key := range [...]string{method, ""} {
		queue := s.faults[key]
		if len(queue) == 0 {
			continue
		}
		p := queue[0]
		if p.times--; p.times == 0 {
			s.faults[key] = queue[1:]
		}
		return p.fault, true
	}
	return Fault{}, false
}

// misbehave answers with a fault; it reports false when the fault leaves the proper answer to be given.
func misbehave(w http.ResponseWriter, r *http.Request, f Fault) bool {
	if f.Delay > 0 {
		timer := time.NewTimer(f.Delay)
		defer timer.Stop()
		select {
		case <-r.Context().Done():
			return true
		case <-timer.C:
		}
	}
	if f.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(f.RetryAfter/time.Second)))
	}
	switch {
	case f.Handler != nil:
		f.Handler.ServeHTTP(w, r)
	case f.Drop:
		panic(http.ErrAbortHandler)
	case f.Status != 0:
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(f.Status)
		fmt.Fprint(w, "<html><body>Server Error</body></html>")
	case f.Code != "":
		answer(w, map[string]any{"ok": false, "error": f.Code})
	default:
		return false
	}
	return true
}
