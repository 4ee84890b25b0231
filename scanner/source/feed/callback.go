package feed

import (
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"

	"meetleaks/scanner"
	"meetleaks/scanner/source/polled"
)

// The bounds of what hubs send.
const (
	maxChallenge = 2048 // bytes
	readBound    = 10 * time.Second
	takeBound    = 5 * time.Second // hubs do not wait for long; what is not taken then is found by polling
)

// ServeHTTP answers hubs at the address of Options.Callback and below: the last part of the path names the feed. Nothing of what a hub
// sends is logged.
func (s *Source) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	f, known := s.byID[path.Base(r.URL.Path)]
	switch {
	case s.o.Callback == nil || !known:
		http.NotFound(w, r)
	case r.Method == http.MethodGet:
		s.verify(w, r, f)
	case r.Method == http.MethodPost:
		s.deliver(w, r, f)
	default:
		w.Header().Set("Allow", "GET, POST")
		http.Error(w, "hubs use GET and POST", http.StatusMethodNotAllowed)
	}
}

// verify answers a hub that asks whether we meant it (section 5.3).
func (s *Source) verify(w http.ResponseWriter, r *http.Request, f polled.Document) {
	query := r.URL.Query()
	challenge := query.Get("hub.challenge")
	if len(challenge) > maxChallenge || challenge == "" && query.Get("hub.mode") != "denied" {
		http.NotFound(w, r)
		return
	}
	switch err := s.verified(r.Context(), f, query); {
	case errors.Is(err, errNotOurs):
		http.NotFound(w, r)
	case err != nil:
		s.later(w, "verify a subscription", err)
	default:
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = io.WriteString(w, challenge) // whoever went away is not told
	}
}

// later tells a hub to send the same again.
func (s *Source) later(w http.ResponseWriter, what string, err error) {
	s.o.Log.Warn("a hub was told to come again", "source", s.o.Name, "doing", what, "error", err)
	w.Header().Set("Retry-After", "60")
	http.Error(w, "not now: send the same again", http.StatusServiceUnavailable)
}

// deliver takes what a hub delivers (section 7), as far as it is signed with our secret.
func (s *Source) deliver(w http.ResponseWriter, r *http.Request, f polled.Document) {
	select {
	case s.pushing <- struct{}{}:
		defer func() { <-s.pushing }()
	default:
		s.later(w, "take a delivery", errBusy)
		return
	}
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(readBound)) // deadlines of connections are the machine's
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxBody))
	if err != nil {
		var large *http.MaxBytesError
		status := http.StatusBadRequest
		if errors.As(err, &large) {
			status = http.StatusRequestEntityTooLarge
		}
		http.Error(w, "the body is not read", status)
		return
	}
	sub, err := s.loadSubscription(r.Context(), f)
	if err != nil {
		s.later(w, "take a delivery", err)
		return
	}
	if sub.Hub == "" || s.o.Now().After(sub.Until) || !s.believes(r.Header.Get("X-Hub-Signature"), s.secret(f, sub), body) {
		s.unbelieved()
		http.Error(w, "not signed with the secret of a subscription that holds, by sha256, sha384 or sha512", http.StatusForbidden)
		return
	}
	s.takeDelivery(w, r, f, body)
}

var errBusy = errors.New("too much is under way")

// takeDelivery hands on the items of a delivery, which is a feed that may list news alone: nothing is gone by it.
func (s *Source) takeDelivery(w http.ResponseWriter, r *http.Request, f polled.Document, body []byte) {
	_, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type")) // a wrong one names no charset
	l, err := parse(body, strings.ToLower(params["charset"]), false)
	if err != nil { // it is polled: what cannot be understood here is read there
		w.WriteHeader(http.StatusAccepted)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), takeBound)
	defer cancel()
	pass := s.poller.Pass(scanner.Pass{Source: s.o.Name, Cursor: "pushed"})
	read := &reading{Look: pass.Look(f, new(polled.Memory)), source: s, host: polled.HostOf(f.URL)}
	for i, e := range s.entries(l) {
		if err := polled.Contained(func() error { return read.item(ctx, &l.items[i], e) }); err != nil {
			s.later(w, "take a delivery", err)
			return
		}
	}
	w.WriteHeader(http.StatusAccepted)
}

// unbelieved logs, once a minute, that a delivery was not believed.
func (s *Source) unbelieved() {
	now, before := s.o.Now(), s.refused.Load()
	if now.Sub(time.Unix(0, before)).Abs() >= time.Minute && s.refused.CompareAndSwap(before, now.UnixNano()) {
		s.o.Log.Warn("a hub's delivery is not signed as it has to be; logged once a minute", "source", s.o.Name)
	}
}

// believes checks X-Hub-Signature (section 8): method=hexadecimal digits.
func (s *Source) believes(signature, secret string, body []byte) bool {
	method, digits, _ := strings.Cut(signature, "=")
	var make func() hash.Hash
	switch strings.ToLower(strings.TrimSpace(method)) {
	case "sha256":
		make = sha256.New
	case "sha384":
		make = sha512.New384
	case "sha512":
		make = sha512.New
	case "sha1":
		if !s.o.AllowSHA1 {
			return false
		}
		make = sha1.New
	default:
		return false
	}
	given, err := hex.DecodeString(strings.TrimSpace(digits))
	if err != nil {
		return false
	}
	h := hmac.New(make, []byte(secret))
	_, _ = h.Write(body) // never fails
	return hmac.Equal(given, h.Sum(nil))
}
