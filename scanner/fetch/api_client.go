package fetch

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// APIOptions make a client of one configured service: a channel, a platform. Base must be given.
type APIOptions struct {
	// Base is the configured address of the service, http or https.
	Base *url.URL
	// Private lets the client reach Base's own host and port wherever they lead, without the proxy. Callers set it only where the
	// operator's file itself names a private or loopback address. Else only the public internet is reached.
	Private bool
	Deny    []netip.Prefix // as Options.Deny
	Proxy   *url.URL       // as Options.Proxy
	CA      *x509.CertPool // as Options.CA
	// Resolver is asked for addresses; nil: the system's.
	Resolver *net.Resolver
	// Dial is the time to resolve, to connect to one address, and for a TLS handshake, 5 s when zero; FirstByte that from the
	// request sent to its headers read, 15 s when zero. There is no other: the caller bounds the whole.
	Dial, FirstByte time.Duration
}

// The bounds of a client of a service.
const (
	apiDial      = 5 * time.Second
	apiFirstByte = 15 * time.Second
	apiHeaders   = 64 * kib
	apiIdle      = 8
)

// APIClient makes the client of a configured service. Addresses are judged when they are dialled, as those of [Client] are; who is
// refused gets an [*Error] of class Blocked. It follows no redirect, keeps no cookie, asks no proxy of the environment, and speaks
// HTTP/1.1 with TLS 1.2 or later. Paces, robots.txt and meeting links are not its business: its requests go where the operator's
// file says. It starts nothing, and is safe for concurrent use; CloseIdleConnections lets go of its connections. No error holds the
// proxy's password, or more of Base than its host.
func APIClient(o APIOptions) (*http.Client, error) {
	if o.Base == nil || o.Base.Hostname() == "" || o.Base.Scheme != "http" && o.Base.Scheme != "https" {
		return nil, errors.New("fetch: a service's address begins with http:// or https:// and names a host")
	}
	if o.Resolver == nil {
		o.Resolver = &net.Resolver{}
	}
	if o.Dial <= 0 {
		o.Dial = apiDial
	}
	if o.FirstByte <= 0 {
		o.FirstByte = apiFirstByte
	}
	secure := &tls.Config{RootCAs: o.CA, MinVersion: tls.VersionTLS12}
	d, err := apiDialler(o, secure)
	if err != nil {
		return nil, fmt.Errorf("fetch: %w", err)
	}
	var only http.Protocols
	only.SetHTTP1(true)
	return &http.Client{
		Transport: &http.Transport{
			Proxy: nil, DialContext: d.dialAPI, TLSClientConfig: secure, TLSHandshakeTimeout: o.Dial, Protocols: &only,
			MaxResponseHeaderBytes: apiHeaders, ResponseHeaderTimeout: o.FirstByte, DisableCompression: true,
			MaxIdleConns: apiIdle, MaxIdleConnsPerHost: apiIdle, IdleConnTimeout: 30 * time.Second,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, nil
}

// apiDialler knows where the client may go.
func apiDialler(o APIOptions, secure *tls.Config) (*dialler, error) {
	d := &dialler{guard: &guard{deny: o.Deny}, resolver: o.Resolver, timeout: o.Dial, received: new(atomic.Int64)}
	var err error
	switch {
	case o.Private:
		port := o.Base.Port()
		if port == "" {
			port = fmt.Sprint(defaultPort(o.Base.Scheme))
		}
		d.guard, err = newGuard([]string{net.JoinHostPort(o.Base.Hostname(), port)}, o.Deny)
	case o.Proxy != nil:
		d.proxy, err = newProxy(o.Proxy, Options{Resolver: o.Resolver}, secure)
	}
	return d, err
}

// dialAPI is dial with errors that say whose choice it was, as those of Client do. The loopback's own name is not asked for in DNS
// (RFC 6761 section 6.3).
func (d *dialler) dialAPI(ctx context.Context, network, authority string) (net.Conn, error) {
	authority = strings.ToLower(authority)
	var c net.Conn
	var err error
	if host, port, bad := net.SplitHostPort(authority); bad == nil && isLocalhost(host) {
		c, err = d.loopback(ctx, authority, port)
	} else {
		c, err = d.dial(ctx, network, authority)
	}
	if errors.Is(err, errNotPublic) {
		return nil, &Error{Class: Blocked, URL: authority, Err: errNotPublic}
	}
	return c, err
}

func isLocalhost(host string) bool {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}

func (d *dialler) loopback(ctx context.Context, authority, text string) (net.Conn, error) {
	port, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		return nil, fmt.Errorf("port: %w", err)
	}
	c, err := d.one(ctx, authority, netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), uint16(port)))
	if err == nil || ctx.Err() != nil {
		return c, err
	}
	if six, other := d.one(ctx, authority, netip.AddrPortFrom(netip.IPv6Loopback(), uint16(port))); other == nil {
		return six, nil
	}
	return nil, err
}

// APIDial makes the way to one configured service that does not speak HTTP: mail, syslog. Base names host and port; of the
// options Private, Deny, Resolver and Dial count, and no proxy is used. Addresses are judged when they are dialled, as those of
// [APIClient] are, and errors are alike. It starts nothing, and is safe for concurrent use; who calls it closes the connection.
func APIDial(o APIOptions) (func(ctx context.Context, network, address string) (net.Conn, error), error) {
	if o.Base == nil || o.Base.Hostname() == "" || o.Base.Port() == "" {
		return nil, errors.New("fetch: a service's address names a host and a port")
	}
	if o.Resolver == nil {
		o.Resolver = &net.Resolver{}
	}
	if o.Dial <= 0 {
		o.Dial = apiDial
	}
	o.Proxy = nil
	d, err := apiDialler(o, nil)
	if err != nil {
		return nil, fmt.Errorf("fetch: %w", err)
	}
	return d.dialAPI, nil
}
