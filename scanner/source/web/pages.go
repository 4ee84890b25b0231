package web

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// storage is the part of a file that pages need; *os.File has it.
type storage interface {
	io.ReaderAt
	io.WriterAt
	io.Closer
}

// openStorage makes a file of no name in the folder dir, "" for os.TempDir: nothing is left when the program is killed. Where a file
// in use cannot lose its name it is removed by close.
func openStorage(dir string) (storage, error) {
	f, err := os.CreateTemp(dir, "meetleaks-crawl-")
	if err != nil {
		return nil, fmt.Errorf("make a file for the crawl: %w", err)
	}
	if os.Remove(f.Name()) == nil {
		return f, nil
	}
	return lingering{f}, nil
}

// lingering is a file that keeps its name until it is closed.
type lingering struct{ *os.File }

func (n lingering) Close() error {
	return errors.Join(n.File.Close(), os.Remove(n.Name()))
}

// pages is a file of pages of one size, of which a fixed number lies in memory. Pages that were never written hold zeros. After an
// error of the file every call returns that error: what lies in memory can no longer be written, and must not be believed. Not
// safe for concurrent use.
type pages struct {
	file   storage
	size   int
	end    int64 // bytes of the file that were written
	frames []frame
	index  map[int64]int // of pages to frames
	hand   int           // the clock that chooses which frame is used anew
	broken error
}

// frame holds one page.
type frame struct {
	page  int64
	data  []byte
	dirty bool
	used  bool // since the hand passed
}

var errClosed = errors.New("the crawl's file is closed")

// newPages takes the file over.
func newPages(file storage, size, frames int) *pages {
	return &pages{file: file, size: size, frames: make([]frame, 0, frames), index: make(map[int64]int, frames)}
}

// read returns a page, to be looked at until the next call.
func (p *pages) read(page int64) ([]byte, error) {
	f, err := p.frame(page)
	if err != nil {
		return nil, err
	}
	return f.data, nil
}

// write returns a page, to be changed until the next call.
func (p *pages) write(page int64) ([]byte, error) {
	f, err := p.frame(page)
	if err != nil {
		return nil, err
	}
	f.dirty = true
	return f.data, nil
}

func (p *pages) frame(page int64) (*frame, error) {
	if p.broken != nil {
		return nil, p.broken
	}
	if i, ok := p.index[page]; ok {
		p.frames[i].used = true
		return &p.frames[i], nil
	}
	i, err := p.room()
	if err == nil {
		err = p.load(&p.frames[i], page)
	}
	if err != nil {
		p.broken = err
		return nil, err
	}
	p.index[page] = i
	return &p.frames[i], nil
}

// room finds a frame for another page, and writes back what is in it.
func (p *pages) room() (int, error) {
	if len(p.frames) < cap(p.frames) {
		p.frames = append(p.frames, frame{page: -1, data: make([]byte, p.size)})
		return len(p.frames) - 1, nil
	}
	for p.frames[p.hand].used {
		p.frames[p.hand].used = false
		p.hand = (p.hand + 1) % len(p.frames)
	}
	i := p.hand
	p.hand = (p.hand + 1) % len(p.frames)
	f := &p.frames[i]
	if f.dirty {
		at := f.page * int64(p.size)
		if _, err := p.file.WriteAt(f.data, at); err != nil {
			return 0, fmt.Errorf("write the crawl's file: %w", err)
		}
		p.end = max(p.end, at+int64(p.size))
	}
	delete(p.index, f.page)
	return i, nil
}

func (p *pages) load(f *frame, page int64) error {
	f.page, f.dirty, f.used = page, false, true
	n, at := 0, page*int64(p.size)
	if at < p.end {
		var err error
		if n, err = p.file.ReadAt(f.data, at); err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("read the crawl's file: %w", err)
		}
	}
	clear(f.data[n:])
	return nil
}

// close gives the file back. It may be called more than once.
func (p *pages) close() error {
	if errors.Is(p.broken, errClosed) {
		return nil
	}
	p.broken, p.frames, p.index = errClosed, nil, nil
	return p.file.Close()
}
