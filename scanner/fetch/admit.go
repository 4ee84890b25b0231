package fetch

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
)

// maxURL is the longest URL that is requested, in bytes.
const maxURL = 8 << 10

// target is a URL that passed, with its host spelt in the one way in which it is judged, dialled and sent.
type target struct {
	url       *url.URL   // a copy, without fragment and user
	host      string     // lower-case ASCII name, or an address without brackets
	addr      netip.Addr // of a literal, else invalid
	authority string     // host and port, "acme.example:443", "[::1]:8088"
}

// loopback reports what can be seen without asking: a name that merely resolves to loopback is none.
func (t target) loopback() bool { return t.host == "localhost" || t.addr.IsLoopback() }

// Admit judges what can be judged without a packet: the scheme, the port, a user name, how the host is spelt, an address, and
// whether it is a meeting link, a meeting service or a wrapper. It is meant for whatever is about to be remembered for reading.
// Errors are of type *Error, class Refused or Blocked. What is admitted is judged again when it is requested.
func (c *Client) Admit(u *url.URL) error {
	_, err := c.admit(u)
	return err
}

func (c *Client) admit(u *url.URL) (target, error) {
	t, err := c.judge(u)
	if err == nil {
		return t, nil
	}
	class := Refused
	if errors.Is(err, errNotPublic) {
		class = Blocked
	}
	c.stats.refuse(class)
	return target{}, &Error{Class: class, URL: u.String(), Err: err}
}

func (c *Client) judge(u *url.URL) (target, error) {
	t, err := c.spell(u)
	if err != nil {
		return target{}, err
	}
	if t.addr.IsValid() {
		port, _ := strconv.ParseUint(t.url.Port(), 10, 16)
		if port == 0 {
			port = uint64(defaultPort(t.url.Scheme))
		}
		if _, err := c.inside.judge(t.authority, netip.AddrPortFrom(t.addr, uint16(port))); err != nil {
			return target{}, err
		}
	}
	return t, c.refuser.judge(t, u.Fragment)
}

// spell reads the parts of a URL that lead to an address and writes them in one way.
func (c *Client) spell(u *url.URL) (target, error) {
	if u.Scheme != "http" && u.Scheme != "https" {
		return target{}, errors.New("only http and https are requested")
	}
	if u.User != nil {
		return target{}, errors.New("a URL with a user name is not requested")
	}
	if u.Opaque != "" || u.Host == "" {
		return target{}, errors.New("the URL names no host")
	}
	if len(u.Host)+len(u.Path)+len(u.RawQuery) > maxURL {
		return target{}, fmt.Errorf("the URL is longer than %d bytes", maxURL)
	}
	host, addr, err := spellHost(u.Host, u.Hostname())
	if err != nil {
		return target{}, err
	}
	port, err := spellPort(u)
	if err != nil {
		return target{}, err
	}
	t := target{host: host, addr: addr, authority: net.JoinHostPort(host, strconv.Itoa(port))}
	if port != 80 && port != 443 && !c.inside.ports[port] {
		return target{}, fmt.Errorf("port %d is not requested", port)
	}
	if !strings.Contains(host, ".") && !addr.IsValid() && !c.inside.names[t.authority] {
		return target{}, errors.New("a host name without a dot is not of the public internet")
	}
	t.url = canonical(u, t, port)
	return t, nil
}

// canonical copies u with its host spelt as in t.
func canonical(u *url.URL, t target, port int) *url.URL {
	out := *u
	out.Fragment, out.RawFragment, out.ForceQuery = "", "", false
	switch {
	case port != defaultPort(u.Scheme):
		out.Host = t.authority
	case t.addr.Is6():
		out.Host = "[" + t.host + "]"
	default:
		out.Host = t.host
	}
	return &out
}

func defaultPort(scheme string) int {
	if scheme == "https" {
		return 443
	}
	return 80
}

func spellPort(u *url.URL) (int, error) {
	text := u.Port()
	if text == "" {
		if strings.HasSuffix(u.Host, ":") || !strings.Contains(strings.TrimPrefix(u.Host, "["+u.Hostname()+"]"), ":") {
			return defaultPort(u.Scheme), nil
		}
		return 0, errors.New("the port cannot be read")
	}
	port, err := strconv.ParseUint(text, 10, 16)
	if err != nil || port == 0 {
		return 0, errors.New("the port cannot be read")
	}
	return int(port), nil
}

// spellHost takes a name or an address in its one usual form. The forms that some resolvers read as addresses too (one number,
// hexadecimal, octal, short, with zone, in brackets without need) are refused, not read: nobody writes them in good faith.
func spellHost(raw, host string) (string, netip.Addr, error) {
	odd := errors.New("the host is spelt in an unusual way")
	if strings.HasPrefix(raw, "[") {
		addr, err := netip.ParseAddr(host)
		if err != nil || addr.Zone() != "" || !addr.Is6() {
			return "", netip.Addr{}, odd
		}
		return spellAddr(addr)
	}
	ascii := isASCII(host)
	name, err := spellName(host)
	if err != nil {
		return "", netip.Addr{}, err
	}
	if !endsInNumber(name) {
		return name, netip.Addr{}, nil
	}
	addr, err := netip.ParseAddr(name)
	if err != nil || !addr.Is4() || !ascii || strings.HasSuffix(host, ".") {
		return "", netip.Addr{}, odd
	}
	return name, addr, nil
}

// spellAddr writes an IPv4 address in an IPv6 one as what it is.
func spellAddr(addr netip.Addr) (string, netip.Addr, error) {
	addr = addr.Unmap()
	return addr.String(), addr, nil
}

// spellName makes a name lower case and ASCII, as it is asked for in DNS, and takes off the dot at its end.
func spellName(host string) (string, error) {
	if !isASCII(host) {
		mapped, err := idna.Lookup.ToASCII(host)
		if err != nil {
			return "", errors.New("the host name is not one of DNS")
		}
		host = mapped
	}
	name := strings.TrimSuffix(asciiLower(host), ".")
	if name == "" || len(name) > 253 {
		return "", errors.New("the host name is empty or too long")
	}
	for label := range strings.SplitSeq(name, ".") {
		if !isLabel(label) {
			return "", errors.New("the host name is not one of DNS")
		}
	}
	if strings.HasSuffix(name, ".onion") {
		return "", errors.New("names under .onion are not asked for in DNS") // RFC 7686
	}
	return name, nil
}

// isLabel also takes the underscore, which some hosts have.
func isLabel(label string) bool {
	for i := range len(label) {
		if c := label[i]; !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '_') {
			return false
		}
	}
	return label != "" && len(label) <= 63 && label[0] != '-' && label[len(label)-1] != '-'
}

// endsInNumber is the WHATWG URL standard's test for what a browser reads as an IPv4 address.
func endsInNumber(name string) bool {
	last := name[strings.LastIndexByte(name, '.')+1:]
	if hex, ok := strings.CutPrefix(last, "0x"); ok {
		return strings.Trim(hex, "0123456789abcdef") == ""
	}
	return strings.Trim(last, "0123456789") == ""
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// asciiLower leaves all but ASCII letters as they are.
func asciiLower(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}
