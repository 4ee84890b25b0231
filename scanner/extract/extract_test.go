package extract

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	"meetleaks/scanner"
)

// bytesSource is a source in memory; stream hides that it can be read from any place.
type bytesSource struct {
	name   string
	data   []byte
	stream bool
}

func (s bytesSource) URI() string { return s.name }

func (s bytesSource) Open() (io.ReadCloser, error) {
	if s.stream {
		return io.NopCloser(io.MultiReader(bytes.NewReader(s.data))), nil
	}
	return struct {
		*bytes.Reader
		io.Closer
	}{bytes.NewReader(s.data), io.NopCloser(nil)}, nil
}

// extracted reads everything, and gives "uri: text" and "uri (cause): reason".
func extracted(t testing.TB, limits Limits, s Source) (texts, skips []string) {
	t.Helper()
	err := New(Options{Limits: limits}).Unit(s)(t.Context(), func(d scanner.Document) error {
		text, err := io.ReadAll(d.Text)
		if err != nil {
			skips = append(skips, fmt.Sprintf("%s (document): %s", d.URI, scanner.Reason(err)))
		}
		texts = append(texts, d.URI+": "+string(text))
		return nil
	}, func(s scanner.Skip) {
		skips = append(skips, fmt.Sprintf("%s (%s): %s", s.URI, s.Cause, s.Reason))
	})
	if err != nil {
		t.Fatal(err)
	}
	return texts, skips
}

func check(t *testing.T, limits Limits, s Source, texts, skips []string) {
	t.Helper()
	gotTexts, gotSkips := extracted(t, limits, s)
	if !reflect.DeepEqual(gotTexts, texts) {
		t.Errorf("texts %q\nwant %q", gotTexts, texts)
	}
	if !reflect.DeepEqual(gotSkips, skips) {
		t.Errorf("skips %q\nwant %q", gotSkips, skips)
	}
}

// both runs the check on a file and on a stream.
func both(t *testing.T, limits Limits, name string, data []byte, texts, skips []string) {
	t.Helper()
	check(t, limits, bytesSource{name, data, false}, texts, skips)
	check(t, limits, bytesSource{name, data, true}, texts, skips)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func gzipped(t testing.TB, data []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write(data)
	must(t, err)
	must(t, w.Close())
	return b.Bytes()
}

type file struct{ name, text string }

func zipped(t testing.TB, files ...file) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range files {
		e, err := w.Create(f.name)
		must(t, err)
		_, err = e.Write([]byte(f.text))
		must(t, err)
	}
	must(t, w.Close())
	return b.Bytes()
}

func tarred(t testing.TB, files ...file) []byte {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, f := range files {
		must(t, w.WriteHeader(&tar.Header{Name: f.name, Size: int64(len(f.text)), Mode: 0o644}))
		_, err := w.Write([]byte(f.text))
		must(t, err)
	}
	must(t, w.Close())
	return b.Bytes()
}

// bzipped is "hello\n", packed by bzip2.
const bzipped = "BZh91AY&SY\xc1\xc0\x80\xe2\x00\x00\x01\x41\x00\x00\x10\x02\x44\xa0\x00\x30\xcd\x00\xc3\x46\x29\x97\x17\x72\x45\x38\x50\x90\xc1\xc0\x80\xe2"

func TestPlainText(t *testing.T) {
	long := strings.Repeat("a long text. ", 20_000)
	for _, text := range []string{"", "x", "caf\xe9 \xff broken", long} {
		both(t, Limits{}, "a", []byte(text), []string{"a: " + text}, nil)
	}
	both(t, Limits{}, "a", []byte("\xef\xbb\xbfmark"), []string{"a: mark"}, nil)
	both(t, Limits{}, "a", []byte("\xef\xbb\xbf"+long), []string{"a: " + long}, nil)
	both(t, Limits{}, "a", []byte("nul\x00separated\x01"), []string{"a: nul\x00separated\x01"}, nil)
}

func TestLargeFilesStayReadableFromAnyPlace(t *testing.T) {
	s := bytesSource{"a", bytes.Repeat([]byte("x"), headSize+1), false}
	must(t, New(Options{}).Unit(s)(t.Context(), func(d scanner.Document) error {
		if a, ok := d.Text.(at); !ok || a.Size() != headSize+1 {
			t.Errorf("a %T", d.Text)
		}
		return nil
	}, nil))
}

