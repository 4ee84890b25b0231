package distributed

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"meetleaks/scanner"
	"meetleaks/scanner/store/redistest"
)

const playWorker = "MEETLEAKS_PLAY_WORKER" // address of the Redis for which this test binary plays a worker

func TestMain(m *testing.M) {
	if addr := os.Getenv(playWorker); addr != "" {
		os.Exit(worker(addr))
	}
	os.Exit(m.Run())
}

// worker takes hints and never ends one.
func worker(addr string) int {
	q, err := New(connect(addr), Options{Ask: 10 * time.Millisecond})
	if err != nil {
		fmt.Fprintln(os.Stdout, err)
		return 1
	}
	err = q.Run(context.Background(), 2, func(_ context.Context, h scanner.Hint) error {
		fmt.Fprintln(os.Stdout, h.Source)
		select {}
	})
	fmt.Fprintln(os.Stdout, err)
	return 1
}

// kill starts a worker in a process of its own, waits until it has the hint in its hands and kills it.
func killWorker(t *testing.T, addr, source string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, self)
	cmd.Env = append(os.Environ(), playWorker+"="+addr)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, _, err := bufio.NewReader(out).ReadLine()
	if err != nil || string(line) != source {
		t.Errorf("the worker said %q (%v)", line, err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // killed, as was asked
}

func held(source string, slot int64) scanner.Hint {
	return scanner.Hint{Source: source, Slot: time.UnixMilli(slot), Hold: time.Second}
}

// runUntil runs q until a hint is handled, while offer is called every 100 ms.
func runUntil(t *testing.T, q *Queue, within time.Duration, offer func(context.Context)) time.Duration {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	began, handled := time.Now(), make(chan time.Duration, 100)
	ended := make(chan error, 1)
	go func() {
		ended <- q.Run(ctx, 2, func(context.Context, scanner.Hint) error {
			handled <- time.Since(began)
			return nil
		})
	}()
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	for {
		select {
		case took := <-handled:
			cancel()
			if err := <-ended; err != nil {
				t.Errorf("Run: %v", err)
			}
			return took
		case err := <-ended:
			t.Fatalf("not handled within %v (%v)", within, err)
		case <-ticker.C:
			offer(ctx)
		}
	}
}

func TestKilledWorkerDelaysByTheHoldAlone(t *testing.T) {
	for name, damage := range map[string]func(*redistest.Server){
		"killed":                           func(*redistest.Server) {},
		"killed, and its lease entry lost": func(s *redistest.Server) { s.Do("DEL", "asynq:{meetleaks}:lease") },
		"killed, and everything lost":      func(s *redistest.Server) { s.Flush() },
	} {
		t.Run(name, func(t *testing.T) {
			server := redistest.Start(t)
			q := open(t, connect(server.Addr()), fast())
			if err := q.Offer(t.Context(), held("own-site", 0)); err != nil {
				t.Fatal(err)
			}
			killWorker(t, server.Addr(), "own-site")
			damage(server)
			began := time.Now()
			runUntil(t, q, 20*time.Second, func(ctx context.Context) {
				slot := time.Since(began).Truncate(2 * time.Second).Milliseconds() // as the scheduler does, every Hold × 2
				if err := q.Offer(ctx, held("own-site", slot)); err != nil && ctx.Err() == nil {
					t.Error(err)
				}
			})
		})
	}
}

func TestTaskWithoutLeaseIsRecovered(t *testing.T) {
	server := redistest.Start(t)
	client := connect(server.Addr())
	q := open(t, client, fast())
	if err := q.Offer(t.Context(), held("own-site", 0)); err != nil {
		t.Fatal(err)
	}
	killWorker(t, server.Addr(), "own-site")
	server.Do("DEL", q.key("lease"))
	if err := q.sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	lease := client.ZScore(t.Context(), q.key("lease"), "own-site@0").Val()
	if left := time.Until(time.Unix(int64(lease), 0)); left < 20*time.Second || left > leaseFor {
		t.Fatalf("after the sweep the lease ends in %v", left)
	}
	// A minute later, in asynq's eyes: it looks when it starts, and every minute.
	server.Do("ZADD", q.key("lease"), time.Now().Add(-time.Minute).Unix(), "own-site@0")
	runUntil(t, q, 20*time.Second, func(context.Context) {})
	assertEmpty(t, client, q)
}

func TestTaskWithoutMessageIsTakenAway(t *testing.T) {
	server := redistest.Start(t)
	client := connect(server.Addr())
	q := open(t, client, fast())
	if err := q.Offer(t.Context(), held("own-site", 0)); err != nil {
		t.Fatal(err)
	}
	killWorker(t, server.Addr(), "own-site")
	server.Do("DEL", q.key("t:own-site@0"))
	if err := q.sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	assertEmpty(t, client, q)
}

func TestTaskThatFailedTwiceIsNotKept(t *testing.T) {
	server := redistest.Start(t)
	client := connect(server.Addr())
	q := open(t, client, fast())
	if err := q.Offer(t.Context(), held("own-site", 0)); err != nil {
		t.Fatal(err)
	}
	if err := q.inspector.ArchiveTask(q.options.Name, "own-site@0"); err != nil {
		t.Fatal(err)
	}
	server.Do("SREM", "asynq:queues", q.options.Name) // as after a flush
	if err := q.sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	assertEmpty(t, client, q)
}

func TestTaskWhoseLeaseIsLostIsFinishedAllTheSame(t *testing.T) {
	server := redistest.Start(t)
	client := connect(server.Addr())
	q := open(t, client, Options{Ask: 10 * time.Millisecond, Sweep: time.Hour})
	if err := q.Offer(t.Context(), held("own-site", 0)); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	err := q.Run(ctx, 1, func(context.Context, scanner.Hint) error {
		defer cancel()
		server.Do("DEL", q.key("lease"))
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	assertEmpty(t, client, q)
}

// assertEmpty says that nothing is left of any task.
func assertEmpty(t *testing.T, client *redis.Client, q *Queue) {
	t.Helper()
	for _, key := range client.Keys(t.Context(), "asynq:{meetleaks}:*").Val() {
		switch key {
		case q.key("processed"), q.key("failed"):
			continue
		}
		if ttl := client.TTL(t.Context(), key).Val(); ttl <= 0 {
			t.Errorf("%s is kept for ever", key)
		}
	}
}
