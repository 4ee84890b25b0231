package bluesky

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"meetleaks/matchers"
	"meetleaks/scanner"
	"meetleaks/scanner/source/bluesky/fakejetstream"
	"meetleaks/scanner/source/sourcetest"
)

func TestAPostIsReadWithItsLinkInFull(t *testing.T) {
	t.Parallel()
	r := newRig(t, fakejetstream.Options{Check: checked(t)}, func(o *Options) { o.Promising = matchers.Standard().Promising })
	run := r.begin()
	text := "Täglich um neun: acme.zoom.us/j/8493027511... bis dann"
	start := strings.Index(text, "acme.zoom")
	key := r.fake.Post(author, fakejetstream.Record(text, time.Now(), nil,
		fakejetstream.Facet{Start: start, End: start + len("acme.zoom.us/j/8493027511..."), URI: testLink}))
	took := r.await(sourcetest.WasTaken, uriOf(author, key))
	if want := "Täglich um neun:  " + testLink + "  bis dann"; took.Text != want {
		t.Errorf("text %q, want %q", took.Text, want)
	}
	reading := took.Reading
	if reading.Shown != "bsky.app" || reading.Host != "" || reading.Source != "sky" || reading.Reference.Text() != took.URI ||
		reading.MediaType != "text/plain" || time.Since(reading.Posted) > time.Minute || !strings.HasPrefix(string(reading.Version), "bafyrei") {
		t.Errorf("reading %+v", reading)
	}
	run.end()
	if asked := r.fake.Asked()[0]; asked.Get("wantedCollections") != PostCollection || asked.Has("cursor") || asked.Has("compress") {
		t.Errorf("asked for %v", asked)
	}
	if strings.Contains(r.log.String(), "did:") || strings.Contains(r.log.String(), author) {
		t.Errorf("the log names somebody: %s", r.log)
	}
}

func TestWhatHoldsNoLinkIsNotDecoded(t *testing.T) {
	t.Parallel()
	r := newRig(t, fakejetstream.Options{Check: checked(t), Sequence: true}, func(o *Options) { o.Promising = matchers.Standard().Promising })
	run := r.begin()
	for range 20 {
		r.post("good morning")
	}
	r.fake.Identity(author, "wanda.globex.example")
	r.await(sourcetest.WasTaken, r.post("see "+testLink))
	run.end()
	if h := r.health; h.Heard != 22 || h.Read != 1 || h.Failed != 0 || h.Posted.IsZero() || h.Lag > time.Minute {
		t.Errorf("health %+v", h)
	}
	if run.out.Documents != 22 || len(r.taker.All()) != 1 {
		t.Errorf("outcome %+v, calls %+v", run.out, r.taker.All())
	}
}

func TestALinkThatIsTakenOutIsLookedAtAgain(t *testing.T) {
	t.Parallel()
	r := newRig(t, fakejetstream.Options{Check: checked(t)}, func(o *Options) { o.Promising = matchers.Standard().Promising })
	run := r.begin()
	key := r.fake.Post(author, fakejetstream.Record("see "+testLink, time.Now(), nil))
	before := r.await(sourcetest.WasTaken, uriOf(author, key))
	r.fake.Write(author, "update", fakejetstream.Posts, key, fakejetstream.Record("over", time.Now(), nil))
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	after, ok := r.taker.Await(ctx, func(took sourcetest.Took) bool { return took.URI == before.URI && took.Text == "over" })
	if !ok || string(after.Reading.Version) == string(before.Reading.Version) {
		t.Errorf("after the change: %+v", r.taker.All())
	}
	r.fake.Delete(author, fakejetstream.Posts, key)
	r.await(sourcetest.WasDeleted, before.URI)
	run.end()
	if r.health.Deleted != 1 {
		t.Errorf("health %+v", r.health)
	}
}

