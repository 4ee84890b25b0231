package web

import (
	"net/http"
	"testing"

	"meetleaks/scanner"
)

// One page must not be able to have all others of its host passed over as if that had been our choice.
func TestAHostThatSendsUsAwayIsNotPassedOverInSilence(t *testing.T) {
	for _, status := range []int{http.StatusTooManyRequests, http.StatusServiceUnavailable} {
		addr, _ := testServer(t, map[string]http.HandlerFunc{
			"/": text(`<a href="/busy">x</a> <a href="/agenda">y</a>`), "/agenda": text("an agenda"),
			"/busy": func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Retry-After", "86400")
				w.WriteHeader(status)
			},
		})
		got := crawl(t.Context(), t, newCrawler(t, addr, Options{Parallel: 1}), nil)
		got.tells("/busy", scanner.Failure, "come back later")
		got.tells("/agenda", scanner.Failure, "come back later")
	}
}

// A permitted private host and port holds only for sources that start there.
func TestASourceReachesOnlyItsOwnPartOfTheList(t *testing.T) {
	inner, log := testServer(t, map[string]http.HandlerFunc{"/": text("an inner service")})
	addr, _ := testServer(t, map[string]http.HandlerFunc{"/": text(`<a href="http://` + inner + `/">x</a>`)})
	c := newCrawlerBy(t, testClient(t, addr, inner), addr, Options{})
	c.scope.areas = append(c.scope.areas, area{host: inner}) // as if both lay under one domain
	got := crawl(t.Context(), t, c, nil)
	got.tells("/", scanner.Policy, "blocked")
	if n := len(log.all()); n != 0 {
		t.Errorf("the inner service was asked %d times", n)
	}
}
