package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"meetleaks/matchers"
	"meetleaks/scanner"
	"meetleaks/scanner/fetch"
	"meetleaks/scanner/source/sourcetest"
	"meetleaks/scanner/source/web/webtest"
)

// keptVisits are the visits of one source in memory.
type keptVisits struct {
	mu    sync.Mutex
	most  int                      // 0: any number
	kept  map[string]scanner.Visit // by what the page is known by
	saved func(page string) error  // asked before a visit is kept
}

func (k *keptVisits) DueVisits(_ context.Context, _ string, now time.Time, yield func(scanner.Visit) bool) error {
	k.mu.Lock()
	due := slices.SortedFunc(maps.Values(k.kept), func(a, b scanner.Visit) int { return a.Next.Compare(b.Next) })
	k.mu.Unlock()
	for _, v := range due {
		if v.Next.After(now) || !yield(v) {
			break
		}
	}
	return nil
}

func (k *keptVisits) LoadVisit(_ context.Context, _, page string) (scanner.Visit, bool, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	v, known := k.kept[page]
	return v, known, nil
}

func (k *keptVisits) SaveVisit(_ context.Context, _ string, v scanner.Visit) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.saved != nil {
		if err := k.saved(v.Page); err != nil {
			return err
		}
	}
	if _, known := k.kept[v.Page]; !known && v.Was == "" && k.most > 0 && len(k.kept) >= k.most {
		return fmt.Errorf("%d pages: %w", k.most, scanner.ErrFull)
	}
	delete(k.kept, v.Was)
	v.Was = ""
	k.kept[v.Page] = v
	return nil
}

func (k *keptVisits) ForgetVisits(context.Context, string) (int, error) { return 0, nil }

// testKey hides what tests remember.
const testKey = "a key of the tests alone"

// memory is what the source of the tests remembers in them.
func (k *keptVisits) memory(t *testing.T) visitMemory {
	t.Helper()
	key, err := scanner.NewVisitKey([]byte(testKey))
	if err != nil {
		t.Fatal(err)
	}
	return visitMemory{k, key, "own-site"}
}

// open reads all that is kept of pages. What is in clear fails the test.
func (k *keptVisits) open(t *testing.T) []Visit {
	t.Helper()
	k.mu.Lock()
	defer k.mu.Unlock()
	var all []Visit
	for page, kept := range k.kept {
		v, ok := k.memory(t).open(kept)
		if !ok || inClear(kept) || strings.Contains(page+string(kept.Data), "http") {
			t.Errorf("kept: %s %q", page, kept.Data)
		}
		if v.URL != "" {
			all = append(all, v)
		}
	}
	return all
}

// visit is what is kept of a path.
func (k *keptVisits) visit(t *testing.T, path string) Visit {
	t.Helper()
	for _, v := range k.open(t) {
		if pathOf(v.URL) == path {
			return v
		}
	}
	t.Fatalf("nothing is kept of %s", path)
	return Visit{}
}

// recorder is a Taker that claims every Zoom link, and keeps what it was told.
type recorder struct {
	mu    sync.Mutex
	known map[string]bool
	takes []scanner.Reading // without the text
	short []string          // paths of texts without an end
	told  []string
	fail  func(what, path string) error
}

func (r *recorder) failed(what, uri string) error {
	if r.fail == nil {
		return nil
	}
	return r.fail(what, pathOf(uri))
}

func (r *recorder) Take(_ context.Context, given scanner.Reading) (scanner.Taken, error) {
	text, err := io.ReadAll(given.Text)
	r.mu.Lock()
	defer r.mu.Unlock()
	var taken scanner.Taken
	if err != nil {
		r.short = append(r.short, pathOf(given.URI))
		taken.Skips = []scanner.Skip{{URI: given.URI, Reason: "truncated", Cause: scanner.Failure}}
	}
	if err := r.failed("take", given.URI); err != nil {
		return scanner.Taken{}, err
	}
	given.Text = nil
	r.takes = append(r.takes, given)
	for _, found := range matchers.Find(text) {
		taken.Claimed++
		if !r.known[found.Key()] {
			r.known[found.Key()] = true
			taken.New++
		}
	}
	return taken, nil
}

func (r *recorder) Gone(_ context.Context, uri string) error { return r.tell("gone", uri) }
func (r *recorder) Back(_ context.Context, uri string) error { return r.tell("back", uri) }

func (r *recorder) tell(what, uri string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.failed(what, uri); err != nil {
		return err
	}
	r.told = append(r.told, what+" "+pathOf(uri))
	return nil
}

