package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/scanner"
)

// field is a store that was filled through the real pipeline.
type field struct {
	loaded   *config.Loaded
	opened   *openedStore
	pipeline *scanner.Pipeline
}

// openField makes the store of a configuration, as `serve` does at its first start.
func openField(ctx context.Context, file string) (*field, error) {
	a := &app{stdout: io.Discard, stderr: io.Discard, now: time.Now}
	loaded, err := a.loadConfig(file)
	if err != nil {
		return nil, err
	}
	s := &service{app: a, loaded: loaded, log: slog.New(slog.DiscardHandler)}
	for _, step := range []func(context.Context) error{s.openStore, s.readHosts} {
		if err := step(ctx); err != nil {
			return nil, errors.Join(err, s.close())
		}
	}
	p := &field{loaded: loaded, opened: s.opened}
	p.pipeline, err = s.newPipeline(func(string, string) bool { return true })
	return p, err
}

// page takes a page to the pipeline; its first line is its address. One that holds {+3h} is about an event in three hours. It
// returns the id of the leak that is new because of it, "" for none.
func (p *field) page(ctx context.Context, text string) (string, error) {
	uri, text, _ := strings.Cut(text, "\n")
	at, err := url.Parse(regexp.MustCompile(`[^[:graph:]]`).ReplaceAllString(uri, "-"))
	if err != nil {
		return "", err
	}
	document := scanner.Document{URI: uri, Host: at.Hostname(), MediaType: "text/html", Text: strings.NewReader(text)}
	if mark := regexp.MustCompile(`\{\+(\w+)\}`).FindStringSubmatch(text); mark != nil {
		span, err := time.ParseDuration(mark[1])
		if err != nil {
			return "", err
		}
		start := scanner.Start{Time: time.Now().UTC().Add(span)}
		document.Events = []scanner.Event{{From: 0, To: int64(len(text)), Start: start}}
	}
	before, err := p.ids(ctx)
	if err != nil {
		return "", err
	}
	if _, err = p.pipeline.Take(ctx, scanner.Reading{Document: document, Source: "own-site"}); err != nil {
		return "", err
	}
	after, err := p.ids(ctx)
	for id := range after {
		if !before[id] {
			return id, err
		}
	}
	return "", err
}

func (p *field) ids(ctx context.Context) (map[string]bool, error) {
	ids := map[string]bool{}
	for _, o := range p.loaded.Organisations {
		page, err := p.opened.store.ListLeaks(ctx, scanner.LeakQuery{Org: o.Name, Limit: scanner.MaxBatch})
		if err != nil {
			return nil, err
		}
		for _, l := range page.Leaks {
			ids[l.ID] = true
		}
	}
	return ids, nil
}

// plant is the command of scripts: plant CONFIG FOLDER takes each file of the folder, by name, as a page. $NAME then is the id of the
// file's leak.
func plant(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: plant CONFIG FOLDER")
	}
	p, err := openField(context.Background(), ts.MkAbs(args[0]))
	ts.Check(err)
	defer p.opened.store.Close()
	files, err := filepath.Glob(filepath.Join(ts.MkAbs(args[1]), "*"))
	ts.Check(err)
	for _, file := range files {
		text, err := os.ReadFile(file)
		ts.Check(err)
		id, err := p.page(context.Background(), unescape(string(text)))
		ts.Check(err)
		ts.Setenv(filepath.Base(file), id)
	}
}

// says is the command of scripts: says CONFIG LEAK WHAT lets the leak's host say something: of public-page, of the newest place.
func says(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: says CONFIG LEAK WHAT")
	}
	p, err := openField(context.Background(), ts.MkAbs(args[0]))
	ts.Check(err)
	defer p.opened.store.Close()
	ts.Check(p.hostSays(context.Background(), args[1], scanner.EventKind(args[2])))
}

// hostSays lets the host of a leak of acme say something.
func (p *field) hostSays(ctx context.Context, id string, what scanner.EventKind) error {
	l, err := p.opened.store.Leak(ctx, "acme", id)
	if err != nil {
		return err
	}
	ev := scanner.LeakEvent{Kind: what, By: scanner.Actor{Role: scanner.RoleHost, Ref: "slack:T0HOME/U0HOST"}}
	if what == scanner.PublicPage {
		ev.Place = l.Places[len(l.Places)-1].Key
	}
	_, err = p.pipeline.Do(ctx, l.Org, id, ev)
	return err
}

// The meetings of tests that need no script.
const (
	boardPage  = "https://www.acme.example/board\nBoard, {+3h}: https://acme.zoom.us/j/84930275116?pwd=Zk1FaWx5QmRv"
	staffPage  = "https://www.acme.example/staff\nStaff: https://acme.zoom.us/j/93615048227"
	globexPage = "https://www.globex.example/all\nAll hands: https://globex.zoom.us/j/96180352741"
)

// fieldHere makes a configuration with a store of these pages, and returns the configuration's file and the leaks' ids.
func fieldHere(t *testing.T, pages ...string) (file string, p *field, ids []string) {
	t.Helper()
	folder := t.TempDir()
	file = filepath.Join(folder, "meetleaks.yaml")
	text := fmt.Sprintf("store: sqlite:%s/meetleaks.db\norganisations:\n"+
		"  - {name: acme, domains: [acme.example], patterns: [{vanity: acme.zoom.us}]}\n"+
		"  - {name: globex, domains: [globex.example], patterns: [{vanity: globex.zoom.us}]}\n", folder)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := openField(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.opened.store.Close() })
	for _, page := range pages {
		id, err := p.page(t.Context(), page)
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	return file, p, ids
}
