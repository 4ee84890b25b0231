package distributed

import (
	"bytes"
	"context"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"meetleaks/scanner/store/redistest"
)

func asynqQueue(q *Queue) asynq.Option { return asynq.Queue(q.options.Name) }

// safeBuffer may be written by many goroutines.
type safeBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

func TestSentinelFailover(t *testing.T) {
	pair := redistest.StartSentinel(t)
	at, err := url.Parse(pair.URL())
	if err != nil {
		t.Fatal(err)
	}
	client := redis.NewFailoverClient(&redis.FailoverOptions{
		MasterName: strings.Split(strings.Trim(at.Path, "/"), "/")[0], SentinelAddrs: strings.Split(at.Host, ","),
		ContextTimeoutEnabled: true, MaxRetries: 1, DialTimeout: time.Second, DialerRetries: 1,
		ReadTimeout: time.Second, WriteTimeout: time.Second, Protocol: 2,
	})
	q := open(t, client, fast())
	offer := func(source string) func(context.Context) {
		return func(ctx context.Context) { _ = q.Offer(ctx, held(source, 0)) } // refused while it fails over
	}
	runUntil(t, q, 20*time.Second, offer("own-site"))
	pair.FailOver()
	runUntil(t, q, 60*time.Second, offer("other-site"))
}
