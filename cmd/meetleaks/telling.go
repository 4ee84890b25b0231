package main

import (
	"context"
	"errors"
	"maps"
	"sync"
	"time"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/cmd/meetleaks/internal/metrics"
	"meetleaks/notify"
	"meetleaks/scanner"
)

// The rhythm of telling.
const (
	tellBound = 10 * time.Second // of one message
	tellLease = 3 * tellBound    // of a claim: after a crash, what was under way waits so long
	tellPause = 100 * time.Millisecond
	tickPause = time.Second
)

// joinSender makes the channels, and who empties the outbox into them.
func (s *service) joinSender(context.Context) error {
	var err error
	if s.channels, err = s.app.openChannels(s.loaded.Channels, s.clients); err != nil {
		return err
	}
	if err := s.joinMore(); err != nil {
		return err
	}
	notices, err := newNotices(s.loaded.Privacy, s.keys.ring.IndexKey(), s.opened.store, s.log)
	if err != nil {
		return failed("", "%w", err)
	}
	s.teller = newTeller(tellerOptions{
		Channels: s.channels, Domains: s.domains, Zone: s.zone, Kind: s.kindOf, Called: s.called, Epoch: s.history.epoch, Notices: notices, Now: s.app.now,
	})
	s.sender = scanner.NewSender(s.pulled, s.teller, scanner.SenderOptions{
		Bound: tellBound, Lease: tellLease, Pause: tellPause, Log: s.log,
		Accepted: func(_ scanner.Delivery, took time.Duration) { s.figures.SeenToAlert(took) },
	})
	return nil
}

// joinMore adds mail and SIEMs to the channels, and makes the page on which people answer who were told by mail.
func (s *service) joinMore() error {
	c, index := s.loaded.Config, s.keys.ring.IndexKey()
	desk := &answering{
		pipeline: s.pulled, store: s.opened.store, organisations: c.Organisations, log: s.log, now: s.app.now,
		item: func(l scanner.Leak) notify.Item { return s.teller.itemOf(l) }, // the teller is made after its channels
	}
	var err error
	if s.confirm, err = newConfirm(confirmOptions{Public: c.Console.PublicURL, Index: index, Desk: desk, Log: s.log, Now: s.app.now}); err != nil {
		return failed("", "%w", err)
	}
	dials, err := s.app.apiDials(c.Fetch)
	if err != nil {
		return err
	}
	more, err := s.app.openMore(c.Channels, moreOptions{
		clients: s.clients, dials: dials, index: index, from: mailFrom(c.Organisations), answer: s.confirm.link,
	})
	if err != nil {
		return err
	}
	maps.Copy(s.channels, more)
	return nil
}

// called counts what became of a message, and remembers a channel that nobody can be told by.
func (s *service) called(channel, outcome string, _ time.Duration) {
	var err error
	if outcome != "accepted" {
		err = &scanner.TellError{Class: scanner.TellClass(outcome)}
	}
	s.figures.ChannelCall(channel, err)
	s.faults.note(channel, outcome, s.app.now())
}

// organisation is the configuration of one, the zero value when there is none of that name.
func (s *service) organisation(name string) config.Organisation {
	for _, o := range s.loaded.Organisations {
		if o.Name == name {
			return o
		}
	}
	return config.Organisation{}
}

// domains are the registered domains of an organisation.
func (s *service) domains(org string) []string { return s.organisation(org).Domains }

// zone is where an organisation is, nil when it does not say.
func (s *service) zone(org string) *time.Location {
	name := s.organisation(org).Timezone
	if name == "" {
		return nil
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil
	}
	return zone
}

// kindOf is the kind of a configured source.
func (s *service) kindOf(source string) string {
	for _, c := range s.loaded.Sources {
		if c.Name == source {
			return c.Kind
		}
	}
	return ""
}

// joinFigures makes the metrics.
func (s *service) joinFigures(context.Context) error {
	figures, err := metrics.New(metrics.Options{
		Version: version(), Counts: s.counts, Imbalances: s.pulled.Imbalances, Ledger: (&fresh[scanner.Ledger]{ask: s.ledger}).get,
		Health:   (&fresh[scanner.Health]{ask: s.opened.store.Health}).get,
		Outlooks: s.outlooks, Canaries: s.aviary.sightings, Fetch: s.reading.client.Stats, Log: s.log, Now: s.app.now,
	})
	if err != nil {
		return failed("", "%w", err)
	}
	s.figures, s.keeper.count = figures, figures.Expired
	return nil
}

// freshFor is how long an answer of the store is good enough for whoever asks for figures.
const freshFor = time.Second

// fresh asks once in freshFor, one at a time, however many want to know: figures are anybody's who reaches the listener. It is safe for
// concurrent use.
type fresh[T any] struct {
	ask func(context.Context) (T, error)

	mu    sync.Mutex
	at    time.Time // of the answer; zero: nobody asked yet
	value T
	err   error
}

func (f *fresh[T]) get(ctx context.Context) (T, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.at.IsZero() || time.Since(f.at) >= freshFor {
		f.value, f.err = f.ask(ctx)
		f.at = time.Now()
	}
	return f.value, f.err
}

// counts is what this process did, whichever way documents came.
func (s *service) counts() scanner.PipelineCounts { return s.pulled.Counts().Plus(s.pushed.Counts()) }

// ledger is the sum over all organisations of the store.
func (s *service) ledger(ctx context.Context) (scanner.Ledger, error) {
	orgs, err := s.opened.store.Organisations(ctx)
	if err != nil {
		return scanner.Ledger{}, err
	}
	var sum scanner.Ledger
	for _, org := range orgs {
		books, _, err := s.opened.store.Ledger(ctx, org)
		if err != nil && !errors.Is(err, scanner.ErrNotFound) {
			return scanner.Ledger{}, err
		}
		sum = sum.Plus(books)
	}
	return sum, nil
}