// watched is a source with all that is around it, on a clock that the test moves.
type watched struct {
	*sourcetest.Clock
	t      *testing.T
	addr   string
	client *fetch.Client
	visits *keptVisits
	taker  *recorder
	log    bytes.Buffer
	o      SourceOptions
	source *Source
	cursor string
}

func watch(t *testing.T, addr string, change func(*SourceOptions)) *watched {
	t.Helper()
	w := &watched{
		t: t, addr: addr, Clock: sourcetest.ClockAt(time.Now()), client: testClient(t, addr),
		visits: &keptVisits{kept: map[string]scanner.Visit{}}, taker: &recorder{known: map[string]bool{}},
	}
	w.o = SourceOptions{
		Options: Options{Name: "own-site", Start: []string{"http://" + addr + "/"}, PerHost: 8, Dir: t.TempDir(), Now: w.Now, Recrawl: Schedule{Jitter: -1}},
		Visits:  w.visits, Taker: w.taker, Key: []byte(testKey), Generation: "one",
		Log: slog.New(slog.NewTextHandler(&w.log, nil)),
	}
	if change != nil {
		change(&w.o)
	}
	w.restart()
	return w
}

// restart makes the source anew, as a process does that starts.
func (w *watched) restart() {
	w.t.Helper()
	var err error
	if w.source, err = NewSource(w.client, readParts, w.o); err != nil {
		w.t.Fatal(err)
	}
	w.source.crawler.retryDelay = func(int) time.Duration { return 0 } // the clock stands still
	w.source.crawler.pulse = 10 * time.Millisecond
}

// read makes a pass.
func (w *watched) read(later time.Duration) (scanner.Outcome, error) {
	w.Move(later)
	w.taker.mu.Lock()
	w.taker.takes, w.taker.told, w.taker.short = nil, nil, nil
	w.taker.mu.Unlock()
	return w.source.Read(w.t.Context(), scanner.Pass{
		Source: "own-site", Kind: scanner.Poll, Cursor: w.cursor, Deadline: time.Now().Add(time.Hour),
		Save: func(_ context.Context, cursor string) error { w.cursor = cursor; return nil },
	})
}

// pass makes a pass that must not fail, and wants what was taken and told.
func (w *watched) pass(later time.Duration, taken string, told ...string) scanner.Outcome {
	w.t.Helper()
	out, err := w.read(later)
	if err != nil {
		w.t.Fatalf("the pass failed: %v", err)
	}
	w.wants(taken, told...)
	return out
}

func (w *watched) wants(taken string, told ...string) {
	w.t.Helper()
	if got := strings.Join(w.taken(), " "); got != taken {
		w.t.Errorf("taken: %q, want %q", got, taken)
	}
	slices.Sort(w.taker.told)
	if !slices.Equal(w.taker.told, told) {
		w.t.Errorf("told: %q, want %q", w.taker.told, told)
	}
}

// taken are the paths that were taken, sorted.
func (w *watched) taken() []string {
	var out []string
	for _, r := range w.taker.takes {
		out = append(out, pathOf(r.URI))
	}
	slices.Sort(out)
	return out
}

// readParts is readPlainly for pages with parts: what stands behind a line "part NAME" is a document of its own.
func readParts(ctx context.Context, page *Page, yield func(scanner.Document) error, skip func(scanner.Skip)) (scanner.Outline, error) {
	whole := page.body
	main, rest, found := bytes.Cut(whole, []byte("\npart "))
	page.body = main
	outline, err := readPlainly(ctx, page, yield, skip)
	for found && err == nil {
		var part []byte
		part, rest, found = bytes.Cut(rest, []byte("\npart "))
		name, text, _ := bytes.Cut(part, []byte("\n"))
		err = yield(scanner.Document{URI: page.URI() + "!" + string(name), Host: page.Host(), Text: bytes.NewBuffer(slices.Clone(text))})
	}
	page.body = whole
	return outline, err
}

// leaky is a page with a meeting link, and links to others.
func leaky(to ...string) []byte { return append(links(to...), "<p>Join: "+zoomLink...) }

// otherLink is another invented meeting.
const otherLink = "https://acme.zoom.us/j/97140382651"

// remove takes a page off the site.
func remove(t *testing.T, server *webtest.Server, name string) {
	t.Helper()
	if err := os.Remove(filepath.Join(server.Dir, "site", name)); err != nil {
		t.Fatal(err)
	}
}

var errRefused = errors.New("it is not taken")
