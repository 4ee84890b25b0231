package claims

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"meetleaks/scanner"
	"meetleaks/scanner/claims/claimstest"
)

// rig is a registry on a store in memory, with a name server and a clock.
type rig struct {
	*Registry
	t     *testing.T
	store *memory
	dns   *claimstest.Server

	mu  sync.Mutex
	now time.Time
}

func newRig(t *testing.T, vouched ...Vouched) *rig {
	t.Helper()
	r := &rig{t: t, store: newMemory(), dns: claimstest.Start(t), now: start()}
	r.Registry = r.registry(vouched...)
	return r
}

// registry is one more on the same store, as of another process.
func (r *rig) registry(vouched ...Vouched) *Registry {
	r.t.Helper()
	index, master := make([]byte, 32), make([]byte, 32)
	index[3], master[5] = 7, 9
	key, err := scanner.NewMaster(master)
	if err != nil {
		r.t.Fatal(err)
	}
	ring, err := scanner.NewKeyring(index, key)
	if err != nil {
		r.t.Fatal(err)
	}
	made, err := New(Options{Store: r.store, Keys: ring, DNS: resolvers(r.t, patient, r.dns), Vouched: vouched, Now: r.clock})
	if err != nil {
		r.t.Fatal(err)
	}
	return made
}

func (r *rig) clock() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.now
}

func (r *rig) advance(d time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.now = r.now.Add(d)
}

func admin() scanner.Actor { return scanner.Actor{Role: scanner.RoleAnalyst, Ref: "cli:jdoe"} }

func (r *rig) add(org string, domains ...string) []Record {
	r.t.Helper()
	records, err := r.Add(r.t.Context(), org, domains, admin())
	if err != nil {
		r.t.Fatal(err)
	}
	return records
}

// publish puts records into DNS.
func (r *rig) publish(records ...Record) {
	for _, record := range records {
		r.dns.Set(record.Name, claimstest.One(record.Value))
	}
}

func (r *rig) verify(org, domain string) scanner.DomainClaim {
	r.t.Helper()
	found, err := r.Find(r.t.Context(), org, domain)
	if err != nil {
		r.t.Fatal(err)
	}
	c, err := r.Verify(r.t.Context(), found[0], admin())
	if err != nil {
		r.t.Fatal(err)
	}
	return c
}

func TestADomainIsClaimedAndProved(t *testing.T) {
	r := newRig(t)
	records := r.add("acme", "acme.example", "ACME.example.", "bücher.example")
	if len(records) != 2 || records[0].Name != "_meetleaks.acme.example" || len(records[0].Value) != len(RecordPrefix)+32 ||
		records[0].Value == records[1].Value || records[0].Host != "_meetleaks" || records[0].Zone != "acme.example" {
		t.Fatalf("%+v", records)
	}
	if again := r.add("acme", "acme.example"); again[0] != records[0] {
		t.Errorf("asked again it is %+v", again[0])
	}
	c := r.verify("acme", "acme.example")
	if c.State != scanner.ClaimPending || c.Failed != 1 || len(c.Seen) != 1 || !strings.Contains(c.Said[0], "nothing at _meetleaks") {
		t.Errorf("before it is published: %+v", c)
	}
	r.publish(records[0])
	if c := r.verify("acme", "acme.example"); c.State != scanner.ClaimProved || !c.Seen[0].Right || c.Said != nil {
		t.Errorf("published: %+v", c)
	}
	want := []string{"domain-claimed acme.example by analyst", "domain-claimed xn--bcher-kva.example by analyst",
		"domain-state acme.example: proved, was pending by analyst"}
	if got := r.store.reasons("acme"); !slices.Equal(got, want) {
		t.Errorf("the audit says %q", got)
	}
	if stored := fmt.Sprintf("%+v", r.store.claims); strings.Contains(stored, strings.TrimPrefix(records[0].Value, RecordPrefix)) {
		t.Error("the token is stored")
	}
}

// TestAProofBelongsToOneClaim: what proves one proves no other, and none that is made anew.
func TestAProofBelongsToOneClaim(t *testing.T) {
	r := newRig(t)
	mine := r.add("acme", "acme.example")[0]
	theirs := r.add("globex", "acme.example")[0]
	r.publish(mine)
	if c := r.verify("globex", "acme.example"); c.State != scanner.ClaimPending || !strings.Contains(c.Said[0], "another claim") {
		t.Errorf("globex: %+v", c)
	}
	c := r.verify("acme", "acme.example")
	if err := r.Remove(t.Context(), c, admin()); err != nil {
		t.Fatal(err)
	}
	if again := r.add("acme", "acme.example")[0]; again.Value == mine.Value || again.Value == theirs.Value {
		t.Error("the token of a claim that was removed comes again")
	}
	if c := r.verify("acme", "acme.example"); c.State != scanner.ClaimPending {
		t.Errorf("an old record proves a new claim: %+v", c)
	}
}

