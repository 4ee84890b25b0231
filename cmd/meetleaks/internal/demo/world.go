package demo

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"meetleaks/notify/slack/fakeslack"
	"meetleaks/scanner/meetings/zoom/fakezoom"
	"meetleaks/scanner/source/bluesky/fakejetstream"
)

// The organisation, and who is in it.
const (
	Org     = "acme"
	domain  = "acme.example"
	hostOne = "jane@" + domain
	hostTwo = "tom@" + domain
	userOne = "U0JANE"
	userTwo = "U0TOM"
	analyst = "U0SECOPS1"
	secops  = "C0SECOPS"
)

// The meetings. Numbers and passcodes are made up, and must not come out anywhere.
const (
	numberOne = 95170362843
	numberTwo = 86402917538
	numberNew = 83501964277
	secretOne = "qT7vNw2LrBq1"
	secretTwo = "Xk4mZp9sUdc8"

	numberTheirs = 92748136509 // somebody else's
	secretTheirs = "hV3dKs8TmYw5"
)

// Planted lists what must not be printed, logged, stored or sent: the clear numbers, the passcodes, and who posted.
func Planted() []string {
	list := []string{secretOne, secretTwo, secretTheirs}
	for _, number := range []int{numberOne, numberTwo, numberNew, numberTheirs} {
		list = append(list, strconv.Itoa(number))
	}
	for _, handle := range []string{poster, stranger} {
		list = append(list, handle, fakejetstream.DID(handle))
	}
	return list
}

// link is a way into a meeting of the school's, as careless people post it.
func link(number int64, passcode string) string { return linkOf(Org, number, passcode) }

func linkOf(org string, number int64, passcode string) string {
	return fmt.Sprintf("https://%s.zoom.us/j/%d?pwd=%s", org, number, passcode)
}

// World is the stand-ins, listening on loopback. Make it by [Start], give it back by [World.Close].
type World struct {
	Slack  *fakeslack.Server
	Zoom   *fakezoom.Server
	Stream *fakejetstream.Server

	clock    *Clock
	site     *site
	siteAt   string // host:port
	zoomAt   string
	streamAt string
	servers  []*http.Server
	quiet    func() // ends the talk on the stream; nil: there is none
	done     sync.WaitGroup

	zoomAccount, zoomClient, zoomSecret string
	slackToken, slackApp                string

	mu    sync.Mutex
	reads map[int64]int // answered questions about a meeting
}

// Start makes the world. Nothing has happened in it yet: the meetings are planned, and nobody has posted anything.
func Start(ctx context.Context, clock *Clock) (*World, error) {
	w := &World{
		clock: clock, site: &site{}, reads: map[int64]int{},
		zoomAccount: "acct" + draw(8), zoomClient: "client" + draw(8), zoomSecret: draw(16),
		slackToken: "xoxb-demo-" + draw(12), slackApp: "xapp-demo-" + draw(12),
	}
	if err := w.listen(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("start the stand-ins: %w", err), w.Close())
	}
	w.people()
	w.plan()
	return w, nil
}

func (w *World) listen(ctx context.Context) error {
	var err error
	if w.Slack, err = fakeslack.Start("", fakeslack.Options{Token: w.slackToken, AppToken: w.slackApp, Now: w.clock.Now}); err != nil {
		return err
	}
	w.Zoom = fakezoom.New(fakezoom.Options{AccountID: w.zoomAccount, ClientID: w.zoomClient, ClientSecret: w.zoomSecret, Now: w.clock.Now})
	if w.siteAt, err = w.serve(ctx, w.site); err != nil {
		return err
	}
	if w.zoomAt, err = w.serve(ctx, http.HandlerFunc(w.countReads)); err != nil {
		return err
	}
	return w.startStream(ctx)
}

// serve lets a handler answer at a free address of loopback.
func (w *World) serve(ctx context.Context, h http.Handler) (address string, err error) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Minute}
	w.servers = append(w.servers, server)
	w.done.Go(func() { _ = server.Serve(listener) })
	return listener.Addr().String(), nil
}

