package mastodon

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"meetleaks/scanner"
	"meetleaks/scanner/source/mastodon/fakemastodon"
	"meetleaks/scanner/source/sourcetest"
)

// A post, an edit and a deletion are handed on, by both transports.
func TestAPostItsEditAndItsEnd(t *testing.T) {
	for _, transport := range []string{TransportSSE, TransportWebSocket} {
		t.Run(transport, func(t *testing.T) {
			r := open(t, func(o *Options) { o.Transport = transport })
			p := r.start("")
			r.server.Post(fakemastodon.Post{Author: "ada", Text: "nothing of interest"})
			id := r.server.Post(fakemastodon.Post{Author: "ada@social.globex.example", Text: "Join " + testLink, Followers: 31})
			took := r.await(sourcetest.WasTaken, r.uri(id))
			if !strings.Contains(took.Text, testLink) || took.Reach != 31 || took.Reading.Host != "" || took.Reading.Shown != "127.0.0.1" {
				t.Errorf("%+v", took)
			}
			if got := took.Reading.Reference.Text(); got != "https://social.globex.example/@ada/"+id+"#id="+id {
				t.Errorf("reference %s", got)
			}
			r.server.Edit(id, "moved")
			edited, _ := r.taker.Await(within(t), func(c sourcetest.Took) bool { return strings.Contains(c.Text, "moved") })
			if edited.URI != r.uri(id) || bytes.Equal(edited.Reading.Version, took.Reading.Version) {
				t.Errorf("the edit: %+v", edited)
			}
			r.server.Delete(id)
			r.await(sourcetest.WasDeleted, r.uri(id))
			if err := p.stop(); !errors.Is(err, context.Canceled) {
				t.Errorf("stopped: %v", err)
			}
			if h := p.told(); h.Heard != 3 || h.Read != 2 || h.Deleted != 1 || h.Failed != 0 || h.Posted.IsZero() {
				t.Errorf("%+v", h)
			}
			if n := len(r.taker.All()); n != 3 {
				t.Errorf("%d calls", n)
			}
		})
	}
}

// A post of the server itself is a page of the server's host.
func TestLocalPostsHaveAHost(t *testing.T) {
	r := open(t, nil)
	r.start("")
	id := r.server.Post(fakemastodon.Post{Author: "ada", Text: testLink})
	if took := r.await(sourcetest.WasTaken, r.uri(id)); took.Reading.Host != "127.0.0.1" {
		t.Errorf("host %q", took.Reading.Host)
	}
}

func TestNobodysNameIsHandedOn(t *testing.T) {
	const author = "zebedee.quill"
	r := open(t, nil)
	p := r.start("")
	id := r.server.Post(fakemastodon.Post{Author: author, Text: testLink, Spoiler: "meeting"})
	took := r.await(sourcetest.WasTaken, r.uri(id))
	r.server.Break(fakemastodon.Unauthorized)
	p.wait()
	_, _, err := r.poll("")
	for _, text := range []string{
		fmt.Sprintf("%+v", took), r.log.String(), fmt.Sprint(err), fmt.Sprintf("%+v", p.told()), hex.EncodeToString(took.Reading.Version), p.last(),
	} {
		if strings.Contains(text, author) || strings.Contains(text, fakemastodon.Token) || strings.Contains(text, "Zk3mQ9") && text == r.log.String() {
			t.Errorf("told: %s", text)
		}
	}
	if err == nil {
		t.Error("no error")
	}
}

func TestWhoIsLocal(t *testing.T) {
	for acct, want := range map[string]bool{
		"ada": true, "ada@social.acme.example": true, "ada@Social.Acme.Example": true, "ada@social.globex.example": false, "": false, "@": false,
		"@social.acme.example": false, "ada@social.acme.example@initech.example": false, "ada@": false,
	} {
		a := account{Acct: word(acct)}
		if got := a.local("social.acme.example"); got != want {
			t.Errorf("%q: %v", acct, got)
		}
	}
}

