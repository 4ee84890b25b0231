// Package webwatch proves how a watched site, the pipeline and a store work together. It has no code of its own: the parts may not
// know each other, and only what lies below cmd may know them all.
package webwatch

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"meetleaks/matchers"
	"meetleaks/scanner"
	"meetleaks/scanner/extract"
	"meetleaks/scanner/fetch"
	"meetleaks/scanner/source/sourcetest"
	"meetleaks/scanner/source/web"
	"meetleaks/scanner/source/web/webtest"
)

const (
	org = "acme"
	// The invented meetings.
	board = "https://acme.zoom.us/j/84930275116?pwd=Vt7mQ2xKc9Lw"
	staff = "https://acme.zoom.us/j/97140382651?pwd=Jr5nZ8pBd3Hs"
)

// nobody knows no host: what is found goes to the room.
type nobody struct{}

func (nobody) Resolve(context.Context, string, matchers.Link, time.Time) (scanner.KnownMeeting, bool, error) {
	return scanner.KnownMeeting{}, false, nil
}

func (nobody) Contact(context.Context, string, string) (scanner.Contact, bool, error) {
	return scanner.Contact{}, false, nil
}

// dying are visits of a process that is killed before it keeps any of the named page.
type dying struct {
	scanner.Visits
	rig  *rig
	page string
}

func (d dying) SaveVisit(ctx context.Context, source string, v scanner.Visit) error {
	if kept := d.rig.opened(v); strings.HasSuffix(kept.Address, d.page) && strings.Contains(kept.text, `"body"`) {
		return scanner.ErrUnavailable
	}
	return d.Visits.SaveVisit(ctx, source, v)
}

// rig is a site, a store, a pipeline and a source.
type rig struct {
	*sourcetest.Clock
	t        *testing.T
	site     *webtest.Server
	store    scanner.Store
	pipeline *scanner.Pipeline
	options  web.SourceOptions
	client   *fetch.Client
	source   *web.Source
	key      scanner.VisitKey
	raw      func() string // all that is stored, as it is stored
	cursor   string
}

func newRig(t *testing.T, files map[string][]byte) *rig {
	t.Helper()
	return newRigOn(t, onSQLite, webtest.Start(t, files, "", ""))
}

// newRigOn makes a rig on a store.
func newRigOn(t *testing.T, open func(*rig), site *webtest.Server) *rig {
	t.Helper()
	r := &rig{Clock: sourcetest.ClockAt(time.Now()), t: t, site: site}
	var err error
	open(r)
	t.Cleanup(func() { r.store.Close() })
	r.makePipeline()
	r.client, err = fetch.New(fetch.Options{Pace: fetch.None, Allow: []string{r.site.Addr}, Contact: "https://acme.example/bot"})
	r.must(err)
	t.Cleanup(r.client.Close)
	r.options = web.SourceOptions{
		Options: web.Options{Name: "own-site", Start: []string{"http://" + r.site.Addr + "/"}, PerHost: 8, Dir: t.TempDir(), Now: r.Now},
		Visits:  r.store, Taker: r.pipeline, Key: bytes.Repeat([]byte("p4rt-key"), 4), Jobs: 2, Generation: "one",
	}
	r.key, err = scanner.NewVisitKey(r.options.Key)
	r.must(err)
	r.restart()
	return r
}

func (r *rig) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) makePipeline() {
	r.t.Helper()
	master, err := scanner.NewMaster(bytes.Repeat([]byte("m4st3r-k"), 4))
	r.must(err)
	keys, err := scanner.NewKeyring(bytes.Repeat([]byte("1nd3x-ke"), 4), master)
	r.must(err)
	index, err := matchers.NewIndex([]matchers.Organisation{{
		Name: org, Domains: []string{"acme.example"},
		Patterns: []matchers.Pattern{{Type: matchers.VanityPattern, Value: "acme.zoom.us"}},
	}}, keys.IndexKey())
	r.must(err)
	judge := scanner.NewJudge(scanner.JudgeOptions{Index: index, Now: r.Now, May: func(string, string) bool { return true }})
	r.pipeline, err = scanner.NewPipeline(scanner.PipelineOptions{
		Store: r.store, Keys: keys, Resolver: nobody{}, Matcher: scanner.NewMatcher(matchers.Standard(), judge), Now: r.Now,
		Rooms: func(string) []scanner.Room { return []scanner.Room{{ID: "C0SECOPS"}} },
	})
	r.must(err)
	_, wrapped, err := keys.NewDataKey(org)
	r.must(err)
	_, err = r.store.AddOrgKey(r.t.Context(), org, wrapped)
	r.must(err)
}

