package sourcetest_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"meetleaks/scanner"
	"meetleaks/scanner/source/sourcetest"
)

// board is a service in memory: a list of events, each with a number.
type board struct {
	mu     sync.Mutex
	events []event
	more   chan struct{}
	broken error
}

type event struct{ what, uri, author, text string }

func newBoard() *board { return &board{more: make(chan struct{})} }

func (b *board) add(e event) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.events = append(b.events, e)
	close(b.more)
	b.more = make(chan struct{})
}

func (b *board) breaks(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.broken = err
}

// from are the events from a number on, and what tells of more.
func (b *board) from(n int) ([]event, <-chan struct{}, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.events[min(n, len(b.events)):], b.more, b.broken
}

// fault is what is wrong with a source of the board on purpose; "" nothing.
type fault string

const (
	cuts      fault = "cuts what it hands on"
	early     fault = "saves before it is durable"
	forgetful fault = "begins at the end after a crash"
	holds     fault = "goes on without a lease"
	same      fault = "gives every edit the same version"
	deaf      fault = "hears no deletions"
	keeps     fault = "keeps the posts of accounts that are gone"
	stubborn  fault = "does not end"
	silent    fault = "does not say how it does"
	names     fault = "names the author"
	cheerful  fault = "looks as if it saw though it does not"
)

func variants() map[fault]string {
	return map[fault]string{
		cuts: "a link that is posted", early: "nothing is saved", forgetful: "a crash", holds: "a lost lease", same: "an edit", deaf: "a deletion",
		keeps: "an account", stubborn: "a pass ends", silent: "health is told", names: "a link that is posted", cheerful: "fault",
	}
}

// listener is a source of the board.
type listener struct {
	b     *board
	bad   fault
	taker *sourcetest.Taker
	log   *slog.Logger
}

func (l *listener) Read(ctx context.Context, p scanner.Pass) (scanner.Outcome, error) {
	at, _ := strconv.Atoi(p.Cursor)
	if p.Cursor == "" || l.bad == forgetful {
		all, _, _ := l.b.from(0)
		at = len(all)
	}
	health := scanner.SourceHealth{}
	save := func() error {
		if err := p.Save(ctx, strconv.Itoa(at)); err != nil && l.bad != holds {
			return err
		}
		return nil
	}
	if _, _, err := l.b.from(at); err != nil && l.bad != cheerful {
		return scanner.Outcome{}, err
	}
	for first := true; ; first = false {
		events, more, err := l.b.from(at)
		if err != nil && l.bad == cheerful {
			return scanner.Outcome{}, nil
		}
		for _, e := range events {
			at++
			health.Heard++
			if l.bad == early {
				_ = save()
			}
			if err := l.take(ctx, p, e, at); err != nil {
				return scanner.Outcome{}, err
			}
		}
		if l.bad != silent {
			p.Tell(health)
		}
		if first || len(events) > 0 {
			if err := save(); err != nil {
				return scanner.Outcome{}, err
			}
		}
		if l.bad == stubborn {
			ctx = context.WithoutCancel(ctx)
		}
		select {
		case <-more:
		case <-ctx.Done():
			return scanner.Outcome{}, ctx.Err()
		}
	}
}

func (l *listener) take(ctx context.Context, p scanner.Pass, e event, n int) error {
	switch e.what {
	case "delete":
		if l.bad == deaf {
			return nil
		}
		return l.taker.Deleted(ctx, e.uri)
	case "suspend":
		if l.bad == keeps {
			return nil
		}
		return l.taker.References(ctx, p.Source, func(s scanner.Secret) bool {
			if strings.HasPrefix(s.Text(), "https://board.example/"+e.author+"/") {
				_ = l.taker.Deleted(ctx, strings.Replace(s.Text(), e.author+"/", "", 1))
			}
			return true
		})
	}
	if l.bad == cuts {
		e.text = e.text[:len(e.text)/2]
	}
	if l.bad == names {
		l.log.Info("read", "author", e.author)
	}
	version := strconv.Itoa(n)
	if l.bad == same {
		version = "1"
	}
	_, err := l.taker.Take(ctx, scanner.Reading{
		Document: scanner.Document{URI: e.uri, Text: strings.NewReader(e.text)}, Source: p.Source, At: time.Now(), Posted: time.Now(),
		Version: []byte(version), Shown: "board.example",
		Reference: scanner.NewSecret(strings.Replace(e.uri, "example/", "example/"+e.author+"/", 1)),
	})
	return err
}

func harness(bad fault) sourcetest.Harness {
	b, n := newBoard(), 0
	authors := map[string]string{}
	return sourcetest.Harness{
		Kind: scanner.Stream, Social: true, Signal: sourcetest.SaysDeleted,
		Open: func(_ *testing.T, taker *sourcetest.Taker, log *slog.Logger) sourcetest.Read {
			return (&listener{b: b, bad: bad, taker: taker, log: log}).Read
		},
		Post: func(_ *testing.T, p sourcetest.Post) string {
			n++
			uri := fmt.Sprintf("https://board.example/%d", n)
			authors[uri] = p.Author
			b.add(event{"post", uri, p.Author, p.Text})
			return uri
		},
		Edit:    func(_ *testing.T, uri, text string) { b.add(event{"post", uri, authors[uri], text}) },
		Delete:  func(_ *testing.T, uri string) { b.add(event{"delete", uri, "", ""}) },
		Suspend: func(_ *testing.T, author string) { b.add(event{"suspend", "", author, ""}) },
		Faults: []sourcetest.Fault{{Name: "it refuses", Break: func(*testing.T) func() {
			b.breaks(errors.New("refused"))
			return func() { b.breaks(nil) }
		}}},
	}
}

func TestASourceThatIsWellPasses(t *testing.T) { sourcetest.Run(t, harness("")) }

// variant names the one that a child process runs.
const variant = "MEETLEAKS_SOURCETEST_VARIANT"

func TestVariant(t *testing.T) {
	if bad := fault(os.Getenv(variant)); bad != "" {
		h := harness(bad)
		h.Patience = 2 * time.Second
		sourcetest.Run(t, h)
	}
}

func TestSourcesThatAreBrokenFail(t *testing.T) {
	t.Parallel()
	var all sync.WaitGroup
	for bad, promise := range variants() {
		all.Go(func() { // at once: they wait most of the time
			cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestVariant$/"+promise, "-test.timeout", "2m")
			cmd.Env = append(os.Environ(), variant+"="+string(bad))
			out, err := cmd.CombinedOutput()
			var exit *exec.ExitError
			if !errors.As(err, &exit) || !strings.Contains(string(out), "--- FAIL") {
				t.Errorf("a source that %s passes %q: %v\n%s", bad, promise, err, out)
			}
		})
	}
	all.Wait()
}
