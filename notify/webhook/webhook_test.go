package webhook

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"meetleaks/notify"
	"meetleaks/notify/notifytest"
)

var update = flag.Bool("update", false, "write the golden files anew")

const (
	oldKey = "whsec_aHVudGVyMi1iN1F4LW9sZC1rZXktMDEyMzQ1Njc4OQ=="
	newKey = "whsec_aHVudGVyMi1iN1F4LW5ldy1rZXktOTg3NjU0MzIxMA=="
)

func testNow() time.Time { return time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC) }

func soc() notify.Recipient { return notify.Recipient{Ref: "soc"} }

func open(t *testing.T, change func(*Options)) *Channel {
	t.Helper()
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	o := Options{
		Name: "soc", URL: notify.NewSecret("http://127.0.0.1:1/"), Keys: notify.NewSecret(newKey + " " + oldKey),
		Client: &http.Client{Transport: transport}, Timeout: 10 * time.Second, Now: testNow,
	}
	change(&o)
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAnEndpointIsToldAsEveryChannelTells(t *testing.T) {
	notifytest.Run(t, notifytest.Subject{
		Open: func(t *testing.T, base string, client *http.Client, limit time.Duration) notify.Channel {
			address := strings.Replace(base, "http://", "http://user:hunter2-b7Qx@", 1) + "T0KEN-hook?key=s3cr3t-value"
			return open(t, func(o *Options) {
				o.URL, o.Client, o.Timeout, o.Now = notify.NewSecret(address), client, limit, time.Now
			})
		},
		Service: func(t *testing.T) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body, err := io.ReadAll(r.Body)
				if err != nil {
					t.Errorf("read: %v", err)
				}
				for _, key := range []string{oldKey, newKey} {
					verify(t, key, r.Header, body, time.Now())
				}
				if user, password, _ := r.BasicAuth(); user != "user" || password != "hunter2-b7Qx" || r.URL.RawQuery != "key=s3cr3t-value" {
					t.Error("the URL lost a part")
				}
				w.WriteHeader(http.StatusNoContent)
			})
		},
		To:       soc(),
		Tells:    func(*http.Request) bool { return true },
		Payload:  visible,
		Identity: func(r *http.Request) string { return r.Header.Get("webhook-id") },
		Secrets:  []string{"hunter2-b7Qx", "T0KEN-hook", "s3cr3t-value", oldKey, newKey, "aHVudGVy"},
	})
}

func verify(t *testing.T, key string, header http.Header, body []byte, now time.Time) {
	t.Helper()
	keys, err := ParseKeys(key)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Verify(keys, header, body, now); err != nil {
		t.Errorf("verify: %v", err)
	}
}

// visible is every text in the body, a line each.
func visible(t *testing.T, _ *http.Request, body []byte) string {
	t.Helper()
	var event any
	if err := json.Unmarshal(body, &event); err != nil {
		t.Fatalf("the body: %v", err)
	}
	var texts []string
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case string:
			texts = append(texts, v)
		case []any:
			for _, item := range v {
				walk(item)
			}
		case map[string]any:
			for _, item := range v {
				walk(item)
			}
		}
	}
	walk(event)
	return strings.Join(texts, "\n")
}

// recorder keeps the last request.
type recorder struct {
	*httptest.Server
	header http.Header
	body   []byte
}

func record(t *testing.T) *recorder {
	t.Helper()
	r := &recorder{}
	r.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, req *http.Request) {
		r.header = req.Header
		r.body, _ = io.ReadAll(req.Body)
	}))
	t.Cleanup(r.Close)
	return r
}

func TestBodiesAreAsTheyWere(t *testing.T) {
	server := record(t)
	c := open(t, func(o *Options) { o.URL = notify.NewSecret(server.URL) })
	digest := notify.Alert{
		Delivery: "dl1:d", Organisation: "acme", Kind: notify.Digest, Audience: "channel", MoreItems: 2,
		Items: []notify.Item{{Leak: "lk1:1", Service: "Webex", MaskedID: "25•••••107", Topic: "R&D <review>", Starts: testNow()}},
	}
	send := func(a notify.Alert) func() error {
		return func() error { _, err := c.Send(t.Context(), soc(), a); return err }
	}
	for name, call := range map[string]func() error{
		"alert":  send(notifytest.Alert("dl1:a")),
		"digest": send(digest),
		"update": func() error {
			a := notifytest.Alert("dl1:b")
			a.Status = "Safe: the settings were read again and hold"
			return c.Update(t.Context(), "webhook1:soc:dl1:a", a)
		},
	} {
		if err := call(); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var pretty bytes.Buffer
		if err := json.Indent(&pretty, server.body, "", "  "); err != nil {
			t.Fatal(err)
		}
		golden(t, name, pretty.String()+"\n")
		if got := server.header.Get("Content-Type"); got != "application/json" {
			t.Errorf("%s: content type %q", name, got)
		}
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
	}
}

