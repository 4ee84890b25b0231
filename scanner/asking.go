package scanner

import (
	"context"
	"errors"
	"sync"
	"time"

	"meetleaks/matchers"
)

// The bounds of asking the resolver.
const (
	resolveBound = 5 * time.Second  // for an answer
	resolveLates = 3                // answers in a row that did not come in time, after which nobody asks
	resolveRests = 30 * time.Second // for so long
)

// errResolverRests says that the resolver was not asked.
var errResolverRests = errors.New("the resolver did not answer in time and is left alone for a while")

// patientResolver bounds each question to a resolver, and leaves one alone that hangs: else each document and each batch of alerts
// would wait for it again and again, those too that do not need it.
type patientResolver struct {
	resolver Resolver
	bound    time.Duration

	mu    sync.Mutex
	lates int
	until time.Time // nobody asks before; of this process's clock
}

// Resolve is [Resolver]'s.
func (r *patientResolver) Resolve(ctx context.Context, org string, l matchers.Link, now time.Time) (m KnownMeeting, found bool, err error) {
	err = r.ask(ctx, func(ctx context.Context) error {
		m, found, err = r.resolver.Resolve(ctx, org, l, now)
		return err
	})
	return m, found, err
}

// Contact is [Resolver]'s.
func (r *patientResolver) Contact(ctx context.Context, org, email string) (c Contact, found bool, err error) {
	err = r.ask(ctx, func(ctx context.Context) error {
		c, found, err = r.resolver.Contact(ctx, org, email)
		return err
	})
	return c, found, err
}

func (r *patientResolver) ask(ctx context.Context, question func(context.Context) error) error {
	if r.rests() {
		return errResolverRests
	}
	asking, cancel := context.WithTimeout(ctx, r.bound)
	defer cancel()
	err := question(asking)
	r.note(err != nil && asking.Err() != nil && ctx.Err() == nil)
	return err
}

func (r *patientResolver) rests() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return time.Now().Before(r.until)
}

func (r *patientResolver) note(late bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !late {
		r.lates = 0
		return
	}
	if r.lates++; r.lates >= resolveLates {
		r.lates, r.until = resolveLates-1, time.Now().Add(resolveRests) // then one question decides
	}
}
