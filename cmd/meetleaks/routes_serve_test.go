package main

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/scanner"
)

// assembled is a service that does nothing by itself: tests hand it documents, and let it tell.
type assembled struct {
	t      *testing.T
	s      *service
	folder string
	log    syncBuffer
}

// openAssembled joins a service of a configuration, in which "FOLDER" stands for a folder of its own.
func openAssembled(t *testing.T, text string) *assembled {
	t.Helper()
	a := &assembled{t: t, folder: t.TempDir()}
	file := filepath.Join(a.folder, "meetleaks.yaml")
	must(t, os.WriteFile(file, []byte(strings.ReplaceAll(text, "FOLDER", a.folder)), 0o600))
	program := &app{stdin: strings.NewReader(""), stdout: io.Discard, stderr: &a.log, now: time.Now}
	loaded, err := program.loadConfig(file)
	must(t, err)
	o := serveOptions{config: file, roles: allRoles()}
	a.s, err = program.assemble(t.Context(), o, loaded, slog.New(slog.NewTextHandler(&a.log, nil)))
	t.Cleanup(func() { _ = a.s.close() })
	must(t, err)
	return a
}

// fetched is a page as a server gave it.
type fetched struct{ uri, host, media, text string }

func (f fetched) URI() string                  { return f.uri }
func (f fetched) Host() string                 { return f.host }
func (f fetched) ContentType() string          { return f.media }
func (f fetched) Open() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(f.text)), nil }

// read lets a source read a page.
func (a *assembled) read(source string, page fetched) {
	a.t.Helper()
	take := func(d scanner.Document) error {
		_, err := a.s.pulled.Take(a.t.Context(), scanner.Reading{Document: d, Source: source})
		return err
	}
	_, err := a.s.reading.unpack.Read(a.t.Context(), page, take, func(s scanner.Skip) { a.t.Errorf("not read: %s", s.Reason) })
	must(a.t, err)
}

// tell sends what is due.
func (a *assembled) tell() {
	a.t.Helper()
	for range 20 {
		n, err := a.s.sender.Once(a.t.Context())
		must(a.t, err)
		if n == 0 {
			return
		}
	}
	a.t.Error("the outbox does not become empty")
}

func (a *assembled) leak(mask string) scanner.Leak {
	a.t.Helper()
	page, err := a.s.opened.store.ListLeaks(a.t.Context(), scanner.LeakQuery{Org: "acme", Limit: 10})
	must(a.t, err)
	for _, l := range page.Leaks {
		if l.MaskedID == mask {
			return l
		}
	}
	a.t.Fatalf("no leak %s among %d", mask, len(page.Leaks))
	return scanner.Leak{}
}

func (a *assembled) file(name string) []byte {
	a.t.Helper()
	text, err := os.ReadFile(filepath.Join(a.folder, name))
	if err != nil && !os.IsNotExist(err) {
		a.t.Fatal(err)
	}
	return text
}

// Two rooms, two leaks, each in its own; and one that comes to stand on the board's page is told there too.
func TestLeaksAreToldInTheirRooms(t *testing.T) {
	a := openAssembled(t, `
store: sqlite:FOLDER/data/meetleaks.db
console: {listen: "127.0.0.1:0"}
organisations:
  - name: acme
    domains: [acme.example]
    patterns: [{vanity: acme.zoom.us}]
    routes:
      - {page: "https://www.acme.example/board/*", to: ["siem:1"]}
      - {to: ["siem:0"]}
channels:
  siem: [{format: ocsf, to: "file:FOLDER/soc.jsonl"}, {format: ocsf, to: "file:FOLDER/board.jsonl"}]
`)
	page := func(path, number string) fetched {
		return fetched{
			"https://www.acme.example" + path, "www.acme.example", "text/html", `<a href="https://acme.zoom.us/j/` + number + `?pwd=Zk3mQ9xWvT7bLr2s">join</a>`,
		}
	}
	a.read("own-site", page("/board/minutes", "84930275116"))
	a.read("own-site", page("/staff/", "93615048227"))
	a.tell()
	a.wants("board.jsonl", "849•••••116", "soc.jsonl", "936•••••227")
	a.read("own-site", page("/board/agenda", "93615048227"))
	a.tell()
	if text := a.file("board.jsonl"); !bytes.Contains(text, []byte("936•••••227")) {
		t.Errorf("the board's room is not told of what stands on its page: %s", text)
	}
	for _, name := range []string{"board.jsonl", "soc.jsonl"} {
		if bytes.Contains(a.file(name), []byte("Zk3mQ9")) {
			t.Errorf("%s holds a passcode", name)
		}
	}
}

