package calendar

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"meetleaks/scanner"
	"meetleaks/scanner/source/polled"
)

// Source reads calendars again and again, for a [scanner.Watch] of kind [scanner.Poll]. It is safe for concurrent use.
type Source struct {
	poller *polled.Poller
	unfold polled.Reader
}

// NewSource makes a Source; nothing is requested. The error names every mistake in the options, and no address.
func NewSource(o Options) (*Source, error) {
	poller, err := polled.New(polled.Kind{
		Name: "calendar", MaxBody: MaxBody, Address: addressOf,
		ID: func(uri string) string {
			mac := hmac.New(sha256.New, o.Key)
			_, _ = io.WriteString(mac, "meetleaks calendar v1 "+uri) // never fails
			return hex.EncodeToString(mac.Sum(nil)[:8])
		},
	}, o.Options)
	if err := errors.Join(err, o.checkReader()); err != nil {
		return nil, fmt.Errorf("calendar %s: %w", o.Name, err)
	}
	return &Source{poller: poller, unfold: o.Read}, nil
}

// Read makes a pass; it fits [scanner.Watch].Read. What is known of a calendar is kept only after the Taker took it. An error that wraps
// the Taker's or the store's says that a calendar could not be taken; a [polled.BlindError], that no calendar could be read, or more than
// half of them could not.
func (s *Source) Read(ctx context.Context, p scanner.Pass) (scanner.Outcome, error) {
	return s.poller.Read(ctx, p, s.look)
}

// look reads one calendar, unless it rests. Its error ends the pass: it is the store's, the Taker's or the context's.
func (s *Source) look(ctx context.Context, w *polled.Pass, c polled.Document) error {
	m, err := polled.Load[memory](ctx, s.poller, c.ID)
	if err != nil {
		return err
	}
	r := &reading{Look: w.Look(c, &m.Memory), source: s, m: &m}
	if r.Rests(1) {
		return nil
	}
	r.Full = r.Full || m.Recurs && day(r.Now) != day(m.Stood)
	if err := r.read(ctx); err != nil {
		return err
	}
	return polled.Keep(ctx, r.Look, m)
}
