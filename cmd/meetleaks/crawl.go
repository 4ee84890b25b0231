package main

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/scanner"
	"meetleaks/scanner/extract"
	"meetleaks/scanner/fetch"
	"meetleaks/scanner/source/files"
	"meetleaks/scanner/source/web"
)

// network is what a scan of network targets needs beside the rest.
type network struct {
	client  *fetch.Client
	targets []*url.URL
	lists   *viewers
	options web.Options
}

// splitTargets parts the addresses of pages from local targets. What is an address by its scheme is one, whatever files there are.
func splitTargets(targets []string) (local []string, pages []*url.URL, err error) {
	for _, target := range targets {
		lower := strings.ToLower(target)
		if !strings.HasPrefix(lower, "http://") && !strings.HasPrefix(lower, "https://") {
			if scheme, _, ok := strings.Cut(target, "://"); ok && !strings.ContainsAny(scheme, "/\\.") && !exists(target) {
				return nil, nil, usage("", "a target begins with %s://: of the network only http:// and https:// are read", plain(scheme))
			}
			local = append(local, target)
			continue
		}
		u, err := url.Parse(target)
		if err != nil || u.Host == "" {
			return nil, nil, usage("", "a target is no address that can be read, as https://acme.example/news/ is")
		}
		pages = append(pages, u)
	}
	return local, pages, nil
}

func exists(file string) bool {
	_, err := os.Lstat(file)
	return err == nil
}

// planNetwork settles how the sites are read and whose meetings may be listed. It asks the sites for proofs, so it comes after all
// that can be settled without.
func (a *app) planNetwork(ctx context.Context, o scanOptions, c config.Config, globs files.Globs, pages []*url.URL) (*network, error) {
	client, err := a.fetchClient(c.Fetch, c.Organisations, nil)
	if err != nil {
		return nil, err
	}
	for _, warning := range client.Warnings() {
		fmt.Fprintf(a.stderr, "meetleaks: %s\n", plain(warning))
	}
	for _, page := range pages {
		if err := client.Admit(page); err != nil {
			client.Close()
			return nil, usage("public pages are read, never meeting links; a service of your own is read when fetch.allow names its host:port in the file for --config",
				"a target is not read: %w", fetch.AsError(err, page.String()).Err)
		}
	}
	proved, err := a.proofsOf(ctx, client, o.proof, pages)
	if err != nil {
		client.Close()
		return nil, err
	}
	return &network{
		client:  client,
		targets: pages,
		lists:   newViewers(c, proved),
		options: a.webOptions(o, c.Fetch, globs, pages),
	}, nil
}

// webGlobs are the globs of files, which fit addresses too.
func webGlobs(globs []files.Glob) []web.Glob {
	out := make([]web.Glob, 0, len(globs))
	for _, glob := range globs {
		out = append(out, glob)
	}
	return out
}

// unpacedParallel is how many pages of one host are asked for at a time where no pace is kept.
const unpacedParallel = 8

// pagePatience is for a person who waits: a page that fails is tried a second time, after some seconds, and not a third.
const pagePatience = 10 * time.Second

// webOptions say what is read of the sites.
func (a *app) webOptions(o scanOptions, c config.Fetch, globs files.Globs, pages []*url.URL) web.Options {
	options := web.Options{
		Name: "scan", Depth: o.depth, MaxPages: o.maxPages, Images: o.images, Now: a.now, Patience: pagePatience,
		Include: webGlobs(globs.Include), Exclude: webGlobs(globs.Exclude),
	}
	if o.depth == 0 {
		options.Depth = -1 // its zero is its default
	}
	if fetch.Pace(c.Pace) == fetch.None {
		options.PerHost = unpacedParallel
	}
	for _, page := range pages {
		options.Start = append(options.Start, page.String())
	}
	return options
}

// crawl reads the sites and hands what was found to sink.
func (n *network) crawl(ctx context.Context, m *scanner.Matcher, jobs int, sink scanner.Sink, unpack *extract.Extractor) (scanner.Stats, error) {
	read := func(ctx context.Context, page *web.Page, yield func(scanner.Document) error, skip func(scanner.Skip)) (scanner.Outline, error) {
		return unpack.Read(ctx, page, yield, skip)
	}
	crawler, err := web.New(n.client, read, n.options)
	if err != nil {
		return scanner.Stats{}, err
	}
	return m.Each(ctx, jobs, sink, func(yield func(scanner.Unit) error, skip func(scanner.Skip)) error {
		_, err := crawler.Crawl(ctx, nil, yield, skip)
		return err
	})
}

