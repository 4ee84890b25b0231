package main

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"meetleaks/cmd/meetleaks/internal/config"
)

func TestALogHoldsNoIdAndNoSecret(t *testing.T) {
	for _, format := range []string{logJSON, logText} {
		var out bytes.Buffer
		log, err := newLog(&out, format, "debug")
		if err != nil {
			t.Fatal(err)
		}
		const link, id, secret = "https://acme.zoom.us/j/84930275116?pwd=Zk7q", "84930275116", "xoxb-849-hidden"
		log.With("place", link).Info("a page", "error", fmt.Errorf("read %s: %w", link, errors.New("broken\x1b[31m\nline")), "secret", config.NewSecret(secret),
			"list", []string{link, "b"}, "unknown", struct{ Token string }{secret}, slog.Group("in", "link", link))
		text := out.String()
		for _, bad := range []string{id, "Zk7q", secret, "\x1b"} {
			if strings.Contains(text, bad) {
				t.Errorf("%s: %q is in the log: %s", format, bad, text)
			}
		}
		for _, want := range []string{"a page", "849•••••116", "broken"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s: %q is not in the log: %s", format, want, text)
			}
		}
		if strings.Count(text, "\n") != 1 {
			t.Errorf("%s: the log has other lines than one: %s", format, text)
		}
	}
}

func TestMistakesInTheFlagsOfTheLog(t *testing.T) {
	for _, args := range [][2]string{{"xml", "info"}, {"json", "loud"}} {
		if _, err := newLog(&bytes.Buffer{}, args[0], args[1]); !isFault(err) {
			t.Errorf("%v: %v", args, err)
		}
	}
}
