package slack

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"meetleaks/notify"
	"meetleaks/notify/notifytest"
	"meetleaks/notify/slack/fakeslack"
)

const (
	testSigning = "hunter2-signing-4fQx"
	testApp     = "xapp-hunter2-b7Qx"
)

// desk is a handler that keeps what it is told.
type desk struct {
	mu      sync.Mutex
	answers []notify.Answer
	reply   notify.Reply
	err     error
	hold    chan struct{} // closed to let handling go on; nil: it does not wait
}

func (d *desk) handle(ctx context.Context, a notify.Answer) (notify.Reply, error) {
	if d.hold != nil {
		select {
		case <-d.hold:
		case <-ctx.Done():
			return notify.Reply{}, ctx.Err()
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.answers = append(d.answers, a)
	return d.reply, d.err
}

func (d *desk) all() []notify.Answer {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.answers)
}

// counter is a stage with a program behind it that hears answers over HTTP.
type counter struct {
	stage
	*desk
	ear *Answers
	url string
}

func newCounter(t *testing.T, fake fakeslack.Options, change func(*AnswerOptions)) *counter {
	t.Helper()
	fake.Signing, fake.AppToken = testSigning, testApp
	c := &counter{stage: newStage(t, nil, fake), desk: &desk{}}
	o := AnswerOptions{Signing: notify.NewSecret(testSigning), Handle: c.handle}
	if change != nil {
		change(&o)
	}
	ear, err := c.Channel.Answers(o)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(ear.HTTP())
	t.Cleanup(server.Close)
	t.Cleanup(func() { _ = ear.Close(ended()) })
	c.ear, c.url = ear, server.URL+"/slack/interactions"
	c.slack.Deliver(c.url)
	return c
}

func ended() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

// card posts an alert and gives the message.
func (c *counter) card(t *testing.T, to notify.Recipient, a notify.Alert) fakeslack.Message {
	t.Helper()
	if _, err := c.Send(t.Context(), to, a); err != nil {
		t.Fatal(err)
	}
	all := c.slack.Messages()
	return all[len(all)-1]
}

// rest waits until nothing is left to be handled.
func (c *counter) rest(t *testing.T) {
	t.Helper()
	idle := make(chan struct{})
	go func() { c.ear.lanes.all.Wait(); close(idle) }()
	select {
	case <-idle:
	case <-time.After(20 * time.Second):
		t.Fatal("something is handled without end")
	}
}

func (c *counter) press(t *testing.T, p fakeslack.Press) {
	t.Helper()
	if err := c.slack.Do(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	c.rest(t)
}

func at(m fakeslack.Message, action, user string) fakeslack.Press {
	return fakeslack.Press{Channel: m.Channel, TS: m.TS, Action: action, User: user}
}

func TestAPressBecomesAnAnswer(t *testing.T) {
	c := newCounter(t, fakeslack.Options{}, nil)
	c.reply = notify.Reply{Text: "Thank you: <@U0ADMIN> is told"}
	m := c.card(t, jane(), notifytest.Alert("dl1:a"))
	c.press(t, at(m, "ml-done", "U0JANE"))
	got := c.all()
	if len(got) != 1 {
		t.Fatalf("%d answers", len(got))
	}
	nonce := got[0].Nonce
	got[0].Nonce = ""
	want := notify.Answer{Organisation: "acme", Leak: "lk1:3fd0", Delivery: "dl1:a", Who: "slack:T0ACME/U0JANE", What: notify.Done, When: c.clock.Now()}
	if got[0] != want || !notify.ValidID(nonce) {
		t.Errorf("got %+v, nonce %q", got[0], nonce)
	}
	whispers := c.slack.Whispers()
	if len(whispers) != 1 || whispers[0].User != "U0JANE" || whispers[0].Channel != m.Channel || strings.Contains(whispers[0].Text, "<") {
		t.Errorf("said %+v", whispers)
	}
}

func TestEveryButtonAndEntrySaysWhatItShows(t *testing.T) {
	c := newCounter(t, fakeslack.Options{}, nil)
	host := c.card(t, jane(), notifytest.Alert("dl1:a"))
	room := notifytest.Alert("dl1:b")
	room.Audience = "channel"
	channel := c.card(t, notify.Recipient{ID: "C0SECOPS"}, room)
	room.Delivery, room.Audience, room.Decide = "dl1:c", "analyst", true
	decision := c.card(t, notify.Recipient{ID: "C0SECOPS"}, room)
	var want []notify.Choice
	step := func(m fakeslack.Message, action, option, person string, what notify.Choice) {
		t.Helper()
		c.clock.Advance(time.Second)
		p := at(m, action, "U0JANE")
		p.Option, p.Person = option, person
		c.press(t, p)
		want = append(want, what)
	}
	for _, what := range []notify.Choice{notify.Done, notify.Help, notify.NotMine, notify.ShowWhere} {
		step(host, "ml-"+string(what), "", "", what)
	}
	for _, what := range []notify.Choice{notify.Rescheduled, notify.Removing, notify.PublicPage, notify.PublicSeries, notify.Snooze, notify.NotOurs} {
		step(host, "ml-more", string(what), "", what)
	}
	step(channel, "ml-send-to", "", "U0OUT", notify.SendTo)
	step(channel, "ml-done", "", "", notify.Done)
	step(decision, "ml-confirm", "", "", notify.Confirm)
	step(decision, "ml-refuse", "", "", notify.Refuse)
	var got []notify.Choice
	for _, a := range c.all() {
		got = append(got, a.What)
		if (a.Person != "") != (a.What == notify.SendTo) || a.Person != "" && a.Person != "slack:T0ACME/U0OUT" {
			t.Errorf("%s: sent to %q", a.What, a.Person)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestShowWhereOpensAWindowForWhoPressed(t *testing.T) {
	c := newCounter(t, fakeslack.Options{}, nil)
	c.reply = notify.Reply{Places: []string{"https://social.example/acme/18493027511698", "<!channel>"}, MorePlaces: 4}
	m := c.card(t, jane(), notifytest.Alert("dl1:a"))
	c.press(t, at(m, "ml-show-where", "U0JANE"))
	windows := c.slack.Windows()
	if len(windows) != 1 || windows[0].User != "U0JANE" || windows[0].Title != "Where it stands" || len(c.slack.Whispers()) != 0 {
		t.Fatalf("windows %+v, whispers %+v", windows, c.slack.Whispers())
	}
	texts := strings.Join(shown(t, windows[0].Blocks), "\n")
	if !strings.HasPrefix(texts, "https://social.example/acme/18493027511698\n<!channel>\nAnd 4 more.\nDo not answer there") {
		t.Errorf("it shows\n%s", texts)
	}
	c.slack.Fail(methodWindow, fakeslack.Fault{Code: "expired_trigger_id"}, 1)
	c.clock.Advance(time.Minute)
	c.press(t, at(m, "ml-show-where", "U0JANE"))
	if got := c.slack.Whispers(); len(got) != 1 || !strings.Contains(got[0].Text, "press “Show where” once more") {
		t.Errorf("a late window: %+v", got)
	}
}

func TestStrangersAndGuestsAreNotHeard(t *testing.T) {
	c := newCounter(t, fakeslack.Options{}, nil)
	room := notifytest.Alert("dl1:a")
	room.Audience = "channel"
	m := c.card(t, notify.Recipient{ID: "C0SECOPS"}, room)
	for user, told := range map[string]bool{
		"U0GUEST": true, "U0SINGLE": true, "U0INVITED": true, "U0BOT1": true, "U0STRANGER": true, "U0NOBODY": false, "U0GONE": false, "U0OTHER": false,
	} {
		before := len(c.slack.Whispers())
		c.press(t, at(m, "ml-done", user))
		whispers := c.slack.Whispers()[before:]
		if told != (len(whispers) == 1) || told && !strings.Contains(whispers[0].Text, "Only full members") {
			t.Errorf("%s: said %+v", user, whispers)
		}
	}
	if got := c.all(); len(got) != 0 {
		t.Errorf("heard %+v", got)
	}
	if n := c.ear.Counts(); n.Refused != 8 || n.Handled != 0 {
		t.Errorf("counts %+v", n)
	}
}

func TestAnEnterpriseOrganisationAnswersAsOneHome(t *testing.T) {
	c := newCounter(t, fakeslack.Options{Enterprise: "E0ACME"}, nil)
	c.slack.AddUser(fakeslack.User{ID: "W0OTHER", Email: "w@acme.example", Team: "T0SECOND", Enterprise: "E0ACME"})
	m := c.card(t, notify.Recipient{ID: "C0SECOPS"}, notifytest.Alert("dl1:a"))
	c.press(t, at(m, "ml-done", "W0OTHER"))
	if got := c.all(); len(got) != 1 || got[0].Who != "slack:T0SECOND/W0OTHER" {
		t.Errorf("heard %+v", got)
	}
}

// post sends a request as somebody who knows the address of the hook.
func (c *counter) post(t *testing.T, query, kind string, body []byte, header http.Header) int {
	t.Helper()
	status, err := c.slack.Post(t.Context(), c.url+query, kind, body, header)
	if err != nil {
		t.Fatal(err)
	}
	c.rest(t)
	return status
}

const formKind = "application/x-www-form-urlencoded"

func (c *counter) body(t *testing.T, p fakeslack.Press) []byte {
	t.Helper()
	payload, err := c.slack.Payload(p)
	if err != nil {
		t.Fatal(err)
	}
	return []byte(url.Values{"payload": {string(payload)}}.Encode())
}

func TestWhatSlackDidNotSignIsRefused(t *testing.T) {
	c := newCounter(t, fakeslack.Options{}, nil)
	m := c.card(t, jane(), notifytest.Alert("dl1:a"))
	body := c.body(t, at(m, "ml-done", "U0JANE"))
	now := c.clock.Now()
	good := c.slack.Sign(body, now)
	change := func(key, value string) http.Header {
		h := good.Clone()
		h.Set(key, value)
		return h
	}
	twice := good.Clone()
	twice.Add(headerSignature, good.Get(headerSignature))
	for name, header := range map[string]http.Header{
		"nothing":         {},
		"another secret":  Sign("hunter3", body, now),
		"no secret":       Sign("", body, now),
		"another body":    c.slack.Sign([]byte("payload={}"), now),
		"stale":           c.slack.Sign(body, now.Add(-maxSkew-time.Second)),
		"of tomorrow":     c.slack.Sign(body, now.Add(maxSkew+time.Second)),
		"another version": change(headerSignature, strings.Replace(good.Get(headerSignature), "v0=", "v1=", 1)),
		"cut":             change(headerSignature, good.Get(headerSignature)[:20]),
		"moved time":      change(headerTimestamp, fmt.Sprint(now.Unix()+1)),
		"no number":       change(headerTimestamp, "soon"),
		"overflow":        change(headerTimestamp, strings.Repeat("9", 20)),
		"negative":        change(headerTimestamp, "-1"),
		"two":             twice,
	} {
		if status := c.post(t, "", formKind, body, header); status != http.StatusUnauthorized {
			t.Errorf("%s: status %d", name, status)
		}
	}
	if got := c.all(); len(got) != 0 {
		t.Fatalf("heard %+v", got)
	}
	if status := c.post(t, "", formKind, body, good); status != http.StatusOK || len(c.all()) != 1 {
		t.Errorf("the good one: status %d, %d answers", status, len(c.all()))
	}
	if fmt.Sprint(Sign(testSigning, body, now)) != fmt.Sprint(good) {
		t.Error("the stand-in signs in another way")
	}
}

func TestWhatTheURLSaysIsNotHeard(t *testing.T) {
	c := newCounter(t, fakeslack.Options{}, nil)
	m := c.card(t, jane(), notifytest.Alert("dl1:a"))
	query := "?" + string(c.body(t, at(m, "ml-done", "U0JANE")))
	for _, body := range []string{"", "x=y"} {
		if status := c.post(t, query, formKind, []byte(body), c.slack.Sign([]byte(body), c.clock.Now())); status != http.StatusBadRequest {
			t.Errorf("status %d", status)
		}
	}
	if got := c.all(); len(got) != 0 {
		t.Errorf("heard %+v", got)
	}
}

func TestMalformedRequestsAreRefusedAndDoNoHarm(t *testing.T) {
	c := newCounter(t, fakeslack.Options{}, nil)
	m := c.card(t, jane(), notifytest.Alert("dl1:a"))
	good := string(c.body(t, at(m, "ml-done", "U0JANE")))
	payload := func(text string) string { return url.Values{"payload": {text}}.Encode() }
	for _, test := range []struct {
		kind, body string
		want       int
	}{
		{formKind, good + "&" + good, 400},
		{formKind, "payload=%zz", 400},
		{formKind, payload("{"), 400},
		{formKind, payload("[]"), 400},
		{formKind, payload(`{"type":1}`), 400},
		{formKind, payload(`{"type":"block_actions","actions":[]}`), 200},
		{formKind, payload(`{"type":"block_actions","actions":[{"action_id":"other","block_id":"x"}]}`), 200},
		{formKind, payload(`{"type":"block_actions","user":{"id":"U0JANE"},"actions":[{"action_id":"ml-done","block_id":"ml1|acme"}]}`), 200},
		{formKind, payload(`{"type":"block_actions","user":{"id":"U0JANE"},"actions":[{"action_id":"ml-erase","block_id":"ml1|acme|lk1:a|"}]}`), 200},
		{formKind, payload(`{"type":"block_actions","user":{"id":"<@U>"},"actions":[{"action_id":"ml-done","block_id":"ml1|acme|lk1:a|"}]}`), 400},
		{formKind, payload(`{"type":"block_actions","user":{"id":"U0JANE"},"actions":[{"action_id":"ml-send-to","block_id":"ml1|acme|lk1:a|"}]}`), 400},
		{formKind, payload(`{"type":"view_submission"}`), 200},
		{"text/plain", good, 400},
		{"", good, 400},
		{"application/json", `{"type":"event_callback","event":{"type":"message"}}`, 200},
		{"application/json", `{"type":"event_callback","event":{"type":"app_home_opened","tab":"home","user":"../x"}}`, 400},
		{"application/json", `{"type":"url_verification","challenge":"<script>"}`, 400},
		{"application/json", `{"type":"url_verification","challenge":"3eZbrw1a_.-Q"}`, 200},
		{"application/json", strings.Repeat("[", 100_000), 400},
		{formKind, strings.Repeat("x", maxInteraction+1), 413},
	} {
		body := []byte(test.body)
		if status := c.post(t, "", test.kind, body, c.slack.Sign(body, c.clock.Now())); status != test.want {
			t.Errorf("%.80s: status %d, want %d", test.body, status, test.want)
		}
	}
	if got := c.all(); len(got) != 0 {
		t.Errorf("heard %+v", got)
	}
	w := httptest.NewRecorder()
	c.ear.HTTP().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/slack/interactions", nil))
	if w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != http.MethodPost {
		t.Errorf("GET: status %d", w.Code)
	}
}

func TestAReplayedPressIsHeardOnce(t *testing.T) {
	c := newCounter(t, fakeslack.Options{}, nil)
	m := c.card(t, jane(), notifytest.Alert("dl1:a"))
	body := c.body(t, at(m, "ml-done", "U0JANE"))
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if status, err := c.slack.Post(t.Context(), c.url, formKind, body, c.slack.Sign(body, c.clock.Now())); status != http.StatusOK {
				t.Errorf("status %d, %v", status, err)
			}
		})
	}
	all.Wait()
	c.rest(t)
	if n := c.ear.Counts(); len(c.all()) != 1 || n.Repeated != 19 {
		t.Errorf("%d answers, counts %+v", len(c.all()), n)
	}
}

func TestTwoPressesAtOnceAreBothHeard(t *testing.T) {
	c := newCounter(t, fakeslack.Options{}, nil)
	m := c.card(t, notify.Recipient{ID: "C0SECOPS"}, notifytest.Alert("dl1:a"))
	var all sync.WaitGroup
	for _, user := range []string{"U0JANE", "U0SECOPS1"} {
		all.Go(func() {
			if err := c.slack.Press(t.Context(), m, "ml-done", user); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	c.rest(t)
	got := c.all()
	if len(got) != 2 || got[0].Who == got[1].Who || got[0].Nonce == got[1].Nonce {
		t.Errorf("heard %+v", got)
	}
}

func TestOfAPersonTheLatestWordCounts(t *testing.T) {
	c := newCounter(t, fakeslack.Options{}, nil)
	m := c.card(t, jane(), notifytest.Alert("dl1:a"))
	early, late := at(m, "ml-not-mine", "U0JANE"), at(m, "ml-done", "U0JANE")
	early.At, late.At = c.clock.Now().Add(-2*time.Second), c.clock.Now()
	help, other := at(m, "ml-help", "U0JANE"), at(m, "ml-not-mine", "U0SECOPS1")
	help.At, other.At = early.At, early.At
	for _, p := range []fakeslack.Press{late, early, help, other} {
		c.press(t, p)
	}
	var got []string
	for _, a := range c.all() {
		got = append(got, string(a.What)+" "+UserOf(a.Who))
	}
	if !slices.Equal(got, []string{"done U0JANE", "help U0JANE", "not-mine U0SECOPS1"}) {
		t.Errorf("heard %q", got)
	}
}

func TestPressesAboutOneLeakAreHandledInOrder(t *testing.T) {
	c := newCounter(t, fakeslack.Options{}, nil)
	m := c.card(t, jane(), notifytest.Alert("dl1:a"))
	c.hold = make(chan struct{})
	var want []notify.Choice
	for i, action := range []notify.Choice{notify.Help, notify.NotMine, notify.Done, notify.Help, notify.Done, notify.NotMine} {
		p := at(m, "ml-"+string(action), "U0JANE")
		p.At = c.clock.Now().Add(time.Duration(i) * time.Second)
		if err := c.slack.Do(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		want = append(want, action)
	}
	close(c.hold)
	c.rest(t)
	var got []notify.Choice
	for _, a := range c.all() {
		got = append(got, a.What)
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestWhatCannotBeHandledSaysSoAndMayBePressedAgain(t *testing.T) {
	c := newCounter(t, fakeslack.Options{}, nil)
	c.err = errors.New("the store at hunter2 does not answer")
	m := c.card(t, jane(), notifytest.Alert("dl1:a"))
	p := at(m, "ml-done", "U0JANE")
	p.At = c.clock.Now()
	c.press(t, p)
	whispers := c.slack.Whispers()
	if len(whispers) != 1 || !strings.Contains(whispers[0].Text, "press again") || strings.Contains(whispers[0].Text, "hunter2") {
		t.Errorf("said %+v", whispers)
	}
	c.err = nil
	c.press(t, p) // the same once more, as Slack would repeat it
	if n := c.ear.Counts(); len(c.all()) != 2 || n.Failed != 1 || n.Handled != 1 {
		t.Errorf("%d answers, counts %+v", len(c.all()), n)
	}
	c.slack.Fail(methodInfo, fakeslack.Fault{Status: 503}, 1)
	c.press(t, at(m, "ml-help", "U0SECOPS1"))
	if len(c.all()) != 2 {
		t.Error("somebody of whom nothing is known was heard")
	}
}

func TestAcknowledgementsDoNotWaitForTheWork(t *testing.T) {
	c := newCounter(t, fakeslack.Options{}, nil)
	c.hold = make(chan struct{})
	m := c.card(t, jane(), notifytest.Alert("dl1:a"))
	first := c.body(t, at(m, "ml-help", "U0JANE"))
	var took []time.Duration
	busy := 0
	for i := range 3 * lanesWide * lanesDeep {
		leak := fmt.Sprintf("lk1:%04d", i)
		body := []byte(strings.ReplaceAll(string(first), url.QueryEscape("lk1:3fd0"), url.QueryEscape(leak)))
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/slack/interactions", strings.NewReader(string(body)))
		r.Header = Sign(testSigning, body, c.clock.Now())
		r.Header.Set("Content-Type", formKind)
		w := httptest.NewRecorder()
		began := time.Now()
		c.ear.HTTP().ServeHTTP(w, r)
		took = append(took, time.Since(began))
		switch w.Code {
		case http.StatusOK:
		case http.StatusServiceUnavailable:
			busy++
		default:
			t.Fatalf("status %d", w.Code)
		}
	}
	slices.Sort(took)
	p99 := took[len(took)*99/100]
	t.Logf("of %d presses, %d were sent away; p99 of the acknowledgement %v, the longest %v", len(took), busy, p99, took[len(took)-1])
	if took[len(took)-1] > 3*time.Second {
		t.Errorf("the longest took %v", took[len(took)-1])
	}
	if queued := len(took) - busy; queued > lanesWide*(lanesDeep+1) || queued < lanesWide*lanesDeep/2 {
		t.Errorf("%d wait", queued)
	}
	close(c.hold)
	c.rest(t)
	if n := c.ear.Counts(); int(n.Busy) != busy || len(c.all()) != len(took)-busy {
		t.Errorf("counts %+v, %d answers", n, len(c.all()))
	}
}

func TestTheEndWaitsForWhatWasTaken(t *testing.T) {
	c := newCounter(t, fakeslack.Options{}, nil)
	m := c.card(t, jane(), notifytest.Alert("dl1:a"))
	c.hold = make(chan struct{})
	if err := c.slack.Press(t.Context(), m, "ml-done", "U0JANE"); err != nil {
		t.Fatal(err)
	}
	if err := c.ear.Close(ended()); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if err := c.slack.Press(t.Context(), m, "ml-help", "U0JANE"); err == nil {
		t.Error("a press was taken after the end")
	}
}

func TestTheHomeTabListsAndAnswers(t *testing.T) {
	items := []notify.Item{
		{Organisation: "acme", Leak: "lk1:a", Service: "Zoom", MaskedID: "849•••••116", Topic: "<!channel> Board", Starts: testNow().Add(time.Hour)},
		{Organisation: "acme", Leak: "lk1:a", Service: "Zoom"}, {Service: "Webex", Status: "safe"},
	}
	var asked []string
	c := newCounter(t, fakeslack.Options{}, func(o *AnswerOptions) {
		o.HomeOf = func(_ context.Context, who string) ([]notify.Item, error) {
			asked = append(asked, who)
			return items, nil
		}
	})
	c.reply = notify.Reply{Text: "Noted"}
	if err := c.slack.OpenHome(t.Context(), "U0JANE"); err != nil {
		t.Fatal(err)
	}
	c.rest(t)
	home, ok := c.slack.Home("U0JANE")
	texts := shown(t, home.Blocks)
	if !ok || !slices.Contains(texts, "Zoom 849•••••116 “‹!channel› Board”, starts Sat 21 Nov 10:00 UTC") || !slices.Contains(texts, "Webex, start unknown: safe") {
		t.Fatalf("home %v: %q", ok, texts)
	}
	c.press(t, fakeslack.Press{Action: "ml-more", Option: "not-mine", User: "U0JANE"})
	got := c.all()
	if len(got) != 1 || got[0].What != notify.NotMine || got[0].Leak != "lk1:a" || got[0].Delivery != "" {
		t.Errorf("heard %+v", got)
	}
	if windows := c.slack.Windows(); len(windows) != 1 || !slices.Contains(shown(t, windows[0].Blocks), "Noted") {
		t.Errorf("windows %+v", windows)
	}
	if !slices.Equal(asked, []string{"slack:T0ACME/U0JANE", "slack:T0ACME/U0JANE"}) {
		t.Errorf("asked for %q", asked)
	}
	items = nil
	if err := c.slack.OpenHome(t.Context(), "U0GUEST"); err != nil {
		t.Fatal(err)
	}
	c.rest(t)
	if _, ok := c.slack.Home("U0GUEST"); ok {
		t.Error("a guest has a Home tab")
	}
}

func TestAFullHomeTabFits(t *testing.T) {
	c := newCounter(t, fakeslack.Options{}, nil)
	var items []notify.Item
	for i := range notify.MaxItems + 5 {
		items = append(items, notify.Item{
			Organisation: "acme", Leak: fmt.Sprint("lk1:", strings.Repeat("f", 100), i), Service: strings.Repeat("Zoom ", 50), Topic: strings.Repeat("<@x> ", 100),
		})
	}
	if err := c.Home(t.Context(), "U0JANE", items); err != nil {
		t.Fatal(err)
	}
	if err := c.Home(t.Context(), "slack:T0ACME/U0JANE", nil); err != nil {
		t.Fatal(err)
	}
	home, _ := c.slack.Home("U0JANE")
	if !strings.Contains(home.Blocks, "No public meeting link of yours") {
		t.Errorf("an empty one: %s", home.Blocks)
	}
	fails(t, "a channel's id", c.Home(t.Context(), "C0SECOPS", nil), "permanent: bad-recipient")
}

func TestMemberGivesTheAddressOfFullMembersUnderTheDomains(t *testing.T) {
	s := newStage(t, nil, fakeslack.Options{})
	for who, want := range map[string]string{
		"slack:T0ACME/U0JANE": "jane@acme.example", "U0JANE": "jane@acme.example", "slack:T0ACME/U0SECOPS1": "ops@sec.acme.example",
		"slack:T0ACME/U0GUEST": "permanent: guest", "slack:T0ACME/U0OUT": "permanent: outside-domain", "U0STRANGER": "permanent: other-workspace",
		"U0NOBODY": "permanent: not-in-workspace", "C0SECOPS": "permanent: bad-recipient", "slack:": "permanent: bad-recipient",
		"slack:T0ACME/../x": "permanent: bad-recipient", "": "permanent: bad-recipient",
	} {
		email, err := s.Member(t.Context(), who, []string{"acme.example"})
		if err != nil {
			email += err.Error()
		}
		if email != want {
			t.Errorf("%q: %s, want %s", who, email, want)
		}
	}
	if n := s.slack.Calls(methodOpen); n != 0 {
		t.Errorf("%d conversations were opened", n)
	}
}

// Of whom Slack says somebody else is nobody: whoever presses would speak with that person's voice.
func TestWhoPressedIsWhomSlackNames(t *testing.T) {
	s := newStage(t, nil, fakeslack.Options{})
	s.slack.Fail(methodInfo, fakeslack.Fault{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, `{"ok":true,"user":{"id":"U0JANE","team_id":"T0ACME","profile":{"email":"jane@acme.example"}}}`)
	})}, 0)
	if email, err := s.Member(t.Context(), "U0EVE", []string{"acme.example"}); err == nil || email != "" {
		t.Errorf("U0EVE is %q", email)
	}
}

func TestRememberedAnswersAreBounded(t *testing.T) {
	var n nonces
	for i := range maxNonces + 100 {
		p := press{user: fmt.Sprint("U", i), answer: notify.Answer{Nonce: fmt.Sprint(i), Leak: "lk1:a", When: testNow(), What: notify.Done}}
		if !n.take(p, testNow()) {
			t.Fatalf("answer %d was not taken", i)
		}
	}
	if len(n.known) > maxNonces || len(n.latest) > maxNonces || len(n.order) != maxNonces {
		t.Errorf("%d, %d, %d are remembered", len(n.known), len(n.latest), len(n.order))
	}
	last := press{answer: notify.Answer{Nonce: fmt.Sprint(maxNonces + 99), What: notify.Help}}
	if n.take(last, testNow()) || !n.take(last, testNow().Add(noncesFor)) {
		t.Error("an hour is not an hour")
	}
}

func TestAnEarNeedsAHandlerAndASecret(t *testing.T) {
	s := newStage(t, nil, fakeslack.Options{})
	handle := func(context.Context, notify.Answer) (notify.Reply, error) { return notify.Reply{}, nil }
	_, err := s.Channel.Answers(AnswerOptions{Handle: handle})
	fails(t, "no secret", err, "config: secret-not-set")
	_, err = s.Channel.Answers(AnswerOptions{App: notify.NewSecret("x")})
	fails(t, "no handler", err, "config: secret-not-set")
	ear, err := s.Channel.Answers(AnswerOptions{Handle: handle, Signing: notify.NewSecret("x")})
	if err != nil {
		t.Fatal(err)
	}
	fails(t, "no app token", ear.Run(t.Context()), "config: secret-not-set")
}

func FuzzInteractions(f *testing.F) {
	for _, seed := range []string{
		`{"type":"block_actions","user":{"id":"U0JANE"},"team":{"id":"T0ACME"},"container":{"channel_id":"D0JANE","message_ts":"1796115600.000001"},"trigger_id":"1.2","actions":[{"action_id":"ml-done","block_id":"ml1|acme|lk1:a|dl1:b","action_ts":"1796115600.123456"}]}`,
		`{"type":"block_actions","actions":[{"action_id":"ml-more","block_id":"ml1|acme|lk1:a|","selected_option":{"value":"snooze"}}]}`,
		`{"type":"block_actions","user":{"id":"U0SEC"},"actions":[{"action_id":"ml-confirm","block_id":"ml1|acme|lk1:a|dl1:b","action_ts":"1796115600.1","value":"1796115600123456789"}]}`,
		`{"type":"event_callback","team_id":"T0ACME","event_id":"Ev1","event":{"type":"app_home_opened","user":"U0JANE","tab":"home"}}`,
		`{"type":"url_verification","challenge":"abc"}`, `null`, `{`, `{"type":"block_actions","enterprise":null}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, p := range parsedBoth(data) {
			a := p.answer
			if !notify.ValidID(a.Nonce) || !validID(p.user) || p.channel != "" && !validID(p.channel) || p.thread != "" && !validTS(p.thread) {
				t.Errorf("%q became %+v", data, p)
			}
			if !p.opened && (!notify.ValidID(a.Leak) || !notify.ValidID(a.Organisation) || !slices.Contains(notify.Choices(), a.What)) {
				t.Errorf("%q became %+v", data, a)
			}
			if id := (ref{a.Organisation, a.Leak, a.Delivery}).blockID(); !p.opened && id == "" {
				t.Errorf("%+v cannot be written again", a)
			}
		}
	})
}

func parsedBoth(data []byte) []press {
	var out []press
	if p, err := parsePress(data); err == nil {
		out = append(out, p)
	}
	if p, challenge, err := parseEvent(data); err == nil && challenge == "" {
		out = append(out, p)
	}
	return out
}
