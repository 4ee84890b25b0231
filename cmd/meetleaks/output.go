package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// outputFile is a result that appears under its name whole or not at all: it is written beside it and renamed at the
// end. Devices and pipes are written directly. Files are readable by their owner only.
type outputFile struct {
	*os.File
	name string // the final name; "" for devices and pipes
}

// createOutput begins a file. It refuses symbolic links: the rename would replace the link, and following it would write
// where nobody expects it.
func createOutput(name string) (*outputFile, error) {
	info, err := os.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return createBeside(name)
	case err != nil:
		return nil, err
	case info.Mode()&fs.ModeSymlink != 0:
		return nil, fmt.Errorf("%s is a symbolic link; name the file itself", name)
	case info.IsDir():
		return nil, fmt.Errorf("%s is a folder", name)
	case info.Mode().IsRegular():
		return createBeside(name)
	}
	f, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return nil, err
	}
	return &outputFile{f, ""}, nil
}

func createBeside(name string) (*outputFile, error) {
	f, err := os.CreateTemp(filepath.Dir(name), ".meetleaks-*.tmp")
	if err != nil {
		return nil, err
	}
	return &outputFile{f, name}, nil
}

// commit puts the file under its name.
func (o *outputFile) commit() error {
	if o.name == "" {
		return o.Close()
	}
	err := errors.Join(o.Sync(), o.Close())
	if err == nil {
		err = os.Rename(o.Name(), o.name)
	}
	if err != nil {
		return errors.Join(err, os.Remove(o.Name()))
	}
	return nil
}

// discard takes the unfinished file away.
func (o *outputFile) discard() {
	_ = o.Close() // what it held is not wanted
	if o.name != "" {
		_ = os.Remove(o.Name())
	}
}

// outputs are the files that one run of `scan` writes.
type outputs struct {
	files []*outputFile
}

// create begins one of the files.
func (o *outputs) create(flag, name string) (io.Writer, error) {
	f, err := createOutput(name)
	if err != nil {
		return nil, usage("", "%s: %w", flag, err)
	}
	o.files = append(o.files, f)
	return f, nil
}

// commit puts all files under their names, or reports those that could not be.
func (o *outputs) commit() error {
	var bad []error
	for _, f := range o.files {
		bad = append(bad, f.commit())
	}
	o.files = nil
	return errors.Join(bad...)
}

// discard takes away what was not committed.
func (o *outputs) discard() {
	for _, f := range o.files {
		f.discard()
	}
	o.files = nil
}

// paths names the files, temporary and final, that must not be scanned.
func (o *outputs) paths() []string {
	var own []string
	for _, f := range o.files {
		if f.name != "" {
			own = append(own, f.Name(), f.name)
		}
	}
	return own
}

// holds reports whether file is the target or lies in it, by its name or by what its name leads to.
func holds(target, file string) bool {
	root, err := resolveAll(target)
	if err != nil {
		return false // it is not there: reading it will fail and be said
	}
	for _, look := range []func(string) (string, error){resolveAll, resolveFolder} {
		name, err := look(file)
		if err != nil {
			continue
		}
		if _, inside := within(root, name); inside {
			return true
		}
	}
	return false
}

// resolveAll gives the absolute name with all symbolic links followed.
func resolveAll(name string) (string, error) {
	absolute, err := filepath.Abs(name)
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(absolute)
}

// resolveFolder follows the symbolic links on the way to name, but not name itself.
func resolveFolder(name string) (string, error) {
	absolute, err := filepath.Abs(name)
	if err != nil {
		return "", err
	}
	folder, err := filepath.EvalSymlinks(filepath.Dir(absolute))
	if err != nil {
		return "", err
	}
	return filepath.Join(folder, filepath.Base(absolute)), nil
}

// within gives name relative to folder (absolute), and whether it lies under it. It looks at names only.
func within(folder, name string) (string, bool) {
	absolute, err := filepath.Abs(name)
	if err != nil {
		return "", false
	}
	relative, err := filepath.Rel(folder, absolute)
	if err != nil || relative == ".." || strings.HasPrefix(relative, ".."+string(filepath.Separator)) {
		return "", false
	}
	return relative, true
}
