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
	"meetleaks/scanner/source/polled"
	"meetleaks/scanner/source/sourcetest"
)

// TestSourceKeepsThePromises posts each text as a calendar of its own: what is told of is a calendar, not an event.
func TestSourceKeepsThePromises(t *testing.T) {
	site, at, visits := newSite(t), sourcetest.NewClock(), sourcetest.NewVisits()
	const most = 30
	var urls []*url.URL
	for i := range most {
		path := fmt.Sprintf("/%d.ics", i)
		site.Set(path, ics())
		urls = append(urls, sourcetest.Address(t, site.URL+path))
	}
	var n atomic.Int64
	put := func(uri, text string) {
		site.Set(sourcetest.Address(t, uri).Path, ics(event("one", "DESCRIPTION:"+text)))
	}
	breaks := func(handler http.Handler) func(*testing.T) func() {
		return func(*testing.T) func() {
			site.Break(handler)
			return func() { site.Break(nil) }
		}
	}
	sourcetest.Run(t, sourcetest.Harness{
		Kind: scanner.Poll,
		Open: func(t *testing.T, taker *sourcetest.Taker, log *slog.Logger) sourcetest.Read {
			s, err := NewSource(Options{Read: whole, Options: polled.Options{
				Name: "the-source", URLs: urls, Client: at.Client(t, site.Addr()), Visits: visits, Taker: taker,
				Key: []byte("0123456789abcdef"), Log: log, Now: at.Now,
			}})
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
		Nudge:  func(*testing.T) { at.Move(30 * time.Minute) },
		Signal: sourcetest.LooksGone,
		Faults: []sourcetest.Fault{
			{Name: "500", Break: breaks(sourcetest.Answers(500))},
			{Name: "a page in its place", Break: breaks(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				_, _ = fmt.Fprint(w, "<!DOCTYPE html><html><body>Please log in</body></html>")
			}))},
			{Name: "nothing", Break: breaks(sourcetest.Answers(200))},
			{Name: "a redirect inside", Break: breaks(sourcetest.Answers(302, "Location", "http://10.11.12.13/team.ics"))},
		},
	})
}
