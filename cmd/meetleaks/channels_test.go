package main

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/notify/slack/fakeslack"
	"meetleaks/notify/webhook"
	"meetleaks/scanner"
)

const (
	socKey   = "whsec_YSBrZXkgZm9yIHRoZSBTT0Mgb2YgYWNtZSwgNDgyOTE3"
	botToken = "xoxb-hunter2-b7Qx"
)

// socket is an endpoint that checks signatures and keeps what it was sent.
type socket struct {
	*httptest.Server
	mu     sync.Mutex
	events []webhook.Event
}

func openSocket(t *testing.T) *socket {
	t.Helper()
	s := &socket{}
	keys, err := webhook.ParseKeys(socKey)
	if err != nil {
		t.Fatal(err)
	}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
		var event webhook.Event
		if err == nil {
			_, err = webhook.Verify(keys, r.Header, body, time.Now())
		}
		if err == nil {
			err = json.Unmarshal(body, &event)
		}
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.events = append(s.events, event)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *socket) all() []webhook.Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.events)
}

// openWorkspace is a stand-in for Slack with a host and a room.
func openWorkspace(t *testing.T) *fakeslack.Server {
	t.Helper()
	s, err := fakeslack.Start("", fakeslack.Options{Token: botToken})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	s.AddUser(fakeslack.User{ID: "U0JDOE", Email: "jdoe@acme.example"})
	s.AddUser(fakeslack.User{ID: "U0GUEST", Email: "guest@globex.example"})
	s.AddRoom(fakeslack.Room{ID: "C0SECOPS"})
	return s
}

