package v1

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"meetleaks/scanner"
	"meetleaks/scanner/source/sourcetest"
	"meetleaks/scanner/source/x/internal/waits"
	"meetleaks/scanner/source/x/v1/fakegateway"
)

func TestTheLibraryAsksTheGatewayAlone(t *testing.T) {
	r := newRig(t, func(_ *fakegateway.Options, o *Options) {
		o.Agent = "meetleaks/1 (+https://acme.example/bot)"
	})
	uri := uriOf(r.fake.Post(fakegateway.Post{Author: "quillbert", Text: "join " + linkA}))
	p := r.start(r.source(), `{"whole":"1"}`)
	r.Await(sourcetest.WasTaken, uri)
	if err := p.End(false); err != nil {
		t.Fatal(err)
	}
	calls := strings.Join(r.fake.Calls(), "\n")
	for _, want := range []string{
		"POST /1.1/statuses/filter.json stall_warnings=true&track=acme+zoom+us\n",
		"GET /1.1/search/tweets.json?count=100&include_entities=true&q=url%3A%22acme.zoom.us%22+-filter%3Aretweets&result_type=recent&since_id=",
	} {
		if !strings.Contains(calls+"\n", want) {
			t.Errorf("it did not ask %q, but:\n%s", want, calls)
		}
	}
}

func TestAPathBeforeTheAPI(t *testing.T) {
	g := (&Source{o: Options{Base: &url.URL{Scheme: "https", Host: "gateway.acme.example:8443", Path: "/x/"}}}).gate(t.Context())
	for asked, want := range map[string]string{
		"https://stream.twitter.com/1.1/statuses/filter.json?track=a%2Cb": "https://gateway.acme.example:8443/x/1.1/statuses/filter.json?track=a%2Cb",
		"https://api.twitter.com/1.1/search/tweets.json?q=a":              "https://gateway.acme.example:8443/x/1.1/search/tweets.json?q=a",
	} {
		r := request(t, asked)
		out, err := g.rewritten(t.Context(), whatOf(r.URL), r)
		if err != nil || out.URL.String() != want {
			t.Errorf("%s: %v, %v", asked, out.URL, err)
		}
	}
	for _, other := range []string{
		"https://api.twitter.com/1.1/account/verify_credentials.json", "https://userstream.twitter.com/1.1/user.json", "https://10.0.0.1/1.1/search/tweets.json",
	} {
		if _, err := g.RoundTrip(request(t, other)); err == nil {
			t.Errorf("%s is let through", other)
		}
	}
}

// The library has an address of its own for each service: with none of ours it would ask that.
func TestNothingGoesToX(t *testing.T) {
	r := newRig(t, func(_ *fakegateway.Options, o *Options) {
		o.Base = &url.URL{Scheme: "https", Host: "gateway.acme.example"} // the client reaches another host only
	})
	p := r.start(r.source(), "")
	err := p.End(true)
	var own *Error
	if !errors.As(err, &own) || own.Why != "no answer" {
		t.Errorf("it ended with %v", err)
	}
	noSecrets(t, fmt.Sprint(err), r.log.String())
}

