package fetch

import (
	"bytes"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ProductToken is the name that robots.txt, X-Robots-Tag and meta elements address us by, in any case of letters.
const ProductToken = "meetleaks"

// The bounds of a robots.txt. A file that is longer is read up to the bound, as RFC 9309 section 2.5 allows; one with more
// wildcard rules than we are ready to try for each address keeps us out instead: half a file of rules is not obeyed.
const (
	maxRobotsBytes = 500 << 10
	maxRobotsWild  = 5_000 // rules with a '*' before their end
	maxSitemaps    = 1_000
	maxSitemapURL  = 2_048 // octets
	maxPreference  = 256   // octets of Content-Signal and Content-Usage that are kept
)

// robotsRules is what one robots.txt asks of us. It is never changed once parsed and is safe for concurrent use.
type robotsRules struct {
	rules      []robotsRule  // the most specific first; of equal length Allow first
	crawlDelay time.Duration // 0: none asked; at most a year
	sitemaps   []string      // as written, http and https only, at most maxSitemaps
	noIndex    bool          // a Content-Signal or Content-Usage line refuses indexing
	preference string        // the Content-Signal and Content-Usage lines as written, for the record
	tooMany    bool          // more wildcard rules than maxRobotsWild
	cost       int           // octets of memory, roughly
}

// robotsRule is one Allow or Disallow line; its pattern is normalised, see normaliseOctets.
type robotsRule struct {
	pattern string // without "$" at its end
	length  int    // octets of the pattern with its "$", what precedence goes by
	allow   bool
	end     bool // the pattern ended in "$": nothing may follow
	wild    bool // a '*' stands before the end of the pattern
}

// parseRobots reads a robots.txt for us. It takes any bytes: what is no rule is passed over, what is beyond maxRobotsBytes
// is not read.
func parseRobots(text []byte) *robotsRules { return parseRobotsFor(text, ProductToken) }

// parseRobotsFor reads a robots.txt for the crawler of that product token (RFC 9309 section 2.2.1).
func parseRobotsFor(text []byte, token string) *robotsRules {
	p := robotsParser{token: token}
	text, cut := capRobots(text)
	for len(text) > 0 {
		var line []byte
		line, text = nextLine(text)
		if cut && len(text) == 0 {
			break // half a line would say something else than its owner did
		}
		p.line(line)
	}
	return p.result()
}

// capRobots drops the byte order mark, and what is beyond the bound; cut says that the last line may be half a line.
func capRobots(text []byte) (capped []byte, cut bool) {
	text = bytes.TrimPrefix(text, []byte("\xEF\xBB\xBF"))
	if len(text) >= maxRobotsBytes {
		text = text[:maxRobotsBytes]
		last := text[len(text)-1]
		return text, last != '\n' && last != '\r'
	}
	return text, false
}

// nextLine cuts off the first line; lines end in CR, LF or both.
func nextLine(text []byte) (line, rest []byte) {
	i := bytes.IndexAny(text, "\r\n")
	if i < 0 {
		return text, nil
	}
	return text[:i], text[i+1:]
}

// robotsParser collects the groups that name us and those for everybody.
type robotsParser struct {
	token    string
	inAgents bool // the line before was one of a run of user-agent lines
	us, all  bool // the group at hand names us, everybody

	ours, everybodys robotsGroup
	sitemaps         []string
}

// robotsGroup is all groups for one crawler, merged.
type robotsGroup struct {
	named      bool
	rules      []robotsRule
	wild       int
	delay      time.Duration
	noIndex    bool
	preference string
}

// line reads one line. Lines we do not know, Sitemap lines among them, neither open nor close a group.
func (p *robotsParser) line(line []byte) {
	key, value := robotsRecord(line)
	switch key {
	case "user-agent", "useragent", "user agent":
		p.agent(value)
	case "allow":
		p.rule(value, true)
	case "disallow", "dissallow", "dissalow", "disalow", "diasllow", "disallaw": // slips that are often seen
		p.rule(value, false)
	case "crawl-delay", "crawldelay":
		p.member(func(g *robotsGroup) { g.delay = max(g.delay, parseCrawlDelay(value)) })
	case "content-signal", "content-usage":
		p.member(func(g *robotsGroup) { g.prefer(value) })
	case "sitemap", "site-map":
		p.sitemap(value)
	}
}

// robotsRecord splits a line into its name, in lower case, and its value without comment and white space. The colon may be
// missing where the meaning is plain: "disallow /".
func robotsRecord(line []byte) (key, value string) {
	if i := bytes.IndexByte(line, '#'); i >= 0 {
		line = line[:i]
	}
	line = bytes.Trim(line, " \t\x00")
	i := bytes.IndexByte(line, ':')
	if space := bytes.IndexAny(line, " \t"); i < 0 && space > 0 {
		i = space
	}
	if i <= 0 || i > 32 {
		return "", ""
	}
	return strings.ToLower(string(bytes.TrimSpace(line[:i]))), string(bytes.Trim(line[i+1:], " \t\x00"))
}

// agent reads a user-agent line. Several in a row name one group; the first after a rule opens the next.
func (p *robotsParser) agent(value string) {
	if !p.inAgents {
		p.us, p.all = false, false
	}
	p.inAgents = true
	switch {
	case value == "*" || strings.HasPrefix(value, "* ") || strings.HasPrefix(value, "*\t"):
		p.all, p.everybodys.named = true, true
	case strings.EqualFold(agentToken(value), p.token):
		p.us, p.ours.named = true, true
	}
}

// agentToken is the product token that a user-agent value begins with: "MeetLeaks/1.0" names meetleaks, "meetleaks2" does not
// name it, nor does "meet".
func agentToken(value string) string {
	for i := range len(value) {
		if c := value[i]; c != '_' && c != '-' && (!unreserved(c) || c == '.' || c == '~') {
			return value[:i]
		}
	}
	return value
}

// member adds to the groups at hand what belongs to a group, which ends its run of user-agent lines. Before the first group
// there are none at hand.
func (p *robotsParser) member(add func(*robotsGroup)) {
	p.inAgents = false
	if p.us {
		add(&p.ours)
	}
	if p.all {
		add(&p.everybodys)
	}
}

// rule reads the value of an Allow or Disallow line. An empty one, and one that cannot begin a path, is no rule, but ends
// the run of user-agent lines.
func (p *robotsParser) rule(value string, allow bool) {
	p.member(func(g *robotsGroup) {
		if value == "" || value[0] != '/' && value[0] != '*' {
			return
		}
		r := newRobotsRule(value, allow)
		if r.wild {
			g.wild++
		}
		if g.wild <= maxRobotsWild || !r.wild {
			g.rules = append(g.rules, r)
		}
	})
}

func (p *robotsParser) sitemap(value string) {
	lower := strings.ToLower(value[:min(len(value), len("https://"))])
	web := strings.HasPrefix(lower, "http://") || strings.HasPrefix(lower, "https://")
	if web && len(value) <= maxSitemapURL && len(p.sitemaps) < maxSitemaps {
		p.sitemaps = append(p.sitemaps, value)
	}
}

// parseCrawlDelay reads seconds, whole or not; what cannot be read, and what is negative, is 0.
func parseCrawlDelay(value string) time.Duration {
	seconds, err := strconv.ParseFloat(strings.TrimSuffix(value, "s"), 64)
	if err != nil && !math.IsInf(seconds, 1) || !(seconds > 0) {
		return 0
	}
	if seconds > time.Hour.Seconds()*24*365 {
		return 24 * 365 * time.Hour
	}
	return time.Duration(seconds * float64(time.Second))
}

// prefer notes a preference: "search=yes, ai-train=no", "/drafts/ search=n". A refusal of indexing for some path is taken
// for all: it costs no finding, only the copy.
func (g *robotsGroup) prefer(value string) {
	if room := maxPreference - len(g.preference); room > 0 {
		g.preference = strings.ToValidUTF8(strings.TrimPrefix(g.preference+"; "+value[:min(len(value), room)], "; "), "�")
	}
	for part := range strings.FieldsFuncSeq(strings.ToLower(value), func(r rune) bool { return strings.ContainsRune(", ;\t", r) }) {
		name, say, _ := strings.Cut(part, "=")
		refused := say == "no" || say == "n"
		if refused && (name == "search" || name == "index" || name == "bots" || name == "all") {
			g.noIndex = true
		}
	}
}

// result is our groups, or when none names us those for everybody.
func (p *robotsParser) result() *robotsRules {
	g := p.everybodys
	if p.ours.named {
		g = p.ours
	}
	r := &robotsRules{
		rules: slices.Clip(g.rules), crawlDelay: g.delay, sitemaps: p.sitemaps,
		noIndex: g.noIndex, preference: g.preference, tooMany: g.wild > maxRobotsWild,
	}
	slices.SortStableFunc(r.rules, func(a, b robotsRule) int {
		if a.length == b.length && a.allow != b.allow && a.allow {
			return -1
		} else if a.length == b.length && a.allow != b.allow {
			return 1
		}
		return b.length - a.length
	})
	r.cost = 256 + len(r.preference)
	for _, rule := range r.rules {
		r.cost += len(rule.pattern) + 40
	}
	for _, s := range r.sitemaps {
		r.cost += len(s) + 16
	}
	return r
}
