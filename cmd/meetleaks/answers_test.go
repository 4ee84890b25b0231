package main

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/notify"
	"meetleaks/scanner"
)

// Who presses: the host whom Zoom names, an analyst, a colleague, a guest, somebody of another organisation of the same workspace.
const (
	pressHost     = "slack:T0HOME/U0HOST"
	pressAnalyst  = "slack:T0HOME/U0SEC"
	pressPeer     = "slack:T0HOME/U0PEER"
	pressGuest    = "slack:T0HOME/U0GUEST"
	pressOutsider = "slack:T0HOME/U0GLOBEX"
)

// conversation is the desk of answers on the real store and pipeline.
type conversation struct {
	*proving
	desk   *answering
	people map[string]string // address by who; "" for those who are no full member
	broken error             // of asking who somebody is
	nonce  int
}

func openConversation(t *testing.T) *conversation {
	t.Helper()
	c := &conversation{proving: openProving(t), people: map[string]string{
		pressHost: "jdoe@acme.example", pressAnalyst: "sec@acme.example", pressPeer: "peer@acme.example", pressGuest: "", pressOutsider: "x@globex.example",
	}}
	c.page("Board: https://acme.zoom.us/j/84930275116")
	c.work()
	c.told.take()
	c.desk = &answering{
		pipeline: c.pipeline, store: c.store, member: c.member, item: testTeller().itemOf, log: slog.New(slog.DiscardHandler), now: c.clock.Now,
		organisations: []config.Organisation{
			{Name: "acme", Domains: []string{"acme.example"}, Analysts: []string{"U0SEC", "U0GLOBEX", "U0GUEST"}}, // two are no members of acme
			{Name: "globex", Domains: []string{"globex.example"}, Analysts: []string{"U0GLOBEX"}},
		},
	}
	return c
}

func (c *conversation) member(_ context.Context, who string, domains []string) (string, error) {
	email := c.people[who]
	switch {
	case c.broken != nil:
		return "", c.broken
	case email == "" || !slices.ContainsFunc(domains, func(d string) bool { return strings.HasSuffix(email, "@"+d) }):
		return "", &notify.Error{Class: notify.Permanent, Reason: "guest"}
	}
	return email, nil
}

// answer makes a press that was not made before.
func (c *conversation) answer(who string, what notify.Choice) notify.Answer {
	c.t.Helper()
	c.nonce++
	return notify.Answer{
		Organisation: "acme", Leak: c.leak().ID, Who: who, What: what, When: c.clock.Now(), Nonce: "n" + strings.Repeat("x", c.nonce),
	}
}

func (c *conversation) press(a notify.Answer) string {
	c.t.Helper()
	reply, err := c.desk.handle(c.t.Context(), a)
	must(c.t, err)
	return reply.Text
}

func (c *conversation) audits(what scanner.EventKind) (n int) {
	c.t.Helper()
	entries, err := c.store.ListAudit(c.t.Context(), scanner.AuditQuery{Org: "acme", Limit: 100})
	must(c.t, err)
	for _, e := range entries {
		if e.What == what {
			n++
		}
	}
	return n
}

// TestWhoMayAnswer lets everybody say everything: strangers change nothing, whatever they say.
func TestWhoMayAnswer(t *testing.T) {
	c := openConversation(t)
	before := c.leak()
	for _, who := range []string{pressPeer, pressGuest, pressOutsider, "slack:T0OTHER/U0NOBODY", ""} {
		for _, what := range append(notify.Choices(), "unheard-of") {
			a := c.answer(who, what)
			a.Person = pressPeer
			if said := c.press(a); said != sayStranger {
				t.Errorf("%s by %q: %q", what, who, said)
			}
		}
	}
	for name, forge := range map[string]func(*notify.Answer){
		"another organisation's leak": func(a *notify.Answer) { a.Organisation = "globex" },
		"no organisation":             func(a *notify.Answer) { a.Organisation = "initech" },
		"no leak":                     func(a *notify.Answer) { a.Leak = "lk1:0011" },
	} {
		a := c.answer(pressOutsider, notify.ShowWhere)
		forge(&a)
		if said := c.press(a); said != sayUnknown {
			t.Errorf("%s: %q", name, said)
		}
	}
	for _, what := range []notify.Choice{notify.Confirm, notify.Refuse, notify.SendTo} {
		if said := c.press(c.answer(pressHost, what)); said != sayAnalysts {
			t.Errorf("%s by the host: %q", what, said)
		}
	}
	if after := c.leak(); after.Version != before.Version || c.audits(showedWhere) != 0 {
		t.Errorf("version %d, was %d", after.Version, before.Version)
	}
	if said := c.press(c.answer(pressHost, notify.Done)); !strings.HasPrefix(said, "Thank you") || c.leak().State != scanner.StateByWord {
		t.Errorf("the host: %q, %s", said, c.leak().State)
	}
}

