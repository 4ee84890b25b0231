package mastodon

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"meetleaks/scanner"
)

// quiet is a taker that takes all and does nothing.
type quiet struct{ taken int }

func (q *quiet) Take(_ context.Context, r scanner.Reading) (scanner.Taken, error) {
	q.taken++
	_, err := io.Copy(io.Discard, r.Text)
	return scanner.Taken{}, err
}
func (*quiet) Deleted(context.Context, string) error         { return nil }
func (*quiet) Gone(context.Context, string) error            { return nil }
func (*quiet) Back(context.Context, string) error            { return nil }
func (*quiet) Reposted(context.Context, string, int64) error { return nil }
func (*quiet) References(context.Context, string, func(scanner.Secret) bool) error {
	return nil
}

// inMemory is a pass without a server.
func inMemory(tb testing.TB, taker Taker, promising func([]byte) bool) *passing {
	tb.Helper()
	s := &Source{
		o:    Options{Taker: taker, Read: readPlainly, Promising: promising}.withDefaults(),
		base: &url.URL{Scheme: "https", Host: "social.acme.example"},
	}
	p := &passing{source: s, pass: scanner.Pass{Source: "town"}, cursor: decodeCursor(""), caught: map[string]bool{}}
	p.rest.source = s
	return p
}

func seeds() []string {
	return []string{
		`{"id":"108914327388663283","created_at":"2026-11-22T05:05:46.839Z","visibility":"public","content":"<p>x <a href=\"` + testLink + `\">acme.zoom.us…</a></p>","account":{"acct":"ada","followers_count":7},"media_attachments":[{"description":"a"}],"poll":{"options":[{"title":"b"}]},"card":{"url":"https://c.example"},"reblog":null}`,
		`{"id":"1","visibility":"public","reblog":{"id":"2","visibility":"unlisted","content":"y"},"quote":{"state":"accepted","quoted_status":{"id":"3","visibility":"public"}}}`,
		`{"id":"1","a":[[[{}]]],"content":"\ud83d\ude00\u0000\ud800"}`, `{"id":"1","content":7}`, `{"id":"..","x":`, `null`, `[`, "{\"id\":\"1\",\"content\":\"<a href='\xff\">\"}",
	}
}

// Whatever a frame holds: no panic, no place but of a good id, no text that is no UTF-8.
func FuzzFrame(f *testing.F) {
	for _, seed := range seeds() {
		f.Add([]byte(seed), uint8(posted))
		f.Add([]byte(seed), uint8(edited))
	}
	f.Add([]byte("1089"), uint8(gone))
	f.Fuzz(func(t *testing.T, data []byte, what uint8) {
		check := &checking{t: t}
		p := inMemory(t, check, nil)
		err := p.frame(t.Context(), frame{kind: kind(what % 6), stream: "public", data: data})
		if err != nil {
			t.Fatal(err)
		}
		if m := p.cursor.Streams["public"]; m.ID != "" && !fitID([]byte(m.ID)) {
			t.Fatalf("the mark %q", m.ID)
		}
	})
}

// checking is a taker that looks at what it is given.
type checking struct {
	quiet
	t *testing.T
}

func (c *checking) Take(ctx context.Context, r scanner.Reading) (scanner.Taken, error) {
	text, err := io.ReadAll(r.Text)
	id, ok := strings.CutPrefix(r.URI, "https://social.acme.example/statuses/")
	if err != nil || !ok || !fitID([]byte(id)) || !utf8.Valid(text) || idOf(r.Reference) != id || r.Reach < 0 || len(r.Version) != 32 ||
		r.Shown != "social.acme.example" || r.Host != "" && r.Host != "social.acme.example" {
		c.t.Fatalf("%+v %q", r, text)
	}
	return scanner.Taken{}, nil
}

// What is found without decoding is what decoding finds.
func FuzzHeads(f *testing.F) {
	for _, seed := range seeds() {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		id, created, ok := heads(data)
		var m map[string]json.RawMessage
		if json.Unmarshal(data, &m) != nil || !ok || bytes.Count(data, []byte("id")) > 1 || bytes.ContainsRune(data, '\\') {
			return
		}
		var want, at string
		if json.Unmarshal(m["id"], &want) != nil || want != string(id) {
			t.Fatalf("%s: id %q", data, id)
		}
		if json.Unmarshal(m["created_at"], &at) == nil && created != nil && at != string(created) && bytes.Count(data, []byte("created_at")) == 1 {
			t.Fatalf("%s: created %q", data, created)
		}
	})
}

