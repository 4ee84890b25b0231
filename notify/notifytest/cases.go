package notifytest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"meetleaks/notify"
)

func (s Subject) accepts(t *testing.T) {
	b := s.open(t)
	r, err := b.Send(t.Context(), s.To, Alert("dl1:a"))
	if err != nil {
		t.Fatalf("send: %v", err)
	}
	s.goodReceipt(t, r)
	if err := b.Update(t.Context(), r, Alert("dl1:b")); err != nil {
		t.Fatalf("update: %v", err)
	}
	if n := len(b.service.tellings()); n != 2 {
		t.Errorf("%d requests for a message and its update", n)
	}
	if name := b.Name(); name == "" || s.leaks(name) {
		t.Errorf("name %q", name)
	}
}

func (s Subject) goodReceipt(t *testing.T, r notify.Receipt) {
	t.Helper()
	if len(r) == 0 || len(r) > 256 || strings.ContainsFunc(string(r), func(c rune) bool { return c <= ' ' || c > '~' }) || s.leaks(string(r)) {
		t.Errorf("receipt %q", r)
	}
}

func (s Subject) leaks(text string) bool {
	for _, secret := range s.Secrets {
		if strings.Contains(text, secret) {
			return true
		}
	}
	return strings.Contains(text, s.To.Email) && s.To.Email != ""
}

// judge checks an error: its class, and that nothing is in it that is not ours.
func (s Subject) judge(t *testing.T, what string, err error, want notify.Class) {
	t.Helper()
	var e *notify.Error
	switch {
	case err == nil:
		t.Errorf("%s: accepted, want %s", what, want)
		return
	case !errors.As(err, &e):
		t.Errorf("%s: %T is no notify.Error", what, err)
		return
	case e.Class != want:
		t.Errorf("%s: %v, want the class %s", what, err, want)
	}
	text := fmt.Sprintf("%v %+v %#v", err, err, err)
	if s.leaks(text) || strings.Contains(text, "981") || strings.Contains(text, "127.0.0.1") || strings.Contains(text, "hunter2") {
		t.Errorf("%s: the error tells too much: %s", what, text)
	}
	if e.Reason == "" || len(e.Reason) > 40 || strings.ContainsAny(e.Reason, " \"<>/") {
		t.Errorf("%s: the reason %q is no token", what, e.Reason)
	}
}

// both calls Send and Update under a fault and hands over what they said.
func (s Subject) both(t *testing.T, limit time.Duration, fault http.Handler, see func(what string, err error)) {
	t.Helper()
	b := s.openFor(t, limit)
	r := b.must(t, s.To, "dl1:first")
	b.service.set(fault)
	begin := time.Now()
	_, err := b.Send(t.Context(), s.To, Alert("dl1:faulty"))
	see("send", err)
	see("update", b.Update(t.Context(), r, Alert("dl1:faulty-update")))
	if took := time.Since(begin); took > patience {
		t.Errorf("the calls took %v", took)
	}
	b.service.set(nil)
	b.must(t, s.To, "dl1:faulty")
	b.close()
}

func (s Subject) statuses(t *testing.T) {
	for code, want := range map[int]notify.Class{
		300: notify.Config, 301: notify.Config, 304: notify.Config, 308: notify.Config, 400: notify.Rejected, 401: notify.Config,
		403: notify.Config, 404: notify.Config, 405: notify.Config, 407: notify.Config, 408: notify.Retry, 409: notify.Retry,
		410: notify.Permanent, 413: notify.Rejected, 415: notify.Rejected, 421: notify.Retry, 422: notify.Rejected, 423: notify.Retry,
		425: notify.Retry, 429: notify.Retry, 451: notify.Rejected, 500: notify.Retry, 501: notify.Retry, 502: notify.Retry,
		503: notify.Retry, 504: notify.Retry, 520: notify.Retry, 599: notify.Retry, 600: notify.Retry,
	} {
		s.both(t, long, status(code), func(what string, err error) {
			what = fmt.Sprintf("%s, %d", what, code)
			s.judge(t, what, err, want)
			if e := notify.AsError(err); e != nil && e.Status != code {
				t.Errorf("%s: says status %d", what, e.Status)
			}
		})
	}
}

