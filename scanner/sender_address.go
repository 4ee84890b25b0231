package scanner

import (
	"context"
	"errors"
	"slices"
	"time"
)

// unknownAgain is how long a delivery waits when the resolver did not say who is to be told.
const unknownAgain = 30 * time.Second

// prepare decides what becomes of a claimed delivery: it is settled, put off, or one of the batch's letters.
func (b *sending) prepare(ctx context.Context, row OutboxRow) error {
	s, d := b.s, row.Delivery
	l := &letter{row: row}
	var err error
	switch d.Kind {
	case DeliveryDigest, DeliveryFault:
		return b.prepareApart(ctx, l)
	case DeliveryUpdate:
		return b.prepareUpdate(ctx, l)
	}
	if l.leak, err = s.p.store.Leak(ctx, d.Org, d.Leak); errors.Is(err, ErrNotFound) {
		return s.withhold(ctx, row, WithheldErased)
	} else if err != nil {
		return err
	}
	if reason, wanted := d.Wanted(l.leak); !wanted {
		return s.withhold(ctx, row, reason)
	}
	if l.rows, err = s.p.store.Deliveries(ctx, d.Org, d.Leak); err != nil {
		return err
	}
	if l.superseded() {
		return s.supersede(ctx, row)
	}
	if d.Digest != "" {
		if done, err := b.inDigest(ctx, l); done || err != nil {
			return err
		}
	}
	if ready, err := s.address(ctx, l); !ready || err != nil {
		return err
	}
	b.take(l)
	return nil
}

// superseded says whether another delivery goes in place of this one: somebody else became the host since and the first alert goes to
// them, or a later reminder waits with this one, as after an outage.
func (l *letter) superseded() bool {
	d := l.row.Delivery
	if d.To == Analysts || d.Kind != DeliveryNew && d.Kind != DeliveryReminder {
		return false
	}
	return slices.ContainsFunc(l.rows, func(r OutboxRow) bool { return l.replacedBy(r.Delivery) })
}

// replacedBy says whether o tells the same audience the same kind of thing, later, and reaches whom this one would: it waits still,
// or has gone to them.
func (l *letter) replacedBy(o Delivery) bool {
	d := l.row.Delivery
	if o.ID == d.ID || o.Kind != d.Kind || o.To != d.To || o.Round != d.Round || o.Channel != d.Channel {
		return false
	}
	told := l.leak.Ladder.told(d.To)
	if !o.Made.After(d.Made) && (!o.Made.Equal(d.Made) || told == nil || o.ID != told.Delivery) {
		return false
	}
	whom := d.Recipient
	if d.To == ToHost {
		whom = string(l.leak.Host)
	}
	switch o.State {
	case DeliveryPending:
		return d.To == ToHost || d.To == ToDelegate || o.Recipient == whom
	case DeliveryAccepted:
		return o.Recipient == whom
	}
	return false
}

// take puts a letter where it is routed, or sent as it is.
func (b *sending) take(l *letter) {
	d := l.row.Delivery
	if d.To != Analysts && (d.Kind == DeliveryNew || l.toldInDigest()) {
		b.new = append(b.new, l)
		return
	}
	b.alone = append(b.alone, l)
}

// toldInDigest says whether the first alert to the same audience was in a digest: then reminders are too, or a flood of forged
// meetings would come back a day later as a flood of reminders.
func (l *letter) toldInDigest() bool {
	d := l.row.Delivery
	return d.Kind == DeliveryReminder && !l.known && slices.ContainsFunc(l.rows, func(r OutboxRow) bool {
		return r.Delivery.Kind == DeliveryNew && r.Delivery.To == d.To && r.Delivery.Digest != ""
	})
}

// address finds out who is told, and whether they may be now. When they may not, the delivery is settled or put off.
func (s *Sender) address(ctx context.Context, l *letter) (ready bool, err error) {
	d := l.row.Delivery
	contact, err := s.meet(ctx, l)
	var asked *resolverError
	switch {
	case errors.As(err, &asked):
		return false, s.postpone(ctx, l.row, s.p.now().Add(unknownAgain))
	case err != nil:
		return false, err
	}
	if err := s.name(ctx, l, contact); err != nil {
		return false, err
	}
	switch {
	case l.recipient == "":
		return false, s.giveUp(ctx, l.row, "nobody")
	case s.p.o.Mode == ModeObserve:
		return false, s.withhold(ctx, l.row, WithheldObserve)
	case l.to.Person() && s.p.o.Pilot != nil && !s.p.o.Pilot(d.Org, l.to.Email):
		return false, s.withhold(ctx, l.row, WithheldPilot)
	}
	if l.to.Person() {
		l.zone = contact.Zone
		now := s.p.now()
		if at := contact.View(true).NotBefore(now, l.leak.When); at.After(now) {
			return false, s.postpone(ctx, l.row, at)
		}
	}
	return true, nil
}

