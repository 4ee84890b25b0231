package main

import (
	"bytes"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/matchers"
	"meetleaks/scanner"
)

// unasked are visits that nobody asks for.
type unasked struct{ scanner.Visits }

func TestEscapesHideNothing(t *testing.T) {
	t.Parallel()
	for frame, want := range map[string]string{
		`{"text":"\uff5aoom.us\/j\/84930275116"}`: `{"text":"ｚoom.us\/j\/84930275116"}`,
		`"\ud835\udc33oom.us"`:                    `"𝐳oom.us"`,
		`"\u0026 \u003c \uzzzz \u00"`:             `"\u0026 \u003c \uzzzz \u00"`,
		`"\ud835 alone, \u00e9\u`:                 `"` + string(utf8.RuneError) + ` alone, é\u`,
	} {
		plain, escaped := withoutEscapes([]byte(frame))
		if string(plain) != want || escaped != (frame != want) {
			t.Errorf("%s became %s, %v", frame, plain, escaped)
		}
	}
	if plain, _ := withoutEscapes([]byte(`{"text":"\uff5aoom.us/j/84930275116"}`)); !matchers.Standard().Promising(plain) {
		t.Error("a link in other characters promises nothing")
	}
}

func FuzzEscapes(f *testing.F) {
	f.Add([]byte(`"\ud835\udc33oom.us \u0026 é"`))
	f.Add([]byte(`\u\ud835\ud835`))
	f.Fuzz(func(t *testing.T, frame []byte) {
		kept := bytes.Clone(frame)
		plain, escaped := withoutEscapes(frame)
		if !bytes.Equal(kept, frame) || len(plain) > len(frame) || !escaped && !bytes.Equal(plain, frame) {
			t.Errorf("%q became %q, %v", kept, plain, escaped)
		}
	})
}

func TestAMissedCanaryIsOneAlertWhicheverProcessLooks(t *testing.T) {
	t.Parallel()
	link, err := config.ParseClearID("https://acme.zoom.us/j/86420719385")
	if err != nil {
		t.Fatal(err)
	}
	birds, err := newCanaries([]config.Canary{{Name: "site", Link: link, Sources: []string{"own-site"}}},
		[]byte(strings.Repeat("k7", 16)), unasked{})
	if err != nil {
		t.Fatal(err)
	}
	found := time.Date(2026, 11, 18, 10, 30, 0, 0, time.UTC)
	seen := []scanner.CanarySighting{{Canary: "site", Source: "own-site", Since: found, Found: found}}
	outlooks := []scanner.Outlook{{Source: "own-site", Kind: scanner.Poll, Passed: found.Add(time.Hour)}}
	for _, after := range []time.Duration{48 * time.Hour, 53 * time.Hour, 200 * time.Hour} {
		var a aviary // of a process of its own
		a.look(birds, seen, outlooks, found.Add(after))
		if o := a.over([]scanner.Outlook{outlooks[0]})[0]; o.Blind == "" || !o.Since.Equal(found.Add(48*time.Hour)) {
			t.Errorf("after %v: %q since %v", after, o.Blind, o.Since)
		}
	}
}
