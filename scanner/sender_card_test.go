package scanner

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"testing"
	"time"
)

// board is a card as its reader sees it: the last change that was made counts.
type board struct {
	shown  State
	during func() // while the next change is on its way
}

func (b *board) Tell(_ context.Context, t Telling) ([]byte, error) {
	if during := b.during; during != nil {
		b.during = nil
		during()
	}
	b.shown = t.Leak.State
	return []byte("card"), nil
}

func TestACardThatWasOvertakenIsChangedOnceMore(t *testing.T) {
	r := newRig(t, nil)
	r.hosts.knows(rigBoard, Contact{Email: "jdoe@acme.example"}, When{})
	r.take(rigHome, "Board: "+rigBoard)
	r.work()
	card := &board{}
	slow, fast := NewSender(r.p, card, SenderOptions{}), NewSender(r.p, card, SenderOptions{})
	id, analyst := r.leak().ID, Actor{Role: RoleAnalyst, Ref: "U0SECOPS1"}
	do := func(kind EventKind) {
		if _, err := r.p.Do(t.Context(), rigOrg, id, LeakEvent{Kind: kind, By: analyst, Until: r.clock.Now().Add(time.Hour), Reason: "looked at"}); err != nil {
			t.Fatal(err)
		}
	}
	once := func(s *Sender) {
		if _, err := s.Once(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	do(Snooze)
	card.during = func() { // the meeting is over, and a faster sender shows that first
		do(Ended)
		once(fast)
		if card.shown != StateOver {
			t.Errorf("the faster sender showed %q", card.shown)
		}
	}
	once(slow)
	if card.shown != StateOpen {
		t.Fatalf("the slower sender showed %q: nothing was overtaken", card.shown)
	}
	for range 5 {
		r.clock.advance(2 * time.Second)
		once(slow)
	}
	if card.shown != StateOver {
		t.Errorf("the card shows %q in the end", card.shown)
	}
	r.balanced()
}

func TestTheCardOfAQuestionSaysThatItIsDecided(t *testing.T) {
	host, analyst := Actor{Role: RoleHost, Ref: "U0JANE"}, Actor{Role: RoleAnalyst, Ref: "U0SECOPS1"}
	for name, c := range map[string]struct {
		asked, then LeakEvent
		state       State
	}{
		"the analyst says no":              {LeakEvent{Kind: NotMine, By: host}, LeakEvent{Kind: Refuse, By: analyst}, StateOpen},
		"the analyst says yes":             {LeakEvent{Kind: NotMine, By: host}, LeakEvent{Kind: Confirm, By: analyst}, StateOpen},
		"the host has done something else": {LeakEvent{Kind: NotMine, By: host}, LeakEvent{Kind: Done, By: host}, StateByWord},
		"help is not needed any more":      {LeakEvent{Kind: Help, By: host}, LeakEvent{Kind: Done, By: host}, StateByWord},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, nil)
			r.hosts.knows(rigBoard, jane(), When{})
			r.take(rigHome, "Board: "+rigBoard)
			r.work()
			do := func(ev LeakEvent) []Telling {
				t.Helper()
				before := len(r.slack.sent)
				if _, err := r.p.Do(t.Context(), rigOrg, r.leak().ID, ev); err != nil {
					t.Fatal(err)
				}
				r.work()
				var told []Telling
				for _, sent := range r.slack.sent[before:] {
					if sent.To.Audience == Analysts {
						told = append(told, sent)
					}
				}
				return told
			}
			if told := do(c.asked); len(told) != 1 || len(told[0].Receipt) > 0 {
				t.Fatalf("asked %+v", told)
			}
			told := do(c.then)
			if len(told) != 1 || len(told[0].Receipt) == 0 || told[0].Leak.State != c.state || told[0].Leak.Ask.What != "" {
				t.Errorf("the card was changed to %+v", told)
			}
			r.balanced()
		})
	}
}

func TestWhereAnalystsWereAskedNothingNoCardOfTheirsIsChanged(t *testing.T) {
	r := newRig(t, nil)
	r.hosts.knows(rigBoard, jane(), When{})
	r.take(rigHome, "Board: "+rigBoard)
	r.work()
	if _, err := r.p.Do(t.Context(), rigOrg, r.leak().ID, LeakEvent{Kind: Done, By: Actor{Role: RoleHost, Ref: "U0JANE"}}); err != nil {
		t.Fatal(err)
	}
	rows, err := r.store.Deliveries(t.Context(), rigOrg, r.leak().ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		if row.Delivery.To == Analysts {
			t.Errorf("%+v", row.Delivery)
		}
	}
}

