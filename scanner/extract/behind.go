package extract

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
)

// maxBehind is how far behind the end of an archive is looked, in bytes.
const maxBehind = 64 << 20

// gzips reads the members of a gzip one after the other (RFC 1952, section 2.2). Other than gzip.Reader it tells what is no
// member, and stands behind the last one, from a member that is cut off or damaged. It is used by one goroutine.
type gzips struct {
	member *gzip.Reader
	packed *packed
	err    error // it stays
}

func newGzips(p *packed) (*gzips, error) {
	member, err := gzip.NewReader(p)
	if err != nil {
		return nil, err
	}
	member.Multistream(false)
	return &gzips{member: member, packed: p}, nil
}

func (g *gzips) Read(p []byte) (int, error) {
	if g.err != nil {
		return 0, g.err
	}
	n, err := g.member.Read(p)
	if errors.Is(err, io.EOF) {
		err = g.next()
	}
	g.err = err
	return n, err
}

// next begins the next member; its error is io.EOF when there is nothing more.
func (g *gzips) next() error {
	if mark, _ := g.packed.Peek(2); string(mark) != "\x1f\x8b" { // an error comes again at the next look
		if err := nothingBehind("gzip", g.packed); err != nil {
			return err
		}
		return io.EOF
	}
	if err := g.member.Reset(g.packed); err != nil {
		return err
	}
	g.member.Multistream(false)
	return nil
}

// nothingBehind fails when something but zero bytes, with which tapes are filled up, stands behind the end of an archive:
// nobody has read that.
func nothingBehind(format string, r io.Reader) error {
	buffer := make([]byte, 4<<10)
	var behind, zeros int64 // zeros: in front of all else
	for behind < maxBehind {
		n, err := readSome(r, buffer)
		for i := 0; i < n && zeros == behind+int64(i) && buffer[i] == 0; i++ {
			zeros++
		}
		behind += int64(n)
		switch {
		case err == nil:
			continue
		case !errors.Is(err, io.EOF):
			return err
		case zeros == behind:
			return nil
		case behind-zeros == 1:
			return fmt.Errorf("1 byte behind the end of the %s was not read", format)
		}
		return fmt.Errorf("%d bytes behind the end of the %s were not read", behind-zeros, format)
	}
	return fmt.Errorf("what stands behind the end of the %s was not read: more than %d MiB", format, maxBehind>>20)
}
