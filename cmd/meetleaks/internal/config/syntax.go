package config

import (
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"

	"meetleaks/scanner/source/files"
)

// minLetters is how many letters a `near` phrase must bring, so that it cannot claim everybody's links.
const minLetters = 6

// hostName checks a host name and returns it in lower-case ASCII. An IP address passes when allowed.
func hostName(text string, allowIP bool) (string, error) {
	if _, err := netip.ParseAddr(text); err == nil {
		if !allowIP {
			return "", errors.New("want a name, not an address")
		}
		return text, nil
	}
	host, err := idna.Lookup.ToASCII(strings.TrimSuffix(text, "."))
	if err != nil || host == "" || len(host) > 253 {
		return "", errors.New("is no host name, as in acme.example")
	}
	for label := range strings.SplitSeq(host, ".") {
		if label == "" || len(label) > 63 {
			return "", errors.New("is no host name, as in acme.example")
		}
	}
	return strings.ToLower(host), nil
}

// domainName checks a domain that somebody can own: not a public suffix such as "com" or "co.uk".
func domainName(text string) (string, error) {
	domain, err := hostName(text, false)
	if err != nil {
		return "", err
	}
	if !strings.Contains(domain, ".") {
		return "", errors.New("want a whole domain, as in acme.example")
	}
	if suffix, icann := publicsuffix.PublicSuffix(domain); suffix == domain && (icann || strings.Contains(suffix, ".")) {
		return "", errors.New("is a public suffix, under which everybody can have a name")
	}
	return domain, nil
}

// isLabel reports whether text is a lower-case DNS label.
func isLabel(text string) bool {
	return regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`).MatchString(text)
}

func isGUID(text string) bool {
	return regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`).MatchString(text)
}

func checkEmail(text string) error {
	address, err := mail.ParseAddress(text)
	if err != nil || address.Address != text || !strings.Contains(text, "@") {
		return errors.New("is no e-mail address, as in jdoe@acme.example")
	}
	return nil
}

func checkTimezone(text string) error {
	if text == "Local" {
		return errors.New(`"Local" depends on the machine; want a name such as Europe/Berlin`)
	}
	if _, err := time.LoadLocation(text); err != nil {
		return errors.New("is no time zone that is known, as in Europe/Berlin or UTC")
	}
	return nil
}

// checkQuiet wants "22:00-07:00".
func checkQuiet(text string) error {
	from, to, ok := strings.Cut(text, "-")
	_, err1 := time.Parse("15:04", from)
	_, err2 := time.Parse("15:04", to)
	if !ok || len(from) != 5 || len(to) != 5 || err1 != nil || err2 != nil || from == to {
		return errors.New(`want two different times, as in "22:00-07:00"`)
	}
	return nil
}

// checkURL wants an absolute URL of one of the schemes, with a host and without a password.
func checkURL(text string, schemes ...string) error {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || !slices.Contains(schemes, u.Scheme) {
		return fmt.Errorf("want a URL that begins with %s://", strings.Join(schemes, ":// or "))
	}
	if u.User != nil {
		return errors.New("must not hold a user or password")
	}
	if _, err := hostName(u.Hostname(), true); err != nil {
		return fmt.Errorf("its host %w", err)
	}
	return nil
}

// checkPageGlob wants a URL whose path may hold "*".
func checkPageGlob(text string) error {
	if err := checkURL(text, "https", "http"); err != nil {
		return err
	}
	u, err := url.Parse(text)
	if err == nil && strings.Contains(u.Host, "*") {
		return errors.New(`may hold "*" in the path only, never in the host`)
	}
	return nil
}

// checkHostPort wants host:port; the host may be empty where a server listens.
func checkHostPort(text string, emptyHost bool) error {
	host, port, err := net.SplitHostPort(text)
	if err != nil {
		return errors.New("want host:port, as in 127.0.0.1:8470")
	}
	if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 || n == 0 && !emptyHost {
		return errors.New("its port is no number from 1 to 65535")
	}
	if host == "" && emptyHost {
		return nil
	}
	if _, err := hostName(host, true); err != nil {
		return fmt.Errorf("its host %w", err)
	}
	return nil
}

func countLetters(text string) int {
	n := 0
	for _, r := range text {
		if unicode.IsLetter(r) {
			n++
		}
	}
	return n
}

// checkGlob wants a pattern as --include and --exclude take it.
func checkGlob(pattern string) error {
	_, err := files.ParseGlob(pattern)
	return err
}

// checkStore wants sqlite:PATH or one of the four forms of Redis.
func checkStore(text string) error {
	if path, ok := strings.CutPrefix(text, "sqlite:"); ok {
		if path == "" {
			return errors.New("want sqlite:PATH")
		}
		return nil
	}
	u, err := url.Parse(text)
	schemes := []string{"redis", "rediss", "redis+sentinel", "redis+cluster"}
	if err != nil || u.Host == "" || !slices.Contains(schemes, u.Scheme) {
		return errors.New("want sqlite:PATH, or a URL that begins with redis://, rediss://, redis+sentinel:// or redis+cluster://")
	}
	return nil
}

func isControl(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029'
}
