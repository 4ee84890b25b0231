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
	*sourcetest.Listener
	t    *testing.T
	fake *fakex.Server
	log  *bytes.Buffer
	o    Options

	mu    sync.Mutex
	terms []Terms
}

func newRig(t *testing.T, change func(*fakex.Options, *Options)) *rig {
	t.Helper()
	r := &rig{Listener: sourcetest.NewListener(t), t: t, log: &bytes.Buffer{}, terms: []Terms{{Tag: "o1", URLs: []string{"acme.zoom.us"}}}}
	fake := fakex.Options{Token: testToken, Heartbeat: 20 * time.Millisecond, Connections: 3, Check: checker(t)}
	r.o = Options{
		Token: func() (string, error) { return testToken + "\n", nil }, Taker: r.Taker, References: r.Taker,
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

// start begins a pass.
func (r *rig) start(s *Source, cursor string) *sourcetest.Listening {
	r.t.Helper()
	return r.Begin("x-acme", s.Read, cursor)
}

func (r *rig) count(what, uri string) int {
	n := 0
	for _, k := range r.Taker.All() {
		if k.What == what && k.URI == uri {
			n++
		}
	}
	return n
}

func uriText(id uint64) string { return postid.URI(id) }

// counted waits until X has told what it counts: what is under way at that moment may count twice.
func (r *rig) counted() {
	r.t.Helper()
	r.Within("X tells its count", func() bool {
		return slices.ContainsFunc(r.Health().Used, func(u scanner.Usage) bool { return strings.Contains(u.What, "X counts") })
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
