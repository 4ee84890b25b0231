package fakeslack

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"
)

// failure is an answer with ok:false.
type failure struct {
	code string
	wait time.Duration
}

// ServeHTTP answers a call of the API, at any path that ends in the name of a method.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	method := r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
	s.mu.Lock()
	s.calls[method]++
	s.mu.Unlock()
	if method == socketPath {
		s.serveSocket(w, r)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	object, err := readArguments(r)
	if err != nil {
		answer(w, map[string]any{"ok": false, "error": "invalid_form_data"})
		return
	}
	f, faulty := s.fault(method)
	if faulty && !f.Taken && misbehave(w, r, f) {
		return
	}
	body, fail := s.do(method, r, object)
	if faulty && f.Taken && misbehave(w, r, f) {
		return
	}
	if fail != nil {
		refuse(w, fail)
		return
	}
	body["ok"] = true
	answer(w, body)
}

func refuse(w http.ResponseWriter, f *failure) {
	if f.wait > 0 {
		w.Header().Set("Retry-After", fmt.Sprint(int((f.wait+time.Second-1)/time.Second)))
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(http.StatusTooManyRequests)
		_ = json.NewEncoder(w).Encode(map[string]any{"ok": false, "error": f.code})
		return
	}
	answer(w, map[string]any{"ok": false, "error": f.code})
}

func answer(w http.ResponseWriter, body map[string]any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(body)
}

// readArguments reads a form, or the object of a request in JSON.
func readArguments(r *http.Request) (object []byte, err error) {
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		return nil, r.ParseForm()
	}
	if object, err = io.ReadAll(r.Body); err != nil {
		return nil, err
	}
	r.PostForm = url.Values{}
	return object, nil
}

// do does what a method does and says what to answer.
func (s *Server) do(method string, r *http.Request, object []byte) (map[string]any, *failure) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if fail := s.authorised(method, r); fail != nil {
		return nil, fail
	}
	switch method {
	case "auth.test":
		return map[string]any{"team": "Acme", "team_id": s.options.Team, "enterprise_id": s.options.Enterprise, "user_id": "U0BOT", "bot_id": "B0BOT"}, nil
	case "users.lookupByEmail":
		return s.lookup(func(u User) bool { return strings.EqualFold(u.Email, r.PostForm.Get("email")) }, "users_not_found")
	case "users.info":
		return s.lookup(func(u User) bool { return u.ID == r.PostForm.Get("user") }, "user_not_found")
	case "conversations.open":
		return s.open(r.PostForm.Get("users"))
	case "chat.postMessage":
		return s.post(r.PostForm)
	case "chat.update":
		return s.update(r.PostForm)
	case "chat.postEphemeral":
		return s.whisper(r.PostForm)
	case "views.open":
		return s.openWindow(object)
	case "views.publish":
		return s.publish(object)
	case "apps.connections.open":
		return map[string]any{"url": "ws://" + r.Host + strings.TrimSuffix(r.URL.Path, method) + socketPath}, nil
	}
	return nil, &failure{code: "unknown_method"}
}

func (s *Server) authorised(method string, r *http.Request) *failure {
	token := r.PostForm.Get("token")
	if bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		token = bearer
	}
	want := s.options.Token
	if method == "apps.connections.open" {
		want = s.options.AppToken
	}
	switch {
	case token == "":
		return &failure{code: "not_authed"}
	case want != "" && token != want:
		return &failure{code: "invalid_auth"}
	}
	return nil
}

func (s *Server) lookup(fits func(User) bool, code string) (map[string]any, *failure) {
	for _, u := range s.users {
		if fits(u) {
			return map[string]any{"user": describe(u)}, nil
		}
	}
	return nil, &failure{code: code}
}

func describe(u User) map[string]any {
	user := map[string]any{
		"id": u.ID, "team_id": u.Team, "deleted": u.Deleted, "is_bot": u.Bot, "is_restricted": u.Guest || u.SingleGuest,
		"is_ultra_restricted": u.SingleGuest, "is_stranger": u.Stranger, "is_invited_user": u.Invited,
		"profile": map[string]any{"email": u.Email},
	}
	if u.Enterprise != "" {
		user["enterprise_user"] = map[string]any{"enterprise_id": u.Enterprise}
	}
	return user
}

func (s *Server) open(users string) (map[string]any, *failure) {
	u, known := s.users[users]
	switch {
	case users == "":
		return nil, &failure{code: "users_list_not_supplied"}
	case !known:
		return nil, &failure{code: "user_not_found"}
	case u.Deleted:
		return nil, &failure{code: "user_disabled"}
	}
	id := "D" + u.ID[1:]
	_, opened := s.rooms[id]
	s.rooms[id] = Room{ID: id, user: u.ID}
	return map[string]any{"no_op": opened, "already_open": opened, "channel": map[string]any{"id": id}}, nil
}

func (s *Server) post(form url.Values) (map[string]any, *failure) {
	room, known := s.rooms[form.Get("channel")]
	switch {
	case !known:
		return nil, &failure{code: "channel_not_found"}
	case room.Archived:
		return nil, &failure{code: "is_archived"}
	case room.Outside:
		return nil, &failure{code: "not_in_channel"}
	}
	if fail := s.wellFormed(form, 40_000); fail != nil {
		return nil, fail
	}
	if fail := s.limited(room.ID); fail != nil {
		return nil, fail
	}
	s.count++
	m := &Message{
		Channel: room.ID, TS: fmt.Sprintf("1796115600.%06d", s.count), Thread: form.Get("thread_ts"), Text: form.Get("text"),
		Blocks: form.Get("blocks"), Form: flat(form),
	}
	if s.messages = append(s.messages, m); len(s.messages) > maxMessages {
		s.messages = s.messages[1:]
	}
	return map[string]any{"channel": m.Channel, "ts": m.TS, "message": map[string]any{"text": m.Text}}, nil
}

// limited refuses a second message in a room within a second.
func (s *Server) limited(room string) *failure {
	now := s.options.Now()
	if free := s.last[room].Add(time.Second); s.options.Limited && now.Before(free) {
		return &failure{code: "ratelimited", wait: free.Sub(now)}
	}
	s.last[room] = now
	return nil
}

func (s *Server) update(form url.Values) (map[string]any, *failure) {
	if fail := s.wellFormed(form, 4_000); fail != nil {
		return nil, fail
	}
	for _, m := range s.messages {
		if m.Channel == form.Get("channel") && m.TS == form.Get("ts") {
			m.Text, m.Blocks, m.Form = form.Get("text"), form.Get("blocks"), flat(form)
			m.Updates++
			return map[string]any{"channel": m.Channel, "ts": m.TS, "text": m.Text}, nil
		}
	}
	if _, known := s.rooms[form.Get("channel")]; !known {
		return nil, &failure{code: "channel_not_found"}
	}
	return nil, &failure{code: "message_not_found"}
}

// wellFormed keeps the documented limits of texts and blocks, in characters.
func (s *Server) wellFormed(form url.Values, maxText int) *failure {
	if form.Get("text") == "" && form.Get("blocks") == "" {
		return &failure{code: "no_text"}
	}
	if utf8.RuneCountInString(form.Get("text")) > maxText {
		return &failure{code: "msg_too_long"}
	}
	if form.Get("blocks") == "" {
		return nil
	}
	return blocksFault([]byte(form.Get("blocks")), maxMessageBlocks)
}

// flat copies a form without the token.
func flat(form url.Values) map[string]string {
	out := map[string]string{}
	for key := range form {
		if key != "token" {
			out[key] = form.Get(key)
		}
	}
	return out
}