// A string is unescaped as encoding/json does it.
func FuzzUnescape(f *testing.F) {
	for _, seed := range []string{`""`, `"a\"b\\\/\b\f\n\r\t"`, `"\u00e4\ud83d\ude00\ud800x\udc00"`, `"\x"`, `"\u12"`, `"\`, `7`, ``} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, value []byte) {
		got, ok := unescape(nil, value)
		var want string
		if json.Unmarshal(value, &want) != nil || len(value) == 0 || value[0] != '"' || value[len(value)-1] != '"' || !utf8.Valid(value) {
			return
		}
		if !ok || string(got) != want {
			t.Fatalf("%s: %q, %v", value, got, ok)
		}
	})
}

func FuzzEvents(f *testing.F) {
	for _, seed := range []string{":)\n:thump\nevent: update\ndata: {}\n\n", "data: a\rdata: b\r\r", "event: delete\r\ndata: 1\r\n\r\n", "\ufeff\n\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		whole := eventsOf(string(text))
		torn := &eventStream{
			lines: lines{from: &tearing{rest: text}}, of: "public", cause: func(err error) error { return err },
		}
		for _, want := range whole {
			got, err := torn.next(t.Context())
			if err != nil || got.kind != want.kind || !bytes.Equal(got.data, want.data) {
				t.Fatalf("%q: %v %q, torn %v %q %v", text, want.kind, want.data, got.kind, got.data, err)
			}
		}
	})
}

// tearing reads one to three bytes at a time.
type tearing struct {
	rest []byte
	n    int
}

func (r *tearing) Read(p []byte) (int, error) {
	if len(r.rest) == 0 {
		return 0, io.EOF
	}
	r.n = r.n%3 + 1
	n := copy(p, r.rest[:min(r.n, len(r.rest))])
	r.rest = r.rest[n:]
	return n, nil
}

func FuzzMessage(f *testing.F) {
	for _, seed := range []string{
		`{"stream":["public"],"event":"update","payload":"{\"id\":\"1\"}"}`, `{"stream":["hashtag","board"],"event":"delete","payload":"1"}`,
		`{"event":"filters_changed"}`, `{"error":"x","status":400}`, `{"event":"update","payload":{}}`, `{"event":7,"payload":7,"stream":7}`, `[`, ``,
	} {
		f.Add([]byte(seed))
	}
	streams, err := streamsOf([]string{"public", "hashtag:board", "list:12"})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, message []byte) {
		w := &socket{streams: streams}
		got, err := w.frame(message)
		if err != nil {
			return
		}
		p := inMemory(t, &quiet{}, nil)
		if err := p.frame(t.Context(), got); err != nil {
			t.Fatal(err)
		}
	})
}

func FuzzMarkup(f *testing.F) {
	for _, seed := range []string{
		`<p>Join <a href="https://acme.zoom.us/j/84930275116">acme.zoom…</a>`, `<a href=x><a href="y">`, `</a><!--`, `<a`, `<script><a href="z">z.z…</a>`, "",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, content string) {
		whole := wholeLinks(content)
		if !strings.Contains(content, "<a") && !strings.Contains(content, "<A") && whole != content {
			t.Fatalf("%q became %q", content, whole)
		}
		if cut := clippedMarkup(content + strings.Repeat(" ", maxText)); len(cut) > maxText {
			t.Fatalf("%d bytes", len(cut))
		}
	})
}

func FuzzCursor(f *testing.F) {
	for _, seed := range []string{`{"streams":{"public":{"id":"7","at":"2026-11-22T04:50:00Z"}},"looked":"2026-11-22T04:50:00Z","last":"8"}`, `{`, ``} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c := decodeCursor(text)
		again, err := c.encode()
		if err != nil {
			return // a year beyond 9999
		}
		second, err := decodeCursor(again).encode()
		if err != nil || second != again {
			t.Fatalf("%s, then %s: %v", again, second, err)
		}
		c.move("public", "9", time.Now(), time.Now())
	})
}
