package scanner

import (
	"context"
	"slices"
	"time"

	"meetleaks/matchers"
)

// Which rooms are told of a leak is asked anew in each step that tells rooms anything, of what is then known of it:
//
//   - Alerts, reminders and what waits for analysts go to the rooms of that moment.
//   - A step that brings something new (a place, another kind of link, an alias) and with it other rooms tells those that were not told
//     in this round, at once, when the round has told rooms already. Else they are told when it is their turn.
//   - A card that was told stays where it is, and follows the leak there, as long as its room is one of the organisation's.
//   - A changed configuration holds for what is told from then on: the next rung, the next round, the next piece of news. Nobody is
//     told only because of it. What waits in the outbox for a room that the organisation has no more is given up, and the ladder
//     goes on.

// LeakFacts is what of a leak decides which rooms are told of it.
type LeakFacts struct {
	Platform string
	Class    matchers.Class
	Keys     []string // of the meeting and its aliases, see Leak.Keys
	// Pages gives the places where it was seen, also those that are gone: masked, as Sighting.Place, of the sightings that are kept. It
	// asks the store, so it is called last and only where places matter. Never nil.
	Pages func() []string
}

// rooms are all that an organisation may have.
func (p *Pipeline) rooms(org string) []Room {
	if p.o.Rooms == nil {
		return nil
	}
	return p.o.Rooms(org)
}

// faultRooms are told of faults of the service itself: they get what is known of no leak.
func (p *Pipeline) faultRooms(org string) []Room {
	return p.route(org, LeakFacts{Pages: func() []string { return nil }})
}

// route gives the rooms for what is known of a leak, at most MaxRooms.
func (p *Pipeline) route(org string, about LeakFacts) []Room {
	rooms := p.rooms(org)
	if p.o.Route != nil && len(rooms) > 0 {
		rooms = p.o.Route(org, about)
	}
	return rooms[:min(len(rooms), MaxRooms)]
}

// pagesOf reads where leaks were seen, once, when it is asked for the first time.
type pagesOf struct {
	p    *Pipeline
	ctx  context.Context //nolint:containedctx // it lives as long as one question
	org  string
	ids  []string // of the leaks
	also []Sighting
	err  error
}

func (q *pagesOf) get() []string {
	var pages []string
	for _, id := range q.ids {
		kept, err := q.p.store.Sightings(q.ctx, q.org, id)
		if err != nil {
			q.err = err
			return nil
		}
		for _, s := range kept {
			pages = append(pages, s.Place)
		}
	}
	for _, s := range q.also {
		pages = append(pages, s.Place)
	}
	return pages
}

// roomsOf are the rooms of a leak as it is. merged are leaks that are becoming part of it, also what is seen of it in this step.
func (p *Pipeline) roomsOf(ctx context.Context, l Leak, merged []string, also []Sighting) ([]Room, error) {
	pages := &pagesOf{p: p, ctx: ctx, org: l.Org, ids: append([]string{l.ID}, merged...), also: also}
	rooms := p.route(l.Org, LeakFacts{Platform: l.Platform, Class: l.Class, Keys: slices.Clone(l.Keys), Pages: pages.get})
	return rooms, pages.err
}

// seat gives what the draft has for rooms to each of the rooms of its leak.
func (p *Pipeline) seat(ctx context.Context, d *draft) error {
	if len(d.forRooms) == 0 && !d.news() {
		return nil
	}
	var merged []string
	for _, m := range d.change.Merged {
		merged = append(merged, m.From)
	}
	rooms, err := p.roomsOf(ctx, d.leak, merged, d.change.Sightings)
	if err != nil {
		return err
	}
	seats := seating{p: p, d: d, rooms: rooms}
	for _, row := range d.forRooms {
		if err := seats.give(ctx, row); err != nil {
			return err
		}
	}
	d.forRooms = nil
	return seats.handOver(ctx)
}

// news says whether the step brings what may lead to other rooms.
func (d *draft) news() bool {
	return d.was.State != StateNew && (len(d.change.Sightings) > 0 || len(d.change.Merged) > 0 ||
		d.was.Class != d.leak.Class || len(d.was.Keys) != len(d.leak.Keys))
}

// seating is the rooms of one step.
type seating struct {
	p     *Pipeline
	d     *draft
	rooms []Room
}

