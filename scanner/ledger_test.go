package scanner

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func accounts() []Account {
	all := []Account{{}, {Kind: AccountPending}, {Kind: AccountAlerted}, {Kind: AccountSuppressed}, {Kind: AccountPending, Reason: WithheldOver}, {Kind: "x"}}
	for _, reason := range append(WithheldReasons(), "x") {
		all = append(all, Account{AccountSuppressed, reason})
	}
	return all
}

func TestAnyMovesKeepTheLedgerBalanced(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		var ledger, other Ledger
		for range rapid.IntRange(0, 80).Draw(r, "moves") {
			m := Move{From: rapid.SampledFrom(accounts()).Draw(r, "from"), To: rapid.SampledFrom(accounts()).Draw(r, "to")}
			before := ledger.Plus(Ledger{})
			err := ledger.Apply(m)
			if balance := ledger.Balanced(); balance != nil {
				r.Fatalf("%v: %v", m, balance)
			}
			if diff := cmp.Diff(before, ledger.Plus(Ledger{})); err != nil && diff != "" {
				r.Fatalf("refused, but changed: %s", diff)
			}
			if wants := m.To.valid() && m.To.Kind != AccountNone && m.From == (Account{}); wants != (err == nil && ledger.Found == before.Found+1) {
				r.Fatalf("%v: found %d, %v", m, ledger.Found, err)
			}
			if err == nil {
				_ = other.Apply(m) // may lack what is moved
			}
		}
		if err := ledger.Plus(other).Balanced(); err != nil {
			r.Fatal(err)
		}
	})
}

func TestALedgerThatDoesNotAgreeSaysSo(t *testing.T) {
	for want, ledger := range map[string]Ledger{
		"found 2, but alerted 1, suppressed 0, pending 0":  {Found: 2, Alerted: 1},
		"found 0, but alerted 1, suppressed 0, pending -1": {Alerted: 1, Pending: -1},
		"-1 suppressed as over":                            {Suppressed: map[Withheld]int64{WithheldOver: -1, WithheldSafe: 1}},
	} {
		if err := ledger.Balanced(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v", ledger, err)
		}
	}
	if err := (Ledger{Found: 3, Pending: 2, Suppressed: map[Withheld]int64{WithheldOver: 1}}).Check(1); err == nil || !strings.Contains(err.Error(), "2 pending, but the store knows 1") {
		t.Error(err)
	}
	if err := (Ledger{Found: 3, Pending: 2, Suppressed: map[Withheld]int64{WithheldOver: 1}}).Check(2); err != nil {
		t.Error(err)
	}
}

func TestAccountsHaveNames(t *testing.T) {
	if got := (Account{}).String() + (Account{AccountSuppressed, WithheldOver}).String() + (Account{Kind: AccountAlerted}).String(); got != "nonesuppressed(over)alerted" {
		t.Error(got)
	}
}
