package x

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"meetleaks/scanner/source/sourcetest"
	"meetleaks/scanner/source/x/fakex"
	"meetleaks/scanner/source/x/internal/postid"
	"meetleaks/scanner/source/x/internal/waits"
)

func TestLongPostsAreReadWholeInBothSpellings(t *testing.T) {
	for _, spelling := range []string{"tweet", "post"} {
		t.Run(spelling, func(t *testing.T) {
			r := newRig(t, func(f *fakex.Options, o *Options) {
				f.Spelling, o.Stream, o.Search = spelling, Spelling(spelling), Spelling(spelling)
			})
			p := r.start(r.source(), "")
			r.counted()
			quoted := r.fake.Post(fakex.Post{Author: "quillbert7", Text: "the board meets at " + linkB})
			long := r.fake.Post(fakex.Post{
				Author: "quillbert8", Text: strings.Repeat("Minutes & agenda of the board. ", 12) + "Join: " + linkA + " today",
				Alt: []string{"a slide that says 930 5174 8260"}, Poll: []string{"I come", "I do not"}, Quote: quoted,
			})
			took := r.Await(sourcetest.WasTaken, uriText(long))
			for _, want := range []string{linkA + " today", "Minutes & agenda", "a slide that says 930 5174 8260", "I do not", "meets at " + linkB} {
				if !strings.Contains(took.Text, want) {
					t.Errorf("without %q:\n%s", want, took.Text)
				}
			}
			for _, no := range []string{"…", "quillbert", "t.co", "&amp;"} {
				if strings.Contains(took.Text, no) {
					t.Errorf("with %q:\n%s", no, took.Text)
				}
			}
			rd := took.Reading
			if rd.Host != "" || rd.Shown != "x.com" || rd.Reference.Text() != took.URI || rd.Reach != 250 || rd.Posted.IsZero() || len(rd.Version) < 32 {
				t.Errorf("%+v", rd)
			}
			if err := p.End(false); err != nil {
				t.Error(err)
			}
			if p.Out.Documents != 2 || p.Out.News != 2 || r.Health().Heard != 2 || r.Health().Lag < 0 {
				t.Errorf("%+v %+v", p.Out, r.Health())
			}
			noSecrets(t, r.log.String(), fmt.Sprint(r.Health()), r.Cursor())
			if r.fake.Read() != 2 || r.Health().Used[0].Used != 2 {
				t.Errorf("X counts %d, we %+v", r.fake.Read(), r.Health().Used)
			}
		})
	}
}

func TestOnlyTheLatestVersionIsHandedOn(t *testing.T) {
	r := newRig(t, nil)
	p := r.start(r.source(), "")
	first := r.fake.Post(fakex.Post{Author: "quillbert7", Text: "at " + linkA})
	r.Await(sourcetest.WasTaken, uriText(first))
	r.fake.Again(first)
	second := r.fake.Edit(first, "moved to "+linkB)
	r.Within("the edit comes", func() bool { return r.count(sourcetest.WasTaken, uriText(first)) == 2 })
	r.fake.Again(first) // late
	r.fake.Again(second)
	last := r.fake.Post(fakex.Post{Text: "at " + linkA})
	r.Await(sourcetest.WasTaken, uriText(last))
	if n := r.count(sourcetest.WasTaken, uriText(first)); n != 2 {
		t.Errorf("taken %d times", n)
	}
	if r.count(sourcetest.WasTaken, uriText(second)) != 0 {
		t.Error("the edit is a place of its own")
	}
	if err := p.End(false); err != nil {
		t.Error(err)
	}
}

func TestRepostsRaiseTheReach(t *testing.T) {
	r := newRig(t, nil)
	r.fake.AddRule(`"raid"`, "somebody")
	r.start(r.source(), "")
	first := r.fake.Post(fakex.Post{Author: "quillbert7", Text: "at " + linkA})
	r.Await(sourcetest.WasTaken, uriText(first))
	r.fake.Post(fakex.Post{Author: "quillbert8", Text: "raid " + linkA[:38], Repost: first})
	r.Await(sourcetest.WasReposted, uriText(first))
	if n := len(r.Taker.All()); n != 2 {
		t.Errorf("%d calls: what a repost shows is cut off, and must not be handed on", n)
	}
}

