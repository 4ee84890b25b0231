package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"meetleaks/scanner"
)

// tree makes files (with their names as text), folders (names that end with a slash) and links ("link -> target").
func tree(t *testing.T, names ...string) string {
	t.Helper()
	root := t.TempDir()
	for _, name := range names {
		link, target, isLink := strings.Cut(name, " -> ")
		path := filepath.Join(root, link)
		must(t, os.MkdirAll(filepath.Dir(path), 0o755))
		switch {
		case isLink:
			must(t, os.Symlink(target, path))
		case strings.HasSuffix(name, "/"):
			must(t, os.MkdirAll(path, 0o755))
		default:
			must(t, os.WriteFile(path, []byte(name), 0o644))
		}
	}
	return root
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// walked gives what was visited and skipped, relative to root.
func walked(t *testing.T, root string, o Options, targets ...string) (visited, skipped []string) {
	t.Helper()
	if len(targets) == 0 {
		targets = []string{root}
	}
	relative := func(path string) string {
		return strings.TrimPrefix(strings.TrimPrefix(path, root), "/")
	}
	err := Walk(t.Context(), targets, o, func(i Item) error {
		visited = append(visited, relative(i.URI()))
		return nil
	}, func(s scanner.Skip) {
		if s.Reason == "" || strings.Contains(s.Reason, root) {
			t.Errorf("reason %q", s.Reason)
		}
		skipped = append(skipped, fmt.Sprintf("%s (%s): %s", relative(s.URI), s.Cause, s.Reason))
	})
	must(t, err)
	return visited, skipped
}

func equal(t *testing.T, what string, got, want []string) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s:\n%s\nwant:\n%s", what, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestAllFilesComeInOrder(t *testing.T) {
	root := tree(t, "b/2", "b/10", "a.md", ".hidden/x", "b/c/d/e", "B/1", ".gitignore", "empty/")
	visited, skipped := walked(t, root, Options{})
	equal(t, "visited", visited, []string{".gitignore", ".hidden/x", "B/1", "a.md", "b/10", "b/2", "b/c/d/e"})
	equal(t, "skipped", skipped, nil)
}

func TestNamesAreShownAsTheUserWouldWriteThem(t *testing.T) {
	root := tree(t, "docs/a.md")
	t.Chdir(root)
	for target, want := range map[string]string{".": "docs/a.md", "docs": "docs/a.md", "docs/": "docs/a.md", "docs/a.md": "docs/a.md", root: root + "/docs/a.md"} {
		visited, skipped := walked(t, "//", Options{}, target)
		equal(t, target, visited, []string{strings.TrimPrefix(want, "/")})
		equal(t, target, skipped, nil)
	}
}

func TestObjectStoresAreNotRead(t *testing.T) {
	root := tree(t, ".git/HEAD", ".git/refs/heads/main", ".git/objects/ab/cd", ".git/COMMIT_EDITMSG", "objects/a", ".svn/pristine/x", ".svn/y", ".hg/store/x")
	visited, skipped := walked(t, root, Options{})
	equal(t, "visited", visited, []string{".git/COMMIT_EDITMSG", ".git/HEAD", ".git/refs/heads/main", ".svn/y", "objects/a"})
	equal(t, "skipped", skipped, []string{
		".git/objects (policy): object store of version control",
		".hg/store (policy): object store of version control",
		".svn/pristine (policy): object store of version control",
	})
}

func TestSymbolicLinksInFoldersAreNotFollowed(t *testing.T) {
	outside := tree(t, "secret")
	root := tree(t, "a/b/text", "a/b/loop -> ..", "self -> self", "gone -> nowhere", "out -> "+outside, "passwd -> /etc/passwd", "in -> a/b/text", "top -> .")
	visited, skipped := walked(t, root, Options{})
	equal(t, "visited", visited, []string{"a/b/text"})
	equal(t, "skipped", skipped, []string{
		"a/b/loop (policy): symbolic link loop: it leads to a folder it is in",
		"gone (policy): symbolic link to nothing",
		"in (policy): symbolic link inside the target: what it leads to is read under its own name",
		"out (policy): symbolic link that leads outside the target",
		"passwd (policy): symbolic link that leads outside the target",
		"self (policy): symbolic link that cannot be followed, or a loop",
		"top (policy): symbolic link loop: it leads to a folder it is in",
	})
}