// What is not for everybody is dropped before anything else.
func TestOnlyWhatIsPublicIsRead(t *testing.T) {
	r := open(t, func(o *Options) { o.Streams = []string{"list:12"} })
	r.start("")
	for _, visibility := range []string{"private", "direct", "mutuals_only"} {
		r.server.Post(fakemastodon.Post{Author: "ada", Text: testLink, Visibility: visibility})
	}
	id := r.server.Post(fakemastodon.Post{Author: "ada", Text: testLink, Visibility: "unlisted"})
	r.await(sourcetest.WasTaken, r.uri(id))
	if n := len(r.taker.All()); n != 1 {
		t.Errorf("%d calls", n)
	}
}

func TestABoostRaisesTheReachOfTheOriginal(t *testing.T) {
	r := open(t, func(o *Options) { o.Streams = []string{"list:12"} })
	r.start("")
	id := r.server.Post(fakemastodon.Post{Author: "ada", Text: testLink, Followers: 31})
	boost := r.server.Boost(id, "grace@social.globex.example", 500)
	if took := r.await(sourcetest.WasReposted, r.uri(id)); took.Reach != 531 {
		t.Errorf("reach %d", took.Reach)
	}
	for _, c := range r.taker.All() {
		if c.URI == r.uri(boost) || c.What == sourcetest.WasTaken && strings.Contains(c.Reading.Reference.Text(), "grace") {
			t.Errorf("the boost itself: %+v", c)
		}
	}
}

func TestNoindex(t *testing.T) {
	for _, skip := range []bool{false, true} {
		r := open(t, func(o *Options) { o.SkipNoindex = skip })
		p := r.start("")
		hidden := r.server.Post(fakemastodon.Post{Author: "ada", Text: testLink, Noindex: true, Followers: 31})
		id := r.server.Post(fakemastodon.Post{Author: "grace", Text: testLink})
		r.await(sourcetest.WasTaken, r.uri(id))
		p.stop()
		if n := len(r.texts(r.uri(hidden))); (n == 0) != skip || (p.told().Refused == 1) != skip {
			t.Errorf("skip %v: taken %d times, %+v", skip, n, p.told())
		}
		if c := r.taker.All()[0]; !skip && c.Reach != 0 {
			t.Errorf("reach %d", c.Reach)
		}
	}
}

// Several streams come on one connection, each with a mark of its own; what is in two is taken of both.
func TestSeveralStreams(t *testing.T) {
	r := open(t, func(o *Options) { o.Streams = []string{"public:local", "hashtag:board", "list:12"} })
	p := r.start("")
	local := r.server.Post(fakemastodon.Post{Author: "ada", Text: testLink})
	tagged := r.server.Post(fakemastodon.Post{Author: "grace@social.globex.example", Text: "#board " + testLink})
	r.await(sourcetest.WasTaken, r.uri(local))
	r.await(sourcetest.WasTaken, r.uri(tagged))
	last := r.server.Post(fakemastodon.Post{Author: "grace@social.globex.example", Text: testLink})
	r.await(sourcetest.WasTaken, r.uri(last))
	if r.server.Listeners() != 1 {
		t.Errorf("%d connections", r.server.Listeners())
	}
	r.clock.Move(saveEvery)
	p.until("saved", func() bool { return len(p.saved) > 1 })
	c := decodeCursor(p.last())
	if c.Streams["public:local"].ID != local || c.Streams["hashtag:board"].ID != tagged || c.Streams["list:12"].ID != last {
		t.Errorf("%s", p.last())
	}
}