// give puts a row into the outbox for each room that it is for: the first gets the notice's own id, each other one an id made of it. A
// change of cards has no first room, as the first may be another one by then.
func (s seating) give(ctx context.Context, row Delivery) error {
	id, to := row.ID, s.rooms
	if row.Kind == DeliveryUpdate {
		var err error
		if to, err = s.withEarlier(ctx); err != nil {
			return err
		}
		if row.To == Analysts { // few leaks ever had a question for them
			if to, err = s.asked(ctx, to); err != nil || len(to) == 0 {
				return err
			}
		}
	}
	for i, room := range to {
		row.Channel, row.Recipient = room.Channel, room.recipient()
		if i > 0 || row.Kind == DeliveryUpdate {
			row.ID = DeliveryID(id, 0, row.To, Rung(row.Recipient), time.Time{})
		}
		s.d.deliver(row)
	}
	if len(to) == 0 {
		s.d.deliver(row) // the sender finds nobody, and the ladder goes on
	}
	return nil
}

// withEarlier adds rooms that have a card of the leak though it is told elsewhere by now: at most MaxRooms, the latest first.
func (s seating) withEarlier(ctx context.Context) ([]Room, error) {
	all := s.p.rooms(s.d.leak.Org)
	if len(all) <= len(s.rooms) {
		return s.rooms, nil
	}
	rows, err := s.p.store.Deliveries(ctx, s.d.leak.Org, s.d.leak.ID)
	if err != nil {
		return nil, err
	}
	to := slices.Clone(s.rooms)
	for _, row := range rows {
		i := slices.IndexFunc(all, func(room Room) bool { return room.recipient() == row.Delivery.Recipient })
		wanted := i >= 0 && row.Delivery.To == ToChannel && row.Delivery.Kind != DeliveryUpdate && !slices.Contains(to, all[i])
		if wanted && len(to) < len(s.rooms)+MaxRooms {
			to = append(to, all[i])
		}
	}
	return to, nil
}

// asked is those of the rooms where analysts were asked something about the leak.
func (s seating) asked(ctx context.Context, rooms []Room) ([]Room, error) {
	rows, err := s.p.store.Deliveries(ctx, s.d.leak.Org, s.d.leak.ID)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(rooms), func(room Room) bool {
		return !slices.ContainsFunc(rows, func(row OutboxRow) bool {
			o := row.Delivery
			return o.To == Analysts && o.Kind != DeliveryUpdate && o.Recipient == room.recipient()
		})
	}), nil
}

// handOver tells rooms to which the step's news has led, after the round's alert has gone to others.
func (s seating) handOver(ctx context.Context) error {
	d := s.d
	told := d.leak.Ladder.Channel
	if !d.news() || d.leak.State != StateOpen || told.At.IsZero() {
		return nil
	}
	before, err := s.p.roomsOf(ctx, d.was, nil, nil)
	if err != nil {
		return err
	}
	fresh := slices.DeleteFunc(slices.Clone(s.rooms), func(room Room) bool {
		return slices.Contains(before, room) || slices.ContainsFunc(d.change.Deliveries, func(row Delivery) bool { return d.alerts(row, room) })
	})
	if len(fresh) == 0 {
		return nil
	}
	rows, err := s.p.store.Deliveries(ctx, d.leak.Org, d.leak.ID)
	if err != nil {
		return err
	}
	for _, room := range fresh {
		if !slices.ContainsFunc(rows, func(row OutboxRow) bool { return d.alerts(row.Delivery, room) }) {
			s.alert(room, told.Rung)
		}
	}
	return nil
}

// alerts says whether a delivery tells a room of the leak in its present round.
func (d *draft) alerts(row Delivery, room Room) bool {
	return row.To == ToChannel && row.Kind != DeliveryUpdate && row.Round == d.leak.Ladder.Round && row.Recipient == room.recipient()
}

// alert is the first that a room hears of the leak in this round. A snooze holds for it too.
func (s seating) alert(room Room, rung Rung) {
	d := s.d
	id := DeliveryID(d.leak.ID, d.leak.Ladder.Round, ToChannel, Rung("handed to "+room.recipient()), time.Time{})
	row := NewDelivery(d.leak, Notice{ID: id, To: ToChannel, Kind: DeliveryNew, Rung: rung, Due: later(d.now, d.leak.Ladder.Snooze)}, d.now)
	row.Crowd, row.Known, row.Channel, row.Recipient = d.crowd, d.known, room.Channel, room.recipient()
	d.deliver(row)
}
