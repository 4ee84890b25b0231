package storetest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"meetleaks/scanner"
)

// The environment of a child process.
const (
	envJob   = "STORETEST_JOB"
	envWhere = "STORETEST_WHERE"
	envNow   = "STORETEST_NOW"
	envWho   = "STORETEST_WHO"
)

// Opener opens the store that Harness.Where names.
type Opener func(ctx context.Context, where string, now func() time.Time) (scanner.Store, error)

// Main runs a test binary: as a child of the suite, or its tests. Call it from TestMain; it does not return.
func Main(m *testing.M, open Opener) {
	if os.Getenv(envJob) == "" {
		os.Exit(m.Run())
	}
	if err := child(open); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func processTests() map[string]func(*suite) {
	return map[string]func(*suite){
		"many processes claim a hundred leaks, each is won once":    processesClaim,
		"many processes send each delivery once":                    processesSend,
		"many processes want twenty leases, each is held once":      processesLease,
		"a process that is killed loses nothing it was told of":     processKilled,
		"a sender that is killed holds its deliveries for a minute": senderKilled,
	}
}

// child does one job on a store of its own, when its standard input ends: all children begin together.
func child(open Opener) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	at, err := time.Parse(time.RFC3339Nano, os.Getenv(envNow))
	if err != nil {
		return err
	}
	st, err := open(ctx, os.Getenv(envWhere), func() time.Time { return at })
	if err != nil {
		return err
	}
	defer st.Close() //nolint:errcheck // the process ends
	fmt.Println("ready")
	if _, err := io.Copy(io.Discard, os.Stdin); err != nil {
		return err
	}
	switch os.Getenv(envJob) {
	case "claim":
		return childClaims(ctx, st)
	case "send":
		return childSends(ctx, st)
	case "lease":
		return childLeases(ctx, st)
	case "write":
		return childWrites(ctx, st)
	case "hold":
		return childHolds(ctx, st)
	}
	return errors.New("no such job")
}

func childClaims(ctx context.Context, st scanner.Store) error {
	for n := range 100 {
		switch err := st.Commit(ctx, found(aLeak("acme", n))); {
		case err == nil:
			fmt.Println(n)
		case !errors.Is(err, scanner.ErrConflict):
			return err
		}
	}
	return nil
}

func childSends(ctx context.Context, st scanner.Store) error {
	for {
		rows, err := st.ClaimDeliveries(ctx, 5, time.Minute)
		if err != nil || len(rows) == 0 {
			return err
		}
		for _, row := range rows {
			row.Delivery = row.Delivery.Accepted(Start())
			if err := st.Commit(ctx, settle(row)); err != nil {
				return err
			}
			fmt.Println(row.Delivery.ID)
		}
	}
}

func childLeases(ctx context.Context, st scanner.Store) error {
	for n := range 20 {
		name := fmt.Sprint("stream ", n)
		switch l, err := st.Acquire(ctx, name, os.Getenv(envWho), time.Minute); {
		case err == nil:
			if err := st.SaveCursor(ctx, l, scanner.Cursor{Value: []byte(l.Holder)}); err != nil {
				return err
			}
			fmt.Println(n)
		case !errors.Is(err, scanner.ErrHeld):
			return err
		}
	}
	return nil
}

// childWrites goes on until it is killed.
func childWrites(ctx context.Context, st scanner.Store) error {
	for n := 0; ; n++ {
		if err := st.Commit(ctx, found(aLeak("acme", n))); err != nil {
			return err
		}
		fmt.Println(n)
	}
}

// childHolds claims, says so, and waits to be killed.
func childHolds(ctx context.Context, st scanner.Store) error {
	rows, err := st.ClaimDeliveries(ctx, 100, time.Minute)
	if err != nil {
		return err
	}
	fmt.Println(len(rows))
	<-ctx.Done()
	return ctx.Err()
}

// kid is a child as its parent sees it.
type kid struct {
	cmd   *exec.Cmd
	in    io.Closer
	lines *bufio.Scanner
	errs  *strings.Builder
}

