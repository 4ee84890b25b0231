package main

import (
	"bytes"
	"compress/gzip"
	"errors"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain lets the test binary stand for the program in scripts and in tests that need a process.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"meetleaks": main})
}

// TestScripts runs testdata/script: one file for each promise of the command line.
//
// Beside the usual commands there are
//
//	exits CODE PROGRAM ARG...  like exec, and wants that exit code
//	hostile NAME FILE  copies FILE to NAME, in which \e stands for ESC and \n for a line break
//	gz FILE whole|half replaces FILE (escaped as above) by its gzip, or the first half of it
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":   exits,
			"hostile": hostileName,
			"gz":      cutGzip,
		},
		Setup: func(e *testscript.Env) error {
			e.Setenv("TZ", "UTC")
			e.Setenv("GORACE", "atexit_sleep_ms=0") // each process of a race build would sleep for a second at its end
			return nil
		},
	})
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM ARG...")
	}
	code := 0
	var exit *exec.ExitError
	switch err := ts.Exec(args[1], args[2:]...); {
	case errors.As(err, &exit):
		code = exit.ExitCode()
	case err != nil:
		ts.Fatalf("%v", err)
	}
	if want := args[0]; strconv.Itoa(code) != want {
		ts.Fatalf("exit code %d, want %s", code, want)
	}
}

func hostileName(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(os.WriteFile(ts.MkAbs(unescape(args[0])), []byte(ts.ReadFile(args[1])), 0o600))
}

func unescape(name string) string {
	return strings.NewReplacer(`\e`, "\x1b", `\n`, "\n").Replace(name)
}

func cutGzip(ts *testscript.TestScript, _ bool, args []string) {
	name := unescape(args[0])
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, err := w.Write([]byte(ts.ReadFile(name)))
	ts.Check(err)
	ts.Check(w.Close())
	keep := packed.Len()
	if args[1] == "half" {
		keep = packed.Len() / 2
	}
	ts.Check(os.WriteFile(ts.MkAbs(name), packed.Bytes()[:keep], 0o600))
}
