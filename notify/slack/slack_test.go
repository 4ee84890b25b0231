package slack

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	slackgo "github.com/slack-go/slack"

	"meetleaks/notify"
	"meetleaks/notify/notifytest"
	"meetleaks/notify/slack/fakeslack"
)

var update = flag.Bool("update", false, "write the golden files anew")

func testNow() time.Time { return time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC) }

// stage is a channel, its workspace and its clock.
type stage struct {
	*Channel
	slack *fakeslack.Server
	clock *notifytest.Clock
}

func newStage(t *testing.T, change func(*Options), fake fakeslack.Options) stage {
	t.Helper()
	clock := notifytest.NewClock(testNow())
	fake.Token, fake.Now = testToken, clock.Now
	server, err := fakeslack.Start("", fake)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		if err := server.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	o := Options{
		Token: notify.NewSecret(testToken), URL: server.URL(), Client: &http.Client{Transport: transport}, Timeout: 10 * time.Second,
		Now: clock.Now, Wait: clock.Wait,
	}
	if change != nil {
		change(&o)
	}
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return stage{c, acme(server), clock}
}

// fails checks an error's class and reason, "permanent: guest".
func fails(t *testing.T, what string, err error, want string) {
	t.Helper()
	if err == nil {
		t.Errorf("%s: accepted, want %s", what, want)
	} else if got := err.Error(); got != want {
		t.Errorf("%s: %s, want %s", what, got, want)
	}
}

func TestOnlyFullMembersUnderTheDomainsAreTold(t *testing.T) {
	s := newStage(t, nil, fakeslack.Options{})
	domains := []string{"Acme.Example."}
	for _, test := range recipients() {
		test.to.Domains = domains
		before := len(s.slack.Messages())
		_, err := s.Send(t.Context(), test.to, notifytest.Alert("dl1:"+fmt.Sprint(before)))
		if test.want == "" && err != nil {
			t.Errorf("%+v: %v", test.to, err)
		} else if test.want != "" {
			fails(t, fmt.Sprintf("%+v", test.to), err, test.want)
		}
		if told := len(s.slack.Messages()) - before; (test.want == "") != (told == 1) {
			t.Errorf("%+v: %d messages", test.to, told)
		}
	}
}

type recipient struct {
	to   notify.Recipient
	want string // the error, "" when they are told
}

func recipients() []recipient {
	return []recipient{
		{notify.Recipient{Email: "jane@acme.example"}, ""},
		{notify.Recipient{Email: " JANE@Acme.Example "}, ""},
		{notify.Recipient{Email: "ops@sec.acme.example"}, ""},
		{notify.Recipient{ID: "U0JANE"}, ""},
		{notify.Recipient{ID: "C0SECOPS"}, ""},
		{notify.Recipient{Email: "nobody@acme.example"}, "permanent: not-in-workspace"},
		{notify.Recipient{Email: "guest@acme.example"}, "permanent: guest"},
		{notify.Recipient{Email: "single@acme.example"}, "permanent: guest"},
		{notify.Recipient{Email: "invited@acme.example"}, "permanent: guest"},
		{notify.Recipient{Email: "bot@acme.example"}, "permanent: bot"},
		{notify.Recipient{Email: "gone@acme.example"}, "permanent: deactivated"},
		{notify.Recipient{Email: "other@acme.example"}, "permanent: other-workspace"},
		{notify.Recipient{Email: "stranger@acme.example"}, "permanent: other-workspace"},
		{notify.Recipient{Email: "out@globex.example"}, "permanent: outside-domain"},
		{notify.Recipient{Email: "jane@evilacme.example"}, "permanent: outside-domain"},
		{notify.Recipient{Email: "a@b@acme.example"}, "permanent: outside-domain"},
		{notify.Recipient{Email: "@acme.example"}, "permanent: outside-domain"},
		{notify.Recipient{Email: "x <jane@acme.example"}, "permanent: outside-domain"},
		{notify.Recipient{ID: "U0GUEST"}, "permanent: guest"},
		{notify.Recipient{ID: "U0OUT"}, "permanent: outside-domain"},
		{notify.Recipient{ID: "U0NOBODY"}, "permanent: not-in-workspace"},
		{notify.Recipient{ID: "C0OUTSIDE"}, "permanent: not-in-channel"},
		{notify.Recipient{ID: "C0OLD"}, "permanent: archived"},
		{notify.Recipient{ID: "C0NOWHERE"}, "permanent: channel-not-found"},
		{notify.Recipient{ID: "D0JANE"}, "permanent: bad-recipient"},
		{notify.Recipient{ID: "#general"}, "permanent: bad-recipient"},
		{notify.Recipient{Ref: "soc"}, "permanent: not-for-slack"},
		{notify.Recipient{Email: "a@acme.example", ID: "C"}, "permanent: not-for-slack"},
	}
}

