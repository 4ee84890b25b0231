package scanner

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// SenderOptions bounds a sender. Zero fields stand for the defaults.
type SenderOptions struct {
	Lanes      int           // batches at a time: 2; while one waits for a slow channel, the other goes on
	Batch      int           // deliveries claimed at once: 32, less than MaxChange
	PerChannel int           // messages of a batch under way at a time in one channel: 4
	Bound      time.Duration // of one message: 10 s
	Lease      time.Duration // of a claim: a minute, at least three times Bound. A crash delays what was claimed by this
	Pause      time.Duration // between looks at an empty outbox: 200 ms
	Log        *slog.Logger  // nil: nothing is logged
	// Accepted is called after a new alert or a digest was accepted by its channel, and before that is recorded: after a crash in
	// between, once more. took is the time since the document was read for the first alert of a newly found leak, and since
	// Delivery.Made for all others (later rungs of the ladder, rounds and digests); never below zero. The delivery names no recipient.
	// Several goroutines call it at a time; it must return soon. Nil: nobody is told.
	Accepted func(d Delivery, took time.Duration)
}

// Sender empties the outbox: it claims what is due, asks whether it is wanted still and by whom, sends it alone or in a digest, and
// only then records it. A crash, or a store that does not answer, sends again what was under way; nothing is lost.
//
// Of the messages about a leak to one recipient the latest is answered and follows the leak. The one before it is taken back where
// its channel can do that.
//
// A leak that a digest names keeps a delivery of its own. It waits for the digest, and ends as the digest does.
//
// A sender is safe for concurrent use, by any number of processes on one store.
type Sender struct {
	p      *Pipeline
	teller Teller
	o      SenderOptions

	lanes *lanes

	mu    sync.Mutex
	parts map[string]int // see firstRoom
}

// NewSender makes a sender.
func NewSender(p *Pipeline, teller Teller, o SenderOptions) *Sender {
	o.Lanes = min(max(cmp.Or(o.Lanes, 2), 1), 16)
	o.Batch = min(max(cmp.Or(o.Batch, 32), 1), MaxChange-1) // a digest changes with its members
	o.PerChannel = min(max(cmp.Or(o.PerChannel, 4), 1), MaxChange)
	o.Bound = cmp.Or(max(o.Bound, 0), 10*time.Second)
	o.Lease = min(max(cmp.Or(o.Lease, time.Minute), 3*o.Bound), MaxLease)
	o.Pause = cmp.Or(max(o.Pause, 0), 200*time.Millisecond)
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Sender{p: p, teller: teller, o: o, lanes: newLanes(o.Lanes), parts: make(map[string]int)}
}

// Run empties the outbox until ctx is done, and returns when what was under way is sent and recorded: within Bound and a few
// seconds.
func (s *Sender) Run(ctx context.Context) {
	var lanes sync.WaitGroup
	for range s.o.Lanes {
		lanes.Go(func() {
			Every(ctx, "send alerts", s.o.Pause, s.o.Log, func(ctx context.Context) (bool, error) {
				n, err := s.Once(ctx)
				return n > 0, err
			})
		})
	}
	lanes.Wait()
}

// Once claims one batch, deals with it, and says how many deliveries it had. An error of one does not hold back the others: it is
// due again when its claim ends.
func (s *Sender) Once(ctx context.Context) (int, error) {
	if ctx.Err() != nil {
		return 0, fmt.Errorf("send alerts: %w", context.Cause(ctx))
	}
	started := s.p.now()
	whole, cancel := s.lasting(ctx)
	defer cancel()
	rows, err := s.p.store.ClaimDeliveries(whole, s.o.Batch, s.o.Lease)
	if err != nil {
		return 0, fmt.Errorf("send alerts: %w", err)
	}
	b := &sending{s: s, until: started.Add(s.o.Lease - s.o.Bound), parts: make(map[string]OutboxRow)}
	defer b.end()
	for _, row := range rows {
		if ctx.Err() != nil {
			b.fail(b.release(ctx, row))
			continue
		}
		b.fail(b.prepare(whole, row))
	}
	b.route(whole)
	b.send(ctx)
	if err := errors.Join(b.failed...); err != nil {
		return len(rows), fmt.Errorf("send alerts: %w", err)
	}
	return len(rows), nil
}

// lasting is a context that ends Bound after ctx does: a stop in the middle of a step would leave claims that nobody gives back, and
// what was claimed would wait until they end.
func (s *Sender) lasting(ctx context.Context) (context.Context, context.CancelFunc) {
	whole, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		timer := time.AfterFunc(s.o.Bound, cancel)
		context.AfterFunc(whole, func() { timer.Stop() })
	})
	return whole, func() { stop(); cancel() }
}

