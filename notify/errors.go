package notify

import (
	"context"
	"errors"
	"time"
)

// Class says what to do about a failure.
type Class string

// The classes.
const (
	Retry     Class = "retry"     // it passes: send again, not before After
	Permanent Class = "permanent" // this recipient cannot be told here: try the next one
	Config    Class = "config"    // nobody can be told until the operator mends something: keep the alert, raise a fault
	Rejected  Class = "rejected"  // this message is not accepted as it is: a mistake of ours
	Gone      Class = "gone"      // of Update: what should be changed is not there any more; send anew
)

// Error is why a channel did not tell. It is made of words of this program: no token, no URL, no address, no id, no text of
// an answer. It may be stored, logged and shown.
type Error struct {
	Class Class
	// Reason is a short token, "rate-limited" or "not-in-channel". The set is small enough to count by.
	Reason string
	// After is how long the service asks to be left alone; zero: it did not say. At most [MaxRetryAfter].
	After time.Duration
	// Unsure says that the service may have accepted it all the same.
	Unsure bool
	// Status is the HTTP status, zero when there was none.
	Status int

	stopped error // context.Canceled or context.DeadlineExceeded, when the caller's context ended
}

func (e *Error) Error() string {
	text := string(e.Class) + ": " + e.Reason
	if e.After > 0 {
		text += ", not before " + e.After.String()
	}
	return text
}

// Unwrap gives the context's error when the caller's context ended it, else nil: causes hold texts that are not ours.
func (e *Error) Unwrap() error { return e.stopped }

// AsError reads the failure out of an error of a channel; nil for nil. An error of any other kind is one that passes, with
// the reason "unknown": nothing is lost over a mistake.
func AsError(err error) *Error {
	var e *Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &e):
		return e
	}
	return &Error{Class: Retry, Reason: "unknown"}
}

// Stopped is the failure of a call whose context ended; nil while it has not.
func Stopped(ctx context.Context) *Error {
	switch err := ctx.Err(); {
	case err == nil:
		return nil
	case errors.Is(err, context.DeadlineExceeded):
		return &Error{Class: Retry, Reason: "timeout", stopped: context.DeadlineExceeded}
	default:
		return &Error{Class: Retry, Reason: "cancelled", stopped: context.Canceled}
	}
}