func TestGapsAreSearchedToTheirEnd(t *testing.T) {
	r := newRig(t, nil)
	s := r.source()
	p := r.start(s, "")
	seen := r.fake.Post(fakex.Post{Text: "at " + linkA})
	r.Await(sourcetest.WasTaken, uriText(seen))
	if err := p.End(false); err != nil {
		t.Fatal(err)
	}
	cursor := r.Cursor()
	var missed []uint64
	for i := range 230 { // three pages
		missed = append(missed, r.fake.Post(fakex.Post{Text: fmt.Sprintf("at https://acme.zoom.us/j/%d", 84930275116+i*7919)}))
	}
	r.fake.Fail(fakex.Fault{Path: pathSearch, Times: 1, Status: 500})
	r.fake.Calls()
	p = r.start(r.source(), cursor)
	live := r.fake.Post(fakex.Post{Text: "at " + linkB})
	r.Await(sourcetest.WasTaken, uriText(live))
	r.Within("the fault is told", func() bool {
		return strings.Contains(strings.Join(r.Health().Notes, " "), "missing yet: X has a fault")
	})
	if whole := wholeOf(t, r.Cursor()); whole >= missed[0] {
		t.Error("the cursor moved past a gap that is open")
	}
	if err := p.End(false); err != nil {
		t.Fatal(err)
	}
	// after a fault it waits; another process searches
	p = r.start(r.source(), r.Cursor())
	for _, id := range missed {
		r.Await(sourcetest.WasTaken, uriText(id))
	}
	pages := strings.Count(strings.Join(r.fake.Calls(), "\n"), pathSearch)
	if pages < 4 {
		t.Errorf("%d pages were asked for", pages)
	}
	if err := p.End(false); err != nil {
		t.Fatal(err)
	}
	if whole := wholeOf(t, r.Cursor()); whole < live {
		t.Errorf("the gap is closed, and the cursor stands at %d, before %d", whole, live)
	}
}

func wholeOf(t *testing.T, cursor string) uint64 {
	t.Helper()
	_, whole, err := decodeCursor(cursor)
	if err != nil {
		t.Fatal(err)
	}
	return whole
}

func TestTheFirstPassSearchesBackwards(t *testing.T) {
	r := newRig(t, func(_ *fakex.Options, o *Options) { o.Back = 48 * time.Hour })
	long := r.fake.PostAt(fakex.Post{Text: "at " + linkB}, time.Now().Add(-72*time.Hour))
	old := r.fake.PostAt(fakex.Post{Text: "at " + linkA}, time.Now().Add(-24*time.Hour))
	r.start(r.source(), "")
	if took := r.Await(sourcetest.WasTaken, uriText(old)); !took.Reading.First {
		t.Error("it is not said to be of the first search")
	}
	r.Within("the gap is closed", func() bool { return wholeOf(t, r.Cursor()) >= old })
	if r.count(sourcetest.WasTaken, uriText(long)) != 0 {
		t.Error("it searched further back than it was to")
	}
}

func TestAGapOfMoreThanSevenDaysIsTold(t *testing.T) {
	r := newRig(t, nil)
	old := time.Now().Add(-20 * 24 * time.Hour)
	r.start(r.source(), fmt.Sprintf(`{"whole":"%d","day":"2026-01-05"}`, postid.At(old)))
	r.Within("it is told", func() bool { return strings.Contains(strings.Join(r.Health().Notes, "\n"), "were missed") })
}

