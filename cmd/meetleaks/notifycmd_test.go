package main

import (
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/notify/slack"
	"meetleaks/notify/slack/fakeslack"
)

// slackOf is a workspace with a configuration that points to it.
func slackOf(t *testing.T, more string) (*fakeslack.Server, string) {
	t.Helper()
	server, err := fakeslack.Start("", fakeslack.Options{Token: botToken})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	for id, email := range map[string]string{"U0JDOE": "jdoe@acme.example", "U0PA": "pa@acme.example"} {
		server.AddUser(fakeslack.User{ID: id, Email: email})
	}
	token := writeFile(t, "token", botToken+"\n")
	return server, writeFile(t, "meetleaks.yaml", strings.NewReplacer("$URL", server.URL(), "$TOKEN", token).Replace(`
organisations:
  - name: acme
    domains: [acme.example]
    hosts: [{pattern: "zoom:my/jdoe", email: jdoe@acme.example, delegates: [pa@acme.example]}]
channels: {slack: {token_file: $TOKEN, api_url: "$URL"}}
privacy: {purpose: "acme keeps its meetings safe", contact: "privacy@acme.example"}
`+more))
}

func TestNotifyTestSendsAMarkedSample(t *testing.T) {
	server, file := slackOf(t, "")
	code, stdout, stderr := carryOut(t, "", "notify", "test", "--config", file, "--to", "JDoe@acme.example")
	if code != exitFine || stdout != "accepted by slack: a sample for jdoe@acme.example\n" {
		t.Fatalf("exit code %d, %q, %s", code, stdout, stderr)
	}
	m := server.Messages()
	if len(m) != 1 || !strings.HasPrefix(m[0].Text, "Only a test, no leak: a Zoom meeting of acme") || strings.Contains(m[0].Blocks, "action") {
		t.Errorf("messages %+v", m)
	}
	if !strings.Contains(m[0].Blocks, "acme keeps its meetings safe") {
		t.Error("the privacy notice is missing")
	}
	code, _, stderr = carryOut(t, "", "notify", "test", "--config", file, "--to", "nobody@acme.example")
	if code != exitIncomplete || !strings.Contains(stderr, "not-in-workspace") || !strings.Contains(stderr, "doctor") {
		t.Errorf("exit code %d, %s", code, stderr)
	}
	server.Fail("auth.test", fakeslack.Fault{Code: "invalid_auth"}, 1)
	code, _, stderr = carryOut(t, "", "notify", "test", "--config", file, "--to", "jdoe@acme.example")
	if code != exitIncomplete || !strings.Contains(stderr, "token-refused") || strings.Contains(stderr, botToken) {
		t.Errorf("exit code %d, %s", code, stderr)
	}
}

