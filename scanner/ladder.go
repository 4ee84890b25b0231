package scanner

import (
	"fmt"
	"time"
)

// Audience is who is told.
type Audience string

// The audiences. The first three are the steps of the ladder.
const (
	ToHost     Audience = "host"
	ToDelegate Audience = "delegate"
	ToChannel  Audience = "channel" // security operations
	Analysts   Audience = "analyst" // something waits for their decision, or a host wants help
)

// Rung is why something is told at this moment.
type Rung string

// The rungs.
const (
	RungFirst   Rung = "first"
	RungWeek    Rung = "week"    // before the start
	RungDay     Rung = "day"     // before the start
	RungHour    Rung = "hour"    // before the start
	RungTen     Rung = "ten"     // minutes before the start
	RungRunning Rung = "running" // at the start
	RungDay1    Rung = "day-1"   // after the leak was opened, when no start is known
	RungDay3    Rung = "day-3"
	RungDay7    Rung = "day-7"
	RungAgain   Rung = "again"    // nobody was told yet: all that was sent was given up
	RungSnoozed Rung = "snoozed"  // the end of a snooze
	RungHelp    Rung = "help"     // the host asks for help
	RungDecide  Rung = "decision" // something waits for an analyst
)

// Ladder is how far the alerts of a leak's present round have come.
type Ladder struct {
	Round    int       `json:"round"`         // from 1, one more each time the leak is opened anew
	Since    time.Time `json:"since"`         // when the round began
	Host     Told      `json:"host,omitzero"` // what went to each audience
	Delegate Told      `json:"delegate,omitzero"`
	Channel  Told      `json:"channel,omitzero"`
	Snooze   time.Time `json:"snooze,omitzero"` // nothing is told before
	Snoozes  int       `json:"snoozes,omitempty"`
	Hosts    int       `json:"hosts,omitempty"` // how often somebody else became the host
	Handed   time.Time `json:"handed,omitzero"` // when that was, the last time: the time of host and delegate counts from it
}

// Told is what went to one audience in this round.
type Told struct {
	At       time.Time `json:"at,omitzero"`        // of the last notice put into the outbox; zero: none
	Rung     Rung      `json:"rung,omitempty"`     // of that notice
	Delivery string    `json:"delivery,omitempty"` // its ID
	Accepted time.Time `json:"accepted,omitzero"`  // of the first that was accepted
	GaveUp   bool      `json:"gave_up,omitempty"`  // the last could not be delivered
}

func (l *Ladder) told(to Audience) *Told {
	switch to {
	case ToHost:
		return &l.Host
	case ToDelegate:
		return &l.Delegate
	case ToChannel:
		return &l.Channel
	}
	return nil
}

// HostView is what the resolver knows of those who can be told about a leak. The zero value is: nobody was asked yet; then
// a host, a delegate and a channel are assumed and there are no quiet hours, and the delivery is looked at again (see
// [HostView.NotBefore]) when it is due and its recipient is known.
type HostView struct {
	Resolved                bool
	Host, Delegate, Channel bool           // there is such a recipient
	Zone                    *time.Location // of the host and the delegates; nil: UTC
	Quiet                   Quiet
	First                   Audience // who is told first, ToHost when empty
}

// Quiet is the hours in which a person is not disturbed, in minutes after midnight on the clock of the host's zone: from
// From on, until To. 22:00-07:00 is {1320, 420}. From equal to To: none.
type Quiet struct{ From, To int }

// Notice is one thing that is due to be told.
type Notice struct {
	ID   string // of its delivery, see DeliveryID
	To   Audience
	Kind DeliveryKind
	Rung Rung
	Due  time.Time // when it was due; not after the moment of asking
}

// The ladder's measures.
const (
	allAtOnce  = 15 * time.Minute // with this much time left, or less, all are told at once
	againAfter = 24 * time.Hour
)

