package feed

import (
	"bytes"
	"context"
	"crypto/x509"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"sync"
	"testing"
	"time"

	"meetleaks/scanner"
	"meetleaks/scanner/fetch"
	"meetleaks/scanner/source/feed/fakefeed"
	"meetleaks/scanner/source/sourcetest"
)

// keptVisits are visits in memory.
type keptVisits struct {
	mu   sync.Mutex
	kept map[string]scanner.Visit
}

func newVisits() *keptVisits { return &keptVisits{kept: map[string]scanner.Visit{}} }

func (k *keptVisits) DueVisits(context.Context, string, time.Time, func(scanner.Visit) bool) error {
	return nil
}

func (k *keptVisits) LoadVisit(_ context.Context, source, page string) (scanner.Visit, bool, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	v, known := k.kept[source+" "+page]
	return v, known, nil
}

func (k *keptVisits) SaveVisit(_ context.Context, source string, v scanner.Visit) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.kept[source+" "+v.Page] = v
	return nil
}

func (k *keptVisits) ForgetVisits(context.Context, string) (int, error) { return 0, nil }

// clock is moved by hand.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

func (c *clock) sleep(ctx context.Context, d time.Duration) error {
	c.move(d)
	return ctx.Err()
}

func newClock() *clock { return &clock{at: time.Date(2026, 11, 23, 10, 30, 0, 0, time.UTC)} } // a Monday

// testClient reads the servers on loopback that are named.
func testClient(t *testing.T, at *clock, allow ...string) *fetch.Client {
	t.Helper()
	return trustingClient(t, at, nil, allow...)
}

// trustingClient is one that trusts who issued the certificate of a server, too.
func trustingClient(t *testing.T, at *clock, issuer *x509.Certificate, allow ...string) *fetch.Client {
	t.Helper()
	o := fetch.Options{Pace: fetch.None, Allow: allow, Now: at.now, Sleep: at.sleep}
	if issuer != nil {
		o.CA = x509.NewCertPool()
		o.CA.AddCert(issuer)
	}
	client, err := fetch.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

// untag stands for the extractor: it takes tags off, and writes where links lead.
func untag(_ context.Context, page *Page, yield func(scanner.Document) error, _ func(scanner.Skip)) (scanner.Outline, error) {
	r, err := page.Open()
	if err != nil {
		return scanner.Outline{}, err
	}
	text, err := io.ReadAll(r)
	if err != nil {
		return scanner.Outline{}, err
	}
	text = regexp.MustCompile(`<a [^>]*href="([^"]*)"[^>]*>`).ReplaceAll(text, []byte(" $1 "))
	text = regexp.MustCompile(`<[^>]*>`).ReplaceAll(text, nil)
	return scanner.Outline{}, yield(scanner.Document{URI: page.URI(), Host: page.Host(), Text: newText(text)})
}

func newText(b []byte) io.Reader { return bytes.NewReader(b) }

// rig is a source with what it reads.
type rig struct {
	t      *testing.T
	site   *fakefeed.Server
	clock  *clock
	visits *keptVisits
	taker  *sourcetest.Taker
	source *Source
	mu     sync.Mutex
	health scanner.SourceHealth
	cursor string
}

func newRig(t *testing.T, change func(*Options)) *rig {
	t.Helper()
	r := &rig{t: t, site: fakefeed.Start(), clock: newClock(), visits: newVisits(), taker: sourcetest.NewTaker()}
	t.Cleanup(r.site.Close)
	r.open(change)
	return r
}

func (r *rig) open(change func(*Options)) {
	r.t.Helper()
	o := Options{
		Name: "news", URLs: []*url.URL{address(r.t, r.site.URL())}, Client: testClient(r.t, r.clock, r.site.Addr()),
		Visits: r.visits, Taker: lenient{r.taker}, Read: untag, Key: []byte("0123456789abcdef"), Now: r.clock.now,
	}
	if change != nil {
		change(&o)
	}
	s, err := NewSource(o)
	if err != nil {
		r.t.Fatal(err)
	}
	r.source = s
}

func address(t *testing.T, text string) *url.URL {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// pass makes a pass and moves the clock on.
func (r *rig) pass(then time.Duration) (scanner.Outcome, error) {
	r.t.Helper()
	out, err := r.source.Read(r.t.Context(), scanner.Pass{
		Source: "news", Kind: scanner.Poll, Cursor: r.cursor, Tell: r.tell,
		Save: func(_ context.Context, cursor string) error { r.cursor = cursor; return nil },
	})
	r.clock.move(then)
	return out, err
}

func (r *rig) tell(h scanner.SourceHealth) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.health = h
}

// lenient takes what a text held before it broke, as the pipeline does.
type lenient struct{ *sourcetest.Taker }

func (l lenient) Take(ctx context.Context, r scanner.Reading) (scanner.Taken, error) {
	text, err := io.ReadAll(r.Text)
	if err != nil {
		r.Version = append(r.Version, "broken"...)
	}
	r.Text = bytes.NewReader(text)
	return l.Taker.Take(ctx, r)
}

// must is pass that does not fail.
func (r *rig) must(then time.Duration) scanner.Outcome {
	r.t.Helper()
	out, err := r.pass(then)
	if err != nil {
		r.t.Fatalf("a pass: %v", err)
	}
	return out
}

// took are the calls since the last time, as "what text".
func (r *rig) calls(what string) []sourcetest.Took {
	var out []sourcetest.Took
	for _, k := range r.taker.All() {
		if k.What == what {
			out = append(out, k)
		}
	}
	return out
}

// uri is the place of an item by its guid.
func (r *rig) uri(guid string) string {
	e := r.source.entries(&listing{items: []item{{id: guid}}})
	return uriOf(r.source.feeds[0], e[0].Key)
}

func (r *rig) item(guid, html string, age time.Duration) fakefeed.Item {
	return fakefeed.Item{
		ID: guid, Title: "About " + guid, HTML: html, Link: "https://acme.example/news/" + guid, Posted: r.clock.now().Add(-age),
	}
}

func answers(status int, headers ...string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
	})
}
