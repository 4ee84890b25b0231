//go:build linux

package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"meetleaks/cmd/meetleaks/internal/console"
	"meetleaks/notify/slack/fakeslack"
	"meetleaks/notify/webhook"
)

// The size of a run.
const (
	chaosHosts   = 8
	siteKnown    = 8 // pages of the site with a meeting that a host is known of
	siteOthers   = 3 // and with one of nobody's: its alert goes to the channel
	feedEvery    = 60 * time.Millisecond
	settleWithin = 150 * time.Second
	fallbackRoom = "C0SECOPS"
	chaosToken   = "chaos-console-token-5b0d1f7c93"
	chaosBot     = "xoxb-chaos-2f86d0"
	// inFlight is how many messages one process may have handed over and not yet recorded: lanes by messages of a batch in one
	// channel, as scanner.NewSender has them. So many may be repeated when it is killed.
	inFlight = 2 * 4
)

// meeting is a leak, made up.
type meeting struct {
	id, secret string
	post       int // where it is posted
	host       int // of chaosHosts, -1: nobody is known to host it
	run        int // from 0, of faults, see chaos.settle; -1: it stands on the site

	taken  bool      // by a process, which said so
	begun  time.Time // of the request that was answered so
	exempt bool      // may have been lost on purpose
	wiped  bool      // the store need not know it any more
}

func (m *meeting) mask() string { return m.id[:3] + "•••••" + m.id[8:] }

func (m *meeting) link() string { return "https://acme.zoom.us/j/" + m.id + "?pwd=" + m.secret }

// room is where its host is told.
func (m *meeting) room() string {
	if m.host < 0 {
		return fallbackRoom
	}
	return "D" + userOf(m.host)[1:]
}

func userOf(host int) string { return fmt.Sprintf("U0HOST%d", host) }

func emailOf(host int) string { return fmt.Sprintf("host%d@acme.example", host) }

// chaos is a deployment that things happen to.
type chaos struct {
	t         *testing.T
	ctx       context.Context
	dir       string
	config    string
	program   string
	slack     *fakeslack.Server
	place     *chaosPlace
	site      *chaosSite
	processes []*process
	client    *http.Client
	jumps     bool // its clock is not ours: signatures may be refused
	feeding   sync.WaitGroup

	mu       sync.Mutex // of what follows
	rng      *rand.Rand
	ids      map[string]bool // and masks
	meetings []*meeting      // that were handed in, or stand on the site
	waiting  []*meeting      // to be handed in
	foreign  []*meeting      // of somebody else
	rows     []*chaosRow     // a run each
	inexact  bool            // something was lost on purpose: the ledger's sum is not known
}

// newChaos makes a deployment with some meetings to be handed in; processes have these roles, and are not started.
func newChaos(t *testing.T, seed uint64, place *chaosPlace, feed int, roles ...string) *chaos {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	c := &chaos{
		t: t, ctx: ctx, dir: t.TempDir(), place: place, rng: rand.New(rand.NewPCG(seed, 4)), ids: map[string]bool{},
		client: &http.Client{Timeout: 20 * time.Second}, program: theProgram(t),
	}
	c.config = filepath.Join(c.dir, "meetleaks.yaml")
	c.workspace()
	c.draw(feed)
	c.configure()
	for i, r := range roles {
		c.processes = append(c.processes, &process{c: c, roles: r, log: filepath.Join(c.dir, fmt.Sprintf("log-%d", i))})
	}
	t.Cleanup(func() {
		cancel()
		c.feeding.Wait()
		for _, p := range c.processes {
			p.kill()
		}
	})
	return c
}

func (c *chaos) workspace() {
	c.t.Helper()
	var err error
	if c.slack, err = fakeslack.Start("", fakeslack.Options{Token: chaosBot}); err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { _ = c.slack.Close() })
	c.slack.AddRoom(fakeslack.Room{ID: fallbackRoom})
	for i := range chaosHosts {
		c.slack.AddUser(fakeslack.User{ID: userOf(i), Email: emailOf(i)})
	}
}

// draw makes up the meetings. Of those that are handed in one in eight is hosted by nobody that is known.
func (c *chaos) draw(feed int) {
	for i := range feed {
		host := i % chaosHosts
		if i%8 == 7 {
			host = -1
		}
		c.waiting = append(c.waiting, c.newMeeting(host))
	}
	for range 20 {
		c.foreign = append(c.foreign, c.newMeeting(-1))
	}
	c.site = newChaosSite(c.t)
	for i := range siteKnown + siteOthers {
		host := i % chaosHosts
		if i >= siteKnown {
			host = -1
		}
		m := c.newMeeting(host)
		m.run = -1
		c.meetings = append(c.meetings, m)
		c.site.pages = append(c.site.pages, m.link()+" and https://vandelay.zoom.us/j/"+c.foreign[i].id+"?pwd="+c.foreign[i].secret)
	}
}

