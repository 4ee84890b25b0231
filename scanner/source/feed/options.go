package feed

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"time"

	"meetleaks/scanner"
	"meetleaks/scanner/fetch"
)

// The bounds of a source.
const (
	MaxURLs     = 1000    // feeds of one source
	MaxBody     = 5 << 20 // bytes of a feed, decompressed; what is beyond is cut, and told
	MaxItems    = 1000    // of a feed that are read, the first it lists; what is beyond is told
	MaxItemText = 1 << 20 // bytes of one item's text; what is beyond is cut, and told
	MaxParallel = 32

	leastKey = 16 // bytes
	maxURL   = 2048
)

// Client reads pages of the public web, with robots.txt, pace and address guard. A *fetch.Client is one.
type Client interface {
	Get(ctx context.Context, r fetch.Request) (*fetch.Page, error)
	// Admit judges an address without a packet: no meeting link, no meeting service, nothing private.
	Admit(u *url.URL) error
}

// Taker takes what was read to the leaks it belongs to. A *scanner.Pipeline is one. It is called by several goroutines at a time.
type Taker interface {
	Take(ctx context.Context, r scanner.Reading) (scanner.Taken, error)
	Gone(ctx context.Context, uri string) error
}

// Reader makes documents of a page, as that of the web source does: it hands them to yield, and what of it cannot be read to
// skip, and returns yield's first error, or the context's, and no other. An extract.Extractor's Read is one.
type Reader func(ctx context.Context, page *Page, yield func(scanner.Document) error, skip func(scanner.Skip)) (scanner.Outline, error)

// Options are what a source needs. Name, URLs, Client, Visits, Taker and Key must be given. All must be safe for concurrent use.
type Options struct {
	// Name is the configured name, see [scanner.CheckName].
	Name string
	// URLs are the feeds, http or https, 1 to MaxURLs, each once.
	URLs   []*url.URL
	Client Client
	// Visits keeps what is known of each feed, under Name: hashes, times and validators alone.
	Visits scanner.Visits
	Taker  Taker
	// Read takes the HTML of items apart; nil: it is read as it is written.
	Read Reader
	// Key hides what items are known by, and is what the secrets of subscriptions are derived from: secret, 16 bytes at least, and
	// always the same. With another one all items are new places.
	Key []byte
	// Generation changes with whatever decides whose links are: feeds that were read under another are read in full again.
	Generation string
	// Parallel is how many feeds are read at a time, 1 to MaxParallel; 0: 4. The pace per host is the Client's.
	Parallel int
	// MaxRest is for how long a feed is believed that asks not to be read (max-age, ttl, skipHours, skipDays), at most a day; 0: 4 h.
	// Retry-After is obeyed for up to a day.
	MaxRest time.Duration

	// Callback is the public address below which [Source.ServeHTTP] is served, for hubs (WebSub) to tell of news at once; https, but
	// for loopback. Nil: feeds are polled alone. They are polled in any case.
	Callback *url.URL
	// HubClient makes the client of a hub, as fetch.APIClient does: guarded, without redirects. Needed with Callback.
	HubClient func(hub *url.URL) (*http.Client, error)
	// AllowSHA1 believes deliveries that are signed by SHA-1 alone, as old hubs do.
	AllowSHA1 bool

	Log *slog.Logger     // nil: nothing is logged
	Now func() time.Time // nil: time.Now
}

// The defaults, and the bounds of what is waited for.
const (
	usualParallel = 4
	usualRest     = 4 * time.Hour
	mostRest      = 24 * time.Hour
)

func (o Options) withDefaults() Options {
	if o.Parallel == 0 {
		o.Parallel = usualParallel
	}
	if o.MaxRest == 0 {
		o.MaxRest = usualRest
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

// check reports every mistake.
func (o Options) check() error {
	var mistakes []error
	wrong := func(format string, args ...any) { mistakes = append(mistakes, fmt.Errorf(format, args...)) }
	if err := scanner.CheckName("source", o.Name); err != nil {
		mistakes = append(mistakes, err)
	}
	if o.Client == nil || o.Visits == nil || o.Taker == nil {
		wrong("a client, visits and a taker are needed")
	}
	if len(o.Key) < leastKey {
		wrong("the key has %d bytes at least", leastKey)
	}
	if len(o.URLs) == 0 || len(o.URLs) > MaxURLs {
		wrong("%d feeds: want 1 to %d", len(o.URLs), MaxURLs)
	}
	if o.Parallel < 0 || o.Parallel > MaxParallel {
		wrong("%d feeds at a time: want 1 to %d", o.Parallel, MaxParallel)
	}
	if o.MaxRest < 0 || o.MaxRest > mostRest {
		wrong("rest of %v: want at most %v", o.MaxRest, mostRest)
	}
	return errors.Join(append(append(mistakes, o.checkURLs()...), o.checkCallback())...)
}

// checkURLs names wrong feeds by their number: an address may hold what is not to be printed.
func (o Options) checkURLs() []error {
	var mistakes []error
	var seen []string
	for i, u := range o.URLs {
		switch {
		case u == nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil || len(u.String()) > maxURL:
			mistakes = append(mistakes, fmt.Errorf("feed %d: want an http or https address without a user name, at most %d bytes", i+1, maxURL))
			continue
		case slices.Contains(seen, u.String()):
			mistakes = append(mistakes, fmt.Errorf("feed %d stands there twice", i+1))
		}
		if o.Client != nil && o.Client.Admit(u) != nil {
			mistakes = append(mistakes, fmt.Errorf("feed %d: its address is not one that is requested (a meeting link, a private address)", i+1))
		}
		seen = append(seen, u.String())
	}
	return mistakes
}

func (o Options) checkCallback() error {
	switch c := o.Callback; {
	case c == nil:
		return nil
	case o.HubClient == nil:
		return errors.New("a callback without a client for hubs")
	case c.Hostname() == "" || c.User != nil || c.RawQuery != "" || c.Fragment != "" || c.Scheme != "https" && !loopbackHTTP(c):
		return errors.New("callback: want an https address without user name and query")
	}
	return nil
}
