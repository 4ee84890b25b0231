package scanner

import (
	"context"
	"errors"
	"fmt"
	"time"

	"meetleaks/matchers"
)

// draft is one step of one leak on its way to the store: the leak as events made it, and what goes with it.
type draft struct {
	leak   Leak
	now    time.Time
	view   HostView
	was    Leak   // as the step found it
	crowd  string // of deliveries, see Delivery
	known  bool   // of deliveries
	change Change
	// forRooms are deliveries for each of the leak's rooms: which these are is known at the end of the step, see Pipeline.seat.
	forRooms []Delivery

	resolve, prove bool
	renew          bool // the resolver is asked what is new, also of a host who is known
	card, hasty    bool // hasty: a person waits for the card to change
	effects        int
}

// newDraft begins a step.
func (p *Pipeline) newDraft(l Leak, view HostView) *draft {
	return &draft{leak: l, was: l, now: p.now(), view: view, change: Change{Org: l.Org}}
}

// openDraft reads a leak and begins a step. Its error is ErrNotFound when there is none.
func (p *Pipeline) openDraft(ctx context.Context, org, id string) (*draft, error) {
	l, err := p.store.Leak(ctx, org, id)
	if err != nil {
		return nil, err
	}
	view, err := p.view(ctx, l)
	if err != nil {
		return nil, err
	}
	return p.newDraft(l, view), nil
}

// apply lets an event happen to the leak. After an error the draft is as before.
func (d *draft) apply(ev LeakEvent) error {
	ev.View = d.view
	l, effects, err := d.leak.Apply(ev, d.now)
	if err != nil {
		return err
	}
	d.leak = l
	d.take(effects, isAnswer(ev.Kind))
	return nil
}

// take notes what has to be done.
func (d *draft) take(effects []Effect, hasty bool) {
	d.effects += len(effects)
	for _, e := range effects {
		switch e.Kind {
		case EffectAlert:
			d.alert(e.Notice)
		case EffectLedger:
			d.change.Moves = append(d.change.Moves, e.Move)
		case EffectAudit:
			d.change.Audits = append(d.change.Audits, e.Audit)
		case EffectCard:
			d.card, d.hasty = true, d.hasty || hasty
		case EffectResolve:
			d.resolve = true
		case EffectProve:
			d.prove = true
		}
	}
}

// isAnswer says whether a person waits to see what came of the event.
func isAnswer(kind EventKind) bool {
	switch kind {
	case Sighted, Reposted, Gone, Back, Accepted, GivenUp, Withhold, Resolved, Tick:
		return false
	}
	return true
}

// alert puts a notice into the outbox, or aside when it is for rooms.
func (d *draft) alert(n Notice) {
	row := NewDelivery(d.leak, n, d.now)
	row.Crowd, row.Known = d.crowd, d.known
	if n.To == ToChannel || n.To == Analysts {
		d.forRooms = append(d.forRooms, row)
		return
	}
	d.deliver(row)
}

func (d *draft) deliver(row Delivery) {
	for _, other := range d.change.Deliveries {
		if other.ID == row.ID {
			return
		}
	}
	d.change.Deliveries = append(d.change.Deliveries, row)
}

// cardEvery is how often a card is brought up to date when nobody waits for it: the longer the round lasts the more seldom, so that
// the changes of a year are some hundreds of rows.
func cardEvery(round time.Duration) time.Duration {
	switch {
	case round < time.Hour:
		return time.Minute
	case round < 24*time.Hour:
		return 15 * time.Minute
	}
	return 6 * time.Hour
}

// cards puts the changes of cards into the outbox, for whoever may have one. Those of the same span of cardEvery are one, told
// when it is over: a link in a thousand pages does not change a card a thousand times.
func (d *draft) cards() {
	if !d.card {
		return
	}
	for _, to := range [...]Audience{ToHost, ToDelegate, ToChannel} {
		if d.leak.Ladder.told(to).Accepted.IsZero() && d.leak.Ladder.Round < 2 {
			continue
		}
		n := Notice{To: to, Kind: DeliveryUpdate, Due: d.now, ID: DeliveryID(d.leak.ID, int(d.leak.Version), to, "card", time.Time{})}
		if !d.hasty {
			every := cardEvery(d.now.Sub(d.leak.Ladder.Since))
			begin := d.now.Truncate(every)
			n.ID = DeliveryID(d.leak.ID, 0, to, "card", begin)
			n.Due = begin.Add(every + 5*time.Second)
		}
		d.alert(n)
	}
	if d.decided() {
		d.alert(Notice{To: Analysts, Kind: DeliveryUpdate, Due: d.now, ID: DeliveryID(d.leak.ID, int(d.leak.Version), Analysts, "card", time.Time{})})
	}
}

// decided says whether what analysts were asked may be settled by this step: nothing waits for them any more, or the leak has ended.
func (d *draft) decided() bool {
	return d.was.Ask.What != "" && d.leak.Ask.What == "" || d.was.State == StateOpen && d.leak.State.End()
}

// What an open leak waits for may come without anything happening to it: a host in the inventory, the next instance of a series, a
// start that was moved, a room that was configured. So it is looked at again after a while at the latest: soon when the resolver
// could not be asked.
const (
	looksUnasked = 10 * time.Minute
	looksOwed    = time.Hour // nobody was told yet
	looksOpen    = 24 * time.Hour
)

