package slack

import (
	"context"
	"sync"
	"time"

	"meetleaks/notify"
)

// Slack's limits: about one message a second in a channel; tier 4 (a hundred a minute) for what answers presses, and tier 3
// (fifty a minute) for each other method of those used.
const (
	messageGap = time.Second
	answerGap  = 600 * time.Millisecond
	answerRun  = 20
	methodGap  = 1200 * time.Millisecond
	methodRun  = 10 // calls that may follow each other at once before the gap counts
	maxTurns   = 10_000
)

// turn is what is limited: a method, and for chat.postMessage the channel too.
type turn struct{ method, room string }

// pace lets calls through no faster than Slack's limits.
type pace struct {
	now      func() time.Time
	wait     func(context.Context, time.Duration) error
	patience time.Duration

	mu   sync.Mutex
	free map[turn]time.Time // when the turn after the last one that was given out begins
}

// turn waits for a turn. When it would take longer than the patience, none is taken and the error says when to come back.
func (p *pace) turn(ctx context.Context, t turn) error {
	left, ok := p.take(t.limited())
	if !ok {
		return &notify.Error{Class: notify.Retry, Reason: "rate-limited", After: min(left, notify.MaxRetryAfter)}
	}
	if left > 0 {
		if err := p.wait(ctx, left); err != nil {
			return notEnded(ctx)
		}
	}
	if stopped := notify.Stopped(ctx); stopped != nil {
		return stopped
	}
	return nil
}

// notEnded is the failure of a wait that ended early: nothing was sent.
func notEnded(ctx context.Context) error {
	if stopped := notify.Stopped(ctx); stopped != nil {
		return stopped
	}
	return &notify.Error{Class: notify.Retry, Reason: "cancelled"}
}

// limited is the turn as it is counted.
func (t turn) limited() turn {
	if t.method != methodPost {
		t.room = ""
	}
	return t
}

// rhythm is how far apart calls are, and how many may come at once before that counts.
func (t turn) rhythm() (gap time.Duration, run int) {
	switch t.method {
	case methodPost:
		return messageGap, 1
	case methodWhisper, methodWindow, methodHome, methodInfo:
		return answerGap, answerRun
	}
	return methodGap, methodRun
}

// take gives out the next turn, left from now; ok is false when that is too far away.
func (p *pace) take(t turn) (left time.Duration, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	gap, run := t.rhythm()
	p.sweep(now)
	free, known := p.free[t]
	if earliest := now.Add(-time.Duration(run-1) * gap); !known || free.Before(earliest) {
		free = earliest
	}
	left = max(free.Sub(now), 0)
	if left > p.patience || !known && len(p.free) >= maxTurns {
		return max(left, time.Second), false
	}
	p.free[t] = free.Add(gap)
	return left, true
}

// sweep forgets turns that limit nothing any more, when there are many.
func (p *pace) sweep(now time.Time) {
	if len(p.free) < maxTurns {
		return
	}
	for t, free := range p.free {
		if free.Before(now.Add(-methodRun * methodGap)) {
			delete(p.free, t)
		}
	}
}

// block keeps the turn closed for as long as Slack asked.
func (p *pace) block(t turn, d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	t = t.limited()
	if until := p.now().Add(d); p.free[t].Before(until) {
		p.free[t] = until
	}
}
