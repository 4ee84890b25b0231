package console

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"meetleaks/matchers"
	"meetleaks/scanner"
)

var _ Leaks = scanner.Store(nil) // every store fits

const (
	rigToken = "mlk_9f3ac071d2e84b65"
	rigOrg   = "acme"
	rigLeak  = "lk1:5b1f0c9e7d3a48268e94c1f7a2d06b35"
)

// rig is a console over leaks in memory, which live by the real rules.
type rig struct {
	*Console
	now time.Time
	log *safeBuffer

	mu         sync.Mutex
	leaks      map[string]scanner.Leak
	audit      []scanner.AuditEntry
	ledger     scanner.Ledger
	pending    int64
	query      scanner.LeakQuery
	fail       error // of every question to the store
	doFail     error
	token      string
	tokenFail  error
	reasons    []string
	asked      int
	block      chan struct{} // when not nil, the ledger waits for it
	entered    chan struct{}
	events     []scanner.LeakEvent
	deliveries []scanner.OutboxRow
	sightings  []scanner.Sighting
}

// safeBuffer is a log that may be read while it is written.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func newRig(t testing.TB) *rig { return newRigWith(t, ownLimits(), Options{}) }

func newRigWith(t testing.TB, l limits, o Options) *rig {
	t.Helper()
	r := &rig{
		now: time.Date(2026, 11, 21, 9, 30, 0, 0, time.UTC), token: rigToken, leaks: map[string]scanner.Leak{},
		log: &safeBuffer{}, entered: make(chan struct{}, 64),
		ledger: scanner.Ledger{Found: 1, Pending: 1}, pending: 1,
	}
	o.Organisations = func() []string { return []string{rigOrg, "globex"} }
	o.Store, o.Do = r, r.do
	o.Ready = r.readyReasons
	o.Token = func() (string, error) { return r.token, r.tokenFail }
	if o.Outlooks == nil {
		o.Outlooks = r.outlooks
	}
	o.Version = "v1.2.3 <b>"
	o.Log = slog.New(slog.NewJSONHandler(r.log, nil))
	o.Now = func() time.Time { return r.now }
	c, err := newConsole(o, l)
	if err != nil {
		t.Fatal(err)
	}
	r.Console = c
	r.addLeak(t, rigLeak)
	return r
}

func (r *rig) addLeak(t testing.TB, id string) {
	t.Helper()
	l := scanner.Leak{
		ID: id, Org: rigOrg, Keys: []string{"mk1:9d4e7b21c0a35f68d1b7e2904ac6f853"}, Platform: "zoom", Kind: matchers.Meeting, Class: matchers.JoinWithSecret,
		MaskedID: "849•••••116", Sealed: scanner.Sealed("sealed-bytes-of-the-id"), Host: "hr1:secret-host-reference",
	}
	l, _, err := l.Apply(scanner.LeakEvent{
		Kind: scanner.Sighted, By: scanner.Actor{Role: scanner.RolePage}, Place: "pk1:0c4d", Site: "sk1:77ab",
		Seen: scanner.Seen{
			At: r.now, Kind: matchers.Meeting, Class: matchers.JoinWithSecret, Secrets: []string{"pwd"}, Rank: 2, Reach: 340,
			Risk: scanner.Risk{Score: 62, Level: "high", Reasons: []string{"the passcode is in the link"}},
		},
	}, r.now)
	if err != nil {
		t.Fatal(err)
	}
	r.leaks[id] = l
}

func (r *rig) outlooks() []scanner.Outlook {
	return []scanner.Outlook{
		{Source: "own-site", Kind: scanner.Poll, Next: r.now.Add(time.Hour), Passed: r.now.Add(-time.Minute)},
		{Source: "partner", Kind: scanner.Poll, Blind: "rate limited", Since: r.now.Add(-time.Hour)},
	}
}

func (r *rig) readyReasons(context.Context) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked++
	return r.reasons
}

