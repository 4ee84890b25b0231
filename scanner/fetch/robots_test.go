package fetch

import (
	"net/url"
	"strings"
	"testing"
	"time"
)

// robotsCase is one file, one crawler, and what it may and may not read there.
type robotsCase struct {
	name   string
	file   string
	token  string // "" is ours
	open   string // paths separated by spaces
	closed string
}

func (c robotsCase) run(t *testing.T) {
	token := c.token
	if token == "" {
		token = ProductToken
	}
	rules := parseRobotsFor([]byte(c.file), token)
	for _, path := range strings.Fields(c.open) {
		if !rules.allows(site(t, path)) {
			t.Errorf("%s is closed to %s", path, token)
		}
	}
	for _, path := range strings.Fields(c.closed) {
		if rules.allows(site(t, path)) {
			t.Errorf("%s is open to %s", path, token)
		}
	}
}

func site(t testing.TB, path string) *url.URL {
	t.Helper()
	u, err := url.Parse("https://acme.example" + path)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func runRobots(t *testing.T, cases []robotsCase) {
	for _, c := range cases {
		t.Run(c.name, c.run)
	}
}

// RFC 9309 section 5.1.
const rfcSimple = `User-Agent: *
Disallow: *.gif$
Disallow: /example/
Allow: /publications/

User-Agent: foobot
Disallow:/
Allow:/example/page.html
Allow:/example/allowed.gif

User-Agent: barbot
User-Agent: bazbot
Disallow: /example/page.html

User-Agent: quxbot
`

func TestExamplesOfTheRFCAreObeyed(t *testing.T) {
	runRobots(t, []robotsCase{
		{name: "5.1 everybody", file: rfcSimple, open: "/ /publications/ /publications/a.gif.html /page.html", closed: "/example/ /example/page.html /a.gif /publications/../a.gif"},
		{name: "5.1 the longer Allow beats *.gif$", file: rfcSimple, open: "/publications/a.gif"},
		{name: "5.1 foobot", file: rfcSimple, token: "foobot", open: "/example/page.html /example/allowed.gif", closed: "/ /example/ /publications/ /other"},
		{name: "5.1 barbot", file: rfcSimple, token: "barbot", open: "/ /example/ /a.gif", closed: "/example/page.html"},
		{name: "5.1 bazbot shares the group", file: rfcSimple, token: "BazBot", open: "/", closed: "/example/page.html"},
		{name: "5.1 quxbot has a group without rules", file: rfcSimple, token: "quxbot", open: "/ /example/page.html /a.gif"},
		{name: "5.2 longest match", token: "foobot",
			file:   "User-Agent: foobot\nAllow: /example/page/\nDisallow: /example/page/disallowed.gif\n",
			open:   "/example/page/ /example/page/other.gif",
			closed: "/example/page/disallowed.gif"},
		{name: "2.2.1 groups of one crawler are merged", token: "ExampleBot",
			file: "User-Agent: ExampleBot\nDisallow: /foo\nDisallow: /bar\n\nUser-Agent: *\nDisallow: /qux\n\nUser-Agent: examplebot\nDisallow: /baz\n",
			open: "/ /qux", closed: "/foo /bar /baz"},
		{name: "2.2.1 without a group for us or everybody all is open", file: "User-Agent: other\nDisallow: /\n", open: "/ /x"},
		{name: "2.2.2 no rule matches", file: "User-Agent: *\nDisallow: /x\n", open: "/ /y"},
		{name: "2.2.2 Allow and Disallow of equal length", file: "User-Agent: *\nDisallow: /folder\nAllow: /folder\n", open: "/folder /folder/page"},
		{name: "2.2.2 /robots.txt is judged by the cache, not the rules", file: "User-Agent: *\nDisallow: /\n", closed: "/robots.txt"},
		{name: "2.2.3 end of pattern", file: "User-Agent: *\nDisallow: /\nAllow: /this/path/exactly$\n", open: "/this/path/exactly", closed: "/this/path/exactly/ /this/path/exactly?a"},
		{name: "2.2.3 wildcard", file: "User-Agent: *\nDisallow: /\nAllow: /this/*/exactly\n", open: "/this/path/exactly /this/a/b/exactly.html", closed: "/this/exactly"},
		{name: "2.2.3 comment", file: "User-Agent: * # all\nDisallow: /x # not here\n#Disallow: /\n", open: "/ /y", closed: "/x"},
		{name: "2.2.3 special characters are matched in percent-encoding",
			file: "User-Agent: *\nDisallow: /path/file-with-a-%2A.html\nDisallow: /path/foo-%24\n",
			open: "/path/file-with-a-x.html /path/foo-", closed: "/path/file-with-a-*.html /path/file-with-a-%2a.html /path/foo-$ /path/foo-%24"},
		{name: "2.2.4 other records stand between", file: "User-Agent: other\nSitemap: https://acme.example/s.xml\nUser-Agent: meetleaks\nDisallow: /x\n", closed: "/x"},
	})
}

// RFC 9309 section 2.2.2, the table of percent-encodings: rule, and the address it must match.
func TestPercentEncodingIsComparedInOneSpelling(t *testing.T) {
	for _, c := range []struct{ rule, matches, misses string }{
		{"/foo/bar?baz=quz", "/foo/bar?baz=quz", "/foo/bar?baz=qu"},
		{"/foo/bar?baz=https://foo.bar", "/foo/bar?baz=https%3A%2F%2Ffoo.bar", "/foo/bar"},
		{"/foo/bar?baz=https%3A%2F%2Ffoo.bar", "/foo/bar?baz=https://foo.bar", "/foo/bar"},
		{"/foo/bar?baz=https%3a%2f%2ffoo.bar", "/foo/bar?baz=https%3A%2F%2Ffoo.bar", "/foo/bar?baz=http"},
		{"/foo/bar/\xE3\x83\x84", "/foo/bar/%E3%83%84", "/foo/bar/%E3%83%85"},
		{"/foo/bar/%E3%83%84", "/foo/bar/\xE3\x83\x84", "/foo/bar/"},
		{"/foo/bar/%e3%83%84", "/foo/bar/%E3%83%84", "/foo/bar/e3"},
		{"/foo/bar/%62%61%7A", "/foo/bar/baz", "/foo/bar/ba"},
		{"/foo/bar/baz", "/foo/bar/%62%61%7a", "/foo/bar/%62"},
		{"/a%2Fb", "/a%2fb", "/a/b"},
		{"/a/b", "/a/b", "/a%2Fb"},
		{"/a b", "/a%20b", "/a+b"},
		{"/50%", "/50%25", "/50"},
		{"/%zz", "/%25zz", "/zz"},
		{"/a%23b", "/a%23b", "/a"},
		{"/a|b", "/a%7Cb", "/ab"},
		{"/f*/x", "/f?go=/x", "/f?go=%2Fy"},
		{"/a$b", "/a%24b", "/a"},
	} {
		rules := parseRobots([]byte("User-agent: *\nDisallow: " + c.rule + "\n"))
		if rules.allows(site(t, c.matches)) {
			t.Errorf("%q does not match %q", c.rule, c.matches)
		}
		if !rules.allows(site(t, c.misses)) {
			t.Errorf("%q matches %q", c.rule, c.misses)
		}
	}
}

// The documentation of Google's crawlers, "URL matching based on path values": pattern, what it matches, what it does not.
func TestPathExamplesOfGoogleHold(t *testing.T) {
	fish := "/fish /fish.html /fish/salmon.html /fishheads /fishheads/yummy.html /fish.html?id=anything"
	noFish := "/Fish.asp /catfish /?id=fish /desert/fish"
	for _, c := range []struct{ rule, matches, misses string }{
		{"/", "/ /x /x/y?z", ""},
		{"/*", "/ /x /x/y?z", ""},
		{"*", "/ /x", ""},
		{"/$", "/", "/x /?x"},
		{"/fish", fish, noFish},
		{"/fish*", fish, noFish},
		{"/fish/", "/fish/ /fish/?id=anything /fish/salmon.htm", "/fish /fish.html /animals/fish/ /Fish/Salmon.asp"},
		{"/*.php", "/index.php /filename.php /folder/filename.php /folder/filename.php?parameters /folder/any.php.file.html /filename.php/ /index?f=filename.php/", "/ /windows.PHP /php/ /index?php"},
		{"/*.php$", "/filename.php /folder/filename.php", "/filename.php?parameters /filename.php/ /filename.php5 /windows.PHP /filename?php /aaaphpaaa"},
		{"/fish*.php", "/fish.php /fishheads/catfish.php?parameters", "/Fish.PHP"},
		{"/private*/", "/private/ /private1/ /private-x/y", "/private"},
		{"/*?", "/a?b /?", "/a"},
		{"/*?$", "/a?", "/a?b /a"},
		{"/a**b***c$", "/abc /a1b2c /abcbc", "/abcd /ac"},
		{"/a*$", "/a /abc", "/b"},
	} {
		runRobots(t, []robotsCase{{name: c.rule, file: "User-agent: *\nDisallow: " + c.rule + "\n", open: c.misses, closed: c.matches}})
	}
}

// The same documentation, "order of precedence for rules", and the cases of the published parser.
func TestTheMostSpecificRuleWins(t *testing.T) {
	runRobots(t, []robotsCase{
		{name: "allow /p", file: "User-agent: *\nallow: /p\ndisallow: /\n", open: "/page", closed: "/x"},
		{name: "allow /folder on a tie", file: "User-agent: *\nallow: /folder\ndisallow: /folder\n", open: "/folder/page"},
		{name: "disallow /*.htm is longer", file: "User-agent: *\nallow: /page\ndisallow: /*.htm\n", open: "/page", closed: "/page.htm"},
		{name: "allow on a tie with a wildcard", file: "User-agent: *\nallow: /page\ndisallow: /*.ph\n", open: "/page.php5"},
		{name: "allow /$", file: "User-agent: *\nallow: /$\ndisallow: /\n", open: "/", closed: "/page.htm"},
		{name: "longer disallow", file: "User-agent: *\ndisallow: /x/page.html\nallow: /x/\n", open: "/x/", closed: "/x/page.html"},
		{name: "longer allow", file: "User-agent: *\nallow: /x/page.html\ndisallow: /x/\n", open: "/x/page.html", closed: "/x/"},
		{name: "slash at the end", file: "User-agent: *\ndisallow: /x\nallow: /x/\n", open: "/x/", closed: "/x"},
		{name: "empty rules", file: "User-agent: *\ndisallow:\nallow:\n", open: "/ /x"},
		{name: "case of paths counts", file: "User-agent: *\ndisallow: /X/\n", open: "/x/", closed: "/X/y"},
		{name: "our group hides everybody's", file: "User-agent: *\ndisallow: /x/\nuser-agent: meetleaks\ndisallow: /y/\n", open: "/x/", closed: "/y/"},
		{name: "order of groups does not matter", file: "user-agent: meetleaks\ndisallow: /y/\nUser-agent: *\ndisallow: /x/\n", open: "/x/", closed: "/y/"},
	})
}

// "Order of precedence for user agents" and "grouping of lines and rules" of the same documentation.
func TestGroupsAreMergedByName(t *testing.T) {
	news := "user-agent: googlebot-news\ndisallow: /n\n\nuser-agent: *\ndisallow: /s\n\nuser-agent: googlebot\ndisallow: /g\n"
	merged := "user-agent: googlebot-news\ndisallow: /fish\n\nuser-agent: *\ndisallow: /carrots\n\nuser-agent: googlebot-news\ndisallow: /shrimp\n"
	four := "user-agent: a\ndisallow: /c\n\nuser-agent: b\ndisallow: /d\n\nuser-agent: e\nuser-agent: f\ndisallow: /g\n\nuser-agent: h\n"
	runRobots(t, []robotsCase{
		{name: "the name in full", file: news, token: "googlebot-news", open: "/g /s", closed: "/n"},
		{name: "not a longer name", file: news, token: "googlebot", open: "/n /s", closed: "/g"},
		{name: "nobody's", file: news, token: "otherbot", open: "/g /n", closed: "/s"},
		{name: "merged", file: merged, token: "googlebot-news", open: "/carrots", closed: "/fish /shrimp"},
		{name: "everybody's, merged", file: "user-agent: *\ndisallow: /a\nuser-agent: b\ndisallow: /\nuser-agent: *\ndisallow: /c\n", open: "/b", closed: "/a /c"},
		{name: "e", file: four, token: "e", open: "/c /d", closed: "/g"},
		{name: "f", file: four, token: "f", open: "/c /d", closed: "/g"},
		{name: "h", file: four, token: "h", open: "/c /d /g"},
		{name: "sitemap within a group", token: "a", file: "user-agent: a\nsitemap: https://acme.example/s.xml\n\nuser-agent: b\ndisallow: /\n", closed: "/"},
		{name: "crawl-delay ends the names", token: "a", file: "user-agent: a\ncrawl-delay: 5\n\nuser-agent: b\ndisallow: /\n", open: "/"},
		{name: "rules before any group", file: "disallow: /\nallow: /x\nuser-agent: *\ndisallow: /y\n", open: "/ /x", closed: "/y"},
		{name: "an empty line ends no group", file: "user-agent: *\n\n\ndisallow: /x\n\nallow: /x/y\n", open: "/x/y", closed: "/x"},
		{name: "version behind the name", file: "user-agent: MeetLeaks/1.0\ndisallow: /x\n", closed: "/x"},
		{name: "words behind the name", file: "user-agent: meetleaks bot\ndisallow: /x\n", closed: "/x"},
		{name: "other names", file: "user-agent: meetleaks2\nuser-agent: meet\nuser-agent: xmeetleaks\nuser-agent: meetleaks-news\ndisallow: /x\n", open: "/x"},
		{name: "star with words", file: "user-agent: * (all)\ndisallow: /x\n", closed: "/x"},
	})
}

func TestBadLinesAreToleratedInRobots(t *testing.T) {
	runRobots(t, []robotsCase{
		{name: "byte order mark", file: "\xEF\xBB\xBFUser-agent: *\nDisallow: /x\n", closed: "/x"},
		{name: "CRLF", file: "User-agent: *\r\nDisallow: /x\r\n", closed: "/x"},
		{name: "CR", file: "User-agent: *\rDisallow: /x\rDisallow: /y", closed: "/x /y"},
		{name: "mixed ends of lines", file: "User-agent: *\n\rDisallow: /x\r\n\nDisallow: /y", closed: "/x /y"},
		{name: "any case", file: "uSeR-aGeNt: mEETLEAKS\nDIsALLoW: /x\n", open: "/X", closed: "/x"},
		{name: "white space", file: " \t User-agent \t:\t*  \n  Disallow\t:   /x  \t\n", closed: "/x"},
		{name: "no colon", file: "user-agent meetleaks\ndisallow /x\n", closed: "/x"},
		{name: "slips", file: "useragent: *\ndissallow: /a\ndisalow: /b\n", closed: "/a /b"},
		{name: "rubbish between", file: "User-agent: *\n\x00\xff\xfe\nfoo: bar\n:::\n<html>\nDisallow: /x\n", open: "/", closed: "/x"},
		{name: "a page instead of a file", file: "<!doctype html><html><body>Disallow: /</body></html>", open: "/ /x"},
		{name: "empty", file: "", open: "/ /x"},
		{name: "patterns that begin no path", file: "User-agent: *\nDisallow: x\nDisallow: https://acme.example/\n", open: "/ /x"},
		{name: "dot segments", file: "User-agent: *\nDisallow: /private\n", open: "/private/../open /.private /a/.", closed: "/open/../private /open/%2e%2e/private /./private /../private /a/b/../../private/."},
	})
}

func TestRobotsIsReadToItsBoundAndNoHalfLine(t *testing.T) {
	head := "User-agent: *\nDisallow: /early\n"
	padding := strings.Repeat("# nothing to see here\n", (maxRobotsBytes-len(head))/22-2)
	file := head + padding
	file += strings.Repeat("#", maxRobotsBytes-len(file)-len("\nAllow: /early")) + "\nAllow: /early"
	if len(file) != maxRobotsBytes {
		t.Fatal("the file is not cut where it should be:", len(file))
	}
	rules := parseRobots([]byte(file + "/but/this\nDisallow: /late\n"))
	if rules.allows(site(t, "/early")) {
		t.Error("half a line was obeyed, or the beginning was lost")
	}
	if !rules.allows(site(t, "/late")) {
		t.Error("a line beyond the bound was read")
	}
	if parseRobots([]byte(head + padding + "Disallow: /last\n")).allows(site(t, "/last")) {
		t.Error("a line within the bound was not read")
	}
}

func TestSitemapsDelayAndPreferencesAreRead(t *testing.T) {
	rules := parseRobots([]byte(`Sitemap: https://acme.example/one.xml
User-agent: *
Crawl-delay: 2.5
Content-Signal: search=no, ai-train=no
Sitemap: HTTP://cdn.example/two.xml # theirs
sitemap: /relative.xml
Sitemap: ftp://acme.example/x.xml
User-agent: other
Crawl-delay: 40
`))
	if got := strings.Join(rules.sitemaps, " "); got != "https://acme.example/one.xml HTTP://cdn.example/two.xml" {
		t.Errorf("sitemaps: %q", got)
	}
	if rules.crawlDelay != 2500*time.Millisecond {
		t.Errorf("crawl delay: %s", rules.crawlDelay)
	}
	if !rules.noIndex || rules.preference != "search=no, ai-train=no" {
		t.Errorf("preference: %v %q", rules.noIndex, rules.preference)
	}
	many := parseRobots([]byte(strings.Repeat("Sitemap: https://acme.example/s.xml\n", maxSitemaps+5)))
	if len(many.sitemaps) != maxSitemaps {
		t.Errorf("%d sitemaps are kept", len(many.sitemaps))
	}
}

func TestOnlyARefusalOfIndexingIsNoIndex(t *testing.T) {
	for line, want := range map[string]bool{
		"Content-Signal: search=yes, ai-input=no, ai-train=no": false,
		"Content-Signal: search=no":                            true,
		"Content-Signal: ai-train=no,search=no":                true,
		"Content-Usage: train-ai=n":                            false,
		"Content-Usage: /drafts/ search=n":                     true,
		"Content-Usage: bots=n":                                true,
		"Content-Usage: research=n":                            false,
		"Content-Signal:":                                      false,
	} {
		if got := parseRobots([]byte("User-agent: *\n" + line + "\n")).noIndex; got != want {
			t.Errorf("%s: %v", line, got)
		}
	}
	if parseRobots([]byte("User-agent: other\nContent-Signal: search=no\nUser-agent: *\nAllow: /\n")).noIndex {
		t.Error("the preference of another group was taken for ours")
	}
}

func TestCrawlDelayIsReadOrIgnored(t *testing.T) {
	for value, want := range map[string]time.Duration{
		"1": time.Second, "0.5": 500 * time.Millisecond, "10s": 10 * time.Second, "0": 0, "-3": 0, "": 0, "soon": 0,
		"NaN": 0, "1e300": 365 * 24 * time.Hour, "1e999": 365 * 24 * time.Hour, "Inf": 365 * 24 * time.Hour,
	} {
		if got := parseCrawlDelay(value); got != want {
			t.Errorf("%q: %s, want %s", value, got, want)
		}
	}
}
