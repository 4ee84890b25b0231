//go:build linux

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// The bounds of a process.
const (
	startsWithin = time.Minute
	endsWithin   = drainAll + 5*time.Second
	restartAfter = 200 * time.Millisecond // when it ended before it served, as a service manager does
)

// process is one `meetleaks serve`, a process of its own. It is safe for concurrent use.
type process struct {
	c     *chaos
	roles string // "": all
	log   string // file

	mu      sync.Mutex
	cmd     *exec.Cmd
	exited  chan struct{}
	address string // of its console, "" while it does not serve
}

// theProgram gives the test's binary the name under which it is the program: TestMain. A symbolic link would not do, as
// the program starts itself for PDFs.
func theProgram(t *testing.T) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(t.TempDir(), "meetleaks")
	if os.Link(self, program) == nil {
		return program
	}
	from, err := os.Open(self)
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	to, err := os.OpenFile(program, os.O_CREATE|os.O_WRONLY, 0o700)
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.Copy(to, from)
	if err := errors.Join(err, to.Close()); err != nil {
		t.Fatal(err)
	}
	return program
}

// start runs it until it serves. One that ends before, as its store does not answer, is started again.
func (p *process) start() {
	if cmd, _ := p.running(); cmd != nil {
		return
	}
	ctx, cancel := context.WithTimeout(p.c.ctx, startsWithin)
	defer cancel()
	for ctx.Err() == nil {
		from := fileSize(p.log)
		exited, err := p.launch()
		if err != nil {
			p.c.t.Errorf("start a process: %v", err)
			return
		}
		if p.serves(ctx, from, exited) {
			return
		}
		rest(ctx, restartAfter)
	}
	p.c.t.Errorf("a process does not start:\n%s", tail(p.log))
}

func (p *process) launch() (chan struct{}, error) {
	log, err := os.OpenFile(p.log, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	args := []string{"serve", "--config", p.c.config, "--log-format", "json"}
	if p.roles != "" {
		args = append(args, "--roles", p.roles)
	}
	cmd := exec.Command(p.c.program, args...)
	cmd.Stdout, cmd.Stderr, cmd.Dir = log, log, p.c.dir
	cmd.Env = append(os.Environ(), "GORACE=atexit_sleep_ms=0", "TZ=UTC")
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	exited := make(chan struct{})
	p.mu.Lock()
	p.cmd, p.exited = cmd, exited
	p.mu.Unlock()
	go func() {
		_ = cmd.Wait() // its code is asked for by who ends it
		p.mu.Lock()
		p.address = ""
		p.mu.Unlock()
		close(exited)
	}()
	return exited, nil
}

// serves waits until the log says where it serves.
func (p *process) serves(ctx context.Context, from int64, exited chan struct{}) bool {
	return until(ctx, func() bool {
		select {
		case <-exited:
			return true
		default:
		}
		address := servesAt(p.log, from)
		p.mu.Lock()
		defer p.mu.Unlock()
		p.address = address
		return address != ""
	}) && p.where() != ""
}

// servesAt reads a log from an offset.
func servesAt(log string, from int64) string {
	text, err := os.ReadFile(log)
	if err != nil || int64(len(text)) <= from {
		return ""
	}
	for line := range bytes.Lines(text[from:]) {
		var entry struct{ Msg, Console string }
		if json.Unmarshal(line, &entry) == nil && entry.Msg == "meetleaks serves" {
			return entry.Console
		}
	}
	return ""
}

// where is the address of its console, "" while it does not serve.
func (p *process) where() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.address
}

func (p *process) has(role string) bool {
	return p.roles == "" || slices.Contains(strings.Split(p.roles, ","), role)
}

// running is the process and its end, nil when it does not run.
func (p *process) running() (*exec.Cmd, chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.exited == nil {
		return nil, nil
	}
	select {
	case <-p.exited:
		return nil, nil
	default:
	}
	return p.cmd, p.exited
}

// kill ends it at once.
func (p *process) kill() {
	if cmd, exited := p.running(); cmd != nil {
		_ = cmd.Process.Kill()
		<-exited
	}
}

// stop asks it to end and gives its exit code, -1 when a signal ended it. It is killed when it does not end within its bound.
func (p *process) stop(signals ...syscall.Signal) int {
	cmd, exited := p.running()
	if cmd == nil {
		return 0
	}
	ctx, cancel := context.WithTimeout(context.Background(), endsWithin)
	defer cancel()
	for i, s := range signals {
		if i > 0 {
			rest(ctx, 300*time.Millisecond)
		}
		_ = cmd.Process.Signal(s)
	}
	select {
	case <-exited:
	case <-ctx.Done():
		p.c.t.Errorf("a process does not end within %s:\n%s", endsWithin, tail(p.log))
		p.kill()
	}
	return cmd.ProcessState.ExitCode()
}

func fileSize(name string) int64 {
	info, err := os.Stat(name)
	if err != nil {
		return 0
	}
	return info.Size()
}

// tail is the end of a file.
func tail(name string) string {
	text, err := os.ReadFile(name)
	if err != nil {
		return err.Error()
	}
	return string(text[max(0, len(text)-3000):])
}

// rest waits, unless the context ends before.
func rest(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// until asks again and again, and says whether it came about before ctx ended.
func until(ctx context.Context, done func() bool) bool {
	for !done() {
		if rest(ctx, 50*time.Millisecond); ctx.Err() != nil {
			return false
		}
	}
	return true
}