func TestWhyThereIsNoStream(t *testing.T) {
	soon := fmt.Sprint(time.Now().Add(10 * time.Minute).Unix())
	for name, c := range map[string]struct {
		fault  fakegateway.Fault
		why    string
		atMost time.Duration
		least  time.Duration
	}{
		"forbidden": {fakegateway.Fault{Status: 403, Body: "Please use V2"}, whyRefused, waits.Refused, waits.Refused},
		"gone":      {fakegateway.Fault{Status: 410}, whyRefused, waits.Refused, waits.Refused},
		"calm":      {fakegateway.Fault{Status: 420}, whyLimited, time.Minute, time.Minute},
		"limited":   {fakegateway.Fault{Status: 429, Header: map[string]string{"Retry-After": "120"}}, whyLimited, 2 * time.Minute, 2 * time.Minute},
		"limited until": {
			fakegateway.Fault{Status: 429, Header: map[string]string{"X-Rate-Limit-Reset": soon}}, whyLimited, 11 * time.Minute, 9 * time.Minute,
		},
		"no token":     {fakegateway.Fault{Status: 401}, whyToken, waits.Refused, waits.Refused},
		"locked":       {fakegateway.Fault{Status: 403, Body: `{"errors":[{"code":326}]}`}, "the account of the token is suspended or locked", waits.Refused, waits.Refused},
		"access":       {fakegateway.Fault{Status: 403, Body: `{"errors":[{"code":453}]}`}, whyRefused, waits.Refused, waits.Refused},
		"capacity":     {fakegateway.Fault{Status: 503}, whyFault, 5 * time.Second, 5 * time.Second},
		"terms":        {fakegateway.Fault{Status: 413}, "the gateway takes fewer terms than are configured", waits.Refused, waits.Refused},
		"redirect":     {fakegateway.Fault{Status: 307, Header: map[string]string{"Location": "/other"}}, "a redirect is refused: check the address", waits.Refused, waits.Refused},
		"error as 200": {fakegateway.Fault{Body: "{\"errors\":[{\"code\":89}]}\r\n"}, whyToken, waits.Refused, waits.Refused},
		"empty":        {fakegateway.Fault{}, "the connection broke off", 5 * time.Second, 5 * time.Second},
		"a page":       {fakegateway.Fault{Body: "<html>\n</html>\n"}, whyStrange, 5 * time.Second, 5 * time.Second},
		"a beat":       {fakegateway.Fault{Body: "\r\n"}, "the gateway ends the stream as soon as it is opened", 5 * time.Second, 5 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, nil)
			c.fault.Path, c.fault.Times = fakegateway.PathStream, -1
			r.fake.Fail(c.fault)
			err := r.start(r.source(), "").End(true)
			var own *Error
			if !errors.As(err, &own) {
				t.Fatalf("it ended with %v", err)
			}
			if own.Reason() != c.why || own.RetryAfter() < c.least || own.RetryAfter() > c.atMost {
				t.Errorf("%s, after %v", own.Reason(), own.RetryAfter())
			}
			if n := len(r.fake.Calls()); n != 1 {
				t.Errorf("%d requests in one pass", n)
			}
			if refused := r.Health().Refused > 0; refused != refusal(own.Status) {
				t.Errorf("refused: %v", refused)
			}
			noSecrets(t, err.Error(), r.log.String())
		})
	}
}

func TestEachFailureWaitsLonger(t *testing.T) {
	r := newRig(t, nil)
	r.fake.Fail(fakegateway.Fault{Path: fakegateway.PathStream, Status: 420, Times: 3})
	s := r.source()
	for _, want := range []time.Duration{time.Minute, 2 * time.Minute, 4 * time.Minute} {
		var own *Error
		if err := r.start(s, "").End(true); !errors.As(err, &own) || own.RetryAfter() != want {
			t.Errorf("%v, want %v", err, want)
		}
	}
}

func TestAStalledStreamEndsThePass(t *testing.T) {
	r := newRig(t, func(_ *fakegateway.Options, o *Options) { o.Idle = 100 * time.Millisecond })
	r.fake.Stall()
	err := r.start(r.source(), "").End(true)
	var own *Error
	if !errors.As(err, &own) || own.Why != "nothing was heard for 100ms" {
		t.Errorf("a stream that says nothing ended with %v", err)
	}
	r.fake.Heal()
	p := r.start(r.source(), "")
	r.Await(sourcetest.WasTaken, uriOf(r.fake.Post(fakegateway.Post{Text: linkA})))
	r.fake.Stall()
	if err := p.End(true); err != nil {
		t.Errorf("one that stalled after a post ended with %v", err)
	}
}