func TestAnAccountThatGoesAwayTakesItsPostsAlong(t *testing.T) {
	t.Parallel()
	for _, status := range []string{"deleted", "deactivated", "suspended", "takendown"} {
		t.Run(status, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, fakejetstream.Options{Check: checked(t)}, nil)
			first := r.begin()
			one := r.post("see " + testLink)
			r.await(sourcetest.WasTaken, one)
			first.end()
			r.source, r.cursor = r.open(r.taker, nil), "" // a crash: what is known has to come from what is kept
			second := r.begin()
			two := r.post("and " + otherLink)
			other := uriOf("bystander.example", r.fake.Post("bystander.example", fakejetstream.Record(otherLink, time.Now(), nil)))
			r.await(sourcetest.WasTaken, other)
			r.fake.Account(author, true, "")
			r.fake.Account(author, false, "desynchronized")
			r.await(sourcetest.WasTaken, r.post(testLink))
			if n := r.count(sourcetest.WasDeleted, one) + r.count(sourcetest.WasBack, one); n != 0 {
				t.Errorf("an account that is there: deleted or back %d times", n)
			}
			r.fake.Account(author, false, status)
			r.await(sourcetest.WasAway, one)
			r.await(sourcetest.WasAway, two)
			if err := r.source.places.list(t.Context(), r.taker, "sky"); err != nil { // by now they are believed gone
				t.Fatal(err)
			}
			r.fake.Account(author, true, "")
			r.await(sourcetest.WasBack, one)
			r.await(sourcetest.WasBack, two)
			r.fake.Account(author, true, "")
			r.await(sourcetest.WasTaken, r.post(testLink))
			second.end()
			if r.count(sourcetest.WasDeleted, other)+r.count(sourcetest.WasAway, other) != 0 || r.count(sourcetest.WasBack, one) != 1 {
				t.Errorf("calls %+v", r.taker.All())
			}
		})
	}
}

// TestAProcessThatEndsForgetsNoAccountThatIsAway: else whoever switches an account off and on again beside a restart would silence us.
func TestAProcessThatEndsForgetsNoAccountThatIsAway(t *testing.T) {
	t.Parallel()
	r := newRig(t, fakejetstream.Options{Check: checked(t)}, nil)
	run := r.begin()
	one, two := r.post("see "+testLink), r.post("and "+otherLink)
	r.await(sourcetest.WasTaken, one)
	r.await(sourcetest.WasTaken, two)
	_, key, _ := strings.Cut(two, "/post/")
	r.fake.Delete(author, PostCollection, key)
	r.await(sourcetest.WasDeleted, two)
	r.fake.Account(author, false, "deactivated")
	r.await(sourcetest.WasAway, one)
	run.end()
	r.source, r.cursor = r.open(r.taker, nil), "" // what happened is not read again
	run = r.begin()
	r.fake.Account(author, true, "")
	r.await(sourcetest.WasBack, one)
	r.await(sourcetest.WasTaken, r.post(testLink))
	run.end()
	if r.count(sourcetest.WasBack, two) != 0 {
		t.Error("a post that was deleted by itself is told to be back with its account")
	}
}

func TestAfterABreakNothingIsLostAndNothingHandedOnTwice(t *testing.T) {
	t.Parallel()
	r := newRig(t, fakejetstream.Options{Check: checked(t)}, nil)
	run := r.begin()
	first := r.post(testLink)
	r.await(sourcetest.WasTaken, first)
	run.end()
	if r.cursor == "" || strings.HasSuffix(r.cursor, "~") {
		t.Fatalf("cursor %q", r.cursor)
	}
	missed := r.post(otherLink)
	run = r.begin()
	r.await(sourcetest.WasTaken, missed)
	run.end()
	if n := r.count(sourcetest.WasTaken, first); n != 1 {
		t.Errorf("handed on %d times", n)
	}
	if h := r.health; h.Heard != 1 || len(h.Notes) != 0 {
		t.Errorf("health %+v", h)
	}
	r.source = r.open(r.taker, nil) // after a crash it is handed on again: the taker knows its version
	run = r.begin()
	r.await(sourcetest.WasTaken, r.post(testLink))
	run.end()
	if n := r.count(sourcetest.WasTaken, missed); n != 2 {
		t.Errorf("after a crash: handed on %d times", n)
	}
}

func TestACursorOfOurOwnClockLosesNothing(t *testing.T) {
	t.Parallel()
	r := newRig(t, fakejetstream.Options{Check: checked(t)}, nil)
	r.begin().end()
	if !strings.HasSuffix(r.cursor, "~") {
		t.Fatalf("cursor %q", r.cursor)
	}
	missed := r.post(testLink)
	run := r.begin()
	r.await(sourcetest.WasTaken, missed)
	run.end()
	if len(r.health.Notes) != 0 || r.health.Heard != 1 {
		t.Errorf("health %+v", r.health)
	}
}

