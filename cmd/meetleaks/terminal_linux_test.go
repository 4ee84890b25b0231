package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"
)

// openTerminal opens a pseudo-terminal: what is written to the second file can be read from the first.
func openTerminal(t *testing.T) (outside, inside *os.File) {
	t.Helper()
	outside, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	var number, locked uint32
	for request, value := range map[uintptr]*uint32{syscall.TIOCGPTN: &number, syscall.TIOCSPTLCK: &locked} {
		if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, outside.Fd(), request, uintptr(unsafe.Pointer(value))); errno != 0 {
			t.Fatal(errno)
		}
	}
	inside, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = outside.Close() })
	return outside, inside
}

// screen keeps what a terminal shows.
type screen struct {
	outside *os.File
	inside  *os.File
	shown   bytes.Buffer
	waitFor string // closes seen once it is shown
	seen    chan struct{}
	done    chan struct{}
}

func newScreen(t *testing.T, waitFor string) *screen {
	t.Helper()
	s := &screen{waitFor: waitFor, seen: make(chan struct{}), done: make(chan struct{})}
	s.outside, s.inside = openTerminal(t)
	go s.read()
	return s
}

// read ends with an error when the inside is closed.
func (s *screen) read() {
	defer close(s.done)
	buffer := make([]byte, 4096)
	for waiting := true; ; {
		n, err := s.outside.Read(buffer)
		s.shown.Write(buffer[:n])
		if waiting && strings.Contains(s.shown.String(), s.waitFor) {
			close(s.seen)
			waiting = false
		}
		if err != nil {
			return
		}
	}
}

// text closes the terminal and returns all that was shown.
func (s *screen) text(t *testing.T) string {
	t.Helper()
	if err := s.inside.Close(); err != nil {
		t.Fatal(err)
	}
	<-s.done
	return s.shown.String()
}

func TestColourOnlyOnTerminals(t *testing.T) {
	page := writeFile(t, "page.md", leak)
	report := func(env ...string) string {
		s := newScreen(t, "never")
		run(t.Context(), []string{"scan", page}, env, strings.NewReader(""), s.inside, io.Discard)
		return s.text(t)
	}
	if got := report(); !strings.Contains(got, "\x1b[") {
		t.Errorf("no colour on a terminal: %q", got)
	}
	for _, env := range []string{"NO_COLOR=1", "TERM=dumb"} {
		if got := report(env); strings.Contains(got, "\x1b") || !strings.Contains(got, "849•••••116") {
			t.Errorf("with %v: %q", env, got)
		}
	}
	if _, got, _ := carryOut(t, "", "scan", page); strings.Contains(got, "\x1b") {
		t.Errorf("colour in a pipe: %q", got)
	}
}

// untilSeen ends when the screen has shown what was waited for.
type untilSeen struct{ s *screen }

func (u untilSeen) Read([]byte) (int, error) {
	<-u.s.seen
	return 0, io.EOF
}

func TestProgressIsPaintedAndCleared(t *testing.T) {
	s := newScreen(t, "\r\x1b[K0 files, 0 B, 0 findings")
	run(t.Context(), []string{"scan", "-"}, nil, untilSeen{s}, io.Discard, s.inside)
	if got := s.text(t); !strings.Contains(got, "\r\x1b[Kmeetleaks: 0 findings") {
		t.Errorf("the line was not cleared: %q", got)
	}
}

// TestProgressMovesInsideOneDocument: what was read of a long document is shown before its end.
func TestProgressMovesInsideOneDocument(t *testing.T) {
	s := newScreen(t, "\r\x1b[K0 files, 1.")
	long := io.MultiReader(strings.NewReader(strings.Repeat("nothing\n", 200_000)), untilSeen{s})
	run(t.Context(), []string{"scan", "-"}, nil, long, io.Discard, s.inside)
	if got := s.text(t); !strings.Contains(got, "1 document, 1.6 MB") {
		t.Errorf("not all was counted: %q", got)
	}
}

// TestTheOutcomeIsToldOnceOnATerminal: who reads the text report on a terminal reads standard error there too.
func TestTheOutcomeIsToldOnceOnATerminal(t *testing.T) {
	page := writeFile(t, "page.md", leak)
	const line = "1 finding (1 meeting)"
	for _, test := range []struct {
		name string
		args []string
		want int
	}{
		{"text", []string{"scan", page}, 0},
		{"jsonl", []string{"scan", "--format", "jsonl", page}, 1},
		{"to a file", []string{"scan", "--output", filepath.Join(t.TempDir(), "report"), page}, 1},
	} {
		s := newScreen(t, "never")
		run(t.Context(), test.args, nil, strings.NewReader(""), s.inside, s.inside)
		if got := s.text(t); strings.Count(got, line) != test.want {
			t.Errorf("%s: want the line %d times:\n%s", test.name, test.want, got)
		}
	}
	other := newScreen(t, "never")
	s := newScreen(t, "never")
	run(t.Context(), []string{"scan", page}, nil, strings.NewReader(""), s.inside, other.inside)
	if got := other.text(t); !strings.Contains(got, line) {
		t.Errorf("two terminals: %q", got)
	}
	s.text(t)
}

func TestProgressOnlyOnTerminals(t *testing.T) {
	s := newScreen(t, "never")
	for _, test := range []struct {
		name           string
		env            []string
		stdout, stderr io.Writer
		o              scanOptions
		want           bool
	}{
		{"terminal", nil, io.Discard, s.inside, scanOptions{format: "text"}, true},
		{"pipe", nil, s.inside, io.Discard, scanOptions{format: "text"}, false},
		{"--no-progress", nil, io.Discard, s.inside, scanOptions{format: "text", noProgress: true}, false},
		{"dumb terminal", []string{"TERM=dumb"}, io.Discard, s.inside, scanOptions{format: "text"}, false},
		{"between lines of jsonl", nil, s.inside, s.inside, scanOptions{format: "jsonl"}, false},
		{"jsonl to a file", nil, s.inside, s.inside, scanOptions{format: "jsonl", output: "file"}, true},
	} {
		a := &app{env: test.env, stdout: test.stdout, stderr: test.stderr}
		if got := a.showsProgress(test.o); got != test.want {
			t.Errorf("%s: progress %v, want %v", test.name, got, test.want)
		}
	}
	s.text(t)
}

// A page that fails is tried again after a while: whoever waits is told, a few times.
func TestATerminalIsToldOfAnotherTry(t *testing.T) {
	var screen bytes.Buffer
	line := &progress{}
	for range maxNotes + 2 {
		line.again("acme.example", errors.New("failed: the server answered 500"), 5*time.Second)
		line.above(&screen)
		line.above(&screen)
	}
	want := strings.Repeat("\r\x1b[Kmeetleaks: acme.example: failed: the server answered 500; trying again in 5s\n", maxNotes)
	if screen.String() != want {
		t.Errorf("on the terminal:\n%q", screen.String())
	}
}
