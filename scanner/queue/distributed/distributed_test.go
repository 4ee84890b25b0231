package distributed

import (
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"meetleaks/scanner"
	"meetleaks/scanner/queue/queuetest"
	"meetleaks/scanner/store/redistest"
)

// connect is a client as the program makes it.
func connect(addr string) *redis.Client {
	return redis.NewClient(&redis.Options{
		Addr: addr, ContextTimeoutEnabled: true, MaxRetries: 1, DialTimeout: time.Second, DialerRetries: 1,
		ReadTimeout: time.Second, WriteTimeout: time.Second,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	})
}

// fast are options with which a test needs not wait.
func fast() Options { return Options{Ask: 10 * time.Millisecond, Sweep: 50 * time.Millisecond} }

func open(t *testing.T, client redis.UniversalClient, o Options) *Queue {
	t.Helper()
	q, err := New(client, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := q.Close(); err != nil {
			t.Error(err)
		}
	})
	return q
}

func TestQueue(t *testing.T) {
	queuetest.Run(t, func(t *testing.T) queuetest.Harness {
		server := redistest.Start(t)
		o := fast()
		o.Most = 10_000
		return queuetest.Harness{
			Open:    func(t *testing.T) scanner.Queue { return open(t, connect(server.Addr()), o) },
			Shared:  true,
			Most:    o.Most,
			Pause:   func(*testing.T) { server.Pause() },
			Resume:  func(*testing.T) { server.Resume() },
			Restart: func(*testing.T) { server.Restart() },
			Lose:    func(*testing.T) { server.Do("DEL", "asynq:{meetleaks}:lease") },
		}
	})
}
