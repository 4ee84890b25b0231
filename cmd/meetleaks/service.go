package main

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/cmd/meetleaks/internal/console"
	"meetleaks/cmd/meetleaks/internal/hosts"
	"meetleaks/cmd/meetleaks/internal/metrics"
	"meetleaks/notify"
	"meetleaks/notify/slack"
	"meetleaks/scanner"
	"meetleaks/scanner/claims"
)

// service is what a process of `serve` does: its parts, joined. Nothing of it runs before relay.go starts it; another takes over from it
// when what is registered has changed.
type service struct {
	app    *app
	loaded *config.Loaded // with what was registered besides
	file   *config.Loaded // as the operator wrote it
	roles  roles
	log    *slog.Logger
	holder string // this process among all that share the store
	began  time.Time

	opened   *openedStore
	keys     deploymentKeys
	book     *hosts.Book
	clients  apiClients
	meetings *meetings // what the services themselves say of meetings
	proving  *scanner.Proving
	listed   *inventory // what of it decides whose a link is
	channels map[string]notify.Channel
	teller   *teller
	confirm  *confirm       // the page on which people answer who were told by mail
	answers  *slack.Answers // nil: nobody listens to what people press
	keeper   *keeper
	history  *history
	pulled   *scanner.Pipeline // for documents that sources fetched, and for all that happens to leaks
	pushed   *scanner.Pipeline // for documents that the operator's feeders hand in
	sender   *scanner.Sender
	reading  *reading
	queue    scanner.Queue
	schedule *scanner.Scheduler // reads, and offers what is due when that is a role of this process
	outlook  *scanner.Scheduler // knows how the sources are doing; the same one when it also offers
	canaries *scanner.Canaries  // nil: none
	aviary   aviary
	figures  *metrics.Metrics
	faults   channelFaults
	registry *claims.Registry
	claims   *claims.Keeper // who has proved which domain
	front    *front         // the process's, whichever service is at work
	console  *console.Console
	replies  *replies // what this one answers there

	searched   []config.Organisation // see judged
	registered []string              // what this service is made of, see standing
	options    serveOptions
	working    time.Time            // since when, by this machine's clock
	minded     map[string]time.Time // since when this process minds each source, by the same clock; see mind
	relief     chan *service        // the next one, when there is to be one
	closers    []func() error
}

// assemble joins the parts. It opens the store, but reads no source and tells nobody. What it made is given back by close, also after
// an error.
func (a *app) assemble(ctx context.Context, o serveOptions, loaded *config.Loaded, log *slog.Logger) (*service, error) {
	s := &service{
		app: a, loaded: loaded, roles: o.roles, log: log, holder: newHolder(), began: a.now(), options: o, relief: make(chan *service),
	}
	for _, step := range []func(context.Context) error{
		func(context.Context) error { return s.checkPlan() },
		s.openStore, s.joinRegistered, s.readHosts, s.joinPipelines, s.joinProving, s.joinSources, s.joinFigures, s.joinSender, s.joinAnswers, s.joinFront,
	} {
		if err := step(ctx); err != nil {
			return s, err
		}
	}
	return s, nil
}

// close gives back what was opened, the last first.
func (s *service) close() error {
	var failed []error
	for i := len(s.closers) - 1; i >= 0; i-- {
		failed = append(failed, s.closers[i]())
	}
	return errors.Join(failed...)
}

// closeSoon is close, given up after a bound: what does not end by itself ends with the process.
func (s *service) closeSoon(bound time.Duration) error {
	done := make(chan error, 1)
	go func() { done <- s.close() }()
	timer := time.NewTimer(bound)
	defer timer.Stop()
	select {
	case err := <-done:
		return err
	case <-timer.C:
		return errStuck
	}
}

