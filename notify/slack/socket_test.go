package slack

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"meetleaks/notify"
	"meetleaks/notify/notifytest"
	"meetleaks/notify/slack/fakeslack"
)

// until polls a condition.
func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.After(20 * time.Second)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-deadline:
			t.Fatalf("never: %s", what)
		case <-tick.C:
		}
	}
}

// newSocketCounter is a counter whose program listens in Socket Mode.
func newSocketCounter(t *testing.T) (*counter, context.CancelFunc) {
	t.Helper()
	c := newCounter(t, fakeslack.Options{}, func(o *AnswerOptions) {
		o.App, o.Signing = notify.NewSecret(testApp), notify.Secret{}
		o.HomeOf = func(context.Context, string) ([]notify.Item, error) { return nil, nil }
	})
	c.slack.Deliver("")
	return c, c.start(t)
}

// start runs the ear until the test ends or it is stopped.
func (c *counter) start(t *testing.T) context.CancelFunc {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- c.ear.Run(ctx) }()
	stop := func() {
		cancel()
		select {
		case err := <-done:
			done <- err
			if err != nil {
				t.Errorf("run: %v", err)
			}
		case <-time.After(20 * time.Second):
			t.Error("it does not end")
		}
	}
	t.Cleanup(stop)
	return stop
}

func TestSocketModeHearsTheSame(t *testing.T) {
	c, stop := newSocketCounter(t)
	until(t, "connected", func() bool { return c.slack.Sockets() == 1 })
	m := c.card(t, jane(), notifytest.Alert("dl1:a"))
	c.press(t, at(m, "ml-done", "U0JANE"))
	if got := c.all(); len(got) != 1 || got[0].Who != "slack:T0ACME/U0JANE" || got[0].What != notify.Done {
		t.Errorf("heard %+v", got)
	}
	if err := c.slack.OpenHome(t.Context(), "U0JANE"); err != nil {
		t.Fatal(err)
	}
	c.rest(t)
	if _, ok := c.slack.Home("U0JANE"); !ok {
		t.Error("the Home tab was not heard of")
	}
	stop()
	until(t, "disconnected", func() bool { return c.slack.Sockets() == 0 })
	if err := c.slack.Press(t.Context(), m, "ml-help", "U0JANE"); err == nil {
		t.Error("a press after the end was acknowledged")
	}
}

func TestSocketModeConnectsAgain(t *testing.T) {
	c, _ := newSocketCounter(t)
	m := c.card(t, jane(), notifytest.Alert("dl1:a"))
	for i := range 3 {
		until(t, "connected", func() bool { return c.slack.Sockets() >= 1 && c.slack.Calls(methodConnect) > i })
		p := at(m, "ml-help", "U0JANE")
		p.At = testNow().Add(time.Duration(i) * time.Second)
		until(t, "heard", func() bool { return c.slack.Do(t.Context(), p) == nil })
		c.rest(t)
		c.slack.Disconnect()
	}
	if got := c.all(); len(got) != 3 {
		t.Errorf("heard %+v", got)
	}
}

func TestSocketModeWaitsLongerAndLongerForASlackThatRefuses(t *testing.T) {
	c := newCounter(t, fakeslack.Options{}, func(o *AnswerOptions) { o.App = notify.NewSecret(testApp) })
	c.slack.Fail(methodConnect, fakeslack.Fault{Code: "invalid_auth"}, 3)
	c.slack.Fail(methodConnect, fakeslack.Fault{Status: 503}, 3)
	c.start(t)
	until(t, "connected", func() bool { return c.slack.Sockets() == 1 })
	if n := c.slack.Calls(methodConnect); n != 7 {
		t.Errorf("%d calls", n)
	}
	if waited := c.clock.Waited(); waited < 63*time.Second || waited > 80*time.Second {
		t.Errorf("waited %v in six pauses", waited)
	}
}

