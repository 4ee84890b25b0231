package web

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"meetleaks/scanner/fetch"
	"meetleaks/scanner/source/sourcetest"
)

// testClient reads from the addresses given, without pauses.
func testClient(t *testing.T, allow ...string) *fetch.Client {
	t.Helper()
	return testClientWith(t, fetch.Options{Pace: fetch.None, Allow: allow})
}

func testClientWith(t *testing.T, o fetch.Options) *fetch.Client {
	t.Helper()
	o.Contact = "https://acme.example/bot"
	client, err := fetch.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

// seen is what a test server was asked.
type seen struct {
	mu   sync.Mutex
	reqs []*http.Request
}

func (s *seen) all() []*http.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.reqs)
}

// uris are the requests but those for robots.txt.
func (s *seen) uris() []string {
	var out []string
	for _, r := range s.all() {
		if r.RequestURI != "/robots.txt" {
			out = append(out, r.RequestURI)
		}
	}
	return out
}

// testServer answers 404 for robots.txt unless it is among the handlers.
func testServer(t *testing.T, handlers map[string]http.HandlerFunc) (string, *seen) {
	t.Helper()
	log := &seen{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		log.mu.Lock()
		log.reqs = append(log.reqs, r)
		log.mu.Unlock()
		if h := handlers[r.URL.Path]; h != nil {
			h(w, r)
			return
		}
		http.NotFound(w, r)
	}))
	t.Cleanup(server.Close)
	return server.Listener.Addr().String(), log
}

func text(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		io.WriteString(w, body)
	}
}

func redirect(to string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", to)
		w.WriteHeader(http.StatusFound)
	}
}

func errandTo(t *testing.T, address string) errand {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return errand{url: u, enter: func(*url.URL) error { return nil }, wants: func(string) error { return nil }}
}

func visitOnce(t *testing.T, addr, path string) answer {
	t.Helper()
	return newVisitor(testClient(t, addr)).visit(t.Context(), errandTo(t, "http://"+addr+path))
}

func zipped(t *testing.T, plain []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(plain); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// careless does not say that a body is not to be unpacked any more.
type careless struct{ *fetch.Client }

func (c careless) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := c.Client.RoundTrip(req)
	if err == nil {
		resp.Uncompressed = false
	}
	return resp, err
}

func classOf(err error) fetch.Class {
	if own, ok := errors.AsType[*fetch.Error](err); ok {
		return own.Class
	}
	return ""
}

// colly inflates what claims to be gzip, or ends in .xml.gz, without limit.
func TestWhatIsPackedStaysPacked(t *testing.T) {
	bomb := zipped(t, make([]byte, 8<<20))
	serve := func(kind string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			w.Write(bomb)
		}
	}
	addr, _ := testServer(t, map[string]http.HandlerFunc{
		"/a.xml.gz": serve("text/xml"), "/b": serve("application/x-gzip"), "/c": serve("application/gzip"), "/d.gz": serve("application/octet-stream"),
	})
	for _, path := range []string{"/a.xml.gz", "/b", "/c", "/d.gz"} {
		a := newVisitor(careless{testClient(t, addr)}).visit(t.Context(), errandTo(t, "http://"+addr+path))
		if a.err != nil || !bytes.Equal(a.body, bomb) {
			t.Errorf("%s: %d bytes instead of %d, %v", path, len(a.body), len(bomb), a.err)
		}
	}
}

// colly ignores robots.txt by default, and even when told not to asks nothing for the targets of redirects.
func TestRobotsAreObeyedAlsoBehindRedirects(t *testing.T) {
	addr, log := testServer(t, map[string]http.HandlerFunc{
		"/robots.txt": text("User-agent: *\nDisallow: /private/\n"),
		"/away":       redirect("/private/b.html"),
	})
	for _, path := range []string{"/private/a.html", "/away"} {
		if a := visitOnce(t, addr, path); classOf(a.err) != fetch.Robots {
			t.Errorf("%s: %v", path, a.err)
		}
	}
	if got := log.uris(); !slices.Equal(got, []string{"/away"}) {
		t.Errorf("requested: %q", got)
	}
}

