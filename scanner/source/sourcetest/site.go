package sourcetest

import (
	"fmt"
	"hash/fnv"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
)

// Site serves texts by their paths, with ETag and 304, on loopback. It is safe for concurrent use.
type Site struct {
	URL string // without a slash at its end

	http *httptest.Server
	kind string

	mu              sync.Mutex
	texts           map[string]string
	header          http.Header
	fault           http.Handler
	full, unchanged int
}

// NewSite begins to serve texts of a content type, until the test ends.
func NewSite(t *testing.T, kind string) *Site {
	s := &Site{kind: kind, texts: map[string]string{}, header: http.Header{}}
	s.http = httptest.NewServer(s)
	t.Cleanup(s.http.Close)
	s.URL = s.http.URL
	return s
}

// Addr is "127.0.0.1:port".
func (s *Site) Addr() string { return s.http.Listener.Addr().String() }

func (s *Site) change(do func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	do()
}

// Set lets a text stand at a path.
func (s *Site) Set(path, text string) { s.change(func() { s.texts[path] = text }) }

// Header sets a field of all answers that say what stands there.
func (s *Site) Header(name, value string) { s.change(func() { s.header.Set(name, value) }) }

// Break lets handler answer instead, but for robots.txt; nil ends that.
func (s *Site) Break(handler http.Handler) { s.change(func() { s.fault = handler }) }

// Counts are the answers in full, and those that say that nothing changed.
func (s *Site) Counts() (full, unchanged int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.full, s.unchanged
}

// ServeHTTP answers one request.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	text, known := s.texts[r.URL.Path]
	switch {
	case s.fault != nil && r.URL.Path != "/robots.txt":
		s.fault.ServeHTTP(w, r)
		return
	case !known:
		http.NotFound(w, r)
		return
	}
	h := fnv.New64a()
	_, _ = io.WriteString(h, text) // never fails
	tag := fmt.Sprintf(`"%x"`, h.Sum64())
	for name := range s.header {
		w.Header().Set(name, s.header.Get(name))
	}
	w.Header().Set("ETag", tag)
	w.Header().Set("Content-Type", s.kind)
	if r.Header.Get("If-None-Match") == tag {
		s.unchanged++
		w.WriteHeader(http.StatusNotModified)
		return
	}
	s.full++
	_, _ = io.WriteString(w, text) // whoever went away sees no end
}
