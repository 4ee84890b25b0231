package main

import (
	"os"
	"path/filepath"
	"testing"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/scanner/store/redisstore"
)

// TestWhetherThereIsAStoreYet is asked of its place, which makes nothing.
func TestWhetherThereIsAStoreYet(t *testing.T) {
	folder := t.TempDir()
	there := filepath.Join(folder, "there.db")
	must(t, os.WriteFile(there, nil, 0o600))
	address, err := redisstore.ParseAddress("redis://127.0.0.1:1/0")
	must(t, err)
	for _, c := range []struct {
		place   storePlace
		missing bool
		fails   bool
	}{
		{sqlitePlace{there}, false, false},
		{sqlitePlace{filepath.Join(folder, "none.db")}, true, false},
		{sqlitePlace{filepath.Join(folder, "none", "none.db")}, true, false},
		{sqlitePlace{filepath.Join(there, "m.db")}, false, true}, // in a file, not in a folder
		{redisPlace{address}, false, false},                      // nobody answers there
	} {
		if missing, err := c.place.missing(); missing != c.missing || (err != nil) != c.fails {
			t.Errorf("%s: missing %v, %v", c.place, missing, err)
		}
	}
	a := testApp()
	for _, path := range []string{filepath.Join(folder, "none.db"), filepath.Join(there, "m.db")} {
		if _, err := a.existingStore(t.Context(), config.Config{Store: config.NewSecret("sqlite:" + path)}); err == nil || isMissing(there) {
			t.Errorf("%s was opened: %v", path, err)
		}
	}
	if !isMissing(filepath.Join(folder, "none.db")) {
		t.Error("a store was made")
	}
}
