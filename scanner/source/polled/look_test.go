package polled_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"meetleaks/scanner/fetch"
	"meetleaks/scanner/source/polled"
	"meetleaks/scanner/source/sourcetest"
)

func TestWhatDoesNotChangeIsTakenOnceAndStands(t *testing.T) {
	r := newRig(t, "/one")
	r.site.Set("/one", "All are welcome.")
	for range 10 {
		if out := r.Must(24 * time.Hour); out.Documents != 1 {
			t.Errorf("%+v", out)
		}
	}
	full, unchanged := r.site.Counts()
	if stood := len(r.Calls(sourcetest.WasBack)); r.taken() != 1 || full != 1 || unchanged != 9 || stood != 2 {
		t.Errorf("taken %d times, answered %d times in full and %d times as unchanged, told to stand %d times", r.taken(), full, unchanged, stood)
	}
}

func TestAChangeIsReadOnceMoreAfterAnHour(t *testing.T) {
	r := newRig(t, "/one")
	r.site.Header("Cache-Control", "max-age=7200")
	r.site.Set("/one", "All are welcome.")
	r.Must(2 * time.Hour)
	r.site.Set("/one", "Nobody is.")
	changed := r.Clock.Now()
	if out := r.Must(polled.LooksApart - time.Minute); !out.Next.Equal(changed.Add(polled.LooksApart)) {
		t.Errorf("next at %v, want %v after %v", out.Next, polled.LooksApart, changed)
	}
	for _, want := range []int{2, 3, 3} {
		if r.Must(time.Minute); r.taken() != want {
			t.Errorf("taken %d times, want %d", r.taken(), want)
		}
	}
}

func TestAnotherGenerationReadsAllButWhatFailed(t *testing.T) {
	r := newRig(t, "/one")
	r.site.Header("Cache-Control", "max-age=7200")
	r.site.Set("/one", "All are welcome.")
	o := r.options(r.Clock.Client(t, r.site.Addr()), r.site.URL+"/one")
	for want, generation := range []string{"", "", "globex joined", "globex joined"} {
		o.Generation = generation
		r.openWith(o)
		r.Must(time.Minute)
		if want = 1 + want/2; r.taken() != want {
			t.Errorf("generation %q: taken %d times, want %d", generation, r.taken(), want)
		}
	}
	r.Clock.Move(3 * time.Hour)
	r.site.Break(sourcetest.Answers(http.StatusTooManyRequests, "Retry-After", "3600"))
	for _, generation := range []string{"globex joined", "initech joined"} {
		o.Generation, o.Client = generation, r.Clock.Client(t, r.site.Addr()) // that does not know of it
		r.openWith(o)
		if _, err := r.Pass(time.Minute); err == nil {
			t.Errorf("generation %q: a document that rests after a failure looks read", generation)
		}
		r.site.Break(nil)
	}
	if r.taken() != 2 {
		t.Error("a host that asked us to stay away was asked")
	}
}

func TestWhatIsGoneForGoodIsToldInTwoLooks(t *testing.T) {
	r := newRig(t, "/one")
	r.site.Set("/one", "All are welcome.")
	r.Must(time.Minute)
	told := func() int { return len(r.Calls(sourcetest.WasGone)) }
	r.site.Break(sourcetest.Answers(http.StatusNotFound))
	if _, err := r.Pass(time.Minute); err == nil || told() != 0 {
		t.Errorf("404: %v, told %d times", err, told())
	}
	r.site.Break(sourcetest.Answers(http.StatusGone))
	for look, want := range []int{1, 2, 3, 3} { // at 0, 31 and 62 minutes; then it rests for a day
		if _, err := r.Pass(31 * time.Minute); err == nil || !strings.Contains(err.Error(), "410") || told() != want {
			t.Errorf("look %d: %v, told %d times, want %d", look, err, told(), want)
		}
	}
	r.Clock.Move(24 * time.Hour)
	r.site.Break(nil)
	if r.Must(0); r.taken() != 2 {
		t.Error("what came back is not taken in full")
	}
}

