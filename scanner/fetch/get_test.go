package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestGetReadsAPageAndTellsWhatItCost(t *testing.T) {
	site := newSite(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "Text/HTML; charset=ISO-8859-1")
		w.Header().Set("ETag", `"kq7"`)
		w.Header().Set("X-Robots-Tag", "noindex")
		io.WriteString(w, "<p>agenda</p>")
	})
	c := unhurried(t, Limits{}, authorityOfServer(t, site))
	page, err := c.Get(t.Context(), Request{URL: site.URL + "/agenda"})
	if err != nil {
		t.Fatal(err)
	}
	if string(page.Body) != "<p>agenda</p>" || page.Status != 200 || page.Truncated != "" || page.NotModified || page.StatusError() != nil {
		t.Errorf("got %+v", page)
	}
	if page.ContentType != "text/html" || page.Charset != "iso-8859-1" || !page.Tags.NoIndex || page.Validators.ETag != `"kq7"` {
		t.Errorf("got %+v", page)
	}
	if page.Wire <= int64(len(page.Body)) || page.Wire > 1000 || page.Validators.Length != page.Wire {
		t.Errorf("%d bytes on the wire", page.Wire)
	}
}

func TestNothingOfTheCallersIsSentButTheURL(t *testing.T) {
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY"} {
		t.Setenv(name, "http://127.0.0.1:9")
	}
	var got atomic.Pointer[http.Header]
	site := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/" {
			w.Header().Set("Set-Cookie", "session=kq7WzTb")
			http.Redirect(w, r, "/next", http.StatusFound)
			return
		}
		h := r.Header.Clone()
		h.Set("Host", r.Host)
		got.Store(&h)
	})
	authority := authorityOfServer(t, site)
	c := newTestClient(t, Options{Allow: []string{authority}, Pace: None, Contact: "https://acme.example/bot", Version: "1.2"})
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, site.URL+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header = http.Header{"Cookie": {"a=b"}, "Authorization": {"Bearer x"}, "Referer": {"https://globex.example"}, "User-Agent": {"Mozilla/5.0"}, "X-Other": {"y"}, "Accept-Encoding": {"br"}}
	req.Host = "globex.example"
	resp, err := c.HTTP().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	want := http.Header{
		"User-Agent": {"meetleaks/1.2 (+https://acme.example/bot)"}, "Accept": {"text/html, application/xhtml+xml, */*;q=0.8"},
		"Accept-Encoding": {"gzip"}, "Host": {authority},
	}
	if h := *got.Load(); fmt.Sprint(h) != fmt.Sprint(want) {
		t.Errorf("sent %v\nwant %v", h, want)
	}
}

func TestOnlyGetAndHeadAreSent(t *testing.T) {
	site := newSite(t, func(http.ResponseWriter, *http.Request) { t.Error("asked") })
	c := unhurried(t, Limits{}, authorityOfServer(t, site))
	send := func(method string, body io.Reader) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), method, site.URL+"/", body)
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.RoundTrip(req) //nolint:bodyclose // there is none
		wantClass(t, err, Refused)
	}
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodConnect} {
		send(method, nil)
	}
	send(http.MethodGet, strings.NewReader("x"))
}

func TestMeetingLinksAreRefusedOnRequestAndOnRedirectBeforeTheDial(t *testing.T) {
	meeting := newSite(t, func(http.ResponseWriter, *http.Request) { t.Error("a meeting link was requested") })
	site := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, r.URL.Query().Get("to"), http.StatusFound)
	})
	c := unhurried(t, Limits{}, authorityOfServer(t, site), authorityOfServer(t, meeting))
	link := meeting.URL + "/b/jdo-x7k-q2p-w9z"
	_, err := c.Get(t.Context(), Request{URL: link})
	wantClass(t, err, Refused)
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, link, nil)
	_, err = c.RoundTrip(req) //nolint:bodyclose // there is none
	wantClass(t, err, Refused)

	for _, to := range []string{"https://acme.zoom.us/", "ftp://acme.example/", "https://acme.example:22/", "http://127.1/"} {
		_, err = c.Get(t.Context(), Request{URL: site.URL + "/?to=" + to})
		wantClass(t, err, Refused)
	}
	short := newSite(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, link, http.StatusFound) })
	c = unhurried(t, Limits{}, authorityOfServer(t, short), authorityOfServer(t, meeting))
	_, err = c.Get(t.Context(), Request{URL: short.URL + "/"})
	wantClass(t, err, Refused)
	if strings.Contains(err.Error(), "jdo-x7k-q2p-w9z") {
		t.Errorf("the id is in: %v", err)
	}
}

