package v1

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"meetleaks/scanner"
	"meetleaks/scanner/source/sourcetest"
	"meetleaks/scanner/source/x/v1/fakegateway"
)

// Version 1.1 names no edits. It tells of no suspended account either: its posts are looked up as all are, and found gone.
func TestSource(t *testing.T) {
	r := newRig(t, func(f *fakegateway.Options, o *Options) {
		o.LookAgain, f.Connections, o.Idle, o.Call = 30*time.Millisecond, 20, 300*time.Millisecond, time.Second
	})
	at := func(uri string) int64 { id, _ := idOf(uri); return id }
	fault := func(name string, goes bool, f fakegateway.Fault) sourcetest.Fault {
		f.Times = -1
		return sourcetest.Fault{Name: name, Goes: goes, Break: func(*testing.T) func() { r.fake.Fail(f); return r.fake.Heal }}
	}
	event := func(name string, act func()) sourcetest.Fault {
		return sourcetest.Fault{Name: name, Goes: true, Break: func(*testing.T) func() { return act }}
	}
	const stream, search, lookup = fakegateway.PathStream, fakegateway.PathSearch, fakegateway.PathLookup
	sourcetest.Run(t, sourcetest.Harness{
		Kind: scanner.Stream, Social: true, Signal: sourcetest.SaysDeleted,
		Open: func(t *testing.T, taker *sourcetest.Taker, log *slog.Logger) sourcetest.Read {
			o := r.o
			o.Taker, o.Keeper, o.Log = taker, taker, log
			s, err := NewSource(o)
			if err != nil {
				t.Fatal(err)
			}
			return s.Read
		},
		Post: func(_ *testing.T, p sourcetest.Post) string {
			return uriOf(r.fake.Post(fakegateway.Post{Author: p.Author, Text: p.Text}))
		},
		Delete:  func(_ *testing.T, uri string) { r.fake.Delete(at(uri)) },
		Suspend: func(_ *testing.T, author string) { r.fake.Suspend(author) },
		Faults: []sourcetest.Fault{
			fault("rate limited", false, fakegateway.Fault{Path: stream, Status: 420, Body: "Enhance your calm"}),
			fault("rate limited by the newer status", false, fakegateway.Fault{Path: stream, Status: 429}),
			fault("not offered", false, fakegateway.Fault{Path: stream, Status: 403, Body: "Please use V2 filtered and sample volume stream as alternatives"}),
			fault("the token is not accepted", false, fakegateway.Fault{Status: 401, Body: `{"errors":[{"code":32,"message":"no"}]}`}),
			fault("out of order", false, fakegateway.Fault{Path: stream, Status: 503, Body: "<html>down</html>"}),
			fault("elsewhere", false, fakegateway.Fault{Path: stream, Status: 302, Header: map[string]string{"Location": "http://10.0.0.1/"}}),
			fault("nothing there", false, fakegateway.Fault{Path: stream, Status: 404}),
			fault("an error as 200", false, fakegateway.Fault{Path: stream, Body: `{"errors":[{"code":453,"message":"no"}]}` + "\r\n"}),
			fault("nothing as 200", false, fakegateway.Fault{Path: stream}),
			fault("a page as 200", false, fakegateway.Fault{Path: stream, Body: "<html>\n<p>sign in\n</html>"}),
			fault("a torn answer", false, fakegateway.Fault{Path: stream, Body: `{"id":`, Break: true}),
			fault("no answer", false, fakegateway.Fault{Path: stream, Hang: true}),
			fault("a line without end", false, fakegateway.Fault{Path: stream, Drip: true}),
			fault("search is not allowed", true, fakegateway.Fault{Path: search, Status: 403}),
			fault("search answers with an error as 200", true, fakegateway.Fault{Path: search, Body: `{"errors":[{"code":88}]}`}),
			fault("look-ups answer with an error as 200", true, fakegateway.Fault{Path: lookup, Body: `{"errors":[{"code":88}]}`}),
			event("lines that nobody understands", func() { r.fake.Send(strings.Repeat("\r\n{\"id\":[1]}\r\nnull\r\n[}\r\n{\"delete\":{}}", 20)) }),
			event("a stream that ends", func() { r.fake.End(false) }),
			event("a stream that is torn", func() { r.fake.End(true) }),
			event("a stream that is ended for operation", func() { r.fake.Disconnect(12) }),
		},
	})
}
