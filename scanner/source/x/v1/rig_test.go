package v1

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dghubble/go-twitter/twitter" //nolint:staticcheck // nobody develops it any more: it is for what speaks v1.1 alone

	"meetleaks/matchers"
	"meetleaks/scanner"
	"meetleaks/scanner/fetch"
	"meetleaks/scanner/source/sourcetest"
	"meetleaks/scanner/source/x/v1/fakegateway"
)

const (
	testToken = "AAAAinventedBearer.of-acme~7"
	linkA     = "https://acme.zoom.us/j/84930275116?pwd=Zk3mQ9xWvT7bLr2s"
	linkB     = "https://acme.zoom.us/j/93051748260"
)

// rig is a stand-in of a gateway on the loopback, and what a source needs.
type rig struct {
	t     *testing.T
	fake  *fakegateway.Server
	taker *sourcetest.Taker
	log   *bytes.Buffer
	o     Options

	mu    sync.Mutex
	terms []Terms
	saved []string
	told  []scanner.SourceHealth
}

func newRig(t *testing.T, change func(*fakegateway.Options, *Options)) *rig {
	t.Helper()
	r := &rig{t: t, taker: sourcetest.NewTaker(), log: &bytes.Buffer{}, terms: []Terms{{Tag: "o1", URLs: []string{"acme.zoom.us"}}}}
	fake := fakegateway.Options{Token: testToken, Heartbeat: 20 * time.Millisecond, Connections: 3, Check: checker(t)}
	r.o = Options{
		Token: func() (string, error) { return testToken + "\n", nil }, Taker: r.taker, Keeper: r.taker,
		Terms: func(context.Context) ([]Terms, error) {
			r.mu.Lock()
			defer r.mu.Unlock()
			return slices.Clone(r.terms), nil
		},
		Call: 2 * time.Second, Idle: 2 * time.Second, Settle: 5 * time.Millisecond, Tick: 5 * time.Millisecond, Sync: 20 * time.Millisecond,
		LookAgain: time.Hour, saveEvery: 5 * time.Millisecond, tellEvery: 5 * time.Millisecond,
		Promising: matchers.Standard().Promising, Log: slog.New(slog.NewTextHandler(r.log, nil)),
	}
	if change != nil {
		change(&fake, &r.o)
	}
	r.fake = fakegateway.New(fake)
	server := httptest.NewServer(r.fake)
	t.Cleanup(server.Close)
	t.Cleanup(server.CloseClientConnections)
	base, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	if r.o.Base == nil {
		r.o.Base = base
	}
	if r.o.API, err = fetch.APIClient(fetch.APIOptions{Base: base, Private: true}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.o.API.CloseIdleConnections)
	return r
}

// checker fails the test when the stand-in sends a post with a field that the library does not know: then it would test nothing.
func checker(t testing.TB) func([]byte) {
	return func(body []byte) {
		strict := json.NewDecoder(bytes.NewReader(body))
		strict.DisallowUnknownFields()
		var into any
		switch {
		case bytes.HasPrefix(body, []byte("[")):
			into = new([]twitter.Tweet)
		case bytes.HasPrefix(body, []byte(`{"search_metadata"`)):
			into = new(twitter.Search)
		case bytes.Contains(body, []byte(`"retweet_count"`)):
			into = new(twitter.Tweet)
		default:
			return // a notice
		}
		if err := strict.Decode(into); err != nil {
			t.Errorf("%v\n%s", err, body)
		}
	}
}

func (r *rig) source() *Source {
	r.t.Helper()
	s, err := NewSource(r.o)
	if err != nil {
		r.t.Fatal(err)
	}
	return s
}

// running is a pass under way.
type running struct {
	rig    *rig
	cancel context.CancelFunc
	done   chan struct{}
	out    scanner.Outcome
	err    error
}

func (r *rig) start(s *Source, cursor string) *running {
	r.t.Helper()
	ctx, cancel := context.WithCancel(r.t.Context())
	p := &running{rig: r, cancel: cancel, done: make(chan struct{})}
	listening := make(chan struct{})
	var once sync.Once
	given := scanner.Pass{
		Source: "x-acme", Kind: scanner.Stream, Cursor: cursor,
		Save: func(_ context.Context, c string) error {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.saved = append(r.saved, c)
			once.Do(func() { close(listening) })
			return nil
		},
		Tell: func(h scanner.SourceHealth) { r.mu.Lock(); defer r.mu.Unlock(); r.told = append(r.told, h) },
	}
	go func() {
		defer close(p.done)
		p.out, p.err = s.Read(ctx, given)
	}()
	r.t.Cleanup(func() { cancel(); <-p.done })
	select {
	case <-listening:
	case <-p.done:
	case <-time.After(10 * time.Second):
		r.t.Fatal("it neither listens nor ends")
	}
	return p
}

// end ends a pass, or waits for it to end by itself.
func (p *running) end(byItself bool) error {
	p.rig.t.Helper()
	if !byItself {
		p.cancel()
	}
	select {
	case <-p.done:
	case <-time.After(10 * time.Second):
		p.rig.t.Fatal("the pass goes on")
	}
	return p.err
}

func (r *rig) cursor() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.saved) == 0 {
		return ""
	}
	return r.saved[len(r.saved)-1]
}

func (r *rig) health() scanner.SourceHealth {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.told) == 0 {
		return scanner.SourceHealth{}
	}
	return r.told[len(r.told)-1]
}

// await waits for a call of the taker.
func (r *rig) await(what, uri string) sourcetest.Took {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), 10*time.Second)
	defer cancel()
	took, ok := r.taker.Await(ctx, func(k sourcetest.Took) bool { return k.What == what && k.URI == uri })
	if !ok {
		r.t.Fatalf("%s %s did not come; %+v", what, uri, r.health())
	}
	return took
}

// within repeats a check until it holds.
func (r *rig) within(what string, holds func() bool) {
	r.t.Helper()
	ticker := time.NewTicker(2 * time.Millisecond)
	defer ticker.Stop()
	for range 4000 {
		if holds() {
			return
		}
		<-ticker.C
	}
	r.t.Fatalf("not within 8 s: %s; %+v", what, r.health())
}

func (r *rig) noted(text string) bool {
	return slices.ContainsFunc(r.health().Notes, func(note string) bool { return strings.Contains(note, text) })
}

func noSecrets(t *testing.T, texts ...string) {
	t.Helper()
	for _, text := range texts {
		for _, secret := range []string{testToken, "84930275116", "93051748260", "Zk3mQ9xWvT7bLr2s", "quillbert", "acme.zoom", "acme zoom"} {
			if strings.Contains(text, secret) {
				t.Errorf("%q got out: %s", secret, text)
			}
		}
	}
}