// What was posted while nobody listened is read from the timeline, oldest first, and only once.
func TestTheGapIsClosed(t *testing.T) {
	for name, change := range map[string]fakemastodon.Change{"newest first": fakemastodon.OldestFirst(false), "oldest first": fakemastodon.OldestFirst(true)} {
		t.Run(name, func(t *testing.T) {
			r := open(t, nil)
			r.server.Set(change)
			before := r.server.Post(fakemastodon.Post{Author: "ada", Text: "old " + testLink})
			p := r.start("")
			if took := r.await(sourcetest.WasTaken, r.uri(before)); !took.Reading.First {
				t.Error("the first page is not said to be the first")
			}
			r.clock.Move(saveEvery)
			p.until("saved", func() bool { return strings.Contains(strings.Join(p.saved, ""), before) })
			p.stop()
			var ids []string
			for i := range 100 {
				r.clock.Move(time.Second)
				ids = append(ids, r.server.Post(fakemastodon.Post{Author: "ada", Text: fmt.Sprint(i, " ", testLink), At: r.clock.Now()}))
			}
			r.reopen(nil)
			r.start(p.last())
			last := r.await(sourcetest.WasTaken, r.uri(ids[99]))
			if last.Reading.First {
				t.Error("said to be the first")
			}
			var got []string
			for _, c := range r.taker.All()[1:] {
				got = append(got, strings.TrimPrefix(c.URI, r.uri("")))
			}
			if !slices.Equal(got, ids) {
				t.Errorf("%d posts: %v\nwant %v", len(got), got, ids)
			}
		})
	}
}

func TestAGapIsBounded(t *testing.T) {
	r := open(t, func(o *Options) { o.GapPages = 2 })
	first := r.server.Post(fakemastodon.Post{Author: "ada", Text: testLink})
	_, p, err := r.poll("")
	if err != nil || len(r.texts(r.uri(first))) != 1 {
		t.Fatal(err, p.last())
	}
	for range 100 {
		r.server.Post(fakemastodon.Post{Author: "ada", Text: testLink})
	}
	outcome, p, err := r.poll(p.last())
	if h := p.told(); err != nil || outcome.Documents != 80 || h.Truncated != 1 || len(h.Notes) != 1 {
		t.Errorf("%+v %+v %v", outcome, h, err)
	}
	if outcome, _, err = r.poll(p.last()); err != nil || outcome.Documents != 20 || outcome.News != 20 {
		t.Errorf("the rest: %+v %v", outcome, err)
	}
}

// No cursor runs ahead of what was taken.
func TestATakersErrorKeepsTheCursor(t *testing.T) {
	r := open(t, nil)
	p := r.start("")
	first := r.server.Post(fakemastodon.Post{Author: "ada", Text: testLink})
	r.await(sourcetest.WasTaken, r.uri(first))
	broken := errors.New("the store does not answer")
	r.taker.Fail(broken)
	second := r.server.Post(fakemastodon.Post{Author: "ada", Text: testLink})
	if err := p.wait(); !errors.Is(err, broken) {
		t.Fatalf("%v", err)
	}
	if strings.Contains(strings.Join(p.saved, ""), second) {
		t.Errorf("saved %v", p.saved)
	}
	r.taker.Fail(nil)
	r.reopen(nil)
	r.start(p.last())
	r.await(sourcetest.WasTaken, r.uri(second))
}

func TestALostLeaseEndsThePass(t *testing.T) {
	r := open(t, nil)
	p := r.start("")
	p.mu.Lock()
	p.failing = scanner.ErrLost
	p.mu.Unlock()
	id := r.server.Post(fakemastodon.Post{Author: "ada", Text: testLink})
	r.await(sourcetest.WasTaken, r.uri(id))
	r.clock.Move(saveEvery)
	if err := p.wait(); !errors.Is(err, scanner.ErrLost) {
		t.Errorf("%v", err)
	}
}

func TestManyItemsAreSavedWithoutWaiting(t *testing.T) {
	r := open(t, nil)
	p := r.start("")
	for range saveItems {
		r.server.Post(fakemastodon.Post{Author: "ada", Text: "nothing"})
	}
	p.until("saved", func() bool { return len(p.saved) > 1 })
}