// Next says what is due at now and not told yet, at most one notice to each audience, and when to ask again (zero: never,
// unless something happens to the leak). It is pure: [Leak.Apply] with a Tick takes the notices into account.
//
// Who is told first is the host (or who HostView.First names), then the delegate, then the channel of security operations,
// each unless the leak came to an end before:
//
//	time left when the round began   host   delegate     channel
//	over a week                      now    a day        3 days
//	over a day                       now    4 hours      12 hours
//	over an hour                     now    15 minutes   30 minutes
//	over 15 minutes                  now    3 minutes    6 minutes
//	15 minutes or less, or running   now    now          now
//	unknown                          now    10 minutes   20 minutes
//
// All have been told 15 minutes before the start. Who cannot be told (not known, or given up) hands their place to the next. Each
// who was told is reminded a week, a day, an hour, ten minutes before the start and when it runs; with an unknown start a day,
// 3 and 7 days after the round began. Rungs that were missed become one. A rung that comes right after another notice is left out.
//
// A start that only a page claims raises urgency and lowers nothing: both the rungs of an unknown start and those of the claim
// hold. A trusted start that is over leaves nothing to say. In an end nothing is due; but of a removed post the first alert
// is owed until one was accepted. When all was given up all are tried again each day.
//
// Quiet hours hold back what goes to host and delegate until they end, unless a trusted start lies inside the same hours. They
// never hold back the channel. A start without a zone counts from the earliest moment it can mean.
func Next(l Leak, h HostView, now time.Time) ([]Notice, time.Time) {
	c := climber{l: l, h: h.assumed(), now: now}
	if !c.climbs() {
		return nil, l.wakes(now)
	}
	var notices []Notice
	due := l.wakes(now)
	for _, to := range [...]Audience{ToHost, ToDelegate, ToChannel} {
		n, later := c.next(to)
		if n.Rung != "" {
			notices = append(notices, n)
		}
		due = soonest(due, later)
	}
	return notices, due
}

// wakes is when a Tick has something to do beside the ladder: zero when never.
func (l Leak) wakes(now time.Time) time.Time {
	due := l.Until
	if l.State != StateOver && l.State != StateNotOurs && l.When.Trusted() {
		due = soonest(due, l.When.Over())
	}
	for _, mark := range l.Places {
		due = soonest(due, mark.believedAt())
	}
	if !due.IsZero() && due.Before(now) {
		return now
	}
	return due
}

