package fetch

import (
	"bufio"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path"
	"slices"
	"strings"
)

var errEncoding = errors.New("its compression cannot be read")

const (
	maxEncodings = 2        // one inside the other
	rawSlack     = 1 * mib  // what a compressed body may be longer than its content's cap
	drained      = 64 * kib // of the reading buffer
)

// body is the cap for an answer, in bytes after decompression. The server's word for its type decides; the name does where
// that says nothing.
func (l Limits) body(resp *http.Response, name string, r Request) int64 {
	limit := l.byType(resp.Header, name)
	switch r.Kind {
	case KindRobots:
		limit = l.Robots
	case KindSitemap:
		limit = l.Sitemap
	}
	if r.MaxBytes > 0 {
		limit = min(limit, r.MaxBytes)
	}
	return limit
}

func (l Limits) byType(h http.Header, name string) int64 {
	mediaType, _ := contentType(h)
	switch extension := asciiLower(path.Ext(name)); {
	case mediaType == "text/html", mediaType == "application/xhtml+xml":
		return l.HTML
	case mediaType == "application/pdf":
		return l.PDF
	case strings.Contains(mediaType, "officedocument"), strings.Contains(mediaType, "opendocument"),
		strings.HasPrefix(mediaType, "application/vnd.ms-"), mediaType == "application/msword":
		return l.Office
	case mediaType != "" && mediaType != "application/octet-stream" && mediaType != "binary/octet-stream":
		return l.Other
	case extension == ".pdf":
		return l.PDF
	case slices.Contains([]string{".docx", ".pptx", ".xlsx", ".odt", ".odp", ".ods", ".doc", ".ppt", ".xls"}, extension):
		return l.Office
	}
	return l.Other
}

// decode undoes the encodings of a body, lazily and under all caps; nil when there are none. Only what browsers call gzip and
// deflate is known; nothing else was asked for.
func decode(resp *http.Response, limit int64, l Limits) (io.Reader, error) {
	codings, err := codingsOf(resp.Header)
	if err != nil || len(codings) == 0 {
		return nil, err
	}
	raw := &counted{r: &capped{r: resp.Body, left: limit + rawSlack}}
	var r io.Reader = raw
	for i := len(codings) - 1; i >= 0; i-- {
		r = &bounded{r: &inflater{from: bufio.NewReaderSize(r, drained), coding: codings[i]}, raw: raw, limits: l}
	}
	return &capped{r: r, left: limit}, nil
}

func codingsOf(h http.Header) ([]string, error) {
	var codings []string
	for coding := range strings.SplitSeq(strings.Join(h.Values("Content-Encoding"), ","), ",") {
		switch coding = asciiLower(strings.TrimSpace(coding)); coding {
		case "", "identity":
		case "gzip", "x-gzip", "deflate":
			codings = append(codings, strings.TrimPrefix(coding, "x-"))
		default:
			return nil, fmt.Errorf("the server sent an encoding that was not asked for (%s)", printable(coding))
		}
	}
	if len(codings) > maxEncodings {
		return nil, fmt.Errorf("more than %d encodings, one inside the other", maxEncodings)
	}
	return codings, nil
}

// counted counts what was read.
type counted struct {
	r io.Reader
	n int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// capped fails with errCap when there is more than it lets through.
type capped struct {
	r    io.Reader
	left int64
}

func (c *capped) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if c.left == 0 {
		var beyond [1]byte
		n, err := io.ReadFull(c.r, beyond[:])
		if n > 0 {
			err = errCap
		}
		return 0, err
	}
	n, err := c.r.Read(p[:min(int64(len(p)), c.left)])
	c.left -= int64(n)
	return n, err
}

// bounded fails with errRatio when one layer gives too much for what was received.
type bounded struct {
	r      io.Reader
	raw    *counted
	given  int64
	limits Limits
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	b.given += int64(n)
	if b.given > b.limits.RatioFrom && b.given/b.limits.Ratio > b.raw.n {
		return 0, errRatio
	}
	return n, err
}

// inflater undoes one encoding. It reads nothing before it is read, so that an answer is not waited for twice.
type inflater struct {
	from   *bufio.Reader
	coding string
	r      io.Reader
}

func (f *inflater) Read(p []byte) (int, error) {
	if f.r == nil {
		if _, err := f.from.Peek(1); err != nil {
			return 0, err // an empty body is empty in every encoding
		}
		r, err := f.open()
		if err != nil {
			return 0, broken(err)
		}
		f.r = r
	}
	n, err := f.r.Read(p)
	return n, broken(err)
}

func (f *inflater) open() (io.Reader, error) {
	if f.coding == "gzip" {
		return gzip.NewReader(f.from)
	}
	// By RFC 9110 deflate has the zlib format; servers send it bare, too.
	head, err := f.from.Peek(2)
	if err == nil && head[0]&0x0f == 8 && (int(head[0])<<8|int(head[1]))%31 == 0 {
		return zlib.NewReader(f.from)
	}
	return flate.NewReader(f.from), nil
}

// broken marks what the decompressor itself complains about.
func broken(err error) error {
	var corrupt flate.CorruptInputError
	switch {
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum), errors.Is(err, zlib.ErrHeader),
		errors.Is(err, zlib.ErrChecksum), errors.Is(err, zlib.ErrDictionary), errors.As(err, &corrupt):
		return fmt.Errorf("%w: %w", errEncoding, err)
	}
	return err
}