func TestWithoutDomainsNobodyIsTold(t *testing.T) {
	s := newStage(t, nil, fakeslack.Options{})
	_, err := s.Send(t.Context(), notify.Recipient{Email: "jane@acme.example"}, notifytest.Alert("dl1:a"))
	fails(t, "no domains", err, "permanent: outside-domain")
	if n := s.slack.Calls(methodLookup); n != 0 {
		t.Errorf("%d look-ups of somebody who may not be told", n)
	}
}

func TestDomainsAreJudgedForEachOrganisationThoughPeopleAreRemembered(t *testing.T) {
	s := newStage(t, nil, fakeslack.Options{})
	if _, err := s.Send(t.Context(), jane(), notifytest.Alert("dl1:a")); err != nil {
		t.Fatal(err)
	}
	_, err := s.Send(t.Context(), notify.Recipient{ID: "U0JANE", Domains: []string{"globex.example"}}, notifytest.Alert("dl1:b"))
	fails(t, "another organisation", err, "permanent: outside-domain")
}

func TestAnEnterpriseOrganisationIsOneHome(t *testing.T) {
	s := newStage(t, nil, fakeslack.Options{Enterprise: "E0ACME"})
	s.slack.AddUser(fakeslack.User{ID: "W0OTHER", Email: "w@acme.example", Team: "T0SECOND", Enterprise: "E0ACME"})
	s.slack.AddUser(fakeslack.User{ID: "W0ALIEN", Email: "alien@acme.example", Team: "T0THIRD", Enterprise: "E0HOOLI"})
	to := jane()
	to.Email = "w@acme.example"
	if _, err := s.Send(t.Context(), to, notifytest.Alert("dl1:a")); err != nil {
		t.Errorf("a member of another workspace of the organisation: %v", err)
	}
	to.Email = "alien@acme.example"
	_, err := s.Send(t.Context(), to, notifytest.Alert("dl1:b"))
	fails(t, "another organisation", err, "permanent: other-workspace")
}

func TestPeopleAreLookedUpOnceAnHour(t *testing.T) {
	s := newStage(t, nil, fakeslack.Options{})
	send := func(i int) {
		t.Helper()
		if _, err := s.Send(t.Context(), jane(), notifytest.Alert(fmt.Sprint("dl1:", i))); err != nil {
			t.Fatal(err)
		}
	}
	send(1)
	send(2)
	if n := s.slack.Calls(methodLookup) + s.slack.Calls(methodOpen) + s.slack.Calls(methodTest); n != 3 {
		t.Errorf("%d calls to find one person", n)
	}
	s.clock.Advance(memberFor)
	s.slack.AddUser(fakeslack.User{ID: "U0JANE", Email: "jane@acme.example", Guest: true})
	_, err := s.Send(t.Context(), jane(), notifytest.Alert("dl1:3"))
	fails(t, "somebody who became a guest", err, "permanent: guest")
	s.slack.AddUser(fakeslack.User{ID: "U0JANE", Email: "jane@acme.example"})
	_, err = s.Send(t.Context(), jane(), notifytest.Alert("dl1:4"))
	fails(t, "asked again too soon", err, "permanent: guest")
	s.clock.Advance(strangerFor)
	send(5)
}

func TestRememberedPeopleAreBounded(t *testing.T) {
	clock := notifytest.NewClock(testNow())
	m := newMembers(clock.Now)
	for i := range maxMembers + 100 {
		m.keep(fmt.Sprint("email:", i), member{email: "x@acme.example", room: "D0X"})
	}
	if n := len(m.known); n > maxMembers {
		t.Errorf("%d people are remembered", n)
	}
	clock.Advance(memberFor)
	if _, ok := m.find(fmt.Sprint("email:", maxMembers+99)); ok {
		t.Error("somebody is remembered for too long")
	}
}

