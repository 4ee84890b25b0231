package scanner

import (
	"slices"
	"time"
)

// turn is one event being applied to one leak.
type turn struct {
	l   Leak // already a copy
	was State
	ev  LeakEvent
	now time.Time
	out []Effect
}

// effect notes something to be done, once.
func (t *turn) effect(kind EffectKind) {
	for _, e := range t.out {
		if e.Kind == kind {
			return
		}
	}
	t.out = append(t.out, Effect{Kind: kind})
}

func (t *turn) audit() {
	t.out = append(t.out, Effect{Kind: EffectAudit, Audit: Audit{
		At: t.now, Leak: t.l.ID, By: t.ev.By, What: t.ev.Kind, From: t.was, To: t.l.State, Reason: t.ev.Reason,
	}})
}

// account moves the present round in the ledger.
func (t *turn) account(to Account) {
	if t.l.Account == to {
		return
	}
	t.out = append(t.out, Effect{Kind: EffectLedger, Move: Move{From: t.l.Account, To: to}})
	t.l.Account = to
}

// alert puts a notice into the outbox.
func (t *turn) alert(n Notice) { t.out = append(t.out, Effect{Kind: EffectAlert, Notice: n}) }

// tellAnalysts alerts them at once. The same is told once an hour at most.
func (t *turn) tellAnalysts(rung Rung) {
	id := DeliveryID(t.l.ID, t.l.Ladder.Round, Analysts, rung+Rung(":"+t.ev.Kind), t.now.Truncate(time.Hour))
	t.alert(Notice{ID: id, To: Analysts, Kind: DeliveryReminder, Rung: rung, Due: t.now})
}

// enter brings about a state and what comes with it.
func (t *turn) enter(s State, until time.Time) {
	t.was = t.l.State
	t.l.State, t.l.Since, t.l.Until, t.l.Hid = s, t.now, until, 0
	t.l.By, t.l.Reason = t.ev.By, t.ev.Reason
	if s.End() && s != StateRemoved {
		t.l.Ask = Ask{}
		if t.l.Account.Kind == AccountPending {
			t.account(Account{AccountSuppressed, Withheld(s)})
		}
	}
	t.audit()
	t.effect(EffectCard)
}

// reopen begins a new round, unless the present one still owes its first alert.
func (t *turn) reopen() {
	if t.l.Account.Kind != AccountPending {
		t.l.Ladder = Ladder{Round: t.l.Ladder.Round + 1, Since: t.now}
		t.l.Account = Account{}
		t.account(Account{Kind: AccountPending})
	}
	for i := range t.l.Places {
		t.l.Places[i].Public = false
	}
	if t.l.When.Known() && !t.now.Before(t.l.When.Over()) {
		t.l.When = When{Series: t.l.When.Series}
	}
	t.enter(StateOpen, time.Time{})
	t.effect(EffectProve)
	t.effect(EffectResolve)
	t.climb()
}

// climb puts what the ladder says is due into the outbox.
func (t *turn) climb() {
	notices, _ := Next(t.l, t.ev.View, t.now)
	for _, n := range notices {
		told := t.l.Ladder.told(n.To)
		told.At, told.Rung, told.Delivery, told.GaveUp = t.now, n.Rung, n.ID, false
		t.alert(n)
	}
}

// accepted settles the round. An answer to an earlier round's alert says nothing of this one.
func (t *turn) accepted() {
	told := t.l.Ladder.told(t.ev.To)
	if t.ev.Round != t.l.Ladder.Round || told == nil {
		return
	}
	if told.Accepted.IsZero() {
		told.Accepted = t.now
		told.GaveUp = false
	}
	if told.At.IsZero() { // told by other ways, in a digest
		told.At, told.Rung = t.now, RungFirst
	}
	t.account(Account{Kind: AccountAlerted})
}

func (t *turn) givenUp() {
	told := t.l.Ladder.told(t.ev.To)
	if t.ev.Round != t.l.Ladder.Round || told == nil || told.At.IsZero() || told.GaveUp {
		return
	}
	if t.ev.Delivery != "" && t.ev.Delivery != told.Delivery {
		return // of an earlier notice; a later one is under way
	}
	told.GaveUp = true
	t.effect(EffectCard)
	t.climb()
}

