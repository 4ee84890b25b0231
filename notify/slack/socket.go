package slack

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"meetleaks/notify"
)

// The rhythm of connections in Socket Mode.
const (
	firstPause  = time.Second
	longPause   = time.Minute
	livedEnough = 30 * time.Second // a connection that lived as long is followed by the next without a pause
)

// Run hears answers in Socket Mode until ctx is done, and then returns nil. It connects again whenever the connection ends, at
// once after a good one, else after a pause of a second that doubles up to a minute. The token is read anew for each
// connection; one that Slack refuses is logged and tried again. Of all processes that share the app one should run it: Slack
// hands each answer to one of them. The error is of class Config, at once, when there is no token or no way to dial.
func (s *Answers) Run(ctx context.Context) error {
	if s.channel.dialer == nil {
		return &notify.Error{Class: notify.Config, Reason: "no-guarded-client"}
	}
	if !s.o.App.IsSet() {
		return &notify.Error{Class: notify.Config, Reason: "secret-not-set"}
	}
	for pause := firstPause; ; {
		began := s.channel.now()
		lost := s.connect(ctx)
		if s.channel.now().Sub(began) >= livedEnough {
			pause = firstPause
		} else {
			pause = s.pause(ctx, lost, pause)
		}
		if isDone(ctx) {
			return nil
		}
	}
}

func isDone(ctx context.Context) bool { return ctx.Err() != nil }

// pause waits after a connection that was not made, or did not live long, and gives the next pause.
func (s *Answers) pause(ctx context.Context, lost error, pause time.Duration) time.Duration {
	if ctx.Err() != nil {
		return pause
	}
	s.o.Log.Warn("slack: Socket Mode is not connected; it is tried again", "error", lost, "after", pause)
	if err := s.channel.pace.wait(ctx, pause+rand.N(pause/4)); err != nil {
		return pause // the caller sees that it is over
	}
	return min(2*pause, longPause)
}

// newDialer makes the way to Slack's web socket out of the channel's own way out, nil when that cannot be taken apart. It must be
// called before the transport is used: that changes itself at its first request.
func newDialer(transport http.RoundTripper) *websocket.Dialer {
	t, ok := transport.(*http.Transport)
	if !ok {
		return nil
	}
	secure := &tls.Config{MinVersion: tls.VersionTLS12}
	if t.TLSClientConfig != nil {
		secure = t.TLSClientConfig.Clone()
	}
	secure.NextProtos = []string{"http/1.1"}
	return &websocket.Dialer{
		NetDialContext: t.DialContext, Proxy: t.Proxy, TLSClientConfig: secure, HandshakeTimeout: notify.DefaultTimeout,
		ReadBufferSize: 16 << 10, WriteBufferSize: 32 << 10, // an acknowledgement must be one frame
	}
}

// connect holds one connection until it ends, and says why it did.
func (s *Answers) connect(ctx context.Context) error {
	token, err := s.o.App.Open()
	if err != nil {
		return err
	}
	if !validToken(token) {
		return &notify.Error{Class: notify.Config, Reason: "bad-token"}
	}
	ctx, cancel := context.WithCancel(withMethod(ctx, methodConnect))
	defer cancel()
	api := slack.New("", slack.OptionHTTPClient(s.channel.client), slack.OptionAPIURL(s.channel.base), slack.OptionAppLevelToken(token))
	client := socketmode.New(api, socketmode.OptionDialer(s.channel.dialer), socketmode.OptionReadLimit(maxInteraction),
		socketmode.OptionLog(log.New(io.Discard, "", 0)))
	ended := make(chan error, 1)
	go func() { ended <- client.RunContext(ctx) }()
	err = s.listen(ctx, client, ended)
	cancel()
	for { // what still wants to be told is not waited for
		select {
		case <-client.Events:
		case last, open := <-ended:
			if err == nil && open {
				err = last
			}
			return s.channel.lost(ctx, err)
		}
	}
}

// lost is why a connection ended, in words of this program.
func (c *Channel) lost(ctx context.Context, err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return &notify.Error{Class: notify.Retry, Reason: "connection-broken"}
	}
	return notify.TransportError(context.WithoutCancel(ctx), err)
}

// listen takes what comes, until the connection ends: then slack-go would make the next one, without a pause.
func (s *Answers) listen(ctx context.Context, client *socketmode.Client, ended chan error) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case err := <-ended:
			ended <- err
			return err
		case e := <-client.Events:
			switch told := e.Data.(type) {
			case *slack.ConnectionErrorEvent:
				return told.ErrorObj
			case *slack.ConnectingEvent:
				if told.ConnectionCount > 0 {
					return nil
				}
			case *socketmode.ConnectedEvent:
				s.o.Log.Info("slack: Socket Mode is connected")
			}
			if e.Request != nil && s.hear(*e.Request) {
				if err := client.AckCtx(ctx, e.Request.EnvelopeID, nil); err != nil {
					return err
				}
			}
		}
	}
}

// hear takes one envelope, and says whether it is to be acknowledged: what is not, Slack shows as not done to who pressed.
func (s *Answers) hear(r socketmode.Request) bool {
	if r.EnvelopeID == "" {
		return false
	}
	var p press
	err := errNotOurs
	switch r.Type {
	case socketmode.RequestTypeInteractive:
		p, err = parsePress(r.Payload)
	case socketmode.RequestTypeEventsAPI:
		p, _, err = parseEvent(r.Payload)
	}
	if err == nil && p.user != "" {
		err = s.take(p)
	}
	return err == nil || errors.Is(err, errNotOurs)
}

// isOurSocket judges the address that Slack gives for a web socket: secure, and of the API's own host or its domain. Where the API
// itself is a private address, only its own host and port.
func isOurSocket(text, base string) bool {
	u, err := url.Parse(text)
	home, err2 := url.Parse(base)
	if err != nil || err2 != nil || u.Hostname() == "" || u.User != nil || len(text) > 4096 {
		return false
	}
	if u.Scheme == "ws" {
		return home.Scheme == "http" && u.Host == home.Host
	}
	if u.Scheme != "wss" {
		return false
	}
	host, domain := strings.ToLower(u.Hostname()), strings.ToLower(home.Hostname())
	return host == domain || !notify.IsPrivate(home) && strings.HasSuffix(host, "."+domain)
}