func TestAServerThatEndsAStreamIsNoFailure(t *testing.T) {
	for _, transport := range []string{TransportSSE, TransportWebSocket} {
		r := open(t, func(o *Options) { o.Transport = transport })
		p := r.start("")
		id := r.server.Post(fakemastodon.Post{Author: "ada", Text: testLink})
		r.await(sourcetest.WasTaken, r.uri(id))
		r.server.Drop()
		if err := p.wait(); err != nil || !strings.Contains(p.last(), id) {
			t.Errorf("%s: %v, saved %s", transport, err, p.last())
		}
	}
}

// A server that has nothing but deletions to tell is blind, also in the next pass.
func TestAServerThatWithholdsItsTimeline(t *testing.T) {
	r := open(t, nil)
	r.server.Set(fakemastodon.Withhold(true))
	p := r.start("")
	for range deletions {
		r.server.Delete(r.server.Post(fakemastodon.Post{Author: "ada", Text: testLink}))
	}
	p.until("told", func() bool { return p.health.Deleted == deletions })
	r.clock.Move(withheld - time.Second)
	p.until("told again", func() bool { return p.health.Deleted == deletions })
	r.clock.Move(2 * time.Second)
	var why interface{ Reason() string }
	if err := p.wait(); !errors.As(err, &why) || !strings.Contains(why.Reason(), "withholds") {
		t.Fatalf("%v", err)
	}
	p = r.begin(p.last())
	if err := p.wait(); !errors.As(err, &why) || !strings.Contains(why.Reason(), "withholds") || len(p.saved) != 0 {
		t.Errorf("again: %v, saved %v", err, p.saved)
	}
	r.server.Set(fakemastodon.Withhold(false))
	p = r.begin(p.last())
	defer p.stop()
	for r.server.Listeners() == 0 {
		p.until("told", func() bool { return true })
	}
	id := r.server.Post(fakemastodon.Post{Author: "ada", Text: testLink})
	r.await(sourcetest.WasTaken, r.uri(id))
}

func TestWhatTheServerKeepsToItselfIsTold(t *testing.T) {
	r := open(t, nil)
	r.server.Set(fakemastodon.Access("live_feeds", "remote", "disabled"), fakemastodon.Access("live_feeds", "local", "authenticated"))
	_, p, err := r.poll("")
	if h := p.told(); err != nil || len(h.Notes) != 2 || !strings.Contains(h.Notes[1], "of other servers off") {
		t.Errorf("%v %+v", err, h)
	}
	if used := p.told().Used; len(used) != 1 || used[0].Used != 1 || used[0].Limit != 300 || used[0].Until.IsZero() {
		t.Errorf("%+v", used)
	}
}

// The ways in which a server breaks end a pass with an error that says which.
func TestFaults(t *testing.T) {
	for fault, want := range map[fakemastodon.Fault]string{
		fakemastodon.Unauthorized: "not allowed", fakemastodon.Forbidden: "read:statuses", fakemastodon.RateLimited: "rate limited",
		fakemastodon.Unavailable: "HTTP 503", fakemastodon.Redirect: "leads elsewhere", fakemastodon.HTML: "not a Mastodon-API server",
		fakemastodon.ErrorBody: "something else than a stream", fakemastodon.Huge: "too much",
		fakemastodon.StreamEnds: "before anything was heard", fakemastodon.StreamHangs: "before anything was heard",
	} {
		t.Run(string(fault), func(t *testing.T) {
			r := open(t, func(o *Options) { o.Idle, o.Transport = 200*time.Millisecond, TransportSSE })
			r.server.Break(fault)
			p := r.begin("")
			err := p.wait()
			var why interface {
				Reason() string
				RetryAfter() time.Duration
			}
			if !errors.As(err, &why) || !strings.Contains(why.Reason(), want) || len(why.Reason()) > 120 {
				t.Fatalf("%v", err)
			}
			if fault == fakemastodon.RateLimited && (why.RetryAfter() != 7*time.Second || p.told().Refused != 1) {
				t.Errorf("after %v, %+v", why.RetryAfter(), p.told())
			}
		})
	}
}

