package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/notify"
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

func TestThePrivacyNoticeHasThreeLinesAtMost(t *testing.T) {
	full := privacyNotice(config.Privacy{Purpose: "a", Authority: "b", Contact: "c"})
	if len(full) > notify.MaxNotice || len(privacyNotice(config.Privacy{})) != 0 {
		t.Errorf("%q", full)
	}
}
