package feed

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"meetleaks/scanner"
	"meetleaks/scanner/source/sourcetest"
)

// secured begins a site with TLS before that of the rig, for whom it answers. There /clear leads to the rig's site, /round to one
// without TLS and back, /next to the rig's answer. It returns the site's address, and how it is read.
func secured(t *testing.T, r *rig) (base string, client Client) {
	t.Helper()
	mux := http.NewServeMux()
	s := httptest.NewTLSServer(mux)
	t.Cleanup(s.Close)
	back := httptest.NewServer(http.RedirectHandler(s.URL+"/feed.xml", http.StatusMovedPermanently))
	t.Cleanup(back.Close)
	mux.Handle("/feed.xml", r.site)
	for from, to := range map[string]string{"/clear": r.site.URL(), "/round": back.URL + "/back", "/next": "/feed.xml"} {
		mux.Handle(from, http.RedirectHandler(to, http.StatusMovedPermanently))
	}
	return s.URL, trustingClient(t, r.clock, s.Certificate(), r.site.Addr(), s.Listener.Addr().String(), back.Listener.Addr().String())
}

// openAt lets the rig's source read another address.
func (r *rig) openAt(client Client, at string) {
	r.t.Helper()
	r.open(func(o *Options) { o.URLs, o.Client = []*url.URL{address(r.t, at)}, client })
}

func TestAFeedIsNotReadInClearWhereHTTPSIsConfigured(t *testing.T) {
	r := newRig(t, nil)
	base, client := secured(t, r)
	r.site.Add(r.item("one", link1, time.Hour))
	for _, path := range []string{"/clear", "/round"} {
		r.openAt(client, base+path)
		_, err := r.pass(time.Minute)
		var reason interface{ Reason() string }
		if !errors.As(err, &reason) || reason.Reason() != "leads from https to http" {
			t.Errorf("%s: %v", path, err)
		}
		if notes := strings.Join(r.health.Notes, "\n"); notes != "feed 1: cannot be read: leads from https to http" {
			t.Errorf("%s: notes %q", path, notes)
		}
	}
	if full, _, _ := r.site.Counts(); full != 0 || len(r.calls(sourcetest.WasTaken)) != 0 {
		t.Errorf("asked for in clear %d times", full)
	}
	r.openAt(client, base+"/next")
	if r.must(0); len(r.calls(sourcetest.WasTaken)) != 2 {
		t.Error("a redirect within https is not followed")
	}
}

func TestAFeedThatWasFollowedInClearIsNotAnyMore(t *testing.T) {
	r := newRig(t, nil)
	base, client := secured(t, r)
	r.openAt(client, base+"/feed.xml")
	r.site.Add(r.item("one", link1, time.Hour))
	r.keep(memory{Moved: r.site.URL() + "?moved"})
	r.must(0)
	if got := r.calls(sourcetest.WasTaken); len(got) != 2 || len(r.health.Notes) != 0 {
		t.Errorf("taken %d times, notes %q", len(got), r.health.Notes)
	}
}

// keep lets m be what is known of the rig's feed.
func (r *rig) keep(m memory) {
	r.t.Helper()
	kept, err := json.Marshal(m)
	if err != nil {
		r.t.Fatal(err)
	}
	if err := r.visits.SaveVisit(r.t.Context(), "news", scanner.Visit{Page: r.source.feeds[0].id, Data: kept}); err != nil {
		r.t.Fatal(err)
	}
}
