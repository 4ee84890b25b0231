package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
)

// Kind says what a request is for; it decides the body's cap where the answer's type does not.
type Kind string

// The kinds.
const (
	KindPage    Kind = "page" // anything that may hold links; the default. The cap follows the answer's type
	KindSitemap Kind = "sitemap"
	KindFeed    Kind = "feed"
	KindRobots  Kind = "robots" // for the package's own use; a caller's is taken as KindPage
)

// Request is one URL to read and how.
type Request struct {
	URL        string
	Kind       Kind       // "": KindPage
	Validators Validators // of the copy that was read before; zero: none
	MaxBytes   int64      // of the body, decompressed; 0: the cap of Limits. It only ever lowers that cap
	// Enter is asked about each redirect's target before it is requested, and its error refuses it; nil: all may be. Only for
	// [Client.Get]: who uses the Client as a RoundTripper follows redirects himself.
	Enter func(*url.URL) error
}

// Validators are what a server needs to say that nothing changed since.
type Validators struct {
	ETag         string
	LastModified string
	Length       int64 // bytes that the full answer took on the wire, see Page.Wire: what a 304 saves; 0: unknown
}

// Page is what was read of a URL.
type Page struct {
	URL    string // after redirects; not masked
	Moved  string // where the redirects lead that are for good (301, 308), up to the first that is not; "": none is. Not masked
	Status int
	Header http.Header
	Body   []byte // decompressed

	// Truncated is "" when Body is whole, and else says what is missing; such a page is never clean. TruncatedBy is its class:
	// TooLarge, Slow or Truncated.
	Truncated   string
	TruncatedBy Class

	NotModified bool  // 304: Body is empty, the copy read before still holds
	Wire        int64 // bytes received, with headers, of all hops

	ContentType string     // from the header, lower case, without parameters; "" when unreadable
	Charset     string     // the header's charset, lower case; "" when it names none. Bodies may know better
	Tags        Tags       // of X-Robots-Tag
	Validators  Validators // to be kept for the next time
}

// StatusError is nil for an answer that holds the page or says that it did not change, and else an Error of class BadStatus.
func (p *Page) StatusError() error {
	if p.NotModified || p.Status >= 200 && p.Status < 300 {
		return nil
	}
	return &Error{Class: BadStatus, URL: p.URL, Err: fmt.Errorf("the server answered %d", p.Status)}
}

// Get reads one page, with its redirects and up to its cap. Whatever the status, what the server sent is returned; see
// [Page.StatusError]. All errors are of type *Error. A body that was cut is returned, with Page.Truncated set, and no error.
func (c *Client) Get(ctx context.Context, r Request) (*Page, error) {
	return c.get(WithTrace(ctx, r))
}

func (c *Client) get(ctx context.Context, trace *Trace) (*Page, error) {
	r := trace.request
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.URL, nil)
	if err != nil {
		err = syntaxError(err)
		c.stats.refuse(Refused)
		return nil, &Error{Class: Refused, URL: r.URL, Err: err}
	}
	client := c.HTTP()
	client.CheckRedirect = func(req *http.Request, via []*http.Request) error { return c.enter(r, req, via) }
	resp, err := client.Do(req)
	if err != nil {
		return nil, AsError(err, r.URL)
	}
	body, err := io.ReadAll(resp.Body)
	closing := resp.Body.Close()
	if err = errors.Join(err, closing); err != nil {
		return nil, AsError(err, resp.Request.URL.String())
	}
	return newPage(resp, body, trace), nil
}

func (c *Client) enter(r Request, req *http.Request, via []*http.Request) error {
	if err := c.CheckRedirect(req, via); err != nil || r.Enter == nil {
		return err
	}
	if err := r.Enter(req.URL); err != nil {
		return c.refusal(Refused, req.URL, err)
	}
	return nil
}

// syntaxError takes the URL out of what net/url says.
func syntaxError(err error) error {
	if outer, ok := errors.AsType[*url.Error](err); ok {
		return fmt.Errorf("not a URL: %w", outer.Err)
	}
	return err
}

func newPage(resp *http.Response, body []byte, trace *Trace) *Page {
	p := &Page{
		URL: resp.Request.URL.String(), Moved: movedTo(resp.Request), Status: resp.StatusCode, Header: resp.Header, Body: body,
		NotModified: resp.StatusCode == http.StatusNotModified,
		Tags:        ParseRobotsTag(resp.Header.Values("X-Robots-Tag")),
	}
	p.TruncatedBy, p.Truncated = trace.Truncated()
	p.Wire = trace.Wire()
	p.ContentType, p.Charset = contentType(resp.Header)
	p.Validators = Validators{ETag: resp.Header.Get("ETag"), LastModified: resp.Header.Get("Last-Modified"), Length: p.Wire}
	return p
}

// movedTo is where the redirects for good lead that came before any other. req is the last request of the way.
func movedTo(req *http.Request) string {
	moved := ""
	for at := req; at != nil && at.Response != nil; at = at.Response.Request {
		if status := at.Response.StatusCode; status != http.StatusMovedPermanently && status != http.StatusPermanentRedirect {
			moved = ""
		} else if moved == "" {
			moved = at.URL.String()
		}
	}
	return moved
}

// contentType reads the header as far as it can be read.
func contentType(h http.Header) (mediaType, charset string) {
	mediaType, params, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil && !errors.Is(err, mime.ErrInvalidMediaParameter) {
		return "", ""
	}
	return mediaType, asciiLower(params["charset"])
}