func TestADomainThatIsProvedIsOneOrganisations(t *testing.T) {
	r := newRig(t)
	mine, theirs := r.add("acme", "acme.example")[0], r.add("globex", "acme.example")[0]
	r.dns.Set(mine.Name, claimstest.Entry{Texts: [][]string{{mine.Value}, {theirs.Value}}})
	if c := r.verify("acme", "acme.example"); c.State != scanner.ClaimProved {
		t.Fatalf("%+v", c)
	}
	if c := r.verify("globex", "acme.example"); c.State != scanner.ClaimPending || !strings.Contains(c.Said[0], "another organisation has proved") {
		t.Errorf("%+v", c)
	}
	_, err := r.Add(t.Context(), "initech", []string{"initech.example", "acme.example"}, admin())
	var refusal *Refusal
	if !errors.As(err, &refusal) || !strings.Contains(refusal.Why, "proved by another") {
		t.Errorf("%v", err)
	}
	if _, err := r.Find(t.Context(), "", "initech.example"); !errors.Is(err, scanner.ErrNotFound) {
		t.Errorf("when one is refused another is claimed: %v", err)
	}
	if both, err := r.Find(t.Context(), "", "acme.example"); err != nil || len(both) != 2 {
		t.Errorf("%+v, %v", both, err)
	}
}

func TestAllRefusalsAreSaidAtOnce(t *testing.T) {
	r := newRig(t, Vouched{"globex", []string{"globex.example"}})
	_, err := r.Add(t.Context(), "acme", []string{"gmail.com", "globex.example", "acme.example", "com"}, admin())
	for _, want := range []string{"gmail.com gives", "globex.example is registered", "com is one label"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	for _, org := range []string{"", "Acme", "a b", "-a", "a.b", strings.Repeat("a", 64), "a\n"} {
		if _, err := r.Add(t.Context(), org, []string{"acme.example"}, admin()); !errors.Is(err, scanner.ErrBadValue) {
			t.Errorf("organisation %q: %v", org, err)
		}
	}
	if len(r.store.keys) > 0 {
		t.Error("an organisation was made")
	}
}

// TestTheKeeperProvesAgainAndLetsLapse plays a month through, a look at its time each.
func TestTheKeeperProvesAgainAndLetsLapse(t *testing.T) {
	r := newRig(t)
	record := r.add("acme", "acme.example")[0]
	k := NewKeeper(r.Registry)
	if k.Proved("acme") || k.Alerted("acme") || len(k.Organisations()) > 0 {
		t.Error("proved before anything was read")
	}
	r.publish(record)
	r.advance(lookSoon)
	r.step(k)
	if !k.Proved("acme") || !slices.Equal(k.Watched("acme"), []string{"acme.example"}) || !slices.Equal(k.Organisations(), []string{"acme"}) {
		t.Fatal("the keeper has not proved it")
	}
	r.advance(day)
	r.step(k)
	r.dns.Set(record.Name, claimstest.Entry{})
	r.advance(day)
	lost := r.clock()
	type standing struct{ proved, alerted bool }
	for _, on := range []struct {
		day  int
		want standing
	}{{1, standing{true, true}}, {2, standing{true, true}}, {3, standing{false, true}}, {6, standing{false, true}}, {7, standing{}}, {29, standing{}}} {
		for ; !r.clock().After(lost.Add(time.Duration(on.day-1) * day)); r.advance(time.Hour) {
			r.step(k)
		}
		if got := (standing{k.Proved("acme"), k.Alerted("acme")}); got != on.want {
			t.Errorf("on day %d: %+v", on.day, got)
		}
	}
	r.store.left = 3
	r.advance(2 * day)
	r.step(k)
	if len(r.store.claims)+len(r.store.keys)+len(r.store.trail["acme"]) > 0 {
		t.Errorf("left are %+v", r.store.claims)
	}
	if got := r.store.reasons(""); !slices.Equal(got, []string{"organisation-erased acme: acme.example is not proved any more by clock"}) {
		t.Errorf("the deployment's audit says %q", got)
	}
}

func (r *rig) step(k *Keeper) {
	r.t.Helper()
	if more, err := k.Step(r.t.Context()); err != nil || more {
		r.t.Fatal(more, err)
	}
}

// put writes a claim as it is.
func (r *rig) put(c scanner.DomainClaim) {
	r.t.Helper()
	old, err := r.store.Claim(r.t.Context(), c.Org, c.Domain)
	if err != nil {
		r.t.Fatal(err)
	}
	c.Version, c.Nonce = old.Version, old.Nonce
	if err := r.store.SaveClaim(r.t.Context(), c); err != nil {
		r.t.Fatal(err)
	}
}

// TestAPurgeSparesWhoeverIsKept: another proof, or the word of whoever runs the service.
func TestAPurgeSparesWhoeverIsKept(t *testing.T) {
	for name, test := range map[string]struct {
		vouched []Vouched
		other   scanner.ClaimState // of a second domain, "" for none
		kept    bool
	}{
		"alone":           {nil, "", false},
		"vouched for":     {[]Vouched{{"acme", nil}}, "", true},
		"another proof":   {nil, scanner.ClaimProved, true},
		"another frozen":  {nil, scanner.ClaimFrozen, true},
		"another stopped": {nil, scanner.ClaimStopped, true},
		"another pending": {nil, scanner.ClaimPending, false},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, test.vouched...)
			r.add("acme", "acme.example")
			old := scanner.DomainClaim{Org: "acme", Domain: "acme.example", State: scanner.ClaimStopped, Since: start().Add(-40 * day), Proved: start().Add(-50 * day), Denied: deniedPurge - 1}
			r.put(old)
			if test.other != "" {
				r.add("acme", "other.example")
				r.put(scanner.DomainClaim{Org: "acme", Domain: "other.example", State: test.other, Since: start(), Next: start().Add(day)})
			}
			r.step(NewKeeper(r.Registry))
			if _, there := r.store.keys["acme"]; there != test.kept {
				t.Errorf("the organisation is there: %v", there)
			}
			if _, err := r.Find(t.Context(), "acme", "acme.example"); !errors.Is(err, scanner.ErrNotFound) {
				t.Errorf("the claim is there: %v", err)
			}
		})
	}
}

