package scanner

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"meetleaks/matchers"
)

// What must not keep an alert from being told: an operator who takes days, a resolver or a channel that hangs, a clock that was
// wrong, what a page writes, what somebody answers.

func TestARevokedTokenIsWaitedForHoweverLongItTakes(t *testing.T) {
	r := newRig(t, func(o *PipelineOptions) { o.Rooms = nil })
	r.hosts.knows(rigBoard, Contact{Email: "jane@acme.example"}, When{})
	r.slack.fail = func(Telling) error { return &TellError{Class: TellConfig, Reason: "token-revoked"} }
	r.take(rigHome, rigBoard)
	r.wait(3*GiveUpAfter, 10*time.Minute)
	if l := r.leak(); l.Ladder.Host.GaveUp || r.balanced().Pending != 1 {
		t.Errorf("given up: %+v", l.Ladder)
	}
	r.slack.fail = nil
	r.wait(backoffMost+pauseMost, time.Minute)
	if told := r.slack.told(); !slices.Contains(told, "new jane@acme.example") {
		t.Errorf("told %q once it was mended", told)
	}
	if books := r.balanced(); books.Alerted != 1 {
		t.Errorf("ledger %+v", books)
	}
}

func TestOfRemindersThatWaitTogetherTheLatestIsTold(t *testing.T) {
	r := newRig(t, nil)
	r.hosts.knows(rigBoard, Contact{Email: "jane@acme.example"}, When{Start: Start{Time: r.clock.Now().Add(26 * time.Hour)}, By: RoleInventory})
	r.take(rigHome, rigBoard)
	r.work()
	r.slack.told()
	r.slack.fail = func(Telling) error { return &TellError{Class: TellRetry, Reason: "timeout"} }
	r.wait(26*time.Hour, 5*time.Minute) // the rungs of a day, an hour and ten minutes are missed
	r.slack.fail = nil
	r.wait(20*time.Minute, time.Minute)
	count := map[string]int{}
	for _, line := range r.slack.told() {
		count[line]++
	}
	if count["reminder jane@acme.example"] != 1 {
		t.Errorf("told %v, want one reminder", count)
	}
}

func TestAHostWhoChangesInTheSameStepIsToldOnce(t *testing.T) {
	r := newRig(t, nil)
	r.hosts.knows(rigBoard, Contact{Email: "jane@acme.example"}, When{})
	r.take(rigHome, rigBoard)
	r.work()
	if _, err := r.p.Do(t.Context(), rigOrg, r.leak().ID, LeakEvent{Kind: Ended, By: Actor{Role: RoleHost}}); err != nil {
		t.Fatal(err)
	}
	r.work()
	r.slack.told()
	r.clock.advance(time.Hour)
	r.hosts.knows(rigBoard, Contact{Email: "sam@acme.example"}, When{})
	r.take(rigHome+"/2", rigBoard) // opened anew: first for jane, then the inventory says sam
	r.work()
	r.wants("new sam@acme.example")
	r.wait(2*time.Minute, 10*time.Second)
	if told := r.slack.told(); slices.Contains(told, "new sam@acme.example") {
		t.Errorf("told again: %q", told)
	}
	r.balanced()
}

func TestAnAssignedHostStaysWhenTheLeakIsOpenedAnew(t *testing.T) {
	r := newRig(t, nil)
	r.hosts.knows(rigBoard, Contact{Email: "jane@acme.example"}, When{})
	r.hosts.people["sam@acme.example"] = Contact{Email: "sam@acme.example"}
	r.take(rigHome, rigBoard)
	r.work()
	key, err := r.p.dataKey(t.Context(), rigOrg)
	if err != nil {
		t.Fatal(err)
	}
	sam, err := key.HostRef("sam@acme.example")
	if err != nil {
		t.Fatal(err)
	}
	id := r.leak().ID
	for _, ev := range []LeakEvent{
		{Kind: Assign, By: Actor{Role: RoleAnalyst}, Host: sam}, {Kind: Done, By: Actor{Role: RoleHost}},
		{Kind: Reopen, By: Actor{Role: RoleAnalyst}},
	} {
		if _, err := r.p.Do(t.Context(), rigOrg, id, ev); err != nil {
			t.Fatal(err)
		}
	}
	r.hosts.mu.Lock()
	delete(r.hosts.people, "sam@acme.example") // also while nobody knows them
	r.hosts.mu.Unlock()
	r.wait(25*time.Hour, time.Hour)
	if l := r.leak(); l.Host != sam || !l.Assigned {
		t.Fatal("the resolver replaced the host whom an analyst named")
	}
	for _, ev := range []LeakEvent{{Kind: NotMine, By: Actor{Role: RoleHost}}, {Kind: Confirm, By: Actor{Role: RoleAnalyst}}} {
		if _, err := r.p.Do(t.Context(), rigOrg, id, ev); err != nil {
			t.Fatal(err)
		}
	}
	if l := r.leak(); l.Host == sam || l.Host == "" || l.Assigned {
		t.Error("after the answer the resolver is not asked")
	}
}

