package web

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"meetleaks/scanner"
)

// job is a task with those who work on it: the worker, and the reader of its page.
type job struct {
	task
	schedule *schedule
	parts    atomic.Int32

	began    time.Time // of the request
	outdated bool      // what was read of it before says nothing, see watching.outdated
	full     bool      // it is asked for whether it changed or not
}

func newJob(t task, s *schedule) *job {
	j := &job{task: t, schedule: s}
	j.parts.Store(1)
	return j
}

// end ends the part of one who works on the job. The job is done with the last one.
func (j *job) end() {
	if j.parts.Add(-1) == 0 {
		j.schedule.done()
	}
}

// work fetches one page after the other, until there is none or the pages are used up.
func (p *pass) work(ctx context.Context) {
	v := newVisitor(p.client)
	for {
		t, ok, err := p.schedule.next(ctx)
		if err != nil {
			p.stop(err)
		}
		if !ok {
			return
		}
		p.one(ctx, v, newJob(t, p.schedule))
	}
}

// one does one job.
func (p *pass) one(ctx context.Context, v *visitor, j *job) {
	defer j.end()
	a, visit, asked := p.ask(ctx, v, j)
	p.schedule.fetched(j.task, asked)
	if asked && ctx.Err() == nil {
		p.answered(ctx, j, visit, a)
	}
	if j.Class == classStart && j.tries == 0 {
		p.discover(ctx, j.Address)
	}
}

// hand yields a unit that holds so many bytes. It waits until readers have room.
func (p *pass) hand(ctx context.Context, j *job, bytes int64, unit scanner.Unit) {
	if p.schedule.room(ctx, bytes) != nil {
		return
	}
	j.parts.Add(1)
	settle := sync.OnceFunc(func() { j.end(); p.schedule.settle(bytes) })
	err := p.give(func(ctx context.Context, yield func(scanner.Document) error, skip func(scanner.Skip)) error {
		defer settle()
		err := unit(ctx, yield, skip)
		if err != nil {
			p.stop(err)
		}
		return err
	})
	if err != nil {
		settle()
		p.stop(err)
	}
}

func (p *pass) give(u scanner.Unit) error {
	p.handing.Lock()
	defer p.handing.Unlock()
	return p.yield(u)
}

// probe learns when nobody takes units any more. One that was yielded before that may never be run, and the pass would wait for
// it for ever.
func (p *pass) probe(ctx context.Context) {
	beat := time.NewTicker(p.pulse)
	defer beat.Stop()
	for {
		select {
		case <-beat.C:
		case <-ctx.Done():
			return
		}
		if !p.handing.TryLock() {
			continue // somebody learns it just now
		}
		err := p.yield(func(context.Context, func(scanner.Document) error, func(scanner.Skip)) error { return nil })
		p.handing.Unlock()
		if err != nil {
			p.stop(err)
		}
	}
}
