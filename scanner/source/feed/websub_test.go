package feed

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha512"
	"encoding/hex"
	"fmt"
	"hash"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"meetleaks/scanner"
	"meetleaks/scanner/fetch"
	"meetleaks/scanner/source/polled"
	"meetleaks/scanner/source/sourcetest"
)

// hooked is a rig whose source hubs can reach.
func hooked(t *testing.T, lease int, change func(*Options)) (*rig, *httptest.Server) {
	t.Helper()
	var r *rig
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) { r.source.ServeHTTP(w, req) }))
	t.Cleanup(front.Close)
	callback := sourcetest.Address(t, front.URL+"/hooks/websub")
	with := func(o *Options) {
		o.Callback = callback
		o.HubClient = func(hub *url.URL) (*http.Client, error) {
			return fetch.APIClient(fetch.APIOptions{Base: hub, Private: true})
		}
		if change != nil {
			change(o)
		}
	}
	r = newRig(t, with)
	r.site.WithHub(lease)
	r.site.Add(r.item("old", "x", 48*time.Hour))
	return r, front
}

func TestAHubTellsOfNews(t *testing.T) {
	r, _ := hooked(t, 864000, nil)
	r.Must(time.Minute)
	sub := r.site.Subscription()
	if sub == nil {
		t.Fatal("nothing was subscribed to")
	}
	if secret := sub.Get("hub.secret"); len(secret) != 64 || strings.Contains(fmt.Sprint(r.Visits.Kept()), secret) {
		t.Errorf("the secret has %d characters, or is stored", len(secret))
	}
	if kept := fmt.Sprint(r.Visits.Kept()); strings.Contains(kept, "://") || !strings.Contains(kept, `"topic":`) {
		t.Errorf("the feed's address, or its hub's, is readable: %s", kept)
	}
	status, err := r.site.Deliver(t.Context(), r.item("new", "<p>"+link1+"</p>", 0))
	if err != nil || status != http.StatusAccepted {
		t.Fatalf("a delivery: %d, %v", status, err)
	}
	got := r.Calls(sourcetest.WasTaken)
	if last := got[len(got)-1]; last.URI != r.uri("new") || !strings.Contains(last.Text, link1) || last.Reading.Source != "news" {
		t.Errorf("taken: %+v", last)
	}
	r.Must(time.Minute)
	if len(r.Calls(sourcetest.WasGone)) != 0 {
		t.Error("what a delivery did not list is told gone")
	}
	if _, _, posts := r.site.Counts(); posts != 1 {
		t.Errorf("asked the hub %d times", posts)
	}
}

func TestASubscriptionIsRenewedBeforeItsLeaseEnds(t *testing.T) {
	r, _ := hooked(t, 10*3600, nil)
	for _, c := range []struct {
		after time.Duration
		posts int
	}{{0, 1}, {7 * time.Hour, 1}, {90 * time.Minute, 2}, {time.Hour, 2}} {
		r.Clock.Move(c.after)
		r.Must(0)
		if _, _, posts := r.site.Counts(); posts != c.posts {
			t.Errorf("%v later the hub was asked %d times, want %d", c.after, posts, c.posts)
		}
	}
}

func TestDeliveriesHaveToBeSigned(t *testing.T) {
	for _, sha1Too := range []bool{false, true} {
		r, front := hooked(t, 864000, func(o *Options) { o.AllowSHA1 = sha1Too })
		r.Must(time.Minute)
		sub := r.site.Subscription()
		body := []byte(`<rss version="2.0"><channel><item><guid>forged</guid></item></channel></rss>`)
		sign := func(method string, make func() hash.Hash, key string) string {
			h := hmac.New(make, []byte(key))
			_, _ = h.Write(body)
			return method + "=" + hex.EncodeToString(h.Sum(nil))
		}
		secret := sub.Get("hub.secret")
		sha1Status := http.StatusForbidden
		if sha1Too {
			sha1Status = http.StatusAccepted
		}
		for _, c := range []struct {
			name, signature, callback string
			want                      int
		}{
			{"not signed", "", "", 403},
			{"of another secret", sign("sha512", sha512.New, "other"), "", 403},
			{"of no method", sign("md5", sha512.New, secret), "", 403},
			{"empty", "sha512=", "", 403},
			{"sha1", sign("sha1", sha1.New, secret), "", sha1Status},
			{"sha384", sign("sha384", sha512.New384, secret), "", 202},
			{"sha512", sign("SHA512", sha512.New, secret), "", 202},
			{"for another feed", sign("sha512", sha512.New, secret), front.URL + "/hooks/websub/0123456789abcdef", 404},
		} {
			callback := c.callback
			if callback == "" {
				callback = sub.Get("hub.callback")
			}
			before := len(r.Taker.All())
			status, err := r.site.Post(t.Context(), callback, c.signature, body)
			if err != nil || status != c.want {
				t.Errorf("%s: answered %d (%v), want %d", c.name, status, err, c.want)
			}
			if took := len(r.Taker.All()) - before; (took > 0) != (c.want == 202) {
				t.Errorf("%s: %d taken", c.name, took)
			}
		}
		r.Clock.Move(20 * 24 * time.Hour)
		if status, _ := r.site.Post(t.Context(), sub.Get("hub.callback"), sign("sha512", sha512.New, secret), body); status != 403 {
			t.Errorf("after its lease a delivery was answered %d", status)
		}
	}
}