// A registered number goes to its room whichever of the service's hosts the link has, and whatever the number is of.
func TestRoutesOfNumbersOnAnyHost(t *testing.T) {
	a := openAssembled(t, `
store: sqlite:FOLDER/data/meetleaks.db
console: {listen: "127.0.0.1:0"}
organisations:
  - name: acme
    domains: [acme.example]
    patterns: [{meeting: "teams:9384756102837"}, {meeting: "gotomeeting:482719503"}]
    routes:
      - {pattern: "teams:9384756102837", to: ["siem:1"]}
      - {pattern: "gotomeeting:482719503", to: ["siem:1"]}
      - {to: ["siem:0"]}
channels:
  siem: [{format: ocsf, to: "file:FOLDER/soc.jsonl"}, {format: ocsf, to: "file:FOLDER/board.jsonl"}]
`)
	for path, link := range map[string]string{
		"/home": "https://teams.live.com/meet/9384756102837?p=kT4vQx81LmZaRo3Wpe", "/webinar": "https://global.gotowebinar.com/join/482719503",
		"/other": "https://teams.live.com/meet/9471530286492?p=Wm7sRb20KdXcTn5Lqa",
	} {
		a.read("own-site", fetched{"https://www.acme.example" + path, "www.acme.example", "text/html", `<a href="` + link + `">join</a>`})
	}
	a.tell()
	a.wants("board.jsonl", "938•••••837", "soc.jsonl", "947•••••492")
	if text := a.file("board.jsonl"); bytes.Count(text, []byte("•503")) == 0 {
		t.Errorf("the webinar's room is not told: %s", text)
	}
}

// wants looks that each mask stands in its file and not in the other.
func (a *assembled) wants(first, inFirst, second, inSecond string) {
	a.t.Helper()
	for _, test := range []struct {
		file, mask string
		want       bool
	}{{first, inFirst, true}, {first, inSecond, false}, {second, inSecond, true}, {second, inFirst, false}} {
		if got := bytes.Contains(a.file(test.file), []byte(test.mask)); got != test.want {
			a.t.Errorf("%s in %s: %v, want %v:\n%s", test.mask, test.file, got, test.want, a.file(test.file))
		}
	}
}

// calendarOf is a calendar of one event.
func calendarOf(organiser, number string, lines ...string) string {
	return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:" + number + "\r\nORGANIZER;CN=Board:mailto:" + organiser +
		"\r\n" + strings.Join(lines, "\r\n") + "\r\nLOCATION:https://acme.zoom.us/j/" + number + "\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
}

// Who is named by the organisation's calendars may answer for the meeting; who is named elsewhere may not, nor a stranger anywhere. Only
// the operator's calendar ends anything.
func TestCalendarsNameHosts(t *testing.T) {
	a := openAssembled(t, `
store: sqlite:FOLDER/data/meetleaks.db
console: {listen: "127.0.0.1:0"}
organisations:
  - {name: acme, domains: [acme.example], patterns: [{vanity: acme.zoom.us}]}
  - {name: globex, domains: [globex.example]}
`)
	a.s.loaded.Sources = append(a.s.loaded.Sources, calendarSource())
	coming := "DTSTART:" + time.Now().UTC().Add(30*24*time.Hour).Format("20060102T150405Z")
	past := "DTSTART:" + time.Now().UTC().Add(-30*24*time.Hour).Format("20060102T150405Z")
	for i, test := range []struct {
		source, host, organiser, date string
		answers                       bool
		state                         scanner.State
	}{
		{"own-site", "www.acme.example", "jane@acme.example", coming, true, scanner.StateOpen},
		{"own-site", "www.acme.example", "jane@acme.example", past, true, scanner.StateOpen},
		{"events", "www.acme.example", "jane@acme.example", past, true, scanner.StateOver},
		{"events", "www.acme.example", "jane@globex.example", past, false, scanner.StateOpen},
		{"own-site", "www.acme.example", "jane@acme.example.evil.example", coming, false, scanner.StateOpen},
		{"own-site", "acme.example", "eve@evil.example", coming, false, scanner.StateOpen},
	} {
		number := fmt.Sprint(84930275116 + 1734921*int64(i))
		a.read(test.source, fetched{"https://" + test.host + "/events" + number[6:] + ".ics", test.host, "text/calendar", calendarOf(test.organiser, number, test.date)})
		_, err := a.s.pulled.Tick(t.Context())
		must(t, err)
		l := a.leak(number[:3] + "•••••" + number[8:])
		role, err := a.s.pulled.Standing(t.Context(), l, test.organiser)
		must(t, err)
		if (role == scanner.RoleHost) != test.answers || l.State != test.state {
			t.Errorf("%+v: role %q, state %s", test, role, l.State)
		}
	}
	a.nothingOf("jane@", "Jane")
}

