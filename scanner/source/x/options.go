package x

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"meetleaks/scanner"
)

// DefaultAPI is X's own address.
const DefaultAPI = "https://api.x.com"

// Taker is what becomes of the posts; a *scanner.Pipeline is one. A pass calls it from one goroutine at a time, but for References.
type Taker interface {
	// Take keeps what a post brought. When it returns nil that is durable.
	Take(ctx context.Context, r scanner.Reading) (scanner.Taken, error)
	// Gone is told that a post where something was claimed was looked up and is not there, Back that it is.
	Gone(ctx context.Context, uri string) error
	Back(ctx context.Context, uri string) error
	// Reposted is told how far a post has got.
	Reposted(ctx context.Context, uri string, reach int64) error
}

// Referrer yields the addresses of the posts at which leaks stand; a *scanner.Pipeline is one.
type Referrer interface {
	References(ctx context.Context, source string, yield func(reference scanner.Secret) bool) error
}

// Terms is what is looked for on behalf of one organisation. Words are never looked for: they would bring, and cost, far too much.
type Terms struct {
	// Tag is an opaque id of the organisation, 1 to 64 letters, digits, "-", "_", "." and ":"; it is stored at X, so a name is no good
	// one. The rules of our own have RulePrefix before it.
	Tag string
	// URLs are hosts, with a path or without: "acme.zoom.us", "zoom.us/my/jdoe". Printable ASCII of at most 200 characters; hosts that
	// are everybody's ("zoom.us") are refused.
	URLs []string
	// Numbers are meeting numbers of 9 to 15 digits, of organisations that have agreed to X being told.
	Numbers []string
}

// Spelling is how X is told which fields of a post are wanted, and how it then names some of them.
type Spelling string

// The spellings. Answers are understood in both, whatever was asked.
const (
	SpelledTweet Spelling = "tweet" // tweet.fields, note_tweet, referenced_tweets, edit_history_tweet_ids
	SpelledPost  Spelling = "post"  // post.fields, note_post, referenced_posts, edit_history_post_ids
)

// Budget bounds what reading costs. X counts a post once a UTC day, however often it is read on that day. One of the two bounds at
// least must be given; 0 is none.
type Budget struct {
	PerDay   int64   // posts in a UTC day
	PerMonth int64   // posts in a month of UTC
	Price    float64 // of a post in USD, for what is shown; 0: not known
}

// Options make a Source. API, Base, Token, Terms, Taker, References and Budget must be given; zero fields stand for the defaults.
type Options struct {
	API   *http.Client // guarded, follows no redirect, without a timeout of its own: see fetch.APIClient
	Base  *url.URL     // see DefaultAPI
	Token func() (string, error)
	// Terms gives what is looked for. It is asked when a pass begins, and every Sync.
	Terms      func(ctx context.Context) ([]Terms, error)
	Taker      Taker
	References Referrer
	Budget     Budget
	// Stream and Search are how fields are asked for in the stream, and in search and look-ups; SpelledTweet.
	Stream, Search Spelling
	// Back is how far back the first pass of all searches, at most 7 days; 0: not at all.
	Back time.Duration
	// NoQuoted leaves out the posts that are quoted. They count as read, so that they may cost as much again.
	NoQuoted bool
	// LookAgain is how often posts with leaks are looked up, a minute at least: 6 h. X wants what is gone there to be gone here within
	// 24 h.
	LookAgain time.Duration
	// MaxRules (1,000), MaxRule (1,000) and MaxQuery (512) are what the plan allows: rules of the app, characters of a rule and of a
	// query.
	MaxRules, MaxRule, MaxQuery int
	// Idle is the longest time without a line in the stream, 25 s: X sends an empty one every 20 s.
	Idle time.Duration
	// Call is the longest time of a request that is no stream, 20 s.
	Call time.Duration
	// Sync is the time between looks at Terms and at the rules that stand, a minute.
	Sync time.Duration
	// Settle is how long a search waits after the stream has begun, 20 s: so that what was posted just before is found.
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
	mostBack  = 7 * 24 * time.Hour
	mostRules = 100_000
	leastRule = 256 // characters
	mostRule  = 4096
)

func (o Options) withDefaults() Options {
	o.Stream, o.Search = cmp.Or(o.Stream, SpelledTweet), cmp.Or(o.Search, SpelledTweet)
	o.LookAgain = cmp.Or(o.LookAgain, 6*time.Hour)
	o.MaxRules, o.MaxRule, o.MaxQuery = cmp.Or(o.MaxRules, 1000), cmp.Or(o.MaxRule, 1000), cmp.Or(o.MaxQuery, 512)
	o.Idle, o.Sync, o.Tick = cmp.Or(o.Idle, 25*time.Second), cmp.Or(o.Sync, time.Minute), cmp.Or(o.Tick, time.Second)
	o.Call = cmp.Or(o.Call, 20*time.Second)
	o.saveEvery, o.tellEvery = cmp.Or(o.saveEvery, 5*time.Second), cmp.Or(o.tellEvery, 2*time.Second)
	o.Settle = cmp.Or(o.Settle, 20*time.Second)
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

// private says whether a host is this machine, or lies in a private network by its very address.
func private(host string) bool {
	at, err := netip.ParseAddr(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || err == nil && (at.Unmap().IsLoopback() || at.Unmap().IsPrivate())
}

// check lists all that is wrong.
func (o Options) check() error {
	var wrong []error
	refuse := func(bad bool, format string, args ...any) {
		if bad {
			wrong = append(wrong, fmt.Errorf("make x source: "+format, args...))
		}
	}
	refuse(o.API == nil || o.Base == nil || o.Token == nil || o.Terms == nil || o.Taker == nil || o.References == nil,
		"client, address, token, terms, taker and references are needed")
	refuse(o.Base != nil && (o.Base.Host == "" || o.Base.Scheme != "https" && o.Base.Scheme != "http" || o.Base.RawQuery != ""),
		"the address begins with http:// or https:// and names a host")
	refuse(o.Base != nil && o.Base.Scheme == "http" && !private(o.Base.Hostname()), "the token would be sent in clear: the address begins with https://")
	refuse(o.Budget.PerDay < 0 || o.Budget.PerMonth < 0 || o.Budget.Price < 0 || o.Budget.PerDay+o.Budget.PerMonth == 0,
		"a budget of posts a day or a month is needed")
	for _, s := range []Spelling{o.Stream, o.Search} {
		refuse(s != SpelledTweet && s != SpelledPost, "spelling %q: want %s or %s", s, SpelledTweet, SpelledPost)
	}
	refuse(o.Back < 0 || o.Back > mostBack, "%v back: want 0 to %v", o.Back, mostBack)
	refuse(o.MaxRules < 1 || o.MaxRules > mostRules, "%d rules: want 1 to %d", o.MaxRules, mostRules)
	for _, n := range []int{o.MaxRule, o.MaxQuery} {
		refuse(n < leastRule || n > mostRule, "rules and queries of %d characters: want %d to %d", n, leastRule, mostRule)
	}
	refuse(o.LookAgain < 0 || o.Idle < 0 || o.Call < 0 || o.Sync < 0 || o.Settle < 0 || o.Tick < 0, "times are not negative")
	refuse(strings.ContainsFunc(o.Agent, func(c rune) bool { return c < ' ' || c > '~' }), "an agent is printable ASCII")
	return errors.Join(wrong...)
}