func TestPostsComeAsTheyAre(t *testing.T) {
	r := newRig(t, nil)
	p := r.start(r.source(), "")
	long := strings.Repeat("All are welcome, bring a friend. ", 6) + "Join " + linkA + " with 930 5174 8260 & a smile"
	a := r.fake.Post(fakegateway.Post{Author: "quillbert", Text: long, Followers: 4711})
	took := r.Await(sourcetest.WasTaken, uriOf(a))
	if !strings.HasSuffix(took.Text, linkA+" with 930 5174 8260 & a smile") || strings.Contains(took.Text, "t.co") || strings.Contains(took.Text, "…") {
		t.Errorf("the long post came as %q", took.Text)
	}
	if got := took.Reading; got.Reach != 4711 || got.Shown != "x.com" || got.Reference.Text() != uriOf(a) || got.Host != "" || time.Since(got.Posted) > time.Minute {
		t.Errorf("its reading is %+v", got)
	}
	b := r.fake.Post(fakegateway.Post{Author: "quillbert", Text: "see this", Quotes: a})
	if took := r.Await(sourcetest.WasTaken, uriOf(b)); !strings.Contains(took.Text, "see this\n\nAll are welcome") || !strings.Contains(took.Text, linkA) {
		t.Errorf("the quoting post came as %q", took.Text)
	}
	c := r.fake.Post(fakegateway.Post{Author: "quillbert2", Reposts: a, Followers: 90_000})
	if took := r.Await(sourcetest.WasReposted, uriOf(a)); took.Reach != 90_000 {
		t.Errorf("the repost reached %d", took.Reach)
	}
	r.fake.Withhold(b, "XX")
	r.Await(sourcetest.WasDeleted, uriOf(b))
	r.fake.Withhold(a, "DE")
	r.fake.Delete(c)
	r.Await(sourcetest.WasDeleted, uriOf(c))
	for _, took := range r.Taker.All() {
		if took.What == sourcetest.WasTaken && took.URI == uriOf(c) || took.What == sourcetest.WasDeleted && took.URI == uriOf(a) {
			t.Errorf("%s %s", took.What, took.URI)
		}
	}
	if err := p.End(false); err != nil {
		t.Error(err)
	}
	if h := r.Health(); h.Heard != 3 || h.Deleted != 2 || h.Failed != 0 || h.Posted.IsZero() {
		t.Errorf("health: %+v", h)
	}
}

func TestAGapIsSearchedToItsEnd(t *testing.T) {
	r := newRig(t, func(f *fakegateway.Options, _ *Options) { f.PerPage = 3 })
	s := r.source()
	p := r.start(s, "")
	if err := p.End(false); err != nil {
		t.Fatal(err)
	}
	var uris []string
	for i := range 10 {
		uris = append(uris, uriOf(r.fake.Post(fakegateway.Post{Author: "quillbert", Text: fmt.Sprintf("%s %d", linkB, i)})))
	}
	before := r.Cursor()
	p = r.start(s, before)
	for _, uri := range uris {
		if r.Await(sourcetest.WasTaken, uri).Reading.First {
			t.Error("a gap is taken for the first search of all")
		}
	}
	last, _ := idOf(uris[9])
	r.Within("the cursor moves when the gap is closed", func() bool { return strings.Contains(r.Cursor(), formatID(last)) })
	if err := p.End(false); err != nil {
		t.Error(err)
	}
}

func TestAnOpenGapHoldsTheCursor(t *testing.T) {
	for name, fault := range map[string]fakegateway.Fault{
		whyLimited: {Status: 429}, whyRefused: {Body: `{"errors":[{"code":453}]}`}, whyStrange: {Body: `{}`}, whyFault: {Status: 500},
	} {
		r := newRig(t, nil)
		fault.Path, fault.Times = fakegateway.PathSearch, -1
		r.fake.Fail(fault)
		p := r.start(r.source(), `{"whole":"1700000000000000000"}`)
		uri := uriOf(r.fake.Post(fakegateway.Post{Text: linkB}))
		r.Await(sourcetest.WasTaken, uri)
		r.Within("it is noted", func() bool { return r.noted("may be missing yet: " + name) })
		_ = p.End(false)
		if got := r.Cursor(); !strings.Contains(got, `"1700000000000000000"`) {
			t.Errorf("%s: posts of the gap are given up: %s", name, got)
		}
	}
}

