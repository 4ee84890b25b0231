package v1

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dghubble/go-twitter/twitter" //nolint:staticcheck // nobody develops it any more: it is for what speaks v1.1 alone

	"meetleaks/matchers"
	"meetleaks/scanner/source/x/internal/posttext"
	"meetleaks/scanner/source/x/internal/terms"
)

func request(t *testing.T, address string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestTerms(t *testing.T) {
	shared := terms.Everybodys()
	for text, want := range map[string][]string{
		"acme.zoom.us":                 {"acme zoom us"},
		"https://Acme.Zoom.us/":        {"acme zoom us"},
		"acme-corp.zoom.us":            {"acme-corp zoom us", "acme corp zoom us"},
		"zoom.us/my/jdoe":              {"zoom us my jdoe"},
		"meet.acme.example:8443/board": {"meet acme example 8443 board"},
		"zoom.us":                      nil,
		"www.zoom.us/j":                nil,
		"acme.zoom.us,biden":           nil,
		"acme.zoom.us/a,b":             nil,
		"acme.zoom.us/a b":             nil,
		`acme.zoom.us/a"OR`:            nil,
		`acme.zoom.us/a\`:              nil,
		"acmé.zoom.us":                 nil,
		"acme":                         nil,
		"acme.zoom.us:99x":             nil,
		"acme.zoom.us/" + strings.Repeat("x", 60): nil,
		"":       nil,
		"a..b":   nil,
		"/a.b/c": nil,
	} {
		got, err := urlTerm(text, shared)
		if !slices.Equal(got.phrases, want) || (err == nil) != (want != nil) {
			t.Errorf("%q: %q, %v", text, got.phrases, err)
		}
	}
	for text, want := range map[string]int{"84930275116": 3, "930275116": 2, "9302751160": 2, "930275116024": 1, "93027511": 0, "8493027511x": 0, "84930275116,a": 0} {
		if got, err := numberTerm(text); len(got.phrases) != want || (err == nil) != (want > 0) {
			t.Errorf("%q: %q, %v", text, got.phrases, err)
		}
	}
}

func TestPlans(t *testing.T) {
	o := Options{MaxTrack: 5}.withDefaults()
	many := Terms{Tag: "big"}
	for i := range 40 {
		many.URLs = append(many.URLs, fmt.Sprintf("host%02d.acme.example", i))
	}
	p := planFor([]Terms{many, {Tag: "small", URLs: []string{"initech.zoom.us", "zoom.us"}}, {Tag: "same", URLs: []string{"initech.zoom.us"}}}, terms.Everybodys(), o)
	if len(p.track) != 5 || !slices.Contains(p.track, "initech zoom us") || p.crowded != 36 || p.refused != 1 {
		t.Errorf("%+v", p)
	}
	p = planFor([]Terms{many}, terms.Everybodys(), Options{MaxTrack: 400, MaxQuery: 256}.withDefaults())
	found := 0
	for _, q := range p.queries {
		found += strings.Count(q, "url:")
		if len(q) > 256 || strings.Count(q, " OR ") >= maxClauses || !strings.HasSuffix(q, " -filter:retweets") {
			t.Errorf("query of %d: %s", len(q), q)
		}
	}
	if found != 40 || len(p.track) != 40 {
		t.Errorf("%d clauses, %d phrases", found, len(p.track))
	}
}

func TestTexts(t *testing.T) {
	link := func(short, target, display string) *twitter.Entities {
		return &twitter.Entities{Urls: []twitter.URLEntity{{URL: short, ExpandedURL: target, DisplayURL: display}}}
	}
	own := link("https://t.co/Self1", "https://twitter.com/i/web/status/1994", "twitter.com/i/web/status/1…")
	for name, c := range map[string]struct {
		t    twitter.Tweet
		want string
		cut  bool
	}{
		"a link": {twitter.Tweet{Text: "join https://t.co/a1!", Entities: link("https://t.co/a1", linkA, "acme.zoom.us/j/8493027…")}, "join " + linkA + "!", false},
		"shown cut off": {
			twitter.Tweet{Text: "join acme.zoom.us/j/8493027…", Entities: link("https://t.co/a1", linkA, "acme.zoom.us/j/8493027…")}, "join " + linkA, false,
		},
		"cut off, and no target": {twitter.Tweet{Text: "join https://acme.zoom.us/j/8493027… now"}, "join  now", true},
		"a whole link and an ellipsis": {
			twitter.Tweet{Text: "join https://t.co/a1…", Entities: link("https://t.co/a1", linkA, "acme.zoom.us/j/8493027…")}, "join " + linkA + "…", false,
		},
		"cut off":                {twitter.Tweet{Truncated: true, Text: "meeting 849 3027… https://t.co/Self1", Entities: own}, "meeting", true},
		"cut off, but not told":  {twitter.Tweet{IDStr: "1994", Text: "meeting 849 3027… https://t.co/Self1", Entities: own}, "meeting", true},
		"dots of the author's":   {twitter.Tweet{ID: 1995, Text: "meeting 849 3027 5116… https://t.co/Self1", Entities: own}, "meeting 849 3027 5116…", false},
		"cut off, with no links": {twitter.Tweet{Truncated: true, Text: "meeting 849 3027… https://t.co/Self1"}, "meeting", true},
		"cut off, with no mark":  {twitter.Tweet{Truncated: true, Text: "meeting at 849 3027"}, "meeting at", true},
		"extended": {
			twitter.Tweet{Truncated: true, Text: "meeting 849 3027… https://t.co/Self1", Entities: own, ExtendedTweet: &twitter.ExtendedTweet{
				FullText: "meeting 849 3027 5116 &amp; https://t.co/b2", Entities: link("https://t.co/b2", linkB, "x"),
			}}, "meeting 849 3027 5116 & " + linkB, false,
		},
		"full text": {twitter.Tweet{FullText: "at https://t.co/b2", Entities: link("https://t.co/b2", linkB, "x")}, "at " + linkB, false},
		"unwound": {twitter.Tweet{Text: "at https://t.co/b2", Entities: &twitter.Entities{Urls: []twitter.URLEntity{{
			URL: "https://t.co/b2", ExpandedURL: "https://bit.example/q", Unwound: twitter.UnwoundURL{URL: linkB, Title: "Join now", Description: "with 849 3027…"},
		}}}}, "at https://bit.example/q\n\n" + linkB + "\n\nJoin now\n\nwith", false},
		"a poll":     {twitter.Tweet{Text: "when?", Entities: &twitter.Entities{Polls: []twitter.PollEntity{{Options: []twitter.PollOption{{Text: "at nine"}}}}}}, "when?\n\nat nine", false},
		"links to X": {twitter.Tweet{Text: "as https://t.co/a1 says", Entities: link("https://t.co/a1", "https://x.com/quillbert/status/7", "x")}, "as  says", false},
		"quoted":     {twitter.Tweet{Text: "look", QuotedStatus: &twitter.Tweet{Text: "at https://t.co/b2", Entities: link("https://t.co/b2", linkB, "x")}}, "look\n\nat " + linkB, false},
	} {
		got, cut := textOf(&c.t)
		if got != c.want || cut != c.cut {
			t.Errorf("%s: %q, cut %v; want %q", name, got, cut, c.want)
		}
		for _, s := range matchers.Find([]byte(got)) {
			if s.ID != "84930275116" && s.ID != "93051748260" {
				t.Errorf("%s: half an id is found: %+v", name, s)
			}
		}
	}
	got, cut := textOf(&twitter.Tweet{FullText: strings.Repeat("many words ", 30_000)})
	if len(got) > posttext.MaxText || !cut {
		t.Errorf("%d bytes, cut %v", len(got), cut)
	}
}

// The field has a tag that is no tag of JSON: it is read all the same, by its name.
func TestTheLibraryReadsUnwoundLinks(t *testing.T) {
	f, ok := reflect.TypeFor[twitter.URLEntity]().FieldByName("Unwound")
	if !ok || f.Tag.Get("json") != "" {
		t.Errorf("the library has mended it: %q", f.Tag)
	}
	r := newRig(t, nil)
	p := r.start(r.source(), "")
	uri := uriOf(r.fake.Post(unwinding()))
	took := r.Await("taken", uri)
	if !strings.Contains(took.Text, linkA) || !strings.Contains(took.Text, "Sign-up page") {
		t.Errorf("it came as %q", took.Text)
	}
	_ = p.End(false)
}

func TestGlances(t *testing.T) {
	for text, want := range map[string]struct {
		id          int64
		post, whole bool
	}{
		`{"id":17,"id_str":"18","text":"a"}`:                       {18, true, true},
		`{"text":"a","user":{"id_str":"9"},"id":17}`:               {17, true, true},
		`{"text":"a","user":{"id":9,"text":"x"}}`:                  {0, false, true},
		`{"id_str":"id","text":"\"id_str\":\"7\",","id":5}`:        {5, true, true},
		`{"a":"id_str","text":"id","b":["id_str","4"],"id":1.5e3}`: {0, false, true},
		`{"delete":{"status":{"id":1,"id_str":"1","text":"x"}}}`:   {0, false, true},
		`{"id":17,"full_text":"a"`:                                 {17, true, false},
		`{"id":17,"text":"a"} {"id":18}`:                           {17, true, false},
		`[{"id":17,"text":"a"}]`:                                   {0, false, false},
		`{"id":99999999999999999999,"text":"a"}`:                   {0, false, true},
		`"`:                                                        {},
		`}`:                                                        {},
		"":                                                         {},
		`{"id" : 17 , "text"`:                                      {17, false, false},
		`{"id_str":"17`:                                            {},
	} {
		g, whole := glance([]byte(text))
		if g.id != want.id || g.post != want.post || whole != want.whole {
			t.Errorf("%s: %+v, whole %v", text, g, whole)
		}
	}
}

// body is a stream in memory that comes in small parts.
func body(text string) *lines {
	l := newLines(io.NopCloser(strings.NewReader(text)), matchers.Standard().Promising, time.Now, func(bool) {})
	l.from.Reset(&dribble{strings.NewReader(text)})
	return l
}

type dribble struct{ from io.Reader }

func (d *dribble) Read(p []byte) (int, error) { return d.from.Read(p[:min(len(p), 7)]) }

func TestLines(t *testing.T) {
	const post, other = `{"id":17,"text":"at acme.zoom.us/j/84930275116"}`, `{"id":18,"text":"a lovely morning"}`
	large := `{"id":19,"text":"acme.zoom.us` + strings.Repeat("x", maxFrame) + `"}`
	for name, c := range map[string]struct {
		text, want string
		told       told
	}{
		"frames":             {post + "\r\n\r\n" + other + "\r\n" + post + "\r\n", post + "\r\n" + post + "\r\n", told{served: 2, posts: 3}},
		"a bare end":         {post + "\n" + other + "\n\n" + post + "\n", post + "\r\n" + post + "\r\n", told{served: 2, posts: 3}},
		"ends inside":        {"{\"id\":17,\n \"text\":\n\"zoom.us/j\"}\r\n", "{\"id\":17,\n \"text\":\n\"zoom.us/j\"}\r\n", told{served: 1, posts: 1}},
		"a page":             {"<html>\n<p>\n", "<html>\r\n<p>\r\n", told{served: 2}},
		"torn":               {post + "\r\n" + `{"id":`, post + "\r\n" + `{"id":` + "\r\n", told{served: 2, posts: 1}},
		"too large":          {large + "\r\n" + post + "\r\n", post + "\r\n", told{served: 1, posts: 1, larger: 1}},
		"too large, no end":  {large, "", told{larger: 1}},
		"notices":            {`{"limit":{"track":1}}` + "\r\n", `{"limit":{"track":1}}` + "\r\n", told{served: 1}},
		"posts without ends": {`{"id":1,"text":"lovely"` + "\r\n", `{"id":1,"text":"lovely"` + "\r\n", told{served: 1, posts: 1}},
	} {
		l := body(c.text)
		got, err := io.ReadAll(l)
		seen := l.seen()
		if err != nil || string(got) != c.want || seen.served != c.told.served || seen.posts != c.told.posts || seen.larger != c.told.larger {
			t.Errorf("%s: %.200q, %v, %+v", name, got, err, seen)
		}
	}
	l := body(strings.Repeat(post+"\r\n", 3))
	buffer := make([]byte, 4096)
	if n, _ := l.Read(buffer); n != len(post)+2 {
		t.Errorf("a Read brings %d bytes: what was handed over is not known", n)
	}
}

func FuzzLines(f *testing.F) {
	for _, seed := range []string{
		"{\"id\":17,\"text\":\"zoom.us/j/84930275116\"}\r\n\r\n{\"delete\":{\"status\":{\"id\":1}}}\r\n", "{\"a\":\"\\\"\n\"}\n", "\r\n{\n}\n[\"\\", "{\"id_str\":\"5\",\"full_text\":1}",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		l := body(string(text))
		got, err := io.ReadAll(l)
		seen := l.seen()
		if err != nil || len(got) > 3*len(text)+2 {
			t.Fatalf("%d bytes of %d, %v", len(got), len(text), err)
		}
		if n := bytes.Count(got, []byte("\r\n")); int64(n) != seen.served || len(got) > 0 && !bytes.HasSuffix(got, []byte("\r\n")) {
			t.Errorf("%d frames were served, and the library sees %d", seen.served, n)
		}
	})
}
