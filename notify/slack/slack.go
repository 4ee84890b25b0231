package slack

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"

	"meetleaks/notify"
)

// DefaultURL is Slack's own API.
const DefaultURL = "https://slack.com/api/"

// Options are what a channel needs. Token and Client are required.
type Options struct {
	// Token is the bot token, "xoxb-…", with the scopes chat:write, im:write, users:read and users:read.email.
	Token notify.Secret
	// URL is the base of the API, DefaultURL when empty. It holds no user or password.
	URL string
	// Client brings the transport that dials through the guard.
	Client *http.Client
	// Timeout of one request, notify.DefaultTimeout when zero.
	Timeout time.Duration
	// Patience is how long a call may wait for its turn under Slack's limits: 10 seconds when zero. One that would wait longer
	// fails at once and says when to come back.
	Patience time.Duration

	// Now and Wait are the clock, the system's when nil. Wait returns early with the context's error.
	Now  func() time.Time
	Wait func(ctx context.Context, d time.Duration) error
}

// Channel sends to one workspace. It starts no goroutine.
type Channel struct {
	token   notify.Secret
	base    string
	client  *http.Client
	dialer  *websocket.Dialer // for Socket Mode; nil when the client's transport cannot be taken apart
	now     func() time.Time
	pace    *pace
	members *members
	recent  *recent
}

var (
	_ notify.Channel = (*Channel)(nil)
	_ notify.Checker = (*Channel)(nil)
)

