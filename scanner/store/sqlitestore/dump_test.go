package sqlitestore

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"meetleaks/scanner"
	"meetleaks/scanner/store/storetest"
)

func TestDumps(t *testing.T) {
	t.Parallel()
	storetest.RunDump(t, func(t *testing.T, clock *storetest.Clock) scanner.Store {
		s, err := Open(t.Context(), Options{Path: filepath.Join(t.TempDir(), "meetleaks.db"), Now: clock.Now})
		if err != nil {
			t.Fatal(err)
		}
		return s
	})
}

func TestAStoreIsReplacedWholeAndKept(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	folder := t.TempDir()
	path, with := filepath.Join(folder, "meetleaks.db"), filepath.Join(folder, "new.db")
	begin := func(path, org string) *Store {
		s, err := Open(ctx, Options{Path: path})
		if err == nil {
			_, err = s.AddOrgKey(ctx, org, []byte("key"))
		}
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	replace := func() (string, error) { return Replace(ctx, path, with, storetest.Start()) }
	if err := begin(with, "new").Close(); err != nil {
		t.Fatal(err)
	}
	old := begin(path, "old")
	if _, err := replace(); !errors.Is(err, ErrInUse) {
		t.Errorf("a store in use: %v", err)
	}
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}
	kept, err := replace()
	if err != nil {
		t.Fatal(err)
	}
	for file, org := range map[string]string{path: "new", kept: "old"} {
		s, err := Open(ctx, Options{Path: file})
		if err != nil {
			t.Fatal(err)
		}
		if names, err := s.Organisations(ctx); err != nil || !slices.Equal(names, []string{org}) {
			t.Errorf("%s holds %q, %v", filepath.Base(file), names, err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := begin(with, "third").Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := replace(); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a name that is taken: %v", err)
	}
}

func TestALogWithoutItsStoreIsNotGivenToAnother(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	path, with := filepath.Join(folder, "meetleaks.db"), filepath.Join(folder, "new.db")
	s, err := Open(t.Context(), Options{Path: with})
	if err == nil {
		err = errors.Join(s.Close(), os.WriteFile(path+"-wal", []byte("a log"), 0o600))
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Replace(t.Context(), path, with, storetest.Start()); err == nil || !strings.Contains(err.Error(), "without its store") {
		t.Errorf("%v", err)
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("there is a store now: %v", err)
	}
}

func BenchmarkDump(b *testing.B) {
	const leaks = 5000
	s, err := Open(b.Context(), Options{Path: filepath.Join(b.TempDir(), "meetleaks.db")})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close() //nolint:errcheck // of a test
	storetest.Fill(b.Context(), b, s)
	for n := range leaks {
		l := scanner.Leak{ID: fmt.Sprint("lk1:", n), Org: "acme", Keys: []string{fmt.Sprint("mk1:b", n)}, State: scanner.StateOpen, FirstSeen: storetest.Start()}
		err := s.Commit(b.Context(), scanner.Change{Org: "acme", Leaks: []scanner.LeakWrite{{Leak: l}}})
		if err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		var lines [][]byte
		if err := s.Dump(b.Context(), func(d scanner.Dumped) error {
			line, err := scanner.EncodeDumped(d)
			lines = append(lines, line)
			return err
		}); err != nil {
			b.Fatal(err)
		}
		into, err := Open(b.Context(), Options{Path: filepath.Join(b.TempDir(), fmt.Sprint(b.N, ".db"))})
		if err != nil {
			b.Fatal(err)
		}
		bytes := 0
		_, err = into.Load(b.Context(), func() (scanner.Dumped, error) {
			if len(lines) == 0 {
				return scanner.Dumped{}, io.EOF
			}
			line := lines[0]
			lines, bytes = lines[1:], bytes+len(line)
			return scanner.DecodeDumped(line)
		})
		if err = errors.Join(err, into.Close()); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(bytes)/leaks, "B/leak")
	}
}
