package main

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"

	"meetleaks/cmd/meetleaks/internal/config"
)

// keptAt is a place of a store in a folder, or of one in Redis.
type keptAt struct {
	folder string
	fresh  bool
}

func (k keptAt) file() string {
	if k.folder == "" {
		return ""
	}
	return filepath.Join(k.folder, "meetleaks.db")
}

func (k keptAt) missing() (bool, error) { return k.fresh, nil }

func TestMasterKeyIsMadeOnFirstStart(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "data", "meetleaks")
	place := keptAt{folder: folder, fresh: true}
	first, err := openKeys(config.Keys{}, place)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(folder, masterKeyName)
	if !first.made || first.file != file {
		t.Errorf("made %v at %s", first.made, first.file)
	}
	for name, want := range map[string]fs.FileMode{file: 0o600, folder: 0o700 | fs.ModeDir} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if runtime.GOOS != "windows" && info.Mode() != want {
			t.Errorf("%s has mode %v, want %v", name, info.Mode(), want)
		}
	}
	_, wrapped, err := first.ring.NewDataKey("acme")
	if err != nil {
		t.Fatal(err)
	}
	place.fresh = false
	again, err := openKeys(config.Keys{}, place)
	if err != nil || again.made {
		t.Fatalf("second start: made %v, %v", again.made, err)
	}
	if _, err := again.ring.Unwrap("acme", wrapped); err != nil {
		t.Errorf("the second start has another master key: %v", err)
	}
	if !bytes.Equal(first.ring.IndexKey(), again.ring.IndexKey()) {
		t.Error("the second start has another index key")
	}
	scan, configured, err := config.Keys{Master: config.SecretFile(file)}.IndexKey()
	if err != nil || !configured || !bytes.Equal(scan, first.ring.IndexKey()) {
		t.Errorf("scan has another index key (%v)", err)
	}
}

// TestMissingMasterKeyIsNeverReplaced: a new key would make everything in the store unreadable, without a word.
func TestMissingMasterKeyIsNeverReplaced(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "here.key")
	for name, test := range map[string]struct {
		keys  config.Keys
		place keptAt
		want  string
	}{
		"redis, none given": {config.Keys{}, keptAt{}, "with Redis keys.master_file must be given"},
		"redis, not there":  {config.Keys{Master: config.SecretFile(file)}, keptAt{}, "is not there"},
		"store is there":    {config.Keys{}, keptAt{folder: folder}, "but the store is"},
		"named, store there": {config.Keys{Master: config.SecretFile(file)}, keptAt{folder: folder},
			"but the store is"},
	} {
		_, err := openKeys(test.keys, test.place)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", name, err, test.want)
		}
	}
	left, err := os.ReadDir(folder)
	if err != nil || len(left) > 0 {
		t.Errorf("%d files were made (%v)", len(left), err)
	}
}

func TestMasterKeyThatOthersReadIsRefused(t *testing.T) {
	if runtime.GOOS == "windows" {
		return // has no modes
	}
	file := filepath.Join(t.TempDir(), "master.key")
	if err := makeKeyFile(file); err != nil {
		t.Fatal(err)
	}
	keys := config.Keys{Master: config.SecretFile(file)}
	for mode, good := range map[fs.FileMode]bool{0o600: true, 0o400: true, 0o640: true, 0o440: true, 0o644: false, 0o604: false, 0o660: false, 0o602: false} {
		if err := os.Chmod(file, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := openKeys(keys, keptAt{}); (err == nil) != good {
			t.Errorf("mode %04o: %v", mode, err)
		}
	}
}

func TestMasterKeyFileIsNotOverwritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "master.key")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := makeKeyFile(file); err == nil {
		t.Error("written over a file that was there")
	}
	if _, err := openKeys(config.Keys{Master: config.SecretFile(file)}, keptAt{folder: filepath.Dir(file), fresh: true}); err == nil {
		t.Error("an empty file is taken")
	}
}

func TestBadMasterKeysAreRefusedWithoutRepeatingThem(t *testing.T) {
	const secret = "d5k2wq8sm1xz"
	for name, content := range map[string]string{
		"text": strings.Repeat(secret, 4), "all zero": strings.Repeat("0", 64), "one twice": strings.Repeat(strings.Repeat("a1", 31)+"b7\n", 2),
	} {
		_, err := openKeys(config.Keys{Master: config.NewSecret(content)}, keptAt{})
		if err == nil || strings.Contains(err.Error(), secret) || strings.Contains(err.Error(), "a1a1") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := openKeys(config.Keys{Master: config.SecretFile(t.TempDir())}, keptAt{}); err == nil {
		t.Error("a folder is taken")
	}
}

func TestIndexKeyMayBeGivenApart(t *testing.T) {
	master := config.NewSecret(strings.Repeat("a1", 31) + "b7")
	index := config.NewSecret("an index key that is given by itself")
	both, err := openKeys(config.Keys{Master: master, Index: index}, keptAt{})
	if err != nil {
		t.Fatal(err)
	}
	want, _, err := config.Keys{Index: index}.IndexKey()
	if err != nil || !bytes.Equal(both.ring.IndexKey(), want) {
		t.Errorf("keys.index does not count (%v)", err)
	}
}

// A file with a key is there whole or not at all, and never in the place of another.
func TestNewFilesAreWhole(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "a")
	var all sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		all.Go(func() { errs[i] = writeNew(file, strings.Repeat(strconv.Itoa(i), 1<<16)) })
	}
	all.Wait()
	won := 0
	for _, err := range errs {
		switch {
		case err == nil:
			won++
		case !errors.Is(err, fs.ErrExist):
			t.Error(err)
		}
	}
	content, err := os.ReadFile(file)
	if won != 1 || err != nil || len(content) != 1<<16 || strings.Trim(string(content), string(content[:1])) != "" {
		t.Errorf("%d won, %d bytes, %v", won, len(content), err)
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) != 1 {
		t.Errorf("files %v, %v", left, err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

// Of several that start at the same time one makes the key, and all have it.
func TestStartingTogetherMakesOneKey(t *testing.T) {
	place := keptAt{folder: filepath.Join(t.TempDir(), "data"), fresh: true}
	var all sync.WaitGroup
	var mu sync.Mutex
	made, keys := 0, map[string]bool{}
	for range 8 {
		all.Go(func() {
			got, err := openKeys(config.Keys{}, place)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Error(err)
				return
			}
			if got.made {
				made++
			}
			keys[string(got.ring.IndexKey())] = true
		})
	}
	all.Wait()
	if made != 1 || len(keys) != 1 {
		t.Errorf("%d made one, there are %d", made, len(keys))
	}
}
