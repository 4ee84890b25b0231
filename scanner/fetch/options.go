package fetch

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"time"
)

// Pace is how fast hosts are asked.
type Pace string

// The paces.
const (
	// Polite waits between two requests to a host, see pace.go. The default.
	Polite Pace = "polite"
	// None does not wait, and asks by several connections. It holds only for URLs whose host is a loopback address or
	// "localhost"; all others stay polite. It is for measurements.
	None Pace = "none"
)

// Options make a Client. The zero value is a polite client that reaches the public internet only.
type Options struct {
	// Contact is a URL or mail address for owners of sites, told in the User-Agent. Without one Warnings says so.
	Contact string
	// Version is told in the User-Agent; "" is "dev".
	Version string
	// Allow names the private and loopback services that may be dialled, each as "host:port": at most MaxAllow. An address
	// ("127.0.0.1:8088", "[::1]:8088") stands for itself, whatever name leads there; a name for whatever it resolves to, on that
	// port and for requests to that name. The ports are admitted beside 80 and 443. The list opens nothing for redirects that
	// come from other hosts, and no meeting link; for sources see [Client.From].
	Allow []string
	// MeetingHosts are meeting services that organisations run themselves ("meet.acme.example", with or without a port). They
	// and their subdomains are never requested, even when Allow names them.
	MeetingHosts []string
	// Deny are public ranges of the operator's own that are not to be reached from here either.
	Deny []netip.Prefix
	Pace Pace // "": Polite
	// Proxy is the operator's http or https proxy, with user and password if need be; nil: none. Names are resolved and judged
	// here, and the proxy is told an address. The proxy itself may be anywhere.
	Proxy *url.URL
	// CA replaces the system's roots when it is not nil: make it of the system's and your own.
	CA     *x509.CertPool
	Limits Limits // zero fields: the defaults
	// Resolver is asked for addresses; nil: the system's.
	Resolver *net.Resolver
	// Pacer decides whose turn it is; nil: one of this process.
	Pacer Pacer
	// Now and Sleep are the clock of pace and robots.txt, nil: the real one. Sleep returns early with the context's error.
	Now   func() time.Time
	Sleep func(ctx context.Context, d time.Duration) error
}

// The bounds of Options' lists.
const (
	MaxAllow        = 1000
	MaxMeetingHosts = 10_000
)

// Limits bound one answer. Zero fields stand for the defaults, which are given here.
type Limits struct {
	Total     time.Duration // 20 s: a request with its redirects, from dialling to the body's end; waiting for a turn does not count
	FirstByte time.Duration // 5 s: from the request sent to its headers read
	Dial      time.Duration // 5 s: resolving, and connecting to one address; also a TLS handshake
	Redirects int           // 5 hops after the first

	Headers int64 // 64 KiB
	HTML    int64 // 5 MB; all caps of bodies count bytes after decompression
	PDF     int64 // 30 MB
	Office  int64 // 50 MB: documents of office programs
	Sitemap int64 // 50 MB, as sitemaps.org allows
	Robots  int64 // 500 KiB, as RFC 9309 asks for
	Other   int64 // 16 MB

	Ratio     int64 // 100: decompressed bytes for each received one, from
	RatioFrom int64 // 1 MiB decompressed
}

const (
	kib = 1 << 10
	mib = 1 << 20
	mb  = 1_000_000
)

// withDefaults fills in the zero fields.
func (l Limits) withDefaults() Limits {
	orTime := func(d *time.Duration, otherwise time.Duration) {
		if *d == 0 {
			*d = otherwise
		}
	}
	orSize := func(n *int64, otherwise int64) {
		if *n == 0 {
			*n = otherwise
		}
	}
	orTime(&l.Total, 20*time.Second)
	orTime(&l.FirstByte, 5*time.Second)
	orTime(&l.Dial, 5*time.Second)
	orSize(&l.Headers, 64*kib)
	orSize(&l.HTML, 5*mb)
	orSize(&l.PDF, 30*mb)
	orSize(&l.Office, 50*mb)
	orSize(&l.Sitemap, 50*mb)
	orSize(&l.Robots, 500*kib)
	orSize(&l.Other, 16*mb)
	orSize(&l.Ratio, 100)
	orSize(&l.RatioFrom, mib)
	if l.Redirects == 0 {
		l.Redirects = 5
	}
	return l
}

// AtMost lowers the caps of bodies to most bytes, but for those of sitemaps and robots.txt.
func (l Limits) AtMost(most int64) Limits {
	l = l.withDefaults()
	for _, size := range []*int64{&l.HTML, &l.PDF, &l.Office, &l.Other} {
		*size = min(*size, most)
	}
	return l
}

func (l Limits) validate() error {
	for _, d := range []time.Duration{l.Total, l.FirstByte, l.Dial} {
		if d < 0 || d > time.Hour {
			return fmt.Errorf("time limit %s: must lie between 0 and 1h", d)
		}
	}
	for _, n := range []int64{l.Headers, l.HTML, l.PDF, l.Office, l.Sitemap, l.Robots, l.Other, l.Ratio, l.RatioFrom} {
		if n < 0 || n > 1<<40 {
			return fmt.Errorf("size limit %d: must lie between 0 and 2^40", n)
		}
	}
	if l.Redirects < 0 || l.Redirects > 20 {
		return fmt.Errorf("redirects %d: must lie between 0 and 20", l.Redirects)
	}
	return nil
}

// validate reports all mistakes that need no parsing of lists.
func (o Options) validate() error {
	var mistakes []error
	if o.Pace != "" && o.Pace != Polite && o.Pace != None {
		mistakes = append(mistakes, fmt.Errorf("pace %q: must be %q or %q", o.Pace, Polite, None))
	}
	if len(o.Allow) > MaxAllow {
		mistakes = append(mistakes, fmt.Errorf("allow: more than %d entries", MaxAllow))
	}
	if len(o.MeetingHosts) > MaxMeetingHosts {
		mistakes = append(mistakes, fmt.Errorf("meeting hosts: more than %d", MaxMeetingHosts))
	}
	if !inHeader(o.Contact) || !inHeader(o.Version) {
		mistakes = append(mistakes, errors.New("contact and version: at most 200 printable ASCII characters without brackets"))
	}
	return errors.Join(append(mistakes, o.Limits.validate())...)
}

// inHeader reports whether text can stand in the comment of a User-Agent.
func inHeader(text string) bool {
	for i := range len(text) {
		if text[i] <= ' ' || text[i] > '~' || strings.IndexByte("()<>\\\"", text[i]) >= 0 {
			return false
		}
	}
	return len(text) <= 200
}

// userAgent begins with the token that robots.txt names us by.
func (o Options) userAgent() string {
	version := o.Version
	if version == "" {
		version = "dev"
	}
	agent := "meetleaks/" + version
	if o.Contact != "" {
		agent += " (+" + o.Contact + ")"
	}
	return agent
}
