package main

import (
	"context"
	"errors"
	"time"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/cmd/meetleaks/internal/metrics"
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
	clients, err := s.app.apiClients(s.loaded.Fetch)
	if err != nil {
		return err
	}
	if s.channels, err = s.app.openChannels(s.loaded.Channels, clients); err != nil {
		return err
	}
	teller := newTeller(tellerOptions{
		Channels: s.channels, Domains: s.domains, Zone: s.zone, Kind: s.kindOf, Called: s.called, Now: s.app.now,
	})
	s.sender = scanner.NewSender(s.pulled, teller, scanner.SenderOptions{
		Bound: tellBound, Lease: tellLease, Pause: tellPause, Log: s.log,
		Accepted: func(_ scanner.Delivery, took time.Duration) { s.figures.SeenToAlert(took) },
	})
	return nil
}

// called counts what became of a message, and remembers a channel that nobody can be told by.
func (s *service) called(channel, outcome string, _ time.Duration) {
	var err error
	if outcome != "accepted" {
		err = &scanner.TellError{Class: scanner.TellClass(outcome)}
	}
	s.figures.ChannelCall(channel, err)
	s.faults.note(channel, outcome)
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
		Version: version(), Counts: s.counts, Imbalances: s.pulled.Imbalances, Ledger: s.ledger, Health: s.opened.store.Health,
		Outlooks: s.outlook.Outlooks, Fetch: s.reading.client.Stats, Log: s.log, Now: s.app.now,
	})
	if err != nil {
		return failed("", "%w", err)
	}
	s.figures, s.keeper.count = figures, figures.Expired
	return nil
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
