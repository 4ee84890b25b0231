package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/scanner"
)

// serveOptions are the flags of `serve`.
type serveOptions struct {
	config, logFormat, logLevel string
	roleNames                   []string
	roles                       roles
	// ready is called once the addresses are taken, before the parts begin; it must return soon. Nil: nobody is told.
	ready func(*service)
	// claimsEvery is how often is looked how registered domains stand; 0: claimsEvery, as for whoever is not a test.
	claimsEvery time.Duration
}

func (a *app) serveCommand() *cobra.Command {
	var o serveOptions
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Watch sources, alert hosts, and stay with each leak until it is closed",
		Long: `serve reads the configured sources again and again, finds the meeting links that belong to the configured organisations, and
tells those who can lock or move the meeting. It serves /healthz, /readyz, /metrics, the API under /api/v1 and the hooks on
console.listen. Domains that others register and prove (see "meetleaks domain") count within a minute or two, without a restart.

Without a configuration it keeps an embedded store in the user's data folder and waits to be told what to watch. With a store in
Redis any number of processes share the work; --roles says which part one takes.

The first SIGTERM or Ctrl-C lets it end what is under way, half a minute at most; a second ends it at once. What was not
sent stays in the store and is sent after the next start.

Exit codes: 0 stopped in order · 2 wrong usage or configuration · 3 it could not start, or not end what was under way.`,
		Example: "  meetleaks serve --config meetleaks.yaml\n  meetleaks serve --config meetleaks.yaml --roles read",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var err error
			if o.roles, err = parseRoles(o.roleNames); err != nil {
				return err
			}
			if !cmd.Flags().Changed("config") {
				o.config = existingDefault()
			}
			return a.serve(cmd.Context(), o)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.config, "config", "", "configuration `FILE` (default "+defaultConfig+" when it is there)")
	flags.StringSliceVar(&o.roleNames, "roles", allRoles(), "what this process does, divided by commas: "+strings.Join(allRoles(), ", "))
	flags.StringVar(&o.logFormat, "log-format", logAuto, "auto (text on a terminal, JSON else), json or text")
	flags.StringVar(&o.logLevel, "log-level", "info", "debug, info, warn or error")
	return cmd
}

// The bounds of the end.
const (
	drainPasses = 20 * time.Second // what is being read
	drainFront  = 10 * time.Second // requests
	drainAll    = 35 * time.Second
	closeBound  = 5 * time.Second // to give back what was opened
)

var (
	errStuck = errors.New("what was under way did not end in time; it is due again at the next start")
	errEnded = errors.New("ended, though nobody told it to")
)

// serve runs until it is told to stop.
func (a *app) serve(ctx context.Context, o serveOptions) error {
	log, err := newLog(a.stderr, o.logFormat, o.logLevel)
	if err != nil {
		return err
	}
	if err := noCoreDumps(); err != nil {
		log.Warn("core dumps are not forbidden", "error", err)
	}
	loaded, err := a.loadConfig(o.config)
	if err != nil {
		return err
	}
	return a.serveLoaded(ctx, o, loaded, log)
}

// serveLoaded is serve with a configuration that was read.
func (a *app) serveLoaded(ctx context.Context, o serveOptions, loaded *config.Loaded, log *slog.Logger) error {
	s, err := a.assemble(ctx, o, loaded, log)
	if err == nil {
		err = s.front.listen(ctx)
	}
	switch {
	case err == nil:
		err = s.run(ctx)
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		err = s.closeSoon(closeBound) // told to stop before all was there
	default:
		err = errors.Join(err, s.closeSoon(closeBound))
	}
	switch {
	case err == nil:
		log.Info("stopped")
		return nil
	case isFault(err):
		return err
	}
	return failed("", "serve: %w", err)
}

func isFault(err error) bool {
	var f *fault
	return errors.As(err, &f)
}

