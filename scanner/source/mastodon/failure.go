package mastodon

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// failure is why a pass failed. Nothing of a post, of an account or of what the server wrote is in it.
type failure struct {
	reason string
	status int           // of HTTP, 0: no answer
	after  time.Duration // to wait at least
	err    error
}

// Error says what is wrong.
func (f *failure) Error() string {
	if f.err != nil {
		return "mastodon: " + f.reason + ": " + f.err.Error()
	}
	return "mastodon: " + f.reason
}

// Unwrap is the cause.
func (f *failure) Unwrap() error { return f.err }

// Reason is what people are told.
func (f *failure) Reason() string { return f.reason }

// RetryAfter is how long the server wants to be left alone.
func (f *failure) RetryAfter() time.Duration { return f.after }

// unreached is a failure of the way to the server. Addresses are left out of it.
func unreached(what string, err error) error {
	var at *url.Error
	if errors.As(err, &at) {
		err = at.Err
	}
	return &failure{reason: what, err: err}
}

// fiveMinutes is the period of the server's rate limits.
const fiveMinutes = 5 * time.Minute

// refusal is what an answer other than 200 means.
func refusal(resp *http.Response, now time.Time) error {
	f := &failure{status: resp.StatusCode, after: retryAfter(resp.Header, now)}
	switch code := resp.StatusCode; {
	case code == http.StatusUnauthorized:
		f.reason = "not allowed: the token is missing, not valid or revoked"
	case code == http.StatusForbidden:
		f.reason = "not allowed: the token lacks read:statuses, or the server refuses its user"
	case code == http.StatusTooManyRequests:
		f.reason = "rate limited"
		if f.after == 0 {
			f.after = fiveMinutes
		}
	case code >= 300 && code < 400:
		f.reason = "the server leads elsewhere, which is not followed"
	case code == http.StatusNotFound:
		f.reason = "not found: not a Mastodon-API server, or no such stream or list"
	case code >= 500:
		f.reason = fmt.Sprintf("the server fails (HTTP %d)", code)
	default:
		f.reason = fmt.Sprintf("not understood by the server (HTTP %d)", code)
	}
	return f
}

// maxWait bounds what a server may ask for.
const maxWait = 24 * time.Hour

// retryAfter reads Retry-After (RFC 9110 section 10.2.3), or else when the rate limit ends.
func retryAfter(h http.Header, now time.Time) time.Duration {
	var wait time.Duration
	text := h.Get("Retry-After")
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		wait = time.Duration(seconds) * time.Second
	} else if at, err := http.ParseTime(text); err == nil {
		wait = at.Sub(now)
	} else if at := resetOf(h); !at.IsZero() && h.Get("X-RateLimit-Remaining") == "0" {
		wait = at.Sub(now)
	}
	return min(max(wait, 0), maxWait)
}

// resetOf reads X-RateLimit-Reset: a time by ISO 8601, or in seconds since 1970.
func resetOf(h http.Header) time.Time {
	text := h.Get("X-RateLimit-Reset")
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at
	}
	if seconds, err := strconv.ParseUint(text, 10, 40); err == nil {
		return time.Unix(int64(seconds), 0)
	}
	return time.Time{}
}

// statusOf is the HTTP status of a failure, 0 when it has none.
func statusOf(err error) int {
	var f *failure
	if errors.As(err, &f) {
		return f.status
	}
	return 0
}
