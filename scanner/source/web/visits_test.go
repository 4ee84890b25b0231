package web

import (
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"meetleaks/scanner"
	"meetleaks/scanner/source/web/webtest"
)

func fullVisit() Visit {
	at := november.Add(123456789 * time.Nanosecond)
	claims := make([]string, maxClaims)
	for i := range claims {
		claims[i] = fmt.Sprintf("!%016x", uint64(i)<<50)
	}
	return Visit{
		URL: "https://acme.example/a", Depth: 3, ETag: `"` + strings.Repeat("x", 500) + `"`, LastModified: "Sat, 21 Nov 2026 12:00:00 GMT", Length: 7,
		BodyHash: 1<<63 + 1, TextHash: 1<<64 - 1, LastMod: at, To: "https://acme.example/b", Partial: true, At: at, Next: at.Add(time.Hour),
		Interval: time.Hour, Changes: 1, Fails: 2, Gone: 3, GoneSince: at, Generation: 1<<64 - 2, LeakOpen: true, Leaked: true, LeakLooks: 4,
		LeakGone: 1, LeakGoneAt: at, Claims: claims, Claimed: 70, DoubtAt: at, StoodAt: at, MeetingAt: at,
	}
}

func TestAVisitIsKeptWholeAndSealed(t *testing.T) {
	store := &keptVisits{kept: map[string]scanner.Visit{}}
	memory := store.memory(t)
	v := fullVisit()
	for field := range reflect.ValueOf(v).NumField() {
		if reflect.ValueOf(v).Field(field).IsZero() {
			t.Errorf("the test leaves out %s", reflect.TypeFor[Visit]().Field(field).Name)
		}
	}
	if err := memory.Save(t.Context(), v); err != nil {
		t.Fatal(err)
	}
	got, known, err := memory.Load(t.Context(), v.URL)
	if err != nil || !known || got.Next.Before(v.Next) || got.Next.After(v.Next.Add(time.Millisecond)) {
		t.Errorf("%v, %v, next %v for %v", known, err, got.Next, v.Next)
	}
	got.Next = v.Next
	if !reflect.DeepEqual(got, v) {
		t.Errorf("%+v\ninstead of\n%+v", got, v)
	}
	if len(store.open(t)) != 1 {
		t.Error("its address is not kept")
	}
	for _, kept := range store.kept {
		if len(kept.Data) > 4<<10 {
			t.Errorf("%d bytes", len(kept.Data))
		}
	}
}

func FuzzDecodeVisit(f *testing.F) {
	for _, data := range []string{"", "{}", "null", "[]", `{"depth":-1}`, `{"claims":["","!00"]}`, `{"at":"2026-11-21T12:00:00Z","interval":-5}`, `{"fails":-9,"gone":1e99}`} {
		f.Add([]byte(data))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		v, ok := decodeVisit(data)
		if !ok && !v.At.IsZero() {
			t.Errorf("what cannot be read is taken for a look: %+v", v)
		}
		next := Schedule{}.After(v.Visit, Look{At: november, Result: Changed}).Next
		if !next.After(november) {
			t.Errorf("%s leads to a look at %v", data, next)
		}
	})
}

func TestDamagedVisitsAndCursorsAreReadAnew(t *testing.T) {
	server := webtest.Start(t, map[string][]byte{"index.html": leaky()}, "", "")
	w := watch(t, server.Addr, nil)
	w.pass(0, "/")
	w.cursor = "{damaged"
	for page, v := range w.visits.kept {
		v.Data = []byte("damaged")
		w.visits.kept[page] = v
	}
	w.pass(time.Minute, "/")
}

// A server's ETag may make what was kept in clear so long that it cannot be sealed. It must not end this pass and all others.
func TestAVisitTooLongToBeSealedIsReadAnew(t *testing.T) {
	server := webtest.Start(t, map[string][]byte{"index.html": leaky(), "old.html": leaky()}, "", "")
	w := watch(t, server.Addr, nil)
	v := Visit{At: november}
	for len(v.ETag) < 64<<10 {
		data, err := scanner.EncodeRecord(v)
		if err != nil || len(data) == scanner.MaxRecord {
			break
		}
		v.ETag += strings.Repeat("x", max(scanner.MaxRecord-len(data)-len(`,"etag":""`), 1))
	}
	data, err := scanner.EncodeRecord(v)
	if err != nil || len(data) < scanner.MaxRecord-8 {
		t.Fatal(len(data), err)
	}
	page := "http://" + server.Addr + "/old.html"
	w.visits.kept[page] = scanner.Visit{Page: page, Next: november, Data: data}
	w.pass(0, "/ /old.html")
	if v := w.visits.visit(t, "/old.html"); v.BodyHash == 0 {
		t.Errorf("%+v", v)
	}
}

