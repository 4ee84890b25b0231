package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/quotedprintable"
	"net"
	netmail "net/mail"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"

	"meetleaks/notify"
	"meetleaks/notify/notifytest"
)

func jdoe() notify.Recipient {
	return notify.Recipient{Email: "jdoe@acme.example", Domains: []string{"acme.example"}}
}

// opened is a message, decoded.
type opened struct {
	header        netmail.Header
	subject, body string
}

func read(t *testing.T, text string) opened {
	t.Helper()
	m, err := netmail.ReadMessage(strings.NewReader(text))
	if err != nil {
		t.Fatalf("%v:\n%s", err, text)
	}
	body, err := io.ReadAll(quotedprintable.NewReader(m.Body))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil {
		t.Fatal(err)
	}
	return opened{m.Header, subject, string(body)}
}

func TestAMessageIsPlainAndThreaded(t *testing.T) {
	s := startServer(t, nil)
	c := open(t, s, func(o *Options) {
		o.Answer = func(address string, a notify.Alert) string {
			return "https://meetleaks.acme.example/answer/" + a.Leak + "-" + strings.ToUpper(address[:4])
		}
	})
	a := notifytest.Alert("dl1:a")
	a.Notice = []string{"We look for our own links in public.", "Ask privacy(at)acme."}
	first, err := c.Send(t.Context(), jdoe(), a)
	if err != nil {
		t.Fatal(err)
	}
	again := notifytest.Alert("dl1:b")
	again.Kind, again.Earlier = notify.Reminder, first
	if _, err := c.Send(t.Context(), jdoe(), again); err != nil {
		t.Fatal(err)
	}
	end := notifytest.Alert("dl1:c")
	end.Closed, end.Status, end.Notice = true, "Safe: the platform's settings were read again and hold.", a.Notice
	if err := c.Update(t.Context(), first, end); err != nil {
		t.Fatal(err)
	}
	got := s.messages()
	if len(got) == 3 && strings.Contains(read(t, got[2].text).body, "our own links") {
		t.Error("the notice comes again with the end")
	}
	if len(got) != 3 || got[0].from != "FROM:<meetleaks@acme.example> BODY=8BITMIME" || got[0].to != "TO:<jdoe@acme.example>" {
		t.Fatalf("%+v", got)
	}
	m := read(t, got[0].text)
	id := m.header.Get("Message-ID")
	for name, want := range map[string]string{
		"From": "<meetleaks@acme.example>", "To": "<jdoe@acme.example>", "Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All",
		"In-Reply-To": "", "Content-Type": "text/plain; charset=UTF-8", "Date": "Sat, 21 Nov 2026 10:00:00 +0000",
	} {
		if m.header.Get(name) != want {
			t.Errorf("%s: %q", name, m.header.Get(name))
		}
	}
	if !regexp.MustCompile(`^<[0-9a-f]{32}@acme\.example>$`).MatchString(id) || m.subject != "A Zoom meeting of acme is public: the passcode is in the link." {
		t.Errorf("%q %q", id, m.subject)
	}
	if strings.Count(m.body, "http") != 1 || !strings.Contains(m.body, "https://meetleaks.acme.example/answer/lk1:3fd0-JDOE\r\n") ||
		!strings.Contains(m.body, "We look for our own links in public.\r\n") || !strings.Contains(m.body, "981•••••210") {
		t.Errorf("body:\n%s", m.body)
	}
	for i, want := range []string{"still public", "Safe: the platform's settings"} {
		m := read(t, got[i+1].text)
		if m.header.Get("In-Reply-To") != id || m.header.Get("References") != id || m.header.Get("Message-ID") == id || !strings.Contains(m.subject, want) {
			t.Errorf("message %d: %+v", i+1, m)
		}
	}
	if m := read(t, got[2].text); strings.Contains(m.body, "http") || strings.Contains(m.body, "Lock") {
		t.Errorf("what has ended is still to be answered:\n%s", m.body)
	}
}