func TestOurClockIsAhead(t *testing.T) {
	t.Parallel()
	r := newRig(t, fakejetstream.Options{Check: checked(t)}, nil)
	r.cursor = fmt.Sprintf("%d~", time.Now().Add(10*time.Minute).UnixMicro())
	run := r.begin()
	r.await(sourcetest.WasTaken, r.post(testLink))
	run.end()
	if p, _ := startOf(r.cursor, time.Now()); p.about || r.health.Heard != 1 {
		t.Errorf("cursor %q, health %+v", r.cursor, r.health)
	}
}

func TestNoRedirectIsFollowedWhateverTheClient(t *testing.T) {
	t.Parallel()
	r := newRig(t, fakejetstream.Options{}, func(o *Options) { o.Client = &http.Client{} })
	r.fake.Break(fakejetstream.Fault{Kind: fakejetstream.Redirect})
	var e *Error
	if err := r.begin().over(); !errors.As(err, &e) || e.Status != http.StatusFound || !strings.Contains(e.Why, "redirects") {
		t.Errorf("error %v", err)
	}
}

func TestAGapIsToldOf(t *testing.T) {
	t.Parallel()
	r := newRig(t, fakejetstream.Options{Check: checked(t)}, nil)
	r.cursor = fmt.Sprint(time.Now().Add(-3*time.Hour - 12*time.Minute).UnixMicro())
	r.fake.Forget()
	run := r.begin()
	r.await(sourcetest.WasTaken, r.post(testLink))
	run.end()
	if h := r.health; len(h.Notes) != 1 || !strings.Contains(h.Notes[0], "a gap of 3 h 12 min was not seen") || h.Failed != 1 {
		t.Errorf("health %+v", h)
	}
}

func TestACursorInTheFuture(t *testing.T) {
	t.Parallel()
	r := newRig(t, fakejetstream.Options{Check: checked(t)}, nil)
	r.cursor = fmt.Sprint(time.Now().Add(48 * time.Hour).UnixMicro())
	run := r.begin()
	r.await(sourcetest.WasTaken, r.post(testLink))
	run.end()
	if asked := r.fake.Asked()[0]; asked.Has("cursor") || len(r.health.Notes) != 1 || r.health.Heard != 1 {
		t.Errorf("asked %v, health %+v", asked, r.health)
	}
	if p, future := startOf(r.cursor, time.Now()); future || p.about || p.time == 0 {
		t.Errorf("cursor %q", r.cursor)
	}
}

func TestTheServicesClockIsAhead(t *testing.T) {
	t.Parallel()
	r := newRig(t, fakejetstream.Options{}, nil)
	run := r.begin()
	began := r.cursor
	frame := fmt.Appendf(nil, `{"did":%q,"time_us":%d,"kind":"commit","commit":{"operation":"create","collection":%q,"rkey":"3kxyz","record":{"text":%q}}}`,
		fakejetstream.DID(author), time.Now().Add(30*time.Hour).UnixMicro(), PostCollection, testLink)
	r.fake.Raw(func(int64) []byte { return frame })
	r.await(sourcetest.WasTaken, uriOf(author, "3kxyz"))
	run.end()
	if r.cursor != began || len(r.health.Notes) != 1 {
		t.Errorf("cursor %q after %q, health %+v", r.cursor, began, r.health)
	}
}

func TestWhatIsNotTakenIsReadAgain(t *testing.T) {
	t.Parallel()
	r := newRig(t, fakejetstream.Options{Check: checked(t)}, nil)
	run := r.begin()
	r.await(sourcetest.WasTaken, r.post(otherLink))
	r.taker.Fail(scanner.ErrUnavailable)
	before := time.Now().UnixMicro()
	uri := r.post(testLink)
	err := run.over()
	if !errors.Is(err, scanner.ErrUnavailable) {
		t.Fatalf("error %v", err)
	}
	p, _ := startOf(r.cursor, time.Now())
	if p.time == 0 || p.time >= before || strings.Contains(err.Error(), "did:") {
		t.Errorf("cursor %q though nothing was taken after %d; error %v", r.cursor, before, err)
	}
	r.taker.Fail(nil)
	run = r.begin()
	r.await(sourcetest.WasTaken, uri)
	run.end()
}

func TestALeaseThatIsLostEndsThePass(t *testing.T) {
	t.Parallel()
	r := newRig(t, fakejetstream.Options{Check: checked(t)}, func(o *Options) { o.SaveEvery = 20 * time.Millisecond })
	run := r.begin()
	r.mu.Lock()
	r.lost = scanner.ErrLost
	r.mu.Unlock()
	r.post(testLink)
	if err := run.over(); !errors.Is(err, scanner.ErrLost) {
		t.Errorf("error %v", err)
	}
}