func (s Subject) retryAfter(t *testing.T) {
	for value, want := range map[string]time.Duration{
		"": 0, "7": 7 * time.Second, "soon": 0, "-1": 0, "99999999999999999999": notify.MaxRetryAfter,
		time.Now().Add(30 * time.Minute).UTC().Format(http.TimeFormat): 30 * time.Minute,
	} {
		s.both(t, long, status(http.StatusTooManyRequests, "Retry-After", value), func(what string, err error) {
			s.judge(t, what, err, notify.Retry)
			e := notify.AsError(err)
			if e == nil {
				return
			}
			near := want/10 + 2*time.Second
			if e.After < want-near || e.After > want+near {
				t.Errorf("%s after Retry-After %q: not before %v, want about %v", what, value, e.After, want)
			}
		})
	}
}

func (s Subject) broken(t *testing.T) {
	for name, fault := range brokenBefore() {
		limit := long
		if name == "stall" {
			limit = short
		}
		s.both(t, limit, fault, func(what string, err error) {
			s.judge(t, what+", "+name, err, notify.Retry)
			if e := notify.AsError(err); e != nil && !e.Unsure {
				t.Errorf("%s, %s: the service may have it, and the error does not say so", what, name)
			}
		})
	}
	for name, fault := range brokenAfter() {
		limit := long
		if name == "drip" && s.AnswerInBody {
			limit = short
		}
		s.both(t, limit, fault, func(what string, err error) {
			switch {
			case s.AnswerInBody:
				s.judge(t, what+", "+name, err, notify.Retry)
			case err != nil:
				t.Errorf("%s, %s: %v, though the status was 200", what, name, err)
			}
		})
	}
}

// floods checks that an answer without end is given up early.
func (s Subject) floods(t *testing.T) {
	var sent atomic.Int64
	s.both(t, long, flood(&sent), func(what string, err error) {
		if s.AnswerInBody {
			s.judge(t, what+", flooded", err, notify.Retry)
		} else if err != nil {
			t.Errorf("%s, flooded: %v, though the status was 200", what, err)
		}
	})
	if n := sent.Load(); n > 32<<20 {
		t.Errorf("%d bytes of answers were read", n)
	}
}

func (s Subject) redirects(t *testing.T) {
	var followed atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { followed.Add(1) }))
	defer other.Close()
	for _, code := range []int{301, 302, 303, 307, 308} {
		s.both(t, long, status(code, "Location", other.URL+"/?"+s.Secrets[0]), func(what string, err error) {
			s.judge(t, what+" redirected", err, notify.Config)
		})
	}
	if n := followed.Load(); n != 0 {
		t.Errorf("%d redirects to another host were followed", n)
	}
}

func (s Subject) unreachable(t *testing.T) {
	b := s.open(t)
	b.close()
	_, err := b.Send(t.Context(), s.To, Alert("dl1:a"))
	s.judge(t, "send to nobody", err, notify.Retry)
	if e := notify.AsError(err); e != nil && e.Unsure {
		t.Error("nothing was sent, and the error is unsure")
	}
}

func (s Subject) cancelled(t *testing.T) {
	b := s.open(t)
	r := b.must(t, s.To, "dl1:first")
	before := len(b.service.tellings())
	ended, end := context.WithCancel(t.Context())
	end()
	_, err := b.Send(ended, s.To, Alert("dl1:a"))
	s.judge(t, "send, cancelled before", err, notify.Retry)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v does not say that the context was cancelled", err)
	}
	s.judge(t, "update, cancelled before", b.Update(ended, r, Alert("dl1:b")), notify.Retry)
	if n := len(b.service.tellings()); n != before {
		t.Errorf("%d requests after the context was cancelled", n-before)
	}
	b.service.set(brokenBefore()["stall"])
	stopped, stop := context.WithCancel(t.Context())
	arrived := b.service.arrival()
	go func() {
		<-arrived
		stop()
	}()
	begin := time.Now()
	_, err = b.Send(stopped, s.To, Alert("dl1:c"))
	s.judge(t, "send, cancelled on the way", err, notify.Retry)
	if took := time.Since(begin); took > patience {
		t.Errorf("the cancelled call took %v", took)
	}
}

