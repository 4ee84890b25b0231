package scanner

import (
	"fmt"
	"maps"
)

// Withheld is why a round of a leak was not alerted. The strings are labels of metrics.
type Withheld string

// The reasons. A round that ended before its alert was accepted carries the name of the state that ended it.
const (
	WithheldPublic    Withheld = "public"
	WithheldMuted     Withheld = "muted"
	WithheldOver      Withheld = "over"
	WithheldSafe      Withheld = "safe"
	WithheldByWord    Withheld = "safe-by-word"
	WithheldNotOurs   Withheld = "not-ours"
	WithheldRemoved   Withheld = "removed"    // of reminders only: the first alert is owed still
	WithheldObserve   Withheld = "observe"    // alerts.mode observe: recorded, not sent
	WithheldPilot     Withheld = "pilot"      // the recipient is not in alerts.pilot
	WithheldErased    Withheld = "erased"     // the organisation was erased, or retention took the leak
	WithheldDuplicate Withheld = "duplicate"  // merged into an older leak of the same meeting
	WithheldOutdated  Withheld = "superseded" // the leak was opened anew before the alert was accepted
)

// WithheldReasons lists the reasons.
func WithheldReasons() []Withheld {
	return []Withheld{
		WithheldPublic, WithheldMuted, WithheldOver, WithheldSafe, WithheldByWord, WithheldNotOurs, WithheldRemoved,
		WithheldObserve, WithheldPilot, WithheldErased, WithheldDuplicate, WithheldOutdated,
	}
}

// Account is where the ledger counts a round of a leak. The zero value is: nowhere yet.
type Account struct {
	Kind   AccountKind `json:"kind,omitempty"`
	Reason Withheld    `json:"reason,omitempty"` // of AccountSuppressed, "" otherwise
}

// AccountKind is one of the three sums.
type AccountKind string

// The accounts.
const (
	AccountNone       AccountKind = ""
	AccountPending    AccountKind = "pending"
	AccountAlerted    AccountKind = "alerted"
	AccountSuppressed AccountKind = "suppressed"
)

// Move is one round changing its account. It is written in the same step as the leak.
type Move struct {
	From Account `json:"from,omitzero"`
	To   Account `json:"to,omitzero"`
}

// Ledger keeps the sum: found = alerted + suppressed + pending, at any moment. What it counts is rounds: a leak is found
// once when it is opened, and once more each time that it is opened anew. It is a value to be guarded by its owner.
//
//	transition                                       move
//	a leak is opened, or opened anew                 none → pending
//	a leak is public by configuration from the start none → suppressed(public)
//	the first alert of the round is accepted         pending, or suppressed → alerted
//	an alert is withheld (observe, pilot, …)         pending → suppressed(reason)
//	the round ends before an alert was accepted      pending → suppressed(the end)
//	opened anew before an alert was accepted         none: the same round goes on
//	a delivery is retried, or given up               none: the round stays pending until somebody was told
//	reminders, updates, answers                      none
//	the post is gone (removed)                       none: the first alert is still owed
type Ledger struct {
	Found      int64              `json:"found"`
	Alerted    int64              `json:"alerted"`
	Suppressed map[Withheld]int64 `json:"suppressed,omitempty"`
	Pending    int64              `json:"pending"`
}

// Apply moves one round. It changes nothing when it returns an error: an account would become negative or is unknown, or
// the move leads back to none, as nothing found is ever unfound.
func (b *Ledger) Apply(m Move) error {
	if !m.From.valid() || !m.To.valid() || m.To.Kind == AccountNone {
		return fmt.Errorf("ledger: no such move: %s to %s", m.From, m.To)
	}
	if m.From.Kind != AccountNone && b.in(m.From) < 1 {
		return fmt.Errorf("ledger: nothing to move from %s to %s", m.From, m.To)
	}
	if m.From.Kind == AccountNone {
		b.Found++
	}
	b.add(m.From, -1)
	b.add(m.To, 1)
	return nil
}

// Balanced returns an error that names the sums when they do not agree, or when one is negative.
func (b Ledger) Balanced() error {
	suppressed := int64(0)
	for reason, n := range b.Suppressed {
		if n < 0 {
			return fmt.Errorf("ledger: %d suppressed as %s", n, reason)
		}
		suppressed += n
	}
	if b.Found < 0 || b.Alerted < 0 || b.Pending < 0 || b.Found != b.Alerted+suppressed+b.Pending {
		return fmt.Errorf("ledger: found %d, but alerted %d, suppressed %d, pending %d", b.Found, b.Alerted, suppressed, b.Pending)
	}
	return nil
}

// Check compares what is pending with the number of leaks that the store knows to be pending.
func (b Ledger) Check(pending int64) error {
	if err := b.Balanced(); err != nil {
		return err
	}
	if b.Pending != pending {
		return fmt.Errorf("ledger: %d pending, but the store knows %d", b.Pending, pending)
	}
	return nil
}

// Plus is the sum of two ledgers, for instance of all organisations. It shares nothing with them.
func (b Ledger) Plus(other Ledger) Ledger {
	sum := Ledger{Found: b.Found + other.Found, Alerted: b.Alerted + other.Alerted, Pending: b.Pending + other.Pending}
	sum.Suppressed = make(map[Withheld]int64, len(b.Suppressed)+len(other.Suppressed))
	maps.Copy(sum.Suppressed, b.Suppressed)
	for reason, n := range other.Suppressed {
		sum.Suppressed[reason] += n
	}
	return sum
}

func (b *Ledger) in(a Account) int64 {
	switch a.Kind {
	case AccountPending:
		return b.Pending
	case AccountAlerted:
		return b.Alerted
	case AccountSuppressed:
		return b.Suppressed[a.Reason]
	}
	return 0
}

func (b *Ledger) add(a Account, n int64) {
	switch a.Kind {
	case AccountPending:
		b.Pending += n
	case AccountAlerted:
		b.Alerted += n
	case AccountSuppressed:
		if b.Suppressed == nil {
			b.Suppressed = make(map[Withheld]int64)
		}
		b.Suppressed[a.Reason] += n
	}
}

// valid says whether it is one of the accounts: only suppression has a reason, and only a known one.
func (a Account) valid() bool {
	switch a.Kind {
	case AccountNone, AccountPending, AccountAlerted:
		return a.Reason == ""
	case AccountSuppressed:
		for _, reason := range WithheldReasons() {
			if a.Reason == reason {
				return true
			}
		}
	}
	return false
}

func (a Account) String() string {
	switch a.Kind {
	case AccountNone:
		return "none"
	case AccountSuppressed:
		return fmt.Sprintf("suppressed(%s)", a.Reason)
	}
	return string(a.Kind)
}