// meet takes over what the organisation knows of the leak's meeting, and returns who hosts it.
func (s *Sender) meet(ctx context.Context, l *letter) (Contact, error) {
	d := l.row.Delivery
	w, err := s.p.askSealed(ctx, l.leak)
	var asked *resolverError
	if err != nil && !errors.As(err, &asked) {
		return Contact{}, err
	}
	l.topic, l.forWhom = w.Topic, w.Audience
	l.known = w.known || l.leak.When.Trusted()
	for _, row := range l.rows {
		l.known = l.known || row.Delivery.Known
		if l.crowd == "" {
			l.crowd = row.Delivery.Crowd
		}
	}
	if d.To != ToHost && d.To != ToDelegate || s.p.o.Mode == ModeChannel {
		return Contact{}, nil
	}
	contact, err2 := s.p.contact(ctx, l.leak)
	if err2 != nil || contact.Email != "" || err == nil && !w.found {
		return contact, err2
	}
	if err != nil {
		return Contact{}, err // somebody may be known
	}
	if err := s.resolve(ctx, l); err != nil {
		return Contact{}, err
	}
	return s.p.contact(ctx, l.leak)
}

// resolve writes down who the host is.
func (s *Sender) resolve(ctx context.Context, l *letter) error {
	return s.p.again(ctx, "name the host", func(int) error {
		d, err := s.p.openDraft(ctx, l.leak.Org, l.leak.ID)
		if err != nil {
			return err
		}
		if err := s.p.refresh(ctx, d); err != nil {
			return err
		}
		l.leak = d.leak
		if d.effects == 0 {
			return nil
		}
		return s.p.commit(ctx, d)
	})
}

// name sets the letter's recipient: none when there is nobody.
func (s *Sender) name(ctx context.Context, l *letter, c Contact) error {
	d := l.row.Delivery
	l.to = Recipient{Audience: d.To, Room: Room{Channel: d.Channel}}
	switch d.To {
	case ToHost:
		l.to.Email = c.Email
		if c.Email != "" {
			l.recipient = string(l.leak.Host)
		}
		return nil
	case ToDelegate:
		return s.nameDelegate(ctx, l, c)
	}
	return s.nameRoom(ctx, l)
}

// nameRoom finds the delivery's room, or the first of its leak when it was made before there were any.
func (s *Sender) nameRoom(ctx context.Context, l *letter) error {
	d := l.row.Delivery
	rooms := s.p.rooms(d.Org)
	if d.Recipient == "" {
		var err error
		if rooms, err = s.p.roomsOf(ctx, l.leak, nil, nil); err != nil {
			return err
		}
	}
	for _, room := range rooms {
		if d.Recipient == "" || d.Recipient == room.recipient() {
			l.to = Recipient{Audience: d.To, Room: room}
			l.recipient = room.recipient()
			return nil
		}
	}
	return nil
}

// nameDelegate finds the delegate who is to be told now: they are told one after the other, until one can be.
func (s *Sender) nameDelegate(ctx context.Context, l *letter, c Contact) error {
	if len(c.Delegates) == 0 {
		return nil
	}
	key, err := s.p.dataKey(ctx, l.leak.Org)
	if err != nil {
		return err
	}
	for _, email := range c.Delegates {
		ref, err := key.HostRef(email)
		if err != nil {
			return err
		}
		if slices.Contains(l.leak.NotHosts, ref) {
			continue
		}
		if l.to.Email == "" || string(ref) == l.row.Delivery.Recipient {
			l.to.Email, l.recipient = email, string(ref)
		}
	}
	return nil
}

// nextDelegate is who is told after a delegate who cannot be: "" when nobody is left.
func (s *Sender) nextDelegate(ctx context.Context, l *letter) (string, error) {
	c, err := s.p.contact(ctx, l.leak)
	if err != nil {
		return "", err
	}
	key, err := s.p.dataKey(ctx, l.leak.Org)
	if err != nil {
		return "", err
	}
	passed := false
	for _, email := range c.Delegates {
		ref, err := key.HostRef(email)
		if err != nil {
			return "", err
		}
		if passed && !slices.Contains(l.leak.NotHosts, ref) {
			return string(ref), nil
		}
		passed = passed || string(ref) == l.recipient
	}
	return "", nil
}

// prepareApart is for what is not about one leak: digests and faults.
func (b *sending) prepareApart(ctx context.Context, l *letter) error {
	s, d := b.s, l.row.Delivery
	l.receipt = l.row.Receipt
	zone, at, err := s.nameAgain(ctx, l, d.Recipient)
	switch {
	case err != nil:
		return err
	case at.After(s.p.now()):
		return s.postpone(ctx, l.row, at)
	case l.recipient == "":
		return s.giveUp(ctx, l.row, "nobody")
	case s.p.o.Mode == ModeObserve:
		return s.withhold(ctx, l.row, WithheldObserve)
	}
	l.zone = zone
	b.alone = append(b.alone, l)
	return nil
}

