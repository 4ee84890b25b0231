package notify

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// MaxRetryAfter is the longest wait that a service is believed to ask for.
const MaxRetryAfter = time.Hour

// StatusError is what an HTTP status other than 2xx means. The wait is read from the Retry-After field of the answer.
func StatusError(status int, header http.Header, now time.Time) *Error {
	class, reason := statusClass(status)
	e := &Error{Class: class, Reason: reason, Status: status}
	if class == Retry {
		e.After = RetryAfter(header.Get("Retry-After"), now)
		// The request was read: what failed behind may have failed after the work was done.
		e.Unsure = status >= 500 && status != http.StatusServiceUnavailable
	}
	return e
}

func statusClass(status int) (Class, string) {
	switch {
	case status >= 300 && status < 400:
		return Config, "redirected"
	case status == http.StatusUnauthorized || status == http.StatusForbidden || status == http.StatusProxyAuthRequired:
		return Config, "refused"
	case status == http.StatusNotFound || status == http.StatusMethodNotAllowed:
		return Config, "wrong-address"
	case status == http.StatusGone:
		return Permanent, "gone"
	case status == http.StatusTooManyRequests:
		return Retry, "rate-limited"
	case status == http.StatusRequestTimeout || status == http.StatusTooEarly || status == http.StatusConflict ||
		status == http.StatusLocked || status == http.StatusMisdirectedRequest:
		return Retry, "server-busy"
	case status >= 400 && status < 500:
		return Rejected, "not-accepted"
	case status >= 500 && status < 600:
		return Retry, "server-error"
	}
	return Retry, "unreadable-answer"
}

// RetryAfter reads a Retry-After field, seconds or an HTTP date (RFC 9110 section 10.2.3). What cannot be read or lies in the
// past is 0; what is longer than [MaxRetryAfter] is that.
func RetryAfter(value string, now time.Time) time.Duration {
	value = strings.TrimSpace(value)
	if len(value) > 64 {
		return 0
	}
	if seconds, err := strconv.ParseUint(value, 10, 64); err == nil || errors.Is(err, strconv.ErrRange) {
		return time.Duration(min(seconds, uint64(MaxRetryAfter/time.Second))) * time.Second
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	wait := (at.Sub(now) + time.Second - 1).Truncate(time.Second) // the date has no finer time
	return min(max(wait, 0), MaxRetryAfter)
}

// TransportError is what a request that got no whole answer means. Caller is the context that the caller gave, apart from
// the channel's own time limit. Nothing of err's text is kept.
func TransportError(caller context.Context, err error) *Error {
	var own *Error
	if errors.As(err, &own) {
		return own
	}
	if stopped := Stopped(caller); stopped != nil {
		stopped.Unsure = true
		return stopped
	}
	if refused(err) {
		return &Error{Class: Config, Reason: "address-refused"}
	}
	if reason := brokenTrust(err); reason != "" {
		return &Error{Class: Config, Reason: reason}
	}
	reason, sent := brokenLine(err)
	return &Error{Class: Retry, Reason: reason, Unsure: sent}
}

// refused says whether the guard of the caller's transport refused to connect: such errors have a method Policy.
func refused(err error) bool {
	var choice interface{ Policy() bool }
	return errors.As(err, &choice) && choice.Policy()
}

// brokenTrust tells certificates that do not hold, "" when it is something else.
func brokenTrust(err error) string {
	var (
		unknown  x509.UnknownAuthorityError
		hostname x509.HostnameError
		invalid  x509.CertificateInvalidError
		verify   *tls.CertificateVerificationError
	)
	if errors.As(err, &unknown) || errors.As(err, &hostname) || errors.As(err, &invalid) || errors.As(err, &verify) {
		return "certificate"
	}
	var record tls.RecordHeaderError
	if errors.As(err, &record) {
		return "no-tls"
	}
	return ""
}

// brokenLine names a connection that broke, and says whether the request may have been read by then.
func brokenLine(err error) (reason string, sent bool) {
	var (
		lookup *net.DNSError
		dialed *net.OpError
		timing net.Error
	)
	switch {
	case errors.As(err, &lookup):
		return "name-not-found", false
	case errors.As(err, &dialed) && dialed.Op == "dial":
		return "unreachable", false
	case errors.Is(err, syscall.ECONNREFUSED):
		return "unreachable", false
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timing) && timing.Timeout():
		return "timeout", true
	}
	return "connection-broken", true
}
