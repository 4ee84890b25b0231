package hook

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"meetleaks/scanner"
)

// Numbers and keys are made up: no run, no repetition.
const (
	testKey  = "whsec_Zm9yIHRoZSBmZWVkIG9mIGFjbWUgYWxvbmUgNzMxOA=="
	testLink = "https://acme.zoom.us/j/84930275116?pwd=Zk3mQ9xWvT7bLr2s"
	testPage = "https://www.acme.example/events"
)

func testNow() time.Time { return time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC) }

// sign is the rule of Standard Webhooks 1.0.0: HMAC-SHA-256 over id, time and body with full stops between.
func sign(id string, at time.Time, body []byte) string {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(testKey, "whsec_"))
	if err != nil {
		panic(err)
	}
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%d.%s", id, at.Unix(), body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func verify(header http.Header, body []byte, now time.Time) (string, error) {
	id := header.Get("Webhook-Id")
	seconds, err := strconv.ParseInt(header.Get("Webhook-Timestamp"), 10, 64)
	at := time.Unix(seconds, 0)
	if err != nil || now.Sub(at).Abs() > 5*time.Minute || header.Get("Webhook-Signature") != sign(id, at, body) {
		return "", errors.New("not signed")
	}
	return id, nil
}

// taker records what it is given.
type taker struct {
	mu    sync.Mutex
	calls []string
	read  []scanner.Reading
	fail  func(what string) error             // nil: nothing fails
	block func(ctx context.Context)           // nil: nothing waits
	taken func(text string) (t scanner.Taken) // nil: a leak for each "zoom.us"
}

func (f *taker) call(ctx context.Context, what string) error {
	if f.block != nil {
		f.block(ctx)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	if f.fail != nil {
		if err := f.fail(what); err != nil {
			return err
		}
	}
	f.calls = append(f.calls, what)
	return nil
}

func (f *taker) Take(ctx context.Context, r scanner.Reading) (scanner.Taken, error) {
	text, err := io.ReadAll(r.Text)
	if err != nil {
		return scanner.Taken{}, err
	}
	if err := f.call(ctx, "take "+r.URI); err != nil {
		return scanner.Taken{}, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	r.Text = strings.NewReader(string(text))
	f.read = append(f.read, r)
	if f.taken != nil {
		return f.taken(string(text)), nil
	}
	n := strings.Count(string(text), "zoom.us")
	return scanner.Taken{Meetings: n, Claimed: n, New: n}, nil
}

func (f *taker) Gone(ctx context.Context, uri string) error { return f.call(ctx, "gone "+uri) }

func (f *taker) Reposted(ctx context.Context, uri string, reach int64) error {
	return f.call(ctx, fmt.Sprintf("repost %s %d", uri, reach))
}

func (f *taker) list() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return strings.Join(f.calls, ", ")
}

// items is a memory of fingerprints.
type items struct {
	mu    sync.Mutex
	known map[uint64]bool
	err   error
}

func (m *items) SeenItems(_ context.Context, prints []uint64) ([]bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := make([]bool, len(prints))
	for i, p := range prints {
		out[i] = m.known[p]
	}
	return out, m.err
}

func (m *items) RememberItems(_ context.Context, prints []uint64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, p := range prints {
		m.known[p] = m.err == nil
	}
	return m.err
}

type rig struct {
	t     *testing.T
	hook  *Hook
	taker *taker
	seen  *items
	log   *bytes.Buffer
}

func open(t *testing.T, change func(*Options)) *rig {
	t.Helper()
	r := &rig{t: t, taker: &taker{}, seen: &items{known: map[uint64]bool{}}, log: &bytes.Buffer{}}
	o := Options{
		Source: "feed", Verify: verify, Taker: r.taker, Seen: r.seen, Now: testNow, Log: slog.New(slog.NewTextHandler(r.log, nil)),
	}
	if change != nil {
		change(&o)
	}
	var err error
	if r.hook, err = New(o); err != nil {
		t.Fatal(err)
	}
	return r
}

func request(t *testing.T, id, body string) *http.Request {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/hooks/feed", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-ndjson")
	r.Header.Set("Webhook-Id", id)
	r.Header.Set("Webhook-Timestamp", strconv.FormatInt(testNow().Unix(), 10))
	r.Header.Set("Webhook-Signature", sign(id, testNow(), []byte(body)))
	return r
}

