//go:build linux && long

package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// The whole matrix: each fault alone on each store where it can happen, then two at a time.

const (
	longMeetings = 40 // of a run
	chaosSeed    = 20261122
)

// oneProcess and threeProcesses are the deployments, by the roles of their processes.
func oneProcess() []string { return []string{""} }

func threeProcesses() []string {
	return []string{"schedule,read", "alert", "schedule,read,alert,console"}
}

// everywhere are the faults that need no store of their own.
func everywhere() []func() chaosFault {
	return []func() chaosFault{
		killed, killedWhileSlackHolds, killedAfterAccepted, killedBeforeSend, killedInPass, terminated, terminatedTwice,
		slackBusy, slackBroken, slackSlow, slackSilent, slackRevoked,
	}
}

func onSQLite() []func() chaosFault { return append(everywhere(), killedOften, diskFull) }

func onRedis() []func() chaosFault {
	return append(everywhere(), killedAny, redisRestarted, redisPaused, redisHeld, redisFull, redisFlushed)
}

func killedOften() chaosFault {
	return ending("kill -9 ten times in a row", roleAlert, 10*inFlight, func(c *chaos, p *process) {
		for range 9 {
			rest(c.ctx, time.Duration(c.number(500))*time.Millisecond)
			p.kill()
			p.start()
		}
		p.kill()
	})
}

// diskFull lets no file of the process grow beyond 128 KiB: SQLite's journal meets that with its next pages, the log does not.
// To the process it looks like a disk that is full (EFBIG in place of ENOSPC), and it needs no rights.
func diskFull() chaosFault {
	limit := func(c *chaos, bytes uint64) {
		cmd, _ := c.processes[0].running()
		if cmd == nil {
			c.t.Error("the process does not run")
			return
		}
		if err := unix.Prlimit(cmd.Process.Pid, unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: bytes, Max: unix.RLIM_INFINITY}, nil); err != nil {
			c.t.Error(err)
		}
	}
	return chaosFault{
		name: "disk full for 5 s (RLIMIT_FSIZE)", hold: 5 * time.Second, repeats: inFlight,
		strike: func(c *chaos) { limit(c, 128<<10) },
		mend:   func(c *chaos) { limit(c, unix.RLIM_INFINITY) },
	}
}

// chaosPlan is one run of the matrix.
type chaosPlan struct {
	store  string
	roles  []string
	faults []chaosFault
}

func chaosPlans() []chaosPlan {
	var plans []chaosPlan
	add := func(store string, roles []string, faults ...chaosFault) {
		plans = append(plans, chaosPlan{store, roles, faults})
	}
	for _, f := range onSQLite() {
		add("sqlite", oneProcess(), f())
	}
	for _, f := range onRedis() {
		add("redis", threeProcesses(), f())
	}
	for _, f := range []func() chaosFault{redisFailsOver, killedAny} {
		add("sentinel", threeProcesses(), f())
	}
	for _, f := range []func() chaosFault{nodeRestarted, redisFull, redisFlushed, killedAny} {
		add("cluster", threeProcesses(), f())
	}
	rng := rand.New(rand.NewPCG(chaosSeed, 1))
	for _, of := range []struct {
		store  string
		roles  []string
		faults []func() chaosFault
		pairs  int
	}{{"sqlite", oneProcess(), onSQLite(), 6}, {"redis", threeProcesses(), onRedis(), 8}} {
		for range of.pairs {
			order := rng.Perm(len(of.faults))
			one, other := of.faults[order[0]](), of.faults[order[1]]()
			for n := 2; one.ends && other.ends && len(of.roles) == 1; n++ { // there is one process only
				other = of.faults[order[n]]()
			}
			add(of.store, of.roles, one, other)
		}
	}
	return plans
}

func TestChaosMatrix(t *testing.T) {
	table := &chaosTable{}
	t.Run("runs", func(t *testing.T) {
		for i, plan := range chaosPlans() {
			t.Run(fmt.Sprintf("%02d %s %s", i, plan.store, plan.faults[0].name), func(t *testing.T) {
				t.Parallel()
				t.Logf("seed %d", chaosSeed+i)
				c := newChaos(t, uint64(chaosSeed+i), placeFor(t, plan.store), longMeetings, plan.roles...)
				c.start()
				c.suffer(longMeetings, plan.faults...)
				c.settle()
				c.finish(table)
			})
		}
	})
	t.Logf("the whole matrix:\n%s", table)
}

// TestChaosClock lets the clock of a service jump a day ahead and back while documents flow. The clock of a process cannot be
// changed from outside: so it runs in this one.
func TestChaosClock(t *testing.T) {
	t.Parallel()
	c := newChaos(t, chaosSeed, placeFor(t, "sqlite"), longMeetings)
	clock := &jumpingClock{}
	p := &process{c: c, log: c.dir + "/log-0"}
	log, err := os.Create(p.log)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	a := &app{env: os.Environ(), stdin: os.Stdin, stdout: io.Discard, stderr: log, now: clock.now}
	go func() {
		root := a.root()
		root.SetArgs([]string{"serve", "--config", c.config, "--log-format", "json"})
		ended <- root.ExecuteContext(ctx)
	}()
	starting, cancel := context.WithTimeout(ctx, startsWithin)
	defer cancel()
	if !until(starting, func() bool { p.address = servesAt(p.log, 0); return p.address != "" }) {
		t.Fatal("it does not serve")
	}
	c.jumps = true
	c.processes = []*process{p}
	c.suffer(longMeetings, chaosFault{
		name: "the clock jumps a day ahead and back", hold: 3 * time.Second, repeats: 3 * (longMeetings + siteKnown + siteOthers), // reminders of a day
		strike: func(*chaos) { clock.jump(24 * time.Hour) },
		mend:   func(*chaos) { clock.jump(0) },
	})
	c.settle()
	stop()
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("it ended with %v", err)
		}
	case <-time.After(endsWithin):
		t.Error("it does not end")
	}
	c.wantNoSecrets()
	t.Log(c.rows[0])
}

// jumpingClock is the machine's, or ahead of it.
type jumpingClock struct {
	mu    sync.Mutex
	ahead time.Duration
}

func (j *jumpingClock) now() time.Time {
	j.mu.Lock()
	defer j.mu.Unlock()
	return time.Now().Add(j.ahead)
}

func (j *jumpingClock) jump(ahead time.Duration) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.ahead = ahead
}
