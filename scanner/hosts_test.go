package scanner

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"meetleaks/matchers"
)

func TestLinksComeBackFromTheirKeys(t *testing.T) {
	for _, text := range []string{
		"https://acme.zoom.us/j/84930275116?pwd=x", "https://zoom.us/my/jenkins.d", "https://meet.google.com/kqz-vwrm-bxt",
		"https://acme.webex.com/meet/k.lindqvist", "https://meet.jit.si/AcmeBoardRoom91",
	} {
		found := matchers.Find([]byte(text))
		if len(found) != 1 {
			t.Fatalf("%s: %d links", text, len(found))
		}
		l, ok := LinkOfKey(found[0].Key())
		if !ok || l.Key() != found[0].Key() {
			t.Errorf("%s: %v, another key comes back", text, ok)
		}
	}
	for _, text := range []string{"", "zoom", "zoom:84930275116", ":::x", "zoom:::"} {
		if _, ok := LinkOfKey(text); ok {
			t.Errorf("%q is taken for a key", text)
		}
	}
}

func TestContactsAreNotPrinted(t *testing.T) {
	c := Contact{Email: "jdoe@acme.example", Delegates: []string{"pa@acme.example"}}
	known := KnownMeeting{Contact: c, Topic: "Board"}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		if text := fmt.Sprintf(verb+verb, c, known); strings.Contains(text, "acme.example") {
			t.Errorf("%s prints %s", verb, text)
		}
	}
}

func TestContactsAreSeenByTheLadder(t *testing.T) {
	c := Contact{Email: "jdoe@acme.example", Zone: time.UTC, Quiet: Quiet{1320, 420}, First: ToDelegate}
	want := HostView{Resolved: true, Host: true, Channel: true, Zone: time.UTC, Quiet: Quiet{1320, 420}, First: ToDelegate}
	if got := c.View(true); got != want {
		t.Errorf("got %+v", got)
	}
	if got := (Contact{}).View(false); got != (HostView{Resolved: true}) {
		t.Errorf("nobody: %+v", got)
	}
}
