package main

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"meetleaks/cmd/meetleaks/internal/config"
)

func TestAnotherListMakesWhatWasReadOutdated(t *testing.T) {
	now := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	listed := []byte("one")
	i := newInventory(func() []byte { return listed }, func() time.Time { return now })
	before, version := now.Add(-time.Hour), i.version([]byte("v"))
	i.look()
	if i.outdated(before) || i.outdated(time.Time{}) || !bytes.Equal(version, i.version([]byte("v"))) {
		t.Error("nothing has changed, and all is outdated")
	}
	listed = []byte("two")
	now = now.Add(time.Minute)
	i.look()
	if !i.outdated(before) || !i.outdated(now.Add(time.Second)) || i.outdated(now.Add(time.Hour)) || i.outdated(time.Time{}) {
		t.Error("what was read before the change, and just after it, is outdated, and nothing else")
	}
	if bytes.Equal(version, i.version([]byte("v"))) || i.version(nil) != nil {
		t.Error("a document is the same version under another list")
	}
}

// What a file of hosts lists decides whose a link is: so it is part of the generation, and noticed when it changes.
func TestHostsAreOfTheGeneration(t *testing.T) {
	file := filepath.Join(t.TempDir(), "hosts.csv")
	write := func(rows string) {
		t.Helper()
		if err := os.WriteFile(file, []byte("meeting,email\n"+rows), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	start := func() *service {
		t.Helper()
		loaded := &config.Loaded{Config: config.Default()}
		loaded.Organisations = []config.Organisation{{Name: "acme", Domains: []string{"acme.example"}, HostsFile: config.Path(file)}}
		s := &service{app: testApp(), loaded: loaded, log: slog.New(slog.DiscardHandler), history: &history{}, keys: deploymentKeys{ring: ringOf(t, 1, 2)}}
		if err := s.readHosts(t.Context()); err != nil {
			t.Fatal(err)
		}
		return s
	}
	write("zoom:91827364550,jo@acme.example\n")
	s := start()
	first := s.generation()
	if s.doubtful(time.Now().Add(-time.Minute)) {
		t.Error("all is in doubt at the start")
	}
	write("zoom:91827364550,jo@acme.example\nzoom:84930275116,ann@acme.example\n")
	for range 2 { // it has to look the same twice
		if _, err := s.checkHosts(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if !s.doubtful(time.Now().Add(-time.Minute)) {
		t.Error("what was read under the list before is believed")
	}
	if start().generation() == first {
		t.Error("another list, and the same generation")
	}
	write("zoom:84930275116,ann@acme.example\nzoom:91827364550,jo@acme.example,a topic\n")
	if s.generation() != start().generation() {
		t.Error("the order of rows, or what else they say, makes another generation")
	}
}
