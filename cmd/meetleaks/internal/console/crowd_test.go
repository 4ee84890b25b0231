package console

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"
	"time"
)

// crowded serves a handler to at most some connections at a time.
func crowded(t *testing.T, h http.Handler, most int) (address string, c *crowd) {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c = newCrowd(listener, most)
	server := NewServer(h, nil)
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(c) }()
	t.Cleanup(func() {
		_ = server.Close()
		<-ended
	})
	return listener.Addr().String(), c
}

func connected(t *testing.T, address, text string) net.Conn {
	t.Helper()
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, text); err != nil {
		t.Fatal(err)
	}
	return conn
}

func (c *crowd) size() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.all)
}

// Connections that say nothing, or say it slowly, keep nobody out, and are not more than so many.
func TestSilentConnectionsMakeRoom(t *testing.T) {
	address, c := crowded(t, http.HandlerFunc(alive), 8)
	for i := range 40 {
		connected(t, address, []string{"", "G", "GET /healthz HTTP/1.1\r\nHost: a\r\nX-Slow: "}[i%3])
		if n := c.size(); n > 8 {
			t.Fatalf("%d connections", n)
		}
	}
	conn := connected(t, address, "GET /healthz HTTP/1.1\r\nHost: meetleaks.acme.example\r\n\r\n")
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Errorf("status %d", res.StatusCode)
	}
}

// What is being answered is not cut off, however many others come.
func TestRequestsAreNotCutOff(t *testing.T) {
	entered, release := make(chan struct{}, 2), make(chan struct{})
	address, c := crowded(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		entered <- struct{}{}
		<-release
		fmt.Fprint(w, "done")
	}), 2)
	var conns []net.Conn
	for range 2 {
		conns = append(conns, connected(t, address, "GET / HTTP/1.1\r\nHost: meetleaks.acme.example\r\n\r\n"))
		<-entered
	}
	late := connected(t, address, "")
	if _, err := late.Read(make([]byte, 1)); err == nil {
		t.Error("one too many was taken in")
	}
	close(release)
	for _, conn := range conns {
		res, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(res.Body); err != nil || string(got) != "done" {
			t.Errorf("answer %q, %v", got, err)
		}
		res.Body.Close()
		_ = conn.Close()
	}
	poll := time.NewTicker(5 * time.Millisecond)
	defer poll.Stop()
	for range 2000 {
		if c.size() == 0 {
			return
		}
		<-poll.C
	}
	t.Errorf("%d connections are still counted", c.size())
}
