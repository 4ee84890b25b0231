package sourcetest

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"meetleaks/scanner"
	"meetleaks/scanner/fetch"
)

// Rig drives a source that is polled, pass by pass, with everything in memory: its clock, what it remembers, what it hands on.
type Rig struct {
	Clock  *Clock
	Visits *Visits
	Taker  *Taker // behind a [Lenient]
	Source string // the configured name
	Read   Read   // makes a pass
	Cursor string // of the last pass

	t      *testing.T
	mu     sync.Mutex
	health scanner.SourceHealth
}

// NewRig makes one for a source of a name; Read is set by who opens it.
func NewRig(t *testing.T, source string) *Rig {
	return &Rig{t: t, Clock: NewClock(), Visits: NewVisits(), Taker: NewTaker(), Source: source}
}

// Pass makes a pass, and moves the clock on.
func (r *Rig) Pass(then time.Duration) (scanner.Outcome, error) {
	r.t.Helper()
	out, err := r.Read(r.t.Context(), scanner.Pass{
		Source: r.Source, Kind: scanner.Poll, Cursor: r.Cursor, Tell: r.tell,
		Save: func(_ context.Context, cursor string) error { r.Cursor = cursor; return nil },
	})
	r.Clock.Move(then)
	return out, err
}

// Must is a Pass that does not fail.
func (r *Rig) Must(then time.Duration) scanner.Outcome {
	r.t.Helper()
	out, err := r.Pass(then)
	if err != nil {
		r.t.Fatalf("a pass: %v", err)
	}
	return out
}

func (r *Rig) tell(h scanner.SourceHealth) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.health = h
}

// Health is what the source told last of how it is doing.
func (r *Rig) Health() scanner.SourceHealth {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.health
}

// Calls are the calls of the taker of one kind, see [WasTaken].
func (r *Rig) Calls(what string) (out []Took) {
	for _, took := range r.Taker.All() {
		if took.What == what {
			out = append(out, took)
		}
	}
	return out
}

// Clock is moved by hand.
type Clock struct {
	mu sync.Mutex
	at time.Time
}

// NewClock begins on a Monday, half an hour after ten.
func NewClock() *Clock { return &Clock{at: time.Date(2026, 11, 23, 10, 30, 0, 0, time.UTC)} }

// ClockAt begins at a time, as where files carry the time of day.
func ClockAt(at time.Time) *Clock { return &Clock{at: at} }

// Now is the time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

// Move moves it on.
func (c *Clock) Move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// Sleep moves it on at once.
func (c *Clock) Sleep(ctx context.Context, d time.Duration) error {
	c.Move(d)
	return ctx.Err()
}

// Client reads the servers on loopback that are named, and sleeps by the clock.
func (c *Clock) Client(t *testing.T, allow ...string) *fetch.Client {
	t.Helper()
	return c.TrustingClient(t, nil, allow...)
}

// TrustingClient is a Client that trusts who issued the certificate of a server, too.
func (c *Clock) TrustingClient(t *testing.T, issuer *x509.Certificate, allow ...string) *fetch.Client {
	t.Helper()
	o := fetch.Options{Pace: fetch.None, Allow: allow, Now: c.Now, Sleep: c.Sleep}
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

// Visits are visits in memory; none is ever due by itself.
type Visits struct {
	mu   sync.Mutex
	kept map[string]scanner.Visit
}

// NewVisits makes empty ones.
func NewVisits() *Visits { return &Visits{kept: map[string]scanner.Visit{}} }

// DueVisits implements [scanner.Visits].
func (v *Visits) DueVisits(context.Context, string, time.Time, func(scanner.Visit) bool) error {
	return nil
}

// LoadVisit implements [scanner.Visits].
func (v *Visits) LoadVisit(_ context.Context, source, page string) (scanner.Visit, bool, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	visit, known := v.kept[source+" "+page]
	return visit, known, nil
}

// SaveVisit implements [scanner.Visits].
func (v *Visits) SaveVisit(_ context.Context, source string, visit scanner.Visit) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.kept[source+" "+visit.Page] = visit
	return nil
}

// ForgetVisits implements [scanner.Visits].
func (v *Visits) ForgetVisits(context.Context, string) (int, error) { return 0, nil }

// Kept are the records that are kept, with what they are known by in front.
func (v *Visits) Kept() (out []string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for page, visit := range v.kept {
		out = append(out, page+" "+string(visit.Data))
	}
	return out
}

// Lenient takes what a text held before it broke, as the pipeline does; the version then ends in "broken".
type Lenient struct{ *Taker }

// Take implements what sources hand documents to.
func (l Lenient) Take(ctx context.Context, r scanner.Reading) (scanner.Taken, error) {
	text, err := io.ReadAll(r.Text)
	if err != nil {
		r.Version = append(r.Version, "broken"...)
	}
	r.Text = strings.NewReader(string(text))
	return l.Taker.Take(ctx, r)
}

// Answers lets a server answer everything with a status and fields, each name followed by its value.
func Answers(status int, fields ...string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(fields); i += 2 {
			w.Header().Set(fields[i], fields[i+1])
		}
		w.WriteHeader(status)
	})
}

// Readable wants a record that was written before to be read whole, as a T, and to be written as it was.
func Readable[T any](t *testing.T, record string) {
	t.Helper()
	var read T
	if err := json.Unmarshal([]byte(record), &read); err != nil {
		t.Fatal(err)
	}
	if again, err := json.Marshal(read); err != nil || string(again) != record {
		t.Errorf("%v; written again as\n%s", err, again)
	}
}

// Address reads an address.
func Address(t *testing.T, text string) *url.URL {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}
