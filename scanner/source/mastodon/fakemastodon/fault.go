package fakemastodon

import (
	"net/http"
	"strings"
)

// Fault is a way in which the server breaks.
type Fault string

// The faults.
const (
	Fine         Fault = ""
	Unauthorized Fault = "401"
	Forbidden    Fault = "403"
	RateLimited  Fault = "429" // Retry-After: 7
	Unavailable  Fault = "503"
	Redirect     Fault = "302"        // to a host that is not to be asked
	HTML         Fault = "html"       // 200 and a page
	ErrorBody    Fault = "error body" // 200 and {"error": …}
	Huge         Fault = "huge"       // 200 and a body without end
	StreamHangs  Fault = "hang"       // the stream gives no byte
	StreamEnds   Fault = "ends"       // the stream ends at once
)

// Break lets the server break from now on; Fine mends it. Open streams end.
func (s *Server) Break(f Fault) {
	s.mu.Lock()
	s.fault = f
	s.mu.Unlock()
	s.Drop()
}

// broken answers a request as a broken server does. It says whether it did.
func (s *Server) broken(w http.ResponseWriter, r *http.Request) bool {
	s.mu.Lock()
	f := s.fault
	s.mu.Unlock()
	streaming := strings.HasPrefix(r.URL.Path, "/api/v1/streaming")
	switch f {
	case Fine:
		return false
	case Unauthorized:
		fail(w, http.StatusUnauthorized, "The access token was revoked")
	case Forbidden:
		fail(w, http.StatusForbidden, "This action is outside the authorized scopes")
	case RateLimited:
		w.Header().Set("Retry-After", "7")
		fail(w, http.StatusTooManyRequests, "Too many requests")
	case Unavailable:
		fail(w, http.StatusServiceUnavailable, "Service unavailable")
	case Redirect:
		w.Header().Set("Location", "http://198.51.100.7/"+r.URL.Path)
		w.WriteHeader(http.StatusFound)
	case HTML:
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte("<!DOCTYPE html><title>Under maintenance</title>"))
	case ErrorBody:
		answer(w, http.StatusOK, map[string]string{"error": "something went wrong"})
	case Huge:
		endless(w, r)
	case StreamHangs, StreamEnds:
		if !streaming {
			return false
		}
		w.Header().Set("Content-Type", "text/event-stream")
		w.WriteHeader(http.StatusOK)
		_ = http.NewResponseController(w).Flush()
		if f == StreamHangs {
			<-r.Context().Done()
		}
	}
	return true
}

// endless writes until nobody reads.
func endless(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	page := []byte("[" + strings.Repeat(" ", 64<<10))
	for r.Context().Err() == nil {
		if _, err := w.Write(page); err != nil {
			return
		}
		page = page[1:]
		page = append(page, ' ')
	}
}
