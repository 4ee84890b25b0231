package x

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"meetleaks/scanner/source/x/internal/waits"
)

// Error is why a pass failed. It holds nothing of what was asked or answered.
type Error struct {
	What   string        // what was being done: "open the stream"
	Why    string        // in plain words, with what mends it
	Status int           // of HTTP; 0: there was no answer
	After  time.Duration // it is of no use to try before; 0: not known
	Err    error         // of a part of ours; it is not printed
}

// Error says what and why.
func (e *Error) Error() string {
	text := "x: " + e.What + ": " + e.Why
	if e.Status != 0 {
		text += fmt.Sprintf(" (HTTP %d)", e.Status)
	}
	return text
}

// Unwrap is the error of a part of ours, nil for those of X.
func (e *Error) Unwrap() error { return e.Err }

// Reason is what people are told.
func (e *Error) Reason() string { return e.Why }

// RetryAfter is how long X is to be left alone.
func (e *Error) RetryAfter() time.Duration { return e.After }

// waitCredits is the wait for credits, which a person buys.
const waitCredits = time.Hour

// problem is an error as X tells it: by itself, or in a list of an answer that holds data too.
type problem struct {
	Title        string `json:"title"`
	Type         string `json:"type"`
	Detail       string `json:"detail"`
	Period       string `json:"period"`
	Issue        string `json:"connection_issue"`
	Disconnect   string `json:"disconnect_type"`
	Parameter    string `json:"parameter"`
	ResourceID   string `json:"resource_id"`
	ResourceType string `json:"resource_type"`
	Value        string `json:"value"`
	Code         int64  `json:"code"` // of the older form
	ID           string `json:"id"`
}

// kind is the last part of a problem's type.
func (p problem) kind() string { return p.Type[strings.LastIndexByte(p.Type, '/')+1:] }

// is says whether a problem is of a kind, by its type or, where it has none, by its title.
func (p problem) is(kind, title string) bool {
	return p.kind() == kind || p.Type == "" && strings.EqualFold(p.Title, title)
}

// problems are those of an answer's body: an object that is one, or has a list of them. Types that do not fit are passed over.
func problems(body []byte) []problem {
	var got struct {
		problem
		Errors []problem `json:"errors"`
	}
	_ = json.Unmarshal(body, &got)
	out := got.Errors[:min(len(got.Errors), maxProblems)]
	if got.Type != "" || got.Title != "" {
		out = append(out, got.problem)
	}
	return out
}

const maxProblems = 1000

// judge makes an error of an answer that is none.
func (s *Source) judge(what string, status int, h http.Header, body []byte) *Error {
	e := &Error{What: what, Status: status}
	now := s.o.Now()
	for _, p := range problems(body) {
		if s.known(e, p, now) {
			return e
		}
	}
	switch {
	case status == http.StatusTooManyRequests && s.quotas.shared(what, h):
		e.Why, e.After = whyShared, max(waits.Asked(h, now), s.fails.Again(e.What, true))
	case status == http.StatusTooManyRequests:
		e.Why, e.After = "rate limited", max(waits.Asked(h, now), s.fails.Again(e.What, true))
	case status == http.StatusUnauthorized:
		e.Why, e.After = "the token is not accepted", waits.Refused
	case status == http.StatusPaymentRequired:
		e.Why, e.After = "the account at X has no credits left", waitCredits
	case status == http.StatusForbidden:
		e.Why, e.After = "not allowed: the app at X may not use this", waits.Refused
	case status >= 300 && status < 400:
		e.Why, e.After = "a redirect is refused: check the address", waits.Refused
	case status == http.StatusNotFound:
		e.Why, e.After = "no such thing there: check the address", waits.Refused
	case status >= 500 || status == http.StatusRequestTimeout:
		e.Why, e.After = "X has a fault of its own", max(waits.Asked(h, now), s.fails.Again(e.What, false))
	case status == http.StatusOK:
		e.Why, e.After = "the answer is not as documented", s.fails.Again(e.What, false)
	default:
		e.Why, e.After = "the request was refused", s.fails.Again(e.What, false)
	}
	return e
}

// known fills an error from a problem that says more than the status.
func (s *Source) known(e *Error, p problem, now time.Time) bool {
	switch {
	case p.is("usage-capped", "UsageCapExceeded"):
		e.Why, e.After = "the limit of posts at X is used up", waits.Longest
		if strings.EqualFold(p.Period, "Daily") {
			e.After = untilTomorrow(now)
		}
	case p.is("credits", "CreditsDepleted"):
		e.Why, e.After = "the account at X has no credits left", waitCredits
	case strings.EqualFold(p.Issue, "TooManyConnections"):
		e.Why, e.After = "another connection of this app is open", s.fails.Again(e.What, true)
	case strings.EqualFold(p.Issue, "RuleConfigurationIssue"):
		e.Why, e.After = "no rules stand at X", s.fails.Again(e.What, false)
	case p.is("client-forbidden", "Client Forbidden"), p.kind() == "client-not-enrolled":
		e.Why, e.After = "not allowed: the app at X may not use this", waits.Refused
	case p.is("rule-cap", "RulesCapExceeded"):
		e.Why, e.After = "X allows fewer rules than are configured", waits.Refused
	case p.kind() == "invalid-request" && (strings.HasSuffix(p.Parameter, ".fields") || p.Parameter == "expansions"):
		e.Why, e.After = "X does not know the fields by these names: try the other spelling", waits.Refused
	case p.is("operational-disconnect", "operational-disconnect"):
		e.Why, e.After = endedByX, s.fails.Again(e.What, false)
	default:
		return false
	}
	return true
}

// untilTomorrow is the time to midnight UTC.
func untilTomorrow(now time.Time) time.Duration {
	return startOfDay(now).AddDate(0, 0, 1).Sub(now)
}

func startOfDay(at time.Time) time.Time { return at.UTC().Truncate(24 * time.Hour) }

// whyShared is why X refuses what was hardly asked.
const whyShared = "rate limited, by what somebody else asks with the same app: give each deployment an app of its own"

// endedByX is why a stream ends that X ended and says so.
const endedByX = "X ended the stream"
