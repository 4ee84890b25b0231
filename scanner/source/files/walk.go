package files

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"meetleaks/scanner"
)

// Options of a walk.
type Options struct {
	Globs Globs
	// Stdin is read for the target "-"; without it that target is a failure.
	Stdin io.Reader
	// Own are paths of files that this run writes: where one lies in a target it is skipped.
	Own []string
}

// The bounds of a walk.
const (
	// batch is how many names of a folder are held at a time. Larger folders are read in batches, each sorted by itself.
	batch = 1 << 15
	// maxWaiting bounds the names held of all folders on the way down together, which wait while a folder in them is walked. Where there
	// is no room left, folders are read in batches of fewBatch.
	maxWaiting = 3 * batch
	fewBatch   = 16
	// maxDepth bounds the depth of folders; the system's longest path is reached at about 2,000.
	maxDepth = 1000
)

// Walk calls visit for each file to read, in order, on the caller's goroutine, and skip for what is not read. It opens
// folders but no files. It stops at the first error of visit, or when the context is done, and returns that. A target
// that is not there is a failure, not an error: the others are still read.
func Walk(ctx context.Context, targets []string, o Options, visit func(Item) error, skip func(scanner.Skip)) error {
	w := &walk{ctx: ctx, Options: o, visit: visit, skip: skip}
	for _, own := range o.Own {
		if info, err := os.Stat(own); err == nil {
			w.own = append(w.own, info)
		}
	}
	seen := make(map[string]bool)
	for _, target := range targets {
		if name := identity(target); !seen[name] {
			seen[name] = true
			if err := w.target(target); err != nil {
				return err
			}
		}
	}
	return nil
}

type walk struct {
	ctx context.Context
	Options
	visit func(Item) error
	skip  func(scanner.Skip)
	own   []os.FileInfo
	root  string // of the target, symbolic links resolved
	held  int    // names of the folders on the way down
}

func (w *walk) policy(path, reason string) {
	w.skip(scanner.Skip{URI: path, Reason: reason, Cause: scanner.Policy})
}

func (w *walk) failure(path string, err error) {
	w.skip(scanner.Skip{URI: path, Reason: scanner.Reason(err), Cause: scanner.Failure})
}

// target walks one target.
func (w *walk) target(target string) error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	if target == Stdin {
		return w.stdin()
	}
	info, err := os.Stat(target)
	if err == nil && info.IsDir() {
		w.root, err = resolve(target)
	}
	switch {
	case err != nil:
		w.failure(target, err)
		return nil
	case info.IsDir():
		return w.folder(folder{path: target})
	case info.Mode()&os.ModeNamedPipe != 0:
		return w.visit(Item{path: target, follow: true, pipe: true, ctx: w.ctx})
	case !info.Mode().IsRegular(): // it was asked for, so not reading it is no choice of ours
		w.failure(target, errors.New(notRead(info.Mode())))
		return nil
	case w.isOwn(target, info.Name()):
		w.policy(target, "written by this run")
		return nil
	}
	return w.visit(Item{path: target, follow: true})
}

func (w *walk) stdin() error {
	if w.Stdin == nil {
		w.failure(Stdin, errors.New("there is no standard input"))
		return nil
	}
	return w.visit(Item{path: Stdin, stdin: w.Stdin, ctx: w.ctx})
}

// folder is a folder on the way down.
type folder struct {
	path     string // as shown
	relative string // to the target, with slashes; "" for the target itself
	depth    int
	included bool // an include pattern matched it, so all in it is included
}

func (f folder) join(name string) (shown, relative string) {
	relative = name
	if f.relative != "" {
		relative = f.relative + "/" + name
	}
	if f.path == "." {
		return name, relative
	}
	return strings.TrimSuffix(f.path, string(filepath.Separator)) + string(filepath.Separator) + name, relative
}

// folder walks all that is in a folder.
func (w *walk) folder(f folder) error {
	if f.depth > maxDepth {
		w.failure(f.path, errors.New("more than 1000 folders deep"))
		return nil
	}
	handle, err := openFolder(f.path, f.depth == 0)
	if err != nil {
		w.failure(f.path, err)
		return nil
	}
	defer func() { _ = handle.Close() }() // it was only read; closing twice does no harm
	entries, err := w.read(handle)
	for len(entries) > 0 {
		var next []os.DirEntry
		if err == nil { // that there were fewer says nothing: what vanishes meanwhile is left out
			next, err = w.read(handle)
		}
		if err != nil {
			_ = handle.Close() // deep trees must not hold a handle for each level
		}
		if stop := w.entries(f, entries); stop != nil {
			return stop
		}
		w.held -= len(entries)
		entries = next
	}
	if !errors.Is(err, io.EOF) {
		w.failure(f.path, err)
	}
	return nil
}

