package scanner

import (
	"fmt"
	"slices"
	"time"

	"meetleaks/matchers"
)

// cover is how long the host's word holds: for the present instance, or for a while when none is known. What a page claims to
// be the start cannot make it longer.
func (t *turn) cover() time.Time {
	if w := t.l.When; w.Trusted() && t.now.Before(w.Over()) {
		return w.Over()
	}
	if t.l.recurs() {
		return t.now.Add(coversSeries)
	}
	return t.now.Add(coversSingle)
}

// help brings in the analysts, and everybody else who is due.
func (t *turn) help() {
	t.l.Ladder.Snooze = time.Time{}
	t.audit()
	t.effect(EffectCard)
	t.tellAnalysts(RungHelp)
	t.climb()
}

// removing lets reminders wait while the post is taken down, as far as there is time. It counts as a snooze: who says it again
// and again does not keep the others from being told.
func (t *turn) removing() error {
	until := t.snoozeEnd(t.now.Add(MaxSnooze))
	if until.After(t.l.Ladder.Snooze) && until.After(t.now) && t.l.Ladder.Snoozes < MaxSnoozes {
		t.l.Ladder.Snooze = until
		t.l.Ladder.Snoozes++
	}
	t.audit()
	t.effect(EffectCard)
	return nil
}

func (t *turn) snooze(until time.Time) error {
	until = t.snoozeEnd(until)
	switch {
	case !until.After(t.now):
		return fmt.Errorf("it starts within the hour, or the end has passed: %w", ErrNotAllowed)
	case until.Equal(t.l.Ladder.Snooze):
		return nil
	case t.l.Ladder.Snoozes >= MaxSnoozes:
		return fmt.Errorf("%d times already: %w", MaxSnoozes, ErrNotAllowed)
	}
	t.l.Ladder.Snooze = until
	t.l.Ladder.Snoozes++
	t.audit()
	t.effect(EffectCard)
	return nil
}

// snoozeEnd cuts the end of a snooze: a day at most, and never into the hour before a start or into the meeting.
func (t *turn) snoozeEnd(until time.Time) time.Time {
	if most := t.now.Add(MaxSnooze); until.After(most) {
		until = most
	}
	if w := t.l.When; w.Known() && t.now.Before(w.Over()) {
		if hour := w.Begins().Add(-time.Hour); until.After(hour) {
			until = hour
		}
	}
	return until
}

// ask lets an analyst decide: at once when it is one who speaks.
func (t *turn) ask() error {
	what := Ask{What: t.ev.Kind, By: t.ev.By, At: t.now, Place: t.ev.Place}
	if t.ev.By.Role == RoleAnalyst {
		return t.decide(what, t.ev.Until)
	}
	t.audit()
	if t.l.Ask.What == what.What && t.l.Ask.By == what.By && t.l.Ask.Place == what.Place {
		return nil
	}
	t.l.Ask = what
	t.effect(EffectCard)
	t.tellAnalysts(RungDecide)
	return nil
}

// confirm does what waits.
func (t *turn) confirm() error {
	what := t.l.Ask
	if err := t.asked(); err != nil {
		return err
	}
	t.l.Ask = Ask{}
	return t.decide(what, t.ev.Until)
}

// decide does what an analyst says is so.
func (t *turn) decide(what Ask, until time.Time) error {
	switch what.What {
	case NotMine:
		t.notTheirs()
		return nil
	case Disowned:
		t.enter(StateNotOurs, time.Time{})
		return nil
	case Help:
		t.reopen()
		t.help()
		return nil
	case PublicPage, PublicSeries:
		return t.publish(what, until)
	}
	return ErrBadEvent
}

// maxNotHosts bounds the hosts remembered as wrong.
const maxNotHosts = 8

