package v1

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"meetleaks/scanner"
)

// Taker is what becomes of the posts; a *scanner.Pipeline is one. A pass calls it from one goroutine at a time.
type Taker interface {
	// Take keeps what a post brought. When it returns nil that is durable.
	Take(ctx context.Context, r scanner.Reading) (scanner.Taken, error)
	// Deleted is told that the service says that a post was deleted, or is shown to nobody.
	Deleted(ctx context.Context, uri string) error
	// Reposted is told how far a post has got.
	Reposted(ctx context.Context, uri string, reach int64) error
}

// Keeper knows the posts at which leaks stand; a *scanner.Pipeline is one. References is called beside the methods of the Taker, the
// others in turn with them.
type Keeper interface {
	References(ctx context.Context, source string, yield func(reference scanner.Secret) bool) error
	// Gone is told that a post was looked up and is not there, Back that it is.
	Gone(ctx context.Context, uri string) error
	Back(ctx context.Context, uri string) error
}

// Terms is what is looked for on behalf of one organisation. Words are never looked for.
type Terms struct {
	Tag string // an opaque id of the organisation; it is told to nobody
	// URLs are hosts, with a path or without: "acme.zoom.us", "zoom.us/my/jdoe". Printable ASCII without commas, quotes and spaces;
	// hosts that are everybody's ("zoom.us") are refused.
	URLs []string
	// Numbers are meeting numbers of 9 to 15 digits, of organisations that have agreed to the gateway being told.
	Numbers []string
}

// Options make a Source. API, Base, Terms, Taker and Keeper must be given; zero fields stand for the defaults.
type Options struct {
	API  *http.Client // guarded, follows no redirect, without a timeout of its own: see fetch.APIClient
	Base *url.URL     // of the gateway, with what stands before "/1.1/"
	// Token reads the bearer token anew for each request; nil: none is sent.
	Token func() (string, error)
	// Terms gives what is looked for. It is asked when a pass begins, and every Sync: the pass ends when something has changed, as what a
	// connection looks for is fixed.
	Terms  func(ctx context.Context) ([]Terms, error)
	Taker  Taker
	Keeper Keeper
	// Back is how far back the first pass of all searches, at most 7 days; 0: not at all.
	Back time.Duration
	// NoSearch says that the gateway has no search: then what is posted while nobody listens is not seen, and the notes say so. NoLookup
	// is the same for look-ups.
	NoSearch, NoLookup bool
	// LookAgain is how often posts with leaks are looked up, 6 h.
	LookAgain time.Duration
	// MaxTrack (400) is how many phrases the gateway allows, MaxQuery (500) of how many characters a query.
	MaxTrack, MaxQuery int
	// Idle is the longest time without a line in the stream, 90 s: the service sends an empty one every 30 s.
	Idle time.Duration
	// Call is the longest time of a request that is no stream, 20 s.
	Call time.Duration
	// Sync is the time between looks at Terms, a minute.
	Sync time.Duration
	// Settle is how long a search waits after the stream has begun, 10 s: so that what was posted just before is found.
	Settle time.Duration
	// Tick is the time between looks at what else there is to do, a second.
	Tick time.Duration
	// Promising says whether a frame can hold anything at all, before it is decoded. Nil: all can.
	Promising func([]byte) bool
	// How often the cursor is saved and health told, for tests: 5 s and 2 s.
	saveEvery, tellEvery time.Duration

	Agent string       // sent as User-Agent; "meetleaks"
	Log   *slog.Logger // nil: nothing is logged
	Now   func() time.Time
}

// The bounds of options.
const (
	mostBack   = 7 * 24 * time.Hour
	mostTrack  = 100_000
	leastQuery = 256 // characters
	mostQuery  = 4096
)

func (o Options) withDefaults() Options {
	o.LookAgain = cmp.Or(o.LookAgain, 6*time.Hour)
	o.MaxTrack, o.MaxQuery = cmp.Or(o.MaxTrack, 400), cmp.Or(o.MaxQuery, 500)
	o.Idle, o.Call = cmp.Or(o.Idle, 90*time.Second), cmp.Or(o.Call, 20*time.Second)
	o.Sync, o.Settle, o.Tick = cmp.Or(o.Sync, time.Minute), cmp.Or(o.Settle, 10*time.Second), cmp.Or(o.Tick, time.Second)
	o.saveEvery, o.tellEvery = cmp.Or(o.saveEvery, 5*time.Second), cmp.Or(o.tellEvery, 2*time.Second)
	o.Agent = cmp.Or(o.Agent, "meetleaks")
	if o.Promising == nil {
		o.Promising = func([]byte) bool { return true }
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

// check lists all that is wrong.
func (o Options) check() error {
	var wrong []error
	refuse := func(bad bool, format string, args ...any) {
		if bad {
			wrong = append(wrong, fmt.Errorf("make x v1.1 source: "+format, args...))
		}
	}
	refuse(o.API == nil || o.Base == nil || o.Terms == nil || o.Taker == nil || o.Keeper == nil,
		"client, address, terms, taker and keeper are needed")
	refuse(o.Base != nil && (o.Base.Host == "" || o.Base.Scheme != "https" && o.Base.Scheme != "http" || o.Base.RawQuery != ""),
		"the address begins with http:// or https:// and names a host")
	refuse(o.Back < 0 || o.Back > mostBack, "%v back: want 0 to %v", o.Back, mostBack)
	refuse(o.MaxTrack < 1 || o.MaxTrack > mostTrack, "%d phrases: want 1 to %d", o.MaxTrack, mostTrack)
	refuse(o.MaxQuery < leastQuery || o.MaxQuery > mostQuery, "queries of %d characters: want %d to %d", o.MaxQuery, leastQuery, mostQuery)
	refuse(o.LookAgain < 0 || o.Idle < 0 || o.Call < 0 || o.Sync < 0 || o.Settle < 0 || o.Tick < 0, "times are not negative")
	refuse(strings.ContainsFunc(o.Agent, func(c rune) bool { return c < ' ' || c > '~' }), "an agent is printable ASCII")
	return errors.Join(wrong...)
}
