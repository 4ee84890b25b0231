package scanner

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"
)

// These tests ask a letter about its neighbours in the outbox. Each case is a neighbour that counts but for one thing.

var sentAt = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// aCard is a message about the leak that was accepted, and can be changed.
func aCard(id string, changes ...func(*OutboxRow)) OutboxRow {
	row := OutboxRow{Receipt: []byte("message"), Delivery: Delivery{
		ID: id, Leak: "leak", Org: rigOrg, To: ToHost, Recipient: "jane", Channel: "chat", Kind: DeliveryNew, Made: sentAt, State: DeliveryAccepted,
	}}
	for _, change := range changes {
		change(&row)
	}
	return row
}

// notCards are neighbours of which nothing can be changed.
var notCards = map[string]func(*OutboxRow){
	"for somebody else":  func(r *OutboxRow) { r.Delivery.Recipient = "john" },
	"another audience":   func(r *OutboxRow) { r.Delivery.To = ToDelegate },
	"another channel":    func(r *OutboxRow) { r.Delivery.Channel = "mail" },
	"not accepted":       func(r *OutboxRow) { r.Delivery.State = DeliveryGivenUp },
	"a change of a card": func(r *OutboxRow) { r.Delivery.Kind = DeliveryUpdate },
	"without a receipt":  func(r *OutboxRow) { r.Receipt = nil },
}

// aLetter to the host, as senders have it: who that is stands beside the row.
func aLetter(rows ...OutboxRow) *letter {
	return &letter{
		row:  OutboxRow{Delivery: Delivery{ID: "sent", Leak: "leak", Org: rigOrg, To: ToHost, Channel: "chat", Kind: DeliveryNew, Made: sentAt}},
		leak: Leak{ID: "leak", Org: rigOrg}, recipient: "jane", rows: rows,
	}
}

func TestTheLatestMessageOfTheSameRecipientIsTakenBack(t *testing.T) {
	latest := aLetter(aCard("sent"), aCard("before"), aCard("first"))
	want := []Delivery{{
		ID: DeliveryID("before", 0, ToHost, "past", time.Time{}), Leak: "leak", Org: rigOrg, To: ToHost, Recipient: "jane", Channel: "chat",
		Kind: DeliveryUpdate, Of: "before", Due: sentAt, Made: sentAt, State: DeliveryPending,
	}}
	if got := latest.takeBack(sentAt); !reflect.DeepEqual(got, want) {
		t.Errorf("took back %+v, want %+v", got, want)
	}
	none := map[string]func(*OutboxRow){"in a digest": func(r *OutboxRow) { r.Delivery.Digest = "digest" }}
	for name, change := range notCards {
		none[name] = change
	}
	for name, change := range none {
		if got := aLetter(aCard("other", change)).takeBack(sentAt); got != nil {
			t.Errorf("%s: took back %+v", name, got)
		}
		if got := aLetter(aCard("other", change), aCard("before")).takeBack(sentAt); len(got) != 1 || got[0].Of != "before" {
			t.Errorf("%s: took back %+v, want the one before it", name, got)
		}
	}
	if got := aLetter(aCard("sent")).takeBack(sentAt); got != nil {
		t.Errorf("took back what was sent: %+v", got)
	}
	asked := aLetter(aCard("other", func(r *OutboxRow) { r.Delivery.To = Analysts }))
	if asked.row.Delivery.To = Analysts; asked.takeBack(sentAt) != nil {
		t.Error("another question is taken back")
	}
}

// Rows whose recipient stands in them already, those of rooms, have the cards of that room.
func TestACardIsOfTheRoomThatTheLetterIsFor(t *testing.T) {
	l := aLetter()
	l.row.Delivery.To, l.row.Delivery.Recipient = ToChannel, "C0SECOPS"
	for recipient, want := range map[string]bool{"C0SECOPS": true, "C0OTHER": false, "": false} {
		card := aCard("card", func(r *OutboxRow) { r.Delivery.To, r.Delivery.Recipient = ToChannel, recipient })
		if got := l.isCard(card); got != want {
			t.Errorf("a card of %q: %v", recipient, got)
		}
	}
	inDigest := aCard("card", func(r *OutboxRow) { r.Receipt, r.Delivery.Digest = nil, "digest" })
	if !aLetter().isCard(inDigest) {
		t.Error("a digest cannot be changed")
	}
}