func TestTheBudgetEndsThePass(t *testing.T) {
	r := newRig(t, func(_ *fakex.Options, o *Options) { o.Budget = Budget{PerDay: 45, PerMonth: 100, Price: 0.005} })
	for i := range 60 {
		r.fake.Post(fakex.Post{Text: fmt.Sprintf("at https://acme.zoom.us/j/%d", 84930275116+i*7919)})
	}
	p := r.start(r.source(), fmt.Sprintf(`{"whole":"%d","day":%q,"today":4,"month":14}`, postid.At(time.Now().Add(-time.Hour)), time.Now().UTC().Format(time.DateOnly)))
	r.Within("a page is searched", func() bool { return r.Health().Heard >= 13 })
	for i := range 60 { // one at a time: what is under way when a budget ends is counted by X
		if p.Ended() {
			break
		}
		id := r.fake.Post(fakex.Post{Text: fmt.Sprintf("at https://acme.zoom.us/j/%d", 93051748260+i*7919)})
		r.Within("it is read", func() bool {
			return p.Ended() || r.count(sourcetest.WasTaken, uriText(id)) > 0
		})
	}
	err := p.End(true)
	var own *Error
	if !errors.As(err, &own) || own.Reason() != "the budget for today is used up" || own.RetryAfter() <= 0 || own.RetryAfter() > 24*time.Hour {
		t.Fatalf("%v %+v", err, own)
	}
	if n := r.fake.Read(); n < 41 || n > 44 { // the test posts on while the pass ends
		t.Errorf("X counts %d posts, of 41", n)
	}
	h := r.Health()
	if h.Refused == 0 || len(h.Notes) == 0 || h.Used[0].Used != 45 || h.Used[1].Used != 55 || h.Used[2].Used != 0.28 || h.Used[2].Limit != 0.5 {
		t.Errorf("%+v", h)
	}
	r.fake.Calls()
	again := r.start(r.source(), r.Cursor())
	if err := again.End(true); !errors.As(err, &own) || own.Reason() != "the budget for today is used up" || len(r.fake.Calls()) != 0 {
		t.Errorf("the next pass: %v", err)
	}
}

func TestWhatXCountsIsBelieved(t *testing.T) {
	r := newRig(t, func(f *fakex.Options, o *Options) { f.Cap, o.Budget = 20_000, Budget{PerDay: 5, PerMonth: 100} })
	p := r.start(r.source(), "")
	r.counted()
	for i := range 4 {
		id := r.fake.Post(fakex.Post{Text: fmt.Sprintf("at https://acme.zoom.us/j/%d", 84930275116+i*7919)})
		r.Await(sourcetest.WasTaken, uriText(id))
	}
	_ = p.End(false)
	r.fake.Fail(fakex.Fault{Path: pathUsage, Times: 1, Body: fmt.Sprintf(
		`{"data":{"project_cap":"20000","project_usage":44,"daily_project_usage":{"usage":[{"date":"%s","usage":"5"}]}}}`,
		time.Now().UTC().Format(time.RFC3339))})
	p = r.start(r.source(), r.Cursor())
	if err := p.End(true); err == nil || !strings.Contains(err.Error(), "budget for today") {
		t.Errorf("%v", err)
	}
	if used := r.Health().Used; len(used) != 3 || used[2].Used != 44 || used[2].Limit != 20_000 {
		t.Errorf("%+v", used)
	}
}

