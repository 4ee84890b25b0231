package fakeslack

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// maxTriggers bounds the triggers that are remembered.
const maxTriggers = 1000

// Press is one press of a person: of the element with the id Action, in a message or, with no Channel, in their Home tab.
type Press struct {
	Channel, TS string
	Action      string
	Option      string // the chosen entry of a menu
	Person      string // the picked person
	User        string
	At          time.Time // the stand-in's clock when zero
}

// The failures of a press.
var (
	errNoElement = errors.New("there is no such button")
	errNobody    = errors.New("no program listens")
	errNotDone   = errors.New("the program did not acknowledge it")
)

// Press lets a person press a button of a message. It returns when the program has acknowledged the press.
func (s *Server) Press(ctx context.Context, m Message, action, user string) error {
	return s.Do(ctx, Press{Channel: m.Channel, TS: m.TS, Action: action, User: user})
}

// Do is Press for menus, pickers and the Home tab too.
func (s *Server) Do(ctx context.Context, p Press) error {
	payload, err := s.Payload(p)
	if err != nil {
		return fmt.Errorf("press %s: %w", p.Action, err)
	}
	if err := s.hand(ctx, "interactive", payload); err != nil {
		return fmt.Errorf("press %s: %w", p.Action, err)
	}
	return nil
}

// OpenHome lets a person open the app's Home tab.
func (s *Server) OpenHome(ctx context.Context, user string) error {
	s.mu.Lock()
	s.count++
	body, err := json.Marshal(map[string]any{
		"type": "event_callback", "team_id": s.teamOf(user), "enterprise_id": s.options.Enterprise, "event_id": fmt.Sprint("Ev", s.count),
		"event": map[string]any{"type": "app_home_opened", "user": user, "tab": "home"},
	})
	s.mu.Unlock()
	if err == nil {
		err = s.hand(ctx, "events_api", body)
	}
	if err != nil {
		return fmt.Errorf("open the Home tab: %w", err)
	}
	return nil
}

// Deliver names the app's request URL, "" for Socket Mode only.
func (s *Server) Deliver(url string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deliver = url
}

// hand gives the program what happened, over the web socket where one is open.
func (s *Server) hand(ctx context.Context, kind string, payload []byte) error {
	s.mu.Lock()
	to, socket := s.deliver, s.anySocket()
	s.mu.Unlock()
	switch {
	case socket != nil:
		return socket.hand(ctx, kind, payload)
	case to == "":
		return errNobody
	}
	body, kindOf := payload, "application/json"
	if kind == "interactive" {
		body, kindOf = []byte(url.Values{"payload": {string(payload)}}.Encode()), "application/x-www-form-urlencoded"
	}
	status, err := s.Post(ctx, to, kindOf, body, s.Sign(body, s.now()))
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("%w: status %d", errNotDone, status)
	}
	return err
}

func (s *Server) now() time.Time { return s.options.Now() }

// Sign is the signature of a request body, as Slack makes it.
func (s *Server) Sign(body []byte, at time.Time) http.Header {
	stamp := strconv.FormatInt(at.Unix(), 10)
	sum := hmac.New(sha256.New, []byte(s.options.Signing))
	fmt.Fprintf(sum, "v0:%s:%s", stamp, body)
	return http.Header{
		"X-Slack-Request-Timestamp": {stamp}, "X-Slack-Signature": {"v0=" + hex.EncodeToString(sum.Sum(nil))},
	}
}

// Post sends a body to a request URL with the given header, and gives the status.
func (s *Server) Post(ctx context.Context, to, kind string, body []byte, header http.Header) (int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	req.Header = header.Clone()
	req.Header.Set("Content-Type", kind)
	client := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10))
	return resp.StatusCode, err
}

// Payload is what Slack sends for a press: the element must stand there.
func (s *Server) Payload(p Press) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	container, blocks, err := s.pressed(p)
	if err != nil {
		return nil, err
	}
	blockID, e, err := find(blocks, p)
	if err != nil {
		return nil, err
	}
	at := p.At
	if at.IsZero() {
		at = s.now()
	}
	s.count++
	act := map[string]any{
		"type": e.Type, "action_id": p.Action, "block_id": blockID, "action_ts": fmt.Sprintf("%d.%06d", at.Unix(), at.Nanosecond()/1000),
	}
	if e.Value != "" {
		act["value"] = e.Value
	}
	if p.Option != "" {
		act["selected_option"] = map[string]any{"value": p.Option, "text": map[string]any{"type": "plain_text", "text": p.Option}}
	}
	if p.Person != "" {
		act["selected_user"] = p.Person
	}
	payload := map[string]any{
		"type": "block_actions", "trigger_id": s.newTrigger(p.User), "api_app_id": "A0LEAKS", "token": "verification-is-by-signature",
		"user": map[string]any{"id": p.User, "team_id": s.teamOf(p.User), "username": "somebody", "name": "somebody"},
		"team": map[string]any{"id": s.teamOf(p.User), "domain": "acme"}, "enterprise": nil, "is_enterprise_install": false,
		"container": container, "actions": []any{act}, "response_url": "https://hooks.slack.example/actions/none",
	}
	if s.options.Enterprise != "" {
		payload["enterprise"] = map[string]any{"id": s.options.Enterprise}
	}
	return json.Marshal(payload)
}

// teamOf is the workspace in which somebody presses.
func (s *Server) teamOf(user string) string {
	if u, known := s.users[user]; known {
		return u.Team
	}
	return s.options.Team
}

// pressed is the container of what is pressed, and its blocks.
func (s *Server) pressed(p Press) (container map[string]any, blocks string, err error) {
	if p.Channel == "" {
		home, known := s.homes[p.User]
		if !known {
			return nil, "", errNoElement
		}
		return map[string]any{"type": "view", "view_id": "VHOME"}, home.Blocks, nil
	}
	for _, m := range s.messages {
		if m.Channel == p.Channel && m.TS == p.TS {
			c := map[string]any{"type": "message", "message_ts": m.TS, "channel_id": m.Channel, "is_ephemeral": false}
			if m.Thread != "" {
				c["thread_ts"] = m.Thread
			}
			return c, m.Blocks, nil
		}
	}
	return nil, "", errNoElement
}

// find looks for the element that is pressed. Of several the first counts.
func find(blocks string, p Press) (blockID string, found element, err error) {
	var list []block
	if err := json.Unmarshal([]byte(blocks), &list); err != nil {
		return "", element{}, err
	}
	for _, b := range list {
		var elements []element
		if b.Type == "actions" {
			for _, raw := range b.Elements {
				var e element
				if err := json.Unmarshal(raw, &e); err != nil {
					return "", element{}, err
				}
				elements = append(elements, e)
			}
		}
		if b.Accessory != nil {
			elements = append(elements, *b.Accessory)
		}
		for _, e := range elements {
			if e.ActionID == p.Action && e.offers(p.Option) {
				return b.BlockID, e, nil
			}
		}
	}
	return "", element{}, errNoElement
}

func (e element) offers(choice string) bool {
	if choice == "" {
		return len(e.Options) == 0
	}
	for _, o := range e.Options {
		if o.Value == choice {
			return true
		}
	}
	return false
}

func (s *Server) newTrigger(user string) string {
	if len(s.triggers) >= maxTriggers {
		s.triggers = map[string]trigger{}
	}
	id := fmt.Sprintf("%d.98765.trigger", s.count)
	s.triggers[id] = trigger{user, s.now()}
	return id
}
