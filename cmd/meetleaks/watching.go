package main

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"runtime"
	"time"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/notify/webhook"
	"meetleaks/scanner"
	"meetleaks/scanner/extract"
	"meetleaks/scanner/fetch"
	"meetleaks/scanner/source/files"
	"meetleaks/scanner/source/hook"
	"meetleaks/scanner/source/web"
	"meetleaks/scanner/store/redisstore"
)

// The kinds of sources that are built in.
const (
	sourceWeb  = "web"
	sourceHook = "hook"
)

// reading is what a process reads sources with.
type reading struct {
	client  *fetch.Client
	unpack  *extract.Extractor
	watches []scanner.Watch
	web     map[string]*web.Source
	hooks   map[string]*hook.Hook
	hubs    map[string]http.Handler // by path: what hubs tell
}

// defaultPages is what a pass reads of a site when the configuration does not say.
const defaultPages = 10_000

// joinSources makes the sources, the queue and the schedule.
func (s *service) joinSources(context.Context) error {
	c := s.loaded.Config
	r := &reading{web: map[string]*web.Source{}, hooks: map[string]*hook.Hook{}, hubs: map[string]http.Handler{}}
	s.reading = r
	client, err := s.app.watchClient(c, s.opened)
	if err != nil {
		return err
	}
	r.client = client
	if len(c.Sources) > 0 {
		for _, warning := range client.Warnings() {
			s.log.Warn(warning)
		}
	}
	s.closers = append(s.closers, func() error { client.Close(); return nil })
	r.unpack = extract.New(extract.Options{Child: childCommand(), Now: s.app.now})
	for i, source := range c.Sources {
		err := s.joinSource(i, source)
		switch {
		case err != nil && s.isRegistered(i):
			s.log.Warn("a registered domain cannot be watched", "source", source.Name, "error", err)
			r.watches = append(r.watches, blindWatch(source, err))
		case err != nil:
			return err
		}
	}
	return s.joinSchedule()
}

// joinSource adds one source of the configuration.
func (s *service) joinSource(i int, source config.Source) error {
	kind := kindNamed(source.Kind)
	switch {
	case source.Off:
		s.log.Info("a source is switched off", "source", source.Name)
		return nil
	case kind.isService():
		return s.joinService(i, source)
	}
	return kind.join(s, i, source)
}

// joinWeb adds a site that is crawled again and again.
func (s *service) joinWeb(i int, source config.Source) error {
	starts, err := startURLs(source)
	if err != nil {
		return err
	}
	options, err := s.siteOptions(i, source)
	if err != nil {
		return err
	}
	client := s.reading.client.From(starts)
	for _, start := range starts {
		if err := client.Admit(start); err != nil {
			return usage("a service of your own is read when fetch.allow names its host:port",
				"sources[%d] (%s): a start is not read: %w", i, source.Name, fetch.AsError(err, start.String()).Err)
		}
	}
	key, err := s.keys.ring.PlaceKey()
	if err != nil {
		return failed("", "%w", err)
	}
	site, err := web.NewSource(client, s.readPage, web.SourceOptions{
		Options: options, Visits: s.opened.store, Taker: judgedAnew{s.pulled, s.listed}, Key: key, Jobs: min(runtime.GOMAXPROCS(0), web.MaxParallel),
		Generation: s.generation(), Doubtful: s.doubtful, Log: s.log,
	})
	if err != nil {
		return usage("", "sources[%d] (%s): %w", i, source.Name, err)
	}
	s.reading.web[source.Name] = site
	s.watch(source, s.whileProved(i, source, site.Read))
	return nil
}

// doubtful says whether what was recorded of a page at a time may be lost, or may be judged by an older inventory.
func (s *service) doubtful(at time.Time) bool { return s.history.doubtful(at) || s.listed.outdated(at) }

// readPage makes documents of a page.
func (s *service) readPage(ctx context.Context, page *web.Page, yield func(scanner.Document) error, skip func(scanner.Skip)) (scanner.Outline, error) {
	return s.reading.unpack.Read(ctx, page, yield, skip)
}

// readItem makes documents of what was handed in.
func (s *service) readItem(ctx context.Context, page *hook.Page, yield func(scanner.Document) error, skip func(scanner.Skip)) (scanner.Outline, error) {
	return s.reading.unpack.Read(ctx, page, yield, skip)
}

// siteOptions say what is read of a site.
func (s *service) siteOptions(i int, source config.Source) (web.Options, error) {
	options := web.Options{
		Name: source.Name, Start: source.Start, Depth: source.Depth, MaxPages: cmp.Or(source.MaxPages, defaultPages), Now: s.app.now,
	}
	if at := fmt.Sprintf("sources[%d].depth", i); source.Depth == 0 && s.loaded.Origin(at) != (config.Origin{}) {
		options.Depth = -1 // the starts alone
	}
	if fetch.Pace(s.loaded.Fetch.Pace) == fetch.None {
		options.PerHost = unpacedParallel
	}
	for _, part := range []struct {
		patterns []string
		into     *[]web.Glob
	}{{source.Include, &options.Include}, {source.Exclude, &options.Exclude}} {
		for _, pattern := range part.patterns {
			glob, err := files.ParseGlob(pattern)
			if err != nil {
				return options, usage("", "sources[%d] (%s): %w", i, source.Name, err)
			}
			*part.into = append(*part.into, glob)
		}
	}
	return options, nil
}

