package demo

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"meetleaks/notify/slack/fakeslack"
	"meetleaks/scanner"
)

// Service is what the story sees of the service, beside what reaches the stand-ins.
type Service interface {
	Leaks(ctx context.Context) ([]scanner.Leak, error)
	Ledger(ctx context.Context) (scanner.Ledger, error)
	// Wake lets all leaks be looked at, whatever the time is, as they are when theirs has come.
	Wake(ctx context.Context) error
}

// Story is what happens. All fields must be given.
type Story struct {
	World   *World
	Service Service
	Console string // the address of the console, "http://…"
	Token   string // the file with its token
	// Tell is told what happens, in order, by one goroutine.
	Tell func(Event)
	// Rest lets people read; it returns an error when the story is to end.
	Rest func(ctx context.Context) error
	// Bound is how long what has to come may take, each time.
	Bound time.Duration

	known map[string]bool // leaks that were told
	raid  string          // the post that calls for a raid
}

// The bounds of waiting.
const (
	lookEvery = 40 * time.Millisecond
	// settles is how long what came of an answered question may take to be written.
	settles = 300 * time.Millisecond
)

// ErrMissing says that what had to come did not.
var ErrMissing = errors.New("it did not happen")

// Play tells the story to its end. Its error says what is missing; everything that came before was told.
func (s *Story) Play(ctx context.Context) error {
	s.known = map[string]bool{}
	s.tell(Event{Kind: Ready, Console: s.Console, TokenFile: s.Token, Words: []string{
		"Acme School has a web site, a few people in Slack, and a Zoom account; its pupils are on Bluesky. All of that is played here, on " +
			"this machine. The service that watches over the school's meetings is the real one. Times are UTC.",
	}})
	for _, act := range []func(context.Context) error{s.siteAct, s.streamAct, s.goneAct, s.books} {
		if err := act(ctx); err != nil {
			return err
		}
	}
	s.tell(Event{Kind: Ended})
	return nil
}

// tell tells an event, with the time.
func (s *Story) tell(e Event) {
	e.At = s.World.clock.Now().UTC().Truncate(time.Millisecond)
	s.Tell(e)
}

// until waits for what has to come. what says it in words: "the leak on the site is found".
func (s *Story) until(ctx context.Context, what string, come func(context.Context) (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, s.Bound)
	defer cancel()
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	var last error
	for {
		there, err := come(ctx)
		if there && err == nil {
			return nil
		}
		if err != nil && ctx.Err() == nil {
			last = err
		}
		select {
		case <-ctx.Done():
			if errors.Is(ctx.Err(), context.Canceled) {
				return fmt.Errorf("%s: %w", what, ctx.Err())
			}
			return errors.Join(fmt.Errorf("%s: %w", what, ErrMissing), last)
		case <-ticker.C:
		}
	}
}

// Pause waits, or returns the context's error.
func Pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// newLeak waits for a leak that was not told yet.
func (s *Story) newLeak(ctx context.Context, what string) (found scanner.Leak, err error) {
	err = s.until(ctx, what, func(ctx context.Context) (bool, error) {
		list, err := s.Service.Leaks(ctx)
		for _, l := range list {
			if !s.known[l.ID] {
				found = l
				return true, nil
			}
		}
		return false, err
	})
	s.known[found.ID] = err == nil
	return found, err
}

// leak waits until a leak is as it has to be.
func (s *Story) leak(ctx context.Context, id, what string, right func(scanner.Leak) bool) (l scanner.Leak, err error) {
	state := scanner.StateNew
	err = s.until(ctx, what, func(ctx context.Context) (bool, error) {
		list, err := s.Service.Leaks(ctx)
		for _, l = range list {
			if l.ID == id {
				state = l.State
				return right(l), nil
			}
		}
		return false, err
	})
	if errors.Is(err, ErrMissing) {
		err = fmt.Errorf("%w (the leak is %q)", err, state)
	}
	return l, err
}

// message waits for a card in a room of Slack's, by what its text or buttons hold.
func (s *Story) message(ctx context.Context, room, holds, what string) (found fakeslack.Message, err error) {
	err = s.until(ctx, what, func(context.Context) (bool, error) {
		for _, m := range s.World.Slack.Messages() {
			if m.Channel == room && strings.Contains(m.Blocks, holds) {
				found = m
				return true, nil
			}
		}
		return false, nil
	})
	return found, err
}

// changed waits until a card says something.
func (s *Story) changed(ctx context.Context, m fakeslack.Message, says, what string) (card []string, err error) {
	err = s.until(ctx, what, func(context.Context) (bool, error) {
		for _, now := range s.World.Slack.Messages() {
			if now.Channel == m.Channel && now.TS == m.TS {
				card = Card(now.Blocks)
				return strings.Contains(strings.Join(card, "\n"), says), nil
			}
		}
		return false, nil
	})
	return card, err
}

// room is the direct conversation with a person.
func room(user string) string { return "D" + strings.TrimPrefix(user, "U") }

// Short is the first digits of a leak's id.
func Short(id string) string {
	_, digits, _ := strings.Cut(id, ":")
	return digits[:min(len(digits), 8)]
}
