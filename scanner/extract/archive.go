package extract

import (
	"archive/tar"
	"compress/bzip2"
	"compress/flate"
	"compress/gzip"
	"errors"
	"io"
	"path"
	"strings"
)

// compressed takes one layer of compression off. The place stays the same.
func (w *work) compressed(c content, how how) error {
	packed := newPacked(c.reader)
	var unpacked io.Reader
	switch how {
	case asBzip2:
		release, err := w.bzip2Room()
		if err != nil {
			w.report(c.uri, err)
			return w.ctx.Err()
		}
		defer release()
		unpacked = bzip2.NewReader(packed)
	default:
		z, err := newGzips(packed)
		if err != nil {
			w.report(c.uri, broken("gzip", err))
			return nil
		}
		unpacked = z
	}
	inner := c
	inner.at = nil
	inner.name = strings.TrimSuffix(strings.TrimSuffix(c.name, ".gz"), ".bz2")
	inner.reader = &meter{unpacked: named{unpacked, how.String()}, packed: packed.count, budget: &w.budget}
	inner.depth++
	return w.content(inner)
}

// bzip2Memory is what one bzip2 reader holds: up to 900,000 places of four bytes.
const bzip2Memory = 4 << 20

// bzip2Room takes the memory of a bzip2 reader inside another from the spool. The first of a source is free, but only sources
// that spool have one: as many as there are readers would be too much.
func (w *work) bzip2Room() (release func(), err error) {
	if err := w.takeSpool(); err != nil {
		return nil, err
	}
	if w.budget.bzip2s > 0 {
		if w.budget.spooled+bzip2Memory > w.budget.Spool {
			return nil, policy("bzip2 in bzip2 is not read so deep")
		}
		w.budget.spooled += bzip2Memory
	}
	w.budget.bzip2s++
	return func() {
		if w.budget.bzip2s--; w.budget.bzip2s > 0 {
			w.budget.spooled -= bzip2Memory
		}
	}, nil
}

// named gives the errors of a reader the format's name.
type named struct {
	io.Reader
	format string
}

func (n named) Read(p []byte) (int, error) {
	k, err := n.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = broken(n.format, err)
	}
	return k, err
}

// broken is the error for what is not as its format wants it. Other errors stay as they are: limits that an outer layer
// has reached, or a file that cannot be read.
func broken(format string, err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	var (
		inFlate flate.CorruptInputError
		inBzip2 bzip2.StructuralError
	)
	if errors.As(err, &inFlate) || errors.As(err, &inBzip2) ||
		errors.Is(err, gzip.ErrHeader) || errors.Is(err, gzip.ErrChecksum) || errors.Is(err, tar.ErrHeader) {
		return errors.New("broken " + format + ": the data is damaged")
	}
	return err
}

// tar reads the entries of a tar.
func (w *work) tar(c content) error {
	packed := newPacked(c.reader)
	entries := tar.NewReader(packed)
	for {
		header, err := entries.Next()
		if errors.Is(err, io.EOF) {
			if err := nothingBehind("tar", packed); err != nil {
				w.report(c.uri, err)
			}
			return w.ctx.Err()
		}
		if err == nil {
			err = w.budget.entry()
		}
		if err != nil && !errors.Is(err, tar.ErrInsecurePath) {
			w.report(c.uri, broken("tar", err))
			return w.ctx.Err()
		}
		if holdsNothing(header.Typeflag) {
			continue
		}
		var text io.Reader = entries
		if isSparse(header) { // holes cost nothing in the archive
			text = &meter{unpacked: entries, packed: packed.count, budget: &w.budget}
		}
		if err := w.content(c.entry(header.Name, named{text, "tar"})); err != nil {
			return err
		}
	}
}

// holdsNothing: folders, devices and links hold no text; what a link leads to is an entry itself or outside. All other types,
// unknown ones too, are read as files, as POSIX wants it.
func holdsNothing(flag byte) bool {
	switch flag {
	case tar.TypeLink, tar.TypeSymlink, tar.TypeChar, tar.TypeBlock, tar.TypeDir, tar.TypeFifo, tar.TypeXGlobalHeader:
		return true
	}
	return false
}

func isSparse(h *tar.Header) bool {
	if h.Typeflag == tar.TypeGNUSparse {
		return true
	}
	for record := range h.PAXRecords {
		if strings.HasPrefix(record, "GNU.sparse.") {
			return true
		}
	}
	return false
}

// entry is the content of one entry of the archive c.
func (c content) entry(name string, r io.Reader) content {
	name = harmless(name)
	return content{uri: c.uri + "!" + name, name: name, reader: r, depth: c.depth + 1, host: c.host}
}

// maxName is the most bytes shown of an entry's name.
const maxName = 1024

// harmless makes an entry's name a relative path without ways upwards, for showing; nothing is ever written there. A long
// name loses whole elements at its end: half of a meeting's number could not be recognised any more and would be shown.
func harmless(name string) string {
	more := len(name) > maxName
	name = strings.ReplaceAll(name[:min(len(name), maxName)], "\\", "/")
	if more {
		name = name[:strings.LastIndexByte(name, '/')+1]
	}
	name = strings.TrimPrefix(path.Clean("/"+name), "/")
	switch {
	case more && name == "":
		return "…"
	case more:
		return name + "/…"
	case name == "":
		return "(no name)"
	}
	return name
}
