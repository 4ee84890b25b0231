package sqlitestore

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strconv"
)

// schema holds the steps, "0001_first.sql" and on. A step that was released never changes.
//
//go:embed schema/*.sql
var schema embed.FS

// ErrNewer says that the file was written by a newer version of the program. It is not touched.
var ErrNewer = errors.New("the store was written by a newer version of this program: use that version, or restore a backup")

// migrate takes the file to the newest schema, each step in a transaction of its own: what is interrupted goes on at the
// next start. Of several processes one does it.
func (s *Store) migrate(ctx context.Context) error {
	steps, err := fs.Glob(schema, "schema/*.sql")
	if err != nil {
		return err
	}
	for {
		done := false
		err := s.change(ctx, "migrate", func(t *tx) error {
			var version int
			if err := t.sql.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
				return err
			}
			if version > len(steps) {
				return fmt.Errorf("%w: schema %d, known are %d: %w", errBroken, version, len(steps), ErrNewer)
			}
			if done = version == len(steps); done {
				return nil
			}
			return t.step(version+1, steps[version])
		})
		if err != nil || done {
			return err
		}
	}
}

// step is one migration.
func (t *tx) step(number int, file string) error {
	if want := fmt.Sprintf("%04d_", number); path.Base(file)[:len(want)] != want {
		return fmt.Errorf("%w: step %d is missing, found %s", errBroken, number, file)
	}
	text, err := schema.ReadFile(file)
	if err != nil {
		return err
	}
	if _, err := t.sql.ExecContext(t.ctx, string(text)); err != nil {
		return fmt.Errorf("step %s: %w", file, err)
	}
	_, err = t.sql.ExecContext(t.ctx, "PRAGMA user_version = "+strconv.Itoa(number))
	return err
}
