package matchers

import "strings"

// URL is a link as found, leniently cut into parts. Host and Scheme are lower case, nothing else is changed. It exists
// because real links are too often not RFC 3986 for net/url.
type URL struct {
	Scheme   string // "https", "zoommtg"; "" when the text had none
	User     string // what stood before "@": the user of a SIP address
	Host     string // without port
	Port     string
	Path     string // with its leading slash, percent-encoded as found
	Query    string // without "?"
	Fragment string // without "#"

	Base   string // the entry of Platform.Hosts that Host fell under; "" for anchors on any host
	Anchor string // the literal that led here, lower case

	head     []byte // the text before the link as it stands, at most maxHead bytes
	tail     []byte // see Tail
	ended    bool   // a query or a fragment, even an empty one, ends the path
	believed bool   // what somebody chose is real, however much it looks like a sample; see Finder.Knowing
	scoped   bool   // "@" with nobody before it stands before the host: a package's scope
	segs     []string
	few      [6]string // room for segs
}

const (
	maxHead = 200
	maxTail = 600
	maxHost = 253 // bytes of a host name, RFC 1035
)

// Tail is the text behind the link as it stands, at most 600 bytes. It is made anew each time.
func (u *URL) Tail() string { return string(u.tail) }

// parseURL never fails: what is missing stays empty.
func parseURL(s string) *URL { return new(URL).read(s) }

// read is parseURL in the place of another URL.
func (u *URL) read(s string) *URL {
	*u = URL{}
	if i := strings.Index(s, ":"); i > 0 && i < 24 && isScheme(s[:i]) && strings.HasPrefix(s[i+1:], "/") {
		u.Scheme = strings.ToLower(s[:i])
		s = strings.TrimLeft(s[i+1:], "/")
	}
	if i := strings.IndexByte(s, '#'); i >= 0 {
		s, u.Fragment, u.ended = s[:i], s[i+1:], true
	}
	if i := strings.IndexByte(s, '?'); i >= 0 {
		s, u.Query, u.ended = s[:i], s[i+1:], true
	}
	authority := s
	if i := strings.IndexByte(s, '/'); i >= 0 {
		authority, u.Path = s[:i], s[i:]
	}
	if i := strings.LastIndexByte(authority, '@'); i >= 0 {
		u.User, authority, u.scoped = authority[:i], authority[i+1:], i == 0
	}
	if i := strings.IndexByte(authority, ':'); i >= 0 {
		authority, u.Port = authority[:i], authority[i+1:]
	}
	u.Host = strings.ToLower(strings.Trim(leading(authority[:min(len(authority), maxHost)], isHostByte), ".-"))
	return u
}

func isScheme(s string) bool {
	for i := 0; i < len(s); i++ {
		if !isSchemeByte(s[i]) {
			return false
		}
	}
	return s != ""
}

// isSchemeByte also takes the asterisks of a defanged "h**p".
func isSchemeByte(c byte) bool { return isAlnum(c) || c == '+' || c == '.' || c == '-' || c == '*' }

// Sub is what stands before Base in Host: "acme" for acme.zoom.us, "a.b" for a.b.zoom.us, "" for zoom.us.
func (u *URL) Sub() string { return strings.TrimSuffix(strings.TrimSuffix(u.Host, u.Base), ".") }

// Label is the last label of Sub: the one that names an account. "www" counts as none.
func (u *URL) Label() string {
	sub := u.Sub()
	if i := strings.LastIndexByte(sub, '.'); i >= 0 {
		sub = sub[i+1:]
	}
	if sub == "www" {
		return ""
	}
	return sub
}

// Segs are the path's segments, percent-decoded once, empty ones left out; at most 32.
func (u *URL) Segs() []string {
	if u.segs == nil {
		u.segs = u.few[:0]
		for s := range strings.SplitSeq(u.Path, "/") {
			if s != "" && len(u.segs) < 32 {
				u.segs = append(u.segs, percentDecode(s))
			}
		}
	}
	return u.segs
}

// Seg is the i-th segment, or "".
func (u *URL) Seg(i int) string {
	if segs := u.Segs(); i < len(segs) {
		return segs[i]
	}
	return ""
}

// Param is the first value of a query parameter, percent-decoded once. Names are compared without case.
func (u *URL) Param(name string) string {
	v, _ := lookup(u.Query, name)
	return v
}

// Has reports whether the query names the parameter, with or without a value.
func (u *URL) Has(name string) bool {
	_, ok := lookup(u.Query, name)
	return ok
}

// FragmentParam reads a parameter from the fragment, which some services write like a query ("#v=1&p=…", "#/?x=…").
func (u *URL) FragmentParam(name string) string {
	f := strings.TrimLeft(u.Fragment, "/?")
	if i := strings.IndexByte(f, '?'); i >= 0 {
		f = f[i+1:]
	}
	v, _ := lookup(f, name)
	return v
}

func lookup(query, name string) (string, bool) {
	for query != "" {
		i := 0
		for i < len(query) && query[i] != '&' && query[i] != ';' {
			i++
		}
		pair := query[:i]
		query = query[min(i+1, len(query)):]
		key, value, ok := strings.Cut(pair, "=")
		if !ok { // "?pwd%3D…": a redirector's link with the redirector cut off, and its encoding left
			key, value, _ = strings.Cut(percentDecode(pair), "=")
		}
		if strings.EqualFold(key, name) {
			return percentDecode(value), true
		}
	}
	return "", false
}

// SecretParams returns those of names that the query carries with a value.
func (u *URL) SecretParams(names ...string) []string {
	var found []string
	for _, name := range names {
		if v := u.Param(name); v != "" && !placeholderSecret(v) {
			found = append(found, name)
		}
	}
	return found
}

// placeholderSecret reports whether a secret's value is none: a stand-in or a mask.
func placeholderSecret(v string) bool {
	return strings.Trim(v, "xX*.•_- ") == "" || strings.ContainsAny(v, "<>{}[]") || secretSample.is(lowerASCII(v))
}

// percentDecode undoes one layer; what is no valid escape stays.
func percentDecode(s string) string {
	i := strings.IndexByte(s, '%')
	if i < 0 {
		return s
	}
	out := make([]byte, 0, len(s))
	out = append(out, s[:i]...)
	for ; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]) {
			out = append(out, unhex(s[i+1])<<4|unhex(s[i+2]))
			i += 2
			continue
		}
		out = append(out, s[i])
	}
	return string(out)
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
func isAlpha(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
func isAlnum(c byte) bool { return isDigit(c) || isAlpha(c) }
func isHex(c byte) bool   { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f' }

func unhex(c byte) byte {
	if isDigit(c) {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}

// leading returns the longest prefix of s whose bytes satisfy ok.
func leading(s string, ok func(byte) bool) string {
	i := 0
	for i < len(s) && ok(s[i]) {
		i++
	}
	return s[:i]
}

// all reports whether s is not empty and all its bytes satisfy ok.
func all(s string, ok func(byte) bool) bool { return s != "" && len(leading(s, ok)) == len(s) }

func isB64u(c byte) bool { return isAlnum(c) || c == '-' || c == '_' }

// leadingNumber returns the digits at the start of s, "" when a letter is glued to them (a code, not a number).
func leadingNumber(s string) string {
	d := leading(s, isDigit)
	if len(d) < len(s) && (isAlpha(s[len(d)]) || s[len(d)] == '_') {
		return ""
	}
	return d
}

// isGUID reports the 8-4-4-4-12 form.
func isGUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := 0; i < len(s); i++ {
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if s[i] != '-' {
				return false
			}
		} else if !isHex(s[i]) {
			return false
		}
	}
	return true
}