// TestAnErasureThatWasInterruptedIsEnded lets the store fail in the middle.
func TestAnErasureThatWasInterruptedIsEnded(t *testing.T) {
	r := newRig(t)
	r.add("acme", "acme.example")
	r.put(scanner.DomainClaim{Org: "acme", Domain: "acme.example", State: scanner.ClaimPurged, Since: start(), Proved: start(), Next: start().Add(day)})
	delete(r.store.keys, "acme")
	r.store.fails = scanner.ErrUnavailable
	if _, err := NewKeeper(r.Registry).Step(t.Context()); !errors.Is(err, scanner.ErrUnavailable) {
		t.Errorf("%v", err)
	}
	if _, err := r.Add(t.Context(), "acme", []string{"acme.example"}, admin()); !errors.Is(err, ErrErasing) {
		t.Errorf("claimed while it is being erased: %v", err)
	}
	r.store.fails = nil
	r.step(NewKeeper(r.Registry))
	if len(r.store.claims) > 0 {
		t.Errorf("%+v", r.store.claims)
	}
	r.add("acme", "acme.example") // anew
}

// TestNobodyAnsweringEndsNothing: the network here is down for two months.
func TestNobodyAnsweringEndsNothing(t *testing.T) {
	r := newRig(t)
	r.publish(r.add("acme", "acme.example")...)
	if c := r.verify("acme", "acme.example"); c.State != scanner.ClaimProved {
		t.Fatal(c.State)
	}
	r.dns.Set("", claimstest.Entry{Code: 2})
	r.dns.Set(recordOfAcme, claimstest.Entry{Code: 2})
	k := NewKeeper(r.Registry)
	for range 60 {
		r.advance(day)
		r.step(k)
	}
	c, err := r.store.Claim(t.Context(), "acme", "acme.example")
	if err != nil || c.State != scanner.ClaimFrozen || k.Proved("acme") || !k.Alerted("acme") ||
		!slices.Equal(k.Frozen("acme"), []string{"acme.example"}) || len(k.Watched("acme")) > 0 || !slices.Equal(k.Organisations(), []string{"acme"}) {
		t.Errorf("%s, %v", c.State, err)
	}
	r.publish(r.Record(c))
	r.advance(day)
	r.step(k)
	if !k.Proved("acme") {
		t.Error("the record is seen again, and it is not proved")
	}
}