// do sends a request and returns status and body.
func (r *rig) do(req *http.Request) (int, string) {
	w := httptest.NewRecorder()
	r.hook.ServeHTTP(w, req)
	if got := w.Header().Get("Content-Type"); got != "application/json" {
		r.t.Errorf("content type %q", got)
	}
	if later := w.Code == 429 || w.Code == 503; later != (w.Header().Get("Retry-After") != "") {
		r.t.Errorf("status %d, Retry-After %q", w.Code, w.Header().Get("Retry-After"))
	}
	return w.Code, strings.TrimSpace(w.Body.String())
}

func (r *rig) push(id, body string) (int, string) {
	r.t.Helper()
	return r.do(request(r.t, id, body))
}

func line(fields ...any) string {
	m := map[string]any{}
	for i := 0; i < len(fields); i += 2 {
		m[fields[i].(string)] = fields[i+1]
	}
	out, err := json.Marshal(m)
	if err != nil {
		panic(err)
	}
	return string(out)
}

func TestEventsAreTakenInTheirOrder(t *testing.T) {
	r := open(t, nil)
	code, body := r.push("msg-1", strings.Join([]string{
		line("uri", testPage, "text", "see "+testLink, "reach", 1200, "seen_at", "2026-11-20T08:30:00+01:00", "version", "7", "shown", "acme.example"),
		"", "   \t",
		line("event", "repost", "uri", testPage, "reach", 77),
		line("event", "gone", "uri", "at://did:plc:x/post/3k"),
		line("schema", Schema, "uri", "note 7", "text", ""),
	}, "\n"))
	want := `{"documents":4,"taken":4,"leaks":1,"new":1,"unchanged":0,"unregistered":0,"refused":[]}`
	if code != 200 || body != want {
		t.Errorf("%d %s, want %s", code, body, want)
	}
	if got := r.taker.list(); got != "take "+testPage+", repost "+testPage+" 77, gone at://did:plc:x/post/3k, take note 7" {
		t.Errorf("calls: %s", got)
	}
	first := r.taker.read[0]
	if first.Host != "www.acme.example" || first.Source != "feed" || first.Reach != 1200 || string(first.Version) != "given 7" ||
		first.Shown != "acme.example" || first.Reference.Text() != testPage || first.MediaType != "text/plain" || !first.At.Equal(time.Date(2026, 11, 20, 7, 30, 0, 0, time.UTC)) {
		t.Errorf("reading: %+v", first)
	}
	if second := r.taker.read[1]; second.Reference.IsSet() || second.Host != "" || !second.At.Equal(testNow()) || len(second.Version) == 0 {
		t.Errorf("reading: %+v", second)
	}
	if !r.hook.Last().Equal(testNow()) {
		t.Errorf("last: %v", r.hook.Last())
	}
}

func TestOneObjectMayStandOverSeveralLines(t *testing.T) {
	r := open(t, nil)
	req := request(t, "msg-1", "{\n \"uri\": \"x\",\n \"text\": \"y\"\n}\n")
	req.Header.Set("Content-Type", `application/json; charset="UTF-8"`)
	if code, body := r.do(req); code != 200 || !strings.Contains(body, `"taken":1`) {
		t.Errorf("%d %s", code, body)
	}
}

