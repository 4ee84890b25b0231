package config

import (
	"cmp"
	"errors"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"
)

// The kinds of sources.
const (
	SourceWeb      = "web"
	SourceFeed     = "feed"
	SourceCalendar = "calendar"
	SourceHook     = "hook"
	SourceBluesky  = "bluesky"
	SourceMastodon = "mastodon"
	SourceX        = "x"
	SourceX1       = "x-v1" // gateways and archives that speak the retired version 1.1
)

// Source is one watched place. Which keys are of use depends on Kind: see example.yaml.
type Source struct {
	Name string `key:"name"`
	Kind string `key:"kind"`
	// Off lets it stand in the file without being read: the kill switch.
	Off   bool     `key:"off"`
	Start []string `key:"start"` // web, feed, calendar
	Every Duration `key:"every"`
	// Quiet is after how long without anything new from the place it counts as blind; 0: never.
	Quiet Duration `key:"quiet"`

	Depth    int      `key:"depth"` // web
	MaxPages int      `key:"max_pages"`
	Include  []string `key:"include"`
	Exclude  []string `key:"exclude"`

	APIURL string `key:"api_url"` // of services
	Token  Secret `key:"token"`   // mastodon, x
	Secret Secret `key:"secret"`  // hook
	// Permission says who allowed the reading, and when: services whose terms ask for that are not read without.
	Permission string `key:"permission"`
	// LookAgain is how often posts in which something was found are looked at again where the service does not tell of deletions.
	LookAgain Duration `key:"look_again"`

	// LookBack is how far back the first pass of all searches; 0: not at all.
	LookBack Duration `key:"look_back"` // x, x-v1

	WebSub      bool     `key:"websub"`       // feed: ask hubs to push
	AllowSHA1   bool     `key:"allow_sha1"`   // feed: believe hubs that sign by SHA-1 alone
	SkipNoindex bool     `key:"skip_noindex"` // mastodon: leave out accounts that want to be in no search engine
	NoQuoted    bool     `key:"no_quoted"`    // x: leave out the posts that are quoted, which may cost as much again
	Collections []string `key:"collections"`  // bluesky: kinds of records
	Dictionary  Path     `key:"dictionary"`   // bluesky: of the compressed stream; without it, it is read uncompressed
	Streams     []string `key:"streams"`      // mastodon: public, public:local, hashtag:NAME, list:ID
	Transport   string   `key:"transport"`    // mastodon: sse, websocket, poll
	NoSearch    bool     `key:"no_search"`    // x-v1: the gateway has no search, or no look-up
	NoLookup    bool     `key:"no_lookup"`
	Fields      string   `key:"fields"` // x: name of the parameter that lists fields
	Budget      Budget   `key:"budget"` // x
}

// Budget is what a source that costs may use up. 0: no bound.
type Budget struct {
	PostsPerDay   int     `key:"posts_per_day"`
	PostsPerMonth int     `key:"posts_per_month"`
	USDPerPost    float64 `key:"usd_per_post"`
}

// Canary is a meeting link that leads nowhere, planted where sources should find it: one that does not is blind.
type Canary struct {
	Name    string   `key:"name"`
	Link    ClearID  `key:"link"` // as patterns name meetings, or a whole link
	Sources []string `key:"sources"`
	// Every is how often each source must find it, a day when 0. Missed twice in a row, security operations are told.
	Every Duration `key:"every"`
}

// TransportPoll reads the timelines of servers that have no streams.
const TransportPoll = "poll"

func sourceKinds() []string {
	return []string{SourceWeb, SourceFeed, SourceCalendar, SourceHook, SourceBluesky, SourceMastodon, SourceX, SourceX1}
}

// The bounds of sources.
const (
	maxSourceList = 1000 // addresses, streams, collections of one source
	maxCanaries   = 100
)

