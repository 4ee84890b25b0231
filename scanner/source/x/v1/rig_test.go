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
	*sourcetest.Listener
	t    *testing.T
	fake *fakegateway.Server
	log  *bytes.Buffer
	o    Options

	mu    sync.Mutex
	terms []Terms
}

func newRig(t *testing.T, change func(*fakegateway.Options, *Options)) *rig {
	t.Helper()
	r := &rig{Listener: sourcetest.NewListener(t), t: t, log: &bytes.Buffer{}, terms: []Terms{{Tag: "o1", URLs: []string{"acme.zoom.us"}}}}
	fake := fakegateway.Options{Token: testToken, Heartbeat: 20 * time.Millisecond, Connections: 3, Check: checker(t)}
	r.o = Options{
		Token: func() (string, error) { return testToken + "\n", nil }, Taker: r.Taker, Keeper: r.Taker,
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

// start begins a pass.
func (r *rig) start(s *Source, cursor string) *sourcetest.Listening {
	r.t.Helper()
	return r.Begin("x-acme", s.Read, cursor)
}

func (r *rig) noted(text string) bool {
	return slices.ContainsFunc(r.Health().Notes, func(note string) bool { return strings.Contains(note, text) })
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