// colly dials any address.
func TestPrivateAddressesAreNotDialled(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	accepted := make(chan struct{}, 1)
	var accepting sync.WaitGroup
	accepting.Go(func() {
		if c, err := listener.Accept(); err == nil {
			accepted <- struct{}{}
			c.Close()
		}
	})
	t.Cleanup(func() { listener.Close(); accepting.Wait() })
	allowed, _ := testServer(t, map[string]http.HandlerFunc{
		"/inside": redirect("http://" + listener.Addr().String() + "/"), "/metadata": redirect("http://169.254.169.254/latest/"),
	})
	for _, path := range []string{"/inside", "/metadata"} {
		if a := visitOnce(t, allowed, path); classOf(a.err) != fetch.Blocked && classOf(a.err) != fetch.Refused {
			t.Errorf("%s: %v", path, a.err)
		}
	}
	select {
	case <-accepted:
		t.Error("an address that is not allowed was dialled")
	default:
	}
}

// colly's LimitRule sleeps while it holds its place, deaf to cancellation.
func TestWaitingForTheHostsTurnCanBeCancelled(t *testing.T) {
	addr, log := testServer(t, map[string]http.HandlerFunc{"/a": text("a"), "/b": text("b")})
	ctx, cancel := context.WithCancel(t.Context())
	clock := sourcetest.ClockAt(time.Now())
	slept := false
	client := testClientWith(t, fetch.Options{Allow: []string{addr}, Now: clock.Now, Sleep: func(ctx context.Context, d time.Duration) error {
		if len(log.uris()) > 0 {
			cancel()
			slept = true
			<-ctx.Done()
		}
		clock.Move(d)
		return ctx.Err()
	}})
	v := newVisitor(client)
	if a := v.visit(ctx, errandTo(t, "http://"+addr+"/a")); a.err != nil {
		t.Fatal(a.err)
	}
	a := v.visit(ctx, errandTo(t, "http://"+addr+"/b"))
	if classOf(a.err) != fetch.Cancelled {
		t.Errorf("ended with %v", a.err)
	}
	if got := log.uris(); !slices.Equal(got, []string{"/a"}) {
		t.Errorf("requested: %q", got)
	}
	if !slept {
		t.Error("the host's turn was not waited for")
	}
}

func TestRequestsUnderWayCanBeCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	addr, _ := testServer(t, map[string]http.HandlerFunc{"/stalls": func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusOK)
		w.(http.Flusher).Flush()
		cancel()
		<-r.Context().Done()
	}})
	a := newVisitor(testClient(t, addr)).visit(ctx, errandTo(t, "http://"+addr+"/stalls"))
	if a.err == nil && a.truncated == "" {
		t.Error("a body that was cancelled is taken for whole")
	}
}

// colly remembers each URL for ever, in memory, asks and notes in two steps that race, and then refuses the second visit.
func TestVisitsAreNotRememberedByColly(t *testing.T) {
	addr, log := testServer(t, map[string]http.HandlerFunc{"/a": text("a")})
	v := newVisitor(testClient(t, addr))
	for range 3 {
		if a := v.visit(t.Context(), errandTo(t, "http://"+addr+"/a")); a.err != nil || string(a.body) != "a" {
			t.Fatalf("%q, %v", a.body, a.err)
		}
	}
	if got := len(log.uris()); got != 3 {
		t.Errorf("%d requests instead of 3", got)
	}
	if met, err := v.collector.HasVisited("http://" + addr + "/a"); met || err != nil {
		t.Errorf("colly remembers the page: %v, %v", met, err)
	}
}

