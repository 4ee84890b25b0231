package sqlitestore

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
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