func TestContainers(t *testing.T) {
	both(t, Limits{}, "a.gz", gzipped(t, []byte("hello")), []string{"a.gz: hello"}, nil)
	both(t, Limits{}, "a", []byte(bzipped), []string{"a: hello\n"}, nil)
	both(t, Limits{}, "t.tgz", gzipped(t, tarred(t, file{"x/a", "1"}, file{"b", "2"})), []string{"t.tgz!x/a: 1", "t.tgz!b: 2"}, nil)
	both(t, Limits{}, "z", zipped(t, file{"d/", ""}, file{"d/a", "1"}, file{"empty", ""}), []string{"z!d/a: 1", "z!empty: "}, nil)
	inner := tarred(t, file{"c.txt", "deep"})
	both(t, Limits{}, "a.zip", zipped(t, file{"b.tar", string(inner)}), []string{"a.zip!b.tar!c.txt: deep"}, nil)
	nested := gzipped(t, tarred(t, file{"z.zip", string(zipped(t, file{"n", strings.Repeat("0123456789", 50_000)}, file{"m", "2"}))}, file{"last", "3"}))
	texts, skips := extracted(t, Limits{}, bytesSource{"n", nested, true})
	if len(texts) != 3 || texts[1] != "n!z.zip!m: 2" || len(skips) > 0 {
		t.Errorf("%d texts, %q", len(texts), skips)
	}
}

func TestAZipBehindSomething(t *testing.T) {
	data := append([]byte(strings.Repeat("#!/bin/sh\n", 10)), zipped(t, file{"a", "1"})...)
	d, err := openDirectory(bytes.NewReader(data))
	must(t, err)
	e, err := d.next()
	must(t, err)
	r, err := d.data(e)
	must(t, err)
	if b, _ := io.ReadAll(r); e.name != "a" || len(b) == 0 {
		t.Errorf("%+v %q", e, b)
	}
}

func TestZipOfOurOwnAgreesWithTheStandardLibrary(t *testing.T) {
	var files []file
	for i := range 300 {
		files = append(files, file{fmt.Sprintf("d%d/f%d", i%7, i), strings.Repeat("line of text\n", i*3)})
	}
	data := zipped(t, files...)
	std, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	must(t, err)
	texts, skips := extracted(t, Limits{}, bytesSource{"z", data, false})
	if len(texts) != len(std.File) || len(skips) > 0 {
		t.Fatalf("%d of %d, %q", len(texts), len(std.File), skips)
	}
	for i, f := range std.File {
		r, err := f.Open()
		must(t, err)
		want, err := io.ReadAll(r)
		must(t, err)
		if texts[i] != "z!"+f.Name+": "+string(want) {
			t.Errorf("%s differs", f.Name)
		}
	}
}

func TestNamesDoNotClimb(t *testing.T) {
	names := map[string]string{
		"../../etc/passwd":         "etc/passwd",
		"/abs/x":                   "abs/x",
		`..\..\windows\x`:          "windows/x",
		"a/../../b":                "b",
		"..":                       "(no name)",
		strings.Repeat("é", 1000):  "…",
		"\x1b]0;title\x07evil.txt": "\x1b]0;title\x07evil.txt", // printing strips this
	}
	for name, want := range names {
		if got := harmless(name); got != want {
			t.Errorf("%q: got %q", name, got)
		}
	}
	both(t, Limits{}, "z", zipped(t, file{"../../x", "1"}), []string{"z!x: 1"}, nil)
}