func TestARoomIsToldOnceASecond(t *testing.T) {
	s := newStage(t, nil, fakeslack.Options{Limited: true})
	for i := range 5 {
		if _, err := s.Send(t.Context(), notify.Recipient{ID: "C0SECOPS"}, notifytest.Alert(fmt.Sprint("dl1:", i))); err != nil {
			t.Fatalf("message %d: %v", i, err)
		}
	}
	if waited := s.clock.Waited(); waited != 4*time.Second {
		t.Errorf("waited %v for five messages", waited)
	}
	if _, err := s.Send(t.Context(), jane(), notifytest.Alert("dl1:jane")); err != nil {
		t.Fatal(err)
	}
	if waited := s.clock.Waited(); waited != 4*time.Second {
		t.Errorf("another room waited too: %v", waited)
	}
}

func TestWhoWouldWaitTooLongIsSentAway(t *testing.T) {
	idle := func(context.Context, time.Duration) error { return nil } // the clock stands still: all come at once
	s := newStage(t, func(o *Options) { o.Wait, o.Patience = idle, 3*time.Second }, fakeslack.Options{})
	var failed *notify.Error
	for i := range 6 {
		_, err := s.Send(t.Context(), notify.Recipient{ID: "C0SECOPS"}, notifytest.Alert(fmt.Sprint("dl1:", i)))
		if err != nil && failed == nil {
			failed = notify.AsError(err)
			if i != 4 {
				t.Errorf("message %d was sent away", i)
			}
		}
	}
	if failed == nil || failed.Error() != "retry: rate-limited, not before 4s" || failed.Unsure {
		t.Errorf("got %v", failed)
	}
	if n := s.slack.Calls(methodPost); n != 4 {
		t.Errorf("%d calls", n)
	}
}

func TestSlacksOwnLimitClosesTheRoomForAsLong(t *testing.T) {
	s := newStage(t, nil, fakeslack.Options{})
	s.slack.Fail(methodPost, fakeslack.Fault{Handler: tooMany("30")}, 1)
	to := notify.Recipient{ID: "C0SECOPS"}
	_, err := s.Send(t.Context(), to, notifytest.Alert("dl1:a"))
	fails(t, "limited", err, "retry: rate-limited, not before 30s")
	s.clock.Advance(10 * time.Second)
	_, err = s.Send(t.Context(), to, notifytest.Alert("dl1:a"))
	fails(t, "limited still", err, "retry: rate-limited, not before 20s")
	if n := s.slack.Calls(methodPost); n != 1 {
		t.Errorf("%d calls while the room was closed", n)
	}
	s.clock.Advance(20 * time.Second)
	if _, err := s.Send(t.Context(), to, notifytest.Alert("dl1:a")); err != nil {
		t.Errorf("after the wait: %v", err)
	}
}

func tooMany(after string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", after)
		w.WriteHeader(http.StatusTooManyRequests)
	})
}

func TestTurnsAreBounded(t *testing.T) {
	p := &pace{now: testNow, patience: time.Second, free: map[turn]time.Time{}}
	for i := range maxTurns + 10 {
		_, ok := p.take(turn{methodPost, fmt.Sprint("C", i)})
		if ok != (i < maxTurns) {
			t.Fatalf("turn %d: %v", i, ok)
		}
	}
	p.now = func() time.Time { return testNow().Add(time.Minute) }
	if _, ok := p.take(turn{methodPost, "C0NEW"}); !ok || len(p.free) != 1 {
		t.Errorf("%v, with %d turns kept", ok, len(p.free))
	}
}

func TestMethodsMayRunAShortWayAndThenPaceThemselves(t *testing.T) {
	p := &pace{now: testNow, patience: time.Minute, free: map[turn]time.Time{}}
	var lefts []time.Duration
	for range methodRun + 2 {
		left, ok := p.take(turn{method: methodLookup})
		if !ok {
			t.Fatal("sent away")
		}
		lefts = append(lefts, left)
	}
	if lefts[methodRun-1] != 0 || lefts[methodRun] != methodGap || lefts[methodRun+1] != 2*methodGap {
		t.Errorf("waits %v", lefts)
	}
}

func TestAMessageIsUpdatedInPlace(t *testing.T) {
	s := newStage(t, nil, fakeslack.Options{})
	r, err := s.Send(t.Context(), jane(), notifytest.Alert("dl1:a"))
	if err != nil {
		t.Fatal(err)
	}
	a := notifytest.Alert("dl1:b")
	a.Status = "Safe: the settings were read again and hold"
	if err := s.Update(t.Context(), r, a); err != nil {
		t.Fatal(err)
	}
	got := s.slack.Messages()
	if len(got) != 1 || got[0].Updates != 1 || got[0].Channel != "D0JANE" || got[0].Text != "Safe: the settings were read again and hold." {
		t.Errorf("got %+v", got)
	}
}

