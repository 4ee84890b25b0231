package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/notify"
)

// channelExaminations look at each channel, side by side.
func (d *doctor) channelExaminations() []examination {
	c := d.loaded.Channels
	clients, err := d.app.apiClients(d.loaded.Fetch)
	if err != nil {
		return nil // told with the way out
	}
	var list []examination
	if c.Slack.Token.IsSet() {
		list = append(list, examination{{"slack", "", func(ctx context.Context) []diagnosis { return d.slack(ctx, clients) }}})
	}
	if c.Slack.Token.IsSet() && c.Slack.AppToken.IsSet() {
		list = append(list, examination{{"slack socket", "", func(ctx context.Context) []diagnosis { return d.slackSocket(ctx, clients) }}})
	}
	for i, w := range c.Webhook {
		list = append(list, examination{{"webhook", w.Name, func(ctx context.Context) []diagnosis {
			return []diagnosis{d.webhook(ctx, i, w, clients)}
		}}})
	}
	return append(list, d.moreExaminations(clients)...)
}

// answerWatch notes what an answer of Slack's says beside what was asked for.
type answerWatch struct {
	next http.RoundTripper
	now  func() time.Time

	mu     sync.Mutex
	ahead  time.Duration // our clock before theirs, to the second
	timed  bool
	scopes []string // of the token; nil: not told
}

// RoundTrip implements [http.RoundTripper].
func (w *answerWatch) RoundTrip(req *http.Request) (*http.Response, error) {
	asked := w.now()
	resp, err := w.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if at, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		middle := asked.Add(w.now().Sub(asked) / 2)
		w.ahead, w.timed = middle.Sub(at.Add(time.Second/2)), true // the date is cut to seconds
	}
	if scopes := resp.Header.Get("X-OAuth-Scopes"); scopes != "" {
		w.scopes = strings.FieldsFunc(scopes, func(r rune) bool { return r == ',' || r == ' ' })
	}
	return resp, nil
}

// slackScopes are what the bot's token needs.
func slackScopes() []string {
	return []string{"chat:write", "im:write", "users:read", "users:read.email"}
}

// slack asks Slack whose token it is, and looks at the answer's scopes and date.
func (d *doctor) slack(ctx context.Context, clients apiClients) []diagnosis {
	const name = "slack"
	target := addressOf(d.loaded.Channels.Slack.APIURL)
	watch := &answerWatch{now: d.app.now}
	channel, err := openSlack(d.loaded.Channels.Slack, func(base *url.URL) (*http.Client, error) {
		client, err := clients(base)
		if err != nil {
			return nil, err
		}
		watch.next = client.Transport
		client.Transport = watch
		return client, nil
	})
	if err != nil {
		return []diagnosis{ailing(name, target, err.Error(), "mend channels.slack in the configuration")}
	}
	if err := channel.Check(ctx); err != nil {
		return append([]diagnosis{judgeSlack(target, notify.AsError(err))}, watch.clock(target)...)
	}
	return append([]diagnosis{healthy(name, target, "accepts the token"), watch.judgeScopes(target)}, watch.clock(target)...)
}

// slackSocket asks Slack whether Socket Mode would be given a connection, and makes none.
func (d *doctor) slackSocket(ctx context.Context, clients apiClients) []diagnosis {
	const name = "slack socket"
	c := d.loaded.Channels.Slack
	target := addressOf(c.APIURL)
	channel, err := openSlack(c, clients)
	if err != nil {
		return nil // told with Slack
	}
	e := notify.AsError(channel.CheckSocket(ctx, notify.SecretFrom(c.AppToken.Read)))
	if e == nil {
		return []diagnosis{healthy(name, target, "Socket Mode would be given a connection")}
	}
	seen := judgeSlack(target, e)
	seen.Name = name
	switch e.Reason {
	case "token-refused", "bad-token", "secret-unreadable", "secret-not-set":
		seen.Mend = "give the app-level token (xapp-…) in channels.slack.app_token_file, and see that Socket Mode is on in the app's settings"
	case "missing-scope":
		seen.Mend = "make an app-level token with the scope connections:write, and give it in channels.slack.app_token_file"
	case "address-refused":
		seen.Mend = "Slack names a host that is not under its own domain: see what answers at channels.slack.api_url"
	}
	return []diagnosis{seen}
}

func (w *answerWatch) clock(target string) []diagnosis {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.timed {
		return nil
	}
	return []diagnosis{clockAgainst(target, w.ahead)}
}

func (w *answerWatch) judgeScopes(target string) diagnosis {
	const name = "slack scopes"
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.scopes == nil {
		return unexamined(name, target, "the answer does not tell them; needed are %s", strings.Join(slackScopes(), ", "))
	}
	missing := slices.DeleteFunc(slackScopes(), func(scope string) bool { return slices.Contains(w.scopes, scope) })
	if len(missing) > 0 {
		return ailing(name, target, "missing: "+strings.Join(missing, ", "),
			"add them under OAuth & Permissions of the app, install it again, and give the new token")
	}
	return healthy(name, target, "%s", strings.Join(slackScopes(), ", "))
}

