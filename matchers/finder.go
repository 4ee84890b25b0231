package matchers

import (
	"strings"

	"meetleaks/matchers/unwrap"
)

// MaxOwnHosts bounds the hosts given to NewFinder, and MinOwnHost is the shortest of them in bytes: more, or shorter ones, would
// slow the sweep for everybody. The rest of a longer list, and shorter hosts, are not looked for.
const (
	MaxOwnHosts = 1000
	MinOwnHost  = 7
)

// usualLiterals is for how many literals there is room at once: for all that are ours, and some of own hosts.
const usualLiterals = 2300

// builder collects the literals of a Finder.
type builder struct {
	f     *Finder
	texts []string
	tags  []int
}

// NewFinder builds a Finder. ownHosts are hosts of services that organisations run themselves ("meet.acme.example"): what
// stands there is a BigBlueButton, Mattermost … link by its path, and else a Jitsi room. At most MaxOwnHosts of them.
func NewFinder(platforms []Platform, ownHosts ...string) *Finder {
	b := builder{f: &Finder{platforms: platforms, hosts: make(map[string]int), wrapping: make(map[string]bool), labels: make(map[string]bool)}}
	b.texts, b.tags, b.f.targets = make([]string, 0, usualLiterals), make([]int, 0, usualLiterals), make([]target, 0, usualLiterals)
	var known []string
	for i := range platforms {
		known = append(known, b.platform(i)...)
	}
	wrappers := unwrap.All()
	b.noteWrapping(wrappers)
	b.ownHosts(ownHosts[:min(len(ownHosts), MaxOwnHosts)])
	b.add(target{kind: wrapperTarget}, wrapperLiterals(wrappers)...)
	b.add(target{kind: wrapperPathTarget}, googlePaths()...)
	b.add(target{kind: labelTarget}, labelLiterals()...)
	b.add(target{kind: tapTarget}, ",,", "%2c%2c", "#,,,,*", "#,,,,,,0#")
	b.add(target{kind: h323Target}, "##")
	b.add(target{kind: cueTarget}, dialCues()...)
	b.add(target{kind: signTarget}, cleaningSigns(known)...)
	b.add(target{kind: calendarTarget}, calendarSigns()...)
	b.f.set = newLiteralSet(b.texts, b.tags)
	return b.f
}

func (b *builder) add(t target, literals ...string) {
	for _, literal := range literals {
		t.literal = literal
		b.f.targets = append(b.f.targets, t)
		if tag := len(b.f.targets) - 1; len(literal) < shortLiteral {
			b.f.short = append(b.f.short, shortAnchor{literal, tag})
		} else {
			b.texts, b.tags = append(b.texts, literal), append(b.tags, tag)
		}
	}
}

// platform adds what gives away the links of a platform and returns its hosts.
func (b *builder) platform(i int) (hosts []string) {
	p := &b.f.platforms[i]
	for _, entry := range p.Hosts {
		host, _, _ := strings.Cut(entry, "/")
		b.f.hosts[host] = i
		hosts = append(hosts, host)
		for label := range strings.SplitSeq(host, ".") {
			b.f.labels[label] = true
		}
		b.add(target{kind: hostTarget, platform: i}, slashed(entry)...)
	}
	b.add(target{kind: anchorTarget, platform: i}, p.Anchors...)
	b.add(target{kind: bareTarget, platform: i}, p.BareAnchors...)
	return hosts
}

// noteWrapping notes the hosts of platforms that are a wrapper's too, or have one below them.
func (b *builder) noteWrapping(wrappers []unwrap.Wrapper) {
	for _, w := range wrappers {
		for _, host := range w.Hosts {
			for ok := true; ok; _, host, ok = strings.Cut(host, ".") {
				if _, known := b.f.hosts[host]; known {
					b.f.wrapping[host] = true
				}
			}
		}
	}
}

// slashed is a literal with its slashes as they stand in text, in JSON, in JSON inside JSON, in what programs write into pages, and
// percent-encoded, once or twice.
func slashed(literal string) []string {
	if !strings.Contains(literal, "/") {
		return []string{literal}
	}
	var all []string
	for _, slash := range [...]string{"/", `\/`, `\\/`, `\u002f`, "%2f", "%252f", "&#x2f;"} {
		all = append(all, strings.ReplaceAll(literal, "/", slash))
	}
	return all
}

func (b *builder) ownHosts(hosts []string) {
	jitsi := -1
	for i, p := range b.f.platforms {
		if p.Name == "jitsi" {
			jitsi = i
		}
	}
	for _, host := range hosts {
		if _, base := b.f.platformOf(host); base == "" && len(host) >= MinOwnHost && len(host) <= maxHost {
			b.add(target{kind: ownTarget, platform: jitsi}, strings.ToLower(host))
		}
	}
}

// wrapperLiterals are what the sweep looks for: the wrappers' hosts and schemes. Of Google's hosts there is the calendar's alone,
// because other pages name them all the time: googlePaths stands for the others. Shorteners and click counters are left out:
// nothing can be decoded of them.
func wrapperLiterals(wrappers []unwrap.Wrapper) []string {
	literals := append([]string{"calendar.google.com"}, slashed("google.com/calendar")...)
	seen := make(map[string]bool)
	for _, w := range wrappers {
		if w.Name == "shortener" || w.Name == "click-counter" { // they never tell where they lead
			continue
		}
		for _, host := range w.Hosts {
			if len(host) >= minLiteral && !seen[host] && !strings.HasPrefix(host, "google.") {
				seen[host] = true
				literals = append(literals, host+redirectPath(host))
			}
		}
	}
	for _, scheme := range unwrap.Schemes() {
		if len(scheme)+1 >= minLiteral {
			literals = append(literals, scheme+":"+map[string]string{"data": "text/"}[scheme])
		}
	}
	return literals
}

// googlePaths are the beginnings of the paths with which Google's hosts, in two hundred countries, lead elsewhere; package unwrap
// (google.go) reads them. AMP copies of pages without TLS (/amp/<host>) are left out: no meeting is served so.
func googlePaths() []string {
	literals := slashed("/amp/s/")
	for _, page := range [...]string{"url", "url/", "translate", "viewer", "gview", "linkredirect"} {
		for _, asked := range [...]string{"?", "%3f", "\\u003f"} {
			literals = append(literals, "/"+page+asked, "%2f"+strings.ReplaceAll(page, "/", "%2f")+asked)
		}
	}
	return literals
}

// redirectPath narrows hosts that every other page names to the path that redirects.
func redirectPath(host string) string {
	switch host {
	case "youtube.com":
		return "/redirect"
	case "x.com", "twitter.com":
		return "/intent"
	}
	return ""
}
