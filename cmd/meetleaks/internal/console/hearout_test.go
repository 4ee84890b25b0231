package console

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// TestARefusedBodyIsHeardOut: a feeder that sends 40 MB before it reads the answer is told that it is too much, whether that was seen
// at its head or only when it had been read so far.
func TestARefusedBodyIsHeardOut(t *testing.T) {
	const length = 40 << 20
	refuse := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var large *http.MaxBytesError
		if _, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20)); !errors.As(err, &large) {
			t.Errorf("read the body: %v", err)
		}
		http.Error(w, "the body is too large", http.StatusRequestEntityTooLarge)
	})
	announced := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "the body is too large", http.StatusRequestEntityTooLarge)
	})
	r := newRigWith(t, ownLimits(), Options{Feed: announced, Hubs: refuse, Slack: refuse, Zoom: announced})
	server := httptest.NewServer(r.Public())
	defer server.Close()
	for _, path := range []string{"/hooks/feed", "/hooks/feed/a", "/hooks/websub/a", "/hooks/zoom", "/slack/interactions"} {
		var dialer net.Dialer
		c, err := dialer.DialContext(t.Context(), "tcp", server.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if err := c.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(c, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n", path, length)
		if _, err := io.Copy(c, io.LimitReader(zeros{}, length)); err != nil {
			t.Errorf("%s: send: %v", path, err)
			continue
		}
		answer, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil || answer.StatusCode != http.StatusRequestEntityTooLarge {
			t.Errorf("%s: %+v, %v", path, answer, err)
		}
	}
}

// TestWhoWasToldToGoOnIsHeardOut: a sender that asks first is told to go on as soon as the handler reads.
func TestWhoWasToldToGoOnIsHeardOut(t *testing.T) {
	server := httptest.NewServer(heardOut(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
		http.Error(w, "the body is too large", http.StatusRequestEntityTooLarge)
	})))
	defer server.Close()
	c, err := new(net.Dialer).DialContext(t.Context(), "tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	const length = 40 << 20
	fmt.Fprintf(c, "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n", length)
	answers := bufio.NewReader(c)
	if answer, err := http.ReadResponse(answers, nil); err != nil || answer.StatusCode != http.StatusContinue {
		t.Fatalf("%+v, %v", answer, err)
	}
	if _, err := io.Copy(c, io.LimitReader(zeros{}, length)); err != nil {
		t.Fatal("send:", err)
	}
	if answer, err := http.ReadResponse(answers, nil); err != nil || answer.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("%+v, %v", answer, err)
	}
}

// zeros never ends.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// What is refused for another reason, or was not sent yet, is not waited for.
func TestOtherBodiesAreNotHeardOut(t *testing.T) {
	for name, test := range map[string]struct {
		status int
		expect string
	}{"a wrong signature": {status: http.StatusUnauthorized}, "asked first": {http.StatusRequestEntityTooLarge, "100-continue"}} {
		body := strings.NewReader("rest")
		request := httptest.NewRequest(http.MethodPost, "/hooks/feed", body)
		request.Header.Set("Expect", test.expect)
		heardOut(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(test.status) })).ServeHTTP(httptest.NewRecorder(), request)
		if body.Len() != 4 {
			t.Errorf("%s: it was read", name)
		}
	}
}
