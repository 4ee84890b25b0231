package bluesky

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"net/url"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/klauspost/compress/dict"
	"github.com/klauspost/compress/zstd"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"meetleaks/scanner"
	"meetleaks/scanner/fetch"
	"meetleaks/scanner/source/bluesky/fakejetstream"
	"meetleaks/scanner/source/sourcetest"
)

// Numbers are made up: no run, no repetition.
const (
	testLink  = "https://acme.zoom.us/j/84930275116?pwd=Zk3mQ9xWvT7bLr2s"
	otherLink = "https://globex.zoom.us/j/91750382649"
	author    = "wanda.acme.example"
)

// rig is a service, a taker, and what a watch keeps.
type rig struct {
	t       *testing.T
	fake    *fakejetstream.Server
	address *url.URL
	taker   *sourcetest.Taker
	source  *Source
	log     *buffer

	mu     sync.Mutex
	cursor string
	saves  []string
	saved  chan struct{} // gets a value with each save, when there is room
	health scanner.SourceHealth
	lost   error
	fence  int64
}

// buffer is a log that may be written by several goroutines.
type buffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// checked is what every event of the stand-in has to be.
func checked(t testing.TB) func([]byte) error {
	t.Helper()
	file, err := os.Open("fakejetstream/testdata/event.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	text, err := jsonschema.UnmarshalJSON(file)
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("event.json", text); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("event.json")
	if err != nil {
		t.Fatal(err)
	}
	return func(frame []byte) error {
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(frame))
		if err != nil {
			return err
		}
		return schema.Validate(value)
	}
}

func newRig(t *testing.T, fake fakejetstream.Options, change func(*Options)) *rig {
	t.Helper()
	server, err := fakejetstream.New(fake)
	if err != nil {
		t.Fatal(err)
	}
	listening := httptest.NewServer(server)
	t.Cleanup(listening.Close)
	r := &rig{t: t, fake: server, taker: sourcetest.NewTaker(), log: &buffer{}, saved: make(chan struct{}, 1)}
	r.address, err = url.Parse(listening.URL)
	if err != nil {
		t.Fatal(err)
	}
	r.source = r.open(r.taker, change)
	return r
}

func (r *rig) open(taker Taker, change func(*Options)) *Source {
	r.t.Helper()
	client, err := fetch.APIClient(fetch.APIOptions{Base: r.address, Private: true})
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(client.CloseIdleConnections)
	o := Options{BaseURL: r.address, Client: client, Taker: taker, Log: slog.New(slog.NewTextHandler(r.log, nil))}
	if change != nil {
		change(&o)
	}
	source, err := NewSource(o)
	if err != nil {
		r.t.Fatal(err)
	}
	return source
}

func (r *rig) save(_ context.Context, cursor string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.lost != nil {
		return r.lost
	}
	r.cursor = cursor
	r.saves = append(r.saves, cursor)
	select {
	case r.saved <- struct{}{}:
	default:
	}
	return nil
}

func (r *rig) tell(h scanner.SourceHealth) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.health = h
}

// running is a pass on its way.
type running struct {
	rig  *rig
	stop context.CancelFunc
	done chan struct{}
	out  scanner.Outcome
	err  error
}

// begin begins a pass, and returns when the service is listened to or the pass is over.
func (r *rig) begin() *running {
	r.t.Helper()
	ctx, stop := context.WithCancel(r.t.Context())
	run := &running{rig: r, stop: stop, done: make(chan struct{})}
	r.mu.Lock()
	r.fence++
	pass := scanner.Pass{Source: "sky", Kind: scanner.Stream, Cursor: r.cursor, Fence: r.fence, Save: r.save, Tell: r.tell}
	r.mu.Unlock()
	select {
	case <-r.saved:
	default:
	}
	go func() {
		defer close(run.done)
		run.out, run.err = r.source.Read(ctx, pass)
	}()
	r.t.Cleanup(func() { stop(); <-run.done })
	select {
	case <-r.saved:
	case <-run.done:
	case <-time.After(20 * time.Second):
		r.t.Fatal("the pass does not begin")
	}
	return run
}

// over waits for the end of a pass.
func (run *running) over() error {
	run.rig.t.Helper()
	select {
	case <-run.done:
	case <-time.After(20 * time.Second):
		run.rig.t.Fatal("the pass does not end")
	}
	if err := run.rig.fake.Err(); err != nil {
		run.rig.t.Fatalf("the stand-in sent what is no event: %v", err)
	}
	return run.err
}

// end stops a pass; that is no failure.
func (run *running) end() {
	run.rig.t.Helper()
	run.stop()
	if err := run.over(); err != nil && !errors.Is(err, context.Canceled) {
		run.rig.t.Fatalf("a pass that was stopped: %v", err)
	}
}

// await waits for a call of the taker.
func (r *rig) await(what, uri string) sourcetest.Took {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), 20*time.Second)
	defer cancel()
	took, ok := r.taker.Await(ctx, func(t sourcetest.Took) bool { return t.What == what && (uri == "" || t.URI == uri) })
	if !ok {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.t.Fatalf("nothing was %s at %q; calls: %+v; stand-in: %v; health: %+v", what, uri, r.taker.All(), r.fake.Err(), r.health)
	}
	return took
}

func (r *rig) count(what, uri string) (n int) {
	for _, took := range r.taker.All() {
		if took.What == what && took.URI == uri {
			n++
		}
	}
	return n
}

// post posts a link and returns where.
func (r *rig) post(text string) string {
	return uriOf(author, r.fake.Post(author, fakejetstream.Record(text, time.Now(), nil)))
}

func uriOf(handle, key string) string {
	return "https://bsky.app/profile/" + fakejetstream.DID(handle) + "/post/" + key
}

// dictionary makes one for tests, from posts like those of the tests.
func dictionary(t testing.TB) []byte {
	t.Helper()
	var samples [][]byte
	for i := range 200 {
		did := fakejetstream.DID(string(rune('a'+i%26)) + ".acme.example")
		samples = append(samples, []byte(`{"did":"`+did+`","time_us":17323619`+time.Unix(int64(i), 0).Format("05")+
			`1234567,"kind":"commit","commit":{"rev":"3l","operation":"create","collection":"app.bsky.feed.post","rkey":"3l",`+
			`"record":{"$type":"app.bsky.feed.post","createdAt":"2026-11-21T10:00:00Z","langs":["en"],"text":"good morning `+did[8:20]+`"}}}`))
	}
	d, err := dict.BuildZstdDict(samples, dict.Options{MaxDictSize: 8 << 10, HashBytes: 6, ZstdDictID: 5417, ZstdLevel: zstd.SpeedFastest})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// dictionaryOf is one of other words.
func dictionaryOf(t testing.TB, word string) []byte {
	t.Helper()
	var samples [][]byte
	for i := range 100 {
		samples = append(samples, bytes.Repeat(fmt.Appendf(nil, "%s %d times ", word, i*7919), 20))
	}
	d, err := dict.BuildZstdDict(samples, dict.Options{MaxDictSize: 4 << 10, HashBytes: 6, ZstdDictID: 6173, ZstdLevel: zstd.SpeedFastest})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func parsed(t *testing.T, address string) *url.URL {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u
}
