package slack

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"meetleaks/notify"
	"meetleaks/notify/notifytest"
	"meetleaks/notify/slack/fakeslack"
)

// cards are what people get, each with whom.
func cards() map[string]struct {
	to notify.Recipient
	a  notify.Alert
} {
	base := notify.Alert{
		Leak: "lk1:3fd0", Organisation: "acme", Platform: "zoom", Service: "Zoom", MaskedID: "849•••••116", Class: "B",
		Kind: notify.New, Audience: "host", Reason: "you host this meeting", Places: []string{"www.acme.example/events"},
	}
	room := notify.Recipient{ID: "C0SECOPS"}
	type sent = struct {
		to notify.Recipient
		a  notify.Alert
	}
	class, hour, recording, running, channel, closed, decision := base, base, base, base, base, base, base
	class.Delivery, class.Topic, class.For = "dl1:class", "Maths 7b", "class 7b"
	class.Starts, class.Urgency = testNow().Add(12*time.Minute), notify.StartsAtOnce
	class.Notice = []string{
		"acme's security operations look for links of acme's meetings in public, to keep them safe.",
		"Kept: where and when, 30 days; never your name or the passcode. Questions: privacy@acme.example",
	}
	hour.Delivery, hour.Topic, hour.For, hour.Class = "dl1:hour", "Weekly public board hour", "board", "C"
	hour.Starts, hour.Urgency, hour.MorePlaces = testNow().Add(76*time.Hour), notify.StartsInWeek, 2
	recording.Delivery, recording.Class, recording.MaskedID, recording.Topic = "dl1:rec", "G", "qk•••••", "Board, third quarter"
	running.Delivery, running.Platform, running.Service, running.Topic = "dl1:run", "teams", "Microsoft Teams", "Town hall"
	running.Urgency, running.Starts = notify.Running, testNow().Add(-5*time.Minute)
	channel.Delivery, channel.Audience, channel.Reason = "dl1:chan", "channel", "the host is unreachable"
	channel.Class, channel.Urgency, channel.Starts = "A", notify.StartsInHour, testNow().Add(40*time.Minute)
	closed.Delivery, closed.Kind, closed.Closed, closed.Topic = "dl1:closed", notify.Update, true, "Maths 7b"
	closed.Status, closed.Urgency, closed.Starts = "Safe: the platform's settings were read again and hold.", notify.StartsInDay, testNow().Add(5*time.Hour)
	decision.Delivery, decision.Audience, decision.Decide, decision.Reason = "dl1:ask", "analyst", true, "a decision is yours"
	decision.Status = "Please decide: the host says that it is public on purpose."
	digest := notify.Alert{
		Delivery: "dl1:digest", Organisation: "acme", Kind: notify.Digest, Reason: "you host these meetings", MoreItems: 1,
		Advice: []string{"Give each meeting a new ID; the most urgent stand first"},
		Items: []notify.Item{
			{Organisation: "acme", Leak: "lk1:a", Service: "Zoom", MaskedID: "849•••••116", Topic: "Maths 7b", Starts: testNow().Add(26 * time.Hour)},
			{Organisation: "acme", Leak: "lk1:b", Service: "Webex", MaskedID: "25•••••741", Status: "posts gone"},
		},
	}
	return map[string]sent{
		"class-in-12-minutes": {jane(), class}, "weekly-board-hour": {jane(), hour}, "recording": {jane(), recording},
		"running": {jane(), running}, "channel": {room, channel}, "closed": {jane(), closed}, "decision": {room, decision}, "host-digest": {jane(), digest},
	}
}

func TestCardsAreAsTheyWere(t *testing.T) {
	for name, sent := range cards() {
		s := newStage(t, nil, fakeslack.Options{})
		if _, err := s.Send(t.Context(), sent.to, sent.a); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		m := s.slack.Messages()[0]
		var blocks bytes.Buffer
		if err := json.Indent(&blocks, []byte(m.Blocks), "", "  "); err != nil {
			t.Fatal(err)
		}
		golden(t, "card-"+name, "lock screen: "+m.Text+"\n\n"+asSeen(t, m.Blocks)+"\n"+blocks.String()+"\n")
		if words := wordsOf(t, m.Blocks); len(sent.a.Items) == 0 && words > notify.MaxWords {
			t.Errorf("%s: %d words", name, words)
		}
		if strings.Contains(m.Text, "•") {
			t.Errorf("%s: the lock screen shows an id: %s", name, m.Text)
		}
	}
}

// seen is the part of a block that people see.
type seen struct {
	Type     string
	Text     *struct{ Text string }
	Elements []struct {
		Type        string
		Text        any
		Placeholder *struct{ Text string }
	}
}

