package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/matchers"
	"meetleaks/scanner"
	"meetleaks/scanner/source/files"
)

// ignoreName is the file beside a target: in the folder around it, or in the folder that is scanned.
const ignoreName = ".meetleaksignore"

// The bounds of one ignore file.
const (
	maxIgnoreBytes = 1 << 20
	maxIgnoreLines = 10_000
	maxIgnoreLine  = 4096  // bytes
	maxIgnoreGlobs = 1_000 // each is tried on every document that has findings; keys are looked up
	maxIgnoreBad   = 20    // bad lines that are shown
)

// ignoreEntry is one line: KEY-or-glob until=YYYY-MM-DD reason. A key hides one meeting wherever it is named, a glob hides
// what stands in files whose path it matches. Line positions are not supported on purpose: they move.
type ignoreEntry struct {
	file    string // as printed
	line    int
	key     string     // "mk1:…", or ""
	glob    files.Glob // as in --exclude, without a key
	until   time.Time
	expired bool
	partly  bool // less is scanned than it is for
	hidden  int  // findings that it hid, or would have hidden when expired
}

// ignoreList is what to hide. It is used by one goroutine.
type ignoreList struct {
	entries  []*ignoreEntry
	keys     map[string][]*ignoreEntry
	globs    map[string][]*ignoreEntry // by the absolute folder of their file; "" for those of --ignore, which are for the place as it is printed
	unused   []error                   // what could not be used of the files beside targets
	uri      string                    // the document asked for last
	matching []*ignoreEntry            // globs that match it
	asked    bool
}

// load reads one ignore file. The good lines count, whatever the others are; those are returned, at most 21.
func (l *ignoreList) load(file, base string, now time.Time) (bad []error) {
	content, err := config.ReadFile(file, maxIgnoreBytes)
	if err != nil {
		return []error{fmt.Errorf("read ignore file: %w", err)}
	}
	n, globs, more := 0, 0, 0
	complain := func(format string, args ...any) {
		if len(bad) == maxIgnoreBad {
			more++
			return
		}
		bad = append(bad, fmt.Errorf("%s:%d: %w", file, n, fmt.Errorf(format, args...)))
	}
	for line := range strings.SplitSeq(strings.TrimPrefix(string(content), "\ufeff"), "\n") { // some editors begin with a mark
		if n++; n > maxIgnoreLines {
			complain("is not read, nor what follows: at most %d lines", maxIgnoreLines)
			break
		}
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		entry, err := parseIgnore(line)
		if err == nil && entry.key == "" {
			if globs++; globs > maxIgnoreGlobs {
				err = fmt.Errorf("is not used: at most %d globs; name folders instead of files", maxIgnoreGlobs)
			}
		}
		if err != nil {
			complain("%w", err)
			continue
		}
		entry.file, entry.line = file, n
		entry.expired = now.After(entry.until.AddDate(0, 0, 1))
		l.add(entry, base)
	}
	if more > 0 {
		bad = append(bad, fmt.Errorf("%s: and %d more", file, more))
	}
	return bad
}

func (l *ignoreList) add(entry *ignoreEntry, base string) {
	if l.keys == nil {
		l.keys, l.globs = map[string][]*ignoreEntry{}, map[string][]*ignoreEntry{}
	}
	l.entries = append(l.entries, entry)
	if entry.key != "" {
		l.keys[entry.key] = append(l.keys[entry.key], entry)
		return
	}
	l.globs[base] = append(l.globs[base], entry)
}

// parseIgnore reads one entry. A glob with spaces stands in double quotes.
func parseIgnore(line string) (*ignoreEntry, error) {
	if len(line) > maxIgnoreLine {
		return nil, fmt.Errorf("is longer than %d bytes", maxIgnoreLine)
	}
	line = strings.ReplaceAll(line, "\t", " ")
	what, rest, ok := strings.Cut(line, " ")
	if quoted, found := strings.CutPrefix(line, `"`); found {
		what, rest, ok = strings.Cut(quoted, `" `)
	}
	what, rest = strings.TrimSpace(what), strings.TrimSpace(rest)
	until, reason, _ := strings.Cut(rest, " ")
	day, dated := strings.CutPrefix(until, "until=")
	if !ok || !dated {
		return nil, errors.New("want KEY-or-glob until=YYYY-MM-DD reason")
	}
	end, err := time.Parse("2006-01-02", day)
	if err != nil || end.Year() < 2000 {
		return nil, errors.New("until= wants a day of this century, as in until=2027-01-31")
	}
	if strings.TrimSpace(reason) == "" {
		return nil, errors.New("has no reason: say why this may stay, for whoever reads it next")
	}
	return entryFor(what, end)
}