func TestSmallChangesAreNoMail(t *testing.T) {
	s := startServer(t, nil)
	c := open(t, s, nil)
	r, err := c.Send(t.Context(), jdoe(), notifytest.Alert("dl1:a"))
	if err != nil {
		t.Fatal(err)
	}
	open := notifytest.Alert("dl1:b")
	open.Status = "Help is called for."
	end := notifytest.Alert("dl1:c")
	end.Closed, end.Status = true, "Over: nothing more is to be done."
	same := end
	same.Delivery = "dl1:d"
	for _, a := range []notify.Alert{notifytest.Alert("dl1:e"), open, end, same} {
		if err := c.Update(t.Context(), r, a); err != nil {
			t.Errorf("%s: %v", a.Delivery, err)
		}
	}
	if n := len(s.messages()); n != 2 {
		t.Errorf("%d messages, want the alert and one end", n)
	}
	again, err := c.Send(t.Context(), jdoe(), notifytest.Alert("dl1:a"))
	if err != nil || again != r || len(s.messages()) != 2 {
		t.Errorf("a repeat: %q, %v", again, err)
	}
	other := open2(t, s)
	if again, err := other.Send(t.Context(), jdoe(), notifytest.Alert("dl1:a")); err != nil || again != r {
		t.Errorf("another process: %q, %v", again, err)
	}
	got := s.messages()
	if a, b := read(t, got[0].text), read(t, got[2].text); a.header.Get("Message-ID") != b.header.Get("Message-ID") {
		t.Error("a repeat of another process is another message")
	}
}

func open2(t *testing.T, s *mailServer) *Channel {
	t.Helper()
	return open(t, s, nil)
}

// Each answer of a server, at each stage, means one thing.
func TestWhatAnswersMean(t *testing.T) {
	for _, test := range []struct{ word, answer, want string }{
		{"HELLO", "421 later", "retry: put-off"}, {"HELLO", "554 not you", "config: refused"}, {"HELLO", "hello there", "retry: unreadable-answer"},
		{"AUTH", "535 wrong hunter2-b7Qx", "config: auth-refused"}, {"AUTH", "454 later", "retry: put-off"}, {"AUTH", "504 no", "config: auth-refused"},
		{"MAIL", "451 later", "retry: put-off"}, {"MAIL", "550 who", "config: sender-refused"}, {"MAIL", "530 sign in", "config: auth-refused"},
		{"RCPT", "450 greylisted jdoe@acme.example", "retry: put-off"}, {"RCPT", "452 full", "retry: put-off"}, {"RCPT", "550 no such jdoe@acme.example", "permanent: mailbox-refused"},
		{"RCPT", "552 full", "permanent: mailbox-full"}, {"RCPT", "530 sign in", "config: auth-refused"}, {"RCPT", "x", "retry: unreadable-answer"},
		{"DATA", "451 later", "retry: put-off"}, {"DATA", "554 no", "rejected: not-accepted"},
		{".", "451 later", "retry: put-off"}, {".", "554 spam", "rejected: not-accepted"}, {".", "650 what", "retry: unreadable-answer"},
	} {
		s := startServer(t, nil)
		s.say(test.word, test.answer)
		_, err := open(t, s, nil).Send(t.Context(), jdoe(), notifytest.Alert("dl1:a"))
		judge(t, test.word+" "+test.answer, err, test.want)
	}
}

func judge(t *testing.T, what string, err error, want string) {
	t.Helper()
	var e *notify.Error
	if !errors.As(err, &e) || e.Error() != want {
		t.Errorf("%s: %v, want %s", what, err, want)
		return
	}
	if text := fmt.Sprintf("%v %+v %#v", err, err, err); strings.Contains(text, "hunter2") || strings.Contains(text, "jdoe") || strings.Contains(text, "127.0.0.1") {
		t.Errorf("%s: the error tells too much: %s", what, text)
	}
}

func TestGreylistingPasses(t *testing.T) {
	s := startServer(t, nil)
	s.say("RCPT", "450 come back")
	c := open(t, s, nil)
	_, err := c.Send(t.Context(), jdoe(), notifytest.Alert("dl1:a"))
	judge(t, "the first time", err, "retry: put-off")
	s.say("RCPT", "250 ok")
	if _, err := c.Send(t.Context(), jdoe(), notifytest.Alert("dl1:a")); err != nil || len(s.messages()) != 1 {
		t.Errorf("the second time: %v", err)
	}
}

