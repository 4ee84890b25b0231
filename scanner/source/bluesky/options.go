package bluesky

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"meetleaks/scanner"
)

// DefaultBase is one of the public instances.
const DefaultBase = "wss://jetstream2.us-east.bsky.network"

// PostCollection is the collection of Bluesky's posts.
const PostCollection = "app.bsky.feed.post"

// The bounds of a source.
const (
	MaxCollections = 100     // that are asked for, as Jetstream has it
	MaxFrame       = 1 << 20 // bytes of one event, unpacked
	MaxPlaces      = 100_000 // that are known for the day their author's account goes
	MaxText        = 64 << 10

	maxDictionary  = 1 << 20  // bytes
	maxDrained     = 16 << 20 // of a frame that is too long, before the connection is given up
	maxGarbage     = 1000     // frames in a row that cannot be understood
	maxHandedOn    = 1 << 16  // places whose last state is remembered, see recent
	handshakeBound = 30 * time.Second
	finalBound     = 5 * time.Second // to save when the pass is ended
	itemsPerSave   = 1000
	leastSave      = 250 * time.Millisecond // between saves for many items
	overlap        = 5 * time.Second        // that is read again after a break
	ahead          = time.Hour              // of our clock an event's time may be
	repeats        = 5                      // times Idle in which something new has to come, and not only what is old
)

// Taker is what becomes of what was read; a *scanner.Pipeline is one. Its own methods are called by one goroutine at a time; those of
// Keeper by another at the same time.
type Taker interface {
	Keeper
	// Take keeps what a document brought. When it returns nil that is durable.
	Take(ctx context.Context, r scanner.Reading) (scanner.Taken, error)
	// Deleted is told that a place was deleted, Away that its account is shown to nobody any more, Reappeared that it is shown again.
	Deleted(ctx context.Context, uri string) error
	Away(ctx context.Context, uri string) error
	Reappeared(ctx context.Context, uri string) error
}

// Keeper knows the places of a source.
type Keeper interface {
	// References yields those at which leaks stand, AwayReferences those of which Away was told, and not yet Reappeared.
	References(ctx context.Context, source string, yield func(scanner.Secret) bool) error
	AwayReferences(ctx context.Context, source string, yield func(scanner.Secret) bool) error
}

// Options make a Source. Client and Taker must be given.
type Options struct {
	// BaseURL is the address of a Jetstream, http(s) or ws(s), without "/subscribe"; nil: DefaultBase.
	BaseURL *url.URL
	// Client makes the connection: a guarded client of BaseURL that follows no redirect, and without a time-out of its own.
	Client *http.Client
	Taker  Taker
	// Collections are which kinds of records are read, 1 to MaxCollections: names, or beginnings of names that end in ".*". Nil: posts.
	Collections []string
	// Dictionary is what events are packed with (zstd): the file that the Jetstream asked is built with. Nil: events come unpacked.
	Dictionary []byte
	// Promising says of the bytes of an event whether a link may stand in them; nil: in all.
	Promising func([]byte) bool
	// UserAgent is sent with the request; "": "meetleaks".
	UserAgent string
	// Idle is for how long nothing may come before the connection is taken for dead; a minute when zero. Jetstream tells of all
	// accounts whatever is asked for, so that on the public instances there is always something.
	Idle time.Duration
	// SaveEvery is the longest time for which a cursor that moved is not saved; 5 s when zero.
	SaveEvery time.Duration
	// Refresh is how often the known places are listed anew; 10 minutes when zero.
	Refresh time.Duration
	Log     *slog.Logger     // nil: nothing is logged
	Now     func() time.Time // nil: time.Now
}

// Source listens to one Jetstream. It is for one watch, of kind [scanner.Stream]: one pass at a time, which is what Read makes sure of.
// From pass to pass it remembers in memory what it handed on last, and where leaks stand.
type Source struct {
	o         Options
	address   url.URL // without its query
	passing   chan struct{}
	recent    *recent
	places    *places
	lastFence int64 // of the last pass; guarded by passing
}

// NewSource makes a source; nothing is requested.
func NewSource(o Options) (*Source, error) {
	if o.Client == nil || o.Taker == nil {
		return nil, errors.New("make bluesky source: a client and a taker are needed")
	}
	o = o.withDefaults()
	address, err := addressOf(o.BaseURL)
	if err != nil {
		return nil, fmt.Errorf("make bluesky source: %w", err)
	}
	if err := checkCollections(o.Collections); err != nil {
		return nil, fmt.Errorf("make bluesky source: %w", err)
	}
	if o.Dictionary != nil {
		d, err := newUnpacker(o.Dictionary)
		if err != nil {
			return nil, fmt.Errorf("make bluesky source: %w", err)
		}
		d.close()
	}
	s := &Source{o: o, address: address, passing: make(chan struct{}, 1), recent: newRecent(maxHandedOn), places: newPlaces(MaxPlaces)}
	return s, nil
}

func (o Options) withDefaults() Options {
	if len(o.Collections) == 0 {
		o.Collections = []string{PostCollection}
	}
	o.Collections = slices.Clone(o.Collections)
	client := *o.Client
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	o.Client = &client
	if o.Promising == nil {
		o.Promising = func([]byte) bool { return true }
	}
	if o.UserAgent == "" {
		o.UserAgent = "meetleaks"
	}
	o.Idle = cmp.Or(max(o.Idle, 0), time.Minute)
	o.SaveEvery = cmp.Or(max(o.SaveEvery, 0), 5*time.Second)
	o.Refresh = cmp.Or(max(o.Refresh, 0), 10*time.Minute)
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

// addressOf is where one subscribes.
func addressOf(base *url.URL) (url.URL, error) {
	if base == nil {
		base = &url.URL{Scheme: "wss", Host: strings.TrimPrefix(DefaultBase, "wss://")}
	}
	address := *base
	switch address.Scheme {
	case "ws":
		address.Scheme = "http"
	case "wss":
		address.Scheme = "https"
	case "http", "https":
	default:
		return url.URL{}, errors.New("an address begins with wss://, ws://, https:// or http://")
	}
	if address.Hostname() == "" || address.User != nil || address.RawQuery != "" || address.Fragment != "" {
		return url.URL{}, errors.New("an address names a host, and neither a user nor parameters")
	}
	return *address.JoinPath("subscribe"), nil
}

func checkCollections(names []string) error {
	if len(names) > MaxCollections {
		return fmt.Errorf("%d collections, %d at most", len(names), MaxCollections)
	}
	for _, name := range names {
		if whole, isBeginning := strings.CutSuffix(name, ".*"); isBeginning && isNames(whole, 2) || isCollection(name) {
			continue
		}
		return fmt.Errorf("collection %.80q: want a name such as %s, or a beginning such as app.bsky.feed.*", name, PostCollection)
	}
	return nil
}