// TestAFormerHostIsAStranger: what they may do ends with the next press.
func TestAFormerHostIsAStranger(t *testing.T) {
	c := openConversation(t)
	send := c.answer(pressAnalyst, notify.SendTo)
	for person, want := range map[string]string{pressGuest: sayOutside, pressOutsider: sayOutside, "": sayOutside, pressPeer: "They will be told."} {
		a := c.answer(pressAnalyst, notify.SendTo)
		a.Person, a.Nonce = person, send.Nonce+person
		if said := c.press(a); said != want {
			t.Errorf("sent to %q: %q", person, said)
		}
	}
	if said := c.press(c.answer(pressHost, notify.Done)); said != sayStranger {
		t.Errorf("who was the host before: %q", said)
	}
	home, err := c.desk.homeOf(t.Context(), pressHost)
	if err != nil || len(home) != 0 {
		t.Errorf("%d leaks on the Home tab of who was the host, %v", len(home), err)
	}
	if home, err = c.desk.homeOf(t.Context(), pressPeer); err != nil || len(home) != 1 || home[0].Organisation != "acme" {
		t.Errorf("%+v, %v", home, err)
	}
	for _, who := range []string{pressGuest, pressOutsider, pressAnalyst} {
		if home, err = c.desk.homeOf(t.Context(), who); err != nil || len(home) != 0 {
			t.Errorf("%s sees %d leaks, %v", who, len(home), err)
		}
	}
}

// TestAnAnswerCountsOnce, however often and by how many processes it is handed in.
func TestAnAnswerCountsOnce(t *testing.T) {
	c := openConversation(t)
	a := c.answer(pressHost, notify.Snooze)
	c.desk.now = func() time.Time { c.clock.advance(time.Second); return c.clock.Now() } // each process has its own moment
	remembers := c.desk.store
	c.desk.store = forgetful{remembers} // as for two that look before the other has ended
	var both sync.WaitGroup
	for range 4 {
		both.Go(func() {
			if _, err := c.desk.handle(t.Context(), a); err != nil {
				t.Error(err)
			}
		})
	}
	both.Wait()
	c.desk.store = remembers
	c.clock.advance(2 * time.Hour)
	if said := c.press(a); said != "" {
		t.Errorf("two hours later: %q", said)
	}
	if l := c.leak(); l.Ladder.Snoozes != 1 {
		t.Errorf("%d snoozes", l.Ladder.Snoozes)
	}
	for range scanner.MaxSnoozes + 2 {
		c.clock.advance(time.Minute)
		c.press(c.answer(pressHost, notify.Snooze))
	}
	if l := c.leak(); l.Ladder.Snoozes != scanner.MaxSnoozes || l.Ladder.Snooze.Sub(c.clock.Now()) > scanner.MaxSnooze {
		t.Errorf("%d snoozes until %s", l.Ladder.Snoozes, l.Ladder.Snooze)
	}
}

// TestAnOldPressConfirmsNothingNew: between the card that asks for one thing and the press, another is asked for.
func TestAnOldPressConfirmsNothingNew(t *testing.T) {
	c := openConversation(t)
	c.page("Board: " + provedLink) // with a secret: the host's word is not enough
	must := func(want, said string) {
		t.Helper()
		if said != want {
			t.Errorf("%q, want %q", said, want)
		}
	}
	must("Noted. Security operations will decide.", c.press(c.answer(pressHost, notify.NotMine)))
	c.clock.advance(time.Minute)
	stale := []notify.Answer{c.answer(pressAnalyst, notify.Confirm), c.answer(pressAnalyst, notify.Refuse)}
	c.clock.advance(time.Second)
	must("Noted. Security operations will decide.", c.press(c.answer(pressHost, notify.PublicSeries)))
	for _, a := range stale {
		must(sayChanged, c.press(a))
	}
	if l := c.leak(); l.State != scanner.StateOpen || l.Ask.What != scanner.PublicSeries {
		t.Fatalf("%s, %q waits", l.State, l.Ask.What)
	}
	c.clock.advance(time.Minute)
	must("Noted: public.", c.press(c.answer(pressAnalyst, notify.Confirm)))
	if l := c.leak(); l.State != scanner.StatePublic || l.Until.Sub(c.clock.Now()) > usualPublic {
		t.Errorf("%s until %s", l.State, l.Until)
	}
	must("Nothing waits for a decision.", c.press(c.answer(pressAnalyst, notify.Confirm)))
}

// What is confirmed is what was asked when the card was made: it may change once more until the answer is applied.
func TestADecisionNamesItsQuestion(t *testing.T) {
	asked := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	leak := scanner.Leak{Ask: scanner.Ask{What: scanner.NotMine, At: asked}}
	h := &answering{now: func() time.Time { return asked }}
	for _, what := range []notify.Choice{notify.Confirm, notify.Refuse} {
		ev, refusal, err := h.decision(leak, notify.Answer{What: what, Asked: asked}, scanner.Actor{Role: scanner.RoleAnalyst})
		if err != nil || refusal != "" || !ev.Asked.Equal(asked) {
			t.Errorf("%s: asked at %v, %q, %v", what, ev.Asked, refusal, err)
		}
	}
}