// soonest is the earlier of two moments of which zero is never.
func soonest(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

func (h HostView) assumed() HostView {
	if !h.Resolved {
		h.Host, h.Delegate, h.Channel = true, true, true
	}
	return h
}

func (h HostView) has(to Audience) bool {
	switch to {
	case ToHost:
		return h.Host
	case ToDelegate:
		return h.Delegate
	case ToChannel:
		return h.Channel
	}
	return false
}

// climber works out the ladder of one leak at one moment.
type climber struct {
	l   Leak
	h   HostView
	now time.Time
}

// climbs says whether the leak's state leaves anything to say.
func (c climber) climbs() bool {
	if c.l.When.Trusted() && !c.now.Before(c.l.When.Over()) {
		return false
	}
	return c.l.State == StateOpen || c.l.State == StateRemoved && c.owed()
}

// owed says whether nobody was told in this round yet. What was withheld on purpose is not owed.
func (c climber) owed() bool { return c.l.Account.Kind == AccountPending }

// step is a rung at its moment. What was told less than gap before it makes it needless.
type step struct {
	rung Rung
	at   time.Time
	gap  time.Duration
}

// next is the latest step that is due to the audience, and when the next will be.
func (c climber) next(to Audience) (Notice, time.Time) {
	var due step
	var later time.Time
	for _, s := range c.steps(to) {
		at := c.notBefore(to, s.at)
		switch {
		case c.covered(to, s):
		case at.After(c.now):
			later = soonest(later, at)
		case due.rung == "" || !s.at.Before(due.at):
			due = s
		}
	}
	if due.rung == "" {
		return Notice{}, later
	}
	kind := DeliveryReminder
	if c.l.Ladder.told(to).At.IsZero() {
		kind, due.rung = DeliveryNew, RungFirst
	}
	whom := to
	if to != ToChannel && c.l.Ladder.Hosts > 0 {
		whom = Audience(fmt.Sprintf("%s %d", to, c.l.Ladder.Hosts)) // not what another host, or theirs, was told
	}
	id := DeliveryID(c.l.ID, c.l.Ladder.Round, whom, due.rung, c.instance(due))
	return Notice{ID: id, To: to, Kind: kind, Rung: due.rung, Due: due.at}, later
}

// instance sets apart the rungs of different instances, or of different days.
func (c climber) instance(s step) time.Time {
	switch s.rung {
	case RungFirst:
		return time.Time{}
	case RungAgain, RungSnoozed:
		return s.at
	}
	return c.l.When.Start.Time
}

// covered says whether the audience was told at or after the step. What was told shortly before is seen to in steps.
func (c climber) covered(to Audience, s step) bool {
	told := c.l.Ladder.told(to).At
	return !told.IsZero() && !s.at.After(told)
}

// notBefore is when a step may be told: not in a snooze, not in quiet hours.
func (c climber) notBefore(to Audience, at time.Time) time.Time {
	if at.Before(c.l.Ladder.Snooze) {
		at = c.l.Ladder.Snooze
	}
	if to == ToChannel {
		return at
	}
	// What is late is told when it is seen, and it must not be quiet then.
	if at.Before(c.now) {
		at = c.now
	}
	return c.h.NotBefore(at, c.l.When)
}

// steps lists what the audience is told in this round, told or not, in no order.
func (c climber) steps(to Audience) []step {
	if !c.h.has(to) {
		return nil
	}
	steps := make([]step, 0, 12)
	first := c.l.Ladder.told(to).At
	if first.IsZero() {
		first = c.first(to)
		steps = append(steps, step{RungFirst, first, 0})
	}
	if c.l.State == StateRemoved {
		return append(steps, c.again(to)...)
	}
	for _, s := range append(c.starting(), c.waiting()...) {
		if s.at.After(first.Add(s.gap)) {
			steps = append(steps, s)
		}
	}
	if snooze := c.l.Ladder.Snooze; snooze.After(first) {
		steps = append(steps, step{RungSnoozed, snooze, 0})
	}
	return append(steps, c.again(to)...)
}

// starting is the rungs before a known start.
func (c climber) starting() []step {
	w := c.l.When
	if !w.Known() || !c.now.Before(w.Over()) {
		return nil
	}
	at := w.Begins()
	return []step{
		{RungWeek, at.Add(-7 * 24 * time.Hour), 12 * time.Hour},
		{RungDay, at.Add(-24 * time.Hour), 4 * time.Hour},
		{RungHour, at.Add(-time.Hour), 20 * time.Minute},
		{RungTen, at.Add(-10 * time.Minute), 4 * time.Minute},
		{RungRunning, at, 2 * time.Minute},
	}
}

// waiting is the rungs of an unknown start. What a page claims does not make it known.
func (c climber) waiting() []step {
	if c.l.When.Trusted() {
		return nil
	}
	since := c.l.Ladder.Since
	return []step{
		{RungDay1, since.Add(24 * time.Hour), 4 * time.Hour},
		{RungDay3, since.Add(3 * 24 * time.Hour), 4 * time.Hour},
		{RungDay7, since.Add(7 * 24 * time.Hour), 4 * time.Hour},
	}
}

// again is when the audience is tried once more, because nothing reached anybody and nobody is left to try.
func (c climber) again(to Audience) []step {
	told := c.l.Ladder.told(to)
	if !c.owed() || !told.GaveUp {
		return nil
	}
	for _, other := range c.order() {
		if c.h.has(other) && !c.l.Ladder.told(other).GaveUp {
			return nil
		}
	}
	return []step{{RungAgain, told.At.Add(againAfter), 0}}
}

// order is who is told first, second, third.
func (c climber) order() [3]Audience {
	switch c.h.First {
	case ToDelegate:
		return [3]Audience{ToDelegate, ToHost, ToChannel}
	case ToChannel:
		return [3]Audience{ToChannel, ToHost, ToDelegate}
	}
	return [3]Audience{ToHost, ToDelegate, ToChannel}
}

// first is when the audience is told at first. Those who cannot be told hand their place to the next.
func (c climber) first(to Audience) time.Time {
	since := c.l.Ladder.Since
	if to != ToChannel {
		since = later(since, c.l.Ladder.Handed)
	}
	delays := c.delays(since)
	place := 0
	for _, other := range c.order() {
		if other == to {
			break
		}
		if c.h.has(other) && !c.l.Ladder.told(other).GaveUp {
			place++
		}
	}
	at := since.Add(delays[place])
	if w := c.l.When; w.Known() && c.now.Before(w.Over()) {
		at = soonest(at, w.Begins().Add(-allAtOnce))
	}
	if at.Before(since) {
		return since
	}
	return at
}

// delays is the table at Next.
func (c climber) delays(since time.Time) [3]time.Duration {
	unknown := [3]time.Duration{0, 10 * time.Minute, 20 * time.Minute}
	w := c.l.When
	if !w.Trusted() {
		return unknown // a claim makes it sooner, see first, never later
	}
	switch left := w.Begins().Sub(since); {
	case left > 7*24*time.Hour:
		return [3]time.Duration{0, 24 * time.Hour, 3 * 24 * time.Hour}
	case left > 24*time.Hour:
		return [3]time.Duration{0, 4 * time.Hour, 12 * time.Hour}
	case left > time.Hour:
		return [3]time.Duration{0, 15 * time.Minute, 30 * time.Minute}
	case left > allAtOnce:
		return [3]time.Duration{0, 3 * time.Minute, 6 * time.Minute}
	}
	return [3]time.Duration{}
}
