package polled

import (
	"bytes"
	"context"
	"io"

	"meetleaks/scanner"
)

// Reader makes documents of a page, as that of the web source does: it hands them to yield, and what of it cannot be read to
// skip, and returns yield's first error, or the context's, and no other. An extract.Extractor's Read is one.
type Reader func(ctx context.Context, page *Page, yield func(scanner.Document) error, skip func(scanner.Skip)) (scanner.Outline, error)

// Page is what has to be taken apart: a document, or a part of one. It is what extract.Page asks for.
type Page struct {
	uri, host, kind string
	body            []byte
}

// NewPage is the page of a place, on a host, with its content type.
func NewPage(uri, host, kind string, body []byte) *Page { return &Page{uri, host, kind, body} }

// URI is the place. It is not masked.
func (p *Page) URI() string { return p.uri }

// Host is the lower-case host that answered.
func (p *Page) Host() string { return p.host }

// ContentType is what it is, with its charset as far as that is known.
func (p *Page) ContentType() string { return p.kind }

// Open returns the text. What it returns can also be read from any place and knows its size. It never fails.
func (p *Page) Open() (io.ReadCloser, error) { return body{bytes.NewReader(p.body)}, nil }

// body adds Close to what has ReadAt and Size.
type body struct{ *bytes.Reader }

func (body) Close() error { return nil }
