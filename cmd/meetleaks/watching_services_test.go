package main

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"meetleaks/scanner"
	"meetleaks/scanner/source/bluesky/fakejetstream"
	"meetleaks/scanner/source/feed/fakefeed"
	"meetleaks/scanner/source/mastodon/fakemastodon"
	"meetleaks/scanner/source/x/fakex"
	"meetleaks/scanner/source/x/v1/fakegateway"
)

const (
	postedLink  = "https://acme.zoom.us/j/84930275116?pwd=Zk3mQ9xWvT7bLr2s"
	postedMask  = "849•••••116"
	birdLink    = "https://acme.zoom.us/j/86420719385"
	comesWithin = 20 * time.Second
)

// watch lets the sources be read until the test ends.
func (a *assembled) watch() {
	a.t.Helper()
	ctx, stop := context.WithCancel(a.t.Context())
	var parts sync.WaitGroup
	parts.Go(func() { _ = a.s.outlook.Schedule(ctx) })
	parts.Go(func() {
		if err := a.s.schedule.Work(ctx); err != nil {
			a.t.Errorf("reading ends with %v", err)
		}
	})
	a.t.Cleanup(func() { stop(); parts.Wait() })
}

// until waits for something to become so.
func (a *assembled) until(what string, so func() bool) {
	a.t.Helper()
	ctx, cancel := context.WithTimeout(a.t.Context(), comesWithin)
	defer cancel()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for !so() {
		select {
		case <-again.C:
		case <-ctx.Done():
			a.t.Fatalf("%s: not within %v; sources %+v\n%s", what, comesWithin, a.s.outlooks(), a.log.text.String())
		}
	}
}

func (a *assembled) leaks() []scanner.Leak {
	a.t.Helper()
	page, err := a.s.opened.store.ListLeaks(a.t.Context(), scanner.LeakQuery{Org: "acme", Limit: 10})
	must(a.t, err)
	return page.Leaks
}

// saysNothing fails when the log, or what was told, holds what must not get out.
func (a *assembled) saysNothing(words ...string) {
	a.t.Helper()
	a.log.mu.Lock()
	said := append(bytes.Clone(a.log.text.Bytes()), a.file("soc.jsonl")...)
	a.log.mu.Unlock()
	for _, word := range words {
		if bytes.Contains(said, []byte(word)) {
			a.t.Errorf("%q got out", word)
		}
	}
	must(a.t, filepath.WalkDir(filepath.Join(a.folder, "data"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		kept, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, word := range words {
			if bytes.Contains(kept, []byte(word)) {
				a.t.Errorf("%s keeps %q", d.Name(), word)
			}
		}
		return nil
	}))
}

const servicesConfig = `
store: sqlite:FOLDER/data/meetleaks.db
console: {listen: "127.0.0.1:0"}
organisations:
  - name: acme
    domains: [acme.example]
    patterns: [{vanity: acme.zoom.us}]
    fallback: {slack_channel: C0SECOPS}
channels:
  siem: [{format: ocsf, to: "file:FOLDER/soc.jsonl"}]
sources:
`

// A post is found, told, deleted, and gone an hour later; a canary is found and told nobody.
func TestPostsOfBlueskyBecomeLeaks(t *testing.T) {
	fake, err := fakejetstream.New(fakejetstream.Options{})
	must(t, err)
	server := httptest.NewServer(fake)
	t.Cleanup(server.Close)
	a := openAssembled(t, servicesConfig+`
  - {name: sky, kind: bluesky, api_url: "`+strings.Replace(server.URL, "http", "ws", 1)+`"}
canaries: [{name: bird, link: "zoom:86420719385", sources: [sky], every: 1h}]
`)
	a.watch()
	a.until("the stream is heard", func() bool { return len(fake.Asked()) > 0 })
	key := fake.Post("quillbert", fakejetstream.Record("raid this now "+postedLink, time.Now(), nil))
	fake.Post("quillbert", fakejetstream.Record("a bird "+birdLink, time.Now(), nil))
	fake.Post("stranger", fakejetstream.Record("mine https://globex.zoom.us/j/95301748226", time.Now(), nil))
	a.until("the leak", func() bool { return len(a.leaks()) == 1 })
	if l := a.leaks()[0]; l.MaskedID != postedMask || !l.Raid {
		t.Errorf("the leak is %s, a raid: %v", l.MaskedID, l.Raid)
	}
	a.tell()
	if !bytes.Contains(a.file("soc.jsonl"), []byte(postedMask)) {
		t.Errorf("nobody was told: %s", a.file("soc.jsonl"))
	}
	a.until("the canary", func() bool {
		_, err := a.s.watchSources(t.Context())
		must(t, err)
		seen := a.s.aviary.sightings()
		return len(seen) == 1 && !seen[0].Found.IsZero()
	})
	fake.Delete("quillbert", fakejetstream.Posts, key)
	a.until("the deletion", func() bool { return a.leaks()[0].GoneLooks == 1 })
	if state := a.leaks()[0].State; state != scanner.StateOpen {
		t.Errorf("a deletion alone made it %s", state)
	}
	a.saysNothing("quillbert", fakejetstream.DID("quillbert"), "Zk3mQ9", "84930275116", "86420719385", "95301748226")
}

