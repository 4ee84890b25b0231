package main

import (
	"context"
	"errors"
	"net/http"
	"time"

	"meetleaks/notify"
	"meetleaks/notify/slack"
	"meetleaks/scanner"
)

// Socket Mode hands each answer to one of the connections of an app: so one process connects, whoever holds the lease.
const (
	socketLease = "slack/socket"
	socketTTL   = 30 * time.Second
)

// joinAnswers makes the ear for what people press in Slack, when the configuration says how it is heard.
func (s *service) joinAnswers(context.Context) error {
	c := s.loaded.Channels.Slack
	channel, ok := s.channels[channelSlack].(*slack.Channel)
	if !ok || !c.SigningSecret.IsSet() && !c.AppToken.IsSet() {
		return nil
	}
	o := slack.AnswerOptions{Log: s.log}
	if c.SigningSecret.IsSet() {
		o.Signing = notify.SecretFrom(c.SigningSecret.Read)
	}
	if c.AppToken.IsSet() {
		o.App = notify.SecretFrom(c.AppToken.Read)
	}
	desk := &answering{
		pipeline: s.pulled, store: s.opened.store, organisations: s.loaded.Organisations, member: channel.Member,
		item: s.teller.itemOf, log: s.log, now: s.app.now,
	}
	o.Handle, o.HomeOf = desk.handle, desk.homeOf
	answers, err := channel.Answers(o)
	if err != nil {
		return usage("", "channels.slack: %w", err)
	}
	s.answers = answers
	return nil
}

// interactions is the door for Slack's signed requests, nil when none are expected.
func (s *service) interactions() http.Handler {
	if s.answers == nil || !s.loaded.Channels.Slack.SigningSecret.IsSet() {
		return nil
	}
	return s.answers.HTTP()
}

// hear takes answers until ctx is done, and lets those that were taken come to their end. With an app token it connects to Slack while
// this process holds the lease.
func (s *service) hear(ctx context.Context) error {
	var err error
	if s.loaded.Channels.Slack.AppToken.IsSet() {
		err = s.leased(ctx, socketLease, socketTTL, s.answers.Run)
	} else {
		<-ctx.Done()
	}
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainFront)
	defer cancel()
	return errors.Join(err, s.answers.Close(ending))
}

// leased runs do while this process holds a lease, again and again until ctx is done; while another holds it, it waits. Do must
// return soon after its context is done.
func (s *service) leased(ctx context.Context, name string, ttl time.Duration, do func(context.Context) error) error {
	scanner.Every(ctx, "hold "+name, min(ttl/3, leaseTry), s.log, func(ctx context.Context) (bool, error) {
		lease, err := s.opened.store.Acquire(ctx, name, s.holder, ttl)
		if errors.Is(err, scanner.ErrHeld) {
			return false, nil
		}
		if err == nil {
			err = s.hold(ctx, lease, ttl, do)
		}
		if err != nil && ctx.Err() == nil { // not handed back: people wait for an answer, so the next attempt comes soon
			s.log.Warn("what a lease is held for has ended; it is tried again", "lease", name, "error", err)
		}
		return false, nil
	})
	return nil
}

// hold runs do until it returns, or the lease may be lost.
func (s *service) hold(ctx context.Context, lease scanner.Lease, ttl time.Duration, do func(context.Context) error) error {
	holding, stop := context.WithCancel(ctx)
	defer stop()
	done := make(chan error, 1)
	go func() { done <- do(holding) }()
	ticker := time.NewTicker(ttl / 3)
	defer ticker.Stop()
	good := time.Now()
	for {
		select {
		case err := <-done:
			ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), ttl/3)
			defer cancel()
			gone := s.opened.store.Release(ending, lease)
			if errors.Is(gone, scanner.ErrLost) {
				gone = nil // another has it
			}
			return errors.Join(err, gone)
		case <-ticker.C:
		}
		renewing, cancel := context.WithTimeout(holding, ttl/6)
		renewed, err := s.opened.store.Renew(renewing, lease, ttl)
		cancel()
		if err == nil {
			lease, good = renewed, time.Now()
			continue
		}
		if errors.Is(err, scanner.ErrLost) || time.Since(good) >= ttl/2 {
			stop() // the next report of done ends it
		}
	}
}
