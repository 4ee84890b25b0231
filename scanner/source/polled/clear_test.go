package polled_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"meetleaks/scanner/fetch"
	"meetleaks/scanner/source/polled"
)

// secured serves the rig's site by https too, at base, with redirects beside it: /clear leads to the same over http, /round too, but from
// there back; /next stays within https. client trusts it.
func secured(t *testing.T, r *rig) (base string, client *fetch.Client) {
	t.Helper()
	mux := http.NewServeMux()
	s := httptest.NewTLSServer(mux)
	t.Cleanup(s.Close)
	back := httptest.NewServer(http.RedirectHandler(s.URL+"/one", http.StatusMovedPermanently))
	t.Cleanup(back.Close)
	mux.Handle("/one", r.site)
	for from, to := range map[string]string{"/clear": r.site.URL + "/one", "/round": back.URL + "/back", "/next": "/one"} {
		mux.Handle(from, http.RedirectHandler(to, http.StatusMovedPermanently))
	}
	return s.URL, r.Clock.TrustingClient(t, s.Certificate(), r.site.Addr(), s.Listener.Addr().String(), back.Listener.Addr().String())
}

func TestNothingIsReadInClearWhereHTTPSIsConfigured(t *testing.T) {
	r := newRig(t, "/one")
	base, client := secured(t, r)
	r.site.Set("/one", "All are welcome.")
	for _, path := range []string{"/clear", "/round"} {
		r.open(client, base+path)
		_, err := r.Pass(time.Minute)
		var blind *polled.BlindError
		if !errors.As(err, &blind) || blind.Reason() != "leads from https to http" {
			t.Errorf("%s: %v", path, err)
		}
		if notes := strings.Join(r.Health().Notes, "\n"); notes != "notice 1: cannot be read: leads from https to http" {
			t.Errorf("%s: notes %q", path, notes)
		}
	}
	if full, _ := r.site.Counts(); r.taken() != 0 || full != 0 {
		t.Errorf("taken %d times, asked for in clear %d times", r.taken(), full)
	}
	r.open(client, base+"/next")
	if r.Must(0); r.taken() != 1 {
		t.Errorf("a redirect within https: taken %d times", r.taken())
	}
}

func TestWhatWasFollowedInClearIsNotAnyMore(t *testing.T) {
	r := newRig(t, "/one")
	base, client := secured(t, r)
	r.site.Set("/one", "All are welcome.")
	r.site.Set("/moved", "Nobody is.")
	r.open(client, base+"/one")
	r.keep(base+"/one", `{"moved":"`+r.site.URL+`/moved"}`)
	r.Must(0)
	if full, _ := r.site.Counts(); r.taken() != 1 || full != 1 || len(r.Health().Notes) != 0 {
		t.Errorf("taken %d times, read %d times, notes %q", r.taken(), full, r.Health().Notes)
	}
}

func TestWhatIsInClearMayLeadOnInClear(t *testing.T) {
	r := newRig(t, "/one")
	r.site.Set("/one", "All are welcome.")
	front := httptest.NewServer(http.RedirectHandler(r.site.URL+"/one", http.StatusFound))
	defer front.Close()
	r.open(r.Clock.Client(t, r.site.Addr(), front.Listener.Addr().String()), front.URL+"/one")
	if r.Must(0); r.taken() != 1 {
		t.Error("it is not taken")
	}
}
