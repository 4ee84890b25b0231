package config

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"reflect"
	"regexp/syntax"
	"slices"
	"strings"

	"meetleaks/matchers"
)

// maxRegexps bounds the regexps of one organisation: each is tried on the text around every link that names nobody.
const maxRegexps = 10

func (v *validator) organisation(path string, o *Organisation) {
	v.required(path+".name", o.Name, func(text string) error {
		if !isLabel(text) {
			return fmt.Errorf("want lower-case letters, digits and hyphens, as in acme")
		}
		return nil
	})
	for i := range o.Domains {
		v.normal(entry(path+".domains", i), &o.Domains[i], ownDomain)
	}
	v.optional(path+".timezone", o.Timezone, checkTimezone)
	v.patterns(path, o)
	for i := range o.Hosts {
		v.host(entry(path+".hosts", i), &o.Hosts[i])
	}
	v.each(path+".analysts", o.Analysts, slackID("U", "W"))
	v.optional(path+".fallback.slack_channel", o.Fallback.SlackChannel, slackID("C", "G"))
	v.optional(path+".fallback.email", o.Fallback.Email, checkEmail)
	v.zoom(path+".platforms.zoom", &o.Platforms.Zoom)
	misspelt := v.problems.misspelt(path+".domains") || v.problems.misspelt(path+".patterns")
	if len(o.Domains) == 0 && len(o.Patterns) == 0 && !misspelt {
		v.note(path, "has neither domains nor patterns: nothing could be theirs")
	}
}

func (v *validator) patterns(path string, o *Organisation) {
	regexps := 0
	domains := v.rightDomains(path, o.Domains)
	for i := range o.Patterns {
		at := entry(path+".patterns", i)
		v.pattern(at, &o.Patterns[i], domains)
		if o.Patterns[i].Regexp == "" {
			continue
		}
		if regexps++; regexps == maxRegexps+1 {
			v.note(at, "is regexp number %d of this organisation; at most %d", regexps, maxRegexps)
		}
	}
}

func (v *validator) pattern(path string, p *Pattern, domains []string) {
	set := v.keysGiven(path, reflect.TypeFor[Pattern]())
	if len(set) == 0 && len(v.problems.unknown[path]) > 0 {
		return // it is noted already
	}
	if len(set) != 1 {
		v.note(path, "want exactly one key, have %d%s; known: %s", len(set), listed(set), names(fieldsOf(reflect.TypeFor[Pattern]())))
		return
	}
	v.patternValue(path+"."+set[0], set[0], p, domains)
}

func (v *validator) patternValue(at, key string, p *Pattern, domains []string) {
	switch key {
	case "vanity":
		v.normal(at, &p.Vanity, vanityHost)
	case "s4b_domain":
		v.normal(at, &p.S4BDomain, domainName)
	case "host":
		v.normal(at, &p.Host, ownDomain)
	case "webex_site":
		v.required(at, p.WebexSite, checkLabel)
	case "workspace":
		v.required(at, p.Workspace, checkLabel)
	case "teams_tenant":
		v.required(at, p.TeamsTenant, checkGUID)
	case "room":
		v.clearID(at, p.Room)
	case "meeting":
		v.clearID(at, p.Meeting)
	case "page":
		v.required(at, p.Page, func(text string) error { return checkOwnPages(text, domains) })
	case "public":
		v.required(at, p.Public, checkPageGlob)
	case "regexp":
		v.required(at, p.Regexp, checkRegexp)
	case "near":
		v.near(at, p.Near)
	}
}

// checkRegexp repeats nothing of the expression: it may hold a meeting's number, with signs between that keep it from being
// recognised and masked.
func checkRegexp(text string) error {
	_, err := matchers.RegexpLiteral(text)
	if bad := (*syntax.Error)(nil); errors.As(err, &bad) {
		return fmt.Errorf("is no regular expression of RE2: %s", bad.Code)
	}
	return err
}

// vanityHost checks a host of a meeting service that is the organisation's own.
func vanityHost(text string) (string, error) {
	host, err := hostName(text, false)
	if err != nil {
		return "", err
	}
	return host, matchersAccept(matchers.Pattern{Type: matchers.VanityPattern, Value: host})
}

// ownDomain checks a domain, or the host of a self-hosted service, whose meetings and pages are to be the organisation's: not a public
// suffix, and not a vendor's, where everybody's meetings are.
func ownDomain(text string) (string, error) {
	domain, err := domainName(text)
	if err != nil {
		return "", err
	}
	return domain, matchers.OwnHost(domain)
}

