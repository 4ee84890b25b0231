package calendar

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"net/url"
	"strings"
	"sync"
	"time"

	"meetleaks/scanner"
)

// Source reads calendars again and again, for a [scanner.Watch] of kind [scanner.Poll]. It is safe for concurrent use.
type Source struct {
	o          Options
	calendars  []watched
	generation uint64
}

// watched is one calendar as it is configured.
type watched struct {
	number int
	uri    string // its address, and the place
	id     string // what it is known by in Visits
}

// NewSource makes a Source; nothing is requested. The error names every mistake in the options, and no address.
func NewSource(o Options) (*Source, error) {
	if err := o.check(); err != nil {
		return nil, fmt.Errorf("calendar %s: %w", o.Name, err)
	}
	s := &Source{o: o.withDefaults()}
	h := fnv.New64a()
	_, _ = io.WriteString(h, "calendar 1 "+o.Generation) // never fails
	s.generation = h.Sum64()
	for i, u := range o.URLs {
		at, err := addressOf(u)
		if err != nil {
			return nil, fmt.Errorf("calendar %s: %w", o.Name, err)
		}
		c := watched{number: i + 1, uri: at.String()}
		mac := hmac.New(sha256.New, o.Key)
		_, _ = io.WriteString(mac, "meetleaks calendar v1 "+c.uri) // never fails
		c.id = hex.EncodeToString(mac.Sum(nil)[:8])
		s.calendars = append(s.calendars, c)
	}
	return s, nil
}

// hostOf is the lower-case host of an address.
func hostOf(u *url.URL) string { return strings.ToLower(strings.TrimSuffix(u.Hostname(), ".")) }

// Read makes a pass; it fits [scanner.Watch].Read. What is known of a calendar is kept only after the Taker took it. An error that wraps
// the Taker's or the store's says that a calendar could not be taken; a [BlindError], that no calendar could be read, or more than half
// of them could not.
func (s *Source) Read(ctx context.Context, p scanner.Pass) (scanner.Outcome, error) {
	w := s.pass(p)
	err := s.readAll(ctx, w)
	if err == nil {
		err = w.blind()
	}
	w.tell()
	out := w.outcome()
	if err != nil {
		return out, err
	}
	if p.Save != nil {
		if err := p.Save(ctx, "1 "+w.began.UTC().Format(time.RFC3339)); err != nil {
			return out, fmt.Errorf("calendar %s: save the cursor: %w", s.o.Name, err)
		}
	}
	return out, nil
}

// readAll reads the calendars, Parallel at a time. The first error ends it.
func (s *Source) readAll(ctx context.Context, w *pass) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	next := make(chan watched)
	var readers sync.WaitGroup
	for range min(s.o.Parallel, len(s.calendars)) {
		readers.Go(func() {
			for c := range next {
				if err := contained(func() error { return w.calendar(ctx, c) }); err != nil {
					cancel(fmt.Errorf("calendar %s: calendar %d: %w", s.o.Name, c.number, err))
				}
				w.tell()
			}
		})
	}
	func() {
		for _, c := range s.calendars {
			select {
			case next <- c:
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

// errBroken is the error of a reading that panicked. It holds nothing of what was read.
var errBroken = errors.New("its reader broke")

// contained turns a panic into an error.
func contained(f func() error) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = fmt.Errorf("%w (%T)", errBroken, value)
		}
	}()
	return f()
}