// The example of the specification's reference libraries.
func TestSignaturesAreThoseOfTheStandard(t *testing.T) {
	keys, err := ParseKeys("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	if err != nil {
		t.Fatal(err)
	}
	got := Sign(keys, "msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`))
	if got != "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=" {
		t.Errorf("got %s", got)
	}
}

func TestOnlyWhatIsSignedIsBelieved(t *testing.T) {
	keys, err := ParseKeys(oldKey + "\n" + newKey)
	if err != nil {
		t.Fatal(err)
	}
	body := []byte(`{"a":1}`)
	good := func() http.Header {
		h := http.Header{}
		h.Set(headerID, "dl1:a")
		h.Set(headerTimestamp, strconv.FormatInt(testNow().Unix(), 10))
		h.Set(headerSignature, Sign(keys, "dl1:a", testNow(), body))
		return h
	}
	one := func(i int) string { return Sign(keys[i:i+1], "dl1:a", testNow(), body) }
	for name, test := range map[string]struct {
		change func(http.Header)
		body   string
		now    time.Time
		want   error
	}{
		"both keys":       {func(http.Header) {}, `{"a":1}`, testNow(), nil},
		"the old key":     {func(h http.Header) { h.Set(headerSignature, one(0)) }, `{"a":1}`, testNow(), nil},
		"after others":    {func(h http.Header) { h.Set(headerSignature, "v1a,eHg= v1,eHg= "+one(1)) }, `{"a":1}`, testNow(), nil},
		"at the edge":     {func(http.Header) {}, `{"a":1}`, testNow().Add(Tolerance), nil},
		"another body":    {func(http.Header) {}, `{"a":2}`, testNow(), ErrSignature},
		"another id":      {func(h http.Header) { h.Set(headerID, "dl1:b") }, `{"a":1}`, testNow(), ErrSignature},
		"another version": {func(h http.Header) { h.Set(headerSignature, strings.Replace(one(0), "v1,", "v2,", 1)) }, `{"a":1}`, testNow(), ErrSignature},
		"no signature":    {func(h http.Header) { h.Del(headerSignature) }, `{"a":1}`, testNow(), ErrSignature},
		"cut":             {func(h http.Header) { h.Set(headerSignature, one(0)[:20]) }, `{"a":1}`, testNow(), ErrSignature},
		"one too many":    {func(h http.Header) { h.Set(headerSignature, strings.Repeat("v1,eHg= ", 16)+one(0)) }, `{"a":1}`, testNow(), ErrSignature},
		"moved stop":      {func(h http.Header) { h.Set(headerID, "dl1.a") }, `{"a":1}`, testNow(), ErrUnsigned},
		"no id":           {func(h http.Header) { h.Del(headerID) }, `{"a":1}`, testNow(), ErrUnsigned},
		"no time":         {func(h http.Header) { h.Del(headerTimestamp) }, `{"a":1}`, testNow(), ErrUnsigned},
		"padded time":     {func(h http.Header) { h.Set(headerTimestamp, "+"+h.Get(headerTimestamp)) }, `{"a":1}`, testNow(), ErrUnsigned},
		"old":             {func(http.Header) {}, `{"a":1}`, testNow().Add(Tolerance + time.Second), ErrTooOld},
		"from the future": {func(http.Header) {}, `{"a":1}`, testNow().Add(-Tolerance - time.Second), ErrTooOld},
	} {
		h := good()
		test.change(h)
		if id, err := Verify(keys, h, []byte(test.body), test.now); !errors.Is(err, test.want) || (err == nil) != (id == "dl1:a") {
			t.Errorf("%s: %q, %v; want %v", name, id, err, test.want)
		}
	}
}

func TestBadKeysAreRefusedAndNotShown(t *testing.T) {
	for name, text := range map[string]string{
		"none": " \n", "no prefix": oldKey[6:], "short": "whsec_aHVudGVyMg==", "no base64": "whsec_hunter2!hunter2!hunter2!hunter2!",
		"long": "whsec_" + strings.Repeat("aHVu", 30), "five": strings.Repeat(oldKey+" ", 5), "huge": strings.Repeat(oldKey, 1000),
	} {
		if _, err := ParseKeys(text); !errors.Is(err, ErrKeys) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", name, err)
		}
		c := open(t, func(o *Options) { o.Keys = notify.NewSecret(text) })
		if err := c.Check(t.Context()); err == nil || err.Error() != "config: bad-key" {
			t.Errorf("%s: check: %v", name, err)
		}
		if _, err := c.Send(t.Context(), soc(), notifytest.Alert("dl1:a")); err == nil || err.Error() != "config: bad-key" {
			t.Errorf("%s: send: %v", name, err)
		}
	}
}

func TestBadAddressesAreRefusedAndNotShown(t *testing.T) {
	for address, want := range map[string]string{
		"http://hooks.example/hunter2":  "config: not-https",
		"file:///etc/hunter2":           "config: bad-address",
		"hunter2":                       "config: bad-address",
		"https://hooks.example/x#y":     "config: bad-address",
		"http://169.254.169.254/latest": "config: not-https",
	} {
		c := open(t, func(o *Options) { o.URL = notify.NewSecret(address) })
		if err := c.Check(t.Context()); err == nil || err.Error() != want {
			t.Errorf("%s: check: %v", address, err)
		}
		if _, err := c.Send(t.Context(), soc(), notifytest.Alert("dl1:a")); err == nil || err.Error() != want {
			t.Errorf("%s: send: %v", address, err)
		}
	}
}

