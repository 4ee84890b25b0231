package fetch

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestInWords(t *testing.T) {
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	cause := errors.New("dial tcp 10.0.0.7: secret.acme.example")
	for want, err := range map[string]error{
		"slow down": &Error{Class: Budget, URL: "https://acme.example/a", Err: &PaceError{Reason: "slow down", Until: now.Add(time.Minute)}},
		"forbidden": &Error{Class: Robots, URL: "https://acme.example/a", Err: &RobotsError{Reason: "forbidden"}},
		"failed":    cause,
		"leads to an address that is not of the public internet": &Error{Class: Blocked, Err: cause},
		"leads to what is not requested":                         &Error{Class: Refused, Err: cause},
		"took too long":                                          &Error{Class: Slow, Err: cause},
		"redirects without end":                                  &Error{Class: Redirects, Err: cause},
		"not reached":                                            &Error{Class: Failed, Err: cause},
	} {
		why, wait := InWords(fmt.Errorf("read: %w", err), now)
		if why != want || (wait == time.Minute) != (want == "slow down") || strings.Contains(why, "acme") {
			t.Errorf("%v: %q, %v; want %q", err, why, wait, want)
		}
	}
	if _, wait := InWords(&PaceError{Until: now.Add(-time.Minute)}, now); wait != 0 {
		t.Errorf("a time that is over: %v", wait)
	}
}
