package web

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"meetleaks/scanner"
	"meetleaks/scanner/source/web/webtest"
)

const oneDay = 24 * time.Hour

func TestAWatchedSiteIsTakenOnceAndThenOnlyAskedWhetherItChanged(t *testing.T) {
	server := webtest.Start(t, map[string][]byte{"index.html": links("/a.html"), "a.html": leaky("/b.html"), "b.html": links()}, "", "")
	w := watch(t, server.Addr, nil)
	out := w.pass(0, "/ /a.html /b.html")
	if out.Documents != 3 || out.News != 3 {
		t.Errorf("%+v", out)
	}
	at := map[time.Time]bool{}
	for _, r := range w.taker.takes {
		at[r.At] = true
		if !r.First || r.Version != nil || r.Source != "own-site" || r.Host == "" {
			t.Errorf("%+v", r)
		}
	}
	if at[time.Time{}] {
		t.Error("a reading without a time")
	}
	before := w.source.Stats()
	out = w.pass(60*oneDay, "", "back /a.html") // it stands there still
	if out.Documents != 3 || out.News != 0 {
		t.Errorf("%+v", out)
	}
	after := w.source.Stats()
	if after.Unchanged != 3 || after.Wire-before.Wire >= before.Wire*9/10 || after.Passes != 2 || after.Documents != 3 {
		t.Errorf("%+v, then %+v", before, after)
	}
	change(t, server, map[string][]byte{"b.html": links("/a.html#x")})
	w.pass(60*oneDay, "/b.html", "back /a.html")
	if w.taker.takes[0].First {
		t.Error("a source that was read before is taken for new")
	}
}

func TestTheSameBytesAreTheSamePage(t *testing.T) {
	addr, _ := testServer(t, map[string]http.HandlerFunc{"/": text(zoomLink)}) // a server that never says "unchanged"
	w := watch(t, addr, nil)
	w.pass(0, "/")
	w.pass(oneDay, "")
	w.pass(60*oneDay, "", "back /")
}

func TestThePassBeginsAgainWithTheEarliestPage(t *testing.T) {
	server := webtest.Start(t, map[string][]byte{"index.html": links("/a.html"), "a.html": leaky()}, "", "")
	w := watch(t, server.Addr, nil)
	if out := w.pass(0, "/ /a.html"); out.Next.Sub(w.Now()).Round(time.Second) != 10*time.Minute {
		t.Errorf("the page with the leak is looked at after %v", out.Next.Sub(w.Now()))
	}
	if v := w.visits.visit(t, "/a.html"); !v.LeakOpen || v.LeakLooks != 1 || v.Claimed != 1 {
		t.Errorf("%+v", v)
	}
	if v := w.visits.visit(t, "/"); v.LeakOpen || len(v.Claims) != 0 {
		t.Errorf("%+v", v)
	}
	if out := w.pass(11*time.Minute, ""); out.Next.Sub(w.Now()).Round(time.Second) != time.Hour {
		t.Errorf("then after %v", out.Next.Sub(w.Now()))
	}
	some := watch(t, server.Addr, func(o *SourceOptions) { o.MaxPages = 1 })
	if out := some.pass(0, "/"); out.Next.Sub(some.Now()).Round(time.Second) != time.Minute {
		t.Errorf("a pass that did not come to all is followed after %v", out.Next.Sub(some.Now()))
	}
}

func TestALeakThatVanishedFromAPageIsLookedForTwice(t *testing.T) {
	server := webtest.Start(t, map[string][]byte{"index.html": leaky()}, "", "")
	w := watch(t, server.Addr, nil)
	w.pass(0, "/")
	change(t, server, map[string][]byte{"index.html": links()})
	out := w.pass(time.Hour, "/")
	if wait := out.Next.Sub(w.Now()); wait < 59*time.Minute || wait > 61*time.Minute {
		t.Errorf("the second look comes after %v", wait)
	}
	if v := w.visits.visit(t, "/"); !v.LeakOpen || v.LeakGone != 1 {
		t.Errorf("%+v", v)
	}
	w.pass(20*time.Minute, "/") // within the hour it counts nothing
	if v := w.visits.visit(t, "/"); !v.LeakOpen {
		t.Errorf("%+v", v)
	}
	w.pass(time.Hour, "/") // in full, though it did not change: that is what the Taker has to see
	if v := w.visits.visit(t, "/"); v.LeakOpen || v.Claims != nil || !v.DoubtAt.IsZero() {
		t.Errorf("%+v", v)
	}
	w.pass(60*oneDay, "")
}

