package extract

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/zlib"
	"errors"
	"io"
	"strconv"
	"strings"
)

// response reads an HTTP response (RFC 9112): its header into the view, its body as a document. Many writers of WARC undo
// the encodings of the body and leave the header as it was, so what the header says counts only where the body looks so.
func (f *warc) response(name string, block *warcBlock) error {
	text := bufio.NewReaderSize(block, warcBuffer)
	if mark, _ := text.Peek(len("HTTP/")); string(mark) != "HTTP/" {
		return f.hand(name, "", text)
	}
	h, err := readFields(text)
	if err != nil {
		f.fault(f.c.uri+"!"+name, err)
	}
	if err := f.note(name+"!http", h.raw); err != nil {
		return err
	}
	body, damaged := f.unchunked(h, text)
	if err := f.hand(name, h.get("content-type"), f.inflated(h, name, body)); err != nil {
		return err
	}
	if err := damaged(); err != nil {
		f.fault(f.c.uri+"!"+name, err)
	}
	behind, err := io.ReadAll(io.LimitReader(text, maxWARCNote))
	if err != nil || len(bytes.TrimSpace(behind)) == 0 {
		return nil //nolint:nilerr // the error is met again at the end of the block
	}
	return f.note(name+"!trailer", behind)
}

// unchunked undoes the chunked transfer coding. damaged says, once all is read, what of it was broken.
func (f *warc) unchunked(h mailHeader, text *bufio.Reader) (body *bufio.Reader, damaged func() error) {
	fine := func() error { return nil }
	if !strings.Contains(strings.ToLower(h.get("transfer-encoding")), "chunked") {
		return text, fine
	}
	start, _ := text.Peek(maxChunkLine)
	if size, _ := chunkSize(start); size < 0 {
		return text, fine
	}
	c := &chunks{text: text}
	return bufio.NewReaderSize(c, lineBuffer), c.damaged
}

// inflated undoes the content coding deflate. Those of gzip and zstd are known by their first bytes wherever they stand.
func (f *warc) inflated(h mailHeader, name string, body *bufio.Reader) io.Reader {
	encoding := strings.ToLower(h.get("content-encoding"))
	start, _ := body.Peek(minGuess)
	if looksPlain(start) {
		return body
	}
	switch encoding {
	case "deflate":
		packed := newPacked(body)
		var unpacked io.Reader = flate.NewReader(packed)
		if len(start) > 1 && start[0]&0xf == 8 && (int(start[0])<<8|int(start[1]))%31 == 0 { // RFC 1950, section 2.2
			z, err := zlib.NewReader(packed)
			if err != nil {
				f.fault(f.c.uri+"!"+name, broken("deflate", err))
				return packed
			}
			unpacked = z
		}
		return &meter{unpacked: named{unpacked, "deflate"}, packed: packed.count, budget: &f.budget}
	case "br", "compress", "dcb", "dcz":
		f.report(f.c.uri+"!"+name, policy("this content encoding is not read yet: "+encoding))
	}
	return body
}

// looksPlain says that text does not look compressed.
func looksPlain(start []byte) bool {
	for _, b := range start {
		if !isASCIIText(b) {
			return false
		}
	}
	return true
}

// maxChunkLine bounds the line with a chunk's size and extensions, in bytes.
const maxChunkLine = 4 << 10

// chunks undoes the chunked transfer coding (RFC 9112, section 7.1) up to the last chunk; the trailer stays in text. From
// where it is broken the text is given as it is.
type chunks struct {
	text   *bufio.Reader
	left   int64 // of the chunk
	begun  bool
	raw    bool // it is broken: the rest is given as it is
	broken bool
	err    error
}

func (c *chunks) damaged() error {
	if c.broken {
		return errors.New("broken HTTP: the chunks of a body are damaged")
	}
	return nil
}

func (c *chunks) Read(p []byte) (int, error) {
	if c.err != nil {
		return 0, c.err
	}
	if c.left == 0 && !c.raw {
		c.next()
	}
	if c.err != nil {
		return 0, c.err
	}
	if !c.raw {
		p = p[:min(int64(len(p)), c.left)]
	}
	n, err := c.text.Read(p)
	if !c.raw {
		c.left -= int64(n)
		if errors.Is(err, io.EOF) {
			c.broken = true // it ends within a chunk
		}
	}
	c.err = err
	return n, err
}

// next reads the line in front of a chunk.
func (c *chunks) next() {
	end := 0
	if c.begun { // the line end behind the last chunk
		line, _ := c.text.Peek(2)
		end = len(line) - len(bytes.TrimPrefix(bytes.TrimPrefix(line, []byte("\r")), []byte("\n")))
	}
	line, _ := c.text.Peek(end + maxChunkLine)
	size, n := chunkSize(line[end:])
	if size < 0 {
		c.raw, c.broken = true, true
		return
	}
	_, _ = c.text.Discard(end + n) // they were peeked
	c.begun, c.left = true, size
	if size == 0 {
		c.err = io.EOF
	}
}

// chunkSize reads the line in front of a chunk, which is n bytes long; size is -1 when it is none.
func chunkSize(b []byte) (size int64, n int) {
	line, _, ok := bytes.Cut(b, []byte("\n"))
	if !ok {
		return -1, 0
	}
	digits, _, _ := bytes.Cut(line, []byte(";"))
	size, err := strconv.ParseInt(string(bytes.Trim(digits, " \t\r")), 16, 62)
	if err != nil || size < 0 {
		return -1, 0
	}
	return size, len(line) + 1
}
