package x

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"meetleaks/scanner"
	"meetleaks/scanner/source/x/internal/terms"
	"meetleaks/scanner/source/x/internal/waits"
)

// Source watches X for a [scanner.Watch] of kind Stream. It is safe for concurrent use; between passes it starts nothing.
type Source struct {
	o      Options
	shared map[string]bool // hosts that are everybody's

	fails  waits.Failures
	quotas quotas

	mu     sync.Mutex
	memory *memory // nil while a pass has it
}

// NewSource makes a Source; nothing is requested. Its error lists all that is wrong with the options.
func NewSource(o Options) (*Source, error) {
	o = o.withDefaults()
	if err := o.check(); err != nil {
		return nil, err
	}
	return &Source{o: o, shared: terms.Everybodys()}, nil
}

// Read makes a pass; it fits [scanner.Watch].Read. It returns nil when the stream ended after something was heard, or when ctx is
// done. Other errors are an [*Error], that of Pass.Save, or that of the Taker, wrapped.
func (s *Source) Read(ctx context.Context, p scanner.Pass) (scanner.Outcome, error) {
	r, err := s.begin(p)
	if err != nil {
		return scanner.Outcome{}, err
	}
	s.quotas.begin(r.began, p.Fence)
	err = r.run(ctx)
	var own *Error
	if errors.As(err, &own) && refusal(own.Status) {
		r.health.Refused++
	}
	r.tell()
	s.giveBack(r.mem)
	if err != nil && ctx.Err() != nil && !errors.Is(err, scanner.ErrLost) {
		return r.out, nil //nolint:nilerr // a stream that is ended has not failed
	}
	if err != nil && own == nil {
		err = fmt.Errorf("x: %w", err)
	}
	return r.out, err
}

// refusal says whether a status means that X does not want to, rather than that it cannot.
func refusal(status int) bool {
	return status == 401 || status == 402 || status == 403 || status == 409 || status == 429
}

// memory is what a source remembers from pass to pass for convenience: all of it may be lost.
type memory struct {
	versions versions
	charged  charged
}

func (s *Source) takeMemory() *memory {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.memory
	s.memory = nil
	if m == nil {
		m = &memory{versions: versions{latest: map[uint64]uint64{}}}
	}
	return m
}

func (s *Source) giveBack(m *memory) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.memory = m
}

// versions remembers of the posts that came last, by the first id of their history, which version was handed on.
type versions struct {
	latest map[uint64]uint64
	order  []uint64 // a ring
	next   int
}

const maxVersions = 50_000

func (v *versions) put(first, own uint64) {
	if _, known := v.latest[first]; !known {
		if len(v.order) < maxVersions {
			v.order = append(v.order, first)
		} else {
			delete(v.latest, v.order[v.next])
			v.order[v.next] = first
			v.next = (v.next + 1) % maxVersions
		}
	}
	v.latest[first] = own
}
