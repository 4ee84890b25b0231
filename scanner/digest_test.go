package scanner

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func forged(n int, recipient string, person bool) []Candidate {
	out := make([]Candidate, n)
	for i := range out {
		soon := When{Start: Start{Time: lifeStart().Add(time.Minute)}, By: RolePage} // it says that all of them start now
		out[i] = Candidate{Leak: fmt.Sprintf("lk1:forged%d", i), Org: "acme", Recipient: recipient, Person: person, When: soon, Risk: 100, Page: "pk1:page", PageNew: n}
	}
	return out
}

func reasons(routes []Route) map[RouteReason]int {
	count := map[RouteReason]int{}
	for _, r := range routes {
		count[r.Why]++
	}
	return count
}

func TestTenThousandForgedLinksAndOneReal(t *testing.T) {
	known := Candidate{Leak: "lk1:real", Org: "acme", Recipient: "C1", Known: true, Risk: 5, Page: "pk1:page", PageNew: 10_001}
	trusted := known
	trusted.Known, trusted.When = false, When{Start: Start{Time: lifeStart().Add(5 * time.Hour)}, By: RolePlatform}
	for name, leak := range map[string]Candidate{"known": known, "a trusted start": trusted} {
		all := forged(10_000, "C1", false)
		all = append(all[:7_000], append([]Candidate{leak}, all[7_000:]...)...)
		loads := map[string]Load{}
		if leak.Known {
			loads["C1"] = Load{Hour: 500, Day: 5000}
		}
		routes := PlanAlerts(all, loads, DefaultCaps(), lifeStart())
		if len(routes) != len(all) {
			t.Fatalf("%s: %d routes of %d", name, len(routes), len(all))
		}
		if routes[0].Leak != "lk1:real" || routes[0].Digest != "" {
			t.Errorf("%s: the first route is %+v", name, routes[0])
		}
		digests := map[string]int{}
		for _, r := range routes[1:] {
			digests[r.Digest]++
		}
		if len(digests) != 1 || digests[""] != 0 {
			t.Errorf("%s: %d digests, %d forged go alone", name, len(digests), digests[""])
		}
	}
}

