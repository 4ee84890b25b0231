package sqlitestore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"meetleaks/scanner"
	"meetleaks/scanner/store/storetest"
)

// fresh is a store of its own, with what the test wants changed.
func fresh(t *testing.T, adapt func(*Options)) (*Store, Options) {
	t.Helper()
	opts := Options{Path: filepath.Join(t.TempDir(), "state", "meetleaks.db"), Now: storetest.Start}
	if adapt != nil {
		adapt(&opts)
	}
	s, err := Open(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s, opts
}

func TestTheFilesAreTheirOwnersAlone(t *testing.T) {
	t.Parallel()
	s, opts := fresh(t, nil)
	if err := s.RememberItems(t.Context(), []uint64{1}); err != nil {
		t.Fatal(err)
	}
	copied := opts.Path + ".copy"
	if err := s.Backup(t.Context(), copied); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]os.FileMode{
		filepath.Dir(opts.Path): 0o700, opts.Path: 0o600, opts.Path + "-wal": 0o600, opts.Path + "-shm": 0o600, copied: 0o600,
	} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != want {
			t.Errorf("%s has mode %o", filepath.Base(path), info.Mode().Perm())
		}
	}
}

func TestAFileThatOthersCouldReadIsClosedToThem(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "open.db")
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	fresh(t, func(o *Options) { o.Path = path })
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

func TestPathsWithAMeaningElsewhereAreFilesLikeAny(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"a?mode=memory", "a#b", "a%20b", "ü 会", "file:x", "a&b=c"} {
		s, _ := fresh(t, func(o *Options) { o.Path = filepath.Join(dir, name) })
		if err := s.RememberItems(t.Context(), []uint64{1}); err != nil {
			t.Error(err)
		}
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Size() == 0 {
			t.Errorf("%q is not where it should be: %v", name, err)
		}
	}
}

// TestTransactionsThatReadBeforeTheyWriteDoNotFailUnderLoad is the race for which the file is opened as it is: each handle
// reads and then writes, at the same time as all others.
func TestTransactionsThatReadBeforeTheyWriteDoNotFailUnderLoad(t *testing.T) {
	t.Parallel()
	_, opts := fresh(t, nil)
	opts.Busy = 5 * time.Second
	failed := raceOf(t, opts.dsn())
	if failed > 0 {
		t.Errorf("%d of 800 transactions failed", failed)
	}
	// Without it, who has read before another wrote can never write, however long it waits.
	deferred := strings.Replace(opts.dsn(), "&_txlock=immediate", "", 1)
	if err := readWhileAnotherWrites(t, deferred); err == nil || !strings.Contains(err.Error(), "locked") {
		t.Errorf("the race does not show what it is there for: %v", err)
	}
}

// readWhileAnotherWrites reads, lets another transaction write, and then writes itself.
func readWhileAnotherWrites(t *testing.T, dsn string) error {
	t.Helper()
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close() //nolint:errcheck // of a test
	first, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer first.Rollback() //nolint:errcheck // of a test
	var n int
	if err := errors.Join(first.QueryRow("SELECT n FROM race").Scan(&n), readThenWrite(db)); err != nil {
		t.Fatal(err)
	}
	_, err = first.Exec("UPDATE race SET n = ?", n+1)
	return err
}

func raceOf(t *testing.T, dsn string) (failed int) {
	t.Helper()
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close() //nolint:errcheck // of a test
	if _, err := db.Exec("CREATE TABLE IF NOT EXISTS race (n INTEGER); DELETE FROM race; INSERT INTO race VALUES (0)"); err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for range 100 {
				if err := readThenWrite(db); err != nil {
					mu.Lock()
					failed++
					mu.Unlock()
				}
			}
		})
	}
	wait.Wait()
	var n int
	if err := db.QueryRow("SELECT n FROM race").Scan(&n); err != nil || n != 800-failed {
		t.Errorf("%d failed, counted %d, %v", failed, n, err)
	}
	return failed
}