func TestCursorsAreSavedOnTheWay(t *testing.T) {
	t.Parallel()
	r := newRig(t, fakejetstream.Options{Check: checked(t)}, func(o *Options) { o.SaveEvery = 20 * time.Millisecond })
	run := r.begin()
	before := r.cursor
	r.await(sourcetest.WasTaken, r.post(testLink))
	select {
	case <-r.saved:
	case <-time.After(20 * time.Second):
		t.Fatal("not saved")
	}
	r.mu.Lock()
	after := r.cursor
	r.mu.Unlock()
	if after == before || strings.HasSuffix(after, "~") {
		t.Errorf("cursor %q after %q", after, before)
	}
	run.end()
}

// failure is what an error tells the scheduler.
func failure(err error) (reason string, wait time.Duration) {
	var e *Error
	if errors.As(err, &e) {
		return e.Reason(), e.RetryAfter()
	}
	return "", 0
}

func TestFaults(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault fakejetstream.Fault
		why   string // "": the pass goes on, or ends without an error
		wait  time.Duration
		posts int // after which it ends without an error; 0: it goes on
	}{
		"rate limited":      {fault: fakejetstream.Fault{Kind: fakejetstream.Refuse, Status: http.StatusTooManyRequests, Number: 90}, why: "rate limited", wait: 90 * time.Second},
		"unavailable":       {fault: fakejetstream.Fault{Kind: fakejetstream.Refuse, Status: http.StatusServiceUnavailable, Number: 7}, why: "fault of its own", wait: 7 * time.Second},
		"not allowed":       {fault: fakejetstream.Fault{Kind: fakejetstream.Refuse, Status: http.StatusForbidden}, why: "not allowed"},
		"bad request":       {fault: fakejetstream.Fault{Kind: fakejetstream.Refuse, Status: http.StatusBadRequest}, why: "refused"},
		"not found":         {fault: fakejetstream.Fault{Kind: fakejetstream.Refuse, Status: http.StatusNotFound}, why: "no Jetstream"},
		"redirect":          {fault: fakejetstream.Fault{Kind: fakejetstream.Redirect}, why: "redirects are not followed"},
		"a page":            {fault: fakejetstream.Fault{Kind: fakejetstream.Page}, why: "no Jetstream"},
		"silent":            {fault: fakejetstream.Fault{Kind: fakejetstream.Silent}, why: whySilent},
		"garbage alone":     {fault: fakejetstream.Fault{Kind: fakejetstream.Garbage, Number: maxGarbage}, why: whyGarbage},
		"some garbage":      {fault: fakejetstream.Fault{Kind: fakejetstream.Garbage, Number: maxGarbage - 1}},
		"a huge frame":      {fault: fakejetstream.Fault{Kind: fakejetstream.Huge, Number: MaxFrame + 1}},
		"an endless frame":  {fault: fakejetstream.Fault{Kind: fakejetstream.Endless}, why: whyEndless},
		"all there is":      {fault: fakejetstream.Fault{Kind: fakejetstream.Everything}},
		"cut at once":       {fault: fakejetstream.Fault{Kind: fakejetstream.Drop}, why: whyEnded},
		"cut after some":    {fault: fakejetstream.Fault{Kind: fakejetstream.Drop, Number: 2}, posts: 2},
		"closed after some": {fault: fakejetstream.Fault{Kind: fakejetstream.Goodbye, Number: 2}, posts: 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, fakejetstream.Options{Check: checked(t)}, func(o *Options) {
				if test.fault.Kind == fakejetstream.Silent {
					o.Idle = 300 * time.Millisecond
				}
			})
			mend := r.fake.Break(test.fault)
			run := r.begin()
			for range test.posts {
				r.post(testLink)
			}
			if test.why == "" && test.posts == 0 {
				r.await(sourcetest.WasTaken, r.post(testLink))
				run.end()
			}
			err := run.over()
			reason, wait := failure(err)
			if !strings.Contains(reason, test.why) || wait != test.wait || (err == nil) != (test.why == "") {
				t.Errorf("error %v: reason %q, wait %v", err, reason, wait)
			}
			if err != nil && (strings.Contains(err.Error(), "://") || strings.Contains(err.Error(), "did:")) {
				t.Errorf("error %q holds an address", err)
			}
			mend()
			r.source = r.open(r.taker, nil)
			run = r.begin()
			r.await(sourcetest.WasTaken, r.post(otherLink))
			run.end()
		})
	}
}

