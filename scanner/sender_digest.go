package scanner

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// A digest is told in parts, a message each. The first parts name all of their leaks; in a flood, later ones hold many, of which
// MaxDigestItems are named and the rest counted.
const (
	MaxDigestItems = 40
	namedParts     = 5
	crowdedPart    = 1000
	maxDigestParts = 64
	digestWait     = 3 * time.Second  // before a part is sent for the first time, so that it names more than one
	digestEvery    = 30 * time.Second // between changes of a part
	digestGrace    = 2 * time.Second  // after which its members look what became of it
)

func digestRoom(part int) int {
	if part < namedParts {
		return MaxDigestItems
	}
	return crowdedPart
}

func partID(digest string, part int) string {
	if part == 0 {
		return digest
	}
	return DeliveryID(digest, part, "", "part", time.Time{})
}

// route decides which of the new alerts go alone, and lets digests name the others.
func (b *sending) route(ctx context.Context) {
	byOrg := make(map[string][]*letter)
	for _, l := range b.new {
		if l.row.Delivery.Kind == DeliveryReminder {
			b.fail(b.s.join(ctx, b.s.reminders(l), []*letter{l}))
			continue
		}
		byOrg[l.leak.Org] = append(byOrg[l.leak.Org], l)
	}
	for org, letters := range byOrg {
		b.fail(b.routeOrg(ctx, org, letters))
	}
}

// reminders names the digest of a recipient's reminders of the day.
func (s *Sender) reminders(l *letter) string {
	day := s.p.now().Truncate(24 * time.Hour)
	return DeliveryID(l.leak.Org+" "+l.recipient, 0, "reminders", "digest", day)
}

func (b *sending) routeOrg(ctx context.Context, org string, letters []*letter) error {
	s := b.s
	loads, err := s.p.store.AlertLoads(ctx, org, recipientsOf(letters))
	if err != nil {
		return err
	}
	byID := make(map[string][]*letter, len(letters))
	candidates := make([]Candidate, len(letters))
	for i, l := range letters {
		candidates[i] = s.candidate(l)
		id := l.leak.ID + " " + l.recipient
		byID[id] = append(byID[id], l)
	}
	digests := make(map[string][]*letter)
	for _, route := range PlanAlerts(candidates, loads, s.p.o.Caps, s.p.now()) {
		id := route.Leak + " " + route.Recipient
		l := byID[id][0]
		byID[id] = byID[id][1:]
		if l.row.Delivery.Attempts > 0 || route.Digest == "" { // what was tried alone stays so
			alone, err := s.count(ctx, l, route.Why)
			if err != nil {
				return err
			}
			if alone {
				b.alone = append(b.alone, l)
				continue
			}
		}
		if route.Digest == "" {
			route.Digest = s.hourly(l)
		}
		digests[route.Digest] = append(digests[route.Digest], l)
	}
	for id, members := range digests {
		if err := s.join(ctx, id, members); err != nil {
			return err
		}
	}
	return nil
}

func recipientsOf(letters []*letter) []string {
	var all []string
	for _, l := range letters {
		if !slices.Contains(all, l.recipient) {
			all = append(all, l.recipient)
		}
	}
	return all
}

func (s *Sender) candidate(l *letter) Candidate {
	c := Candidate{
		Leak: l.leak.ID, Org: l.leak.Org, Recipient: l.recipient, Person: l.to.Person(), Known: l.known, When: l.leak.When,
		Risk: l.leak.Risk.Score,
	}
	switch l.crowd {
	case "":
	case CrowdFirstRun:
		c.RunNew = s.p.o.Caps.Burst + 1
	default:
		c.Page, c.PageNew = l.crowd, s.p.o.Caps.Burst+1
	}
	return c
}

// count counts an alert that goes alone, and says no when somebody else filled up the recipient's cap meanwhile.
func (s *Sender) count(ctx context.Context, l *letter, why RouteReason) (bool, error) {
	caps := s.p.o.Caps
	most := Load{Hour: caps.ChannelHour}
	if l.to.Person() {
		most = Load{Hour: caps.PersonHour, Day: caps.PersonDay}
	}
	switch why {
	case RouteKnown:
		most = Load{}
	case RouteSoon:
		most.Day = 0
	}
	return s.p.store.CountAlert(ctx, l.leak.Org, l.recipient, l.row.Delivery.ID, most)
}

