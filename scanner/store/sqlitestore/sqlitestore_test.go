package sqlitestore

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"meetleaks/scanner"
	"meetleaks/scanner/store/storetest"
)

func TestMain(m *testing.M) {
	storetest.Main(m, func(ctx context.Context, where string, now func() time.Time) (scanner.Store, error) {
		return Open(ctx, Options{Path: where, Now: now})
	})
}

func TestTheStoreKeepsAllPromises(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) storetest.Harness {
		h := &harness{path: filepath.Join(t.TempDir(), "state", "meetleaks.db"), clock: storetest.NewClock(storetest.Start())}
		return storetest.Harness{
			Open: h.open, Clock: h.clock, Where: h.path, Break: h.lock, Mend: h.unlock, Lose: h.lose, Dump: h.dump,
		}
	})
}

// harness is a store's file. It is made unable to write as it happens: another process writes and does not end.
type harness struct {
	path    string
	clock   *storetest.Clock
	blocker *sql.DB
	holding *sql.Tx

	mu      sync.Mutex
	handles []*Store
}

func (h *harness) open(t testing.TB) scanner.Store {
	t.Helper()
	s, err := Open(t.Context(), Options{Path: h.path, Now: h.clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.handles = append(h.handles, s)
	return s
}

// patience is how long the handles wait for a writer that does not end.
func (h *harness) patience(t testing.TB, ms string) {
	t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, s := range h.handles {
		s.write.turn <- struct{}{} // nobody has a connection now
		for range 2 {
			conn, err := s.write.db.Conn(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close() //nolint:errcheck // back to the pool, once all were had
			if _, err := conn.ExecContext(t.Context(), "PRAGMA busy_timeout = "+ms); err != nil {
				t.Fatal(err)
			}
		}
		<-s.write.turn
	}
}

func (h *harness) lock(t testing.TB) {
	t.Helper()
	h.patience(t, "100")
	var err error
	if h.blocker, err = sql.Open("sqlite", Options{Path: h.path, Busy: 10 * time.Second}.dsn()); err != nil {
		t.Fatal(err)
	}
	if h.holding, err = h.blocker.Begin(); err != nil {
		t.Fatal(err)
	}
}

func (h *harness) unlock(t testing.TB) {
	t.Helper()
	if err := h.holding.Rollback(); err != nil {
		t.Fatal(err)
	}
	if err := h.blocker.Close(); err != nil {
		t.Fatal(err)
	}
	h.patience(t, "5000")
}

func (h *harness) lose(t testing.TB) {
	t.Helper()
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Rename(h.path+suffix, h.path+".lost"+suffix); err != nil {
			t.Fatal(err)
		}
	}
}

// dump is all files of the store.
func (h *harness) dump(t testing.TB) []byte {
	t.Helper()
	names, err := filepath.Glob(h.path + "*")
	if err != nil || len(names) == 0 {
		t.Fatal("no files", err)
	}
	var all []byte
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, data...)
	}
	return all
}
