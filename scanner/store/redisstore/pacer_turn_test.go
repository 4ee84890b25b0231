package redisstore

import (
	"testing"
	"time"

	"meetleaks/scanner/fetch"
	"meetleaks/scanner/fetch/pacetest"
	"meetleaks/scanner/store/redistest"
)

// turnsOn makes turns of one host, each as another process would.
func turnsOn(t *testing.T, clock *pacetest.Clock, budget int) func() *turn {
	t.Helper()
	address, err := ParseAddress(redistest.Start(t).URL())
	if err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.Context(), Options{Address: address, Now: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	p := s.Pacer(PacerOptions{HostBudget: budget, Sleep: clock.Sleep})
	return func() *turn {
		return &turn{
			pacer: p, host: &pacedHost{name: "acme.example"}, token: nonce(), at: spotOf("host", "acme.example"),
			domain: spotOf("domain", "acme.example"),
		}
	}
}

// mayGo asks once.
func mayGo(t *testing.T, to *turn) bool {
	t.Helper()
	wait, err := to.ask(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return wait == 0
}

func elapse(t *testing.T, clock *pacetest.Clock, d time.Duration) {
	t.Helper()
	if err := clock.Sleep(t.Context(), d); err != nil {
		t.Fatal(err)
	}
}

func TestATurnWhoseAnswerWasLostIsGivenAgainAndCountedOnce(t *testing.T) {
	t.Parallel()
	clock := pacetest.NewClock()
	makeTurn := turnsOn(t, clock, 2)
	first := makeTurn()
	for range 3 {
		if !mayGo(t, first) {
			t.Fatal("the turn was not given again")
		}
	}
	first.release(fetch.Outcome{Status: 200})
	first.release(fetch.Outcome{Status: 200})
	elapse(t, clock, time.Second)
	if !mayGo(t, makeTurn()) {
		t.Error("a request was counted twice")
	}
}

func TestAHeldTurnIsRenewed(t *testing.T) {
	t.Parallel()
	clock := pacetest.NewClock()
	makeTurn := turnsOn(t, clock, 0)
	first, second := makeTurn(), makeTurn()
	if !mayGo(t, first) {
		t.Fatal("no turn")
	}
	for range 20 {
		elapse(t, clock, holdTurn-time.Second)
		if err := first.give(t.Context(), first.args("renew")); err != nil {
			t.Fatal(err)
		}
		if mayGo(t, second) {
			t.Fatal("two have the turn")
		}
	}
	first.release(fetch.Outcome{})
	if !mayGo(t, second) {
		t.Error("the turn was not given on")
	}
}

func TestProcessesStandInLineAndWhoDiesInItIsPassed(t *testing.T) {
	t.Parallel()
	clock := pacetest.NewClock()
	makeTurn := turnsOn(t, clock, 0)
	holder, dead, leaver, alive := makeTurn(), makeTurn(), makeTurn(), makeTurn()
	if !mayGo(t, holder) || mayGo(t, dead) || mayGo(t, leaver) || mayGo(t, alive) {
		t.Fatal("not one has the turn")
	}
	holder.release(fetch.Outcome{})
	if mayGo(t, alive) || mayGo(t, leaver) {
		t.Error("who came first was passed")
	}
	leaver.giveUp(nil)
	for range 20 {
		elapse(t, clock, time.Second)
		if mayGo(t, alive) {
			break
		}
	}
	if !mayGo(t, alive) {
		t.Error("who died in line blocks it")
	}
}

func TestWhoComesTooLateGivesNobodyElsesTurnAway(t *testing.T) {
	t.Parallel()
	clock := pacetest.NewClock()
	makeTurn := turnsOn(t, clock, 0)
	late, holder, next := makeTurn(), makeTurn(), makeTurn()
	if !mayGo(t, late) {
		t.Fatal("no turn")
	}
	elapse(t, clock, holdTurn)
	if !mayGo(t, holder) {
		t.Fatal("a turn that ended was not given on")
	}
	late.release(fetch.Outcome{})
	elapse(t, clock, 2*time.Second)
	if err := late.give(t.Context(), late.args("renew")); err != nil {
		t.Fatal(err)
	}
	if mayGo(t, next) {
		t.Error("two have the turn")
	}
	elapse(t, clock, holdTurn-2*time.Second)
	if !mayGo(t, next) {
		t.Error("somebody else's turn was prolonged")
	}
}