// judgeSlack says what a refusal means.
func judgeSlack(target string, e *notify.Error) diagnosis {
	const name = "slack"
	mend := "see whether this machine may reach it; https://status.slack.com tells of outages"
	switch e.Reason {
	case "token-refused", "bad-token":
		mend = "give the bot token (xoxb-…) of the app as it is installed now, in channels.slack.token_file"
	case "secret-unreadable", "secret-not-set":
		mend = "put the bot token into the file that channels.slack.token_file names"
	case "missing-scope":
		mend = "add the scopes under OAuth & Permissions of the app, install it again, and give the new token"
	case "certificate", "no-tls":
		mend = "when a proxy opens TLS, name its authority's certificate in fetch.ca_file; else mend channels.slack.api_url"
	case "redirected", "wrong-address", "api-changed", "unreadable-answer", "address-refused":
		mend = "mend channels.slack.api_url: https://slack.com/api/ is Slack's own"
	case "refused":
		mend = "ask who administers the workspace: it forbids the app"
	case "rate-limited":
		mend = "wait a minute, and run doctor again"
	}
	return ailing(name, target, "the check failed: "+strings.ReplaceAll(e.Reason, "-", " "), mend)
}

// webhook looks at URL and keys, and shakes hands with the endpoint.
func (d *doctor) webhook(ctx context.Context, i int, w config.Webhook, clients apiClients) diagnosis {
	const name = "webhook"
	if _, err := openWebhook(w, clients); err != nil {
		return ailing(name, w.Name, fmt.Sprintf("channels.webhook[%d]: %v", i, err), webhookMend(notify.AsError(err)))
	}
	u, ok := readSecretURL(w.URL)
	if !ok {
		return ailing(name, w.Name, fmt.Sprintf("channels.webhook[%d].url holds no URL", i), webhookMend(&notify.Error{}))
	}
	client, err := clients(u)
	if err != nil {
		return ailing(name, w.Name, err.Error(), "mend fetch in the configuration")
	}
	return d.handshake(ctx, name, w.Name+" "+u.Scheme+"://"+hostAndPort(u), u, client)
}

func webhookMend(e *notify.Error) string {
	switch e.Reason {
	case "bad-key":
		return "give one to four keys in secret_file: echo whsec_$(openssl rand -base64 32)"
	case "bad-name":
		return "name it with letters, digits, _ and - only"
	case "secret-not-set", "secret-unreadable":
		return "give url_file and secret_file, readable by the user that serve runs as"
	}
	return "give url_file, with a URL of https:// (or http:// and a private address), and secret_file, readable by the user that serve runs as"
}

// addressOf is scheme, host and port of a URL.
func addressOf(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" {
		return ""
	}
	return u.Scheme + "://" + hostAndPort(u)
}

// doorExaminations look at the addresses on which serve listens.
func (d *doctor) doorExaminations() []examination {
	var list []examination
	for _, door := range [][2]string{{"console.listen", d.loaded.Console.Listen}, {"public.listen", d.loaded.Public.Listen}} {
		if door[1] != "" {
			list = append(list, examination{{door[0], door[1], func(ctx context.Context) []diagnosis {
				return []diagnosis{judgeDoor(ctx, door[0], door[1])}
			}}})
		}
	}
	return list
}

// judgeDoor looks whether an address is free, or serve answers there.
func judgeDoor(ctx context.Context, name, address string) diagnosis {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", reachable(address))
	if err == nil {
		_ = conn.Close()
		if answersHealthz(ctx, address) {
			return healthy(name, address, "serve answers there")
		}
		return ailing(name, address, "another program listens there, or serve does not answer /healthz", "stop it, or give "+name+" another port")
	}
	var l net.ListenConfig
	listener, err := l.Listen(ctx, "tcp", address)
	if err != nil {
		return ailing(name, address, "cannot be listened on: "+err.Error(), "give "+name+" an address of this machine, and a port that is free and above 1023")
	}
	_ = listener.Close()
	return healthy(name, address, "free")
}

// reachable is the loopback's address where all addresses are listened on.
func reachable(address string) string {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return address
	}
	addr, err := netip.ParseAddr(host)
	switch {
	case host == "" || err == nil && addr.IsUnspecified() && addr.Is4():
		return net.JoinHostPort("127.0.0.1", port)
	case err == nil && addr.IsUnspecified():
		return net.JoinHostPort("::1", port)
	}
	return address
}

// alive is what serve answers at /healthz.
const alive = "ok\n"

func answersHealthz(ctx context.Context, address string) bool {
	client := &http.Client{
		Transport:     &http.Transport{Proxy: nil, DisableKeepAlives: true, MaxResponseHeaderBytes: 16 << 10},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+reachable(address)+"/healthz", nil)
	if err != nil {
		return false
	}
	resp, err := client.Do(req)
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, 64))
	return err == nil && resp.StatusCode == http.StatusOK && string(text) == alive
}
