package web

import (
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/net/idna"
)

const (
	maxHost        = 253 // bytes of a name, RFC 1035
	maxLabel       = 63
	maxWrittenHost = 1024 // bytes: punycode takes time that grows with the square
)

// authority appends host and port.
func (w *writer) authority(scheme, text string) error {
	if strings.Contains(text, "@") {
		return named
	}
	port := ""
	if i := strings.LastIndexByte(text, ':'); i > strings.LastIndexByte(text, ']') {
		text, port = text[:i], text[i+1:]
	}
	host, err := hostOf(text)
	if err != nil {
		return err
	}
	w.out = append(w.out, host...)
	if port == "" {
		return nil
	}
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil || !isDigit(port[0]) {
		return malformed
	}
	if scheme == "http" && number != 80 || scheme == "https" && number != 443 {
		w.out = strconv.AppendUint(append(w.out, ':'), number, 10)
	}
	return nil
}

// hostOf is the canonical host: a name in punycode, an IPv4 address of four numbers, an IPv6 address in brackets. Other ways to
// write an IPv4 address are malformed: nobody links so in good faith.
func hostOf(text string) (string, error) {
	if inside, ok := strings.CutPrefix(text, "["); ok {
		return hostIPv6(inside)
	}
	if len(text) > maxWrittenHost {
		return "", malformed
	}
	if strings.Contains(text, "%") {
		decoded, err := url.PathUnescape(text)
		if err != nil {
			return "", malformed
		}
		text = decoded
	}
	name := strings.ToLower(text)
	if !isPlainName(name) || strings.Contains(name, "xn--") {
		ascii, err := lookup().ToASCII(name)
		if err != nil {
			return "", malformed
		}
		name = ascii
	}
	name = strings.TrimSuffix(name, ".")
	if !isName(name) || endsInNumber(name) && !isIPv4(name) {
		return "", malformed
	}
	return name, nil
}

// lookup is the profile of https://url.spec.whatwg.org/#concept-domain-to-ascii.
var lookup = sync.OnceValue(func() *idna.Profile {
	return idna.New(idna.MapForLookup(), idna.BidiRule(), idna.CheckJoiners(true), idna.Transitional(false),
		idna.StrictDomainName(false), idna.CheckHyphens(false))
})

func hostIPv6(text string) (string, error) {
	text, closed := strings.CutSuffix(text, "]")
	ip, err := netip.ParseAddr(text)
	if !closed || err != nil || !ip.Is6() || ip.Zone() != "" {
		return "", malformed
	}
	return "[" + ip.String() + "]", nil
}

func isIPv4(name string) bool {
	ip, err := netip.ParseAddr(name)
	return err == nil && ip.Is4()
}

// isPlainName reports whether a name in lower case has only what names in ASCII have.
func isPlainName(name string) bool {
	for i := range len(name) {
		if c := name[i]; !isLetter(c) && !isDigit(c) && c != '-' && c != '_' && c != '.' || 'A' <= c && c <= 'Z' {
			return false
		}
	}
	return true
}

func isName(name string) bool {
	if name == "" || len(name) > maxHost || !isPlainName(name) {
		return false
	}
	for label := range strings.SplitSeq(name, ".") {
		if label == "" || len(label) > maxLabel {
			return false
		}
	}
	return true
}

// endsInNumber: https://url.spec.whatwg.org/#ends-in-a-number-checker.
func endsInNumber(name string) bool {
	last := name[strings.LastIndexByte(name, '.')+1:]
	if digits, hex := strings.CutPrefix(last, "0x"); hex {
		return strings.Trim(digits, "0123456789abcdef") == ""
	}
	return strings.Trim(last, "0123456789") == ""
}
