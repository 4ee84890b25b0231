package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/cmd/meetleaks/internal/hosts"
	"meetleaks/matchers"
	"meetleaks/notify/slack/fakeslack"
	"meetleaks/notify/webhook"
	"meetleaks/scanner"
	"meetleaks/scanner/extract"
	"meetleaks/scanner/source/hook"
	"meetleaks/scanner/store/sqlitestore"
)

// spine is the way from a pushed document to an alert, through the real parts.
type spine struct {
	t         *testing.T
	folder    string
	hook      *hook.Hook
	sender    *scanner.Sender
	workspace *fakeslack.Server
	soc       *socket
	log       *bytes.Buffer
	sent      int
}

func openSpine(t *testing.T) *spine {
	t.Helper()
	s := &spine{t: t, folder: t.TempDir(), workspace: openWorkspace(t), soc: openSocket(t), log: &bytes.Buffer{}}
	index, master := make([]byte, 32), make([]byte, scanner.MasterBytes)
	_, _ = rand.Read(index) // never fails
	_, _ = rand.Read(master)
	key, err := scanner.NewMaster(master)
	must(t, err)
	ring, err := scanner.NewKeyring(index, key)
	must(t, err)
	store, err := sqlitestore.Open(t.Context(), sqlitestore.Options{Path: filepath.Join(s.folder, "meetleaks.db")})
	must(t, err)
	t.Cleanup(func() { must(t, store.Close()) })
	_, wrapped, err := ring.NewDataKey("acme")
	must(t, err)
	_, err = store.AddOrgKey(t.Context(), "acme", wrapped)
	must(t, err)
	s.join(ring, store)
	return s
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// join makes pipeline, hook and sender.
func (s *spine) join(ring *scanner.Keyring, store *sqlitestore.Store) {
	t := s.t
	t.Helper()
	meeting, err := config.ParseClearID("zoom:84930275116")
	must(t, err)
	organisations := []config.Organisation{{
		Name: "acme", Domains: []string{"acme.example"}, Patterns: []config.Pattern{{Vanity: "acme.zoom.us"}},
		Hosts: []config.Host{{Pattern: meeting, Email: "jdoe@acme.example"}}, Fallback: config.Fallback{SlackChannel: "C0SECOPS"},
	}}
	configured := testChannels(t, s.workspace, s.soc)
	channels, err := testApp().openChannels(configured, testClients(t, config.Fetch{}))
	must(t, err)
	index, err := config.Index(organisations, ring.IndexKey())
	must(t, err)
	book, _ := hosts.New(organisations, ring.IndexKey())
	judge := scanner.NewJudge(scanner.JudgeOptions{Index: index, May: func(string, string) bool { return true }})
	pipeline, err := scanner.NewPipeline(scanner.PipelineOptions{
		Store: store, Keys: ring, Resolver: book, Matcher: scanner.NewMatcher(matchers.Standard(), judge),
		Rooms: func(string) []scanner.Room { return roomsOf(organisations[0], configured) },
	})
	must(t, err)
	keys, err := webhook.ParseKeys(socKey)
	must(t, err)
	unpack := extract.New(extract.Options{})
	log := slog.New(slog.NewTextHandler(s.log, nil))
	s.hook, err = hook.New(hook.Options{
		Source: "feed", Taker: pipeline, Seen: store, Log: log,
		Verify: func(header http.Header, body []byte, now time.Time) (string, error) {
			return webhook.Verify(keys, header, body, now)
		},
		Read: func(ctx context.Context, page *hook.Page, yield func(scanner.Document) error, skip func(scanner.Skip)) (scanner.Outline, error) {
			return unpack.Read(ctx, page, yield, skip)
		},
	})
	must(t, err)
	told := newTeller(tellerOptions{Channels: channels, Domains: func(string) []string { return organisations[0].Domains }})
	s.sender = scanner.NewSender(pipeline, told, scanner.SenderOptions{Log: log})
}

// push signs documents and hands them in.
func (s *spine) push(documents ...map[string]any) string {
	s.t.Helper()
	var body bytes.Buffer
	for _, d := range documents {
		must(s.t, json.NewEncoder(&body).Encode(d))
	}
	keys, err := webhook.ParseKeys(socKey)
	must(s.t, err)
	s.sent++
	now, id := time.Now(), "feed-"+strconv.Itoa(s.sent)
	r := httptest.NewRequestWithContext(s.t.Context(), http.MethodPost, "/hooks/feed", bytes.NewReader(body.Bytes()))
	r.Header.Set("Content-Type", "application/x-ndjson")
	r.Header.Set("Webhook-Id", id)
	r.Header.Set("Webhook-Timestamp", strconv.FormatInt(now.Unix(), 10))
	r.Header.Set("Webhook-Signature", webhook.Sign(keys, id, now, body.Bytes()))
	w := httptest.NewRecorder()
	s.hook.ServeHTTP(w, r)
	return strconv.Itoa(w.Code) + " " + strings.TrimSpace(w.Body.String())
}

// deliver empties the outbox of what is due.
func (s *spine) deliver() {
	s.t.Helper()
	for range 100 {
		n, err := s.sender.Once(s.t.Context())
		must(s.t, err)
		if n == 0 {
			return
		}
	}
	s.t.Fatal("the outbox does not become empty")
}

func TestAPushedDocumentIsAlertedOnce(t *testing.T) {
	const link = "https://acme.zoom.us/j/84930275116?pwd=Zk3mQ9xWvT7bLr2s"
	s := openSpine(t)
	post := map[string]any{"uri": link, "text": "join " + link + " now", "reach": 40, "seen_at": time.Now().Add(-time.Minute).Format(time.RFC3339)}
	page := map[string]any{
		"uri": "https://www.acme.example/events", "media_type": "text/html",
		"text": `<a href="https://acme.zoom.us/j/849&#51;0275116">Board</a> and <a href="https://globex.zoom.us/j/93615048227">theirs</a>`,
	}
	if got := s.push(post, page); got != `200 {"documents":2,"taken":2,"leaks":2,"new":1,"unchanged":0,"unregistered":1,"refused":[]}` {
		t.Errorf("pushed: %s", got)
	}
	if got := s.push(post, page); got != `200 {"documents":2,"taken":2,"leaks":0,"new":0,"unchanged":2,"unregistered":0,"refused":[]}` {
		t.Errorf("pushed again: %s", got)
	}
	s.deliver()
	messages := s.workspace.Messages()
	if len(messages) != 1 || messages[0].Channel[0] != 'D' || !strings.Contains(messages[0].Blocks, "849•••••116") {
		t.Fatalf("messages: %+v", messages)
	}
	if got := s.push(map[string]any{"uri": link, "event": "repost", "reach": 5000}, map[string]any{"uri": "https://www.acme.example/events", "event": "gone"}); !strings.HasPrefix(got, `200 {"documents":2,"taken":2,`) {
		t.Errorf("reposted and gone: %s", got)
	}
	s.deliver()
	if n := len(s.workspace.Messages()); n != 1 {
		t.Errorf("%d messages about one leak", n)
	}
	s.nothingLeft("Zk3mQ9xWvT7bLr2s", "84930275116", "93615048227")
}

// nothingLeft looks for clear ids and passcodes in everything that was kept, said or sent.
func (s *spine) nothingLeft(secrets ...string) {
	s.t.Helper()
	said, err := json.Marshal([]any{s.workspace.Messages(), s.soc.all(), s.log.String()})
	must(s.t, err)
	entries, err := os.ReadDir(s.folder)
	must(s.t, err)
	for _, entry := range entries {
		f, err := os.Open(filepath.Join(s.folder, entry.Name()))
		must(s.t, err)
		kept, err := io.ReadAll(f)
		f.Close()
		must(s.t, err)
		said = append(said, kept...)
	}
	for _, secret := range secrets {
		if bytes.Contains(said, []byte(secret)) {
			s.t.Errorf("%q is left somewhere", secret)
		}
	}
}
