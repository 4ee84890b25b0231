package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/cmd/meetleaks/internal/console"
	"meetleaks/scanner/source/hook"
)

// tokenName is the file beside an embedded store when console.token names none.
const tokenName = "console.token"

// feedPath is where the pushing sources are.
const feedPath = "/hooks/feed"

// front is where a process listens, as long as it runs; what is answered there is the business of the service that is at work. It is safe
// for concurrent use once it listens.
type front struct {
	doors []*door

	mu     sync.Mutex
	atWork *replies
}

// door is one address with what is served there.
type door struct {
	setting   string // "console.listen"
	address   string // as configured
	server    *http.Server
	listeners []net.Listener
}

// joinFront makes the console and the figures.
func (s *service) joinFront(context.Context) error {
	if err := s.readyToken(); err != nil {
		return err
	}
	zoom, err := s.zoomReports()
	if err != nil {
		return err
	}
	c, err := console.New(console.Options{
		Organisations: s.organisations, Store: s.opened.store, Do: s.pulled.Do, HostOf: s.pulled.HostOf, Zone: s.zone, Outlooks: s.outlooks,
		Ready: s.notReady, Notes: s.blind, Metrics: s.figures.Handler(), Feed: s.feeds(), Hubs: s.hubs(), Slack: s.interactions(), Zoom: zoom, Answers: s.answerPages(),
		Token: s.token, Version: version(), PublicURL: s.loaded.Console.PublicURL,
		Sources: s.watched, Coverage: s.coveredDay, Config: s.shownConfig, Domains: s.listDomains, Log: s.log, Now: s.app.now,
	})
	if err != nil {
		return failed("", "%w", err)
	}
	private, public := c.Private(), c.Public()
	if !s.roles.has(roleConsole) {
		private = only(private, "/healthz", "/readyz", "/metrics")
	} else if private, err = beside(private, s.loaded.Config); err != nil {
		return failed("", "%w", err)
	}
	if public, err = beside(public, s.loaded.Config); err != nil {
		return failed("", "%w", err)
	}
	s.console, s.replies = c, &replies{handlers: []http.Handler{private, public}}
	s.front = &front{atWork: s.replies}
	s.front.add("console.listen", s.loaded.Console.Listen, s.log)
	if s.loaded.Public.Listen != "" && s.roles.has(roleConsole) {
		s.front.add("public.listen", s.loaded.Public.Listen, s.log)
	}
	return nil
}

// zoomReports is the door for what Zoom itself found in public, nil when no account is to be heard.
func (s *service) zoomReports() (http.Handler, error) {
	if len(s.meetings.hooks) == 0 {
		return nil, nil
	}
	h, err := newZoomHook(zoomHookOptions{
		Accounts: s.meetings.hooks, Take: s.pushed.Take, Seen: s.opened.store, Tell: s.meetings.told.Tell, Log: s.log, Now: s.app.now,
	})
	if err != nil {
		return nil, usage("", "organisations: platforms.zoom: %w", err)
	}
	return h, nil
}

// answerPages is where the links of mails lead, nil when no mail is sent.
func (s *service) answerPages() http.Handler {
	if s.confirm == nil {
		return nil
	}
	return s.confirm
}

// only serves some paths of a handler.
func only(h http.Handler, paths ...string) http.Handler {
	mux := http.NewServeMux()
	for _, path := range paths {
		mux.Handle(path, h)
	}
	return mux
}

// feeds is the door of the pushing sources: each under its name, and the only one without.
func (s *service) feeds() http.Handler {
	if len(s.reading.hooks) == 0 {
		return nil
	}
	return feeds(s.reading.hooks)
}

// hubs is the door of feeds that are pushed, nil when none is.
func (s *service) hubs() http.Handler {
	if len(s.reading.hubs) == 0 {
		return nil
	}
	return hubs(s.reading.hubs)
}

// hubs finds a source by the beginning of the path.
type hubs map[string]http.Handler

// ServeHTTP implements [http.Handler].
func (h hubs) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	for prefix, source := range h {
		if strings.HasPrefix(r.URL.Path, prefix) {
			source.ServeHTTP(w, r)
			return
		}
	}
	http.NotFound(w, r)
}

// feeds finds a source by the rest of the path: names are the operator's, and may hold what means something in a pattern of a mux.
type feeds map[string]*hook.Hook

// ServeHTTP implements [http.Handler].
func (f feeds) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name, named := strings.CutPrefix(r.URL.Path, feedPath+"/")
	h := f[name]
	if !named && len(f) == 1 {
		for _, only := range f {
			h = only
		}
	}
	if h == nil {
		http.NotFound(w, r)
		return
	}
	h.ServeHTTP(w, r)
}

// add adds a door. What is asked there goes to the handler of its number, of the service that is at work.
func (f *front) add(setting, address string, log *slog.Logger) {
	number := len(f.doors)
	answer := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		by := f.enter()
		defer by.leave()
		by.handlers[number].ServeHTTP(w, r)
	})
	f.doors = append(f.doors, &door{setting: setting, address: address, server: console.NewServer(answer, log)})
}

// enter counts a request in with the service that is at work.
func (f *front) enter() *replies {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.atWork.enter()
	return f.atWork
}

// hand lets another service answer from now on. What the one before has begun to answer it answers to the end.
func (f *front) hand(next *replies) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.atWork = next
}