func TestAFullStoreIsToldAndThePassGoesOn(t *testing.T) {
	server := webtest.Start(t, bigSite(), "", "")
	w := watch(t, server.Addr, func(o *SourceOptions) { o.Depth = 5 })
	w.visits.most = 20
	for range 2 {
		if _, err := w.read(60 * oneDay); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(w.taken()); n < 150 {
		t.Errorf("%d pages were read: what was not remembered is not found again", n)
	}
	if len(w.visits.kept) != 20 || w.source.Stats().Unread[scanner.Policy] == 0 {
		t.Errorf("%d kept, %+v", len(w.visits.kept), w.source.Stats())
	}
}

func TestAFullMemoryIsToldOnce(t *testing.T) {
	server := webtest.Start(t, bigSite(), "", "")
	store := &keptVisits{kept: map[string]scanner.Visit{}, most: 20}
	got := crawl(t.Context(), t, newCrawler(t, server.Addr, Options{Depth: 5}), store.memory(t))
	if got.err != nil {
		t.Fatal(got.err)
	}
	got.tells("/", scanner.Policy, "not remembered for later passes")
}

func TestAPageForWhichThereWasNoRoomAtFirstKeepsItsDepth(t *testing.T) {
	server := webtest.Start(t, map[string][]byte{"index.html": links("/a.html"), "a.html": links()}, "", "")
	w := watch(t, server.Addr, nil)
	name := w.visits.memory(t).key.Name("own-site", "http://"+server.Addr+"/a.html")
	full := true
	w.visits.saved = func(page string) error {
		if page == name && full {
			full = false
			return scanner.ErrFull
		}
		return nil
	}
	w.pass(0, "/ /a.html")
	if v := w.visits.visit(t, "/a.html"); v.Depth != 1 || full {
		t.Errorf("%d links away from the start", v.Depth)
	}
}

func TestPromisesOfAPassAreBoundedAndLaterPassesMakeTheOthers(t *testing.T) {
	var paths []string
	files := map[string][]byte{"index.html": links()}
	for i := range 100 {
		paths = append(paths, fmt.Sprintf("/p%d.html", i))
		files[paths[i][1:]] = fmt.Appendf(links(), "<p>This is page %d about word%d.", i, i*37)
	}
	server := webtest.Start(t, files, "", "")
	server.Write(t, map[string][]byte{"sitemap.xml": sitemapOf("urls", server.Addr, paths...)})
	w := watch(t, server.Addr, func(o *SourceOptions) { o.MaxPages = 10 })
	if _, err := w.read(0); err != nil {
		t.Fatal(err)
	}
	if n := len(w.visits.kept); n > 10*promisesPerPage+2 {
		t.Errorf("%d pages are remembered", n)
	}
	read := map[string]bool{}
	for range 20 {
		if _, err := w.read(time.Minute); err != nil {
			t.Fatal(err)
		}
	}
	for _, v := range w.visits.open(t) {
		if !v.At.IsZero() && strings.Contains(v.URL, ".html") {
			read[v.URL] = true
		}
	}
	if len(read) != 100 {
		t.Errorf("%d pages of 100 were read in the end", len(read))
	}
}

func TestWhatIsNewGetsItsPartBesideWhatIsDue(t *testing.T) {
	files := map[string][]byte{}
	var known []string
	for i := range 40 {
		known = append(known, fmt.Sprintf("/known%d.html", i))
		files[known[i][1:]] = fmt.Appendf(links(), "<p>Known page %d about word%d.", i, i*41)
	}
	files["index.html"] = links(known...)
	server := webtest.Start(t, files, "", "")
	w := watch(t, server.Addr, nil)
	if _, err := w.read(0); err != nil {
		t.Fatal(err)
	}
	var fresh []string
	for i := range 40 {
		fresh = append(fresh, fmt.Sprintf("/fresh%d.html", i))
		server.Write(t, map[string][]byte{fresh[i][1:]: fmt.Appendf(links(), "<p>Fresh page %d about thing%d.", i, i*43)})
	}
	change(t, server, map[string][]byte{"index.html": links(append(fresh, known...)...)})
	w.o.MaxPages = 20
	w.restart()
	before := w.source.Stats()
	if _, err := w.read(60 * oneDay); err != nil {
		t.Fatal(err)
	}
	n := len(slices.DeleteFunc(w.taken(), func(path string) bool { return !strings.HasPrefix(path, "/fresh") }))
	if unchanged := w.source.Stats().Unchanged - before.Unchanged; n < 4 || unchanged < 12 || !slices.Contains(w.taken(), "/") {
		t.Errorf("%d new pages were read and %d known ones", n, unchanged)
	}
}

func TestPagesThatAreGoneForGoodAreNotAskedForByThemselves(t *testing.T) {
	addr, log := testServer(t, map[string]http.HandlerFunc{"/": text(`<a href="/a">x</a>`)})
	w := watch(t, addr, nil)
	for range 6 {
		if _, err := w.read(60 * oneDay); err != nil {
			t.Fatal(err)
		}
	}
	asked := 0
	for _, r := range log.all() {
		if r.URL.Path == "/a" {
			asked++
		}
	}
	if asked != 2 { // the start page did not change, so that nothing leads there
		t.Errorf("asked for %d times", asked)
	}
}

// A site's own address that carries a passcode is no meeting link: its page is read, again in each pass, and never kept.
func TestAnAddressWithAPasscodeIsReadAndNotKept(t *testing.T) {
	const page = "/join.html?id=86419755803&pwd=Zx81QwErTy"
	server := webtest.Start(t, map[string][]byte{"index.html": links(page), "join.html": leaky()}, "", "")
	w := watch(t, server.Addr, nil)
	for range 2 {
		if _, err := w.read(60 * oneDay); err != nil {
			t.Fatal(err)
		}
		if n := len(w.taken()); n != 2 {
			t.Errorf("%d pages were read", n)
		}
	}
	for _, v := range w.visits.open(t) {
		if strings.Contains(fmt.Sprint(v), "Zx81") {
			t.Errorf("kept: %+v", v)
		}
	}
}

// inClearAs keeps a visit as older versions did.
func (k *keptVisits) inClearAs(t *testing.T, v Visit) {
	t.Helper()
	data, err := scanner.EncodeRecord(v)
	if err != nil {
		t.Fatal(err)
	}
	k.kept[v.URL] = scanner.Visit{Page: v.URL, Next: v.Next, Data: data}
}

func TestWhatWasKeptInClearIsKeptSealed(t *testing.T) {
	const at = "https://acme.example/"
	store := &keptVisits{kept: map[string]scanner.Visit{}}
	memory := store.memory(t)
	old, newer := november, november.Add(time.Hour)
	store.inClearAs(t, Visit{URL: at + "room/98765432101", At: old, Next: newer, LeakOpen: true, Leaked: true, Claims: []string{"", "!0011"}})
	store.inClearAs(t, Visit{URL: at + "map.xml" + sitemapMark, At: old, Next: old.Add(never), ETag: "map"})
	store.inClearAs(t, Visit{URL: at + "join?pwd=Zx81QwErTy", At: old, Next: newer})
	store.inClearAs(t, Visit{URL: at + "moved", At: old, Next: newer, To: at + "join?pwd=Zx81QwErTy", ETag: "moved", BodyHash: 7, Leaked: true})
	store.inClearAs(t, Visit{URL: at + "late", At: old, Next: newer, ETag: "old"})
	store.inClearAs(t, Visit{URL: at + "early", At: newer, Next: newer, ETag: "new"})
	store.kept[at+"damaged"] = scanner.Visit{Page: at + "damaged", Next: newer, Data: []byte("{damaged")}
	for _, v := range []Visit{{URL: at + "late", At: newer, Next: newer, ETag: "new"}, {URL: at + "early", At: old, Next: newer, ETag: "old"}} {
		if err := memory.Save(t.Context(), v); err != nil {
			t.Fatal(err)
		}
	}
	met := map[string]bool{}
	err := memory.Due(t.Context(), newer.Add(2*never), func(v Visit) bool {
		met[v.URL] = true
		return true
	})
	if err != nil || met[at+"join?pwd=Zx81QwErTy"] || !met[at+"damaged"] || !met[at+"room/98765432101"] {
		t.Errorf("%v, %v", met, err)
	}
	if n := len(store.open(t)); n != 5 || len(store.kept) != 7 { // without addresses are the sitemap, and what stands for the passcode's
		t.Errorf("%d of %d have addresses", n, len(store.kept))
	}
	for url, want := range map[string]Visit{
		"room/98765432101":      {At: old, Next: newer, LeakOpen: true, Leaked: true, Claims: []string{"", "!0011"}},
		"map.xml" + sitemapMark: {At: old, Next: old, ETag: "map"},
		"moved":                 {At: old, Next: newer, Leaked: true},
		"late":                  {At: newer, Next: newer, ETag: "new"},
		"early":                 {At: newer, Next: newer, ETag: "new"},
		"damaged":               {Next: newer},
	} {
		want.URL = at + url
		got, known, err := memory.Load(t.Context(), want.URL)
		if err != nil || !known || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, %v, %+v", url, known, err, got)
		}
	}
	if _, known, err := memory.Load(t.Context(), at+"join?pwd=Zx81QwErTy"); known || err != nil {
		t.Errorf("an address with a passcode is known: %v", err)
	}
	if stands := store.kept[memory.key.Name("own-site", "")]; !stands.Next.IsZero() || len(stands.Data) == 0 {
		t.Errorf("what stands for it is not forgotten at once: %+v", stands)
	}
}