func TestRedirectToTheMetadataAddressIsBlockedAndNothingIsDialled(t *testing.T) {
	for _, to := range []string{"http://169.254.169.254/latest/", "http://127.0.0.1/", "http://[::1]/", "http://inner.acme.example/"} {
		site := newSite(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusFound) })
		resolver := newResolver(t, always("169.254.169.254", "10.0.0.1"))
		c := newTestClient(t, Options{Allow: []string{authorityOfServer(t, site)}, Pace: None, Resolver: resolver})
		c.pacer = c.unpaced
		_, err := c.Get(t.Context(), Request{URL: site.URL + "/"})
		wantClass(t, err, Blocked)
	}
}

func TestANameThatChangesItsAnswerIsBlockedBeforeTheDial(t *testing.T) {
	open := newRawServer(t, okay)
	inner := newRawServer(t, okay) // on another loopback port: the port of the URL is the same, so what counts is the address
	answers := [][]netip.Addr{{netip.MustParseAddr("127.0.0.1")}, {netip.MustParseAddr("127.0.0.2")}}
	resolver := newResolver(t, func(_ string, nth int) []netip.Addr { return answers[min(nth, 1)] })
	c := newTestClient(t, Options{Allow: []string{open.addr}, Resolver: resolver, Pace: None})
	c.pacer = c.unpaced
	target := "http://rebind.acme.example:" + portOf(t, open.addr) + "/"

	get := func() error {
		ctx, trace := withTrace(t.Context(), Request{})
		trace.robots = c.within // without asking for robots.txt
		req, _ := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
		resp, err := c.RoundTrip(req)
		if err == nil {
			resp.Body.Close()
			c.within.transport.CloseIdleConnections()
		}
		return err
	}
	if err := get(); err != nil {
		t.Fatalf("the first answer is allowed: %v", err)
	}
	second := newRawServerAt(t, "127.0.0.2:"+portOf(t, open.addr))
	wantClass(t, get(), Blocked)
	if second.conns.Load() != 0 || inner.conns.Load() != 0 || open.conns.Load() != 1 {
		t.Errorf("%d, %d and %d connections", second.conns.Load(), inner.conns.Load(), open.conns.Load())
	}
}

func TestEveryAddressOfANameIsJudgedAndTheAllowedOneIsTried(t *testing.T) {
	open := newRawServer(t, okay)
	resolver := newResolver(t, always("10.0.0.1", "169.254.169.254", "127.0.0.1"))
	c := newTestClient(t, Options{Allow: []string{open.addr}, Resolver: resolver, Pace: None})
	c.pacer = c.unpaced
	if _, err := c.Get(t.Context(), Request{URL: "http://many.acme.example:" + portOf(t, open.addr) + "/"}); err != nil {
		t.Fatal(err)
	}
}

func TestARedirectFromOutsideDoesNotReachWhatTheListOpens(t *testing.T) {
	inner := newRawServer(t, okay)
	outside := newRawServer(t, func(c net.Conn, _ string) {
		io.WriteString(c, "HTTP/1.1 302 Found\r\nLocation: http://"+inner.addr+"/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
	})
	c := newTestClient(t, Options{Allow: []string{inner.addr}, Pace: None})
	c.pacer = c.unpaced
	playPublic(c, "public.example:80", outside.addr)
	_, err := c.Get(t.Context(), Request{URL: "http://public.example/"})
	wantClass(t, err, Blocked)
	if inner.conns.Load() != 0 {
		t.Error("it was dialled")
	}
	if _, err := c.Get(t.Context(), Request{URL: "http://" + inner.addr + "/"}); err != nil {
		t.Errorf("asked for itself it is open: %v", err)
	}
}

func TestAtMostFiveRedirectsAndNoCircles(t *testing.T) {
	var asked atomic.Int64
	site := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		var n int
		fmt.Sscanf(r.URL.Path, "/%d", &n)
		if n > 0 {
			http.Redirect(w, r, fmt.Sprintf("/%d", n-1), http.StatusFound)
		} else if r.URL.Path == "/circle" {
			http.Redirect(w, r, "/circle", http.StatusFound)
		}
	})
	c := unhurried(t, Limits{}, authorityOfServer(t, site))
	if page, err := c.Get(t.Context(), Request{URL: site.URL + "/5"}); err != nil || page.URL != site.URL+"/0" {
		t.Errorf("five redirects: %v", err)
	}
	for _, path := range []string{"/6", "/circle"} {
		asked.Store(0)
		_, err := c.Get(t.Context(), Request{URL: site.URL + path})
		wantClass(t, err, Redirects)
		if asked.Load() != 6 {
			t.Errorf("%s: %d requests", path, asked.Load())
		}
	}
}

