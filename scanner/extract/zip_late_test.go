package extract

import (
	"archive/zip"
	"bytes"
	"strings"
	"testing"
)

// noted is a zip with a note.
func noted(t *testing.T, note string, f file) string {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	must(t, w.SetComment(note))
	e, err := w.Create(f.name)
	must(t, err)
	_, err = e.Write([]byte(f.text))
	must(t, err)
	must(t, w.Close())
	return b.String()
}

// shifted is a zip whose offsets count from the beginning of what stands in front of it.
func shifted(t *testing.T, before string, f file) string {
	var b bytes.Buffer
	b.WriteString(before)
	w := zip.NewWriter(&b)
	w.SetOffset(int64(len(before)))
	e, err := w.Create(f.name)
	must(t, err)
	_, err = e.Write([]byte(f.text))
	must(t, err)
	must(t, w.Close())
	return b.String()
}

func TestAZipBehindSomethingElseIsRead(t *testing.T) {
	inner := file{"__main__.py", strings.Repeat("join = 'https://acme.zoom.us/j/84930275116'\n", 3)}
	packed := string(zipped(t, inner))
	script := "#!/usr/bin/env python3\n"
	long := strings.Repeat("# a long script\n", 6_000)
	const unread = "a (policy): the zip with which it ends is not read: it comes from a pipe, or is packed itself"
	for name, c := range map[string]struct {
		before, zip string
		skips       []string // of a file
		unpacked    bool     // of a stream, too
	}{
		"a line":                  {script, packed, nil, true},
		"a line, offsets from it": {"", shifted(t, script, inner), nil, true},
		"a note":                  {script, noted(t, "of ours", inner), nil, true},
		"bytes":                   {"Cr24\x03\x00\x00\x00", packed, nil, true},
		"a line, large":           {script, string(zipped(t, inner, file{"noise", string(noise(200_000))})), nil, true},
		"a note, large":           {script, noted(t, "of ours", file{"noise", string(noise(200_000))}), nil, true},
		"a long script":           {long, packed, nil, false},
		"a program":               {"\x7fELF\x02\x01\x01\x00", packed, []string{"a (policy): this kind is not read yet: application/x-elf"}, true},
		"a table":                 {"a,b\n", packed, nil, true},
	} {
		data := []byte(c.before + c.zip)
		texts, skips := extracted(t, Limits{}, bytesSource{"a", data, false})
		wantTexts(t, name, texts, c.zip)
		if strings.Join(skips, " ") != strings.Join(c.skips, " ") {
			t.Errorf("%s: %q", name, skips)
		}
		texts, skips = extracted(t, Limits{}, bytesSource{"a", data, true})
		if c.unpacked {
			wantTexts(t, name+", a stream", texts, c.zip)
		} else if len(skips) != 1 || skips[0] != unread {
			t.Errorf("%s, a stream: %q", name, skips)
		}
	}
}

// wantTexts looks for each entry of the zip among the texts.
func wantTexts(t *testing.T, name string, texts []string, data string) {
	t.Helper()
	want, err := zip.NewReader(strings.NewReader(data), int64(len(data)))
	must(t, err)
	for _, f := range want.File {
		found := 0
		for _, text := range texts {
			if strings.HasPrefix(text, "a!"+f.Name+": ") && len(text) == len("a!"+f.Name+": ")+int(f.UncompressedSize64) {
				found++
			}
		}
		if found != 1 {
			t.Errorf("%s: %s was read %d times", name, f.Name, found)
		}
	}
}

func TestWhatIsNoZipAtItsEndIsNotTakenForOne(t *testing.T) {
	packed := string(zipped(t, file{"a", "1"}))
	end := packed[len(packed)-sizeEnd:]
	_, directory, _ := strings.Cut(packed, markRecord)
	for name, data := range map[string]string{
		"the end record only":   "x\x00" + end,
		"of an empty zip":       "x\x00" + string(zipped(t)),
		"a directory elsewhere": "x\x00" + packed[:len(packed)-sizeEnd] + strings.Repeat("y", 100) + end,
		"no entry":              "x\x00" + markRecord + directory,
		"something behind":      "x\x00" + packed + "\x00 and more",
		"cut off":               "x\x00" + packed[:len(packed)-1],
	} {
		both(t, Limits{}, "a", []byte(data), []string{"a: " + data}, nil)
		if t.Failed() {
			t.Fatal(name)
		}
	}
}

func TestAZipBehindSomethingElseCountsForTheLimits(t *testing.T) {
	data := []byte("#!\x00" + string(zipped(t, file{"a", "1"}, file{"b", "2"})))
	check(t, Limits{Entries: 1}, bytesSource{"a", data, false}, []string{"a: " + string(data), "a!a: 1"}, []string{"a (failure): more than 1 entries: the rest was not read"})
	texts, skips := extracted(t, Limits{Depth: 1}, bytesSource{"z", zipped(t, file{"a", string(data)}), false})
	if len(texts) != 1 || len(skips) != 1 || skips[0] != "z!a (failure): packed more than 1 times" {
		t.Errorf("%q %q", texts, skips)
	}
}
