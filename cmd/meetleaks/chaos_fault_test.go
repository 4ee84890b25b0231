//go:build linux

package main

import (
	"context"
	"fmt"
	"strings"
	"syscall"
	"time"

	"meetleaks/notify/slack/fakeslack"
)

// chaosFault is something that happens to a deployment while documents flow.
type chaosFault struct {
	name    string
	strike  func(c *chaos)
	hold    time.Duration  // before it is mended
	mend    func(c *chaos) // nil: nothing is to be mended
	repeats int            // messages that it may repeat
	ends    bool           // a process
	forgets bool           // what was acknowledged before it was mended may be lost
	wipes   bool           // and all that was known before too
	after   func(c *chaos) // looks at what is to be seen once all is settled; nil: nothing
}

const methodPostMessage = "chat.postMessage"

// running is a process with a role that runs; the first of all when none does.
func (c *chaos) running(role string) *process {
	for _, p := range c.processes {
		if cmd, _ := p.running(); cmd != nil && p.has(role) {
			return p
		}
	}
	return c.processes[0]
}

// ending is a fault that ends a process with a role, which then is started again.
func ending(name, role string, repeats int, strike func(c *chaos, p *process)) chaosFault {
	var p *process
	return chaosFault{
		name: name, repeats: repeats, hold: 200 * time.Millisecond, ends: true,
		strike: func(c *chaos) {
			p = c.running(role)
			strike(c, p)
		},
		mend: func(c *chaos) {
			c.slack.Mend()
			p.start()
		},
	}
}

// soon waits until something comes about, 20 seconds at most: when it does not, the fault strikes all the same.
func (c *chaos) soon(what string, done func() bool) {
	ctx, cancel := context.WithTimeout(c.ctx, 20*time.Second)
	defer cancel()
	if !until(ctx, done) {
		c.t.Logf("this did not come about before the fault: %s", what)
	}
}

// calls waits for n more calls of a method.
func (c *chaos) calls(method string, n int) {
	before := c.slack.Calls(method)
	c.soon(method, func() bool { return c.slack.Calls(method) >= before+n })
}

func killed() chaosFault {
	return ending("kill -9 at a random moment", roleAlert, inFlight, func(c *chaos, p *process) {
		rest(c.ctx, time.Duration(c.number(700))*time.Millisecond)
		p.kill()
	})
}

func killedAny() chaosFault {
	var also *process
	f := ending("kill -9 of any of the processes, and of one that tells", roleAlert, 2*inFlight, func(c *chaos, p *process) {
		also = c.processes[c.number(len(c.processes))]
		also.kill()
		p.kill()
	})
	restart := f.mend
	f.mend = func(c *chaos) {
		restart(c)
		also.start()
	}
	return f
}

func killedWhileSlackHolds() chaosFault {
	return ending("kill -9 while Slack holds the answer", roleAlert, inFlight, func(c *chaos, p *process) {
		c.slack.Fail(methodPostMessage, fakeslack.Fault{Delay: 3 * time.Second, Taken: true}, 0)
		c.calls(methodPostMessage, 2*inFlight) // each process that tells waits for some
		p.kill()
	})
}

func killedAfterAccepted() chaosFault {
	return ending("kill -9 right after Slack accepted", roleAlert, inFlight+1, func(c *chaos, p *process) {
		c.slack.Fail(methodPostMessage, fakeslack.Fault{Taken: true, Drop: true}, 1)
		c.calls(methodPostMessage, 1)
		p.kill()
	})
}

func killedBeforeSend() chaosFault {
	return ending("kill -9 between claim and send", roleAlert, 2*inFlight, func(c *chaos, p *process) {
		p.kill() // a new process asks for people anew
		c.slack.Fail("users.lookupByEmail", fakeslack.Fault{Delay: 8 * time.Second}, 0)
		p.start()
		c.calls("users.lookupByEmail", 1)
		p.kill()
	})
}

// killedInPass is struck when the processes were just started: the first pass runs.
func killedInPass() chaosFault {
	return ending("kill -9 while a pass runs", roleRead, inFlight, func(c *chaos, p *process) {
		before := c.site.asked.Load()
		c.soon("a pass", func() bool { return c.site.asked.Load() >= min(before+4, siteKnown) })
		p.kill()
	})
}

func terminated() chaosFault {
	return ending("SIGTERM, started again", roleAlert, 0, func(c *chaos, p *process) {
		if code := p.stop(syscall.SIGTERM); code != 0 {
			c.t.Errorf("SIGTERM: exit code %d, want 0:\n%s", code, tail(p.log))
		}
	})
}

