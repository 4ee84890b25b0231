package fetch

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"
)

const headOK = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n"

func say(text string) func(net.Conn, string) {
	return func(c net.Conn, _ string) { io.WriteString(c, text) }
}

// endless repeats a text until the other side hangs up.
func endless(first, text string) func(net.Conn, string) {
	return func(c net.Conn, _ string) {
		io.WriteString(c, first)
		block := strings.Repeat(text, 1+4096/len(text))
		for {
			if _, err := io.WriteString(c, block); err != nil {
				return
			}
		}
	}
}

// drip sends one byte each tick until the other side hangs up.
func drip(first, text string) func(net.Conn, string) {
	return func(c net.Conn, _ string) {
		io.WriteString(c, first)
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		for range tick.C {
			if _, err := io.WriteString(c, text); err != nil {
				return
			}
		}
	}
}

func stall(first string) func(net.Conn, string) {
	return func(c net.Conn, _ string) {
		io.WriteString(c, first)
		io.Copy(io.Discard, c) // until the other side hangs up
	}
}

func encoded(coding string, body []byte) func(net.Conn, string) {
	return say(fmt.Sprintf("%sContent-Encoding: %s\r\nContent-Length: %d\r\n\r\n%s", headOK, coding, len(body), body))
}

func gzipped(data []byte) []byte {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
	w.Write(data)
	w.Close()
	return b.Bytes()
}

func zlibbed(data []byte) []byte {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	w.Write(data)
	w.Close()
	return b.Bytes()
}

func deflated(data []byte) []byte {
	var b bytes.Buffer
	w, _ := flate.NewWriter(&b, flate.BestCompression)
	w.Write(data)
	w.Close()
	return b.Bytes()
}

// emptyMembers is a gzip stream of many bytes that holds nothing.
func emptyMembers(size int) []byte {
	member := gzipped(nil)
	return bytes.Repeat(member, size/len(member))
}

