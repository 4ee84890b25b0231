package web

import (
	"net/url"
	"strings"
)

const (
	maxAddress = 2048    // bytes of an address; longer ones are not followed
	maxWritten = 8 << 10 // bytes of what a page wrote
)

// Address is the canonical URL of a page: two that are equal are one page. It is absolute, http or https, pure ASCII, at most
// 2,048 bytes, without user name, tracking parameters and session ids. Addresses can be compared and be keys of maps. The zero
// Address is none.
type Address struct {
	text        string
	host, path  uint16 // where these begin: text[host:path] is the host with its port, if that is not the scheme's own
	query, frag uint16 // where "?" and "#" stand, or would
}

// String is the whole URL.
func (a Address) String() string { return a.text }

// Scheme is "http" or "https".
func (a Address) Scheme() string { return strings.TrimSuffix(a.text[:a.host], "://") }

// Host is in lower case, with the port where it is not the scheme's own: "acme.example", "127.0.0.1:8088".
func (a Address) Host() string { return a.text[a.host:a.path] }

// Hostname is Host without port and brackets.
func (a Address) Hostname() string {
	host := a.Host()
	if i := strings.LastIndexByte(host, ':'); i > strings.LastIndexByte(host, ']') {
		host = host[:i]
	}
	return strings.Trim(host, "[]")
}

// Path begins with a slash, and is escaped.
func (a Address) Path() string { return a.text[a.path:a.query] }

// Query is what stands behind the question mark, escaped; "" for none.
func (a Address) Query() string { return strings.TrimPrefix(a.text[a.query:a.frag], "?") }

// URL is the address for net/http. What it prints is the address again. It is nil for the zero Address.
func (a Address) URL() *url.URL {
	if a == (Address{}) {
		return nil
	}
	u, err := url.Parse(a.text)
	if err != nil {
		return nil // never: canonical leaves nothing that net/url refuses, see FuzzCanonical
	}
	return u
}

// folder is the path up to its last slash.
func (a Address) folder() string {
	path := a.Path()
	return path[:strings.LastIndexByte(path, '/')+1]
}

// canonical makes an address of what a page wrote, as browsers read it (https://url.spec.whatwg.org): blanks around it, line
// breaks within, backslashes, missing schemes and dot segments are put right, hosts are in lower case and punycode. Beyond that,
// what does not change the page is taken off: fragments (but for "#!"), default ports, tracking parameters, session ids, escapes
// that need not be. Parameters keep their order. A calendar's webcal: is read as https:.
//
// base is the page's own address, or what it names as its base; with the zero base only absolute URLs are read. The error is one of
// the refusals notWeb, malformed, tooLong, named. canonical(any, a.String()) is a.
func canonical(base Address, ref string) (Address, error) {
	if len(ref) > maxWritten {
		return Address{}, tooLong
	}
	scheme, rest := cutScheme(clean(ref))
	if scheme != "" {
		if scheme = webScheme(scheme); scheme == "" {
			return Address{}, notWeb
		}
	}
	w := writer{out: make([]byte, 0, len(base.text)+len(rest)+16)}
	rest, err := w.origin(base, scheme, rest)
	if err != nil {
		return Address{}, err
	}
	rest, fragment, _ := strings.Cut(rest, "#")
	w.finish(base, rest)
	w.hashbang(fragment)
	if len(w.out) > maxAddress {
		return Address{}, tooLong
	}
	w.address.text = string(w.out)
	return w.address, nil
}

// clean takes off what browsers take off before they read a URL.
func clean(ref string) string {
	ref = strings.TrimFunc(ref, func(r rune) bool { return r <= ' ' })
	if strings.ContainsAny(ref, "\t\r\n") {
		ref = strings.NewReplacer("\t", "", "\r", "", "\n", "").Replace(ref)
	}
	return ref
}

// cutScheme cuts "scheme:" off. scheme is "" when there is none, and rest then is all.
func cutScheme(ref string) (scheme, rest string) {
	for i := range len(ref) {
		c := ref[i]
		switch {
		case c == ':' && i > 0:
			return ref[:i], ref[i+1:]
		case isLetter(c), i > 0 && (isDigit(c) || c == '+' || c == '-' || c == '.'):
		default:
			return "", ref
		}
	}
	return "", ref
}

// webScheme returns "" for what is not read.
func webScheme(scheme string) string {
	switch strings.ToLower(scheme) {
	case "http":
		return "http"
	case "https", "webcal", "webcals":
		return "https"
	}
	return ""
}

// writer builds an address.
type writer struct {
	out     []byte
	address Address // its offsets, as far as they are known
}