// guardError is what a guard says, as scanner/fetch does.
type guardError struct{}

func (guardError) Error() string { return "refused: hunter2 is a private address" }
func (guardError) Policy() bool  { return true }

func TestAGuardThatRefusesIsAMistakeOfTheConfiguration(t *testing.T) {
	dialer := &net.Dialer{Control: func(string, string, syscall.RawConn) error { return guardError{} }}
	transport := &http.Transport{DialContext: dialer.DialContext}
	c := open(t, func(o *Options) { o.Client = &http.Client{Transport: transport} })
	_, err := c.Send(t.Context(), soc(), notifytest.Alert("dl1:a"))
	if err == nil || err.Error() != "config: address-refused" {
		t.Errorf("got %v", err)
	}
}

func TestACertificateThatDoesNotHoldIsAMistakeOfTheConfiguration(t *testing.T) {
	server := httptest.NewTLSServer(http.NotFoundHandler())
	defer server.Close()
	server.Config.ErrorLog = nil
	c := open(t, func(o *Options) { o.URL = notify.NewSecret(server.URL) })
	_, err := c.Send(t.Context(), soc(), notifytest.Alert("dl1:a"))
	if err == nil || err.Error() != "config: certificate" {
		t.Errorf("an unknown authority: %v", err)
	}
	c = open(t, func(o *Options) { o.URL = notify.NewSecret(strings.Replace(server.URL, "https", "http", 1)) })
	_, err = c.Send(t.Context(), soc(), notifytest.Alert("dl1:a"))
	if err == nil || err.Error() != "rejected: not-accepted" {
		t.Errorf("http to a TLS server: %v", err)
	}
}

func TestAllSuccessesAreAcceptances(t *testing.T) {
	for status := 200; status < 210; status++ {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
		c := open(t, func(o *Options) { o.URL = notify.NewSecret(server.URL) })
		if r, err := c.Send(t.Context(), soc(), notifytest.Alert("dl1:a")); err != nil || r != "webhook1:soc:dl1:a" {
			t.Errorf("%d: %q, %v", status, r, err)
		}
		server.Close()
	}
}

func TestAnotherEndpointsAlertIsNotForThis(t *testing.T) {
	c := open(t, func(*Options) {})
	_, err := c.Send(t.Context(), notify.Recipient{Ref: "other"}, notifytest.Alert("dl1:a"))
	if err == nil || err.Error() != "permanent: not-for-webhook" {
		t.Errorf("send: %v", err)
	}
	err = c.Update(t.Context(), "webhook1:other:dl1:a", notifytest.Alert("dl1:b"))
	if err == nil || err.Error() != "gone: bad-receipt" {
		t.Errorf("update: %v", err)
	}
}

func TestBadOptionsAreRefused(t *testing.T) {
	client := &http.Client{Transport: &http.Transport{}}
	secret := notify.NewSecret("x")
	for want, o := range map[string]Options{
		"config: bad-name":          {Name: "a:b", URL: secret, Keys: secret, Client: client},
		"config: secret-not-set":    {Name: "soc", URL: secret, Client: client},
		"config: no-guarded-client": {Name: "soc", URL: secret, Keys: secret},
	} {
		if _, err := New(o); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

func TestTheChannelPrintsNoSecret(t *testing.T) {
	c := open(t, func(o *Options) { o.URL = notify.NewSecret("https://hooks.example/hunter2") })
	if text := fmt.Sprintf("%v %+v %#v", c, *c, c); strings.Contains(text, "hunter2") || strings.Contains(text, "aHVudGVy") {
		t.Errorf("printed %s", text)
	}
}

func FuzzVerify(f *testing.F) {
	keys, err := ParseKeys(oldKey)
	if err != nil {
		f.Fatal(err)
	}
	f.Add("dl1:a", "1795255200", "v1,eHg=", []byte("{}"), oldKey)
	f.Add("", "-1", "v1, v1a, ,", []byte(nil), "whsec_")
	f.Add("a.b", "99999999999999999999", strings.Repeat("v1,", 100), []byte("."), "whsec_\n\twhsec_=")
	f.Fuzz(func(t *testing.T, id, at, signature string, body []byte, text string) {
		h := http.Header{headerKey(headerID): {id}, headerKey(headerTimestamp): {at}, headerKey(headerSignature): {signature}}
		if _, err := Verify(keys, h, body, testNow()); err == nil && !strings.Contains(signature, Sign(keys, id, testNow(), body)[3:]) {
			sum := mac(keys[0], id, at, body)
			t.Errorf("believed %q at %q with %q, the right one is %x", id, at, signature, sum)
		}
		if parsed, err := ParseKeys(text); err == nil && (len(parsed) == 0 || len(parsed) > maxKeys || len(parsed[0]) < minKeyBytes) {
			t.Errorf("keys %q were accepted", text)
		}
	})
}

func headerKey(name string) string { return http.CanonicalHeaderKey(name) }
