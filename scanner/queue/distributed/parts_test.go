package distributed

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"

	"meetleaks/scanner"
	"meetleaks/scanner/store/redistest"
)

func TestTaskKeepsTheHint(t *testing.T) {
	want := scanner.Hint{Source: "own-site", Slot: time.UnixMilli(1_790_000_123_456), Hold: 90 * time.Second}
	task := encode(want)
	got, err := decode(task.Type(), task.Payload(), task.Headers())
	if err != nil || got.Source != want.Source || !got.Slot.Equal(want.Slot) || got.Hold != want.Hold {
		t.Errorf("%v became %v (%v)", want, got, err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add("hint.v1", []byte("own-site"), "1790000123456", "90000")
	f.Add("hint.v1", []byte("own-site"), "-9223372036854775808", "1000")
	f.Add("hint.v1", []byte("own-site"), "0", "9223372036854775807")
	f.Add("hint.v1", []byte(""), "", "")
	f.Add("hint.v1", []byte("a\x00\xff"), "1", "1000")
	f.Add("hint.v2", []byte("own-site"), "1", "1000")
	f.Fuzz(func(t *testing.T, kind string, payload []byte, slot, hold string) {
		h, err := decode(kind, payload, map[string]string{headerSlot: slot, headerHold: hold})
		if err != nil {
			if !errors.Is(err, scanner.ErrBadValue) {
				t.Errorf("another error: %v", err)
			}
			return
		}
		if err := h.Check(); err != nil {
			t.Errorf("a bad hint came through: %v", err)
		}
		task := encode(h)
		if again, err := decode(task.Type(), task.Payload(), task.Headers()); err != nil || again != h {
			t.Errorf("%v became %v (%v)", h, again, err)
		}
	})
}

func TestForeignTasksAreDropped(t *testing.T) {
	server := redistest.Start(t)
	client := connect(server.Addr())
	q := open(t, client, fast())
	for _, payload := range []string{"own\nsite", "", strings.Repeat("x", 1<<20)} {
		task := encode(scanner.Hint{Source: payload})
		if _, err := q.tasks.EnqueueContext(t.Context(), task, asynqQueue(q)); err != nil {
			t.Fatal(err)
		}
	}
	runUntil(t, q, 20*time.Second, func(ctx context.Context) { _ = q.Offer(ctx, held("own-site", 0)) })
	assertEmpty(t, client, q)
}

func TestLogIsBoundedAndHarmless(t *testing.T) {
	var out bytes.Buffer
	l := logger{slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))}
	for _, say := range []func(...any){l.Debug, l.Info, l.Warn, l.Error, l.Fatal} {
		out.Reset()
		say("task ", errors.New("a\x1b[31m\nb\xff"), strings.Repeat("ä", 10_000))
		got := out.String()
		if !strings.Contains(got, "task a [31m b") || strings.ContainsAny(got[:len(got)-1], "\x1b\n") || len(got) > longestLine+200 {
			t.Errorf("%q", got)
		}
	}
}

func TestLogHoldsNoPassword(t *testing.T) {
	const password = "Kp7-vantoile-31x"
	server := redistest.Start(t, "--requirepass", password)
	for _, given := range []string{"", "wrong-" + password} {
		var out safeBuffer
		client := connect(server.Addr())
		client.Options().Password = given
		o := fast()
		o.Log = slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))
		q := open(t, client, o)
		err := q.Offer(t.Context(), held("own-site", 0))
		if !errors.Is(err, scanner.ErrUnavailable) || strings.Contains(err.Error(), password) {
			t.Errorf("Offer: %v", err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		if err := q.Run(ctx, 1, func(context.Context, scanner.Hint) error { return nil }); err != nil {
			t.Errorf("Run: %v", err)
		}
		cancel()
		if got := out.String(); !strings.Contains(got, "Dequeue error") || strings.Contains(got, password) {
			t.Errorf("logged: %s", got)
		}
	}
}

// TestRefusalIsNotAskedAgainAtOnce holds for the hook alone: with a server it would be a matter of speed.
func TestRefusalIsNotAskedAgainAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, c := range []struct {
			err  error
			want time.Duration
		}{
			{nil, 0}, {redis.Nil, 0}, {errors.New("connection refused"), holdBack}, {context.DeadlineExceeded, holdBack},
		} {
			began := time.Now()
			process := patience{}.ProcessHook(func(context.Context, redis.Cmder) error { return c.err })
			if err := process(t.Context(), redis.NewCmd(t.Context(), "ping")); !errors.Is(err, c.err) {
				t.Errorf("%v became %v", c.err, err)
			}
			if took := time.Since(began); took != c.want {
				t.Errorf("%v took %v", c.err, took)
			}
		}
	})
}

func TestRefusalEndsWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), holdBack/10)
		defer cancel()
		began := time.Now()
		process := patience{}.ProcessHook(func(context.Context, redis.Cmder) error { return errors.New("connection refused") })
		_ = process(ctx, redis.NewCmd(ctx, "ping"))
		if took := time.Since(began); took != holdBack/10 {
			t.Errorf("took %v", took)
		}
	})
}

func TestNewRefuses(t *testing.T) {
	for _, name := range []string{"Meetleaks", "a b", "a}b", strings.Repeat("a", 65)} {
		client := connect("127.0.0.1:1")
		if _, err := New(client, Options{Name: name}); !errors.Is(err, scanner.ErrBadValue) {
			t.Errorf("%q: %v", name, err)
		}
		client.Close()
	}
	deaf := redis.NewClient(&redis.Options{Addr: "127.0.0.1:1"})
	defer deaf.Close()
	if _, err := New(deaf, Options{}); !errors.Is(err, scanner.ErrBadValue) {
		t.Errorf("a client that is deaf to contexts: %v", err)
	}
}

func TestAnotherSlotGoesThroughAfterHold(t *testing.T) {
	server := redistest.Start(t)
	q := open(t, connect(server.Addr()), fast())
	ctx, cancel := context.WithCancel(t.Context())
	handled, gate, ended := make(chan scanner.Hint, 10), make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- q.Run(ctx, 2, func(_ context.Context, h scanner.Hint) error {
			handled <- h
			<-gate
			return nil
		})
	}()
	began := time.Now()
	if err := q.Offer(ctx, held("own-site", 0)); err != nil {
		t.Fatal(err)
	}
	<-handled
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	for second := false; !second; {
		select {
		case <-handled:
			second = true
		case <-ticker.C:
			if err := q.Offer(ctx, held("own-site", 1)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if took := time.Since(began); took < 900*time.Millisecond {
		t.Errorf("after %v already", took)
	}
	if _, running, err := q.Depth(ctx); err != nil || running != 2 {
		t.Errorf("%d are handled (%v)", running, err)
	}
	close(gate)
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
