package console

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestTheTokenIsNeeded(t *testing.T) {
	tests := []struct {
		name   string
		fields []string
		status int
	}{
		{"right", []string{"Bearer " + rigToken}, 200},
		{"scheme in any case", []string{"bearer  " + rigToken + " "}, 200},
		{"none", nil, 401},
		{"empty", []string{""}, 401},
		{"no scheme", []string{rigToken}, 401},
		{"other scheme", []string{"Basic " + rigToken}, 401},
		{"no token", []string{"Bearer "}, 401},
		{"beginning", []string{"Bearer " + rigToken[:len(rigToken)-1]}, 401},
		{"longer", []string{"Bearer " + rigToken + "0"}, 401},
		{"other case", []string{"Bearer " + strings.ToUpper(rigToken)}, 401},
		{"two", []string{"Bearer " + rigToken, "Bearer wrong"}, 401},
		{"huge", []string{"Bearer " + strings.Repeat("a", 60<<10)}, 401},
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			req := httptest.NewRequest(http.MethodGet, "/api/v1/ledger", nil)
			req.Header["Authorization"] = c.fields
			rec := httptest.NewRecorder()
			r.Private().ServeHTTP(rec, req)
			if rec.Code != c.status {
				t.Errorf("status %d, want %d", rec.Code, c.status)
			}
			if c.status == 401 {
				wantProblem(t, rec, 401, "bearer token")
				if rec.Header().Get("WWW-Authenticate") != `Bearer realm="meetleaks"` {
					t.Errorf("headers %v", rec.Header())
				}
			}
		})
	}
}

// Also what is not there asks for the token first: its answers would tell who is watched.
func TestTheTokenIsNeededForEveryPath(t *testing.T) {
	r := newRig(t)
	for _, path := range []string{"/api/v1/none", "/api/v1/organisations/none/leaks", "/api/v1/organisations/acme/leaks", "/api/v1/sources", leakPath("/close")} {
		for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodDelete, http.MethodOptions} {
			r.now = r.now.Add(time.Second)
			rec := httptest.NewRecorder()
			r.Private().ServeHTTP(rec, httptest.NewRequest(method, path, nil))
			if rec.Code != 401 {
				t.Errorf("%s %s without the token: %d", method, path, rec.Code)
			}
		}
	}
}

func TestTheAPIIsSwitchedOff(t *testing.T) {
	r := newRig(t)
	r.token = ""
	wantProblem(t, r.ask(http.MethodGet, "/api/v1/ledger", ""), 403, "no token is configured")
	r.token = "short"
	req := httptest.NewRequest(http.MethodGet, "/api/v1/ledger", nil)
	req.Header.Set("Authorization", "Bearer short")
	rec := httptest.NewRecorder()
	r.Private().ServeHTTP(rec, req)
	wantProblem(t, rec, 403, "too short")
	r.tokenFail = errors.New("open /etc/meetleaks/token: permission denied")
	rec = r.ask(http.MethodGet, "/api/v1/ledger", "")
	wantProblem(t, rec, 503, "cannot read its own token")
	if strings.Contains(rec.Body.String(), "/etc/") || !strings.Contains(r.log.String(), "permission denied") {
		t.Errorf("answer %s, log %s", rec.Body, r.log)
	}
}

// Guessing is slowed down, and locks nobody out.
func TestWrongTokensAreLimited(t *testing.T) {
	r := newRig(t)
	const guess = "mlk_0123b76e5d2f91aa"
	got := map[int]int{}
	for range 200 {
		req := httptest.NewRequest(http.MethodGet, "/api/v1/ledger", nil)
		req.Header.Set("Authorization", "Bearer "+guess)
		rec := httptest.NewRecorder()
		r.Private().ServeHTTP(rec, req)
		got[rec.Code]++
		if rec.Code == 429 && rec.Header().Get("Retry-After") != "1" {
			t.Errorf("headers %v", rec.Header())
		}
	}
	if got[401] != 10 || got[429] != 190 {
		t.Errorf("answers %v, want 10 of 401 and 190 of 429", got)
	}
	if code := r.ask(http.MethodGet, "/api/v1/ledger", "").Code; code != 200 {
		t.Errorf("the right token meanwhile: %d", code)
	}
	if n := strings.Count(r.log.String(), "a token was not accepted"); n != 10 {
		t.Errorf("%d log lines, want 10", n)
	}
	if strings.Contains(r.log.String(), guess) || strings.Contains(r.log.String(), rigToken) {
		t.Errorf("a token is in the log: %s", r.log)
	}
	if !strings.Contains(r.log.String(), `"from":"192.0.2.1"`) {
		t.Errorf("the log does not say from where: %s", r.log)
	}
}

func TestSameToken(t *testing.T) {
	for _, c := range []struct {
		given, want string
		same        bool
	}{{"a", "a", true}, {"", "a", false}, {"a", "b", false}, {"aa", "a", false}, {"a", "aa", false}} {
		if sameToken(c.given, c.want) != c.same {
			t.Errorf("%q and %q: not %v", c.given, c.want, c.same)
		}
	}
}

// A token that cannot be read is told to each who asks, and logged now and then.
func TestABrokenTokenDoesNotFillTheLog(t *testing.T) {
	r := newRig(t)
	r.tokenFail = errors.New("read secret: no such file")
	for range 200 {
		answer := httptest.NewRecorder()
		r.Private().ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/api/v1/ledger", nil))
		if answer.Code != http.StatusServiceUnavailable {
			t.Fatalf("status %d", answer.Code)
		}
	}
	if n := strings.Count(r.log.String(), "read the token of the API"); n == 0 || n > 20 {
		t.Errorf("%d lines", n)
	}
}