func TestAStoreThatDoesNotTakeWhatWasInClearEndsThePass(t *testing.T) {
	server := webtest.Start(t, map[string][]byte{"index.html": leaky()}, "", "")
	w := watch(t, server.Addr, nil)
	w.visits.inClearAs(t, Visit{URL: "https://acme.example/", Next: w.Now()})
	w.visits.saved = func(string) error { return scanner.ErrUnavailable }
	if _, err := w.read(0); !errors.Is(err, scanner.ErrUnavailable) || w.cursor != "" {
		t.Errorf("ended with %v, cursor %q", err, w.cursor)
	}
	w.visits.saved = nil
	w.pass(0, "/")
	if !strings.Contains(w.cursor, `"sealed":true`) {
		t.Errorf("cursor %s", w.cursor)
	}
	w.visits.open(t)
}

// An older version that dies in the midst of a pass has kept pages in clear, and leaves the cursor that says there are none.
func TestWhatIsKeptInClearBesideASealedCursorIsKeptSealed(t *testing.T) {
	for name, c := range map[string]struct {
		restarts bool
		later    time.Duration
	}{"another process": {true, time.Minute}, "the same one, a day later": {false, 24 * time.Hour}} {
		t.Run(name, func(t *testing.T) {
			server := webtest.Start(t, map[string][]byte{"index.html": leaky()}, "", "")
			w := watch(t, server.Addr, nil)
			w.pass(0, "/")
			at := "http://" + server.Addr
			generation := w.source.generation
			w.visits.inClearAs(t, Visit{URL: at + "/room/98765432101", At: w.Now(), Next: w.Now().Add(30 * oneDay), Generation: generation})
			w.visits.inClearAs(t, Visit{URL: at + "/sitemap.xml" + sitemapMark, At: w.Now(), Next: w.Now().Add(never), Generation: generation})
			if !strings.Contains(w.cursor, `"sealed":true`) {
				t.Fatalf("cursor %s", w.cursor)
			}
			if c.restarts {
				w.restart()
			}
			w.visits.saved = func(string) error { return scanner.ErrUnavailable }
			if _, err := w.read(c.later); !errors.Is(err, scanner.ErrUnavailable) {
				t.Errorf("ended with %v", err)
			}
			w.visits.saved = nil
			w.pass(time.Minute, "") // one that failed does not count
			if v := w.visits.visit(t, "/room/98765432101"); v.At.IsZero() {
				t.Errorf("%+v", v)
			}
		})
	}
}

