package webwatch

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"meetleaks/scanner"
	"meetleaks/scanner/source/web/webtest"
	"meetleaks/scanner/store/redisstore"
	"meetleaks/scanner/store/redistest"
	"meetleaks/scanner/store/sqlitestore"
)

// onSQLite gives a rig an embedded store.
func onSQLite(r *rig) {
	path := filepath.Join(r.t.TempDir(), "meetleaks.db")
	s, err := sqlitestore.Open(r.t.Context(), sqlitestore.Options{Path: path, Now: r.Now})
	r.must(err)
	r.store, r.raw = s, func() string {
		files, err := filepath.Glob(path + "*")
		r.must(err)
		var all strings.Builder
		for _, file := range files {
			data, err := os.ReadFile(file)
			r.must(err)
			all.Write(data)
		}
		return all.String()
	}
}

// onRedis gives a rig a store in a server of its own.
func onRedis(r *rig) {
	server := redistest.Start(r.t, "--rdbcompression", "no")
	address, err := redisstore.ParseAddress(server.URL())
	r.must(err)
	s, err := redisstore.Open(r.t.Context(), redisstore.Options{Address: address, Now: r.Now})
	r.must(err)
	r.store, r.raw = s, func() string {
		var all strings.Builder
		for _, key := range server.Do("KEYS", "*").([]any) {
			fmt.Fprintln(&all, key, server.Do("DUMP", key))
		}
		return all.String()
	}
}

// eachStore runs a test on both.
func eachStore(t *testing.T, test func(t *testing.T, open func(*rig))) {
	for name, open := range map[string]func(*rig){"SQLite": onSQLite, "Redis": onRedis} {
		t.Run(name, func(t *testing.T) { test(t, open) })
	}
}

// seen is what is remembered of a page.
type seen struct {
	scanner.Visit
	Address string `json:"address"`
	text    string // all of it
}

// opened reads what is kept of a page, the zero value when it cannot be read.
func (r *rig) opened(v scanner.Visit) seen {
	text, err := r.key.Open("own-site", v.Page, v.Data)
	if err != nil {
		return seen{}
	}
	s := seen{Visit: v, text: string(text)}
	r.must(json.Unmarshal(text, &s))
	return s
}

// remembered is all that can be read of what is kept.
func (r *rig) remembered() []seen {
	r.t.Helper()
	var all []seen
	r.must(r.store.DueVisits(r.t.Context(), "own-site", r.Now().Add(1e6*time.Hour), func(v scanner.Visit) bool {
		if s := r.opened(v); s.text != "" {
			all = append(all, s)
		}
		return true
	}))
	return all
}

// hides wants none of the texts to stand anywhere in the store.
func (r *rig) hides(texts ...string) {
	r.t.Helper()
	raw := r.raw()
	for _, text := range texts {
		if at := strings.Index(raw, text); at >= 0 {
			r.t.Errorf("%s is stored: %q", text, raw[max(at-60, 0):min(at+60, len(raw))])
		}
	}
	if !strings.Contains(raw, "vk1:") {
		r.t.Error("nothing is remembered")
	}
}

// rooms is a site whose addresses hold numbers that nobody can know for those of meetings.
func rooms(t *testing.T) *webtest.Server {
	files := acme()
	files["room/98765432101.html"] = []byte(page("<p>The room of the board.</p>"))
	files["minutes.html"] = []byte(page("<p>What was said.</p>"))
	files["old.html"] = []byte(page(""))
	files["index.html"] = []byte(page(link("/board.html") + link("/about.html") + link("/room/98765432101.html") + link("/minutes.html?of=92718364501") + link("/old.html")))
	site := webtest.Start(t, files, "", "location = /old.html { return 302 /new/91234567890.html; }\nlocation /new/ { return 404; }")
	site.Write(t, map[string][]byte{
		"robots.txt": []byte("Sitemap: http://" + site.Addr + "/map/95817263540.xml\n"),
		"map/95817263540.xml": []byte(`<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>http://` + site.Addr +
			`/listed/93847566120.html</loc></url></urlset>`),
		"listed/93847566120.html": []byte(page("<p>Listed alone.</p>")),
	})
	return site
}

// hidden is what no store shows of that site.
func hidden() []string {
	return []string{
		"98765432101", "of=92718364501", "91234567890", "95817263540", "93847566120", "86419755803", "Zx81QwErTy", "about.html", "84930275116", "Vt7mQ2xKc9Lw",
	}
}

