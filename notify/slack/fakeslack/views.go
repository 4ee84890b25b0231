package fakeslack

import (
	"encoding/json"
	"fmt"
	"net/url"
	"time"
)

// triggerFor is how long a press can open a window.
const triggerFor = 3 * time.Second

// Whisper is a message that one person saw. It is a copy.
type Whisper struct{ Channel, User, Thread, Text string }

// Window is a view that was opened over what a person saw, or their Home tab. It is a copy.
type Window struct {
	User, Type, Title string
	Blocks            string // JSON
}

type trigger struct {
	user string
	at   time.Time
}

// Whispers are all that were said to one person, the oldest first.
func (s *Server) Whispers() []Whisper {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Whisper(nil), s.whispers...)
}

// Windows are all that were opened, the oldest first.
func (s *Server) Windows() []Window {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Window(nil), s.windows...)
}

// Home is a person's Home tab as it is now; false when there is none.
func (s *Server) Home(user string) (Window, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w, ok := s.homes[user]
	return w, ok
}

func (s *Server) whisper(form url.Values) (map[string]any, *failure) {
	room, known := s.rooms[form.Get("channel")]
	u, person := s.users[form.Get("user")]
	switch {
	case !known:
		return nil, &failure{code: "channel_not_found"}
	case room.Outside:
		return nil, &failure{code: "not_in_channel"}
	case !person || u.Deleted || room.user != "" && room.user != u.ID:
		return nil, &failure{code: "user_not_in_channel"}
	}
	if fail := s.wellFormed(form, 40_000); fail != nil {
		return nil, fail
	}
	s.count++
	if s.whispers = append(s.whispers, Whisper{room.ID, u.ID, form.Get("thread_ts"), form.Get("text")}); len(s.whispers) > maxMessages {
		s.whispers = s.whispers[1:]
	}
	return map[string]any{"message_ts": fmt.Sprintf("1796115600.%06d", s.count)}, nil
}

// view is the part of a view that is looked at.
type view struct {
	Type   string          `json:"type"`
	Title  *text           `json:"title"`
	Close  *text           `json:"close"`
	Blocks json.RawMessage `json:"blocks"`
}

func (v view) fault(kind string) *failure {
	switch {
	case len(v.Blocks) > maxView:
		return &failure{code: "view_too_large"}
	case v.Type != kind || kind == "modal" && (v.Title == nil || !v.Title.fits(24)) || v.Close != nil && !v.Close.fits(24):
		return &failure{code: "invalid_arguments"}
	case blocksFault(v.Blocks, maxViewBlocks) != nil:
		return &failure{code: "invalid_arguments"}
	}
	return nil
}

func (s *Server) openWindow(object []byte) (map[string]any, *failure) {
	var in struct {
		Trigger string `json:"trigger_id"`
		View    view   `json:"view"`
	}
	if json.Unmarshal(object, &in) != nil {
		return nil, &failure{code: "invalid_arguments"}
	}
	t, known := s.triggers[in.Trigger]
	switch {
	case !known:
		return nil, &failure{code: "invalid_trigger_id"}
	case t.user == "":
		return nil, &failure{code: "exchanged_trigger_id"}
	case s.options.Now().Sub(t.at) > triggerFor:
		return nil, &failure{code: "expired_trigger_id"}
	}
	if fail := in.View.fault("modal"); fail != nil {
		return nil, fail
	}
	s.triggers[in.Trigger] = trigger{at: t.at}
	s.windows = append(s.windows, Window{t.user, in.View.Type, in.View.Title.Text, string(in.View.Blocks)})
	if len(s.windows) > maxMessages {
		s.windows = s.windows[1:]
	}
	return map[string]any{"view": map[string]any{"id": fmt.Sprint("V", len(s.windows))}}, nil
}

func (s *Server) publish(object []byte) (map[string]any, *failure) {
	var in struct {
		User string `json:"user_id"`
		View view   `json:"view"`
	}
	if json.Unmarshal(object, &in) != nil {
		return nil, &failure{code: "invalid_arguments"}
	}
	if _, known := s.users[in.User]; !known {
		return nil, &failure{code: "user_not_found"}
	}
	if fail := in.View.fault("home"); fail != nil {
		return nil, fail
	}
	s.homes[in.User] = Window{User: in.User, Type: in.View.Type, Blocks: string(in.View.Blocks)}
	return map[string]any{"view": map[string]any{"id": "VHOME"}}, nil
}
