package scanner

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"
)

// Teller tells people. Implementations are safe for concurrent use and end when ctx is done.
type Teller interface {
	// Tell sends a message, or, when the telling has a Receipt, changes that one in place. It returns when the service has
	// accepted it, with what finds the message again: at most MaxReceipt bytes, without a secret. Errors are [*TellError]; others
	// are taken for TellRetry.
	Tell(ctx context.Context, t Telling) (receipt []byte, err error)
}

// DeliveryFault tells security operations that the service itself is at fault; Leak is "".
const DeliveryFault DeliveryKind = "fault"

// RungLedger is the rung of a fault: the ledger does not balance.
const RungLedger Rung = "ledger"

// Telling is what one recipient is told, as plain data: to be put into words by the teller. Everything in it is masked.
type Telling struct {
	Delivery Delivery
	To       Recipient
	// Leak is what it is about; the zero Leak in digests and faults.
	Leak  Leak
	Topic string // the organisation's own words, see KnownMeeting
	For   string // whom the meeting is for, likewise
	// Sightings are the latest that are not gone, five at most.
	Sightings []Sighting
	Zone      *time.Location // the reader's, nil when not known
	Receipt   []byte         // of the message to be changed; nil: a new one
	Earlier   []byte         // of the latest message about the leak to the same recipient, nil when there is none
	// Items are the leaks that a digest names, in its order, and More counts those that are left out.
	Items []Leak
	More  int
	Known bool // the organisation knows the meeting by itself
	Past  bool // of a message to be changed: there is a later one, which is answered instead
}

// Recipient is who is told. It prints as one word.
type Recipient struct {
	Audience Audience
	Email    string // of a person; "" for rooms
	Room     Room   // Channel is also of persons: "" for the default
}

// Format prints one word whatever the verb.
func (Recipient) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "recipient") }

// LogValue is one word.
func (Recipient) LogValue() slog.Value { return slog.StringValue("recipient") }

// Person says whether it is one, and not a room.
func (r Recipient) Person() bool { return r.Email != "" }

// TellClass says what to do about a failure.
type TellClass string

// The classes.
const (
	TellRetry     TellClass = "retry"     // it passes
	TellPermanent TellClass = "permanent" // this recipient cannot be told
	TellConfig    TellClass = "config"    // nobody can be told until the operator mends something
	TellRejected  TellClass = "rejected"  // this message is not accepted as it is
	TellGone      TellClass = "gone"      // what should be changed is not there any more
)

// TellError is why somebody was not told. Reason is a word of ours, fit to be stored and counted.
type TellError struct {
	Class  TellClass
	Reason string
	After  time.Duration // how long the service asks to be left alone; zero: it did not say
	Unsure bool          // it may have been accepted all the same
}

func (e *TellError) Error() string { return string(e.Class) + ": " + e.Reason }

// tellError reads the failure out of an error of a teller. Texts of other errors are not ours, and are not kept.
func tellError(err error) *TellError {
	var e *TellError
	switch {
	case errors.As(err, &e):
		return e
	case errors.Is(err, context.DeadlineExceeded):
		return &TellError{Class: TellRetry, Reason: "timeout", Unsure: true}
	}
	return &TellError{Class: TellRetry, Reason: "unknown", Unsure: true}
}