func TestASilentServiceIsNotTakenForAnUnreachableOne(t *testing.T) {
	t.Parallel()
	r := newRig(t, fakejetstream.Options{Check: checked(t)}, func(o *Options) { o.Idle = time.Second })
	run := r.begin()
	r.await(sourcetest.WasTaken, r.post(testLink))
	if err := run.over(); err != nil {
		t.Errorf("after something came: %v", err)
	}
	run = r.begin() // what was heard is heard again: that is nothing new
	if reason, _ := failure(run.over()); reason != whySilent {
		t.Errorf("reason %q", reason)
	}
}

func TestNobodyThere(t *testing.T) {
	t.Parallel()
	r := newRig(t, fakejetstream.Options{}, nil)
	r.source.address.Host = "127.0.0.1:9"
	err := r.begin().over()
	if reason, _ := failure(err); reason != whyNoAnswer || strings.Contains(err.Error(), "subscribe") {
		t.Errorf("error %v", err)
	}
}

func TestPacked(t *testing.T) {
	t.Parallel()
	d := dictionary(t)
	packed := func(o *Options) { o.Dictionary = d }
	r := newRig(t, fakejetstream.Options{Check: checked(t), Dictionary: d}, packed)
	mend := r.fake.Break(fakejetstream.Fault{Kind: fakejetstream.Bomb, Number: 16 << 20})
	run := r.begin()
	uri := r.post(testLink)
	if took := r.await(sourcetest.WasTaken, uri); took.Text != testLink {
		t.Errorf("text %q", took.Text)
	}
	run.end()
	mend()
	if r.health.Failed != 1 || r.fake.Asked()[0].Get("compress") != "true" {
		t.Errorf("a bomb: health %+v, asked %v", r.health, r.fake.Asked())
	}
	other := newRig(t, fakejetstream.Options{Dictionary: dictionaryOf(t, "another")}, packed)
	run = other.begin()
	for range maxGarbage {
		other.post(testLink)
	}
	if reason, _ := failure(run.over()); reason != whyPacked {
		t.Errorf("another dictionary: reason %q", reason)
	}
}

func TestOptions(t *testing.T) {
	t.Parallel()
	good := Options{Client: http.DefaultClient, Taker: sourcetest.NewTaker()} //nolint:forbidigo // nothing is requested
	for name, change := range map[string]func(*Options){
		"no client":        func(o *Options) { o.Client = nil },
		"no taker":         func(o *Options) { o.Taker = nil },
		"one part":         func(o *Options) { o.Collections = []string{"post"} },
		"a beginning of 1": func(o *Options) { o.Collections = []string{"app.*"} },
		"too many":         func(o *Options) { o.Collections = make([]string, MaxCollections+1) },
		"a mail address":   func(o *Options) { o.BaseURL = parsed(t, "mailto:x@acme.example") },
		"a password":       func(o *Options) { o.BaseURL = parsed(t, "wss://a:b@acme.example") },
		"parameters":       func(o *Options) { o.BaseURL = parsed(t, "wss://acme.example?cursor=1") },
		"no dictionary":    func(o *Options) { o.Dictionary = []byte("words") },
	} {
		o := good
		change(&o)
		if _, err := NewSource(o); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	good.Collections = []string{"app.bsky.feed.*", "app.bsky.actor.profile"}
	good.BaseURL = parsed(t, "ws://127.0.0.1:6008/jetstream/")
	s, err := NewSource(good)
	if err != nil {
		t.Fatal(err)
	}
	if got := s.address.String(); got != "http://127.0.0.1:6008/jetstream/subscribe" {
		t.Errorf("address %q", got)
	}
}

func TestAServiceThatRepeatsItselfIsBlind(t *testing.T) {
	t.Parallel()
	r := newRig(t, fakejetstream.Options{}, func(o *Options) { o.Idle = 200 * time.Millisecond })
	run := r.begin()
	r.await(sourcetest.WasTaken, r.post("see "+testLink))
	var old []byte
	r.fake.Raw(func(at int64) []byte {
		old = fmt.Appendf(nil, `{"did":%q,"time_us":%d,"kind":"identity"}`, fakejetstream.DID(author), at)
		return old
	})
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		select {
		case <-again.C:
			r.fake.Raw(func(int64) []byte { return old })
			continue
		case <-run.done:
		}
		break
	}
	var own *Error
	if err := run.over(); !errors.As(err, &own) || own.Reason() != whySilent {
		t.Errorf("a service that tells the same again and again: %v, health %+v", err, r.health)
	}
}
