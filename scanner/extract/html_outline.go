package extract

import (
	"bytes"
	"strings"

	"meetleaks/scanner"
)

// The bounds of an outline, beside scanner.MaxPageLinks: the length of an address in bytes, what a page says to robots.
const (
	maxPageURL    = 8 << 10
	maxRobots     = 16
	maxRobotsText = 1 << 10
)

// outliner collects the outline of a page.
type outliner struct {
	*scanner.Outline
}

// tag looks at a start tag.
func (o *outliner) tag(r *htmlReader, id tagID) {
	switch id {
	case tagBase:
		if o.Base == "" {
			o.Base = o.address(r, "href")
		}
	case tagA, tagArea:
		o.link(r, o.address(r, "href"), linkKind(r, id))
	case tagFrame:
		o.link(r, o.address(r, "src"), scanner.LinkPage)
	case tagLink:
		o.head(r)
	case tagMeta:
		o.meta(r)
	}
}

// attr is the value of the tag's first attribute of that name, its entities decoded; nil without one.
func (o *outliner) attr(r *htmlReader, name string) []byte {
	for _, a := range r.tokens.attrs {
		if r.is(a, name) {
			return r.decoded(a.value, a.valueTo)
		}
	}
	return nil
}

// address is an attribute that holds an address, as the URL standard reads it: without white space around it, nor line breaks
// and tabs in it; "" when it is too long.
func (o *outliner) address(r *htmlReader, name string) string {
	return cleanAddress(o.attr(r, name))
}

func cleanAddress(value []byte) string {
	value = bytes.TrimFunc(value, func(c rune) bool { return c <= ' ' })
	if len(value) > maxPageURL {
		return ""
	}
	if bytes.ContainsAny(value, "\n\r\t") {
		return strings.NewReplacer("\n", "", "\r", "", "\t", "").Replace(string(value))
	}
	return string(value)
}

// link adds a link, unless it leads to no page: to a place on this one, to a program, to a mail address.
func (o *outliner) link(r *htmlReader, address string, kind scanner.LinkKind) {
	if address == "" || address[0] == '#' {
		return
	}
	for _, scheme := range [...]string{"javascript:", "mailto:", "tel:", "data:", "sms:", "blob:"} {
		if len(address) >= len(scheme) && strings.EqualFold(address[:len(scheme)], scheme) {
			return
		}
	}
	if len(o.Links) >= scanner.MaxPageLinks {
		o.More++
		return
	}
	o.Links = append(o.Links, scanner.PageLink{URL: address, Kind: kind, NoFollow: o.hasWord(r, "nofollow")})
}

// hasWord says whether rel holds the word.
func (o *outliner) hasWord(r *htmlReader, word string) bool { return hasRel(o.attr(r, "rel"), word) }

func hasRel(rel []byte, word string) bool {
	for len(rel) > 0 {
		rel = bytes.TrimLeft(rel, " \t\r\n\f")
		end := bytes.IndexAny(rel, " \t\r\n\f")
		if end < 0 {
			end = len(rel)
		}
		if end == len(word) && strings.EqualFold(string(rel[:end]), word) {
			return true
		}
		rel = rel[end:]
	}
	return false
}

// linkKind is what an a or area leads to.
func linkKind(r *htmlReader, id tagID) scanner.LinkKind {
	rel := r.outline.attr(r, "rel")
	if id == tagA && (hasRel(rel, "next") || hasRel(rel, "prev")) {
		return scanner.LinkNext
	}
	return scanner.LinkPage
}

// head reads a link of the page's head.
func (o *outliner) head(r *htmlReader) {
	rel := o.attr(r, "rel")
	address := o.address(r, "href")
	switch {
	case hasRel(rel, "canonical"):
		if o.Canonical == "" {
			o.Canonical = address
		}
	case hasRel(rel, "alternate") && isFeedType(o.attr(r, "type")):
		o.link(r, address, scanner.LinkFeed)
	case hasRel(rel, "next"), hasRel(rel, "prev"):
		o.link(r, address, scanner.LinkNext)
	}
}

func isFeedType(media []byte) bool {
	name, _, _ := strings.Cut(string(media[:min(len(media), 100)]), ";")
	switch strings.ToLower(strings.TrimSpace(name)) {
	case "application/rss+xml", "application/atom+xml", "application/feed+json", "text/calendar":
		return true
	}
	return false
}

// meta reads what the page says to robots, and where it leads by itself.
func (o *outliner) meta(r *htmlReader) {
	name := o.attr(r, "name")
	content := o.attr(r, "content")
	switch {
	case strings.EqualFold(string(name), "robots"), strings.EqualFold(string(name), "meetleaks"):
		if len(o.Robots) < maxRobots {
			o.Robots = append(o.Robots, string(content[:min(len(content), maxRobotsText)]))
		}
	case strings.EqualFold(string(o.attr(r, "http-equiv")), "refresh"):
		o.link(r, refreshAddress(content), scanner.LinkPage)
	}
}

// refreshAddress is the address in "5; url=…" (HTML standard, section 4.2.5.3).
func refreshAddress(content []byte) string {
	rest := bytes.TrimLeft(content, " \t\r\n\f0123456789.;,")
	if hasPrefixFold(rest, "url") {
		if after := bytes.TrimLeft(rest[3:], " \t\r\n\f"); len(after) > 0 && after[0] == '=' {
			rest = bytes.TrimLeft(after[1:], " \t\r\n\f")
		}
	}
	if len(rest) > 1 && (rest[0] == '"' || rest[0] == '\'') {
		rest, _, _ = bytes.Cut(rest[1:], rest[:1])
	}
	return cleanAddress(rest)
}
