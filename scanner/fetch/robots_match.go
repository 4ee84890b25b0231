package fetch

import (
	"net/url"
	"strings"
)

// maxRobotsTarget bounds the path and query that rules are tried on, in octets after normalising; longer addresses are
// refused by the caller.
const maxRobotsTarget = 24 << 10

// allows says whether an address may be requested: the longest matching rule decides, Allow among equals; without a match
// it may. The address must be no longer than maxRobotsTarget.
//
// Each rule takes time linear in the address, so one call is bounded by maxRobotsWild times maxRobotsTarget, whatever the
// file says.
func (r *robotsRules) allows(u *url.URL) bool {
	targets := robotsTargets(u)
	for _, rule := range r.rules {
		for _, target := range targets {
			if rule.matches(target) {
				return rule.allow
			}
		}
	}
	return true
}

// newRobotsRule normalises a pattern: octets as normaliseOctets writes them, "**" as "*", and no "*" at the end, where it
// says nothing. Its length stays that of the pattern as written, in normalised octets.
func newRobotsRule(value string, allow bool) robotsRule {
	end := strings.HasSuffix(value, "$")
	pattern := normaliseOctets(strings.TrimSuffix(value, "$"), true)
	r := robotsRule{length: len(pattern), allow: allow, end: end}
	if end {
		r.length++
	}
	for strings.Contains(pattern, "**") {
		pattern = strings.ReplaceAll(pattern, "**", "*")
	}
	if strings.HasSuffix(pattern, "*") {
		pattern, r.end = strings.TrimSuffix(pattern, "*"), false
	}
	r.pattern, r.wild = pattern, strings.Contains(pattern, "*")
	return r
}

// matches tries the rule. The first place where a piece between two stars fits is as good as any later one, so there is
// nothing to go back to.
func (r robotsRule) matches(target string) bool {
	if !r.wild {
		return strings.HasPrefix(target, r.pattern) && (!r.end || len(target) == len(r.pattern))
	}
	head, rest, _ := strings.Cut(r.pattern, "*")
	target, ok := strings.CutPrefix(target, head)
	if !ok {
		return false
	}
	for more := true; more; {
		var piece string
		piece, rest, more = strings.Cut(rest, "*")
		if !more && r.end {
			return strings.HasSuffix(target, piece)
		}
		i := strings.Index(target, piece)
		if i < 0 {
			return false
		}
		target = target[i+len(piece):]
	}
	return true
}

// robotsTargets is what rules are compared with: the path, without dot segments, and the query. RFC 9309 section 2.2.2 has
// ":" and "/" in a query match "%3A" and "%2F" both ways, so such a query comes in up to three spellings; in a path "%2F"
// and "/" stay different things.
func robotsTargets(u *url.URL) []string {
	path := removeDots(normaliseOctets(u.EscapedPath(), false))
	if u.RawQuery == "" && !u.ForceQuery {
		return []string{path}
	}
	query := normaliseOctets(u.RawQuery, false)
	targets := []string{path + "?" + query}
	if plain := strings.NewReplacer("%3A", ":", "%2F", "/").Replace(query); plain != query {
		targets = append(targets, path+"?"+plain)
	}
	if encoded := strings.NewReplacer(":", "%3A", "/", "%2F").Replace(query); encoded != query {
		targets = append(targets, path+"?"+encoded)
	}
	return targets
}

// normaliseOctets writes one spelling for all that mean the same (RFC 9309 section 2.2.2): what may stand for itself does,
// an encoded reserved octet stays encoded, everything else is encoded, in upper case. A "*" or "$" is the plain octet, and
// so encoded, except for the "*" of a pattern.
func normaliseOctets(s string, pattern bool) string {
	var b strings.Builder
	b.Grow(len(s) + 8)
	for i := 0; i < len(s); i++ {
		c, encoded := s[i], false
		if c == '%' && i+2 < len(s) && hexDigit(s[i+1]) >= 0 && hexDigit(s[i+2]) >= 0 {
			c, encoded = byte(hexDigit(s[i+1])<<4|hexDigit(s[i+2])), true
			i += 2
		}
		switch {
		case unreserved(c), !encoded && standsForItself(c), !encoded && c == '*' && pattern:
			b.WriteByte(c)
		default:
			const digits = "0123456789ABCDEF"
			b.WriteByte('%')
			b.WriteByte(digits[c>>4])
			b.WriteByte(digits[c&15])
		}
	}
	return b.String()
}

func hexDigit(c byte) int {
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

// unreserved is RFC 3986 section 2.3.
func unreserved(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("-._~", c) >= 0
}

// standsForItself is the reserved octets of RFC 3986 section 2.2 that mean nothing to robots.txt.
func standsForItself(c byte) bool { return strings.IndexByte(":/?#[]@!&'()+,;=", c) >= 0 }

// removeDots takes out "." and ".." as RFC 3986 section 5.2.4 does: "/open/../closed" is "/closed".
func removeDots(path string) string {
	if path == "" {
		return "/"
	}
	if !strings.Contains(path, "/.") {
		return path
	}
	var out []string
	parts := strings.Split(path, "/")
	for i, part := range parts {
		last := i == len(parts)-1
		switch {
		case part == "..":
			if len(out) > 1 {
				out = out[:len(out)-1]
			}
		case part != ".":
			out = append(out, part)
			continue
		}
		if last {
			out = append(out, "")
		}
	}
	return strings.Join(out, "/")
}
