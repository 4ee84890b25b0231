package main

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/scanner"
)

// masterKeyName is the file beside the embedded store when keys.master_file names none.
const masterKeyName = "master.key"

// deploymentKeys are the keys of a running service.
type deploymentKeys struct {
	ring *scanner.Keyring
	file string // of the master key; "" when it was given in place
	made bool   // the file was made just now: back it up apart from the store
}

// keyPlace is where the store is, as far as the master key is concerned.
type keyPlace interface {
	// file is that of an embedded store: the key may lie beside it. "" with Redis: then no key is made.
	file() string
	// missing says whether an embedded store is still to be made: nothing is sealed yet under a key that is missing. It is asked before
	// the store is opened: one that was made without a key could never have one. A store in Redis is never missing, nor is it asked.
	missing() (bool, error)
}

// openKeys reads the deployment's keys. For an embedded store that does not exist yet it makes a master key when there is none;
// everywhere else a missing one is an error, because what is stored could not be opened with a new one. Its errors say what to
// do and repeat nothing of any key.
func openKeys(keys config.Keys, place keyPlace) (deploymentKeys, error) {
	_ = noCoreDumps() // where the system forbids it, serve has said so
	keys, err := placedKeys(keys, place)
	if err != nil {
		return deploymentKeys{}, err
	}
	out := deploymentKeys{file: keys.Master.File()}
	if out.file != "" {
		if out.made, err = readyKeyFile(out.file, place); err != nil {
			return deploymentKeys{}, err
		}
	}
	out.ring, err = readKeys(keys)
	return out, err
}

// checkKeys says why openKeys would fail, and makes nothing.
func checkKeys(keys config.Keys, place keyPlace) error {
	keys, err := placedKeys(keys, place)
	if err != nil {
		return err
	}
	if file := keys.Master.File(); file != "" {
		if missing, err := keyFileMissing(file, place); missing || err != nil {
			return err
		}
	}
	_, err = readKeys(keys)
	return err
}

// placedKeys says where the master key is when the configuration leaves it open.
func placedKeys(keys config.Keys, place keyPlace) (config.Keys, error) {
	if keys.Master.IsSet() {
		return keys, nil
	}
	if place.file() == "" {
		return keys, usage("make one with `openssl rand -base64 32 > master.key`, and give the same to every process",
			"with Redis keys.master_file must be given")
	}
	keys.Master = config.SecretFile(filepath.Join(filepath.Dir(place.file()), masterKeyName))
	return keys, nil
}

func readKeys(keys config.Keys) (*scanner.Keyring, error) {
	texts, err := keys.Masters()
	if err != nil {
		return nil, usage("", "%w", err)
	}
	var masters []scanner.Master
	for _, text := range texts {
		master, err := scanner.NewMaster(text)
		if err != nil {
			return nil, usage("", "keys.master: %w", err)
		}
		masters = append(masters, master)
	}
	index, _, err := keys.IndexKey()
	if err != nil {
		return nil, usage("", "%w", err)
	}
	ring, err := scanner.NewKeyring(index, masters...)
	if err != nil {
		return nil, usage("", "keys.master: %w", err)
	}
	return ring, nil
}

// readyKeyFile sees to it that the file is there and nobody else reads it.
func readyKeyFile(file string, place keyPlace) (made bool, err error) {
	if missing, err := keyFileMissing(file, place); !missing || err != nil {
		return false, err
	}
	err = makeKeyFile(file)
	if errors.Is(err, fs.ErrExist) {
		return false, nil // another process that starts at the same time made it
	}
	return err == nil, err
}

// keyFileMissing says that the file is to be made. The error is why it is not to be, or why what is there cannot be used.
func keyFileMissing(file string, place keyPlace) (missing bool, err error) {
	fresh, err := place.missing() // first: another process may make both meanwhile
	if err != nil {
		return false, err
	}
	info, err := os.Stat(file)
	switch {
	case err == nil:
		return false, checkKeyMode(file, info)
	case !errors.Is(err, fs.ErrNotExist):
		return false, usage("", "keys.master: %w", err)
	case place.file() == "":
		return false, usage(fmt.Sprintf("make it once, with `openssl rand -base64 32 > %s`, and give the same to every process", file),
			"keys.master: %s is not there", file)
	case !fresh:
		return false, usage("put it back from its backup; only when the store may be lost too, remove the store, and a new key is made",
			"keys.master: %s is not there, but the store is: what it holds is sealed under that key", file)
	}
	return true, nil
}

// checkKeyMode refuses a file that others can read or its group can change. A group may read it: that is how secrets are given
// to containers. Windows has no modes; there the folder's rights count.
func checkKeyMode(file string, info fs.FileInfo) error {
	if !info.Mode().IsRegular() {
		return usage("", "keys.master: %s is no regular file", file)
	}
	if mode := info.Mode().Perm(); runtime.GOOS != "windows" && mode&0o027 != 0 {
		return usage(fmt.Sprintf("chmod 600 %s; and when others may have read it, take a new key in front of it", file),
			"keys.master: others can read or change %s (mode %04o)", file, mode)
	}
	return nil
}

// makeKeyFile draws a key and writes it, on the disk before this returns. A file that is there already is never touched.
func makeKeyFile(file string) error {
	key := make([]byte, scanner.MasterBytes)
	if _, err := rand.Read(key); err != nil {
		return failed("", "make a master key: %w", err)
	}
	folder := filepath.Dir(file)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return failed("", "make a master key: %w", err)
	}
	if err := writeNew(file, base64.StdEncoding.EncodeToString(key)+"\n"); err != nil {
		return failed("", "make a master key: %w", err)
	}
	if err := syncFolder(folder); err != nil {
		return failed("", "make a master key: %w", err)
	}
	return nil
}

// writeNew writes a file that must not exist ([fs.ErrExist]). It is there whole or not at all, whenever the process ends.
func writeNew(file, text string) error {
	f, err := os.CreateTemp(filepath.Dir(file), ".new-*") // for its owner alone
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	_, err = f.WriteString(text)
	if err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	return nameNew(f.Name(), file)
}

// nameNew gives a file its name, which nothing may have. Where files cannot have two names it is only looked whether that is so.
func nameNew(from, to string) error {
	err := os.Link(from, to)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	if !isMissing(to) {
		return fmt.Errorf("%s: %w", to, fs.ErrExist)
	}
	return os.Rename(from, to)
}

// syncFolder makes a new name in a folder durable. Windows cannot, and need not.
func syncFolder(folder string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	f, err := os.Open(folder)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}