func TestRulesAreKeptInStep(t *testing.T) {
	r := newRig(t, nil)
	r.fake.AddRule(`"coffee"`, "of somebody else")
	r.fake.AddRule(`(url:"globex.zoom.us") -is:retweet`, RulePrefix+"o-old")
	p := r.start(r.source(), "")
	values := func() string {
		var out []string
		for _, rule := range r.fake.Rules() {
			out = append(out, rule.Tag+" "+rule.Value)
		}
		return strings.Join(out, "\n")
	}
	if got, want := values(), "of somebody else \"coffee\"\nmeetleaks:o1 (url:\"acme.zoom.us\") -is:retweet"; got != want {
		t.Fatalf("%s", got)
	}
	r.mu.Lock()
	r.terms = []Terms{{Tag: "o2", URLs: []string{"initech.webex.com", "zoom.us", `evil") OR ("a`}, Numbers: []string{"93051748260", "12345"}}}
	r.mu.Unlock()
	want := "of somebody else \"coffee\"\nmeetleaks:o2 (\"930 5174 8260\" OR \"9305 174 8260\" OR \"93051748260\" OR url:\"93051748260\" OR " +
		`url:"initech.webex.com") -is:retweet`
	r.Within("the rules change", func() bool { return values() == want })
	r.Within("what cannot be expressed is told", func() bool {
		return len(r.Health().Notes) == 1 && strings.HasSuffix(r.Health().Notes[0], "others': 3")
	})
	id := r.fake.Post(fakex.Post{Text: "Meeting ID: 930 5174 8260"})
	r.Await(sourcetest.WasTaken, uriText(id))
	if n := strings.Count(strings.Join(r.fake.Calls(), "\n"), pathStream+"?"); n != 1 {
		t.Errorf("%d connections", n)
	}
	r.mu.Lock()
	r.terms = nil
	r.mu.Unlock()
	if err := p.End(true); err == nil || !strings.Contains(err.Error(), "nothing to look for") {
		t.Errorf("without terms: %v", err)
	}
	if got := values(); got != `of somebody else "coffee"` {
		t.Errorf("%s", got)
	}
}

// Two deployments with one app take each other's rules for old ones of their own.
func TestTwoDeploymentsOnOneAppAreTold(t *testing.T) {
	r := newRig(t, nil)
	p := r.start(r.source(), "")
	asked := 0
	r.Within("it is in step", func() bool {
		asked += strings.Count(strings.Join(r.fake.Calls(), "\n"), "GET "+pathRules)
		return asked > 2
	})
	if notes := strings.Join(r.Health().Notes, " "); strings.Contains(notes, "somebody else") {
		t.Errorf("alone on its app it says %s", notes)
	}
	o := r.o
	o.Terms = func(context.Context) ([]Terms, error) {
		return []Terms{{Tag: "o1", URLs: []string{"initech.webex.com"}}}, nil
	}
	other, err := NewSource(o)
	if err != nil {
		t.Fatal(err)
	}
	q := r.start(other, "")
	r.Within("it is told", func() bool {
		return strings.Contains(strings.Join(r.Health().Notes, " "), "rules that somebody else deleted at X, and that stand there again: 1")
	})
	_, _ = p.End(false), q.End(false)
	if notes := strings.Join(r.Health().Notes, " "); strings.Contains(notes, "not kept in step") {
		t.Errorf("the rules stand, and it says %s", notes)
	}
	if log := r.log.String(); !strings.Contains(log, "does another deployment use the same app?") {
		t.Errorf("the log says %s", log)
	}
}