// A pass looks through all visits once in a process and once a day, not each time.
func TestNotEveryPassLooksThroughAllVisits(t *testing.T) {
	server := webtest.Start(t, map[string][]byte{"index.html": leaky()}, "", "")
	w := watch(t, server.Addr, nil)
	for i, want := range []bool{true, false, false} {
		if got := w.source.watching(scanner.Pass{}, decodeCursor(w.cursor)).sweeps; got != want {
			t.Errorf("pass %d: %v", i, got)
		}
		if _, err := w.read(time.Hour); err != nil {
			t.Fatal(err)
		}
	}
}

// What was sealed under another key, or damaged, is as if it were not there: nothing waits for it.
func TestWhatCannotBeOpenedIsNotWaitedFor(t *testing.T) {
	server := webtest.Start(t, map[string][]byte{"index.html": leaky()}, "", "")
	w := watch(t, server.Addr, nil)
	w.pass(0, "/")
	other := "vk1:" + strings.Repeat("0", 32)
	w.visits.kept[other] = scanner.Visit{Page: other, Next: w.Now().Add(2 * time.Minute), Data: []byte("sealed for another page")}
	if out := w.pass(0, ""); out.Next.Before(w.Now().Add(3 * time.Minute)) {
		t.Errorf("the next pass is at %v, %v from now", out.Next, out.Next.Sub(w.Now()))
	}
}
