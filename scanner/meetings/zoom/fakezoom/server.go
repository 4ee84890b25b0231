package fakezoom

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Options describe the account. AccountID, ClientID and ClientSecret must be given.
type Options struct {
	AccountID, ClientID, ClientSecret string
	// TokenLife is how long a token is accepted; an hour when zero.
	TokenLife time.Duration
	// TextIDs lets numbers of meetings be written as texts, as some of Zoom's answers do.
	TextIDs bool
	Now     func() time.Time // nil: time.Now
}

// The bounds of the account.
const (
	maxObjects = 10_000
	maxTokens  = 100
	maxCalls   = 100_000 // that are remembered
)

// Server is an [http.Handler]: /oauth/token, and the API under /v2. It is safe for concurrent use.
type Server struct {
	o   Options
	mux *http.ServeMux

	mu       sync.Mutex
	users    map[string]User
	meetings map[int64]Meeting
	tokens   map[string]time.Time
	granted  int
	calls    []string
	faults   []*Fault
}

// New makes an account without users and meetings.
func New(o Options) *Server {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.TokenLife <= 0 {
		o.TokenLife = time.Hour
	}
	s := &Server{
		o: o, mux: http.NewServeMux(), users: map[string]User{}, meetings: map[int64]Meeting{}, tokens: map[string]time.Time{},
	}
	s.mux.HandleFunc("POST /oauth/token", s.token)
	s.mux.HandleFunc("GET /v2/meetings/{id}", s.allowed(func(w http.ResponseWriter, r *http.Request) { s.readMeeting(w, r, false) }))
	s.mux.HandleFunc("GET /v2/webinars/{id}", s.allowed(func(w http.ResponseWriter, r *http.Request) { s.readMeeting(w, r, true) }))
	s.mux.HandleFunc("GET /v2/users/{id}", s.allowed(s.readUser))
	s.mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		fail(w, http.StatusNotFound, 64041, "Request path is not found.")
	})
	return s
}

// ServeHTTP answers as Zoom does, unless a fault was ordered.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Zm-Trackingid", "WEB_"+random(8))
	if f := s.note(r); f != nil {
		if f.play(w, r) {
			return
		}
	}
	s.mux.ServeHTTP(w, r)
}

// note remembers the request, and finds the fault that was ordered for it.
func (s *Server) note(r *http.Request) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.calls) < maxCalls {
		s.calls = append(s.calls, r.Method+" "+r.URL.EscapedPath())
	}
	for _, f := range s.faults {
		if f.Times != 0 && strings.HasPrefix(r.URL.Path, f.Path) {
			f.Times--
			return f
		}
	}
	return nil
}

// Calls lists the requests so far, "GET /v2/meetings/…", and begins a new list.
func (s *Server) Calls() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.calls
	s.calls = nil
	return out
}

// Granted counts the tokens that were given out.
func (s *Server) Granted() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.granted
}

// EndTokens makes all tokens invalid.
func (s *Server) EndTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.tokens)
}

// token answers the grant account_credentials.
func (s *Server) token(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 16<<10)
	id, secret, ok := r.BasicAuth()
	switch {
	case r.ParseForm() != nil || r.Form.Get("grant_type") != "account_credentials":
		oauthFault(w, "unsupported grant type", "unsupported_grant_type")
	case !ok || !same(id, s.o.ClientID) || !same(secret, s.o.ClientSecret):
		oauthFault(w, "Invalid client_id or client_secret", "invalid_client")
	case r.Form.Get("account_id") != s.o.AccountID:
		oauthFault(w, "Bad Request", "invalid_request")
	default:
		answer(w, http.StatusOK, map[string]any{
			"access_token": s.grant(), "token_type": "bearer", "expires_in": int(s.o.TokenLife/time.Second) - 1,
			"scope": "meeting:read:meeting:admin user:read:user:admin webinar:read:webinar:admin", "api_url": "https://api.zoom.us",
		})
	}
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

func (s *Server) grant() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.o.Now()
	for text, until := range s.tokens {
		if !now.Before(until) || len(s.tokens) >= maxTokens {
			delete(s.tokens, text)
		}
	}
	text := "fake." + random(24)
	s.tokens[text] = now.Add(s.o.TokenLife)
	s.granted++
	return text
}

// allowed wants a token that holds.
func (s *Server) allowed(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		text, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		s.mu.Lock()
		until, known := s.tokens[text]
		s.mu.Unlock()
		switch {
		case !known:
			fail(w, http.StatusUnauthorized, 124, "Invalid access token.")
		case !s.o.Now().Before(until):
			fail(w, http.StatusUnauthorized, 124, "Access token is expired.")
		default:
			next(w, r)
		}
	}
}

func (s *Server) readMeeting(w http.ResponseWriter, r *http.Request, webinar bool) {
	text := r.PathValue("id")
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		fail(w, http.StatusBadRequest, 300, "Invalid meeting id.")
		return
	}
	s.mu.Lock()
	m, ok := s.meetings[id]
	s.mu.Unlock()
	switch {
	case !ok:
		fail(w, http.StatusNotFound, 3001, "Meeting does not exist: "+text+".")
	case m.Webinar && !webinar:
		fail(w, http.StatusBadRequest, 3000, "Cannot access webinar info.")
	case !m.Webinar && webinar:
		fail(w, http.StatusNotFound, 3001, "Webinar does not exist: "+text+".")
	default:
		w.Header().Set("X-RateLimit-Category", "Light")
		answer(w, http.StatusOK, m.object(s.o.TextIDs, s.o.Now()))
	}
}

func (s *Server) readUser(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	if plain, err := url.PathUnescape(id); err == nil {
		id = plain
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, u := range s.users {
		if u.ID == id || strings.EqualFold(u.Email, id) {
			answer(w, http.StatusOK, u.object(s.o.AccountID))
			return
		}
	}
	fail(w, http.StatusNotFound, 1001, "User does not exist: "+id+".")
}

func answer(w http.ResponseWriter, status int, object any) {
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(object)
}

func fail(w http.ResponseWriter, status int, code int, message string) {
	answer(w, status, map[string]any{"code": code, "message": message})
}

func oauthFault(w http.ResponseWriter, reason, what string) {
	answer(w, http.StatusBadRequest, map[string]any{"reason": reason, "error": what})
}

func random(n int) string {
	draw := make([]byte, n)
	_, _ = rand.Read(draw) // never fails
	return hex.EncodeToString(draw)
}