func TestAnErrorIsNotTakenForPostsThatAreGone(t *testing.T) {
	for _, body := range []string{`{"errors":[{"code":88}]}`, `{}`, `null`, `[{"id":"x"}]`, `[7]`} {
		r := newRig(t, func(_ *fakegateway.Options, o *Options) { o.LookAgain = 10 * time.Millisecond })
		r.fake.Fail(fakegateway.Fault{Path: fakegateway.PathLookup, Body: body, Times: -1})
		p := r.start(r.source(), "")
		uri := uriOf(r.fake.Post(fakegateway.Post{Text: linkB}))
		r.Await(sourcetest.WasTaken, uri)
		r.Within("it is noted", func() bool { return r.noted("whether posts are deleted is not known") })
		_ = p.End(false)
		for _, took := range r.Taker.All() {
			if took.What != sourcetest.WasTaken {
				t.Errorf("%s: it is told %s", body, took.What)
			}
		}
	}
}

func TestNothingIsSavedBeyondWhatCouldNotBeKept(t *testing.T) {
	r := newRig(t, nil)
	p := r.start(r.source(), "")
	broken := errors.New("the store does not answer")
	r.Taker.Fail(broken)
	id := r.fake.Post(fakegateway.Post{Text: linkB})
	if err := p.End(true); !errors.Is(err, broken) {
		t.Errorf("it ended with %v", err)
	}
	if strings.Contains(r.Cursor(), formatID(id)) {
		t.Errorf("saved %s", r.Cursor())
	}
}

func TestTheFirstSearchGoesBack(t *testing.T) {
	r := newRig(t, func(_ *fakegateway.Options, o *Options) { o.Back = time.Hour })
	uri := uriOf(r.fake.Post(fakegateway.Post{Text: linkB}))
	r.start(r.source(), "")
	if !r.Await(sourcetest.WasTaken, uri).Reading.First {
		t.Error("it is not marked")
	}
}

func TestWhatWasHeldBackIsSearched(t *testing.T) {
	r := newRig(t, nil)
	p := r.start(r.source(), "")
	uri := uriOf(r.fake.Post(fakegateway.Post{Text: linkB, Unsent: true}))
	r.fake.Limit(1)
	r.Await(sourcetest.WasTaken, uri)
	if err := p.End(false); err != nil || r.Health().Failed != 1 {
		t.Errorf("%v, %+v", err, r.Health())
	}
}

func TestNothingIsSavedBeforeWhatLiesBeforeIt(t *testing.T) {
	r := newRig(t, func(_ *fakegateway.Options, o *Options) {
		o.Promising = func(b []byte) bool { return strings.Contains(string(b), "84930275116") }
	})
	held := &holding{Taker: r.Taker, release: make(chan struct{}), in: make(chan struct{}, 1)}
	r.o.Taker = held
	p := r.start(r.source(), "")
	first := r.fake.Post(fakegateway.Post{Text: linkA})
	last := r.fake.Post(fakegateway.Post{Text: linkB + " is passed over"})
	<-held.in
	if strings.Contains(r.Cursor(), formatID(last)) || strings.Contains(r.Cursor(), formatID(first)) {
		t.Errorf("saved %s while the taker has not answered", r.Cursor())
	}
	close(held.release)
	r.Within("what was passed over moves the cursor", func() bool { return strings.Contains(r.Cursor(), formatID(last)) })
	if err := p.End(false); err != nil || r.Health().Heard != 2 || r.Health().Read != 1 {
		t.Errorf("%v, %+v", err, r.Health())
	}
}

// holding is a taker that waits.
type holding struct {
	*sourcetest.Taker
	release, in chan struct{}
}

func (h *holding) Take(ctx context.Context, r scanner.Reading) (scanner.Taken, error) {
	h.in <- struct{}{}
	<-h.release
	return h.Taker.Take(ctx, r)
}

func TestOtherTermsEndThePass(t *testing.T) {
	r := newRig(t, nil)
	p := r.start(r.source(), "")
	r.mu.Lock()
	r.terms = append(r.terms, Terms{Tag: "o2", URLs: []string{"globex.webex.com"}})
	r.mu.Unlock()
	if err := p.End(true); err != nil {
		t.Errorf("it ended with %v", err)
	}
	r.start(r.source(), r.Cursor())
	if calls := strings.Join(r.fake.Calls(), "\n"); !strings.Contains(calls, "track=acme+zoom+us%2Cglobex+webex+com") {
		t.Errorf("it asks:\n%s", calls)
	}
}

