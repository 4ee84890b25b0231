package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

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
//	serves NAME FOLDER serves the folder on loopback: $NAME is its host:port, NAME.log what was asked for
//	fill FILE          replaces $NAME in the file
//	prove WORD FOLDER  puts the file that proves a site into its folder
//	free NAME          $NAME is a host:port that nobody listens at
//	answers URL CODE   waits until a GET is answered with that code
//	terminate          sends SIGTERM to what runs in the background
//	plant CONFIG FOLDER fills the store of a configuration, see plant
//	says CONFIG LEAK WHAT lets a leak's host say something, see says
//	resolver NAME...   starts name servers on loopback, see resolver
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":    exits,
			"hostile":  hostileName,
			"gz":       cutGzip,
			"serves":   serves,
			"fill":     fill,
			"prove":    prove,
			"plant":    plant,
			"says":     says,
			"resolver": resolver(t),
			"free":     free,
			"answers":  answers,

			"terminate": terminate,
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

// serves starts a server that lives as long as the script.
func serves(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: serves NAME FOLDER")
	}
	log, err := os.Create(ts.MkAbs(args[0] + ".log"))
	ts.Check(err)
	pages := http.FileServer(http.Dir(ts.MkAbs(args[1])))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(log, r.Method, r.URL) // one write a request
		pages.ServeHTTP(w, r)
	}))
	ts.Defer(func() {
		server.Close()
		log.Close()
	})
	ts.Setenv(args[0], server.Listener.Addr().String())
}

func fill(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: fill FILE")
	}
	text := os.Expand(ts.ReadFile(args[0]), ts.Getenv)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o600))
}

func prove(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: prove WORD FOLDER")
	}
	at, err := url.Parse(proofURL(&url.URL{Scheme: "http", Host: "site"}, args[0]))
	ts.Check(err)
	file := filepath.Join(ts.MkAbs(args[1]), filepath.FromSlash(at.Path))
	ts.Check(os.MkdirAll(filepath.Dir(file), 0o700))
	ts.Check(os.WriteFile(file, []byte(proofLine+args[0]+"\n"), 0o600))
}

func free(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: free NAME")
	}
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Setenv(args[0], l.Addr().String())
	ts.Check(l.Close())
}

// answersWithin is how long a service may take to start on a busy machine.
const answersWithin = 30 * time.Second

func answers(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: answers URL CODE")
	}
	ctx, cancel := context.WithTimeout(context.Background(), answersWithin)
	defer cancel()
	poll := time.NewTicker(20 * time.Millisecond)
	defer poll.Stop()
	last := "nothing"
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, args[0], nil)
		ts.Check(err)
		if res, err := (&http.Client{}).Do(req); err == nil {
			res.Body.Close()
			if last = strconv.Itoa(res.StatusCode); last == args[1] {
				return
			}
		}
		select {
		case <-poll.C:
		case <-ctx.Done():
			ts.Fatalf("%s answered %s, want %s", args[0], last, args[1])
		}
	}
}

func terminate(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: terminate")
	}
	for _, cmd := range ts.BackgroundCmds() {
		ts.Check(cmd.Process.Signal(syscall.SIGTERM))
	}
}