// colly drops a body whose end is missing, and cuts those that are too long without a word.
func TestCutBodiesAreKeptAndTold(t *testing.T) {
	addr, _ := testServer(t, map[string]http.HandlerFunc{
		"/short": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			io.WriteString(w, "the beginning")
		},
		"/long": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			w.Write(bytes.Repeat([]byte("x"), 3000))
		},
	})
	for path, length := range map[string]int{"/short": len("the beginning"), "/long": 2000} {
		client := testClientWith(t, fetch.Options{Pace: fetch.None, Allow: []string{addr}, Limits: fetch.Limits{HTML: 2000}})
		a := newVisitor(client).visit(t.Context(), errandTo(t, "http://"+addr+path))
		if a.err != nil || a.truncated == "" || len(a.body) != length {
			t.Errorf("%s: %d bytes, truncated %q, %v", path, len(a.body), a.truncated, a.err)
		}
	}
}

// colly cuts all bodies at 10 MB, unless told otherwise.
func TestLongBodiesComeWhole(t *testing.T) {
	long := bytes.Repeat([]byte("minutes\n"), 1_500_000)
	addr, _ := testServer(t, map[string]http.HandlerFunc{"/long": func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		w.Write(long)
	}})
	if a := visitOnce(t, addr, "/long"); a.err != nil || a.truncated != "" || !bytes.Equal(a.body, long) {
		t.Errorf("%d bytes of %d, truncated %q, %v", len(a.body), len(long), a.truncated, a.err)
	}
}

// colly recodes bodies by their header; the extractor, which knows what the page says itself, would then do it again.
func TestBodiesAreNotRecoded(t *testing.T) {
	latin := "<meta charset=iso-8859-1>caf\xe9"
	addr, _ := testServer(t, map[string]http.HandlerFunc{
		"/latin": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=ISO-8859-1")
			io.WriteString(w, latin)
		},
		"/untyped": func(w http.ResponseWriter, _ *http.Request) {
			w.Header()["Content-Type"] = nil
			io.WriteString(w, latin)
		},
	})
	a := visitOnce(t, addr, "/latin")
	if string(a.body) != latin || a.header.Get("Content-Type") != "text/html; charset=ISO-8859-1" {
		t.Errorf("%q with type %q, %v", a.body, a.header.Get("Content-Type"), a.err)
	}
	a = visitOnce(t, addr, "/untyped")
	if string(a.body) != latin || a.header.Get("Content-Type") != "" {
		t.Errorf("%q with type %q, %v", a.body, a.header.Get("Content-Type"), a.err)
	}
}

// colly keeps cookies in one jar for all hosts, names itself, says where it comes from, and may ask with HEAD before.
func TestNothingIsSentThatTellsOfOtherRequests(t *testing.T) {
	addr, log := testServer(t, map[string]http.HandlerFunc{
		"/a": func(w http.ResponseWriter, r *http.Request) {
			http.SetCookie(w, &http.Cookie{Name: "session", Value: "of the first page", Path: "/"})
			redirect("/b")(w, r)
		},
		"/b": text("b"),
	})
	v := newVisitor(testClient(t, addr))
	for range 2 {
		if a := v.visit(t.Context(), errandTo(t, "http://"+addr+"/a")); a.err != nil {
			t.Fatal(a.err)
		}
	}
	if got := log.uris(); !slices.Equal(got, []string{"/a", "/b", "/a", "/b"}) {
		t.Errorf("requested: %q", got)
	}
	for _, r := range log.all() {
		for _, name := range []string{"Cookie", "Referer", "Authorization"} {
			if r.Header.Get(name) != "" {
				t.Errorf("%s %s was sent %s: %s", r.Method, r.RequestURI, name, r.Header.Get(name))
			}
		}
		if r.Method != http.MethodGet || !strings.HasPrefix(r.UserAgent(), "meetleaks/") {
			t.Errorf("%s %s by %q", r.Method, r.RequestURI, r.UserAgent())
		}
	}
}