func TestADeletedMessageIsGoneAndPostedAnew(t *testing.T) {
	s := newStage(t, nil, fakeslack.Options{})
	r, err := s.Send(t.Context(), jane(), notifytest.Alert("dl1:a"))
	if err != nil {
		t.Fatal(err)
	}
	m := s.slack.Messages()[0]
	s.slack.Delete(m.Channel, m.TS)
	fails(t, "update", s.Update(t.Context(), r, notifytest.Alert("dl1:b")), "gone: message-gone")
	again, err := s.Send(t.Context(), jane(), notifytest.Alert("dl1:a"))
	if err != nil || again == r || len(s.slack.Messages()) != 1 {
		t.Errorf("posted anew: %q, %v, %d messages", again, err, len(s.slack.Messages()))
	}
}

func TestAReminderJoinsItsCard(t *testing.T) {
	s := newStage(t, nil, fakeslack.Options{})
	r, err := s.Send(t.Context(), jane(), notifytest.Alert("dl1:a"))
	if err != nil {
		t.Fatal(err)
	}
	a := notifytest.Alert("dl1:b")
	a.Earlier, a.Kind = r, notify.Reminder
	if _, err := s.Send(t.Context(), jane(), a); err != nil {
		t.Fatal(err)
	}
	s.slack.Fail(methodPost, fakeslack.Fault{Code: "restricted_action_thread_locked"}, 1)
	a.Delivery = "dl1:c"
	if _, err := s.Send(t.Context(), jane(), a); err != nil {
		t.Fatalf("with a locked thread: %v", err)
	}
	a.Delivery = "dl1:d"
	if _, err := s.Send(t.Context(), notify.Recipient{ID: "C0SECOPS"}, a); err != nil {
		t.Fatalf("in another room: %v", err)
	}
	got := s.slack.Messages()
	if got[1].Thread != got[0].TS || got[1].Form["reply_broadcast"] != "true" || got[2].Thread != "" || got[3].Thread != "" {
		t.Errorf("threads %q %q %q", got[1].Thread, got[2].Thread, got[3].Thread)
	}
}

func TestNothingUnfoldsAndNothingIsRead(t *testing.T) {
	s := newStage(t, nil, fakeslack.Options{})
	r, err := s.Send(t.Context(), jane(), notifytest.Alert("dl1:a"))
	if err != nil {
		t.Fatal(err)
	}
	posted := s.slack.Messages()[0].Form
	if err := s.Update(t.Context(), r, notifytest.Alert("dl1:b")); err != nil {
		t.Fatal(err)
	}
	updated := s.slack.Messages()[0].Form
	for _, field := range []string{"mrkdwn", "link_names"} {
		if posted[field] != "false" || updated[field] != "false" {
			t.Errorf("%s is %q and %q", field, posted[field], updated[field])
		}
	}
	if posted["unfurl_links"] != "false" || posted["unfurl_media"] != "false" || posted["parse"] != "none" || updated["parse"] != "none" {
		t.Errorf("posted %v, updated %v", posted, updated)
	}
	for _, field := range []string{"attachments", "icon_url", "username", "metadata"} {
		if _, ok := posted[field]; ok {
			t.Errorf("%s was sent", field)
		}
	}
}

func TestTheLockScreenShowsNoID(t *testing.T) {
	s := newStage(t, nil, fakeslack.Options{})
	if _, err := s.Send(t.Context(), jane(), notifytest.Alert("dl1:a")); err != nil {
		t.Fatal(err)
	}
	m := s.slack.Messages()[0]
	if strings.Contains(m.Text, "981") || strings.Contains(m.Text, "Board") || m.Text == "" {
		t.Errorf("text %q", m.Text)
	}
	if !strings.Contains(m.Blocks, "981•••••210") {
		t.Errorf("the card does not say which meeting: %s", m.Blocks)
	}
}

func TestPayloadsAreAsTheyWere(t *testing.T) {
	digest := notifytest.Alert("dl1:d")
	digest.Kind, digest.Leak, digest.MoreItems = notify.Digest, "", 3
	for i := range notify.MaxItems {
		digest.Items = append(digest.Items, notify.Item{
			Leak: fmt.Sprint("lk1:", i), Service: "Webex", MaskedID: fmt.Sprintf("25•••••%d", 100+i), Topic: "Quarterly review with partners & friends of acme",
			Starts: testNow().Add(time.Duration(i) * time.Hour),
		})
	}
	hostile := notifytest.Alert("dl1:h")
	hostile.Topic, hostile.Places = notifytest.Hostile()[0], notifytest.Hostile()[2:5]
	for name, a := range map[string]notify.Alert{"alert": notifytest.Alert("dl1:a"), "digest": digest, "hostile": hostile} {
		s := newStage(t, nil, fakeslack.Options{})
		r, err := s.Send(t.Context(), jane(), a)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := s.Update(t.Context(), r, a); err != nil {
			t.Errorf("%s: updates have tighter limits: %v", name, err)
		}
		golden(t, name, formText(s.slack.Messages()[0].Form))
	}
}