func TestAnUnchangedPageKeepsItsLeakAndIsNotAlertedAgain(t *testing.T) {
	const retention = 30 * 24 * time.Hour
	r := newRig(t, nil)
	r.take(rigHome, rigBoard)
	r.work()
	r.slack.told()
	if _, err := r.p.Do(t.Context(), rigOrg, r.leak().ID, LeakEvent{Kind: Ended, By: Actor{Role: RoleHost}}); err != nil {
		t.Fatal(err)
	}
	version := r.pageVersion(rigHome, rigBoard)
	for day := range 100 {
		r.clock.advance(24 * time.Hour)
		if day%40 == 39 { // memory ends after 30 to 45 days
			r.store.mu.Lock()
			delete(r.store.items, version)
			r.store.mu.Unlock()
		}
		if taken := r.take(rigHome, rigBoard); taken.New != 0 {
			t.Fatalf("day %d: found anew", day)
		}
		if ended := r.leak().Ended(); r.clock.Now().Sub(ended) > retention {
			t.Fatalf("day %d: retention takes the leak, though it stands in public", day)
		}
	}
	r.work()
	if told := r.slack.told(); slices.Contains(told, "new C0SECOPS") {
		t.Errorf("told %q", told)
	}
}

func (r *rig) pageVersion(uri, text string) uint64 {
	r.t.Helper()
	at, err := r.p.placeOf(r.page(uri, text))
	if err != nil {
		r.t.Fatal(err)
	}
	return at.print
}

func TestWhereIsKnownToTheOrganisationAlone(t *testing.T) {
	const clear = "https://social.example/@k.lindqvist/114820937756"
	r := newRig(t, nil)
	reading := r.page(clear, rigBoard)
	reading.Shown, reading.Reference = "social.example", NewSecret(clear)
	if _, err := r.p.Take(t.Context(), reading); err != nil {
		t.Fatal(err)
	}
	r.work()
	for what, text := range map[string]string{
		"store": r.store.dump(t), "telling": fmt.Sprintf("%+v", r.slack.sent), "reference": fmt.Sprintf("%v %+v %#v", reading.Reference, reading.Reference, reading.Reference),
	} {
		if strings.Contains(text, "lindqvist") {
			t.Errorf("%s holds the reference", what)
		}
	}
	if told := r.slack.sent; len(told) != 1 || len(told[0].Sightings) != 1 || told[0].Sightings[0].Ref != nil || told[0].Sightings[0].Place != "social.example" {
		t.Errorf("told %+v", told)
	}
	kept, err := r.store.Sightings(t.Context(), rigOrg, r.leak().ID)
	if err != nil || len(kept) != 1 {
		t.Fatal(kept, err)
	}
	kept[0].Leak = "lk1:merged" // as stores do when leaks are merged
	if where, err := r.p.Where(t.Context(), rigOrg, kept[0]); err != nil || where != clear {
		t.Errorf("where: %q, %v", where, err)
	}
	moved := kept[0]
	moved.PlaceKey = "pk1:other"
	if _, err := r.p.Where(t.Context(), rigOrg, moved); !errors.Is(err, ErrNotSealed) {
		t.Errorf("at another place: %v", err)
	}
	delete(r.store.keys, rigOrg)
	if _, err := r.p.Where(t.Context(), rigOrg, kept[0]); !errors.Is(err, ErrNoOrganisation) {
		t.Errorf("of an erased organisation: %v", err)
	}
	if where, err := r.p.Where(t.Context(), rigOrg, Sighting{}); where != "" || err != nil {
		t.Errorf("of no reference: %q, %v", where, err)
	}
}