// countReads is Zoom, with a count of the answers about each meeting.
func (w *World) countReads(rw http.ResponseWriter, r *http.Request) {
	w.Zoom.ServeHTTP(rw, r)
	if number, err := strconv.ParseInt(strings.TrimPrefix(r.URL.Path, "/v2/meetings/"), 10, 64); err == nil {
		w.mu.Lock()
		w.reads[number]++
		w.mu.Unlock()
	}
}

func (w *World) readsOf(number int64) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.reads[number]
}

// people are in Slack and in the Zoom account.
func (w *World) people() {
	for _, u := range []fakeslack.User{{ID: userOne, Email: hostOne}, {ID: userTwo, Email: hostTwo}, {ID: analyst, Email: "secops@" + domain}} {
		w.Slack.AddUser(u)
	}
	w.Slack.AddRoom(fakeslack.Room{ID: secops})
	w.Zoom.AddUser(fakezoom.User{ID: "zJane", Email: hostOne})
	w.Zoom.AddUser(fakezoom.User{ID: "zTom", Email: hostTwo})
}

// plan puts the meetings into the Zoom account: one for tomorrow, one in twelve minutes.
func (w *World) plan() {
	now := w.clock.Now()
	tomorrow := now.UTC().Truncate(24 * time.Hour).Add((24 + 18) * time.Hour)
	open := fakezoom.Settings{Approval: 2, JoinBeforeHost: true}
	w.Zoom.AddMeeting(fakezoom.Meeting{
		Number: numberOne, HostID: "zJane", Host: hostOne, Topic: "Parents' evening", Type: 2, Start: tomorrow,
		Duration: 90, Passcode: secretOne, Settings: open,
	})
	w.Zoom.AddMeeting(fakezoom.Meeting{
		Number: numberTwo, HostID: "zTom", Host: hostTwo, Topic: "Biology 7b", Type: 2, Start: now.Add(soon).Truncate(time.Minute),
		Duration: 45, Passcode: secretTwo, Settings: open,
	})
}

// soon is how far away the second meeting is.
const soon = 12 * time.Minute

// Config is the service's configuration, in YAML: the store in folder, the console at the given address, everything else here.
func (w *World) Config(folder, console string) []byte {
	return fmt.Appendf(nil, `store: %q
console: {listen: %q}
fetch: {allow: [%q], pace: none, contact: "https://acme.example/bot"}
organisations:
  - name: %s
    domains: [%s]
    patterns: [{vanity: acme.zoom.us}]
    analysts: [%s]
    fallback: {slack_channel: %s}
    platforms:
      zoom: {account_id: %s, client_id: %s, client_secret: %s, api_url: "http://%s/v2", oauth_url: "http://%s/oauth/token"}
sources:
  - {name: own-site, kind: web, start: ["http://%s/"], depth: 2, every: 1m}
  - {name: stream, kind: bluesky, api_url: "ws://%s"}
channels:
  slack: {token: %s, app_token: %s, api_url: %q}
privacy: {purpose: "Keeping our meetings ours", contact: "privacy@%s"}
`, "sqlite:"+folder+"/meetleaks.db", console, w.siteAt, Org, domain, analyst, secops, w.zoomAccount, w.zoomClient, w.zoomSecret, w.zoomAt,
		w.zoomAt, w.siteAt, w.streamAt, w.slackToken, w.slackApp, w.Slack.URL(), domain)
}

// Close ends the stand-ins and waits for them.
func (w *World) Close() error {
	var failed []error
	if w.quiet != nil {
		w.quiet()
	}
	for _, server := range w.servers {
		failed = append(failed, server.Close())
	}
	w.done.Wait()
	if w.Slack != nil {
		failed = append(failed, w.Slack.Close())
	}
	return errors.Join(failed...)
}

// draw is n random bytes in hexadecimal.
func draw(n int) string {
	bytes := make([]byte, n)
	_, _ = rand.Read(bytes) // never fails
	return hex.EncodeToString(bytes)
}
