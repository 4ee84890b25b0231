package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// readAll returns the files below a folder, by relative name.
func readAll(t *testing.T, folder string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(folder, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(name)
		rel, _ := filepath.Rel(folder, name)
		out[rel] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func generate(t *testing.T, args ...string) map[string]string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "corpus")
	var stderr strings.Builder
	if code := run(append([]string{"-out", folder}, args...), nil, &stderr); code != 0 {
		t.Fatalf("run = %d: %s", code, stderr.String())
	}
	return readAll(t, folder)
}

func TestPagesAreDeterministic(t *testing.T) {
	one, same := generate(t, "-files", "130", "-bytes", "600000"), generate(t, "-files", "130", "-bytes", "600000")
	other := generate(t, "-files", "130", "-bytes", "600000", "-seed", "2")
	if len(one) != 130 {
		t.Fatalf("%d files, want 130", len(one))
	}
	differ := 0
	for name, text := range one {
		if same[name] != text {
			t.Fatalf("%s differs between two runs with one seed", name)
		}
		if other[name] != text {
			differ++
		}
	}
	if differ == 0 {
		t.Error("another seed gave the same pages")
	}
}

func TestPagesHoldWhatWasAsked(t *testing.T) {
	const bytes = 3_000_000
	link := regexp.MustCompile(`https://[a-z0-9.]+(zoom\.us/j|microsoft\.com/l|google\.com|webex\.com|slack\.com/t|goto\.com|whatsapp\.com|jit\.si)/`)
	size, links, kinds := 0, 0, map[string]int{}
	for name, text := range generate(t, "-files", "300", "-bytes", "3000000") {
		size += len(text)
		links += len(link.FindAllString(text, -1))
		kinds[filepath.Ext(name)]++
	}
	if size < bytes*8/10 || size > bytes*12/10 {
		t.Errorf("%d bytes, want about %d", size, bytes)
	}
	if want := size / linkEvery; links < want-1 || links > want+1 {
		t.Errorf("%d links in %d bytes, want about %d", links, size, want)
	}
	if len(kinds) != 3 {
		t.Errorf("kinds %v, want markdown, HTML and YAML", kinds)
	}
}

func TestDigitsAreNoRun(t *testing.T) {
	a := newAuthor(7)
	for range 1000 {
		d := a.digits(11)
		for i := 1; i < len(d); i++ {
			if step := int(d[i]) - int(d[i-1]); step >= -1 && step <= 1 {
				t.Fatalf("digits %s hold a run or a repetition", d)
			}
		}
	}
}

func TestHostile(t *testing.T) {
	for _, h := range hostiles() {
		var out, stderr strings.Builder
		code := run([]string{"-hostile", h[0], "-count", "1000"}, &out, &stderr)
		if code != 0 || out.String() != strings.Repeat(h[1], 1000) {
			t.Errorf("%s: code %d, %d bytes, %s", h[0], code, out.Len(), stderr.String())
		}
	}
}

func TestRefusals(t *testing.T) {
	full := t.TempDir()
	if err := os.WriteFile(filepath.Join(full, "mine.txt"), []byte("keep"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		code int
	}{
		{nil, 2},
		{[]string{"-out", "x", "-hostile", "dots"}, 2},
		{[]string{"-hostile", "nonsense"}, 2},
		{[]string{"-hostile", "dots", "-count", "0"}, 2},
		{[]string{"-hostile", "dots", "-count", "200000001"}, 2},
		{[]string{"-out", "x", "-files", "0"}, 2},
		{[]string{"-out", "x", "-files", "1000001"}, 2},
		{[]string{"-out", "x", "-bytes", "9000000000000"}, 2},
		{[]string{"-out", "x", "more"}, 2},
		{[]string{"-out", full}, 1},
		{[]string{"-out", filepath.Join(full, "mine.txt")}, 1},
	} {
		var stdout, stderr strings.Builder
		if code := run(c.args, &stdout, &stderr); code != c.code || stderr.Len() == 0 {
			t.Errorf("run(%q) = %d, stderr %q; want %d and a complaint", c.args, code, stderr.String(), c.code)
		}
	}
	if got := readAll(t, full); len(got) != 1 || got["mine.txt"] != "keep" {
		t.Errorf("a folder that was not empty was changed: %v", got)
	}
}
