package scanner

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"time"

	"meetleaks/matchers"
)

// MeetingReader tells what a platform knows of a meeting: who hosts it and when it takes place. It is asked with the organisation's
// own credentials and nobody else's, and changes nothing. Implementations are safe for concurrent use.
type MeetingReader interface {
	// Meeting looks a meeting up. found is false when the organisation's account knows no such meeting, or the platform cannot be
	// asked about such a link; that says nothing about other accounts. An error means that nothing is known.
	Meeting(ctx context.Context, org string, l matchers.Link, now time.Time) (facts MeetingFacts, found bool, err error)
}

// MeetingFacts is what a platform says of a meeting of the organisation's account. It prints as one word, so that no address and
// no topic gets into a log by accident.
type MeetingFacts struct {
	Exists bool // the account has it now
	Ours   bool // its host belongs to the organisation's own account
	// Host is the host's e-mail address, lower case, "" when it is not told; Delegates are those of the alternative hosts, at most
	// MaxDelegates. The platform's word alone: whoever tells them something checks that they are the organisation's.
	Host      string
	Delegates []string
	Topic     string // one line of at most 200 characters, as the host wrote it: it may hold links
	// When is the next instance, or the last one of a meeting that is over; of RolePlatform. Its start is zero when the meeting has none.
	When     When
	Running  bool     // it takes place at this moment
	Settings []string // what decides who gets in, in words: "waiting room on"
}

// Format prints one word whatever the verb.
func (MeetingFacts) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "meeting") }

// LogValue is one word.
func (MeetingFacts) LogValue() slog.Value { return slog.StringValue("meeting") }

// Prover says of a leaked link whether the way in that leaked is dead or guarded. It reads the platform's settings anew each time,
// keeps nothing, and changes nothing. Implementations are safe for concurrent use.
type Prover interface {
	// Provable says whether links of a platform can be judged for an organisation: its credentials are there. It asks nobody.
	Provable(org, platform string) bool
	// Prove reads what the platform says now. An error means that nothing is known: it is never taken for safe, open or gone.
	Prove(ctx context.Context, way LeakedWay, now time.Time) (Proof, error)
}

// LeakedWay is the way into a meeting that stands in public. It prints as one word.
type LeakedWay struct {
	Org   string
	Link  matchers.Link // names the meeting: see [LinkOfKey]
	Class matchers.Class
	// Secrets are the names of the secrets that leaked with it. What leaked guards nothing.
	Secrets []string
	// Host is the e-mail address of whoever is known to host it, "" when nobody is: a hint by which a personal room can be found.
	Host string
}

// Format prints one word whatever the verb.
func (LeakedWay) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "leaked way") }

// LogValue is one word.
func (LeakedWay) LogValue() slog.Value { return slog.StringValue("leaked way") }

// Verdict is what is known of a leaked way in.
type Verdict string

// The verdicts.
const (
	// WayUnknown: the platform answered, but what it says decides nothing.
	WayUnknown Verdict = "unknown"
	// WayGuarded: whoever comes by the leaked way is held up by something that did not leak.
	WayGuarded Verdict = "guarded"
	// WayOpen: nothing is known that holds them up.
	WayOpen Verdict = "open"
	// WayMissing: the account has no such meeting. It is gone, and so dead, only if the same account had it before.
	WayMissing Verdict = "missing"
)

// Proof is what a platform's settings say of a leaked way in.
type Proof struct {
	Verdict Verdict
	// Words say why, for the card and the audit: "waiting room on". They hold no id, no name and nothing that the host wrote.
	Words string
	// Bare says, with WayOpen, that the meeting has not even a passcode: then no host's word can be true. With a passcode that leaked
	// it may be: a new passcode would end the leak, but no passcode is ever kept, so a change of it cannot be seen.
	Bare bool
	// Account names whom was asked, so that an answer of another account is not mistaken: another one has another name. Opaque.
	Account string
	// When is the meeting's next instance; zero when it is not told.
	When When
}
