// Package fakemastodon stands in for a server with the Mastodon API, on loopback: for tests, and for the demonstration.
//
// It behaves as the API's documentation has it (docs.joinmastodon.org: entities Status, Instance; methods streaming, timelines,
// statuses, instance; rate limits): it asks for the token, streams by server-sent events and by WebSocket with heartbeats, pages its
// timelines by min_id, max_id and since_id with a Link header, and says how many requests are left. Posts become HTML with their
// links shown shortened, as Mastodon shows them. It can also break in the ways of [Fault], withhold its timeline, name another host
// for its streams, and speak as GoToSocial does (no server-sent events).
//
// fake.go is the server, posts.go what people do there, timeline.go and stream.go what it answers, fault.go how it breaks;
// testdata holds JSON Schemas of what it sends, in our words.
package fakemastodon

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Token is what the server takes for the token of a user with read:statuses.
const Token = "fake-token-Vq7mLd3xRw9s"

// Server is one server. It is safe for concurrent use.
type Server struct {
	http *httptest.Server
	base *url.URL

	mu        sync.Mutex
	posts     []*post // oldest first
	next      int64   // id
	listeners map[*listener]struct{}
	fault     Fault
	opened    int // streams, ever
	left      int // of the rate limit
	config    config
}

// config is what may be set at any time.
type config struct {
	streaming      string            // host of the streams, "" its own
	access         map[string]string // "live.local": "disabled"
	withheld       bool
	sockets        bool // no server-sent events
	noStreams      bool
	oldInstance    bool // no version 2
	heartbeat      time.Duration
	oldestFirst    bool
	payloadObjects bool
	greeting       []string
}

// Start starts a server. Close ends it.
func Start() (*Server, error) {
	s := &Server{next: 115_589_127_840_012_346, listeners: map[*listener]struct{}{}, left: rateLimit}
	s.config.heartbeat = 15 * time.Second
	s.http = httptest.NewServer(s)
	var err error
	s.base, err = url.Parse(s.http.URL)
	return s, err
}

// URL is its address.
func (s *Server) URL() *url.URL {
	u := *s.base
	return &u
}

// Close ends it with all connections.
func (s *Server) Close() {
	s.Drop()
	s.http.CloseClientConnections()
	s.http.Close()
}

// Set changes how the server behaves from now on.
func (s *Server) Set(changes ...Change) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, change := range changes {
		change(&s.config)
	}
}

// Change is one way to behave.
type Change func(*config)

// StreamsAt lets the server say that its streams are elsewhere.
func StreamsAt(address string) Change { return func(c *config) { c.streaming = address } }

// Access lets it say who may see a feed ("live_feeds" or "hashtag_feeds"; "local" or "remote"): since 4.5.
func Access(feed, part, who string) Change {
	return func(c *config) {
		all := map[string]string{feed + "." + part: who}
		for name, value := range c.access {
			if name != feed+"."+part {
				all[name] = value
			}
		}
		c.access = all
	}
}

// Withhold lets streams tell of deletions only.
func Withhold(on bool) Change { return func(c *config) { c.withheld = on } }

// SocketsOnly lets it answer 400 to those who want server-sent events, as GoToSocial does.
func SocketsOnly(on bool) Change { return func(c *config) { c.sockets = on } }

// NoStreams lets it have none, as snac has none.
func NoStreams(on bool) Change { return func(c *config) { c.noStreams = on } }

// OldInstance lets it know version 1 of what a server says of itself alone.
func OldInstance(on bool) Change { return func(c *config) { c.oldInstance = on } }

// Heartbeat is the time between two signs of life.
func Heartbeat(every time.Duration) Change { return func(c *config) { c.heartbeat = every } }

// OldestFirst lets pages begin with the oldest post.
func OldestFirst(on bool) Change { return func(c *config) { c.oldestFirst = on } }

// PayloadObjects lets messages of a WebSocket hold statuses as objects, not as texts.
func PayloadObjects(on bool) Change { return func(c *config) { c.payloadObjects = on } }

// Greet lets each stream begin with raw messages, see [Server.Raw].
func Greet(messages ...string) Change { return func(c *config) { c.greeting = messages } }

// Drop ends all streams.
func (s *Server) Drop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for l := range s.listeners {
		l.end()
	}
}

// Listeners is how many streams are open, Opened how many ever were.
func (s *Server) Listeners() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.listeners)
}

// Opened is how many streams were ever opened.
func (s *Server) Opened() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.opened
}

const rateLimit = 300

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.broken(w, r) {
		return
	}
	path := r.URL.Path
	if r.Method != http.MethodGet {
		fail(w, http.StatusMethodNotAllowed, "Method not allowed")
		return
	}
	switch {
	case path == "/api/v1/streaming/health":
		_, _ = w.Write([]byte("OK"))
		return
	case path == "/api/v2/instance", path == "/api/v1/instance":
		s.instance(w, path)
		return
	case r.Header.Get("Authorization") != "Bearer "+Token || r.URL.Query().Has("access_token"):
		fail(w, http.StatusUnauthorized, "The access token is invalid")
		return
	case strings.HasPrefix(path, "/api/v1/streaming"):
		s.stream(w, r)
		return
	}
	s.limited(w)
	switch {
	case strings.HasPrefix(path, "/api/v1/timelines/"):
		s.timeline(w, r)
	case strings.HasPrefix(path, "/api/v1/statuses/"):
		s.status(w, strings.TrimPrefix(path, "/api/v1/statuses/"))
	default:
		fail(w, http.StatusNotFound, "Record not found")
	}
}

// limited writes what is left of the rate limit.
func (s *Server) limited(w http.ResponseWriter) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.left--; s.left < 0 {
		s.left = rateLimit - 1
	}
	h := w.Header()
	h.Set("X-RateLimit-Limit", strconv.Itoa(rateLimit))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(s.left))
	h.Set("X-RateLimit-Reset", time.Now().Add(5*time.Minute).UTC().Format("2006-01-02T15:04:05.000000Z"))
}

func fail(w http.ResponseWriter, status int, words string) {
	answer(w, status, map[string]string{"error": words})
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // whoever went away is not told
}

// instance says what the server is.
func (s *Server) instance(w http.ResponseWriter, path string) {
	s.mu.Lock()
	c := s.config
	s.mu.Unlock()
	streaming := c.streaming
	if streaming == "" {
		streaming = "ws://" + s.base.Host
	}
	switch {
	case path == "/api/v1/instance":
		answer(w, http.StatusOK, map[string]any{
			"uri": s.base.Host, "title": "A stand-in", "version": "4.4.0", "urls": map[string]string{"streaming_api": streaming},
		})
	case c.oldInstance:
		fail(w, http.StatusNotFound, "Not found")
	default:
		answer(w, http.StatusOK, c.instance(s.base.Host, streaming))
	}
}

func (c *config) instance(domain, streaming string) map[string]any {
	feeds := map[string]any{}
	for _, feed := range []string{"live_feeds", "hashtag_feeds", "trending_link_feeds"} {
		parts := map[string]string{}
		for _, part := range []string{"local", "remote"} {
			parts[part] = "public"
			if who := c.access[feed+"."+part]; who != "" {
				parts[part] = who
			}
		}
		feeds[feed] = parts
	}
	return map[string]any{
		"domain": domain, "title": "A stand-in", "version": "4.5.0",
		"configuration": map[string]any{"urls": map[string]string{"streaming": streaming}, "timelines_access": feeds},
	}
}