func TestBadLinesAreRefusedAndGoodOnesTaken(t *testing.T) {
	r := open(t, nil)
	r.taker.fail = func(what string) error {
		if what == "take unkept" {
			return fmt.Errorf("take: %w", scanner.ErrBadValue)
		}
		return nil
	}
	code, body := r.push("msg-1", strings.Join([]string{
		"{", line("uri", "a", "text", "x"), line("text", "x"), line("uri", "unkept", "text", "x"), line("uri", "b", "text", "y"),
	}, "\n"))
	want := `{"documents":5,"taken":2,"leaks":0,"new":0,"unchanged":0,"unregistered":0,"refused":[{"index":0,"reason":"not one object of JSON"},` +
		`{"index":2,"reason":"uri: want 1 to 2,048 bytes without control characters"},{"index":3,"reason":"it could not be kept"}]}`
	if code != 200 || body != want {
		t.Errorf("%d %s", code, body)
	}
	if code, body := r.push("msg-2", "{}\n[]\nnull"); code != 422 || !strings.Contains(body, `"documents":3,"taken":0`) {
		t.Errorf("%d %s", code, body)
	}
	if code, _ := r.push("msg-3", " \n\n"); code != 422 {
		t.Errorf("an empty body: %d", code)
	}
}

func TestRequestsThatAreNotOneAreRefused(t *testing.T) {
	good := line("uri", "a", "text", "x")
	for name, test := range map[string]struct {
		change func(*http.Request)
		want   int
	}{
		"get":             {func(r *http.Request) { r.Method = "GET" }, 405},
		"put":             {func(r *http.Request) { r.Method = "PUT" }, 405},
		"form":            {func(r *http.Request) { r.Header.Set("Content-Type", "application/x-www-form-urlencoded") }, 415},
		"no type":         {func(r *http.Request) { r.Header.Del("Content-Type") }, 415},
		"broken type":     {func(r *http.Request) { r.Header.Set("Content-Type", "application/json;;=") }, 415},
		"other charset":   {func(r *http.Request) { r.Header.Set("Content-Type", "application/json; charset=latin1") }, 415},
		"compressed":      {func(r *http.Request) { r.Header.Set("Content-Encoding", "gzip") }, 415},
		"announced large": {func(r *http.Request) { r.ContentLength = MaxBody + 1 }, 413},
		"large": {func(r *http.Request) {
			r.ContentLength, r.Body = -1, io.NopCloser(strings.NewReader(strings.Repeat("x", MaxBody+1)))
		}, 413},
		"cut":          {func(r *http.Request) { r.Body = io.NopCloser(&broken{good}) }, 400},
		"idle":         {func(r *http.Request) { r.Body = io.NopCloser(idle{}) }, 400},
		"unsigned":     {func(r *http.Request) { r.Header.Del("Webhook-Signature") }, 401},
		"no id":        {func(r *http.Request) { r.Header.Del("Webhook-Id") }, 401},
		"another body": {func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader(good + " ")) }, 401},
		"stale":        {func(r *http.Request) { stamp(r, good, testNow().Add(-6*time.Minute)) }, 401},
		"ahead":        {func(r *http.Request) { stamp(r, good, testNow().Add(6*time.Minute)) }, 401},
		"as it should": {func(r *http.Request) { stamp(r, good, testNow().Add(-4*time.Minute)) }, 200},
	} {
		r := open(t, nil)
		req := request(t, "msg-1", good)
		test.change(req)
		if code, body := r.do(req); code != test.want || code != 200 && !strings.HasPrefix(body, `{"error":"`) {
			t.Errorf("%s: %d %s, want %d", name, code, body, test.want)
		}
		if test.want != 200 && (r.taker.list() != "" || len(r.seen.known) > 0 || !r.hook.Last().IsZero()) {
			t.Errorf("%s: something was done", name)
		}
		if held := r.hook.gate.bytes(); held != 0 {
			t.Errorf("%s: %d bytes are held for ever", name, held)
		}
	}
}

func stamp(r *http.Request, body string, at time.Time) {
	r.Header.Set("Webhook-Timestamp", strconv.FormatInt(at.Unix(), 10))
	r.Header.Set("Webhook-Signature", sign(r.Header.Get("Webhook-Id"), at, []byte(body)))
}

// broken is a body that ends before its end.
type broken struct{ text string }

func (b *broken) Read(p []byte) (int, error) {
	n := copy(p, b.text)
	b.text = b.text[n:]
	if n == 0 {
		return 0, io.ErrUnexpectedEOF
	}
	return n, nil
}