// newHolder names this process: the machine, the process, and a number drawn for this start.
func newHolder() string {
	machine, err := os.Hostname()
	if err != nil || len(machine) > 200 {
		machine = "machine"
	}
	var draw [6]byte
	_, _ = rand.Read(draw[:]) // never fails
	return fmt.Sprintf("%s/%d/%s", machine, os.Getpid(), hex.EncodeToString(draw[:]))
}

// openStore reads the keys, then opens the store, and gives each organisation its data key.
func (s *service) openStore(ctx context.Context) error {
	place, err := s.app.storePlace(s.loaded.Config)
	if err != nil {
		return err
	}
	if s.keys, err = openKeys(s.loaded.Keys, place); err != nil {
		return err
	}
	if s.keys.made {
		s.log.Warn("a master key was made: keep a copy of it apart from the store, without it nothing that is sealed can be read", "file", s.keys.file)
	}
	if s.opened, err = openPlace(ctx, place); err != nil {
		return err
	}
	s.closers = append(s.closers, s.opened.store.Close)
	s.keeper = newKeeper(s.opened.store, s.holder, s.keys.ring, s.loaded.Config, s.app.now, s.log)
	s.history = &history{store: s.opened.store, holder: s.holder, log: s.log}
	if err := s.keeper.ready(ctx); err != nil {
		return notReadied(place, err)
	}
	_, err = s.history.look(ctx)
	return err
}

// notReadied is why a store cannot be used. That it was made with other keys is a mistake of the configuration.
func notReadied(place storePlace, err error) error {
	if errors.Is(err, errOtherIndex) || errors.Is(err, scanner.ErrKeyUnknown) || errors.Is(err, scanner.ErrNotSealed) {
		return usage("give keys.master_file (and keys.index, when it is used) the keys that the store was made with; all processes have the same",
			"the store %s was made with other keys: %w", place, err)
	}
	return failed("", "prepare the store %s: %w", place, err)
}

// readHosts reads who hosts which meeting, and makes the clients of the accounts that know more of them.
func (s *service) readHosts(ctx context.Context) error {
	book, reports := hosts.New(s.loaded.Organisations, s.keys.ring.IndexKey())
	s.book, s.listed = book, newInventory(book.Listed, s.app.now)
	s.logHosts(reports)
	return s.joinMeetings(ctx)
}

// logHosts says what came of reading lists of hosts.
func (s *service) logHosts(reports []hosts.Report) {
	for _, r := range reports {
		file := r.File
		if file == "" {
			file = "the configuration"
		}
		for _, m := range r.Mistakes {
			s.log.Warn("an entry of the hosts is left out", "file", file, "line", m.Line, "where", m.Where, "what", m.What)
		}
		if r.More > 0 {
			s.log.Warn("more entries of the hosts are left out", "file", file, "entries", r.More)
		}
		switch {
		case r.Err != nil:
			s.log.Error("the hosts' file is not in use as it is", "file", file, "error", r.Err)
		case r.File != "":
			s.log.Info("hosts read", "file", file, "meetings", r.Meetings, "organisers", r.Organisers)
		}
	}
}

// joinMeetings makes the clients of the organisations' own accounts at meeting services.
func (s *service) joinMeetings(context.Context) error {
	var err error
	if s.clients, err = s.app.apiClients(s.loaded.Fetch); err != nil {
		return err
	}
	s.meetings, err = openMeetings(s.loaded.Config, s.book, s.keys.ring.IndexKey(), s.clients, s.app.now)
	return err
}

// now is the time of leaks and alerts: the process's clock, put right by the store's.
func (s *service) now() time.Time {
	if s.history == nil { // a command, beside the service
		return s.app.now()
	}
	return s.app.now().Add(s.history.offset())
}

// prove asks for a leaked meeting to be looked at; a command that acts on a leak leaves that to the service.
func (s *service) prove(leak scanner.LeakRef) {
	if s.proving != nil {
		s.proving.Ask(leak)
	}
}

