package calendar

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"meetleaks/scanner"
	"meetleaks/scanner/fetch"
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

func newClock() *clock { return &clock{at: time.Date(2026, 11, 23, 10, 30, 0, 0, time.UTC)} }

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

// whole stands for the extractor: one document of a calendar, unfolded.
func whole(_ context.Context, page *Page, yield func(scanner.Document) error, _ func(scanner.Skip)) (scanner.Outline, error) {
	r, err := page.Open()
	if err != nil {
		return scanner.Outline{}, err
	}
	text, err := io.ReadAll(r)
	if err != nil {
		return scanner.Outline{}, err
	}
	unfolded := strings.NewReader(strings.ReplaceAll(string(text), "\r\n ", ""))
	return scanner.Outline{}, yield(scanner.Document{URI: page.URI(), Host: page.Host(), MediaType: "text/calendar", Text: unfolded})
}

// fakeSite serves calendars by their paths, with ETag and 304.
type fakeSite struct {
	*httptest.Server

	mu        sync.Mutex
	calendars map[string]string
	fault     http.Handler
	header    http.Header
	full, not int
}

func newSite() *fakeSite {
	s := &fakeSite{calendars: map[string]string{}, header: http.Header{}}
	s.Server = httptest.NewServer(s)
	return s
}

func (s *fakeSite) set(path, calendar string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calendars[path] = calendar
}

func (s *fakeSite) breaks(fault http.Handler) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = fault
}

func (s *fakeSite) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	calendar, known := s.calendars[r.URL.Path]
	switch {
	case s.fault != nil && r.URL.Path != "/robots.txt":
		s.fault.ServeHTTP(w, r)
		return
	case !known:
		http.NotFound(w, r)
		return
	}
	tag := fmt.Sprintf(`"%x"`, sha256.Sum256([]byte(calendar)))
	for name := range s.header {
		w.Header().Set(name, s.header.Get(name))
	}
	w.Header().Set("ETag", tag)
	w.Header().Set("Content-Type", "text/calendar; charset=utf-8")
	if r.Header.Get("If-None-Match") == tag {
		s.not++
		w.WriteHeader(http.StatusNotModified)
		return
	}
	s.full++
	_, _ = io.WriteString(w, calendar)
}

func (s *fakeSite) addr() string { return s.Listener.Addr().String() }

// event is one VEVENT.
func event(uid string, lines ...string) string {
	return "BEGIN:VEVENT\r\nUID:" + uid + "\r\nDTSTART:20261201T150000Z\r\n" + strings.Join(append(lines, "END:VEVENT", ""), "\r\n")
}

// ics is a calendar of events.
func ics(events ...string) string {
	return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + strings.Join(events, "") + "END:VCALENDAR\r\n"
}

// rig is a source with what it reads.
type rig struct {
	t      *testing.T
	site   *fakeSite
	clock  *clock
	visits *keptVisits
	taker  *sourcetest.Taker
	source *Source
	cursor string

	mu     sync.Mutex
	health scanner.SourceHealth
}

const calendarPath = "/team.ics"

func newRig(t *testing.T, change func(*Options)) *rig {
	t.Helper()
	r := &rig{t: t, site: newSite(), clock: newClock(), visits: newVisits(), taker: sourcetest.NewTaker()}
	t.Cleanup(r.site.Close)
	r.open(change)
	return r
}

func (r *rig) open(change func(*Options)) {
	r.t.Helper()
	o := Options{
		Name: "team", URLs: []*url.URL{address(r.t, r.site.URL+calendarPath)}, Client: testClient(r.t, r.clock, r.site.addr()),
		Visits: r.visits, Taker: lenient{r.taker}, Read: whole, Key: []byte("0123456789abcdef"), Now: r.clock.now,
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

// lenient takes what a text held before it broke, as the pipeline does.
type lenient struct{ *sourcetest.Taker }

func (l lenient) Take(ctx context.Context, r scanner.Reading) (scanner.Taken, error) {
	text, err := io.ReadAll(r.Text)
	if err != nil {
		r.Version = append(r.Version, "broken"...)
	}
	r.Text = strings.NewReader(string(text))
	return l.Taker.Take(ctx, r)
}

func address(t *testing.T, text string) *url.URL {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func (r *rig) tell(h scanner.SourceHealth) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.health = h
}

// pass makes a pass and moves the clock on.
func (r *rig) pass(then time.Duration) (scanner.Outcome, error) {
	r.t.Helper()
	out, err := r.source.Read(r.t.Context(), scanner.Pass{
		Source: "team", Kind: scanner.Poll, Cursor: r.cursor, Tell: r.tell,
		Save: func(_ context.Context, cursor string) error { r.cursor = cursor; return nil },
	})
	r.clock.move(then)
	return out, err
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

// calls are the calls of one kind.
func (r *rig) calls(what string) (out []sourcetest.Took) {
	for _, k := range r.taker.All() {
		if k.What == what {
			out = append(out, k)
		}
	}
	return out
}

func answers(status int, headers ...string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
	})
}
