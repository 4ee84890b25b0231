package fetch

import (
	"bufio"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

// connectProxy passes CONNECT on and remembers what it was asked.
type connectProxy struct {
	addr string

	mu    sync.Mutex
	asked []string
	auth  []string
}

func newConnectProxy(t *testing.T, wrap func(net.Listener) net.Listener) *connectProxy {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &connectProxy{addr: listener.Addr().String()}
	listener = wrap(listener)
	var running sync.WaitGroup
	t.Cleanup(func() { listener.Close(); running.Wait() })
	running.Go(func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			running.Go(func() { p.serve(t.Context(), c) })
		}
	})
	return p
}

func (p *connectProxy) serve(ctx context.Context, c net.Conn) {
	defer c.Close()
	defer context.AfterFunc(ctx, func() { c.Close() })()
	from := bufio.NewReader(c)
	req, err := http.ReadRequest(from)
	if err != nil || req.Method != http.MethodConnect {
		io.WriteString(c, "HTTP/1.1 405 No\r\n\r\n")
		return
	}
	p.mu.Lock()
	p.asked, p.auth = append(p.asked, req.RequestURI), append(p.auth, req.Header.Get("Proxy-Authorization"))
	p.mu.Unlock()
	to, err := new(net.Dialer).DialContext(ctx, "tcp", req.RequestURI)
	if err != nil {
		io.WriteString(c, "HTTP/1.1 502 No\r\n\r\n")
		return
	}
	defer to.Close()
	io.WriteString(c, "HTTP/1.1 200 Go\r\nX-Proxy: a\r\n\r\n")
	var back sync.WaitGroup
	back.Go(func() { io.Copy(c, to); c.Close() })
	io.Copy(to, from)
	to.Close()
	back.Wait()
}

func (p *connectProxy) questions() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.asked...)
}

func plainListener(l net.Listener) net.Listener { return l }

func TestThroughAProxyNamesAreJudgedHereAndTheProxyIsToldAddresses(t *testing.T) {
	certificate, roots := newAuthority(t, "intranet.acme.example", "proxy.acme.example")
	site := httptest.NewUnstartedServer(noRobots(func(w http.ResponseWriter, r *http.Request) {
		if r.TLS == nil || r.TLS.ServerName != "intranet.acme.example" {
			t.Errorf("asked as %+v", r.TLS)
		}
		io.WriteString(w, "agenda")
	}))
	site.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}}
	site.StartTLS()
	t.Cleanup(site.Close)
	port := portOf(t, authorityOfServer(t, site))
	secure := func(l net.Listener) net.Listener {
		return tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{certificate}})
	}
	for scheme, wrap := range map[string]func(net.Listener) net.Listener{"http": plainListener, "https": secure} {
		p := newConnectProxy(t, wrap)
		through := &url.URL{Scheme: scheme, Host: "proxy.acme.example:" + portOf(t, p.addr), User: url.UserPassword("jdoe", "kq7WzTb")}
		c := newTestClient(t, Options{
			Allow: []string{"intranet.acme.example:" + port}, Proxy: through, CA: roots, Resolver: newResolver(t, always("127.0.0.1")),
		})
		c.pacer = newPacer(paceOptions{Free: true})
		page, err := c.Get(t.Context(), Request{URL: "https://intranet.acme.example:" + port + "/"})
		if err != nil || string(page.Body) != "agenda" {
			t.Fatalf("%s: %v, %v", scheme, page, err)
		}
		if asked := p.questions(); len(asked) == 0 || asked[0] != "127.0.0.1:"+port {
			t.Errorf("%s: the proxy was asked for %q", scheme, asked)
		}
		if p.auth[0] != "Basic amRvZTprcTdXelRi" {
			t.Errorf("%s: credentials %q", scheme, p.auth[0])
		}
		before := len(p.questions())
		for _, other := range []string{"http://inner.acme.example/", "https://inner.acme.example/"} {
			_, err = c.Get(t.Context(), Request{URL: other})
			wantClass(t, err, Blocked)
		}
		if after := len(p.questions()); after != before {
			t.Errorf("%s: the proxy was asked for a blocked address: %q", scheme, p.questions())
		}
	}
}

func TestHTTPGoesThroughCONNECTToo(t *testing.T) {
	site := newSite(t, func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "agenda") })
	p := newConnectProxy(t, plainListener)
	authority := authorityOfServer(t, site)
	c := newTestClient(t, Options{Allow: []string{authority}, Proxy: &url.URL{Scheme: "http", Host: p.addr}, Pace: None})
	page, err := c.Get(t.Context(), Request{URL: site.URL + "/"})
	if err != nil || string(page.Body) != "agenda" || len(p.questions()) == 0 {
		t.Errorf("got %v, %v, asked %q", page, err, p.questions())
	}
}

func TestABadProxyIsAFailureWithoutItsPassword(t *testing.T) {
	for name, answer := range map[string]string{
		"refusal": "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n", "rubbish": "SSH-2.0-x\r\n\r\n",
		"nothing": "", "endless": strings.Repeat("HTTP/1.1 200 OK\r\nX-A: b\r\n", 4096),
	} {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		done := make(chan struct{})
		go func() {
			defer close(done)
			for {
				c, err := listener.Accept()
				if err != nil {
					return
				}
				bufio.NewReader(c).ReadString('\n')
				io.WriteString(c, answer)
				c.Close()
			}
		}()
		through := &url.URL{Scheme: "http", Host: listener.Addr().String(), User: url.UserPassword("jdoe", "kq7WzTb")}
		c := newTestClient(t, Options{Allow: []string{"127.0.0.1:9"}, Proxy: through, Pace: None, Limits: Limits{Dial: time.Second}})
		_, err = c.Get(t.Context(), Request{URL: "http://127.0.0.1:9/"})
		if err == nil || strings.Contains(err.Error(), "kq7WzTb") {
			t.Errorf("%s: got %v", name, err)
		}
		listener.Close()
		<-done
	}
	if _, err := New(Options{Proxy: &url.URL{Scheme: "socks5", Host: "127.0.0.1:1", User: url.UserPassword("jdoe", "kq7WzTb")}}); err == nil || strings.Contains(err.Error(), "kq7WzTb") {
		t.Errorf("got %v", err)
	}
}

func TestCertificatesAreVerified(t *testing.T) {
	certificate, roots := newAuthority(t, "other.acme.example")
	site := httptest.NewUnstartedServer(noRobots(func(http.ResponseWriter, *http.Request) {}))
	site.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}}
	site.StartTLS()
	t.Cleanup(site.Close)
	for _, o := range []Options{{CA: roots}, {}} { // a wrong name, an unknown authority
		o.Allow, o.Pace = []string{authorityOfServer(t, site)}, None
		c := newTestClient(t, o)
		ctx, trace := withTrace(t.Context(), Request{})
		trace.robots = c.within
		req, _ := http.NewRequestWithContext(ctx, http.MethodGet, site.URL+"/", nil)
		_, err := c.RoundTrip(req) //nolint:bodyclose // there is none
		wantClass(t, err, Failed)
	}
}
