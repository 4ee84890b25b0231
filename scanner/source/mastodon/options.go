package mastodon

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"meetleaks/scanner"
)

// Taker takes what was read to the leaks it belongs to. A *scanner.Pipeline is one. It is called by one goroutine at a time.
type Taker interface {
	Take(ctx context.Context, r scanner.Reading) (scanner.Taken, error)
	// Deleted is told what the stream says was deleted.
	Deleted(ctx context.Context, uri string) error
	Looks
}

// Looks is what becomes of looking again at posts in which something was claimed.
type Looks interface {
	// Gone is told that a look did not find a post.
	Gone(ctx context.Context, uri string) error
	// Back is told that a look found it unchanged.
	Back(ctx context.Context, uri string) error
	// Reposted is told that a post was passed on.
	Reposted(ctx context.Context, uri string, reach int64) error
	// References yields the references of the posts of a source at which leaks stand.
	References(ctx context.Context, source string, yield func(scanner.Secret) bool) error
}

// Reader makes documents of a page of HTML: it hands them to yield, and what of it cannot be read to skip, and returns yield's first
// error, or the context's, and no other. An extract.Extractor's Read is one.
type Reader func(ctx context.Context, page *Page, yield func(scanner.Document) error, skip func(scanner.Skip)) (scanner.Outline, error)

// The transports of a stream.
const (
	TransportAuto      = ""          // server-sent events; WebSocket where the server has no such thing, or for several streams
	TransportSSE       = "sse"       // server-sent events: one stream
	TransportWebSocket = "websocket" // as GoToSocial wants it
)

// Options make a Source. Server, Client, Taker and Read must be given; all functions must be safe for concurrent use.
type Options struct {
	// Server is the address of the server: https, or http where that host is loopback or private.
	Server *url.URL
	// Client makes the requests: that of fetch.APIClient, whose Base is Server.
	Client *http.Client
	// Token gives the token of a user with read:statuses (for lists also read:lists), anew for each pass. Nil, or "": none is sent.
	Token func() (string, error)
	Taker Taker
	Read  Reader
	// Streams are "public", "public:local", "public:remote", "hashtag:NAME", "list:ID"; at most MaxStreams. Nil: "public".
	Streams   []string
	Transport string
	// Promising says whether the bytes of a frame may hold a link; it is asked before they are decoded. Nil: all may.
	Promising func(frame []byte) bool
	// LookAgain is after how long posts with leaks are looked at again; 0: 6 h; below 0: never.
	LookAgain time.Duration
	// GapPages is how many pages of 40 posts are read of each stream to close a gap; 0: 100.
	GapPages int
	// Idle is how long a stream may give no byte at all; 0: 90 s.
	Idle time.Duration
	// SkipNoindex leaves out posts of accounts that tell search engines to stay away (noindex), see the package's comment.
	SkipNoindex bool
	Log         *slog.Logger     // nil: nothing is logged
	Now         func() time.Time // nil: time.Now
}

// The bounds of a source.
const (
	MaxStreams = 20

	maxFrame    = 4 << 20          // bytes of a line, an event, a message: servers take posts of 1 MiB from each other, and escape them
	maxAnswer   = 8 << 20          // bytes of an answer of the REST interface
	maxText     = 1 << 20          // bytes of a text
	maxID       = 128              // bytes of a status's id
	maxGapPages = 10_000           // that may be configured
	badInARow   = 1000             // frames that cannot be understood end a pass
	maxLooks    = 10_000           // posts looked at again in a round
	restBound   = 20 * time.Second // for one request of the REST interface

	lookAgain = 6 * time.Hour
	gapPages  = 100
	idle      = 90 * time.Second
	saveEvery = 5 * time.Second
	saveItems = 1000
	tick      = time.Second
	settled   = time.Minute // a stream that lived so long was heard, though nobody said anything
	withheld  = time.Hour   // of deletions alone
	deletions = 3           // fewer than these may be chance
)

// Source reads one server, for a [scanner.Watch]. It is safe for concurrent use.
type Source struct {
	o       Options
	base    *url.URL
	streams []stream
	tick    time.Duration // between two looks at what is due

	mu      sync.Mutex
	sockets bool      // the server speaks WebSocket only
	posted  time.Time // when the stream gave a post last, or was first listened to
	deleted int       // deletions since then
}

// NewSource makes a Source; nothing is requested. Its errors say what is missing or wrong.
func NewSource(o Options) (*Source, error) {
	if o.Client == nil || o.Taker == nil || o.Read == nil {
		return nil, errors.New("mastodon: Client, Taker and Read are needed")
	}
	base, err := baseOf(o.Server)
	if err != nil {
		return nil, err
	}
	if len(o.Streams) == 0 {
		o.Streams = []string{"public"}
	}
	s := &Source{o: o.withDefaults(), base: base, tick: tick}
	if s.streams, err = streamsOf(o.Streams); err != nil {
		return nil, err
	}
	switch {
	case !slices.Contains([]string{TransportAuto, TransportSSE, TransportWebSocket}, o.Transport):
		return nil, errors.New(`mastodon: the transport is "sse" or "websocket"`)
	case o.Transport == TransportSSE && len(s.streams) > 1:
		return nil, errors.New(`mastodon: server-sent events bring one stream: use "websocket" for several, or a source for each`)
	case s.o.GapPages < 0 || s.o.GapPages > maxGapPages:
		return nil, fmt.Errorf("mastodon: %d pages to close a gap: must lie between 1 and %d", o.GapPages, maxGapPages)
	}
	return s, nil
}

func (o Options) withDefaults() Options {
	if o.Promising == nil {
		o.Promising = func([]byte) bool { return true }
	}
	if o.LookAgain == 0 {
		o.LookAgain = lookAgain
	}
	if o.GapPages == 0 {
		o.GapPages = gapPages
	}
	if o.Idle <= 0 {
		o.Idle = idle
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}
