package archive

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"strings"

	"filippo.io/age"

	"meetleaks/scanner"
)

// maxAgeHeader bounds what age reads before it knows whether the key fits, in bytes: some thousand recipients.
const maxAgeHeader = 1 << 20

// Why an archive is not read. Other errors are of reading the file, or wrap scanner.ErrBadValue.
var (
	ErrNotArchive = errors.New("this is no archive of `meetleaks backup`")
	ErrKey        = errors.New("the archive cannot be opened with this key or passphrase")
	ErrTorn       = errors.New("the archive is torn or damaged")
	ErrNewer      = errors.New("the archive was written by a newer version of this program")
)

// Reader reads an archive, which may be hostile: it takes no more memory than a few lines. Nothing that it gave
// counts before Next has returned io.EOF. It is used by one goroutine.
type Reader struct {
	Header Header
	lines  *bufio.Reader
	sum    hash.Hash
	counts Counts
	end    error // what Next returned last, when it was an error
}

// NewReader opens an archive with any of the identities. A file that age made, but not this program, is ErrNotArchive.
func NewReader(from io.Reader, identities ...age.Identity) (*Reader, error) {
	guard := &headerGuard{from: from, left: maxAgeHeader}
	plain, err := age.Decrypt(guard, identities...)
	if err != nil {
		return nil, fmt.Errorf("open archive: %w", openError(err, guard))
	}
	guard.left = -1
	r := &Reader{lines: bufio.NewReaderSize(plain, MaxLine), sum: sha256.New(), counts: Counts{}}
	if err := r.begin(); err != nil {
		return nil, fmt.Errorf("open archive: %w", err)
	}
	return r, nil
}

// openError says why age could not begin.
func openError(err error, guard *headerGuard) error {
	var wrongKey *age.NoIdentityMatchError
	switch {
	case guard.failed != nil:
		return guard.failed
	case errors.As(err, &wrongKey):
		return ErrKey
	case strings.HasPrefix(err.Error(), "failed to read header"):
		return ErrNotArchive // age quotes what it read, and that may be a key that was named by mistake
	}
	return fmt.Errorf("%w: %w", ErrNotArchive, err)
}

// headerGuard ends with an error after so many bytes, until left is below zero.
type headerGuard struct {
	from   io.Reader
	left   int
	failed error
}

// Read implements [io.Reader].
func (g *headerGuard) Read(p []byte) (int, error) {
	if g.left == 0 {
		g.failed = fmt.Errorf("%w: its beginning is longer than %d KiB", ErrNotArchive, maxAgeHeader>>10)
		return 0, g.failed
	}
	if g.left > 0 {
		p = p[:min(len(p), g.left)]
	}
	n, err := g.from.Read(p)
	if g.left > 0 {
		g.left -= n
	}
	if err != nil && !errors.Is(err, io.EOF) {
		g.failed = err
	}
	return n, err
}

func (r *Reader) begin() error {
	line, err := r.line()
	if err != nil {
		return errors.Join(ErrNotArchive, err)
	}
	if string(line) != magic {
		if bytes.HasPrefix(line, []byte("meetleaks-backup ")) {
			return ErrNewer
		}
		return ErrNotArchive
	}
	r.sum.Write(line)
	if line, err = r.line(); err != nil {
		return err
	}
	r.sum.Write(line)
	if err := strict(line, &r.Header); err != nil {
		return fmt.Errorf("the header: %w", err)
	}
	if err := errors.Join(scanner.CheckName("kind", r.Header.Kind), scanner.CheckName("program", r.Header.Program)); err != nil {
		return fmt.Errorf("the header: %w", err)
	}
	return nil
}

// line reads a whole line, valid until the next call.
func (r *Reader) line() ([]byte, error) {
	line, err := r.lines.ReadSlice('\n')
	switch {
	case errors.Is(err, bufio.ErrBufferFull):
		return nil, fmt.Errorf("%w: a line is longer than %d KiB", ErrTorn, MaxLine>>10)
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrTorn, noEOF(err))
	}
	return line, nil
}

// noEOF keeps io.EOF, which ends Next, out of errors.
func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// strict reads a line of JSON without fields that are not known.
func strict(line []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return fmt.Errorf("%w: a line of another form: %w", ErrTorn, scanner.ErrBadValue)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: something follows in a line: %w", ErrTorn, scanner.ErrBadValue)
	}
	return nil
}

// Next returns the next record, or io.EOF when the archive was read to its end and is whole.
func (r *Reader) Next() (scanner.Dumped, error) {
	if r.end != nil {
		return scanner.Dumped{}, r.end
	}
	record, err := r.next()
	if err != nil {
		r.end = err
	}
	return record, err
}

func (r *Reader) next() (scanner.Dumped, error) {
	line, err := r.line()
	if err != nil {
		return scanner.Dumped{}, fmt.Errorf("read archive: %w", err)
	}
	if bytes.HasPrefix(line, []byte(`{"records":`)) {
		return scanner.Dumped{}, r.finish(line)
	}
	r.sum.Write(line)
	record, err := scanner.DecodeDumped(line[:len(line)-1])
	if err != nil {
		return scanner.Dumped{}, fmt.Errorf("read archive: record %d: %w", r.counts.total()+1, err)
	}
	if r.counts[record.Kind()]++; r.counts["organisation"] > scanner.MaxDumpedOrganisations {
		return scanner.Dumped{}, fmt.Errorf("read archive: more than %d organisations: %w", scanner.MaxDumpedOrganisations, scanner.ErrFull)
	}
	return record, nil
}

// finish checks the last line, and that nothing follows. It returns io.EOF when all is well.
func (r *Reader) finish(line []byte) error {
	var last trailer
	if err := strict(line, &last); err != nil {
		return fmt.Errorf("read archive: %w", err)
	}
	if last.Records == nil || *last.Records != r.counts.total() || last.SHA256 != hex.EncodeToString(r.sum.Sum(nil)) {
		return fmt.Errorf("read archive: %w: its end does not fit the rest", ErrTorn)
	}
	if _, err := r.lines.ReadByte(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("read archive: %w: something follows its end", ErrTorn)
	}
	return io.EOF
}

// Counts is what was read until now.
func (r *Reader) Counts() Counts { return r.counts }
