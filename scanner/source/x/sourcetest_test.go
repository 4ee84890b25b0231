package x

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"meetleaks/scanner"
	"meetleaks/scanner/source/sourcetest"
	"meetleaks/scanner/source/x/fakex"
	"meetleaks/scanner/source/x/internal/postid"
)

// X tells of no suspended account: its posts are looked up as all are, and found gone.
func TestSource(t *testing.T) {
	r := newRig(t, func(f *fakex.Options, o *Options) {
		o.LookAgain, f.Connections, o.Idle, o.Call = 30*time.Millisecond, 20, 300*time.Millisecond, time.Second
	})
	at := func(uri string) uint64 { id, _ := postid.Of(uri); return id }
	fault := func(name string, goes bool, f fakex.Fault) sourcetest.Fault {
		f.Times, f.Exact = -1, f.Path == "/2/tweets/search/stream"
		return sourcetest.Fault{Name: name, Goes: goes, Break: func(*testing.T) func() { r.fake.Fail(f); return r.fake.Heal }}
	}
	const stream, rules = "/2/tweets/search/stream", "/2/tweets/search/stream/rules"
	sourcetest.Run(t, sourcetest.Harness{
		Kind: scanner.Stream, Social: true, Signal: sourcetest.LooksGone,
		Open: func(t *testing.T, taker *sourcetest.Taker, log *slog.Logger) sourcetest.Read {
			o := r.o
			o.Taker, o.References, o.Log = taker, taker, log
			s, err := NewSource(o)
			if err != nil {
				t.Fatal(err)
			}
			return s.Read
		},
		Post: func(_ *testing.T, p sourcetest.Post) string {
			return uriText(r.fake.Post(fakex.Post{Author: p.Author, Text: p.Text}))
		},
		Edit:    func(_ *testing.T, uri, text string) { r.fake.Edit(at(uri), text) },
		Delete:  func(_ *testing.T, uri string) { r.fake.Delete(at(uri)) },
		Suspend: func(_ *testing.T, author string) { r.fake.Protect(author) },
		Faults: []sourcetest.Fault{
			fault("rate limited", false, fakex.Fault{Path: stream, Status: 429, Header: map[string]string{"X-Rate-Limit-Reset": "1"}}),
			fault("the token is not accepted", false, fakex.Fault{Path: "/", Status: 401, Body: `{"title":"Unauthorized","type":"about:blank"}`}),
			fault("not allowed", false, fakex.Fault{Path: stream, Status: 403}),
			fault("out of order", false, fakex.Fault{Path: stream, Status: 503, Body: "<html>down</html>"}),
			fault("elsewhere", false, fakex.Fault{Path: "/", Status: 302, Header: map[string]string{"Location": "http://10.0.0.1/"}}),
			fault("an error as 200", false, fakex.Fault{Path: stream, Body: `{"title":"UsageCapExceeded","type":"https://api.x.com/2/problems/usage-capped"}`}),
			fault("nothing as 200", false, fakex.Fault{Path: "/", Body: ""}),
			fault("a page as 200", false, fakex.Fault{Path: "/", Body: "<html>\n<p>sign in\n</html>"}),
			fault("a torn answer", false, fakex.Fault{Path: rules, Body: `{"meta":{`, Break: true}),
			fault("no answer", false, fakex.Fault{Path: stream, Hang: true}),
			fault("no answer about rules", false, fakex.Fault{Path: rules, Hang: true}),
			fault("rules without end", false, fakex.Fault{Path: rules, Drip: true}),
			fault("a line without end", false, fakex.Fault{Path: stream, Drip: true}),
			fault("search is not allowed", true, fakex.Fault{Path: "/2/tweets/search/recent", Status: 403}),
			fault("usage is not told", true, fakex.Fault{Path: "/2/usage", Status: 500}),
			{Name: "lines that nobody understands", Goes: true, Break: func(*testing.T) func() {
				return func() { r.fake.Send(strings.Repeat("\r\n{\"data\":[1]}\r\nnull\r\n[}", 20)) }
			}},
			{Name: "a stream that ends", Goes: true, Break: func(*testing.T) func() { return func() { r.fake.End(false) } }},
			{Name: "a stream that is torn", Goes: true, Break: func(*testing.T) func() { return func() { r.fake.End(true) } }},
			{Name: "a stream that is ended for operation", Goes: true, Break: func(*testing.T) func() { return r.fake.Disconnect }},
		},
	})
}
