package fetch

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"syscall"
)

// errNotPublic does not say which address it was: that would tell whoever named the URL what stands in the network.
var errNotPublic = errors.New("the address is not of the public internet; the operator's list of allowed hosts does not name it")

// guard says which addresses may be dialled. It is read-only once built.
type guard struct {
	deny  []netip.Prefix          // the operator's own public ranges
	addrs map[netip.AddrPort]bool // allowed, whatever name leads there
	names map[string]bool         // "name:port": allowed for requests to that name
	ports map[int]bool            // of both
}

// newGuard reads the operator's list. All mistakes come at once.
func newGuard(allow []string, deny []netip.Prefix) (*guard, error) {
	g := &guard{deny: deny, addrs: map[netip.AddrPort]bool{}, names: map[string]bool{}, ports: map[int]bool{}}
	var mistakes []error
	for _, entry := range allow {
		if err := g.allow(entry); err != nil {
			mistakes = append(mistakes, fmt.Errorf("allow %q: %w", entry, err))
		}
	}
	return g, errors.Join(mistakes...)
}

func (g *guard) allow(entry string) error {
	_, port, err := net.SplitHostPort(entry)
	if err != nil {
		return errors.New("must be host:port")
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || n == 0 || strings.HasPrefix(port, "0") {
		return errors.New("the port must be a number from 1 to 65535")
	}
	host, addr, err := spellHost(entry, (&url.URL{Host: entry}).Hostname())
	if err != nil {
		return err
	}
	g.ports[int(n)] = true
	if addr.IsValid() {
		g.addrs[netip.AddrPortFrom(addr, uint16(n))] = true
	}
	g.names[net.JoinHostPort(host, port)] = true
	return nil
}

// opens reports whether the list may matter for a request to t.
func (g *guard) opens(t target) bool {
	_, port, err := net.SplitHostPort(t.authority)
	n, _ := strconv.Atoi(port)
	return err == nil && g.ports[n]
}

// control is the dialler's last question before it connects: the address is what the connection will have, whatever DNS said to
// anybody before. The context carries the authority of the URL.
func (g *guard) control(ctx context.Context, network, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil || network != "tcp4" && network != "tcp6" {
		return errNotPublic
	}
	_, err = g.judge(authorityOf(ctx), at)
	return err
}

// judge returns nil for addresses of the public internet, and for those that the operator's list names; private says that it was
// the list.
func (g *guard) judge(authority string, at netip.AddrPort) (private bool, err error) {
	addr := at.Addr().Unmap()
	if addr.Zone() == "" && public(addr) && !contains(g.deny, addr) {
		return false, nil
	}
	if g.addrs[netip.AddrPortFrom(addr, at.Port())] || g.names[authority] {
		return true, nil
	}
	return false, errNotPublic
}

func public(addr netip.Addr) bool {
	const worldwide, mask = 0x20, 0xe0 // 2000::/3 is all of IPv6 that is given out for the public internet
	if addr.Is6() && addr.As16()[0]&mask != worldwide {
		return false
	}
	return addr.IsGlobalUnicast() && !contains(specialRanges(), addr)
}

func contains(ranges []netip.Prefix, addr netip.Addr) bool {
	for _, r := range ranges {
		if r.Contains(addr) {
			return true
		}
	}
	return false
}

type authorityKey struct{}

func withAuthority(ctx context.Context, authority string) context.Context {
	return context.WithValue(ctx, authorityKey{}, authority)
}

func authorityOf(ctx context.Context) string {
	authority, _ := ctx.Value(authorityKey{}).(string)
	return authority
}

// specialRanges are the ranges that are not, or not only, of the public internet.
// Source: the IANA registries of special-purpose IPv4 and IPv6 addresses, RFC 6890 and after.
var specialRanges = sync.OnceValue(func() []netip.Prefix {
	texts := []string{
		"0.0.0.0/8",        // this network
		"10.0.0.0/8",       // private
		"100.64.0.0/10",    // shared by carriers, and by some clouds' metadata
		"127.0.0.0/8",      // loopback
		"168.63.129.16/32", // a cloud's platform service, on each of its machines
		"169.254.0.0/16",   // link-local, with the clouds' metadata
		"172.16.0.0/12",    // private
		"192.0.0.0/24",     // protocol assignments
		"192.0.2.0/24",     // documentation
		"192.88.99.0/24",   // relays of 6to4
		"192.168.0.0/16",   // private
		"198.18.0.0/15",    // benchmarks
		"198.51.100.0/24",  // documentation
		"203.0.113.0/24",   // documentation
		"224.0.0.0/4",      // multicast
		"240.0.0.0/4",      // reserved, and broadcast
		"::/96",            // unspecified, loopback, IPv4 inside
		"64:ff9b::/96",     // NAT64: any IPv4 address inside
		"64:ff9b:1::/48",   // NAT64 of the own network
		"100::/64",         // discard
		"2001::/23",        // protocol assignments, Teredo
		"2001:db8::/32",    // documentation
		"2002::/16",        // 6to4: any IPv4 address inside
		"3fff::/20",        // documentation
		"5f00::/16",        // segment routing
		"fc00::/7",         // private
		"fe80::/10",        // link-local
		"fec0::/10",        // site-local, as it was
		"ff00::/8",         // multicast
	}
	ranges := make([]netip.Prefix, len(texts))
	for i, text := range texts {
		ranges[i] = netip.MustParsePrefix(text)
	}
	return ranges
})