// hourly is the digest of the hour, as PlanAlerts names it.
func (s *Sender) hourly(l *letter) string {
	p := planner{now: s.p.now()}
	return p.digest(Candidate{Org: l.leak.Org, Recipient: l.recipient}, RouteHour)
}

// join lets a digest name the letters, in as many parts as it takes. Those for which there is no room are due again later.
func (s *Sender) join(ctx context.Context, digest string, letters []*letter) error {
	for part := s.firstRoom(digest, 0); part < maxDigestParts && len(letters) > 0; part++ {
		n, err := s.joinPart(ctx, partID(digest, part), digestRoom(part), letters)
		if err != nil {
			return err
		}
		if letters = letters[n:]; len(letters) > 0 {
			s.firstRoom(digest, part+1)
		}
	}
	for _, l := range letters {
		if err := s.postpone(ctx, l.row, s.p.now().Add(10*time.Minute)); err != nil {
			return err
		}
	}
	return nil
}

// maxOpenDigests bounds what a sender remembers of digests.
const maxOpenDigests = 256

// firstRoom raises and returns the first part of a digest that may have room: parts fill up, and never empty.
func (s *Sender) firstRoom(digest string, part int) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.parts) > maxOpenDigests {
		clear(s.parts)
	}
	if part > s.parts[digest] {
		s.parts[digest] = part
	}
	return s.parts[digest]
}

// joinPart puts letters into one part, as far as there is room, and says how many. The part and its members change in one step.
func (s *Sender) joinPart(ctx context.Context, id string, room int, letters []*letter) (taken int, err error) {
	org := letters[0].leak.Org
	err = s.p.again(ctx, "join a digest", func(n int) error {
		now := s.p.now()
		part, err := s.p.store.Delivery(ctx, org, id)
		fresh := errors.Is(err, ErrNotFound)
		switch {
		case fresh:
			part = OutboxRow{Delivery: newPart(id, letters[0], now)}
		case err != nil:
			return err
		case part.Delivery.State == DeliveryGivenUp || part.Delivery.State == DeliverySuppressed:
			taken = 0
			return nil // a part that nobody gets takes nobody
		}
		taken = min(room-len(part.Delivery.Leaks), len(letters))
		if taken <= 0 {
			taken = 0
			return nil
		}
		ours := letters[:taken]
		if n > 0 { // somebody else may have got one of them
			if ours, err = s.stillOurs(ctx, ours); err != nil {
				return err
			}
		}
		return s.writePart(ctx, part, fresh, ours, now)
	})
	return taken, err
}

func newPart(id string, l *letter, now time.Time) Delivery {
	d := l.row.Delivery
	return Delivery{
		ID: id, Org: l.leak.Org, To: d.To, Recipient: l.recipient, Channel: d.Channel, Kind: DeliveryDigest, Rung: d.Rung,
		Due: now.Add(digestWait), Made: now, State: DeliveryPending,
	}
}

func (s *Sender) writePart(ctx context.Context, part OutboxRow, fresh bool, members []*letter, now time.Time) error {
	if len(members) == 0 {
		return nil
	}
	d := part.Delivery
	d.Leaks = slices.Clone(d.Leaks)
	for _, l := range members {
		if !slices.Contains(d.Leaks, l.leak.ID) {
			d.Leaks = append(d.Leaks, l.leak.ID)
		}
	}
	switch {
	case fresh:
	case d.State == DeliveryPending && part.Lease.After(now):
		d.Due = now.Add(digestEvery) // it is being told: not a second time before its message can be found
	default:
		d = reopened(d, now)
	}
	c := Change{Org: d.Org}
	for _, l := range members {
		row := l.row
		row.Delivery.Digest, row.Delivery.Recipient = d.ID, l.recipient
		row.Delivery.Due = later(d.Due, now).Add(digestGrace)
		c.Settled = append(c.Settled, row)
	}
	part.Delivery = d
	if fresh {
		c.Deliveries = append(c.Deliveries, d)
	} else {
		c.Settled = append(c.Settled, part)
	}
	return s.p.store.Commit(ctx, c)
}

