package console

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
)

// visitor is a browser as far as the console can tell: it keeps cookies and fills in forms.
type visitor struct {
	t       testing.TB
	r       *rig
	cookies map[string]*http.Cookie
	form    string
	header  http.Header // of every request
}

// newVisitor has not signed in.
func newVisitor(t testing.TB, r *rig) *visitor {
	t.Helper()
	r.web.limits.pause = 0
	return &visitor{t: t, r: r, cookies: map[string]*http.Cookie{}, header: http.Header{"Sec-Fetch-Site": {"same-origin"}}}
}

// signedIn is a visitor who has.
func signedIn(t testing.TB, r *rig) *visitor {
	t.Helper()
	v := newVisitor(t, r)
	if rec := v.post("/sign-in", url.Values{"token": {rigToken}}); rec.Code != http.StatusSeeOther {
		t.Fatalf("sign in: %d %s", rec.Code, rec.Body)
	}
	v.get("/ledger", http.StatusOK)
	return v
}

func (v *visitor) do(method, path string, form url.Values) *httptest.ResponseRecorder {
	v.t.Helper()
	req := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for name, values := range v.header {
		req.Header[name] = values
	}
	for _, c := range v.cookies {
		req.AddCookie(&http.Cookie{Name: c.Name, Value: c.Value})
	}
	rec := httptest.NewRecorder()
	v.r.Private().ServeHTTP(rec, req)
	for _, c := range rec.Result().Cookies() {
		if c.MaxAge < 0 {
			delete(v.cookies, c.Name)
		} else {
			v.cookies[c.Name] = c
		}
	}
	return rec
}

// get reads a page and remembers the token of its forms.
func (v *visitor) get(path string, status int) string {
	v.t.Helper()
	rec := v.do(http.MethodGet, path, nil)
	if rec.Code != status {
		v.t.Fatalf("GET %s: %d, want %d: %s", path, rec.Code, status, rec.Body)
	}
	page := rec.Body.String()
	if found := regexp.MustCompile(`name="form" value="([^"]+)"`).FindStringSubmatch(page); found != nil {
		v.form = found[1]
	}
	return page
}

func (v *visitor) post(path string, form url.Values) *httptest.ResponseRecorder {
	v.t.Helper()
	if v.form != "" && !form.Has("form") {
		form.Set("form", v.form)
	}
	return v.do(http.MethodPost, path, form)
}

const rigLeakPage = "/leaks/acme/" + rigLeak

func wantPage(t *testing.T, page string, words ...string) {
	t.Helper()
	for _, word := range words {
		if !strings.Contains(page, word) {
			t.Errorf("the page lacks %q:\n%s", word, page)
		}
	}
}

func TestWithoutASessionEverythingLeadsToSignIn(t *testing.T) {
	v := newVisitor(t, newRig(t))
	for path, want := range map[string]string{
		"/": "/sign-in", "/sources": "/sign-in?next=%2Fsources", "/ledger": "/sign-in?next=%2Fledger", "/config": "/sign-in?next=%2Fconfig",
		"/domains": "/sign-in?next=%2Fdomains", "/?state=muted": "/sign-in?next=%2F%3Fstate%3Dmuted",
		rigLeakPage: "/sign-in?next=" + url.QueryEscape(rigLeakPage),
	} {
		rec := v.do(http.MethodGet, path, nil)
		if rec.Code != http.StatusSeeOther || rec.Header().Get("Location") != want || strings.Contains(rec.Body.String(), "acme") {
			t.Errorf("%s: %d to %q, want 303 to %q", path, rec.Code, rec.Header().Get("Location"), want)
		}
	}
	for _, path := range []string{rigLeakPage + "/ack", "/sign-out"} {
		if rec := v.post(path, url.Values{}); rec.Code != http.StatusSeeOther || rec.Header().Get("Location") != "/sign-in" {
			t.Errorf("POST %s: %d", path, rec.Code)
		}
	}
	if len(v.r.events) > 0 {
		t.Errorf("done without a session: %v", v.r.events)
	}
}