func TestAReferenceNeedsSomethingToBeShownAndIsLeftOutWhenTooLong(t *testing.T) {
	r := newRig(t, nil)
	reading := r.page(rigHome, rigBoard)
	reading.Reference = NewSecret("x")
	if _, err := r.p.Take(t.Context(), reading); !errors.Is(err, ErrBadValue) {
		t.Errorf("error %v", err)
	}
	reading.Shown, reading.Reference = "social.example", NewSecret(strings.Repeat("x", MaxClearBytes+1))
	if taken, err := r.p.Take(t.Context(), reading); err != nil || taken.New != 1 {
		t.Errorf("took %+v, %v", taken, err)
	}
}

func TestAcceptedAlertsAreObserved(t *testing.T) {
	r := newRig(t, nil)
	r.hosts.knows(rigBoard, jane(), When{})
	var seen []string
	r.s = NewSender(r.p, r.slack, SenderOptions{Accepted: func(d Delivery, took time.Duration) {
		if d.Recipient != "" {
			t.Error("it names the recipient")
		}
		seen = append(seen, fmt.Sprintf("%s %s %s", d.Kind, d.To, took))
	}})
	reading := r.page(rigHome, rigBoard)
	reading.At = r.clock.Now().Add(-3 * time.Second)
	if _, err := r.p.Take(t.Context(), reading); err != nil {
		t.Fatal(err)
	}
	r.clock.advance(2 * time.Second)
	r.work()
	r.wait(25*time.Hour, time.Minute)
	if want := []string{"new host 5s", "new delegate 0s", "new channel 0s"}; !slices.Equal(seen, want) {
		t.Errorf("observed %q, want %q", seen, want)
	}
}

func TestWhatPeopleWriteIsKeptWithoutLinksAndIds(t *testing.T) {
	r := newRig(t, nil)
	r.take(rigHome, rigBoard)
	ev := LeakEvent{
		Kind: Mute, By: Actor{Role: RoleAnalyst}, Until: r.clock.Now().Add(time.Hour),
		Reason: "981 2034 7561 is fine: " + rigBoard + "\n\x1b[31m" + strings.Repeat("long ", 100_000),
	}
	if _, err := r.p.Do(t.Context(), rigOrg, r.leak().ID, ev); err != nil {
		t.Fatal(err)
	}
	dump := r.store.dump(t)
	for _, planted := range []string{"98120347561", "981 2034 7561", "Zk3mQ9xWvT7bLr2s", "\x1b", `\u001b`} {
		if strings.Contains(dump, planted) {
			t.Errorf("stored %q", planted)
		}
	}
	if l := r.leak(); l.State != StateMuted || len([]rune(l.Reason)) > maxShown+1 || !strings.Contains(l.Reason, "is fine") {
		t.Errorf("%s for %q", l.State, l.Reason)
	}
}

func TestWhatWasNotReadIsShownMasked(t *testing.T) {
	r := newRig(t, nil)
	for name, c := range map[string]struct {
		uri  string
		text io.Reader
	}{
		"a link in the address":        {"https://www.acme.example/?next=" + rigBoard, brokenText{}},
		"a number that the text names": {"https://www.acme.example/98120347561.html", io.MultiReader(strings.NewReader(rigBoard+"\n"), brokenText{})},
	} {
		reading := r.page(c.uri, "")
		reading.Text = c.text
		taken, err := r.p.Take(t.Context(), reading)
		if err != nil || len(taken.Skips) != 1 {
			t.Fatalf("%s: %+v, %v", name, taken, err)
		}
		if text := fmt.Sprint(taken.Skips); strings.Contains(text, "98120347561") || strings.Contains(text, "Zk3mQ9xWvT7bLr2s") {
			t.Errorf("%s: skips: %s", name, text)
		}
	}
}

// An id is kept, encrypted, only where a platform can be asked by it.
func TestOnlyIDsThatAPlatformIsAskedByAreKept(t *testing.T) {
	for text, want := range map[string]bool{rigBoard: true, "https://meet.jit.si/AcmeQuarterlyNumbers2291": false} {
		r := newRig(t, nil)
		for _, found := range matchers.Find([]byte(text)) {
			l := Leak{ID: "lk1:test"}
			key, _, err := rigOptions(t, r).Keys.NewDataKey(rigOrg)
			if err != nil {
				t.Fatal(err)
			}
			if err := sealID(key, found.Link, &l); err != nil || (len(l.Sealed) > 0) != want {
				t.Errorf("%s: %d bytes are kept, %v", text, len(l.Sealed), err)
			}
		}
	}
}