// What stands in rules at X is made of hosts and rooms; numbers only where the organisation wants it; never a passcode or a name.
func TestPostsOfXBecomeLeaks(t *testing.T) {
	const token = "AAAAinventedBearer.of-acme"
	fake := fakex.New(fakex.Options{Token: token, Heartbeat: 100 * time.Millisecond, Connections: 2})
	server := httptest.NewServer(fake)
	t.Cleanup(server.Close)
	t.Cleanup(server.CloseClientConnections)
	a := openAssembled(t, strings.Replace(servicesConfig, "[{vanity: acme.zoom.us}]",
		`[{vanity: acme.zoom.us}, {room: "zoom:my/jdoe"}, {meeting: "zoom:95301748226"}, {near: ["Acme Board"]}]`, 1)+`
  - {name: x, kind: x, api_url: "`+server.URL+`", token: "`+token+`", budget: {posts_per_day: 100, usd_per_post: 0.005}}
`)
	a.watch()
	a.until("the stream is heard", func() bool { return fake.Listeners() > 0 })
	id := fake.Post(fakex.Post{Author: "quillbert", Text: "raid this now " + postedLink})
	a.until("the leak", func() bool { return len(a.leaks()) == 1 })
	if l := a.leaks()[0]; l.MaskedID != postedMask || !l.Raid {
		t.Errorf("the leak is %s, a raid: %v", l.MaskedID, l.Raid)
	}
	rules := fake.Rules()
	if len(rules) == 0 {
		t.Fatal("no rule stands")
	}
	for _, rule := range rules {
		for _, never := range []string{"95301748226", "Board", "acme.example", "Zk3mQ9"} {
			if strings.Contains(rule.Value+rule.Tag, never) {
				t.Errorf("a rule holds %q: %s", never, rule.Value)
			}
		}
		if strings.Contains(rule.Tag, "acme") || !strings.Contains(rule.Value, "acme.zoom.us") || !strings.Contains(rule.Value, "zoom.us/my/jdoe") {
			t.Errorf("the rule %q with tag %q", rule.Value, rule.Tag)
		}
	}
	a.tell()
	a.until("its health", func() bool {
		for _, o := range a.s.outlooks() {
			if o.Source == "x" && len(o.Health.Used) > 0 {
				return true
			}
		}
		return false
	})
	a.saysNothing("quillbert", "Zk3mQ9", "84930275116", token, "status/"+strconv.FormatUint(id, 10)) // the bare id is the cursor's
}

