package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"meetleaks/scanner"
	"meetleaks/scanner/source/sourcetest"
	"meetleaks/scanner/source/web/webtest"
)

// passes makes passes over one server with one memory and a clock that the test moves.
type passes struct {
	*sourcetest.Clock
	memory *recall
	c      *Crawler
}

func newPasses(t *testing.T, addr string, o Options) *passes {
	t.Helper()
	p := &passes{Clock: sourcetest.ClockAt(time.Now()), memory: newRecall(1000)}
	o.Now = p.Now
	p.c = newCrawler(t, addr, o)
	return p
}

func (p *passes) pass(t *testing.T, later time.Duration) *crawled {
	t.Helper()
	p.Move(later)
	return crawl(t.Context(), t, p.c, p.memory)
}

// change writes files as if an hour had passed: a server tells versions apart by their second.
func change(t *testing.T, server *webtest.Server, files map[string][]byte) {
	t.Helper()
	server.Write(t, files)
	later := time.Now().Add(time.Hour)
	for name := range files {
		if err := os.Chtimes(filepath.Join(server.Dir, "site", name), later, later); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAnUnchangedSiteCostsNextToNothing(t *testing.T) {
	files := bigSite()
	for name, body := range files {
		if strings.HasSuffix(name, ".html") {
			files[name] = append(body, bytes.Repeat([]byte("<p>The minutes of the meeting.\n"), 1000)...)
		}
	}
	server := webtest.Start(t, files, "", "")
	p := newPasses(t, server.Addr, Options{Depth: 5})
	first := p.pass(t, 0)
	if n := len(first.read()); n != 201 {
		t.Fatalf("%d pages in the first pass", n)
	}
	second := p.pass(t, 60*24*time.Hour)
	equal(t, "read again", second.read(), nil)
	if second.stats.Unchanged != 201 {
		t.Errorf("%d pages unchanged", second.stats.Unchanged)
	}
	if share := float64(second.stats.Wire) / float64(first.stats.Wire); share >= 0.02 {
		t.Errorf("%.1f %% of the bytes were read again", 100*share)
	}
	if saved := second.stats.Saved + second.stats.Wire; saved < first.stats.Wire*99/100 || saved > first.stats.Wire*101/100 {
		t.Errorf("%d bytes saved and %d read, of %d", second.stats.Saved, second.stats.Wire, first.stats.Wire)
	}
}

func TestWhatChangedIsReadAgain(t *testing.T) {
	server := webtest.Start(t, map[string][]byte{
		"index.html": links("/a.html", "/b.html"), "a.html": links(), "b.html": links("/c.html"), "c.html": links(),
	}, "", "")
	p := newPasses(t, server.Addr, Options{})
	equal(t, "first", p.pass(t, 0).read(), []string{"/", "/a.html", "/b.html", "/c.html"})
	change(t, server, map[string][]byte{"a.html": links(zoomLink, "/d.html"), "d.html": links()})
	equal(t, "second", p.pass(t, 60*24*time.Hour).read(), []string{"/a.html", "/d.html"})
}

func TestKnownPagesAreLookedAtWhenTheyAreDueOnly(t *testing.T) {
	server := webtest.Start(t, map[string][]byte{"index.html": links("/a.html"), "a.html": links()}, "", "")
	p := newPasses(t, server.Addr, Options{Recrawl: Schedule{Min: 24 * time.Hour}})
	p.pass(t, 0)
	change(t, server, map[string][]byte{"index.html": links("/b.html"), "b.html": links()})
	if got := p.pass(t, time.Minute); got.stats.NotDue != 0 {
		t.Errorf("%+v", got.stats) // nothing links to /a.html any more, and it is not due
	}
	got := p.pass(t, 60*24*time.Hour)
	if got.stats.Unchanged != 3 {
		t.Errorf("%d pages were looked at again instead of 3: a known page that nothing links to is due as well", got.stats.Unchanged)
	}
}

// The page that leads to what was not read may not change for years.
func TestWhatOnePassDidNotComeToIsReadByALaterOne(t *testing.T) {
	server := webtest.Start(t, bigSite(), "", "")
	p := newPasses(t, server.Addr, Options{Depth: 2, MaxPages: 60})
	read := map[string]bool{}
	for range 8 {
		for _, uri := range p.pass(t, time.Second).read() {
			read[uri] = true
		}
	}
	if len(read) != 201 {
		t.Errorf("%d pages were read in eight passes, of 201", len(read))
	}
}

func TestLaterPassesGoNoDeeper(t *testing.T) {
	files := map[string][]byte{"index.html": links("/1.html")}
	for i := 1; i < 8; i++ {
		files[fmt.Sprintf("%d.html", i)] = links(fmt.Sprintf("/%d.html", i+1))
	}
	server := webtest.Start(t, files, "", "")
	p := newPasses(t, server.Addr, Options{Depth: 2})
	equal(t, "first", p.pass(t, 0).read(), []string{"/", "/1.html", "/2.html"})
	for i := range 3 {
		for name, body := range files {
			files[name] = append(body, fmt.Sprintf("<p>Version %d", i)...)
		}
		change(t, server, files)
		equal(t, "later", p.pass(t, 60*24*time.Hour).read(), []string{"/", "/1.html", "/2.html"})
	}
}

func TestAPageOfWhichNotAllWasReadIsReadInFullTheNextTime(t *testing.T) {
	server := webtest.Start(t, map[string][]byte{"index.html": links()}, "", "")
	p := newPasses(t, server.Addr, Options{})
	plainly := p.c.read
	p.c.read = func(ctx context.Context, page *Page, yield func(scanner.Document) error, skip func(scanner.Skip)) (scanner.Outline, error) {
		skip(scanner.Skip{URI: page.URI() + "!part", Reason: "broken", Cause: scanner.Failure})
		return plainly(ctx, page, yield, skip)
	}
	for range 2 {
		equal(t, "read", p.pass(t, 60*24*time.Hour).read(), []string{"/"})
	}
}

func TestAPageWhoseFindingsWereLostIsNotTakenForKnown(t *testing.T) {
	server := webtest.Start(t, map[string][]byte{"index.html": links()}, "", "")
	p := newPasses(t, server.Addr, Options{})
	lost := errors.New("the store does not answer")
	_, err := p.c.Crawl(t.Context(), p.memory, func(u scanner.Unit) error {
		return u(t.Context(), func(scanner.Document) error { return lost }, func(scanner.Skip) {})
	}, func(scanner.Skip) {})
	if !errors.Is(err, lost) {
		t.Fatalf("the pass ended with %v", err)
	}
	equal(t, "read", p.pass(t, 0).read(), []string{"/"})
}

func TestValidatorsGoWithThePageTheyCameFrom(t *testing.T) {
	addr, log := testServer(t, map[string]http.HandlerFunc{
		"/": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("ETag", `"one"`)
			if r.Header.Get("If-None-Match") == `"one"` {
				w.WriteHeader(http.StatusNotModified)
				return
			}
			text(`<a href="/plain">x</a>`)(w, r)
		},
		"/plain": text("always the same"),
	})
	p := newPasses(t, addr, Options{})
	p.pass(t, 0)
	got := p.pass(t, 60*24*time.Hour)
	if got.err != nil || got.stats.Unchanged != 2 {
		t.Errorf("%+v, %v", got.stats, got.err)
	}
	for _, r := range log.all() {
		if r.URL.Path != "/" && r.Header.Get("If-None-Match") != "" {
			t.Errorf("%s was asked for with a validator of another page", r.URL.Path)
		}
	}
}

// forgetful fails where it is told to.
type forgetful struct {
	*recall
	due, load, save error
}

func (f *forgetful) Due(ctx context.Context, now time.Time, yield func(Visit) bool) error {
	return errors.Join(f.due, f.recall.Due(ctx, now, yield))
}

func (f *forgetful) Load(ctx context.Context, url string) (Visit, bool, error) {
	v, known, err := f.recall.Load(ctx, url)
	return v, known, errors.Join(f.load, err)
}

func (f *forgetful) Save(ctx context.Context, v Visit) error {
	return errors.Join(f.save, f.recall.Save(ctx, v))
}

func TestAMemoryThatDoesNotAnswerEndsThePass(t *testing.T) {
	server := webtest.Start(t, bigSite(), "", "")
	silent := errors.New("the store does not answer")
	for i, m := range []*forgetful{{due: silent}, {load: silent}, {save: silent}} {
		m.recall = newRecall(1000)
		if got := crawl(t.Context(), t, newCrawler(t, server.Addr, Options{}), m); !errors.Is(got.err, silent) {
			t.Errorf("%d: ended with %v", i, got.err)
		}
	}
}

func TestARecallIsBounded(t *testing.T) {
	r := newRecall(2)
	for i, want := range []error{nil, nil, errRecallFull} {
		if err := r.Save(t.Context(), Visit{URL: fmt.Sprint(i)}); !errors.Is(err, want) {
			t.Errorf("page %d: %v", i, err)
		}
	}
	if err := r.Save(t.Context(), Visit{URL: "1", Length: 7}); err != nil {
		t.Errorf("a known page: %v", err)
	}
	if v, known, err := r.Load(t.Context(), "1"); !known || v.Length != 7 || err != nil {
		t.Errorf("%+v, %v, %v", v, known, err)
	}
}

// readAtOnce is a memory whose pages are read as soon as they can be: while a promise is being kept, and again after it.
type readAtOnce struct {
	*recall
	read func()
}

func (r readAtOnce) Save(ctx context.Context, v Visit) error {
	if v.At.IsZero() {
		r.read()
	}
	return r.recall.Save(ctx, v)
}

// A reader may be quicker than who made the page due. What it learned holds: with it go the claims of the page, of which nobody could be
// told any more that they are gone.
func TestWhatIsLearnedOfAPageIsNotOverwrittenByThePromiseOfIt(t *testing.T) {
	c := newCrawler(t, "127.0.0.1:1", Options{})
	page := mustAddress(t, "http://127.0.0.1:1/a.html")
	memory := newRecall(10)
	p := &pass{Crawler: c, started: c.options.Now(), unread: newUnread(func(scanner.Skip) {}), lastmod: map[Address]time.Time{}}
	if err := p.open(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.close() })
	read := func() {
		e, ok, err := p.frontier.popSparing(anyHost, func(class) bool { return false }, false)
		if err != nil {
			t.Error(err)
		}
		if ok {
			p.remember(t.Context(), newJob(task{entry: e}, p.schedule), Visit{URL: e.Address.String(), Claims: []string{""}}, Changed, true)
		}
	}
	p.memory = readAtOnce{memory, read}
	p.add(t.Context(), entry{Address: page, Class: classFound, Depth: 1})
	read()
	if v := memory.visits[page.String()]; v.At.IsZero() || len(v.Claims) != 1 {
		t.Errorf("kept: %+v", v)
	}
}

// No Memory is handed the address of what is never requested, however it keeps it.
func TestWhatIsNeverRequestedIsNotPromised(t *testing.T) {
	server := webtest.Start(t, map[string][]byte{
		"index.html": links("/out?to=https%3A%2F%2Facme.zoom.us%2Fj%2F84930275116%3Fpwd%3Db2Zm93kQxLw7", "/a.html"), "a.html": links(),
	}, "", "")
	p := newPasses(t, server.Addr, Options{})
	equal(t, "read", p.pass(t, 0).read(), []string{"/", "/a.html"})
	var kept []string
	for _, uri := range slices.Sorted(maps.Keys(p.memory.visits)) {
		kept = append(kept, pathOf(uri))
	}
	equal(t, "kept", kept, []string{"/", "/a.html"})
}
