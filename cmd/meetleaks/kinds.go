package main

import (
	"cmp"
	"context"
	"errors"
	"time"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/scanner"
	"meetleaks/scanner/source/bluesky"
	"meetleaks/scanner/source/x"
)

// sourceKind is a kind of source: what people are told of it, how it is read, and what makes it. With this list a kind is known to
// `serve`, `doctor`, `egress`, `sources` and the console; a test compares it with the kinds that the configuration has.
type sourceKind struct {
	Kind   string `json:"kind"`
	Reads  string `json:"reads"`
	Costs  string `json:"costs"`
	Needs  string `json:"needs"`
	Tells  string `json:"deletions"`
	Cursor string `json:"resumes"`

	pass scanner.PassKind // "": it is not read, but handed its documents
	// asks is what is asked at its starts, in words; "": it has none.
	asks string
	// api is where the service is asked when the configuration does not say.
	api string
	// One of the two makes it: open, when it is read through a service's own interface.
	join func(s *service, i int, source config.Source) error
	open opener
}

func sourceKindList() []sourceKind {
	return []sourceKind{
		{
			Kind: config.SourceWeb, Reads: "a site, crawled again and again: pages, calendars, PDF and office files", Costs: "free", Needs: "its address",
			Tells:  "pages that answer 404 or 410, or lose the link: after two looks an hour apart",
			Cursor: "what is known of each page", pass: scanner.Poll, asks: "its pages, robots.txt and sitemaps; where robots.txt redirects to, that too",
			join: (*service).joinWeb,
		},
		{
			Kind: config.SourceHook, Reads: "documents that a feeder of yours hands in, signed", Costs: "free",
			Needs: "a key that both sides know (secret_file)", Tells: "the feeder says so, twice",
			Cursor: "the feeder sends again what was not taken", join: (*service).joinHook,
		},
		{
			Kind: config.SourceFeed, Reads: "RSS, Atom and JSON feeds; with websub they are pushed", Costs: "free", Needs: "their addresses",
			Tells:  "items that vanish before older ones do, twice; feeds that answer 410",
			Cursor: "what is known of each item", pass: scanner.Poll, asks: "a feed, and robots.txt; where they redirect to, that too",
			join: (*service).joinFeed,
		},
		{
			Kind: config.SourceCalendar, Reads: "public calendars (iCalendar), with the next time of each event", Costs: "free", Needs: "their addresses",
			Tells: "events that vanish, twice", Cursor: "the calendar's validators", pass: scanner.Poll,
			asks: "a calendar, and robots.txt; where they redirect to, that too", join: (*service).joinCalendar,
		},
		{
			Kind: config.SourceBluesky, Reads: "public posts of the whole network, by Jetstream", Costs: "free", Needs: "nothing",
			Tells: "told at once; accounts that are taken down too", Cursor: "a time, up to 36 hours back",
			pass: scanner.Stream, api: bluesky.DefaultBase, open: (*service).openBluesky,
		},
		{
			Kind: config.SourceMastodon, Reads: "public posts of servers whose administrators agree", Costs: "free",
			Needs: "an account on each server, and its administrator's word", Tells: "told at once; after a gap by looking again",
			Cursor: "the last post of each timeline", pass: scanner.Stream, open: (*service).openMastodon,
		},
		{
			Kind: config.SourceX, Reads: "posts that match rules made of your hosts, sites and rooms", Costs: "paid for each post that is read (about $0.005)",
			Needs: "an app's bearer token, prepaid credit, and X's consent to this use",
			Tells: "posts with leaks are looked up again, every six hours", Cursor: "the last post, by search up to seven days back",
			pass: scanner.Stream, api: x.DefaultAPI, open: (*service).openX,
		},
		{
			Kind: config.SourceX1, Reads: "archives and gateways that speak X's retired version 1.1",
			Costs: "as their operator says; X itself serves it to nearly nobody", Needs: "the gateway's address, and usually a bearer token",
			Tells:  "told at once, where the gateway tells; posts with leaks are looked up again besides",
			Cursor: "the last post, where the gateway can search", pass: scanner.Stream, open: (*service).openX1,
		},
	}
}

// kindNamed is a kind by its name, the zero value when there is none.
func kindNamed(name string) sourceKind {
	for _, k := range sourceKindList() {
		if k.Kind == name {
			return k
		}
	}
	return sourceKind{}
}

// isService says whether sources of the kind are read through a service's own interface.
func (k sourceKind) isService() bool { return k.open != nil }

// passOf says how a source is read: servers without streams are polled.
func (k sourceKind) passOf(source config.Source) scanner.PassKind {
	if source.Transport == config.TransportPoll {
		return scanner.Poll
	}
	return k.pass
}

// lookedAt is a source as the schedule knows it, for who only looks how it is doing; false when it is not read.
func lookedAt(source config.Source) (scanner.Watch, bool) {
	kind := kindNamed(source.Kind)
	if source.Off || kind.pass == "" {
		return scanner.Watch{}, false
	}
	return scanner.Watch{
		Source: source.Name, Kind: kind.passOf(source), Every: time.Duration(source.Every), Quiet: time.Duration(source.Quiet), Read: lookOnly,
	}, true
}

// lookOnly stands where a reader is wanted, and is never called: nothing is offered.
func lookOnly(context.Context, scanner.Pass) (scanner.Outcome, error) {
	return scanner.Outcome{}, errors.New("looked at only")
}

// serviceAddress is where a source's service is asked: the configured address, else the service's own; "" of what is no service.
func serviceAddress(source config.Source) string {
	return cmp.Or(source.APIURL, kindNamed(source.Kind).api)
}
