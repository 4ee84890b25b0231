package feed

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"sync/atomic"

	"meetleaks/scanner"
	"meetleaks/scanner/fetch"
	"meetleaks/scanner/source/polled"
)

// Source reads feeds again and again, for a [scanner.Watch] of kind [scanner.Poll]. It is safe for concurrent use.
type Source struct {
	o      Options
	poller *polled.Poller

	byID    map[string]polled.Document // feeds by what they are known by in Visits and to hubs
	pushing chan struct{}              // held by deliveries under way
	refused atomic.Int64               // when a delivery that was not to be believed was logged last, Unix nanoseconds
}

// maxPushing bounds the deliveries that are taken at a time.
const maxPushing = 4

// NewSource makes a Source; nothing is requested. The error names every mistake in the options, and no address.
func NewSource(o Options) (*Source, error) {
	s := &Source{o: o, byID: map[string]polled.Document{}, pushing: make(chan struct{}, maxPushing)}
	poller, err := polled.New(polled.Kind{
		Name: "feed", Fetch: fetch.KindFeed, MaxBody: MaxBody, Address: polled.Address,
		ID: func(uri string) string { return hex.EncodeToString(s.mac("feed", uri)[:8]) },
	}, o.Options)
	if err := errors.Join(err, o.checkCallback()); err != nil {
		return nil, fmt.Errorf("feed %s: %w", o.Name, err)
	}
	s.poller, s.o.Options = poller, poller.Options()
	for _, f := range poller.Documents() {
		s.byID[f.ID] = f
	}
	return s, nil
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
func uriOf(f polled.Document, key uint64) string { return fmt.Sprintf("%s#%016x", f.URI, key) }

// Read makes a pass; it fits [scanner.Watch].Read. What is known of a feed is kept only after the Taker took all of its items. An error
// that wraps the Taker's or the store's says that a feed could not be taken; a [polled.BlindError], that no feed could be read, or more
// than half of them could not.
func (s *Source) Read(ctx context.Context, p scanner.Pass) (scanner.Outcome, error) {
	return s.poller.Read(ctx, p, s.look)
}

// look reads one feed, unless it rests. Its error ends the pass: it is the store's, the Taker's or the context's.
func (s *Source) look(ctx context.Context, w *polled.Pass, f polled.Document) error {
	m, err := polled.Load[memory](ctx, s.poller, f.ID)
	if err != nil {
		return err
	}
	r := &reading{Look: w.Look(f, &m.Memory), source: s, m: &m}
	if r.Rests(m.documents()) {
		return nil
	}
	r.Full = r.Full || r.StandsLong()
	if err := r.read(ctx); err != nil {
		return err
	}
	if err := polled.Keep(ctx, r.Look, m); err != nil {
		return err
	}
	return s.subscribe(ctx, w, f, r.listing)
}