// An end that somebody names holds within the bound, and is the same for a press that is handled twice; an old press cannot be
// taken for one of now.
func TestWhenAnAnswerEnds(t *testing.T) {
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	h := &answering{now: func() time.Time { return now }}
	const usual, most = time.Hour, 24 * time.Hour
	for name, c := range map[string]struct {
		a    notify.Answer
		want time.Time
	}{
		"named":                   {notify.Answer{Until: now.Add(most)}, now.Add(most)},
		"named beyond the bound":  {notify.Answer{Until: now.Add(most + 1)}, now.Add(usual)},
		"named, and past":         {notify.Answer{Until: now}, now.Add(usual)},
		"pressed a moment ago":    {notify.Answer{When: now.Add(-maxPressed)}, now.Add(usual - maxPressed)},
		"pressed long ago":        {notify.Answer{When: now.Add(-maxPressed - 1)}, now.Add(usual)},
		"pressed in time to come": {notify.Answer{When: now.Add(1)}, now.Add(usual)},
	} {
		if got := h.until(c.a, usual, most); !got.Equal(c.want) {
			t.Errorf("%s: until %v, want %v", name, got, c.want)
		}
	}
}

// TestThisPageIsNotAStrangers: a post that appears while the host looks at their card is not called public for them.
func TestThisPageIsNotAStrangers(t *testing.T) {
	c := openConversation(t)
	_, err := c.pipeline.Take(t.Context(), scanner.Reading{
		Document: scanner.Document{URI: "https://social.example/raid", Host: "social.example", MediaType: "text/html", Text: strings.NewReader("https://acme.zoom.us/j/84930275116")},
		Source:   "feed", At: c.clock.Now(), Version: []byte("1"),
	})
	must(t, err)
	if said := c.press(c.answer(pressHost, notify.PublicPage)); said != sayWhich {
		t.Errorf("%q", said)
	}
	for _, m := range c.leak().Places {
		if m.Public {
			t.Error("a place is called public")
		}
	}
	must(t, c.pipeline.Gone(t.Context(), "https://social.example/raid"))
	if said := c.press(c.answer(pressHost, notify.PublicPage)); said == sayWhich {
		t.Errorf("one of them is gone: %q", said)
	}
}

// TestPlacesAreShownOnceThatIsWrittenDown: when the audit cannot be written, nothing is shown.
func TestPlacesAreShownOnceThatIsWrittenDown(t *testing.T) {
	c := openConversation(t)
	a := c.answer(pressHost, notify.ShowWhere)
	for n := 1; n <= 2; n++ { // again: shown again, and written down again
		reply, err := c.desk.handle(t.Context(), a)
		if err != nil || !slices.Equal(reply.Places, []string{"https://www.acme.example/events"}) || c.audits(showedWhere) != n {
			t.Fatalf("%q, %v, written down %d times", reply.Places, err, c.audits(showedWhere))
		}
	}
	c.desk.store = noAudit{c.desk.store}
	reply, err := c.desk.handle(t.Context(), a)
	if err == nil || len(reply.Places) != 0 || reply.Text != sayLater {
		t.Errorf("%q %q, %v", reply.Places, reply.Text, err)
	}
}

// forgetful has seen nothing yet.
type forgetful struct{ answerStore }

func (forgetful) SeenItems(_ context.Context, prints []uint64) ([]bool, error) {
	return make([]bool, len(prints)), nil
}

type noAudit struct{ answerStore }

func (noAudit) AppendAudit(context.Context, string, []scanner.Audit) error {
	return scanner.ErrUnavailable
}

// TestAnErrorIsNoRefusal: when it is not known who pressed, or the store does not answer, they are asked to press again, and may.
func TestAnErrorIsNoRefusal(t *testing.T) {
	c := openConversation(t)
	a := c.answer(pressHost, notify.Done)
	c.broken = errors.New("connection to 10.0.0.7 refused")
	reply, err := c.desk.handle(t.Context(), a)
	if err == nil || reply.Text != sayLater {
		t.Errorf("%q, %v", reply.Text, err)
	}
	c.broken = nil
	if said := c.press(a); !strings.HasPrefix(said, "Thank you") {
		t.Errorf("pressed again: %q", said)
	}
	b := c.answer(pressHost, notify.Help)
	must(t, c.store.Close())
	if reply, err = c.desk.handle(t.Context(), b); err == nil || reply.Text != sayLater {
		t.Errorf("a store that is closed: %q, %v", reply.Text, err)
	}
}
