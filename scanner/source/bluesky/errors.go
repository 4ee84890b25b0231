package bluesky

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"meetleaks/scanner/fetch"
)

// Error is why nothing was heard. It holds nothing of what was sent or received.
type Error struct {
	Status int           // of HTTP, when the service answered without opening a stream; 0 otherwise
	Wait   time.Duration // that the service asks for; 0: it does not
	Why    string        // for people
	Err    error         // nil: nothing more is known
}

// Error says what is wrong.
func (e *Error) Error() string {
	text := "bluesky: " + e.Why
	if e.Status != 0 {
		text += fmt.Sprintf(" (HTTP %d)", e.Status)
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap is the cause.
func (e *Error) Unwrap() error { return e.Err }

// Reason is what people are told.
func (e *Error) Reason() string { return e.Why }

// RetryAfter is for how long the service wants to be left alone.
func (e *Error) RetryAfter() time.Duration { return e.Wait }

// The reasons.
const (
	whyNoAnswer = "no answer"
	whySilent   = "nothing new comes"
	whyEnded    = "the service ended the connection before anything came"
	whyGarbage  = "what comes cannot be read"
	whyPacked   = "what comes cannot be unpacked: the dictionary is not the service's"
	whyEndless  = "a frame without end"
)

// refusal is why a handshake did not open a stream.
func refusal(response *http.Response, err error, now time.Time) error {
	if response == nil {
		return &Error{Why: whyNoAnswer, Err: withoutURL(err)}
	}
	e := &Error{Status: response.StatusCode}
	switch status := response.StatusCode; {
	case status == http.StatusTooManyRequests:
		e.Why = "rate limited"
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		e.Why = "not allowed: this address wants credentials, a Jetstream has none"
	case status >= 300 && status < 400:
		e.Why = "the address leads to another: redirects are not followed"
	case status == http.StatusBadRequest:
		e.Why = "the request is refused: is this a Jetstream of version 1?"
	case status >= 500:
		e.Why = "the service has a fault of its own"
	default:
		e.Why = "this address is no Jetstream of version 1"
	}
	e.Wait = fetch.ParseRetryAfter(response.Header.Get("Retry-After"), now)
	return e
}

// withoutURL takes the address with its parameters off an error of a client.
func withoutURL(err error) error {
	var of *url.Error
	if errors.As(err, &of) {
		return of.Err
	}
	return err
}