// A feed and a calendar of the organisation's own are read, and say when.
func TestFeedsAndCalendarsBecomeLeaks(t *testing.T) {
	site := fakefeed.Start()
	t.Cleanup(site.Close)
	start := time.Now().Add(26 * time.Hour).UTC().Format("20060102T150405Z")
	events := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/events.ics" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/calendar")
		fmt.Fprintf(w, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1@acme.example\r\nDTSTART:%s\r\nSUMMARY:Board\r\nLOCATION:https://acme.zoom.us/j/93615048227\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n", start)
	}))
	t.Cleanup(events.Close)
	a := openAssembled(t, strings.Replace(servicesConfig, "organisations:",
		`fetch: {allow: ["`+site.Addr()+`", "`+events.Listener.Addr().String()+`"], pace: none}
organisations:`, 1)+`
  - {name: news, kind: feed, start: ["`+site.URL()+`"]}
  - {name: events, kind: calendar, start: ["`+events.URL+`/events.ics"]}
`)
	site.Add(fakefeed.Item{ID: "1", Title: "Lecture", HTML: `<p>join <a href="` + postedLink + `">here</a></p>`, Link: site.URL() + "/1", Posted: time.Now()})
	a.watch()
	a.until("both leaks", func() bool { return len(a.leaks()) == 2 })
	masks := map[string]scanner.Leak{}
	for _, l := range a.leaks() {
		masks[l.MaskedID] = l
	}
	if _, found := masks[postedMask]; !found {
		t.Errorf("the feed's is not among %d leaks", len(masks))
	}
	if l, found := masks["936•••••227"]; !found || !l.When.Known() {
		t.Errorf("the calendar's: %v, its start is known: %v", found, l.When.Known())
	}
	a.saysNothing("Zk3mQ9", "84930275116", "93615048227")
}

// Mastodon shortens links for the eye and keeps them whole in their targets.
func TestPostsOfMastodonBecomeLeaks(t *testing.T) {
	for _, transport := range []string{"sse", "websocket", "poll"} {
		t.Run(transport, func(t *testing.T) {
			fake, err := fakemastodon.Start()
			must(t, err)
			t.Cleanup(fake.Close)
			fake.Set(fakemastodon.NoStreams(transport == "poll"))
			a := openAssembled(t, servicesConfig+`
  - {name: toots, kind: mastodon, api_url: "`+fake.URL().String()+`", token: "`+fakemastodon.Token+`", transport: `+transport+`, every: 1m}
`)
			if transport == "poll" {
				fake.Post(fakemastodon.Post{Author: "quillbert", Text: "raid this now " + postedLink})
			}
			a.watch()
			id := ""
			if transport != "poll" {
				a.until("the stream is heard", func() bool { return fake.Listeners() > 0 })
				id = fake.Post(fakemastodon.Post{Author: "quillbert", Text: "raid this now " + postedLink})
			}
			a.until("the leak", func() bool { return len(a.leaks()) == 1 })
			if l := a.leaks()[0]; l.MaskedID != postedMask || !l.Raid {
				t.Errorf("the leak is %s, a raid: %v", l.MaskedID, l.Raid)
			}
			if id != "" {
				fake.Delete(id)
				a.until("the deletion", func() bool { return a.leaks()[0].GoneLooks == 1 })
			}
			a.tell()
			a.saysNothing("quillbert", "Zk3mQ9", "84930275116", fakemastodon.Token)
		})
	}
}

// A gateway that speaks the retired version is asked for the same, and never for more.
func TestPostsOfAGatewayBecomeLeaks(t *testing.T) {
	fake := fakegateway.New(fakegateway.Options{})
	server := httptest.NewServer(fake)
	t.Cleanup(server.Close)
	t.Cleanup(server.CloseClientConnections)
	a := openAssembled(t, servicesConfig+`
  - {name: archive, kind: x-v1, api_url: "`+server.URL+`"}
`)
	a.watch()
	a.until("the stream is heard", func() bool { return fake.Listening() > 0 })
	id := fake.Post(fakegateway.Post{Author: "quillbert", Text: "raid this now " + postedLink})
	a.until("the leak", func() bool { return len(a.leaks()) == 1 })
	if l := a.leaks()[0]; l.MaskedID != postedMask || !l.Raid {
		t.Errorf("the leak is %s, a raid: %v", l.MaskedID, l.Raid)
	}
	fake.Delete(id)
	a.until("the deletion", func() bool { return a.leaks()[0].GoneLooks == 1 })
	for _, call := range fake.Calls() {
		if strings.Contains(call, "84930275116") || strings.Contains(call, "acme.example") || strings.Contains(call, "Zk3mQ9") {
			t.Errorf("it was asked %s", call)
		}
	}
	a.tell()
	a.saysNothing("quillbert", "Zk3mQ9", "84930275116")
}
