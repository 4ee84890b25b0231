package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestInterruptWhileTheOutputWaits opens a pipe that nobody reads.
func TestInterruptWhileTheOutputWaits(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(3*lookAgain, cancel)
	var out, diagnostics bytes.Buffer
	if code := run(ctx, []string{"scan", "--output", pipe, writeFile(t, "page.md", leak)}, nil, strings.NewReader(""), &out, &diagnostics); code != exitInterrupted {
		t.Errorf("exit code %d, %s", code, diagnostics.String())
	}
}

func TestTheOutputMayBeAPipe(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	read := make(chan string, 1)
	go func() {
		text, err := os.ReadFile(pipe)
		if err != nil {
			text = []byte(err.Error())
		}
		read <- string(text)
	}()
	code, _, diagnostics := carryOut(t, "", "scan", "--output", pipe, "--format", "jsonl", writeFile(t, "page.md", leak))
	if got := <-read; code != exitFindings || !strings.Contains(got, "849•••••116") {
		t.Errorf("exit code %d, %q, %s", code, got, diagnostics)
	}
}
