package main

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"net/url"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/scanner"
	"meetleaks/scanner/source/calendar"
	"meetleaks/scanner/source/feed"
	"meetleaks/scanner/source/polled"
)

// hubPath is where hubs tell of news in feeds; below it each source has its own.
const hubPath = "/hooks/websub/"

// joinFeed adds feeds.
func (s *service) joinFeed(i int, source config.Source) error {
	of, err := s.polledOf(i, source)
	if err != nil {
		return err
	}
	callback, err := s.hubCallback(source)
	if err != nil {
		return usage("", "sources[%d] (%s): %w", i, source.Name, err)
	}
	made, err := feed.NewSource(feed.Options{
		Options: of, Read: s.readListed, Callback: callback, HubClient: s.clients, AllowSHA1: source.AllowSHA1,
	})
	if err != nil {
		return usage("", "sources[%d] (%s): %w", i, source.Name, err)
	}
	if callback != nil {
		s.reading.hubs[callback.Path+"/"] = made
	}
	s.watch(source, s.whileProved(i, source, made.Read))
	return nil
}

// joinCalendar adds calendars.
func (s *service) joinCalendar(i int, source config.Source) error {
	of, err := s.polledOf(i, source)
	if err != nil {
		return err
	}
	made, err := calendar.NewSource(calendar.Options{Options: of, Read: s.readListed})
	if err != nil {
		return usage("", "sources[%d] (%s): %w", i, source.Name, err)
	}
	s.watch(source, s.whileProved(i, source, made.Read))
	return nil
}

// hubCallback is the public address at which hubs tell a source of news, nil when it does not want that.
func (s *service) hubCallback(source config.Source) (*url.URL, error) {
	if !source.WebSub {
		return nil, nil
	}
	base := s.loaded.Console.PublicURL
	if base == "" {
		return nil, usage("", "websub needs console.public_url: hubs must know where to tell of news")
	}
	u, err := url.Parse(base)
	if err != nil {
		return nil, err
	}
	return u.JoinPath(hubPath, url.PathEscape(source.Name)), nil
}

// readListed makes documents of a calendar, or of an item of a feed.
func (s *service) readListed(ctx context.Context, page *polled.Page, yield func(scanner.Document) error, skip func(scanner.Skip)) (scanner.Outline, error) {
	return s.reading.unpack.Read(ctx, page, yield, skip)
}

// polledOf is what a source needs that polls addresses. Its key hides what it remembers.
func (s *service) polledOf(i int, source config.Source) (polled.Options, error) {
	starts, err := startURLs(source)
	if err != nil {
		return polled.Options{}, err
	}
	key, err := s.keys.ring.PlaceKey()
	if err != nil {
		return polled.Options{}, failed("", "sources[%d] (%s): %w", i, source.Name, err)
	}
	mac := hmac.New(sha256.New, key) // so that what two kinds of sources remember has nothing in common
	mac.Write([]byte("meetleaks source of kind " + source.Kind + " v1"))
	return polled.Options{
		Name: source.Name, URLs: starts, Client: s.reading.client.From(starts), Visits: s.opened.store, Taker: judgedAnew{s.pulled, s.listed},
		Key: mac.Sum(nil), Generation: s.generation(), Log: s.log, Now: s.app.now,
	}, nil
}
