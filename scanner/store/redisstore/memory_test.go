package redisstore_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"

	"meetleaks/scanner"
	"meetleaks/scanner/store/redisstore"
	"meetleaks/scanner/store/redistest"
)

// TestAnItemTakesAtMostSixteenBytes counts everything: what MEMORY USAGE says of the keys, and what the server as a whole
// took more, its tables of keys and ends among it.
func TestAnItemTakesAtMostSixteenBytes(t *testing.T) {
	server := redistest.Start(t)
	s := begin(t, server.URL())
	keys, whole := fill(t, server, s, 100_000)
	t.Logf("100,000 items: %.1f bytes each by MEMORY USAGE, %.1f by used_memory", keys, whole)
	if keys > 16 || whole > 16 {
		t.Errorf("%.1f bytes by MEMORY USAGE, %.1f by used_memory", keys, whole)
	}
}

// BenchmarkItemMemory reports the bytes of an item at a million, and how fast they are remembered.
func BenchmarkItemMemory(b *testing.B) {
	for b.Loop() {
		server := redistest.Start(b)
		s := begin(b, server.URL())
		keys, whole := fill(b, server, s, 1_000_000)
		b.ReportMetric(keys, "bytes/item")
		b.ReportMetric(whole, "server-bytes/item")
		server.Kill()
	}
}

// fill remembers n items and returns the bytes that each takes.
func fill(t testing.TB, server *redistest.Server, s *redisstore.Store, n int) (keys, whole float64) {
	t.Helper()
	random := rand.New(rand.NewPCG(3, 7)) //nolint:gosec // made-up fingerprints
	before := usedMemory(t, server)
	for done := 0; done < n; done += scanner.MaxBatch {
		batch := make([]uint64, scanner.MaxBatch)
		for i := range batch {
			batch[i] = random.Uint64()
		}
		if err := s.RememberItems(t.Context(), batch); err != nil {
			t.Fatal(err)
		}
		if done%(n/10) != 0 {
			continue
		}
		if seen, err := s.SeenItems(t.Context(), batch); err != nil || slices.Contains(seen, false) {
			t.Fatalf("what was just remembered is not: %v", err)
		}
	}
	after := usedMemory(t, server)
	total := int64(0)
	scan(t, deployment{masters: func() []*redistest.Server { return []*redistest.Server{server} }}, func(client *redis.Client, key string) {
		if !strings.Contains(key, "}:i") {
			return
		}
		if encoding := client.ObjectEncoding(t.Context(), key).Val(); strings.Contains(key, "}:i:") && encoding != "intset" {
			t.Errorf("key %s is kept as %s", key, encoding)
		}
		total += client.MemoryUsage(t.Context(), key, 0).Val()
	})
	return float64(total) / float64(n), float64(after-before) / float64(n)
}

// usedMemory is what the server has allocated.
func usedMemory(t testing.TB, server *redistest.Server) int64 {
	t.Helper()
	for line := range strings.Lines(fmt.Sprint(server.Do("INFO", "memory"))) {
		if value, found := strings.CutPrefix(line, "used_memory:"); found {
			n, err := strconv.ParseInt(strings.TrimSpace(value), 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
	}
	t.Fatal("the server does not say how much memory it takes")
	return 0
}
