package scanner

import (
	"context"
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