// The API's token in a header opens no page, and a session opens no API.
func TestPagesAndAPIKeepTheirOwnWayIn(t *testing.T) {
	r := newRig(t)
	if rec := r.ask(http.MethodGet, "/ledger", ""); rec.Code != http.StatusSeeOther {
		t.Errorf("a page with a bearer token: %d", rec.Code)
	}
	if rec := signedIn(t, r).do(http.MethodGet, "/api/v1/ledger", nil); rec.Code != http.StatusUnauthorized {
		t.Errorf("the API with a session: %d", rec.Code)
	}
}

func TestCookies(t *testing.T) {
	for public, want := range map[string]struct {
		name   string
		secure bool
	}{
		"": {"meetleaks", false}, "http://meetleaks.acme.example": {"meetleaks", false}, "https://meetleaks.acme.example": {"__Host-meetleaks", true},
	} {
		r := newRigWith(t, ownLimits(), Options{PublicURL: public})
		v := signedIn(t, r)
		c := v.cookies[want.name]
		if c == nil || !c.HttpOnly || c.Secure != want.secure || c.SameSite != http.SameSiteStrictMode || c.Path != "/" || c.Domain != "" ||
			c.MaxAge != 12*3600 || len(c.Value) < 43 {
			t.Errorf("public URL %q: cookie %+v", public, c)
		}
	}
}

func TestSignInLeadsOn(t *testing.T) {
	r := newRig(t)
	for next, want := range map[string]string{
		"": "/", "/sources": "/sources", "/coverage?org=acme&days=30": "/coverage?org=acme&days=30", "/silenced": "/silenced", rigLeakPage: rigLeakPage, "/?org=acme&state=muted": "/?org=acme&state=muted",
		"//evil.example": "/", "https://evil.example/": "/", "/\\evil.example": "/", "/leaks/../sign-out": "/", "/leaks//x": "/", "/sign-out": "/",
		"javascript:alert(1)": "/", "/%2f%2fevil.example": "/", "/sources\r\nX: 1": "/", "/api/v1/ledger": "/", "leaks/x": "/", "/" + strings.Repeat("a", 3000): "/",
	} {
		v := newVisitor(t, r)
		page := v.get("/sign-in?next="+url.QueryEscape(next), http.StatusOK)
		if strings.Contains(page, "evil.example") || strings.Contains(page, "javascript:") {
			t.Errorf("next %q stands in the page: %s", next, page)
		}
		rec := v.post("/sign-in", url.Values{"token": {" " + rigToken + "\n"}, "next": {next}})
		if rec.Code != http.StatusSeeOther || rec.Header().Get("Location") != want {
			t.Errorf("next %q: %d to %q, want %q", next, rec.Code, rec.Header().Get("Location"), want)
		}
		if rec := v.do(http.MethodGet, "/sign-in?next=%2Fledger", nil); rec.Header().Get("Location") != "/ledger" {
			t.Errorf("who is signed in is asked again: %d", rec.Code)
		}
	}
}

// A session's id that somebody else planted is never taken over.
func TestSessionFixation(t *testing.T) {
	r := newRig(t)
	v := newVisitor(t, r)
	v.cookies["meetleaks"] = &http.Cookie{Name: "meetleaks", Value: "planted"}
	v.post("/sign-in", url.Values{"token": {rigToken}})
	if got := v.cookies["meetleaks"].Value; got == "planted" || got == "" {
		t.Errorf("the planted id is used: %q", got)
	}
	first := v.cookies["meetleaks"].Value
	v.post("/sign-in", url.Values{"token": {rigToken}})
	if v.cookies["meetleaks"].Value == first {
		t.Error("signing in again keeps the id")
	}
	old := newVisitor(t, r)
	old.cookies["meetleaks"] = &http.Cookie{Name: "meetleaks", Value: first}
	if rec := old.do(http.MethodGet, "/ledger", nil); rec.Code != http.StatusSeeOther {
		t.Errorf("the session before lives on: %d", rec.Code)
	}
	req := httptest.NewRequest(http.MethodGet, "/ledger", nil)
	req.AddCookie(v.cookies["meetleaks"])
	req.AddCookie(&http.Cookie{Name: "meetleaks", Value: "planted"})
	rec := httptest.NewRecorder()
	if r.Private().ServeHTTP(rec, req); rec.Code != http.StatusSeeOther {
		t.Errorf("two cookies are taken: %d", rec.Code)
	}
}

