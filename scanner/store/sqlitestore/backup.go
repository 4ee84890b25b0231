package sqlitestore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"modernc.org/sqlite"
)

// Backup writes a copy of the store as it is at one moment to a file that must not be there yet, readable by its owner alone.
// Others can work meanwhile. It holds what the store holds: wrapped keys, never the master key. After an error there is no file.
func (s *Store) Backup(ctx context.Context, path string) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) // SQLite takes an empty file for none
	if err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	if err := file.Close(); err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	if _, err := s.read.db.ExecContext(ctx, "VACUUM INTO ?", path); err != nil {
		err = failure(ctx, "back up", err)
		for _, name := range []string{path, path + "-journal"} {
			if gone := os.Remove(name); gone != nil && !errors.Is(gone, fs.ErrNotExist) {
				err = errors.Join(err, gone)
			}
		}
		return err
	}
	return nil
}

// ErrInUse says that somebody has the file open.
var ErrInUse = errors.New("another process has the store open: stop it first")

// sideFiles are what SQLite keeps beside a file. One of them beside another file than its own would destroy that.
func sideFiles() []string { return []string{"-wal", "-shm", "-journal"} }

// Replace puts the store at path "with" in the place of that at path, both in one folder, closed, and of this process alone; ErrInUse
// when another has the old one open. The old one is kept beside it, under the name that is returned ("" when there
// was none); at no moment there is neither. A file that is no store any more is kept as it is.
func Replace(ctx context.Context, path, with string, now time.Time) (kept string, err error) {
	if err := settle(ctx, with); err != nil {
		return "", fmt.Errorf("replace store: %w", err)
	}
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		for _, suffix := range sideFiles() {
			if _, err := os.Lstat(path + suffix); err == nil {
				return "", fmt.Errorf("replace store: %s is there without its store: move it away", path+suffix)
			}
		}
		return "", moveInto(with, path)
	}
	if isStore(path) {
		if err := settle(ctx, path); errors.Is(err, ErrInUse) {
			return "", fmt.Errorf("replace store: %w", err)
		}
	}
	kept = path + ".before-restore-" + now.UTC().Format("20060102T150405.000Z")
	if err := keep(path, kept); err != nil {
		return "", fmt.Errorf("keep the old store: %w", err)
	}
	return kept, moveInto(with, path)
}

// isStore says whether a file begins like one of SQLite: it would delete what lies beside another.
func isStore(path string) bool {
	const magic = "SQLite format 3\x00"
	file, err := os.Open(path)
	if err != nil {
		return false
	}
	defer file.Close() //nolint:errcheck // it was only read
	begin := make([]byte, len(magic))
	_, err = io.ReadFull(file, begin)
	return err == nil && string(begin) == magic
}

// settle writes what is beside a store's file into it, so that it is a single file. It fails when somebody else has it open.
func settle(ctx context.Context, path string) error {
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?mode=rw&_pragma=busy_timeout(1000)")
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // it has only read, or has failed
	mode := ""
	err = db.QueryRowContext(ctx, "PRAGMA journal_mode=DELETE").Scan(&mode)
	var told *sqlite.Error
	if errors.As(err, &told) && slices.Contains([]int{sqliteBusy, sqliteLocked}, told.Code()&0xff) || err == nil && mode != "delete" {
		return ErrInUse
	}
	return err
}

// Result codes of SQLite, in their lowest byte: https://www.sqlite.org/rescode.html.
const (
	sqliteBusy   = 5
	sqliteLocked = 6
)

// keep gives the old store another name, under which nothing may be yet. What is left beside a store that could not be settled
// goes with it.
func keep(path, kept string) error {
	if _, err := os.Lstat(kept); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s: %w", kept, errors.Join(fs.ErrExist, err))
	}
	for _, suffix := range sideFiles() {
		if err := os.Rename(path+suffix, kept+suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if err := os.Link(path, kept); err == nil {
		return nil
	}
	return os.Rename(path, kept) // a file system without links: for a moment there is no store at path
}

// moveInto renames, and makes the new name durable.
func moveInto(from, to string) error {
	if err := os.Rename(from, to); err != nil {
		return fmt.Errorf("replace store: %w", err)
	}
	if runtime.GOOS == "windows" { // it cannot sync folders, and need not
		return nil
	}
	folder, err := os.Open(filepath.Dir(to))
	if err != nil {
		return fmt.Errorf("replace store: %w", err)
	}
	return errors.Join(folder.Sync(), folder.Close())
}
