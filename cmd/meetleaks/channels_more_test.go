package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/notify"
	"meetleaks/scanner"
)

// postbox is an SMTP server on loopback that takes everything.
type postbox struct {
	net.Listener
	mu      sync.Mutex
	letters []string
	running sync.WaitGroup
}

func openPostbox(t *testing.T) *postbox {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	p := &postbox{Listener: listener}
	p.running.Go(func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			p.running.Go(func() { p.serve(c) })
		}
	})
	t.Cleanup(func() { _ = listener.Close(); p.running.Wait() })
	return p
}

func (p *postbox) serve(c net.Conn) {
	defer c.Close()
	fmt.Fprint(c, "220 hi\r\n")
	var letter strings.Builder
	inText := false
	lines := bufio.NewScanner(c)
	for lines.Scan() {
		line := lines.Text()
		switch {
		case inText && line == ".":
			p.mu.Lock()
			p.letters = append(p.letters, letter.String())
			p.mu.Unlock()
			inText = false
			letter.Reset()
		case inText:
			letter.WriteString(line + "\n")
			continue
		case line == "DATA":
			inText = true
			fmt.Fprint(c, "354 go\r\n")
			continue
		case line == "QUIT":
			fmt.Fprint(c, "221 bye\r\n")
			return
		}
		fmt.Fprint(c, "250 ok\r\n")
	}
}

func (p *postbox) all() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.letters...)
}

func testMore(t *testing.T, answer func(string, notify.Alert) string) moreOptions {
	t.Helper()
	dials, err := testApp().apiDials(config.Fetch{})
	must(t, err)
	return moreOptions{clients: testClients(t, config.Fetch{}), dials: dials, index: []byte(strings.Repeat("k7", 16)), from: "meetleaks@acme.example", answer: answer}
}

// Whom Slack does not know is written to; the message, its changes and its reminders stay in the mail.
func TestWhomSlackDoesNotKnowIsWrittenTo(t *testing.T) {
	workspace, soc, post := openWorkspace(t), openSocket(t), openPostbox(t)
	log := filepath.Join(t.TempDir(), "events.jsonl")
	c := testChannels(t, workspace, soc)
	c.Mail.URL = config.NewSecret("smtp://" + post.Addr().String() + "\n")
	c.SIEM = []config.SIEM{{Format: "ocsf", To: "file:" + log}}
	channels, err := testApp().openChannels(c, testClients(t, config.Fetch{}))
	must(t, err)
	more, err := testApp().openMore(c, testMore(t, func(string, notify.Alert) string { return "https://m.acme.example/answer/x" }))
	must(t, err)
	for name, channel := range more {
		channels[name] = channel
	}
	told := newTeller(tellerOptions{Channels: channels, Domains: func(org string) []string { return []string{org + ".example"} }})

	what := testTelling()
	what.To.Email = "newcomer@acme.example"
	receipt, err := told.Tell(t.Context(), what)
	if err != nil || !strings.HasPrefix(string(receipt), "mail mail1:") || len(post.all()) != 1 || len(workspace.Messages()) != 0 {
		t.Fatalf("%q, %v, %d letters", receipt, err, len(post.all()))
	}
	letter := post.all()[0]
	if !strings.Contains(letter, "To: <newcomer@acme.example>") || !strings.Contains(letter, "From: <meetleaks@acme.example>") || !strings.Contains(letter, "m.acme.example/answer/x") {
		t.Errorf("%s", letter)
	}
	reminder := what
	reminder.Delivery.ID, reminder.Delivery.Kind, reminder.Earlier = "dl1:0a1f", scanner.DeliveryReminder, receipt
	if _, err := told.Tell(t.Context(), reminder); err != nil || !strings.Contains(post.all()[1], "In-Reply-To: <") {
		t.Errorf("a reminder: %v", err)
	}
	change := what
	change.Delivery.ID, change.Delivery.Kind, change.Receipt, change.Leak.State = "dl1:0a1c", scanner.DeliveryUpdate, receipt, scanner.StateOver
	if _, err := told.Tell(t.Context(), change); err != nil || len(post.all()) != 3 {
		t.Errorf("an end: %v, %d letters", err, len(post.all()))
	}

	known := testTelling()
	known.Delivery.ID = "dl1:0a2a"
	if receipt, err := told.Tell(t.Context(), known); err != nil || !strings.HasPrefix(string(receipt), "slack ") {
		t.Errorf("whom Slack knows: %q, %v", receipt, err)
	}
	var e *scanner.TellError
	guest := testTelling()
	guest.Delivery.ID, guest.To.Email = "dl1:0a2b", "guest@globex.example"
	if _, err := told.Tell(t.Context(), guest); !errors.As(err, &e) || e.Reason != "outside-domain" || len(post.all()) != 3 {
		t.Errorf("a stranger: %v", err)
	}
	room := testTelling()
	room.To = scanner.Recipient{Audience: scanner.ToChannel, Room: scanner.Room{Channel: "siem:0"}}
	if _, err := told.Tell(t.Context(), room); err != nil {
		t.Errorf("siem: %v", err)
	}
	room.To.Room = scanner.Room{Channel: "mail", ID: "soc@acme.example"}
	if _, err := told.Tell(t.Context(), room); err != nil || strings.Contains(post.all()[3], "/answer/") {
		t.Errorf("a team's mailbox: %v", err)
	}
	events, err := os.ReadFile(log)
	if err != nil || strings.Count(string(events), "\n") != 1 || !strings.Contains(string(events), `"type_uid":200401`) || strings.Contains(string(events), "newcomer") {
		t.Errorf("%v\n%s", err, events)
	}
}

