package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"meetleaks/matchers"
	"meetleaks/scanner"
	"meetleaks/scanner/source/files"
)

// ignoreName is the file beside a target (in the folder that is scanned, or in the folder of the file).
const ignoreName = ".meetleaksignore"

// The bounds of one ignore file.
const (
	maxIgnoreBytes   = 1 << 20
	maxIgnoreEntries = 10_000
)

// ignoreEntry is one line: KEY-or-glob until=YYYY-MM-DD reason. A key hides one meeting wherever it is named, a glob hides
// what stands in files whose path it matches. Line positions are not supported on purpose: they move.
type ignoreEntry struct {
	file    string // as printed
	line    int
	key     string     // "mk1:…", or ""
	glob    files.Glob // as in --exclude; relative to base; without a key
	base    string     // absolute folder of the ignore file; "" when the glob is for the place as it is printed
	until   time.Time
	expired bool
	hidden  int // findings that it hid, or would have hidden when expired
}

// ignoreList is what to hide. It is used by one goroutine.
type ignoreList struct {
	entries  []*ignoreEntry
	uri      string         // the document asked for last
	matching []*ignoreEntry // globs that match it
	asked    bool
}

// load reads one ignore file. All its bad lines are one error.
func (l *ignoreList) load(file, base string, now time.Time) error {
	content, err := readBounded(file, maxIgnoreBytes)
	if err != nil {
		return fmt.Errorf("read ignore file: %w", err)
	}
	var bad []error
	for i, line := range strings.Split(string(content), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		entry, err := parseIgnore(line)
		if err != nil {
			bad = append(bad, fmt.Errorf("%s:%d: %w", file, i+1, err))
			continue
		}
		entry.file, entry.line, entry.base = file, i+1, base
		entry.expired = now.After(entry.until.AddDate(0, 0, 1))
		l.entries = append(l.entries, entry)
	}
	if len(l.entries) > maxIgnoreEntries {
		bad = append(bad, fmt.Errorf("%s: more than %d entries", file, maxIgnoreEntries))
	}
	return errors.Join(bad...)
}

// parseIgnore reads one entry. A glob with spaces stands in double quotes.
func parseIgnore(line string) (*ignoreEntry, error) {
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
	if err != nil {
		return nil, errors.New("until= wants a day, as in until=2027-01-31")
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
	keys := keysOf(f.Link, indexKey)
	for _, e := range l.entries {
		if e.key != "" && slices.Contains(keys, e.key) {
			count(e)
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
		l.uri, l.asked, l.matching = uri, true, nil
		for _, e := range l.entries {
			if e.key == "" && e.matches(uri) {
				l.matching = append(l.matching, e)
			}
		}
	}
	return l.matching
}

// matches compares the glob with the place and, for parts of archives, with the archive too.
func (e *ignoreEntry) matches(uri string) bool {
	name := filepath.ToSlash(uri)
	if e.base != "" {
		relative, ok := within(e.base, uri)
		if !ok {
			return false
		}
		name = filepath.ToSlash(relative)
	}
	for whole := true; whole; {
		if covers(e.glob, name) {
			return true
		}
		cut := strings.LastIndexByte(name, '!')
		whole = cut >= 0
		name = name[:max(cut, 0)]
	}
	return false
}

// covers reports whether the glob matches the path or a folder above it.
func covers(glob files.Glob, name string) bool {
	name = strings.TrimPrefix(name, "/")
	for i := range len(name) {
		if name[i] == '/' && glob.Match(name[:i], true) {
			return true
		}
	}
	return glob.Match(name, false)
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
	return slices.ContainsFunc(l.entries, func(e *ignoreEntry) bool { return e.key != "" })
}

// report says on w which entries have expired or, after a complete run, hid nothing.
func (l *ignoreList) report(w io.Writer, complete bool) {
	for _, e := range l.entries {
		switch {
		case e.expired:
			fmt.Fprintf(w, "meetleaks: %s:%d: expired on %s; it would have hidden %d\n", plain(e.file), e.line, e.until.Format("2006-01-02"), e.hidden)
		case e.hidden == 0 && complete:
			fmt.Fprintf(w, "meetleaks: %s:%d: hid nothing; it can go\n", plain(e.file), e.line)
		}
	}
}

// ignoreFor collects what to hide: from the file that was named, else from the files beside the targets.
func ignoreFor(named string, targets []string, now time.Time) (*ignoreList, error) {
	list := &ignoreList{}
	if named != "" {
		if err := list.load(named, "", now); err != nil {
			return nil, usage("each line: KEY-or-glob until=YYYY-MM-DD reason", "%w", err)
		}
		return list, nil
	}
	var bad []error
	for _, folder := range foldersOf(targets) {
		file := filepath.Join(folder, ignoreName)
		if info, err := os.Stat(file); err != nil || !info.Mode().IsRegular() {
			continue
		}
		base, err := filepath.Abs(folder)
		if err == nil {
			err = list.load(file, base, now)
		}
		if err != nil {
			bad = append(bad, err)
		}
	}
	if err := errors.Join(bad...); err != nil {
		return nil, usage("each line: KEY-or-glob until=YYYY-MM-DD reason", "%w", err)
	}
	return list, nil
}

// foldersOf gives the folder of each target, without repetition: a folder is its own.
func foldersOf(targets []string) []string {
	var folders []string
	for _, target := range targets {
		if target == "-" {
			continue
		}
		folder := target
		if info, err := os.Stat(target); err != nil || !info.IsDir() {
			folder = filepath.Dir(target)
		}
		if folder = filepath.Clean(folder); !slices.Contains(folders, folder) {
			folders = append(folders, folder)
		}
	}
	return folders
}

// readBounded reads a regular file of at most limit bytes.
func readBounded(name string, limit int64) ([]byte, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no regular file", name)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(content)) > limit {
		return nil, fmt.Errorf("%s is larger than %d bytes", name, limit)
	}
	return content, nil
}