func TestSymbolicLinksGivenAsTargetsAreFollowed(t *testing.T) {
	root := tree(t, "real/x", "folder -> real", "file -> real/x")
	visited, skipped := walked(t, root, Options{}, root+"/folder", root+"/file")
	equal(t, "visited", visited, []string{"folder/x", "file"})
	equal(t, "skipped", skipped, nil)
	item := firstItem(t, root+"/file", Options{})
	if got := textOf(t, item); got != "real/x" {
		t.Errorf("got %q", got)
	}
}

func TestMissingTargetsAreFailuresAndTheRestIsRead(t *testing.T) {
	root := tree(t, "a")
	visited, skipped := walked(t, root, Options{}, root+"/nothing", root+"/a", root+"/./a", Stdin)
	equal(t, "visited", visited, []string{"a"})
	equal(t, "skipped", skipped, []string{"nothing (failure): vanished or not there", "- (failure): there is no standard input"})
}

func TestGlobsChoose(t *testing.T) {
	root := tree(t, "a.md", "a.txt", "docs/b.md", "docs/c.html", "node_modules/x/y.md", "docs/old/d.md")
	globs := func(include, exclude string) Options {
		var o Options
		for list, patterns := range map[*[]Glob]string{&o.Globs.Include: include, &o.Globs.Exclude: exclude} {
			for p := range strings.FieldsSeq(patterns) {
				g, err := ParseGlob(p)
				must(t, err)
				*list = append(*list, g)
			}
		}
		return o
	}
	visited, skipped := walked(t, root, globs("*.md docs/old", "node_modules/ docs/b.*"))
	equal(t, "visited", visited, []string{"a.md", "docs/old/d.md"})
	equal(t, "skipped", skipped, []string{
		"a.txt (policy): not included", "docs/b.md (policy): excluded", "docs/c.html (policy): not included", "node_modules (policy): excluded",
	})
}

func TestOwnOutputIsNotRead(t *testing.T) {
	root := tree(t, "report.html", "sub/report.html")
	visited, skipped := walked(t, root, Options{Own: []string{root + "/report.html"}})
	equal(t, "visited", visited, []string{"sub/report.html"})
	equal(t, "skipped", skipped, []string{"report.html (policy): written by this run"})
}

func TestLargeFoldersAreReadInBatches(t *testing.T) {
	root := t.TempDir()
	const count = batch + 10
	for i := range count {
		must(t, os.WriteFile(fmt.Sprintf("%s/%d", root, i), nil, 0o600))
	}
	visited, _ := walked(t, root, Options{})
	seen := map[string]bool{}
	for _, v := range visited {
		seen[v] = true
	}
	if len(visited) != count || len(seen) != count {
		t.Errorf("%d visits of %d files", len(visited), len(seen))
	}
}

// TestLargeFoldersInEachOtherHoldFewNames walks folders each of which would hold a whole batch, or two, while the next is walked.
func TestLargeFoldersInEachOtherHoldFewNames(t *testing.T) {
	w := &walk{}
	first := w.room()
	for range maxDepth {
		w.held += w.room() // what is walked
		w.held += w.room() // and what follows it
	}
	if most := maxWaiting + 2*maxDepth*fewBatch; first != batch || w.held > most {
		t.Errorf("%d names at first, %d in all, want %d and at most %d", first, w.held, batch, most)
	}
}

func TestFoldersReadInSmallBatchesAreReadWhole(t *testing.T) {
	root := tree(t, "a/", "b/c/")
	const count = 3*fewBatch + 1
	for _, folder := range []string{"", "/a", "/b/c"} {
		for i := range count {
			must(t, os.WriteFile(fmt.Sprintf("%s%s/f%d", root, folder, i), nil, 0o600))
		}
	}
	w := &walk{ctx: t.Context(), held: maxWaiting, skip: func(s scanner.Skip) { t.Error(s) }}
	seen := map[string]bool{}
	w.visit = func(i Item) error {
		seen[i.URI()] = true
		return nil
	}
	must(t, w.folder(folder{path: root}))
	if len(seen) != 3*count || w.held != maxWaiting {
		t.Errorf("%d of %d files, %d names held at the end", len(seen), 3*count, w.held-maxWaiting)
	}
}