// Whose calendar it is, the host decides.
func TestWhoseCalendarItIs(t *testing.T) {
	s, ring := registering(t, config.Config{
		Organisations: []config.Organisation{{Name: "acme", Domains: []string{"acme.example"}}, {Name: "globex", Domains: []string{"globex.example"}}},
		Sources:       []config.Source{{Name: "own-site", Kind: sourceWeb}, calendarSource()},
		Fetch:         config.Fetch{Allow: []string{"acme.example:8088"}},
	})
	proveDomain(t, s.opened.store, ring, "hooli", "hooli.example", scanner.ClaimProved)
	must(t, s.joinRegistered(t.Context()))
	for _, test := range []struct {
		org, source, host string
		want              scanner.CalendarTrust
	}{
		{"acme", "events", "acme.example", scanner.CalendarOwn}, {"acme", "events", "www.acme.example", scanner.CalendarOwn},
		{"acme", "own-site", "www.acme.example", scanner.CalendarOnSite}, {"acme", "nobody's", "acme.example", scanner.CalendarOnSite},
		{"acme", "events", "globex.example", scanner.CalendarForeign}, {"globex", "events", "acme.example", scanner.CalendarForeign},
		{"acme", "events", "acme.example.evil.example", scanner.CalendarForeign}, {"acme", "events", "notacme.example", scanner.CalendarForeign},
		{"acme", "events", "", scanner.CalendarForeign}, {"initech", "events", "acme.example", scanner.CalendarForeign},
		{"hooli", "own-site", "hooli.example", scanner.CalendarOnSite},
	} {
		at := scanner.CalendarPlace{Source: test.source, URI: "https://" + test.host + "/events.ics", Host: test.host}
		if got := s.calendars(test.org, at); got != test.want {
			t.Errorf("%+v: %d", test, got)
		}
	}
	for uri, want := range map[string]scanner.CalendarTrust{
		"http://acme.example/events.ics": scanner.CalendarOnSite, "http://acme.example:8080/events.ics": scanner.CalendarOnSite,
		"http://acme.example:8088/events.ics": scanner.CalendarOwn, "https://acme.example:8080/events.ics": scanner.CalendarOwn, "": scanner.CalendarOnSite,
	} {
		if got := s.calendars("acme", scanner.CalendarPlace{Source: "events", URI: uri, Host: "acme.example"}); got != want {
			t.Errorf("%s: %d, want %d: whoever is on the way could say that meetings are over", uri, got, want)
		}
	}
	proveDomain(t, s.opened.store, ring, "hooli", "hooli.example", scanner.ClaimFrozen)
	must(t, s.claims.Refresh(t.Context()))
	if got := s.calendars("hooli", scanner.CalendarPlace{Source: "own-site", Host: "hooli.example"}); got != scanner.CalendarForeign {
		t.Errorf("a proof that was lost: %d", got)
	}
}

// nothingOf looks for texts in the log and in the store's files.
func (a *assembled) nothingOf(texts ...string) {
	a.t.Helper()
	files, err := filepath.Glob(filepath.Join(a.folder, "data", "*"))
	must(a.t, err)
	for _, text := range texts {
		if a.log.count(text) > 0 {
			a.t.Errorf("the log holds %q", text)
		}
		for _, name := range files {
			kept, err := os.ReadFile(name)
			must(a.t, err)
			if bytes.Contains(kept, []byte(text)) {
				a.t.Errorf("%s holds %q", filepath.Base(name), text)
			}
		}
	}
}

// calendarSource is a source that the operator calls a calendar.
func calendarSource() config.Source { return config.Source{Name: "events", Kind: kindCalendar} }