func TestALibraryThatFollowsRedirectsItselfIsHeldToTheSameRules(t *testing.T) {
	site := newSite(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path+"a", http.StatusFound) })
	c := unhurried(t, Limits{}, authorityOfServer(t, site))
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, site.URL+"/", nil)
	_, err := (&http.Client{Transport: c}).Do(req) //nolint:bodyclose // there is none
	wantClass(t, err, Redirects)

	via := make([]*http.Request, 6)
	wantClass(t, c.CheckRedirect(req, via), Redirects)
	if err := c.CheckRedirect(req, via[:5]); err != nil {
		t.Error(err)
	}
	link, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://acme.zoom.us/j/84930275116", nil)
	wantClass(t, c.CheckRedirect(link, via[:1]), Refused)
}

func TestNoHeaderIsCarriedFromHTTPSToHTTP(t *testing.T) {
	c := newTestClient(t, Options{})
	first, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://acme.example/", nil)
	ctx, trace := WithTrace(t.Context(), Request{Validators: Validators{ETag: `"kq7"`}})
	for to, want := range map[string]string{"http://acme.example/b": "", "https://acme.example/b": `"kq7"`} {
		second, _ := http.NewRequestWithContext(ctx, http.MethodGet, to, nil)
		second.Response = &http.Response{Request: first, Body: http.NoBody}
		target, err := c.judge(second.URL)
		if err != nil {
			t.Fatal(err)
		}
		out := c.outgoing(second, hop{target: target, way: wayTo(second)}, &call{trace: trace, ctx: ctx})
		if got := out.Header.Get("If-None-Match"); got != want {
			t.Errorf("%s: sent %q", to, got)
		}
	}
}

func TestTheEnvironmentNamesNoProxy(t *testing.T) {
	c := newTestClient(t, Options{})
	if c.outside.transport.Proxy != nil || c.within.transport.Proxy != nil {
		t.Error("a proxy is asked for") // net/http would ask the environment once and never for loopback: no request can show it
	}
}

func TestValidatorsGoToTheHostThatGaveThemOnly(t *testing.T) {
	var seen atomic.Value
	other := newSite(t, func(_ http.ResponseWriter, r *http.Request) { seen.Store(r.Header.Get("If-None-Match")) })
	site := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/away":
			http.Redirect(w, r, other.URL+"/", http.StatusFound)
		case r.Header.Get("If-None-Match") == `W/"kq7"`:
			w.WriteHeader(http.StatusNotModified)
		default:
			t.Errorf("%s without validators", r.URL)
		}
	})
	c := unhurried(t, Limits{}, authorityOfServer(t, site), authorityOfServer(t, other))
	known := Validators{ETag: `W/"kq7"`, LastModified: "Tue, 05 Mar 2024 10:00:00 GMT", Length: 20_000}
	page, err := c.Get(t.Context(), Request{URL: site.URL + "/", Validators: known})
	if err != nil || !page.NotModified || page.StatusError() != nil {
		t.Fatalf("got %+v, %v", page, err)
	}
	stats := c.Stats()
	if stats.NotModified != 1 || stats.Saved < 19_000 || stats.Saved >= 20_000 {
		t.Errorf("saved %d bytes by %d answers", stats.Saved, stats.NotModified)
	}
	if _, err := c.Get(t.Context(), Request{URL: site.URL + "/away", Validators: known}); err != nil {
		t.Fatal(err)
	}
	if seen.Load() != "" {
		t.Errorf("the other host was sent %q", seen.Load())
	}
}

// What a page redirects to may be older than what it redirected to before, and was never read.
func TestNoDateIsSentBehindARedirect(t *testing.T) {
	site := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/next" {
			http.Redirect(w, r, "/older.html", http.StatusFound)
			return
		}
		http.ServeContent(w, r, "older.html", time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC), strings.NewReader("the older page"))
	})
	c := unhurried(t, Limits{}, authorityOfServer(t, site))
	page, err := c.Get(t.Context(), Request{URL: site.URL + "/next", Validators: Validators{LastModified: "Tue, 03 Mar 2026 08:00:00 GMT"}})
	if err != nil || page.NotModified || string(page.Body) != "the older page" {
		t.Errorf("%+v, %v", page, err)
	}
}