// A stream that hangs is a failure however long it lived.
func TestAStreamThatNeverGaveAByte(t *testing.T) {
	r := open(t, func(o *Options) {
		now := sourcetest.ClockAt(time.Now())
		o.Idle, o.Transport = 200*time.Millisecond, TransportSSE
		o.Now = func() time.Time { now.Move(settled); return now.Now() }
	})
	r.server.Break(fakemastodon.StreamHangs)
	if err := r.begin("").wait(); err == nil || !strings.Contains(err.Error(), errIdle.Error()) {
		t.Errorf("%v", err)
	}
}

// After something was heard, a stream that gives no byte any more is ended, and begun anew.
func TestSilenceEndsAStream(t *testing.T) {
	for _, transport := range []string{TransportSSE, TransportWebSocket} {
		r := open(t, func(o *Options) { o.Idle, o.Transport = 300*time.Millisecond, transport })
		r.server.Set(fakemastodon.Heartbeat(20 * time.Millisecond))
		p := r.start("")
		id := r.server.Post(fakemastodon.Post{Author: "ada", Text: testLink})
		r.await(sourcetest.WasTaken, r.uri(id))
		select {
		case <-p.done:
			t.Errorf("%s: ended in spite of heartbeats: %v", transport, p.err)
		case <-time.After(600 * time.Millisecond):
		}
		if transport == TransportWebSocket {
			continue // whoever answers pings lives
		}
		p.stop()
		r.server.Set(fakemastodon.Heartbeat(time.Hour))
		p = r.start("")
		r.await(sourcetest.WasTaken, r.uri(r.server.Post(fakemastodon.Post{Author: "ada", Text: testLink})))
		if err := p.wait(); err != nil {
			t.Errorf("%s: %v", transport, err)
		}
	}
}

// GoToSocial answers 400 to who wants server-sent events; what was learnt is kept.
func TestFallingBackToWebSocket(t *testing.T) {
	r := open(t, nil)
	r.server.Set(fakemastodon.SocketsOnly(true), fakemastodon.PayloadObjects(true))
	p := r.start("")
	id := r.server.Post(fakemastodon.Post{Author: "ada", Text: testLink})
	r.await(sourcetest.WasTaken, r.uri(id))
	p.stop()
	if !r.source.sockets {
		t.Error("not kept")
	}
	r.reopen(func(o *Options) { o.Transport = TransportSSE })
	if err := r.begin("").wait(); statusOf(err) != http.StatusBadRequest {
		t.Errorf("in spite of what is configured: %v", err)
	}
}

// A server without streams is polled.
func TestAServerWithoutStreams(t *testing.T) {
	r := open(t, nil)
	r.server.Set(fakemastodon.NoStreams(true), fakemastodon.OldInstance(true))
	if err := r.begin("").wait(); err == nil || !strings.Contains(err.Error(), "polled") {
		t.Fatalf("%v", err)
	}
	id := r.server.Post(fakemastodon.Post{Author: "ada", Text: testLink})
	outcome, p, err := r.poll("")
	if err != nil || outcome.News != 1 || decodeCursor(p.last()).Streams["public"].ID != id {
		t.Errorf("%+v %v %s", outcome, err, p.last())
	}
	if outcome, _, err = r.poll(p.last()); err != nil || outcome.Documents != 0 {
		t.Errorf("again: %+v %v", outcome, err)
	}
}