// together runs parts until ctx is done, and waits for their ends, not longer than the bound. A part that fails, or ends though nobody
// told it to, ends the others. What went wrong is told, also what went wrong at the end.
func (s *service) together(ctx context.Context, stop context.CancelCauseFunc, parts []part, bound time.Duration) error {
	var running sync.WaitGroup
	failures := make(chan error, len(parts))
	for _, part := range parts {
		running.Go(func() {
			err := part.run(ctx)
			switch {
			case ctx.Err() != nil && (err == nil || errors.Is(err, context.Canceled)):
				return
			case err == nil:
				err = errEnded
			}
			err = fmt.Errorf("%s: %w", part.name, err)
			failures <- err
			stop(err)
		})
	}
	<-ctx.Done()
	s.log.Info("stopping: what is under way comes to its end")
	done := make(chan struct{})
	go func() { running.Wait(); close(done) }()
	timer := time.NewTimer(bound)
	defer timer.Stop()
	var failed []error
	select {
	case <-done:
	case <-timer.C:
		failed = append(failed, errStuck)
	}
	for range len(failures) {
		failed = append(failed, <-failures)
	}
	return errors.Join(failed...)
}

// part is something that runs until its context is done.
type part struct {
	name string
	run  func(ctx context.Context) error
}

// every is a part that does a step again and again.
func (s *service) every(name string, pause time.Duration, step func(context.Context) (bool, error)) part {
	return part{name, func(ctx context.Context) error {
		scanner.Every(ctx, name, pause, s.log, step)
		return nil
	}}
}

// The rhythm of what is done again and again.
const (
	booksEvery  = time.Minute
	expireEvery = 10 * time.Minute
	hostsEvery  = 30 * time.Second
	keysEvery   = 5 * time.Second
	provePause  = 20 * time.Second
)

// parts are what the roles of this process do.
func (s *service) parts() []part {
	parts := []part{
		{"answer", s.attend},
		s.every("look at the store", historyEvery, s.history.look),
		s.every("look at the hosts' files", hostsEvery, s.checkHosts),
		s.every("prove domains", s.rhythm(), s.keepClaims),
		s.every("look for missing keys", keysEvery, s.keeper.mend),
		{"schedule", s.outlook.Schedule},
		// In each process: each says of itself whether it is ready. That of several one alert is made is the store's business.
		s.every("look for what sources do not see", booksEvery, s.watchSources),
		s.every("check the books", booksEvery, func(ctx context.Context) (bool, error) { return false, s.pulled.CheckBooks(ctx) }),
	}
	if s.roles.has(roleSchedule) {
		parts = append(parts, s.every("take away what is old", expireEvery, s.keeper.expire),
			s.every("keep the record of coverage", coverageEvery, s.keepCoverage))
	}
	if s.roles.has(roleRead) {
		parts = append(parts, part{"read", s.schedule.Work})
	}
	if s.roles.has(roleAlert) {
		parts = append(parts,
			part{"send alerts", func(ctx context.Context) error { s.sender.Run(ctx); return nil }},
			part{"prove", func(ctx context.Context) error { s.proving.Run(ctx, provePause); return nil }},
			part{"look at leaks", func(ctx context.Context) error { s.pulled.RunTicks(ctx, tickPause, s.log); return nil }})
	}
	if s.roles.has(roleConsole) && s.answers != nil {
		parts = append(parts, part{"hear answers", s.hear})
	}
	return parts
}

func (s *service) checkHosts(context.Context) (bool, error) {
	s.logHosts(s.book.Check())
	s.listed.look()
	return false, nil
}

// greet says what runs, and what does not although one would think so.
func (s *service) greet() {
	c := s.loaded.Config
	s.log.Info("meetleaks serves", "version", version(), "store", s.opened.String(), "roles", []string(s.roles), "console", s.front.address(),
		"organisations", len(c.Organisations), "sources", len(c.Sources), "alerts", c.Alerts.Mode)
	if len(c.Organisations) == 0 {
		s.log.Warn("no organisation is configured: nothing that is found can belong to anybody; `meetleaks config init` prints an example")
	}
	if len(c.Sources) == 0 {
		s.log.Warn("no source is configured: nothing is watched")
	}
	for _, o := range c.Organisations {
		if roomless(o, c.Channels) {
			s.log.Warn("nobody is told when a host is not known or does not answer: give fallback.slack_channel (with channels.slack), a webhook, or a route without conditions", "organisation", o.Name)
		}
	}
	if len(s.channels) == 0 && c.Alerts.Mode != string(scanner.ModeObserve) {
		s.log.Warn("no channel is configured: alerts wait in the store until there is one")
	}
}