func TestWhatIsCutIsNeverClean(t *testing.T) {
	r := newRig(t, "/one")
	r.site.Set("/one", strings.Repeat("All are welcome. ", maxBody))
	r.Must(time.Minute)
	r.Must(time.Minute)
	full, unchanged := r.site.Counts()
	if full != 2 || unchanged != 0 {
		t.Errorf("answered %d times in full and %d times as unchanged", full, unchanged)
	}
	for _, took := range r.Calls(sourcetest.WasTaken) {
		if !strings.HasSuffix(string(took.Reading.Version), "broken") {
			t.Error("what was cut looks whole")
		}
	}
}

func TestWhereADocumentMovedForGood(t *testing.T) {
	r := newRig(t, "/old")
	r.site.Set("/new", "All are welcome.")
	var asked []string
	r.site.Set("/old", "unused")
	r.site.Break(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		asked = append(asked, q.URL.Path)
		switch {
		case q.URL.Path == "/old":
			http.Redirect(w, q, "/new", http.StatusMovedPermanently)
		case len(asked) == 4:
			http.NotFound(w, q)
		default:
			_, _ = fmt.Fprint(w, "All are welcome.")
		}
	}))
	for pass, want := range []string{"moved for good", "moved for good", "cannot be read", "moved for good"} {
		_, _ = r.Pass(time.Minute) // the third is blind
		if notes := strings.Join(r.Health().Notes, "\n"); !strings.Contains(notes, want) {
			t.Errorf("pass %d: notes %q", pass, notes)
		}
	}
	if want := []string{"/old", "/new", "/new", "/new", "/old", "/new"}; !slices.Equal(asked, want) {
		t.Errorf("asked for %q, want %q", asked, want)
	}
}

// An address may be secret, or hold a meeting's number that looks like any other. What an older version kept in clear is sealed, too.
func TestWhereItMovedForGoodIsKeptSealed(t *testing.T) {
	for _, kept := range []bool{false, true} {
		r := newRig(t, "/old")
		r.site.Set("/room/98765432101", "All are welcome.")
		r.site.Break(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
			if q.URL.Path == "/old" {
				http.Redirect(w, q, "/room/98765432101", http.StatusMovedPermanently)
				return
			}
			_, _ = fmt.Fprint(w, "All are welcome.")
		}))
		if kept {
			r.keep(r.site.URL+"/old", `{"moved":"`+r.site.URL+`/room/98765432101"}`)
		}
		for range 2 {
			r.Must(time.Minute)
			if notes := strings.Join(r.Health().Notes, "\n"); !strings.Contains(notes, "moved for good") {
				t.Errorf("notes %q", notes)
			}
			if record := strings.Join(r.Visits.Kept(), "\n"); strings.Contains(record, "98765432101") || !strings.Contains(record, `"moved":`) {
				t.Errorf("kept %s", record)
			}
		}
	}
}

func TestAnAddressThatCannotBeReadIsNone(t *testing.T) {
	r := newRig(t, "/one")
	r.site.Set("/one", "All are welcome.")
	for _, moved := range []string{"damaged", "AQ", "AQIDBAUGBwgJAAECAwQFBgcICQABAgMEBQYHCAkAAQIDBAUGBwgJAAECAwQFBgcICQABAgM"} {
		r.keep(r.site.URL+"/one", `{"moved":"`+moved+`"}`)
		if r.Must(0); strings.Contains(strings.Join(r.Visits.Kept(), "\n"), "moved") {
			t.Errorf("%s: kept %s", moved, r.Visits.Kept())
		}
	}
}

func TestWhereItMovedForGoodIsNotGoneForGood(t *testing.T) {
	r := newRig(t, "/old")
	r.keep(r.site.URL+"/old", `{"moved":"`+r.site.URL+`/new"}`)
	r.site.Break(sourcetest.Answers(http.StatusGone))
	if _, err := r.Pass(0); err == nil || len(r.Calls(sourcetest.WasGone)) != 0 {
		t.Errorf("%v, told %d times: the configured address was not asked", err, len(r.Calls(sourcetest.WasGone)))
	}
}

// tagged gives every answer an ETag of some bytes.
type tagged struct {
	polled.Client
	bytes int
}

func (c tagged) Get(ctx context.Context, request fetch.Request) (*fetch.Page, error) {
	page, err := c.Client.Get(ctx, request)
	if err == nil {
		page.Validators.ETag = strings.Repeat("x", c.bytes)
	}
	return page, err
}

