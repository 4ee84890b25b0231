package polled

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"net/url"
	"sync"
	"time"

	"meetleaks/scanner"
)

// Poller makes passes over documents of one kind. It is safe for concurrent use.
type Poller struct {
	o          Options
	kind       Kind
	documents  []Document
	addresses  scanner.VisitKey // seals those that are kept
	generation uint64
}

// Document is one document as it is configured.
type Document struct {
	Number int      // by which people are told of it, from 1
	URL    *url.URL // where it is asked for
	URI    string   // the same as a text: the place
	ID     string   // what it is known by in Visits
}

// New makes a Poller; nothing is requested. The error names every mistake in the options, and no address.
func New(kind Kind, o Options) (*Poller, error) {
	p := &Poller{o: o.withDefaults(), kind: kind}
	var err error
	p.documents, err = o.documents(kind)
	if err := errors.Join(o.check(kind), err); err != nil {
		return nil, err
	}
	if p.addresses, err = scanner.NewVisitKey(o.Key); err != nil {
		return nil, err
	}
	h := fnv.New64a()
	_, _ = io.WriteString(h, kind.Name+" 1 "+o.Generation) // never fails
	p.generation = h.Sum64()
	return p, nil
}

// Options are what the Poller was made with, and their defaults.
func (p *Poller) Options() Options { return p.o }

// Documents are what it polls, in their order.
func (p *Poller) Documents() []Document { return p.documents }

// Read makes a pass, as [scanner.Watch].Read has it: it calls look for each document, Parallel at a time. Its first error ends the pass. A
// [BlindError] says that no document could be read, or more than half of them could not.
func (p *Poller) Read(ctx context.Context, of scanner.Pass, look func(context.Context, *Pass, Document) error) (scanner.Outcome, error) {
	w := p.Pass(of)
	err := p.readAll(ctx, w, look)
	if err == nil {
		err = w.blind()
	}
	w.tell()
	out := w.outcome()
	if err != nil {
		return out, err
	}
	if of.Save != nil {
		if err := of.Save(ctx, "1 "+w.began.UTC().Format(time.RFC3339)); err != nil {
			return out, fmt.Errorf("%s %s: save the cursor: %w", p.kind.Name, p.o.Name, err)
		}
	}
	return out, nil
}

// readAll looks at the documents. The first error ends it.
func (p *Poller) readAll(ctx context.Context, w *Pass, look func(context.Context, *Pass, Document) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	next := make(chan Document)
	var readers sync.WaitGroup
	for range min(p.o.Parallel, len(p.documents)) {
		readers.Go(func() {
			for d := range next {
				if err := Contained(func() error { return look(ctx, w, d) }); err != nil {
					cancel(fmt.Errorf("%s %s: %s %d: %w", p.kind.Name, p.o.Name, p.kind.Name, d.Number, err))
				}
				w.tell()
			}
		})
	}
	func() {
		for _, d := range p.documents {
			select {
			case next <- d:
			case <-ctx.Done():
				return
			}
		}
	}()
	close(next)
	readers.Wait()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

// ErrBroken is the error of a look that panicked. It holds nothing of what was read.
var ErrBroken = errors.New("its reader broke")

// Contained turns a panic of f into an error.
func Contained(f func() error) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = fmt.Errorf("%w (%T)", ErrBroken, value)
		}
	}()
	return f()
}
