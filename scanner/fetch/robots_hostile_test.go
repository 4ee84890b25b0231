package fetch

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"
)

// hostileRobots are files of 500 KiB that ask for as much work as they can, and an address to go with each.
func hostileRobots() map[string][2]string {
	fill := func(line func(i int) string) string {
		var b strings.Builder
		b.WriteString("User-agent: *\n")
		for i := 0; b.Len() < maxRobotsBytes; i++ {
			b.WriteString(line(i))
		}
		return b.String()
	}
	long := "/" + strings.Repeat("a", maxRobotsTarget/3-1)
	return map[string][2]string{
		"one rule of stars":      {"User-agent: *\nDisallow: /" + strings.Repeat("a*", maxRobotsBytes/2-20) + "b\n", long},
		"one rule, stars only":   {"User-agent: *\nDisallow: /" + strings.Repeat("*", maxRobotsBytes-50) + "b\n", long},
		"many rules, two stars":  {fill(func(i int) string { return fmt.Sprintf("Disallow: /*%x*b\n", i) }), long},
		"many rules, near miss":  {fill(func(int) string { return "Disallow: /*a*a*a*a*a*a*a*a*a*a*a*a*a*ab\n" }), long},
		"long needles":           {fill(func(int) string { return "Disallow: /*" + strings.Repeat("a", 80) + "b\n" }), long},
		"many plain rules":       {fill(func(i int) string { return fmt.Sprintf("Allow:/%x\n", i) }), long},
		"many user-agent lines":  {fill(func(i int) string { return fmt.Sprintf("User-agent: b%d\n", i) }), long},
		"many groups":            {fill(func(int) string { return "User-agent: *\nDisallow: /x\n" }), long},
		"no end of a line":       {"User-agent: *\nDisallow: /" + strings.Repeat("a", 2*maxRobotsBytes), long},
		"queries in three forms": {fill(func(i int) string { return fmt.Sprintf("Disallow: /*:%x/*b\n", i) }), "/?" + strings.Repeat("%3A:", maxRobotsTarget/12-2)},
		"nothing but line ends":  {strings.Repeat("\r", 2*maxRobotsBytes), long},
	}
}

// The bound is generous: with patterns tried by going back, the first files would take longer than the universe has.
func TestHostileRobotsTakesBoundedWork(t *testing.T) {
	for name, file := range hostileRobots() {
		t.Run(name, func(t *testing.T) {
			u := site(t, file[1])
			start := time.Now()
			rules := parseRobots([]byte(file[0]))
			rules.allows(u)
			if took := time.Since(start); took > 5*time.Second {
				t.Errorf("took %s", took)
			}
			if rules.cost > 8*maxRobotsBytes {
				t.Errorf("keeps about %d octets", rules.cost)
			}
			wild := 0
			for _, rule := range rules.rules {
				if rule.wild {
					wild++
				}
			}
			if wild > maxRobotsWild {
				t.Errorf("keeps %d rules with wildcards", wild)
			}
		})
	}
}

func TestTooManyWildcardsKeepUsOut(t *testing.T) {
	file := "User-agent: *\n" + strings.Repeat("Disallow: /*x*y\n", maxRobotsWild)
	if parseRobots([]byte(file)).tooMany {
		t.Error("as many as are allowed are too many")
	}
	e := newRobotsEntry("acme.example", nil, robotsAnswer{Status: 200, Body: []byte(file + "Allow: /*z*\n")}, nil, time.Unix(1e9, 0))
	wantPolicy(t, e.judge(site(t, "/")), "more than 5000 rules with wildcards")
}

func BenchmarkHostileRobots(b *testing.B) {
	for name, file := range hostileRobots() {
		rules, u := parseRobots([]byte(file[0])), site(b, file[1])
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				rules.allows(u)
			}
		})
	}
}

func FuzzRobots(f *testing.F) {
	f.Add(rfcSimple, "/example/page.html")
	f.Add("\xEF\xBB\xBFuser-agent: meetleaks\r\ndisallow: /*a*b$\rcrawl-delay: 1e9\ncontent-signal: search=no\nsitemap: https://a.example", "/a%2Fb?x=https://y")
	f.Add("user-agent:*\nallow:*$\ndisallow:/%\ndisallow:/%4", "/../.././x?")
	f.Fuzz(func(t *testing.T, file, address string) {
		rules := parseRobots([]byte(file))
		if len(rules.preference) > 2*maxPreference || len(rules.sitemaps) > maxSitemaps || rules.crawlDelay < 0 {
			t.Error("a bound does not hold")
		}
		u, err := url.Parse(address)
		if err != nil || len(address) > maxRobotsTarget/3 {
			return
		}
		open := rules.allows(u)
		if want := allowsSlowly(rules, u); open != want {
			t.Errorf("allows says %v, trying every way %v", open, want)
		}
		for _, target := range robotsTargets(u) {
			if path, query, _ := strings.Cut(target, "?"); normaliseOctets(path, false) != path || normaliseOctets(query, false) != query {
				t.Errorf("normalised twice, %q is another", target)
			}
		}
	})
}

// allowsSlowly is allows by the letter of the RFC: every rule, in any order, with going back.
func allowsSlowly(r *robotsRules, u *url.URL) bool {
	best, allow := -1, true
	for _, target := range robotsTargets(u) {
		for _, rule := range r.rules {
			pattern := rule.pattern
			if !rule.end {
				pattern += "*"
			}
			if rule.length < best || !matchesSlowly(pattern, target) {
				continue
			}
			allow = rule.allow || rule.length == best && allow
			best = rule.length
		}
	}
	return allow
}

// matchesSlowly fills a table: can the first i octets of the pattern make the first j of the target?
func matchesSlowly(pattern, target string) bool {
	row := make([]bool, len(target)+1)
	row[0] = true
	for i := range len(pattern) {
		next := make([]bool, len(target)+1)
		for j := range next {
			if pattern[i] == '*' {
				next[j] = row[j] || j > 0 && next[j-1]
			} else {
				next[j] = j > 0 && row[j-1] && pattern[i] == target[j-1]
			}
		}
		row = next
	}
	return row[len(target)]
}