// formText writes a form in a stable order, a field a line.
func formText(form map[string]string) string {
	var lines []string
	for key, value := range form {
		lines = append(lines, key+"="+value)
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n") + "\n"
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

func TestAnAnswerLostOnTheWayIsUnsureAndSentAgain(t *testing.T) {
	s := newStage(t, nil, fakeslack.Options{})
	s.slack.Fail(methodPost, fakeslack.Fault{Taken: true, Drop: true}, 1)
	_, err := s.Send(t.Context(), jane(), notifytest.Alert("dl1:a"))
	if e := notify.AsError(err); e == nil || e.Class != notify.Retry || !e.Unsure {
		t.Errorf("got %v", e)
	}
	if _, err := s.Send(t.Context(), jane(), notifytest.Alert("dl1:a")); err != nil {
		t.Fatal(err)
	}
	if n := len(s.slack.Messages()); n != 2 {
		t.Errorf("%d messages: losing one would be worse than repeating it", n)
	}
}

func TestFaultsOfLookUpsAreNotTakenForStrangers(t *testing.T) {
	for method, fault := range map[string]fakeslack.Fault{
		methodTest: {Status: 503}, methodLookup: {Drop: true}, methodOpen: {Code: "internal_error"},
	} {
		s := newStage(t, nil, fakeslack.Options{})
		s.slack.Fail(method, fault, 1)
		_, err := s.Send(t.Context(), jane(), notifytest.Alert("dl1:a"))
		if e := notify.AsError(err); e == nil || e.Class != notify.Retry {
			t.Errorf("%s: %v", method, e)
		}
		if _, err := s.Send(t.Context(), jane(), notifytest.Alert("dl1:a")); err != nil {
			t.Errorf("%s mended: %v", method, err)
		}
	}
}

func TestTheTokenIsReadAnewAndIsInNoError(t *testing.T) {
	token, broken := "xoxb-hunter2-old", error(nil)
	s := newStage(t, func(o *Options) {
		o.Token = notify.SecretFrom(func() (string, error) { return token, broken })
	}, fakeslack.Options{})
	to := notify.Recipient{ID: "C0SECOPS"}
	_, err := s.Send(t.Context(), to, notifytest.Alert("dl1:a"))
	fails(t, "an old token", err, "config: token-refused")
	token = "two\nlines of a wrong file"
	_, err = s.Send(t.Context(), to, notifytest.Alert("dl1:a"))
	fails(t, "no token", err, "config: bad-token")
	broken = errors.New("open /etc/hunter2: no such file")
	_, err = s.Send(t.Context(), to, notifytest.Alert("dl1:a"))
	fails(t, "no file", err, "config: secret-unreadable")
	token, broken = testToken, nil
	if _, err := s.Send(t.Context(), to, notifytest.Alert("dl1:a")); err != nil {
		t.Errorf("the mended token: %v", err)
	}
	if text := fmt.Sprintf("%v %+v %#v", s.Channel, s.Channel, *s.Channel); strings.Contains(text, testToken) {
		t.Errorf("the channel prints its token: %s", text)
	}
}

func TestCheckSaysWhetherItCouldSend(t *testing.T) {
	s := newStage(t, nil, fakeslack.Options{})
	if err := s.Check(t.Context()); err != nil {
		t.Error(err)
	}
	s.clock.Advance(homeFor)
	s.slack.Fail(methodTest, fakeslack.Fault{Code: "token_revoked"}, 1)
	fails(t, "a revoked token", s.Check(t.Context()), "config: token-refused")
	if n := len(s.slack.Messages()); n != 0 {
		t.Errorf("%d messages", n)
	}
}

func TestBadOptionsAreRefused(t *testing.T) {
	good := func() Options {
		return Options{Token: notify.NewSecret(testToken), Client: &http.Client{Transport: &http.Transport{}}}
	}
	if _, err := New(good()); err != nil {
		t.Fatalf("good options: %v", err)
	}
	for want, change := range map[string]func(*Options){
		"config: secret-not-set":    func(o *Options) { o.Token = notify.Secret{} },
		"config: no-guarded-client": func(o *Options) { o.Client = &http.Client{} },
		"config: not-https":         func(o *Options) { o.URL = "http://slack.example/api/" },
		"config: bad-address":       func(o *Options) { o.URL = "https://user:hunter2@slack.example/api/" },
	} {
		o := good()
		change(&o)
		_, err := New(o)
		fails(t, want, err, want)
	}
	o := good()
	o.URL = "http://127.0.0.1:8470/api"
	if c, err := New(o); err != nil || c.base != "http://127.0.0.1:8470/api/" {
		t.Errorf("a base without its slash: %v", err)
	}
}

func TestAcceptedDeliveriesAreRememberedInBounds(t *testing.T) {
	clock := notifytest.NewClock(testNow())
	r := &recent{now: clock.Now}
	for i := range maxRecent + 10 {
		r.keep(fmt.Sprint(i), notify.Receipt(fmt.Sprint("r", i)))
	}
	if _, ok := r.find("9"); ok || len(r.ring) != maxRecent || len(r.index) != maxRecent {
		t.Errorf("%d and %d are remembered", len(r.ring), len(r.index))
	}
	if got, ok := r.find("10"); !ok || got != "r10" {
		t.Errorf("the oldest that should be remembered: %q, %v", got, ok)
	}
	r.forget("r10")
	if _, ok := r.find("10"); ok {
		t.Error("it was not forgotten")
	}
	clock.Advance(recentFor + 1)
	if _, ok := r.find("11"); ok {
		t.Error("remembered for too long")
	}
}

func TestWhoHasNoWorkspaceInSlacksAnswerIsOfTheOneThatWasAsked(t *testing.T) {
	t.Parallel()
	h := home{team: "T0ACME"}
	for name, test := range map[string]struct {
		change func(*slackgo.User)
		want   string
	}{
		"none":       {func(*slackgo.User) {}, ""},
		"stranger":   {func(u *slackgo.User) { u.IsStranger = true }, "other-workspace"},
		"another":    {func(u *slackgo.User) { u.TeamID = "T0GLOBEX" }, "other-workspace"},
		"enterprise": {func(u *slackgo.User) { u.Enterprise.EnterpriseID = "E0GLOBEX" }, "other-workspace"},
	} {
		user := slackgo.User{ID: "U0JANE"}
		test.change(&user)
		if got := refuse(h, &user, "jane@acme.example", "jane@acme.example"); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

// Slack sets several marks of those who are no full members; each counts by itself.
func TestEachMarkOfAStrangerCounts(t *testing.T) {
	t.Parallel()
	for want, changes := range map[string][]func(*slackgo.User){
		"bad-recipient": {func(u *slackgo.User) { u.ID = "" }, func(u *slackgo.User) { u.ID = "U0/JANE" }},
		"deactivated":   {func(u *slackgo.User) { u.Deleted = true }},
		"bot": {
			func(u *slackgo.User) { u.IsBot = true }, func(u *slackgo.User) { u.IsAppUser = true }, func(u *slackgo.User) { u.IsConnectorBot = true },
			func(u *slackgo.User) { u.IsWorkflowBot = true }, func(u *slackgo.User) { u.ID = "USLACKBOT" },
		},
		"guest": {
			func(u *slackgo.User) { u.IsRestricted = true }, func(u *slackgo.User) { u.IsUltraRestricted = true },
			func(u *slackgo.User) { u.IsInvitedUser = true },
		},
		"other-workspace": {func(u *slackgo.User) { u.IsStranger = true }, func(u *slackgo.User) { u.TeamID = "T0GLOBEX" }},
		"":                {func(*slackgo.User) {}},
	} {
		for i, change := range changes {
			user := slackgo.User{ID: "U0JANE", TeamID: "T0ACME"}
			change(&user)
			if got := refuse(home{team: "T0ACME"}, &user, "jane@acme.example", ""); got != want {
				t.Errorf("mark %d of %q: %q", i, want, got)
			}
		}
	}
	jane := slackgo.User{ID: "U0JANE", TeamID: "T0ACME"}
	for _, wanted := range []string{"", "john@acme.example"} {
		email := map[bool]string{true: "jane@acme.example"}[wanted != ""]
		if got := refuse(home{team: "T0ACME"}, &jane, email, wanted); got != "other-address" {
			t.Errorf("the address %q instead of %q: %q", email, wanted, got)
		}
	}
}
