package v1

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"meetleaks/scanner"
	"meetleaks/scanner/source/sourcetest"
	"meetleaks/scanner/source/x/v1/fakegateway"
)

// since is the cursor of a pass that ended at a time.
func since(at time.Time) string { return `{"whole":"` + formatID(idAt(at)) + `"}` }

func TestAStreamThatNeverLivesUntilItsGapIsSearchedFails(t *testing.T) {
	r := newRig(t, func(_ *fakegateway.Options, o *Options) { o.Settle = time.Hour })
	s := r.source()
	for i, wait := range []time.Duration{5 * time.Second, 10 * time.Second} {
		p := r.start(s, since(time.Now().Add(-time.Hour)))
		r.Await(sourcetest.WasTaken, uriOf(r.fake.Post(fakegateway.Post{Text: linkB})))
		r.fake.End(false)
		err := p.End(true)
		var own *Error
		if !errors.As(err, &own) || own.Why != "the gateway ends the stream before what was missed is searched" {
			t.Fatalf("pass %d ended with %v", i, err)
		}
		if own.RetryAfter() != wait {
			t.Errorf("pass %d is to be made again after %v, want %v", i, own.RetryAfter(), wait)
		}
		if !r.noted("may be missing yet: they are searched for soon") {
			t.Errorf("the gap is not told: %q", r.Health().Notes)
		}
	}
}

func TestAStreamMayEndAsSoonAsItsGapIsSearched(t *testing.T) {
	for name, c := range map[string]struct {
		search func(*fakegateway.Server)
		gap    bool
	}{
		"closed": {func(*fakegateway.Server) {}, false},
		"under way": {func(f *fakegateway.Server) {
			f.Fail(fakegateway.Fault{Path: fakegateway.PathSearch, Status: 500, Times: -1})
		}, true},
	} {
		r := newRig(t, nil)
		c.search(r.fake)
		p := r.start(r.source(), since(time.Now().Add(-time.Hour)))
		r.Await(sourcetest.WasTaken, uriOf(r.fake.Post(fakegateway.Post{Text: linkB})))
		r.Within("the gap is "+name, func() bool {
			return r.noted("may be missing yet: "+whyFault) == c.gap && r.noted("may be missing yet") == c.gap
		})
		r.fake.End(false)
		if err := p.End(true); err != nil {
			t.Errorf("%s: it ended with %v", name, err)
		}
	}
}

func TestWithoutASearchAStreamMayEndAtOnce(t *testing.T) {
	r := newRig(t, func(_ *fakegateway.Options, o *Options) { o.Settle, o.NoSearch = time.Hour, true })
	s := r.source()
	p := r.start(s, since(time.Now().Add(-time.Hour)))
	r.Await(sourcetest.WasTaken, uriOf(r.fake.Post(fakegateway.Post{Text: linkB})))
	r.fake.End(false)
	if err := p.End(true); err != nil || !r.noted("the gateway has no search") {
		t.Errorf("it ended with %v, notes %q", err, r.Health().Notes)
	}
	r.fake.Fail(fakegateway.Fault{Path: fakegateway.PathStream, Status: http.StatusServiceUnavailable, Times: -1})
	if err := r.start(s, r.Cursor()).End(true); err == nil || r.noted("searched for soon") {
		t.Errorf("it ended with %v, notes %q: nothing is ever searched", err, r.Health().Notes)
	}
}

func TestACursorInTheFutureHidesNothing(t *testing.T) {
	r := newRig(t, nil)
	s := r.source()
	p := r.start(s, since(time.Now().AddDate(1, 0, 0)))
	r.Within("it is told", func() bool { return r.noted("the cursor lay in the future") })
	if err := p.End(false); err != nil {
		t.Fatal(err)
	}
	if _, whole, err := decodeCursor(r.Cursor()); err != nil || timeOf(whole).After(time.Now().Add(time.Minute)) {
		t.Fatalf("the cursor is at %v, %v", timeOf(whole), err)
	}
	missed := uriOf(r.fake.Post(fakegateway.Post{Text: linkB}))
	r.start(s, r.Cursor())
	r.Await(sourcetest.WasTaken, missed)
}

func TestACursorALittleAheadIsKept(t *testing.T) {
	near := time.Now().Add(future / 2)
	p, err := newRig(t, nil).source().begin(scanner.Pass{Cursor: since(near)})
	if err != nil || p.whole != idAt(near) || strings.Contains(p.notes.lost, "future") {
		t.Errorf("whole up to %v, %q, %v", timeOf(p.whole), p.notes.lost, err)
	}
}
