package claims

import (
	"fmt"
	"net/netip"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"

	"meetleaks/matchers"
	"meetleaks/scanner"
)

// Refusal says why a text is no domain that can be claimed.
type Refusal struct {
	Domain string // as it was given, masked and short
	Why    string
	Hint   string // "" when there is nothing to advise
}

// Error implements error.
func (r *Refusal) Error() string { return r.Domain + " " + r.Why }

func refused(domain, hint, why string, args ...any) error {
	return &Refusal{Domain: shown(domain), Why: fmt.Sprintf(why, args...), Hint: hint}
}

// maxShown bounds what is repeated of texts from outside, in bytes.
const maxShown = 80

// shown makes a text from outside fit to be kept and printed.
func shown(text string) string {
	text = strings.ToValidUTF8(text, "?")
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r == '\u2028' || r == '\u2029' || r >= '\u202a' && r <= '\u202e' {
			return '?'
		}
		return r
	}, text)
	text = matchers.Mask(text)
	if len(text) > maxShown {
		text = strings.ToValidUTF8(text[:maxShown], "") + "…"
	}
	return text
}

// Clean is a domain in the form in which it is kept: ASCII, lower case, without a dot at its end. Its errors are *Refusal. It says nothing
// of whose domains may be claimed.
func Clean(text string) (string, error) {
	if hint, why := misread(text); why != "" {
		return "", refused(text, hint, "%s", why)
	}
	domain, err := idna.Lookup.ToASCII(strings.TrimSuffix(text, "."))
	domain = strings.ToLower(domain)
	again, broken := idna.Lookup.ToASCII(domain) // what does not stay as it is was no name
	if err != nil || broken != nil || again != domain || !utf8.ValidString(text) || !isName(domain) {
		return "", refused(text, "", "is no domain, as in acme.example")
	}
	if len(domain) > scanner.MaxClaimDomain {
		return "", refused(text, "", "is longer than %d characters", scanner.MaxClaimDomain)
	}
	if !strings.Contains(domain, ".") {
		return "", refused(text, "give the whole domain, as in acme.example", "is one label")
	}
	return domain, nil
}

// misread finds what people give in place of a domain.
func misread(text string) (hint, why string) {
	switch {
	case len(text) > 4*scanner.MaxClaimDomain:
		return "", "is no domain, as in acme.example"
	case strings.Contains(text, "://") || strings.ContainsAny(text, "/?#"):
		return "give the domain alone, as in acme.example", "is an address of a page"
	case strings.Contains(text, "@"):
		return "give what stands behind the @", "is an e-mail address"
	case strings.HasPrefix(text, "*."):
		return "leave out the *: a domain comes with all below it", "is a wildcard"
	case strings.HasPrefix(strings.ToLower(text), RecordLabel+"."):
		return "give the domain behind " + RecordLabel + ".", "is the name of the record"
	}
	if _, err := netip.ParseAddr(strings.Trim(text, "[]")); err == nil {
		return "", "is an address, no domain"
	}
	return "", ""
}

// isName wants labels of letters, digits and hyphens, and a last one that is no number.
func isName(domain string) bool {
	if domain == "" || len(domain) > 253 {
		return false
	}
	last := ""
	for label := range strings.SplitSeq(domain, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for i := range len(label) {
			if b := label[i] | 0x20; (b < 'a' || b > 'z') && (label[i] < '0' || label[i] > '9') && label[i] != '-' {
				return false
			}
		}
		last = label
	}
	return strings.Trim(last, "0123456789") != ""
}

// isSuffix says whether everybody can have a name under the domain.
func isSuffix(domain string) bool {
	suffix, _ := publicsuffix.PublicSuffix(domain)
	return suffix == domain
}

// registrable is the part of a domain that somebody registered; itself when nobody can tell.
func registrable(domain string) string {
	if part, err := publicsuffix.EffectiveTLDPlusOne(domain); err == nil {
		return part
	}
	return domain
}

// under says whether a domain is another one, or lies under it.
func under(domain, other string) bool {
	return domain == other || strings.HasSuffix(domain, "."+other)
}