func TestVeryDeepFoldersAreReported(t *testing.T) {
	root := t.TempDir()
	t.Chdir(root)
	for range 1100 {
		must(t, os.Mkdir("d", 0o755))
		must(t, os.Chdir("d"))
	}
	must(t, os.Chdir(root))
	_, skipped := walked(t, root, Options{})
	if len(skipped) != 1 || !strings.Contains(skipped[0], "failure") {
		t.Errorf("skipped %v", skipped)
	}
}

func TestWalkStops(t *testing.T) {
	root := tree(t, "a", "b", "c/d")
	enough := errors.New("enough")
	visits := 0
	err := Walk(t.Context(), []string{root}, Options{}, func(Item) error { visits++; return enough }, func(scanner.Skip) {})
	if !errors.Is(err, enough) || visits != 1 {
		t.Errorf("%v after %d visits", err, visits)
	}
	ctx, cancel := context.WithCancel(t.Context())
	err = Walk(ctx, []string{root}, Options{}, func(Item) error { cancel(); return nil }, func(scanner.Skip) {})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func firstItem(t *testing.T, target string, o Options) Item {
	t.Helper()
	var item Item
	must(t, Walk(t.Context(), []string{target}, o, func(i Item) error { item = i; return nil }, func(scanner.Skip) {}))
	return item
}

func textOf(t *testing.T, i Item) string {
	t.Helper()
	r, err := i.Open()
	must(t, err)
	defer func() { must(t, r.Close()) }()
	text, err := io.ReadAll(r)
	must(t, err)
	return string(text)
}

func TestReadingFromAnyPlace(t *testing.T) {
	root := tree(t, "some-text")
	r, err := firstItem(t, root, Options{}).Open()
	must(t, err)
	defer func() { must(t, r.Close()) }()
	f := r.(*File)
	b := make([]byte, 4)
	if n, err := f.ReadAt(b, 5); n != 4 || err != nil || string(b) != "text" || f.Size() != 9 {
		t.Errorf("%d %v %q", n, err, b)
	}
	if n, err := f.ReadAt(b, 7); n != 2 || !errors.Is(err, io.EOF) {
		t.Errorf("%d %v", n, err)
	}
}

func TestVanishedFilesAreErrors(t *testing.T) {
	root := tree(t, "a")
	item := firstItem(t, root, Options{})
	must(t, os.Remove(root+"/a"))
	if _, err := item.Open(); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func TestStandardInput(t *testing.T) {
	for _, size := range []int{0, 1, pumpSize, 5*pumpSize + 3} {
		text := strings.Repeat("x", size)
		item := firstItem(t, Stdin, Options{Stdin: strings.NewReader(text)})
		if got := textOf(t, item); got != text || item.URI() != Stdin {
			t.Errorf("size %d: got %d bytes", size, len(got))
		}
	}
}

func TestStandardInputEndsWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	r, w := io.Pipe()
	defer func() { must(t, w.Close()) }()
	var item Item
	must(t, Walk(ctx, []string{Stdin}, Options{Stdin: r}, func(i Item) error { item = i; return nil }, func(scanner.Skip) {}))
	in, err := item.Open()
	must(t, err)
	go cancel()
	if _, err := in.Read(make([]byte, 1)); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// TestAPipeThatAnInterruptEndedIsNotWhole: whoever writes dies of Ctrl-C too, and its end is seen before our signal.
func TestAPipeThatAnInterruptEndedIsNotWhole(t *testing.T) {
	for _, test := range []struct {
		name  string
		pipe  bool
		after time.Duration // of the interrupt
		want  error
	}{
		{"at once", true, settling / 2, context.DeadlineExceeded},
		{"later", true, settling * 2, nil},
		{"no pipe", false, settling / 2, nil},
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), test.after)
			defer cancel()
			in := newPump(ctx, strings.NewReader("x"), test.pipe)
			if got, err := io.ReadAll(in); string(got) != "x" || !errors.Is(err, test.want) {
				t.Errorf("%s: %q, %v", test.name, got, err)
			}
			must(t, in.Close())
		})
	}
}

func TestOnlyPipesAreWaitedFor(t *testing.T) {
	r, w, err := os.Pipe()
	must(t, err)
	defer r.Close()
	defer w.Close()
	f, err := os.Open(tree(t, "a") + "/a")
	must(t, err)
	defer f.Close()
	if !isPipe(r) || isPipe(f) || isPipe(strings.NewReader("")) {
		t.Errorf("pipe %v, file %v, text %v", isPipe(r), isPipe(f), isPipe(strings.NewReader("")))
	}
}
