package extract

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/klauspost/compress/zstd"

	"meetleaks/scanner"
)

func zstded(t testing.TB, data []byte, options ...zstd.EOption) []byte {
	var b bytes.Buffer
	w, err := zstd.NewWriter(&b, append([]zstd.EOption{zstd.WithEncoderConcurrency(1)}, options...)...)
	must(t, err)
	_, err = w.Write(data)
	must(t, err)
	must(t, w.Close())
	return b.Bytes()
}

// noise is text that does not pack well.
func noise(n int) []byte {
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // any will do
	b := make([]byte, n)
	for i := range b {
		b[i] = "abcdefghijklmnop"[random.IntN(16)]
	}
	return b
}

const skippable = "\x53\x2a\x4d\x18\x05\x00\x00\x00hello"

func TestZstd(t *testing.T) {
	both(t, Limits{}, "a.zst", zstded(t, []byte("hello")), []string{"a.zst: hello"}, nil)
	both(t, Limits{}, "a", zstded(t, nil, zstd.WithZeroFrames(true)), []string{"a: "}, nil)
	long := noise(3 << 20)
	both(t, Limits{}, "a", zstded(t, long), []string{"a: " + string(long)}, nil)
	both(t, Limits{}, "a.tar.zst", zstded(t, tarred(t, file{"x", "1"}, file{"y", "2"})), []string{"a.tar.zst!x: 1", "a.tar.zst!y: 2"}, nil)
	two := append(zstded(t, []byte("one ")), zstded(t, []byte("two"))...)
	both(t, Limits{}, "frames", two, []string{"frames: one two"}, nil)
	both(t, Limits{}, "s", append([]byte(skippable), zstded(t, []byte("hello"))...), []string{"s: hello"}, nil)
	both(t, Limits{}, "s", append(zstded(t, []byte("hello")), skippable...), []string{"s: hello"}, nil)
	both(t, Limits{}, "zeros", append(zstded(t, []byte("hello")), make([]byte, 512)...), []string{"zeros: hello"}, nil)
}

func TestDamagedZstd(t *testing.T) {
	whole := zstded(t, noise(100_000))
	check := func(name string, data []byte, read int64, skip string) {
		t.Helper()
		for _, stream := range []bool{false, true} {
			n, skips := discard(t, Limits{}, bytesSource{"a", data, stream})
			if n != read || len(skips) != 1 || !strings.Contains(skips[0], skip) {
				t.Errorf("%s: %d bytes, %q", name, n, skips)
			}
		}
	}
	check("behind", append(slices.Clone(whole), "12 more bytes"...), 100_000, "13 bytes behind the end of the zstd were not read")
	check("cut in a frame's mark", append(slices.Clone(whole), whole[:2]...), 100_000, "truncated")
	check("only a mark", whole[:4], 0, "truncated")
	sum := slices.Clone(whole)
	sum[len(sum)-1] ^= 1
	n, skips := discard(t, Limits{}, bytesSource{"a", sum, false})
	if n > 100_000 || len(skips) != 1 || !strings.Contains(skips[0], "broken zstd: the data is damaged") {
		t.Errorf("%d %q", n, skips)
	}
	for cut := 5; cut < len(whole); cut += 997 {
		if _, skips := discard(t, Limits{}, bytesSource{"a", whole[:cut], true}); len(skips) != 1 {
			t.Fatalf("cut at %d: %q", cut, skips)
		}
	}
}

// TestAStreamThatFailsBetweenFramesIsNotWhole: the decoder takes it for the end.
func TestAStreamThatFailsBetweenFramesIsNotWhole(t *testing.T) {
	for _, why := range []error{io.ErrUnexpectedEOF, errors.New("input/output error")} {
		s := readerSource{io.MultiReader(bytes.NewReader(zstded(t, noise(2*headSize))), iotest.ErrReader(why))}
		_, skips := discard(t, Limits{}, s)
		if len(skips) != 1 || !strings.Contains(skips[0], scanner.Reason(why)) {
			t.Errorf("%v: %q", why, skips)
		}
	}
}

