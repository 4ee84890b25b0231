package console

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// listening serves a handler as the program does, with another time for slow headers, and returns its address.
func listening(t *testing.T, h http.Handler, header time.Duration, log *slog.Logger) string {
	t.Helper()
	server := NewServer(h, log)
	if header > 0 {
		server.ReadHeaderTimeout = header
	}
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
		<-ended
	})
	return listener.Addr().String()
}

// dialled is a connection that sends a text and is read until it is closed.
func dialled(t *testing.T, address, text string) string {
	t.Helper()
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, text); err != nil {
		return err.Error()
	}
	got, err := io.ReadAll(bufio.NewReader(io.LimitReader(conn, 1<<20)))
	if err != nil {
		return string(got) + err.Error()
	}
	return string(got)
}

func TestServerHasBounds(t *testing.T) {
	s := NewServer(http.NotFoundHandler(), nil)
	if s.ReadHeaderTimeout <= 0 || s.ReadTimeout <= 0 || s.WriteTimeout <= ownLimits().request || s.IdleTimeout <= 0 || s.MaxHeaderBytes != 64<<10 || s.ErrorLog == nil {
		t.Errorf("server %+v", s)
	}
}

func TestSlowHeadersAreCutOff(t *testing.T) {
	address := listening(t, newRig(t).Private(), 100*time.Millisecond, nil)
	began := time.Now()
	dialled(t, address, "GET /healthz HTTP/1.1\r\nHost: meetleaks.acme.example\r\nX-Slow: ")
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("cut off after %v", took)
	}
}

func TestSlowBodiesAreCutOff(t *testing.T) {
	l := ownLimits()
	l.body = 100 * time.Millisecond
	r := newRigWith(t, l, Options{})
	address := listening(t, r.Private(), 0, nil)
	got := dialled(t, address, fmt.Sprintf("POST %s HTTP/1.1\r\nHost: meetleaks.acme.example\r\nAuthorization: Bearer %s\r\n"+
		"Content-Type: application/json\r\nContent-Length: 400\r\n\r\n{\"as\":", leakPath("/close"), rigToken))
	if !strings.HasPrefix(got, "HTTP/1.1 408 ") || len(r.events) != 0 {
		t.Errorf("answer %q, events %v", got, r.events)
	}
}

// Without the token nobody waits for a body.
func TestBodiesWithoutTokenAreNotAwaited(t *testing.T) {
	r := newRig(t)
	address := listening(t, r.Private(), 0, nil)
	got := dialled(t, address, fmt.Sprintf("POST %s HTTP/1.1\r\nHost: meetleaks.acme.example\r\nContent-Length: 5000000\r\n"+
		"Expect: 100-continue\r\nConnection: close\r\n\r\n", leakPath("/close")))
	if !strings.HasPrefix(got, "HTTP/1.1 401 ") {
		t.Errorf("answer %q", got)
	}
}

func TestHugeHeadersAreRefused(t *testing.T) {
	address := listening(t, newRig(t).Private(), 0, nil)
	got := dialled(t, address, "GET /healthz HTTP/1.1\r\nHost: meetleaks.acme.example\r\nX-Huge: "+strings.Repeat("a", 80<<10)+"\r\n\r\n")
	if strings.HasPrefix(got, "HTTP/1.1 200 ") {
		t.Errorf("answer %q", got)
	}
}

func TestServerIsDrained(t *testing.T) {
	r := newRig(t)
	r.block = make(chan struct{})
	server := httptest.NewUnstartedServer(r.Private())
	server.Config = NewServer(r.Private(), nil)
	server.Start()
	defer server.Close()
	c := clientOf(t, server.URL, rigToken)
	done := make(chan error, 1)
	go func() {
		_, err := c.Ledger(t.Context())
		done <- err
	}()
	<-r.entered
	stopped := make(chan error, 1)
	go func() { stopped <- server.Config.Shutdown(context.WithoutCancel(t.Context())) }()
	close(r.block)
	if err := <-done; err != nil {
		t.Errorf("the request under way: %v", err)
	}
	if err := <-stopped; err != nil {
		t.Errorf("shutdown: %v", err)
	}
}

// What net/http complains about can hold what a client sent: only its kind is logged.
func TestComplaintsHoldNothingOfClients(t *testing.T) {
	log := &safeBuffer{}
	to := complaints(slog.New(slog.NewJSONHandler(log, nil)))
	to.Printf("http: panic serving %s: %s", "192.0.2.1:1", "https://acme.zoom.us/j/84930275116")
	to.Printf("something about Authorization: Bearer %s", rigToken)
	got := log.String()
	if strings.Contains(got, "84930275116") || strings.Contains(got, rigToken) || !strings.Contains(got, "a request broke") || !strings.Contains(got, `"other"`) {
		t.Errorf("log %s", got)
	}
}