// A connection that breaks leaves it open whether the message arrived only once its text was sent.
func TestBrokenConnections(t *testing.T) {
	for _, word := range []string{"HELLO", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "."} {
		for _, fault := range []string{"drop", "hang", "flood"} {
			s := startServer(t, nil)
			s.say(word, fault)
			c := open(t, s, func(o *Options) {
				if fault == "hang" {
					o.Timeout = 300 * time.Millisecond
				}
			})
			began := time.Now()
			_, err := c.Send(t.Context(), jdoe(), notifytest.Alert("dl1:a"))
			e := notify.AsError(err)
			if e == nil || e.Class != notify.Retry || e.Unsure != (word == ".") {
				t.Errorf("%s, %s: %+v", word, fault, e)
			}
			if took := time.Since(began); took > 15*time.Second {
				t.Errorf("%s, %s: took %v", word, fault, took)
			}
		}
	}
}

// After the text is accepted nothing that the server does takes that back.
func TestAGoodbyeIsNotWaitedFor(t *testing.T) {
	for _, fault := range []string{"drop", "hang", "500 no"} {
		s := startServer(t, nil)
		s.say("QUIT", fault)
		if _, err := open(t, s, nil).Send(t.Context(), jdoe(), notifytest.Alert("dl1:a")); err != nil {
			t.Errorf("%s: %v", fault, err)
		}
	}
}

func TestPasswordsGoOverTLSOnly(t *testing.T) {
	cert, pool := certificate(t)
	away := "smtp://bot:hunter2-b7Qx@" + serverName + ":587"
	for name, test := range map[string]struct {
		server func(*mailServer)
		url    string
		pool   bool
		want   string
	}{
		"starttls":         {func(s *mailServer) {}, away, true, ""},
		"tls at once":      {func(s *mailServer) { s.wrapped = true }, "smtps://bot:hunter2-b7Qx@" + serverName, true, ""},
		"not offered":      {func(s *mailServer) { s.noTLS = true }, away, true, "config: no-tls"},
		"refused":          {func(s *mailServer) { s.answers["STARTTLS"] = "454 later" }, away, true, "retry: put-off"},
		"not believed":     {func(s *mailServer) {}, away, false, "config: certificate"},
		"another name":     {func(s *mailServer) {}, "smtp://bot:hunter2-b7Qx@mail.globex.example:587", true, "config: certificate"},
		"no TLS there":     {func(s *mailServer) {}, "smtps://bot:hunter2-b7Qx@" + serverName, true, "config: no-tls"},
		"words slipped in": {func(s *mailServer) { s.answers["STARTTLS"] = "220 go\r\n250-evil\r\n250 AUTH PLAIN" }, away, true, ""},
	} {
		s := startServer(t, func(s *mailServer) {
			s.tls = &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
			test.server(s)
		})
		c := open(t, s, func(o *Options) {
			o.URL = notify.NewSecret(test.url)
			if test.pool {
				o.CA = pool
			}
		})
		_, err := c.Send(t.Context(), jdoe(), notifytest.Alert("dl1:a"))
		if test.want != "" {
			judge(t, name, err, test.want)
			if strings.Contains(s.commands(), "AUTH") || len(s.messages()) != 0 {
				t.Errorf("%s: the password or the message went out all the same", name)
			}
			continue
		}
		if got := s.messages(); err != nil || len(got) != 1 || !got[0].secure {
			t.Errorf("%s: %v, %+v", name, err, got)
		}
		if err := c.Check(t.Context()); err != nil || len(s.messages()) != 1 {
			t.Errorf("%s: check: %v", name, err)
		}
	}
}

func TestWhoeverIsOutsideIsNotWrittenTo(t *testing.T) {
	s := startServer(t, nil)
	c := open(t, s, nil)
	domains := []string{"acme.example"}
	for want, list := range map[string][]notify.Recipient{
		"permanent: not-for-mail":   {{Ref: "soc", Domains: domains}, {Email: "a@acme.example", ID: "b@acme.example", Domains: domains}},
		"permanent: outside-domain": {{Email: "a@globex.example", Domains: domains}, {Email: "a@notacme.example", Domains: domains}, {Email: "a@acme.example"}, {ID: "soc@globex.example", Domains: domains}},
		"permanent: bad-recipient": {
			{Domains: domains}, {Email: "acme.example", Domains: domains}, {Email: "a@acme.example\r\nRCPT TO:<b@evil.example>", Domains: domains},
			{Email: "a@evil.example>,<b@acme.example", Domains: domains}, {Email: "\"a b\"@acme.example", Domains: domains},
			{Email: "A <a@acme.example>", Domains: domains}, {Email: strings.Repeat("a", 300) + "@acme.example", Domains: domains}, {Email: "jö@acme.example", Domains: domains},
		},
	} {
		for _, to := range list {
			_, err := c.Send(t.Context(), to, notifytest.Alert("dl1:a"))
			if e := notify.AsError(err); e == nil || e.Error() != want {
				t.Errorf("%q: %v, want %s", to.Email+to.ID, err, want)
			}
		}
	}
	if _, err := c.Send(t.Context(), notify.Recipient{ID: "soc@mail.acme.example", Domains: domains}, notifytest.Alert("dl1:r")); err != nil {
		t.Errorf("a team's mailbox: %v", err)
	}
	if n := len(s.messages()); n != 1 {
		t.Errorf("%d messages", n)
	}
}