// Posts that were deleted, hidden or edited while nobody listened are found by looking again.
func TestLookingAgain(t *testing.T) {
	r := open(t, nil)
	var ids []string
	for range 3 {
		ids = append(ids, r.server.Post(fakemastodon.Post{Author: "ada", Text: testLink}))
	}
	_, p, err := r.poll("")
	if err != nil {
		t.Fatal(err)
	}
	r.server.DeleteQuietly(ids[0])
	r.server.Hide(ids[1])
	calls := len(r.taker.All())
	if _, p, err = r.poll(p.last()); err != nil || len(r.taker.All()) != calls {
		t.Fatalf("too early: %v, %+v", err, r.taker.All()[calls:])
	}
	r.clock.Move(lookAgain)
	if _, p, err = r.poll(p.last()); err != nil {
		t.Fatal(err)
	}
	r.await(sourcetest.WasGone, r.uri(ids[0]))
	r.await(sourcetest.WasGone, r.uri(ids[1]))
	if n := len(r.texts(r.uri(ids[2]))); n != 2 {
		t.Errorf("what stands was taken %d times", n)
	}
	if c := decodeCursor(p.last()); c.Last != "" || !c.Looked.Equal(r.clock.Now().UTC()) && !c.Looked.Equal(r.clock.Now()) {
		t.Errorf("%s", p.last())
	}
}

// A round of looks goes on where the pass before ended, and a stream goes on while it is made.
func TestARoundOfLooksGoesOn(t *testing.T) {
	r := open(t, nil)
	var ids []string
	for range 4 {
		ids = append(ids, r.server.Post(fakemastodon.Post{Author: "ada", Text: testLink}))
	}
	p := r.start("")
	r.await(sourcetest.WasTaken, r.uri(ids[3]))
	p.stop()
	for _, id := range ids {
		r.server.DeleteQuietly(id)
	}
	c := decodeCursor(p.last())
	c.Streams["public"], c.Last = mark{ID: ids[3]}, ids[1]
	text, err := c.encode()
	if err != nil {
		t.Fatal(err)
	}
	p = r.start(text)
	for _, id := range ids[2:] {
		r.await(sourcetest.WasGone, r.uri(id))
		r.clock.Move(lookPace)
	}
	p.until("saved", func() bool { r.clock.Move(time.Second); return !decodeCursor(p.saved[len(p.saved)-1]).Looked.IsZero() })
	for _, call := range r.taker.All() {
		if call.What == sourcetest.WasGone && (call.URI == r.uri(ids[0]) || call.URI == r.uri(ids[1])) {
			t.Errorf("looked at twice: %s", call.URI)
		}
	}
}

// What the server says badly is counted and left out; when nothing else comes, the pass ends.
func TestBadFrames(t *testing.T) {
	for transport, frames := range map[string][]string{
		TransportSSE: {
			"event: update\ndata: {\n\n", "event: update\ndata: \n\n", "event: update\ndata: null\n\n", "event: delete\ndata: ../../x\n\n",
			"event: update\ndata: {\"id\":12}\n\n", "event: update\ndata: " + strings.Repeat("x", maxFrame+10) + "\n\n",
		},
		TransportWebSocket: {
			`{`, `[]`, `{"event":"update"}`, `{"event":"update","payload":12}`, `{"event":"update","payload":null,"stream":7}`,
			`{"event":"delete","payload":{"a":1}}`,
		},
	} {
		r := open(t, func(o *Options) { o.Transport = transport })
		p := r.start("")
		for _, f := range frames {
			r.server.Raw(f)
		}
		r.server.Event("filters_changed", "undefined")
		r.server.Event("notification", "{")
		id := r.server.Post(fakemastodon.Post{Author: "ada", Text: testLink})
		r.await(sourcetest.WasTaken, r.uri(id))
		p.until("told", func() bool { return p.health.Heard == 1 })
		if n := p.told().Failed; n != int64(len(frames)) {
			t.Errorf("%s: %d failed", transport, n)
		}
		for range badInARow {
			r.server.Raw(frames[0])
		}
		if err := p.wait(); err == nil || !strings.Contains(err.Error(), "can be understood") {
			t.Errorf("%s: %v", transport, err)
		}
	}
}

