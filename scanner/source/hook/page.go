package hook

import (
	"io"
	"strings"
)

// Page is a document that has to be taken apart. It is what extract.Page asks for.
type Page struct {
	m *item
}

// URI is the place. It is not masked.
func (p *Page) URI() string { return p.m.uri }

// Host is the lower-case host of the page, "" when the place is no page of the web.
func (p *Page) Host() string { return p.m.host }

// ContentType is what the feeder says it is, and that it is UTF-8.
func (p *Page) ContentType() string { return p.m.mediaType + "; charset=utf-8" }

// Open returns the text. What it returns can also be read from any place and knows its size. It never fails.
func (p *Page) Open() (io.ReadCloser, error) { return text{strings.NewReader(p.m.text)}, nil }

// text adds Close to what has ReadAt and Size.
type text struct{ *strings.Reader }

func (text) Close() error { return nil }
