package feed

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"meetleaks/scanner"
)

// Source reads feeds again and again, for a [scanner.Watch] of kind [scanner.Poll]. It is safe for concurrent use.
type Source struct {
	o          Options
	feeds      []watched
	generation uint64

	byID    map[string]int // feeds by watched.id
	pushing chan struct{}  // held by deliveries under way
	refused atomic.Int64   // when a delivery that was not to be believed was logged last, Unix nanoseconds
}

// watched is one feed as it is configured.
type watched struct {
	number int
	url    *url.URL
	uri    string // of the feed itself as a place
	id     string // what it is known by in Visits and to hubs
}

// maxPushing bounds the deliveries that are taken at a time.
const maxPushing = 4

// NewSource makes a Source; nothing is requested. The error names every mistake in the options, and no address.
func NewSource(o Options) (*Source, error) {
	if err := o.check(); err != nil {
		return nil, fmt.Errorf("feed %s: %w", o.Name, err)
	}
	s := &Source{o: o.withDefaults(), byID: map[string]int{}, pushing: make(chan struct{}, maxPushing)}
	h := fnv.New64a()
	_, _ = io.WriteString(h, "feed 1 "+o.Generation) // never fails
	s.generation = h.Sum64()
	for i, u := range o.URLs {
		plain := *u
		plain.Fragment, plain.RawFragment = "", ""
		f := watched{number: i + 1, url: &plain, uri: plain.String()}
		f.id = s.hidden("feed", f.uri)
		s.byID[f.id] = i
		s.feeds = append(s.feeds, f)
	}
	return s, nil
}

// hidden is what something is known by: a keyed hash in hexadecimal digits.
func (s *Source) hidden(what string, parts ...string) string {
	return hex.EncodeToString(s.mac(what, parts...)[:8])
}

// mac is a keyed hash of texts for one purpose.
func (s *Source) mac(what string, parts ...string) []byte {
	h := hmac.New(sha256.New, s.o.Key)
	_, _ = io.WriteString(h, "meetleaks feed v1 "+what) // never fails
	for _, part := range parts {
		_, _ = h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(part))))
		_, _ = io.WriteString(h, part)
	}
	return h.Sum(nil)
}

// uriOf is the place of an item. Its link is only shown: it is the feed's word, and what is read here must not say anything of a page
// that is read elsewhere.
func uriOf(f watched, key uint64) string { return fmt.Sprintf("%s#%016x", f.uri, key) }

// hostOf is the lower-case host of an address.
func hostOf(u *url.URL) string { return strings.ToLower(strings.TrimSuffix(u.Hostname(), ".")) }

// Read makes a pass; it fits [scanner.Watch].Read. What is known of a feed is kept only after the Taker took all of its items. An error
// that wraps the Taker's or the store's says that a feed could not be taken; a [BlindError], that no feed could be read, or more than
// half of them could not.
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
			return out, fmt.Errorf("feed %s: save the cursor: %w", s.o.Name, err)
		}
	}
	return out, nil
}

// readAll reads the feeds, Parallel at a time. The first error ends it.
func (s *Source) readAll(ctx context.Context, w *pass) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	next := make(chan watched)
	var readers sync.WaitGroup
	for range min(s.o.Parallel, len(s.feeds)) {
		readers.Go(func() {
			for f := range next {
				if err := contained(func() error { return w.feed(ctx, f) }); err != nil {
					cancel(fmt.Errorf("feed %s: feed %d: %w", s.o.Name, f.number, err))
				}
				w.tell()
			}
		})
	}
	func() {
		for _, f := range s.feeds {
			select {
			case next <- f:
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
