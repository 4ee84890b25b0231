package fetch

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"meetleaks/matchers"
	"meetleaks/matchers/unwrap"
)

// refuser knows what is never requested, whoever asks: meeting links, the hosts of meeting services, wrappers and shorteners.
// It is read-only once built.
type refuser struct {
	finder   *matchers.Finder
	hosts    map[string]string   // host, for its subdomains too, or host:port → why
	paths    map[string][]string // of hosts that serve other things too: the beginnings of the paths that are a meeting service's
	contents map[string]bool     // wrappers that serve pages of others: they are judged by the page
}

// newRefuser takes the hosts of self-hosted services, with or without port.
func newRefuser(meetingHosts []string) (*refuser, error) {
	r := &refuser{
		finder: matchers.Standard(), hosts: map[string]string{}, paths: map[string][]string{},
		contents: map[string]bool{"web-archive": true, "archive-today": true, "google-cache": true, "google-amp": true},
	}
	for _, p := range matchers.All() {
		r.platform(p)
	}
	for _, w := range unwrap.All() {
		if w.Name == "shortener" || w.Name == "click-counter" {
			for _, host := range w.Hosts {
				r.hosts[host] = "a link wrapper (" + w.Name + ") is never requested"
			}
		}
	}
	return r, r.own(meetingHosts)
}

// platform adds a service's hosts. Entries with a path are of hosts that serve other things too.
func (r *refuser) platform(p matchers.Platform) {
	for _, entry := range p.Hosts {
		host, path, serves := strings.Cut(entry, "/")
		switch {
		case !serves && strings.Trim(host, ".-abcdefghijklmnopqrstuvwxyz0123456789") == "":
			r.hosts[host] = "the host belongs to a meeting service (" + p.Name + ")"
		case path != "":
			r.paths[host] = append(r.paths[host], "/"+path)
		}
	}
}

func (r *refuser) own(meetingHosts []string) error {
	var plain []string
	for _, entry := range meetingHosts {
		u := &url.URL{Scheme: "https", Host: entry}
		host, addr, err := spellHost(entry, u.Hostname())
		if err != nil {
			return fmt.Errorf("meeting host %q: %w", entry, err)
		}
		if u.Port() != "" {
			host = hostPort(host, u.Port())
		} else if !addr.IsValid() {
			plain = append(plain, host)
		}
		r.hosts[host] = "the host belongs to a meeting service"
	}
	if len(plain) > 0 {
		r.finder = matchers.NewFinder(matchers.All(), plain...)
	}
	return nil
}

func hostPort(host, port string) string {
	if strings.Contains(host, ":") {
		return "[" + host + "]:" + port
	}
	return host + ":" + port
}

// judge returns nil for what may be requested. The fragment counts, though it is not sent: some services keep their rooms there.
func (r *refuser) judge(t target, fragment string) error {
	path := plainPath(t.url.Path)
	if why := r.host(t.host, t.authority, path); why != "" {
		return errors.New(why)
	}
	if path != t.url.Path || t.url.RawPath != "" {
		plain := *t.url
		plain.Path, plain.RawPath = path, ""
		if err := r.link(plain.String()); err != nil {
			return err
		}
	}
	text := t.url.String()
	if err := r.wrapper(text, 0); err != nil {
		return err
	}
	if fragment != "" {
		text += "#" + fragment
	}
	return r.link(text)
}

// plainPath is a path as servers may read it: without dot segments and empty ones.
func plainPath(path string) string {
	for strings.Contains(path, "//") {
		path = strings.ReplaceAll(path, "//", "/")
	}
	return removeDots(path)
}

// host looks for a host or one that it lies under, and for the beginnings of paths, in any case.
func (r *refuser) host(host, authority, path string) string {
	if why := r.hosts[authority]; why != "" {
		return why
	}
	for suffix := host; ; {
		if why := r.hosts[suffix]; why != "" {
			return why
		}
		for _, beginning := range r.paths[suffix] {
			if len(path) >= len(beginning) && strings.EqualFold(path[:len(beginning)], beginning) {
				return "the path belongs to a meeting service"
			}
		}
		_, parent, ok := strings.Cut(suffix, ".")
		if !ok {
			return ""
		}
		suffix = parent
	}
}

// link finds meeting links anywhere in a URL: what carries one in a parameter would only lead there. Bare numbers are none.
func (r *refuser) link(text string) error {
	named := text
	if strings.Contains(strings.ToLower(text), "meet.") {
		named = beside + text
	}
	for _, s := range r.finder.FindIn([]byte(named), 0, len(named)) {
		if s.Host != "" && !s.Possible {
			return errors.New("a meeting link (" + s.Platform + ") is never requested")
		}
	}
	return nil
}

// beside is the word by which a room at meet.<domain> is known. It stood in the text around the link, which is not here, so every such
// address is taken for one.
const beside = "Jitsi: "

const maxWrappers = 8 // pages of others inside pages of others

// wrapper refuses all wrappers but those that serve a page of others, which are judged as that page.
func (r *refuser) wrapper(text string, depth int) error {
	layer, ok := unwrap.Unwrap(text)
	if !ok {
		return nil
	}
	never := errors.New("a link wrapper (" + layer.Name + ") is never requested")
	if layer.Opaque || !r.contents[layer.Name] || depth == maxWrappers {
		return never
	}
	for _, inside := range layer.Texts {
		u, err := url.Parse(inside)
		if err != nil {
			return never
		}
		if why := r.host(asciiLower(u.Hostname()), asciiLower(u.Host), u.Path); why != "" {
			return errors.New(why)
		}
		if err := r.wrapper(inside, depth+1); err != nil {
			return err
		}
	}
	return nil
}