// When both ways fail, the failure of the better one counts, unless the other may yet succeed.
func TestWhenMailFailsToo(t *testing.T) {
	failure := func(class notify.Class, reason string) error { return &notify.Error{Class: class, Reason: reason} }
	for name, test := range map[string]struct {
		slack, mail error
		want        string
		mails       int
	}{
		"both permanent": {failure(notify.Permanent, "not-in-workspace"), failure(notify.Permanent, "mailbox-refused"), "permanent: not-in-workspace", 1},
		"mail later":     {failure(notify.Permanent, "not-in-workspace"), failure(notify.Retry, "put-off"), "retry: put-off", 1},
		"mail broken":    {failure(notify.Permanent, "not-visible"), failure(notify.Config, "auth-refused"), "config: auth-refused", 1},
		"a guest":        {failure(notify.Permanent, "guest"), nil, "permanent: guest", 0},
		"slack later":    {failure(notify.Retry, "rate-limited"), nil, "retry: rate-limited", 0},
		"token":          {failure(notify.Config, "bad-token"), nil, "config: bad-token", 0},
	} {
		byMail := &fakeChannel{name: channelMail, err: test.mail}
		told := testTeller(&fakeChannel{name: channelSlack, err: test.slack}, byMail)
		if _, err := told.Tell(t.Context(), testTelling()); err == nil || err.Error() != test.want || len(byMail.alerts) != test.mails {
			t.Errorf("%s: %v, %d mails", name, err, len(byMail.alerts))
		}
	}
	byMail := &fakeChannel{name: channelMail, give: "r1"}
	if receipt, err := testTeller(byMail).Tell(t.Context(), testTelling()); err != nil || string(receipt) != "mail r1" {
		t.Errorf("without Slack: %q, %v", receipt, err)
	}
}

func TestMistakesOfMoreChannelsAreToldWithoutSecrets(t *testing.T) {
	secret := config.NewSecret
	for name, test := range map[string]struct {
		c    config.Channels
		want string
	}{
		"no smtp":        {config.Channels{Mail: config.Mail{URL: secret("http://hunter2.example")}}, "channels.mail: url: want smtp://"},
		"no password":    {config.Channels{Mail: config.Mail{URL: secret("smtp://hunter2@m.example")}}, "channels.mail: url: want smtp://"},
		"no file":        {config.Channels{Mail: config.Mail{URL: config.SecretFile("/nowhere/smtp")}}, "channels.mail: url: "},
		"another form":   {config.Channels{SIEM: []config.SIEM{{Format: "ecs", To: "file:x"}}}, "channels.siem[0]: format: only ocsf"},
		"plain http":     {config.Channels{SIEM: []config.SIEM{{Format: "ocsf", To: "http://hunter2.example/x"}}}, "channels.siem[0]: to: want https://"},
		"plain syslog":   {config.Channels{SIEM: []config.SIEM{{Format: "ocsf", To: "syslog://hunter2.example"}}}, "channels.siem[0]: to: config: bad-address"},
		"no file either": {config.Channels{SIEM: []config.SIEM{{Format: "ocsf", To: "file:"}}}, "channels.siem[0]: config: bad-address"},
	} {
		_, err := testApp().openMore(test.c, testMore(t, nil))
		var f *fault
		if !errors.As(err, &f) || f.code != exitUsage || !strings.HasPrefix(err.Error(), test.want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A server on the public internet does not become one in the network because its name leads there.
func TestMailGoesWhereTheFileSays(t *testing.T) {
	post := openPostbox(t)
	dials, err := testApp().apiDials(config.Fetch{})
	must(t, err)
	way, err := dials.to(&url.URL{Scheme: "smtp", Host: "mail.acme.example:25"})
	must(t, err)
	c, err := way(t.Context(), "tcp", post.Addr().String())
	var choice interface{ Policy() bool }
	if err == nil || !errors.As(err, &choice) || !choice.Policy() {
		t.Errorf("%v, %v", c, err)
	}
	way, err = dials.to(&url.URL{Scheme: "smtp", Host: post.Addr().String()})
	must(t, err)
	c, err = way(t.Context(), "tcp", post.Addr().String())
	must(t, err)
	if _, err := io.ReadFull(c, make([]byte, 3)); err != nil {
		t.Error(err)
	}
	_ = c.Close()
}

// No room is left out in silence.
func TestMoreRoomsThanAreToldAreAMistake(t *testing.T) {
	for n, wrong := range map[int]bool{scanner.MaxRooms: false, scanner.MaxRooms + 1: true} {
		loaded := &config.Loaded{Config: config.Default()}
		loaded.Organisations = []config.Organisation{{Name: "acme", Domains: []string{"acme.example"}}}
		for range n {
			loaded.Channels.SIEM = append(loaded.Channels.SIEM, config.SIEM{Format: "ocsf", To: "file:" + filepath.Join(t.TempDir(), "events.jsonl")})
		}
		m := &mistakes{loaded: loaded}
		(&service{app: &app{now: time.Now}, loaded: loaded}).checkChannels(m)
		if got := m.err() != nil && strings.Contains(m.err().Error(), "rooms would be told"); got != wrong {
			t.Errorf("%d rooms: %v", n, m.err())
		}
	}
}
