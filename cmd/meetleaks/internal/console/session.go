package console

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"sync"
	"time"
)

// The bounds of sessions.
const (
	maxSessions  = 1000
	sessionLife  = 12 * time.Hour
	sessionIdle  = 2 * time.Hour
	sessionBytes = 32 // of a session's id, and of its token against forged forms
)

// session is a browser that somebody signed in with. Form is what each of its forms must carry.
type session struct {
	form  string
	token [sha256.Size]byte // digest of the console's token at sign-in: another token ends the session
	made  time.Time
	used  time.Time
}

// sessions are kept in memory: they end with the process, and each process has its own. Ids are kept as digests. It is safe for
// concurrent use.
type sessions struct {
	now    func() time.Time
	secure bool // browsers send the cookie over https only

	mu   sync.Mutex
	byID map[[sha256.Size]byte]*session
}

func newSessions(now func() time.Time, secure bool) *sessions {
	return &sessions{now: now, secure: secure, byID: make(map[[sha256.Size]byte]*session)}
}

// name of the cookie. With __Host- browsers take it from this host alone, over https, for all paths.
func (s *sessions) name() string {
	if s.secure {
		return "__Host-meetleaks"
	}
	return "meetleaks"
}

// begin makes a session under a new id, whatever cookie the browser had before. When there are too many, the one that was not used
// for longest ends.
func (s *sessions) begin(w http.ResponseWriter, r *http.Request, token string) {
	s.end(w, r)
	id, now := draw(), s.now()
	s.mu.Lock()
	s.sweep(now)
	s.byID[sha256.Sum256([]byte(id))] = &session{form: draw(), token: sha256.Sum256([]byte(token)), made: now, used: now}
	s.mu.Unlock()
	w.Header().Del("Set-Cookie")
	http.SetCookie(w, s.cookie(id, int(sessionLife/time.Second)))
}

// sweep takes away what has ended, and makes room for one.
func (s *sessions) sweep(now time.Time) {
	var oldest [sha256.Size]byte
	var since time.Time
	for id, one := range s.byID {
		switch {
		case one.over(now):
			delete(s.byID, id)
		case since.IsZero() || one.used.Before(since):
			oldest, since = id, one.used
		}
	}
	if len(s.byID) >= maxSessions {
		delete(s.byID, oldest)
	}
}

func (s *session) over(now time.Time) bool {
	return now.Sub(s.made) >= sessionLife || now.Sub(s.used) >= sessionIdle || now.Before(s.made)
}

// find is the session of a request; false: there is none, or none any more.
func (s *sessions) find(r *http.Request, token string) (session, bool) {
	id, ok := s.given(r)
	if !ok {
		return session{}, false
	}
	now, digest := s.now(), sha256.Sum256([]byte(token))
	s.mu.Lock()
	defer s.mu.Unlock()
	one, found := s.byID[id]
	if !found {
		return session{}, false
	}
	if one.over(now) || subtle.ConstantTimeCompare(one.token[:], digest[:]) != 1 {
		delete(s.byID, id)
		return session{}, false
	}
	one.used = now
	return *one, true
}

// given is the digest of the id in a request's cookie. Two cookies of the name are none: one was planted.
func (s *sessions) given(r *http.Request) (id [sha256.Size]byte, ok bool) {
	cookies := r.CookiesNamed(s.name())
	if len(cookies) != 1 {
		return id, false
	}
	return sha256.Sum256([]byte(cookies[0].Value)), true
}

// end ends the session of a request, and has the browser forget the cookie.
func (s *sessions) end(w http.ResponseWriter, r *http.Request) {
	if id, ok := s.given(r); ok {
		s.mu.Lock()
		delete(s.byID, id)
		s.mu.Unlock()
	}
	http.SetCookie(w, s.cookie("", -1))
}

func (s *sessions) cookie(value string, age int) *http.Cookie {
	return &http.Cookie{
		Name: s.name(), Value: value, Path: "/", MaxAge: age, HttpOnly: true, Secure: s.secure, SameSite: http.SameSiteStrictMode,
	}
}

// sent says whether a form is of this session.
func (s session) sent(form string) bool { return s.form != "" && sameToken(form, s.form) }

func draw() string {
	var b [sessionBytes]byte
	_, _ = rand.Read(b[:]) // never fails
	return base64.RawURLEncoding.EncodeToString(b[:])
}
