package mastodon

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"unicode"

	"golang.org/x/net/publicsuffix"

	"meetleaks/scanner"
)

// baseOf checks the address of a server.
func baseOf(u *url.URL) (*url.URL, error) {
	switch {
	case u == nil || u.Hostname() == "":
		return nil, errors.New("mastodon: the address of the server is missing")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return nil, errors.New("mastodon: the address of the server has a scheme, a host and a path at most")
	case u.Scheme != "https" && (u.Scheme != "http" || !private(u.Hostname())):
		return nil, errors.New("mastodon: the address of the server begins with https:// (or http:// on a loopback or private address)")
	}
	base := *u
	base.Host = strings.ToLower(base.Host)
	base.Path, base.RawPath = strings.TrimRight(base.Path, "/"), ""
	return &base, nil
}

// private says whether a host is this machine or lies in a private network by its very address.
func private(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	at, err := netip.ParseAddr(host)
	return err == nil && (at.IsLoopback() || at.IsPrivate())
}

// streamBase is where the server's word leads its streams. The token goes there: so it is the same host, or one under the same
// registrable domain, and never less safe than the server itself.
func (s *Source) streamBase(word string) (*url.URL, error) {
	if word == "" {
		return s.base, nil
	}
	u, err := url.Parse(word)
	if err != nil || u.Hostname() == "" || u.User != nil || len(word) > 1024 {
		return nil, &failure{reason: "the server names no usable streaming host"}
	}
	switch u.Scheme {
	case "wss", "https":
		u.Scheme = "https"
	case "ws", "http":
		u.Scheme = "http"
	default:
		return nil, &failure{reason: "the server names no usable streaming host"}
	}
	if strings.EqualFold(u.Host, s.base.Host) {
		u.Scheme = s.base.Scheme // snac says wss of itself wherever it is
	}
	host := strings.ToLower(u.Hostname())
	same := host == s.base.Hostname()
	if s.base.Scheme == "https" {
		same = u.Scheme == "https" && (same || sameDomain(host, s.base.Hostname()))
	}
	if !same {
		return nil, &failure{reason: "the server names a streaming host of another domain, or without TLS: the token stays here"}
	}
	u.Path, u.RawPath = strings.TrimRight(u.Path, "/"), ""
	u.RawQuery, u.Fragment = "", ""
	return u, nil
}

func sameDomain(a, b string) bool {
	if net.ParseIP(a) != nil || net.ParseIP(b) != nil {
		return false
	}
	one, err := publicsuffix.EffectiveTLDPlusOne(a)
	if err != nil {
		return false
	}
	other, err := publicsuffix.EffectiveTLDPlusOne(b)
	return err == nil && one == other
}

// stream is one that is listened to.
type stream struct {
	name     string // as configured
	kind     string // as the server names it: "public:local", "hashtag"
	key      string // of its parameter: "tag", "list", or ""
	value    string
	path     string // below /api/v1/streaming
	timeline string // below /api/v1/timelines
	only     string // "local", "remote" or ""
	word     string // what messages of a WebSocket say of it
}

func streamsOf(names []string) ([]stream, error) {
	if len(names) > MaxStreams {
		return nil, fmt.Errorf("mastodon: %d streams; at most %d", len(names), MaxStreams)
	}
	var out []stream
	seen := map[string]bool{}
	for _, name := range names {
		one, err := streamOf(name)
		if err != nil {
			return nil, err
		}
		if seen[name] {
			return nil, fmt.Errorf("mastodon: the stream %q is named twice", name)
		}
		seen[name] = true
		out = append(out, one)
	}
	return out, nil
}

func streamOf(name string) (stream, error) {
	kind, value, found := strings.Cut(name, ":")
	value = strings.TrimPrefix(value, "#")
	switch {
	case name == "public":
		return stream{name: name, kind: name, path: "/public", timeline: "/public", word: `["public"]`}, nil
	case name == "public:local", name == "public:remote":
		return stream{
			name: name, kind: name, path: "/public/" + value, timeline: "/public", only: value, word: `["` + name + `"]`,
		}, nil
	case !found || value == "" || len(value) > 200 || strings.ContainsFunc(value, unfit):
	case kind == "hashtag":
		return stream{
			name: name, kind: kind, key: "tag", value: value, path: "/hashtag", timeline: "/tag/" + url.PathEscape(value),
			word: `["hashtag","` + value + `"]`,
		}, nil
	case kind == "list" && fitID([]byte(value)):
		return stream{
			name: name, kind: kind, key: "list", value: value, path: "/list", timeline: "/list/" + url.PathEscape(value),
			word: `["list","` + value + `"]`,
		}, nil
	}
	return stream{}, errors.New("mastodon: a stream is public, public:local, public:remote, hashtag:NAME or list:ID")
}

// unfit is no character of a hashtag.
func unfit(r rune) bool {
	return r != '_' && r != '\u00b7' && r != '\u30fb' && r != '\u200c' && !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r)
}

// fitID says whether a text can be the id of a status: they are opaque, but stand in paths.
func fitID(id []byte) bool {
	if len(id) == 0 || len(id) > maxID || id[0] == '.' {
		return false
	}
	for _, c := range id {
		if (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && c != '-' && c != '_' && c != '.' {
			return false
		}
	}
	return true
}

// uri is the place of a status, as a deletion alone tells it.
func (s *Source) uri(id string) string { return s.base.String() + "/statuses/" + id }

const idMark = "#id="

// maxAddress is the most bytes of a status's address that is believed.
const maxAddress = 2048

// reference is where a status is shown, with its id on this server.
func (s *Source) reference(address, id string) scanner.Secret {
	u, err := url.Parse(address)
	if err != nil || len(address) > maxAddress || u.Hostname() == "" || u.User != nil || strings.ContainsFunc(address, unicode.IsControl) ||
		u.Scheme != "https" && (u.Scheme != "http" || s.base.Scheme != "http" || u.Hostname() != s.base.Hostname()) {
		address = s.uri(id)
	}
	return scanner.NewSecret(address + idMark + id)
}

// idOf is the id in a reference, "" if there is none.
func idOf(reference scanner.Secret) string {
	text := reference.Text()
	at := strings.LastIndex(text, idMark)
	if at < 0 || !fitID([]byte(text[at+len(idMark):])) {
		return ""
	}
	return text[at+len(idMark):]
}
