package mastodon

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"meetleaks/matchers"
	"meetleaks/scanner"
	"meetleaks/scanner/fetch"
	"meetleaks/scanner/source/mastodon/fakemastodon"
	"meetleaks/scanner/source/sourcetest"
)

// suite is a harness around a stand-in. Each call of Open makes a source anew; the stand-in stays.
func suite(t *testing.T, kind scanner.PassKind, transport string) sourcetest.Harness {
	t.Helper()
	server, err := fakemastodon.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	now := sourcetest.ClockAt(time.Now())
	id := func(uri string) string { return uri[strings.LastIndexByte(uri, '/')+1:] }
	h := sourcetest.Harness{
		Kind: kind, Social: true, Signal: sourcetest.SaysDeleted,
		Open: func(t *testing.T, taker *sourcetest.Taker, log *slog.Logger) sourcetest.Read {
			client, err := fetch.APIClient(fetch.APIOptions{Base: server.URL(), Private: true})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(client.CloseIdleConnections)
			o := Options{
				Server: server.URL(), Client: client, Token: func() (string, error) { return fakemastodon.Token, nil }, Taker: taker, Log: log,
				Read: readPlainly, Promising: matchers.Standard().Promising, Transport: transport, Idle: 2 * time.Second, LookAgain: time.Nanosecond,
			}
			if kind == scanner.Poll {
				o.LookAgain, o.Now = lookAgain, now.Now
			}
			s, err := NewSource(o)
			if err != nil {
				t.Fatal(err)
			}
			s.tick = 10 * time.Millisecond
			return s.Read
		},
		Post: func(_ *testing.T, p sourcetest.Post) string {
			return server.URL().String() + "/statuses/" + server.Post(fakemastodon.Post{Author: p.Author, Text: p.Text, Followers: 12})
		},
		Edit:    func(_ *testing.T, uri, text string) { server.Edit(id(uri), text) },
		Delete:  func(_ *testing.T, uri string) { server.Delete(id(uri)) },
		Suspend: func(_ *testing.T, author string) { server.Suspend(author) },
		Nudge:   func(*testing.T) { now.Move(lookAgain) },
		Faults:  faults(server, kind, transport),
	}
	if kind == scanner.Poll {
		h.Signal = sourcetest.LooksGone
	}
	return h
}

func faults(server *fakemastodon.Server, kind scanner.PassKind, transport string) []sourcetest.Fault {
	breaks := func(f fakemastodon.Fault) func(*testing.T) func() {
		return func(*testing.T) func() {
			server.Break(f)
			return func() { server.Break(fakemastodon.Fine) }
		}
	}
	greets := func(messages ...string) func(*testing.T) func() {
		return func(*testing.T) func() {
			server.Set(fakemastodon.Greet(messages...))
			return func() { server.Set(fakemastodon.Greet()) }
		}
	}
	var all []sourcetest.Fault
	for _, f := range []fakemastodon.Fault{
		fakemastodon.Unauthorized, fakemastodon.Forbidden, fakemastodon.RateLimited, fakemastodon.Unavailable, fakemastodon.Redirect,
		fakemastodon.HTML, fakemastodon.ErrorBody, fakemastodon.Huge,
	} {
		all = append(all, sourcetest.Fault{Name: string(f), Break: breaks(f)})
	}
	if kind == scanner.Poll {
		return all
	}
	bad := []string{"event: update\ndata: {\n\n", "\x00\xff\n\n", "event: delete\ndata: ../..\n\n", "data: " + strings.Repeat("x", 2<<20) + "\n\n"}
	if transport == TransportWebSocket {
		bad = []string{"{", "", `{"event":"update","payload":7}`, `{"event":"delete"}`}
	}
	return append(all,
		sourcetest.Fault{Name: "the stream hangs", Break: breaks(fakemastodon.StreamHangs)},
		sourcetest.Fault{Name: "the stream ends at once", Break: breaks(fakemastodon.StreamEnds)},
		sourcetest.Fault{Name: "the stream ends at once, for a while", Break: breaks(fakemastodon.StreamEnds), Goes: true},
		sourcetest.Fault{Name: "frames that nobody understands", Break: greets(bad...), Goes: true},
		sourcetest.Fault{Name: "nothing but frames that nobody understands", Break: greets(repeated(bad[:3], badInARow/2)...)},
	)
}

func repeated(texts []string, n int) []string {
	var all []string
	for range n {
		all = append(all, texts...)
	}
	return all
}

func TestSuiteByServerSentEvents(t *testing.T) {
	sourcetest.Run(t, suite(t, scanner.Stream, TransportSSE))
}

func TestSuiteByWebSocket(t *testing.T) {
	sourcetest.Run(t, suite(t, scanner.Stream, TransportWebSocket))
}

func TestSuiteByPolling(t *testing.T) { sourcetest.Run(t, suite(t, scanner.Poll, "")) }
