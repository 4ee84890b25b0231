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

// storePlace says where the store is. To make one touches nothing.
type storePlace struct {
	kind    string
	path    string             // of the SQLite file, "" with Redis
	address redisstore.Address // of Redis
}

// openedStore is the store that the configuration names, open.
type openedStore struct {
	storePlace
	store scanner.Store
}

// String is the place as it may be shown: without a password.
func (p storePlace) String() string {
	if p.kind == kindRedis {
		return p.address.String()
	}
	return kindSQLite + ":" + p.path
}

// storePlace reads the setting `store`.
func (a *app) storePlace(c config.Config) (storePlace, error) {
	text, err := c.Store.Read()
	if err != nil {
		return storePlace{}, usage("", "store: %w", err)
	}
	if text == "" {
		folder, err := a.dataFolder()
		return storePlace{kind: kindSQLite, path: filepath.Join(folder, "meetleaks.db")}, err
	}
	if path, ok := strings.CutPrefix(text, kindSQLite+":"); ok {
		return storePlace{kind: kindSQLite, path: path}, nil
	}
	address, err := redisstore.ParseAddress(text)
	if err != nil {
		return storePlace{}, usage("", "store: %w", err)
	}
	return storePlace{kind: kindRedis, address: address}, nil
}

// openStore opens the configured store, and makes an embedded one where there is none.
func (a *app) openStore(ctx context.Context, c config.Config) (*openedStore, error) {
	place, err := a.storePlace(c)
	if err != nil {
		return nil, err
	}
	return openPlace(ctx, place)
}

func openPlace(ctx context.Context, place storePlace) (*openedStore, error) {
	if place.kind == kindRedis {
		redisstore.QuietLibrary()
		store, err := redisstore.Open(ctx, redisstore.Options{Address: place.address})
		if err != nil {
			return nil, failed("is Redis running, and are address and password right?", "open the store %s: %w", place, err)
		}
		return &openedStore{place, store}, nil
	}
	store, err := sqlitestore.Open(ctx, sqlitestore.Options{Path: place.path})
	if err != nil {
		return nil, failed("", "open the store %s: %w", place, err)
	}
	return &openedStore{place, store}, nil
}

// existingStore opens the store that a service has made; a mistyped name makes none.
func (a *app) existingStore(ctx context.Context, c config.Config) (*openedStore, error) {
	place, err := a.storePlace(c)
	if err != nil {
		return nil, err
	}
	if place.kind == kindSQLite && isMissing(place.path) {
		return nil, usage("`meetleaks serve` makes it at its first start; --config names another file", "there is no store at %s", place.path)
	}
	return a.openStore(ctx, c)
}

// openQueue makes the queue that goes with the store.
func (s *openedStore) openQueue(log *slog.Logger) (scanner.Queue, error) {
	if s.kind == kindSQLite {
		return local.New(log), nil
	}
	queue, err := distributed.New(s.address.Client(0), distributed.Options{Log: log})
	if err != nil {
		return nil, fmt.Errorf("open the queue: %w", err)
	}
	return queue, nil
}

// keyPlace says where the master key belongs. It is asked before the store is opened: a store that was made without a key could
// never have one.
func (p storePlace) keyPlace() keyPlace {
	if p.kind == kindRedis {
		return keyPlace{}
	}
	return keyPlace{folder: filepath.Dir(p.path), fresh: isMissing(p.path)}
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
