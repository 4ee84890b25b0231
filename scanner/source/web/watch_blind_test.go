package web

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"meetleaks/scanner"
	"meetleaks/scanner/source/web/webtest"
)

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

func TestASourceOfWhichNothingIsSeenIsBlind(t *testing.T) {
	for name, c := range map[string]struct {
		pages map[string]http.HandlerFunc
		words string
		wait  time.Duration
	}{
		"broken":    {map[string]http.HandlerFunc{"/": status(500)}, "the start page answered 500", 0},
		"missing":   {map[string]http.HandlerFunc{"/": status(404)}, "the start page answered 404", 0},
		"forbidden": {map[string]http.HandlerFunc{"/": status(403)}, "the start page answered 403", 0},
		"members":   {map[string]http.HandlerFunc{"/": status(401)}, "the start page answered 401", 0},
		"throttled": {map[string]http.HandlerFunc{"/": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "7200")
			w.WriteHeader(http.StatusServiceUnavailable)
		}}, "come back later", 7100 * time.Second},
		"kept out": {map[string]http.HandlerFunc{"/robots.txt": text("User-agent: *\nDisallow: /\n"), "/": text("x")}, "robots.txt", 0},
		"robots":   {map[string]http.HandlerFunc{"/robots.txt": status(500), "/": text("x")}, "robots.txt could not be read", 0},
		"outside":  {map[string]http.HandlerFunc{"/": redirect("https://partner.example/")}, "outside", 0},
		"a film": {map[string]http.HandlerFunc{"/": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "video/mp4")
			fmt.Fprint(w, "x")
		}}, "kind not read", 0},
		"mostly broken": {map[string]http.HandlerFunc{
			"/": text(`<a href="/a">a</a><a href="/b">b</a><a href="/c">c</a>`), "/a": status(500), "/b": status(500), "/c": text("x" + zoomLink),
			"/d": text("x"),
		}, "", 0},
		"more broken": {map[string]http.HandlerFunc{
			"/": text(`<a href="/a">a</a><a href="/b">b</a><a href="/c">c</a>`), "/a": status(500), "/b": status(500), "/c": status(500),
		}, "3 of 4 pages could not be read", 0},
		"some gone": {map[string]http.HandlerFunc{
			"/": text(`<a href="/a">a</a><a href="/b">b</a><a href="/c">c</a>`),
		}, "", 0},
		"to a meeting": {map[string]http.HandlerFunc{"/": redirect(zoomLink)}, "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			addr, _ := testServer(t, c.pages)
			w := watch(t, addr, nil)
			_, err := w.read(0)
			var blind *BlindError
			if c.words == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if !errors.As(err, &blind) {
				t.Fatalf("ended with %v", err)
			}
			if reason := blind.Reason(); !strings.Contains(reason, c.words) || len(reason) > 120 || strings.Contains(reason, addr) || strings.Contains(reason, "://") {
				t.Errorf("because %q, want %q", reason, c.words)
			}
			if wait := blind.RetryAfter(); wait < c.wait || c.wait == 0 && wait != 0 {
				t.Errorf("again after %v, want %v", wait, c.wait)
			}
			if w.cursor != "" || w.source.Stats().Blind != 1 {
				t.Errorf("%q, %+v", w.cursor, w.source.Stats())
			}
		})
	}
}

func TestASiteThatIsNotReachedIsBlindAndNothingIsGone(t *testing.T) {
	server := webtest.Start(t, map[string][]byte{"index.html": leaky()}, "", "")
	w := watch(t, server.Addr, nil)
	w.pass(0, "/")
	dark := "127.0.0.1:9" // nobody listens to the discard port
	d := watch(t, dark, func(o *SourceOptions) { o.Visits, o.Taker = w.visits, w.taker })
	_, err := d.read(time.Hour)
	var blind *BlindError
	if !errors.As(err, &blind) || blind.Reason() == "" || strings.Contains(blind.Reason(), dark) {
		t.Errorf("ended with %v", err)
	}
	if len(w.taker.told) != 0 {
		t.Errorf("told: %q", w.taker.told)
	}
}

func TestOneOfSeveralStartsIsEnough(t *testing.T) {
	addr, _ := testServer(t, map[string]http.HandlerFunc{"/a": text(zoomLink), "/b": status(404)})
	w := watch(t, addr, func(o *SourceOptions) { o.Start = []string{"http://" + addr + "/a", "http://" + addr + "/b"} })
	w.pass(0, "/a")
	if w.source.Stats().Unread[scanner.Failure] != 1 || !strings.Contains(w.log.String(), "404") {
		t.Errorf("%+v, logged: %s", w.source.Stats(), w.log.String())
	}
}

// A start page that is not asked for, as its host wants to be left alone, counts like one that was.
func TestAStartOnAHostThatIsAwayIsUnseen(t *testing.T) {
	busy := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "7200")
		w.WriteHeader(http.StatusInternalServerError)
	}
	addr, log := testServer(t, map[string]http.HandlerFunc{"/a": busy, "/b": busy})
	w := watch(t, addr, func(o *SourceOptions) {
		o.Start, o.Parallel, o.Patience = []string{"http://" + addr + "/a", "http://" + addr + "/b"}, 1, 10*time.Second
	})
	var health scanner.SourceHealth
	_, err := w.source.Read(t.Context(), scanner.Pass{Source: "own-site", Tell: func(h scanner.SourceHealth) { health = h }})
	if blind := (*BlindError)(nil); !errors.As(err, &blind) {
		t.Errorf("ended with %v", err)
	}
	if uris := log.uris(); health.Heard != 2 || health.Failed != 2 || slices.Contains(uris, "/a") == slices.Contains(uris, "/b") {
		t.Errorf("%+v, asked for: %q", health, uris)
	}
}

func TestAPassWithoutTimeIsBlind(t *testing.T) {
	server := webtest.Start(t, map[string][]byte{"index.html": leaky()}, "", "")
	w := watch(t, server.Addr, nil)
	_, err := w.source.Read(t.Context(), scanner.Pass{Source: "own-site", Deadline: time.Now().Add(-time.Second)})
	var blind *BlindError
	if !errors.As(err, &blind) {
		t.Errorf("ended with %v", err)
	}
}

func TestASourceThatCannotWorkIsAMistake(t *testing.T) {
	client := testClient(t)
	good := SourceOptions{
		Options: Options{Name: "own-site", Start: []string{"https://acme.example/"}}, Visits: &keptVisits{}, Taker: &recorder{},
		Key: []byte("a key of the tests alone"),
	}
	if _, err := NewSource(client, readPlainly, good); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*SourceOptions){
		"no start":     func(o *SourceOptions) { o.Start = nil },
		"a meeting":    func(o *SourceOptions) { o.Start = []string{zoomLink} },
		"no visits":    func(o *SourceOptions) { o.Visits = nil },
		"no taker":     func(o *SourceOptions) { o.Taker = nil },
		"a short key":  func(o *SourceOptions) { o.Key = []byte("short") },
		"jobs below 0": func(o *SourceOptions) { o.Jobs = -1 },
		"many jobs":    func(o *SourceOptions) { o.Jobs = MaxParallel + 1 },
	} {
		o := good
		spoil(&o)
		_, err := NewSource(client, readPlainly, o)
		if err == nil || strings.Contains(err.Error(), "84930275116") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
