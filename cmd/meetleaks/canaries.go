package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/scanner"
)

// canaryEvery is how often a source must find a canary when the configuration does not say.
const canaryEvery = 24 * time.Hour

// newCanaries makes the canaries of the configuration, nil when there are none. Index is the deployment's index key.
func newCanaries(list []config.Canary, index []byte, visits scanner.Visits) (*scanner.Canaries, error) {
	if len(list) == 0 {
		return nil, nil
	}
	canaries := make([]scanner.Canary, 0, len(list))
	for _, one := range list {
		canaries = append(canaries, scanner.Canary{
			Name: one.Name, Keys: meetingKeys(index, one.Link.Clear()), Sources: one.Sources, Every: cmp.Or(time.Duration(one.Every), canaryEvery),
		})
	}
	made, err := scanner.NewCanaries(canaries, visits)
	if err != nil {
		return nil, usage("", "canaries: %w", err)
	}
	return made, nil
}

// aviary remembers which sources missed a canary at the last look. It is safe for concurrent use.
type aviary struct {
	mu     sync.Mutex
	missed map[string]missedCanary // by source
	all    []scanner.CanarySighting
}

type missedCanary struct {
	names []string
	since time.Time
}

// look judges what is known of canaries by how the sources are doing.
func (a *aviary) look(canaries *scanner.Canaries, sightings []scanner.CanarySighting, outlooks []scanner.Outlook, now time.Time) {
	passed := map[string]time.Time{}
	for _, o := range outlooks {
		if o.Kind == scanner.Poll {
			passed[o.Source] = o.Passed
		}
	}
	missed := map[string]missedCanary{}
	for _, s := range sightings {
		every := canaries.Every(s.Canary)
		if s.Missed(every, passed[s.Source], now) < scanner.CanariesMissed {
			continue
		}
		one := missed[s.Source]
		one.names = append(one.names, s.Canary)
		if since := s.MissedSince(every, passed[s.Source]); one.since.IsZero() || since.Before(one.since) {
			one.since = since
		}
		missed[s.Source] = one
	}
	for i, s := range sightings { // reading again what stands unchanged is finding it
		if at := passed[s.Source]; s.Stands && at.After(s.Found) {
			sightings[i].Found = at
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.missed, a.all = missed, sightings
}

// over lays what is known of canaries over outlooks: a source that misses one is blind, whatever it says.
func (a *aviary) over(outlooks []scanner.Outlook) []scanner.Outlook {
	a.mu.Lock()
	defer a.mu.Unlock()
	for i, o := range outlooks {
		if one, missed := a.missed[o.Source]; missed && o.Blind == "" {
			outlooks[i].Blind = "misses its canary " + plain(strings.Join(one.names, ", "))
			outlooks[i].Since = one.since
		}
	}
	return outlooks
}

// observe tells the metrics how long after it was posted something was found.
func (s *service) observe(source string, after time.Duration) {
	if s.figures != nil {
		s.figures.PostToFind(source, after)
	}
}

// sightings is what was known of canaries at the last look.
func (a *aviary) sightings() []scanner.CanarySighting {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.all
}

// watchSources looks for what the sources do not see, and tells security operations of it.
func (s *service) watchSources(ctx context.Context) (bool, error) {
	if s.canaries != nil {
		sightings, err := s.canaries.Look(ctx, s.now())
		if err != nil {
			return false, fmt.Errorf("look for canaries: %w", err)
		}
		s.aviary.look(s.canaries, sightings, s.outlook.Outlooks(), s.now())
	}
	if !s.roles.has(roleSchedule) {
		return false, nil
	}
	var failed []error
	for _, o := range s.outlooks() {
		_, err := s.pulled.TellBlind(ctx, s.unread(o))
		failed = append(failed, err)
	}
	return false, errors.Join(failed...)
}

// unread gives a source over which no pass ever began a time since when it is blind: none is stored. All processes, and those that come
// after them, agree on one a day; before this one has minded it for a while, under whichever service, nobody knows that others do not read.
func (s *service) unread(o scanner.Outlook) scanner.Outlook {
	if o.Blind == scanner.BlindUnread && o.Since.IsZero() && o.Running.IsZero() && time.Since(s.minded[o.Source]) >= scanner.BlindGrace {
		o.Since = s.now().Add(-scanner.BlindGrace).Truncate(24 * time.Hour)
	}
	return o
}