// notTheirs takes the meeting from its host: the resolver is asked for another.
func (t *turn) notTheirs() {
	if t.l.Host != "" && len(t.l.NotHosts) < maxNotHosts {
		t.l.NotHosts = append(t.l.NotHosts, t.l.Host)
	}
	if t.l.Host != "" || t.l.Ladder.Host != (Told{}) {
		t.forgetHost()
	}
	t.audit()
	t.effect(EffectCard)
	t.effect(EffectResolve)
}

func (t *turn) refuse() error {
	if err := t.asked(); err != nil {
		return err
	}
	t.l.Ask = Ask{}
	t.audit()
	t.effect(EffectCard)
	return nil
}

// asked says why there is nothing that the event could answer.
func (t *turn) asked() error {
	switch {
	case t.l.Ask.What == "":
		return ErrNothingAsked
	case !t.ev.Asked.IsZero() && !t.ev.Asked.Equal(t.l.Ask.At):
		return fmt.Errorf("another question waits by now: %w", ErrNothingAsked)
	}
	return nil
}

func (t *turn) assign() error {
	if t.ev.Host == "" {
		return fmt.Errorf("no host is named: %w", ErrBadEvent)
	}
	if t.l.Ask.What == NotMine {
		t.l.Ask = Ask{}
	}
	t.l.HostBy = "" // not by a calendar any more
	if t.ev.Host == t.l.Host {
		t.l.Assigned = true
		t.audit()
		return nil
	}
	t.forgetHost()
	t.l.Host, t.l.Assigned = t.ev.Host, true
	t.l.NotHosts = slices.DeleteFunc(t.l.NotHosts, func(h HostRef) bool { return h == t.ev.Host })
	t.audit()
	t.effect(EffectCard)
	if t.l.State == StateOpen {
		t.climb()
	}
	return nil
}

// public takes the host's word where it may be enough; what is more, or is said by somebody else, waits.
func (t *turn) public() error {
	if err := t.mayRest(t.publicEnd(t.ev.Until)); err != nil {
		return err
	}
	if t.ev.Kind == PublicPage && t.l.place(t.ev.Place) == nil {
		return fmt.Errorf("no such place: %w", ErrBadEvent)
	}
	plain := t.ev.By.Role == RoleHost && len(t.l.Secrets) == 0 && !t.l.Raid
	if !plain {
		return t.ask()
	}
	return t.publish(Ask{What: t.ev.Kind, By: t.ev.By, Place: t.ev.Place}, t.ev.Until)
}

// publish calls places public. The leak is, when no other place is left.
func (t *turn) publish(what Ask, until time.Time) error {
	until = t.publicEnd(until)
	if err := t.mayRest(until); err != nil {
		return err
	}
	for i := range t.l.Places {
		if m := &t.l.Places[i]; what.What == PublicSeries || m.Key == what.Place {
			m.Public = true
		}
	}
	covered := t.l.allPlaces(func(m PlaceMark) bool { return m.Public || m.gone() })
	if what.What == PublicPage && !covered {
		t.audit()
		t.effect(EffectCard)
		return nil
	}
	t.enter(StatePublic, until)
	return nil
}

func (t *turn) publicEnd(until time.Time) time.Time {
	if until.IsZero() {
		return t.now.Add(MaxQuietEnd)
	}
	return until
}

// mayRest says why a leak may not be muted or public until then.
func (t *turn) mayRest(until time.Time) error {
	switch {
	case t.l.Class == matchers.HostCredential:
		return fmt.Errorf("whoever holds the link controls the meeting: %w", ErrNotAllowed)
	case !until.After(t.now):
		return fmt.Errorf("the end has passed: %w", ErrNotAllowed)
	case until.Sub(t.now) > MaxQuietEnd:
		return fmt.Errorf("the end is more than 180 days away: %w", ErrNotAllowed)
	}
	return nil
}

func (t *turn) mute() error {
	if t.ev.Reason == "" || t.ev.Until.IsZero() {
		return fmt.Errorf("muting needs a reason and an end: %w", ErrBadEvent)
	}
	if err := t.mayRest(t.ev.Until); err != nil {
		return err
	}
	t.enter(StateMuted, t.ev.Until)
	return nil
}
