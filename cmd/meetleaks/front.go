package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/cmd/meetleaks/internal/console"
	"meetleaks/scanner/source/hook"
)

// tokenName is the file beside an embedded store when console.token names none.
const tokenName = "console.token"

// feedPath is where the pushing sources are.
const feedPath = "/hooks/feed"

// front is what a process serves.
type front struct {
	doors []*door
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
		Organisations: s.organisations, Store: s.opened.store, Do: s.pulled.Do, Outlooks: s.outlooks,
		Ready: s.notReady, Notes: s.blind, Metrics: s.figures.Handler(), Feed: s.feeds(), Slack: s.interactions(), Zoom: zoom, Answers: s.answerPages(),
		Token: s.token, Version: version(), PublicURL: s.loaded.Console.PublicURL,
		Config: s.shownConfig, Domains: s.listDomains, Log: s.log, Now: s.app.now,
	})
	if err != nil {
		return failed("", "%w", err)
	}
	s.front = &front{}
	private, public := c.Private(), c.Public()
	if !s.roles.has(roleConsole) {
		private = only(private, "/healthz", "/readyz", "/metrics")
	}
	s.front.add("console.listen", s.loaded.Console.Listen, console.NewServer(private, s.log))
	if s.loaded.Public.Listen != "" && s.roles.has(roleConsole) {
		s.front.add("public.listen", s.loaded.Public.Listen, console.NewServer(public, s.log))
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

func (f *front) add(setting, address string, server *http.Server) {
	f.doors = append(f.doors, &door{setting: setting, address: address, server: server})
}

// address is where the console listens, port included.
func (f *front) address() string {
	if len(f.doors) == 0 || len(f.doors[0].listeners) == 0 {
		return ""
	}
	return "http://" + f.doors[0].listeners[0].Addr().String()
}

// listen takes the addresses. An address that is taken is a mistake of the configuration.
func (f *front) listen(ctx context.Context) error {
	var l net.ListenConfig
	for _, d := range f.doors {
		listener, err := l.Listen(ctx, "tcp", d.address)
		if err != nil {
			f.close()
			return usage("another process listens there, or the address is not this machine's", "%s: %w", d.setting, err)
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
	if s.loaded.Console.Token.IsSet() || s.opened.kind != kindSQLite {
		return nil
	}
	file := filepath.Join(filepath.Dir(s.opened.path), tokenName)
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

// notReady are the reasons why this process, or the deployment, does not do what it should.
func (s *service) notReady(context.Context) []string {
	health, err := s.history.state()
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
