package main

import (
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"meetleaks/matchers"
	"meetleaks/scanner"
)

// zoomRequest is one request to the hook.
type zoomRequest struct {
	body, stamp, secret, signature string
	method                         string
}

func (p *proving) zoomHook() *zoomHook {
	p.t.Helper()
	h, err := newZoomHook(zoomHookOptions{
		Accounts: p.meetings.hooks, Take: p.pipeline.Take, Seen: p.store, Tell: p.meetings.told.Tell, Now: p.clock.Now,
	})
	must(p.t, err)
	return h
}

// send signs, unless the signature is given, and hands a message in.
func (r zoomRequest) send(h http.Handler, now time.Time) *httptest.ResponseRecorder {
	if r.stamp == "" {
		r.stamp = fmt.Sprint(now.Unix())
	}
	if r.secret == "" {
		r.secret = zoomWebhook
	}
	if r.signature == "" {
		r.signature = "v0=" + hex.EncodeToString(zoomMAC(r.secret, "v0:", r.stamp, ":", r.body))
	}
	if r.method == "" {
		r.method = http.MethodPost
	}
	req := httptest.NewRequest(r.method, "/hooks/zoom", strings.NewReader(r.body))
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Zm-Request-Timestamp", r.stamp)
	req.Header.Set("X-Zm-Signature", r.signature)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, req)
	return w
}

func riskAlert(id, uuid string, details string, at time.Time) string {
	return fmt.Sprintf(`{"event":"meeting.risk_alert","event_ts":%d,"payload":{"account_id":"acct-7Hq","object":{"id":%s,"uuid":%q,"host_id":"KdYx",
		"host_email":"jdoe@acme.example","topic":"Board","type":3,"armn_details":{%s}}}}`, at.UnixMilli(), id, uuid, details)
}

func TestZoomsFindJoinsTheSameLeak(t *testing.T) {
	p := openProving(t)
	h := p.zoomHook()
	post := `"post_platform":"twitter","social_link":"https://social.example/anna/status/7719","post_user":"anna","meeting_url":"https://us02web.zoom.us/j/84930275116?pwd=Qm9vdGhlZA"`
	if w := (zoomRequest{body: riskAlert("84930275116", "u1==", post, p.clock.Now())}).send(h, p.clock.Now()); w.Code != http.StatusNoContent {
		t.Fatal(w.Code, w.Body)
	}
	l := p.leak()
	if l.State != scanner.StateOpen || l.Sightings != 1 || len(l.Secrets) != 1 || l.Rank != 3 {
		t.Errorf("%s, %d sightings, secrets %v, rank %d", l.State, l.Sightings, l.Secrets, l.Rank)
	}
	seen, err := p.store.Sightings(t.Context(), "acme", l.ID)
	must(t, err)
	if len(seen) != 1 || seen[0].Place != "twitter (found by Zoom)" || seen[0].Source != zoomSource || len(seen[0].Ref) == 0 {
		t.Errorf("%+v", seen)
	}
	where, err := p.pipeline.Where(t.Context(), "acme", seen[0])
	if err != nil || where != "https://social.example/anna/status/7719" {
		t.Errorf("%q %v", where, err)
	}
	for _, request := range []zoomRequest{
		{body: riskAlert("84930275116", "u1==", post, p.clock.Now())}, // again
		{body: riskAlert(`"84930275116"`, "u2==", `"meeting_url":"https://evil.example/j/95301748226?pwd=x"`, p.clock.Now()), stamp: fmt.Sprint(p.clock.Now().UnixMilli())},
	} {
		if w := request.send(h, p.clock.Now()); w.Code != http.StatusNoContent {
			t.Fatal(w.Code)
		}
	}
	if l = p.leak(); l.Distinct != 2 || l.Sightings != 2 {
		t.Errorf("%d places, %d sightings, want the repeat left out and the other joined", l.Distinct, l.Sightings)
	}
	p.page("Board: " + provedLink)
	if l = p.leak(); l.Distinct != 3 {
		t.Errorf("%d places", l.Distinct)
	}
	p.work()
	p.keepsNothing()
}

