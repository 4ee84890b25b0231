package calendar

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"meetleaks/scanner"
	"meetleaks/scanner/source/sourcetest"
)

// TestSourceKeepsThePromises posts each text as a calendar of its own: what is told of is a calendar, not an event.
func TestSourceKeepsThePromises(t *testing.T) {
	site, at, visits := newSite(), newClock(), newVisits()
	defer site.Close()
	const most = 30
	var urls []*url.URL
	for i := range most {
		path := fmt.Sprintf("/%d.ics", i)
		site.set(path, ics())
		urls = append(urls, address(t, site.URL+path))
	}
	var n atomic.Int64
	put := func(uri, text string) { site.set(address(t, uri).Path, ics(event("one", "DESCRIPTION:"+text))) }
	breaks := func(handler http.Handler) func(*testing.T) func() {
		return func(*testing.T) func() {
			site.breaks(handler)
			return func() { site.breaks(nil) }
		}
	}
	sourcetest.Run(t, sourcetest.Harness{
		Kind: scanner.Poll,
		Open: func(t *testing.T, taker *sourcetest.Taker, log *slog.Logger) sourcetest.Read {
			s, err := NewSource(Options{
				Name: "the-source", URLs: urls, Client: testClient(t, at, site.addr()), Visits: visits, Taker: taker, Read: whole,
				Key: []byte("0123456789abcdef"), Log: log, Now: at.now,
			})
			if err != nil {
				t.Fatal(err)
			}
			return s.Read
		},
		Post: func(t *testing.T, p sourcetest.Post) string {
			i := n.Add(1) - 1
			if i >= most {
				t.Fatal("the suite posts more than there are calendars")
			}
			put(urls[i].String(), p.Text)
			return urls[i].String()
		},
		Edit:   func(_ *testing.T, uri, text string) { put(uri, text) },
		Nudge:  func(*testing.T) { at.move(30 * time.Minute) },
		Signal: sourcetest.LooksGone,
		Faults: []sourcetest.Fault{
			{Name: "500", Break: breaks(answers(500))},
			{Name: "a page in its place", Break: breaks(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				_, _ = fmt.Fprint(w, "<!DOCTYPE html><html><body>Please log in</body></html>")
			}))},
			{Name: "nothing", Break: breaks(answers(200))},
			{Name: "a redirect inside", Break: breaks(answers(302, "Location", "http://10.11.12.13/team.ics"))},
		},
	})
}