func (v *validator) source(path string, s *Source, allow []string) {
	v.required(path+".name", s.Name, anyText)
	v.required(path+".kind", s.Kind, oneOf(sourceKinds()...))
	v.each(path+".start", s.Start, func(text string) error {
		if rest, ok := strings.CutPrefix(text, "webcal://"); ok && s.Kind == SourceCalendar {
			text = "https://" + rest
		}
		return checkURL(text, "https", "http")
	})
	if slices.Contains([]string{SourceWeb, SourceFeed, SourceCalendar}, s.Kind) && len(s.Start) == 0 {
		v.missing(path+".start", "is missing: where does reading begin?")
	}
	for name, n := range map[string]int{"start": len(s.Start), "streams": len(s.Streams), "collections": len(s.Collections)} {
		if n > maxSourceList {
			v.note(path+"."+name, "are %d; at most %d", n, maxSourceList)
		}
	}
	if s.Depth < 0 || s.Depth > 20 {
		v.note(path+".depth", "want a number from 0 to 20")
	}
	if s.MaxPages < 0 || s.MaxPages > 1_000_000 {
		v.note(path+".max_pages", "want a number from 0 to 1000000")
	}
	v.times(path, s, allow)
	v.lookBack(path, s)
	if s.Kind == SourceHook && !s.Secret.IsSet() {
		v.missing(path+".secret", "is missing: give secret_file, the key that feeders sign with (whsec_…)")
	}
	v.each(path+".include", s.Include, checkGlob)
	v.each(path+".exclude", s.Exclude, checkGlob)
	v.service(path, s)
}

func (v *validator) times(path string, s *Source, allow []string) {
	switch every := time.Duration(s.Every); {
	case !v.given(path+".every") || every >= time.Minute:
	case every < time.Second:
		v.note(path+".every", "want at least 1m; 1s for services of your own that fetch.allow names")
	case !ownServices(s.Start, allow):
		v.note(path+".every", "want at least 1m; less only for services of your own that fetch.allow names")
	}
	if v.given(path+".quiet") && time.Duration(s.Quiet) < time.Minute {
		v.note(path+".quiet", "want at least 1m")
	}
	if v.given(path+".look_again") && (time.Duration(s.LookAgain) < time.Minute || time.Duration(s.LookAgain) > 7*24*time.Hour) {
		v.note(path+".look_again", "want a length of time from 1m to 7d")
	}
}

// ownServices says whether all addresses are of services that the operator lists as their own.
func ownServices(addresses, allow []string) bool {
	ports := map[string]string{"http": "80", "https": "443", "webcal": "443"}
	for _, address := range addresses {
		u, err := url.Parse(address)
		if err != nil || !slices.Contains(allow, net.JoinHostPort(u.Hostname(), cmp.Or(u.Port(), ports[u.Scheme]))) {
			return false
		}
	}
	return len(addresses) > 0
}

// lookBack checks how far back is searched.
func (v *validator) lookBack(path string, s *Source) {
	if v.given(path+".look_back") && (time.Duration(s.LookBack) < time.Minute || time.Duration(s.LookBack) > 7*24*time.Hour) {
		v.note(path+".look_back", "want a length of time from 1m to 7d")
	}
}

// service checks what belongs to sources that are read through a service's interface.
func (v *validator) service(path string, s *Source) {
	v.optional(path+".api_url", s.APIURL, func(text string) error {
		if s.Kind == SourceBluesky {
			return checkURL(text, "https", "http", "wss", "ws")
		}
		return checkURL(text, "https", "http")
	})
	v.optional(path+".transport", s.Transport, oneOf("sse", "websocket", TransportPoll))
	v.optional(path+".fields", s.Fields, oneOf("tweet.fields", "post.fields"))
	v.each(path+".streams", s.Streams, checkStream)
	if s.Transport == "sse" && len(s.Streams) > 1 {
		v.note(path+".streams", "are several: server-sent events carry one; leave transport out, or say websocket")
	}
	b := s.Budget
	if b.PostsPerDay < 0 || b.PostsPerMonth < 0 || b.USDPerPost < 0 {
		v.note(path+".budget", "want numbers that are not negative")
	}
	if (s.Kind == SourceMastodon || s.Kind == SourceX1) && s.APIURL == "" {
		v.missing(path+".api_url", "is missing: which server?")
	}
	if (s.Kind == SourceMastodon || s.Kind == SourceX) && !s.Off && !isOwnAddress(s.APIURL) {
		v.outside(path, s)
	}
}