func (s Subject) concurrent(t *testing.T) {
	const calls = 8
	b := s.open(t)
	var wait sync.WaitGroup
	var mu sync.Mutex
	receipts := map[notify.Receipt]int{}
	for i := range calls {
		wait.Go(func() {
			r, err := b.Send(t.Context(), s.To, Alert(fmt.Sprintf("dl1:%d", i)))
			if err != nil {
				t.Errorf("send %d: %v", i, err)
				return
			}
			if err := b.Update(t.Context(), r, Alert(fmt.Sprintf("dl1:u%d", i))); err != nil {
				t.Errorf("update %d: %v", i, err)
			}
			mu.Lock()
			defer mu.Unlock()
			receipts[r]++
		})
	}
	wait.Wait()
	if n := len(b.service.tellings()); n != 2*calls {
		t.Errorf("%d requests for %d messages and their updates", n, calls)
	}
	if len(receipts) != calls {
		t.Errorf("%d different receipts for %d messages", len(receipts), calls)
	}
}

// repeats checks that a delivery that is handed out twice makes one message: by the service's own means, or because the
// channel remembers that it was accepted.
func (s Subject) repeats(t *testing.T) {
	b := s.open(t)
	first, err := b.Send(t.Context(), s.To, Alert("dl1:same"))
	if err != nil {
		t.Fatalf("send: %v", err)
	}
	again, err := b.Send(t.Context(), s.To, Alert("dl1:same"))
	if err != nil || again != first {
		t.Errorf("the second time: %q, %v; the first: %q", again, err, first)
	}
	seen := map[string]bool{}
	for i, told := range b.service.tellings() {
		id := fmt.Sprint(i)
		if s.Identity != nil {
			if id = s.Identity(told.request); id == "" {
				t.Error("a request without an identity")
			}
		}
		seen[id] = true
	}
	if len(seen) != 1 {
		t.Errorf("one delivery made %d messages", len(seen))
	}
	if _, err := b.Send(t.Context(), s.To, Alert("dl1:other")); err != nil {
		t.Fatalf("send another: %v", err)
	}
	if n := len(b.service.tellings()); n < 2 {
		t.Error("another delivery was taken for the same")
	}
}

func (s Subject) badAlerts(t *testing.T) {
	b := s.open(t)
	for _, id := range []string{"", "a.b", "a\r\nwebhook-id: x", strings.Repeat("x", 200)} {
		_, err := b.Send(t.Context(), s.To, Alert(id))
		s.judge(t, "send", err, notify.Rejected)
	}
	for _, r := range []notify.Receipt{"", "x", "other1:a:b", notify.Receipt(strings.Repeat("x", 10_000)), "slack1:C0X:1.2/../x"} {
		s.judge(t, "update of "+string(r[:min(len(r), 20)]), b.Update(t.Context(), r, Alert("dl1:u")), notify.Gone)
	}
	for _, to := range []notify.Recipient{{}, {Email: "a@acme.example", ID: "C0X", Ref: "x"}} {
		_, err := b.Send(t.Context(), to, Alert("dl1:r"))
		s.judge(t, "send to nobody", err, notify.Permanent)
	}
	if n := len(b.service.tellings()); n != 0 {
		t.Errorf("%d requests for what cannot be told", n)
	}
}

func (s Subject) nothingLeft(t *testing.T) {
	before := runtime.NumGoroutine()
	t.Run("calls", func(t *testing.T) {
		b := s.openFor(t, short)
		r := b.must(t, s.To, "dl1:a")
		for _, fault := range []http.Handler{brokenBefore()["stall"], brokenAfter()["drip"], flood(new(atomic.Int64)), nil} {
			b.service.set(fault)
			_, _ = b.Send(t.Context(), s.To, Alert("dl1:x"))
			_ = b.Update(t.Context(), r, Alert("dl1:y"))
		}
	})
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for runtime.NumGoroutine() > before {
		select {
		case <-deadline.C:
			stacks := make([]byte, 64<<10)
			t.Fatalf("%d goroutines before, %d after:\n%s", before, runtime.NumGoroutine(), stacks[:runtime.Stack(stacks, true)])
		case <-ticker.C:
		}
	}
}