// read reads the next batch of a folder, and counts it as held.
func (w *walk) read(handle *os.File) ([]os.DirEntry, error) {
	entries, err := handle.ReadDir(w.room())
	w.held += len(entries)
	return entries, err
}

// room is how many names are read at once: half of the room that is left, so that folders further down have some too.
func (w *walk) room() int { return max(min(batch, (maxWaiting-w.held)/2), fewBatch) }

// entries walks some entries of a folder, by name.
func (w *walk) entries(f folder, entries []os.DirEntry) error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	slices.SortFunc(entries, func(a, b os.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	store := objectStore(f.path, entries)
	for _, e := range entries {
		if e.Name() == store && e.IsDir() {
			shown, _ := f.join(store)
			w.policy(shown, "object store of version control")
			continue
		}
		if err := w.entry(f, e); err != nil {
			return err
		}
	}
	return nil
}

// entry walks one entry.
func (w *walk) entry(f folder, e os.DirEntry) error {
	shown, relative := f.join(e.Name())
	kind := e.Type()
	if w.Globs.excludes(relative, kind.IsDir()) {
		w.policy(shown, "excluded")
		return nil
	}
	switch {
	case kind.IsDir():
		included := f.included || len(w.Globs.Include) > 0 && w.Globs.includes(relative, true)
		return w.folder(folder{shown, relative, f.depth + 1, included})
	case !f.included && !w.Globs.includes(relative, false):
		w.policy(shown, "not included")
	case kind&os.ModeSymlink != 0:
		w.policy(shown, w.whereTo(shown))
	case !kind.IsRegular():
		w.policy(shown, notRead(kind))
	case w.isOwn(shown, e.Name()):
		w.policy(shown, "written by this run")
	default:
		return w.visit(Item{path: shown})
	}
	return nil
}

// whereTo says why a symbolic link in a folder is not followed.
func (w *walk) whereTo(link string) string {
	to, err := resolve(link)
	if errors.Is(err, os.ErrNotExist) {
		return "symbolic link to nothing"
	}
	if err != nil {
		return "symbolic link that cannot be followed, or a loop"
	}
	here, err := resolve(filepath.Dir(link))
	switch {
	case err != nil:
		return "symbolic link, not followed"
	case below(here, to):
		return "symbolic link loop: it leads to a folder it is in"
	case below(to, w.root):
		return "symbolic link inside the target: what it leads to is read under its own name"
	}
	return "symbolic link that leads outside the target"
}

// resolve gives the absolute path without symbolic links.
func resolve(path string) (string, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(absolute)
}

// identity is the same for all spellings of a target. What has no path, as standard input and what is not there, is known as it is spelled.
func identity(target string) string {
	if path, err := resolve(target); err == nil && target != Stdin {
		return path
	}
	return filepath.Clean(target)
}

// below says whether path is folder or lies in it.
func below(path, folder string) bool {
	rest, ok := strings.CutPrefix(path, strings.TrimSuffix(folder, string(filepath.Separator)))
	return ok && (rest == "" || rest[0] == filepath.Separator)
}

// isOwn says whether a file is one of those that this run writes.
func (w *walk) isOwn(path, name string) bool {
	for _, own := range w.own {
		if own.Name() == name {
			if info, err := os.Stat(path); err == nil && os.SameFile(own, info) {
				return true
			}
		}
	}
	return false
}

// objectStore names the entry of a folder that is the object store of a version control system, or "". The store of a git
// repository is known by its neighbours, so that bare repositories and submodules count. entries are sorted.
func objectStore(path string, entries []os.DirEntry) string {
	switch filepath.Base(path) {
	case ".svn":
		return "pristine"
	case ".hg":
		return "store"
	case ".bzr":
		return "repository"
	}
	if has(entries, "HEAD") && has(entries, "refs") && has(entries, "objects") {
		return "objects"
	}
	return ""
}

func has(entries []os.DirEntry, name string) bool {
	_, ok := slices.BinarySearchFunc(entries, name, func(e os.DirEntry, n string) int { return strings.Compare(e.Name(), n) })
	return ok
}
