package extract

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"

	"meetleaks/scanner"
)

// zeros is a text of n bytes that packs very well.
func zeros(n int) []byte { return bytes.Repeat([]byte("0"), n) }

// discard reads everything without keeping it, and gives the bytes read, and what was not.
func discard(t testing.TB, limits Limits, s Source) (n int64, skips []string) {
	t.Helper()
	err := New(Options{Limits: limits}).Unit(s)(t.Context(), func(d scanner.Document) error {
		k, err := io.Copy(io.Discard, d.Text)
		n += k
		if err != nil {
			skips = append(skips, d.URI+": "+scanner.Reason(err))
		}
		return nil
	}, func(s scanner.Skip) { skips = append(skips, s.URI+" ("+string(s.Cause)+"): "+s.Reason) })
	must(t, err)
	return n, skips
}

func TestGzipBomb(t *testing.T) {
	n, skips := discard(t, Limits{}, bytesSource{"b.gz", gzipped(t, zeros(4<<20)), false})
	if n < ratioFrom || n > 3<<20 || len(skips) != 1 || !strings.Contains(skips[0], "a bomb") {
		t.Errorf("%d bytes, %q", n, skips)
	}
}

func TestZipBombLeavesTheRest(t *testing.T) {
	data := zipped(t, file{"bomb", string(zeros(4 << 20))}, file{"after", "text"})
	texts, skips := extracted(t, Limits{}, bytesSource{"b.zip", data, false})
	if len(texts) != 2 || texts[1] != "b.zip!after: text" || len(skips) != 1 || !strings.Contains(skips[0], "a bomb") {
		t.Errorf("%d texts, %q", len(texts), skips)
	}
}

func TestTheBudgetIsSharedByAllEntries(t *testing.T) {
	var files []file
	for i := range 15 {
		files = append(files, file{string(rune('a' + i)), string(zeros(100_000))})
	}
	for name, data := range map[string][]byte{"zip": zipped(t, files...), "tgz": gzipped(t, tarred(t, files...))} {
		n, skips := discard(t, Limits{Bytes: 1 << 20}, bytesSource{name, data, false})
		if n > 1<<20+headSize || len(skips) == 0 || !strings.Contains(skips[len(skips)-1], "(failure): unpacks to more than 1 MiB") {
			t.Errorf("%s: %d bytes, %q", name, n, skips)
		}
	}
}

func TestOverlappingZipEntriesCostTheBudget(t *testing.T) {
	// All records of the directory lead to the same packed bytes, as in David Fifield's zip bombs.
	one := zipped(t, file{"a", string(zeros(150_000))})
	d, err := openDirectory(bytes.NewReader(one))
	must(t, err)
	directory, err := io.ReadAll(d.text)
	must(t, err)
	body := one[:len(one)-sizeEnd-len(directory)]
	const copies = 500
	data := append(append([]byte{}, body...), bytes.Repeat(directory, copies)...)
	end := append([]byte{}, one[len(one)-sizeEnd:]...)
	binary.LittleEndian.PutUint16(end[8:], copies)
	binary.LittleEndian.PutUint16(end[10:], copies)
	binary.LittleEndian.PutUint32(end[12:], uint32(len(directory)*copies))
	n, skips := discard(t, Limits{Bytes: 8 << 20}, bytesSource{"z", append(data, end...), false})
	if n > 9<<20 || len(skips) == 0 || !strings.Contains(skips[len(skips)-1], "unpacks to more than 8 MiB") {
		t.Errorf("%d bytes, %q", n, skips)
	}
}

func TestEntriesAreBounded(t *testing.T) {
	var files []file
	for range 30 {
		files = append(files, file{"a", "x"})
	}
	for name, data := range map[string][]byte{"z": zipped(t, files...), "t": tarred(t, files...)} {
		texts, skips := extracted(t, Limits{Entries: 20}, bytesSource{name, data, false})
		if len(texts) != 20 || len(skips) != 1 || skips[0] != name+" (failure): more than 20 entries: the rest was not read" {
			t.Errorf("%d texts, %q", len(texts), skips)
		}
	}
}

