package unwrap

import (
	"encoding/base64"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxHost is the longest host name of the DNS in text form, in bytes (RFC 1035, section 2.3.4).
const maxHost = 253

// address is a URL taken apart without being decoded, so that nothing of the inner link is lost.
type address struct {
	scheme string // lower case, "" when there is none
	host   string // lower case, without user, port and final dot; "" for schemes without a host
	path   string // with its leading slash, as written, up to the first '?' or '#'
	tail   string // behind the first '?', with the fragment, for an inner link that was not encoded may hold a '#'
	rest   string // path and all behind it, as written
}

// split takes u apart. A scheme is optional, one slash after it is enough (mail programs collapse two). It refuses what
// is longer than MaxLength or names no host, unless the scheme needs none.
func split(u string) (address, bool) {
	if len(u) > MaxLength {
		return address{}, false
	}
	u = untangle(strings.TrimSpace(u))
	var a address
	if scheme, rest, ok := hostless(u); ok {
		return address{scheme: scheme}.behind(rest), true
	}
	if rest, ok := cutScheme(u); ok {
		a.scheme = strings.ToLower(u[:strings.IndexByte(u, ':')])
		u = rest
	}
	u = strings.TrimLeft(u, "/")
	end := len(u)
	if i := strings.IndexAny(u, "/?#"); i >= 0 {
		end = i
	}
	authority := u[:end]
	authority = authority[strings.LastIndexByte(authority, '@')+1:]
	authority, _, _ = strings.Cut(authority, ":")
	a.host = strings.ToLower(strings.TrimSuffix(authority, "."))
	if a.host == "" || len(a.host) > maxHost {
		return address{}, false
	}
	return a.behind(u[end:]), true
}

// behind fills in what follows the host.
func (a address) behind(rest string) address {
	a.rest, a.path = rest, rest
	if i := strings.IndexAny(rest, "?#"); i >= 0 {
		a.path = rest[:i]
		if rest[i] == '?' {
			a.tail = rest[i+1:]
		}
	}
	return a
}

// untangle undoes "&amp;" left over from HTML that was escaped, once or several times.
func untangle(u string) string {
	for range 3 {
		if !strings.Contains(u, "&amp;") {
			break
		}
		u = strings.ReplaceAll(u, "&amp;", "&")
	}
	return u
}

// hostless cuts the scheme off a URL that has no host, or whose host is none ("whatsapp://send").
func hostless(u string) (scheme, rest string, ok bool) {
	colon := strings.IndexByte(u, ':')
	if colon < 1 || colon > len("whatsapp") {
		return "", "", false
	}
	scheme = strings.ToLower(u[:colon])
	switch scheme {
	case "mailto", "sms", "smsto", "data", "whatsapp", "tg":
		return scheme, u[colon+1:], true
	}
	return "", "", false
}

// cutScheme cuts "https:/" or "https://" off u, whatever the scheme is called. It says whether there was one.
func cutScheme(u string) (rest string, ok bool) {
	n := 0
	for n < len(u) && schemeByte(u[n]) {
		n++
	}
	if n == 0 || !strings.HasPrefix(u[n:], ":/") {
		return u, false
	}
	return strings.TrimPrefix(u[n+2:], "/"), true
}

func schemeByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '+' || c == '-' || c == '.'
}

// restoreSlash puts back the second slash after the scheme of a URL from which a mail program took it.
func restoreSlash(u string) string {
	n := strings.Index(u, ":/")
	if _, ok := cutScheme(u); !ok || strings.HasPrefix(u[n:], "://") {
		return u
	}
	return u[:n+2] + "/" + u[n+2:]
}

// under says whether the address lies under one of the hosts.
func (a address) under(hosts []string) bool {
	for suffix := a.host; ; {
		if slices.Contains(hosts, suffix) {
			return true
		}
		dot := strings.IndexByte(suffix, '.')
		if dot < 0 {
			return false
		}
		suffix = suffix[dot+1:]
	}
}

// bare says that nothing follows the host: a mention, not a link.
func (a address) bare() bool { return strings.Trim(a.path, "/") == "" && a.tail == "" }

// at says whether the path begins with one of the prefixes, without regard to case. No prefixes: anywhere.
func (a address) at(prefixes ...string) bool {
	return len(prefixes) == 0 || slices.ContainsFunc(prefixes, func(p string) bool { return hasPrefixFold(a.path, p) })
}

// segment returns the n-th segment of the path as written, counted from 0; "" when there is none.
func (a address) segment(n int) string {
	parts := strings.SplitN(strings.TrimPrefix(a.path, "/"), "/", n+2)
	if n >= len(parts) {
		return ""
	}
	return parts[n]
}

func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

// parameter returns what stands in the tail from the value of the first parameter of that name (in any case) that is not
// empty to the end; the value's own end is still to be found.
func (a address) parameter(name string) (value string, ok bool) {
	for tail := a.tail; tail != ""; {
		key, _, _ := strings.Cut(tail, "&")
		size := len(key)
		if k, v, found := strings.Cut(key, "="); found && v != "" && strings.EqualFold(k, name) {
			return tail[len(k)+1:], true
		}
		tail = tail[min(size+1, len(tail)):]
	}
	return "", false
}