// New makes a channel. It asks nothing of Slack; see [Channel.Check].
func New(o Options) (*Channel, error) {
	base, err := baseURL(o.URL)
	if err != nil {
		return nil, err
	}
	if !o.Token.IsSet() {
		return nil, &notify.Error{Class: notify.Config, Reason: "secret-not-set"}
	}
	client, err := notify.NewClient(o.Client, o.Timeout)
	if err != nil {
		return nil, err
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Wait == nil {
		o.Wait = wait
	}
	if o.Patience <= 0 {
		o.Patience = 10 * time.Second
	}
	dialer := newDialer(client.Transport)
	client.Transport = &gate{next: client.Transport, base: base, now: o.Now}
	return &Channel{
		token: o.Token, base: base, client: client, dialer: dialer, now: o.Now,
		pace:    &pace{now: o.Now, wait: o.Wait, patience: o.Patience, free: map[turn]time.Time{}},
		members: newMembers(o.Now), recent: &recent{now: o.Now},
	}, nil
}

func baseURL(text string) (string, error) {
	if text == "" {
		return DefaultURL, nil
	}
	u, err := notify.CheckAddress(text)
	if err != nil {
		return "", err
	}
	if u.User != nil || u.RawQuery != "" || u.ForceQuery {
		return "", &notify.Error{Class: notify.Config, Reason: "bad-address"}
	}
	clean := url.URL{Scheme: u.Scheme, Host: u.Host, Path: strings.TrimRight(u.Path, "/") + "/"}
	return clean.String(), nil
}

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// Name is "slack".
func (c *Channel) Name() string { return "slack" }

// Send posts the alert and returns where it stands.
func (c *Channel) Send(ctx context.Context, to notify.Recipient, a notify.Alert) (notify.Receipt, error) {
	if err := a.Valid(); err != nil {
		return "", err
	}
	if stopped := notify.Stopped(ctx); stopped != nil {
		return "", stopped
	}
	if r, ok := c.recent.find(a.Delivery); ok {
		return r, nil
	}
	room, err := c.room(ctx, to)
	if err != nil {
		return "", err
	}
	r, err := c.post(ctx, room, a)
	if e := notify.AsError(err); e != nil {
		if e.Class == notify.Permanent {
			c.members.forgetRoom(room)
		}
		return "", e
	}
	c.recent.keep(a.Delivery, r)
	return r, nil
}

// Update changes a message that Send posted.
func (c *Channel) Update(ctx context.Context, r notify.Receipt, a notify.Alert) error {
	if err := a.Valid(); err != nil {
		return err
	}
	at, err := parseReceipt(r)
	if err != nil {
		return err
	}
	options := append(content(a.Cleaned()), slack.MsgOptionUpdate(at.ts))
	_, err = c.say(ctx, methodUpdate, at.channel, options)
	if e := notify.AsError(err); e != nil && e.Class == notify.Gone {
		c.recent.forget(r)
	}
	return err
}

// Check asks Slack whose token this is.
func (c *Channel) Check(ctx context.Context) error {
	_, err := c.home(ctx)
	return err
}

// room finds the conversation for a recipient, and opens it if need be.
func (c *Channel) room(ctx context.Context, to notify.Recipient) (string, error) {
	switch {
	case to.Email != "" && to.ID == "" && to.Ref == "":
		return c.directByEmail(ctx, to)
	case to.Email == "" && to.ID != "" && to.Ref == "":
		return c.roomByID(ctx, to)
	}
	return "", &notify.Error{Class: notify.Permanent, Reason: "not-for-slack"}
}

func (c *Channel) roomByID(ctx context.Context, to notify.Recipient) (string, error) {
	if !validID(to.ID) {
		return "", &notify.Error{Class: notify.Permanent, Reason: "bad-recipient"}
	}
	switch to.ID[0] {
	case 'C', 'G':
		return to.ID, nil
	case 'U', 'W':
		return c.directByID(ctx, to)
	}
	return "", &notify.Error{Class: notify.Permanent, Reason: "bad-recipient"}
}

// post sends a new message: below an earlier one of the same room, or, where Slack does not allow that, by itself.
func (c *Channel) post(ctx context.Context, room string, a notify.Alert) (notify.Receipt, error) {
	options := append(content(a.Cleaned()), slack.MsgOptionPost(), slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl())
	if parent, err := parseReceipt(a.Earlier); err == nil && parent.channel == room {
		below := slices.Concat(options, []slack.MsgOption{slack.MsgOptionTS(parent.ts), slack.MsgOptionBroadcast()})
		r, err := c.say(ctx, methodPost, room, below)
		if e := notify.AsError(err); e == nil || e.Reason != reasonThread {
			return r, err
		}
	}
	return c.say(ctx, methodPost, room, options)
}

// say calls chat.postMessage or chat.update and reads where the message stands.
func (c *Channel) say(ctx context.Context, method, room string, options []slack.MsgOption) (notify.Receipt, error) {
	var at place
	err := c.call(ctx, turn{method, room}, func(ctx context.Context, api *slack.Client) (err error) {
		at.channel, at.ts, _, err = api.SendMessageContext(ctx, room, options...)
		return err
	})
	if err != nil {
		return "", err
	}
	if !at.valid() {
		return "", &notify.Error{Class: notify.Retry, Reason: "unreadable-answer", Unsure: true}
	}
	return at.receipt(), nil
}

// call waits for its turn, does one call of the API and classifies what went wrong.
func (c *Channel) call(ctx context.Context, t turn, do func(context.Context, *slack.Client) error) error {
	token, err := c.token.Open()
	if err != nil {
		return err
	}
	if !validToken(token) {
		return &notify.Error{Class: notify.Config, Reason: "bad-token"}
	}
	if err := c.pace.turn(ctx, t); err != nil {
		return err
	}
	api := slack.New(token, slack.OptionHTTPClient(c.client), slack.OptionAPIURL(c.base))
	if err = do(withMethod(ctx, t.method), api); err == nil {
		return nil
	}
	e := c.failure(ctx, err)
	if e.Reason == "rate-limited" {
		e.After = max(e.After, time.Second)
		c.pace.block(t, e.After)
	}
	return e
}

// failure is the class of what a call of slack-go returned. The gate has classified answers and broken connections already;
// what is left is an answer that slack-go could not read.
func (c *Channel) failure(ctx context.Context, err error) *notify.Error {
	if unreadable(err) {
		return &notify.Error{Class: notify.Retry, Reason: "unreadable-answer", Unsure: true}
	}
	return notify.TransportError(ctx, err)
}

// validToken keeps out what cannot be a token: it may be the content of a wrong file.
func validToken(token string) bool {
	if len(token) > 1024 {
		return false
	}
	for i := range len(token) {
		if token[i] <= ' ' || token[i] > '~' {
			return false
		}
	}
	return token != ""
}

// validID says whether s can be an id of Slack's.
func validID(s string) bool {
	if len(s) < 2 || len(s) > 32 {
		return false
	}
	for i := range len(s) {
		if c := s[i]; (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}