// Whoever does not say who may see what stands on a page shows it to nobody.
func TestOnAPageNobodysMeetingsAreShownUnlessSomebodyMaySeeThem(t *testing.T) {
	index, err := matchers.NewIndex([]matchers.Organisation{{
		Name: rigOrg, Patterns: []matchers.Pattern{{Type: matchers.VanityPattern, Value: "acme.zoom.us"}},
	}}, bytes.Repeat([]byte("1nd3x-ke"), 4))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		may    func(org, page string) bool
		onPage int // owners that are shown
	}{
		"nobody is asked": {nil, 0},
		"they may not":    {func(string, string) bool { return false }, 0},
		"they may see it": {func(org, page string) bool { return org == rigOrg && page == rigHome }, 1},
	} {
		for host, want := range map[string]int{"www.acme.example": c.onPage, "": 1} {
			found, _, _ := NewMatcher(matchers.Standard(), NewJudge(JudgeOptions{Index: index, May: c.may})).Match(t.Context(), Document{
				URI: rigHome, Host: host, Text: strings.NewReader(rigBoard),
			})
			if len(found) != 1 || len(found[0].Owners) != want {
				t.Errorf("%s, on %q: %+v", name, host, found)
			}
		}
	}
}

// brokenText is a reader that fails, and says where.
type brokenText struct{}

func (brokenText) Read([]byte) (int, error) { return 0, fmt.Errorf("get %s: broken", rigBoard) }

func TestASeriesIsAskedForItsNextInstanceUntilItIsKnown(t *testing.T) {
	r := newRig(t, nil)
	first := When{Start: Start{Time: r.clock.Now().Add(2 * time.Hour)}, Series: true, By: RoleInventory}
	r.hosts.knows(rigBoard, jane(), first)
	r.take(rigHome, rigBoard)
	r.work()
	r.wait(9*24*time.Hour, 3*time.Hour) // the file has no next instance for long; the rungs of an unknown start are over
	r.slack.told()
	next := When{Start: Start{Time: r.clock.Now().Add(3 * 24 * time.Hour)}, Series: true, By: RoleInventory}
	r.hosts.knows(rigBoard, jane(), next)
	r.wait(3*24*time.Hour, 10*time.Minute)
	if told := r.slack.told(); !slices.Contains(told, "reminder jane@acme.example") {
		t.Errorf("told %q before the next instance", told)
	}
	if w := r.leak().When; !w.same(next) {
		t.Errorf("it starts %v", w)
	}
}

func TestAMovedStartIsNoticed(t *testing.T) {
	r := newRig(t, nil)
	r.hosts.knows(rigBoard, jane(), When{Start: Start{Time: r.clock.Now().Add(20 * 24 * time.Hour)}, By: RoleInventory})
	r.take(rigHome, rigBoard)
	r.work()
	r.wait(4*24*time.Hour, 6*time.Hour)
	moved := When{Start: Start{Time: r.clock.Now().Add(2 * 24 * time.Hour)}, By: RoleInventory}
	r.hosts.knows(rigBoard, jane(), moved)
	r.wait(25*time.Hour, time.Hour)
	if w := r.leak().When; !w.same(moved) {
		t.Errorf("it starts %v, want %v", w.Start.Time, moved.Start.Time)
	}
}

func TestARoomThatIsConfiguredLaterIsToldWhatIsOwed(t *testing.T) {
	var rooms []Room
	r := newRig(t, func(o *PipelineOptions) { o.Rooms = func(string) []Room { return rooms } })
	r.take(rigHome, rigBoard)
	r.wait(5*24*time.Hour, time.Hour)
	r.wants()
	rooms = []Room{{ID: "C0SECOPS"}}
	r.wait(25*time.Hour, time.Hour)
	if told := r.slack.told(); !slices.Contains(told, "new C0SECOPS") && !slices.Contains(told, "reminder C0SECOPS") {
		t.Errorf("told %q", told)
	}
	if books := r.balanced(); books.Alerted != 1 {
		t.Errorf("ledger %+v", books)
	}
}

