package archive

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io"

	"filippo.io/age"

	"meetleaks/scanner"
)

// Writer writes an archive. It is used by one goroutine.
type Writer struct {
	age    io.WriteCloser
	buffer *bufio.Writer
	sum    hash.Hash
	counts Counts
}

// NewWriter begins an archive that the recipients can read.
func NewWriter(to io.Writer, h Header, recipients ...age.Recipient) (*Writer, error) {
	first, err := json.Marshal(h)
	if err != nil {
		return nil, fmt.Errorf("begin archive: %w", err)
	}
	encrypted, err := age.Encrypt(to, recipients...)
	if err != nil {
		return nil, fmt.Errorf("begin archive: %w", err)
	}
	w := &Writer{age: encrypted, sum: sha256.New(), counts: Counts{}}
	w.buffer = bufio.NewWriterSize(io.MultiWriter(encrypted, w.sum), 64<<10)
	if _, err := fmt.Fprintf(w.buffer, "%s%s\n", magic, first); err != nil {
		return nil, fmt.Errorf("begin archive: %w", err)
	}
	return w, nil
}

// Write appends a record. One that could not be restored is an error: a backup with a hole is none.
func (w *Writer) Write(record scanner.Dumped) error {
	line, err := scanner.EncodeDumped(record)
	if err != nil {
		return fmt.Errorf("write archive: %w", err)
	}
	w.counts[record.Kind()]++
	if n := w.counts["organisation"]; n > scanner.MaxDumpedOrganisations {
		return fmt.Errorf("write archive: more than %d organisations: %w", scanner.MaxDumpedOrganisations, scanner.ErrFull)
	}
	if _, err := w.buffer.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("write archive: %w", err)
	}
	return nil
}

// Close ends the archive, and says what is in it. Without it the archive is torn, and no reader takes it.
func (w *Writer) Close() (Counts, error) {
	if err := w.buffer.Flush(); err != nil {
		return nil, fmt.Errorf("end archive: %w", err)
	}
	total := w.counts.total()
	last, err := json.Marshal(trailer{&total, hex.EncodeToString(w.sum.Sum(nil))})
	if err != nil {
		return nil, fmt.Errorf("end archive: %w", err)
	}
	if _, err := w.age.Write(append(last, '\n')); err != nil {
		return nil, fmt.Errorf("end archive: %w", err)
	}
	if err := w.age.Close(); err != nil {
		return nil, fmt.Errorf("end archive: %w", err)
	}
	return w.counts, nil
}