// TestLongNamesAreCutBetweenElements holds that no cut leaves a part of a number, which nobody would recognise any more.
func TestLongNamesAreCutBetweenElements(t *testing.T) {
	folder := strings.Repeat("x", 500)
	for name, want := range map[string]string{
		folder + "/" + folder + "/zoom.us%2Fj%2F98412765302":      folder + "/" + folder + "/…",
		folder + `\` + folder + `\` + "98412765302 and some more": folder + "/" + folder + "/…",
		strings.Repeat("../", 400) + "etc/passwd":                 "…",
		folder + "/" + folder + "/short":                          folder + "/" + folder + "/short",
	} {
		if got := harmless(name); got != want {
			t.Errorf("%q: got %q", name, got)
		}
	}
}

func TestWhatIsNotReadSaysWhy(t *testing.T) {
	png := "\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR"
	both(t, Limits{}, "z", zipped(t, file{"word/media/1.png", png}, file{"word/other.xml", "<w/>"}),
		[]string{"z!word/other.xml: <w/>"}, []string{"z!word/media/1.png (policy): this kind is read only in a process of its own, and there is none: image/png"})
	both(t, Limits{}, "a.txt", []byte("%PDF-1.7\n"), nil, []string{"a.txt (policy): this kind is read only in a process of its own, and there is none: application/pdf"})
	both(t, Limits{}, "a", []byte("GIF89a and more: this is a text"), []string{"a: GIF89a and more: this is a text"}, nil)
	both(t, Limits{}, "a", []byte("GIF89a\x00\x01"), nil, []string{"a (policy): this kind is read only in a process of its own, and there is none: image/gif"})
}

func TestSourcesThatCannotBeOpened(t *testing.T) {
	check(t, Limits{}, errSource{&os.PathError{Op: "open", Path: "98123456210", Err: os.ErrPermission}}, nil, []string{"u (failure): permission denied"})
	check(t, Limits{}, errSource{policy("a device is not read")}, nil, []string{"u (policy): a device is not read"})
}

type errSource struct{ err error }

func (errSource) URI() string                    { return "u" }
func (s errSource) Open() (io.ReadCloser, error) { return nil, s.err }

func TestAnErrorOfTheReaderReachesTheDocument(t *testing.T) {
	away := errors.New("input/output error")
	for _, n := range []int{0, 10, headSize + 10} {
		s := readerSource{io.MultiReader(strings.NewReader(strings.Repeat("x", n)), iotest.ErrReader(away))}
		texts, skips := extracted(t, Limits{}, s)
		if len(skips) != 1 || !strings.Contains(skips[0], "input/output") || n > 0 && len(texts) != 1 {
			t.Errorf("%d: %q", n, skips)
		}
	}
}

type readerSource struct{ io.Reader }

func (readerSource) URI() string                    { return "u" }
func (s readerSource) Open() (io.ReadCloser, error) { return io.NopCloser(s.Reader), nil }

func TestErrorsOfYieldEndTheWork(t *testing.T) {
	enough := errors.New("enough")
	s := bytesSource{"z", gzipped(t, tarred(t, file{"a", string(zipped(t, file{"x", "1"}, file{"y", "1"}))}, file{"b", "2"})), false}
	calls := 0
	err := New(Options{}).Unit(s)(t.Context(), func(scanner.Document) error { calls++; return enough }, nil)
	if !errors.Is(err, enough) || calls != 1 {
		t.Errorf("%v after %d", err, calls)
	}
}

func TestCancellation(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := bytesSource{"z", tarred(t, file{"a", "1"}, file{"b", "2"}), false}
	err := New(Options{}).Unit(s)(ctx, func(scanner.Document) error { cancel(); return nil }, func(scanner.Skip) {})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestMediaTypes(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"a.md", "# x", "text/markdown"},
		{"README", "x", "text/plain"},
		{"a.txt", "  <!DOCTYPE HTML><p>", "text/html"},
		{"x", "BEGIN:VCALENDAR\r\n", "text/calendar"},
		{"x", "Received: from mx.acme.example", "message/rfc822"},
		{"b.JSON", "{}", "application/json"},
		{"c", "a\x00b", "application/octet-stream"},
		{"c.html", "<\x00p\x00>\x00x\x00y\x00", "text/html"},
		{"data.csv", "a,b", "text/csv"},
	} {
		if got := MediaType([]byte(c.text), c.name); got != c.want {
			t.Errorf("%s %q: %s", c.name, c.text, got)
		}
	}
}

// TestRealFiles reads from the disk, through the same door as a scan.
func TestRealFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.zip")
	must(t, os.WriteFile(path, zipped(t, file{"n", strings.Repeat("x", 100_000)}), 0o600))
	s := openSource(path)
	texts, skips := extracted(t, Limits{}, s)
	if len(texts) != 1 || len(texts[0]) != len(path)+4+100_000 || len(skips) > 0 {
		t.Errorf("%d texts, %q", len(texts), skips)
	}
}

// openSource is a path.
type openSource string

func (s openSource) URI() string { return string(s) }
func (s openSource) Open() (io.ReadCloser, error) {
	data, err := os.ReadFile(string(s))
	if err != nil {
		return nil, err
	}
	return bytesSource{"", data, false}.Open()
}

func TestViewsLeaveNothingToLaterOnes(t *testing.T) {
	x := New(Options{})
	read := func(name, page string) (text string, spot scanner.Spot) {
		_, err := x.Read(t.Context(), bytesSource{name: name, data: []byte(page)}, func(d scanner.Document) error {
			b, err := io.ReadAll(d.Text)
			text, spot = string(b), d.Where.Locate(int64(len(b)))
			return err
		}, func(s scanner.Skip) { t.Errorf("skipped: %+v", s) })
		must(t, err)
		return text, spot
	}
	long := "<!doctype html>" + strings.Repeat("<p>a <b>secret</b> &amp; more", 100)
	short := "<!doctype html><p>short"
	text, spot := read("short.html", short)
	for range 10 {
		read("long.html", long)
		read("long.csv", strings.Repeat("a,secret\n", 100))
		if again, at := read("short.html", short); again != text || at != spot {
			t.Fatalf("%q at %+v, at first %q at %+v", again, at, text, spot)
		}
	}
	kept := x.views.Get().(*view)
	if all := kept.text[:cap(kept.text)]; bytes.Contains(all, []byte("secret")) {
		t.Error("a view's memory holds text that was read")
	}
}