func TestWhatIsTooLongEndsAStream(t *testing.T) {
	for transport, frame := range map[string]string{
		TransportSSE: "data: " + strings.Repeat("x", maxSkipped+2*maxFrame), TransportWebSocket: strings.Repeat("x", maxSkipped+1),
	} {
		r := open(t, func(o *Options) { o.Transport = transport })
		p := r.start("")
		r.server.Post(fakemastodon.Post{Author: "ada", Text: "heard"})
		r.server.Raw(frame)
		if err := p.wait(); err == nil || !strings.Contains(err.Error(), "too long") {
			t.Errorf("%s: %v", transport, err)
		}
	}
}

func TestAPostThatIsTooLongIsSkippedAndTold(t *testing.T) {
	for _, transport := range []string{TransportSSE, TransportWebSocket} {
		r := open(t, func(o *Options) { o.Transport = transport })
		p := r.start("")
		frame := strings.Repeat("x", maxFrame+128<<10)
		if transport == TransportSSE {
			frame = "event: update\ndata: " + frame + "\n\n"
		}
		r.server.Raw(frame)
		r.await(sourcetest.WasTaken, r.uri(r.server.Post(fakemastodon.Post{Author: "ada", Text: testLink})))
		p.until("told", func() bool { return p.health.Failed == 1 && len(p.health.Notes) == 1 })
	}
}

func TestVeryLongPostsDoNotStopTheReading(t *testing.T) {
	r := open(t, nil)
	first := r.server.Post(fakemastodon.Post{Author: "ada", Text: "first"})
	for range 12 {
		r.server.Post(fakemastodon.Post{Author: "mallory", Text: strings.Repeat("x", 1<<20)})
	}
	last := r.server.Post(fakemastodon.Post{Author: "ada", Text: testLink})
	cursor, err := cursor{Streams: map[string]mark{"public": {ID: first, At: time.Now().Add(-time.Hour)}}}.encode()
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := r.poll(cursor); err != nil {
		t.Fatalf("posts of other people's stop the reading: %v", err)
	}
	r.await(sourcetest.WasTaken, r.uri(last))
}

func TestAServerThatRefusesAStream(t *testing.T) {
	r := open(t, func(o *Options) { o.Transport = TransportWebSocket })
	p := r.start("")
	r.server.Raw(`{"error":"Unknown stream type","status":400}`)
	if err := p.wait(); err == nil || !strings.Contains(err.Error(), "refuses a stream") {
		t.Errorf("%v", err)
	}
}

// The rate limit is obeyed before the server has to say it.
func TestTheRateLimitIsObeyed(t *testing.T) {
	r := open(t, nil)
	p := &rest{source: r.source, token: fakemastodon.Token}
	p.limit = limit{known: true, most: 300, left: 0, reset: r.clock.Now().Add(40 * time.Second)}
	_, _, err := p.get(within(t), "/api/v1/statuses/1", nil)
	var why *failure
	if !errors.As(err, &why) || why.after != 40*time.Second || why.reason != "rate limited" {
		t.Errorf("%v", err)
	}
	r.clock.Move(time.Minute)
	if _, _, err = p.get(within(t), "/api/v1/statuses/1", nil); statusOf(err) != 404 || p.limit.left != 299 {
		t.Errorf("%v, %+v", err, p.limit)
	}
}

func TestATokenThatCannotBeRead(t *testing.T) {
	r := open(t, func(o *Options) { o.Token = func() (string, error) { return "", errors.New("secret-in-error") } })
	_, _, err := r.poll("")
	if err == nil || strings.Contains(err.Error(), "secret-in-error") {
		t.Errorf("%v", err)
	}
}

// The token is nowhere but in a header: the stand-in refuses it in the address.
func TestTheStreamingHostIsJudged(t *testing.T) {
	r := open(t, nil)
	r.server.Set(fakemastodon.StreamsAt("wss://streams.initech.example"))
	if err := r.begin("").wait(); err == nil || !strings.Contains(err.Error(), "another domain") {
		t.Errorf("%v", err)
	}
}
