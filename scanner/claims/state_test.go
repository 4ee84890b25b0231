package claims

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"meetleaks/scanner"
)

func start() time.Time { return time.Date(2026, 3, 9, 8, 30, 0, 0, time.UTC) }

func provedClaim() scanner.DomainClaim {
	return scanner.DomainClaim{Org: "acme", Domain: "acme.example", State: scanner.ClaimProved, Since: start(), Proved: start(), Made: start(), Next: start().Add(day)}
}

// TestAProofThatIsLostLapsesOnItsDays looks when a look is due and never sees the record.
func TestAProofThatIsLostLapsesOnItsDays(t *testing.T) {
	c := provedClaim()
	lost := c.Next // the first look without the record is day one
	reached := map[scanner.ClaimState]int{}
	for range 1000 {
		now := c.Next
		c = Advance(c, Denied, now)
		if _, ok := reached[c.State]; !ok {
			reached[c.State] = int(now.Sub(lost)/day) + 1
		}
		if c.State == scanner.ClaimPurged {
			break
		}
	}
	want := map[scanner.ClaimState]int{scanner.ClaimWarned: 1, scanner.ClaimFrozen: 3, scanner.ClaimStopped: 7, scanner.ClaimPurged: 30}
	for state, on := range want {
		if reached[state] != on {
			t.Errorf("%s on day %d, want %d", state, reached[state], on)
		}
	}
}

func TestAClaimThatIsNeverProvedEnds(t *testing.T) {
	c := scanner.DomainClaim{State: scanner.ClaimPending, Since: start(), Next: start()}
	looks := 0
	for c.State == scanner.ClaimPending {
		c = Advance(c, Verdict(looks%2), c.Next)
		if looks++; looks > 200 {
			t.Fatal("it has no end")
		}
	}
	if c.State != scanner.ClaimPurged || c.Looked.Sub(start()) < pendingFor {
		t.Errorf("%s after %s", c.State, c.Looked.Sub(start()))
	}
}

// TestClaimsKeepTheirPromises makes up looks at any times, late, early, and with a clock that jumps.
func TestClaimsKeepTheirPromises(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := provedClaim()
		if rapid.Bool().Draw(t, "pending") {
			c.State, c.Proved = scanner.ClaimPending, time.Time{}
		}
		order := scanner.ClaimStates()
		now, denied := start(), false
		for range rapid.IntRange(1, 80).Draw(t, "looks") {
			now = now.Add(time.Duration(rapid.IntRange(-3*24, 40*24).Draw(t, "hours")) * time.Hour)
			v := Verdict(rapid.SampledFrom([]int{0, 1, 1, 1, 2}).Draw(t, "verdict"))
			was := c
			c = Advance(c, v, now)
			denied = denied && v != Seen || v == Denied
			step := slices.Index(order, c.State) - slices.Index(order, was.State)
			switch {
			case was.State == scanner.ClaimPurged:
				if c.State != scanner.ClaimPurged {
					t.Fatal("it came back from the dead")
				}
				return
			case v == Seen && (c.State != scanner.ClaimProved || !c.Proved.Equal(now) || c.Failed != 0):
				t.Fatalf("the record was seen: %+v", c)
			case v != Seen && step > 1 && was.State != scanner.ClaimPending, v != Seen && step < 0:
				t.Fatalf("from %s to %s", was.State, c.State)
			case v != Seen && was.State == scanner.ClaimPending && step != 0 && (c.State != scanner.ClaimPurged || now.Sub(was.Since) < pendingFor):
				t.Fatalf("from pending to %s", c.State)
			case v == Unknown && step != 0 && slices.Contains(order[4:], c.State) && was.State != scanner.ClaimPending:
				t.Fatalf("nobody answered, and it is %s", c.State)
			case c.State == scanner.ClaimStopped && !denied:
				t.Fatal("stopped, and nobody said that the record is not there")
			case step != 0 && !c.Since.Equal(now), step == 0 && v != Seen && !c.Since.Equal(was.Since):
				t.Fatalf("since %s, it is %s", c.Since, now)
			case !c.Next.After(now) || c.Next.Sub(now) > day:
				t.Fatalf("the next look is %s after this", c.Next.Sub(now))
			case c.State == scanner.ClaimPurged && !c.Proved.IsZero() && was.State == scanner.ClaimStopped && now.Sub(was.Since) < stoppedFor:
				t.Fatal("purged too early")
			}
		}
	})
}

// TestOneDenialAfterAnOutageEndsNothing: whoever keeps name servers from answering for a month and forges one answer at its end gets
// nobody stopped or erased.
func TestOneDenialAfterAnOutageEndsNothing(t *testing.T) {
	for state, least := range map[scanner.ClaimState]int{scanner.ClaimFrozen: deniedStop, scanner.ClaimStopped: deniedPurge} {
		c := provedClaim()
		c.State = state
		now := start()
		for range 100 {
			now = now.Add(day)
			c = Advance(c, Unknown, now)
		}
		for n := 1; n < least; n++ {
			now = now.Add(day)
			if c = Advance(c, Denied, now); c.State != state {
				t.Fatalf("%s after %d denials", c.State, n)
			}
		}
		again := Advance(Advance(c, Unknown, now.Add(time.Hour)), Denied, now.Add(2*time.Hour))
		if again.State != state {
			t.Errorf("%s: denials that were not in a row count", again.State)
		}
		if c = Advance(c, Denied, now.Add(day)); c.State == state || c.Denied != 0 {
			t.Errorf("%s still after %d denials in a row", c.State, least)
		}
	}
}