func TestAChangeIsOvertakenByALaterOneOfTheSameCard(t *testing.T) {
	later := func(changes ...func(*Delivery)) *letter {
		o := Delivery{ID: "later", To: ToChannel, Recipient: "C0SECOPS", Channel: "chat", Kind: DeliveryUpdate, Made: sentAt.Add(1), State: DeliveryPending}
		for _, change := range changes {
			change(&o)
		}
		l := aLetter(OutboxRow{Delivery: o})
		l.row.Delivery = Delivery{ID: "sent", To: ToChannel, Recipient: "C0SECOPS", Channel: "chat", Kind: DeliveryUpdate, Made: sentAt, State: DeliveryPending}
		return l
	}
	if !later().overtaken() {
		t.Error("a later change does not overtake")
	}
	one := later(func(o *Delivery) { o.Of = "card" })
	if one.row.Delivery.Of = "card"; !one.overtaken() {
		t.Error("a later change of one card does not overtake")
	}
	person := later(func(o *Delivery) { o.Recipient = "jane" })
	if person.row.Delivery.Recipient = ""; !person.overtaken() {
		t.Error("a change whose reader is not named yet is not overtaken")
	}
	for name, change := range map[string]func(*Delivery){
		"a message":             func(o *Delivery) { o.Kind = DeliveryNew },
		"that was made":         func(o *Delivery) { o.State = DeliveryAccepted },
		"of another card":       func(o *Delivery) { o.Of = "card" },
		"for another audience":  func(o *Delivery) { o.To = Analysts },
		"in another room":       func(o *Delivery) { o.Recipient = "C0OTHER" },
		"in another channel":    func(o *Delivery) { o.Channel = "mail" },
		"made at the same time": func(o *Delivery) { o.Made = sentAt },
		"made before":           func(o *Delivery) { o.Made = sentAt.Add(-1) },
	} {
		if later(change).overtaken() {
			t.Errorf("overtaken by one %s", name)
		}
	}
}

// neighbours is a store that has these rows for every leak, or does not answer.
type neighbours struct {
	*memStore
	rows []OutboxRow
	err  error
}

func (s neighbours) Deliveries(context.Context, string, string) ([]OutboxRow, error) {
	return slices.Clone(s.rows), s.err
}

// withoutLeaks is a store that finds no leak, for that reason.
type withoutLeaks struct {
	*memStore
	why error
}

func (s withoutLeaks) Leak(context.Context, string, string) (Leak, error) { return Leak{}, s.why }

// sender sends from another store than the rig's, of which it is made.
func (r *rig) sender(store PipelineStore) *Sender {
	r.t.Helper()
	o := rigOptions(r.t, r)
	o.Store = store
	p, err := NewPipeline(o)
	if err != nil {
		r.t.Fatal(err)
	}
	return NewSender(p, r.slack, SenderOptions{})
}