func TestSocketModeReadsTheTokenAnew(t *testing.T) {
	token := make(chan string, 3)
	token <- "two\nlines"
	token <- "xapp-hunter2-old"
	token <- testApp
	c := newCounter(t, fakeslack.Options{}, func(o *AnswerOptions) {
		o.App = notify.SecretFrom(func() (string, error) { return <-token, nil })
	})
	c.start(t)
	until(t, "connected", func() bool { return c.slack.Sockets() == 1 })
	if n := c.slack.Calls(methodConnect); n != 2 {
		t.Errorf("%d calls", n)
	}
}

func TestOnlySlacksOwnSocketIsDialled(t *testing.T) {
	for text, want := range map[string]bool{
		"wss://wss-primary.slack.com/link/?ticket=x": true, "wss://slack.com/x": true, "wss://WSS.SLACK.COM/x": true,
		"ws://slack.com/x": false, "wss://evilslack.com/x": false, "wss://slack.com.evil.example/": false, "https://slack.com/x": false,
		"wss://user:pw@slack.com/": false, "wss://127.0.0.1/": false, "wss://": false, "": false, "wss://slack.com/" + strings.Repeat("x", 5000): false,
	} {
		if isOurSocket(text, DefaultURL) != want {
			t.Errorf("%.60s: want %v", text, want)
		}
	}
	for text, want := range map[string]bool{
		"ws://127.0.0.1:8470/x": true, "ws://127.0.0.1:8471/x": false, "wss://wss.slack.com/": false, "ws://localhost:8470/": false,
	} {
		if isOurSocket(text, "http://127.0.0.1:8470/api/") != want {
			t.Errorf("%s: want %v", text, want)
		}
	}
	c := newCounter(t, fakeslack.Options{}, func(o *AnswerOptions) { o.App = notify.NewSecret(testApp) })
	c.slack.Fail(methodConnect, fakeslack.Fault{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"ok":true,"url":"wss://hunter2.evil.example/?ticket=x"}`)
	})}, 0)
	fails(t, "a foreign socket", c.ear.connect(t.Context()), "config: address-refused")
}

func TestAnEnvelopeThatIsTooBigEndsTheConnectionOnly(t *testing.T) {
	c, _ := newSocketCounter(t)
	until(t, "connected", func() bool { return c.slack.Sockets() == 1 })
	if err := c.slack.Flood(t.Context(), 2*maxInteraction); err == nil {
		t.Error("it was acknowledged")
	}
	until(t, "connected again", func() bool { return c.slack.Sockets() == 1 && c.slack.Calls(methodConnect) >= 2 })
	m := c.card(t, jane(), notifytest.Alert("dl1:a"))
	until(t, "heard", func() bool { return c.slack.Press(t.Context(), m, "ml-help", "U0JANE") == nil })
}

// TestWhetherThereWouldBeASocket asks for an address, and dials nothing.
func TestWhetherThereWouldBeASocket(t *testing.T) {
	for name, c := range map[string]struct {
		app   notify.Secret
		fault *fakeslack.Fault
		want  string
	}{
		"right":     {notify.NewSecret(testApp), nil, ""},
		"wrong":     {notify.NewSecret("xapp-other"), nil, "token-refused"},
		"no token":  {notify.NewSecret("a file\nof something else"), nil, "bad-token"},
		"not set":   {notify.Secret{}, nil, "secret-not-set"},
		"no scope":  {notify.NewSecret(testApp), &fakeslack.Fault{Code: "missing_scope"}, "missing-scope"},
		"elsewhere": {notify.NewSecret(testApp), &fakeslack.Fault{Handler: http.HandlerFunc(elsewhere)}, "address-refused"},
	} {
		s := newStage(t, nil, fakeslack.Options{AppToken: testApp})
		if c.fault != nil {
			s.slack.Fail("apps.connections.open", *c.fault, 0)
		}
		err := s.CheckSocket(t.Context(), c.app)
		if e := notify.AsError(err); (e == nil) != (c.want == "") || e != nil && e.Reason != c.want {
			t.Errorf("%s: %v", name, err)
		}
		if n := s.slack.Sockets(); n != 0 {
			t.Errorf("%s: %d connections", name, n)
		}
	}
}

func elsewhere(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write([]byte(`{"ok":true,"url":"wss://wss.elsewhere.example/link?ticket=1"}`))
}