// origin writes scheme and host, from rest or from the base. What it returns begins with "/", "?", "#", or is a path that is
// relative to the base.
func (w *writer) origin(base Address, scheme, rest string) (string, error) {
	slashes := leadingSlashes(rest)
	relative := scheme == "" || base != (Address{}) && scheme == base.Scheme()
	switch {
	case base == (Address{}) && scheme == "":
		return "", malformed
	case relative && slashes < 2:
		w.out = append(w.out, base.text[:base.path]...)
		w.address.host, w.address.path = base.host, base.path
		return rest, nil
	case scheme == "":
		scheme = base.Scheme()
	}
	rest = rest[slashes:]
	end := len(rest)
	if i := strings.IndexAny(rest, `/\?#`); i >= 0 {
		end = i
	}
	w.out = append(append(w.out, scheme...), "://"...)
	w.address.host = uint16(len(w.out))
	if err := w.authority(scheme, rest[:end]); err != nil {
		return "", err
	}
	w.address.path = uint16(len(w.out))
	if rest = rest[end:]; leadingSlashes(rest) == 0 {
		return "/" + rest, nil
	}
	return rest, nil
}

func leadingSlashes(s string) int {
	n := 0
	for n < len(s) && (s[n] == '/' || s[n] == '\\') {
		n++
	}
	return n
}

// finish writes path and query.
func (w *writer) finish(base Address, rest string) {
	path, query, asked := strings.Cut(rest, "?")
	switch {
	case leadingSlashes(path) > 0:
		w.out = append(w.out, '/')
		w.path(path[1:])
	case path != "":
		w.out = append(w.out, base.folder()...)
		w.path(path)
	default:
		w.out = append(w.out, base.Path()...)
		if !asked {
			query = base.Query()
		}
	}
	w.address.query = uint16(len(w.out))
	w.query(query)
	w.address.frag = uint16(min(len(w.out), 1<<15))
}

// path appends segments to what ends in a slash, as https://url.spec.whatwg.org/#path-state does.
func (w *writer) path(rest string) {
	for last := false; !last; {
		segment := rest
		i := strings.IndexAny(rest, `/\`)
		if last = i < 0; !last {
			segment, rest = rest[:i], rest[i+1:]
		}
		mark := len(w.out)
		w.escaped(segment, inPath)
		whole := len(w.out)
		w.out = w.out[:mark+withoutSession(w.out[mark:])]
		switch name := string(w.out[mark:]); {
		case name == "" && whole > mark, name == ".", isSessionSegment(name):
			w.out = w.out[:mark]
		case name == "..":
			w.out = w.parent(mark)
		case !last:
			w.out = append(w.out, '/')
		}
	}
}

// parent takes the last folder off the path that ends, with a slash, at mark.
func (w *writer) parent(mark int) []byte {
	root := int(w.address.path) + 1
	if mark <= root {
		return w.out[:root]
	}
	mark--
	for w.out[mark-1] != '/' {
		mark--
	}
	return w.out[:mark]
}

// query writes the parameters that matter, in their order.
func (w *writer) query(rest string) {
	joint := byte('?')
	for rest != "" {
		var parameter string
		parameter, rest, _ = strings.Cut(rest, "&")
		if parameter == "" {
			continue
		}
		mark := len(w.out)
		w.out = append(w.out, joint)
		w.escaped(parameter, inQuery)
		if isNoise(w.out[mark+1:]) {
			w.out = w.out[:mark]
			continue
		}
		joint = '&'
	}
}

// hashbang keeps a fragment that stands for a page of its own.
func (w *writer) hashbang(fragment string) {
	if len(fragment) > 1 && fragment[0] == '!' {
		w.out = append(w.out, '#')
		w.escaped(fragment, inFragment)
	}
}

// escaped appends text with the escapes that it must have and no others.
func (w *writer) escaped(text string, plain func(byte) bool) {
	const hex = "0123456789ABCDEF"
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c == '%' && i+2 < len(text) && isHex(text[i+1]) && isHex(text[i+2]) {
			c = unhex(text[i+1])<<4 | unhex(text[i+2])
			i += 2
			if isUnreserved(c) {
				w.out = append(w.out, c)
				continue
			}
		} else if plain(c) {
			w.out = append(w.out, c)
			continue
		}
		w.out = append(w.out, '%', hex[c>>4], hex[c&15])
	}
}

func inPath(c byte) bool     { return isUnreserved(c) || strings.IndexByte("!$&'()*+,;=:@[]", c) >= 0 }
func inQuery(c byte) bool    { return isUnreserved(c) || strings.IndexByte("!$&()*+,;=:@[]/?", c) >= 0 }
func inFragment(c byte) bool { return inPath(c) || c == '/' || c == '?' }

// isUnreserved: https://www.rfc-editor.org/rfc/rfc3986#section-2.3.
func isUnreserved(c byte) bool {
	return isLetter(c) || isDigit(c) || c == '-' || c == '.' || c == '_' || c == '~'
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
func isDigit(c byte) bool  { return '0' <= c && c <= '9' }
func isHex(c byte) bool    { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f' }

func unhex(c byte) byte {
	if isDigit(c) {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}
