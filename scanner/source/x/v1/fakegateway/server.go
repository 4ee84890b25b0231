package fakegateway

import (
	"crypto/subtle"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"meetleaks/scanner/source/x/internal/standin"
)

// The paths that are served.
const (
	PathStream = "/1.1/statuses/filter.json"
	PathSearch = "/1.1/search/tweets.json"
	PathLookup = "/1.1/statuses/lookup.json"
)

// Options describe the stand-in.
type Options struct {
	Token       string        // that clients must have; "": none
	Heartbeat   time.Duration // the time between empty lines in the stream, 30 s
	Connections int           // streams at a time, 1
	MaxTrack    int           // phrases, 400
	PerPage     int           // posts of a page of a search, at most 100; 100
	// Check, when given, is called with each object that is sent.
	Check func(object []byte)
	Now   func() time.Time // nil: time.Now
}

// The bounds of the stand-in.
const (
	maxPosts = 100_000
	maxBody  = 1 << 20
)

// Fault is a way to misbehave.
type Fault = standin.Fault

// Server is an [http.Handler]. It is safe for concurrent use. Calls are listed as "GET /1.1/…?…", with what was in their forms.
type Server struct {
	standin.Front
	o   Options
	mux *http.ServeMux

	mu      sync.Mutex
	posts   []*stored // by rising id
	byID    map[int64]*stored
	lastID  int64
	streams map[*stream]bool
}

// New makes one without posts.
func New(o Options) *Server {
	if o.Heartbeat == 0 {
		o.Heartbeat = 30 * time.Second
	}
	if o.Connections == 0 {
		o.Connections = 1
	}
	if o.MaxTrack == 0 {
		o.MaxTrack = 400
	}
	if o.PerPage == 0 {
		o.PerPage = 100
	}
	if o.Check == nil {
		o.Check = func([]byte) {}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &Server{o: o, mux: http.NewServeMux(), byID: map[int64]*stored{}, streams: map[*stream]bool{}}
	s.mux.HandleFunc("POST "+PathStream, s.filter)
	s.mux.HandleFunc("GET "+PathSearch, s.search)
	s.mux.HandleFunc("GET "+PathLookup, s.lookup)
	s.mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		refuse(w, http.StatusNotFound, 34, "Sorry, that page does not exist.")
	})
	return s
}

// Post posts, sends the post to those who listen for it, and returns its id.
func (s *Server) Post(p Post) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.posts) == maxPosts {
		delete(s.byID, s.posts[0].id)
		s.posts = s.posts[1:]
	}
	now := s.o.Now()
	s.lastID = max((now.UnixMilli()-epoch)<<timeBits+writer, s.lastID+1)
	kept := newStored(p, s.lastID, now)
	s.posts = append(s.posts, kept)
	s.byID[kept.id] = kept
	for c := range s.streams {
		if !p.Unsent && c.wants(s.words(kept)) {
			c.Send(s.frame(s.object(kept, false)))
		}
	}
	return kept.id
}

// Delete takes a post away and tells all who listen.
func (s *Server) Delete(id int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.byID[id]
	if p == nil {
		return
	}
	s.forget(func(p *stored) bool { return p.id == id })
	s.tell(map[string]any{"delete": map[string]any{
		"status":       map[string]any{"id": id, "id_str": strconv.FormatInt(id, 10), "user_id": 73, "user_id_str": "73"},
		"timestamp_ms": strconv.FormatInt(s.o.Now().UnixMilli(), 10),
	}})
}

// Suspend takes all posts of an account away, and tells nobody.
func (s *Server) Suspend(author string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forget(func(p *stored) bool { return p.Author == author })
}

// Withhold withholds a post in countries ("XX": everywhere) and tells all who listen.
func (s *Server) Withhold(id int64, countries ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.byID[id]; p != nil {
		p.withheld = countries
		s.tell(map[string]any{"status_withheld": map[string]any{"id": id, "user_id": 73, "withheld_in_countries": countries}})
	}
}

// forget takes posts away. The caller holds mu.
func (s *Server) forget(which func(*stored) bool) {
	s.posts = slices.DeleteFunc(s.posts, func(p *stored) bool {
		if !which(p) {
			return false
		}
		delete(s.byID, p.id)
		return true
	})
}

// ServeHTTP answers as the service does, unless a fault was ordered.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	if err := r.ParseForm(); err != nil {
		refuse(w, http.StatusRequestEntityTooLarge, 0, "Too much.")
		return
	}
	if s.Met(w, r, r.Method+" "+r.URL.RequestURI()+" "+r.PostForm.Encode()) {
		return
	}
	got := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	if s.o.Token != "" && subtle.ConstantTimeCompare([]byte(got), []byte(s.o.Token)) != 1 {
		refuse(w, http.StatusUnauthorized, 32, "Could not authenticate you.")
		return
	}
	s.mux.ServeHTTP(w, r)
}

// refuse answers with an error as the service tells it.
func refuse(w http.ResponseWriter, status, code int, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"errors":[{"code":%d,"message":%q}]}`, code, message)
}