// start starts a child and waits until it has opened the store.
func (s *suite) start(job string, who int) *kid {
	s.t.Helper()
	k := &kid{cmd: exec.CommandContext(s.ctx, os.Args[0], "-test.run=^$"), errs: new(strings.Builder)} //nolint:gosec // this binary
	k.cmd.Env = append(os.Environ(), envJob+"="+job, envWhere+"="+s.Where, envWho+"="+strconv.Itoa(who),
		envNow+"="+s.Clock.Now().Format(time.RFC3339Nano))
	k.cmd.Stderr = k.errs
	in, err := k.cmd.StdinPipe()
	s.must(err)
	out, err := k.cmd.StdoutPipe()
	s.must(err)
	s.must(k.cmd.Start())
	s.t.Cleanup(func() {
		k.cmd.Process.Kill() //nolint:errcheck // it may have ended
		k.cmd.Wait()         //nolint:errcheck // it may have been waited for
	})
	k.in, k.lines = in, bufio.NewScanner(out)
	if !k.lines.Scan() || k.lines.Text() != "ready" {
		s.t.Fatalf("a child that does not open the store: %q, %v", k.lines.Text(), k.cmd.Wait())
	}
	return k
}

// together lets n children do a job at the same time, and returns what each said.
func (s *suite) together(job string, n int) [][]string {
	s.t.Helper()
	kids := make([]*kid, n)
	for i := range kids {
		kids[i] = s.start(job, i)
	}
	for _, k := range kids {
		s.must(k.in.Close())
	}
	said := make([][]string, n)
	for i, k := range kids {
		for k.lines.Scan() {
			said[i] = append(said[i], k.lines.Text())
		}
		if err := k.cmd.Wait(); err != nil {
			s.t.Fatalf("child %d: %v: %s", i, err, k.errs)
		}
	}
	return said
}

// once checks that of n things each was said by exactly one child.
func (s *suite) once(said [][]string, n int) {
	s.t.Helper()
	count := map[string]int{}
	for i, lines := range said {
		s.t.Logf("child %d: %d", i, len(lines))
		for _, line := range lines {
			count[line]++
		}
	}
	for line, times := range count {
		if times != 1 {
			s.t.Errorf("%s came %d times", line, times)
		}
	}
	if len(count) != n {
		s.t.Errorf("%d of %d", len(count), n)
	}
}

func processesClaim(s *suite) {
	s.org("acme")
	s.once(s.together("claim", 4), 100)
	tried := map[int]bool{}
	for n := range 100 {
		tried[n] = true
	}
	s.whole(tried)
}

func processesSend(s *suite) {
	s.org("acme")
	s.org("globex")
	s.deliver("acme", 120)
	s.deliver("globex", 40)
	s.Clock.Advance(time.Hour)
	s.once(s.together("send", 4), 160)
	s.claim(10, 0)
}

func processesLease(s *suite) {
	said := s.together("lease", 4)
	s.once(said, 20)
	for who, lines := range said {
		for _, n := range lines {
			cursors, err := s.Cursors(s.ctx, []string{"stream " + n})
			s.must(err)
			if got := string(cursors["stream "+n].Value); got != strconv.Itoa(who) {
				s.t.Errorf("stream %s is held by %d, its cursor is of %q", n, who, got)
			}
		}
	}
}

func processKilled(s *suite) {
	s.org("acme")
	k := s.start("write", 0)
	s.must(k.in.Close())
	tried := map[int]bool{}
	last := -1
	read := func() {
		n, err := strconv.Atoi(k.lines.Text())
		s.must(err)
		tried[n], last = true, n
	}
	for len(tried) < 100 && k.lines.Scan() {
		read()
	}
	s.must(k.cmd.Process.Kill())
	for k.lines.Scan() { // what it said before it was killed
		read()
	}
	if len(tried) < 100 {
		s.t.Fatalf("%d were acknowledged: %s", len(tried), k.errs)
	}
	tried[last+1] = false
	s.whole(tried)
	s.commit(found(aLeak("acme", 1_000_000)))
}

func senderKilled(s *suite) {
	s.org("acme")
	s.deliver("acme", 10)
	s.Clock.Advance(time.Hour)
	k := s.start("hold", 0)
	s.must(k.in.Close())
	if !k.lines.Scan() || k.lines.Text() != "10" {
		s.t.Fatalf("it holds %s: %s", k.lines.Text(), k.errs)
	}
	s.must(k.cmd.Process.Kill())
	s.claim(100, 0)
	s.Clock.Advance(time.Minute)
	s.claim(100, 10)
}