func TestWrongTokensAreSlowAndCounted(t *testing.T) {
	r := newRig(t)
	v := newVisitor(t, r)
	for i := range 14 {
		rec := v.post("/sign-in", url.Values{"token": {fmt.Sprint("wrong-token-of-somebody-", i)}})
		want := http.StatusUnauthorized
		if i >= 10 {
			want = http.StatusTooManyRequests
		}
		if rec.Code != want || len(v.cookies) > 0 {
			t.Errorf("wrong token %d: %d, want %d; cookies %v", i, rec.Code, want, v.cookies)
		}
	}
	if n := strings.Count(r.log.String(), "a token was not accepted"); n != 10 {
		t.Errorf("%d lines in the log, want 10: %s", n, r.log)
	}
	if strings.Contains(r.log.String(), "wrong-token-of") {
		t.Error("the log holds what was typed in")
	}
	if rec := v.post("/sign-in", url.Values{"token": {rigToken}}); rec.Code != http.StatusSeeOther {
		t.Errorf("guessing locks the right token out: %d", rec.Code)
	}
	r.web.limits.pause = 30 * time.Millisecond
	r.now = r.now.Add(time.Minute)
	for _, token := range []string{"", rigToken[:len(rigToken)-1], strings.Repeat("a", 20<<10)} {
		began := time.Now()
		if rec := newVisitorAt(t, r).post("/sign-in", url.Values{"token": {token}}); rec.Code != http.StatusUnauthorized || time.Since(began) < 30*time.Millisecond {
			t.Errorf("%.20q: %d after %s", token, rec.Code, time.Since(began))
		}
	}
}

// newVisitorAt keeps the rig's pause.
func newVisitorAt(t testing.TB, r *rig) *visitor {
	pause := r.web.limits.pause
	v := newVisitor(t, r)
	r.web.limits.pause = pause
	return v
}

func TestWithoutATokenTheConsoleIsOff(t *testing.T) {
	r := newRig(t)
	v := signedIn(t, r)
	for _, c := range []struct {
		token  string
		fail   error
		status int
	}{{"", nil, 403}, {"short", nil, 403}, {rigToken, errors.New("open /etc/secret-place: no"), 503}} {
		r.token, r.tokenFail = c.token, c.fail
		for _, path := range []string{"/", "/sign-in", rigLeakPage} {
			if rec := v.do(http.MethodGet, path, nil); rec.Code != c.status || strings.Contains(rec.Body.String(), "secret-place") {
				t.Errorf("token %q, %v: %s: %d %s", c.token, c.fail, path, rec.Code, rec.Body)
			}
		}
		if rec := v.post("/sign-in", url.Values{"token": {c.token}}); rec.Code != c.status {
			t.Errorf("token %q: sign in: %d", c.token, rec.Code)
		}
	}
}

// A token that cannot be read is told to each who asks, and logged now and then.
func TestABrokenTokenOfTheConsoleDoesNotFillTheLog(t *testing.T) {
	r := newRig(t)
	v := newVisitor(t, r)
	r.tokenFail = errors.New("read secret: no such file")
	for range 100 {
		v.get("/", http.StatusServiceUnavailable)
	}
	if n := strings.Count(r.log.String(), "read the token of the console"); n == 0 || n > 20 {
		t.Errorf("%d lines", n)
	}
}

func TestSessionsEnd(t *testing.T) {
	steps := map[string]func(r *rig, v *visitor){
		"two hours unused": func(r *rig, _ *visitor) { r.now = r.now.Add(2 * time.Hour) },
		"twelve hours": func(r *rig, v *visitor) {
			for range 11 {
				r.now = r.now.Add(time.Hour)
				v.get("/ledger", http.StatusOK)
			}
			r.now = r.now.Add(time.Hour)
		},
		"another token":       func(r *rig, _ *visitor) { r.token = "mlk_another-token-of-the-console" },
		"the clock goes back": func(r *rig, _ *visitor) { r.now = r.now.Add(-time.Hour) },
		"signed out": func(_ *rig, v *visitor) {
			kept := v.cookies["meetleaks"]
			if rec := v.post("/sign-out", url.Values{}); rec.Code != http.StatusSeeOther || len(v.cookies) > 0 {
				v.t.Errorf("sign out: %d, cookies %v", rec.Code, v.cookies)
			}
			v.cookies["meetleaks"] = kept
		},
	}
	for name, step := range steps {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			v := signedIn(t, r)
			step(r, v)
			if rec := v.do(http.MethodGet, "/ledger", nil); rec.Code != http.StatusSeeOther {
				t.Errorf("the session lives on: %d", rec.Code)
			}
			if len(r.web.sessions.byID) != 0 {
				t.Errorf("%d sessions are kept", len(r.web.sessions.byID))
			}
		})
	}
}