func TestValidatorsThatAreKeptAreShort(t *testing.T) {
	site := newSite(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("ETag", `"`+strings.Repeat("k", 50_000)+`"`)
		w.Header().Set("Last-Modified", strings.Repeat("m", 5_000))
	})
	page, err := unhurried(t, Limits{}, authorityOfServer(t, site)).Get(t.Context(), Request{URL: site.URL + "/"})
	if err != nil || page.Validators.ETag != "" || page.Validators.LastModified != "" || page.Header.Get("ETag") != "" {
		t.Errorf("%d bytes of ETag, %d of Last-Modified, %v", len(page.Header.Get("ETag")), len(page.Validators.LastModified), err)
	}
}

func TestTheCallerSaysWhereRedirectsMayLead(t *testing.T) {
	var asked atomic.Int64
	other := newSite(t, func(http.ResponseWriter, *http.Request) { asked.Add(1) })
	site := newSite(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, other.URL+"/", http.StatusFound) })
	c := unhurried(t, Limits{}, authorityOfServer(t, site), authorityOfServer(t, other))
	r := Request{URL: site.URL + "/", Enter: func(*url.URL) error { return errors.New("not there") }}
	_, err := c.Get(t.Context(), r)
	wantClass(t, err, Refused)
	if asked.Load() != 0 || !strings.Contains(err.Error(), "not there") {
		t.Errorf("asked %d times, %v", asked.Load(), err)
	}
	r.Enter = func(*url.URL) error { return nil }
	if _, err := c.Get(t.Context(), r); err != nil || asked.Load() != 1 {
		t.Errorf("asked %d times, %v", asked.Load(), err)
	}
}

// The owner of a site gives a name of his own an address that the operator's list opens for another source.
func TestASourceReachesOfTheListOnlyWhereItStarts(t *testing.T) {
	inner, start := newRawServer(t, okay), newRawServer(t, okay)
	c := newTestClient(t, Options{
		Allow: []string{inner.addr, start.addr, "home.initech.example:" + portOf(t, inner.addr)},
		Pace:  None, Resolver: newResolver(t, always("127.0.0.1")),
	})
	c.pacer = c.unpaced
	from := c.From([]*url.URL{
		mustURL(t, "http://"+start.addr+"/"), mustURL(t, "https://www.hooli.example/"),
		mustURL(t, "http://start.hooli.example:"+portOf(t, inner.addr)+"/"), // a start, but no name of the list
	})
	for _, host := range []string{"127.0.0.1", "own.hooli.example", "www.hooli.example", "start.hooli.example", "home.initech.example"} {
		_, err := from.Get(t.Context(), Request{URL: "http://" + host + ":" + portOf(t, inner.addr) + "/"})
		wantClass(t, err, Blocked)
	}
	if inner.conns.Load() != 0 {
		t.Error("the inner service was dialled")
	}
	if _, err := from.Get(t.Context(), Request{URL: "http://" + start.addr + "/"}); err != nil {
		t.Errorf("a start is open: %v", err)
	}
	if _, err := c.Get(t.Context(), Request{URL: "http://home.initech.example:" + portOf(t, inner.addr) + "/"}); err != nil {
		t.Errorf("to others it is open: %v", err)
	}
}

func TestRobotsIsAskedOnceAndObeyedOnEveryHop(t *testing.T) {
	var robots, pages atomic.Int64
	other := newServer(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/robots.txt" {
			robots.Add(1)
			io.WriteString(w, "User-agent: *\nDisallow: /private\nSitemap: https://acme.example/map.xml\n")
			return
		}
		pages.Add(1)
	})
	site := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, other.URL+"/private/a", http.StatusFound)
	})
	c := unhurried(t, Limits{}, authorityOfServer(t, site), authorityOfServer(t, other))
	for _, target := range []string{other.URL + "/private/a", site.URL + "/"} {
		_, err := c.Get(t.Context(), Request{URL: target})
		wantClass(t, err, Robots)
		var own *Error
		if !errors.As(err, &own) || !own.Policy() {
			t.Error("it is the owner's word, no failure")
		}
	}
	wantClass(t, c.Allowed(t.Context(), mustURL(t, other.URL+"/private/b")), Robots)
	if err := c.Allowed(t.Context(), mustURL(t, other.URL+"/public")); err != nil {
		t.Error(err)
	}
	if maps := c.Sitemaps(t.Context(), mustURL(t, other.URL+"/public")); len(maps) != 1 {
		t.Errorf("sitemaps %v", maps)
	}
	if robots.Load() != 1 || pages.Load() != 0 {
		t.Errorf("%d requests for robots.txt, %d for pages", robots.Load(), pages.Load())
	}
}