// hangingHosts is a resolver that never answers.
type hangingHosts struct {
	mu    sync.Mutex
	calls int
}

func (h *hangingHosts) wait(ctx context.Context) error {
	h.mu.Lock()
	h.calls++
	h.mu.Unlock()
	<-ctx.Done()
	return ctx.Err()
}

func (h *hangingHosts) Resolve(ctx context.Context, _ string, _ matchers.Link, _ time.Time) (KnownMeeting, bool, error) {
	return KnownMeeting{}, false, h.wait(ctx)
}

func (h *hangingHosts) Contact(ctx context.Context, _, _ string) (Contact, bool, error) {
	return Contact{}, false, h.wait(ctx)
}

func TestAResolverThatHangsHoldsNobodyElseUp(t *testing.T) {
	hanging := &hangingHosts{}
	r := newRig(t, func(o *PipelineOptions) { o.Resolver, o.Mode = hanging, ModeChannel })
	r.p.resolver.bound = time.Millisecond
	r.take(rigHome, forgedPage(15))
	r.work()
	if told := r.slack.told(); len(told) != 15 {
		t.Errorf("told %d of 15", len(told))
	}
	if hanging.calls != resolveLates {
		t.Errorf("asked %d times, want %d until it is left alone", hanging.calls, resolveLates)
	}
}

// slowTeller hangs in one channel until it is let go or the time for a message is over.
type slowTeller struct {
	*rigTeller
	slow string
	let  chan struct{}
}

