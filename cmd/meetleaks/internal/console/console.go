package console

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"meetleaks/scanner"
)

// Leaks is what is asked of a store.
type Leaks interface {
	scanner.LeakLists
	// Leak returns a leak by its id, or [scanner.ErrNotFound].
	Leak(ctx context.Context, org, id string) (scanner.Leak, error)
	// Deliveries returns the rows of a leak, the newest first.
	Deliveries(ctx context.Context, org, leak string) ([]scanner.OutboxRow, error)
	// ListAudit returns a page of entries, the newest first.
	ListAudit(ctx context.Context, q scanner.AuditQuery) ([]scanner.AuditEntry, error)
	// Ledger returns the ledger and the number of leaks whose account is pending.
	Ledger(ctx context.Context, org string) (scanner.Ledger, int64, error)
}

// Options is what a console is made of. Organisations, Store, Do, Ready and Token must be given. All functions and handlers must be
// safe for concurrent use, and end when their context is done.
type Options struct {
	// Organisations names those that are configured; others do not exist for the API.
	Organisations func() []string
	Store         Leaks
	// Do lets an event happen to a leak, as [scanner.Pipeline.Do].
	Do func(ctx context.Context, org, id string, ev scanner.LeakEvent) (scanner.Leak, error)
	// HostOf gives the reference of a person who is to be named as a host, as [scanner.Pipeline.HostOf]; nil: nobody can be named.
	HostOf func(ctx context.Context, org, email string) (scanner.HostRef, error)
	// Zone is where an organisation is, for the times that people are shown; nil, as a function or as its result: UTC.
	Zone     func(org string) *time.Location
	Outlooks func() []scanner.Outlook // of the sources; nil: none
	// Sources is the sources of the configuration, also those that are off, with all that is told of them; nil: those of Outlooks, of
	// which no more is known.
	Sources func() []Watched
	// Coverage returns the record of a day in UTC, "2026-11-22", as [scanner.LoadCoverage]; nil: there is none.
	Coverage func(ctx context.Context, org, day string) (scanner.Coverage, bool, error)
	// Ready returns the reasons why the service is not ready, in words fit for operators; none: it is. It is asked once at a
	// time, at most once a second.
	Ready func(ctx context.Context) []string
	// Notes is what operators should know besides, although the service is ready: sources that are blind. It must return soon; nil:
	// nothing.
	Notes   func() []string
	Metrics http.Handler // GET /metrics; nil: 404
	Hubs    http.Handler // GET and POST below /hooks/websub/, which believes only what it asked for; nil: 404
	Feed    http.Handler // POST /hooks/feed and below it, which proves and bounds what it is sent by itself; nil: 404
	Slack   http.Handler // POST /slack/interactions, likewise; nil: 404
	Zoom    http.Handler // POST /hooks/zoom, likewise; nil: 404
	Answers http.Handler // /answer/ and below: where a mail's link leads; a ticket in the path is its proof. nil: 404
	// Token returns the bearer token of the API. With "", or one shorter than MinToken, the API is switched off: 403.
	// It is also what opens the pages of the console in a browser.
	Token   func() (string, error)
	Version string // of the program, for people
	// PublicURL is how browsers reach the console. With https their cookies are never sent without it. "": as they come.
	PublicURL string
	// Config is the effective configuration as YAML, its secrets masked; nil: the page says that it is not known.
	Config func() ([]byte, error)
	// Domains lists the domains of the organisations, at most maxDomains are shown; nil: the page says that none are registered.
	Domains func(ctx context.Context) ([]Domain, error)
	Log     *slog.Logger
	Now     func() time.Time // nil: time.Now
}

// MinToken is the least length of a token, in bytes: a shorter one could be guessed.
const MinToken = 16

// limits bounds requests of the API.
type limits struct {
	request time.Duration // from its header to its answer
	body    time.Duration // to read a body
	ready   time.Duration // to say whether the service is ready
	fresh   time.Duration // how long that is believed
	atOnce  int           // requests that run at the same time
	guesses float64       // wrong tokens a second that are answered as such
}