// replies is what one service answers at the doors, a handler each, and how many requests it has. It is safe for concurrent use.
type replies struct {
	handlers []http.Handler

	mu    sync.Mutex
	under int
	none  chan struct{} // is closed when the last one leaves; nil: nobody waits for that
}

func (r *replies) enter() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.under++
}

func (r *replies) leave() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.under--; r.under == 0 && r.none != nil {
		close(r.none)
		r.none = nil
	}
}

// empty returns when no request is under way, or after the bound.
func (r *replies) empty(bound time.Duration) {
	r.mu.Lock()
	if r.under == 0 {
		r.mu.Unlock()
		return
	}
	if r.none == nil {
		r.none = make(chan struct{})
	}
	none := r.none
	r.mu.Unlock()
	timer := time.NewTimer(bound)
	defer timer.Stop()
	select {
	case <-none:
	case <-timer.C:
	}
}

// address is where the console listens, port included.
func (f *front) address() string {
	if len(f.doors) == 0 || len(f.doors[0].listeners) == 0 {
		return ""
	}
	return "http://" + f.doors[0].listeners[0].Addr().String()
}

// listen takes the addresses. One that cannot be had may be had soon, from a process that is about to end or a network that
// is not up yet: no wrong configuration, after which supervisors do not start us again.
func (f *front) listen(ctx context.Context) error {
	var l net.ListenConfig
	for _, d := range f.doors {
		listener, err := l.Listen(ctx, "tcp", d.address)
		if err != nil {
			f.close()
			return failed("another process listens there, or the address is not this machine's", "%s: %w", d.setting, err)
		}
		d.listeners = append(d.listeners, console.Bound(listener))
	}
	return nil
}

func (f *front) close() {
	for _, d := range f.doors {
		for _, listener := range d.listeners {
			_ = listener.Close()
		}
	}
}

// serve answers until ctx is done, then lets requests that are under way come to their end.
func (f *front) serve(ctx context.Context) error {
	failed := make(chan error, len(f.doors))
	for _, d := range f.doors {
		for _, listener := range d.listeners {
			go func() { failed <- d.server.Serve(listener) }()
		}
	}
	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
		err = fmt.Errorf("serve: %w", err)
	}
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainFront)
	defer cancel()
	for _, d := range f.doors {
		if d.server.Shutdown(ending) != nil {
			_ = d.server.Close()
		}
	}
	return err
}

// readyToken makes a token beside an embedded store when the configuration names none.
func (s *service) readyToken() error {
	beside := s.opened.file()
	if s.loaded.Console.Token.IsSet() || beside == "" {
		return nil
	}
	file := filepath.Join(filepath.Dir(beside), tokenName)
	s.loaded.Console.Token = config.SecretFile(file)
	if !isMissing(file) {
		return nil
	}
	draw := make([]byte, 32)
	if _, err := rand.Read(draw); err != nil {
		return failed("", "make a token for the API: %w", err)
	}
	if err := writeNew(file, base64.RawURLEncoding.EncodeToString(draw)+"\n"); err != nil && !errors.Is(err, os.ErrExist) {
		return failed("", "make a token for the API: %w", err)
	}
	s.log.Info("a token for the API was made", "file", file)
	return nil
}

// token is what callers of the API show; "" switches the API off.
func (s *service) token() (string, error) { return s.loaded.Console.Token.Read() }

// stuckAfter is how long an alert may wait unclaimed until that is a reason of readiness.
const stuckAfter = 5 * time.Minute

// notReady are the reasons why this process, or the deployment, does not do what it should. The store is asked: what a look of some
// seconds ago saw says nothing of one that has stopped since.
func (s *service) notReady(ctx context.Context) []string {
	health, err := s.history.ask(ctx, readyBound)
	if err != nil {
		return []string{"the store does not answer"}
	}
	var reasons []string
	if health.Lost {
		reasons = append(reasons, "the store's history is gone since "+health.Since.UTC().Format(time.RFC3339)+
			": what can be read is read and alerted again; start the service anew once you know why")
	}
	if err := s.outlook.Ready(); err != nil {
		reasons = append(reasons, err.Error())
	}
	if n := len(s.pulled.Imbalances()); n > 0 {
		reasons = append(reasons, "the ledger does not add up: "+count(n, "organisation")+", see /api/v1/ledger")
	}
	if waits := health.Now.Sub(health.OldestDue); health.Due > 0 && waits > stuckAfter {
		reasons = append(reasons, count(int(health.Due), "alert")+" should have been sent "+waits.Round(time.Second).String()+" ago and longer, and nobody sends them")
	}
	for _, channel := range s.faults.list() {
		reasons = append(reasons, "nobody can be told by "+channel+" until you mend its configuration; alerts are kept: see `meetleaks doctor`")
	}
	for _, channel := range s.faults.silent(s.app.now(), stuckAfter) {
		reasons = append(reasons, channel+" has accepted no message for more than "+stuckAfter.String()+"; alerts are kept, and tried again")
	}
	for _, r := range s.book.Stale() {
		reasons = append(reasons, "a hosts' file is not in use as it is: "+r.File)
	}
	return reasons
}

// blind are the sources of which nothing is known at present.
func (s *service) blind() []string {
	var list []string
	for _, o := range s.outlooks() {
		if o.Blind != "" {
			list = append(list, "the source "+o.Source+" is blind: "+o.Blind)
		}
	}
	return append(list, blindAccounts(s.proving.Blind())...)
}