// checkOwnPages checks pages whose links that name nobody are to be the organisation's: all of a host only where it lies under one of
// its domains.
func checkOwnPages(glob string, domains []string) error {
	if err := checkPageGlob(glob); err != nil {
		return err
	}
	u, err := url.Parse(glob)
	if err != nil {
		return errors.New("is no URL")
	}
	if namesPart(glob) || isInside(u.Hostname()) {
		return nil
	}
	host, err := hostName(u.Hostname(), true)
	if err == nil && slices.ContainsFunc(domains, func(domain string) bool { return host == domain || strings.HasSuffix(host, "."+domain) }) {
		return nil
	}
	return errors.New(`covers a whole host that lies under none of the organisation's domains: name the part that is yours, as in "https://partner.example/acme/*", or give the host in domains`)
}

// namesPart says whether a pattern of pages names a part of its host: one page, or the first segment of its paths, in full or by its
// first minPagePrefix bytes.
func namesPart(glob string) bool {
	_, rest, _ := strings.Cut(glob, "://")
	_, path, _ := strings.Cut(rest, "/")
	path, _, _ = strings.Cut(path, "?")
	if !strings.Contains(path, "*") {
		return true
	}
	first, _, deeper := strings.Cut(path, "/")
	before, _, cut := strings.Cut(first, "*")
	return len(before) >= minPagePrefix || deeper && !cut && before != ""
}

const minPagePrefix = 4

// isInside says whether a host is out of the public's reach: it cannot be given in domains.
func isInside(host string) bool {
	addr, err := netip.ParseAddr(host)
	return err == nil && (addr.IsLoopback() || addr.IsPrivate()) || err != nil && !strings.Contains(host, ".")
}

// keysGiven lists the keys of the entry at path that the operator wrote.
func (v *validator) keysGiven(path string, t reflect.Type) []string {
	var set []string
	for _, f := range fieldsOf(t) {
		if v.given(path + "." + f.name) {
			set = append(set, f.name)
		}
	}
	return set
}

func listed(keys []string) string {
	if len(keys) == 0 {
		return ""
	}
	return " (" + strings.Join(keys, ", ") + ")"
}

func (v *validator) near(path string, phrases []string) {
	if len(phrases) == 0 {
		v.note(path, "is empty: want words that stand beside your links")
	}
	v.each(path, phrases, func(text string) error {
		if countLetters(text) < minLetters {
			return fmt.Errorf("stands beside anybody's links: want at least %d letters", minLetters)
		}
		return nil
	})
}

// clearID checks a meeting or room as the matchers will read it; when it is not set the reader has said why.
func (v *validator) clearID(path string, id ClearID) {
	if !id.IsSet() {
		return
	}
	if err := matchersAccept(matchers.Pattern{Type: matchers.MeetingPattern, Value: id.Clear()}); err != nil {
		v.note(path, "%v; `meetleaks platforms` lists the platforms", err)
	}
}

func (v *validator) host(path string, h *Host) {
	if !v.given(path + ".pattern") {
		v.missing(path+".pattern", "is missing")
	}
	v.clearID(path+".pattern", h.Pattern)
	v.required(path+".email", h.Email, checkEmail)
	v.each(path+".delegates", h.Delegates, checkEmail)
	v.optional(path+".timezone", h.Timezone, checkTimezone)
	v.optional(path+".quiet", h.Quiet, checkQuiet)
	v.optional(path+".first", h.First, oneOf("host", "delegates"))
}

func checkLabel(text string) error {
	if !isLabel(text) {
		return fmt.Errorf("want the name alone, lower case, as in acme")
	}
	return nil
}

func checkGUID(text string) error {
	if !isGUID(text) {
		return fmt.Errorf("is no tenant id, as in 6f1c0d2e-0000-4000-8000-000000000001")
	}
	return nil
}

// slackID wants an id of Slack such as U0SECOPS1.
func slackID(prefixes ...string) func(string) error {
	return func(text string) error {
		for _, prefix := range prefixes {
			if strings.HasPrefix(text, prefix) && len(text) >= 3 && len(text) <= 30 && strings.ToUpper(text) == text && isLabel(strings.ToLower(text)) {
				return nil
			}
		}
		return fmt.Errorf("want a Slack id that begins with %s", strings.Join(prefixes, " or "))
	}
}