// outside checks what services of others ask for, beside an address.
func (v *validator) outside(path string, s *Source) {
	if !s.Token.IsSet() {
		v.missing(path+".token", "is missing: give token_file")
	}
	if s.Kind == SourceX && s.Budget.PostsPerDay == 0 && s.Budget.PostsPerMonth == 0 {
		v.missing(path+".budget", "is missing: each post that is read costs money; give posts_per_day or posts_per_month")
	}
	if u, err := url.Parse(s.APIURL); err == nil && u.Scheme == "http" {
		v.note(path+".api_url", "want https: the token would be sent in clear")
	}
	if s.Permission == "" {
		v.missing(path+".permission", whyPermission(s.Kind))
	}
}

func whyPermission(kind string) string {
	if kind == SourceX {
		return "is missing: X's terms restrict reading for security purposes; say who declared this use, and when it was accepted"
	}
	return "is missing: many servers forbid automated collection; say which administrator agreed, and when (or that the server is yours)"
}

// isOwnAddress says whether a service lies on loopback or a private address: a stand-in, or one's own.
func isOwnAddress(text string) bool {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" {
		return false
	}
	host := u.Hostname()
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && (addr.IsLoopback() || addr.IsPrivate() || net.IP(addr.AsSlice()).IsLoopback())
}

func checkStream(text string) error {
	name, value, found := strings.Cut(text, ":")
	switch {
	case text == "public", text == "public:local", text == "public:remote":
		return nil
	case found && (name == "hashtag" || name == "list") && value != "" && len(value) <= 200 && !strings.ContainsAny(value, " /?&#\t\n"):
		return nil
	}
	return errors.New("want public, public:local, public:remote, hashtag:NAME or list:ID")
}

// oftenEnough finds canaries that are to be found more often than their sources are read.
func (v *validator) oftenEnough(path string, canary *Canary, sources []Source) {
	every := cmp.Or(canary.Every, Duration(24*time.Hour))
	for i := range sources {
		s := &sources[i]
		if slices.Contains(canary.Sources, s.Name) && s.Every > every {
			v.note(path+".every", "is shorter than that of the source %s (%s): it would be missed each time", printable(s.Name), s.Every)
		}
	}
}

// canaries checks that canaries name sources that there are.
func (v *validator) canaries(c *Config) {
	if len(c.Canaries) > maxCanaries {
		v.note("canaries", "are %d; at most %d", len(c.Canaries), maxCanaries)
	}
	for i := range c.Canaries {
		path, canary := entry("canaries", i), &c.Canaries[i]
		v.required(path+".name", canary.Name, anyText)
		if !v.given(path + ".link") {
			v.missing(path+".link", "is missing")
		}
		v.clearID(path+".link", canary.Link)
		if len(canary.Sources) == 0 {
			v.missing(path+".sources", "are missing: which sources should find it?")
		}
		v.each(path+".sources", canary.Sources, func(name string) error {
			if !slices.ContainsFunc(c.Sources, func(s Source) bool { return s.Name == name }) {
				return errors.New("there is no source of that name")
			}
			return nil
		})
		v.oftenEnough(path, canary, c.Sources)
		if v.given(path+".every") && (time.Duration(canary.Every) < time.Minute || time.Duration(canary.Every) > 30*24*time.Hour) {
			v.note(path+".every", "want a length of time from 1m to 30d")
		}
	}
	v.distinct("canaries", len(c.Canaries), func(i int) string { return c.Canaries[i].Name })
}
