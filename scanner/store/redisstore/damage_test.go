package redisstore

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"meetleaks/scanner"
	"meetleaks/scanner/store/redistest"
)

// damaged is a store with some leaks of an organisation, each with an alert that is due.
func damaged(t *testing.T, leaks int) (*Store, []scanner.Leak) {
	t.Helper()
	address, err := ParseAddress(redistest.Start(t).URL())
	if err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.Context(), Options{Address: address})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	if _, err := s.AddOrgKey(t.Context(), "acme", []byte("wrapped")); err != nil {
		t.Fatal(err)
	}
	var out []scanner.Leak
	at := time.Date(2026, 3, 9, 8, 30, 0, 0, time.UTC)
	for n := range leaks {
		l := scanner.Leak{
			ID: fmt.Sprintf("lk1:%d", n), Org: "acme", Keys: []string{fmt.Sprintf("mk1:%d", n)}, State: scanner.StateOver,
			FirstSeen: at, Since: at, LastSeen: at, Account: scanner.Account{Kind: scanner.AccountAlerted},
		}
		d := scanner.Delivery{
			ID: fmt.Sprintf("dl1:%d", n), Leak: l.ID, Org: "acme", Due: at.Add(time.Duration(n) * time.Second), Made: at,
			State: scanner.DeliveryPending,
		}
		c := scanner.Change{Org: "acme", Leaks: []scanner.LeakWrite{{Leak: l}}, Deliveries: []scanner.Delivery{d}}
		if err := s.Commit(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		out = append(out, l)
	}
	return s, out
}

func TestADeliveryThatCannotBeReadHoldsBackNoOther(t *testing.T) {
	t.Parallel()
	s, _ := damaged(t, 2)
	key := s.layout.ofOrg(orgSpot("acme"), "d:dl1:0")
	if err := s.client.Set(t.Context(), key, "1\t0\tlk1:0\n{broken", 0).Err(); err != nil {
		t.Fatal(err)
	}
	rows, err := s.ClaimDeliveries(t.Context(), 9, time.Minute)
	if err != nil || len(rows) != 1 || rows[0].Delivery.ID != "dl1:1" {
		t.Errorf("claimed %+v, %v", rows, err)
	}
	s, _ = damaged(t, 1)
	if err := s.client.Set(t.Context(), key, "1\t0\tlk1:0\n{broken", 0).Err(); err != nil {
		t.Fatal(err)
	}
	if rows, err := s.ClaimDeliveries(t.Context(), 9, time.Minute); !errors.Is(err, errBroken) {
		t.Errorf("it is passed over: %+v, %v", rows, err)
	}
}

// TestRetentionAndErasureEndThoughLeaksAreMissing takes records away as a Redis does that evicts keys.
func TestRetentionAndErasureEndThoughLeaksAreMissing(t *testing.T) {
	t.Parallel()
	s, leaks := damaged(t, 2*dropAtOnce/10)
	for _, l := range leaks {
		if err := s.client.Del(t.Context(), s.layout.ofOrg(orgSpot("acme"), "l:"+l.ID)).Err(); err != nil {
			t.Fatal(err)
		}
	}
	for name, step := range map[string]func() (scanner.Removed, error){
		"expire": func() (scanner.Removed, error) {
			return s.Expire(t.Context(), scanner.Retention{Leak: time.Hour}, time.Now().Add(10000*time.Hour))
		},
		"erase": func() (scanner.Removed, error) { return s.EraseOrganisation(t.Context(), "acme") },
	} {
		steps := 0
		for more := true; more && steps < 9; steps++ {
			removed, err := step()
			if err != nil {
				t.Fatal(err)
			}
			more = removed.More
		}
		if steps == 9 {
			t.Errorf("%s does not end", name)
		}
	}
	if names, err := s.Organisations(t.Context()); err != nil || len(names) != 0 {
		t.Errorf("%v, %v", names, err)
	}
}

// between runs something between two commands of a pipeline, as Redis may with commands of others; of MULTI and EXEC it keeps off.
type between struct {
	redis.Hook
	do func()
}

func (b between) DialHook(next redis.DialHook) redis.DialHook { return next }

func (b between) ProcessHook(next redis.ProcessHook) redis.ProcessHook { return next }

func (b between) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		if cmds[0].Name() == "multi" {
			return next(ctx, cmds)
		}
		var failed error
		for i, cmd := range cmds {
			if i > 0 {
				b.do()
			}
			failed = errors.Join(failed, next(ctx, []redis.Cmder{cmd}))
		}
		return failed
	}
}

func TestALeakThatChangesItsStateWhileItIsListedIsListed(t *testing.T) {
	t.Parallel()
	s, _ := damaged(t, 1)
	address := Address{kind: single, seeds: []string{s.client.(*redis.Client).Options().Addr}}
	writer, err := Open(t.Context(), Options{Address: address})
	if err != nil {
		t.Fatal(err)
	}
	defer writer.Close() //nolint:errcheck // nothing is kept in it
	s.client.AddHook(between{do: func() {
		l, err := writer.Leak(t.Context(), "acme", "lk1:0")
		if err != nil {
			t.Fatal(err)
		}
		l.State = scanner.StateMuted // the list has read those that are muted
		if err := writer.Commit(t.Context(), scanner.Change{Org: "acme", Leaks: []scanner.LeakWrite{{Leak: l}}}); err != nil {
			t.Fatal(err)
		}
	}})
	q := scanner.LeakQuery{Org: "acme", States: []scanner.State{scanner.StateOver, scanner.StateMuted}}
	if page, err := s.ListLeaks(t.Context(), q); err != nil || len(page.Leaks) != 1 {
		t.Errorf("%d leaks, %v", len(page.Leaks), err)
	}
}