func TestDepthIsBounded(t *testing.T) {
	data := []byte("hello")
	for range 8 {
		data = gzipped(t, data)
	}
	both(t, Limits{}, "g", data, []string{"g: hello"}, nil)
	both(t, Limits{}, "g", gzipped(t, data), nil, []string{"g (failure): packed more than 8 times"})
	deep := zipped(t, file{"x", "deep"})
	for range 10 {
		deep = zipped(t, file{"z", string(deep)}, file{"t", "here"})
	}
	texts, skips := extracted(t, Limits{}, bytesSource{"z", deep, false})
	if len(texts) != 8 || len(skips) != 1 || !strings.Contains(skips[0], "packed more than 8 times") {
		t.Errorf("%q %q", texts, skips)
	}
}

func TestTruncatedArchivesKeepWhatWasRead(t *testing.T) {
	var text strings.Builder
	for i := range 40_000 {
		text.WriteString(strings.Repeat(string(rune('a'+i%26)), i%9))
		text.WriteByte(byte(i))
	}
	whole := tarred(t, file{"a", "first"}, file{"b", text.String()})
	texts, skips := extracted(t, Limits{}, bytesSource{"t", whole[:len(whole)/2], true})
	if len(texts) != 2 || texts[0] != "t!a: first" || len(skips) == 0 || !strings.Contains(skips[0], "truncated") {
		t.Errorf("tar: %d texts, %q", len(texts), skips)
	}
	packed := gzipped(t, whole)
	texts, skips = extracted(t, Limits{}, bytesSource{"t", packed[:len(packed)/2], true})
	if len(texts) != 2 || len(skips) == 0 || !strings.Contains(skips[0], "truncated") {
		t.Errorf("gzip: %d texts, %q", len(texts), skips)
	}
	archive := zipped(t, file{"a", text.String()})
	both(t, Limits{}, "z", archive[:len(archive)/2], nil, []string{"z (failure): " + errNoDirectory.Error()})
}

func TestDamagedArchives(t *testing.T) {
	packed := gzipped(t, []byte(strings.Repeat("some text ", 100)))
	packed[len(packed)-5] ^= 1 // in the checksum
	_, skips := discard(t, Limits{}, bytesSource{"g", packed, false})
	if len(skips) != 1 || !strings.Contains(skips[0], "broken gzip") {
		t.Errorf("gzip: %q", skips)
	}
	both(t, Limits{}, "g", []byte("\x1f\x8b\x08"), nil, []string{"g (failure): truncated: it ends too early"})
	stored := storedZip(t, "hello")
	stored[bytes.Index(stored, []byte("hello"))] = 'j'
	texts, skips := extracted(t, Limits{}, bytesSource{"z", stored, false})
	if len(texts) != 1 || len(skips) != 1 || !strings.Contains(skips[0], "the checksum does not fit") {
		t.Errorf("zip: %q %q", texts, skips)
	}
	damaged := zipped(t, file{"a", "one"}, file{"b", "two"})
	damaged[0] ^= 1 // the first local header
	damaged = append([]byte("PK\x05\x06"), damaged...)
	texts, skips = extracted(t, Limits{}, bytesSource{"z", damaged, false})
	if len(texts) != 1 || texts[0] != "z!b: two" || len(skips) != 1 {
		t.Errorf("one broken entry must not cost the other: %q %q", texts, skips)
	}
}

// TestWhatStandsBehindAnArchiveIsSaid holds that all in front of it is read, and that it is not taken for a cut.
func TestWhatStandsBehindAnArchiveIsSaid(t *testing.T) {
	one, two := gzipped(t, []byte("one ")), gzipped(t, []byte("two"))
	fill := make([]byte, 1000)
	both(t, Limits{}, "g", append(append([]byte{}, one...), two...), []string{"g: one two"}, nil)
	both(t, Limits{}, "g", append(append([]byte{}, one...), fill...), []string{"g: one "}, nil)
	tail := func(archive []byte, more string) []byte { return append(append([]byte{}, archive...), more...) }
	for more, want := range map[string]string{
		"x":                           "1 byte behind the end of the gzip was not read",
		"rubbish":                     "7 bytes behind the end of the gzip were not read",
		"a line that is longer":       "21 bytes behind the end of the gzip were not read",
		string(fill) + "late":         "4 bytes behind the end of the gzip were not read",
		strings.Repeat("long", 40000): "160000 bytes behind the end of the gzip were not read",
		"\x1f\x8b\x08":                "truncated: it ends too early",
		"\x1f\x8bno gzip at all":      "broken gzip: the data is damaged",
	} {
		both(t, Limits{}, "g", tail(one, more), []string{"g: one "}, []string{"g (document): " + want})
	}
	packed := tarred(t, file{"a", "1"})
	both(t, Limits{}, "t", tail(packed, string(fill)), []string{"t!a: 1"}, nil)
	both(t, Limits{}, "t", tail(packed, "rubbish"), []string{"t!a: 1"}, []string{"t (failure): 7 bytes behind the end of the tar were not read"})
	both(t, Limits{}, "t", tail(gzipped(t, packed), "rubbish"), []string{"t!a: 1"}, []string{"t (failure): 7 bytes behind the end of the gzip were not read"})
	directory := zipped(t, file{"a", "1"})
	both(t, Limits{}, "z", tail(directory, string(fill)), []string{"z!a: 1"}, nil)
	both(t, Limits{}, "z", tail(directory, "rubbish"), []string{"z!a: 1"}, []string{"z (failure): 7 bytes behind the end of the zip were not read"})
	endless := io.MultiReader(bytes.NewReader(packed), io.LimitReader(zeroReader{}, 1<<40))
	_, skips := discard(t, Limits{}, readerSource{endless})
	if len(skips) != 1 || !strings.Contains(skips[0], "more than 64 MiB") {
		t.Errorf("endless: %q", skips)
	}
}

