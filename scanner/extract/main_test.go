package extract

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
)

// TestMain lets the test binary be the child: a child gets no environment, so the arguments say it. It ends by syscall.Exit,
// since the race detector waits for a second in os.Exit.
func TestMain(m *testing.M) {
	if len(os.Args) > 2 {
		switch os.Args[1] {
		case "read-untrusted":
			if err := ServeChild(context.Background(), os.Stdin, os.Stdout, os.Args[2:]); err != nil {
				syscall.Exit(1)
			}
			syscall.Exit(0)
		case "misbehave":
			misbehave(os.Args[2])
			syscall.Exit(0)
		}
	}
	os.Exit(m.Run())
}

// misbehave is a child that is broken in one way.
func misbehave(how string) {
	say := func(line string) { _, _ = fmt.Fprintln(os.Stdout, line) }
	text := `{"page":1,"text":"said before https://zoom.us/j/84930275116"}`
	switch how {
	case "unheard": // it never takes what it is given
		select {}
	case "deaf":
		_ = os.Stdin.Close()
		say(text)
		panic("a secret text")
	}
	_, _ = io.Copy(io.Discard, os.Stdin)
	switch how {
	case "crash":
		say(text)
		panic("a secret text")
	case "hang":
		say(text)
		select {}
	case "silent":
		say(text)
	case "garbage":
		say(text)
		say("{not json")
		select {}
	case "endless":
		for {
			say(`{"page":1,"text":"` + strings.Repeat("x", 60_000) + `"}`)
		}
	case "one-line":
		_, _ = os.Stdout.Write(bytes.Repeat([]byte("x"), 4<<20))
		select {}
	case "memory":
		if err := limitProcess(); err != nil {
			say(`{"problem":"no limits"}`)
		}
		go watchMemory(context.Background())
		say(text)
		var all [][]byte
		for {
			all = append(all, bytes.Repeat([]byte("x"), 1<<20))
			if len(all) > 4096 {
				return
			}
		}
	case "environment":
		folder, _ := os.Getwd()
		files, _ := os.ReadDir("/proc/self/fd")
		say(fmt.Sprintf(`{"text":"%d variables in %s, more than 12 files: %v"}`, len(os.Environ()), folder, len(files) > 12))
		say(`{"done":true}`)
	}
}

// self is this test binary as a child.
func self(t testing.TB, mode string) []string {
	t.Helper()
	path, err := os.Executable()
	must(t, err)
	return []string{path, mode}
}
