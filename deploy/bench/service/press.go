package main

import (
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
	"runtime"
	"strconv"
	"strings"
	"time"
)

// The ways on which presses come.
const (
	wayHTTP   = "http"
	waySocket = "socket"
)

// Presses come in groups, five a second within one. Slack lets cards be changed fifty times a minute, and the service keeps to that: so
// there is a pause between groups, or the limit would be what is measured.
const (
	groupOf    = 5
	groupGap   = time.Second / groupOf
	groupEvery = groupOf * 1300 * time.Millisecond
	perFeed    = 10 // leaks handed in together
)

// card is a message with a button.
type card struct{ channel, ts, block, user string }

// note keeps what presses need to know of a message.
func (s *slack) note(method string, form url.Values, ts string, at time.Time) {
	channel, blocks := form.Get("channel"), form.Get("blocks")
	if method == "chat.update" {
		if s.ends[ts].IsZero() && strings.Contains(form.Get("text")+blocks, "Secured") {
			s.ends[ts] = at
		}
		return
	}
	block := actionsOf(blocks)
	if block == "" || !strings.HasPrefix(channel, "D") {
		return
	}
	for _, id := range masked(form.Get("text") + blocks) {
		if s.cards[id].ts == "" {
			s.cards[id] = card{channel, ts, block, "U" + channel[1:]}
		}
	}
}

// actionsOf is the id of the block with the buttons.
func actionsOf(blocks string) string {
	var list []struct {
		Type string `json:"type"`
		ID   string `json:"block_id"`
	}
	if json.Unmarshal([]byte(blocks), &list) != nil {
		return ""
	}
	for _, b := range list {
		if b.Type == "actions" {
			return b.ID
		}
	}
	return ""
}

// pressed is what Slack sends when the host presses "Done" on a card.
func (c card) pressed(at time.Time) ([]byte, error) {
	return json.Marshal(map[string]any{
		"type": "block_actions", "trigger_id": "1.2.bench", "api_app_id": "A0BENCH", "user": map[string]any{"id": c.user, "team_id": "T0BENCH"},
		"team": map[string]any{"id": "T0BENCH", "domain": "bench"}, "enterprise": nil, "is_enterprise_install": false,
		"container": map[string]any{"type": "message", "message_ts": c.ts, "channel_id": c.channel},
		"actions": []any{map[string]any{
			"type": "button", "action_id": "ml-done", "block_id": c.block, "action_ts": fmt.Sprintf("%d.%06d", at.Unix(), at.Nanosecond()/1000),
		}},
	})
}

// presses measures the time from a press to the change of the card that shows what came of it.
func presses(ctx context.Context, p plan, w io.Writer) error {
	meetings := make([]string, p.presses)
	for i := range meetings {
		meetings[i] = number(i)
	}
	s, err := start(ctx, p, "hosts", meetings)
	defer s.stop()
	if err != nil {
		return err
	}
	if err := s.tellAll(ctx, meetings); err != nil {
		return err
	}
	if p.way == waySocket {
		if err := s.slack.connected(ctx); err != nil {
			return err
		}
	}
	begun := time.Now()
	sent, acknowledged, err := s.pressAll(ctx, p, meetings)
	if err != nil {
		return err
	}
	took := time.Since(begun)
	times, err := s.changed(ctx, meetings, sent)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%d presses over %s in %s, groups of %d at %d a second, one every %s, %d cores\n", len(sent), p.way, took.Round(time.Second),
		groupOf, int(time.Second/groupGap), p.every, runtime.NumCPU())
	report(w, "press to its acknowledgement", acknowledged)
	report(w, "press to the changed card", times)
	return nil
}

// tellAll hands all leaks in, and waits until every host has a card.
func (s *service) tellAll(ctx context.Context, meetings []string) error {
	seen := make([]time.Time, 0, len(meetings))
	for first := 0; first < len(meetings); first += perFeed {
		var batch []document
		for n := first; n < min(first+perFeed, len(meetings)); n++ {
			batch = append(batch, document{
				fmt.Sprintf("https://acme.example/agenda/%d", n), prose(n) + "Join: https://acme.zoom.us/j/" + meetings[n] + "\n",
			})
			seen = append(seen, time.Now())
		}
		if err := s.feed(ctx, fmt.Sprintf("presses-%d", first), batch); err != nil {
			return err
		}
	}
	_, err := s.told(ctx, meetings, seen)
	return err
}

// pressAll lets each host press, and gives when that was, and how long each took to be acknowledged.
func (s *service) pressAll(ctx context.Context, p plan, meetings []string) (sent []time.Time, acknowledged []time.Duration, err error) {
	for i, meeting := range meetings {
		c := s.slack.card(maskOf(meeting))
		if c.ts == "" {
			return nil, nil, fmt.Errorf("meeting %d has no card with a button: %w", i, errLost)
		}
		at := time.Now()
		sent = append(sent, at)
		if err := s.press(ctx, p.way, c, at); err != nil {
			return nil, nil, fmt.Errorf("press %d: %w", i, err)
		}
		acknowledged = append(acknowledged, time.Since(at))
		pause := groupGap - time.Since(at)
		if (i+1)%groupOf == 0 {
			pause += p.every - groupOf*groupGap
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return nil, nil, ctx.Err()
		}
	}
	return sent, acknowledged, nil
}

func (s *service) press(ctx context.Context, way string, c card, at time.Time) error {
	payload, err := c.pressed(at)
	if err != nil {
		return err
	}
	if way == waySocket {
		return s.slack.hand(ctx, payload)
	}
	body := url.Values{"payload": {string(payload)}}.Encode()
	stamp := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(signingKey))
	fmt.Fprintf(mac, "v0:%s:%s", stamp, body)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.base+"/slack/interactions", strings.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("X-Slack-Request-Timestamp", stamp)
	request.Header.Set("X-Slack-Signature", "v0="+hex.EncodeToString(mac.Sum(nil)))
	response, err := s.client.Do(request)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, io.LimitReader(response.Body, 64<<10))
	if response.StatusCode != http.StatusOK {
		err = errors.Join(err, fmt.Errorf("answered with %d", response.StatusCode))
	}
	return errors.Join(err, response.Body.Close())
}

// changed waits until every card says what came of its press, and says how long each took.
func (s *service) changed(ctx context.Context, meetings []string, sent []time.Time) ([]time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute+time.Duration(len(sent))*groupEvery/groupOf)
	defer cancel()
	for {
		var times []time.Duration
		for i := range sent {
			if at := s.slack.end(s.slack.card(maskOf(meetings[i])).ts); !at.IsZero() {
				times = append(times, at.Sub(sent[i]))
			}
		}
		if len(times) == len(sent) {
			return times, nil
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("%d of %d presses changed no card", len(sent)-len(times), len(sent))
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// card is the card of a meeting.
func (s *slack) card(id string) card {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.cards[id]
}

// end is when a card first said that its meeting is secured.
func (s *slack) end(ts string) time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ends[ts]
}
