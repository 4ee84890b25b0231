package slack

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// used are the methods that this package calls, each with the scopes one of which it needs; none when any token will do.
func used() map[string]string {
	return map[string]string{
		methodTest: "", methodLookup: "users:read.email", methodInfo: "users:read", methodOpen: "im:write", methodPost: "chat:write",
		methodUpdate: "chat:write", methodWhisper: "chat:write", methodWindow: "", methodHome: "", methodConnect: "",
	}
}

func TestTheScopesAreThoseUsedAndNoMore(t *testing.T) {
	needed := map[string]bool{}
	for _, scope := range used() {
		needed[scope] = scope != ""
	}
	for _, scope := range Scopes() {
		if !needed[scope.Name] || scope.Why == "" {
			t.Errorf("%s is not needed, or nobody says what for", scope.Name)
		}
		delete(needed, scope.Name)
	}
	delete(needed, "")
	if len(needed) > 0 {
		t.Errorf("missing: %v", needed)
	}
}

func TestTheManifestFitsSlacksRules(t *testing.T) {
	for _, address := range []string{"", "https://meetleaks.acme.example", "https://meetleaks.acme.example/base/"} {
		m, err := Manifest(ManifestOptions{PublicURL: address})
		if err != nil {
			t.Fatal(err)
		}
		for text, most := range map[string]int{m.Display.Name: 35, m.Display.Description: 140, m.Features.BotUser.DisplayName: 80} {
			if text == "" || utf8.RuneCountInString(text) > most {
				t.Errorf("%q: more than %d characters", text, most)
			}
		}
		socket := address == ""
		if m.Settings.SocketModeEnabled != socket || (m.Settings.Interactivity.RequestUrl == "") != socket || m.Settings.EventSubscriptions.RequestUrl != m.Settings.Interactivity.RequestUrl {
			t.Errorf("%q: settings %+v", address, m.Settings)
		}
		if !socket && !strings.HasSuffix(m.Settings.Interactivity.RequestUrl, ".example"+strings.TrimSuffix(strings.TrimPrefix(address, "https://meetleaks.acme.example"), "/")+InteractionsPath) {
			t.Errorf("%q: %s", address, m.Settings.Interactivity.RequestUrl)
		}
		if !m.Features.AppHome.MessagesTabEnabled || !m.Features.AppHome.HomeTabEnabled || m.Settings.TokenRotationEnabled {
			t.Error("people could not be told")
		}
	}
	for _, address := range []string{"http://meetleaks.acme.example", "https://127.0.0.1", "https://user:pw@acme.example", "https://", "acme.example", "https://acme.example/?x=y", "%"} {
		if _, err := Manifest(ManifestOptions{PublicURL: address}); err == nil {
			t.Errorf("%q is accepted", address)
		}
	}
}