func TestRulesThatXRefusesAreTold(t *testing.T) {
	r := newRig(t, func(f *fakex.Options, _ *Options) { f.MaxRule = 60 })
	r.terms = append(r.terms, Terms{Tag: "o2", URLs: []string{"a-very-long-name-of-a-host.globex.example", "initech.webex.com"}})
	r.start(r.source(), "")
	r.Within("it is told", func() bool { return strings.Contains(strings.Join(r.Health().Notes, " "), "rules that X refuses: 1") })
	if n := len(r.fake.Rules()); n != 1 {
		t.Errorf("%d rules", n)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.terms = r.terms[1:]
}

func TestWithoutRoomOldRulesGoFirst(t *testing.T) {
	r := newRig(t, func(f *fakex.Options, o *Options) { f.MaxRules, o.MaxRules = 2, 2 })
	r.fake.AddRule(`"coffee"`, "of somebody else")
	r.fake.AddRule(`(url:"globex.zoom.us") -is:retweet`, RulePrefix+"o-old")
	r.terms = append(r.terms, Terms{Tag: "o2", URLs: []string{"initech.webex.com"}})
	r.start(r.source(), "")
	if rules := r.fake.Rules(); len(rules) != 2 || rules[0].Tag != "of somebody else" || rules[1].Tag != RulePrefix+"o1" {
		t.Errorf("%v", rules)
	}
	r.Within("it is told", func() bool {
		return strings.Contains(strings.Join(r.Health().Notes, " "), "as X allows 2: 1")
	})
}

func TestPostsAreLookedUpAgain(t *testing.T) {
	r := newRig(t, func(_ *fakex.Options, o *Options) { o.LookAgain = 40 * time.Millisecond })
	s := r.source()
	p := r.start(s, "")
	var ids []uint64
	for i := range 5 {
		ids = append(ids, r.fake.Post(fakex.Post{Author: fmt.Sprint("quillbert", i), Text: fmt.Sprintf("at https://acme.zoom.us/j/%d", 84930275116+i*7919)}))
		r.Await(sourcetest.WasTaken, uriText(ids[i]))
	}
	r.fake.Delete(ids[0])
	r.fake.Protect("quillbert1")
	r.fake.Withhold(ids[2])
	r.fake.Edit(ids[3], "the link was taken out") // no rule matches that
	for i := range 3 {
		r.Await(sourcetest.WasGone, uriText(ids[i]))
	}
	r.Within("the edit is read", func() bool {
		return slices.ContainsFunc(r.Taker.All(), func(k sourcetest.Took) bool { return k.URI == uriText(ids[3]) && strings.Contains(k.Text, "taken out") })
	})
	r.Await(sourcetest.WasBack, uriText(ids[4]))
	if r.count(sourcetest.WasGone, uriText(ids[3]))+r.count(sourcetest.WasGone, uriText(ids[4])) != 0 {
		t.Error("what is there was told gone")
	}
	r.fake.Fail(fakex.Fault{Path: pathPosts, Exact: true, Times: -1, Status: 404, Body: `{"title":"Not Found"}`})
	r.Within("a failure is told", func() bool { return strings.Contains(strings.Join(r.Health().Notes, " "), "whether posts are deleted") })
	gone := r.count(sourcetest.WasGone, uriText(ids[4]))
	if err := p.End(false); err != nil || gone != 0 {
		t.Errorf("%v; a failure is no deletion: %d", err, gone)
	}
	if r.Health().Deleted < 3 {
		t.Errorf("%+v", r.Health())
	}
}

func TestFieldsThatAreNamedAnewEndThePass(t *testing.T) {
	r := newRig(t, nil)
	p := r.start(r.source(), "")
	for i := range spellings {
		r.fake.Send(fmt.Sprintf(`{"data":{"id":"%d","text":"x","revision_ids":[]},"matching_rules":[{"id":"71"}]}`, postid.At(time.Now())+uint64(i)))
	}
	if err := p.End(true); err == nil || !strings.Contains(err.Error(), "named as they never were") {
		t.Errorf("%v", err)
	}
}

func TestALotThatNobodyUnderstandsEndsThePass(t *testing.T) {
	r := newRig(t, nil)
	p := r.start(r.source(), "")
	for range maxBad {
		r.fake.Send(`{"data":{"id":71}}`)
	}
	if err := p.End(true); err == nil || r.Health().Failed != maxBad {
		t.Errorf("%v %+v", err, r.Health())
	}
}

func TestWrongTypesLoseNoMoreThanTheirField(t *testing.T) {
	r := newRig(t, nil)
	r.start(r.source(), "")
	id := postid.At(time.Now())
	r.fake.Send(fmt.Sprintf(`{"data":{"id":"%d","text":"at %s","public_metrics":[],"note_tweet":7,"attachments":"x","edit_history_tweet_ids":["%d"],`+
		`"entities":{"urls":[{"url":7},{"expanded_url":%q}]},"created_at":{}},"includes":{"media":"x","tweets":[7]}}`, id, linkA, id, linkB))
	took := r.Await(sourcetest.WasTaken, uriText(id))
	if !strings.Contains(took.Text, linkA) || !strings.Contains(took.Text, linkB) {
		t.Errorf("%s", took.Text)
	}
	r.fake.Send(`{"data":{"id":"99999999999999999999999","text":"` + linkA + `"}}`)
	r.fake.Send(fmt.Sprintf(`{"data":{"id":"%d","text":"%s %s"}}`, id+1, linkB, strings.Repeat("x", maxFrame)))
	next := r.fake.Post(fakex.Post{Text: "at " + linkA})
	r.Await(sourcetest.WasTaken, uriText(next))
	r.Within("they are counted", func() bool { h := r.Health(); return h.Failed == 3 && h.Truncated == 1 })
}

func TestReasons(t *testing.T) {
	reset := fmt.Sprint(time.Now().Add(10 * time.Minute).Unix())
	for name, test := range map[string]struct {
		fault       fakex.Fault
		reason      string
		least, most time.Duration
	}{
		"429": {fakex.Fault{Status: 429, Header: map[string]string{"X-Rate-Limit-Reset": reset}}, "rate limited", 9 * time.Minute, 11 * time.Minute},
		"429 of a window that is older than we": {fakex.Fault{Status: 429, Header: map[string]string{"X-Rate-Limit-Reset": reset, "X-Rate-Limit-Limit": "50"}},
			"rate limited", 9 * time.Minute, 11 * time.Minute},
		"429 of old":    {fakex.Fault{Status: 429, Body: `{"errors":[{"code":88,"message":"Rate limit exceeded"}]}`}, "rate limited", time.Minute, time.Minute},
		"429 for years": {fakex.Fault{Status: 429, Header: map[string]string{"X-Rate-Limit-Reset": "99999999999"}}, "rate limited", waits.Longest, waits.Longest},
		"connections": {fakex.Fault{Status: 429, Body: `{"title":"ConnectionException","connection_issue":"TooManyConnections","type":"https://api.x.com/2/problems/streaming-connection"}`},
			"another connection of this app is open", time.Minute, time.Minute},
		"no rules": {fakex.Fault{Status: 409, Body: `{"title":"ConnectionException","connection_issue":"RuleConfigurationIssue"}`}, "no rules stand at X", 5 * time.Second, 5 * time.Second},
		"capped": {fakex.Fault{Status: 403, Body: `{"title":"UsageCapExceeded","period":"Monthly","type":"https://api.twitter.com/2/problems/usage-capped"}`},
			"the limit of posts at X is used up", waits.Longest, waits.Longest},
		"capped today": {fakex.Fault{Status: 429, Body: `{"title":"UsageCapExceeded","period":"Daily","type":"https://api.x.com/2/problems/usage-capped"}`},
			"the limit of posts at X is used up", 0, waits.Longest},
		"credits": {fakex.Fault{Status: 402}, "the account at X has no credits left", time.Hour, time.Hour},
		"fields": {fakex.Fault{Status: 400, Body: `{"title":"Invalid Request","type":"https://api.x.com/2/problems/invalid-request","errors":[{"parameter":"tweet.fields","type":"https://api.x.com/2/problems/invalid-request"}]}`},
			"X does not know the fields by these names: try the other spelling", waits.Refused, waits.Refused},
		"forbidden":    {fakex.Fault{Status: 403, Body: `{"type":"https://api.x.com/2/problems/client-forbidden"}`}, "not allowed: the app at X may not use this", waits.Refused, waits.Refused},
		"401":          {fakex.Fault{Status: 401}, "the token is not accepted", waits.Refused, waits.Refused},
		"503":          {fakex.Fault{Status: 503}, "X has a fault of its own", 5 * time.Second, 5 * time.Second},
		"away":         {fakex.Fault{Status: 301, Header: map[string]string{"Location": "http://127.0.0.1:9/"}}, "a redirect is refused: check the address", waits.Refused, waits.Refused},
		"200, ended":   {fakex.Fault{Body: `{"errors":[{"title":"operational-disconnect","type":"https://api.x.com/2/problems/operational-disconnect"}]}`}, endedByX, 5 * time.Second, 5 * time.Second},
		"200, pretty":  {fakex.Fault{Body: "{\n \"title\": \"UsageCapExceeded\",\n \"type\": \"https://api.x.com/2/problems/usage-capped\"\n}"}, "the limit of posts at X is used up", waits.Longest, waits.Longest},
		"200, nothing": {fakex.Fault{}, "X ends the stream as soon as it is opened", 5 * time.Second, 5 * time.Second},
		"200, else":    {fakex.Fault{Body: "sign in"}, "the answer is not as documented", 5 * time.Second, 5 * time.Second},
		"torn":         {fakex.Fault{Body: "\r\n", Break: true}, "the connection broke off", 0, 0},
		"silent":       {fakex.Fault{Hang: true}, "no answer", 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, func(_ *fakex.Options, o *Options) { o.Idle = 300 * time.Millisecond })
			test.fault.Path, test.fault.Exact, test.fault.Times = pathStream, true, 1
			r.fake.Fail(test.fault)
			err := r.start(r.source(), "").End(true)
			var own *Error
			if !errors.As(err, &own) || own.Reason() != test.reason || own.RetryAfter() < test.least || own.RetryAfter() > test.most {
				t.Errorf("%v after %v; want %s after %v to %v", err, own.RetryAfter(), test.reason, test.least, test.most)
			}
			noSecrets(t, err.Error(), r.log.String())
		})
	}
}

