package calendar

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
	back := httptest.NewServer(http.RedirectHandler(s.URL+calendarPath, http.StatusMovedPermanently))
	t.Cleanup(back.Close)
	mux.Handle(calendarPath, r.site)
	for from, to := range map[string]string{"/clear": r.site.URL + calendarPath, "/round": back.URL + "/back", "/next": calendarPath} {
		mux.Handle(from, http.RedirectHandler(to, http.StatusMovedPermanently))
	}
	return s.URL, trustingClient(t, r.clock, s.Certificate(), r.site.addr(), s.Listener.Addr().String(), back.Listener.Addr().String())
}

// openAt lets the rig's source read another address.
func (r *rig) openAt(client Client, at string) {
	r.t.Helper()
	r.open(func(o *Options) { o.URLs, o.Client = []*url.URL{address(r.t, at)}, client })
}

func TestACalendarIsNotReadInClearWhereHTTPSIsConfigured(t *testing.T) {
	r := newRig(t, nil)
	base, client := secured(t, r)
	r.site.set(calendarPath, ics(event("a", "LOCATION:"+link1)))
	for _, path := range []string{"/clear", "/round"} {
		r.openAt(client, base+path)
		_, err := r.pass(time.Minute)
		var reason interface{ Reason() string }
		if !errors.As(err, &reason) || reason.Reason() != "leads from https to http" {
			t.Errorf("%s: %v", path, err)
		}
		if notes := strings.Join(r.health.Notes, "\n"); notes != "calendar 1: cannot be read: leads from https to http" {
			t.Errorf("%s: notes %q", path, notes)
		}
	}
	if got := r.calls(sourcetest.WasTaken); len(got) != 0 || r.site.full != 0 {
		t.Errorf("taken %d times, asked for in clear %d times", len(got), r.site.full)
	}
	r.openAt(client, base+"/next")
	r.must(0)
	if got := r.calls(sourcetest.WasTaken); len(got) != 1 {
		t.Errorf("a redirect within https: taken %d times", len(got))
	}
}

func TestACalendarThatWasFollowedInClearIsNotAnyMore(t *testing.T) {
	r := newRig(t, nil)
	base, client := secured(t, r)
	r.site.set(calendarPath, ics(event("a", "LOCATION:"+link1)))
	r.site.set("/moved.ics", ics(event("b")))
	r.openAt(client, base+calendarPath)
	kept, err := json.Marshal(memory{Moved: r.site.URL + "/moved.ics"})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.visits.SaveVisit(t.Context(), "team", scanner.Visit{Page: r.source.calendars[0].id, Data: kept}); err != nil {
		t.Fatal(err)
	}
	r.must(0)
	if got := r.calls(sourcetest.WasTaken); len(got) != 1 || !strings.Contains(got[0].Text, link1) || len(r.health.Notes) != 0 {
		t.Errorf("taken %+v, notes %q", got, r.health.Notes)
	}
}

func TestACalendarInClearMayLeadOnInClear(t *testing.T) {
	r := newRig(t, nil)
	r.site.set(calendarPath, ics(event("a", "LOCATION:"+link1)))
	front := httptest.NewServer(http.RedirectHandler(r.site.URL+calendarPath, http.StatusFound))
	defer front.Close()
	r.openAt(testClient(t, r.clock, r.site.addr(), front.Listener.Addr().String()), front.URL+calendarPath)
	if r.must(0); len(r.calls(sourcetest.WasTaken)) != 1 {
		t.Error("it is not taken")
	}
}
