// Package sourcetest is the suite that every source passes which reads a service, as web sites are no service: social media, feeds,
// calendars. A source's tests make a [Harness] around a stand-in of the service, or around a real server, and call [Run].
//
// Beside it stands what tests of polled sources need: a [Rig] with a [Clock] moved by hand, [Visits] in memory, and a [Site] of texts;
// and a [Listener] for those that listen to streams.
package sourcetest

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"meetleaks/scanner"
)

// Read makes a pass, as [scanner.Watch] has it.
type Read = func(ctx context.Context, p scanner.Pass) (scanner.Outcome, error)

// Harness drives one kind of source and what it reads. All functions may fail the test. What is marked optional may be nil: then the
// suite leaves out what needs it, and the source's doc comment says why the service has no such thing.
type Harness struct {
	Kind scanner.PassKind
	// Social says that people post there: places are kept as a keyed hash and an encrypted reference, and nobody's name is shown.
	Social bool
	// Open makes a source that hands what it reads to taker and logs to log. It is called again after what stands for a crash: nothing
	// but the cursor, and what taker keeps, may connect the two.
	Open func(t *testing.T, taker *Taker, log *slog.Logger) Read
	// Post lets the author post a text, and returns the URI that the taker is to be given.
	Post func(t *testing.T, p Post) (uri string)
	// Edit gives the post another text. Optional.
	Edit func(t *testing.T, uri string, text string)
	// Delete takes the post away. Optional.
	Delete func(t *testing.T, uri string)
	// Signal is how the taker learns of a deletion.
	Signal Signal
	// Suspend takes the author's account away with all posts. Optional.
	Suspend func(t *testing.T, author string)
	// Nudge is called between the passes of a source of kind [scanner.Poll], when the suite wants the next pass to look again at
	// what was looked at before: it moves the source's clock on, or does nothing.
	Nudge func(t *testing.T)
	// Patience is how long the suite waits for what has to come; 0: 15 s. It waits that long only where something is broken.
	Patience time.Duration
	// Faults are the ways in which the service can break.
	Faults []Fault
}

// Post is what somebody posts.
type Post struct {
	Author string // a handle: nothing that the source hands on, logs or says may hold it
	Text   string // with a link in it
}

// Signal says how a deletion is known.
type Signal string

// The signals.
const (
	SaysDeleted Signal = "deleted" // the service tells: [Taker.Deleted]
	LooksGone   Signal = "gone"    // the source looks and does not find it: [Taker.Gone], in each look
)

// Fault is one way in which a service breaks. Break is called before a pass begins and lets the service answer that pass wrongly, or send
// it something that it cannot understand. Mend, which may be nil, ends that: it is called when the pass has returned; of a fault that
// Goes, when the pass listens, or a second after it began.
type Fault struct {
	Name  string
	Break func(t *testing.T) (mend func())
	// Goes says that the pass goes on in spite of it, or that another one does: what is posted afterwards is found. Else the pass has to
	// end with an error: a source that does not see must not look as if it did.
	Goes bool
}
