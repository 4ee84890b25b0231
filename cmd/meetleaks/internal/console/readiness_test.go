package console

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestReadyzSaysWhyNot(t *testing.T) {
	r := newRig(t)
	if got := decodeInto[Readiness](t, r.ask(http.MethodGet, "/readyz", ""), 200); !got.Ready || len(got.Reasons) != 0 {
		t.Errorf("answer %+v", got)
	}
	if body := r.ask(http.MethodGet, "/readyz", "").Body.String(); body != `{"ready":true,"reasons":[],"notes":[]}`+"\n" {
		t.Errorf("body %q", body)
	}
	r.now = r.now.Add(2 * time.Second)
	r.reasons = []string{"the store does not answer", "page https://acme.zoom.us/j/84930275116?pwd=Qx7Lm2\x1b[31m"}
	got := decodeInto[Readiness](t, r.ask(http.MethodGet, "/readyz", ""), 503)
	if got.Ready || len(got.Reasons) != 2 || got.Reasons[0] != "the store does not answer" {
		t.Errorf("answer %+v", got)
	}
	if strings.Contains(got.Reasons[1], "84930275116") || strings.Contains(got.Reasons[1], "Qx7") || strings.Contains(got.Reasons[1], "\x1b") {
		t.Errorf("a reason tells too much: %q", got.Reasons[1])
	}
}

// However many want to know, the store is asked once a second.
func TestReadyzIsAskedOnceASecond(t *testing.T) {
	r := newRig(t)
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() { r.ask(http.MethodGet, "/readyz", "") })
	}
	all.Wait()
	if r.asked != 1 {
		t.Errorf("asked %d times, want once", r.asked)
	}
	r.now = r.now.Add(time.Second)
	r.ask(http.MethodGet, "/readyz", "")
	if r.asked != 2 {
		t.Errorf("a second later asked %d times in all, want 2", r.asked)
	}
	r.now = r.now.Add(-time.Hour)
	r.ask(http.MethodGet, "/readyz", "")
	if r.asked != 3 {
		t.Errorf("after the clock jumped back asked %d times in all, want 3", r.asked)
	}
}

// asked is the readiness of a service that says so.
func asked(reasons func(context.Context) []string) *readiness {
	return newReadiness(Options{Ready: reasons, Notes: func() []string { return nil }, Now: time.Now}, ownLimits())
}

func TestNotesAreNoReasons(t *testing.T) {
	ready := newReadiness(Options{
		Ready: func(context.Context) []string { return nil }, Now: time.Now,
		Notes: func() []string { return []string{"the source a\x1b is blind"} },
	}, ownLimits())
	if got := ready.answer(t.Context()); !got.Ready || len(got.Notes) != 1 || strings.Contains(got.Notes[0], "\x1b") {
		t.Errorf("answer %+v", got)
	}
}

// A check that hangs is not ready, and there is one of it, not one for each who asks.
func TestReadyzThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var running atomic.Int64
		free := make(chan struct{})
		ready := asked(func(context.Context) []string {
			running.Add(1)
			<-free
			return nil
		})
		for range 3 {
			began := time.Now()
			rec := httptest.NewRecorder()
			ready.serve(rec, httptest.NewRequest(http.MethodGet, "/readyz", nil))
			if rec.Code != 503 || !strings.Contains(rec.Body.String(), "takes too long") {
				t.Errorf("answer %d %s", rec.Code, rec.Body)
			}
			if took := time.Since(began); took > 3*time.Second {
				t.Errorf("answered after %v", took)
			}
		}
		if running.Load() != 1 {
			t.Errorf("%d checks at once", running.Load())
		}
		close(free)
		synctest.Wait()
	})
}

// Who asked and went away takes nothing from those who stay.
func TestReadyzOfAClientThatHasGone(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	seen := make(chan error, 1)
	ready := asked(func(ctx context.Context) []string {
		seen <- ctx.Err()
		return nil
	})
	ready.answer(ctx)
	if err := <-seen; err != nil {
		t.Errorf("the check was begun with %v", err)
	}
}

func TestReadyzThatBreaks(t *testing.T) {
	ready := asked(func(context.Context) []string { panic("broken") })
	if got := ready.answer(t.Context()); got.Ready || len(got.Reasons) != 1 || got.Reasons[0] != "the check is broken" {
		t.Errorf("answer %+v", got)
	}
}

func TestReasonsAreBounded(t *testing.T) {
	ready := asked(func(context.Context) []string { return make([]string, 5000) })
	if got := ready.answer(t.Context()); len(got.Reasons) != maxReasons+1 {
		t.Errorf("%d reasons", len(got.Reasons))
	}
}
