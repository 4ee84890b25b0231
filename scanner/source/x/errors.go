package x

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"meetleaks/scanner/fetch"
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

// The waits that X asks of clients, from the section on reconnecting of its documentation. Each is doubled with every failure of its
// kind in a row. Of the network it asks for less than the scheduler waits anyway.
const (
	waitHTTP     = 5 * time.Second
	waitHTTPMost = 320 * time.Second
	waitLimited  = time.Minute
	waitMost     = 24 * time.Hour
	waitRefused  = 5 * time.Minute // until a person has changed something
	waitCredits  = time.Hour
)

// doubled is a wait after so many failures in a row.
func doubled(first time.Duration, fails int, most time.Duration) time.Duration {
	return min(first<<min(max(fails-1, 0), 20), most)
}

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

// failures counts, for the waits, failures of a kind in a row. They are kept for each thing that is done.
type failures struct{ limited, http int }

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
	case status == http.StatusTooManyRequests:
		e.Why, e.After = "rate limited", max(askedWait(h, now), s.again(e.What, true))
	case status == http.StatusUnauthorized:
		e.Why, e.After = "the token is not accepted", waitRefused
	case status == http.StatusPaymentRequired:
		e.Why, e.After = "the account at X has no credits left", waitCredits
	case status == http.StatusForbidden:
		e.Why, e.After = "not allowed: the app at X may not use this", waitRefused
	case status >= 300 && status < 400:
		e.Why, e.After = "a redirect is refused: check the address", waitRefused
	case status == http.StatusNotFound:
		e.Why, e.After = "no such thing there: check the address", waitRefused
	case status >= 500 || status == http.StatusRequestTimeout:
		e.Why, e.After = "X has a fault of its own", max(askedWait(h, now), s.again(e.What, false))
	case status == http.StatusOK:
		e.Why, e.After = "the answer is not as documented", s.again(e.What, false)
	default:
		e.Why, e.After = "the request was refused", s.again(e.What, false)
	}
	return e
}

// known fills an error from a problem that says more than the status.
func (s *Source) known(e *Error, p problem, now time.Time) bool {
	switch {
	case p.is("usage-capped", "UsageCapExceeded"):
		e.Why, e.After = "the limit of posts at X is used up", waitMost
		if strings.EqualFold(p.Period, "Daily") {
			e.After = untilTomorrow(now)
		}
	case p.is("credits", "CreditsDepleted"):
		e.Why, e.After = "the account at X has no credits left", waitCredits
	case strings.EqualFold(p.Issue, "TooManyConnections"):
		e.Why, e.After = "another connection of this app is open", s.again(e.What, true)
	case strings.EqualFold(p.Issue, "RuleConfigurationIssue"):
		e.Why, e.After = "no rules stand at X", s.again(e.What, false)
	case p.is("client-forbidden", "Client Forbidden"), p.kind() == "client-not-enrolled":
		e.Why, e.After = "not allowed: the app at X may not use this", waitRefused
	case p.is("rule-cap", "RulesCapExceeded"):
		e.Why, e.After = "X allows fewer rules than are configured", waitRefused
	case p.kind() == "invalid-request" && (strings.HasSuffix(p.Parameter, ".fields") || p.Parameter == "expansions"):
		e.Why, e.After = "X does not know the fields by these names: try the other spelling", waitRefused
	case p.is("operational-disconnect", "operational-disconnect"):
		e.Why, e.After = endedByX, s.again(e.What, false)
	default:
		return false
	}
	return true
}

// again is how long to wait after one more failure.
func (s *Source) again(what string, limited bool) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.fails[what]
	defer func() { s.fails[what] = f }()
	if limited {
		f.limited++
		return doubled(waitLimited, f.limited, waitMost)
	}
	f.http++
	return doubled(waitHTTP, f.http, waitHTTPMost)
}

// went says that X answered as it should.
func (s *Source) went(what string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.fails, what)
}

// askedWait is how long the headers of an answer ask to wait, at most a day.
func askedWait(h http.Header, now time.Time) time.Duration {
	wait := fetch.ParseRetryAfter(h.Get("Retry-After"), now)
	if text := h.Get("X-Rate-Limit-Reset"); len(text) <= 12 {
		if seconds, err := strconv.ParseInt(text, 10, 64); err == nil && seconds > 0 {
			wait = max(wait, min(time.Unix(seconds, 0).Sub(now), waitMost)+time.Second)
		}
	}
	return min(max(wait, 0), waitMost)
}

// untilTomorrow is the time to midnight UTC.
func untilTomorrow(now time.Time) time.Duration {
	return startOfDay(now).AddDate(0, 0, 1).Sub(now)
}

func startOfDay(at time.Time) time.Time { return at.UTC().Truncate(24 * time.Hour) }

// endedByX is why a stream ends that X ended and says so.
const endedByX = "X ended the stream"