// nameAgain finds a recipient by what the outbox knows of them, and when they may be told.
func (s *Sender) nameAgain(ctx context.Context, l *letter, recipient string) (zone *time.Location, at time.Time, err error) {
	now, d := s.p.now(), l.row.Delivery
	if d.To != ToHost && d.To != ToDelegate {
		return nil, now, s.nameRoom(ctx, l)
	}
	c, err := s.p.contactAt(ctx, d.Org, HostRef(recipient))
	var asked *resolverError
	if errors.As(err, &asked) {
		return nil, now.Add(unknownAgain), nil
	}
	if err != nil || c.Email == "" || s.p.o.Mode == ModeChannel {
		return nil, now, err
	}
	l.to = Recipient{Audience: d.To, Email: c.Email, Room: Room{Channel: d.Channel}}
	l.recipient = recipient
	at = now
	if d.Kind != DeliveryUpdate { // a change in place wakes nobody
		at = c.View(true).NotBefore(now, When{})
	}
	return c.Zone, at, nil
}

// prepareUpdate finds the message that is to be changed: the latest that was accepted, or the one that is taken back.
func (b *sending) prepareUpdate(ctx context.Context, l *letter) error {
	s, d := b.s, l.row.Delivery
	var err error
	if l.leak, err = s.p.store.Leak(ctx, d.Org, d.Leak); errors.Is(err, ErrNotFound) {
		return s.withhold(ctx, l.row, WithheldErased)
	} else if err != nil {
		return err
	}
	if l.rows, err = s.p.store.Deliveries(ctx, d.Org, d.Leak); err != nil {
		return err
	}
	if l.overtaken() {
		return s.supersede(ctx, l.row)
	}
	card, found, err := s.card(ctx, l)
	switch {
	case err != nil:
		return err
	case !found:
		return s.supersede(ctx, l.row)
	case card.Delivery.Digest != "":
		return s.touchDigest(ctx, l.row, card.Delivery.Digest)
	}
	zone, at, err := s.nameAgain(ctx, l, card.Delivery.Recipient)
	switch {
	case err != nil:
		return err
	case at.After(s.p.now()):
		return s.postpone(ctx, l.row, at)
	case l.recipient == "" || s.p.o.Mode == ModeObserve:
		return s.supersede(ctx, l.row)
	}
	l.zone, l.receipt, l.card = zone, card.Receipt, card.Delivery.ID
	if w, err := s.p.askSealed(ctx, l.leak); err == nil { // the card keeps the words it had; without an answer it goes without them
		l.topic, l.forWhom = w.Topic, w.Audience
	}
	b.alone = append(b.alone, l)
	return nil
}

// overtaken says whether a later change of the same card waits too: it shows all that this one would.
func (l *letter) overtaken() bool {
	return slices.ContainsFunc(l.rows, func(r OutboxRow) bool {
		o := r.Delivery
		return o.Kind == DeliveryUpdate && o.State == DeliveryPending && o.Of == l.row.Delivery.Of && l.sameSeat(o) && o.Made.After(l.row.Delivery.Made)
	})
}

// sameSeat says whether a delivery goes to the audience and, of rooms, to the room that the letter is for.
func (l *letter) sameSeat(o Delivery) bool {
	d := l.row.Delivery
	return o.To == d.To && o.Channel == d.Channel && (d.Recipient == "" || o.Recipient == d.Recipient)
}

// card is the latest message about the leak that went to the same audience, in the same room, and can be changed.
func (s *Sender) card(ctx context.Context, l *letter) (OutboxRow, bool, error) {
	if of := l.row.Delivery.Of; of != "" {
		return s.cardOf(ctx, l, of)
	}
	for _, row := range l.rows { // the newest first
		if l.isCard(row) {
			return row, true, nil
		}
	}
	told := l.leak.Ladder.told(l.row.Delivery.To)
	if len(l.rows) < MaxBatch || told == nil || told.Delivery == "" {
		return OutboxRow{}, false, nil
	}
	return s.cardOf(ctx, l, told.Delivery) // it is older than all of those
}

// cardOf is the message of a delivery, when it can be changed.
func (s *Sender) cardOf(ctx context.Context, l *letter, delivery string) (OutboxRow, bool, error) {
	row, err := s.p.store.Delivery(ctx, l.leak.Org, delivery)
	if errors.Is(err, ErrNotFound) {
		return OutboxRow{}, false, nil
	}
	return row, err == nil && l.isCard(row), err
}

func (l *letter) isCard(row OutboxRow) bool {
	d := row.Delivery
	return d.State == DeliveryAccepted && d.Kind != DeliveryUpdate && l.sameSeat(d) && (len(row.Receipt) > 0 || d.Digest != "")
}