// newMeeting draws a number of eleven digits: no run, no repetition, and no mask twice.
func (c *chaos) newMeeting(host int) *meeting {
	for {
		id := strconv.FormatInt(80_000_000_000+c.rng.Int64N(20_000_000_000), 10)
		m := &meeting{id: id, host: host, post: len(c.ids)}
		if c.ids[m.mask()] || hasRun(id) {
			continue
		}
		c.ids[m.mask()] = true
		var secret [15]byte
		for i := range secret {
			secret[i] = byte(c.rng.Uint32())
		}
		m.secret = "Q" + base64.RawURLEncoding.EncodeToString(secret[:])
		return m
	}
}

func hasRun(digits string) bool {
	for i := 2; i < len(digits); i++ {
		if a, b := digits[i-1]-digits[i-2], digits[i]-digits[i-1]; a == b && (a == 0 || a == 1 || a == 255) {
			return true
		}
	}
	return false
}

func (c *chaos) configure() {
	c.t.Helper()
	hosts := "meeting,email\n"
	for _, m := range append(c.meetings, c.waiting...) {
		if m.host >= 0 {
			hosts += "zoom:" + m.id + "," + emailOf(m.host) + "\n"
		}
	}
	c.write("hosts.csv", hosts)
	c.write("token", chaosToken+"\n")
	c.write("bot", chaosBot+"\n")
	c.write("feeder.key", c.feederKey()+"\n")
	c.write("master.key", base64.StdEncoding.EncodeToString(bytes.Repeat([]byte("m4st3r-k"), 4))+"\n")
	c.write("meetleaks.yaml", fmt.Sprintf(`
store: %q
console: {listen: "127.0.0.1:0", token_file: token}
keys: {master_file: master.key}
fetch: {allow: [%q], pace: none}
organisations:
  - name: acme
    domains: [acme.example]
    patterns: [{vanity: acme.zoom.us}]
    hosts_file: hosts.csv
    fallback: {slack_channel: %s}
sources:
  - {name: own-site, kind: web, start: [%q], depth: 2, every: 1m}
  - {name: feeder, kind: hook, secret_file: feeder.key}
channels:
  slack: {token_file: bot, api_url: %q}
`, c.place.url(c.dir), c.site.host(), fallbackRoom, c.site.server.URL+"/", c.slack.URL()))
}

func (c *chaos) write(name, text string) {
	c.t.Helper()
	if err := os.WriteFile(filepath.Join(c.dir, name), []byte(text), 0o600); err != nil {
		c.t.Fatal(err)
	}
}

func (c *chaos) feederKey() string {
	return "whsec_" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte("f33der-k"), 4))
}

// start starts all processes.
func (c *chaos) start() {
	var starting sync.WaitGroup
	for _, p := range c.processes {
		starting.Go(p.start)
	}
	starting.Wait()
}

// number draws a number below n.
func (c *chaos) number(n int) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.rng.IntN(n)
}

// feed hands in the next n meetings, each until somebody has taken it; the channel is closed when all are.
func (c *chaos) feed(n int) <-chan struct{} {
	c.mu.Lock()
	run := len(c.rows) - 1
	batch := c.waiting[:n]
	c.waiting = c.waiting[n:]
	c.meetings = append(c.meetings, batch...)
	c.mu.Unlock()
	queue := make(chan *meeting, n)
	for _, m := range batch {
		m.run = run
		queue <- m
	}
	close(queue)
	done := make(chan struct{})
	var feeders sync.WaitGroup
	for range 2 {
		feeders.Go(func() {
			for m := range queue {
				c.handIn(m)
				rest(c.ctx, 2*feedEvery)
			}
		})
	}
	c.feeding.Go(func() {
		feeders.Wait()
		close(done)
	})
	return done
}

// handIn sends a document until a process says that it has taken it.
func (c *chaos) handIn(m *meeting) {
	c.mu.Lock()
	other := c.foreign[c.rng.IntN(len(c.foreign))]
	kind := []string{"text/plain", "text/html"}[c.rng.IntN(2)]
	c.mu.Unlock()
	body, err := json.Marshal(map[string]any{
		"uri": fmt.Sprintf("https://social.example/p/%d", m.post), "media_type": kind, "seen_at": time.Now().UTC().Format(time.RFC3339),
		"text": "Join us: " + m.link() + " or see https://globex.zoom.us/j/" + other.id + "?pwd=" + other.secret,
	})
	if err != nil {
		c.t.Error(err)
		return
	}
	for c.ctx.Err() == nil {
		begun := time.Now()
		if c.push("push-"+m.id, body) {
			c.mu.Lock()
			m.taken, m.begun = true, begun
			c.mu.Unlock()
			return
		}
		rest(c.ctx, 150*time.Millisecond)
	}
}

