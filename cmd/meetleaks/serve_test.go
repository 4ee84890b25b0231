package main

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"meetleaks/scanner"
)

// running lets parts run together until stop is called, and returns what came of it.
func running(t *testing.T, bound time.Duration, parts ...part) (stop func(), ended <-chan error) {
	t.Helper()
	s := &service{log: slog.New(slog.DiscardHandler)}
	ctx, cancel := context.WithCancelCause(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.together(ctx, cancel, parts, bound) }()
	return func() { cancel(context.Canceled) }, done
}

func result(t *testing.T, ended <-chan error) error {
	t.Helper()
	select {
	case err := <-ended:
		return err
	case <-time.After(20 * time.Second):
		t.Fatal("it does not end")
		return nil
	}
}

func untilDone(err error) func(context.Context) error {
	return func(ctx context.Context) error {
		<-ctx.Done()
		return err
	}
}

func TestWhatEndsInOrderIsNoFailure(t *testing.T) {
	stop, ended := running(t, time.Minute, part{"a", untilDone(nil)}, part{"b", untilDone(context.Canceled)})
	stop()
	if err := result(t, ended); err != nil {
		t.Error(err)
	}
}

// What goes wrong while all ends is told: or a pass that does not end would look like one that did.
func TestAFailureAtTheEndIsTold(t *testing.T) {
	stop, ended := running(t, time.Minute, part{"serve", untilDone(nil)}, part{"read", untilDone(scanner.ErrNotDrained)})
	stop()
	if err := result(t, ended); !errors.Is(err, scanner.ErrNotDrained) {
		t.Errorf("error %v", err)
	}
}

func TestAPartThatFailsEndsTheOthers(t *testing.T) {
	broken := errors.New("the listener is gone")
	for name, bad := range map[string]struct {
		err, want error
	}{
		"fails": {broken, broken}, "ends": {nil, errEnded}, "ends with another's end": {context.Canceled, context.Canceled},
	} {
		_, ended := running(t, time.Minute, part{"read", untilDone(nil)}, part{"serve", func(context.Context) error { return bad.err }})
		if err := result(t, ended); !errors.Is(err, bad.want) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func TestWhatDoesNotEndIsLeft(t *testing.T) {
	release := make(chan struct{})
	defer close(release)
	stop, ended := running(t, 20*time.Millisecond, part{"hangs", func(context.Context) error { <-release; return nil }})
	stop()
	if err := result(t, ended); !errors.Is(err, errStuck) {
		t.Errorf("error %v", err)
	}
}

// A store that does not let go does not keep the process.
func TestClosingIsBounded(t *testing.T) {
	release := make(chan struct{})
	defer close(release)
	s := &service{closers: []func() error{func() error { <-release; return nil }}}
	if err := s.closeSoon(20 * time.Millisecond); !errors.Is(err, errStuck) {
		t.Errorf("error %v", err)
	}
	broken := errors.New("broken")
	s = &service{closers: []func() error{func() error { return broken }, func() error { return nil }}}
	if err := s.closeSoon(time.Minute); !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
}

// Each process says of itself whether it is ready, so each checks the books.
func TestTheBooksAreCheckedInEveryRole(t *testing.T) {
	for _, role := range allRoles() {
		s := &service{roles: roles{role}, log: slog.New(slog.DiscardHandler), front: &front{}, history: &history{}, keeper: &keeper{},
			outlook: &scanner.Scheduler{}, schedule: &scanner.Scheduler{}, sender: &scanner.Sender{}, pulled: &scanner.Pipeline{}}
		found := false
		for _, p := range s.parts() {
			found = found || p.name == "check the books"
		}
		if !found {
			t.Errorf("role %s does not check the books", role)
		}
	}
}

// What a person at a terminal, or a machine, reads in the log holds no link and no control character.
func TestTheLogIsInert(t *testing.T) {
	for _, format := range []string{logJSON, logText} {
		var out bytes.Buffer
		log, err := newLog(&out, format, "info")
		if err != nil {
			t.Fatal(err)
		}
		log.Error("read", "page", "https://acme.zoom.us/j/84930275116?pwd=Zk93hQ1\x1b[2J\nlevel=ERROR", "error",
			errors.New("get https://acme.zoom.us/j/84930275116?pwd=Zk93hQ1"), "group", slog.GroupValue(slog.String("in", "zoom.us/j/84930275116")))
		for _, bad := range []string{"84930275116", "Zk93hQ1", "\x1b"} {
			if bytes.Contains(out.Bytes(), []byte(bad)) {
				t.Errorf("%s log holds %q: %s", format, bad, out.String())
			}
		}
		if n := bytes.Count(out.Bytes(), []byte("\n")); n != 1 {
			t.Errorf("%s log has %d lines: %s", format, n, out.String())
		}
	}
}
