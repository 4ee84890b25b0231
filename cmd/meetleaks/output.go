package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// outputFile is a result that appears under its name whole or not at all: it is written beside it and renamed at the
// end. Devices and pipes are written directly. Files are readable by their owner only.
type outputFile struct {
	*os.File
	name string // the final name; "" for devices and pipes
}

// createOutput begins a file; opening a named pipe waits for its reader, or until ctx is done. It refuses symbolic links to files: the rename would replace the link, and following it would
// write where nobody expects it. Links to devices and pipes, as in /dev/fd, are followed.
func createOutput(ctx context.Context, name string) (*outputFile, error) {
	info, err := os.Lstat(name)
	if err == nil && info.Mode()&fs.ModeSymlink != 0 {
		if to, err := os.Stat(name); err == nil && !to.Mode().IsRegular() && !to.IsDir() {
			info = to
		}
	}
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
	f, err := openDirect(ctx, name)
	if err != nil {
		return nil, err
	}
	return &outputFile{f, ""}, nil
}

// lookAgain is how often a named pipe without a reader is tried.
const lookAgain = 20 * time.Millisecond

// openDirect opens a device or pipe for writing. A plain open would wait for a pipe's reader, deaf to interruption.
func openDirect(ctx context.Context, name string) (*os.File, error) {
	ticker := time.NewTicker(lookAgain)
	defer ticker.Stop()
	for {
		f, err := os.OpenFile(name, os.O_WRONLY|syscall.O_NONBLOCK, 0)
		if !errors.Is(err, syscall.ENXIO) {
			return f, err
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("%s: interrupted before anybody read it: %w", name, ctx.Err())
		case <-ticker.C:
		}
	}
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

// output gives where one of the results goes: a file, or the process's own streams, which /dev/stdout and /dev/stderr name
// wherever they lead. The empty name is standard output.
func (a *app) output(ctx context.Context, files *outputs, flag, name string) (io.Writer, error) {
	switch {
	case toStdout(name):
		return a.stdout, nil
	case name == "/dev/stderr":
		return a.stderr, nil
	}
	return files.create(ctx, flag, name)
}

func toStdout(name string) bool { return name == "" || name == "-" || name == "/dev/stdout" }

// sameOutput reports whether two names are one place to write to, however they are written.
func sameOutput(a, b string) bool {
	if a == b || toStdout(a) && toStdout(b) {
		return true
	}
	one, err1 := os.Stat(a)
	other, err2 := os.Stat(b)
	if err1 == nil && err2 == nil && one.Mode().IsRegular() && os.SameFile(one, other) {
		return true
	}
	nameA, err1 := resolveFolder(a)
	nameB, err2 := resolveFolder(b)
	return err1 == nil && err2 == nil && nameA == nameB
}

// outputs are the files that one run of `scan` writes.
type outputs struct {
	files []*outputFile
	reads []string // what the run reads by name: none of it may be replaced
}

// create begins one of the files.
func (o *outputs) create(ctx context.Context, flag, name string) (io.Writer, error) {
	if info, err := os.Stat(name); err == nil && info.Mode().IsRegular() {
		same := func(read string) bool {
			other, err := os.Stat(read)
			return err == nil && os.SameFile(info, other)
		}
		if slices.ContainsFunc(o.reads, same) {
			return nil, usage("name another file", "%s %s would replace what this run reads", flag, name)
		}
	}
	f, err := createOutput(ctx, name)
	if ctx.Err() != nil {
		return nil, outcome(exitInterrupted)
	}
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

// paths names the temporary files, which must not be scanned. What has the final name was made by an earlier run or by
// somebody else, and is read before it is replaced.
func (o *outputs) paths() []string {
	var own []string
	for _, f := range o.files {
		if f.name != "" {
			own = append(own, f.Name())
		}
	}
	return own
}

// holds reports whether file is the target or lies in it, by its name or by what its name leads to. It does not know other
// names of a file: who can make a hard link to the configuration in a folder that is scanned owns the configuration, or may
// write it (Linux: fs.protected_hardlinks), or the operator made the link.
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