// asSeen is a card as text: buttons in brackets, a line each.
func asSeen(t *testing.T, blocks string) string {
	t.Helper()
	var list []seen
	if err := json.Unmarshal([]byte(blocks), &list); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, block := range list {
		if block.Text != nil {
			b.WriteString(block.Text.Text + "\n")
		}
		for _, e := range block.Elements {
			switch text := e.Text.(type) {
			case string:
				b.WriteString("  " + strings.ReplaceAll(text, "\n", "\n  "))
			case map[string]any:
				b.WriteString("[" + text["text"].(string) + "] ")
			default:
				b.WriteString("[" + e.Placeholder.Text + " v] ")
			}
		}
		if len(block.Elements) > 0 {
			b.WriteString("\n")
		}
	}
	return b.String()
}

// wordsOf counts the words of a card without its buttons and its privacy notice, which is the context below them.
func wordsOf(t *testing.T, blocks string) int {
	t.Helper()
	var list []seen
	if err := json.Unmarshal([]byte(blocks), &list); err != nil {
		t.Fatal(err)
	}
	words, below := 0, false
	for _, block := range list {
		if block.Text != nil {
			words += notify.Words(block.Text.Text)
		}
		below = below || block.Type == "actions"
		for _, e := range block.Elements {
			if text, ok := e.Text.(string); ok && !below {
				words += notify.Words(text)
			}
		}
	}
	return words
}

func TestTheButtonsGoWhenItIsOver(t *testing.T) {
	s := newStage(t, nil, fakeslack.Options{})
	r, err := s.Send(t.Context(), jane(), notifytest.Alert("dl1:a"))
	if err != nil {
		t.Fatal(err)
	}
	a := notifytest.Alert("dl1:b")
	a.Kind, a.Status = notify.Update, "Help is called for"
	if err := s.Update(t.Context(), r, a); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(s.slack.Messages()[0].Blocks, `"ml-done"`) {
		t.Error("the buttons are gone while it is open")
	}
	a.Closed, a.Status = true, "Over: nothing more is to be done"
	if err := s.Update(t.Context(), r, a); err != nil {
		t.Fatal(err)
	}
	if m := s.slack.Messages(); len(m) != 1 || strings.Contains(m[0].Blocks, "action") || m[0].Updates != 2 {
		t.Errorf("%d messages, the first %s", len(m), m[0].Blocks)
	}
}

func TestWithoutIdsOfOursThereIsNothingToPress(t *testing.T) {
	long := strings.Repeat("x", 128)
	for _, r := range []ref{{"", "lk1:a", "dl1:a"}, {"ac|me", "lk1:a", "dl1:a"}, {"<!channel>", "lk1:a", ""}, {"acme", "", ""}, {long, long, ""}} {
		if id := r.blockID(); id != "" {
			t.Errorf("%+v: %q", r, id)
		}
	}
	for _, r := range []ref{{"acme", "lk1:a", "dl1:b"}, {"acme", "lk1:a", ""}} {
		if got, ok := parseRef(r.blockID()); !ok || got != r {
			t.Errorf("%+v became %+v", r, got)
		}
	}
	if got, ok := parseRef(ref{"acme", long, long}.blockID()); !ok || got.delivery != "" || got.leak != long {
		t.Errorf("a long one became %+v", got)
	}
}

func TestAttackTextsAreInertInEveryBlock(t *testing.T) {
	s := newStage(t, nil, fakeslack.Options{})
	for i, text := range notifytest.Hostile() {
		a := notifytest.Alert("dl1:h" + string(rune('a'+i)))
		a.Topic, a.For, a.Exposes, a.Places, a.Notice, a.Reason = text, text, text, []string{text}, []string{text, text, text}, text
		if _, err := s.Send(t.Context(), jane(), a); err != nil {
			t.Errorf("%.40q: %v", text, err)
		}
		if err := s.Home(t.Context(), "U0JANE", []notify.Item{{Organisation: "acme", Leak: "lk1:a", Service: text, Topic: text, Status: text, MaskedID: text}}); err != nil {
			t.Errorf("%.40q: home: %v", text, err)
		}
		home, _ := s.slack.Home("U0JANE")
		messages := s.slack.Messages()
		for _, blocks := range []string{home.Blocks, messages[len(messages)-1].Blocks} {
			for _, part := range shown(t, blocks) {
				if strings.ContainsAny(part, "<>`@\x00\x1b\u202e") || strings.Contains(part, "://") || strings.Contains(part, "pwd=") {
					t.Errorf("%.40q: left %.200q", text, part)
				}
			}
		}
	}
}