func TestCaps(t *testing.T) {
	now := lifeStart()
	some := func(n int, person bool, change func(*Candidate)) []Candidate {
		out := make([]Candidate, n)
		for i := range out {
			out[i] = Candidate{Leak: fmt.Sprint("lk1:", i), Org: "acme", Recipient: "R", Person: person}
			change(&out[i])
		}
		return out
	}
	plain := func(*Candidate) {}
	soon := func(by Role) func(*Candidate) {
		return func(c *Candidate) { c.When = When{Start: Start{Time: now.Add(soonIs)}, By: by} }
	}
	for name, test := range map[string]struct {
		all  []Candidate
		load Load
		want string
	}{
		"a person has three":                 {some(5, true, plain), Load{}, "map[daily:2 free:3]"},
		"a person had three today":           {some(2, true, plain), Load{Day: 3}, "map[daily:2]"},
		"a channel has twenty":               {some(50, false, plain), Load{}, "map[free:20 hourly:30]"},
		"a channel had some":                 {some(50, false, plain), Load{Hour: 15, Day: 900}, "map[free:5 hourly:45]"},
		"soon, whatever the day brought":     {some(2, true, soon(RoleCalendar)), Load{Day: 9}, "map[soon:2]"},
		"soon, up to the hour's cap":         {some(9, true, soon(RolePlatform)), Load{Hour: 1, Day: 1}, "map[hourly:7 soon:2]"},
		"a page says soon":                   {some(2, true, soon(RolePage)), Load{Day: 9}, "map[daily:2]"},
		"known, whatever else":               {some(9, true, func(c *Candidate) { c.Known = true }), Load{Hour: 99, Day: 99}, "map[known:9]"},
		"known ones count":                   {append(some(3, true, func(c *Candidate) { c.Known = true }), some(1, true, plain)...), Load{}, "map[daily:1 known:3]"},
		"twenty on one page":                 {some(20, false, func(c *Candidate) { c.PageNew = 20 }), Load{}, "map[free:20]"},
		"above twenty on one page":           {some(21, false, func(c *Candidate) { c.PageNew = 21 }), Load{}, "map[burst:21]"},
		"twenty in a first run":              {some(20, false, func(c *Candidate) { c.RunNew = 20 }), Load{}, "map[free:20]"},
		"above twenty in a first run":        {some(21, false, func(c *Candidate) { c.RunNew = 21 }), Load{}, "map[first:21]"},
		"above twenty, but the meeting runs": {some(1, true, func(c *Candidate) { c.PageNew = 900; soon(RoleCalendar)(c) }), Load{}, "map[soon:1]"},
		"none":                               {nil, Load{}, "map[]"},
	} {
		routes := PlanAlerts(test.all, map[string]Load{"R": test.load}, DefaultCaps(), now)
		if got := fmt.Sprint(reasons(routes)); got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
}

func TestDigestsAreOneMessageEach(t *testing.T) {
	one := func(now time.Time, recipient, page string) Route {
		return PlanAlerts([]Candidate{{Leak: "l", Org: "acme", Recipient: recipient, Page: page, PageNew: 90}}, nil, DefaultCaps(), now)[0]
	}
	now := lifeStart()
	first := one(now, "R", "p")
	if first.Digest == "" || first != one(now.Add(time.Hour), "R", "p") {
		t.Error("the same digest has two ids")
	}
	for _, other := range []Route{one(now.Add(24*time.Hour), "R", "p"), one(now, "S", "p"), one(now, "R", "q")} {
		if other.Digest == first.Digest {
			t.Errorf("two digests have one id: %+v", other)
		}
	}
}

func TestPlanProperties(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		caps, now := DefaultCaps(), lifeStart()
		loads := map[string]Load{"A": {Hour: rapid.IntRange(0, 25).Draw(r, "hour"), Day: rapid.IntRange(0, 25).Draw(r, "day")}}
		all := make([]Candidate, rapid.IntRange(0, 60).Draw(r, "n"))
		for i := range all {
			all[i] = Candidate{
				Leak: fmt.Sprint("lk1:", i), Recipient: rapid.SampledFrom([]string{"A", "B"}).Draw(r, "to"), Known: rapid.IntRange(0, 5).Draw(r, "known") == 0,
				When:    When{Start: Start{Time: now.Add(time.Duration(rapid.IntRange(-9, 90).Draw(r, "in")) * time.Hour)}, By: rapid.SampledFrom([]Role{RolePage, RoleCalendar}).Draw(r, "by")},
				PageNew: rapid.IntRange(0, 30).Draw(r, "page"), RunNew: rapid.IntRange(0, 30).Draw(r, "run"), Risk: rapid.IntRange(0, 100).Draw(r, "risk"),
			}
			all[i].Person = all[i].Recipient == "A"
		}
		before := loads["A"]
		checkPlan(r, all, PlanAlerts(all, loads, caps, now), before, caps)
		if loads["A"] != before || len(loads) != 1 {
			r.Fatal("the loads were changed")
		}
	})
}

func checkPlan(r *rapid.T, all []Candidate, routes []Route, load Load, caps Caps) {
	known, routed, alone := map[string]bool{}, map[string]bool{}, map[string]int{}
	for _, c := range all {
		known[c.Leak] = c.Known
	}
	digests := false
	for _, route := range routes {
		if routed[route.Leak] {
			r.Fatalf("%s twice", route.Leak)
		}
		routed[route.Leak] = true
		if digests && route.Digest == "" {
			r.Fatal("a digest before what goes alone")
		}
		digests = digests || route.Digest != ""
		if known[route.Leak] {
			if route.Digest != "" {
				r.Fatalf("a known meeting in a digest: %+v", route)
			}
		} else if route.Digest == "" {
			alone[route.Recipient]++
		}
	}
	if len(routed) != len(all) {
		r.Fatalf("%d of %d", len(routed), len(all))
	}
	if alone["A"] > max(caps.PersonHour-load.Hour, 0) || alone["B"] > caps.ChannelHour {
		r.Fatalf("over the caps: %v", alone)
	}
}

func BenchmarkPlanAlerts(b *testing.B) {
	all := forged(10_000, "C1", false)
	for b.Loop() {
		PlanAlerts(all, nil, DefaultCaps(), lifeStart())
	}
}
