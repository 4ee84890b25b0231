package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"meetleaks/matchers"
	"meetleaks/scanner"
)

func findingIn(uri string) scanner.Finding {
	return scanner.Finding{
		Link:   matchers.Link{Platform: "zoom", Realm: "commercial", ID: "84930275116", Aliases: []string{"zoom:commercial:my:jenkins.d"}},
		Places: []scanner.Place{{URI: uri}},
	}
}

func loadIgnore(t *testing.T, text, base string, now time.Time) *ignoreList {
	t.Helper()
	list := &ignoreList{}
	if bad := list.load(writeFile(t, "ignore", text), base, now); len(bad) > 0 {
		t.Fatal(bad)
	}
	return list
}

func TestIgnoreGlobs(t *testing.T) {
	for _, test := range []struct {
		glob, uri string
		hides     bool
	}{
		{"*.md", "docs/a.md", true},
		{"docs", "docs/a.md", true},
		{"docs/", "docs/deep/a.md", true},
		{"/docs/**", "docs/a.md", true},
		{"docs/*.md", "docs/deep/a.md", false},
		{"docs/**/a.md", "docs/x/y/a.md", true},
		{"b.md", "docs/a.md", false},
		{"docs/a.zip", "docs/a.zip!b.tar!c.md", true},
		{"*.zip", "docs/a.zip!b.tar!c.md", true},
		{"docs/a.zip!b.tar", "docs/a.zip!b.tar!c.md", true},
		{"docs/a.zip!other", "docs/a.zip!b.tar!c.md", false},
	} {
		list := loadIgnore(t, test.glob+" until=2099-12-31 reason", "", time.Now())
		if got := list.hides(findingIn(test.uri), nil); got != test.hides {
			t.Errorf("%s hides %s: %v, want %v", test.glob, test.uri, got, test.hides)
		}
	}
}

// Windows' editors begin a text with a byte order mark and end lines with two characters.
func TestIgnoreFilesOfWindows(t *testing.T) {
	list := loadIgnore(t, "\ufeff*.md until=2099-12-31 reason\r\n*.txt until=2099-12-31 reason\r\n", "", time.Now())
	for _, uri := range []string{"docs/a.md", "docs/a.txt"} {
		if !list.hides(findingIn(uri), nil) {
			t.Errorf("%s is not hidden", uri)
		}
	}
}

// TestIgnoreBase holds that a file beside one target says nothing about another.
func TestIgnoreBase(t *testing.T) {
	base := t.TempDir()
	list := loadIgnore(t, "** until=2099-12-31 reason", base, time.Now())
	if !list.hides(findingIn(filepath.Join(base, "deep", "a.md")), nil) {
		t.Error("what lies below is not hidden")
	}
	if list.hides(findingIn(filepath.Join(filepath.Dir(base), "a.md")), nil) || list.hides(findingIn(base+"x/a.md"), nil) {
		t.Error("what lies elsewhere is hidden")
	}
}

func TestIgnoreKeysAndAliases(t *testing.T) {
	key := []byte("key")
	alias := matchers.KeyID(key, matchers.Link{Platform: "zoom", Realm: "commercial", Space: "my", ID: "jenkins.d"})
	own := matchers.KeyID(key, findingIn("a").Link)
	for _, id := range []string{own, alias} {
		list := loadIgnore(t, id+" until=2099-12-31 reason", "", time.Now())
		if !list.hides(findingIn("a"), key) {
			t.Errorf("%s does not hide the meeting", id)
		}
		if list.hides(findingIn("a"), []byte("other")) {
			t.Errorf("%s hides under another key", id)
		}
	}
}

// TestTheIgnoreFilesOfTargets lie in the folder around a target and in a target that is a folder; only one in a folder that is scanned as
// a whole can say that an entry hides nothing any more.
func TestTheIgnoreFilesOfTargets(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.MkdirAll("par/t/deep", 0o700); err != nil {
		t.Fatal(err)
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for targets, want := range map[string][]ignoreFolder{
		"par/t":                 {{"par/t", true}, {"par", false}},
		"par/t/ ./par/t/deep":   {{"par/t", true}, {"par", false}, {"par/t/deep", true}},
		"par/t/a.md par/t/b.md": {{"par/t", false}},
		"par/t/a.md par/t":      {{"par/t", true}, {"par", false}},
		"- a.md .":              {{".", true}, {"..", false}},
		"par " + here + "/par":  {{"par", true}, {".", false}},
		"/":                     {{"/", true}},
		"none/a.md":             {{"none", false}},
	} {
		if got := foldersOf(strings.Fields(targets)); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", targets, got, want)
		}
	}
}

