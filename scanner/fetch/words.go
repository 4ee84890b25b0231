package fetch

import (
	"errors"
	"time"
)

// InWords says for people why a page was not read, in a few words without its address, and how long to stay away; 0: nobody asked for
// that.
func InWords(err error, now time.Time) (why string, wait time.Duration) {
	var pace *PaceError
	if errors.As(err, &pace) {
		return pace.Reason, max(pace.Until.Sub(now), 0)
	}
	var robots *RobotsError
	if errors.As(err, &robots) {
		return robots.Reason, 0
	}
	var outer *Error
	if !errors.As(err, &outer) {
		return "failed", 0
	}
	switch outer.Class {
	case Blocked:
		return "leads to an address that is not of the public internet", 0
	case Refused:
		return "leads to what is not requested", 0
	case Slow:
		return "took too long", 0
	case Redirects:
		return "redirects without end", 0
	}
	return "not reached", 0
}
