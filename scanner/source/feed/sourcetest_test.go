package feed

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"meetleaks/scanner"
	"meetleaks/scanner/source/feed/fakefeed"
	"meetleaks/scanner/source/polled"
	"meetleaks/scanner/source/sourcetest"
)

func TestSourceKeepsThePromises(t *testing.T) {
	site, at, visits := fakefeed.Start(), sourcetest.NewClock(), sourcetest.NewVisits()
	defer site.Close()
	site.Add(fakefeed.Item{ID: "first", Title: "The oldest", Posted: at.Now().Add(-48 * time.Hour)})
	var keys *Source
	n := atomic.Int64{}
	guids := map[string]string{}
	sourcetest.Run(t, sourcetest.Harness{
		Kind: scanner.Poll,
		Open: func(t *testing.T, taker *sourcetest.Taker, log *slog.Logger) sourcetest.Read {
			s, err := NewSource(Options{Read: untag, Options: polled.Options{
				Name: "the-source", URLs: []*url.URL{sourcetest.Address(t, site.URL())}, Client: at.Client(t, site.Addr()), Visits: visits,
				Taker: sourcetest.Lenient{Taker: taker}, Key: []byte("0123456789abcdef"), Log: log, Now: at.Now,
			}})
			if err != nil {
				t.Fatal(err)
			}
			keys = s
			return s.Read
		},
		Post: func(_ *testing.T, p sourcetest.Post) string {
			guid := fmt.Sprint("item-", n.Add(1))
			at.Move(time.Minute)
			site.Add(fakefeed.Item{ID: guid, Title: "News", HTML: "<p>" + p.Text + "</p>", Posted: at.Now()})
			uri := uriOf(keys.poller.Documents()[0], keys.entries(&listing{items: []item{{id: guid}}})[0].Key)
			guids[uri] = guid
			return uri
		},
		Edit:   func(_ *testing.T, uri, text string) { site.Edit(guids[uri], text) },
		Delete: func(_ *testing.T, uri string) { site.Remove(guids[uri]) },
		Signal: sourcetest.LooksGone,
		Nudge:  func(*testing.T) { at.Move(30 * time.Minute) },
		Faults: []sourcetest.Fault{
			{Name: "500", Break: breaks(site, sourcetest.Answers(500))},
			{Name: "429", Break: breaks(site, sourcetest.Answers(429, "Retry-After", "60"))},
			{Name: "a page in its place", Break: breaks(site, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				_, _ = fmt.Fprint(w, "<!DOCTYPE html><html><body>Please log in</body></html>")
			}))},
			{Name: "nothing", Break: breaks(site, sourcetest.Answers(200))},
			{Name: "a redirect inside", Break: breaks(site, sourcetest.Answers(302, "Location", "http://10.11.12.13/feed.xml"))},
			{Name: "gone", Break: breaks(site, sourcetest.Answers(410))},
			{Name: "nothing listed", Goes: true, Break: func(*testing.T) func() {
				site.Serve(`<rss version="2.0"><channel><title>News</title></channel></rss>`)
				return func() { site.Serve("") }
			}},
			{Name: "broken in the midst", Goes: true, Break: func(*testing.T) func() {
				site.Serve(`<rss version="2.0"><channel><item><guid>a</guid></item><item><title>` + strings.Repeat("x", 100) + `</`)
				return func() { site.Serve("") }
			}},
		},
	})
}

func breaks(site *fakefeed.Server, handler http.Handler) func(*testing.T) func() {
	return func(*testing.T) func() {
		site.Break(handler)
		return func() { site.Break(nil) }
	}
}
