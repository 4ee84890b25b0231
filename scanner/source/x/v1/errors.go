package v1

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"meetleaks/scanner/source/x/internal/waits"
)

// Error is why a pass failed. It holds nothing of what was asked or answered.
type Error struct {
	What   string        // what was being done: "read the stream"
	Why    string        // in plain words, with what mends it
	Status int           // of HTTP; 0: there was no answer
	After  time.Duration // it is of no use to try before; 0: not known
}

// Error says what and why.
func (e *Error) Error() string {
	text := "x v1.1: " + e.What + ": " + e.Why
	if e.Status != 0 {
		text += fmt.Sprintf(" (HTTP %d)", e.Status)
	}
	return text
}

// Reason is what people are told.
func (e *Error) Reason() string { return e.Why }

// RetryAfter is how long the gateway is to be left alone.
func (e *Error) RetryAfter() time.Duration { return e.After }

// statusCalm is the service's own status for clients that come too often ("enhance your calm").
const statusCalm = 420

// Why requests fail, in words that more than one place uses.
const (
	whyLimited = "rate limited"
	whyToken   = "the token is not accepted"
	whyFault   = "the gateway has a fault of its own"
	whyStrange = "the answer is not as documented"
	whyRefused = "not allowed: the gateway does not offer this by v1.1"
)

// problem is an error as the service tells it, in a list "errors".
type problem struct {
	Code int64 `json:"code"`
}

const maxProblems = 100

// problems are those of an answer's body. Types that do not fit are passed over.
func problems(body []byte) []problem {
	var got struct {
		Errors []problem `json:"errors"`
	}
	_ = json.Unmarshal(body, &got)
	return got.Errors[:min(len(got.Errors), maxProblems)]
}

// judge makes an error of an answer that is none.
func (s *Source) judge(what string, status int, h http.Header, body []byte) *Error {
	e := &Error{What: what, Status: status}
	now := s.o.Now()
	for _, p := range problems(body) {
		if s.known(e, p.Code, h, now) {
			return e
		}
	}
	switch {
	case status == http.StatusTooManyRequests || status == statusCalm:
		e.Why, e.After = whyLimited, max(waits.Asked(h, now), s.fails.Again(what, true))
	case status == http.StatusUnauthorized:
		e.Why, e.After = whyToken, waits.Refused
	case status == http.StatusForbidden || status == http.StatusGone:
		e.Why, e.After = whyRefused, waits.Refused
	case status == http.StatusNotFound:
		e.Why, e.After = "no such thing there: check the address", waits.Refused
	case status >= 300 && status < 400:
		e.Why, e.After = "a redirect is refused: check the address", waits.Refused
	case status == http.StatusNotAcceptable || status == http.StatusRequestEntityTooLarge || status == http.StatusRequestURITooLong:
		e.Why, e.After = "the gateway takes fewer terms than are configured", waits.Refused
	case status >= 500 || status == http.StatusRequestTimeout:
		e.Why, e.After = whyFault, max(waits.Asked(h, now), s.fails.Again(what, false))
	case status == http.StatusOK:
		e.Why, e.After = whyStrange, s.fails.Again(what, false)
	default:
		e.Why, e.After = "the request was refused", s.fails.Again(what, false)
	}
	return e
}

// known fills an error from a code that says more than the status.
func (s *Source) known(e *Error, code int64, h http.Header, now time.Time) bool {
	switch code {
	case 88:
		e.Why, e.After = whyLimited, max(waits.Asked(h, now), s.fails.Again(e.What, true))
	case 32, 89, 99, 135, 215:
		e.Why, e.After = whyToken, waits.Refused
	case 64, 326:
		e.Why, e.After = "the account of the token is suspended or locked", waits.Refused
	case 87, 93, 220, 453:
		e.Why, e.After = whyRefused, waits.Refused
	case 130, 131:
		e.Why, e.After = whyFault, max(waits.Asked(h, now), s.fails.Again(e.What, false))
	default:
		return false
	}
	return true
}

// refusal says whether a status means that the gateway does not want to, rather than that it cannot.
func refusal(status int) bool {
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusGone, http.StatusNotAcceptable, statusCalm, http.StatusTooManyRequests:
		return true
	}
	return false
}
