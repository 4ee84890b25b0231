// Package fakefeed is a site with one feed and a hub, on loopback, for tests and for the demo: RSS 2.0 with ETag and 304, faults on
// demand, and WebSub as the W3C Recommendation of 23 January 2018 has it.
package fakefeed

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"sync"
	"time"
)

// Item is one item of the feed.
type Item struct {
	ID, Title, HTML, Link string
	Posted                time.Time
}

// Server is the site. It is safe for concurrent use.
type Server struct {
	http *httptest.Server

	mu     sync.Mutex
	items  []Item // the newest first
	fault  http.Handler
	header http.Header
	raw    string
	hub    bool
	leases int
	sub    url.Values // of the last subscription that was verified
	asked  int        // answers in full
	notMod int        // answers 304
	posts  int        // subscription requests
}

// Start begins serving; Close ends it.
func Start() *Server {
	s := &Server{header: http.Header{}, leases: 864000}
	s.http = httptest.NewServer(s)
	return s
}

// Close ends the server.
func (s *Server) Close() { s.http.Close() }

// Addr is "127.0.0.1:port".
func (s *Server) Addr() string { return s.http.Listener.Addr().String() }

// URL is the feed's address.
func (s *Server) URL() string { return s.http.URL + "/feed.xml" }

// HubURL is the hub's address.
func (s *Server) HubURL() string { return s.http.URL + "/hub" }

func (s *Server) change(do func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	do()
}

// Add puts an item in front.
func (s *Server) Add(it Item) { s.change(func() { s.items = append([]Item{it}, s.items...) }) }

// Edit gives an item another text.
func (s *Server) Edit(id, html string) {
	s.change(func() {
		for i := range s.items {
			if s.items[i].ID == id {
				s.items[i].HTML = html
			}
		}
	})
}

// Remove takes an item away.
func (s *Server) Remove(id string) {
	s.change(func() {
		var left []Item
		for _, it := range s.items {
			if it.ID != id {
				left = append(left, it)
			}
		}
		s.items = left
	})
}

// Serve lets the feed be this text instead, "" ends that.
func (s *Server) Serve(raw string) { s.change(func() { s.raw = raw }) }

// Break lets handler answer instead of the site, but for robots.txt; nil ends that.
func (s *Server) Break(handler http.Handler) { s.change(func() { s.fault = handler }) }

// Header sets a field of the feed's answers.
func (s *Server) Header(name, value string) { s.change(func() { s.header.Set(name, value) }) }

// WithHub lets the feed name a hub that grants leases of so many seconds.
func (s *Server) WithHub(lease int) { s.change(func() { s.hub, s.leases = true, lease }) }

// Counts are the answers in full, those that say that nothing changed, and the requests to the hub.
func (s *Server) Counts() (full, unchanged, hub int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked, s.notMod, s.posts
}

// Subscription is what was subscribed to last and verified, nil for nothing.
func (s *Server) Subscription() url.Values {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sub
}

// ServeHTTP answers.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	fault := s.fault
	s.mu.Unlock()
	switch {
	case r.URL.Path == "/robots.txt":
		http.NotFound(w, r)
	case fault != nil:
		fault.ServeHTTP(w, r)
	case r.URL.Path == "/feed.xml":
		s.feed(w, r)
	case r.URL.Path == "/hub" && r.Method == http.MethodPost:
		s.subscribe(w, r)
	default:
		http.NotFound(w, r)
	}
}

func (s *Server) feed(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	body := []byte(s.raw)
	if s.raw == "" {
		body = s.rss(s.items)
	}
	h := fnv.New64a()
	_, _ = h.Write(body) // never fails
	tag := fmt.Sprintf(`"%x"`, h.Sum64())
	for name := range s.header {
		w.Header().Set(name, s.header.Get(name))
	}
	w.Header().Set("ETag", tag)
	w.Header().Set("Content-Type", "application/rss+xml; charset=utf-8")
	if r.Header.Get("If-None-Match") == tag {
		s.notMod++
		w.WriteHeader(http.StatusNotModified)
		return
	}
	s.asked++
	_, _ = w.Write(body) // whoever went away is not told
}

// rss writes the feed.
func (s *Server) rss(items []Item) []byte {
	var out bytes.Buffer
	out.WriteString(`<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>` +
		`<title>News</title><link>` + s.http.URL + `/</link><description>What is new</description>`)
	if s.hub {
		out.WriteString(`<atom:link rel="hub" href="` + s.HubURL() + `"/><atom:link rel="self" href="` + s.URL() + `"/>`)
	}
	for _, it := range items {
		out.WriteString("<item>")
		for _, field := range [][2]string{{"title", it.Title}, {"link", it.Link}, {"guid", it.ID}, {"description", it.HTML}} {
			if field[1] != "" {
				out.WriteString("<" + field[0] + ">")
				_ = xml.EscapeText(&out, []byte(field[1])) // never fails
				out.WriteString("</" + field[0] + ">")
			}
		}
		if !it.Posted.IsZero() {
			out.WriteString("<pubDate>" + it.Posted.UTC().Format(time.RFC1123Z) + "</pubDate>")
		}
		out.WriteString("</item>\n")
	}
	out.WriteString("</channel></rss>")
	return out.Bytes()
}

// subscribe takes a subscription request, and verifies it at once.
func (s *Server) subscribe(w http.ResponseWriter, r *http.Request) {
	s.change(func() { s.posts++ })
	if err := r.ParseForm(); err != nil || r.PostForm.Get("hub.mode") != "subscribe" || r.PostForm.Get("hub.topic") != s.URL() {
		http.Error(w, "not a topic of this hub", http.StatusBadRequest)
		return
	}
	form := r.PostForm
	if err := s.Verify(r.Context(), form.Get("hub.callback"), url.Values{
		"hub.mode": {"subscribe"}, "hub.topic": {form.Get("hub.topic")}, "hub.challenge": {"c-7h2k9"}, "hub.lease_seconds": {strconv.Itoa(s.leases)},
	}); err == nil {
		s.change(func() { s.sub = form })
	}
	w.WriteHeader(http.StatusAccepted)
}

// Verify asks a callback whether it meant what a query says. The error says that it did not.
func (s *Server) Verify(ctx context.Context, callback string, query url.Values) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, callback+"?"+query.Encode(), nil)
	if err != nil {
		return err
	}
	resp, err := s.http.Client().Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<16))
	if err != nil || resp.StatusCode != http.StatusOK || string(body) != query.Get("hub.challenge") {
		return errors.New("the callback did not mean it")
	}
	return nil
}

// Deliver sends items to whoever subscribed, signed with its secret, and returns the answer's status.
func (s *Server) Deliver(ctx context.Context, items ...Item) (int, error) {
	s.mu.Lock()
	body, sub := s.rss(items), s.sub
	s.mu.Unlock()
	h := hmac.New(sha256.New, []byte(sub.Get("hub.secret")))
	_, _ = h.Write(body) // never fails
	return s.Post(ctx, sub.Get("hub.callback"), "sha256="+hex.EncodeToString(h.Sum(nil)), body)
}

// Post sends a body with a signature, and returns the answer's status.
func (s *Server) Post(ctx context.Context, callback, signature string, body []byte) (int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, callback, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/rss+xml")
	if signature != "" {
		req.Header.Set("X-Hub-Signature", signature)
	}
	resp, err := s.http.Client().Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	return resp.StatusCode, nil
}