func ownLimits() limits {
	return limits{request: 10 * time.Second, body: 10 * time.Second, ready: 3 * time.Second, fresh: time.Second, atOnce: 16, guesses: 10}
}

// Console is safe for concurrent use. It starts no goroutine but for the one that asks whether the service is ready.
type Console struct {
	o       Options
	limits  limits
	ready   *readiness
	web     *web
	private http.Handler
	public  http.Handler
}

// New makes a console.
func New(o Options) (*Console, error) { return newConsole(o, ownLimits()) }

func newConsole(o Options, l limits) (*Console, error) {
	if o.Organisations == nil || o.Store == nil || o.Do == nil || o.Ready == nil || o.Token == nil {
		return nil, errors.New("make console: organisations, store, do, ready and token are needed")
	}
	o = o.filled()
	c := &Console{o: o, limits: l, ready: newReadiness(o, l)}
	api, description, err := newAPI(c)
	if err != nil {
		return nil, fmt.Errorf("make console: %w", err)
	}
	if c.web, err = newWeb(c, ownWebLimits()); err != nil {
		return nil, fmt.Errorf("make console: %w", err)
	}
	private := c.privateRoutes(api, description)
	if err := c.web.mount(private); err != nil {
		return nil, fmt.Errorf("make console: %w", err)
	}
	c.private = guarded(private, o.Log)
	c.public = guarded(c.publicRoutes(), o.Log)
	return c, nil
}

// filled has what was left out.
func (o Options) filled() Options {
	if o.Outlooks == nil {
		o.Outlooks = func() []scanner.Outlook { return nil }
	}
	if o.Coverage == nil {
		o.Coverage = func(context.Context, string, string) (scanner.Coverage, bool, error) {
			return scanner.Coverage{}, false, nil
		}
	}
	if o.HostOf == nil {
		o.HostOf = func(context.Context, string, string) (scanner.HostRef, error) { return "", scanner.ErrNotAllowed }
	}
	if o.Zone == nil {
		o.Zone = func(string) *time.Location { return nil }
	}
	if o.Notes == nil {
		o.Notes = func() []string { return nil }
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

// zone is where an organisation is, or UTC.
func (c *Console) zone(org string) *time.Location {
	if zone := c.o.Zone(org); zone != nil && zone != time.Local {
		return zone
	}
	return time.UTC
}

// Private handles everything. It belongs on an address that only the operators reach.
func (c *Console) Private() http.Handler { return c.private }

// Public handles what the outside may reach: whether the process is alive, and what services outside send, signed.
func (c *Console) Public() http.Handler { return c.public }

func (c *Console) publicRoutes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", alive)
	if c.o.Hubs != nil {
		mux.Handle("GET /hooks/websub/", c.o.Hubs)
		mux.Handle("POST /hooks/websub/", heardOut(c.o.Hubs))
	}
	if c.o.Feed != nil {
		mux.Handle("POST /hooks/feed", heardOut(c.o.Feed))
		mux.Handle("POST /hooks/feed/", heardOut(c.o.Feed))
	}
	if c.o.Slack != nil {
		mux.Handle("POST /slack/interactions", heardOut(c.o.Slack))
	}
	if c.o.Zoom != nil {
		mux.Handle("POST /hooks/zoom", heardOut(c.o.Zoom))
	}
	if c.o.Answers != nil {
		mux.Handle("/answer/", c.o.Answers)
	}
	return mux
}

func (c *Console) privateRoutes(api http.Handler, description []byte) *http.ServeMux {
	mux := c.publicRoutes()
	mux.HandleFunc("GET /readyz", c.ready.serve)
	mux.HandleFunc("GET /api/openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/openapi+json")
		_, _ = w.Write(description)
	})
	mux.Handle(apiPrefix, api) // or the mux would redirect
	mux.Handle(apiPrefix+"/", api)
	if c.o.Metrics != nil {
		mux.Handle("GET /metrics", c.o.Metrics)
	}
	return mux
}

// alive asks nobody: a store that is down is no reason to start the process anew.
func alive(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, "ok\n")
}