func (t *turn) withheld() error {
	to := Account{AccountSuppressed, t.ev.Withheld}
	if !to.valid() {
		return ErrBadEvent
	}
	if t.ev.Round == t.l.Ladder.Round && t.l.Account.Kind == AccountPending {
		t.account(to)
	}
	return nil
}

// tick does what time alone brings about.
func (t *turn) tick() {
	t.ev.By = Actor{Role: RoleClock}
	t.instancePassed()
	if t.l.State == StateOver {
		return
	}
	if !t.l.Until.IsZero() && !t.now.Before(t.l.Until) {
		t.expire()
		return
	}
	t.climb()
}

// instancePassed ends a single meeting whose trusted instance has passed, and asks for the next of others.
func (t *turn) instancePassed() {
	w := t.l.When
	if !w.Trusted() || t.now.Before(w.Over()) {
		return
	}
	if t.l.recurs() {
		t.l.When = When{Series: w.Series}
		t.effect(EffectResolve)
		t.effect(EffectCard)
		return
	}
	t.ev.By, t.ev.Reason = Actor{Role: w.By}, "its time has passed"
	t.enter(StateOver, time.Time{})
}

// expire opens what has come to its fixed end. Whether its posts are gone was counted on the way.
func (t *turn) expire() {
	t.ev.Reason = string(t.l.State) + " has come to its end"
	t.reopen()
	if t.l.allPlaces(PlaceMark.gone) {
		t.enter(StateRemoved, time.Time{})
	}
}

// resolved takes over who the host is and when the meeting starts.
func (t *turn) resolved() {
	before := t.l.Host
	switch host := t.ev.Host; {
	case t.ev.By.Role == RoleCalendar:
		t.called(host)
	case host != before && t.mayBeHost(host):
		if before != "" || t.l.Ladder.Host.GaveUp {
			t.forgetHost() // somebody else was told, or nobody could be
		}
		t.l.Host, t.l.HostBy = host, ""
	case host != "" && t.mayBeHost(host):
		t.l.HostBy = "" // not by a calendar alone
	}
	moved := t.mergeWhen(t.ev.When)
	if t.l.Host != before || moved {
		t.effect(EffectCard)
	}
	switch {
	case t.l.State == StateOver && moved && t.l.When.Trusted() && t.now.Before(t.l.When.Over()):
		t.ev.Reason = "it takes place again"
		t.reopen()
	case t.l.State == StateOpen || t.l.State == StateRemoved:
		t.climb()
	}
}

// mayBeHost says whether the resolver's host is taken over.
func (t *turn) mayBeHost(host HostRef) bool {
	return t.ev.By.Role != RolePage && host != "" && !t.l.Assigned && !slices.Contains(t.l.NotHosts, host)
}

// forgetHost lets the next host, and their delegates, be told from the first rung on.
func (t *turn) forgetHost() {
	t.l.Host, t.l.Assigned = "", false
	t.l.Ladder.Host, t.l.Ladder.Delegate = Told{}, Told{}
	t.l.Ladder.Hosts++
	t.l.Ladder.Handed = t.now
}

// mergeWhen takes a start over: a trusted one always, a claimed one when it is more urgent than what is known. It says whether
// anything changed.
func (t *turn) mergeWhen(w When) bool {
	if !w.Known() {
		return false
	}
	if !w.Trusted() {
		w.By = RolePage
		if t.now.After(w.Over()) || !t.l.moreUrgent(w, t.now) {
			return false
		}
	}
	if w.Trusted() && !t.now.Before(w.Over()) && (w.Series || t.l.recurs()) {
		return t.passedBy(w) // nothing is known of the next instance
	}
	w.Series = w.Series || t.l.When.Series && !w.Trusted()
	if w.same(t.l.When) {
		return false
	}
	t.l.When = w
	return true
}

// passedBy takes over of an instance that has passed that it was one of a series.
func (t *turn) passedBy(w When) bool {
	news := w.Series && !t.l.When.Series
	t.l.When.Series = t.l.When.Series || w.Series
	return news
}

// moreUrgent says whether a claimed start may take the place of what is known.
func (l Leak) moreUrgent(w When, now time.Time) bool {
	have := l.When
	switch {
	case !have.Known():
		return true
	case have.Trusted():
		return false
	case now.After(have.Over()):
		return true
	}
	return w.Begins().Before(have.Begins())
}
