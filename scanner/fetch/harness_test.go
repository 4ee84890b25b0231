package fetch

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// rawServer speaks to each connection as answer says, one request a connection. It has no robots.txt.
type rawServer struct {
	addr  string
	conns atomic.Int64
}

func newRawServer(t *testing.T, answer func(c net.Conn, path string)) *rawServer {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &rawServer{addr: listener.Addr().String()}
	var running sync.WaitGroup
	ctx, stop := context.WithCancel(context.Background())
	t.Cleanup(func() { listener.Close(); stop(); running.Wait() })
	running.Go(func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			s.conns.Add(1)
			running.Go(func() {
				defer c.Close()
				defer context.AfterFunc(ctx, func() { c.Close() })()
				s.serve(c, answer)
			})
		}
	})
	return s
}

func (s *rawServer) serve(c net.Conn, answer func(c net.Conn, path string)) {
	req, err := http.ReadRequest(bufio.NewReader(c))
	if err != nil {
		return
	}
	if req.URL.Path == "/robots.txt" {
		io.WriteString(c, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
		return
	}
	answer(c, req.URL.Path)
}

// noRobots answers 404 for robots.txt and else as the handler does.
func noRobots(h http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/robots.txt" {
			http.NotFound(w, r)
			return
		}
		h(w, r)
	})
}

func newSite(t *testing.T, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(noRobots(h))
	t.Cleanup(s.Close)
	return s
}

func newTestClient(t *testing.T, o Options) *Client {
	t.Helper()
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// unhurried is a client for servers on loopback.
func unhurried(t *testing.T, limits Limits, allow ...string) *Client {
	t.Helper()
	return newTestClient(t, Options{Allow: allow, Pace: None, Limits: limits, Contact: "https://acme.example/bot"})
}

func authorityOfServer(t *testing.T, s *httptest.Server) string {
	t.Helper()
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	return u.Host
}

func wantClass(t *testing.T, err error, class Class) {
	t.Helper()
	var own *Error
	if !errors.As(err, &own) {
		t.Fatalf("got %v, want an Error of class %s", err, class)
	}
	if own.Class != class {
		t.Fatalf("got class %s (%v), want %s", own.Class, err, class)
	}
}

// nameServer answers A questions over UDP; next is told the name and how often it was asked for before.
type nameServer struct {
	mu    sync.Mutex
	asked map[string]int
	next  func(name string, nth int) []netip.Addr
}

func newResolver(t *testing.T, next func(name string, nth int) []netip.Addr) *net.Resolver {
	t.Helper()
	socket, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &nameServer{asked: map[string]int{}, next: next}
	done := make(chan struct{})
	t.Cleanup(func() { socket.Close(); <-done })
	go func() {
		defer close(done)
		buffer := make([]byte, 1500)
		for {
			n, from, err := socket.ReadFrom(buffer)
			if err != nil {
				return
			}
			if answer, err := s.answer(buffer[:n]); err == nil {
				socket.WriteTo(answer, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", socket.LocalAddr().String())
	}}
}

func (s *nameServer) answer(question []byte) ([]byte, error) {
	var m dnsmessage.Message
	if err := m.Unpack(question); err != nil || len(m.Questions) != 1 {
		return nil, errors.New("not one question")
	}
	q := m.Questions[0]
	m.Response, m.Authoritative, m.Additionals = true, true, nil
	if q.Type == dnsmessage.TypeA {
		name := strings.TrimSuffix(q.Name.String(), ".")
		s.mu.Lock()
		nth := s.asked[name]
		s.asked[name]++
		s.mu.Unlock()
		for _, addr := range s.next(name, nth) {
			header := dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class}
			m.Answers = append(m.Answers, dnsmessage.Resource{Header: header, Body: &dnsmessage.AResource{A: addr.As4()}})
		}
	}
	return m.Pack()
}

// always resolves every name to the same addresses.
func always(addrs ...string) func(string, int) []netip.Addr {
	all := make([]netip.Addr, len(addrs))
	for i, addr := range addrs {
		all[i] = netip.MustParseAddr(addr)
	}
	return func(string, int) []netip.Addr { return slices.Clone(all) }
}

// newAuthority makes a certificate for names that a pool of its own trusts.
func newAuthority(t *testing.T, names ...string) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: names, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

func portOf(t *testing.T, authority string) string {
	t.Helper()
	_, port, err := net.SplitHostPort(authority)
	if err != nil {
		t.Fatal(err)
	}
	return port
}

func mustURL(t testing.TB, text string) *url.URL {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func chunk(text string) string { return fmt.Sprintf("%x\r\n%s\r\n", len(text), text) }

// newRawServerAt counts connections at an address of its own.
func newRawServerAt(t *testing.T, at string) *rawServer {
	t.Helper()
	listener, err := net.Listen("tcp", at)
	if err != nil {
		t.Fatal(err)
	}
	s := &rawServer{addr: at}
	done := make(chan struct{})
	t.Cleanup(func() { listener.Close(); <-done })
	go func() {
		defer close(done)
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			s.conns.Add(1)
			c.Close()
		}
	}()
	return s
}

func newServer(t *testing.T, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s
}

func okay(c net.Conn, _ string) {
	io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
}

// playPublic makes a server on loopback play one of the public internet; all else goes the usual way.
func playPublic(c *Client, authority, addr string) {
	usual := c.outside.transport.DialContext
	c.outside.transport.DialContext = func(ctx context.Context, network, asked string) (net.Conn, error) {
		if asked != authority {
			return usual(ctx, network, asked)
		}
		plain, err := new(net.Dialer).DialContext(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		return &conn{Conn: plain, all: &c.stats.wire}, nil
	}
}

// oneTurn is a Pacer that tells when a turn is given back, and with what.
type oneTurn struct {
	free    chan struct{}
	outcome Outcome
}

func (o *oneTurn) Acquire(context.Context, string) (func(Outcome), error) {
	return func(outcome Outcome) { o.outcome = outcome; o.free <- struct{}{} }, nil
}

// noWait is a Pacer that lets everybody through.
type noWait struct{}

func (noWait) Acquire(context.Context, string) (func(Outcome), error) { return func(Outcome) {}, nil }

// clock is a clock that only sleeping moves.
type clock struct {
	mu    sync.Mutex
	at    time.Time
	slept time.Duration
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) sleep(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at, c.slept = c.at.Add(d), c.slept+d
	return ctx.Err()
}

// noTurn is a Pacer that sends everybody away.
type noTurn struct{ err error }

func (n noTurn) Acquire(context.Context, string) (func(Outcome), error) { return nil, n.err }
