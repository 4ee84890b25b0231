package fetch

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// maxAddresses is how many addresses of one name are tried.
const maxAddresses = 8

// dialler connects to the address of a URL, directly or through the operator's proxy. It is read-only once built.
type dialler struct {
	guard    *guard
	resolver *net.Resolver
	timeout  time.Duration // for resolving, and for each address
	proxy    *proxy        // nil: none
	received *atomic.Int64 // counts the bytes of all connections
}

// conn counts what it receives and knows whether it leads to a place that only the operator's list opens. A conn serves one
// request at a time.
type conn struct {
	net.Conn
	private bool
	address netip.AddrPort        // dialled; invalid behind a proxy
	meter   atomic.Pointer[meter] // of the request it serves
	all     *atomic.Int64
}

func (c *conn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.all.Add(int64(n))
	if m := c.meter.Load(); m != nil {
		m.received.Add(int64(n))
	}
	return n, err
}

// dial is what http.Transport calls: authority is the URL's host with its port. The addresses of a name are tried one after the
// other, each judged by itself. The error is errNotPublic only if there was no address that might have been dialled.
func (d *dialler) dial(ctx context.Context, _, authority string) (net.Conn, error) {
	addrs, err := d.resolve(ctx, authority)
	if err != nil {
		return nil, err
	}
	var failed error
	for _, at := range addrs[:min(len(addrs), maxAddresses)] {
		connection, err := d.one(ctx, authority, at)
		if err == nil {
			return connection, nil
		}
		if failed == nil || !errors.Is(err, errNotPublic) {
			failed = err
		}
		if ctx.Err() != nil {
			break
		}
	}
	return nil, failed
}

func (d *dialler) resolve(ctx context.Context, authority string) ([]netip.AddrPort, error) {
	host, text, err := net.SplitHostPort(authority)
	if err != nil {
		return nil, err
	}
	port, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		return nil, err
	}
	if addr, err := netip.ParseAddr(host); err == nil {
		return []netip.AddrPort{netip.AddrPortFrom(addr.Unmap(), uint16(port))}, nil
	}
	ctx, cancel := context.WithTimeout(ctx, d.timeout)
	defer cancel()
	addrs, err := d.lookUp(ctx, host)
	if err != nil {
		return nil, fmt.Errorf("resolve: %w", resolveError(err))
	}
	if len(addrs) == 0 {
		return nil, errors.New("resolve: the name has no address")
	}
	all := make([]netip.AddrPort, len(addrs))
	for i, addr := range addrs {
		all[i] = netip.AddrPortFrom(addr.Unmap(), uint16(port))
	}
	return all, nil
}

// lookUp asks with a dot behind the name, so that no search list is tried. A name of one label, such as localhost, is not found
// so in the system's table of hosts: that is read first.
func (d *dialler) lookUp(ctx context.Context, host string) ([]netip.Addr, error) {
	if !strings.Contains(host, ".") {
		table := net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
			return nil, errors.New("only the table of hosts is read")
		}}
		if addrs, err := table.LookupNetIP(ctx, "ip", host); err == nil {
			return addrs, nil
		}
	}
	return d.resolver.LookupNetIP(ctx, "ip", host+".")
}

// resolveError takes the resolver's own address out of the error.
func resolveError(err error) error {
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		return &net.DNSError{Err: dns.Err, Name: dns.Name, IsTimeout: dns.IsTimeout, IsTemporary: dns.IsTemporary, IsNotFound: dns.IsNotFound, UnwrapErr: dns.UnwrapErr}
	}
	return err
}

func (d *dialler) one(ctx context.Context, authority string, at netip.AddrPort) (net.Conn, error) {
	private, err := d.guard.judge(authority, at)
	if err != nil {
		return nil, err
	}
	var plain net.Conn
	if d.proxy != nil {
		plain, err = d.proxy.connect(ctx, at, d.timeout)
	} else {
		plain, err = d.direct(ctx, authority, at)
	}
	if err != nil {
		return nil, err
	}
	c := &conn{Conn: plain, private: private, all: d.received}
	if d.proxy == nil {
		c.address = at
	}
	return c, nil
}

// direct connects; the guard judges once more what the connection really gets.
func (d *dialler) direct(ctx context.Context, authority string, at netip.AddrPort) (net.Conn, error) {
	dialer := net.Dialer{Timeout: d.timeout, ControlContext: d.guard.control}
	return dialer.DialContext(withAuthority(ctx, authority), "tcp", at.String())
}