// idle never says anything.
type idle struct{}

func (idle) Read([]byte) (int, error) { return 0, nil }

func TestABodyOfTheMostIsTaken(t *testing.T) {
	r := open(t, nil)
	frame := len(line("uri", "a", "text", ""))
	code, body := r.push("msg-1", line("uri", "a", "text", strings.Repeat("x", MaxBody-frame)))
	if code != 200 {
		t.Errorf("5 MiB: %d %s", code, body)
	}
	one := line("uri", "a", "text", "") + "\n"
	if code, body := r.push("msg-2", strings.Repeat(one, MaxDocuments)); code != 200 || !strings.Contains(body, `"taken":1000`) {
		t.Errorf("1,000 documents: %d %s", code, body)
	}
	if code, _ := r.push("msg-3", strings.Repeat(one, MaxDocuments+1)); code != 413 {
		t.Errorf("1,001 documents: %d", code)
	}
}

func TestARepeatDoesNothing(t *testing.T) {
	r := open(t, nil)
	body := line("uri", "a", "text", "x")
	for i, want := range []string{`{"documents":1,`, `{"replayed":true}`, `{"replayed":true}`} {
		if code, got := r.push("msg-1", body); code != 200 || !strings.HasPrefix(got, want) {
			t.Errorf("request %d: %d %s", i, code, got)
		}
	}
	if got := r.taker.list(); got != "take a" {
		t.Errorf("calls: %s", got)
	}
	// The id again with another body is a mistake of the feeder's: nothing may be lost over it.
	if _, got := r.push("msg-1", line("uri", "b", "text", "x")); !strings.HasPrefix(got, `{"documents":1,"taken":1`) {
		t.Errorf("another body: %s", got)
	}
	// Another source has ids of its own.
	other := open(t, func(o *Options) { o.Source, o.Seen = "other", r.seen })
	if _, got := other.push("msg-1", body); !strings.HasPrefix(got, `{"documents":1,`) {
		t.Errorf("another source: %s", got)
	}
}

func TestWhatWasNotTakenIsNotRemembered(t *testing.T) {
	body := line("uri", "a", "text", "x") + "\n" + line("uri", "b", "text", "x") + "\n" + line("uri", "c", "text", "x")
	for name, test := range map[string]struct {
		err   error
		calls string // of the first try
	}{
		"store": {fmt.Errorf("take: %w", scanner.ErrUnavailable), "take a"},
		"other": {fmt.Errorf("take: %w", scanner.ErrConflict), "take a, take c"},
		"alien": {errors.New("dial hunter2: " + testLink), "take a, take c"},
	} {
		r := open(t, nil)
		r.taker.fail = func(what string) error {
			if what == "take b" {
				return test.err
			}
			return nil
		}
		code, got := r.push("msg-1", body)
		if code != 503 || !strings.HasPrefix(got, `{"error":"`) || r.taker.list() != test.calls {
			t.Errorf("%s: %d %s after %s", name, code, got, r.taker.list())
		}
		if strings.Contains(r.log.String(), "hunter2") || !strings.Contains(r.log.String(), "failure=") {
			t.Errorf("%s: the log says %s", name, r.log)
		}
		r.taker.fail = nil
		if code, got := r.push("msg-1", body); code != 200 || !strings.Contains(got, `"taken":3`) {
			t.Errorf("%s: sent again: %d %s", name, code, got)
		}
	}
}

func TestAMemoryThatDoesNotAnswerIsNotReadAsNew(t *testing.T) {
	r := open(t, nil)
	r.seen.err = scanner.ErrUnavailable
	if code, _ := r.push("msg-1", line("uri", "a", "text", "x")); code != 503 || r.taker.list() != "" {
		t.Errorf("%d after %q", code, r.taker.list())
	}
	r = open(t, func(o *Options) {
		o.Verify = func(http.Header, []byte, time.Time) (string, error) {
			return "", fmt.Errorf("read the key: %w", scanner.ErrUnavailable)
		}
	})
	if code, _ := r.push("msg-1", line("uri", "a", "text", "x")); code != 503 {
		t.Errorf("a key that cannot be read: %d", code)
	}
}