// text returns the decoded value of a form parameter, in which '+' is a space; "" when there is none.
func (a address) text(name string) string {
	value, _ := a.parameter(name)
	return unescape(strings.ReplaceAll(until(value, "&#"), "+", " "))
}

// texts returns the values of the form parameters that are there, in the order of the names.
func (a address) texts(names ...string) []string {
	var all []string
	for _, name := range names {
		if text := a.text(name); text != "" {
			all = append(all, text)
		}
	}
	return all
}

// target returns the URL that one of the parameters holds, decoded once. Of several that are there, the first that
// holds a URL with a scheme counts, else the first. own names the wrapper's other parameters, at which an inner URL that
// was never encoded, and so brings its own '&', ends; without them it ends at the first '&'.
func (a address) target(names, own []string) string {
	fallback := ""
	for _, name := range names {
		value, ok := a.parameter(name)
		if !ok {
			continue
		}
		value = inner(value, own)
		if _, ok := cutScheme(value); ok {
			return value
		}
		if fallback == "" {
			fallback = value
		}
	}
	return fallback
}

// inner finds the end of a URL that stands in a parameter, followed by whatever else the wrapper holds, and decodes it
// once if it was encoded at all.
func inner(rest string, own []string) string {
	value := until(rest, "&#")
	if !strings.Contains(value, "://") || encoded(value) {
		return unescape(value)
	}
	if strings.Contains(value, "?") || strings.HasPrefix(rest[len(value):], "#") {
		value = raw(rest, own)
	}
	return encodedAmpersands(value)
}

// encoded judges a value whose "://" is not encoded. Some wrappers (Google Docs) encode only what would break the query:
// then no '=' stands in it as it is, but an encoded delimiter or an encoded '%' does.
func encoded(value string) bool {
	if strings.Contains(value, "=") {
		return false
	}
	for i := strings.IndexByte(value, '%'); i >= 0 && i+2 < len(value); i++ {
		if value[i] != '%' {
			continue
		}
		switch strings.ToLower(value[i : i+3]) {
		case "%25", "%3d", "%26", "%3f", "%23":
			return true
		}
	}
	return false
}

// raw returns a URL that was never encoded: up to the first of the wrapper's own parameters, or to the first '&' when
// these are not known.
func raw(rest string, own []string) string {
	for i := 0; i < len(rest); i++ {
		if rest[i] != '&' {
			continue
		}
		key := until(rest[i+1:], "=&#")
		if len(own) == 0 || slices.ContainsFunc(own, func(o string) bool { return strings.EqualFold(o, key) }) {
			return rest[:i]
		}
		i += len(key)
	}
	return rest
}

// encodedAmpersands undoes a half encoding seen at several wrappers: '=' stays, but the inner URL's own '&' is "%26". Its
// other escapes are its own, unless its '%' was encoded too.
func encodedAmpersands(value string) string {
	if !namesParameter(value) {
		return value
	}
	if strings.Contains(value, "%25") {
		return unescape(value)
	}
	return strings.ReplaceAll(value, "%26", "&")
}

// namesParameter says whether an encoded '&' is followed by a name and a '=' that is not encoded.
func namesParameter(value string) bool {
	for {
		_, rest, ok := strings.Cut(value, "%26")
		if !ok {
			return false
		}
		n := 0
		for n < len(rest) && (schemeByte(rest[n]) || rest[n] == '_') {
			n++
		}
		if n > 0 && n < len(rest) && rest[n] == '=' {
			return true
		}
		value = rest
	}
}

// until returns s up to the first of the stop bytes.
func until(s, stops string) string {
	if i := strings.IndexAny(s, stops); i >= 0 {
		return s[:i]
	}
	return s
}

// unescape undoes one layer of percent-encoding. What is no escape stays as it is, '+' too.
func unescape(s string) string { return unescapeWith(s, "%") }

// unescapeWith does the same for any of several marks before the two hexadecimal digits.
func unescapeWith(s, marks string) string {
	if !strings.ContainsAny(s, marks) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); i++ {
		if strings.IndexByte(marks, s[i]) >= 0 && i+2 < len(s) && hex(s[i+1]) >= 0 && hex(s[i+2]) >= 0 {
			b.WriteByte(byte(hex(s[i+1])<<4 | hex(s[i+2])))
			i += 2
			continue
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

func hex(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

// decode64 reads base64 in either alphabet, padded or not. It refuses what was visibly cut off or is no text.
func decode64(s string) (string, bool) {
	s = strings.TrimRight(s, "=")
	s = strings.NewReplacer("+", "-", "/", "_").Replace(s)
	text, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(text) == 0 || !utf8.Valid(text) {
		return "", false
	}
	return string(text), true
}

// hostName returns s in lower case if it can be a host name, else "".
func hostName(s string) string {
	s = strings.ToLower(strings.Trim(s, "."))
	if len(s) > maxHost || !strings.Contains(s, ".") {
		return ""
	}
	for i := range len(s) {
		if c := s[i]; !schemeByte(c) || c == '+' {
			return ""
		}
	}
	return s
}
