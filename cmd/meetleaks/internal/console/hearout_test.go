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
	"testing/synctest"
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

// stall is who is answered: it notes until when the rest may come.
type stall struct {
	*httptest.ResponseRecorder
	until time.Time
}

func (s *stall) SetReadDeadline(at time.Time) error {
	s.until = at
	return nil
}

// flood is a body without an end.
type flood struct {
	to   *stall
	read int
	late int // bytes that were read before there was a bound in time
}

func (f *flood) Read(p []byte) (int, error) {
	f.read += len(p)
	if f.to.until.IsZero() {
		f.late += len(p)
	}
	return len(p), nil
}

func (*flood) Close() error { return nil }

// TestWhatIsHeardOutHasAnEnd: at most 64 MiB beyond what the handler read, and at most 10 seconds.
func TestWhatIsHeardOutHasAnEnd(t *testing.T) {
	for name, test := range map[string]struct {
		status, read, want int
		within             time.Duration
	}{
		"at its head":      {http.StatusRequestEntityTooLarge, 0, 64 << 20, 10 * time.Second},
		"by what was read": {http.StatusRequestEntityTooLarge, 100, 100 + 64<<20, 10 * time.Second},
		"not refused":      {http.StatusOK, 100, 100, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := &stall{ResponseRecorder: httptest.NewRecorder()}
			body := &flood{to: w}
			request := httptest.NewRequest(http.MethodPost, "/hooks/feed", body)
			heardOut(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if _, err := io.ReadFull(r.Body, make([]byte, test.read)); err != nil {
					t.Error(err)
				}
				w.WriteHeader(test.status)
			})).ServeHTTP(w, request)
			if body.read != test.want || body.late != test.read || w.Code != test.status {
				t.Errorf("%s: answered %d, read %d, of these %d without a bound, want %d, %d", name, w.Code, body.read, body.late, test.want, test.read)
			}
			if within := time.Until(w.until); test.within != max(within, 0) {
				t.Errorf("%s: bound to %v, want %v", name, within, test.within)
			}
		})
	}
}

// TestAHandlerReachesItsConnection: what is around it does not keep it from setting bounds of its own.
func TestAHandlerReachesItsConnection(t *testing.T) {
	w := &stall{ResponseRecorder: httptest.NewRecorder()}
	want := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	heardOut(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if err := http.NewResponseController(w).SetReadDeadline(want); err != nil {
			t.Error(err)
		}
	})).ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/hooks/feed", nil))
	if !w.until.Equal(want) {
		t.Errorf("the bound is %v, want %v", w.until, want)
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
