package main

import (
	"archive/zip"
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestLongNamesInArchivesShowNoID moves a link in the name of an entry over the place where names are cut.
func TestLongNamesInArchivesShowNoID(t *testing.T) {
	var archive bytes.Buffer
	w := zip.NewWriter(&archive)
	add := func(name, text string) {
		entry, err := w.Create(name)
		if err == nil {
			_, err = entry.Write([]byte(text))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for p := 964; p < 1024; p++ {
		add(strings.Repeat("x", p)+"/acme.zoom.us%2Fj%2F84930275116?pwd=Zk1FaWx5", "https://globex.zoom.us/j/93615048227")
		add(strings.Repeat("x", p)+"/84930275116.txt", "https://acme.zoom.us/j/84930275116")
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	name := writeFile(t, "z.zip", archive.String())
	for _, format := range []string{"jsonl", "csv", "text"} {
		code, stdout, stderr := carryOut(t, "", "scan", "--format", format, name)
		if code != exitFindings || !strings.Contains(stdout, "936•••••227") {
			t.Errorf("%s: exit code %d, %s", format, code, stderr)
		}
		if shown := partOfID(stdout+stderr, name); shown != "" || strings.Contains(stdout+stderr, "Zk1F") {
			t.Errorf("%s shows %q", format, shown)
		}
	}
}

// partOfID finds four digits of the id in a row, in what was printed. The random parts of keys and of the target's name may
// hold them by chance.
func partOfID(printed, target string) string {
	const id = "84930275116"
	printed = strings.ReplaceAll(printed, filepath.Dir(target), "")
	printed = regexp.MustCompile("mk1:[0-9a-f]{32}").ReplaceAllString(printed, "")
	for i := range len(id) - 3 {
		if strings.Contains(printed, id[i:i+4]) {
			return id[i : i+4]
		}
	}
	return ""
}

// TestLongPlacesShowNoID moves a number over the place where a whole place is cut: archives in archives have long ones.
func TestLongPlacesShowNoID(t *testing.T) {
	folder := t.TempDir()
	for p := 4020; p < 4100; p += 3 {
		rest := p
		inner := []byte("https://acme.zoom.us/j/84930275116")
		name := "84930275116.txt"
		for rest > 0 {
			long := strings.Repeat("y", min(rest, 950))
			rest -= len(long)
			inner, name = zipOf(t, long+"/"+name, inner), "in.zip"
		}
		path := filepath.Join(folder, "z.zip")
		if err := os.WriteFile(path, inner, 0o600); err != nil {
			t.Fatal(err)
		}
		_, stdout, stderr := carryOut(t, "", "scan", "--format", "jsonl", path)
		if shown := partOfID(stdout+stderr, path); shown != "" || !strings.Contains(stdout, "849•••••116") {
			t.Fatalf("at %d: shows %q; %s", p, shown, stderr)
		}
	}
}

func zipOf(t *testing.T, name string, content []byte) []byte {
	t.Helper()
	var archive bytes.Buffer
	w := zip.NewWriter(&archive)
	entry, err := w.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := entry.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return archive.Bytes()
}

// TestHiddenIDsInLongNames moves an id that the run has found over the place where what is printed is cut.
func TestHiddenIDsInLongNames(t *testing.T) {
	h := newHider()
	h.learn(findingIn("a").Link)
	for p := 4070; p < 4100; p++ {
		if shown := partOfID(plain(h.hide(strings.Repeat("y", p)+"/84930275116.txt")), "none/none"); shown != "" {
			t.Fatalf("at %d: shows %q", p, shown)
		}
	}
}
