package x

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"meetleaks/matchers"
	"meetleaks/scanner"
	"meetleaks/scanner/source/x/fakex"
	"meetleaks/scanner/source/x/internal/postid"
	"meetleaks/scanner/source/x/internal/posttext"
	"meetleaks/scanner/source/x/internal/terms"
	"meetleaks/scanner/source/x/internal/waits"
)

func TestWhatIsCutOffIsNoLink(t *testing.T) {
	self := posttext.Link{URL: "https://t.co/Zq9", Expanded: "https://x.com/i/web/status/1990000000000000001", Display: "x.com/i/web/status/1…"}
	for name, test := range map[string]struct {
		post post
		want string
	}{
		"shortened and shown cut off": {
			post{Text: "join https://t.co/Ab1 or acme.zoom.us/j/8493027…", Entities: entities{[]posttext.Link{{
				URL: "https://t.co/Ab1", Expanded: linkA, Unwound: linkA, Display: "acme.zoom.us/j/8493027…"}}}},
			"join " + linkA + " or " + linkA,
		},
		"one link begins like the other": {
			post{Text: "https://t.co/Ab1 https://t.co/Ab12", Entities: entities{[]posttext.Link{
				{URL: "https://t.co/Ab1", Expanded: linkA}, {URL: "https://t.co/Ab12", Expanded: linkB}}}},
			linkA + " " + linkB,
		},
		"a long post without its note": {
			post{ID: "1990000000000000001", Text: "Meeting ID: 930 5174 82… https://t.co/Zq9", Entities: entities{[]posttext.Link{self}}}, "Meeting ID:",
		},
		"dots of the author's before an image": {
			post{ID: "1990000000000000007", Text: "Meeting ID: 930 5174 8260… https://t.co/Zq9", Entities: entities{[]posttext.Link{{
				URL: "https://t.co/Zq9", Expanded: "https://x.com/quillbert7/status/1990000000000000007/photo/1", Display: "pic.x.com/Zq9"}}}},
			"Meeting ID: 930 5174 8260…",
		},
		"dots of the author's before another post": {
			post{ID: "1990000000000000007", Text: "Meeting ID: 930 5174 8260… https://t.co/Zq9", Entities: entities{[]posttext.Link{self}}}, "Meeting ID: 930 5174 8260…",
		},
		"three dots of the author's": {post{Text: "Meeting ID: 930 5174 8260..."}, "Meeting ID: 930 5174 8260..."},
		"the note and where its links lead": {
			post{Text: "Meeting ID: 930 517… https://t.co/Zq9", Entities: entities{[]posttext.Link{self}}, NotePost: note{
				Text: "Meeting ID: 930 5174 8260 https://t.co/Ab1", Entities: entities{[]posttext.Link{{URL: "https://t.co/Ab1", Expanded: linkA}}}}},
			"Meeting ID: 930 5174 8260 " + linkA,
		},
		"where it leads, and what is told of that": {
			post{Text: "&lt;here&gt; https://t.co/Ab1", Entities: entities{[]posttext.Link{{
				URL: "https://t.co/Ab1", Expanded: "https://acme.example/x", Unwound: linkB, Title: "Board & friends", Description: "Dial 930 5174 82..."}}}},
			"<here> https://acme.example/x\n\n" + linkB + "\n\nBoard & friends\n\nDial",
		},
		"of X itself nothing stays": {
			post{Text: "see https://t.co/Ab1", Entities: entities{[]posttext.Link{{URL: "https://t.co/Ab1", Expanded: "https://twitter.com/quillbert7/status/77"}}}}, "see",
		},
		"what only looks like X": {
			post{Text: "https://t.co/Ab1", Entities: entities{[]posttext.Link{{URL: "https://t.co/Ab1", Expanded: "https://x.com@acme.zoom.us/j/84930275116"}}}},
			"https://x.com@acme.zoom.us/j/84930275116",
		},
	} {
		if got, _ := textOf(&test.post, &includes{}); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

func TestTextsAreBounded(t *testing.T) {
	words := strings.Repeat("Ä 930 5174 8260 ", 20_000)
	long := posttext.Link{URL: "https://t.co/Ab1", Expanded: "https://acme.example/" + strings.Repeat("y", 100_000)}
	p := &post{Text: strings.Repeat("https://t.co/Ab1 ", 10_000) + words, Entities: entities{[]posttext.Link{long, {URL: "https://t.co/Ab2", Expanded: linkA, Title: words}}}}
	text, cut := textOf(p, &includes{})
	if !cut || len(text) > posttext.MaxText || !utf8.ValidString(text) {
		t.Errorf("%v, %d bytes", cut, len(text))
	}
	text, _ = textOf(&post{Text: words}, &includes{})
	if strings.HasSuffix(text, "930") || strings.HasSuffix(text, "5174") {
		t.Errorf("a number is cut: %q", text[len(text)-30:])
	}
}

func TestTermsStayInTheirQuotes(t *testing.T) {
	shared := terms.Everybodys()
	for text, want := range map[string]string{
		"acme.zoom.us": `url:"acme.zoom.us"`, "https://ACME.zoom.us/": `url:"acme.zoom.us"`, "zoom.us/my/jdoe": `url:"zoom.us/my/jdoe"`,
		"meet.acme.example:8443/x": `url:"meet.acme.example:8443/x"`, "zoom.us": "", "www.zoom.us/": "", "zoom.us/j": "", "localhost": "",
		`a.example" OR "x`: "", `a.example/\`: "", "a.example/ä": "", "a..example": "", "a.example:": "", "": "", "a.example/(x)": "",
		"a.example/" + strings.Repeat("y", 200): "",
	} {
		if got, _ := urlClause(text, shared); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	for _, text := range []string{"", "12345678", "1234567890123456", "9305174826a", "930 517 482"} {
		if got, err := numberClauses(text); err == nil {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func TestRoomIsSharedFairly(t *testing.T) {
	var all []Terms
	for org := range 3 {
		terms := Terms{Tag: fmt.Sprint("o", org)}
		for i := range 100 * (org*20 + 1) {
			terms.URLs = append(terms.URLs, fmt.Sprintf("zoom.us/my/room%d-%d", org, i))
		}
		all = append(all, terms)
	}
	o := Options{MaxRule: 1000, MaxQuery: 512}
	p := planFor(all, nil, o, 20)
	byTag := map[string]int{}
	for _, r := range p.rules {
		byTag[r.Tag]++
		if len(r.Value) >= 1000 {
			t.Errorf("%d characters", len(r.Value))
		}
	}
	if len(p.rules) != 20 || p.crowded == 0 || byTag[RulePrefix+"o0"] != 3 || byTag[RulePrefix+"o1"] != 9 {
		t.Errorf("%v, %d have no room", byTag, p.crowded)
	}
	for _, q := range p.queries {
		if len(q) >= 512 {
			t.Errorf("%d characters", len(q))
		}
	}
	if again := planFor(append(all[:1:1], all[0]), nil, o, 100); len(again.rules) != 3 {
		t.Errorf("equal rules stand %d times", len(again.rules))
	}
}

// grammar is what a rule may look like, whatever terms it is made of.
var grammar = regexp.MustCompile(`^\((url:)?"[^"\\]+"( OR (url:)?"[^"\\]+")*\) -is:retweet$`)

func FuzzTerms(f *testing.F) {
	f.Add("o1", "acme.zoom.us", "93051748260")
	f.Add("o1", `a.example/" OR "x`, `" OR "`)
	f.Fuzz(func(t *testing.T, tag, text, number string) {
		p := planFor([]Terms{{Tag: tag, URLs: []string{text}, Numbers: []string{number}}}, nil, Options{MaxRule: 1000, MaxQuery: 512}, 10)
		for _, r := range p.rules {
			if !grammar.MatchString(r.Value) || len(r.Value) >= 1000 {
				t.Errorf("%q", r.Value)
			}
		}
		for _, q := range p.queries {
			if !grammar.MatchString(q) || len(q) >= 512 {
				t.Errorf("%q", q)
			}
		}
	})
}

func seeds(f *testing.F) {
	f.Helper()
	for _, spelling := range []string{"tweet", "post"} {
		for _, frame := range frames(spelling) {
			f.Add(frame)
		}
	}
	for _, text := range []string{
		``, `{}`, `null`, `[]`, `{"data":{"id":"71","text":"\ud800"}}`, `{"data":{"id":"1"},"data":{"id":"2"}}`, `{"data":{"\u0069d":"71"}}`,
		`{"errors":[{"type":"https://api.x.com/2/problems/operational-disconnect"}]}`, `{"data":{"id":"71","edit_history_tweet_ids":[]},`,
		`{"data":{"id":"18446744073709551616"}}`, strings.Repeat("[", 20_000), `{"data":` + strings.Repeat(`{"a":`, 20_000),
		`{"data":{"id":"71","text":"https://t.co/…","entities":{"urls":[{"url":"https://t.co/","expanded_url":"x","display_url":"…"}]}}}`,
	} {
		f.Add([]byte(text))
	}
}

func FuzzFrame(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		g, ok := glance(body)
		problems(body)
		decoded, _, err := decodeFrame(body)
		if err != nil {
			return
		}
		id, _ := postid.Parse(decoded.Data.ID)
		if ok && plainKeys(body) && id != g.id {
			t.Errorf("at a glance %d, decoded %d", g.id, id)
		}
		text, _ := textOf(&decoded.Data, &decoded.Includes)
		if len(text) > posttext.MaxText {
			t.Errorf("%d bytes", len(text))
		}
		decoded.Data.posted(id)
		decoded.Data.hidden()
	})
}

// plainKeys says whether a frame has no keys that stand twice, are escaped, or differ in case: of those a glance knows nothing.
func plainKeys(body []byte) bool {
	lower := bytes.ToLower(body)
	return bytes.Equal(lower, body) && !bytes.Contains(body, []byte(`\`)) && bytes.Count(body, []byte(`"data"`)) == 1 &&
		bytes.Count(body, []byte(`"id"`)) == 1 && !bytes.ContainsFunc(body, func(c rune) bool { return c > '~' })
}

func FuzzLines(f *testing.F) {
	f.Add([]byte("\r\n{}\r\n\r\n{"), 3)
	f.Add(bytes.Repeat([]byte("x"), maxFrame+10), 1000)
	f.Fuzz(func(t *testing.T, body []byte, chunk int) {
		lines := lineReader{from: bufio.NewReaderSize(&chunks{body, max(chunk, 1)}, 64)}
		var got []byte
		large := false
		for range len(body) + 2 {
			line, err := lines.next()
			got = append(got, line...)
			large = large || errors.Is(err, errLarge)
			if err != nil && !errors.Is(err, errLarge) {
				if want := bytes.Join(bytes.Fields(body), nil); !large && !bytes.Equal(bytes.Join(bytes.Fields(got), nil), want) && len(body) < maxFrame {
					t.Errorf("%q, want %q", got, want)
				}
				return
			}
		}
		t.Error("it does not end")
	})
}

type chunks struct {
	left []byte
	size int
}

func (c *chunks) Read(into []byte) (int, error) {
	if len(c.left) == 0 {
		return 0, io.EOF
	}
	n := copy(into, c.left[:min(c.size, len(c.left))])
	c.left = c.left[n:]
	return n, nil
}

func FuzzCursor(f *testing.F) {
	f.Add(`{"whole":"1990000000000000001","day":"2026-11-22","today":4,"month":71}`)
	f.Add(`{"whole":"-1"}`)
	f.Fuzz(func(t *testing.T, text string) {
		c, whole, err := decodeCursor(text)
		if err == nil && text != "" && (whole == 0 || c.Today < 0 || c.Month < 0) {
			t.Errorf("%+v", c)
		}
	})
}

func FuzzAnswers(f *testing.F) {
	f.Add([]byte(`{"data":{"project_cap":"3000000","project_usage":12,"daily_project_usage":{"usage":[{"date":"2026-11-22","usage":3}]}}}`), 200)
	f.Add([]byte(`{"data":[{"id":"71"}],"includes":{"tweets":[{"id":"72"}]},"errors":[{"type":"x","resource_id":"73"}],"meta":{"next_token":"z"}}`), 200)
	f.Add([]byte(`{"errors":[{"code":88}]}`), 429)
	f.Fuzz(func(t *testing.T, body []byte, status int) {
		s := &Source{o: Options{}.withDefaults()}
		if e := s.judge("fuzz", status, nil, body); e.Why == "" || e.After < 0 || e.After > waits.Longest {
			t.Errorf("%+v", e)
		}
		var c count
		_ = json.Unmarshal(body, &c)
		var p page
		_, _ = decodeInto(body, &p)
	})
}

func TestMoneyIsCountedByDayAndMonth(t *testing.T) {
	at := func(text string) time.Time { when, _ := time.Parse(time.RFC3339, text); return when }
	p := purse{budget: Budget{PerDay: 10, PerMonth: 15, Price: 0.005}}
	now := at("2026-11-30T22:00:00Z")
	for i := range 9 {
		p.charge(uint64(i+1), now)
		p.charge(uint64(i+1), now)
	}
	if p.today != 9 || p.left(now) != 1 || p.spent(now) != nil {
		t.Errorf("%d, %d left", p.today, p.left(now))
	}
	p.charge(10, now)
	if e := p.spent(now); e == nil || e.After != 2*time.Hour || e.Why != "the budget for today is used up" {
		t.Errorf("%+v", e)
	}
	now = at("2026-12-01T00:00:01Z")
	if p.left(now) != 10 || p.month != 0 {
		t.Errorf("a new month: %d left", p.left(now))
	}
	for i := range 10 {
		p.charge(uint64(i+1), now)
	}
	now = at("2026-12-02T10:00:00Z")
	if p.left(now) != 5 {
		t.Errorf("a new day of the month: %d left", p.left(now))
	}
	p.hear(usage{today: 7, atX: 70, budget: 100}, now)
	if e := p.spent(now); e == nil || e.Why != "the budget for this month is used up" {
		t.Errorf("%+v, %+v", e, p)
	}
	p.budget = Budget{PerMonth: 1000}
	if p.hear(usage{today: 7, atX: 100, budget: 100}, now); p.spent(now).Why != "the limit of posts at X is used up" {
		t.Errorf("%+v", p.spent(now))
	}
}

// frames are posts as the stand-in writes them, of which one in fifty has a link.
func frames(spelling string) [][]byte {
	fake := fakex.New(fakex.Options{Token: testToken, Spelling: spelling})
	var out [][]byte
	for i := range 50 {
		text := fmt.Sprintf("Nothing to see here, number %d & more of the same https://news.acme.example/%d, read it all", i, i)
		if i == 0 {
			text = "Join " + linkA
		}
		out = append(out, fake.Frame(fake.Post(fakex.Post{Author: "quillbert7", Text: text, Alt: []string{"a picture"}})))
	}
	return out
}

type nothing struct{ taken int }

func (n *nothing) Take(context.Context, scanner.Reading) (scanner.Taken, error) {
	n.taken++
	return scanner.Taken{}, nil
}
func (*nothing) Gone(context.Context, string) error            { return nil }
func (*nothing) Back(context.Context, string) error            { return nil }
func (*nothing) Reposted(context.Context, string, int64) error { return nil }
func (*nothing) References(context.Context, string, func(scanner.Secret) bool) error {
	return nil
}

func BenchmarkFrames(b *testing.B) {
	taker := &nothing{}
	r := &pass{Source: &Source{o: Options{Taker: taker, Promising: matchers.Standard().Promising}.withDefaults()},
		mem: &memory{versions: versions{latest: map[uint64]uint64{}}}, purse: purse{budget: Budget{PerDay: 1 << 40, PerMonth: 1 << 40}}}
	all := frames("tweet")
	var stream bytes.Buffer
	for _, frame := range all {
		stream.Write(frame)
		stream.WriteString("\r\n")
	}
	lines := lineReader{from: bufio.NewReaderSize(&looped{all: stream.Bytes()}, 64<<10)}
	ctx := b.Context()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	b.ReportAllocs()
	b.SetBytes(int64(stream.Len() / len(all)))
	for b.Loop() {
		line, err := lines.next()
		if err == nil {
			err = r.frame(ctx, line)
		}
		if err != nil {
			b.Fatal(err)
		}
		clear(r.mem.versions.latest) // the same posts come again
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "frames/s")
	b.ReportMetric(float64(int64(after.HeapAlloc)-int64(before.HeapAlloc))/1024, "KiB-kept")
	if taker.taken < b.N/60 {
		b.Errorf("%d of %d were handed on", taker.taken, b.N)
	}
}

// looped gives the same bytes for ever.
type looped struct {
	all []byte
	at  int
}

func (l *looped) Read(into []byte) (int, error) {
	n := copy(into, l.all[l.at:])
	l.at = (l.at + n) % len(l.all)
	return n, nil
}