func TestOfTwoLeaksOneVanishes(t *testing.T) {
	server := webtest.Start(t, map[string][]byte{"index.html": append(leaky(), "<p>"+otherLink...)}, "", "")
	w := watch(t, server.Addr, nil)
	w.pass(0, "/")
	change(t, server, map[string][]byte{"index.html": leaky()})
	w.pass(time.Hour, "/")
	w.pass(61*time.Minute, "/")
	w.pass(61*time.Minute, "")
	if v := w.visits.visit(t, "/"); !v.LeakOpen || v.Claimed != 1 {
		t.Errorf("%+v", v)
	}
}

func TestAPageThatIsGoneIsToldAndSoIsThatItIsBack(t *testing.T) {
	var status atomic.Int64
	addr, _ := testServer(t, map[string]http.HandlerFunc{"/": text(`<a href="/a">x</a>`), "/a": func(rw http.ResponseWriter, r *http.Request) {
		if s := int(status.Load()); s != 0 {
			rw.WriteHeader(s)
			return
		}
		text(zoomLink)(rw, r)
	}})
	w := watch(t, addr, nil)
	w.pass(0, "/ /a")
	for _, s := range []int{500, 403, 401} {
		status.Store(int64(s))
		if _, err := w.read(2 * oneDay); err != nil && !strings.Contains(err.Error(), "of 2 pages") {
			t.Fatal(err)
		}
		w.wants("")
	}
	status.Store(404)
	w.pass(2*oneDay, "", "gone /a")
	status.Store(0)
	w.pass(2*time.Hour, "", "back /a")
	status.Store(410)
	w.pass(2*oneDay, "", "gone /a")
	w.pass(2*time.Hour, "", "gone /a")
	if v := w.visits.visit(t, "/a"); v.LeakOpen || v.Claims != nil {
		t.Errorf("%+v", v)
	}
	status.Store(0)
	w.pass(60*oneDay, "/a") // by its text alone
}

func TestPartsOfAPageAreKnownByAHashAndToldWhenTheyVanish(t *testing.T) {
	page := func(parts ...string) []byte {
		out := links()
		for _, name := range parts {
			out = fmt.Appendf(out, "\npart %s\n%s", name, zoomLink)
		}
		return append(out, "\npart plain.txt\nnothing"...)
	}
	server := webtest.Start(t, map[string][]byte{"index.html": page("84930275116.ics", "b.ics")}, "", "")
	w := watch(t, server.Addr, nil)
	if _, err := w.read(0); err != nil {
		t.Fatal(err)
	}
	v := w.visits.visit(t, "/")
	if len(v.Claims) != 2 || len(w.taker.takes) != 4 {
		t.Fatalf("%q of %d", v.Claims, len(w.taker.takes))
	}
	first := pathOf(w.taker.takes[1].URI)
	if shown := w.taker.takes[1].Shown; !strings.HasSuffix(shown, "!84930275116.ics") {
		t.Errorf("shown as %q", shown)
	}
	for _, v := range w.visits.open(t) {
		if strings.Contains(fmt.Sprint(v), "84930275116") {
			t.Errorf("kept: %+v", v)
		}
	}
	change(t, server, map[string][]byte{"index.html": page("b.ics")})
	for _, later := range []time.Duration{time.Hour, 61 * time.Minute} {
		if _, err := w.read(later); err != nil {
			t.Fatal(err)
		}
		if want := []string{"gone " + first}; !slices.Equal(w.taker.told, want) {
			t.Errorf("told %q, want %q", w.taker.told, want)
		}
	}
	if v := w.visits.visit(t, "/"); len(v.Claims) != 1 || !v.LeakOpen {
		t.Errorf("%+v", v)
	}
}

func TestOfAPageWithManyPartsSomeAreRemembered(t *testing.T) {
	body := links()
	for i := range maxClaims + 5 {
		body = fmt.Appendf(body, "\npart %d\n%s", i, zoomLink)
	}
	server := webtest.Start(t, map[string][]byte{"index.html": body}, "", "")
	w := watch(t, server.Addr, nil)
	if _, err := w.read(0); err != nil {
		t.Fatal(err)
	}
	if v := w.visits.visit(t, "/"); len(v.Claims) != maxClaims || v.Claimed != maxClaims+5 || w.source.Stats().Unread[scanner.Policy] != 1 {
		t.Errorf("%d claims, %d claimed, %+v", len(v.Claims), v.Claimed, w.source.Stats())
	}
}