// looks is when the leak is looked at whatever else, zero when never.
func (d *draft) looks() time.Time {
	owed := d.leak.Account.Kind == AccountPending
	switch {
	case d.leak.State != StateOpen && !(d.leak.State == StateRemoved && owed):
		return time.Time{}
	case d.resolve:
		return d.now.Add(looksUnasked)
	case owed:
		return d.now.Add(looksOwed)
	}
	return d.now.Add(looksOpen)
}

// finish is the change as it is committed. The leak wakes when the ladder, or its end, wants it, or when it is looked at again.
func (d *draft) finish() Change {
	notices, wake := Next(d.leak, d.view, d.now)
	wake = soonest(wake, d.looks())
	if len(notices) > 0 {
		wake = d.now
	}
	c := d.change
	c.Leaks = append(c.Leaks, LeakWrite{Leak: d.leak, Wake: wake})
	return c
}

// commit writes the step.
func (p *Pipeline) commit(ctx context.Context, d *draft) error {
	d.cards()
	if err := p.seat(ctx, d); err != nil {
		return err
	}
	if err := p.store.Commit(ctx, d.finish()); err != nil {
		return err
	}
	if d.prove && p.o.Prove != nil {
		p.o.Prove(LeakRef{d.leak.Org, d.leak.ID})
	}
	return nil
}

// Do lets an event that a person or a platform caused happen to a leak, and returns the leak as it then is. Who may speak for
// whom is the caller's to check. Of the event's Reason a line of 300 characters is kept, with meeting links and the meeting's own id
// masked. The error is ErrNotFound, one of [Leak.Apply], or of the store.
func (p *Pipeline) Do(ctx context.Context, org, id string, ev LeakEvent) (Leak, error) {
	var after Leak
	err := p.again(ctx, string(ev.Kind), func(int) error {
		d, err := p.openDraft(ctx, org, id)
		if err != nil {
			return err
		}
		if ev.Reason, err = p.inWords(ctx, d.leak, ev.Reason); err != nil {
			return err
		}
		if err := d.apply(ev); err != nil {
			return err
		}
		if err := p.refresh(ctx, d); err != nil {
			return err
		}
		after = d.leak
		after.Version++
		return p.commit(ctx, d)
	})
	return after, err
}

// inWords makes what somebody wrote fit to be kept.
func (p *Pipeline) inWords(ctx context.Context, l Leak, text string) (string, error) {
	if text == "" {
		return "", nil
	}
	link, _, err := p.openSealed(ctx, l)
	if err != nil {
		return "", err
	}
	return clipped(link.HideIn(matchers.Mask(text))), nil
}

// dataKey reads an organisation's data key. It is not kept: erasing the organisation must end it everywhere. The error is
// ErrNoOrganisation when there is none.
func (p *Pipeline) dataKey(ctx context.Context, org string) (DataKey, error) {
	wrapped, err := p.store.OrgKey(ctx, org)
	if errors.Is(err, ErrNotFound) {
		return DataKey{}, fmt.Errorf("data key: %w", ErrNoOrganisation)
	}
	if err != nil {
		return DataKey{}, fmt.Errorf("data key: %w", err)
	}
	return p.o.Keys.Unwrap(org, wrapped)
}

// view is who can be told about a leak. When the resolver does not answer, or the data key does not open, it is the zero view, with
// which they are assumed.
func (p *Pipeline) view(ctx context.Context, l Leak) (HostView, error) {
	contact, err := p.contact(ctx, l)
	var asked *resolverError
	switch {
	case errors.As(err, &asked), errors.Is(err, ErrKeyUnknown), errors.Is(err, ErrNotSealed):
		return HostView{}, nil // what was sent can be recorded all the same
	case err != nil:
		return HostView{}, err
	}
	return p.viewOf(l.Org, contact), nil
}

// viewOf is what a contact and the mode of alerts let the ladder know.
func (p *Pipeline) viewOf(org string, c Contact) HostView {
	view := c.View(len(p.rooms(org)) > 0)
	if p.o.Mode == ModeChannel {
		view.Host, view.Delegate = false, false
	}
	return view
}

// resolverError marks what the resolver could not say: nobody knows whether there is somebody.
type resolverError struct{ err error }

// Error leaves out what the resolver said: it may name people and meetings.
func (e *resolverError) Error() string {
	if errors.Is(e.err, context.DeadlineExceeded) {
		return "ask who the host is: no answer in time"
	}
	return "ask who the host is: no answer"
}
func (e *resolverError) Unwrap() error { return e.err }

// contact is what is known of a leak's host: the zero Contact when there is none, or not any more.
func (p *Pipeline) contact(ctx context.Context, l Leak) (Contact, error) {
	if l.Host == "" {
		return Contact{}, nil
	}
	return p.contactAt(ctx, l.Org, l.Host)
}

// contactAt is what is known of the person of a reference.
func (p *Pipeline) contactAt(ctx context.Context, org string, ref HostRef) (Contact, error) {
	key, err := p.dataKey(ctx, org)
	if err != nil {
		return Contact{}, err
	}
	email, err := key.OpenHost(ref)
	if err != nil { // of a key that is gone, or damaged: nobody can be told by it
		return Contact{}, nil //nolint:nilerr // who cannot be named is nobody; the ladder goes on
	}
	c, found, err := p.resolver.Contact(ctx, org, email)
	switch {
	case err != nil:
		return Contact{}, &resolverError{err}
	case !found:
		return Contact{}, nil
	}
	return c, nil
}