func entryFor(what string, until time.Time) (*ignoreEntry, error) {
	if strings.HasPrefix(what, "mk1:") {
		if !regexp.MustCompile(`^mk1:[0-9a-f]{32}$`).MatchString(what) {
			return nil, errors.New("is no whole key: mk1: and 32 hexadecimal digits")
		}
		return &ignoreEntry{key: what, until: until}, nil
	}
	if regexp.MustCompile(`:\d+$`).MatchString(what) {
		return nil, errors.New("names a line: lines move, so only keys (mk1:…) and globs of paths can be ignored")
	}
	glob, err := files.ParseGlob(what)
	if err != nil {
		return nil, err
	}
	return &ignoreEntry{glob: glob, until: until}, nil
}

// hides reports whether an entry that has not expired hides the finding, and counts what each entry would hide.
func (l *ignoreList) hides(f scanner.Finding, indexKey []byte) bool {
	if len(l.entries) == 0 {
		return false
	}
	hidden := false
	count := func(e *ignoreEntry) {
		e.hidden++
		hidden = hidden || !e.expired
	}
	if len(l.keys) > 0 {
		for _, key := range keysOf(f.Link, indexKey) {
			for _, e := range l.keys[key] {
				count(e)
			}
		}
	}
	for _, e := range l.globsFor(f) {
		count(e)
	}
	return hidden
}

// globsFor gives the globs that match the finding's document. Findings of a document come together, so the last answer
// is kept.
func (l *ignoreList) globsFor(f scanner.Finding) []*ignoreEntry {
	if len(f.Places) == 0 {
		return nil
	}
	if uri := f.Places[0].URI; uri != l.uri || !l.asked {
		l.uri, l.asked, l.matching = uri, true, l.covering(uri)
	}
	return l.matching
}

// covering gives the globs that match the place: those for places as they are printed, and those whose file lies in a
// folder above it.
func (l *ignoreList) covering(uri string) []*ignoreEntry {
	found := matchingOf(l.globs[""], uri)
	absolute, err := filepath.Abs(uri)
	if err != nil || len(l.globs) == 0 {
		return found
	}
	for folder := filepath.Dir(absolute); ; folder = filepath.Dir(folder) {
		if list := l.globs[folder]; list != nil {
			found = append(found, matchingOf(list, strings.TrimPrefix(absolute, folder))...)
		}
		if folder == filepath.Dir(folder) {
			return found
		}
	}
}

// matchingOf gives the globs that match the path, a folder above it or, for parts of archives, the archive.
func matchingOf(globs []*ignoreEntry, name string) []*ignoreEntry {
	if len(globs) == 0 {
		return nil
	}
	names, folders := ignoreNames(strings.TrimPrefix(filepath.ToSlash(name), "/"))
	var found []*ignoreEntry
	for _, e := range globs {
		file := func(name string) bool { return e.glob.Match(name, false) }
		folder := func(name string) bool { return e.glob.Match(name, true) }
		if slices.ContainsFunc(names, file) || slices.ContainsFunc(folders, folder) {
			found = append(found, e)
		}
	}
	return found
}

// The most folders above a file, and archives around it, that are tried. Beyond, nothing is hidden.
const (
	maxFolders  = 256
	maxArchives = 32
)

// ignoreNames gives the path and the archives around it, and the folders above.
func ignoreNames(name string) (names, folders []string) {
	for i := 0; i < len(name) && len(folders) < maxFolders; i++ {
		if name[i] == '/' {
			folders = append(folders, name[:i])
		}
	}
	names = append(names, name)
	for i := 0; i < len(name) && len(names) <= maxArchives; i++ {
		if name[i] == '!' {
			names = append(names, name[:i])
		}
	}
	return names, folders
}

// keysOf gives the printable keys of the link and of its other ids.
func keysOf(link matchers.Link, indexKey []byte) []string {
	keys := []string{matchers.KeyID(indexKey, link)}
	for _, alias := range link.Aliases {
		part := strings.SplitN(alias, ":", 4)
		if len(part) == 4 {
			keys = append(keys, matchers.KeyID(indexKey, matchers.Link{Platform: part[0], Realm: part[1], Space: part[2], ID: part[3]}))
		}
	}
	return keys
}