// restart makes the source anew.
func (r *rig) restart() {
	r.t.Helper()
	unpack := extract.New(extract.Options{})
	var err error
	r.source, err = web.NewSource(r.client, func(ctx context.Context, page *web.Page, yield func(scanner.Document) error, skip func(scanner.Skip)) (scanner.Outline, error) {
		return unpack.Read(ctx, page, yield, skip)
	}, r.options)
	r.must(err)
}

func (r *rig) read(later time.Duration) (scanner.Outcome, error) {
	r.Move(later)
	return r.source.Read(r.t.Context(), scanner.Pass{
		Source: "own-site", Kind: scanner.Poll, Cursor: r.cursor,
		Save: func(_ context.Context, cursor string) error { r.cursor = cursor; return nil },
	})
}

func (r *rig) pass(later time.Duration) scanner.Outcome {
	r.t.Helper()
	out, err := r.read(later)
	r.must(err)
	return out
}

// leaks are the organisation's, with a ledger that agrees.
func (r *rig) leaks(want int) []scanner.Leak {
	r.t.Helper()
	page, err := r.store.ListLeaks(r.t.Context(), scanner.LeakQuery{Org: org, Limit: 100})
	r.must(err)
	if len(page.Leaks) != want {
		r.t.Fatalf("%d leaks, want %d", len(page.Leaks), want)
	}
	books, pending, err := r.store.Ledger(r.t.Context(), org)
	r.must(err)
	r.must(books.Check(pending))
	return page.Leaks
}

func (r *rig) is(state scanner.State) scanner.Leak {
	r.t.Helper()
	leak := r.leaks(1)[0]
	if leak.State != state {
		r.t.Errorf("the leak is %q, want %q", leak.State, state)
	}
	return leak
}

// change writes a page as if an hour had passed: the server tells versions apart by their second.
func (r *rig) change(name, body string) {
	r.t.Helper()
	path := filepath.Join(r.site.Dir, "site", name)
	r.must(os.WriteFile(path, []byte(body), 0o644))
	later := time.Now().Add(time.Hour)
	r.must(os.Chtimes(path, later, later))
}

func page(body string) string {
	return "<!doctype html><html><body>" + strings.Repeat("<p>The minutes of the board.</p>\n", 500) + body + "</body></html>"
}

func link(to string) string { return `<p><a href="` + to + `">` + to + `</a></p>` }

func acme() map[string][]byte {
	return map[string][]byte{
		"index.html": []byte(page(link("/board.html") + link("/about.html"))), "board.html": []byte(page(link(board))), "about.html": []byte(page("")),
	}
}

func TestALeakOnASiteIsOwedAnAlertWhenThePassEnds(t *testing.T) {
	r := newRig(t, acme())
	if out := r.pass(0); out.Documents != 3 || out.News != 3 || out.Next.IsZero() {
		t.Errorf("%+v", out)
	}
	leak := r.is(scanner.StateOpen)
	rows, err := r.store.Deliveries(t.Context(), org, leak.ID)
	r.must(err)
	if len(rows) == 0 || rows[0].Delivery.State != scanner.DeliveryPending {
		t.Errorf("in the outbox: %+v", rows)
	}
	before := r.source.Stats()
	out := r.pass(60 * 24 * time.Hour)
	after := r.source.Stats()
	if out.News != 0 || after.Documents != before.Documents || after.Wire-before.Wire > before.Wire/20 || r.pipeline.Counts().Documents != 3 {
		t.Errorf("%+v; %+v, then %+v", out, before, after)
	}
	r.is(scanner.StateOpen)
}

func TestALeakIsRemovedWithItsPageAndOpensWhenItIsBack(t *testing.T) {
	r := newRig(t, acme())
	r.pass(0)
	r.must(os.Remove(filepath.Join(r.site.Dir, "site", "board.html")))
	out := r.pass(24 * time.Hour)
	r.is(scanner.StateOpen)
	if wait := out.Next.Sub(r.Now()); wait > time.Hour+time.Minute {
		t.Errorf("the second look comes after %v", wait)
	}
	r.pass(out.Next.Sub(r.Now()))
	r.is(scanner.StateRemoved)
	r.change("board.html", page(link(board)))
	r.pass(60 * 24 * time.Hour)
	r.is(scanner.StateOpen)
}

func TestAPageThatWasAwayForOneLookIsAsItWas(t *testing.T) {
	r := newRig(t, acme())
	r.pass(0)
	from := filepath.Join(r.site.Dir, "site", "board.html")
	r.must(os.Rename(from, from+".away"))
	r.pass(24 * time.Hour)
	r.must(os.Rename(from+".away", from))
	r.pass(61 * time.Minute)
	leak := r.is(scanner.StateOpen)
	if len(leak.Places) != 1 || leak.Places[0].Gone != 0 || r.pipeline.Counts().Documents != 3 {
		t.Errorf("%+v, %+v", leak.Places, r.pipeline.Counts())
	}
}

