package console

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"reflect"
	"strings"
	"testing"

	"meetleaks/scanner"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestNewNeedsItsParts(t *testing.T) {
	if _, err := New(Options{}); err == nil {
		t.Error("a console of nothing was made")
	}
}

// Alive asks nobody: what is down around the process does not matter.
func TestHealthzIsAliveWhateverIsDown(t *testing.T) {
	r := newRig(t)
	r.fail, r.tokenFail, r.reasons = scanner.ErrUnavailable, errors.New("gone"), []string{"the store does not answer"}
	for _, h := range []http.Handler{r.Private(), r.Public()} {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			rec := httptest.NewRecorder()
			h.ServeHTTP(rec, httptest.NewRequest(method, "/healthz", nil))
			if rec.Code != http.StatusOK || method == http.MethodGet && rec.Body.String() != "ok\n" {
				t.Errorf("%s /healthz: %d %q", method, rec.Code, rec.Body)
			}
		}
	}
	if r.asked != 0 {
		t.Error("/healthz asked whether the service is ready")
	}
}

func TestPublicShowsNothingElse(t *testing.T) {
	fed := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusAccepted) })
	r := newRigWith(t, ownLimits(), Options{Feed: fed, Slack: fed, Zoom: fed, Answers: fed, Metrics: fed})
	tests := []struct {
		method, path    string
		public, private int
	}{
		{"GET", "/healthz", 200, 200},
		{"GET", "/readyz", 404, 200},
		{"GET", "/metrics", 404, 202},
		{"GET", "/", 404, 303},
		{"GET", "/sign-in", 404, 200},
		{"GET", "/sources", 404, 303},
		{"GET", "/api/openapi.json", 404, 200},
		{"GET", "/api/v1/organisations", 404, 200},
		{"GET", leakPath(""), 404, 200},
		{"POST", "/hooks/feed", 202, 202},
		{"POST", "/hooks/feed/one", 202, 202},
		{"GET", "/hooks/feed", 405, 405},
		{"POST", "/slack/interactions", 202, 202},
		{"POST", "/hooks/zoom", 202, 202},
		{"GET", "/answer/ticket", 202, 202},
		{"POST", "/answer/ticket", 202, 202},
		{"POST", "/hooks/other", 404, 404},
		{"GET", "/nothing", 404, 404},
	}
	for _, c := range tests {
		for name, h := range map[string]http.Handler{"public": r.Public(), "private": r.Private()} {
			req := httptest.NewRequest(c.method, c.path, nil)
			req.Header.Set("Authorization", "Bearer "+rigToken)
			rec := httptest.NewRecorder()
			h.ServeHTTP(rec, req)
			if want := map[string]int{"public": c.public, "private": c.private}[name]; rec.Code != want {
				t.Errorf("%s: %s %s: %d, want %d", name, c.method, c.path, rec.Code, want)
			}
		}
	}
}

// Parts that are not there are no paths.
func TestWithoutPartsTheirPathsAreMissing(t *testing.T) {
	r := newRig(t)
	for _, c := range []struct{ method, path string }{{"GET", "/metrics"}, {"POST", "/hooks/feed"}, {"POST", "/slack/interactions"}} {
		if rec := r.ask(c.method, c.path, ""); rec.Code != http.StatusNotFound {
			t.Errorf("%s %s: %d, want 404", c.method, c.path, rec.Code)
		}
	}
}

func TestHeadersOfEveryAnswer(t *testing.T) {
	r := newRig(t)
	for _, path := range []string{"/", "/sign-in", "/healthz", "/readyz", "/api/openapi.json", "/api/v1/ledger", "/api/v1/none", "/none"} {
		h := r.ask(http.MethodGet, path, "").Header()
		if !strings.Contains(h.Get("Content-Security-Policy"), "default-src 'none'") ||
			!strings.Contains(h.Get("Content-Security-Policy"), "frame-ancestors 'none'") ||
			h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") != "no-referrer" || h.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: headers %v", path, h)
		}
		if h.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s may be read by pages of others", path)
		}
	}
}

func TestFrontIsInert(t *testing.T) {
	page := newRig(t).ask(http.MethodGet, "/sign-in", "").Body.String()
	if strings.Contains(page, "<b>") || strings.Contains(page, "<script") || !strings.Contains(page, "v1.2.3") {
		t.Errorf("front page: %s", page)
	}
}

