package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// slack is a stand-in for the few methods of Slack's API that are called: everybody is a member, every message is accepted at once.
type slack struct {
	server   *http.Server
	listener net.Listener

	mu    sync.Mutex
	told  map[string]time.Time // masked id: the first message that names it
	calls map[string]int       // by method
	users map[string]string    // id: e-mail
	cards map[string]card      // masked id: the first message to a person that names it
	ends  map[string]time.Time // ts of a card: when it first said that the meeting is secured

	socket *socket // nil: the service listens on none
}

func startSlack(ctx context.Context) (*slack, error) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &slack{listener: listener, told: map[string]time.Time{}, calls: map[string]int{}, users: map[string]string{},
		cards: map[string]card{}, ends: map[string]time.Time{}}
	s.server = &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = s.server.Serve(listener) }()
	return s, nil
}

func (s *slack) url() string { return "http://" + s.listener.Addr().String() + "/api/" }

func (s *slack) close() { _ = s.server.Close() }

// ServeHTTP answers one call.
func (s *slack) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	at := time.Now()
	method := r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
	if method == socketMethod {
		s.serveSocket(w, r)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
	if err := r.ParseForm(); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(s.answer(method, r, at))
}

func (s *slack) answer(method string, r *http.Request, at time.Time) map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls[method]++
	out := map[string]any{"ok": true}
	switch method {
	case "auth.test":
		out["team_id"], out["user_id"], out["team"] = "T0BENCH", "U0BOT", "bench"
	case "users.lookupByEmail":
		out["user"] = s.user(r.Form.Get("email"))
	case "users.info":
		out["user"] = s.user(s.users[r.Form.Get("user")])
	case "apps.connections.open":
		out["url"] = "ws://" + r.Host + "/api/" + socketMethod
	case "conversations.open":
		out["channel"] = map[string]any{"id": "D" + strings.TrimPrefix(r.Form.Get("users"), "U")}
	case "chat.postMessage", "chat.update":
		for _, id := range masked(r.Form.Get("text") + r.Form.Get("blocks")) {
			if s.told[id].IsZero() {
				s.told[id] = at
			}
		}
		ts := r.Form.Get("ts")
		if ts == "" {
			ts = fmt.Sprintf("%d.%06d", at.Unix(), s.calls[method]%1_000_000)
		}
		s.note(method, r.Form, ts, at)
		out["channel"], out["ts"] = r.Form.Get("channel"), ts
	}
	return out
}

func (s *slack) user(email string) map[string]any {
	name, _, _ := strings.Cut(email, "@")
	id := "U" + strings.ToUpper(name)
	s.users[id] = email
	return map[string]any{"id": id, "team_id": "T0BENCH", "profile": map[string]any{"email": email}}
}

// masked finds masked meeting numbers, "981•••••210".
func masked(text string) []string {
	var out []string
	const dots = "•••••"
	for {
		i := strings.Index(text, dots)
		if i < 0 {
			return out
		}
		if i >= 3 && i+len(dots)+3 <= len(text) {
			out = append(out, text[i-3:i]+dots+text[i+len(dots):i+len(dots)+3])
		}
		text = text[i+len(dots):]
	}
}

// first is when a meeting was told.
func (s *slack) first(id string) time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.told[id]
}