// requests is how many were sent to each host.
func (n *network) requests() map[string]int {
	out := map[string]int{}
	stats := n.client.Stats()
	for host, count := range stats.Hosts {
		out[host] = int(count.Requests)
	}
	if stats.OtherHosts.Requests > 0 {
		out["(others)"] = int(stats.OtherHosts.Requests)
	}
	return out
}

// viewers says whose meetings on pages of the network whoever scans may see: of an organisation that is registered, on pages
// under its domains or on services that the operator allowed; and on sites that were proved.
type viewers struct {
	domains map[string][]string // by organisation
	allow   []string
	proved  *proofs
	beyond  func(org string) bool // it has proved a domain: it may see what is its own on any page; nil: none has
}

func newViewers(c config.Config, proved *proofs) *viewers {
	v := &viewers{domains: map[string][]string{}, proved: proved}
	for _, o := range c.Organisations {
		v.domains[o.Name] = append(v.domains[o.Name], o.Domains...)
	}
	for _, entry := range c.Fetch.Allow {
		v.allow = append(v.allow, strings.ToLower(entry))
	}
	return v
}

// may says whether the meetings of org may be listed that stand on the page, or in a part of it.
func (v *viewers) may(org, page string) bool {
	u, err := siteOf(page)
	if err != nil {
		return false
	}
	if v.proved.sites[org] {
		return org == origin(u)
	}
	domains, registered := v.domains[org]
	if !registered {
		return false
	}
	if slices.Contains(v.allow, hostPort(u)) || v.beyond != nil && v.beyond(org) {
		return true
	}
	host := strings.ToLower(u.Hostname())
	return slices.ContainsFunc(domains, func(domain string) bool { return web.IsBelow(host, domain) })
}

// siteOf is the scheme and host of a place. The rest is not looked at: behind a "!" it is the name of a part, an archive's entry
// say, which need not be fit for a URL.
func siteOf(place string) (*url.URL, error) {
	scheme, rest, _ := strings.Cut(place, "://")
	if end := strings.IndexAny(rest, "/?#!"); end >= 0 {
		rest = rest[:end]
	}
	return url.Parse(scheme + "://" + rest)
}

// hostPort is the host with its port, also where the scheme implies it.
func hostPort(u *url.URL) string {
	host := strings.ToLower(u.Host)
	if u.Port() != "" {
		return host
	}
	if strings.EqualFold(u.Scheme, "http") {
		return host + ":80"
	}
	return host + ":443"
}

// crawlSink lists what was attributed, and only counts the rest. The judge attributes nothing that may not be listed.
type crawlSink struct{ *scanSink }

// Finding implements [scanner.Sink].
func (s crawlSink) Finding(f scanner.Finding) error {
	if f.Org == "" {
		s.plan.hidden.learn(f.Link) // its id is to be shown nowhere either
		s.unregistered++
		return nil
	}
	return s.scanSink.Finding(f)
}

// maxProofFiles is how many files standard error names.
const maxProofFiles = 5

// printUnregistered says how whoever owns the site gets to see what was only counted.
func (n *network) printUnregistered(w io.Writer, count int) {
	if count == 0 {
		return
	}
	what, are := "1 finding belongs", "it is"
	if count > 1 {
		what, are = fmt.Sprintf("%d findings belong", count), "they are"
	}
	fmt.Fprintf(w, "meetleaks: %s to nobody who is registered: %s counted, not listed\n", what, are)
	fmt.Fprintln(w, "meetleaks: to see your own, name your organisation and its domains in the file that --config names; or put the line")
	fmt.Fprintf(w, "meetleaks:   %s%s\nmeetleaks: into\n", proofLine, n.lists.proved.word)
	named := map[string]bool{}
	for _, site := range n.targets {
		if file := proofURL(site, n.lists.proved.word); !named[file] && len(named) < maxProofFiles {
			named[file] = true
			fmt.Fprintf(w, "meetleaks:   %s\n", plain(file))
		}
	}
	fmt.Fprintf(w, "meetleaks: and scan again with --proof %s\n", n.lists.proved.word)
}