func TestWhatARedirectLeadsToHasClaimsOfItsOwn(t *testing.T) {
	var a, b atomic.Int64
	addr, _ := testServer(t, map[string]http.HandlerFunc{
		"/": text(`<a href="/a">x</a>`),
		"/a": func(rw http.ResponseWriter, r *http.Request) {
			if a.Load() != 0 {
				rw.WriteHeader(http.StatusNotFound)
				return
			}
			redirect("/b")(rw, r)
		},
		"/b": func(rw http.ResponseWriter, r *http.Request) {
			if b.Load() != 0 {
				rw.WriteHeader(http.StatusNotFound)
				return
			}
			text(zoomLink)(rw, r)
		},
	})
	w := watch(t, addr, nil)
	w.pass(0, "/ /b")
	if v := w.visits.visit(t, "/a"); v.LeakOpen || v.To == "" {
		t.Errorf("%+v", v)
	}
	a.Store(1)
	w.pass(2*oneDay, "")
	w.pass(2*oneDay, "")
	if v := w.visits.visit(t, "/b"); !v.LeakOpen || v.Gone != 0 {
		t.Errorf("what lives counts as gone: %+v", v)
	}
	b.Store(1)
	w.pass(2*oneDay, "", "gone /b")
}

func TestAPageThatMovesForGoodIsGoneAndForTheTimeBeingIsNot(t *testing.T) {
	for status, told := range map[int][]string{http.StatusMovedPermanently: {"gone /a"}, http.StatusFound: nil} {
		var moved atomic.Bool
		addr, _ := testServer(t, map[string]http.HandlerFunc{
			"/": text(`<a href="/a">x</a><a href="/b">y</a>`), "/b": text("we are back soon"),
			"/a": func(rw http.ResponseWriter, r *http.Request) {
				if moved.Load() {
					http.Redirect(rw, r, "/b", status)
					return
				}
				text(zoomLink)(rw, r)
			},
		})
		w := watch(t, addr, nil)
		w.pass(0, "/ /a /b")
		moved.Store(true)
		w.pass(30*oneDay, "", told...) // to a page that is read by itself
		moved.Store(false)
		if status == http.StatusFound {
			w.pass(30*oneDay, "", "back /a")
		} else {
			w.pass(30*oneDay, "/a")
		}
	}
}

func TestAnotherGenerationReadsAllAgainAtOnce(t *testing.T) {
	server := webtest.Start(t, map[string][]byte{"index.html": links("/a.html", "/b.html"), "a.html": links(), "b.html": links()}, "", "")
	w := watch(t, server.Addr, nil)
	w.pass(0, "/ /a.html /b.html")
	w.pass(time.Minute, "")
	w.o.Generation = "two"
	w.restart()
	w.pass(time.Minute, "/ /a.html /b.html")
	w.pass(time.Minute, "")
	w.pass(time.Minute, "")
	if w.source.watching(scanner.Pass{Cursor: w.cursor}, decodeCursor(w.cursor)).sweeps {
		t.Error("the visits are looked through for ever")
	}
}

func TestAGenerationIsReadAgainInAsManyPassesAsItTakes(t *testing.T) {
	server := webtest.Start(t, bigSite(), "", "")
	w := watch(t, server.Addr, func(o *SourceOptions) { o.Depth = 5 })
	if _, err := w.read(0); err != nil {
		t.Fatal(err)
	}
	w.o.Generation, w.o.MaxPages = "two", 60
	w.restart()
	seen := map[string]bool{}
	for range 8 {
		if _, err := w.read(time.Minute); err != nil {
			t.Fatal(err)
		}
		for _, path := range w.taken() {
			seen[path] = true
		}
	}
	if len(seen) != 201 {
		t.Errorf("%d pages of 201 were read again", len(seen))
	}
}

func TestWhatIsInDoubtIsReadAgain(t *testing.T) {
	server := webtest.Start(t, map[string][]byte{"index.html": links("/a.html"), "a.html": leaky()}, "", "")
	var from, to time.Time
	w := watch(t, server.Addr, func(o *SourceOptions) {
		o.Doubtful = func(at time.Time) bool { return at.After(from) && at.Before(to) }
	})
	w.pass(0, "/ /a.html")
	w.pass(time.Minute, "")
	from, to = w.Now().Add(-2*time.Minute), w.Now().Add(time.Minute)
	w.pass(2*time.Minute, "/ /a.html")
	w.pass(time.Minute, "")
}

// What was in doubt and could not be read again is in doubt still.
func TestDoubtOutlivesAFailure(t *testing.T) {
	var broken atomic.Bool
	addr, _ := testServer(t, map[string]http.HandlerFunc{"/": text(`<a href="/a">x</a>`), "/a": func(rw http.ResponseWriter, r *http.Request) {
		if broken.Load() {
			rw.WriteHeader(http.StatusInternalServerError)
			return
		}
		text(zoomLink)(rw, r)
	}})
	var from, to time.Time
	w := watch(t, addr, func(o *SourceOptions) {
		o.Doubtful = func(at time.Time) bool { return at.After(from) && at.Before(to) }
	})
	w.pass(0, "/ /a")
	from, to = w.Now().Add(-time.Minute), w.Now().Add(time.Minute)
	broken.Store(true)
	w.pass(2*time.Minute, "/")
	broken.Store(false)
	w.pass(oneDay, "/a")
}

