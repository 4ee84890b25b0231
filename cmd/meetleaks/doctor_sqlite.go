package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"meetleaks/scanner/store/sqlitestore"
)

// littleSpace is how many bytes should be free for an embedded store.
const littleSpace = 1 << 30

// lookAtFile looks at the file of an embedded store, its folder and its schema. It opens the file to read only, and leaves why empty
// only when to open it as serve does would change nothing.
func (s *storeLook) lookAtFile(ctx context.Context, path string) []diagnosis {
	const name = "store"
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		s.why = "there is no store yet"
		return append([]diagnosis{healthy(name, s.place.String(), "not made yet, serve makes it")}, s.lookAtFolder(existingFolder(filepath.Dir(path)))...)
	case err != nil:
		return []diagnosis{ailing(name, s.place.String(), err.Error(), "run doctor as the user that serve runs as, or mend the folder's mode")}
	case !info.Mode().IsRegular():
		return []diagnosis{ailing(name, s.place.String(), "is no regular file", "name a file with store: sqlite:PATH")}
	}
	list := lookAtMode(path, info)
	list = append(list, s.lookAtFolder(filepath.Dir(path))...)
	version, err := schemaVersion(ctx, path)
	if err != nil {
		return append(list, ailing(name, s.place.String(), "cannot be read: "+err.Error(),
			"run doctor as the user that serve runs as; when the file is damaged, restore a backup"))
	}
	return append(list, s.judgeVersion(ctx, version, len(list) > 0 && list[0].Status == statusFailure))
}

// judgeVersion compares the file's schema with the newest that this program knows.
func (s *storeLook) judgeVersion(ctx context.Context, version int, wrongMode bool) diagnosis {
	const name = "store schema"
	newest, err := newestSchema(ctx)
	switch {
	case err != nil:
		s.why = "the newest schema is not known"
		return unexamined(name, "", "no empty store could be made in the folder for temporary files to compare with: %v", err)
	case version > newest:
		s.why = "the store is of a newer version"
		return ailing(name, "", fmt.Sprintf("%d, this program knows up to %d", version, newest), "use the newer version of meetleaks that wrote it, or restore a backup")
	case version < newest:
		s.why = "the store is of an older version, which is not opened here"
		return healthy(name, "", "%d; serve takes it to %d when it starts: make a backup first", version, newest)
	case wrongMode:
		s.why = "to open the store would change the mode of its file"
	default:
		s.why = ""
	}
	return healthy(name, "", "%d, the newest", version)
}

// lookAtMode looks whether others can read the file.
func lookAtMode(path string, info fs.FileInfo) []diagnosis {
	const name = "store file"
	mode := info.Mode().Perm()
	if runtime.GOOS == "windows" {
		return []diagnosis{unexamined(name, path, "there are no modes here; the folder's rights count")}
	}
	if mode != 0o600 {
		return []diagnosis{ailing(name, path, fmt.Sprintf("its mode is %04o: others may read or change it", mode),
			"chmod 600 "+path+"*")}
	}
	return []diagnosis{healthy(name, path, "only its owner can read it")}
}

// lookAtFolder looks at the file system.
func (s *storeLook) lookAtFolder(folder string) []diagnosis {
	const name = "store folder"
	d, ok := diskOf(folder)
	switch {
	case !ok:
		return []diagnosis{unexamined(name, folder, "the file system cannot be asked")}
	case d.network:
		return []diagnosis{ailing(name, folder, "lies on a network file system ("+d.kind+"): several processes would damage the store",
			"put the store on a local disk, or use Redis")}
	case d.fleeting:
		return []diagnosis{worry(name, folder, "lies in memory: the store is gone when the machine restarts", "put the store on a disk")}
	case d.foreign:
		return []diagnosis{worry(name, folder, "lies on a file system of another program ("+d.kind+"), which may be a network's", "put the store on a local disk")}
	case d.free < littleSpace:
		return []diagnosis{worry(name, folder, fmt.Sprintf("%d MiB are free", d.free>>20), "make room, or put the store on another disk: on a full one nothing is alerted")}
	}
	return []diagnosis{healthy(name, folder, "local, %d GiB free", d.free>>30)}
}

// existingFolder is the folder, or the nearest above it that is there.
func existingFolder(folder string) string {
	for isMissing(folder) && filepath.Dir(folder) != folder {
		folder = filepath.Dir(folder)
	}
	return folder
}

// integrity lets SQLite check the file, as long as there is time.
func (s *storeLook) integrity(ctx context.Context, path string) []diagnosis {
	const name = "store integrity"
	if isMissing(path) {
		return nil
	}
	said, err := quickCheck(ctx, path)
	switch {
	case ctx.Err() != nil:
		return []diagnosis{unexamined(name, "", "it takes longer than %s; `sqlite3 -readonly FILE 'PRAGMA quick_check'` has no limit", stepBound)}
	case err != nil && isBusy(err):
		return []diagnosis{unexamined(name, "", "the file is busy")}
	case err != nil:
		s.why = "the store cannot be read"
		return []diagnosis{ailing(name, path, err.Error(), "stop serve, keep the file aside, and restore a backup")}
	case said != "ok":
		s.why = "the store is damaged"
		return []diagnosis{ailing(name, path, "is damaged: "+said, "stop serve, keep the file aside, and restore a backup; then test disk and memory")}
	}
	return []diagnosis{healthy(name, "", "no damage found")}
}

// isBusy says whether somebody else holds the file; the driver's text begins with SQLite's own words.
func isBusy(err error) bool {
	return strings.Contains(err.Error(), "SQLITE_BUSY") || strings.Contains(err.Error(), "database is locked")
}

// maxDamage bounds what is told of a damaged file, in bytes.
const maxDamage = 200

func quickCheck(ctx context.Context, path string) (string, error) {
	said := ""
	err := readOnly(ctx, path, "PRAGMA quick_check(1)", &said)
	return said[:min(len(said), maxDamage)], err
}

func schemaVersion(ctx context.Context, path string) (int, error) {
	version := 0
	err := readOnly(ctx, path, "PRAGMA user_version", &version)
	return version, err
}

// readOnly asks one question of a file of SQLite. Where nobody has it open and all is in the file itself, no file is made beside it;
// when somebody opens it meanwhile the question is asked again.
func readOnly(ctx context.Context, path, question string, answer any) error {
	alone := func() bool { return isMissing(path+"-wal") && isMissing(path+"-shm") }
	if alone() {
		err := askFile(ctx, path, "&immutable=1", question, answer)
		if alone() {
			return err
		}
	}
	return askFile(ctx, path, "", question, answer)
}

func askFile(ctx context.Context, path, more, question string, answer any) error {
	name := (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath()}).String()
	db, err := sql.Open("sqlite", name+"?mode=ro&_pragma=query_only(1)&_pragma=busy_timeout(1000)"+more)
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1)
	err = db.QueryRowContext(ctx, question).Scan(answer)
	return errors.Join(err, db.Close())
}

// newestSchema is that of a store which is made just now, and taken away.
func newestSchema(ctx context.Context) (int, error) {
	folder, err := os.MkdirTemp("", "meetleaks-doctor-")
	if err != nil {
		return 0, err
	}
	version, err := schemaOfNew(ctx, filepath.Join(folder, "empty.db"))
	return version, errors.Join(err, os.RemoveAll(folder))
}

func schemaOfNew(ctx context.Context, path string) (int, error) {
	store, err := sqlitestore.Open(ctx, sqlitestore.Options{Path: path})
	if err != nil {
		return 0, err
	}
	if err := store.Close(); err != nil {
		return 0, err
	}
	return schemaVersion(ctx, path)
}
