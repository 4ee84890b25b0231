package scanner

import (
	"sync"
	"time"
)

// A channel that is slow, or does not answer, must not keep the others from telling: its messages would fill every lane. So one is
// known as slow after a message that took long or failed, and messages of slow channels never wait in all lanes at once. One that
// fails is left alone for longer each time.
const (
	slowAfter  = time.Second     // a message that takes longer makes its channel slow
	slowAgain  = time.Second     // after which a message is looked at again that found no lane for slow ones
	pauseAfter = 2 * time.Second // how long a channel is left alone after a failure that passes; doubled each time
	pauseMost  = time.Minute     // unless the service asks for more, MaxRetryAfter at most
)

// lanes knows how channels are doing. There are as many as the configuration names.
type lanes struct {
	mu       sync.Mutex
	channels map[string]lane
	patient  chan struct{} // a place for each batch that may wait for slow channels
}

type lane struct {
	until time.Time // it is left alone before
	fails int       // in a row
	slow  bool
}

func newLanes(all int) *lanes {
	return &lanes{channels: make(map[string]lane), patient: make(chan struct{}, max(all-1, 1))}
}

// of is how a channel is doing. A time that lies further ahead than any that is given comes from a clock that ran ahead.
func (l *lanes) of(channel string, now time.Time) lane {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := l.channels[channel]
	if c.until.Sub(now) > MaxRetryAfter {
		c.until = time.Time{}
		l.channels[channel] = c
	}
	return c
}

// went notes a message that was accepted.
func (l *lanes) went(channel string, took time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.channels[channel] = lane{slow: took > slowAfter}
}

// failed notes a failure that passes: the channel is left alone, for as long as it asks at least.
func (l *lanes) failed(channel string, asks time.Duration, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := l.channels[channel]
	if !now.Before(c.until) { // those that were under way together count once
		c.fails++
	}
	c.slow = true
	wait := min(pauseAfter<<min(max(c.fails-1, 0), 10), pauseMost)
	if until := now.Add(min(max(asks, wait), MaxRetryAfter)); until.After(c.until) {
		c.until = until
	}
	l.channels[channel] = c
}