// joinProving makes who asks the services whether leaked meetings are safe.
func (s *service) joinProving(context.Context) error {
	var err error
	s.proving, err = scanner.NewProving(scanner.ProvingOptions{
		Store: s.opened.store, Keys: s.keys.ring, Prover: s.meetings.accounts, Do: s.pulled.Do, Holder: s.holder, Now: s.app.now, Log: s.log,
	})
	if err != nil {
		return failed("", "%w", err)
	}
	return nil
}

// joinPipelines makes the way from documents to leaks: one for what was fetched, where organisations see their own pages only, and
// one for what was handed in, with the operator's word for it.
func (s *service) joinPipelines(context.Context) error {
	c := s.loaded.Config
	c.Organisations = s.judged()
	lists := newViewers(c, &proofs{})
	lists.beyond = s.claims.Proved
	var err error
	if s.canaries, err = newCanaries(c.Canaries, s.keys.ring.IndexKey(), s.opened.store); err != nil {
		return err
	}
	if s.pulled, err = s.newPipeline(func(org, page string) bool { return s.searches(org) && lists.may(org, page) }); err != nil {
		return err
	}
	s.pushed, err = s.newPipeline(func(org, _ string) bool { return s.searches(org) })
	return err
}

// newPipeline makes a pipeline; may says whether an organisation may be shown what stands on a page, at present.
func (s *service) newPipeline(may func(org, page string) bool) (*scanner.Pipeline, error) {
	c := s.loaded.Config
	index, err := config.Index(s.judged(), s.keys.ring.IndexKey())
	if err != nil {
		return nil, usage("", "%w", err)
	}
	judge := scanner.NewJudge(scanner.JudgeOptions{Index: index, May: may, Known: s.meetings.owners(s.book), Now: s.app.now})
	rooms, route := s.openRouter()
	p, err := scanner.NewPipeline(scanner.PipelineOptions{
		Store: s.opened.store, Keys: s.keys.ring, Resolver: s.meetings.resolver, Matcher: scanner.NewMatcher(s.app.finder(c.Organisations).Knowing(index), judge),
		Rooms: rooms, Route: route, Calendars: s.calendars, Mode: scanner.AlertMode(c.Alerts.Mode), Pilot: s.mayTell(pilot(c)),
		Generation: s.generation(), Now: s.now, Judges: may,
		Prove: s.prove, Canaries: s.canaries, Found: s.observe,
	})
	if err != nil {
		return nil, failed("", "%w", err)
	}
	return p, nil
}

// pilot says who may be told while alerts are tried out; nil: everybody.
func pilot(c config.Config) func(org, email string) bool {
	if len(c.Alerts.Pilot) == 0 {
		return nil
	}
	among := make(map[string]bool)
	for _, entry := range c.Alerts.Pilot {
		among[strings.ToLower(entry)] = true
	}
	return func(org, email string) bool { return among[strings.ToLower(org)] || among[strings.ToLower(email)] }
}

// generation changes with whatever decides whose a link is: then everything is matched again. It is stored, and made of clear ids too:
// so it is keyed.
func (s *service) generation() string {
	sum := hmac.New(sha256.New, s.keys.ring.IndexKey())
	for _, o := range config.Registered(s.judged()) {
		text, err := json.Marshal(o)
		if err != nil {
			text = []byte(fmt.Sprintf("%q", o.Name))
		}
		sum.Write(text)
	}
	fmt.Fprintf(sum, "%q %s %x", s.loaded.Fetch.Allow, version(), s.book.Listed())
	for _, canary := range s.loaded.Canaries {
		fmt.Fprintf(sum, " %q %q %q", canary.Name, canary.Sources, meetingKeys(s.keys.ring.IndexKey(), canary.Link.Clear()))
	}
	return hex.EncodeToString(sum.Sum(nil)[:8])
}

// organisations are the names of those in the configuration.
func (s *service) organisations() []string {
	names := make([]string, 0, len(s.loaded.Organisations))
	for _, o := range s.loaded.Organisations {
		names = append(names, o.Name)
	}
	return names
}
