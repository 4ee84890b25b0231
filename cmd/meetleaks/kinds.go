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

// sourceKind is a kind of source: what people are told of it, and how it is read. This list is the one place that knows all kinds; a test
// compares it with those of the configuration.
type sourceKind struct {
	Kind   string `json:"kind"`
	Reads  string `json:"reads"`
	Costs  string `json:"costs"`
	Needs  string `json:"needs"`
	Built  bool   `json:"built_in"` // into this version
	Tells  string `json:"deletions"`
	Cursor string `json:"resumes"`

	pass scanner.PassKind // "": it is not read, but handed its documents
	api  string           // where the service is asked when the configuration does not say
}

func sourceKindList() []sourceKind {
	return []sourceKind{
		{
			config.SourceWeb, "a site, crawled again and again: pages, calendars, PDF and office files", "free", "its address", true,
			"pages that answer 404 or 410, or lose the link: after two looks an hour apart", "what is known of each page", scanner.Poll, "",
		},
		{
			config.SourceHook, "documents that a feeder of yours hands in, signed", "free", "a key that both sides know (secret_file)", true,
			"the feeder says so, twice", "the feeder sends again what was not taken", "", "",
		},
		{
			config.SourceFeed, "RSS, Atom and JSON feeds; with websub they are pushed", "free", "their addresses", true,
			"items that vanish before older ones do, twice; feeds that answer 410", "what is known of each item", scanner.Poll, "",
		},
		{
			config.SourceCalendar, "public calendars (iCalendar), with the next time of each event", "free", "their addresses", true,
			"events that vanish, twice", "the calendar's validators", scanner.Poll, "",
		},
		{
			config.SourceBluesky, "public posts of the whole network, by Jetstream", "free", "nothing", true,
			"told at once; accounts that are taken down too", "a time, up to 36 hours back", scanner.Stream, bluesky.DefaultBase,
		},
		{
			config.SourceMastodon, "public posts of servers whose administrators agree", "free", "an account on each server, and its administrator's word", true,
			"told at once; after a gap by looking again", "the last post of each timeline", scanner.Stream, "",
		},
		{
			config.SourceX, "posts that match rules made of your hosts, sites and rooms", "paid for each post that is read (about $0.005)",
			"an app's bearer token, prepaid credit, and X's consent to this use", true,
			"posts with leaks are looked up again, every six hours", "the last post, by search up to seven days back", scanner.Stream, x.DefaultAPI,
		},
		{
			config.SourceX1, "archives and gateways that speak X's retired version 1.1", "as their operator says; X itself serves it to nearly nobody",
			"the gateway's address, and usually a bearer token", true,
			"told at once, where the gateway tells; posts with leaks are looked up again besides", "the last post, where the gateway can search", scanner.Stream, "",
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
func (k sourceKind) isService() bool { return k.pass == scanner.Stream }

// lookedAt is a source as the schedule knows it, for who only looks how it is doing; false when it is not read.
func lookedAt(source config.Source) (scanner.Watch, bool) {
	kind := kindNamed(source.Kind)
	if source.Off || kind.pass == "" {
		return scanner.Watch{}, false
	}
	if source.Transport == config.TransportPoll {
		kind.pass = scanner.Poll
	}
	return scanner.Watch{
		Source: source.Name, Kind: kind.pass, Every: time.Duration(source.Every), Quiet: time.Duration(source.Quiet), Read: lookOnly,
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