func TestWithNothingToLookForItIsBlind(t *testing.T) {
	r := newRig(t, nil)
	r.terms = []Terms{{Tag: "o1", URLs: []string{"zoom.us"}}}
	var own *Error
	if err := r.start(r.source(), "").End(true); !errors.As(err, &own) || own.Why != "there is nothing to look for" {
		t.Errorf("it ended with %v", err)
	}
	if !r.noted("would find what is others': 1") || len(r.fake.Calls()) != 0 {
		t.Errorf("%+v", r.Health())
	}
}

func TestLastWordsOfTheService(t *testing.T) {
	for code, want := range map[int]string{2: "another connection with this token is open", 6: whyToken, 7: whyToken, 1: "", 4: "", 12: ""} {
		r := newRig(t, nil)
		p := r.start(r.source(), "")
		r.Within("it listens", func() bool { return r.fake.Listening() == 1 })
		r.fake.Disconnect(code)
		err := p.End(true)
		var own *Error
		if got := errors.As(err, &own); got != (want != "") || got && own.Why != want {
			t.Errorf("code %d: %v", code, err)
		}
		noSecrets(t, fmt.Sprint(err), r.log.String())
	}
}

func TestFramesThatNobodyUnderstandsEndIt(t *testing.T) {
	r := newRig(t, nil)
	p := r.start(r.source(), "")
	r.Within("it listens", func() bool { return r.fake.Listening() == 1 })
	for range maxBad {
		r.fake.Send(`{"id":[],"quillbert":"` + linkA + `"}`)
	}
	var own *Error
	err := p.End(true)
	if !errors.As(err, &own) || own.Why != "what it brings is not as documented" || r.Health().Failed != maxBad {
		t.Errorf("%v, %+v", err, r.Health())
	}
	noSecrets(t, fmt.Sprint(err), r.log.String())
}

func TestPostsThatTheLibraryDoesNotTell(t *testing.T) {
	r := newRig(t, nil)
	p := r.start(r.source(), "")
	r.Within("it listens", func() bool { return r.fake.Listening() == 1 })
	id := idAt(time.Now()) + 5
	r.fake.Send(fmt.Sprintf(`{"id":%d,"id_str":"%d","text":"no count of reposts, at https:\/\/t.co\/a1","entities":{"urls":[{"url":"https:\/\/t.co\/a1","expanded_url":%q}]}}`,
		id, id, linkA))
	if took := r.Await(sourcetest.WasTaken, uriOf(id)); !strings.Contains(took.Text, linkA) {
		t.Errorf("it came as %q", took.Text)
	}
	r.fake.Send(fmt.Sprintf(`{"id":%d,"id_str":"%d","retweet_count":"many","user":7,"entities":{"urls":[{"url":"https://t.co/a1","indices":{},"expanded_url":%q}]},"text":"wrong types at https://t.co/a1"}`,
		id+7, id+7, linkB))
	if took := r.Await(sourcetest.WasTaken, uriOf(id+7)); !strings.Contains(took.Text, linkB) {
		t.Errorf("it came as %q", took.Text)
	}
	_ = p.End(false)
}

func TestOptions(t *testing.T) {
	good := newRig(t, nil).o
	for name, change := range map[string]func(*Options){
		"client": func(o *Options) { o.API = nil }, "address": func(o *Options) { o.Base = nil }, "scheme": func(o *Options) { o.Base = &url.URL{Scheme: "ftp", Host: "a"} },
		"terms": func(o *Options) { o.Terms = nil }, "taker": func(o *Options) { o.Taker = nil }, "keeper": func(o *Options) { o.Keeper = nil },
		"back": func(o *Options) { o.Back = 8 * 24 * time.Hour }, "track": func(o *Options) { o.MaxTrack = -1 }, "query": func(o *Options) { o.MaxQuery = 20 },
		"time": func(o *Options) { o.Tick = -1 }, "agent": func(o *Options) { o.Agent = "a\r\nb" },
	} {
		o := good
		change(&o)
		if _, err := NewSource(o); err == nil {
			t.Errorf("%s: it is taken", name)
		}
	}
	if _, _, err := decodeCursor(`{"whole":"x"}`); err == nil {
		t.Error("a broken cursor is a new beginning")
	}
}
