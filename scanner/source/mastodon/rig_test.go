package mastodon

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/html"

	"meetleaks/matchers"
	"meetleaks/scanner"
	"meetleaks/scanner/fetch"
	"meetleaks/scanner/source/mastodon/fakemastodon"
	"meetleaks/scanner/source/sourcetest"
)

const testLink = "https://acme.zoom.us/j/84930275116?pwd=Zk3mQ9xWvT7bLr2s"

// readPlainly is a Reader with just enough of HTML for tests: texts, and the addresses of links behind them.
func readPlainly(ctx context.Context, page *Page, yield func(scanner.Document) error, _ func(scanner.Skip)) (scanner.Outline, error) {
	r, err := page.Open()
	if err != nil || ctx.Err() != nil {
		return scanner.Outline{}, ctx.Err()
	}
	defer r.Close()
	var out strings.Builder
	href := ""
	for z := html.NewTokenizer(r); z.Next() != html.ErrorToken; {
		switch token := z.Token(); {
		case token.Type == html.TextToken:
			out.WriteString(token.Data)
		case token.Type == html.StartTagToken && token.Data == "a":
			href = hrefOf(token)
		case token.Type == html.EndTagToken && token.Data == "a":
			out.WriteString(" <" + href + "> ")
		case token.Data == "p" || token.Data == "br":
			out.WriteString("\n")
		}
	}
	return scanner.Outline{}, yield(scanner.Document{URI: page.URI(), Host: page.Host(), MediaType: page.ContentType(), Text: strings.NewReader(out.String())})
}

// rig is a source before a stand-in.
type rig struct {
	t      *testing.T
	server *fakemastodon.Server
	taker  *sourcetest.Taker
	source *Source
	clock  *sourcetest.Clock
	log    *lockedBuffer
}

func open(t *testing.T, change func(*Options)) *rig {
	t.Helper()
	server, err := fakemastodon.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	r := &rig{t: t, server: server, taker: sourcetest.NewTaker(), clock: sourcetest.ClockAt(time.Now()), log: &lockedBuffer{}}
	r.reopen(change)
	return r
}

// reopen makes the source anew, as after a crash.
func (r *rig) reopen(change func(*Options)) {
	r.t.Helper()
	client, err := fetch.APIClient(fetch.APIOptions{Base: r.server.URL(), Private: true})
	if err != nil {
		r.t.Fatal(err)
	}
	o := Options{
		Server: r.server.URL(), Client: client, Token: func() (string, error) { return fakemastodon.Token, nil }, Taker: r.taker,
		Read: readPlainly, Promising: matchers.Standard().Promising, Now: r.clock.Now, Log: slog.New(slog.NewTextHandler(r.log, nil)),
	}
	if change != nil {
		change(&o)
	}
	if r.source, err = NewSource(o); err != nil {
		r.t.Fatal(err)
	}
	r.source.tick = 5 * time.Millisecond
}

// lockedBuffer takes what several goroutines write.
type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// within bounds a test.
func within(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// running is a pass that goes on.
type running struct {
	t    *testing.T
	end  context.CancelFunc
	done chan struct{}

	mu      sync.Mutex
	saved   []string
	health  scanner.SourceHealth
	more    chan struct{}
	failing error // what Save returns

	outcome scanner.Outcome
	err     error
}

func (r *rig) pass(kind scanner.PassKind, cursor string) (scanner.Pass, *running) {
	p := &running{t: r.t, done: make(chan struct{}), more: make(chan struct{})}
	return scanner.Pass{Source: "town", Kind: kind, Cursor: cursor, Tell: p.tell, Save: p.save}, p
}

func (p *running) tell(h scanner.SourceHealth) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.health = h
	close(p.more)
	p.more = make(chan struct{})
}

func (p *running) save(_ context.Context, cursor string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.failing != nil {
		return p.failing
	}
	p.saved = append(p.saved, cursor)
	close(p.more)
	p.more = make(chan struct{})
	return nil
}

// start begins a stream, and returns when it is listened to.
func (r *rig) start(cursor string) *running {
	r.t.Helper()
	opened := r.server.Opened()
	p := r.begin(cursor)
	p.until("listened to", func() bool { return len(p.saved) > 0 && r.server.Opened() > opened && len(p.health.Used) > 0 })
	return p
}

func (r *rig) begin(cursor string) *running {
	pass, p := r.pass(scanner.Stream, cursor)
	ctx, cancel := context.WithCancel(within(r.t))
	p.end = cancel
	go func() {
		defer close(p.done)
		p.outcome, p.err = r.source.Read(ctx, pass)
	}()
	r.t.Cleanup(func() { p.stop() })
	return p
}

// stop ends the pass from outside.
func (p *running) stop() error {
	p.end()
	return p.wait()
}

// wait waits for the pass to end.
func (p *running) wait() error {
	select {
	case <-p.done:
	case <-time.After(20 * time.Second):
		p.t.Error("the pass goes on")
		return nil
	}
	return p.err
}

// until waits for something that is true after a call of Save or Tell.
func (p *running) until(what string, fits func() bool) {
	p.t.Helper()
	limit := time.After(20 * time.Second)
	for {
		p.mu.Lock()
		ok, more := fits(), p.more
		p.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-more:
		case <-p.done:
			p.t.Fatalf("never %s: the pass ended: %v", what, p.err)
		case <-limit:
			p.t.Fatalf("never %s", what)
		}
	}
}

// last is the cursor that was saved last.
func (p *running) last() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.saved) == 0 {
		return ""
	}
	return p.saved[len(p.saved)-1]
}

// told is what was told last.
func (p *running) told() scanner.SourceHealth {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.health
}

// poll makes a whole pass that polls.
func (r *rig) poll(cursor string) (scanner.Outcome, *running, error) {
	r.t.Helper()
	pass, p := r.pass(scanner.Poll, cursor)
	outcome, err := r.source.Read(within(r.t), pass)
	return outcome, p, err
}

// await waits for a call of the taker.
func (r *rig) await(what, uri string) sourcetest.Took {
	r.t.Helper()
	took, ok := r.taker.Await(within(r.t), func(c sourcetest.Took) bool { return c.What == what && c.URI == uri })
	if !ok {
		r.t.Fatalf("%s was never %s; log %s", uri, what, r.log)
	}
	return took
}

// uri is the place of a post.
func (r *rig) uri(id string) string { return r.server.URL().String() + "/statuses/" + id }

// texts is what was taken of a place.
func (r *rig) texts(uri string) []string {
	var all []string
	for _, c := range r.taker.All() {
		if c.What == sourcetest.WasTaken && c.URI == uri {
			all = append(all, c.Text)
		}
	}
	return all
}