func TestSessionsAreBounded(t *testing.T) {
	r := newRig(t)
	first := signedIn(t, r)
	r.now = r.now.Add(time.Second)
	second := signedIn(t, r)
	for range maxSessions {
		r.now = r.now.Add(time.Millisecond)
		newVisitor(t, r).post("/sign-in", url.Values{"token": {rigToken}})
		second.do(http.MethodGet, "/style.css", nil)
	}
	if n := len(r.web.sessions.byID); n != maxSessions {
		t.Errorf("%d sessions are kept, want %d", n, maxSessions)
	}
	if rec := first.do(http.MethodGet, "/ledger", nil); rec.Code != http.StatusSeeOther {
		t.Errorf("the one unused for longest lives on: %d", rec.Code)
	}
}

func TestForgedFormsAreRefused(t *testing.T) {
	r := newRig(t)
	v, other := signedIn(t, r), signedIn(t, r)
	tests := map[string]struct {
		header http.Header
		form   string
	}{
		"no token":                {http.Header{"Sec-Fetch-Site": {"same-origin"}}, ""},
		"another session's token": {http.Header{"Sec-Fetch-Site": {"same-origin"}}, other.form},
		"a wrong token":           {http.Header{"Sec-Fetch-Site": {"same-origin"}}, v.form + "x"},
		"no token, old browser":   {http.Header{}, ""},
		"another site":            {http.Header{"Sec-Fetch-Site": {"cross-site"}}, v.form},
		"another name":            {http.Header{"Sec-Fetch-Site": {"same-site"}}, v.form},
		"another origin":          {http.Header{"Origin": {"https://evil.example"}}, v.form},
	}
	for name, c := range tests {
		for _, path := range []string{rigLeakPage + "/ack", rigLeakPage + "/close", "/sign-out"} {
			v.header = c.header
			rec := v.do(http.MethodPost, path, url.Values{"form": {c.form}, "until": {"4"}, "as": {"over"}, "reason": {"x"}})
			if rec.Code != http.StatusForbidden || !strings.Contains(rec.Body.String(), "nothing was done") {
				t.Errorf("%s: %s: %d %s", name, path, rec.Code, rec.Body)
			}
		}
	}
	v.header = http.Header{"Sec-Fetch-Site": {"cross-site"}}
	if rec := newVisitorWith(v, r).post("/sign-in", url.Values{"token": {rigToken}}); rec.Code != http.StatusForbidden {
		t.Errorf("signing in from another site: %d", rec.Code)
	}
	if len(r.events) > 0 {
		t.Errorf("forged forms did %v", r.events)
	}
	v.header = http.Header{"Sec-Fetch-Site": {"same-origin"}}
	if v.get("/ledger", http.StatusOK); v.form == "" {
		t.Error("a forged form signed out")
	}
}

func newVisitorWith(v *visitor, r *rig) *visitor {
	other := newVisitor(v.t, r)
	other.header = v.header
	return other
}

// Behind a proxy the host is another than the one in the browser's address.
func TestFormsThroughAProxy(t *testing.T) {
	r := newRigWith(t, ownLimits(), Options{PublicURL: "https://meetleaks.acme.example/"})
	v := signedIn(t, r)
	v.header = http.Header{"Origin": {"https://meetleaks.acme.example"}}
	if rec := v.post(rigLeakPage+"/ack", url.Values{"until": {"4"}}); rec.Code != http.StatusSeeOther {
		t.Errorf("%d %s", rec.Code, rec.Body)
	}
}