// reopened is a part that has more to tell: it is changed in place.
func reopened(d Delivery, now time.Time) Delivery {
	if d.State == DeliveryPending {
		return d
	}
	d.State, d.Reason, d.LastError, d.Attempts, d.Done = DeliveryPending, "", "", 0, time.Time{}
	d.Made, d.Due = now, now.Add(digestEvery)
	return d
}

// stillOurs is those of the letters whose claims nobody took.
func (s *Sender) stillOurs(ctx context.Context, letters []*letter) ([]*letter, error) {
	var ours []*letter
	for _, l := range letters {
		stored, err := s.p.store.Delivery(ctx, l.leak.Org, l.row.Delivery.ID)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return nil, err
		}
		if err == nil && stored.Fence == l.row.Fence {
			ours = append(ours, l)
		}
	}
	return ours, nil
}

// inDigest settles a delivery as the digest that names it was, and says whether it did. When the digest does not name it, it is
// routed anew.
func (b *sending) inDigest(ctx context.Context, l *letter) (done bool, err error) {
	s, d := b.s, l.row.Delivery
	part, found, err := b.part(ctx, d.Org, d.Digest)
	if err != nil {
		return false, fmt.Errorf("look for a digest: %w", err)
	}
	if !found || !slices.Contains(part.Delivery.Leaks, d.Leak) {
		l.row.Delivery.Digest = ""
		return false, nil
	}
	now := s.p.now()
	switch part.Delivery.State {
	case DeliveryAccepted:
		return true, s.settle(ctx, l.row, settling{
			won: true, become: func(d Delivery) Delivery { return d.Accepted(now) },
			event: LeakEvent{Kind: Accepted, To: d.To, Round: d.Round},
		})
	case DeliveryGivenUp:
		return true, s.giveUp(ctx, l.row, part.Delivery.LastError)
	case DeliverySuppressed:
		return true, s.withhold(ctx, l.row, part.Delivery.Reason)
	}
	return true, s.postpone(ctx, l.row, later(part.Delivery.Due, now).Add(digestGrace))
}

// part reads a part of a digest, once for a batch.
func (b *sending) part(ctx context.Context, org, id string) (part OutboxRow, found bool, err error) {
	if part, found = b.parts[id]; found {
		return part, true, nil
	}
	part, err = b.s.p.store.Delivery(ctx, org, id)
	if errors.Is(err, ErrNotFound) {
		return part, false, nil
	}
	if err == nil {
		b.parts[id] = part
	}
	return part, err == nil, err
}

// touchDigest brings a digest up to date in place of a leak's own card.
func (s *Sender) touchDigest(ctx context.Context, update OutboxRow, id string) error {
	org := update.Delivery.Org
	now := s.p.now()
	err := s.p.again(ctx, "touch a digest", func(n int) error {
		part, err := s.p.store.Delivery(ctx, org, id)
		if err != nil || part.Delivery.State != DeliveryAccepted {
			return err // it is told again anyway, or nobody gets it
		}
		part.Delivery = reopened(part.Delivery, now)
		return s.p.store.Commit(ctx, Change{Org: org, Settled: []OutboxRow{part}})
	})
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	return s.settle(ctx, update, settling{become: func(d Delivery) Delivery { return d.Accepted(now) }})
}

// toldDigest records that a part was accepted as it was sent. When it names more by now, it is told again, in place.
func (s *Sender) toldDigest(ctx context.Context, l *letter, receipt []byte) error {
	now, named := s.p.now(), l.row.Delivery.Leaks
	return s.settle(ctx, l.row, settling{won: true, receipt: receipt, become: func(d Delivery) Delivery {
		if len(d.Leaks) > len(named) {
			d.Due = now.Add(digestEvery)
			return d
		}
		return d.Accepted(now)
	}})
}