// live finds what would act on a reader.
func live() *regexp.Regexp {
	return regexp.MustCompile("(?i)https?:/|//|www\\.|[a-z0-9]\\.(example|us)\\b|@|`|<[!@#a-z/]|\\d{9}|pwd=[a-z0-9]")
}

func TestHostileTextsAreInert(t *testing.T) {
	s := startServer(t, nil)
	c := open(t, s, nil)
	for i, text := range notifytest.Hostile() {
		a := notifytest.Alert(fmt.Sprintf("dl1:h%d", i))
		for _, field := range []*string{&a.Organisation, &a.Service, &a.Topic, &a.Exposes, &a.Reason, &a.MaskedID, &a.Class, &a.Platform, &a.Audience} {
			*field = text
		}
		a.Advice, a.Places, a.Notice = []string{text}, []string{text, text}, []string{text, text}
		r, err := c.Send(t.Context(), jdoe(), a)
		if err != nil {
			t.Errorf("%.40q: %v", text, err)
			continue
		}
		a.Delivery, a.Closed, a.Status = a.Delivery+"u", true, text
		if err := c.Update(t.Context(), r, a); err != nil {
			t.Errorf("%.40q: update: %v", text, err)
		}
	}
	for _, got := range s.messages() {
		m := read(t, got.text)
		if len(m.header) != 10 && len(m.header) != 12 {
			t.Errorf("%d headers: %v", len(m.header), m.header)
		}
		if len(m.header["To"]) != 1 || m.header.Get("To") != "<jdoe@acme.example>" || len(got.text) > 64<<10 {
			t.Errorf("%+v, %d bytes", m.header, len(got.text))
		}
		for _, part := range []string{m.subject, m.body} {
			if found := live().FindString(part); found != "" {
				t.Errorf("%q is left in %.300q", found, part)
			}
			if strings.ContainsFunc(part, func(r rune) bool { return r != '\n' && r != '\r' && unicode.IsControl(r) }) {
				t.Errorf("control characters in %.300q", part)
			}
		}
		for _, line := range strings.Split(got.text, "\r\n") {
			if len(line) > 998 || strings.ContainsAny(line, "\r\n\x00") {
				t.Errorf("a line of %d bytes: %.100q", len(line), line)
			}
		}
	}
}

// A link that is no page of ours is left out rather than sent.
func TestOnlyALinkIsALink(t *testing.T) {
	s := startServer(t, nil)
	for i, link := range []string{"javascript:alert(1)", "https://a.example/\r\nBcc: x", "https://a.example/ y", "https://a.example/" + strings.Repeat("x", 2000)} {
		c := open(t, s, func(o *Options) { o.Answer = func(string, notify.Alert) string { return link } })
		if _, err := c.Send(t.Context(), jdoe(), notifytest.Alert(fmt.Sprintf("dl1:%d", i))); err != nil {
			t.Fatal(err)
		}
	}
	for _, got := range s.messages() {
		if m := read(t, got.text); strings.Contains(m.body, "To answer") {
			t.Errorf("%s", m.body)
		}
	}
}

