package mail

import (
	"net"
	netmail "net/mail"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"meetleaks/notify"
)

// The ports when the URL names none: message submission (RFC 6409), and submission over TLS (RFC 8314).
const (
	portSubmit = "587"
	portTLS    = "465"
)

const maxAddress = 254 // bytes of an address, RFC 5321 section 4.5.3.1.3

// Server is an SMTP server as its URL names it. It prints as "•".
type Server struct {
	host, port     string
	user, password string
	tls            bool // from the first byte
	local          bool // this machine: TLS is not asked for
}

// ParseURL reads smtp://user:password@host:port or smtps://…; the port may be left out (587, 465), user and password too. The
// error is of class Config and holds nothing of it.
func ParseURL(text string) (Server, error) {
	bad := &notify.Error{Class: notify.Config, Reason: "bad-address"}
	u, err := url.Parse(strings.TrimSpace(text))
	if err != nil || len(text) > 4096 || u.Hostname() == "" || u.Opaque != "" || u.RawQuery != "" || u.Fragment != "" || strings.Trim(u.Path, "/") != "" {
		return Server{}, bad
	}
	s := Server{host: strings.ToLower(u.Hostname()), port: u.Port(), tls: u.Scheme == "smtps"}
	switch {
	case u.Scheme != "smtp" && u.Scheme != "smtps":
		return Server{}, bad
	case s.port == "" && s.tls:
		s.port = portTLS
	case s.port == "":
		s.port = portSubmit
	}
	if n, err := strconv.Atoi(s.port); err != nil || n < 1 || n > 65535 || !isASCII(s.host) {
		return Server{}, bad
	}
	if u.User != nil {
		s.user = u.User.Username()
		s.password, _ = u.User.Password()
		if s.user == "" || s.password == "" {
			return Server{}, bad
		}
	}
	s.local = isLocal(s.host)
	return s, nil
}

// Address is host:port.
func (s Server) Address() string { return net.JoinHostPort(s.host, s.port) }

// Base is the address as a URL without user and password, for a guard that wants to know it.
func (s Server) Base() *url.URL { return &url.URL{Scheme: "smtp", Host: s.Address()} }

// String is "•".
func (Server) String() string { return "•" }

// GoString is "•".
func (Server) GoString() string { return "•" }

// isLocal says whether the host is this machine.
func isLocal(host string) bool {
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.Unmap().IsLoopback()
	}
	host = strings.TrimSuffix(host, ".")
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}

func isASCII(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' })
}

// cleanAddress is an address of a person that may stand in a command and in a header: ASCII, without a name, comments or quotes.
func cleanAddress(text string) (string, bool) {
	if len(text) > maxAddress || !isASCII(text) || strings.ContainsAny(text, `<>"(),;:\[]`) {
		return "", false
	}
	parsed, err := netmail.ParseAddress(text)
	if err != nil || parsed.Address != text || parsed.Name != "" {
		return "", false
	}
	return text, true
}

// domainOf is what stands behind the "@", in lower case.
func domainOf(address string) string {
	return strings.ToLower(address[strings.LastIndexByte(address, '@')+1:])
}

// under says whether a domain is one of the domains, or lies under one.
func under(domain string, domains []string) bool {
	for _, d := range domains {
		if d = strings.ToLower(d); d != "" && (domain == d || strings.HasSuffix(domain, "."+d)) {
			return true
		}
	}
	return false
}