func TestNoAddressOfASiteIsReadableInAStore(t *testing.T) {
	eachStore(t, func(t *testing.T, open func(*rig)) {
		r := newRigOn(t, open, rooms(t))
		r.pass(0)
		r.hides(hidden()...)
		r.is(scanner.StateOpen)
		before := r.source.Stats()
		r.pass(60 * 24 * time.Hour)
		after := r.source.Stats()
		if unchanged, read := after.Unchanged-before.Unchanged, after.Documents-before.Documents; unchanged != 6 || read != 0 || after.Sitemaps != 1 {
			t.Errorf("%d pages were unchanged, %d documents and %d sitemaps read", unchanged, read, after.Sitemaps)
		}
		r.hides(hidden()...)
		for _, v := range r.remembered() {
			if strings.Contains(v.text, "95817263540") {
				t.Errorf("sealed, though nobody asks for it from the store: %s", v.text)
			}
		}
	})
}

// A passcode in an address is not even sealed.
func TestAPasscodeInAnAddressStandsNowhere(t *testing.T) {
	eachStore(t, func(t *testing.T, open func(*rig)) {
		files := acme()
		files["about.html"] = []byte(page(link("/join.html?id=86419755803&amp;pwd=Zx81QwErTy")))
		files["join.html"] = []byte(page("<p>Join us.</p>"))
		r := newRigOn(t, open, webtest.Start(t, files, "", ""))
		if out := r.pass(0); out.Documents != 4 {
			t.Errorf("%+v", out)
		}
		r.hides("86419755803", "Zx81QwErTy")
		for _, v := range r.remembered() {
			if strings.Contains(v.text, "86419755803") || strings.Contains(v.text, "Zx81QwErTy") {
				t.Errorf("sealed: %s", v.text)
			}
		}
	})
}

// clear keeps what is remembered as older versions did: under the address, as JSON, sitemaps for ever.
func (r *rig) clear() {
	r.t.Helper()
	at := "http://" + r.site.Addr
	for _, v := range r.remembered() {
		var fields map[string]json.RawMessage
		r.must(json.Unmarshal([]byte(v.text), &fields))
		delete(fields, "address")
		data, err := json.Marshal(fields)
		r.must(err)
		old := scanner.Visit{Page: v.Address, Next: v.Next, Data: data, Was: v.Page}
		if v.Address == "" {
			old.Page, old.Next = at+"/map/95817263540.xml#sitemap", r.Now().Add(1e5*time.Hour)
		}
		r.must(r.store.SaveVisit(r.t.Context(), "own-site", old))
	}
	r.must(r.store.SaveVisit(r.t.Context(), "own-site", scanner.Visit{
		Page: at + "/join.html?id=86419755803&pwd=Zx81QwErTy", Next: r.Now().Add(time.Hour), Data: []byte("{}"),
	}))
	r.cursor = strings.Replace(r.cursor, `,"sealed":true`, "", 1)
	if raw := r.raw(); slices.ContainsFunc([]string{"98765432101", "95817263540", "Zx81QwErTy"}, func(text string) bool { return !strings.Contains(raw, text) }) {
		r.t.Fatal("nothing is in clear")
	}
}

// What an older version remembered is remembered: pages that nothing leads to any more, with what is claimed there.
func TestWhatOlderVersionsKeptInClearIsTakenOver(t *testing.T) {
	eachStore(t, func(t *testing.T, open func(*rig)) {
		r := newRigOn(t, open, rooms(t))
		r.pass(0)
		r.is(scanner.StateOpen)
		documents := r.source.Stats().Documents
		r.clear()
		r.change("index.html", page("<p>Nothing is here any more.</p>"))
		r.restart()
		r.pass(time.Minute)
		if n := r.source.Stats().Documents; n != 1 || documents != 6 { // the start page, which changed
			t.Errorf("%d documents were read, of %d", n, documents)
		}
		for name := range r.clearlyKept() {
			t.Errorf("still kept as %s", name)
		}
		r.must(os.Remove(filepath.Join(r.site.Dir, "site", "board.html")))
		out := r.pass(24 * time.Hour)
		r.is(scanner.StateOpen)
		r.pass(out.Next.Sub(r.Now()))
		r.is(scanner.StateRemoved)
		r.must(r.store.Close()) // which ends the log of an embedded store, where what was written over still lies
		r.hides(hidden()...)
	})
}

// clearlyKept are the visits that are kept under an address.
func (r *rig) clearlyKept() map[string]bool {
	r.t.Helper()
	names := map[string]bool{}
	r.must(r.store.DueVisits(r.t.Context(), "own-site", r.Now().Add(1e6*time.Hour), func(v scanner.Visit) bool {
		if !strings.HasPrefix(v.Page, "vk1:") {
			names[v.Page] = true
		}
		return true
	}))
	return names
}
