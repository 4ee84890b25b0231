package web

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"runtime"
	"testing"
)

// memoryFile is a storage in memory that fails after so many writes or reads, when they are not negative.
type memoryFile struct {
	data          []byte
	writes, reads int
	closed        int
}

var errDisk = errors.New("no space left on device")

func newMemoryFile() *memoryFile { return &memoryFile{writes: -1, reads: -1} }

func (m *memoryFile) WriteAt(p []byte, at int64) (int, error) {
	if m.writes == 0 {
		return 0, errDisk
	}
	m.writes--
	if missing := int(at) + len(p) - len(m.data); missing > 0 {
		m.data = append(m.data, make([]byte, missing)...)
	}
	return copy(m.data[at:], p), nil
}

func (m *memoryFile) ReadAt(p []byte, at int64) (int, error) {
	if m.reads == 0 {
		return 0, errDisk
	}
	m.reads--
	if at >= int64(len(m.data)) {
		return 0, io.EOF
	}
	n := copy(p, m.data[at:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (m *memoryFile) Close() error { m.closed++; return nil }

// heap is what lies in memory, in bytes.
func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func TestPagesKeepWhatWasWritten(t *testing.T) {
	const count, size, steps = 40, 16, 20_000
	p := newPages(newMemoryFile(), size, 5)
	var model [count][size]byte
	random := rand.New(rand.NewPCG(7, 3))
	for range steps {
		page, at := random.IntN(count), random.IntN(size)
		if random.IntN(2) == 0 {
			data, err := p.write(int64(page))
			if err != nil {
				t.Fatal(err)
			}
			data[at]++
			model[page][at]++
		}
		data, err := p.read(int64(page))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(data, model[page][:]) {
			t.Fatalf("page %d = %v, want %v", page, data, model[page])
		}
	}
}

func TestAFailingDiskIsToldAndNothingIsBelievedAfterwards(t *testing.T) {
	for name, file := range map[string]*memoryFile{"writing": {writes: 2, reads: -1}, "reading": {writes: -1, reads: 2}} {
		p := newPages(file, 16, 2)
		var err error
		for page := range int64(20) {
			if _, err = p.write(page % 5); err != nil {
				break
			}
		}
		if !errors.Is(err, errDisk) {
			t.Fatalf("%s: error %v, want that of the disk", name, err)
		}
		file.writes, file.reads = -1, -1
		if _, err := p.read(0); !errors.Is(err, errDisk) {
			t.Errorf("%s: afterwards %v, want the same error", name, err)
		}
		if err := errors.Join(p.close(), p.close()); err != nil || file.closed != 1 {
			t.Errorf("%s: close: %v, %d times", name, err, file.closed)
		}
		if _, err := p.read(0); !errors.Is(err, errClosed) {
			t.Errorf("%s: after close %v", name, err)
		}
	}
}

func TestTheFileIsGoneWhenItIsClosed(t *testing.T) {
	dir := t.TempDir()
	file, err := openStorage(dir)
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "windows" {
		assertEmpty(t, dir)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	assertEmpty(t, dir)

	kept, err := os.CreateTemp(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	if err := (lingering{kept}).Close(); err != nil {
		t.Fatal(err)
	}
	assertEmpty(t, dir)
	if _, err := openStorage(dir + "/missing"); err == nil {
		t.Error("a folder that does not exist is no error")
	}
}

func assertEmpty(t *testing.T, dir string) {
	t.Helper()
	left, err := os.ReadDir(dir)
	if err != nil || len(left) > 0 {
		t.Errorf("left in the folder: %v, %v", left, err)
	}
}
