package demo

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/scanner"
	"meetleaks/scanner/source/bluesky/fakejetstream"
)

func start(t *testing.T) (*World, *Clock) {
	t.Helper()
	clock := &Clock{}
	w, err := Start(t.Context(), clock)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	return w, clock
}

func TestTheConfigurationIsRight(t *testing.T) {
	w, _ := start(t)
	loaded, err := config.Parse("", w.Config(`/tmp/a "strange" folder`, "127.0.0.1:0"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if text, err := loaded.Store.Read(); err != nil || text != `sqlite:/tmp/a "strange" folder/meetleaks.db` {
		t.Errorf("store %q, %v", text, err)
	}
	if len(loaded.Sources) != 2 || loaded.Fetch.Allow[0] != w.siteAt {
		t.Errorf("%+v", loaded.Fetch)
	}
}

func TestTheSiteShowsWhatIsPosted(t *testing.T) {
	w, _ := start(t)
	get := func(path string) (int, string) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+w.siteAt+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := (&http.Client{Timeout: 10 * time.Second}).Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		body, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
		if err != nil {
			t.Fatal(err)
		}
		return res.StatusCode, string(body)
	}
	if w.site.read() {
		t.Error("nobody has read it")
	}
	for _, step := range []struct {
		path, post string
		status     int
		stands     bool
	}{{"/", "", 200, false}, {"/", "come <b>in</b>", 200, true}, {"/term.html", "come", 200, false}, {"/no", "come", 404, false}, {"/", "", 200, false}} {
		w.site.set(step.post)
		status, body := get(step.path)
		if status != step.status || strings.Contains(body, "come &lt;b&gt;in") != step.stands {
			t.Errorf("%+v: %d %s", step, status, body)
		}
	}
	if !w.site.read() {
		t.Error("it was read")
	}
}

func TestTheClockIsPutForward(t *testing.T) {
	var c Clock
	before := time.Now()
	c.Forward(time.Hour)
	if ahead := c.Now().Sub(before); ahead < time.Hour || ahead > time.Hour+time.Minute {
		t.Errorf("ahead by %v", ahead)
	}
}

func TestACardIsSeen(t *testing.T) {
	got := Card(`[{"type":"header","text":{"type":"plain_text","text":"Public!"}},
		{"type":"section","text":{"type":"plain_text","text":"one\ntwo"}},
		{"type":"context","elements":[{"type":"plain_text","text":"why"}]},
		{"type":"actions","elements":[{"type":"button","text":{"type":"plain_text","text":"Done"}},{"type":"static_select","placeholder":{"type":"plain_text","text":"More…"}}]}]`)
	if want := []string{"Public!", "one", "two", "why", "[Done] [More… ▾]"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if got := Card("{"); got != nil {
		t.Errorf("%q", got)
	}
}

// nothing is a service that never finds anything.
type nothing struct{ err error }

func (n nothing) Leaks(context.Context) ([]scanner.Leak, error)  { return nil, n.err }
func (n nothing) Ledger(context.Context) (scanner.Ledger, error) { return scanner.Ledger{}, n.err }
func (n nothing) Wake(context.Context) error                     { return n.err }
func rested(context.Context) error                               { return nil }
func newStory(w *World, s Service, tell func(Event), b time.Duration) *Story {
	return &Story{World: w, Service: s, Console: "http://127.0.0.1:1", Token: "token", Tell: tell, Rest: rested, Bound: b}
}

func TestAStoryWithoutAServiceStops(t *testing.T) {
	w, _ := start(t)
	w.site.reads = 1
	broken := errors.New("the store is gone")
	for name, test := range map[string]struct {
		service nothing
		want    error
	}{"nothing is found": {nothing{}, ErrMissing}, "the store fails": {nothing{broken}, broken}} {
		var told bytes.Buffer
		story := newStory(w, test.service, func(e Event) { told.WriteString(e.Kind + " ") }, 200*time.Millisecond)
		err := story.Play(t.Context())
		if !errors.Is(err, test.want) || !strings.Contains(err.Error(), "found: the leak on the site") {
			t.Errorf("%s: %v", name, err)
		}
		if got := told.String(); got != "ready posted " {
			t.Errorf("%s: told %q", name, got)
		}
	}
}

func TestAStoryEndsWithItsContext(t *testing.T) {
	w, _ := start(t)
	ctx, cancel := context.WithCancel(t.Context())
	story := newStory(w, nothing{}, func(Event) { cancel() }, time.Minute)
	if err := story.Play(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

// TestTheStreamTellsWhatIsPosted listens to the stream as the service does: there is talk, then the stranger's link, the call for a raid,
// and its deletion.
func TestTheStreamTellsWhatIsPosted(t *testing.T) {
	w, _ := start(t)
	if w.heard() {
		t.Error("nobody listens")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	c, _, err := websocket.Dial(ctx, "ws://"+w.streamAt+"/subscribe", nil) //nolint:bodyclose // there is none to close
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.CloseNow() }()
	if !w.heard() {
		t.Error("somebody listens")
	}
	w.deleteRaid(w.postRaid("raid my class " + link(numberTwo, secretTwo)))
	var all strings.Builder
	for _, want := range []string{"globex.zoom.us", poster, link(numberTwo, secretTwo), `"delete"`, `"create"`} {
		for !strings.Contains(all.String(), want) {
			_, frame, err := c.Read(ctx)
			if err != nil {
				t.Fatalf("%s does not come: %v: %s", want, err, all.String())
			}
			all.Write(frame)
		}
	}
	all.Reset()
	for !strings.Contains(all.String(), fakejetstream.DID(stranger)) { // the talk goes on
		_, frame, err := c.Read(ctx)
		if err != nil {
			t.Fatalf("nobody talks: %v", err)
		}
		all.Write(frame)
	}
}

// A link is shown masked, wherever the story shows a post.
func TestAPostIsShownMasked(t *testing.T) {
	got := strings.Join(post("come in "+link(numberOne, secretOne)), "")
	for _, secret := range Planted() {
		if strings.Contains(got, secret) {
			t.Errorf("%q holds %q", got, secret)
		}
	}
	if !strings.Contains(got, "acme.zoom.us/j/951•••••843") {
		t.Errorf("%q", got)
	}
}

func TestWhatIsNewInACard(t *testing.T) {
	before := []string{"Public!", "Biology", "[Done]"}
	card := []string{"Safe: gone", "Biology"}
	if got := newIn(card, before); !slices.Equal(got, []string{"Safe: gone"}) || card[1] != "Biology" {
		t.Errorf("%q, of %q", got, card)
	}
}

func TestHowLongItTook(t *testing.T) {
	a := &act{posted: time.Unix(1000, 0)}
	for at, want := range map[time.Duration]float64{-time.Second: 0.001, 0: 0.001, 1234567 * time.Microsecond: 1.235} {
		if got := a.after(a.posted.Add(at)); got != want {
			t.Errorf("%v: %v", at, got)
		}
	}
}

func TestShort(t *testing.T) {
	for id, want := range map[string]string{"lk1:3fd0aa17ee": "3fd0aa17", "lk1:3f": "3f", "": ""} {
		if got := Short(id); got != want {
			t.Errorf("%q: %q", id, got)
		}
	}
}