// A path from outside leads nowhere else.
func TestHostilePathsAndHosts(t *testing.T) {
	r := newRig(t)
	for _, path := range []string{
		"//evil.example/", "/..//evil.example", "/%2e%2e/%2e%2e/etc/passwd", "/api/v1/../../../etc/passwd", "/api/v1//organisations",
		"/api/v1/organisations/acme%2F..%2Fglobex/leaks", "/api/v1/organisations/%00/leaks", "/api/v1/organisations/acme/leaks/%0d%0aX-Evil:1",
		"/api/v1/organisations/acme/leaks/" + strings.Repeat("a", 60000), "/\\evil.example", "/api/v1/organisations/acme/leaks/..%2f",
		"/api/v1/organisations/acme/leaks/%ff%fe", "/api/v1", "/api/v1/", "/api/v1/./ledger", "/readyz/", "/healthz//",
	} {
		req := httptest.NewRequest(http.MethodGet, "/", nil)
		parsed, err := url.Parse("http://meetleaks.acme.example" + path)
		if err != nil {
			t.Fatalf("%q: %v", path, err)
		}
		req.URL, req.Host = parsed, "evil.example"
		req.Header.Set("Authorization", "Bearer "+rigToken)
		rec := httptest.NewRecorder()
		r.Private().ServeHTTP(rec, req)
		if rec.Code < 400 || rec.Code >= 500 {
			t.Errorf("%.80q: %d", path, rec.Code)
		}
		if to := rec.Header().Get("Location"); strings.HasPrefix(to, "//") || strings.Contains(to, "://") {
			t.Errorf("%.80q leads to %q", path, to)
		}
		if rec.Header().Get("X-Evil") != "" {
			t.Errorf("%.80q set a header", path)
		}
	}
}

// What breaks ends its own connection only, and the log says what broke without what the client sent.
func TestWhatBreaksIsLogged(t *testing.T) {
	broken := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		panic("cannot read https://acme.zoom.us/j/84930275116?pwd=Qx7Lm2")
	})
	r := newRigWith(t, ownLimits(), Options{Feed: broken})
	func() {
		defer func() {
			if fault, _ := recover().(error); !errors.Is(fault, http.ErrAbortHandler) {
				t.Errorf("fault %v, want http.ErrAbortHandler", fault)
			}
		}()
		r.ask(http.MethodPost, "/hooks/feed", "a secret document")
	}()
	logged := r.log.String()
	if !strings.Contains(logged, "a request broke") || !strings.Contains(logged, "TestWhatBreaksIsLogged") {
		t.Errorf("log: %s", logged)
	}
	if strings.Contains(logged, "84930275116") || strings.Contains(logged, "Qx7Lm2") || strings.Contains(logged, "secret document") {
		t.Errorf("the log tells too much: %s", logged)
	}
}

// A client that has gone is nobody's fault.
func TestAClientThatHasGoneIsNotLogged(t *testing.T) {
	broken := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("write: broken pipe") })
	r := newRigWith(t, ownLimits(), Options{Feed: broken})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	func() {
		defer func() { _ = recover() }()
		r.Private().ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/hooks/feed", nil).WithContext(ctx))
	}()
	if r.log.String() != "" {
		t.Errorf("log: %s", r.log)
	}
}

// The description is what others build on: a change of it, also one that a library brings, must be seen.
func TestOpenAPI(t *testing.T) {
	rec := newRig(t).ask(http.MethodGet, "/api/openapi.json", "")
	if rec.Header().Get("Content-Type") != "application/openapi+json" {
		t.Errorf("content type %q", rec.Header().Get("Content-Type"))
	}
	var got bytes.Buffer
	if err := json.Indent(&got, rec.Body.Bytes(), "", "  "); err != nil {
		t.Fatal(err)
	}
	got.WriteByte('\n')
	const golden = "testdata/openapi.json"
	if *update {
		if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Errorf("the description of the API has changed; if it should, run the test with -update and look at the difference")
	}
	if strings.Contains(got.String(), "http://") || strings.Contains(got.String(), `"https://`) && !strings.Contains(got.String(), "example.com/errors") {
		t.Errorf("the description names an address outside")
	}
}

func TestDescriptionIsServedToManyAtOnce(t *testing.T) {
	r := newRig(t)
	done := make(chan int, 8)
	for range cap(done) {
		go func() { done <- r.ask(http.MethodGet, "/api/openapi.json", "").Code }()
	}
	for range cap(done) {
		if code := <-done; code != http.StatusOK {
			t.Errorf("status %d", code)
		}
	}
}

// The states are written out in tags, which cannot call a function.
func TestStatesAreAllOfThem(t *testing.T) {
	var want []string
	for _, s := range scanner.States()[1:] {
		want = append(want, string(s))
	}
	for _, at := range []struct {
		of    reflect.Type
		field string
	}{{reflect.TypeFor[Leak](), "State"}, {reflect.TypeFor[listInput](), "State"}} {
		f, _ := at.of.FieldByName(at.field)
		if got := f.Tag.Get("enum"); got != strings.Join(want, ",") {
			t.Errorf("%s.%s: enum %q, want %q", at.of, at.field, got, strings.Join(want, ","))
		}
	}
	f, _ := reflect.TypeFor[listInput]().FieldByName("Limit")
	if f.Tag.Get("maximum") != "200" || maxPage != 200 || maxReasonLen != 500 {
		t.Error("bounds in tags and in code differ")
	}
}