func TestOnlyOurSubscriptionsAreVerified(t *testing.T) {
	r, _ := hooked(t, 864000, nil)
	r.Must(time.Minute)
	callback, topic := r.site.Subscription().Get("hub.callback"), r.site.URL()
	query := func(pairs ...string) url.Values {
		q := url.Values{"hub.mode": {"subscribe"}, "hub.topic": {topic}, "hub.challenge": {"x1"}, "hub.lease_seconds": {"864000"}}
		for i := 0; i < len(pairs); i += 2 {
			q.Set(pairs[i], pairs[i+1])
		}
		return q
	}
	for _, c := range []struct {
		name  string
		query url.Values
		at    string
		ok    bool
	}{
		{"as it was asked for", query(), callback, true},
		{"another topic", query("hub.topic", "https://globex.example/"), callback, false},
		{"to be taken off", query("hub.mode", "unsubscribe"), callback, false},
		{"no lease", query("hub.lease_seconds", ""), callback, false},
		{"a lease of a second", query("hub.lease_seconds", "1"), callback, false},
		{"a lease below nothing", query("hub.lease_seconds", "-5"), callback, false},
		{"no challenge", query("hub.challenge", ""), callback, false},
		{"a very long challenge", query("hub.challenge", strings.Repeat("x", 5000)), callback, false},
		{"another feed", query(), callback[:len(callback)-4] + "0000", false},
	} {
		if err := r.site.Verify(t.Context(), c.at, c.query); (err == nil) != c.ok {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	r.Clock.Move(15 * 24 * time.Hour)
	if err := r.site.Verify(t.Context(), callback, query()); err == nil {
		t.Error("verified long after it was asked for")
	}
}

func TestHubsAreNotBelievedBlindly(t *testing.T) {
	for _, c := range []struct{ name, hub, want string }{
		{"a meeting", link1, "not one that is requested"},
		{"inside", "https://10.11.12.13/hub", "not one that is requested"},
		{"without TLS", "http://hub.globex.example/", "https"},
		{"nothing", "hub", "cannot be read"},
	} {
		r, _ := hooked(t, 864000, func(o *Options) {
			o.HubClient = func(*url.URL) (*http.Client, error) {
				t.Errorf("%s: a client was made", c.name)
				return nil, http.ErrNotSupported
			}
		})
		r.site.Serve(`<feed xmlns="http://www.w3.org/2005/Atom"><link rel="hub" href="` + c.hub + `"/><entry><id>a</id></entry></feed>`)
		r.Must(time.Minute)
		if notes := strings.Join(r.Health().Notes, "\n"); !strings.Contains(notes, c.want) || strings.Contains(notes, "84930275116") {
			t.Errorf("%s: notes %q", c.name, notes)
		}
	}
}

func TestAHubThatRefusesIsNoFailureOfTheFeed(t *testing.T) {
	r, _ := hooked(t, 864000, nil)
	r.site.Serve(`<feed xmlns="http://www.w3.org/2005/Atom"><link rel="hub" href="` + r.site.HubURL() + `"/><link rel="self" href="https://other.example/"/><entry><id>a</id></entry></feed>`)
	for range 3 {
		r.Must(20 * time.Minute)
	}
	if _, _, posts := r.site.Counts(); posts != 1 || !strings.Contains(strings.Join(r.Health().Notes, "\n"), "the hub answered 400") {
		t.Errorf("asked %d times; notes %q", posts, r.Health().Notes)
	}
	for range 3 {
		r.Must(25 * time.Minute)
	}
	if _, _, posts := r.site.Counts(); posts != 2 {
		t.Errorf("asked %d times within two hours, want twice", posts)
	}
}

func TestADeliveryThatCannotBeKeptIsSentAgain(t *testing.T) {
	r, _ := hooked(t, 864000, nil)
	r.Must(time.Minute)
	r.Taker.Fail(scanner.ErrUnavailable)
	if status, err := r.site.Deliver(t.Context(), r.item("new", link1, 0)); err != nil || status != http.StatusServiceUnavailable {
		t.Errorf("answered %d, %v", status, err)
	}
}

func FuzzLinkFields(f *testing.F) {
	f.Add(`<https://hub.example/>; rel="hub", <a>; rel=self; title="<,>"`)
	f.Fuzz(func(t *testing.T, value string) {
		if got := linkFields([]string{value}); len(got) > maxLinkFields+len(value) {
			t.Errorf("%d links", len(got))
		}
	})
}

func BenchmarkFrames(b *testing.B) {
	var body strings.Builder
	body.WriteString(`<rss version="2.0"><channel><title>T</title>`)
	for i := range 100 {
		text := "<p>words of no meeting, again and again, in some length</p>"
		if i%50 == 0 {
			text = `<p><a href="` + link1 + `">join</a></p>`
		}
		fmt.Fprintf(&body, "<item><guid>%d</guid><pubDate>Sat, 21 Nov 2026 10:00:00 +0000</pubDate><description><![CDATA[%s]]></description></item>", i, text)
	}
	body.WriteString("</channel></rss>")
	s := &Source{o: Options{Options: polled.Options{Key: []byte("0123456789abcdef")}}}
	b.ReportAllocs()
	for b.Loop() {
		l, err := parse([]byte(body.String()), "", false)
		if err != nil || len(s.entries(l)) != 100 {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(100*b.N)/b.Elapsed().Seconds(), "items/s")
}