func testClients(t *testing.T, c config.Fetch) apiClients {
	t.Helper()
	client, err := testApp().apiClients(c)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func testApp() *app {
	return &app{stdout: io.Discard, stderr: io.Discard, now: time.Now}
}

func testChannels(t *testing.T, workspace *fakeslack.Server, soc *socket) config.Channels {
	t.Helper()
	return config.Channels{
		Slack:   config.Slack{Token: config.NewSecret(botToken), APIURL: workspace.URL()},
		Webhook: []config.Webhook{{Name: "soc", URL: config.NewSecret(soc.URL + "/in?key=s3cr3t-value"), Secret: config.NewSecret(socKey)}},
	}
}

func TestChannelsTell(t *testing.T) {
	workspace, soc := openWorkspace(t), openSocket(t)
	channels, err := testApp().openChannels(testChannels(t, workspace, soc), testClients(t, config.Fetch{}))
	if err != nil || len(channels) != 2 {
		t.Fatalf("%v, %v", channels, err)
	}
	told := newTeller(tellerOptions{Channels: channels, Domains: func(org string) []string { return []string{org + ".example"} }})

	what := testTelling()
	receipt, err := told.Tell(t.Context(), what)
	if err != nil {
		t.Fatal(err)
	}
	what.Delivery.ID, what.Delivery.Kind, what.Receipt, what.Leak.State = "dl1:0a1c", scanner.DeliveryUpdate, receipt, scanner.StateSafe
	if _, err := told.Tell(t.Context(), what); err != nil {
		t.Fatal(err)
	}
	messages := workspace.Messages()
	if len(messages) != 1 || messages[0].Updates != 1 || !strings.HasPrefix(messages[0].Text, "Safe: ") || messages[0].Channel[0] != 'D' {
		t.Errorf("%+v", messages)
	}

	what = testTelling()
	what.To = scanner.Recipient{Audience: scanner.ToChannel, Room: scanner.Room{Channel: "webhook:soc"}}
	if receipt, err = told.Tell(t.Context(), what); err != nil {
		t.Fatal(err)
	}
	what.Receipt = receipt
	if _, err := told.Tell(t.Context(), what); err != nil {
		t.Fatal(err)
	}
	events := soc.all()
	if len(events) != 2 || events[0].Type != webhook.TypeAlert || events[1].Type != webhook.TypeUpdate || events[0].Payload.Object.ID != "849•••••116" {
		t.Errorf("%+v", events)
	}

	what = testTelling()
	what.Delivery.ID, what.To.Email = "dl1:0a1e", "guest@globex.example"
	var e *scanner.TellError
	if _, err := told.Tell(t.Context(), what); !errors.As(err, &e) || e.Class != scanner.TellPermanent || e.Reason != "outside-domain" {
		t.Errorf("a stranger: %v", err)
	}
	workspace.Fail("chat.postMessage", fakeslack.Fault{Status: http.StatusTooManyRequests, RetryAfter: 7 * time.Second}, 1)
	what = testTelling()
	what.Delivery.ID = "dl1:0a1d"
	if _, err := told.Tell(t.Context(), what); !errors.As(err, &e) || e.Class != scanner.TellRetry || e.After < 7*time.Second {
		t.Errorf("throttled: %v", err)
	}
}

// A file that is changed while the service runs cannot lead a client to where it may not go.
func TestAnEndpointDoesNotMoveIntoTheNetwork(t *testing.T) {
	workspace, soc, other := openWorkspace(t), openSocket(t), openSocket(t)
	file := filepath.Join(t.TempDir(), "soc-url")
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(soc.URL + "\n")
	c := testChannels(t, workspace, soc)
	c.Webhook[0].URL = config.SecretFile(file)
	channels, err := testApp().openChannels(c, testClients(t, config.Fetch{}))
	if err != nil {
		t.Fatal(err)
	}
	told := newTeller(tellerOptions{Channels: channels})
	what := testTelling()
	what.To = scanner.Recipient{Room: scanner.Room{Channel: "webhook:soc"}}
	if _, err := told.Tell(t.Context(), what); err != nil || len(soc.all()) != 1 {
		t.Fatalf("%v", err)
	}
	write(other.URL)
	var e *scanner.TellError
	if _, err := told.Tell(t.Context(), what); !errors.As(err, &e) || e.Class != scanner.TellConfig || e.Reason != "address-refused" || len(other.all()) != 0 {
		t.Errorf("moved: %v", err)
	}
}

func TestOnlyNamedPrivateAddressesAreReached(t *testing.T) {
	soc := openSocket(t)
	client := testClients(t, config.Fetch{})
	for at, private := range map[string]bool{soc.URL: true, "https://hooks.acme.example/in": false} {
		base, err := url.Parse(at)
		if err != nil {
			t.Fatal(err)
		}
		c, err := client(base)
		if err != nil {
			t.Fatal(err)
		}
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, soc.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := c.Do(req)
		if err == nil {
			resp.Body.Close()
		}
		var choice interface{ Policy() bool }
		if private != (err == nil) || !private && (!errors.As(err, &choice) || !choice.Policy()) {
			t.Errorf("%s: %v", at, err)
		}
	}
}

func TestMistakesOfChannelsAreToldWithoutSecrets(t *testing.T) {
	secret := config.NewSecret
	for name, test := range map[string]struct {
		change func(*config.Channels)
		want   string
	}{
		"slack over http":  {func(c *config.Channels) { c.Slack.APIURL = "http://hunter2.acme.example/api/" }, "channels.slack: api_url: want https://"},
		"no url":           {func(c *config.Channels) { c.Webhook[0].URL = config.Secret{} }, "channels.webhook[0] (soc): url and secret are needed"},
		"no key":           {func(c *config.Channels) { c.Webhook[0].Secret = config.Secret{} }, "channels.webhook[0] (soc): url and secret are needed"},
		"bad key":          {func(c *config.Channels) { c.Webhook[0].Secret = secret("hunter2") }, "channels.webhook[0] (soc): config: bad-key"},
		"bad url":          {func(c *config.Channels) { c.Webhook[0].URL = secret("http://hooks.acme.example/hunter2") }, "channels.webhook[0] (soc): url: want https://"},
		"no file":          {func(c *config.Channels) { c.Webhook[0].URL = config.SecretFile("/nowhere/soc-url") }, "channels.webhook[0] (soc): url: "},
		"the same twice":   {func(c *config.Channels) { c.Webhook = append(c.Webhook, c.Webhook[0]) }, "channels.webhook[1]: a second one of the name soc"},
		"a name with room": {func(c *config.Channels) { c.Webhook[0].Name = "so c" }, "channels.webhook[0] (so c): config: bad-name"},
	} {
		c := config.Channels{
			Slack:   config.Slack{Token: secret(botToken)},
			Webhook: []config.Webhook{{Name: "soc", URL: secret("https://hooks.acme.example/hunter2"), Secret: secret(socKey)}},
		}
		test.change(&c)
		_, err := testApp().openChannels(c, testClients(t, config.Fetch{}))
		var f *fault
		if !errors.As(err, &f) || f.code != exitUsage || !strings.HasPrefix(err.Error(), test.want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, c := range []config.Fetch{{Deny: []string{"everything"}}, {CAFile: "/nowhere/ca.pem"}, {Proxy: config.Proxy{URL: secret("hunter2")}}} {
		if _, err := testApp().apiClients(c); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

func TestNoChannelIsNoMistake(t *testing.T) {
	channels, err := testApp().openChannels(config.Channels{}, testClients(t, config.Fetch{}))
	if err != nil || len(channels) != 0 {
		t.Errorf("%v, %v", channels, err)
	}
}

func TestTheRoomsOfAnOrganisation(t *testing.T) {
	both := config.Channels{Slack: config.Slack{Token: config.NewSecret(botToken)}, Webhook: []config.Webhook{{Name: "soc"}, {Name: "archive"}}}
	acme := config.Organisation{Name: "acme", Fallback: config.Fallback{SlackChannel: "C0SECOPS"}}
	for name, test := range map[string]struct {
		o    config.Organisation
		c    config.Channels
		want []scanner.Room
	}{
		"both":     {acme, both, []scanner.Room{{Channel: "slack", ID: "C0SECOPS"}, {Channel: "webhook:soc"}, {Channel: "webhook:archive"}}},
		"no slack": {acme, config.Channels{Webhook: both.Webhook[:1]}, []scanner.Room{{Channel: "webhook:soc"}}},
		"no room":  {config.Organisation{Name: "acme"}, config.Channels{Slack: both.Slack}, nil},
	} {
		if diff := cmp.Diff(test.want, roomsOf(test.o, test.c)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestWhoeverHasARouteForAllHasARoom(t *testing.T) {
	mail := config.Channels{Mail: config.Mail{From: "meetleaks@acme.example"}}
	soc := []string{"mail:soc@acme.example"}
	for name, c := range map[string]struct {
		o        config.Organisation
		channels config.Channels
		want     bool
	}{
		"nothing":          {config.Organisation{}, mail, true},
		"some leaks":       {config.Organisation{Routes: []config.Route{{Platform: "zoom", To: soc}, {Page: "https://acme.example/*", To: soc}}}, mail, true},
		"all that is left": {config.Organisation{Routes: []config.Route{{Platform: "zoom", To: soc}, {To: soc}}}, mail, false},
		"a webhook":        {config.Organisation{}, config.Channels{Webhook: []config.Webhook{{Name: "soc"}}}, false},
	} {
		if got := roomless(c.o, c.channels); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	if anyChannel(config.Channels{}) || !anyChannel(config.Channels{SIEM: []config.SIEM{{To: "file:x"}}}) {
		t.Error("which channels there are")
	}
}