// hasKeys reports whether an entry names a key, which is only the same in the next run when the configuration gives the
// key of keys.
func (l *ignoreList) hasKeys() bool {
	return len(l.keys) > 0
}

// report says on w what could not be used, and which entries have expired or, after a complete run, hid nothing. hide takes
// ids out of the files' names.
func (l *ignoreList) report(w io.Writer, complete bool, hide func(string) string) {
	for _, err := range l.unused {
		fmt.Fprintf(w, "meetleaks: %s\n", plain(hide(err.Error())))
	}
	for _, e := range l.entries {
		switch {
		case e.expired:
			fmt.Fprintf(w, "meetleaks: %s:%d: expired on %s; it would have hidden %d\n", plain(hide(e.file)), e.line, e.until.Format("2006-01-02"), e.hidden)
		case e.hidden == 0 && complete && !e.partly:
			fmt.Fprintf(w, "meetleaks: %s:%d: hid nothing; it can go\n", plain(hide(e.file)), e.line)
		}
	}
}

// ignoreFor collects what to hide: from the file that was named, else from the files beside the targets. A mistake in the file
// that was named is wrong usage. Whoever writes what is scanned can write the others: what cannot be used of them is
// reported at the end and hides nothing, so that nothing is missed.
func ignoreFor(named string, targets []string, now time.Time) (*ignoreList, error) {
	list := &ignoreList{}
	if named != "" {
		if bad := list.load(named, "", now); len(bad) > 0 {
			return nil, usage("each line: KEY-or-glob until=YYYY-MM-DD reason", "%w", errors.Join(bad...))
		}
		return list, nil
	}
	for _, folder := range foldersOf(targets) {
		list.unused = append(list.unused, list.loadFrom(folder, now)...)
	}
	return list, nil
}

// loadFrom reads the file of a folder, if there is one. Links are not followed: they could lead to any file.
func (l *ignoreList) loadFrom(folder ignoreFolder, now time.Time) (bad []error) {
	file := filepath.Join(folder.path, ignoreName)
	info, err := os.Lstat(file)
	switch {
	case err != nil:
		return nil
	case info.Mode()&fs.ModeSymlink != 0:
		return []error{fmt.Errorf("%s: is a symbolic link: not followed", file)}
	case !info.Mode().IsRegular():
		return []error{fmt.Errorf("%s: is no regular file", file)}
	case !folder.scanned && anybodys(folder.path):
		return []error{fmt.Errorf("%s: lies in a folder where everybody can put files: name it with --ignore", file)}
	}
	base, err := filepath.Abs(folder.path)
	if err != nil {
		return []error{fmt.Errorf("%s: %w", file, err)}
	}
	before := len(l.entries)
	bad = l.load(file, base, now)
	for _, entry := range l.entries[before:] {
		entry.partly = !folder.scanned
	}
	return bad
}

// anybodys reports whether every user of the machine can put files into a folder, as into /tmp: what lies there beside a target need not
// come from who owns the target.
func anybodys(folder string) bool {
	info, err := os.Stat(folder)
	return err == nil && info.Mode()&fs.ModeSticky != 0 && info.Mode().Perm()&0o002 != 0
}

// ignoreFolder is a folder whose file is read.
type ignoreFolder struct {
	path    string
	scanned bool // itself, not only what is in it
}

// foldersOf gives the folder around each target, and each target that is a folder, without repetition.
func foldersOf(targets []string) []ignoreFolder {
	var folders []ignoreFolder
	known := map[string]int{}
	add := func(folder string, scanned bool) {
		name, err := filepath.Abs(folder)
		if err != nil {
			name = folder
		}
		at, twice := known[name]
		if !twice {
			at, known[name] = len(folders), len(folders)
			folders = append(folders, ignoreFolder{path: folder})
		}
		folders[at].scanned = folders[at].scanned || scanned
	}
	for _, target := range targets {
		if target == files.Stdin {
			continue
		}
		if info, err := os.Stat(target); err == nil && info.IsDir() {
			add(filepath.Clean(target), true)
			add(filepath.Join(target, ".."), false)
			continue
		}
		add(filepath.Dir(target), false)
	}
	return folders
}
