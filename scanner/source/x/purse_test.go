package x

import (
	"math"
	"net/url"
	"strings"
	"testing"
	"time"

	"meetleaks/scanner"
	"meetleaks/scanner/source/x/fakex"
	"meetleaks/scanner/source/x/internal/postid"
)

func TestAClockThatGoesBackGivesNoMoneyBack(t *testing.T) {
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	p := purse{budget: Budget{PerDay: 10, PerMonth: 20}}
	read := func(first uint64, n uint64, at time.Time) {
		for id := first; id < first+n; id++ {
			p.charge(id, at)
		}
	}
	read(1, 10, at)
	if p.spent(at) == nil {
		t.Fatal("the day's budget is not used up")
	}
	for _, wrong := range []time.Time{at.AddDate(0, -1, 0), at.AddDate(0, 0, -1), time.Unix(0, 0), at} {
		if p.spent(wrong) == nil {
			t.Errorf("at %v begins a day anew: %d posts are left", wrong, p.left(wrong))
		}
	}
	ahead := purse{budget: Budget{PerDay: 10}, day: "2036-11-22", today: 4}
	if left := ahead.left(at); left != 6 || ahead.left(at.AddDate(0, 0, 1)) != 10 {
		t.Errorf("a clock that was years ahead: %d left", left)
	}
	q := purse{budget: Budget{PerMonth: 20}}
	q.hear(usage{today: math.MaxInt64 / 4, atX: math.MaxInt64 / 4, budget: 5}, at)
	if q.charge(3, at); q.month < 0 || q.today < 0 || q.left(at) != 0 {
		t.Errorf("numbers that are too large: %+v", q)
	}
	var c count
	if _ = c.UnmarshalJSON([]byte("9223372036854775807")); c != maxCount {
		t.Errorf("believed are %d posts", c)
	}
}

func TestALostCursorForgetsNotWhatTheMonthCost(t *testing.T) {
	r := newRig(t, func(f *fakex.Options, o *Options) { f.Cap, o.Budget = 20_000, Budget{PerMonth: 100} })
	month := time.Now().UTC().Format("2006-01")
	r.fake.Fail(fakex.Fault{Path: pathUsage, Times: 1, Body: `{"data":{"project_cap":"20000","project_usage":44,"daily_project_usage":{"usage":[` +
		`{"date":"` + month + `-01T00:00:00.000Z","usage":"60"},{"date":"` + month + `-02T00:00:00.000Z","usage":45},` +
		`{"date":"1999-12-31T00:00:00.000Z","usage":"9999"}]}}}`})
	p := r.start(r.source(), "")
	if err := p.End(true); err == nil || !strings.Contains(err.Error(), "budget for") {
		t.Errorf("%v, %+v", err, r.Health().Used)
	}
	if used := r.Health().Used; used[1].Used < 105 || used[1].Used > 150 {
		t.Errorf("%+v", used)
	}
}

func TestACursorInTheFutureHidesNothing(t *testing.T) {
	r := newRig(t, nil)
	s := r.source()
	far := time.Now().AddDate(1, 0, 0)
	p, err := s.begin(scanner.Pass{Cursor: `{"whole":"` + postid.Format(postid.At(far)) + `","day":"2026-11-22"}`})
	if err != nil || postid.Time(p.whole).After(time.Now().Add(time.Minute)) || p.notes.lost == "" {
		t.Errorf("whole up to %v, %q, %v", postid.Time(p.whole), p.notes.lost, err)
	}
}

func TestAStreamThatNeverLivesUntilItsGapIsSearchedFails(t *testing.T) {
	r := newRig(t, func(_ *fakex.Options, o *Options) { o.Settle = time.Hour })
	p, err := r.source().begin(scanner.Pass{Cursor: `{"whole":"` + postid.Format(postid.At(time.Now().Add(-time.Hour))) + `","day":"2026-11-22"}`})
	if err != nil {
		t.Fatal(err)
	}
	p.streamed = 1
	if err := p.endOf(&conn{}); err == nil {
		t.Error("a stream that ends before a gap is searched has not failed")
	}
	if lines := strings.Join(p.notes.lines(p), "\n"); !strings.Contains(lines, "may be missing yet") {
		t.Errorf("the gap is not told: %q", lines)
	}
}

func TestTheTokenIsNotSentInClear(t *testing.T) {
	r := newRig(t, nil)
	for address, fits := range map[string]bool{
		"http://api.x.com": false, "https://api.x.com": true, "http://127.0.0.1:9": true, "http://localhost:9": true, "http://10.3.7.2": true,
		"http://localhost.evil.example": false,
	} {
		base, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		o := r.o
		o.Base = base
		if _, err := NewSource(o); (err == nil) != fits {
			t.Errorf("%s: %v", address, err)
		}
	}
}
