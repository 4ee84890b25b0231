package polled

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"time"

	"meetleaks/scanner"
	"meetleaks/scanner/fetch"
)

// The bounds of a source.
const (
	MaxURLs     = 1000 // documents of one source
	MaxParallel = 32
	MaxURL      = 2048 // bytes of an address

	leastKey = 16 // bytes
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

// Options are what every source of polled documents needs. Name, URLs, Client, Visits, Taker and Key must be given. All must be safe for
// concurrent use.
type Options struct {
	// Name is the configured name, see [scanner.CheckName].
	Name string
	// URLs are the documents, 1 to MaxURLs, each once.
	URLs   []*url.URL
	Client Client
	// Visits keeps what is known of each document, under Name: hashes, times and validators, and addresses sealed.
	Visits scanner.Visits
	Taker  Taker
	// Key hides what is known by a hash, and addresses: secret, 16 bytes at least, and always the same. With another one all is new.
	Key []byte
	// Generation changes with whatever decides whose links are: documents that were read under another are read in full again.
	Generation string
	// Parallel is how many documents are read at a time, 1 to MaxParallel; 0: 4. The pace per host is the Client's.
	Parallel int
	// MaxRest is for how long a document is believed that asks not to be read, at most a day; 0: 4 h. Retry-After is obeyed for up to a
	// day.
	MaxRest time.Duration
	Log     *slog.Logger     // nil: nothing is logged
	Now     func() time.Time // nil: time.Now
}

// Kind is what one kind of documents has for itself.
type Kind struct {
	Name    string     // "feed": what people are told that a document is
	Fetch   fetch.Kind // what it is to the client
	MaxBody int64      // bytes of a document, decompressed; what is beyond is cut
	// Address is where a configured document is asked for, as [Address] has it. It also judges where a document moved to.
	Address func(u *url.URL) (*url.URL, error)
	// ID is what the document at an address is known by in Visits. It must not tell the address.
	ID func(uri string) string
}

// The defaults, and the bound of what is waited for.
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
func (o Options) check(kind Kind) error {
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
		wrong("%d %ss: want 1 to %d", len(o.URLs), kind.Name, MaxURLs)
	}
	if o.Parallel < 0 || o.Parallel > MaxParallel {
		wrong("%d %ss at a time: want 1 to %d", o.Parallel, kind.Name, MaxParallel)
	}
	if o.MaxRest < 0 || o.MaxRest > mostRest {
		wrong("rest of %v: want at most %v", o.MaxRest, mostRest)
	}
	return errors.Join(mistakes...)
}

// documents are what is configured. Its error names wrong ones by their number: an address may hold what is not to be printed.
func (o Options) documents(kind Kind) ([]Document, error) {
	var out []Document
	var mistakes []error
	var seen []string
	for i, u := range o.URLs {
		at, err := kind.Address(u)
		if err == nil && o.Client != nil && o.Client.Admit(at) != nil {
			err = errors.New("its address is not one that is requested (a meeting link, a private address)")
		}
		if err == nil && slices.Contains(seen, at.String()) {
			err = errors.New("it stands there twice")
		}
		if err != nil {
			mistakes = append(mistakes, fmt.Errorf("%s %d: %w", kind.Name, i+1, err))
			continue
		}
		uri := at.String()
		seen = append(seen, uri)
		out = append(out, Document{Number: i + 1, URL: at, URI: uri, ID: kind.ID(uri)})
	}
	return out, errors.Join(mistakes...)
}

// Address is an http or https address without its fragment. One with a user name, or of more than MaxURL bytes, is refused.
func Address(u *url.URL) (*url.URL, error) {
	if u == nil {
		return nil, errors.New("no address")
	}
	at := *u
	at.Fragment, at.RawFragment = "", ""
	if at.Scheme != "http" && at.Scheme != "https" || at.Hostname() == "" || at.User != nil || len(at.String()) > MaxURL {
		return nil, fmt.Errorf("want an http or https address without a user name, at most %d bytes", MaxURL)
	}
	return &at, nil
}
