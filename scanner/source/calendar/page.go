package calendar

import (
	"bytes"
	"io"
)

// Page is a calendar that has to be taken apart. It is what extract.Page asks for.
type Page struct {
	uri, host, kind string
	body            []byte
}

// URI is the place. It is not masked.
func (p *Page) URI() string { return p.uri }

// Host is the lower-case host that answered.
func (p *Page) Host() string { return p.host }

// ContentType is what it is, with the charset that its server names.
func (p *Page) ContentType() string { return p.kind }

// Open returns the text. What it returns can also be read from any place and knows its size. It never fails.
func (p *Page) Open() (io.ReadCloser, error) { return body{bytes.NewReader(p.body)}, nil }

// body adds Close to what has ReadAt and Size.
type body struct{ *bytes.Reader }

func (body) Close() error { return nil }