func TestReceiptsTellNobodyAndBelongToUs(t *testing.T) {
	s := startServer(t, nil)
	c := open(t, s, nil)
	r, err := c.Send(t.Context(), jdoe(), notifytest.Alert("dl1:a"))
	if err != nil || len(r) > 240 || strings.Contains(string(r), "jdoe") {
		t.Fatalf("%q, %v", r, err)
	}
	other := open(t, s, func(o *Options) { o.Key = []byte(testKey[16:] + testKey[:16]) })
	end := notifytest.Alert("dl1:b")
	end.Closed, end.Status = true, "Over."
	flipped := []byte(r)
	flipped[len(flipped)-3] ^= 1
	for _, bad := range []notify.Receipt{"", "x", "mail1:", "slack1:C0X:1.2", notify.Receipt(flipped), r[:len(r)-8], notify.Receipt(strings.Repeat("x", 10_000)), r[:39]} {
		if e := notify.AsError(c.Update(t.Context(), bad, end)); e == nil || e.Class != notify.Gone {
			t.Errorf("%.60q: %v", bad, e)
		}
	}
	if e := notify.AsError(other.Update(t.Context(), r, end)); e == nil || e.Class != notify.Gone {
		t.Errorf("under another key: %v", e)
	}
	long := notify.Recipient{Email: strings.Repeat("j", 60) + "@" + strings.Repeat("department.", 12) + "acme.example", Domains: []string{"acme.example"}}
	r, err = c.Send(t.Context(), long, notifytest.Alert("dl1:c"))
	if err != nil || len(r) > 240 || receiptID(r) == "" {
		t.Errorf("a long address: %q, %v", r, err)
	}
}

func TestBadAlertsAndBadAddresses(t *testing.T) {
	s := startServer(t, nil)
	for _, id := range []string{"", "a.b", "a\r\nBcc: x", strings.Repeat("x", 200)} {
		_, err := open(t, s, nil).Send(t.Context(), jdoe(), notifytest.Alert(id))
		if e := notify.AsError(err); e == nil || e.Class != notify.Rejected {
			t.Errorf("%q: %v", id, err)
		}
	}
	for _, address := range []string{"", "hunter2", "http://mail.acme.example", "smtp://", "smtp://hunter2@mail.acme.example", "smtp://m.example:0", "smtp://m.example/x", "smtp://m.example?x=hunter2"} {
		c := open(t, s, func(o *Options) { o.URL = notify.SecretFrom(func() (string, error) { return address, nil }) })
		_, err := c.Send(t.Context(), jdoe(), notifytest.Alert("dl1:a"))
		if e := notify.AsError(err); e == nil || e.Class != notify.Config || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: %v", address, err)
		}
	}
	for want, change := range map[string]func(*Options){
		"config: secret-not-set":    func(o *Options) { o.URL = notify.Secret{} },
		"config: bad-sender":        func(o *Options) { o.From = "M <m@acme.example>" },
		"config: no-guarded-client": func(o *Options) { o.Dial = nil },
		"config: bad-key":           func(o *Options) { o.Key = []byte("short") },
	} {
		o := Options{URL: notify.NewSecret("x"), From: "m@acme.example", Key: []byte(testKey), Dial: s.guarded}
		change(&o)
		if _, err := New(o); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if text := fmt.Sprintf("%v %+v %#v", open(t, s, nil), *open(t, s, nil), open(t, s, nil)); strings.Contains(text, "hunter2") {
		t.Errorf("printed %s", text)
	}
}

// refusal is what a guard says.
type refusal struct{}

func (refusal) Error() string { return "refused: hunter2" }
func (refusal) Policy() bool  { return true }

func TestTheGuardIsAsked(t *testing.T) {
	s := startServer(t, nil)
	c := open(t, s, func(o *Options) {
		o.Dial = func(context.Context, string, string) (net.Conn, error) { return nil, refusal{} }
	})
	_, err := c.Send(t.Context(), jdoe(), notifytest.Alert("dl1:a"))
	judge(t, "refused", err, "config: address-refused")
	s.close()
	_, err = open(t, s, nil).Send(t.Context(), jdoe(), notifytest.Alert("dl1:a"))
	judge(t, "nobody there", err, "retry: unreachable")
}