func TestVeryLongValidatorsAreNotKept(t *testing.T) {
	for bytes, want := range map[int]bool{100: true, 1000: false} {
		r := newRig(t, "/one")
		r.site.Set("/one", "All are welcome.")
		r.open(tagged{r.Clock.Client(t, r.site.Addr()), bytes}, r.site.URL+"/one")
		r.Must(0)
		if record := strings.Join(r.Visits.Kept(), "\n"); strings.Contains(record, "xxx") != want {
			t.Errorf("of %d bytes: kept %s", bytes, record)
		}
	}
}

func TestOneThatDoesNotRestLeavesItToTheSchedule(t *testing.T) {
	r := newRig(t, "/rests", "/one")
	r.site.Break(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if q.URL.Path == "/rests" {
			w.Header().Set("Cache-Control", "max-age=1800")
		}
		_, _ = fmt.Fprint(w, "All are welcome.")
	}))
	if out := r.Must(0); !out.Next.IsZero() {
		t.Errorf("next at %v", out.Next)
	}
}

func TestAnAnswerWithoutAQuestionIsNoAnswer(t *testing.T) {
	r := newRig(t, "/one")
	r.site.Break(sourcetest.Answers(http.StatusNotModified))
	if _, err := r.Pass(0); err == nil || !strings.Contains(err.Error(), "without being asked") {
		t.Errorf("304 to the first request: %v", err)
	}
}

func TestAClockThatJumpedLetsNothingRest(t *testing.T) {
	r := newRig(t, "/one")
	r.site.Header("Cache-Control", "max-age=7200")
	r.site.Set("/one", "All are welcome.")
	r.Clock.Move(365 * 24 * time.Hour)
	r.Must(-365 * 24 * time.Hour)
	r.site.Set("/one", "Nobody is.")
	if r.Must(0); r.taken() != 2 {
		t.Error("a document rests for a year")
	}
}

func TestRestsAreBounded(t *testing.T) {
	for _, c := range []struct {
		field, value string
		want         time.Duration
	}{
		{"Cache-Control", "max-age=1800", 30 * time.Minute},
		{"Cache-Control", "max-age=31536000", 4 * time.Hour},
		{"Cache-Control", "no-cache", 0},
	} {
		r := newRig(t, "/one")
		r.site.Header(c.field, c.value)
		r.site.Set("/one", "All are welcome.")
		at := r.Clock.Now()
		out := r.Must(time.Minute)
		if want := at.Add(c.want); c.want > 0 && !out.Next.Equal(want) || c.want == 0 && !out.Next.IsZero() {
			t.Errorf("%s: next at %v, want %v after %v", c.value, out.Next, c.want, at)
		}
		if out := r.Must(0); out.Documents != 1 {
			t.Errorf("%s: a document that rests looks empty", c.value)
		}
	}
}

// What was written before this package was is read as if it had written it.
func TestWhatIsKeptStaysReadable(t *testing.T) {
	r := newRig(t, "/one")
	r.site.Header("Cache-Control", "max-age=60")
	r.site.Set("/one", "All are welcome.")
	r.keep(r.site.URL+"/one", `{"at":"2026-11-23T10:00:00Z","next":"2026-11-23T11:00:00Z","stood":"2026-11-23T10:00:00Z","noted":["speaks softly"],"bytes":16}`)
	r.Must(0) // of another generation, so it does not rest
	for _, record := range r.Visits.Kept() {
		for _, want := range []string{`"at":"2026-11-23T10:30:00Z"`, `"next":"2026-11-23T10:31:00Z"`, `"noted":["speaks softly"]`, `"bytes":16`, `"etag":`} {
			if !strings.Contains(record, want) {
				t.Errorf("no %s in %s", want, record)
			}
		}
		if strings.Contains(record, "doubt") {
			t.Errorf("what did not change is in doubt: %s", record)
		}
	}
	r.keep(r.site.URL+"/one", `{"fails":3,"next":"2026-11-23T23:00:00Z","length":"long"}`)
	if r.Must(0); r.taken() != 2 {
		t.Error("what cannot be read is not taken for nothing")
	}
}