// TestNobodyElseHidesFindings: the file in a folder like /tmp, around the target, can be anybody's.
func TestNobodyElseHidesFindings(t *testing.T) {
	around := t.TempDir()
	target := filepath.Join(around, "site")
	if err := os.Mkdir(target, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(around, ignoreName), []byte("* until=2099-12-31 nothing to see\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for mode, want := range map[os.FileMode]int{0o755: 1, 0o777: 1, os.ModeSticky | 0o755: 1, os.ModeSticky | 0o777: 0} {
		if err := os.Chmod(around, mode); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(around); err != nil || info.Mode()&(os.ModeSticky|0o777) != mode {
			continue // folders have no such modes here
		}
		list, err := ignoreFor("", []string{target}, time.Now())
		if err != nil || len(list.entries) != want || len(list.unused) != 1-want {
			t.Errorf("%v: %d entries, %v, %v", mode, len(list.entries), list.unused, err)
		}
		if list, err = ignoreFor("", []string{around}, time.Now()); err != nil || len(list.entries) != 1 {
			t.Errorf("%v, scanned itself: %v, %v", mode, list, err)
		}
	}
}

// TestIgnoreEnds holds that an entry works to the end of its day, everywhere on earth at the latest a day later.
func TestIgnoreEnds(t *testing.T) {
	text := "* until=2026-11-21 reason"
	for _, test := range []struct {
		now   time.Time
		hides bool
	}{
		{time.Date(2026, 11, 21, 23, 59, 0, 0, time.UTC), true},
		{time.Date(2026, 11, 22, 0, 1, 0, 0, time.UTC), false},
	} {
		if got := loadIgnore(t, text, "", test.now).hides(findingIn("a"), nil); got != test.hides {
			t.Errorf("at %v: hides %v, want %v", test.now, got, test.hides)
		}
	}
}

func TestIgnoreFileIsBounded(t *testing.T) {
	for name, test := range map[string]struct {
		text    string
		entries int
		bad     int
		last    string
	}{
		"large":     {strings.Repeat("#", maxIgnoreBytes+1), 0, 1, "is larger than"},
		"globs":     {strings.Repeat("a until=2099-01-01 b\n", maxIgnoreGlobs+5), maxIgnoreGlobs, 5, ":1005: is not used: at most 1000 globs"},
		"lines":     {strings.Repeat("# comment\n", maxIgnoreLines) + "a until=2099-01-01 b", 0, 1, ":10001: is not read, nor what follows"},
		"malformed": {strings.Repeat("x\n", 500_000) + "a until=2099-01-01 b", 0, maxIgnoreBad + 1, ": and 9981 more"},
		"mixed":     {"x\na until=2099-01-01 b\n", 1, 1, ":1: want KEY-or-glob"},
		"long":      {strings.Repeat("a", maxIgnoreLine) + " until=2099-01-01 b", 0, 1, "is longer than 4096 bytes"},
	} {
		list := &ignoreList{}
		bad := list.load(writeFile(t, "ignore", test.text), "", time.Now())
		if len(bad) != test.bad || !strings.Contains(bad[len(bad)-1].Error(), test.last) || len(list.entries) != test.entries {
			t.Errorf("%s: %d entries, %v", name, len(list.entries), bad)
		}
	}
	if bad := (&ignoreList{}).load(t.TempDir(), "", time.Now()); len(bad) != 1 {
		t.Errorf("a folder: %v", bad)
	}
}

// TestIgnoreCostsLittle asks for many documents with the most entries a file can have; trying each key on each finding, or
// making each path relative once for each glob, takes minutes.
func TestIgnoreCostsLittle(t *testing.T) {
	base := t.TempDir()
	list := &ignoreList{}
	for i := range maxIgnoreLines {
		list.add(&ignoreEntry{key: fmt.Sprintf("mk1:%032x", i)}, base)
	}
	elsewhere := loadIgnore(t, strings.Repeat("none until=2099-01-01 b\n", maxIgnoreGlobs), "", time.Now()).entries
	for i := range 2000 {
		for _, e := range elsewhere[:10] {
			list.add(e, filepath.Join(base, fmt.Sprint(i)))
		}
	}
	started := time.Now()
	for i := range 20_000 {
		if list.hides(findingIn(filepath.Join(base, "other", fmt.Sprintf("%d.md", i))), nil) {
			t.Fatal("hidden")
		}
	}
	if took := time.Since(started); took > 20*time.Second {
		t.Errorf("20,000 documents take %v", took)
	}
}

// TestIgnoreNamesAreBounded: names in archives can be nothing but separators.
func TestIgnoreNamesAreBounded(t *testing.T) {
	names, folders := ignoreNames("a.zip!" + strings.Repeat("/!", 5000))
	if len(names) != maxArchives+1 || len(folders) != maxFolders || names[1] != "a.zip" {
		t.Errorf("%d names, %d folders", len(names), len(folders))
	}
}

// FuzzIgnore holds that no line makes the reader panic, and that what is accepted has a reason and an end.
func FuzzIgnore(f *testing.F) {
	for _, seed := range []string{"", "*.md until=2099-12-31 reason", `"a b" until=2099-12-31 c`, `"`, "mk1:00112233445566778899aabbccddeeff until=2099-12-31 x", "a{b,c}/** until=2099-12-31 x", "a:7 until=2099-12-31 x", "0 until=0001-01-01 0"} {
		f.Add(seed, "docs/a.md")
	}
	f.Fuzz(func(t *testing.T, line, uri string) {
		entry, err := parseIgnore(line)
		if err != nil {
			return
		}
		if entry.until.IsZero() {
			t.Errorf("%q has no end", line)
		}
		if entry.key == "" {
			matchingOf([]*ignoreEntry{entry}, uri)
		}
	})
}

func TestOutputIsWholeOrNotThere(t *testing.T) {
	folder := t.TempDir()
	name := filepath.Join(folder, "report")
	var o outputs
	w, err := o.create(t.Context(), "--output", name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte("half")); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(name); err == nil {
		t.Error("the file is there before it is whole")
	}
	o.discard()
	if entries, err := os.ReadDir(folder); err != nil || len(entries) != 0 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
}