func TestRobotsThatCannotBeReadIsAFailureAndNothingIsRead(t *testing.T) {
	site := newServer(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/robots.txt" {
			t.Error("read")
		}
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	c := unhurried(t, Limits{}, authorityOfServer(t, site))
	_, err := c.Get(t.Context(), Request{URL: site.URL + "/"})
	wantClass(t, err, Robots)
	var own *Error
	if errors.As(err, &own) && own.Policy() {
		t.Error("a failure is told as a choice")
	}
}

func TestPaceNoneHoldsForLoopbackOnly(t *testing.T) {
	c := unhurried(t, Limits{})
	for url, free := range map[string]bool{
		"http://127.0.0.1:80/": true, "http://[::1]/": true, "http://localhost/": true, "http://127.9.9.9/": true,
		"http://acme.example/": false, "http://localhost.acme.example/": false, "http://8.8.8.8/": false, "http://10.0.0.1/": false,
	} {
		u := mustURL(t, url)
		host, addr, err := spellHost(u.Host, u.Hostname())
		if err != nil {
			t.Fatal(err)
		}
		if got := c.pacerOf(target{host: host, addr: addr}) == c.unpaced; got != free {
			t.Errorf("%s: free %v", url, got)
		}
	}
	polite := newTestClient(t, Options{})
	if polite.pacerOf(target{host: "localhost"}) != polite.pacer {
		t.Error("without pace none nothing is free")
	}
}

func TestStatusIsToldAndTheBodyKept(t *testing.T) {
	site := newSite(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(410); io.WriteString(w, "gone") })
	c := unhurried(t, Limits{}, authorityOfServer(t, site))
	page, err := c.Get(t.Context(), Request{URL: site.URL + "/"})
	if err != nil || page.Status != 410 || string(page.Body) != "gone" {
		t.Fatalf("got %+v, %v", page, err)
	}
	wantClass(t, page.StatusError(), BadStatus)
}

func TestStatsAreBounded(t *testing.T) {
	c := newCounters()
	for i := range MaxStatsHosts + 5 {
		c.host(fmt.Sprintf("h%d.acme.example", i), 1, 10)
	}
	c.host("h1.acme.example", 1, 5)
	s := c.snapshot()
	if len(s.Hosts) != MaxStatsHosts || s.OtherHosts != (HostStats{5, 50}) || s.Hosts["h1.acme.example"] != (HostStats{2, 15}) || s.Requests != MaxStatsHosts+6 {
		t.Errorf("%d hosts, others %v, requests %d", len(s.Hosts), s.OtherHosts, s.Requests)
	}
}

func TestAWarningWithoutAContact(t *testing.T) {
	if w := newTestClient(t, Options{}).Warnings(); len(w) != 1 || !strings.Contains(w[0], "contact") {
		t.Errorf("got %q", w)
	}
	if w := newTestClient(t, Options{Contact: "https://acme.example/bot"}).Warnings(); len(w) != 0 {
		t.Errorf("got %q", w)
	}
	for _, contact := range []string{"a\r\nX: y", "(x)", "ü", strings.Repeat("a", 201)} {
		if _, err := New(Options{Contact: contact}); err == nil {
			t.Errorf("contact %q was accepted", contact)
		}
	}
}

func TestPolitePaceHoldsForLoopbackTooAndObeysRetryAfterAndCrawlDelay(t *testing.T) {
	tests := []struct {
		robots, retryAfter string
		least              time.Duration // before the second page
	}{
		{"", "", time.Second}, {"User-agent: *\nCrawl-delay: 9\n", "", 9 * time.Second}, {"", "7", 7 * time.Second},
	}
	for _, test := range tests {
		site := newServer(t, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/robots.txt" {
				io.WriteString(w, test.robots)
			} else if test.retryAfter != "" {
				w.Header().Set("Retry-After", test.retryAfter)
				w.WriteHeader(http.StatusTooManyRequests)
			}
		})
		times := &clock{at: time.Date(2024, 3, 5, 10, 0, 0, 0, time.UTC)}
		c := newTestClient(t, Options{Allow: []string{authorityOfServer(t, site)}, Now: times.now, Sleep: times.sleep})
		if _, err := c.Get(t.Context(), Request{URL: site.URL + "/"}); err != nil {
			t.Fatal(err)
		}
		before := times.slept
		if _, err := c.Get(t.Context(), Request{URL: site.URL + "/"}); err != nil {
			t.Fatal(err)
		}
		if waited := times.slept - before; waited < test.least {
			t.Errorf("%+v: waited %s", test, waited)
		}
	}
}

