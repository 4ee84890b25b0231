package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/cmd/meetleaks/internal/hosts"
	"meetleaks/matchers"
	"meetleaks/scanner"
	"meetleaks/scanner/fetch"
	"meetleaks/scanner/meetings/zoom/fakezoom"
	"meetleaks/scanner/store/sqlitestore"
)

const (
	provedNumber = 84930275116
	provedLink   = "https://acme.zoom.us/j/84930275116?pwd=Qm9vdGhlZA"
	zoomWebhook  = "wh-S3cret-Xq72"
)

// proving is the way from a document to a proof and back, through the real parts: SQLite, the pipeline, Zoom's client, its stand-in.
type proving struct {
	t        *testing.T
	clock    *movedClock
	zoom     *fakezoom.Server
	store    *sqlitestore.Store
	meetings *meetings
	pipeline *scanner.Pipeline
	sender   *scanner.Sender
	proving  *scanner.Proving
	told     *toldList
	log      bytes.Buffer
	folder   string
}

type movedClock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *movedClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *movedClock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// toldList is a teller that keeps what it told: to whom, and whether it changed a message in place.
type toldList struct {
	mu   sync.Mutex
	list []scanner.Telling
}

func (l *toldList) Tell(_ context.Context, t scanner.Telling) ([]byte, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.list = append(l.list, t)
	return fmt.Appendf(nil, "card %s", t.To.Audience), nil
}

func (l *toldList) take() []scanner.Telling {
	l.mu.Lock()
	defer l.mu.Unlock()
	list := l.list
	l.list = nil
	return list
}

func openProving(t *testing.T) *proving {
	t.Helper()
	p := &proving{t: t, clock: &movedClock{now: time.Now().UTC().Truncate(time.Second)}, told: &toldList{}, folder: t.TempDir()}
	p.zoom = fakezoom.New(fakezoom.Options{AccountID: "acct-7Hq", ClientID: "cl13nt", ClientSecret: "s3cr3t-Qz81", Now: p.clock.Now})
	p.zoom.AddUser(fakezoom.User{ID: "KdYx", Email: "jdoe@acme.example"})
	p.zoom.AddMeeting(fakezoom.Meeting{
		Number: provedNumber, HostID: "KdYx", Host: "jdoe@acme.example", Topic: "Board", Type: 3, Passcode: "Kd93xZ", Settings: fakezoom.Settings{Approval: 2},
	})
	server := httptest.NewServer(p.zoom)
	t.Cleanup(server.Close)
	p.join(server.URL)
	return p
}

func (p *proving) config(at string) config.Config {
	return config.Config{Organisations: []config.Organisation{{
		Name: "acme", Domains: []string{"acme.example"}, Patterns: []config.Pattern{{Vanity: "acme.zoom.us"}},
		Platforms: config.Platforms{Zoom: config.ZoomAccount{
			AccountID: "acct-7Hq", ClientID: "cl13nt", ClientSecret: config.NewSecret("s3cr3t-Qz81"), APIURL: at + "/v2", OAuthURL: at + "/oauth/token",
			WebhookSecret: config.NewSecret(zoomWebhook),
		}},
	}}}
}

func (p *proving) join(at string) {
	p.t.Helper()
	index, master := make([]byte, 32), make([]byte, scanner.MasterBytes)
	_, _ = rand.Read(index) // never fails
	_, _ = rand.Read(master)
	key, err := scanner.NewMaster(master)
	must(p.t, err)
	ring, err := scanner.NewKeyring(index, key)
	must(p.t, err)
	p.store, err = sqlitestore.Open(p.t.Context(), sqlitestore.Options{Path: filepath.Join(p.folder, "meetleaks.db"), Now: p.clock.Now})
	must(p.t, err)
	p.t.Cleanup(func() { must(p.t, p.store.Close()) })
	_, wrapped, err := ring.NewDataKey("acme")
	must(p.t, err)
	_, err = p.store.AddOrgKey(p.t.Context(), "acme", wrapped)
	must(p.t, err)
	c := p.config(at)
	book, _ := hosts.New(c.Organisations, ring.IndexKey())
	p.meetings, err = openMeetings(c, book, ring.IndexKey(), func(base *url.URL) (*http.Client, error) {
		return fetch.APIClient(fetch.APIOptions{Base: base, Private: true})
	}, p.clock.Now)
	must(p.t, err)
	found, err := config.Index(c.Organisations, ring.IndexKey())
	must(p.t, err)
	judge := scanner.NewJudge(scanner.JudgeOptions{
		Index: found, May: func(string, string) bool { return true }, Known: p.meetings.owners(book), Now: p.clock.Now,
	})
	p.pipeline, err = scanner.NewPipeline(scanner.PipelineOptions{
		Store: p.store, Keys: ring, Resolver: p.meetings.resolver, Matcher: scanner.NewMatcher(matchers.Standard(), judge), Now: p.clock.Now,
		Rooms: func(string) []scanner.Room { return []scanner.Room{{ID: "C0SECOPS"}} },
		Prove: func(ref scanner.LeakRef) { p.proving.Ask(ref) },
	})
	must(p.t, err)
	p.sender = scanner.NewSender(p.pipeline, p.told, scanner.SenderOptions{})
	p.proving, err = scanner.NewProving(scanner.ProvingOptions{
		Store: p.store, Keys: ring, Prover: p.meetings.accounts, Do: p.pipeline.Do, Holder: "test", Now: p.clock.Now,
		Log: slog.New(slog.NewJSONHandler(&p.log, nil)),
	})
	must(p.t, err)
}