func TestTimeAheadOfOursIsNow(t *testing.T) {
	r := open(t, nil)
	for _, at := range []string{"2026-11-21T10:00:01Z", "9999-12-31T23:59:59Z"} {
		if code, body := r.push("msg-"+at, line("uri", "a", "text", "x", "seen_at", at)); code != 200 {
			t.Fatalf("%s: %d %s", at, code, body)
		}
	}
	for _, reading := range r.taker.read {
		if !reading.At.Equal(testNow()) {
			t.Errorf("read at %v", reading.At)
		}
	}
}

func TestPagesAreTakenApart(t *testing.T) {
	var yields int
	r := open(t, func(o *Options) {
		o.Read = func(_ context.Context, p *Page, yield func(scanner.Document) error, skip func(scanner.Skip)) (scanner.Outline, error) {
			body, _ := p.Open()
			defer body.Close()
			if p.ContentType() != "text/html; charset=utf-8" || p.Host() != "www.acme.example" || p.URI() != testPage {
				t.Errorf("page %s of %s: %s", p.URI(), p.Host(), p.ContentType())
			}
			for i := range yields {
				if err := yield(scanner.Document{URI: fmt.Sprintf("%s!%d", p.URI(), i), Host: p.Host(), Text: body}); err != nil {
					return scanner.Outline{}, err
				}
			}
			skip(scanner.Skip{URI: p.URI(), Reason: "broken", Cause: scanner.Failure})
			return scanner.Outline{}, nil
		}
	})
	page := line("uri", testPage, "text", "<p>"+testLink, "media_type", "Text/HTML; charset=utf-8")
	yields = 2
	if _, body := r.push("msg-1", page); !strings.Contains(body, `"documents":1,"taken":1,"leaks":1,`) || !strings.Contains(body, `"incomplete":1`) {
		t.Errorf("%s", body)
	}
	if got := r.taker.list(); got != "take "+testPage+"!0, take "+testPage+"!1" {
		t.Errorf("calls: %s", got)
	}
	yields = 0 // it could not be taken apart: then it is read as it is
	if _, body := r.push("msg-2", page); !strings.Contains(body, `"leaks":1,`) {
		t.Errorf("%s", body)
	}
	plain := open(t, nil)
	if _, body := plain.push("msg-1", page); !strings.Contains(body, `"leaks":1,`) {
		t.Errorf("without a reader: %s", body)
	}
}

func TestCountsAreOfDocuments(t *testing.T) {
	r := open(t, nil)
	r.taker.taken = func(text string) scanner.Taken {
		if text == "old" {
			return scanner.Taken{Unchanged: true}
		}
		return scanner.Taken{Meetings: 5, Nobodys: 3, Claimed: 2, New: 1, Skips: []scanner.Skip{{Cause: scanner.Policy}}}
	}
	_, body := r.push("msg-1", line("uri", "a", "text", "old")+"\n"+line("uri", "b", "text", "new"))
	if body != `{"documents":2,"taken":2,"leaks":2,"new":1,"unchanged":1,"unregistered":3,"refused":[]}` {
		t.Errorf("%s", body)
	}
}

func TestOptionsAreChecked(t *testing.T) {
	whole := Options{Source: "feed", Verify: verify, Taker: &taker{}, Seen: &items{}}
	for name, change := range map[string]func(*Options){
		"no source": func(o *Options) { o.Source = "" }, "bad source": func(o *Options) { o.Source = "a\nb" },
		"no verify": func(o *Options) { o.Verify = nil }, "no taker": func(o *Options) { o.Taker = nil }, "no memory": func(o *Options) { o.Seen = nil },
	} {
		o := whole
		change(&o)
		if _, err := New(o); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if h, err := New(whole); err != nil || h.Source() != "feed" || !h.Last().IsZero() {
		t.Errorf("%v", err)
	}
}