func terminatedTwice() chaosFault {
	return ending("SIGTERM and a second signal", roleAlert, inFlight, func(c *chaos, p *process) {
		c.slack.Fail(methodPostMessage, fakeslack.Fault{Delay: 8 * time.Second, Taken: true}, 0)
		c.calls(methodPostMessage, 1)
		began := time.Now()
		p.stop(syscall.SIGTERM, syscall.SIGTERM)
		if took := time.Since(began); took > 5*time.Second {
			c.t.Errorf("the second signal did not end it at once: %s", took)
		}
	})
}

// slackFails lets calls fail.
func slackFails(name, method string, f fakeslack.Fault, times int, hold time.Duration, repeats int) chaosFault {
	return chaosFault{
		name: name, hold: hold, repeats: repeats,
		strike: func(c *chaos) { c.slack.Fail(method, f, times) },
		mend:   func(c *chaos) { c.slack.Mend() },
	}
}

func slackBusy() chaosFault {
	return slackFails("Slack: 429, Retry-After 2 s", methodPostMessage,
		fakeslack.Fault{Status: 429, RetryAfter: 2 * time.Second}, 4, 3*time.Second, 0)
}

func slackBroken() chaosFault {
	return slackFails("Slack: 500 for 3 s", "", fakeslack.Fault{Status: 500}, 0, 3*time.Second, 0)
}

func slackSlow() chaosFault {
	return slackFails("Slack: answers after 2 s", "", fakeslack.Fault{Delay: 2 * time.Second}, 0, 6*time.Second, 0)
}

func slackSilent() chaosFault {
	return slackFails("Slack: accepts, the answer is lost", methodPostMessage, fakeslack.Fault{Taken: true, Drop: true}, 4, 4*time.Second, 4)
}

func slackRevoked() chaosFault {
	return slackFails("Slack: token revoked for 5 s", "", fakeslack.Fault{Code: "invalid_auth"}, 0, 5*time.Second, 0)
}

func redisRestarted() chaosFault {
	return chaosFault{
		name: "Redis killed and restarted (AOF)", hold: time.Second, repeats: inFlight,
		strike: func(c *chaos) { c.place.servers[0].Kill() },
		mend:   func(c *chaos) { c.place.servers[0].Restart() },
	}
}

func redisPaused() chaosFault {
	return chaosFault{
		name: "Redis hangs for 5 s (SIGSTOP)", hold: 5 * time.Second, repeats: inFlight,
		strike: func(c *chaos) { c.place.servers[0].Pause() },
		mend:   func(c *chaos) { c.place.servers[0].Resume() },
	}
}

func redisHeld() chaosFault {
	return chaosFault{
		name: "Redis: CLIENT PAUSE for 4 s", hold: 4 * time.Second, repeats: inFlight,
		strike: func(c *chaos) { c.place.servers[0].Do("CLIENT", "PAUSE", 4000, "ALL") },
	}
}

func redisFull() chaosFault {
	return chaosFault{
		name: "Redis out of memory for 4 s", hold: 4 * time.Second, repeats: inFlight,
		strike: func(c *chaos) {
			for _, s := range c.place.servers {
				s.LimitMemory(1)
			}
		},
		mend: func(c *chaos) {
			for _, s := range c.place.servers {
				s.LimitMemory(0)
			}
		},
	}
}

func redisFlushed() chaosFault {
	return chaosFault{
		name: "FLUSHALL", hold: 200 * time.Millisecond, repeats: inFlight, forgets: true, wipes: true,
		strike: func(c *chaos) {
			for _, s := range c.place.servers {
				s.Flush()
			}
		},
		after: (*chaos).wantHistoryGone,
	}
}

// wantHistoryGone wants every process to say that it is not ready, and why.
func (c *chaos) wantHistoryGone() {
	for _, p := range c.processes {
		said := ""
		c.soon("readiness tells of the lost history", func() bool {
			status, body := c.ready(p)
			said = fmt.Sprint(status, " ", body)
			return status == 503 && strings.Contains(body, "history is gone")
		})
		if !strings.Contains(said, "history is gone") {
			c.t.Errorf("the history is gone, but /readyz of %q says %s", p.roles, said)
		}
	}
}

func redisFailsOver() chaosFault {
	return chaosFault{
		name: "failover of Redis (Sentinel)", repeats: 2 * inFlight, forgets: true,
		strike: func(c *chaos) { c.place.sentinel.FailOver() },
	}
}

func nodeRestarted() chaosFault {
	var node int
	return chaosFault{
		name: "a master of the Cluster killed and restarted (AOF)", hold: time.Second, repeats: inFlight,
		strike: func(c *chaos) {
			node = c.number(len(c.place.servers))
			c.place.servers[node].Kill()
		},
		mend: func(c *chaos) {
			c.place.servers[node].Restart()
			c.place.cluster.AwaitWhole()
		},
	}
}