func TestBadFormsAreRefused(t *testing.T) {
	r := newRig(t)
	v := signedIn(t, r)
	if rec := v.post(rigLeakPage+"/close", url.Values{"as": {"over"}, "reason": {strings.Repeat("a", 40<<10)}}); rec.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("a huge form: %d", rec.Code)
	}
	if rec := v.post("/sign-in", url.Values{"token": {strings.Repeat("a", 40<<10)}}); rec.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("a huge token: %d", rec.Code)
	}
	if rec := v.do(http.MethodDelete, rigLeakPage, nil); rec.Code != http.StatusMethodNotAllowed {
		t.Errorf("another method: %d", rec.Code)
	}
}

func TestStyle(t *testing.T) {
	v := newVisitor(t, newRig(t))
	address := regexp.MustCompile(`href="(/style[^"]*)"`).FindStringSubmatch(v.get("/sign-in", http.StatusOK))[1]
	for path, cache := range map[string]string{address: "immutable", "/style.css": "no-cache", "/style.css?v=old": "no-cache"} {
		rec := v.do(http.MethodGet, path, nil)
		if rec.Code != http.StatusOK || rec.Header().Get("Content-Type") != "text/css; charset=utf-8" || !strings.Contains(rec.Header().Get("Cache-Control"), cache) {
			t.Errorf("%s: %d %v", path, rec.Code, rec.Header())
		}
		if strings.Contains(rec.Body.String(), "url(") || strings.Contains(rec.Body.String(), "@import") {
			t.Error("the style asks for more")
		}
	}
}

// FuzzPages: whatever is asked for and sent, the answer is a page of ours that runs nothing and leads nowhere else.
func FuzzPages(f *testing.F) {
	f.Add("", "state=muted&page=2&org=acme", "", "", "")
	f.Add("leaks/acme/"+rigLeak, "did=mute", "", "", "")
	f.Add("leaks/acme/"+rigLeak, "", "ack", "4", "why")
	f.Add("leaks/acme/"+rigLeak, "", "mute", "2026-12-01", "\u202e<script>")
	f.Add("leaks/acme/"+rigLeak, "", "close", "", "https://acme.zoom.us/j/84930275116?pwd=Qx7Lm2")
	f.Add("leaks/%00/..", "page=99999999999999999999&state=\xff", "confirm", "", "")
	f.Add("leaks/acme/"+rigLeak, "", "public", "2026-12-01", "series")
	f.Add("leaks/acme/"+rigLeak, "", "assign", "\u202e<script>@acme.example", "")
	f.Add("leaks/acme/"+rigLeak, "", "confirm", "2026-11-21T09:29:00Z", "")
	f.Add("silenced", "org=acme&page=2", "", "", "")
	f.Add("coverage", "org=acme&days=-1&day=2026-11-2\u202e", "", "", "")
	f.Add("sources", "page=99999999999", "", "", "")
	f.Add("sign-in", "next=//evil.example", "", "", "")
	r := newRig(f)
	v := signedIn(f, r)
	f.Fuzz(func(t *testing.T, path, query, act, until, reason string) {
		target, err := url.Parse("/" + path)
		if err != nil || target.Host != "" || !strings.HasPrefix(target.Path, "/") || len(reason) > 20<<10 || len(until) > 5<<10 {
			return
		}
		target.RawQuery = query
		r.audit, r.events = nil, nil
		r.addLeak(t, rigLeak)
		req := httptest.NewRequest(http.MethodGet, "/", nil)
		if act != "" {
			target = target.JoinPath(act)
			form := url.Values{"form": {v.form}, "until": {until}, "reason": {reason}, "as": {until},
				"place": {reason}, "email": {until}, "asked": {until}}
			req = httptest.NewRequest(http.MethodPost, "/", strings.NewReader(form.Encode()))
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		req.URL = target
		req.AddCookie(v.cookies["meetleaks"])
		rec := httptest.NewRecorder()
		r.Private().ServeHTTP(rec, req)
		page, to := rec.Body.String(), rec.Header().Get("Location")
		if strings.Contains(target.Path, "sign-out") && act != "" {
			v = signedIn(t, r)
		}
		if rec.Code >= 500 || strings.Contains(page, "<script") || strings.ContainsAny(page, "\x00\x1b\u202e") {
			t.Errorf("%q?%q %q %q %q: %d %q", path, query, act, until, reason, rec.Code, page)
		}
		if strings.Contains(to, "://") || strings.HasPrefix(to, "//") {
			t.Errorf("%q?%q leads to %q", path, query, to)
		}
	})
}
