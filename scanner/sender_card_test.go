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
