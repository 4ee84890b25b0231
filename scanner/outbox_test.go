package scanner

import (
	"math"
	"strings"
	"testing"
	"time"
)

func delivery() Delivery {
	now := lifeStart()
	l := lifeSeed()
	l.Ladder.Round, l.State, l.Account = 1, StateOpen, Account{Kind: AccountPending}
	return NewDelivery(l, Notice{ID: DeliveryID(l.ID, 1, ToHost, RungFirst, time.Time{}), To: ToHost, Kind: DeliveryNew, Rung: RungFirst, Due: now}, now)
}

func TestBackoffGrowsIsBoundedAndHeedsTheServer(t *testing.T) {
	last := time.Duration(0)
	for attempt := -1; attempt < 70; attempt++ {
		got := Backoff(attempt, 0)
		if got < last || got < time.Second || got > backoffMost {
			t.Fatalf("attempt %d: %s after %s", attempt, got, last)
		}
		last = got
	}
	for _, test := range []struct {
		attempt     int
		after, want time.Duration
	}{
		{1, 0, time.Second}, {2, 0, 2 * time.Second}, {10, 0, 512 * time.Second}, {11, 0, backoffMost},
		{math.MaxInt, 0, backoffMost}, {1, 30 * time.Second, 30 * time.Second}, {1, -time.Hour, time.Second}, {20, time.Second, backoffMost},
		{1, 90 * 24 * time.Hour, MaxRetryAfter},
	} {
		if got := Backoff(test.attempt, test.after); got != test.want {
			t.Errorf("Backoff(%d, %s) = %s, want %s", test.attempt, test.after, got, test.want)
		}
	}
}

func TestAPassingFailureIsTriedForADay(t *testing.T) {
	d, now := delivery(), lifeStart()
	for d.State == DeliveryPending {
		if now = d.Due; d.Attempts > 200 {
			t.Fatal("tried for ever")
		}
		d = d.Failed("timeout", false, 0, now)
	}
	if tried := now.Sub(d.Made); d.State != DeliveryGivenUp || tried < GiveUpAfter || tried > GiveUpAfter+backoffMost || d.LastError != "timeout" {
		t.Errorf("%+v after %s", d, tried)
	}
}

func TestAfterALongStandstillADeliveryIsTriedTwiceAtLeast(t *testing.T) {
	later := lifeStart().Add(3 * GiveUpAfter)
	if d := delivery().Failed("timeout", false, 0, later); d.State != DeliveryPending {
		t.Errorf("%+v", d)
	}
}

func TestFinalStatesStay(t *testing.T) {
	now := lifeStart().Add(time.Minute)
	gone := delivery().Failed("user-not-found", true, 0, now)
	if gone.State != DeliveryGivenUp || gone.Attempts != 1 {
		t.Fatalf("%+v", gone)
	}
	for _, d := range []Delivery{gone, delivery().Accepted(now), delivery().Suppress(WithheldObserve, now)} {
		if got := d.Failed("x", false, 0, now.Add(1)).Suppress(WithheldOver, now.Add(1)); got.State != d.State || got.Attempts != d.Attempts || got.Reason != d.Reason {
			t.Errorf("%+v became %+v", d, got)
		}
		if got := d.Accepted(now.Add(1)); got.State != DeliveryAccepted || got.Reason != "" || got.Accepted(now.Add(2)).Attempts != got.Attempts {
			t.Errorf("what was accepted is %+v", got)
		}
	}
}

func TestDeliveryIDsTellNoticesApart(t *testing.T) {
	at := lifeStart()
	ids := map[string]bool{}
	for _, leak := range []string{"lk1:a", "lk1:b"} {
		for round := range 2 {
			for _, to := range []Audience{ToHost, ToChannel} {
				for _, rung := range []Rung{RungFirst, RungDay} {
					for _, instance := range []time.Time{{}, at, at.Add(time.Hour)} {
						id := DeliveryID(leak, round, to, rung, instance)
						if ids[id] || id != DeliveryID(leak, round, to, rung, instance.In(time.FixedZone("x", 3600))) && !instance.IsZero() {
							t.Fatalf("%s %d %s %s %s", leak, round, to, rung, instance)
						}
						ids[id] = true
					}
				}
			}
		}
	}
}

func TestWhatIsStillWanted(t *testing.T) {
	open := lifeSeed()
	open.State, open.Ladder.Round, open.Account = StateOpen, 1, Account{Kind: AccountPending}
	with := func(change func(*Leak)) Leak { l := open.clone(); change(&l); return l }
	kind := func(k DeliveryKind, to Audience) Delivery { d := delivery(); d.Kind, d.To = k, to; return d }
	for name, test := range map[string]struct {
		d      Delivery
		l      Leak
		reason Withheld
	}{
		"open":                             {delivery(), open, ""},
		"an end":                           {delivery(), with(func(l *Leak) { l.State = StateSafe }), WithheldSafe},
		"an end, but an update":            {kind(DeliveryUpdate, ToHost), with(func(l *Leak) { l.State = StateSafe }), ""},
		"an end, but for analysts":         {kind(DeliveryReminder, Analysts), with(func(l *Leak) { l.State = StateNotOurs }), ""},
		"an earlier round":                 {delivery(), with(func(l *Leak) { l.Ladder.Round = 2 }), WithheldOutdated},
		"removed, first alert owed":        {delivery(), with(func(l *Leak) { l.State = StateRemoved }), ""},
		"removed, reminder":                {kind(DeliveryReminder, ToHost), with(func(l *Leak) { l.State, l.Account.Kind = StateRemoved, AccountAlerted }), WithheldRemoved},
		"another leak":                     {delivery(), with(func(l *Leak) { l.ID = "" }), WithheldErased},
		"a digest, whatever became of one": {kind(DeliveryDigest, ToChannel), with(func(l *Leak) { l.State = StateOver }), ""},
	} {
		reason, ok := test.d.Wanted(test.l)
		if reason != test.reason || ok != (test.reason == "") {
			t.Errorf("%s: %q, %v", name, reason, ok)
		}
	}
	for _, s := range States()[2:] {
		if _, ok := delivery().Wanted(with(func(l *Leak) { l.State, l.Account = s, Account{Kind: AccountAlerted} })); ok {
			t.Errorf("sent in %s", s)
		}
		if !(Account{AccountSuppressed, Withheld(s)}).valid() {
			t.Errorf("the ledger has no reason for %s", s)
		}
	}
}

func TestADeliveryPrintsNothingOfItsRecipient(t *testing.T) {
	d := delivery()
	d.Recipient, d.LastError = "U0RECIPIENT", "timeout"
	if strings.Contains(d.String(), d.Recipient) {
		t.Error(d.String())
	}
}
