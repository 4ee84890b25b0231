package x

import (
	"bytes"
	"context"
	"log/slog"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"meetleaks/matchers"
	"meetleaks/scanner"
	"meetleaks/scanner/fetch"
	"meetleaks/scanner/source/sourcetest"
	"meetleaks/scanner/source/x/fakex"
	"meetleaks/scanner/source/x/internal/postid"
)

const testToken = "AAAAinventedBearer.of-acme~7"

// rig is a stand-in of X on the loopback, and what a source needs.
type rig struct {
	t     *testing.T
	fake  *fakex.Server
	taker *sourcetest.Taker
	log   *bytes.Buffer
	o     Options

	mu    sync.Mutex
	terms []Terms
	saved []string
	told  []scanner.SourceHealth
}

func newRig(t *testing.T, change func(*fakex.Options, *Options)) *rig {
	t.Helper()
	r := &rig{t: t, taker: sourcetest.NewTaker(), log: &bytes.Buffer{}, terms: []Terms{{Tag: "o1", URLs: []string{"acme.zoom.us"}}}}
	fake := fakex.Options{Token: testToken, Heartbeat: 20 * time.Millisecond, Connections: 3, Check: checker(t)}
	r.o = Options{
		Token: func() (string, error) { return testToken + "\n", nil }, Taker: r.taker, References: r.taker,
		Terms: func(context.Context) ([]Terms, error) {
			r.mu.Lock()
			defer r.mu.Unlock()
			return slices.Clone(r.terms), nil
		},
		Budget: Budget{PerDay: 5000, PerMonth: 50_000, Price: 0.005},
		Call:   2 * time.Second, Idle: 2 * time.Second, Settle: 5 * time.Millisecond, Tick: 5 * time.Millisecond, Sync: 50 * time.Millisecond,
		LookAgain: time.Hour, saveEvery: 5 * time.Millisecond, tellEvery: 5 * time.Millisecond, Promising: matchers.Standard().Promising, Log: slog.New(slog.NewTextHandler(r.log, nil)),
	}
	if change != nil {
		change(&fake, &r.o)
	}
	r.fake = fakex.New(fake)
	server := httptest.NewServer(r.fake)
	t.Cleanup(server.Close)
	t.Cleanup(server.CloseClientConnections)
	base, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	r.o.Base = base
	if r.o.API, err = fetch.APIClient(fetch.APIOptions{Base: base, Private: true}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.o.API.CloseIdleConnections)
	return r
}

// checker fails the test when an answer is not as X describes it.
func checker(t testing.TB) func(string, []byte) {
	t.Helper()
	compiler := jsonschema.NewCompiler()
	schemas := map[string]*jsonschema.Schema{}
	for _, name := range []string{"StreamPostsResponse", "SearchPostsRecentResponse", "GetRulesResponse", "UpdateRulesResponse"} {
		schema, err := compiler.Compile("fakex/testdata/x.schema.json#/$defs/" + name)
		if err != nil {
			t.Fatal(err)
		}
		schemas[name] = schema
	}
	return func(name string, body []byte) {
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
		if err == nil {
			err = schemas[name].Validate(value)
		}
		if err != nil {
			t.Errorf("%s: %v\n%s", name, err, body)
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

// ended says whether the pass has ended.
func (p *running) ended() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
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

func (r *rig) count(what, uri string) int {
	n := 0
	for _, k := range r.taker.All() {
		if k.What == what && k.URI == uri {
			n++
		}
	}
	return n
}

func uriText(id uint64) string { return postid.URI(id) }

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

// counted waits until X has told what it counts: what is under way at that moment may count twice.
func (r *rig) counted() {
	r.t.Helper()
	r.within("X tells its count", func() bool {
		return slices.ContainsFunc(r.health().Used, func(u scanner.Usage) bool { return strings.Contains(u.What, "X counts") })
	})
}

const (
	linkA = "https://acme.zoom.us/j/84930275116?pwd=Zk3mQ9xWvT7bLr2s"
	linkB = "https://acme.zoom.us/j/93051748260"
)

func noSecrets(t *testing.T, texts ...string) {
	t.Helper()
	for _, text := range texts {
		for _, secret := range []string{testToken, "84930275116", "93051748260", "Zk3mQ9xWvT7bLr2s", "quillbert"} {
			if strings.Contains(text, secret) {
				t.Errorf("%q got out: %s", secret, text)
			}
		}
	}
}
