package fetch

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"meetleaks/matchers"
)

// Class says in one word why something was not read, or not to its end. The words are all that may be told to whoever named
// the URL: anything more would turn the client into a probe of the network it runs in.
type Class string

// The classes.
const (
	Blocked   Class = "blocked"   // the address is not of the public internet
	Refused   Class = "refused"   // meeting link, meeting host, wrapper, scheme, port, user name, odd host
	Robots    Class = "robots"    // robots.txt says no, or could not be read
	Budget    Class = "budget"    // the host's, the domain's or the run's requests are used up, or the host was given up
	TooLarge  Class = "too-large" // the body was cut at its cap, or decompresses too well
	Slow      Class = "slow"      // a time limit was reached
	Failed    Class = "failed"    // name resolution, network, TLS, protocol
	BadStatus Class = "status"    // the server answered 4xx or 5xx, see Page.StatusError
	Truncated Class = "truncated" // the body ended before its end
	Redirects Class = "redirects" // more than Limits.Redirects, or in a circle
	Cancelled Class = "cancelled" // the caller's context ended, or the client was closed
)

// Error is why a URL was not read. It wraps its cause, and prints without meeting ids and secrets.
type Error struct {
	Class Class
	URL   string // as it was asked for; masked when printed
	Err   error
}

func (e *Error) Error() string {
	return fmt.Sprintf("fetch %s: %s: %s", printable(e.URL), e.Class, printable(e.Err.Error()))
}

func (e *Error) Unwrap() error { return e.Err }

// Policy reports whether that it was not read is our choice and no failure: the address or the link is one we do not ask for, the
// site owner said no, or the budget is used up. A cause that knows better (robots.txt that could not be read) decides.
func (e *Error) Policy() bool {
	var cause interface{ Policy() bool }
	if errors.As(e.Err, &cause) {
		return cause.Policy()
	}
	switch e.Class {
	case Blocked, Refused, Robots, Budget:
		return true
	}
	return false
}

// AsError finds the Error in what an http.Client or a library above it returned, or makes one: net/http's own errors hold the URL
// as it is, and must not be printed. It returns nil for nil. u is the URL that was asked for.
func AsError(err error, u string) *Error {
	if err == nil {
		return nil
	}
	if own, ok := errors.AsType[*Error](err); ok {
		return own
	}
	if outer, ok := errors.AsType[*url.Error](err); ok {
		u, err = outer.URL, outer.Err
	}
	return &Error{Class: classOf(err), URL: u, Err: err}
}

// classOf judges errors of the standard library.
func classOf(err error) Class {
	var timeout interface{ Timeout() bool }
	switch {
	case errors.Is(err, context.Canceled):
		return Cancelled
	case errors.As(err, &timeout) && timeout.Timeout():
		return Slow
	}
	return Failed
}

// because puts what ended a context before what that led to.
func because(ctx context.Context, err error) error {
	cause := context.Cause(ctx)
	if cause == nil || errors.Is(err, cause) {
		return err
	}
	return fmt.Errorf("%w: %w", cause, err)
}

// The bounds of a URL or a cause in an error, in bytes: what is masked, and what is shown of that.
const (
	maxMasked  = 32 << 10
	maxPrinted = 1000
)

// printable masks a text from outside and takes out what could disturb a terminal or a log.
func printable(text string) string { return Printable(text, maxPrinted) }

// Printable masks a text from outside, takes out what could disturb a terminal or a log, and cuts it to most bytes. It is
// masked before it is cut: half a link could not be recognised any more. Of more than 32 KiB nothing is shown.
func Printable(text string, most int) string {
	if len(text) > maxMasked {
		return "(a very long text)"
	}
	text = strings.ToValidUTF8(matchers.Mask(text), "?")
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "…"
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return '?'
		}
		return r
	}, text)
}