func readThenWrite(db *sql.DB) error {
	begun, err := db.Begin()
	if err != nil {
		return err
	}
	defer begun.Rollback() //nolint:errcheck // after a commit
	var n int
	if err := begun.QueryRow("SELECT n FROM race").Scan(&n); err != nil {
		return err
	}
	if _, err := begun.Exec("UPDATE race SET n = ?", n+1); err != nil {
		return err
	}
	return begun.Commit()
}

func TestTheFileIsOpenedAsItIsMeantToBe(t *testing.T) {
	t.Parallel()
	s, _ := fresh(t, nil)
	for _, db := range []*sql.DB{s.write.db, s.read.db} {
		for pragma, want := range map[string]string{
			"busy_timeout": "5000", "journal_mode": "wal", "synchronous": "1", "foreign_keys": "1", "secure_delete": "1", "user_version": "2",
		} {
			var have string
			if err := db.QueryRow("PRAGMA " + pragma).Scan(&have); err != nil || have != want {
				t.Errorf("%s is %s, %v", pragma, have, err)
			}
		}
	}
}

func TestAFileOfANewerVersionIsRefusedAndLeftAlone(t *testing.T) {
	t.Parallel()
	s, opts := fresh(t, nil)
	if _, err := s.write.db.Exec("PRAGMA user_version = 77"); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(opts.Path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), opts); !errors.Is(err, ErrNewer) || errors.Is(err, scanner.ErrUnavailable) {
		t.Errorf("opened: %v", err)
	}
	after, err := os.ReadFile(opts.Path)
	if err != nil || !slices.Equal(before, after) {
		t.Errorf("the file was changed: %v", err)
	}
}