func TestAPassThatDiesBetweenTakeAndSaveIsRepeated(t *testing.T) {
	server := webtest.Start(t, map[string][]byte{"index.html": links("/a.html"), "a.html": leaky()}, "", "")
	w := watch(t, server.Addr, nil)
	w.visits.saved = func(page string) error {
		if len(w.taker.takes) > 1 {
			return scanner.ErrUnavailable
		}
		return nil
	}
	if _, err := w.read(0); !errors.Is(err, scanner.ErrUnavailable) {
		t.Fatalf("the pass ended with %v", err)
	}
	w.visits.saved = nil
	if w.cursor != "" {
		t.Errorf("the cursor moved to %s", w.cursor)
	}
	if _, err := w.read(time.Second); err != nil || !slices.Contains(w.taken(), "/a.html") || !w.taker.takes[0].First {
		t.Errorf("taken: %q, %v", w.taken(), err)
	}
}

func TestATakerThatDoesNotAnswerEndsThePass(t *testing.T) {
	server := webtest.Start(t, map[string][]byte{"index.html": leaky("/a.html"), "a.html": leaky("/b.html"), "b.html": leaky()}, "", "")
	w := watch(t, server.Addr, nil)
	w.taker.fail = func(_, path string) error {
		if path == "/a.html" {
			return fmt.Errorf("take document: %w", scanner.ErrUnavailable)
		}
		return nil
	}
	if _, err := w.read(0); !errors.Is(err, scanner.ErrUnavailable) {
		t.Fatalf("the pass ended with %v", err)
	}
	w.taker.fail = nil
	w.pass(oneDay, "/a.html /b.html")
}

func TestADocumentThatIsNotTakenIsGivenAgainAndTheRestIsRead(t *testing.T) {
	server := webtest.Start(t, map[string][]byte{"index.html": links("/a.html", "/b.html"), "a.html": leaky(), "b.html": leaky()}, "", "")
	w := watch(t, server.Addr, nil)
	w.taker.fail = func(_, path string) error {
		if path == "/a.html" {
			return errRefused
		}
		return nil
	}
	w.pass(0, "/ /b.html")
	if n := w.source.Stats().Unread[scanner.Failure]; n != 1 || !strings.Contains(w.log.String(), "could not be recorded") {
		t.Errorf("%d unread, logged:\n%s", n, w.log.String())
	}
	w.taker.fail = nil
	w.pass(time.Hour, "/a.html")
}

func TestAGoneThatCouldNotBeToldIsToldAgain(t *testing.T) {
	server := webtest.Start(t, map[string][]byte{"index.html": links("/a.html", "/b.html"), "a.html": leaky(), "b.html": links()}, "", "")
	w := watch(t, server.Addr, nil)
	w.pass(0, "/ /a.html /b.html")
	remove(t, server, "a.html")
	w.taker.fail = func(what, _ string) error {
		if what == "gone" {
			return errRefused
		}
		return nil
	}
	w.pass(oneDay, "")
	w.taker.fail = func(string, string) error { return nil }
	w.pass(oneDay, "", "gone /a.html")
	w.taker.fail = func(what, _ string) error {
		if what == "gone" {
			return scanner.ErrUnavailable
		}
		return nil
	}
	if _, err := w.read(oneDay); !errors.Is(err, scanner.ErrUnavailable) {
		t.Errorf("ended with %v", err)
	}
}

func TestAReaderThatBreaksLeavesThePageUnread(t *testing.T) {
	server := webtest.Start(t, map[string][]byte{"index.html": links("/a.html"), "a.html": leaky()}, "", "")
	w := watch(t, server.Addr, nil)
	w.taker.fail = func(_, path string) error {
		if path == "/a.html" {
			panic("of a parser")
		}
		return nil
	}
	w.pass(0, "/")
	w.taker.fail = nil
	w.pass(time.Hour, "/a.html")
}

func TestAPageThatBreaksOffIsNotTakenForWhole(t *testing.T) {
	addr, _ := testServer(t, map[string]http.HandlerFunc{"/": text(`<a href="/a">x</a>`), "/a": func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", "text/html")
		rw.Header().Set("Content-Length", "100000")
		fmt.Fprint(rw, zoomLink)
	}})
	w := watch(t, addr, nil)
	w.pass(0, "/ /a")
	if !slices.Equal(w.taker.short, []string{"/a"}) {
		t.Errorf("without an end: %q", w.taker.short)
	}
	v := w.visits.visit(t, "/a")
	if !v.LeakOpen || len(v.Claims) != 1 || v.Fails != 1 {
		t.Errorf("%+v", v)
	}
}
