package notify

import (
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"
)

// The time limit of one request, when none is given, and the longest.
const (
	DefaultTimeout = 15 * time.Second
	maxTimeout     = time.Minute
)

// NewClient makes the HTTP client of a channel from that of the caller, whose transport dials through the guard: it follows
// no redirect, keeps no cookie, and gives a request up after limit (DefaultTimeout when zero, a minute at most), the answer
// included. A client without a transport of its own is refused: it would go around the guard. It starts nothing.
func NewClient(given *http.Client, limit time.Duration) (*http.Client, error) {
	if given == nil || given.Transport == nil || given.Transport == http.DefaultTransport {
		return nil, &Error{Class: Config, Reason: "no-guarded-client"}
	}
	if limit <= 0 {
		limit = DefaultTimeout
	}
	return &http.Client{
		Transport:     given.Transport,
		Timeout:       min(limit, maxTimeout),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, nil
}

// CheckAddress judges the URL of a service: https, or http where the host is a loopback or private address or "localhost";
// a host; no fragment. The error is of class Config and holds nothing of it.
func CheckAddress(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil, u.Opaque != "", u.Hostname() == "", u.Fragment != "", len(text) > 4096:
		return nil, &Error{Class: Config, Reason: "bad-address"}
	case u.Scheme == "http" && !IsPrivate(u):
		return nil, &Error{Class: Config, Reason: "not-https"}
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, &Error{Class: Config, Reason: "bad-address"}
	}
	return u, nil
}

// IsPrivate says whether the URL's host is written as a loopback or private address, or is "localhost". Only then
// may the caller's guard let its requests go to such addresses.
func IsPrivate(u *url.URL) bool {
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return false
	}
	ip = ip.Unmap()
	return ip.IsLoopback() || ip.IsPrivate()
}