func TestAFileThatIsNoStoreIsRefused(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.db")
	if err := os.WriteFile(path, []byte(strings.Repeat("this is no store ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), Options{Path: path}); err == nil || !strings.Contains(err.Error(), "not a database") {
		t.Errorf("opened: %v", err)
	}
	if _, err := Open(t.Context(), Options{}); err == nil {
		t.Error("opened without a path")
	}
	if _, err := Open(t.Context(), Options{Path: t.TempDir()}); err == nil {
		t.Error("opened a folder")
	}
}

func TestManyMayMakeTheFileAtOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "new.db")
	var wait sync.WaitGroup
	epochs := make([]string, 6)
	for i := range epochs {
		wait.Go(func() {
			s, err := Open(context.WithoutCancel(t.Context()), Options{Path: path})
			if err != nil {
				t.Error(err)
				return
			}
			epochs[i] = s.epoch
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if len(slices.Compact(epochs)) != 1 {
		t.Errorf("epochs %q", epochs)
	}
}

// leakOf is a leak of acme with a long text, so that a few fill a small file.
func leakOf(n int) scanner.Leak {
	key := fmt.Sprintf("mk1:%032x", n)
	return scanner.Leak{
		ID: scanner.LeakID([]byte("index key"), "acme", key, 0), Org: "acme", Keys: []string{key}, Platform: "zoom",
		State: scanner.StateOpen, FirstSeen: storetest.Start().Add(time.Duration(n) * time.Millisecond),
		Account: scanner.Account{Kind: scanner.AccountPending}, Reason: strings.Repeat("long ", 2000),
	}
}

func changeOf(n int) scanner.Change {
	return scanner.Change{
		Org: "acme", Leaks: []scanner.LeakWrite{{Leak: leakOf(n)}},
		Moves: []scanner.Move{{To: scanner.Account{Kind: scanner.AccountPending}}},
	}
}

func TestAFullDiskIsToldAndNothingIsLost(t *testing.T) {
	t.Parallel()
	s, opts := fresh(t, func(o *Options) { o.MaxPages = 200 })
	ctx := t.Context()
	if _, err := s.AddOrgKey(ctx, "acme", []byte("wrapped")); err != nil {
		t.Fatal(err)
	}
	stored := 0
	var err error
	for ; err == nil && stored < 1000; stored++ {
		err = s.Commit(ctx, changeOf(stored))
	}
	stored--
	if !errors.Is(err, scanner.ErrUnavailable) || !strings.Contains(err.Error(), "full") {
		t.Fatalf("after %d: %v", stored, err)
	}
	check := func(s *Store, want int) {
		t.Helper()
		page, err := s.ListLeaks(ctx, scanner.LeakQuery{Org: "acme", Limit: 1000})
		if err != nil || len(page.Leaks) != want {
			t.Fatalf("%d leaks of %d, %v", len(page.Leaks), want, err)
		}
		books, pending, err := s.Ledger(ctx, "acme")
		if err := errors.Join(err, books.Check(pending)); err != nil || pending != int64(want) {
			t.Errorf("%d pending, %v", pending, err)
		}
	}
	check(s, stored)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	// With room again, it goes on where it stood.
	opts.MaxPages = 0
	again, _ := fresh(t, func(o *Options) { *o = opts })
	check(again, stored)
	if err := again.Commit(ctx, changeOf(stored)); err != nil {
		t.Error(err)
	}
	check(again, stored+1)
}

func TestASourceHasRoomForItsPagesOnly(t *testing.T) {
	t.Parallel()
	s, _ := fresh(t, func(o *Options) { o.MaxVisits = 2 })
	save := func(source, page string, want error) {
		t.Helper()
		if err := s.SaveVisit(t.Context(), source, scanner.Visit{Page: page}); !errors.Is(err, want) {
			t.Errorf("%s of %s: %v", page, source, err)
		}
	}
	save("own-site", "a", nil)
	save("own-site", "b", nil)
	save("own-site", "c", scanner.ErrFull)
	save("own-site", "b", nil)
	save("other", "c", nil)
	if removed, err := s.Expire(t.Context(), scanner.Retention{Visit: time.Hour}, storetest.Start()); err != nil || removed.Visits != 3 {
		t.Fatalf("%+v, %v", removed, err)
	}
	save("own-site", "c", nil)
	if n, err := s.ForgetVisits(t.Context(), "own-site"); err != nil || n != 1 {
		t.Errorf("%d, %v", n, err)
	}
	save("own-site", "d", nil)
	save("own-site", "e", nil)
	save("own-site", "f", scanner.ErrFull)
	for _, v := range []scanner.Visit{{Page: "f", Was: "e"}, {Page: "d", Was: "f"}} { // two of two, then one
		if err := s.SaveVisit(t.Context(), "own-site", v); err != nil {
			t.Errorf("%s in place of %s: %v", v.Page, v.Was, err)
		}
	}
	save("own-site", "g", nil)
	save("own-site", "h", scanner.ErrFull)
	if err := s.SaveVisit(t.Context(), "own-site", scanner.Visit{Page: "h", Was: "none"}); !errors.Is(err, scanner.ErrFull) {
		t.Errorf("in place of one that is not there: %v", err)
	}
}

func TestABackupIsAStoreOfOneMoment(t *testing.T) {
	t.Parallel()
	s, opts := fresh(t, nil)
	ctx := t.Context()
	if _, err := s.AddOrgKey(ctx, "acme", []byte("wrapped")); err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	wait.Go(func() {
		for n := range 50 {
			if err := s.Commit(ctx, changeOf(n)); err != nil {
				t.Error(err)
			}
		}
	})
	path := opts.Path + ".copy"
	if err := s.Backup(ctx, path); err != nil {
		t.Fatal(err)
	}
	if err := s.Backup(ctx, path); err == nil {
		t.Error("a backup was written over")
	}
	wait.Wait()
	again, _ := fresh(t, func(o *Options) { o.Path = path })
	books, pending, err := again.Ledger(ctx, "acme")
	if err := errors.Join(err, books.Check(pending)); err != nil {
		t.Error(err)
	}
	page, err := again.ListLeaks(ctx, scanner.LeakQuery{Org: "acme", Limit: 100})
	if err != nil || int64(len(page.Leaks)) != books.Found {
		t.Errorf("%d leaks, %d found, %v", len(page.Leaks), books.Found, err)
	}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	if err := s.Backup(cancelled, opts.Path+".none"); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if _, err := os.Stat(opts.Path + ".none"); err == nil {
		t.Error("half a backup is there")
	}
}

func FuzzPlacesInListsAreReadOrRefused(f *testing.F) {
	for _, seed := range []string{"", "1773045000000 lk1:8181a1cf3e79efbb181019067dc90c7e", "-62135596800000 a b", "x", "1 ", " 1", "1 \x00", "1e3 a"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		place, err := parsePage(text)
		if err != nil {
			if !errors.Is(err, scanner.ErrBadValue) {
				t.Errorf("%q: %v", text, err)
			}
			return
		}
		if again, err := parsePage(place.String()); text != "" && (err != nil || again != place) {
			t.Errorf("%q: %+v, then %+v, %v", text, place, again, err)
		}
	})
}

func TestAFileThatWasReplacedIsNeitherReadNorWritten(t *testing.T) {
	t.Parallel()
	s, opts := fresh(t, nil)
	ctx := t.Context()
	if err := s.RememberItems(ctx, []uint64{1}); err != nil {
		t.Fatal(err)
	}
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(opts.Path + suffix); err != nil {
			t.Fatal(err)
		}
	}
	check := func(what string) {
		t.Helper()
		_, read := s.SeenItems(ctx, []uint64{1})
		for _, err := range []error{read, s.RememberItems(ctx, []uint64{2})} {
			if !errors.Is(err, scanner.ErrUnavailable) {
				t.Errorf("%s: %v", what, err)
			}
		}
	}
	check("deleted")
	fresh(t, func(o *Options) { *o = opts })
	check("replaced")
}

func TestNoMoreSightingsAreStoredThanAreKept(t *testing.T) {
	t.Parallel()
	s, _ := fresh(t, nil)
	ctx := t.Context()
	if _, err := s.AddOrgKey(ctx, "acme", []byte("wrapped")); err != nil {
		t.Fatal(err)
	}
	c := changeOf(1)
	for range 3 {
		for range scanner.MaxSightings {
			c.Sightings = append(c.Sightings, scanner.Sighting{Leak: leakOf(1).ID, PlaceKey: fmt.Sprint("pk1:", len(c.Sightings), c.Leaks == nil)})
		}
		if err := s.Commit(ctx, c); err != nil {
			t.Fatal(err)
		}
		c = scanner.Change{Org: "acme"}
	}
	var n int
	if err := s.read.db.QueryRow("SELECT COUNT(*) FROM sighting").Scan(&n); err != nil || n != scanner.MaxSightings {
		t.Errorf("%d are stored, %v", n, err)
	}
}

func TestADeliveryThatCannotBeReadHoldsBackNoOther(t *testing.T) {
	t.Parallel()
	s, _ := fresh(t, nil)
	ctx := t.Context()
	if _, err := s.AddOrgKey(ctx, "acme", []byte("wrapped")); err != nil {
		t.Fatal(err)
	}
	c := scanner.Change{Org: "acme"}
	for n := range 2 {
		c.Deliveries = append(c.Deliveries, scanner.Delivery{
			ID: fmt.Sprint("dl1:", n), Org: "acme", Due: storetest.Start().Add(time.Duration(n-9) * time.Second), State: scanner.DeliveryPending,
		})
	}
	if err := s.Commit(ctx, c); err != nil {
		t.Fatal(err)
	}
	if _, err := s.write.db.ExecContext(ctx, "UPDATE outbox SET body = '{broken' WHERE id = 'dl1:0'"); err != nil {
		t.Fatal(err)
	}
	if rows, err := s.ClaimDeliveries(ctx, 1, time.Minute); !errors.Is(err, errBroken) {
		t.Errorf("it is passed over: %+v, %v", rows, err)
	}
	rows, err := s.ClaimDeliveries(ctx, 1, time.Minute)
	if err != nil || len(rows) != 1 || rows[0].Delivery.ID != "dl1:1" {
		t.Errorf("claimed %+v, %v", rows, err)
	}
}

func TestAFileThatWasGoneForAWhileStaysLost(t *testing.T) {
	t.Parallel()
	s, opts := fresh(t, nil)
	if err := os.Rename(opts.Path, opts.Path+".away"); err != nil {
		t.Fatal(err)
	}
	for _, where := range []string{"away", "back"} {
		if h, err := s.Health(t.Context()); err != nil || !h.Lost {
			t.Errorf("%s: %+v, %v", where, h, err)
		}
		if where == "away" {
			if err := os.Rename(opts.Path+".away", opts.Path); err != nil {
				t.Fatal(err)
			}
		}
	}
}