// push makes one request to a process that serves, and says whether its documents were taken.
func (c *chaos) push(id string, body []byte) bool {
	doors := c.doors()
	if len(doors) == 0 {
		return false
	}
	request, err := http.NewRequestWithContext(c.ctx, http.MethodPost, doors[c.number(len(doors))]+"/hooks/feed", bytes.NewReader(body))
	if err != nil {
		return false
	}
	keys, err := webhook.ParseKeys(c.feederKey())
	if err != nil {
		c.t.Error(err)
		return false
	}
	now := time.Now()
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("webhook-id", id)
	request.Header.Set("webhook-timestamp", strconv.FormatInt(now.Unix(), 10))
	request.Header.Set("webhook-signature", webhook.Sign(keys, id, now, body))
	response, err := c.client.Do(request)
	if err != nil {
		return false
	}
	defer response.Body.Close()
	answer, _ := io.ReadAll(io.LimitReader(response.Body, 1<<16))
	if response.StatusCode == http.StatusUnprocessableEntity || response.StatusCode == http.StatusUnauthorized && !c.jumps {
		c.t.Errorf("a document is refused: %d %s", response.StatusCode, answer)
	}
	return response.StatusCode == http.StatusOK
}

// doors are the addresses of the processes with the console's role that serve.
func (c *chaos) doors() []string {
	var doors []string
	for _, p := range c.processes {
		if address := p.where(); address != "" && p.has(roleConsole) {
			doors = append(doors, address)
		}
	}
	return doors
}

// ledger asks for the books; false when nobody answers.
func (c *chaos) ledger() (console.Ledger, bool) {
	doors := c.doors()
	if len(doors) == 0 {
		return console.Ledger{}, false
	}
	base, err := url.Parse(doors[0])
	if err != nil {
		return console.Ledger{}, false
	}
	client, err := console.NewClient(base, chaosToken, c.client)
	if err != nil {
		c.t.Error(err)
		return console.Ledger{}, false
	}
	books, err := client.Ledger(c.ctx)
	return books, err == nil
}

// ready asks a process for its readiness.
func (c *chaos) ready(p *process) (status int, body string) {
	request, err := http.NewRequestWithContext(c.ctx, http.MethodGet, p.where()+"/readyz", nil)
	if err != nil {
		return 0, err.Error()
	}
	response, err := c.client.Do(request)
	if err != nil {
		return 0, err.Error()
	}
	defer response.Body.Close()
	text, _ := io.ReadAll(io.LimitReader(response.Body, 1<<16))
	return response.StatusCode, string(text)
}

// chaosSite is a small site that takes its time.
type chaosSite struct {
	server *httptest.Server
	pages  []string
	asked  atomic.Int64
}

func newChaosSite(t *testing.T) *chaosSite {
	s := &chaosSite{}
	s.server = httptest.NewServer(s)
	t.Cleanup(s.server.Close)
	return s
}

func (s *chaosSite) host() string { return strings.TrimPrefix(s.server.URL, "http://") }

// ServeHTTP serves /, which links to /p/0 and so on.
func (s *chaosSite) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.asked.Add(1)
	rest(r.Context(), 100*time.Millisecond)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if r.URL.Path == "/" {
		for i := range s.pages {
			fmt.Fprintf(w, `<p><a href="/p/%d">Page %d</a></p>`, i, i)
		}
		return
	}
	if n, err := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/p/")); err == nil && n >= 0 && n < len(s.pages) {
		fmt.Fprintf(w, "<p>Come and join: %s</p>", s.pages[n])
		return
	}
	http.NotFound(w, r)
}

// toldSoFar is what the workspace holds.
type toldSoFar struct {
	rooms   map[string]map[string]int // messages by mask and room
	repeats map[int]int               // messages that name no meeting for the first time, by the run of one that they name
	strange []string                  // masks that nobody should have been told
}

var maskedNumber = regexp.MustCompile(`\d{3}•+\d{3}`)

func (c *chaos) told() toldSoFar {
	c.mu.Lock()
	ours := make(map[string]int, len(c.meetings))
	for _, m := range c.meetings {
		ours[m.mask()] = max(m.run, 0)
	}
	c.mu.Unlock()
	out := toldSoFar{rooms: map[string]map[string]int{}, repeats: map[int]int{}}
	for _, message := range c.slack.Messages() {
		fresh, run := false, 0
		named := map[string]bool{}
		for _, mask := range maskedNumber.FindAllString(message.Text+" "+message.Blocks, -1) {
			if named[mask] {
				continue
			}
			named[mask] = true
			of, known := ours[mask]
			if !known {
				out.strange = append(out.strange, mask)
				continue
			}
			run = of
			if out.rooms[mask] == nil {
				out.rooms[mask], fresh = map[string]int{}, true
			}
			out.rooms[mask][message.Channel]++
		}
		if !fresh {
			out.repeats[run]++
		}
	}
	return out
}