func TestWhatTheZoomHookRefuses(t *testing.T) {
	p := openProving(t)
	h := p.zoomHook()
	now := p.clock.Now()
	good := riskAlert("84930275116", "u1==", "", now)
	for name, test := range map[string]struct {
		zoomRequest
		want int
	}{
		"another secret":      {zoomRequest{body: good, secret: "other"}, http.StatusUnauthorized},
		"no signature":        {zoomRequest{body: good, signature: " "}, http.StatusUnauthorized},
		"another version":     {zoomRequest{body: good, signature: "v1=" + strings.Repeat("ab", 32)}, http.StatusUnauthorized},
		"cut off":             {zoomRequest{body: good, signature: "v0=ab"}, http.StatusUnauthorized},
		"too old":             {zoomRequest{body: good, stamp: fmt.Sprint(now.Add(-5*time.Minute - time.Second).Unix())}, http.StatusUnauthorized},
		"too far ahead":       {zoomRequest{body: good, stamp: fmt.Sprint(now.Add(5*time.Minute + time.Second).UnixMilli())}, http.StatusUnauthorized},
		"no time":             {zoomRequest{body: good, stamp: "now"}, http.StatusUnauthorized},
		"GET":                 {zoomRequest{body: good, method: http.MethodGet}, http.StatusMethodNotAllowed},
		"too large":           {zoomRequest{body: good + strings.Repeat(" ", zoomBody)}, http.StatusRequestEntityTooLarge},
		"no JSON":             {zoomRequest{body: "event=x"}, http.StatusBadRequest},
		"no number":           {zoomRequest{body: riskAlert("null", "u", "", now)}, http.StatusBadRequest},
		"a number too short":  {zoomRequest{body: riskAlert("8493", "u", "", now)}, http.StatusBadRequest},
		"a number of letters": {zoomRequest{body: riskAlert(`"abc"`, "u", "", now)}, http.StatusBadRequest},
		"another account":     {zoomRequest{body: strings.Replace(good, "acct-7Hq", "acct-9Zz", 1)}, http.StatusNoContent},
		"no account":          {zoomRequest{body: strings.Replace(good, "acct-7Hq", "", 1)}, http.StatusNoContent},
		"another event":       {zoomRequest{body: strings.Replace(good, "risk_alert", "started", 1)}, http.StatusNoContent},
	} {
		if w := test.send(h, now); w.Code != test.want {
			t.Errorf("%s: %d, want %d", name, w.Code, test.want)
		}
	}
	page, err := p.store.ListLeaks(t.Context(), scanner.LeakQuery{Org: "acme", Limit: 10})
	if err != nil || len(page.Leaks) != 0 {
		t.Errorf("%d leaks, %v", len(page.Leaks), err)
	}
}

func TestTheChallengeIsAnsweredToZoomAlone(t *testing.T) {
	p := openProving(t)
	h := p.zoomHook()
	now := p.clock.Now()
	ask := func(plain string) string {
		return fmt.Sprintf(`{"event":"endpoint.url_validation","event_ts":1,"payload":{"plainToken":%q}}`, plain)
	}
	w := zoomRequest{body: ask("q8Xb3")}.send(h, now)
	want := fmt.Sprintf(`{"plainToken":"q8Xb3","encryptedToken":"%x"}`, zoomMAC(zoomWebhook, "q8Xb3"))
	if w.Code != http.StatusOK || strings.TrimSpace(w.Body.String()) != want {
		t.Errorf("%d %s, want %s", w.Code, w.Body, want)
	}
	for _, test := range []struct {
		zoomRequest
		want int
	}{
		{zoomRequest{body: ask("q8Xb3"), secret: "other"}, http.StatusUnauthorized},
		{zoomRequest{body: ask("")}, http.StatusBadRequest},
		{zoomRequest{body: ask(strings.Repeat("x", 300))}, http.StatusBadRequest},
		{zoomRequest{body: ask("v0:" + fmt.Sprint(now.Unix()) + ":{}")}, http.StatusBadRequest}, // the answer would be a signature
	} {
		if w := test.send(h, now); w.Code != test.want || strings.Contains(w.Body.String(), "encrypted") {
			t.Errorf("%d %s, want %d", w.Code, w.Body, test.want)
		}
	}
}

