package web

import (
	"bytes"
	"context"
	"io"

	"meetleaks/scanner"
)

// Page is a page that was fetched. Its body lies in memory, and is the same however often it is opened.
type Page struct {
	uri         string
	host        string
	contentType string
	body        []byte
}

// URI is the address after redirects, in canonical form. It is not masked.
func (p *Page) URI() string { return p.uri }

// Host is the lower-case host of the page, without a port.
func (p *Page) Host() string { return p.host }

// ContentType is the server's Content-Type field as it was sent, "" when there is none.
func (p *Page) ContentType() string { return p.contentType }

// Open returns the body, decompressed as far as the transfer was compressed. What it returns can also be read from any place
// and knows its size. It never fails.
func (p *Page) Open() (io.ReadCloser, error) { return body{bytes.NewReader(p.body)}, nil }

// body adds Close to what has ReadAt and Size.
type body struct{ *bytes.Reader }

func (body) Close() error { return nil }

// Reader makes documents of a page: it hands them to yield, and what of it cannot be read to skip. The outline is what the page
// says of itself and where it leads. It returns yield's first error, or the context's, and no other. It is called by several
// goroutines at a time, each with a page of its own; documents must not be used after yield returned. An extract.Extractor's
// Read is one.
type Reader func(ctx context.Context, page *Page, yield func(scanner.Document) error, skip func(scanner.Skip)) (scanner.Outline, error)