func startURLs(source config.Source) ([]*url.URL, error) {
	var starts []*url.URL
	for _, text := range source.Start {
		u, err := url.Parse(text)
		if err != nil {
			return nil, usage("", "source %s: a start is no URL", source.Name)
		}
		if u.Scheme == "webcal" { // which is https by another name
			u.Scheme = "https"
		}
		starts = append(starts, u)
	}
	return starts, nil
}

// joinHook adds a source that is handed its documents.
func (s *service) joinHook(_ int, source config.Source) error {
	h, err := hook.New(hook.Options{
		Source: source.Name, Taker: judgedAnew{s.pushed, s.listed}, Seen: s.opened.store, Verify: verifier(source.Secret), Read: s.readItem,
		Log: s.log, Now: s.app.now,
	})
	if err != nil {
		return usage("", "source %s: %w", source.Name, err)
	}
	s.reading.hooks[source.Name] = h
	return nil
}

// verifier judges signed requests by keys that are read anew for each.
func verifier(secret config.Secret) func(http.Header, []byte, time.Time) (string, error) {
	return func(header http.Header, body []byte, now time.Time) (string, error) {
		text, err := secret.Read()
		if err != nil {
			return "", fmt.Errorf("read the feeder's key: %w: %w", scanner.ErrUnavailable, err)
		}
		keys, err := webhook.ParseKeys(text)
		if err != nil {
			return "", fmt.Errorf("read the feeder's key: %w: %w", scanner.ErrUnavailable, err)
		}
		return webhook.Verify(keys, header, body, now)
	}
}

// joinSchedule makes the queue, and who says what is read next.
func (s *service) joinSchedule() error {
	var err error
	if s.queue, err = s.opened.queue(s.log); err != nil {
		return failed("", "%w", err)
	}
	s.closers = append(s.closers, s.queue.Close)
	plan := scanner.SchedulePlan{
		Watches: s.reading.watches, Store: s.opened.store, Queue: s.queue, Holder: s.holder, Drain: drainPasses, Log: s.log,
	}
	if s.schedule, err = scanner.NewScheduler(plan); err != nil {
		return usage("", "sources: %w", err)
	}
	s.outlook = s.schedule
	if !s.roles.has(roleSchedule) { // it looks how the sources are doing, and offers nothing
		plan.Queue = noQueue{}
		s.outlook, err = scanner.NewScheduler(plan)
	}
	return err
}

// outlooks is how the sources are doing: those that are read, and, where they are handed in, those that are not.
func (s *service) outlooks() []scanner.Outlook {
	all := s.aviary.over(s.outlook.Outlooks())
	if !s.roles.has(roleConsole) {
		return all
	}
	for _, source := range s.loaded.Sources {
		if h := s.reading.hooks[source.Name]; h != nil {
			all = append(all, handedIn(source, h.Last(), s.began, s.app.now()))
		}
	}
	return all
}

// handedIn is the outlook of a source that is handed its documents: last says when this process took one, zero for never. How often one
// is to be expected only its operator knows; without `every` it is never too quiet.
func handedIn(source config.Source, last, began, now time.Time) scanner.Outlook {
	o := scanner.Outlook{Source: source.Name, Kind: scanner.Stream, Passed: last}
	since := began
	if last.After(began) {
		since = last
	}
	if every := time.Duration(source.Every); every > 0 && now.Sub(since) > 2*every {
		o.Blind, o.Since = scanner.BlindQuiet, since.Add(2*every)
	}
	return o
}

// noQueue takes hints and drops them.
type noQueue struct{}

// Offer implements [scanner.Queue].
func (noQueue) Offer(context.Context, scanner.Hint) error { return nil }

// Run implements [scanner.Queue].
func (noQueue) Run(ctx context.Context, _ int, _ func(context.Context, scanner.Hint) error) error {
	<-ctx.Done()
	return nil
}

// Close implements [scanner.Queue].
func (noQueue) Close() error { return nil }

// watchClient is the one way out to the web; with Redis all processes keep one pace together.
func (a *app) watchClient(c config.Config, opened *openedStore) (*fetch.Client, error) {
	var pacer fetch.Pacer
	if shared, ok := opened.store.(*redisstore.Store); ok && fetch.Pace(c.Fetch.Pace) != fetch.None {
		pacer = shared.Pacer(redisstore.PacerOptions{})
	}
	return a.fetchClient(c.Fetch, c.Organisations, pacer)
}
