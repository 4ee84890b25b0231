package redisstore_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"meetleaks/scanner"
	"meetleaks/scanner/store/redisstore"
	"meetleaks/scanner/store/redistest"
	"meetleaks/scanner/store/storetest"
)

// impatient is how long tests of outages wait for a server that hangs. All others wait as long as programs do: the machine may
// be busy.
const impatient = 250 * time.Millisecond

func TestMain(m *testing.M) {
	redisstore.QuietLibrary()
	storetest.Main(m, func(ctx context.Context, where string, now func() time.Time) (scanner.Store, error) {
		return open(ctx, where, redisstore.Options{Now: now})
	})
}

// open opens what where names: an address, a space, a prefix.
func open(ctx context.Context, where string, o redisstore.Options) (scanner.Store, error) {
	text, prefix, _ := strings.Cut(where, " ")
	address, err := redisstore.ParseAddress(text)
	if err != nil {
		return nil, err
	}
	o.Address, o.Prefix = address, prefix
	s, err := redisstore.Open(ctx, o)
	if err != nil {
		return nil, err // not a nil *Store
	}
	return s, nil
}

// deployment is the servers of a kind.
type deployment struct {
	url         string
	masters     func() []*redistest.Server
	pause, mend func()
}

func alone(t testing.TB) deployment {
	s := redistest.Start(t)
	return deployment{s.URL(), func() []*redistest.Server { return []*redistest.Server{s} }, s.Pause, s.Resume}
}

func clustered(t testing.TB) deployment {
	c := redistest.StartCluster(t)
	each := func(do func(*redistest.Server)) func() {
		return func() {
			for _, node := range c.Nodes {
				do(node)
			}
		}
	}
	return deployment{c.URL(), func() []*redistest.Server { return c.Nodes }, each((*redistest.Server).Pause), func() {
		each((*redistest.Server).Resume)()
		c.AwaitWhole()
	}}
}

// watched is what sentinels watch. They are paused with the rest, or they would make the replica the master.
func watched(t testing.TB) deployment {
	s := redistest.StartSentinel(t)
	all := func() []*redistest.Server { return append([]*redistest.Server{s.Master, s.Replica}, s.Watchers...) }
	each := func(do func(*redistest.Server)) func() {
		return func() {
			for _, server := range all() {
				do(server)
			}
		}
	}
	return deployment{s.URL(), func() []*redistest.Server { return []*redistest.Server{s.Master} },
		each((*redistest.Server).Pause), each((*redistest.Server).Resume)}
}

func TestSuiteSingle(t *testing.T)   { runSuite(t, alone(t)) }
func TestSuiteCluster(t *testing.T)  { runSuite(t, clustered(t)) }
func TestSuiteSentinel(t *testing.T) { runSuite(t, watched(t)) }

func runSuite(t *testing.T, d deployment) {
	n := 0
	met := map[string]int{}
	storetest.Run(t, func(t *testing.T) storetest.Harness {
		n++
		for _, server := range d.masters() {
			server.Flush()
		}
		t.Cleanup(func() { everyKeyIsInTheTable(t, d, met) })
		where := fmt.Sprintf("%s test-%d", d.url, n)
		clock := storetest.NewClock(storetest.Start())
		options := redisstore.Options{Now: clock.Now}
		if strings.Contains(t.Name(), "outage") {
			options.Timeout = impatient
		}
		var handles handles
		return storetest.Harness{
			Open: func(t testing.TB) scanner.Store {
				s, err := open(t.Context(), where, options)
				if err != nil {
					t.Fatal(err)
				}
				handles.add(s)
				return s
			},
			Clock: clock, Where: where,
			Break: func(testing.TB) { d.pause() },
			Mend: func(t testing.TB) {
				d.mend()
				handles.await(t)
			},
			Lose: func(testing.TB) {
				for _, server := range d.masters() {
					server.Flush()
				}
			},
			Dump: func(t testing.TB) []byte { return dump(t, d) },
		}
	})
	for _, kind := range keyKinds(t) {
		if met[kind.name] == 0 && kind.name != "iend" && kind.name[0] != 'p' { // of old and large memories, and of pacers
			t.Errorf("the suite left no key %s", kind.name)
		}
	}
}

// handles are those that a test has opened.
type handles struct {
	mu  sync.Mutex
	all []scanner.Store
}

func (h *handles) add(s scanner.Store) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.all = append(h.all, s)
}

// await waits until all that are not closed answer: the library waits up to a second after an outage before it dials again.
func (h *handles) await(t testing.TB) {
	t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for _, s := range h.all {
		eventually(ctx, t, "an answer after the outage", func() bool {
			_, err := s.Health(ctx)
			return err == nil || strings.Contains(err.Error(), "is closed")
		})
	}
}

// eventually asks again and again.
func eventually(ctx context.Context, t testing.TB, what string, done func() bool) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("no %s", what)
		}
	}
}

// dump is all keys of all masters, with what they hold.
func dump(t testing.TB, d deployment) []byte {
	var out bytes.Buffer
	ctx := context.WithoutCancel(t.Context()) // it also looks after tests
	scan(t, d, func(client *redis.Client, key string) {
		fmt.Fprintln(&out, key)
		var value any
		var err error
		switch kind := client.Type(ctx, key).Val(); kind {
		case "string":
			value, err = client.Get(ctx, key).Result()
		case "hash":
			value, err = client.HGetAll(ctx, key).Result()
		case "set":
			value, err = client.SMembers(ctx, key).Result()
		case "zset":
			value, err = client.ZRangeWithScores(ctx, key, 0, -1).Result()
		default:
			t.Fatalf("key %s of type %s", key, kind)
		}
		if err != nil && !errors.Is(err, redis.Nil) { // it may have ended
			t.Fatal(err)
		}
		fmt.Fprintln(&out, value)
	})
	return out.Bytes()
}

// scan visits all keys.
func scan(t testing.TB, d deployment, visit func(client *redis.Client, key string)) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	for _, server := range d.masters() {
		client := redis.NewClient(&redis.Options{Addr: server.Addr(), Protocol: 2})
		keys := client.Scan(ctx, 0, "*", 1000).Iterator()
		for keys.Next(ctx) {
			visit(client, keys.Val())
		}
		if err := errors.Join(keys.Err(), client.Close()); err != nil {
			t.Fatal(err)
		}
	}
}
