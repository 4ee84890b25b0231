package fetch

import (
	"errors"
	"fmt"
	"net/url"
	"time"
)

// RobotsError says that nothing may be requested because of a robots.txt: it asks us to stay out, or it could not be read,
// so that nobody knows what it asks.
type RobotsError struct {
	Host   string // whose robots.txt
	Reason string // in plain words
	Err    error  // why it could not be read; nil when it, or the answer to it, keeps us out
	policy bool
}

func (e *RobotsError) Error() string {
	if own, ok := errors.AsType[*Error](e.Err); ok { // its URL says nothing new
		return fmt.Sprintf("%s: %s (%s: %s)", e.Host, e.Reason, own.Class, printable(own.Err.Error()))
	}
	if e.Err != nil {
		return fmt.Sprintf("%s: %s: %v", e.Host, e.Reason, e.Err)
	}
	return e.Host + ": " + e.Reason
}

// Unwrap is why the robots.txt could not be read, nil when it was read.
func (e *RobotsError) Unwrap() error { return e.Err }

// Policy says that a wish of the site, or a rule of ours, kept us out; otherwise the robots.txt could not be read, and what
// was not read because of that is a failure.
func (e *RobotsError) Policy() bool { return e.policy }

// robotsEntry is what is known of one site. It is never changed once made.
type robotsEntry struct {
	site  string
	host  string
	until time.Time // when it is asked for again
	fails int       // failures in a row, for the next wait

	// rules is the last copy of the file that could be read, nil if there was none; read is when, copy its validators.
	rules *robotsRules
	read  time.Time
	copy  robotsCopy

	out *RobotsError // nothing may be read; nil: the rules decide, and without rules all may be read
}

// copyKept is the validators for a conditional request, none when there is no copy to fall back to. e may be nil.
func (e *robotsEntry) copyKept(now time.Time) robotsCopy {
	if e == nil || e.rules == nil || now.Sub(e.read) > robotsStale {
		return robotsCopy{}
	}
	return e.copy
}

func (e *robotsEntry) cost() int {
	cost := 512 + len(e.site) + len(e.copy.ETag) + len(e.copy.LastModified)
	if e.rules != nil {
		cost += e.rules.cost
	}
	return cost
}

// newRobotsEntry turns an answer into what holds from now on. old is what was known before, or nil.
func newRobotsEntry(host string, old *robotsEntry, a robotsAnswer, err error, now time.Time) *robotsEntry {
	e := &robotsEntry{host: host}
	switch {
	case err != nil:
		e.unreachable("robots.txt could not be read, so nothing is read", err, old, now)
	case a.Broken:
		e.unreachable("robots.txt broke off before its end, so nothing is read", nil, old, now)
	case a.Status == 304 && old.copyKept(now) != robotsCopy{}:
		e.rules, e.copy, e.read, e.until = old.rules, old.copy, now, now.Add(robotsFresh)
		e.out = e.keepsOut()
	case a.Status >= 200 && a.Status < 300:
		e.rules, e.copy, e.read, e.until = parseRobots(a.Body), a.Copy.bounded(), now, now.Add(robotsFresh)
		e.out = e.keepsOut()
	case a.Status == 401 || a.Status == 403 || a.Status == 429:
		e.refused(a, now)
	case a.Status >= 400 && a.Status < 500:
		e.until = now.Add(robotsFresh)
	default:
		reason := fmt.Sprintf("robots.txt could not be read (%d), so nothing is read", a.Status)
		e.unreachable(reason, nil, old, now)
	}
	return e
}

// bounded drops validators of a length that no server needs.
func (c robotsCopy) bounded() robotsCopy {
	if len(c.ETag) > maxETag || len(c.LastModified) > maxLastModified {
		return robotsCopy{}
	}
	return c
}

// keepsOut is the error of a file that cannot be obeyed page by page.
func (e *robotsEntry) keepsOut() *RobotsError {
	switch {
	case e.rules.crawlDelay > maxCrawlDelay:
		reason := fmt.Sprintf("robots.txt asks for %s between requests, more than %s: the site is left alone", e.rules.crawlDelay, maxCrawlDelay)
		return &RobotsError{Host: e.host, Reason: reason, policy: true}
	case e.rules.tooMany:
		reason := fmt.Sprintf("robots.txt holds more than %d rules with wildcards: the site is left alone", maxRobotsWild)
		return &RobotsError{Host: e.host, Reason: reason, policy: true}
	}
	return nil
}

// refused keeps us out for an hour, or for as long as the site says.
func (e *robotsEntry) refused(a robotsAnswer, now time.Time) {
	wait := robotsRefused
	if a.RetryAfter > 0 {
		wait = min(max(a.RetryAfter, robotsPause), robotsRetryMax)
	}
	e.until = now.Add(wait)
	reason := fmt.Sprintf("the site refuses its robots.txt (%d), so nothing is read", a.Status)
	e.out = &RobotsError{Host: e.host, Reason: reason, policy: true}
}

// robotsPause is the least time until a robots.txt is asked for again.
const robotsPause = 10 * time.Second

// unreachable lets the last copy serve while it is young enough; without one nothing may be read. It is asked for again
// after ten minutes, then twice as long each time, up to a day.
func (e *robotsEntry) unreachable(reason string, err error, old *robotsEntry, now time.Time) {
	wait := robotsRetry
	if old != nil {
		e.fails = min(old.fails+1, 16)
		wait = min(robotsRetry<<old.fails, robotsRetryMax)
	} else {
		e.fails = 1
	}
	e.until = now.Add(wait)
	if old.hasCopy(now) {
		e.rules, e.read, e.copy = old.rules, old.read, old.copy
		if last := old.read.Add(robotsStale); last.Before(e.until) {
			e.until = last
		}
		e.out = e.keepsOut()
		return
	}
	var p interface{ Policy() bool }
	e.out = &RobotsError{Host: e.host, Reason: reason, Err: err, policy: errors.As(err, &p) && p.Policy()}
}

// hasCopy says that the last copy may still serve. e may be nil.
func (e *robotsEntry) hasCopy(now time.Time) bool {
	return e != nil && e.rules != nil && now.Sub(e.read) <= robotsStale
}

// judge is nil when the address may be requested.
func (e *robotsEntry) judge(u *url.URL) error {
	switch {
	case e.out != nil:
		return e.out
	case e.rules == nil:
		return nil
	case len(u.EscapedPath())+len(u.RawQuery) > maxRobotsTarget/3:
		return &RobotsError{Host: e.host, Reason: "the address is too long to be compared with robots.txt", policy: true}
	case !e.rules.allows(u):
		return &RobotsError{Host: e.host, Reason: "robots.txt asks us to stay out", policy: true}
	}
	return nil
}
