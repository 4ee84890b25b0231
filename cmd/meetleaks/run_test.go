package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"meetleaks/scanner"
)

const leak = "https://acme.zoom.us/j/84930275116?pwd=Zk1FaWx5"

// carryOut runs the program in this process.
func carryOut(t *testing.T, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, diagnostics bytes.Buffer
	code = run(t.Context(), args, nil, strings.NewReader(stdin), &out, &diagnostics)
	return code, out.String(), diagnostics.String()
}

func writeFile(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestInterruptKeepsWhatWasFound cancels a scan that waits for standard input.
func TestInterruptKeepsWhatWasFound(t *testing.T) {
	page := writeFile(t, "page.md", leak)
	summary := filepath.Join(t.TempDir(), "sum.json")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	stdin, never := io.Pipe()
	defer never.Close()
	stdout, results := io.Pipe()
	var diagnostics bytes.Buffer
	code := make(chan int, 1)
	go func() {
		code <- run(ctx, []string{"scan", "--format", "jsonl", "--summary", summary, page, "-"}, nil, stdin, results, &diagnostics)
		_ = results.Close()
	}()
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil || !strings.Contains(line, "849•••••116") {
		t.Fatalf("first line %q, %v", line, err)
	}
	cancel()
	if got := <-code; got != exitInterrupted {
		t.Errorf("exit code %d, want %d; %s", got, exitInterrupted, diagnostics.String())
	}
	if !strings.Contains(diagnostics.String(), "interrupted") {
		t.Errorf("standard error does not say so: %s", diagnostics.String())
	}
	text, err := os.ReadFile(summary)
	if err != nil || !bytes.Contains(text, []byte(`"findings": 1,`)) || !bytes.Contains(text, []byte(`"incomplete": true`)) {
		t.Errorf("summary: %s, %v", text, err)
	}
}

// TestSignal sends a real signal to a real process.
func TestSignal(t *testing.T) {
	if runtime.GOOS == "windows" {
		return // there is no SIGINT to send
	}
	program, err := exec.LookPath("meetleaks")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "scan", "--format", "jsonl", writeFile(t, "page.md", leak), "-")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer stdin.Close()
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	overdue := time.AfterFunc(30*time.Second, func() { _ = cmd.Process.Kill() })
	defer overdue.Stop()
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil || !strings.Contains(line, "849•••••116") {
		t.Errorf("first line %q, %v", line, err)
	}
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() != exitInterrupted {
		t.Errorf("the process ended with %v, want exit code %d", err, exitInterrupted)
	}
}

// brokenWriter is a file on a full disk.
type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) {
	return 0, &fs.PathError{Op: "write", Path: "/dev/stdout", Err: errors.New("no space left on device")}
}

func TestWhatCannotBeWrittenIsNotFine(t *testing.T) {
	page := writeFile(t, "page.md", leak)
	for _, args := range [][]string{
		{"scan", page}, {"scan", "--format", "jsonl", page}, {"version"}, {"platforms"}, {"platforms", "--format", "json"},
		{"config", "init"}, {"config", "show"}, {"config", "check"}, {"explain", leak},
		{"completion", "bash"}, {"completion", "zsh"}, {"completion", "fish"}, {"completion", "powershell"},
		{}, {"--help"}, {"scan", "--help"}, {"help", "scan"}, {"--version"},
	} {
		var diagnostics bytes.Buffer
		code := run(t.Context(), args, []string{"HOME=" + t.TempDir()}, strings.NewReader(""), brokenWriter{}, &diagnostics)
		if code != exitIncomplete || !strings.Contains(diagnostics.String(), "no space left") {
			t.Errorf("%q: exit code %d, %s", args, code, diagnostics.String())
		}
	}
}

// TestNothingPrintsSecretsOrControls gives each command an argument that holds both.
func TestNothingPrintsSecretsOrControls(t *testing.T) {
	const hostile = "a\x1b[2J\u202e" + leak
	for _, args := range [][]string{
		{hostile}, {"scan", hostile}, {"scan", "--format", hostile, "x"}, {"scan", "--config", hostile, "x"}, {"scan", "--ignore", hostile, "x"},
		{"scan", "--output", hostile + "/x", "x"}, {"scan", "--exclude", hostile + "[", "x"}, {"scan", "--jobs", hostile, "x"}, {"scan", "--" + hostile},
		{"config", hostile}, {"config", "check", hostile}, {"config", "show", "--config", hostile}, {"platforms", "--format", hostile},
		{"explain", hostile}, {"explain", "--config", hostile, "x"}, {"completion", hostile}, {"help", hostile},
	} {
		_, out, diagnostics := carryOut(t, "", args...)
		for _, bad := range []string{"\x1b", "\u202e", "84930275116", "Zk1FaWx5"} {
			if strings.Contains(out+diagnostics, bad) {
				t.Errorf("%q prints %q:\n%s%s", args, bad, out, diagnostics)
			}
		}
	}
}

// TestIgnoreMistakesAreClean holds that a line of an ignore file, which may be anything, comes back neither.
func TestIgnoreMistakesAreClean(t *testing.T) {
	page, ignore := writeFile(t, "page.md", leak), writeFile(t, "ignore", leak+"\x1b[2J\n["+leak+" until=2099-01-01 x\n")
	code, out, diagnostics := carryOut(t, "", "scan", "--ignore", ignore, page)
	if code != exitUsage || strings.Contains(out+diagnostics, "84930275116") || strings.Contains(diagnostics, "\x1b") {
		t.Errorf("exit code %d\n%s%s", code, out, diagnostics)
	}
}

func TestExplainIsBounded(t *testing.T) {
	if code, _, diagnostics := carryOut(t, strings.Repeat("x", maxExplained+1), "explain", "-"); code != exitUsage || !strings.Contains(diagnostics, "4 MiB") {
		t.Errorf("exit code %d, %s", code, diagnostics)
	}
}

func TestAShellThatIsNotKnownIsAMistake(t *testing.T) {
	if code, out, _ := carryOut(t, "", "completion", "bash"); code != exitFine || !strings.Contains(out, "meetleaks") {
		t.Errorf("bash: exit code %d", code)
	}
	if code, out, diagnostics := carryOut(t, "", "completion", "tcsh"); code != exitUsage || out != "" || !strings.Contains(diagnostics, "tcsh") {
		t.Errorf("exit code %d, %q, %q", code, out, diagnostics)
	}
}

func TestSkipsAreBounded(t *testing.T) {
	for name, test := range map[string]struct{ length, kept int }{"many": {10, maxSkips}, "long names": {4096, maxSkipped / (4096 + 1)}} {
		var l skipList
		for range maxSkips + 5 {
			l.add(scanner.Skip{URI: strings.Repeat("x", test.length), Reason: "y"})
		}
		if all := l.all(scanner.Failure); len(all) != test.kept+1 || all[test.kept].Reason != fmt.Sprintf("and %d more", maxSkips+5-test.kept) {
			t.Errorf("%s: %d are kept, the last %+v", name, len(all), all[len(all)-1])
		}
	}
}