func TestCallsEndWithTheirContext(t *testing.T) {
	before := runtime.NumGoroutine()
	t.Run("calls", func(t *testing.T) {
		s := startServer(t, nil)
		c := open(t, s, nil)
		ended, end := context.WithCancel(t.Context())
		end()
		if _, err := c.Send(ended, jdoe(), notifytest.Alert("dl1:a")); !errors.Is(err, context.Canceled) || s.commands() != "" {
			t.Errorf("cancelled before: %v", err)
		}
		s.say("MAIL", "hang")
		stopped, stop := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer stop()
		began := time.Now()
		if _, err := c.Send(stopped, jdoe(), notifytest.Alert("dl1:a")); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) > 10*time.Second {
			t.Errorf("cancelled on the way: %v after %v", err, time.Since(began))
		}
		s.say("MAIL", "250 ok")
		var wait sync.WaitGroup
		for i := range 8 {
			wait.Go(func() {
				if _, err := c.Send(t.Context(), jdoe(), notifytest.Alert(fmt.Sprintf("dl1:%d", i))); err != nil {
					t.Errorf("%d: %v", i, err)
				}
			})
		}
		wait.Wait()
		if n := len(s.messages()); n != 8 {
			t.Errorf("%d messages", n)
		}
	})
	deadline := time.NewTimer(10 * time.Second)
	defer deadline.Stop()
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for runtime.NumGoroutine() > before {
		select {
		case <-deadline.C:
			t.Fatalf("%d goroutines before, %d after", before, runtime.NumGoroutine())
		case <-ticker.C:
		}
	}
}

func TestTheMemoryIsBounded(t *testing.T) {
	r := newRecent()
	for i := range 2*maxRecent + 7 {
		r.add(fmt.Sprint(i))
	}
	if len(r.ids) != maxRecent || len(r.ring) != maxRecent || r.has("0") || !r.has(fmt.Sprint(2*maxRecent+6)) {
		t.Errorf("%d, %d", len(r.ids), len(r.ring))
	}
}

// Whatever a server says, the conversation ends, with one of our words.
func FuzzAnswers(f *testing.F) {
	f.Add("220 hi\r\n250-x\r\n250 AUTH PLAIN\r\n235 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n250 kept\r\n221 bye\r\n")
	f.Add("220 hi\r\n250 STARTTLS\r\n220 go\r\n\x16\x03\x01")
	f.Add("220-\r\n220-\r\n")
	f.Add("421\r\n")
	f.Add("220 hi\r\n250 AUTH SCRAM-SHA-256\r\n334 !!!\r\n334 cj0sLHM9\r\n")
	f.Add("220 hi\r\n250 AUTH LOGIN\r\n334 VXNlcm5hbWU6\r\n334 x\r\n535 no\r\n")
	f.Fuzz(func(t *testing.T, says string) {
		c, err := New(Options{
			URL: notify.NewSecret("smtp://bot:hunter2-b7Qx@127.0.0.1:2525"), From: "meetleaks@acme.example", Key: []byte(testKey), Timeout: 2 * time.Second,
			Dial: func(context.Context, string, string) (net.Conn, error) {
				near, far := net.Pipe()
				go func() { _, _ = io.Copy(io.Discard, far) }()
				go func() { _, _ = io.WriteString(far, says); far.Close() }()
				return near, nil
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.Send(t.Context(), jdoe(), notifytest.Alert("dl1:a"))
		var e *notify.Error
		if err != nil && (!errors.As(err, &e) || e.Reason == "" || strings.ContainsAny(e.Reason, " <>\"") || e.Reason == "unknown") {
			t.Errorf("%q: %v", says, err)
		}
	})
}

func FuzzAddresses(f *testing.F) {
	f.Add("smtp://u:p@mail.acme.example:587", "jdoe@acme.example", "mail1:00112233445566778899aabbccddeeff:eHg")
	f.Add("smtps://[::1]", "a@b\r\n", "mail1::")
	f.Fuzz(func(t *testing.T, address, person, receipt string) {
		if s, err := ParseURL(address); err == nil && (s.host == "" || strings.ContainsAny(s.Address(), "\r\n ")) {
			t.Errorf("%q: %q", address, s.Address())
		}
		if ok, err := whom(notify.Recipient{Email: person, Domains: []string{"acme.example"}}); err == nil && (ok != person || strings.ContainsAny(ok, "\r\n <>,\x00") || !strings.HasSuffix(strings.ToLower(ok), "acme.example")) {
			t.Errorf("%q is written to", person)
		}
		if id := receiptID(notify.Receipt(receipt)); id != "" && (len(id) != 32 || strings.ContainsAny(id, "\r\n>@")) {
			t.Errorf("%q gives %q", receipt, id)
		}
	})
}