// channel is one where each message can be answered until it is changed to one that cannot.
type channel struct {
	mu     sync.Mutex        // a sender tells several at a time
	open   map[string]string // the messages that can be answered, and whose they are
	n      int
	during func() // while the next change is on its way
}

func (c *channel) Tell(_ context.Context, t Telling) ([]byte, error) {
	if during := c.during; during != nil && t.Receipt != nil {
		c.during = nil
		during() // tells, itself
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	receipt := string(t.Receipt)
	if receipt == "" {
		c.n++
		receipt = fmt.Sprintf("message %d", c.n)
	}
	delete(c.open, receipt)
	if !t.Past && !t.Leak.State.End() {
		c.open[receipt] = t.To.Email + t.To.Room.ID
	}
	return []byte(receipt), nil
}

// wants compares who has how many messages that can be answered.
func (c *channel) wants(t *testing.T, want map[string]int) {
	t.Helper()
	got := make(map[string]int)
	for _, whose := range c.open {
		got[whose]++
	}
	if !maps.Equal(got, want) {
		t.Errorf("messages that can be answered: %v, want %v", got, want)
	}
}

// TestOneMessageOfALeakCanBeAnswered: when a leak is opened anew, or somebody is reminded, the message of before is answered no more.
func TestOneMessageOfALeakCanBeAnswered(t *testing.T) {
	r := newRig(t, nil)
	r.hosts.knows(rigBoard, Contact{Email: "jdoe@acme.example"}, When{})
	r.take(rigHome, "Board: "+rigBoard)
	slack := &channel{open: map[string]string{}}
	sender := NewSender(r.p, slack, SenderOptions{})
	work := func() {
		t.Helper()
		for range 5 {
			if _, err := sender.Once(t.Context()); err != nil {
				t.Fatal(err)
			}
			r.clock.advance(2 * time.Second)
		}
	}
	do := func(kind EventKind) {
		t.Helper()
		if _, err := r.p.Do(t.Context(), rigOrg, r.leak().ID, LeakEvent{Kind: kind, By: Actor{Role: RoleAnalyst, Ref: "U0SECOPS1"}, Reason: "looked at"}); err != nil {
			t.Fatal(err)
		}
		work()
	}
	one := map[string]int{"jdoe@acme.example": 1}
	work()
	slack.wants(t, one)
	do(Ended)
	slack.wants(t, map[string]int{})
	do(Reopen)
	slack.wants(t, one)
	r.clock.advance(25 * time.Hour)
	if _, err := r.p.Tick(t.Context()); err != nil {
		t.Fatal(err)
	}
	work()
	if slack.n < 3 {
		t.Fatalf("%d messages: nobody was reminded", slack.n)
	}
	for range 5 {
		work()
	}
	two := map[string]int{"jdoe@acme.example": 1, "C0SECOPS": 1} // by now the room was told, too
	slack.wants(t, two)
	do(Ended)
	slack.wants(t, map[string]int{})
	r.balanced()
}

// A card that is being changed while a later message is sent gets no buttons back by that.
func TestAMessageThatWasFollowedMeanwhileIsTakenBack(t *testing.T) {
	r := newRig(t, nil)
	r.hosts.knows(rigBoard, Contact{Email: "jdoe@acme.example"}, When{})
	r.take(rigHome, "Board: "+rigBoard)
	slack := &channel{open: map[string]string{}}
	slow, fast := NewSender(r.p, slack, SenderOptions{Batch: 1}), NewSender(r.p, slack, SenderOptions{})
	once := func(s *Sender) {
		t.Helper()
		if _, err := s.Once(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	do := func(kind EventKind) {
		t.Helper()
		if _, err := r.p.Do(t.Context(), rigOrg, r.leak().ID, LeakEvent{Kind: kind, By: Actor{Role: RoleAnalyst, Ref: "U0SECOPS1"}, Until: r.clock.Now().Add(time.Hour), Reason: "looked at"}); err != nil {
			t.Fatal(err)
		}
	}
	once(fast)
	do(Snooze)
	slack.during = func() { // the card is changed; it is over, and opened anew, meanwhile
		do(Ended)
		r.clock.advance(time.Second)
		do(Reopen)
		for range 5 {
			once(fast)
		}
		if slack.n != 2 {
			t.Errorf("%d messages", slack.n)
		}
	}
	once(slow)
	for range 8 {
		r.clock.advance(2 * time.Second)
		once(slow)
	}
	slack.wants(t, map[string]int{"jdoe@acme.example": 1})
	if _, old := slack.open["message 1"]; old {
		t.Error("the old one can be answered")
	}
	r.balanced()
}