type zeroReader struct{}

func (zeroReader) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func storedZip(t *testing.T, text string) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	e, err := w.CreateHeader(&zip.FileHeader{Name: "s", Method: zip.Store})
	must(t, err)
	_, err = e.Write([]byte(text))
	must(t, err)
	must(t, w.Close())
	return b.Bytes()
}

func TestEncryptedEntriesAreFailures(t *testing.T) {
	data := storedZip(t, "hello")
	i := bytes.Index(data, []byte(markRecord))
	data[i+8] |= zipEncrypted
	both(t, Limits{}, "z", data, nil, []string{"z!s (failure): encrypted"})
	data[i+8] &^= zipEncrypted
	data[i+10] = 95
	both(t, Limits{}, "z", data, nil, []string{"z!s (policy): zip method 95 is not read yet"})
}

func TestADirectoryThatEndsTooEarly(t *testing.T) {
	data := zipped(t, file{"a", "1"}, file{"b", "2"})
	i := bytes.LastIndex(data, []byte(markRecord))
	data[i] = 'x'
	both(t, Limits{}, "z", data, []string{"z!a: 1"}, []string{"z (failure): broken zip: the directory ends too early"})
}

func TestArchivesInArchivesAreHeldWithinTheSpool(t *testing.T) {
	inner := storedZip(t, string(zeros(3<<20)))
	data := tarred(t, file{"in.zip", string(inner)}, file{"after", "x"})
	n, skips := discard(t, Limits{Spool: 2 << 20}, bytesSource{"t", data, false})
	if n != 1 || len(skips) != 1 || !strings.Contains(skips[0], "t!in.zip (policy): an archive in an archive of more than 2 MiB") {
		t.Errorf("%d bytes, %q", n, skips)
	}
	twice := tarred(t, file{"1.zip", string(inner)}, file{"2.zip", string(inner)})
	if n, skips := discard(t, Limits{Spool: 4 << 20}, bytesSource{"t", twice, false}); n != 6<<20 || len(skips) > 0 {
		t.Errorf("the room must be given back: %d bytes, %q", n, skips)
	}
}

// helloInBzip2s is "hello" and a line break, packed four times by bzip2.
func helloInBzip2s(t *testing.T) []byte {
	data, err := base64.StdEncoding.DecodeString("QlpoOTFBWSZTWQEnwG0AACT///8u7eTb8uQm/FZvcHxASjDGIBAnn1ABaHYCDMB4FGQCoACSHAAAAAAAAGgAAA0AAAZNDT1Mh6g5poA0AAAAADQNAAAyMQNABoaAGhkGiAnYDSYOXWUlbkgUXf7RC4hnAAgbsjvXUkTuIrlAlba4KEQ23Lz9SjTYQ1qQUS4LqdtiVmBT1WVBYzMzCPTXhdw9gNvcOt0mb9c7Pk92CSKvgZhZAWp6nkOYet4GIK3Ecu5C3kn3k6Cr3onsnAPxFCAQAq0TVAL9FBfFUAlzQhNLg/oTQ3+/i7kinChIAJPgNoA=")
	must(t, err)
	return data
}