func (r *rig) do(_ context.Context, org, id string, ev scanner.LeakEvent) (scanner.Leak, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.doFail != nil {
		return scanner.Leak{}, r.doFail
	}
	l, found := r.leaks[id]
	if !found || l.Org != org {
		return scanner.Leak{}, scanner.ErrNotFound
	}
	r.events = append(r.events, ev)
	l, effects, err := l.Apply(ev, r.now)
	if err != nil {
		return scanner.Leak{}, err
	}
	for _, e := range effects {
		if e.Kind == scanner.EffectAudit {
			r.audit = append([]scanner.AuditEntry{{Seq: int64(len(r.audit) + 1), Audit: e.Audit}}, r.audit...)
		}
	}
	r.leaks[id] = l
	return l, nil
}

func (r *rig) ListLeaks(_ context.Context, q scanner.LeakQuery) (scanner.LeakPage, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.query = q
	var page scanner.LeakPage
	for _, l := range r.leaks {
		if l.Org == q.Org {
			page.Leaks = append(page.Leaks, l)
		}
	}
	page.Next = "17.lk1"
	return page, r.fail
}

func (r *rig) Sightings(context.Context, string, string) ([]scanner.Sighting, error) {
	return r.sightings, r.fail
}

func (r *rig) LeaksAt(context.Context, string, string, string) ([]string, string, error) {
	return nil, "", r.fail
}

func (r *rig) Leak(_ context.Context, org, id string) (scanner.Leak, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	l, found := r.leaks[id]
	switch {
	case r.fail != nil:
		return scanner.Leak{}, r.fail
	case !found || l.Org != org:
		return scanner.Leak{}, scanner.ErrNotFound
	}
	return l, nil
}

func (r *rig) Deliveries(context.Context, string, string) ([]scanner.OutboxRow, error) {
	return r.deliveries, r.fail
}

func (r *rig) ListAudit(_ context.Context, q scanner.AuditQuery) ([]scanner.AuditEntry, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.audit[:min(len(r.audit), q.Limit)], r.fail
}

func (r *rig) Ledger(ctx context.Context, org string) (scanner.Ledger, int64, error) {
	if r.block != nil {
		r.entered <- struct{}{}
		select {
		case <-r.block:
		case <-ctx.Done():
			return scanner.Ledger{}, 0, ctx.Err()
		}
	}
	if org != rigOrg {
		return scanner.Ledger{}, 0, r.fail
	}
	return r.ledger, r.pending, r.fail
}

// ask makes a request with the token, and returns the answer.
func (r *rig) ask(method, path, body string) *httptest.ResponseRecorder {
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	req := httptest.NewRequest(method, path, reader)
	req.Header.Set("Authorization", "Bearer "+rigToken)
	rec := httptest.NewRecorder()
	r.Private().ServeHTTP(rec, req)
	return rec
}

// leakPath is the path of the rig's leak.
func leakPath(more string) string { return "/api/v1/organisations/acme/leaks/" + rigLeak + more }

func decodeInto[T any](t testing.TB, rec *httptest.ResponseRecorder, status int) T {
	t.Helper()
	var v T
	if rec.Code != status {
		t.Fatalf("status %d, want %d: %s", rec.Code, status, rec.Body)
	}
	decoder := json.NewDecoder(bytes.NewReader(rec.Body.Bytes()))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&v); err != nil {
		t.Fatalf("decode %s: %v", rec.Body, err)
	}
	return v
}

type problemBody struct {
	Title, Detail string
	Status        int
	Errors        []struct{ Message, Location string }
}

func wantProblem(t testing.TB, rec *httptest.ResponseRecorder, status int, words string) problemBody {
	t.Helper()
	if got := rec.Header().Get("Content-Type"); got != "application/problem+json" {
		t.Errorf("content type %q, want a problem: %d %s", got, rec.Code, rec.Body)
	}
	p := decodeInto[problemBody](t, rec, status)
	if p.Status != status || p.Title != http.StatusText(status) {
		t.Errorf("problem %+v, want status %d in it", p, status)
	}
	if !strings.Contains(rec.Body.String(), words) {
		t.Errorf("problem %s, want %q in it", rec.Body, words)
	}
	return p
}