// work does all that is due now.
func (p *proving) work() {
	p.t.Helper()
	for range 500 {
		looked, err := p.pipeline.Tick(p.t.Context())
		must(p.t, err)
		sent, err := p.sender.Once(p.t.Context())
		must(p.t, err)
		if looked+sent == 0 {
			return
		}
	}
	p.t.Fatal("it never comes to rest")
}

// round reads all that is due.
func (p *proving) round() {
	p.t.Helper()
	p.clock.advance(30 * time.Second)
	for range 50 {
		more, err := p.proving.Round(p.t.Context())
		must(p.t, err)
		if !more {
			p.work()
			return
		}
	}
	p.t.Fatal("a round never ends")
}

func (p *proving) leak() scanner.Leak {
	p.t.Helper()
	page, err := p.store.ListLeaks(p.t.Context(), scanner.LeakQuery{Org: "acme", Limit: 10})
	must(p.t, err)
	if len(page.Leaks) != 1 {
		p.t.Fatalf("%d leaks, want one", len(page.Leaks))
	}
	return page.Leaks[0]
}

func (p *proving) is(want scanner.State) {
	p.t.Helper()
	if l := p.leak(); l.State != want {
		p.t.Fatalf("the leak is %s (%q), want %s", l.State, l.Reason, want)
	}
}

func (p *proving) page(text string) {
	p.t.Helper()
	_, err := p.pipeline.Take(p.t.Context(), scanner.Reading{
		Document: scanner.Document{URI: "https://www.acme.example/events", Host: "www.acme.example", MediaType: "text/html", Text: strings.NewReader(text)},
		Source:   "own-site", At: p.clock.Now(), Version: []byte(text),
	})
	must(p.t, err)
}

// TestFromALeakToAProofAndBack tells the host whom Zoom names, believes their word until the settings say so too, and opens the leak
// again, in the same card, when they do not any more.
func TestFromALeakToAProofAndBack(t *testing.T) {
	p := openProving(t)
	p.page("Board: " + provedLink)
	p.work()
	first := p.told.take()
	if len(first) == 0 || first[0].To.Email != "jdoe@acme.example" || first[0].Receipt != nil {
		t.Fatalf("told %d, want the host whom Zoom names first", len(first))
	}
	p.round()
	p.is(scanner.StateOpen)

	_, err := p.pipeline.Do(t.Context(), "acme", p.leak().ID, scanner.LeakEvent{Kind: scanner.Done, By: scanner.Actor{Role: scanner.RoleHost, Ref: "U1"}})
	must(t, err)
	p.round()
	p.is(scanner.StateByWord) // a new passcode may be there; nothing proves it
	p.zoom.Change(provedNumber, func(m *fakezoom.Meeting) { m.Settings.WaitingRoom = true })
	p.clock.advance(2 * time.Minute)
	p.round()
	p.is(scanner.StateSafe)
	if reason := p.leak().Reason; !strings.HasPrefix(reason, "waiting room on, read ") {
		t.Errorf("%q", reason)
	}

	p.zoom.Break(fakezoom.Fault{Path: "/v2", Status: 500, Times: -1})
	p.clock.advance(24 * time.Hour)
	p.round()
	p.is(scanner.StateSafe)
	if blind := blindAccounts(p.proving.Blind()); len(blind) != 1 || !strings.Contains(blind[0], "zoom account of acme is blind") {
		t.Errorf("blind: %q", blind)
	}
	p.zoom.Mend()
	p.zoom.Change(provedNumber, func(m *fakezoom.Meeting) { m.Settings.WaitingRoom = false })
	p.told.take()
	p.clock.advance(time.Hour)
	p.round()
	p.is(scanner.StateOpen)
	p.clock.advance(10 * time.Minute)
	p.work()
	inPlace := false
	for _, telling := range p.told.take() {
		inPlace = inPlace || telling.To.Email == "jdoe@acme.example" && (telling.Receipt != nil || telling.Earlier != nil)
	}
	if !inPlace {
		t.Error("the host's card is not the same")
	}
	if blind := p.proving.Blind(); len(blind) != 0 {
		t.Errorf("blind still: %+v", blind)
	}
	p.zoom.Delete(provedNumber)
	p.clock.advance(7 * time.Hour)
	p.round()
	p.is(scanner.StateSafe)
	p.keepsNothing()
}

// keepsNothing looks into everything that was written for what must not be kept.
func (p *proving) keepsNothing() {
	p.t.Helper()
	files, err := filepath.Glob(filepath.Join(p.folder, "*"))
	must(p.t, err)
	all := p.log.Bytes()
	for _, name := range files {
		content, err := os.ReadFile(name)
		must(p.t, err)
		all = append(all, content...)
	}
	for _, hidden := range []string{"84930275116", "Kd93xZ", "Qm9vdGhlZA", "s3cr3t-Qz81", "jdoe@acme.example", zoomWebhook, "zak=", "fake."} {
		if bytes.Contains(all, []byte(hidden)) {
			p.t.Errorf("%q is kept", hidden)
		}
	}
}