// TestManyKeepersLookOnce runs several on one store at once.
func TestManyKeepersLookOnce(t *testing.T) {
	r := newRig(t)
	var domains []string
	for n := range 20 {
		domains = append(domains, fmt.Sprintf("d%d.example", n))
	}
	r.publish(r.add("acme", domains...)...)
	r.advance(day)
	var keepers sync.WaitGroup
	for range 4 {
		k := NewKeeper(r.registry())
		keepers.Go(func() {
			if _, err := k.Step(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	keepers.Wait()
	counts := map[string]int{}
	for _, name := range r.dns.Asked() {
		counts[name]++
	}
	for _, domain := range domains {
		if n := counts["udp _meetleaks."+domain]; n != 1 {
			t.Errorf("%s was asked for %d times", domain, n)
		}
	}
	k := NewKeeper(r.Registry)
	r.step(k)
	if len(k.Watched("acme")) != len(domains) {
		t.Errorf("%d are proved", len(k.Watched("acme")))
	}
}

// TestAStepIsBounded makes more due than one step takes.
func TestAStepIsBounded(t *testing.T) {
	r := newRig(t)
	var domains []string
	for n := range maxLooks + 5 {
		domains = append(domains, fmt.Sprintf("d%d.example", n))
	}
	r.add("acme", domains...)
	r.advance(day)
	k := NewKeeper(r.Registry)
	if more, err := k.Step(t.Context()); err != nil || !more {
		t.Errorf("the first step: %v, %v", more, err)
	}
	r.step(k)
}

// TestWhatIsOwedToTheAuditIsPaid fails between the change and the trail.
func TestWhatIsOwedToTheAuditIsPaid(t *testing.T) {
	r := newRig(t)
	r.publish(r.add("acme", "acme.example")...)
	c, err := r.store.Claim(t.Context(), "acme", "acme.example")
	if err != nil {
		t.Fatal(err)
	}
	c.State, c.Owed = scanner.ClaimProved, []scanner.Audit{{What: Changed, Reason: "acme.example: proved, was pending"}}
	r.put(c)
	r.verify("acme", "acme.example")
	if got := r.store.reasons("acme"); len(got) != 2 || !strings.Contains(got[1], "proved, was pending") {
		t.Errorf("%q", got)
	}
}

func TestTokensAreMadeOfAllThatAClaimIs(t *testing.T) {
	one, err := newTokens([]byte("index key one"))
	if err != nil {
		t.Fatal(err)
	}
	other, err := newTokens([]byte("index key two"))
	if err != nil {
		t.Fatal(err)
	}
	c := scanner.DomainClaim{Org: "acme", Domain: "a.example", Nonce: "1"}
	seen := map[string]bool{one.of(c): true, other.of(c): true}
	for _, change := range []func(*scanner.DomainClaim){
		func(c *scanner.DomainClaim) { c.Org = "acm" }, func(c *scanner.DomainClaim) { c.Nonce = "2" },
		func(c *scanner.DomainClaim) { c.Domain = "b.example" }, func(c *scanner.DomainClaim) { c.Org, c.Domain = "acmea", ".example" },
	} {
		d := c
		change(&d)
		seen[one.of(d)] = true
	}
	if len(seen) != 6 || strings.Contains(fmt.Sprintf("%v %+v", one, one), "index") {
		t.Errorf("%d tokens of 6 claims", len(seen))
	}
}

// TestTheOperatorsWordIsStrongerThanAProof: a domain that was proved by one organisation and is given to another in the configuration
// afterwards is watched for the other alone.
func TestTheOperatorsWordIsStrongerThanAProof(t *testing.T) {
	r := newRig(t)
	r.publish(r.add("globex", "events.acme.example", "globex.example")...)
	r.verify("globex", "events.acme.example")
	r.verify("globex", "globex.example")
	k := NewKeeper(r.registry(Vouched{"acme", []string{"acme.example"}}))
	if err := k.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := k.Watched("globex"); !slices.Equal(got, []string{"globex.example"}) {
		t.Errorf("watched for globex: %q", got)
	}
	own := NewKeeper(r.registry(Vouched{"globex", []string{"acme.example"}}))
	if err := own.Refresh(t.Context()); err != nil || len(own.Watched("globex")) != 2 {
		t.Errorf("its own in the configuration: %q, %v", own.Watched("globex"), err)
	}
}

func TestEverybodys(t *testing.T) {
	everybodys := Everybodys()
	for domain, want := range map[string]bool{
		"gmail.com": true, "*.GMail.com": true, "mail.gmail.com": true, "*.com": true, "co.uk": true, "": true, "*": true,
		"acme.example": false, "*.acme.example": false,
	} {
		if everybodys(domain) != want {
			t.Errorf("%q: %v", domain, !want)
		}
	}
}
