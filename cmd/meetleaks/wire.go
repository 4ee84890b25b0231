package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/scanner"
	"meetleaks/scanner/queue/distributed"
	"meetleaks/scanner/queue/local"
	"meetleaks/scanner/store/redisstore"
	"meetleaks/scanner/store/sqlitestore"
)

// The explicit lists of the parts that can be chosen from: stores and queues here, sources in watching.go, channels in channels.go.

// The kinds of stores.
const (
	kindSQLite = "sqlite"
	kindRedis  = "redis"
)

// storePlace says where the store is; there is one kind of place for each kind of store. To make one touches nothing.
type storePlace interface {
	// String is the place as it may be shown: without a password.
	String() string
	kind() string
	// open opens the store, and makes an embedded one where there is none.
	open(ctx context.Context) (scanner.Store, error)
	// queue makes the queue that goes with the store.
	queue(log *slog.Logger) (scanner.Queue, error)
	keyPlace
	// examine is how doctor looks at the store, to the step that opens it.
	examine(s *storeLook) examination
}

// sqlitePlace is an embedded store.
type sqlitePlace struct{ path string }

func (p sqlitePlace) String() string { return kindSQLite + ":" + p.path }

func (sqlitePlace) kind() string { return kindSQLite }

func (p sqlitePlace) open(ctx context.Context) (scanner.Store, error) {
	store, err := sqlitestore.Open(ctx, sqlitestore.Options{Path: p.path})
	if err != nil {
		return nil, failed("", "open the store %s: %w", p, err)
	}
	return store, nil
}

func (sqlitePlace) queue(log *slog.Logger) (scanner.Queue, error) { return local.New(log), nil }

func (p sqlitePlace) file() string { return p.path }

func (p sqlitePlace) missing() (bool, error) {
	_, err := os.Stat(p.path)
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		return err != nil, nil
	}
	return false, failed("", "look for the store: %w", err)
}

// redisPlace is a store in Redis, which no process makes.
type redisPlace struct{ address redisstore.Address }

func (p redisPlace) String() string { return p.address.String() }

func (redisPlace) kind() string { return kindRedis }

func (p redisPlace) open(ctx context.Context) (scanner.Store, error) {
	redisstore.QuietLibrary()
	store, err := redisstore.Open(ctx, redisstore.Options{Address: p.address})
	if err != nil {
		return nil, failed("is Redis running, and are address and password right?", "open the store %s: %w", p, err)
	}
	return store, nil
}

func (p redisPlace) queue(log *slog.Logger) (scanner.Queue, error) {
	queue, err := distributed.New(p.address.Client(0), distributed.Options{Log: log})
	if err != nil {
		return nil, fmt.Errorf("open the queue: %w", err)
	}
	return queue, nil
}

func (redisPlace) file() string { return "" }

func (redisPlace) missing() (bool, error) { return false, nil }

// openedStore is the store that the configuration names, open.
type openedStore struct {
	storePlace
	store scanner.Store
}

// storePlace reads the setting `store`.
func (a *app) storePlace(c config.Config) (storePlace, error) {
	text, err := c.Store.Read()
	if err != nil {
		return nil, usage("", "store: %w", err)
	}
	if text == "" {
		folder, err := a.dataFolder()
		if err != nil {
			return nil, err
		}
		return sqlitePlace{filepath.Join(folder, "meetleaks.db")}, nil
	}
	if path, ok := strings.CutPrefix(text, kindSQLite+":"); ok {
		return sqlitePlace{path}, nil
	}
	address, err := redisstore.ParseAddress(text)
	if err != nil {
		return nil, usage("", "store: %w", err)
	}
	return redisPlace{address}, nil
}

func openPlace(ctx context.Context, place storePlace) (*openedStore, error) {
	store, err := place.open(ctx)
	if err != nil {
		return nil, err
	}
	return &openedStore{place, store}, nil
}

// existingStore opens the store that a service has made; a mistyped name makes none.
func (a *app) existingStore(ctx context.Context, c config.Config) (*openedStore, error) {
	place, err := a.storePlace(c)
	if err != nil {
		return nil, err
	}
	missing, err := place.missing()
	if err != nil {
		return nil, err
	}
	if missing {
		return nil, usage("`meetleaks serve` makes it at its first start; --config names another file", "there is no store at %s", place.file())
	}
	return openPlace(ctx, place)
}

// dataFolder is where the user's data lies, by the XDG Base Directory Specification.
func (a *app) dataFolder() (string, error) {
	if folder := a.getenv("XDG_DATA_HOME"); filepath.IsAbs(folder) {
		return filepath.Join(folder, "meetleaks"), nil
	}
	home := a.getenv("HOME")
	if home == "" {
		home = a.getenv("USERPROFILE")
	}
	if home == "" {
		return "", usage("give `store: sqlite:PATH`, or set HOME", "nobody says where data belongs: neither XDG_DATA_HOME nor HOME is set")
	}
	return filepath.Join(home, ".local", "share", "meetleaks"), nil
}

func isMissing(path string) bool {
	_, err := os.Stat(path)
	return errors.Is(err, fs.ErrNotExist)
}