func (s slowTeller) Tell(ctx context.Context, t Telling) ([]byte, error) {
	if t.To.Room.Channel != s.slow {
		return s.rigTeller.Tell(ctx, t)
	}
	select {
	case <-s.let:
		return s.rigTeller.Tell(ctx, t)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func TestASlowChannelNeverFillsAllLanes(t *testing.T) {
	const many = 64
	r := newRig(t, func(o *PipelineOptions) {
		o.Caps = Caps{PersonHour: 1000, PersonDay: 1000, ChannelHour: 1000, Burst: 1000}
		o.Rooms = func(string) []Room { return []Room{{Channel: "hook"}, {Channel: "chat"}} }
	})
	teller := slowTeller{r.slack, "hook", make(chan struct{})}
	r.s = NewSender(r.p, teller, SenderOptions{Bound: time.Minute, Batch: 8, PerChannel: 2})
	r.s.lanes.failed("hook", 0, r.clock.Now())
	r.clock.advance(pauseMost)
	r.take(rigHome, forgedPage(many))
	var stuck sync.WaitGroup
	stuck.Go(func() {
		if _, err := r.s.Once(t.Context()); err != nil { // the lane that waits for slow channels
			t.Error(err)
		}
	})
	for len(r.s.lanes.patient) == 0 {
		if err := rest(t.Context(), time.Millisecond); err != nil {
			t.Fatal(err)
		}
	}
	for n := 1; n > 0; {
		var err error
		if n, err = r.s.Once(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	close(teller.let)
	stuck.Wait()
	if told := r.slack.told(); len(told) < many || len(told) > many+8 {
		t.Errorf("told %d while one channel hung, want %d of the other channel", len(told), many)
	}
	r.wait(5*time.Minute, 2*time.Second)
	if told := len(r.slack.told()); told == 0 {
		t.Error("the slow channel was told nothing")
	}
	r.balanced()
}

func TestAChannelThatFailsIsLeftAloneForLongerAndLonger(t *testing.T) {
	l, now := newLanes(2), lifeStart()
	last := time.Duration(0)
	for n := range 12 {
		l.failed("x", 0, now)
		l.failed("x", 0, now) // another that was under way
		wait := l.of("x", now).until.Sub(now)
		if wait < last || wait > pauseMost || n == 0 && wait != pauseAfter {
			t.Fatalf("failure %d: left alone for %s after %s", n, wait, last)
		}
		last, now = wait, now.Add(wait)
	}
	if last != pauseMost {
		t.Errorf("at last for %s", last)
	}
	if l.failed("x", 20*time.Minute, now); l.of("x", now).until.Sub(now) != 20*time.Minute {
		t.Error("what it asks for is not heeded")
	}
	if !l.of("x", now.Add(-50*24*time.Hour)).until.IsZero() {
		t.Error("after a jump of the clock it is left alone for days")
	}
	if l.went("x", time.Millisecond); l.of("x", now) != (lane{}) {
		t.Error("a success does not end it")
	}
}

func TestWhatAPageWroteDoesNotKeepAnAlertFromBeingTold(t *testing.T) {
	r := newRig(t, nil)
	r.slack.fail = func(t Telling) error {
		if len(t.Sightings) > 0 {
			return &TellError{Class: TellRejected, Reason: "invalid"}
		}
		return nil
	}
	r.take(rigHome, rigBoard)
	r.work()
	r.wants("new C0SECOPS")
}

func TestEachRoomsCardIsBroughtUpToDate(t *testing.T) {
	r := newRig(t, func(o *PipelineOptions) {
		o.Rooms = func(string) []Room { return []Room{{ID: "C0SECOPS"}, {ID: "C0AUDIT"}} }
	})
	r.s.o.PerChannel = 1
	r.take(rigHome, rigBoard)
	r.work()
	first := map[string]string{}
	for n, telling := range r.slack.sent {
		first[telling.To.Room.ID] = fmt.Sprint(n + 1)
	}
	r.slack.told()
	if _, err := r.p.Do(t.Context(), rigOrg, r.leak().ID, LeakEvent{Kind: Done, By: Actor{Role: RoleAnalyst}}); err != nil {
		t.Fatal(err)
	}
	r.work()
	var told []string
	for _, telling := range r.slack.sent {
		told = append(told, fmt.Sprintf("%s %s: %s", telling.Delivery.Kind, telling.To.Room.ID, telling.Receipt))
	}
	slices.Sort(told)
	if want := []string{"update C0AUDIT: message " + first["C0AUDIT"], "update C0SECOPS: message " + first["C0SECOPS"]}; !slices.Equal(told, want) {
		t.Errorf("told %q, want %q", told, want)
	}
}

func TestAPlaceThatIsReadAgainAndAgainMakesNoRows(t *testing.T) {
	r := newRig(t, nil)
	r.hosts.knows(rigBoard, jane(), When{})
	r.take(rigHome, rigBoard)
	for n := range 300 {
		r.wait(30*time.Minute, 30*time.Minute)
		r.take(rigHome, fmt.Sprint(rigBoard, " edition ", n))
	}
	rows, err := r.store.Deliveries(t.Context(), rigOrg, r.leak().ID)
	if err != nil || len(rows) > 60 {
		t.Errorf("%d rows, %v", len(rows), err)
	}
	if l := r.leak(); l.Sightings != 301 || !l.LastSeen.Equal(r.clock.Now()) {
		t.Errorf("%d sightings, the last at %s", l.Sightings, l.LastSeen)
	}
}

func TestADigestThatIsBeingToldIsNotToldTwice(t *testing.T) {
	r := newRig(t, nil)
	r.take(rigHome, forgedPage(30))
	r.work()
	r.clock.advance(digestWait)
	begun, let := make(chan struct{}), make(chan struct{})
	r.s = NewSender(r.p, tellerFunc(func(ctx context.Context, t Telling) ([]byte, error) {
		begun <- struct{}{}
		<-let
		return r.slack.Tell(ctx, t)
	}), SenderOptions{})
	var first sync.WaitGroup
	first.Go(func() {
		if _, err := r.s.Once(t.Context()); err != nil {
			t.Error(err)
		}
	})
	<-begun
	other := NewSender(r.p, r.slack, SenderOptions{})
	r.take(rigHome, forgedPage(60)) // as many more on the same page, some of which join
	for range 10 {
		if _, err := other.Once(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	close(let)
	first.Wait()
	r.s = other
	r.wait(5*time.Minute, 5*time.Second)
	anew := map[string]int{}
	for _, telling := range r.slack.sent {
		if telling.Receipt == nil && telling.Delivery.Kind == DeliveryDigest {
			anew[telling.Delivery.ID]++
		}
	}
	for id, n := range anew {
		if n != 1 {
			t.Errorf("part %s was told %d times as a new message", id, n)
		}
	}
	if len(anew) != 2 {
		t.Errorf("%d parts, want two: 60 are more than one holds", len(anew))
	}
	r.balanced()
}

type tellerFunc func(context.Context, Telling) ([]byte, error)

func (f tellerFunc) Tell(ctx context.Context, t Telling) ([]byte, error) { return f(ctx, t) }
