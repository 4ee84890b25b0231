package sqlitestore

import (
	"cmp"
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"meetleaks/scanner"
)

// Options say where a store is. Zero fields stand for the defaults.
type Options struct {
	Path string // of the file; it is made where there is none, with its folder
	// Now is the store's clock; nil: the machine's.
	Now func() time.Time
	// Busy is how long a write waits for another process that writes, 5 seconds by default. Then it is ErrUnavailable.
	Busy time.Duration
	// MaxVisits is scanner.MaxVisits by default.
	MaxVisits int
	// MaxPages bounds the file, in pages of 4096 bytes; 0: only the disk does.
	MaxPages int
}

// Store implements [scanner.Store]. Make it with [Open].
type Store struct {
	write *pool // one transaction at a time
	read  *pool
	opts  Options
	epoch string
	file  os.FileInfo // as it was opened
	turn  atomic.Uint64
	shut  atomic.Bool
	lost  atomic.Bool
}

var _ scanner.Store = (*Store)(nil)

const readers = 4

// Open opens the store, and makes or migrates it. It fails when the file is of a newer schema than this program knows, and
// then has not changed it.
func Open(ctx context.Context, opts Options) (*Store, error) {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	opts.Busy = cmp.Or(max(opts.Busy, 0), 5*time.Second)
	opts.MaxVisits = cmp.Or(max(opts.MaxVisits, 0), scanner.MaxVisits)
	if err := makeFile(opts.Path); err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	s := &Store{opts: opts}
	if err := s.open(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open store %s: %w", opts.Path, err), s.Close())
	}
	return s, nil
}

func (s *Store) open(ctx context.Context) error {
	dsn := s.opts.dsn()
	var err error
	if s.file, err = os.Stat(s.opts.Path); err != nil {
		return err
	}
	if s.write, err = newPool(dsn, 1); err != nil {
		return err
	}
	if s.read, err = newPool(dsn, readers); err != nil {
		return err
	}
	if err := s.migrate(ctx); err != nil {
		return err
	}
	return s.begin(ctx)
}

// dsn names the file. Without _txlock=immediate transactions that read before they write fail under load: see the test of
// the race. PRAGMA names are checked by the driver, those of other drivers would be passed over in silence.
func (o Options) dsn() string {
	name := (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: o.Path}).EscapedPath()}).String()
	name += "?_pragma=busy_timeout(" + strconv.FormatInt(o.Busy.Milliseconds(), 10) + ")" +
		"&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)&_pragma=foreign_keys(1)&_txlock=immediate" +
		"&_pragma=secure_delete(1)&_pragma=journal_size_limit(67108864)"
	if o.MaxPages > 0 {
		name += "&_pragma=max_page_count(" + strconv.Itoa(o.MaxPages) + ")"
	}
	return name
}

// makeFile makes the file for its owner alone: SQLite gives its other files the same mode.
func makeFile(path string) error {
	if path == "" {
		return errors.New("no file is named")
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(file.Chmod(0o600), file.Close())
}

// begin reads when the history began, or begins it.
func (s *Store) begin(ctx context.Context) error {
	var id [16]byte
	if _, err := rand.Read(id[:]); err != nil {
		return err
	}
	return s.change(ctx, "begin history", func(t *tx) error {
		if err := t.exec("INSERT OR IGNORE INTO meta VALUES ('epoch', ?), ('since', ?), ('fence', '0')",
			hex.EncodeToString(id[:]), strconv.FormatInt(s.nowMS(), 10)); err != nil {
			return err
		}
		return t.row("SELECT value FROM meta WHERE name = 'epoch'").Scan(&s.epoch)
	})
}

// Close implements [scanner.Store]. It waits for what is under way.
func (s *Store) Close() error {
	if s.shut.Swap(true) {
		return nil
	}
	var failed error
	if s.read != nil {
		failed = s.read.db.Close()
	}
	if s.write != nil {
		failed = errors.Join(failed, s.write.db.Close())
	}
	return failed
}

// Health implements [scanner.Store].
func (s *Store) Health(ctx context.Context) (scanner.Health, error) {
	h := scanner.Health{Now: s.opts.Now()}
	if s.shut.Load() {
		return scanner.Health{}, fmt.Errorf("health: the store is closed: %w", scanner.ErrUnavailable)
	}
	switch err := s.replaced(); {
	case errors.Is(err, errReplaced), errors.Is(err, fs.ErrNotExist):
		s.lost.Store(true)
		h.Lost = true
		return h, nil
	case err != nil: // nobody can tell
		return scanner.Health{}, failure(ctx, "health", err)
	}
	err := s.view(ctx, "health", func(t *tx) error {
		var epoch string
		var since, oldest int64
		err := t.row("SELECT value, (SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'since') FROM meta WHERE name = 'epoch'").
			Scan(&epoch, &since)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if epoch != s.epoch {
			s.lost.Store(true)
		}
		h.Since = fromMS(since)
		err = t.row("SELECT COUNT(*), COALESCE(MIN(ready), 0) FROM outbox WHERE pending = 1 AND ready <= ?", ms(h.Now)).
			Scan(&h.Due, &oldest)
		h.OldestDue = fromMS(oldest)
		return err
	})
	if err != nil {
		return scanner.Health{}, err
	}
	h.Lost = s.lost.Load()
	s.weigh(&h)
	return h, nil
}

// weigh asks how much room the files take.
func (s *Store) weigh(h *scanner.Health) {
	for _, suffix := range []string{"", "-wal"} {
		if info, err := os.Stat(s.opts.Path + suffix); err == nil {
			h.Bytes += info.Size()
		}
	}
}

var errReplaced = errors.New("the file was replaced")

// replaced says when the file is not that which was opened. One that was deleted can still be written, by connections that
// have it open, and is lost; connections that are made anew would read another.
func (s *Store) replaced() error {
	now, err := os.Stat(s.opts.Path)
	if err == nil && !os.SameFile(s.file, now) {
		err = errReplaced
	}
	return err
}

func (s *Store) nowMS() int64 { return ms(s.opts.Now()) }

// ms is a time as it is kept; the zero time is 0.
func ms(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func fromMS(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMilli(n).UTC()
}

// orNull is NULL for the zero time.
func orNull(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMilli()
}
