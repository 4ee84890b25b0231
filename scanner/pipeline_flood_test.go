package scanner

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"meetleaks/matchers"
)

func findOne(t *testing.T, text string) matchers.Link {
	t.Helper()
	found := matchers.Find([]byte(text))
	if len(found) != 1 {
		t.Fatalf("%d links in %q", len(found), text)
	}
	return found[0].Link
}

func forgedPage(n int) string {
	var page strings.Builder
	for i := range n {
		fmt.Fprintf(&page, "<li>https://acme.zoom.us/j/9%03d%07d\n", 100+i%871, (i*7919+3014159)%10_000_000)
	}
	return page.String()
}

func TestOfManyForgedLinksTheRealOneIsToldSeparatelyAtOnce(t *testing.T) {
	t.Parallel()
	many := 2_000
	if long {
		many = 10_000
	}
	r := newRig(t, nil)
	r.s = NewSender(r.p, r.slack, SenderOptions{Batch: MaxChange})
	r.hosts.knows(rigBoard, jane(), When{Start: Start{Time: r.clock.Now().Add(3 * time.Hour)}, By: RoleInventory})
	page := forgedPage(many)
	taken := r.take(rigHome, page[:len(page)/2]+rigBoard+"\n"+page[len(page)/2:])
	if taken.New < many*99/100 {
		t.Fatalf("took %d new, want nearly %d", taken.New, many+1)
	}
	if _, err := r.s.Once(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.wants("new jane@acme.example")
	r.wait(5*time.Minute, 15*time.Second)
	told := r.slack.told()
	for _, line := range told {
		if !strings.HasPrefix(line, "digest C0SECOPS") {
			t.Errorf("told %q beside the digest", line)
		}
	}
	if len(told) > many/50 {
		t.Errorf("%d messages for one flood", len(told))
	}
	books := r.balanced()
	if books.Alerted != int64(taken.New) {
		t.Errorf("ledger %+v, want all %d told", books, taken.New)
	}
}

func TestAFloodDoesNotComeBackAsReminders(t *testing.T) {
	r := newRig(t, nil)
	r.take(rigHome, forgedPage(300))
	r.wait(2*time.Minute, 5*time.Second)
	r.slack.told()
	r.wait(26*time.Hour, 30*time.Minute)
	if told := r.slack.told(); len(told) == 0 || len(told) > 40 {
		t.Errorf("%d messages on the next day about 300 leaks", len(told))
	}
	r.balanced()
}

func TestTwentyOneOnOnePageAreOneDigestAndTwentyAreNot(t *testing.T) {
	for _, test := range []struct {
		n     int
		first string
	}{{20, "new C0SECOPS"}, {21, "digest C0SECOPS"}} {
		r := newRig(t, nil)
		r.take(rigHome, forgedPage(test.n))
		r.wait(2*time.Minute, 5*time.Second)
		told := r.slack.told()
		if len(told) == 0 || told[0] != test.first {
			t.Errorf("%d on a page: told %q", test.n, told)
		}
		if books := r.balanced(); books.Alerted != int64(test.n) {
			t.Errorf("%d on a page: ledger %+v", test.n, books)
		}
	}
}

func TestAFirstReadingIsToldInADigest(t *testing.T) {
	r := newRig(t, nil)
	for n := range 30 {
		reading := r.page(fmt.Sprintf("%s/%d", rigHome, n), fmt.Sprintf("https://acme.zoom.us/j/98120%06d", 347561+n*91))
		reading.First = true
		if _, err := r.p.Take(t.Context(), reading); err != nil {
			t.Fatal(err)
		}
	}
	r.wait(2*time.Minute, 5*time.Second)
	alone, items := 0, 0
	for _, telling := range r.slack.sent {
		if telling.Delivery.Kind == DeliveryDigest {
			items = len(telling.Items)
		} else {
			alone++
		}
		for _, l := range append(telling.Items, telling.Leak) {
			if l.Sealed != nil || l.Host != "" || l.NotHosts != nil {
				t.Errorf("told more of a leak than its reader may know: %+v", l)
			}
		}
	}
	if alone != 20 || items != 10 {
		t.Errorf("%d alone and %d in the digest, want 20 and 10", alone, items)
	}
	r.balanced()
}

func TestAPersonGetsThreeNewAlertsAnHourAndTheRestInADigestThatIsUpdated(t *testing.T) {
	r := newRig(t, func(o *PipelineOptions) { o.Caps = Caps{PersonHour: 3, PersonDay: 100, ChannelHour: 20, Burst: 20} })
	r.hosts.owners["x"] = KnownMeeting{Contact: jane()}
	r.hosts.people["jane@acme.example"] = jane()
	for n := range 8 {
		link := fmt.Sprintf("https://acme.zoom.us/j/98120%06d", 347561+n*91)
		r.take(fmt.Sprintf("%s/%d", rigHome, n), link)
	}
	for _, l := range r.store.leaksOf(rigOrg) { // named by an analyst: nothing of it makes the meeting known by itself
		key, err := r.p.dataKey(t.Context(), rigOrg)
		if err != nil {
			t.Fatal(err)
		}
		host, err := key.HostRef("jane@acme.example")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.p.Do(t.Context(), rigOrg, l.ID, LeakEvent{Kind: Assign, By: Actor{Role: RoleAnalyst}, Host: host}); err != nil {
			t.Fatal(err)
		}
	}
	r.wait(time.Minute, 5*time.Second)
	jane, digests := 0, 0
	for _, telling := range r.slack.sent {
		switch {
		case telling.To.Email == "":
		case telling.Delivery.Kind == DeliveryNew:
			jane++
		case telling.Delivery.Kind == DeliveryDigest:
			digests = len(telling.Items)
		}
	}
	if jane != 3 || digests != 5 {
		t.Errorf("%d alone and %d in the digest, want 3 and 5", jane, digests)
	}
	r.balanced()
}

func TestOfManySendersOneTellsEachAlert(t *testing.T) {
	r := newRig(t, func(o *PipelineOptions) {
		o.Caps = Caps{PersonHour: 1000, PersonDay: 1000, ChannelHour: 1000, Burst: 1000}
	})
	r.take(rigHome, forgedPage(200))
	var all sync.WaitGroup
	for range 4 {
		sender := NewSender(r.p, r.slack, SenderOptions{})
		all.Go(func() {
			for n := 1; n > 0; {
				var err error
				if n, err = sender.Once(t.Context()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	told := map[string]int{}
	for _, telling := range r.slack.sent {
		told[telling.Leak.ID]++
	}
	for id, n := range told {
		if n != 1 {
			t.Errorf("%s was told %d times", id, n)
		}
	}
	if books := r.balanced(); len(told) != 200 || books.Alerted != 200 {
		t.Errorf("%d told, ledger %+v", len(told), books)
	}
}

func TestASenderThatIsStoppedEndsWhatItBeganAndGivesTheRestBack(t *testing.T) {
	r := newRig(t, func(o *PipelineOptions) {
		o.Caps = Caps{PersonHour: 1000, PersonDay: 1000, ChannelHour: 1000, Burst: 1000}
	})
	r.take(rigHome, forgedPage(12))
	ctx, stop := context.WithCancel(t.Context())
	r.slack.fail = func(Telling) error {
		stop() // while the first message is under way
		return nil
	}
	r.s.o.PerChannel, r.s.o.Lanes = 1, 1
	r.s.Run(ctx)
	if got := r.slack.told(); len(got) != 1 {
		t.Fatalf("told %q after the stop, want what was under way", got)
	}
	r.slack.fail = nil
	r.work() // at once: nothing waits for the end of a claim
	if books := r.balanced(); books.Alerted != 12 {
		t.Errorf("ledger %+v", books)
	}
	if got := r.slack.told(); len(got) != 11 {
		t.Errorf("told %d, want the other 11", len(got))
	}
}