func TestTheZoomHookAsksForARepeat(t *testing.T) {
	p := openProving(t)
	now := p.clock.Now()
	must(t, p.store.Close())
	if w := (zoomRequest{body: riskAlert("84930275116", "u1==", "", now)}).send(p.zoomHook(), now); w.Code != http.StatusServiceUnavailable {
		t.Errorf("a store that is closed: %d", w.Code)
	}
	h, err := newZoomHook(zoomHookOptions{
		Accounts: []zoomAccount{{Org: "acme", Secret: func() (string, error) { return "", errors.New("gone") }, Host: "zoom.us"}},
		Take:     p.pipeline.Take, Seen: p.store, Tell: func(string, matchers.Link) {}, Now: p.clock.Now,
	})
	must(t, err)
	if w := (zoomRequest{body: "{}"}).send(h, now); w.Code != http.StatusServiceUnavailable {
		t.Errorf("a secret that cannot be read: %d", w.Code)
	}
	if _, err := newZoomHook(zoomHookOptions{}); err == nil {
		t.Error("a hook without accounts")
	}
}

func FuzzDecodeZoom(f *testing.F) {
	at := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	for _, seed := range []string{
		riskAlert("84930275116", "u==", `"meeting_url":"https://acme.zoom.us/my/jdoe.acme?pwd=x","social_link":"https://social.example/1"`, at),
		riskAlert(`"84930275116"`, "", `"post_platform":"twitter"`, at), `{"event":"endpoint.url_validation","payload":{"plainToken":"p"},"event_ts":"1"}`, `null`, `{"payload":[]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		m, err := decodeZoom(body)
		if err != nil {
			return
		}
		text, links := m.text("zoom.us")
		if text == "" {
			return
		}
		if len(links) == 0 && !strings.HasPrefix(text, "https://zoom.us/j/") || len(text) > 10_000 {
			t.Fatalf("%d links in %d bytes", len(links), len(text))
		}
		for _, link := range links {
			if link.Platform != "zoom" || link.Space == "" && link.ID != string(m.Payload.Object.ID) {
				t.Fatalf("a link to something else: %s", link.MaskedURL())
			}
		}
		r := m.reading(signedBy{secret: "s"}, text, at)
		if r.URI == "" || r.Shown == "" || len(r.Shown) > 100 || r.At.After(at) || strings.HasPrefix(r.URI, "zoom:") == r.Reference.IsSet() {
			t.Fatalf("%q shown as %q at %v", r.URI, r.Shown, r.At)
		}
		_ = m.print(signedBy{secret: "s"}, body)
	})
}

// TestAPostCannotLendARoom: of a posted address that holds two links Zoom vouches for one, and a number of another cloud is another
// meeting.
func TestAPostCannotLendARoom(t *testing.T) {
	for _, posted := range []string{
		"https://zoom.us/my/victim.room?x=https://acme.zoom.us/j/84930275116", "https://acme.zoom.us/j/84930275116?x=https://zoom.us/my/victim.room",
		"https://zoom.us/my/victim.room?x=acme.zoom.us/j/84930275116", "https://zoom.us/my/victim.room?pwd=x#acme.zoom.us/j/84930275116",
		"https://www.zoomgov.com/j/84930275116", "https://www.zoomgov.com/my/victim.room",
	} {
		m, err := decodeZoom([]byte(riskAlert("84930275116", "u==", fmt.Sprintf(`"meeting_url":%q`, posted), alertNow())))
		must(t, err)
		text, links := m.text("zoom.us")
		if text != "https://zoom.us/j/84930275116" || len(links) != 1 || links[0].Space != "" || links[0].Realm != "commercial" {
			t.Errorf("%s lends %d links: %s", posted, len(links), text)
		}
	}
	m, err := decodeZoom([]byte(riskAlert("4938160725", "u==", `"meeting_url":"https://acme.zoom.us/my/jdoe.acme?pwd=Qm9vdGhlZA"`, alertNow())))
	must(t, err)
	if _, links := m.text("zoom.us"); len(links) != 2 || links[1].Space != "my" {
		t.Errorf("a personal room alone: %d links", len(links))
	}
}
