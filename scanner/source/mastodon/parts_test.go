package mastodon

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"meetleaks/matchers"
	"meetleaks/scanner/source/sourcetest"
)

func TestNewSourceSaysWhatIsWrong(t *testing.T) {
	at := func(address string) *url.URL {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		return u
	}
	good := Options{Server: at("https://social.acme.example"), Client: &http.Client{}, Taker: sourcetest.NewTaker(), Read: readPlainly}
	if _, err := NewSource(good); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*Options){
		"no server":       func(o *Options) { o.Server = nil },
		"no taker":        func(o *Options) { o.Taker = nil },
		"no reader":       func(o *Options) { o.Read = nil },
		"no client":       func(o *Options) { o.Client = nil },
		"no TLS":          func(o *Options) { o.Server = at("http://social.acme.example") },
		"a user":          func(o *Options) { o.Server = at("https://ada@social.acme.example") },
		"a query":         func(o *Options) { o.Server = at("https://social.acme.example/?a=b") },
		"another scheme":  func(o *Options) { o.Server = at("ftp://127.0.0.1") },
		"stream":          func(o *Options) { o.Streams = []string{"user"} },
		"direct":          func(o *Options) { o.Streams = []string{"direct"} },
		"empty hashtag":   func(o *Options) { o.Streams = []string{"hashtag:"} },
		"odd hashtag":     func(o *Options) { o.Streams = []string{"hashtag:a/b"} },
		"odd list":        func(o *Options) { o.Streams = []string{"list:../a"} },
		"twice":           func(o *Options) { o.Streams = []string{"public", "public"} },
		"too many":        func(o *Options) { o.Streams = make([]string, MaxStreams+1) },
		"two by sse":      func(o *Options) { o.Streams, o.Transport = []string{"public", "list:1"}, TransportSSE },
		"transport":       func(o *Options) { o.Transport = "pigeon" },
		"pages":           func(o *Options) { o.GapPages = -1 },
		"too many pages":  func(o *Options) { o.GapPages = maxGapPages + 1 },
		"a public number": func(o *Options) { o.Server = at("http://198.51.100.7") },
	} {
		o := good
		change(&o)
		if _, err := NewSource(o); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	for _, address := range []string{"http://127.0.0.1:3000", "http://localhost", "http://[::1]:80/", "http://10.3.9.2", "https://SOCIAL.acme.example/path/"} {
		o := good
		o.Server = at(address)
		if s, err := NewSource(o); err != nil || strings.HasSuffix(s.base.String(), "/") || strings.Contains(s.base.Host, "S") {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestStreamBase(t *testing.T) {
	for _, c := range []struct{ server, word, want string }{
		{"https://social.acme.example", "", "https://social.acme.example"},
		{"https://social.acme.example", "wss://social.acme.example", "https://social.acme.example"},
		{"https://social.acme.example", "wss://streaming.acme.example:4000/", "https://streaming.acme.example:4000"},
		{"https://social.acme.example", "https://acme.example/stream", "https://acme.example/stream"},
		{"https://social.acme.example", "ws://social.acme.example", "https://social.acme.example"},
		{"https://social.acme.example", "ws://social.acme.example:80", ""},
		{"https://social.acme.example", "ws://streaming.acme.example", ""},
		{"http://127.0.0.1:3000", "wss://127.0.0.1:3000", "http://127.0.0.1:3000"},
		{"https://social.acme.example", "wss://acme.example.initech.example", ""},
		{"https://social.acme.example", "wss://initech.example", ""},
		{"https://social.acme.example", "wss://notacme.example", ""},
		{"https://social.acme.example", "wss://ada@social.acme.example", ""},
		{"https://social.acme.example", "javascript:alert(1)", ""},
		{"https://social.acme.example", "%zz", ""},
		{"https://a.github.io", "wss://b.github.io", ""},
		{"https://203.0.113.4", "wss://203.0.113.5", ""},
		{"http://127.0.0.1:3000", "ws://127.0.0.1:4000", "http://127.0.0.1:4000"},
		{"http://127.0.0.1:3000", "ws://localhost:4000", ""},
		{"http://127.0.0.1:3000", "wss://social.acme.example", ""},
	} {
		u, err := url.Parse(c.server)
		if err != nil {
			t.Fatal(err)
		}
		got, err := (&Source{base: u}).streamBase(c.word)
		switch {
		case c.want == "" && err == nil:
			t.Errorf("%s, %s: taken as %s", c.server, c.word, got)
		case c.want != "" && (err != nil || got.String() != c.want):
			t.Errorf("%s, %s: %v, %v", c.server, c.word, got, err)
		}
	}
}

func TestReferences(t *testing.T) {
	s := &Source{base: &url.URL{Scheme: "https", Host: "social.acme.example"}}
	own := "https://social.acme.example/statuses/01HZX8QK"
	for address, want := range map[string]string{
		"https://social.globex.example/@ada/1": "https://social.globex.example/@ada/1", "": own, "http://social.globex.example/1": own,
		"javascript:alert(1)": own, "https://ada:x@social.globex.example/": own, "https://social.globex.example/\n": own,
		"https://" + strings.Repeat("a", maxAddress): own, "https://social.globex.example/a#id=7": "https://social.globex.example/a#id=7",
	} {
		got := s.reference(address, "01HZX8QK")
		if got.Text() != want+"#id=01HZX8QK" || idOf(got) != "01HZX8QK" {
			t.Errorf("%q: %s", address, got.Text())
		}
	}
	for _, id := range []string{"", "..", ".a", "a/b", "a b", "a#b", "ä", strings.Repeat("1", maxID+1)} {
		if fitID([]byte(id)) {
			t.Errorf("%q is taken for an id", id)
		}
	}
}

func TestMarks(t *testing.T) {
	now := time.Date(2026, 11, 22, 5, 0, 0, 0, time.UTC)
	c := decodeCursor(`{"streams":{"public":{"id":"7","at":"2026-11-22T04:50:00Z"},"list:1":{"id":"../x"}},"last":"../y"}`)
	if len(c.Streams) != 1 || c.Last != "" {
		t.Errorf("%+v", c)
	}
	for _, step := range []struct {
		id    string
		at    time.Time
		moves bool
	}{
		{"3", now.Add(-9 * time.Minute), true},     // ids are not compared
		{"9", now.Add(-48 * time.Hour), false},     // came late
		{"8", now.Add(30 * 24 * time.Hour), false}, // of a time to come
		{"3", now, false},                          // the same
		{"01HZX8QK", now, true},
	} {
		if got := c.move("public", step.id, step.at, now); got != step.moves {
			t.Errorf("%+v: %v", step, got)
		}
	}
	for _, text := range []string{"", "{", "[]", `{"streams":7}`, "null"} {
		if c := decodeCursor(text); len(c.Streams) != 0 || c.Streams == nil {
			t.Errorf("%q: %+v", text, c)
		}
	}
}

// No wrong id comes of a link that is shown shortened.
func TestShortenedLinks(t *testing.T) {
	r := open(t, nil)
	for name, c := range map[string]struct{ content, want, never string }{
		"as Mastodon does": {`<p>Join <a href="https://acme.zoom.us/j/84930275116?pwd=Zk3"><span class="invisible">https://</span>` +
			`<span class="ellipsis">acme.zoom.us/j/849302751</span><span class="invisible">16?pwd=Zk3</span></a>`, "/j/84930275116?pwd=Zk3", "849302751 "},
		"the rest is left out": {`<a href="https://acme.zoom.us/j/84930275116"><span class="ellipsis">acme.zoom.us/j/849302751</span></a>`,
			"/j/84930275116", "849302751 "},
		"with an ellipsis":      {`<a href="https://acme.zoom.us/j/84930275116">acme.zoom.us/j/849302751…</a>`, "/j/84930275116", "849302751…"},
		"with dots":             {`<a href="https://acme.zoom.us/j/84930275116">https://acme.zoom.us/j/849302751...</a>`, "/j/84930275116", "849302751."},
		"with www":              {`<a href="https://www.acme.webex.com/meet/adalovelace">acme.webex.com/meet/ada</a>`, "adalovelace", "ada "},
		"another is shown":      {`<a href="https://globex.example/r">https://acme.zoom.us/j/84930275116</a>`, "/j/84930275116", "none of these"},
		"leads elsewhere":       {`<a href="https://globex.example/r">https://acme.zoom.us/j/84930275116.</a>`, "/j/84930275116", "none of these"},
		"dots that cut nothing": {`<a href="https://globex.example/r">https://acme.zoom.us/j/84930275116...</a>`, "/j/84930275116", "none of these"},
		"an ellipsis, too":      {`<a href="https://globex.example/r">acme.zoom.us/j/84930275116?pwd=Zk3…</a>`, "/j/84930275116", "none of these"},
		"a digit more":          {`<a href="https://acme.zoom.us/j/849302751163">acme.zoom.us/j/84930275116</a>`, "/j/84930275116 ", "none of these"},
		"a stump elsewhere":     {`<a href="https://globex.example/r">acme.zoom.us/j/849302751…</a>`, "globex.example/r", "849302751"},
		"words":                 {`<a href="https://acme.zoom.us/j/84930275116">Join: 1. board</a>`, "1. board", "none of these"},
		"a hashtag":             {`<a href="https://social.acme.example/tags/board">#<span>board</span></a>`, "#board", "none of these"},
		"without an end":        {`<a href="https://acme.zoom.us/j/84930275116">acme.zoom.us/j/849302751…`, "/j/84930275116", "849302751…"},
		"in an attribute":       {`<a title=">" href='https://acme.zoom.us/j/84930275116'>acme.zoom.us/j/8493027511</a>`, "/j/84930275116", "8493027511 "},
		"entities":              {`<a href="https://acme.zoom.us/j/84930275116?pwd=a&amp;uname=b">acme.zoom.us/j/8493027…</a>`, "pwd=a&uname=b", "8493027…"},
		"markup of no link":     {`<b>bold</b> <!-- c --> &amp; <img alt="x">`, "bold", "none of these"},
		"in another link":       {`<a href="https://globex.example">a<a href="https://acme.zoom.us/j/84930275116">acme.zoom.us/j/849302751…</a></a>`, "/j/84930275116", "849302751…"},
		"href without content":  {`<a href="https://acme.zoom.us/j/84930275116"></a>`, "/j/84930275116", "none of these"},
	} {
		got, err := r.source.textOf(within(t), "https://social.acme.example/statuses/1", &post{Content: word(c.content)}, nil)
		if err != nil {
			t.Fatal(err)
		}
		text := string(got.out) + " "
		if !strings.Contains(text, c.want) || strings.Contains(text, c.never) {
			t.Errorf("%s: %q", name, text)
		}
		for _, s := range matchers.Find(got.out) {
			if s.Link.ID != "84930275116" && s.Link.Platform == "zoom" && name != "a digit more" {
				t.Errorf("%s: the id %s", name, s.Link.ID)
			}
		}
	}
}

// All that people see is in the text, each in a paragraph of its own.
func TestTheWholeTextIsRead(t *testing.T) {
	r := open(t, nil)
	st, err := decodeStatus([]byte(`{"id":"1","spoiler_text":"one","content":"<p>two</p>","poll":{"options":[{"title":"three"},7,{"title":"four"}]},
		"media_attachments":[{"description":"five"},{"description":null}],
		"card":{"url":"https://six.example","title":"seven","description":"eight acme.zoom.us/j/849302751…"},
		"account":{"note":"https://never.example","acct":"never"},
		"quote":{"state":"accepted","quoted_status":{"id":"2","content":"nine","visibility":"public","spoiler_text":"ten"}}}`), "1")
	if err != nil {
		t.Fatal(err)
	}
	got, err := r.source.textOf(within(t), "u", &st.post, st.quoted())
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"one", "two", "three", "four", "five", "https://six.example", "seven", "eight", "ten", "nine"}
	if parts := strings.Split(string(got.out), "\n\n"); !slices.Equal(parts, want) {
		t.Errorf("%q", parts)
	}
	for _, quoted := range []string{
		`{"state":"revoked","quoted_status":{"id":"2","content":"x","visibility":"public"}}`,
		`{"state":"accepted","quoted_status":{"id":"2","content":"x","visibility":"private"}}`, `{"state":"accepted","quoted_status_id":"2"}`, `null`, `7`,
	} {
		st, err := decodeStatus([]byte(`{"id":"1","quote":`+quoted+`}`), "1")
		if err != nil || st.quoted() != nil {
			t.Errorf("%s is shown: %v", quoted, err)
		}
	}
}

// What is too long is cut at a place where no link is.
func TestTextsAreBounded(t *testing.T) {
	r := open(t, nil)
	link := "https://acme.zoom.us/j/84930275116"
	for name, p := range map[string]post{
		"plain":        {Spoiler: word(strings.Repeat("x", maxText-len(link)) + " " + link)},
		"in a tag":     {Content: word("<p>" + strings.Repeat("x", maxText-30) + ` <a href="` + link + `">a</a>`)},
		"in a text":    {Content: word("<p>" + strings.Repeat("x", maxText-30) + ` ` + link)},
		"without room": {Content: word(strings.Repeat("x", 2*maxText))},
		"no room":      {Spoiler: word(strings.Repeat("x", 2*maxText))},
	} {
		got, err := r.source.textOf(within(t), "u", &p, nil)
		if err != nil || !got.truncated || bytes.Contains(got.out, []byte("acme")) || len(got.out) > 2*maxText {
			t.Errorf("%s: %v, %d bytes, %q", name, err, len(got.out), got.out[max(len(got.out)-50, 0):])
		}
	}
}

// A field of the wrong type hides nothing else.
func TestWrongTypes(t *testing.T) {
	for _, value := range []string{`7`, `-1e400`, `null`, `true`, `"x"`, `[]`, `{}`, `[[{}]]`, `[7,{"title":7}]`, `{"options":7}`} {
		for _, field := range []string{
			"created_at", "edited_at", "url", "spoiler_text", "account", "media_attachments", "poll", "card", "reblog", "quote", "unknown",
		} {
			text := `{"id":"1","visibility":"public","content":"kept","` + field + `":` + value + `}`
			st, err := decodeStatus([]byte(text), "1")
			if strings.Contains(value, "400") {
				continue // may be refused as a whole
			}
			if err != nil || st.Content != "kept" || !st.public() {
				t.Errorf("%s: %+v, %v", text, st, err)
			}
		}
	}
	for _, text := range []string{`{"id":7}`, `{"id":"2"}`, `[]`, `{`, `null`, ``} {
		if _, err := decodeStatus([]byte(text), "1"); !errors.Is(err, errFrame) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// Each field that is decoded is one that the documentation has: the stand-in's schema is made after that.
func TestFieldsAreThoseOfTheDocumentation(t *testing.T) {
	text, err := os.ReadFile("fakemastodon/testdata/status.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var schema struct {
		Defs map[string]struct{ Properties map[string]json.RawMessage } `json:"$defs"`
	}
	if err := json.Unmarshal(text, &schema); err != nil {
		t.Fatal(err)
	}
	var option struct {
		Items struct{ Properties map[string]json.RawMessage }
	}
	if err := json.Unmarshal(schema.Defs["poll"].Properties["options"], &option); err != nil {
		t.Fatal(err)
	}
	fields := 0
	check := func(of any, known map[string]json.RawMessage) {
		for f := range reflect.TypeOf(of).Fields() {
			if f.Anonymous {
				continue
			}
			fields++
			if name := f.Tag.Get("json"); known[name] == nil {
				t.Errorf("%T has %q, which the documentation has not", of, name)
			}
		}
	}
	check(status{}, schema.Defs["post"].Properties)
	check(post{}, schema.Defs["post"].Properties)
	check(account{}, schema.Defs["account"].Properties)
	check(media{}, schema.Defs["media"].Properties)
	check(poll{}, schema.Defs["poll"].Properties)
	check(optionOf(), option.Items.Properties)
	check(card{}, schema.Defs["card"].Properties)
	check(quote{}, schema.Defs["quote"].Properties)
	if fields < 20 {
		t.Errorf("%d fields", fields)
	}
}

func optionOf() option { return option{} }

func TestLines(t *testing.T) {
	long := strings.Repeat("y", maxFrame+100)
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"LF":        {"a\nb\n\nc\n", []string{"a", "b", "", "c"}},
		"CRLF":      {"a\r\nb\r\n\r\n", []string{"a", "b", ""}},
		"CR":        {"a\rb\r\rc\r", []string{"a", "b", "", "c"}},
		"mixed":     {"a\n\rb\r\n\nc\r", []string{"a", "", "b", "", "c"}},
		"BOM":       {"\ufeffa\n\ufeffb\n", []string{"a", "\ufeffb"}},
		"no end":    {"a\nb", []string{"a"}},
		"too long":  {"a\n" + long + "\nb\n", []string{"a", "!", "b"}},
		"fits just": {long[:maxLine] + "\n", []string{long[:maxLine]}},
	} {
		for _, from := range []io.Reader{strings.NewReader(c.text), iotest.OneByteReader(strings.NewReader(c.text)), iotest.DataErrReader(strings.NewReader(c.text))} {
			l := &lines{from: from}
			var got []string
			for {
				line, fits, err := l.next()
				if err != nil {
					if !errors.Is(err, io.EOF) {
						t.Errorf("%s: %v", name, err)
					}
					break
				}
				if !fits {
					line = []byte("!")
				}
				got = append(got, string(line))
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%s: %.100q", name, got)
			}
		}
	}
	endless := &lines{from: endlessly("z")}
	if _, _, err := endless.next(); !errors.Is(err, errTooLong) || len(endless.buf) > 4*maxFrame {
		t.Errorf("a line without end: %v, %d bytes held", err, len(endless.buf))
	}
	if _, _, err := (&lines{from: endlessly("")}).next(); !errors.Is(err, io.ErrNoProgress) {
		t.Errorf("nothing without end: %v", err)
	}
}

// endlessly reads as the same again and again.
type endlessly string

func (e endlessly) Read(p []byte) (int, error) {
	n := 0
	for len(e) > 0 && n < len(p) {
		n += copy(p[n:], e)
	}
	return n, nil
}

// eventsOf reads a text as a stream of events.
func eventsOf(text string) []frame {
	e := &eventStream{lines: lines{from: strings.NewReader(text)}, of: "public", cause: func(err error) error { return err }}
	var all []frame
	for {
		f, err := e.next(nil) //nolint:staticcheck // it is for WebSockets
		if err != nil {
			return all
		}
		f.data = bytes.Clone(f.data)
		all = append(all, f)
	}
}

func TestEvents(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		kind kind
		data string
	}{
		"update":       {":)\n:thump\nevent: update\ndata: {}\n\n", posted, "{}"},
		"edit":         {"event:status.update\r\ndata:{}\r\n\r\n", edited, "{}"},
		"two lines":    {"data: {\ndata:  }\nevent: update\n\n", posted, "{\n }"},
		"between":      {"event: delete\n:thump\nid: 9\nretry: 7\nwhatever\ndata: 12\n\n", gone, "12"},
		"no event":     {"data: x\n\n", other, "x"},
		"empty first":  {"event: update\n\nevent: delete\ndata: 1\n\n", gone, "1"},
		"long name":    {"event: " + strings.Repeat("update", 20) + "\ndata: 1\n\n", other, "1"},
		"twice":        {"event: delete\nevent: update\ndata: 1\n\n", posted, "1"},
		"no colon":     {"event: update\ndata\n\n", posted, ""},
		"all too much": {"event: update\n" + strings.Repeat("data: "+strings.Repeat("x", 1000)+"\n", 4400) + "\n", large, ""},
	} {
		got := eventsOf(c.text)
		if len(got) != 1 || got[0].kind != c.kind || string(got[0].data) != c.data || got[0].stream != "public" {
			t.Errorf("%s: %.200v", name, got)
		}
	}
	if got := eventsOf("event: update\ndata: {}\n"); len(got) != 0 {
		t.Errorf("an event without its end: %v", got)
	}
}

func TestHeads(t *testing.T) {
	for text, want := range map[string]string{
		`{"id":"108","created_at":"x"}`: "108 x", ` { "created_at" : "x" , "id" : "01H" } `: "01H x", `{"account":{"id":"1"},"id":"2"}`: "2 ",
		`{"a":"\"id\":\"7\"","id":"8"}`: "8 ", `{"a":[{"id":"1"},"}"],"id":"2","created_at":7}`: "2 ", `{"a":"\\","id":"3"}`: "3 ",
		`{"id":108}`: "", `{"id":"a/b"}`: "", `{"id":"a\u0041"}`: "", `{"id"}`: "", `{`: "", ``: "", `[]`: "", `{"a":1`: "", `{"a":}`: "", `{"a":"x`: "",
	} {
		id, created, ok := heads([]byte(text))
		if got := string(id) + " " + string(created); ok != (want != "") || ok && got != want {
			t.Errorf("%s: %q, %v", text, got, ok)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 11, 22, 5, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name, value string
		want        time.Duration
	}{
		{"Retry-After", "7", 7 * time.Second}, {"Retry-After", "99999999", maxWait}, {"Retry-After", "-3", 0}, {"Retry-After", "x", 0},
		{"Retry-After", "Sun, 22 Nov 2026 05:01:00 GMT", time.Minute}, {"X-RateLimit-Reset", "2026-11-22T05:02:00.000Z", 2 * time.Minute},
		{"X-RateLimit-Reset", "1795323660", time.Minute}, {"X-RateLimit-Reset", "2020-01-01T00:00:00Z", 0},
	} {
		h := http.Header{}
		h.Set(c.name, c.value)
		h.Set("X-RateLimit-Remaining", "0")
		if got := retryAfter(h, now); got != c.want {
			t.Errorf("%s %s: %v", c.name, c.value, got)
		}
	}
}

func TestPrevious(t *testing.T) {
	r := &rest{source: &Source{base: &url.URL{Scheme: "https", Host: "social.acme.example"}}}
	for link, want := range map[string]string{
		`<https://social.acme.example/api/v1/timelines/public?max_id=1>; rel="next", <https://social.acme.example/api/v1/timelines/public?min_id=9>; rel="prev"`: "9",
		`</api/v1/timelines/public?min_id=9&limit=40>; rel="prev"`: "9",
		`<https://initech.example/api?min_id=9>; rel="prev"`:       "", `<https://social.acme.example/?min_id=../x>; rel="prev"`: "",
		`<https://social.acme.example/?since_id=9>; rel="prev"`: "", `garbage`: "", ``: "", `<%zz>; rel="prev"`: "", `<`: "",
	} {
		if got := r.previous(http.Header{"Link": {link}}); got != want {
			t.Errorf("%s: %q", link, got)
		}
	}
}