func TestALeakThatIsTakenOffItsPageIsRemoved(t *testing.T) {
	r := newRig(t, acme())
	r.pass(0)
	r.change("board.html", page("<p>The link went out by mail."))
	out := r.pass(24 * time.Hour)
	r.is(scanner.StateOpen)
	r.pass(out.Next.Sub(r.Now()))
	r.is(scanner.StateRemoved)
}

func TestOneOfTwoLeaksIsTakenOff(t *testing.T) {
	files := acme()
	files["board.html"] = []byte(page(link(board) + link(staff)))
	r := newRig(t, files)
	r.pass(0)
	r.leaks(2)
	r.change("board.html", page(link(staff)))
	out := r.pass(24 * time.Hour)
	r.pass(out.Next.Sub(r.Now()))
	states := map[scanner.State]int{}
	for _, leak := range r.leaks(2) {
		states[leak.State]++
	}
	if states[scanner.StateOpen] != 1 || states[scanner.StateRemoved] != 1 {
		t.Errorf("%v", states)
	}
}

func TestASiteThatIsDownRemovesNothing(t *testing.T) {
	r := newRig(t, acme())
	r.pass(0)
	r.options.Start = []string{"http://" + r.site.Addr + "/about.html"} // one that answers
	r.restart()
	r.change("robots.txt", "User-agent: *\nDisallow: /board\n")
	for range 4 {
		if _, err := r.read(24 * time.Hour); err != nil {
			var blind *web.BlindError
			if !errors.As(err, &blind) {
				t.Fatal(err)
			}
		}
	}
	if leak := r.is(scanner.StateOpen); leak.GoneLooks != 0 {
		t.Errorf("%+v", leak)
	}
}

func TestAnotherGenerationAndDoubtMatchAgainWithoutAnAlertMore(t *testing.T) {
	r := newRig(t, acme())
	var from, to time.Time
	r.options.Doubtful = func(at time.Time) bool { return at.After(from) && at.Before(to) }
	r.restart()
	r.pass(0)
	leak := r.is(scanner.StateOpen)
	before, err := r.store.Deliveries(t.Context(), org, leak.ID)
	r.must(err)
	r.options.Generation = "two"
	r.restart()
	r.pass(time.Minute)
	if n := r.pipeline.Counts().Documents; n != 6 {
		t.Errorf("%d documents after another generation", n)
	}
	from, to = r.Now().Add(-time.Minute), r.Now().Add(time.Second)
	r.pass(time.Minute)
	if n := r.pipeline.Counts().Documents; n != 9 {
		t.Errorf("%d documents after a doubt", n)
	}
	after, err := r.store.Deliveries(t.Context(), org, r.is(scanner.StateOpen).ID)
	r.must(err)
	if len(after) != len(before) {
		t.Errorf("%d deliveries, then %d", len(before), len(after))
	}
}

func TestAProcessThatDiesBetweenTakeAndSaveRepeats(t *testing.T) {
	r := newRig(t, acme())
	r.options.Visits = dying{r.store, r, "/board.html"}
	r.restart()
	if _, err := r.read(0); !errors.Is(err, scanner.ErrUnavailable) {
		t.Fatalf("ended with %v", err)
	}
	r.is(scanner.StateOpen)
	taken := r.pipeline.Counts().Documents
	r.options.Visits = r.store
	r.restart()
	r.pass(time.Minute)
	if r.pipeline.Counts().Documents == taken {
		t.Error("the page is taken for read")
	}
	leak := r.is(scanner.StateOpen)
	rows, err := r.store.Deliveries(t.Context(), org, leak.ID)
	r.must(err)
	if len(rows) != 1 {
		t.Errorf("%d deliveries", len(rows))
	}
}

func TestNothingKeptOfAVisitHoldsAMeeting(t *testing.T) {
	files := acme()
	files["board.html"] = []byte(page(link(board) + link(staff)))
	r := newRig(t, files)
	r.pass(0)
	all := r.remembered()
	for _, v := range all {
		for _, secret := range []string{"84930275116", "97140382651", "Vt7mQ2xKc9Lw", "Jr5nZ8pBd3Hs"} {
			if strings.Contains(v.text, secret) {
				t.Errorf("kept: %s", v.text)
			}
		}
	}
	if len(all) < 3 {
		t.Errorf("%d visits", len(all))
	}
}
