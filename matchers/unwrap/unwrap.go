// Package unwrap takes wrappers (Safe Links, Proofpoint, redirectors, share links …) off a URL, offline.
//
// Mail gateways, social networks and calendars replace a link by one of their own that leads to it. A meeting link is
// then hidden in a parameter, in base64, or in a code of the gateway's own. This package decodes what can be decoded
// from the text alone. It never requests a wrapper: that would be logged, may be good for one click only, and tells
// the gateway whose copy of the mail was read.
//
// One call takes off one layer; stacks are taken off by calling [Unwrap] again with what came out. What comes out is only
// ever the target: the parameters in which a wrapper names its recipient, his tenant or his message are left behind.
//
// All functions are pure and safe for concurrent use. Time and memory are linear in the length of the URL. What comes out
// is never longer than what went in.
package unwrap

import (
	"slices"
	"strings"
	"sync"
)

// MaxLength is the longest URL looked at, in bytes. A longer one is no wrapper.
const MaxLength = 16 << 10

// Layer is what one wrapper held.
type Layer struct {
	// Name of the wrapper, as it appears in `via`: "safelinks", "proofpoint", "google", …
	Name string
	// Texts are what was inside, decoded by this one layer: usually one URL, with its own percent-escapes untouched.
	// Calendar templates and share links give several texts, which are to be searched for links and may be HTML. Never
	// empty unless Opaque.
	Texts []string
	// Opaque says that it is a wrapper whose target cannot be decoded offline, or was cut off.
	Opaque bool
	// Domain is, for opaque ones, the host the wrapper itself names (Mimecast ?domain=), lower case, or "".
	Domain string
}

// Wrapper is one kind of wrapper. To add one: its file (sophos.go is the model) with its test table beside it, and a line
// in All.
type Wrapper struct {
	Name string
	// Hosts are lower case; each also stands for its subdomains.
	Hosts []string
	// Schemes are those of URLs without a host of their own ("mailto"), lower case, without the colon.
	Schemes []string
	// Unwrap takes off this wrapper; ok is false when the URL is none of its kind. Limits are those of [Unwrap].
	Unwrap func(u string) (Layer, bool)
	// Docs says where the shape is documented or was seen.
	Docs string
}

// All lists every wrapper, in the order in which they are tried on a host that several of them share.
func All() []Wrapper {
	return slices.Concat(
		[]Wrapper{
			safeLinks(), proofpoint(), cisco(), mimecast(), inky(), awstrack(), sophos(), checkPoint(),
			google(), googleCalendar(), googleCache(), googleAMP(), bing(), yahoo(), outlookCompose(), outlookRedirect(), yahooCalendar(),
			mandrill(), govDelivery(), mailjet(), webArchive(), archiveToday(), disqus(), telegramWeb(), bareQuery(),
		},
		parameters(),
		shares(),
		[]Wrapper{mailto(), sms(), messengerScheme(), dataURI(), clickHosts(), shorteners()},
	)
}

// all is what All returns; built once, never changed.
var all = sync.OnceValue(All) //nolint:gochecknoglobals // immutable after first use

// Hosts lists all hosts of all wrappers, lower case, sorted, each once. Each stands for its subdomains too.
func Hosts() []string {
	return collect(func(w Wrapper) []string { return w.Hosts })
}

// Schemes lists the schemes of wrappers that have no host ("data", "mailto" …), without the colon, lower case, sorted,
// each once.
func Schemes() []string {
	return collect(func(w Wrapper) []string { return w.Schemes })
}

func collect(names func(Wrapper) []string) []string {
	var found []string
	for _, w := range all() {
		found = append(found, names(w)...)
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// Unwrap takes one layer off u. u is one URL as text, scheme optional, already free of the escapes of its container (HTML
// entities, JSON, quoted-printable); a left-over "&amp;" does no harm. ok is false when it is no wrapper, or longer
// than MaxLength.
func Unwrap(u string) (layer Layer, ok bool) {
	a, ok := split(u)
	if !ok {
		return Layer{}, false
	}
	if a.host == "" {
		return first(byName().schemes[a.scheme], u)
	}
	for suffix := a.host; ; {
		if layer, ok := first(byName().hosts[suffix], u); ok {
			return layer, true
		}
		dot := strings.IndexByte(suffix, '.')
		if dot < 0 {
			return Layer{}, false
		}
		suffix = suffix[dot+1:]
	}
}

func first(wrappers []Wrapper, u string) (Layer, bool) {
	for _, w := range wrappers {
		if layer, ok := w.Unwrap(u); ok {
			return layer, true
		}
	}
	return Layer{}, false
}

// index finds the wrappers of a host or a scheme.
type index struct{ hosts, schemes map[string][]Wrapper }

// byName returns the index, built once and never changed.
var byName = sync.OnceValue(func() index {
	x := index{hosts: map[string][]Wrapper{}, schemes: map[string][]Wrapper{}}
	for _, w := range all() {
		for _, host := range w.Hosts {
			x.hosts[host] = append(x.hosts[host], w)
		}
		for _, scheme := range w.Schemes {
			x.schemes[scheme] = append(x.schemes[scheme], w)
		}
	}
	return x
})

// on makes a wrapper that lives on hosts. rule sees an address under one of them; its ok is false when the address is
// an ordinary page of that host. Blank texts are dropped, and a layer without any is opaque.
func on(name string, hosts []string, docs string, rule func(a address) (Layer, bool)) Wrapper {
	return Wrapper{Name: name, Hosts: hosts, Docs: docs, Unwrap: func(u string) (Layer, bool) {
		a, ok := split(u)
		if !ok || !a.under(hosts) || a.bare() && a.scheme == "" {
			return Layer{}, false
		}
		return finish(name, a, rule)
	}}
}

// onScheme makes a wrapper that is known by its scheme.
func onScheme(name string, schemes []string, docs string, rule func(a address) (Layer, bool)) Wrapper {
	return Wrapper{Name: name, Schemes: schemes, Docs: docs, Unwrap: func(u string) (Layer, bool) {
		a, ok := split(u)
		if !ok || a.host != "" || !slices.Contains(schemes, a.scheme) {
			return Layer{}, false
		}
		return finish(name, a, rule)
	}}
}

func finish(name string, a address, rule func(a address) (Layer, bool)) (Layer, bool) {
	layer, ok := rule(a)
	if !ok {
		return Layer{}, false
	}
	kept := layer.Texts[:0]
	for _, text := range layer.Texts {
		if text = readable(text); text != "" {
			kept = append(kept, text)
		}
	}
	layer.Name, layer.Texts = name, kept
	if len(kept) == 0 {
		layer.Texts, layer.Opaque = nil, true
	}
	return layer, true
}

// readable makes text of what was decoded: bytes that are no UTF-8 become a space, which ends a link, so that nothing
// is joined that did not stand together. The bare beginning of a URL is nothing.
func readable(text string) string {
	text = strings.TrimSpace(strings.ToValidUTF8(text, " "))
	if rest, ok := cutScheme(text); ok && strings.Trim(rest, "/") == "" {
		return ""
	}
	return text
}

// to is the layer of one target, which may turn out to be empty.
func to(target string) Layer { return Layer{Texts: []string{target}} }

// opaque is the layer of a wrapper that tells at most the target's host.
func opaque(domain string) Layer { return Layer{Opaque: true, Domain: hostName(domain)} }