// colly takes settings from the environment, among them a cache on disk.
func TestTheEnvironmentChangesNothing(t *testing.T) {
	cache := t.TempDir()
	for name, value := range map[string]string{
		"COLLY_CACHE_DIR": cache, "COLLY_MAX_BODY_SIZE": "3", "COLLY_USER_AGENT": "Mozilla/5.0", "COLLY_FOLLOW_REDIRECTS": "n",
		"COLLY_DISALLOWED_DOMAINS": "127.0.0.1", "COLLY_DETECT_CHARSET": "y", "COLLY_MAX_REQUESTS": "1",
	} {
		t.Setenv(name, value)
	}
	addr, log := testServer(t, map[string]http.HandlerFunc{"/a": redirect("/b"), "/b": text("the whole body")})
	v := newVisitor(testClient(t, addr))
	for range 2 {
		if a := v.visit(t.Context(), errandTo(t, "http://"+addr+"/a")); a.err != nil || string(a.body) != "the whole body" {
			t.Errorf("%q, %v", a.body, a.err)
		}
	}
	if got := len(log.uris()); got != 4 {
		t.Errorf("%d requests instead of 4", got)
	}
}

// colly reads URLs by another parser and writes them anew.
func TestURLsAreRequestedAsTheyAre(t *testing.T) {
	addr, log := testServer(t, map[string]http.HandlerFunc{"/p": text("p"), "/p/it's": text("p")})
	want := []string{
		"/p?a='b'&c=d|e&f={g}&h=%2f&i=[1]&j=^&k=`", "/p?b=2&a=1&b=1", "/p?q=%zz", "/p?q=a+b%20c", "/p?next=https://acme.example/a//b", "/p/it's",
	}
	v := newVisitor(testClient(t, addr))
	for _, uri := range want {
		if a := v.visit(t.Context(), errandTo(t, "http://"+addr+uri)); a.err != nil || a.url == nil || a.url.RequestURI() != uri {
			t.Errorf("%s: %v, %v", uri, a.url, a.err)
		}
	}
	if got := log.uris(); !slices.Equal(got, want) {
		t.Errorf("requested:\n%q instead of\n%q", got, want)
	}
}

// Redirects are judged before they are requested, and the answers on the way are kept.
func TestRedirectsMayBeLeft(t *testing.T) {
	addr, log := testServer(t, map[string]http.HandlerFunc{"/a": redirect("/b"), "/b": redirect("/c"), "/c": text("c")})
	e := errandTo(t, "http://"+addr+"/a")
	e.enter = func(u *url.URL) error {
		if u.Path == "/c" {
			return outside
		}
		return nil
	}
	a := newVisitor(testClient(t, addr)).visit(t.Context(), e)
	if !errors.Is(a.err, outside) || !slices.Equal(a.redirects, []string{"/b", "/c"}) {
		t.Errorf("%v, redirects %q", a.err, a.redirects)
	}
	if got := log.uris(); !slices.Equal(got, []string{"/a", "/b"}) {
		t.Errorf("requested: %q", got)
	}
}

func TestBodiesOfUnwantedKindsAreLeft(t *testing.T) {
	addr, _ := testServer(t, map[string]http.HandlerFunc{"/film": func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "video/mp4")
		w.Write(make([]byte, 4<<20))
	}})
	e := errandTo(t, "http://"+addr+"/film")
	e.wants = func(kind string) error { return refusal("kind not read: " + kind) }
	a := newVisitor(testClient(t, addr)).visit(t.Context(), e)
	if a.err != nil || len(a.body) != 0 || a.unwanted == nil || a.wire > 1<<20 {
		t.Errorf("%d bytes kept of %d, %v, %v", len(a.body), a.wire, a.unwanted, a.err)
	}
}

// broken panics like a library that meets a page it cannot stand.
type broken struct{ *fetch.Client }

func (broken) RoundTrip(*http.Request) (*http.Response, error) { panic("quotes the page") }

func TestPanicsCostOnePage(t *testing.T) {
	addr, _ := testServer(t, map[string]http.HandlerFunc{"/a": text("a")})
	client := testClient(t, addr)
	v := newVisitor(broken{client})
	a := v.visit(t.Context(), errandTo(t, "http://"+addr+"/a"))
	if a.err == nil || strings.Contains(a.err.Error(), "quotes") {
		t.Errorf("the error is %v", a.err)
	}
	v.transport = client
	if a := v.visit(t.Context(), errandTo(t, "http://"+addr+"/a")); a.err != nil || string(a.body) != "a" {
		t.Errorf("afterwards: %q, %v", a.body, a.err)
	}
}