// TestNotifyTestTriesMail for whom Slack does not know, or alone, and says what came of each.
func TestNotifyTestTriesMail(t *testing.T) {
	post := openPostbox(t)
	server, file := slackOf(t, "")
	server.AddUser(fakeslack.User{ID: "U0GUEST", Email: "guest@acme.example", Guest: true})
	content, err := os.ReadFile(file)
	must(t, err)
	smtp := writeFile(t, "smtp", "smtp://"+post.Addr().String())
	both := writeFile(t, "both.yaml", strings.Replace(string(content), "channels: {", "channels: {mail: {url_file: "+smtp+"}, ", 1))
	mailAlone := writeFile(t, "mail.yaml", "organisations: [{name: acme, domains: [acme.example]}]\nchannels: {mail: {url_file: "+smtp+"}}\n")
	none := writeFile(t, "none.yaml", "organisations: [{name: acme, domains: [acme.example]}]\n")
	gone := writeFile(t, "gone.yaml", strings.Replace(string(content), "channels: {", "channels: {mail: {url: \"smtp://127.0.0.1:1\"}, ", 1))
	for _, c := range []struct {
		name, file, to, via string
		code, slack, mail   int // messages so far
		stdout, stderr      string
	}{
		{"whom Slack knows", both, "jdoe@acme.example", "", exitFine, 1, 0, "accepted by slack: a sample for jdoe@acme.example\n", ""},
		{"whom it does not", both, "new@acme.example", "", exitFine, 1, 1, "accepted by mail: a sample for new@acme.example\n", "slack does not know new@acme.example (not-in-workspace): mail is tried"},
		{"mail alone", both, "jdoe@acme.example", "mail", exitFine, 1, 2, "accepted by mail: a sample for jdoe@acme.example\n", "comes back"},
		{"Slack alone", both, "new@acme.example", "slack", exitIncomplete, 1, 2, "", "tell by slack: permanent: not-in-workspace"},
		{"a guest", both, "guest@acme.example", "", exitIncomplete, 1, 2, "", "tell by slack: permanent: guest"},
		{"without Slack", mailAlone, "jdoe@acme.example", "", exitFine, 1, 3, "accepted by mail: a sample for jdoe@acme.example\n", ""},
		{"Slack that is not there", mailAlone, "jdoe@acme.example", "slack", exitUsage, 1, 3, "", "channels.slack has no token"},
		{"mail that is not there", file, "jdoe@acme.example", "mail", exitUsage, 1, 3, "", "channels.mail has no url"},
		{"nothing", none, "jdoe@acme.example", "", exitUsage, 1, 3, "", "no channel is configured that tells persons"},
		{"a pigeon", both, "jdoe@acme.example", "pigeon", exitUsage, 1, 3, "", "want slack or mail"},
		{"a server that is gone", gone, "new@acme.example", "", exitIncomplete, 1, 3, "", "signs in there"},
		{"a stranger", both, "eve@elsewhere.example", "mail", exitUsage, 1, 3, "", "under no domain"},
	} {
		code, stdout, stderr := carryOut(t, "", "notify", "test", "--config", c.file, "--to", c.to, "--via", c.via)
		if code != c.code || stdout != c.stdout || !strings.Contains(stderr, c.stderr) {
			t.Errorf("%s: exit code %d, %q, %s", c.name, code, stdout, stderr)
		}
		if len(server.Messages()) != c.slack || len(post.all()) != c.mail {
			t.Errorf("%s: %d messages, %d letters", c.name, len(server.Messages()), len(post.all()))
		}
	}
	if letter := post.all()[0]; !strings.Contains(letter, "Subject: Only a test, no leak: a Zoom meeting of acme") || !strings.Contains(letter, "Why you get this: acme keeps") {
		t.Errorf("%s", letter)
	}
}

// TestWhomAnnounceToldIsNotToldAgain of privacy, by the service on the same store.
func TestWhomAnnounceToldIsNotToldAgain(t *testing.T) {
	folder := t.TempDir()
	place := sqlitePlace{filepath.Join(folder, "m.db")}
	keys, err := openKeys(config.Keys{}, place)
	must(t, err)
	opened, err := openPlace(t.Context(), place)
	must(t, err)
	defer func() { must(t, opened.store.Close()) }()
	post := openPostbox(t)
	_, file := slackOf(t, "")
	content, err := os.ReadFile(file)
	must(t, err)
	text := strings.Replace(string(content), "channels: {", "channels: {mail: {url: \"smtp://"+post.Addr().String()+"\"}, ", 1)
	file = writeFile(t, "meetleaks.yaml", text+"store: sqlite:"+place.path+"\n")
	code, stdout, stderr := carryOut(t, "", "announce", "--config", file, "--to", "jdoe@acme.example,new@acme.example", "--yes")
	if code != exitFine || stdout != "told 2 of 2\n" || len(post.all()) != 1 || strings.Contains(stderr, "remembered") {
		t.Fatalf("exit code %d, %q, %s, %d letters", code, stdout, stderr, len(post.all()))
	}
	n, err := newNotices(testPrivacy(), keys.ring.IndexKey(), opened.store, slog.New(slog.DiscardHandler))
	must(t, err)
	for email, want := range map[string]int{"jdoe@acme.example": 0, "new@acme.example": 0, "pa@acme.example": 3} {
		if got := n.owed(t.Context(), "acme", email); len(got) != want {
			t.Errorf("%s: %q", email, got)
		}
	}
	// Without a store all are told as before, and it is said that this is not remembered.
	file = writeFile(t, "meetleaks.yaml", text+"store: sqlite:"+filepath.Join(folder, "none.db")+"\n")
	code, stdout, stderr = carryOut(t, "", "announce", "--config", file, "--to", "pa@acme.example", "--yes")
	if code != exitFine || stdout != "told 1 of 1\n" || !strings.Contains(stderr, "cannot be remembered who was told") {
		t.Errorf("exit code %d, %q, %s", code, stdout, stderr)
	}
}