func TestAnExhaustedBudgetIsPolicyAndAHostThatFailsIsNot(t *testing.T) {
	site := newSite(t, func(http.ResponseWriter, *http.Request) {})
	for _, policy := range []bool{true, false} {
		c := unhurried(t, Limits{}, authorityOfServer(t, site))
		c.unpaced = noTurn{&PaceError{Host: "127.0.0.1", Reason: "used up", policy: policy}}
		ctx, trace := withTrace(t.Context(), Request{})
		trace.robots = c.within
		req, _ := http.NewRequestWithContext(ctx, http.MethodGet, site.URL+"/", nil)
		_, err := c.RoundTrip(req) //nolint:bodyclose // there is none
		wantClass(t, err, Budget)
		var own *Error
		if errors.As(err, &own) && own.Policy() != policy {
			t.Errorf("policy %v", own.Policy())
		}
	}
}

func TestOneConnectionServesOneHostAgainAndAgain(t *testing.T) {
	var conns atomic.Int64
	packed := gzipped([]byte("agenda"))
	site := httptest.NewUnstartedServer(noRobots(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		w.Write(packed)
	}))
	site.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			conns.Add(1)
		}
	}
	site.Start()
	t.Cleanup(site.Close)
	c := unhurried(t, Limits{}, authorityOfServer(t, site))
	for range 5 {
		if page, err := c.Get(t.Context(), Request{URL: site.URL + "/"}); err != nil || string(page.Body) != "agenda" {
			t.Fatal(page, err)
		}
	}
	if conns.Load() != 1 {
		t.Errorf("%d connections", conns.Load())
	}
}

func TestManyAtOnceShareAClient(t *testing.T) {
	site := newSite(t, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.URL.Path) })
	c := unhurried(t, Limits{}, authorityOfServer(t, site))
	var all sync.WaitGroup
	var wire atomic.Int64
	for i := range 60 {
		all.Go(func() {
			path := fmt.Sprintf("/%d", i)
			page, err := c.Get(t.Context(), Request{URL: site.URL + path})
			if err != nil || string(page.Body) != path {
				t.Errorf("got %v, %v", page, err)
				return
			}
			wire.Add(page.Wire)
		})
	}
	all.Wait()
	stats := c.Stats()
	host := stats.Hosts[authorityOfServer(t, site)]
	if stats.Requests != 61 || host.Requests != 61 || stats.Wire != host.Wire || wire.Load() >= stats.Wire {
		t.Errorf("%+v, pages %d", stats, wire.Load())
	}
}

func TestEverythingEndsAtOnceWithItsContext(t *testing.T) {
	release := make(chan struct{})
	asked := make(chan struct{}, 8)
	site := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/body" {
			io.WriteString(w, "begun")
			w.(http.Flusher).Flush()
		}
		asked <- struct{}{}
		select {
		case <-release:
		case <-r.Context().Done():
		}
	})
	defer close(release)
	for _, path := range []string{"/header", "/body"} {
		c := newTestClient(t, Options{Allow: []string{authorityOfServer(t, site)}})
		ctx, cancel := context.WithCancel(t.Context())
		go func() { <-asked; cancel() }()
		started := time.Now()
		_, err := c.Get(ctx, Request{URL: site.URL + path})
		wantClass(t, err, Cancelled)
		if !errors.Is(err, context.Canceled) || time.Since(started) > 4*time.Second {
			t.Errorf("%s: %v after %s", path, err, time.Since(started))
		}
		if _, err := c.Get(ctx, Request{URL: site.URL + "/"}); err == nil {
			t.Error("an ended context still reads")
		}
	}
	c := newTestClient(t, Options{Allow: []string{authorityOfServer(t, site)}})
	go func() { <-asked; c.Close() }()
	_, err := c.Get(t.Context(), Request{URL: site.URL + "/header"})
	wantClass(t, err, Cancelled)
	_, err = c.Get(t.Context(), Request{URL: site.URL + "/header"})
	wantClass(t, err, Cancelled)
}