func TestBzip2InBzip2TakesItsMemoryFromTheSpool(t *testing.T) {
	data := helloInBzip2s(t)
	both(t, Limits{}, "b", data, []string{"b: hello\n"}, nil)
	both(t, Limits{Spool: 3 * bzip2Memory}, "b", data, []string{"b: hello\n"}, nil)
	both(t, Limits{Spool: 2 * bzip2Memory}, "b", data, nil, []string{"b (policy): bzip2 in bzip2 is not read so deep"})
}

func TestSparseTarEntriesCostTheBudget(t *testing.T) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	must(t, w.WriteHeader(&tar.Header{Name: "s", Mode: 0o600, Size: 512}))
	_, err := w.Write(bytes.Repeat([]byte("x"), 512))
	must(t, err)
	must(t, w.Close())
	data := b.Bytes()
	old := data[:tarHeader]
	old[156] = 'S'
	copy(old[257:], "ustar  \x00")
	copy(old[386:], "00077777000\x0000000001000\x00") // one stretch of data, far behind
	copy(old[483:], "00100000000\x00")
	sum := int64(0)
	copy(old[tarSumFrom:], "        ")
	for _, c := range old {
		sum += int64(c)
	}
	copy(old[tarSumFrom:], octal(sum))
	n, skips := discard(t, Limits{}, bytesSource{"t", data, false})
	if n > 4<<20 || len(skips) == 0 {
		t.Errorf("%d bytes, %q", n, skips)
	}
}

func octal(n int64) string {
	s := ""
	for ; n > 0; n /= 8 {
		s = string(rune('0'+n%8)) + s
	}
	return strings.Repeat("0", 6-len(s)) + s + "\x00 "
}

// TestMemoryStaysSmall unpacks much more than it may hold.
func TestMemoryStaysSmall(t *testing.T) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	for range 24 {
		must(t, w.WriteHeader(&tar.Header{Name: "a", Size: 1 << 20, Mode: 0o600}))
		_, err := w.Write(bytes.Repeat([]byte("some text of a page\n"), 1<<20/20+1)[:1<<20])
		must(t, err)
	}
	must(t, errors.Join(w.Close(), z.Close()))
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	n, skips := discard(t, Limits{Ratio: 1000}, bytesSource{"t", b.Bytes(), false})
	runtime.ReadMemStats(&after)
	if n != 24<<20 || len(skips) > 0 {
		t.Errorf("%d bytes, %q", n, skips)
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 8<<20 {
		t.Errorf("allocated %d MiB in all", used>>20)
	}
}

// FuzzExtract looks for panics, for texts beyond the limits, and for sources that are silently not read.
func FuzzExtract(f *testing.F) {
	f.Add(gzipped(f, []byte("hello")))
	f.Add(append(gzipped(f, []byte("hello")), "behind"...))
	f.Add([]byte(bzipped))
	f.Add(tarred(f, file{"a", "1"}, file{"../b", "2"}))
	f.Add(zipped(f, file{"a", "1"}, file{"b/c", strings.Repeat("x", 300)}))
	f.Add(zipped(f, file{"a.zip", string(zipped(f, file{"b", string(gzipped(f, []byte("x")))}))}))
	f.Add(append(make([]byte, 100), zipped(f, file{"a", "1"})...))
	f.Add([]byte("PK\x03\x04PK\x05\x06\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00\x00"))
	f.Add([]byte("\xff\xfeh\x00i\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		limits := Limits{Bytes: 1 << 20, Entries: 100, Depth: 4, Spool: 1 << 20}
		documents := map[bool]int{}
		for _, stream := range []bool{false, true} {
			reports := 0
			var total int64
			err := New(Options{Limits: limits}).Unit(bytesSource{"u", data, stream})(t.Context(), func(d scanner.Document) error {
				documents[stream]++
				n, _ := io.Copy(io.Discard, d.Text)
				total += n
				if strings.Contains(d.URI, "../") {
					t.Errorf("uri %q", d.URI)
				}
				return nil
			}, func(s scanner.Skip) {
				reports++
				if s.Reason == "" || s.Cause == "" {
					t.Errorf("%+v", s)
				}
			})
			if err != nil {
				t.Fatal(err)
			}
			if total > 3*(limits.Bytes+int64(len(data))+1<<20) {
				t.Errorf("%d bytes of text", total)
			}
		}
		if documents[true] != documents[false] {
			t.Errorf("%d documents as a stream, %d as a file", documents[true], documents[false])
		}
	})
}