// sending is one batch on its way.
type sending struct {
	s     *Sender
	until time.Time            // no message is begun later: its claim could end before it does
	new   []*letter            // may go into a digest
	alone []*letter            // go as messages of their own
	parts map[string]OutboxRow // of digests, as they were when the batch began

	mu       sync.Mutex
	failed   []error
	patient  bool // it has a place of lanes.patient
	stopping context.Context
	stopped  context.CancelFunc // of stopping; nil while there is none
}

// end gives back what the batch held.
func (b *sending) end() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.patient {
		<-b.s.lanes.patient
	}
	if b.stopped != nil {
		b.stopped()
	}
}

// mayWait says whether the batch may wait for slow channels: some lane never does.
func (b *sending) mayWait() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.patient {
		return true
	}
	select {
	case b.s.lanes.patient <- struct{}{}:
		b.patient = true
	default:
	}
	return b.patient
}

// release gives a claim back when the process stops: somebody else may have it at once. For all of the batch there is Bound.
func (b *sending) release(ctx context.Context, row OutboxRow) error {
	b.mu.Lock()
	if b.stopped == nil {
		b.stopping, b.stopped = context.WithTimeout(context.WithoutCancel(ctx), b.s.o.Bound)
	}
	stopping := b.stopping
	b.mu.Unlock()
	return b.s.postpone(stopping, row, row.Delivery.Due)
}

// letter is a claimed delivery that is wanted, and whom it goes to.
type letter struct {
	row       OutboxRow
	leak      Leak        // the zero Leak in digests and faults
	rows      []OutboxRow // of the leak
	to        Recipient
	recipient string // as stores and counts know them
	zone      *time.Location
	topic     string
	forWhom   string
	known     bool
	crowd     string
	receipt   []byte // of the message to be changed
	card      string // the delivery that sent that message; "" of a digest's
}

func (b *sending) fail(err error) {
	if err == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.failed = append(b.failed, err)
}

// send hands the letters over: channels beside each other, in each a few at a time, in the order in which they are worth it.
func (b *sending) send(ctx context.Context) {
	byChannel := make(map[string]chan *letter)
	for _, l := range b.alone {
		name := l.to.Room.Channel
		if byChannel[name] == nil {
			byChannel[name] = make(chan *letter, len(b.alone))
		}
		byChannel[name] <- l
	}
	var senders sync.WaitGroup
	for _, letters := range byChannel {
		close(letters)
		for range min(b.s.o.PerChannel, len(letters)) {
			senders.Go(func() {
				for l := range letters {
					b.fail(b.one(ctx, l))
				}
			})
		}
	}
	senders.Wait()
}

// tell hands a message over. One that is rejected as it is goes once more without the words that came from elsewhere: nobody shall
// write something on a page that keeps its alert from being told.
func (s *Sender) tell(ctx context.Context, t Telling) (receipt []byte, err error) {
	telling, cancel := context.WithTimeout(ctx, s.o.Bound)
	defer cancel()
	receipt, err = s.teller.Tell(telling, t)
	if err == nil || tellError(err).Class != TellRejected || len(t.Sightings) == 0 && t.Topic == "" {
		return receipt, err
	}
	t.Sightings, t.Topic = nil, ""
	return s.teller.Tell(telling, t)
}

// observe tells SenderOptions.Accepted.
func (s *Sender) observe(l *letter) {
	d := l.row.Delivery
	if s.o.Accepted == nil || d.Kind != DeliveryNew && d.Kind != DeliveryDigest {
		return
	}
	since := d.Made
	if d.Kind == DeliveryNew && d.Round == 1 && l.leak.Account.Kind == AccountPending {
		since = l.leak.FirstSeen
	}
	d.Recipient, d.Leaks = "", nil
	s.o.Accepted(d, max(s.p.now().Sub(since), 0))
}

// one sends a letter, unless there is no time for it, or its channel wants to be left alone.
func (b *sending) one(ctx context.Context, l *letter) error {
	s, now := b.s, b.s.p.now()
	steps, end := s.lasting(ctx)
	defer end()
	channel := s.lanes.of(l.to.Room.Channel, now)
	switch {
	case ctx.Err() != nil:
		return b.release(ctx, l.row)
	case now.After(b.until):
		return nil // it is due again when its claim ends
	case channel.until.After(now):
		return s.postpone(steps, l.row, channel.until)
	case channel.slow && !b.mayWait():
		return s.postpone(steps, l.row, now.Add(slowAgain))
	}
	t, err := s.compose(steps, l)
	if err != nil {
		return err
	}
	// What is begun is brought to its end: half a send is a repeat.
	whole := context.WithoutCancel(ctx)
	began := time.Now()
	receipt, err := s.tell(whole, t)
	took := time.Since(began)
	recording, cancel := context.WithTimeout(whole, s.o.Bound)
	defer cancel()
	if err != nil {
		return s.missed(recording, l, tellError(err))
	}
	s.lanes.went(l.to.Room.Channel, took)
	s.p.counts.sent.Add(1)
	s.observe(l)
	return s.told(recording, l, receipt)
}