func TestWaitsGrow(t *testing.T) {
	r := newRig(t, nil)
	s := r.source()
	for i, want := range []time.Duration{5, 10, 20, 40, 80, 160, 320, 320} {
		if got := s.judge(theStream, 503, http.Header{}, nil).After; got != want*time.Second {
			t.Errorf("failure %d: %v", i, got)
		}
	}
	for i, want := range []time.Duration{1, 2, 4, 8} {
		if got := s.judge(theStream, 429, http.Header{}, nil).After; got != want*time.Minute {
			t.Errorf("refusal %d: %v", i, got)
		}
	}
	s.fails.Went(theStream)
	if got := s.judge(theStream, 503, http.Header{}, nil).After; got != 5*time.Second {
		t.Errorf("afterwards: %v", got)
	}
}

func TestOptionsAreChecked(t *testing.T) {
	_, err := NewSource(Options{Back: -1, MaxRule: 10, Stream: "toot", Agent: "a\nb"})
	if err == nil || strings.Count(err.Error(), "\n") != 5 {
		t.Errorf("%v", err)
	}
}

func TestATokenThatCannotBeReadIsToldWithoutIt(t *testing.T) {
	for _, token := range []string{"", "two words", "a\r\nb", strings.Repeat("x", maxToken+1)} {
		r := newRig(t, func(_ *fakex.Options, o *Options) { o.Token = func() (string, error) { return token, nil } })
		err := r.start(r.source(), "").End(true)
		if err == nil || !strings.Contains(err.Error(), "token cannot be read") || token != "" && strings.Contains(err.Error(), token) || len(r.fake.Calls()) != 0 {
			t.Errorf("%q: %v", token, err)
		}
	}
}

func TestTheCursorWaitsForTheTaker(t *testing.T) {
	r := newRig(t, nil)
	p := r.start(r.source(), "")
	broken := errors.New("the store of the test does not answer")
	r.Taker.Fail(broken)
	id := r.fake.Post(fakex.Post{Text: "at " + linkA})
	if err := p.End(true); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
	if whole := wholeOf(t, r.Cursor()); whole >= id {
		t.Errorf("the cursor stands at %d, and %d was not kept", whole, id)
	}
	noSecrets(t, p.Err.Error(), r.Cursor())
}

func TestAnEditThatTakesTheLinkOutIsHandedOn(t *testing.T) {
	r := newRig(t, nil)
	r.start(r.source(), "")
	first := r.fake.Post(fakex.Post{Text: "at " + linkA})
	r.Await(sourcetest.WasTaken, uriText(first))
	r.fake.Send(fmt.Sprintf(`{"data":{"id":"%d","text":"nothing here","edit_history_tweet_ids":["%d","%d"]}}`, first+5, first, first+5))
	r.Within("it is handed on", func() bool { return r.count(sourcetest.WasTaken, uriText(first)) == 2 })
}