func TestNoServerHoldsUsOrPassesAPartOffAsAWhole(t *testing.T) {
	limits := Limits{Total: 400 * time.Millisecond, FirstByte: 200 * time.Millisecond, Headers: 4 * kib, HTML: 256 * kib, RatioFrom: 32 * kib}
	page := strings.Repeat("agenda ", 20)
	zeros := make([]byte, 8*mib)
	tests := []struct {
		name   string
		answer func(net.Conn, string)
		class  Class  // of an error
		cut    Class  // of a page that is not whole
		body   string // what is kept of a page, its beginning
	}{
		{name: "a plain page", answer: say(headOK + "\r\n" + page), body: page},
		{name: "nothing", answer: say(""), class: Failed},
		{name: "a part of a page", answer: say("HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-4/9000\r\nContent-Length: 5\r\n\r\nagend"), class: Failed},
		{name: "no HTTP", answer: say("220 smtp.acme.example ESMTP\r\n"), class: Failed},
		{name: "HTTP/0.9", answer: say("<p>hello</p>\r\n"), class: Failed},
		{name: "silence", answer: stall(""), class: Slow},
		{name: "a status line without end", answer: endless("HTTP/1.1 200 ", "O"), class: TooLarge},
		{name: "headers without end", answer: endless(headOK, "X-A: b\r\n"), class: TooLarge},
		{name: "one header without end", answer: endless(headOK+"X-A: ", "b"), class: TooLarge},
		{name: "headers that drip", answer: drip(headOK+"X-A: ", "b"), class: Slow},
		{name: "1xx without end", answer: endless("", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"), class: TooLarge},
		{name: "100 that drips", answer: drip("", "HTTP/1.1 100 Continue\r\n\r\n"), class: Slow},
		{name: "a protocol switch", answer: say("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\nabc"), class: Failed},
		{name: "NUL in a header", answer: say("HTTP/1.1 200 OK\r\nX-A: a\x00b\r\nContent-Length: 2\r\n\r\nok"), class: Failed},
		{name: "NUL in a header's name", answer: say("HTTP/1.1 200 OK\r\nX\x00A: b\r\nContent-Length: 2\r\n\r\nok"), class: Failed},
		{name: "two lengths", answer: say("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 9\r\n\r\nokokokoko"), class: Failed},
		{name: "a negative length", answer: say("HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\nok"), class: Failed},
		{name: "a huge length", answer: say(headOK + "Content-Length: 9223372036854775807\r\n\r\n" + page), cut: Truncated, body: page},
		{name: "a length that is too long", answer: say(headOK + "Content-Length: 1000\r\n\r\n" + page), cut: Truncated, body: page},
		{name: "a length that is too short", answer: say(headOK + "Content-Length: 7\r\n\r\n" + page), body: "agenda "},
		{name: "chunks that end early", answer: say(headOK + "Transfer-Encoding: chunked\r\n\r\n" + chunk(page)), cut: Truncated, body: page},
		{name: "chunks that break", answer: say(headOK + "Transfer-Encoding: chunked\r\n\r\n" + chunk(page) + "xyz\r\nabc"), cut: Truncated, body: page},
		{name: "a chunk without end", answer: endless(headOK+"Transfer-Encoding: chunked\r\n\r\n7fffffffffffffff\r\n", "agenda "), cut: TooLarge, body: page},
		{name: "a chunk extension without end", answer: endless(headOK+"Transfer-Encoding: chunked\r\n\r\n5;a=", "b"), cut: Truncated},
		{name: "trailers without end", answer: endless(headOK+"Transfer-Encoding: chunked\r\n\r\n"+chunk(page)+"0\r\n", "X-A: b\r\n"), cut: Truncated, body: page},
		{name: "an unknown transfer encoding", answer: say(headOK + "Transfer-Encoding: gzip\r\n\r\nabc"), class: Failed},
		{name: "a body without end", answer: endless(headOK+"\r\n", "agenda "), cut: TooLarge, body: page},
		{name: "a body that drips", answer: drip(headOK+"\r\n"+page, "x"), cut: Slow, body: page},
		{name: "a body that stalls", answer: stall(headOK + "Content-Length: 1000\r\n\r\n" + page), cut: Slow, body: page},
		{name: "a redirect without a place", answer: say("HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n"), body: ""},
		{name: "a redirect to rubbish", answer: say("HTTP/1.1 302 Found\r\nLocation: http://a b\x7f/\r\nContent-Length: 0\r\n\r\n"), class: Failed},

		{name: "gzip", answer: encoded("gzip", gzipped([]byte(page))), body: page},
		{name: "x-gzip", answer: encoded("X-GZIP", gzipped([]byte(page))), body: page},
		{name: "deflate", answer: encoded("deflate", zlibbed([]byte(page))), body: page},
		{name: "bare deflate", answer: encoded("deflate", deflated([]byte(page))), body: page},
		{name: "gzip twice", answer: encoded("gzip, gzip", gzipped(gzipped([]byte(page)))), body: page},
		{name: "gzip of nothing", answer: encoded("gzip", nil), body: ""},
		{name: "gzip three times", answer: encoded("gzip, gzip, gzip", gzipped(nil)), class: Failed},
		{name: "brotli", answer: encoded("br", []byte("abc")), class: Failed},
		{name: "zstd", answer: encoded("zstd", []byte("abc")), class: Failed},
		{name: "no gzip at all", answer: encoded("gzip", []byte(page)), cut: Truncated},
		{name: "gzip that ends early", answer: encoded("gzip", gzipped([]byte(page))[:40]), cut: Truncated},
		{name: "gzip with a wrong sum", answer: encoded("gzip", flipped(gzipped([]byte(page)), -6)), cut: Truncated, body: page},
		{name: "a gzip bomb", answer: encoded("gzip", gzipped(zeros)), cut: TooLarge},
		{name: "a deflate bomb", answer: encoded("deflate", zlibbed(zeros)), cut: TooLarge},
		{name: "a bare deflate bomb", answer: encoded("deflate", deflated(zeros)), cut: TooLarge},
		{name: "a bomb in a bomb", answer: encoded("gzip, gzip", gzipped(gzipped(zeros))), cut: TooLarge},
		{name: "a bomb that holds nothing", answer: encoded("gzip, gzip", gzipped(emptyMembers(8*mib))), cut: TooLarge},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			server := newRawServer(t, test.answer)
			c := unhurried(t, limits, server.addr)
			started := time.Now()
			got, err := c.Get(t.Context(), Request{URL: "http://" + server.addr + "/"})
			if took := time.Since(started); took > 5*time.Second {
				t.Errorf("it took %s", took)
			}
			if test.class != "" {
				wantClass(t, err, test.class)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got.TruncatedBy != test.cut || (got.Truncated == "") != (test.cut == "") {
				t.Errorf("cut by %q (%s), want %q", got.TruncatedBy, got.Truncated, test.cut)
			}
			if !strings.HasPrefix(string(got.Body), test.body) || test.cut == "" && string(got.Body) != test.body {
				t.Errorf("kept %.60q", got.Body)
			}
			if int64(len(got.Body)) > limits.HTML {
				t.Errorf("%d bytes, more than the cap", len(got.Body))
			}
		})
	}
}

func flipped(data []byte, at int) []byte {
	data[len(data)+at] ^= 0xff
	return data
}

func TestABombCostsNoMemory(t *testing.T) {
	bomb := gzipped(make([]byte, 64*mib))
	server := newRawServer(t, encoded("gzip", bomb))
	c := unhurried(t, Limits{}, server.addr)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	got, err := c.Get(t.Context(), Request{URL: "http://" + server.addr + "/"})
	runtime.ReadMemStats(&after)
	if err != nil || got.TruncatedBy != TooLarge {
		t.Fatalf("got %v, %v", got, err)
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 48*mib {
		t.Errorf("%d bytes were allocated", used)
	}
}

func TestWhatIsReceivedIsCappedEvenIfItHoldsNothing(t *testing.T) {
	server := newRawServer(t, endless(headOK+"Content-Encoding: gzip\r\n\r\n", string(gzipped(nil))))
	c := unhurried(t, Limits{HTML: kib}, server.addr)
	got, err := c.Get(t.Context(), Request{URL: "http://" + server.addr + "/"})
	if err != nil || got.TruncatedBy != TooLarge || got.Wire > 2*rawSlack {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestTheFirstByteHasALimitOfItsOwn(t *testing.T) {
	server := newRawServer(t, stall(""))
	c := unhurried(t, Limits{FirstByte: 100 * time.Millisecond}, server.addr)
	started := time.Now()
	_, err := c.Get(t.Context(), Request{URL: "http://" + server.addr + "/"})
	wantClass(t, err, Slow)
	if took := time.Since(started); took > 10*time.Second {
		t.Errorf("it took %s", took)
	}
}

func TestTheCapFollowsTheTypeAndTheCaller(t *testing.T) {
	l := Limits{}.withDefaults()
	tests := []struct {
		mediaType, path string
		request         Request
		want            int64
	}{
		{"text/html; charset=utf-8", "/a.pdf", Request{}, l.HTML},
		{"application/xhtml+xml", "/", Request{}, l.HTML},
		{"application/pdf", "/", Request{}, l.PDF},
		{"application/vnd.openxmlformats-officedocument.wordprocessingml.document", "/", Request{}, l.Office},
		{"application/octet-stream", "/a.PDF", Request{}, l.PDF},
		{"", "/a.docx", Request{}, l.Office},
		{"text/plain", "/a.pdf", Request{}, l.Other},
		{"", "/", Request{}, l.Other},
		{"text/xml", "/map.xml", Request{Kind: KindSitemap}, l.Sitemap},
		{"text/plain", "/robots.txt", Request{Kind: KindRobots}, l.Robots},
		{"text/html", "/", Request{MaxBytes: 10}, 10},
		{"text/html", "/", Request{MaxBytes: 1 << 40}, l.HTML},
	}
	for _, test := range tests {
		resp := &http.Response{Header: http.Header{"Content-Type": {test.mediaType}}}
		if got := l.body(resp, test.path, test.request); got != test.want {
			t.Errorf("%q %q %+v: %d, want %d", test.mediaType, test.path, test.request, got, test.want)
		}
	}
}

func TestWithoutATraceACutBodyIsAnErrorAndWithOneItIsTold(t *testing.T) {
	server := newRawServer(t, say(headOK+"Content-Length: 1000\r\n\r\nagenda"))
	c := unhurried(t, Limits{}, server.addr)
	c.unpaced = noWait{}
	read := func(req *http.Request) (string, error) {
		resp, err := c.HTTP().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if !resp.Uncompressed || resp.Header.Get("Content-Encoding") != "" {
			t.Error("a library would unpack it again")
		}
		body, err := io.ReadAll(resp.Body)
		return string(body), err
	}
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+server.addr+"/map.xml.gz", nil)
	_, err := read(req)
	wantClass(t, err, Truncated)

	ctx, trace := WithTrace(t.Context(), Request{})
	body, err := read(req.WithContext(ctx))
	if class, reason := trace.Truncated(); err != nil || body != "agenda" || class != Truncated || reason == "" {
		t.Errorf("got %q, %v, %q, %q", body, err, class, reason)
	}
	if hops := trace.Hops(); len(hops) != 1 || hops[0].Status != 200 || hops[0].Addr.String() != server.addr || trace.Wire() == 0 {
		t.Errorf("hops %+v, %d bytes", hops, trace.Wire())
	}
	if c.Stats().Truncated != 1 {
		t.Errorf("%d cut bodies counted", c.Stats().Truncated)
	}
}

func TestABodyThatIsItselfCompressedStaysAsItIs(t *testing.T) {
	packed := gzipped([]byte("<urlset/>"))
	server := newRawServer(t, say(fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: application/x-gzip\r\nContent-Length: %d\r\n\r\n%s", len(packed), packed)))
	c := unhurried(t, Limits{}, server.addr)
	got, err := c.Get(t.Context(), Request{URL: "http://" + server.addr + "/map.xml.gz"})
	if err != nil || !bytes.Equal(got.Body, packed) || got.Truncated != "" {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestTheTotalTimeHoldsForAllHopsTogether(t *testing.T) {
	site := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		timer := time.NewTimer(250 * time.Millisecond)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-r.Context().Done():
		}
		http.Redirect(w, r, r.URL.Path+"a", http.StatusFound)
	})
	c := unhurried(t, Limits{Total: 600 * time.Millisecond}, authorityOfServer(t, site))
	started := time.Now()
	_, err := c.Get(t.Context(), Request{URL: site.URL + "/"})
	wantClass(t, err, Slow)
	if took := time.Since(started); took > 3*time.Second {
		t.Errorf("it took %s", took)
	}
}

func TestNothingIsLeftRunning(t *testing.T) {
	before := runtime.NumGoroutine()
	func() {
		c, err := New(Options{Allow: []string{"127.0.0.1:1"}, Pace: None})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		server := newRawServer(t, stall(headOK+"\r\nagenda"))
		c2, err := New(Options{Allow: []string{server.addr}, Pace: None, Limits: Limits{Total: 300 * time.Millisecond}})
		if err != nil {
			t.Fatal(err)
		}
		defer c2.Close()
		c2.unpaced = noWait{}
		c2.Get(t.Context(), Request{URL: "http://" + server.addr + "/"})
		c.Get(t.Context(), Request{URL: "http://127.0.0.1:1/"})
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+server.addr+"/", nil)
		resp, err := c2.RoundTrip(req) // never read, never closed
		if err == nil {
			defer resp.Body.Close()
		}
	}()
	deadline := time.After(5 * time.Second)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	const servers = 3 // of this test, which end with it
	for runtime.NumGoroutine() > before+servers {
		select {
		case <-tick.C:
		case <-deadline:
			buffer := make([]byte, 64*kib)
			t.Fatalf("%d goroutines, %d before:\n%s", runtime.NumGoroutine(), before, buffer[:runtime.Stack(buffer, true)])
		}
	}
}

func TestTheTurnIsGivenBackWhenNobodyReads(t *testing.T) {
	server := newRawServer(t, stall(headOK+"\r\nagenda"))
	c := unhurried(t, Limits{Total: 200 * time.Millisecond}, server.addr)
	one := &oneTurn{free: make(chan struct{}, 1)}
	c.unpaced = one
	ctx, trace := withTrace(t.Context(), Request{})
	trace.robots = c.within
	req, _ := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+server.addr+"/", nil)
	resp, err := c.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	select {
	case <-one.free:
	case <-time.After(5 * time.Second):
		t.Fatal("the turn is still taken")
	}
	if !one.outcome.Failed || one.outcome.Status != 200 {
		t.Errorf("outcome %+v", one.outcome)
	}
}

// FuzzBodies reads answers with any encoding and any fault: never more than the cap, never a panic, never a silent cut.
func FuzzBodies(f *testing.F) {
	f.Add("gzip", gzipped([]byte("agenda")), 0)
	f.Add("deflate", zlibbed([]byte("agenda")), 2)
	f.Add("deflate", deflated([]byte("agenda")), 0)
	f.Add("gzip, deflate", zlibbed(gzipped([]byte("agenda"))), 5)
	f.Add("gzip", gzipped(make([]byte, 1<<20)), 0)
	f.Add("", []byte("agenda"), 3)
	limits := Limits{HTML: 4 * kib, RatioFrom: kib}.withDefaults()
	f.Fuzz(func(t *testing.T, coding string, data []byte, missing int) {
		fault := missing%3 != 0
		var source io.Reader = bytes.NewReader(data)
		if fault {
			source = io.MultiReader(source, faulty{})
		}
		resp := &http.Response{Header: http.Header{"Content-Encoding": {coding}}, Body: io.NopCloser(source)}
		r, err := decode(resp, limits.HTML, limits)
		if err != nil {
			return
		}
		if r == nil {
			r = &capped{r: source, left: limits.HTML}
		}
		body, err := io.ReadAll(r)
		if int64(len(body)) > limits.HTML {
			t.Fatalf("%d bytes", len(body))
		}
		if coding == "" && err == nil && (fault || len(body) != len(data)) {
			t.Fatalf("%d of %d bytes pass for all", len(body), len(data))
		}
	})
}

type faulty struct{}

func (faulty) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
