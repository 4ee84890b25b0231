package claims

import (
	"time"

	"meetleaks/scanner"
)

// Verdict is what a look comes to.
type Verdict int

// The verdicts.
const (
	Unknown Verdict = iota // too few resolvers answered to tell
	Denied                 // so many say that the record is not there that no quorum has seen it
	Seen                   // a quorum has seen the record
)

// The rhythm. A look without the record is day one; frozen on the third, stopped on the seventh, purged on the thirtieth.
const (
	day         = 24 * time.Hour
	warnedFor   = 2 * day
	frozenFor   = 4 * day
	stoppedFor  = 23 * day
	pendingFor  = 30 * day // then a claim that was never proved is taken away
	lookProved  = day
	lookUnsure  = time.Hour // again, when nobody answered
	patience    = 2 * day   // without an answer, before a proved claim is warned
	lookWarned  = time.Hour
	lookFrozen  = 6 * time.Hour
	lookStopped = day
	deniedStop  = 4               // looks in a row that must say so before a claim is stopped, a day's
	deniedPurge = 7               // and before it is purged, a week's: an outage with one forged answer at its end erases nobody
	lookSoon    = 5 * time.Minute // in the first hour of a claim
	lookNew     = time.Hour       // in its first day
)

// Advance is a claim after a look at now: the state, since when, and when the next look is due. It is pure. State, Since, Proved, Failed,
// Denied, Looked and Next are all that changes. A look leads one step at most, but for the record being seen, which leads to proved from
// everywhere.
func Advance(c scanner.DomainClaim, v Verdict, now time.Time) scanner.DomainClaim {
	if c.State == scanner.ClaimPurged {
		return c
	}
	c.Looked = now
	c.Failed++
	c.Denied++
	if v != Denied {
		c.Denied = 0
	}
	next := lapse(c, v, now)
	if v == Seen {
		c.Proved, c.Failed = now, 0
		next = scanner.ClaimProved
	}
	if next != c.State {
		c.State, c.Since, c.Denied = next, now, 0
	}
	c.Next = now.Add(rhythm(c, v, now))
	return c
}

// lapse is the state after a look that has not seen the record.
func lapse(c scanner.DomainClaim, v Verdict, now time.Time) scanner.ClaimState {
	here := now.Sub(c.Since)
	switch c.State {
	case scanner.ClaimPending:
		if here >= pendingFor {
			return scanner.ClaimPurged
		}
	case scanner.ClaimProved:
		if v == Denied || now.Sub(c.Proved) >= patience {
			return scanner.ClaimWarned
		}
	case scanner.ClaimWarned:
		if here >= warnedFor {
			return scanner.ClaimFrozen
		}
	case scanner.ClaimFrozen:
		if c.Denied >= deniedStop && here >= frozenFor {
			return scanner.ClaimStopped
		}
	case scanner.ClaimStopped:
		if c.Denied >= deniedPurge && here >= stoppedFor {
			return scanner.ClaimPurged
		}
	}
	return c.State
}

// rhythm is how long it is to the next look, a day at most.
func rhythm(c scanner.DomainClaim, v Verdict, now time.Time) time.Duration {
	switch c.State {
	case scanner.ClaimPending:
		switch age := now.Sub(c.Since); {
		case age < time.Hour:
			return lookSoon
		case age < day:
			return lookNew
		}
		return day
	case scanner.ClaimProved:
		if v != Seen {
			return lookUnsure
		}
		return lookProved
	case scanner.ClaimWarned:
		return lookWarned
	case scanner.ClaimFrozen:
		return lookFrozen
	}
	return lookStopped
}