func TestAnnounceTellsEachHostOnce(t *testing.T) {
	server, file := slackOf(t, "")
	code, stdout, stderr := carryOut(t, "", "announce", "--config", file, "--to-hosts")
	if code != exitFine || stdout != "jdoe@acme.example  acme\npa@acme.example  acme\n" || len(server.Messages()) != 0 {
		t.Fatalf("exit code %d, %q, %s, %d messages", code, stdout, stderr, len(server.Messages()))
	}
	code, stdout, stderr = carryOut(t, "", "announce", "--config", file, "--to-hosts", "--yes")
	if code != exitFine || stdout != "told 2 of 2\n" {
		t.Fatalf("exit code %d, %q, %s", code, stdout, stderr)
	}
	m := server.Messages()
	if len(m) != 2 || !strings.HasPrefix(m[0].Text, "From now on you are told here") || !strings.Contains(m[0].Blocks, "privacy(at)acme[.]example") {
		t.Errorf("messages %+v", m)
	}
	code, stdout, stderr = carryOut(t, "", "announce", "--config", file, "--to", "nobody@acme.example,pa@acme.example", "--yes")
	if code != exitIncomplete || stdout != "told 1 of 2\n" || !strings.Contains(stderr, "not-in-workspace") {
		t.Errorf("exit code %d, %q, %s", code, stdout, stderr)
	}
}

func TestAnnounceKeepsToThePilot(t *testing.T) {
	server, file := slackOf(t, "alerts: {pilot: [pa@acme.example]}\n")
	code, stdout, stderr := carryOut(t, "", "announce", "--config", file, "--to-hosts", "--yes")
	if code != exitFine || stdout != "told 1 of 1\n" || len(server.Messages()) != 1 || server.Messages()[0].Channel != "D0PA" {
		t.Errorf("exit code %d, %q, %s", code, stdout, stderr)
	}
}

func TestTheManifestPrintedIsTheManifest(t *testing.T) {
	want, err := slack.Manifest(slack.ManifestOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, format := range []string{"yaml", "json"} {
		code, stdout, stderr := carryOut(t, "", "slack", "manifest", "--format", format)
		if code != exitFine {
			t.Fatalf("%s: exit code %d, %s", format, code, stderr)
		}
		var plain map[string]any
		if err := yaml.Unmarshal([]byte(stdout), &plain); err != nil {
			t.Fatalf("%s: %v", format, err)
		}
		text, err := json.Marshal(plain)
		if err != nil {
			t.Fatal(err)
		}
		got := want
		got.OAuthConfig.Scopes.Bot, got.Settings.SocketModeEnabled = nil, false
		if err := json.Unmarshal(text, &got); err != nil {
			t.Fatalf("%s: %v", format, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", format, diff)
		}
	}
}

func TestTheScopesOfTheManifestAreThoseThatDoctorLooksFor(t *testing.T) {
	var names []string
	for _, scope := range slack.Scopes() {
		names = append(names, scope.Name)
	}
	if diff := cmp.Diff(slackScopes(), names); diff != "" {
		t.Error(diff)
	}
}