func TestALaterMessageThanTheCardThatWasChangedIsSeen(t *testing.T) {
	down := errors.New("no answer")
	r := newRig(t, nil)
	ask := func(l *letter, rows []OutboxRow, err error) (bool, error) {
		return r.sender(neighbours{r.store, rows, err}).followed(t.Context(), l)
	}
	change := func() *letter { // of the card
		l := aLetter()
		l.row.Delivery.Kind, l.card = DeliveryUpdate, "card"
		return l
	}
	type seen struct {
		rows []OutboxRow
		want bool
	}
	cases := map[string]seen{
		"none":                  {nil, false},
		"the card":              {[]OutboxRow{aCard("card"), aCard("first")}, false},
		"a later one":           {[]OutboxRow{aCard("later"), aCard("card")}, true},
		"a later one by digest": {[]OutboxRow{aCard("later", func(r *OutboxRow) { r.Delivery.Digest = "digest" }), aCard("card")}, false},
	}
	for name, not := range notCards {
		cases[name] = seen{[]OutboxRow{aCard("later", not), aCard("card")}, false}
		cases[name+", before it a later one"] = seen{[]OutboxRow{aCard("latest", not), aCard("later"), aCard("card")}, true}
	}
	for name, c := range cases {
		if got, err := ask(change(), c.rows, nil); got != c.want || err != nil {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	if _, err := ask(change(), nil, down); !errors.Is(err, down) {
		t.Errorf("a store that does not answer: %v", err)
	}
	past, asked := change(), change()
	past.row.Delivery.Of = "card" // it is to be taken back: all later ones may stand
	asked.row.Delivery.To = Analysts
	question := aCard("later", func(r *OutboxRow) { r.Delivery.To = Analysts })
	for name, l := range map[string]*letter{"what is past": past, "a question": asked} {
		if got, err := ask(l, []OutboxRow{aCard("later"), question}, nil); got || err != nil {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

// changing is a change of a card that was claimed, and made; since then its claim has ended and somebody else has it when contested.
func (r *rig) changing(contested bool) *letter {
	r.t.Helper()
	leak := r.leak()
	id := DeliveryID("test", 0, ToHost, "card", time.Time{})
	row := NewDelivery(leak, Notice{ID: id, To: ToHost, Kind: DeliveryUpdate, Due: r.clock.Now()}, r.clock.Now())
	if err := r.store.Commit(r.t.Context(), Change{Org: rigOrg, Deliveries: []Delivery{row}}); err != nil {
		r.t.Fatal(err)
	}
	claimed := r.claimed()
	if contested {
		r.clock.advance(2 * time.Minute)
		r.claimed()
	}
	return &letter{row: claimed, leak: leak, recipient: string(leak.Host), card: leak.Ladder.Host.Delivery}
}

// claimed claims the one delivery that is due.
func (r *rig) claimed() OutboxRow {
	r.t.Helper()
	rows, err := r.store.ClaimDeliveries(r.t.Context(), 10, time.Minute)
	if err != nil || len(rows) != 1 {
		r.t.Fatalf("%d claimed, %v", len(rows), err)
	}
	return rows[0]
}

func TestACardThatMayShowWhatIsPastIsChangedOnceMore(t *testing.T) {
	for name, c := range map[string]struct {
		shown func(*letter) // how the letter differed from what is so
		again bool
		of    string // of the delivery when it is changed again
	}{
		"all is so still":         {func(*letter) {}, false, ""},
		"there are more places":   {func(l *letter) { l.leak.Distinct-- }, false, ""},
		"it was in another state": {func(l *letter) { l.leak.State = StateOver }, true, ""},
		"it came to it again":     {func(l *letter) { l.leak.Since = l.leak.Since.Add(-1) }, true, ""},
		"something was asked":     {func(l *letter) { l.leak.Ask.What = NotMine }, true, ""},
		"it was to start":         {func(l *letter) { l.leak.When.Start.Time = sentAt }, true, ""},
		"it was an earlier card":  {func(l *letter) { l.card = "earlier" }, true, "earlier"},
	} {
		for _, contested := range []bool{false, true} {
			r := newRig(t, nil)
			r.hosts.knows(rigBoard, jane(), When{})
			r.take(rigHome, rigBoard)
			r.work()
			l := r.changing(contested)
			c.shown(l)
			if err := r.s.changed(t.Context(), l); err != nil {
				t.Fatal(err)
			}
			row, err := r.store.Delivery(t.Context(), rigOrg, l.row.Delivery.ID)
			if err != nil {
				t.Fatal(err)
			}
			want := Delivery{State: DeliveryAccepted, Due: l.row.Delivery.Due}
			switch {
			case c.again && contested: // it is the other's, who shows what is so now
				want.State = DeliveryPending
			case c.again:
				want = Delivery{State: DeliveryPending, Due: r.clock.Now().Add(changeAgain), Of: c.of}
			}
			if got := row.Delivery; got.State != want.State || !got.Due.Equal(want.Due) || got.Of != want.Of {
				t.Errorf("%s (claimed by another: %v): %+v, want %+v", name, contested, got, want)
			}
		}
	}
}

// Of several changes of one card that wait, as after an outage, only the last is made.
func TestOnlyTheLastOfSeveralChangesIsMade(t *testing.T) {
	r := newRig(t, nil)
	r.hosts.knows(rigBoard, jane(), When{})
	r.take(rigHome, rigBoard)
	r.work()
	r.slack.told()
	analyst := Actor{Role: RoleAnalyst, Ref: "U0SECOPS1"}
	for _, kind := range []EventKind{Ended, Reopen, Ended} {
		r.clock.advance(time.Second)
		if _, err := r.p.Do(t.Context(), rigOrg, r.leak().ID, LeakEvent{Kind: kind, By: analyst, Reason: "looked at"}); err != nil {
			t.Fatal(err)
		}
	}
	r.work()
	r.wants("update jane@acme.example in place")
	r.balanced()
}

// Without an answer it is not known whether a card shows what is so: nothing is recorded then, and it is asked again.
func TestACardIsNotRecordedBeforeTheStoreAnswers(t *testing.T) {
	down := errors.New("no answer")
	for name, c := range map[string]struct {
		broken func(*memStore) PipelineStore
		want   error
		state  DeliveryState
	}{
		"about the leak":                  {func(s *memStore) PipelineStore { return withoutLeaks{s, down} }, down, DeliveryPending},
		"about its deliveries":            {func(s *memStore) PipelineStore { return neighbours{s, nil, down} }, down, DeliveryPending},
		"but the leak was erased by then": {func(s *memStore) PipelineStore { return withoutLeaks{s, ErrNotFound} }, nil, DeliveryAccepted},
	} {
		r := newRig(t, nil)
		r.hosts.knows(rigBoard, jane(), When{})
		r.take(rigHome, rigBoard)
		r.work()
		l := r.changing(false)
		if err := r.sender(c.broken(r.store)).changed(t.Context(), l); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		row, err := r.store.Delivery(t.Context(), rigOrg, l.row.Delivery.ID)
		if err != nil || row.Delivery.State != c.state {
			t.Errorf("%s: %s, %v, want %s", name, row.Delivery.State, err, c.state)
		}
	}
}
