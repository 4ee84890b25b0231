package calendar

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"regexp"
	"slices"
	"time"

	"meetleaks/scanner"
	"meetleaks/scanner/fetch"
)

// The bounds of a source.
const (
	MaxURLs     = 1000 // calendars of one source
	MaxParallel = 32
	// MaxBody is how many bytes of a calendar are read, decompressed; what is beyond is cut, and told. Package extract reads larger ones
	// as raw text, in which folded links are torn.
	MaxBody = 8 << 20

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
	Back(ctx context.Context, uri string) error
}

// Reader makes documents of a page, as that of the web source does: it hands them to yield, and what of it cannot be read to
// skip, and returns yield's first error, or the context's, and no other. An extract.Extractor's Read is one.
type Reader func(ctx context.Context, page *Page, yield func(scanner.Document) error, skip func(scanner.Skip)) (scanner.Outline, error)

// Options are what a source needs. All but Generation, Parallel, MaxRest, Log and Now must be given. All must be safe for concurrent use.
type Options struct {
	// Name is the configured name, see [scanner.CheckName].
	Name string
	// URLs are the calendars, 1 to MaxURLs, each once: http, https, or webcal, which is https. Private addresses ("secret address in
	// iCal format") are refused: what stands there is no leak.
	URLs   []*url.URL
	Client Client
	// Visits keeps what is known of each calendar, under Name: hashes, times and validators alone.
	Visits scanner.Visits
	Taker  Taker
	// Read unfolds calendars and dates their events.
	Read Reader
	// Key hides what calendars are known by: secret, 16 bytes at least, and always the same.
	Key []byte
	// Generation changes with whatever decides whose links are: calendars that were read under another are read in full again.
	Generation string
	// Parallel is how many calendars are read at a time, 1 to MaxParallel; 0: 4. The pace per host is the Client's.
	Parallel int
	// MaxRest is for how long an answer's max-age is believed, at most a day; 0: 4 h. Retry-After is obeyed for up to a day.
	MaxRest time.Duration
	Log     *slog.Logger     // nil: nothing is logged
	Now     func() time.Time // nil: time.Now
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
	if o.Client == nil || o.Visits == nil || o.Taker == nil || o.Read == nil {
		wrong("a client, visits, a taker and a reader are needed")
	}
	if len(o.Key) < leastKey {
		wrong("the key has %d bytes at least", leastKey)
	}
	if len(o.URLs) == 0 || len(o.URLs) > MaxURLs {
		wrong("%d calendars: want 1 to %d", len(o.URLs), MaxURLs)
	}
	if o.Parallel < 0 || o.Parallel > MaxParallel {
		wrong("%d calendars at a time: want 1 to %d", o.Parallel, MaxParallel)
	}
	if o.MaxRest < 0 || o.MaxRest > mostRest {
		wrong("rest of %v: want at most %v", o.MaxRest, mostRest)
	}
	return errors.Join(append(mistakes, o.checkURLs()...)...)
}

// checkURLs names wrong calendars by their number: an address may hold what is not to be printed.
func (o Options) checkURLs() []error {
	var mistakes []error
	var seen []string
	for i, u := range o.URLs {
		at, err := addressOf(u)
		if err == nil && o.Client != nil && o.Client.Admit(at) != nil {
			err = errors.New("its address is not one that is requested (a meeting link, a private address)")
		}
		if err == nil && slices.Contains(seen, at.String()) {
			err = errors.New("it stands there twice")
		}
		if err != nil {
			mistakes = append(mistakes, fmt.Errorf("calendar %d: %w", i+1, err))
			continue
		}
		seen = append(seen, at.String())
	}
	return mistakes
}

// privatePart is the part of the addresses that Google shows to a calendar's owner alone.
const privatePart = `/private-[0-9a-f]{16,}/`

// addressOf is where a calendar is asked for: webcal is https (the scheme was never registered, and stands for nothing else).
func addressOf(u *url.URL) (*url.URL, error) {
	if u == nil {
		return nil, errors.New("no address")
	}
	at := *u
	at.Fragment, at.RawFragment = "", ""
	if at.Scheme == "webcal" || at.Scheme == "webcals" {
		at.Scheme = "https"
	}
	private, err := regexp.MatchString(privatePart, at.Path)
	switch {
	case err != nil:
		return nil, err
	case at.Scheme != "http" && at.Scheme != "https" || at.Hostname() == "" || at.User != nil || len(at.String()) > maxURL:
		return nil, fmt.Errorf("want an http, https or webcal address without a user name, at most %d bytes", maxURL)
	case private:
		return nil, errors.New("this is the owner's private address, and nothing that stands there is public: give the public one")
	}
	return &at, nil
}