func TestWideWindowsAreRefused(t *testing.T) {
	data := noise(300 << 10)
	for window, want := range map[int]string{8 << 20: "", 16 << 20: "a (policy): zstd with a window of more than 8 MiB is not read"} {
		n, skips := discard(t, Limits{}, bytesSource{"a", zstded(t, data, zstd.WithWindowSize(window)), true})
		switch {
		case want == "" && (n != 300<<10 || len(skips) > 0), want != "" && (n != 0 || !slices.Equal(skips, []string{want})):
			t.Errorf("window of %d: %d bytes, %q", window, n, skips)
		}
	}
	second := append(zstded(t, []byte("hello")), zstded(t, data, zstd.WithWindowSize(16<<20))...)
	if n, skips := discard(t, Limits{}, bytesSource{"a", second, true}); n != 5 || len(skips) != 1 || !strings.Contains(skips[0], "window") {
		t.Errorf("%d bytes, %q", n, skips)
	}
}

func TestZstdBombs(t *testing.T) {
	bomb := zstded(t, zeros(64<<20))
	n, skips := discard(t, Limits{}, bytesSource{"a", bomb, false})
	if n > 4<<20 || len(skips) != 1 || !strings.Contains(skips[0], "a bomb") {
		t.Errorf("%d bytes, %q", n, skips)
	}
}

func TestZstdInZstdTakesItsMemoryFromTheSpool(t *testing.T) {
	data := []byte("hello")
	for range 3 {
		data = zstded(t, data)
	}
	both(t, Limits{}, "a", data, []string{"a: hello"}, nil)
	both(t, Limits{Spool: 2 * zstdMemory}, "a", data, []string{"a: hello"}, nil)
	both(t, Limits{Spool: 2*zstdMemory - 1}, "a", data, nil, []string{"a (policy): zstd in zstd is not read so deep"})
}

// TestZstdHoldsNoMoreThanItSays reads a frame with the largest window.
func TestZstdHoldsNoMoreThanItSays(t *testing.T) {
	data := zstded(t, noise(2<<20), zstd.WithWindowSize(8<<20))
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	frames, err := newFrames(bytes.NewReader(data))
	must(t, err)
	defer frames.close()
	_, err = io.CopyN(io.Discard, frames, 1<<20)
	must(t, err)
	runtime.GC()
	runtime.ReadMemStats(&after)
	if held := int64(after.HeapAlloc) - int64(before.HeapAlloc); held > zstdMemory {
		t.Errorf("holds %d KiB", held>>10)
	}
	runtime.KeepAlive(frames)
	runtime.KeepAlive(data)
}

// TestZstdInZips reads entries of method 93.
func TestZstdInZips(t *testing.T) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	w.RegisterCompressor(zipZstd, func(to io.Writer) (io.WriteCloser, error) { return zstd.NewWriter(to) })
	for _, name := range []string{"a", "b"} {
		e, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: zipZstd})
		must(t, err)
		_, err = e.Write([]byte("hello " + name))
		must(t, err)
	}
	must(t, w.Close())
	both(t, Limits{}, "z", b.Bytes(), []string{"z!a: hello a", "z!b: hello b"}, nil)
}

// FuzzZstd looks for panics and for streams that are silently not read to their end.
func FuzzZstd(f *testing.F) {
	f.Add(zstded(f, []byte("hello")), true)
	f.Add(append(zstded(f, noise(300)), "behind"...), false)
	f.Add([]byte(skippable), true)
	f.Fuzz(func(t *testing.T, data []byte, stream bool) {
		data = append([]byte("\x28\xb5\x2f\xfd"), data...)
		n, _ := discard(t, Limits{Bytes: 1 << 20}, bytesSource{"a", data, stream})
		if n > 4<<20 {
			t.Errorf("%d bytes", n)
		}
	})
}
