package extract

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"meetleaks/scanner"
)

// Limits bound what one source (a file, with all that is in it) may cost. Zero values stand for the defaults.
type Limits struct {
	Bytes   int64 // unpacked, in all; default 1 GiB
	Entries int   // of archives, in all; default 100,000
	Depth   int   // archives and compressions in each other; default 8
	Ratio   int64 // unpacked to packed size of one stream, once 1 MiB is unpacked; default 200
	Spool   int64 // held in memory for one source: documents that are read as a whole, archives in archives; default 24 MiB
}

func (l Limits) withDefaults() Limits {
	if l.Bytes <= 0 {
		l.Bytes = 1 << 30
	}
	if l.Entries <= 0 {
		l.Entries = 100_000
	}
	if l.Depth <= 0 {
		l.Depth = 8
	}
	if l.Ratio <= 0 {
		l.Ratio = 200
	}
	if l.Spool <= 0 {
		l.Spool = 24 << 20
	}
	return l
}

// Source is something to read. What Open returns may have ReadAt and Size as well, as files have; it is closed. A page of
// the web is a source that tells more, see [Page].
type Source interface {
	URI() string
	Open() (io.ReadCloser, error)
}

// Page is a source that came from a server.
type Page interface {
	Source
	// Host is the lower-case host of the page, for [scanner.Document.Host].
	Host() string
	// ContentType is what the server says it is. Of it the charset is believed where no mark in the content says otherwise,
	// and "text/html" where the content looks like it; else it is not.
	ContentType() string
}

// Options are what an extractor may be told. The zero value is usable.
type Options struct {
	Limits Limits
	// Child is the command that reads PDFs and images: this program with the arguments that make it call [ServeChild]. It
	// runs in a process of its own with bounded memory and time, since the libraries for these kinds break on bad input.
	// Without it these kinds are not read, which is told.
	Child []string
	// Now is the clock by which the next instance of a recurring event is found; nil is time.Now.
	Now func() time.Time
}

// Extractor makes documents of sources. It is safe for concurrent use. It holds 64 KiB for each level of each source that
// is being read, and Limits.Spool for each of at most two sources that need it; between them the memory of a few views, 384 KiB each.
type Extractor struct {
	limits   Limits
	child    []string
	now      func() time.Time
	spool    chan struct{} // held by the sources that spool
	large    chan struct{} // held by the source whose large document is made
	children chan struct{} // held by the sources for which a child works
	heads    sync.Pool     // *[]byte of headSize
	views    sync.Pool     // *view, empty, of those that were read
}

// The most sources that spool, and for which a child process works, at the same time. Of documents that are made of more than largeWhole
// bytes one is at a time: the text and the places of two would not fit the memory.
const (
	maxSpools   = 2
	maxChildren = 2
	largeWhole  = 2 << 20
)

// New returns an extractor.
func New(o Options) *Extractor {
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Extractor{
		limits:   o.Limits.withDefaults(),
		child:    o.Child,
		now:      o.Now,
		spool:    make(chan struct{}, maxSpools),
		large:    make(chan struct{}, 1),
		children: make(chan struct{}, maxChildren),
		heads: sync.Pool{New: func() any {
			b := make([]byte, headSize)
			return &b
		}},
		views: sync.Pool{New: func() any { return new(view) }},
	}
}

// headSize is how much is read to decide what something is. What is no larger is held and matched in memory.
const headSize = 64 << 10

// sniffSize is as much of a large file as the decision needs.
const sniffSize = 4 << 10

// Unit returns the documents in source as a unit of work.
func (x *Extractor) Unit(source Source) scanner.Unit {
	return func(ctx context.Context, yield func(scanner.Document) error, skip func(scanner.Skip)) error {
		_, err := x.Read(ctx, source, yield, skip)
		return err
	}
}

// Read hands the documents in source to yield, and what cannot be read to skip. The outline is that of source itself, if it
// is a page of HTML, not of documents packed in it. Read stops at the first error of yield, or when ctx is cancelled, and
// returns that error.
func (x *Extractor) Read(ctx context.Context, source Source, yield func(scanner.Document) error, skip func(scanner.Skip)) (scanner.Outline, error) {
	uri := source.URI()
	w := &work{Extractor: x, ctx: ctx, yield: yield, skip: skip, budget: budget{Limits: x.limits, ctx: ctx}}
	defer w.freeSpool()
	r, err := source.Open()
	if err != nil {
		w.report(uri, err)
		return scanner.Outline{}, nil
	}
	c := content{uri: uri, name: uri, reader: r}
	if page, ok := source.(Page); ok {
		c.host, c.declared = page.Host(), page.ContentType()
	}
	if at, ok := r.(at); ok && at.Size() > 0 { // files of /proc say 0
		c.at = at
	}
	err = w.content(c)
	if closing := r.Close(); err == nil && closing != nil {
		w.report(uri, closing)
	}
	return w.outline, err
}

// at can be read from any place.
type at interface {
	io.ReaderAt
	Size() int64
}

// content is bytes at a place.
type content struct {
	uri    string
	name   string // the last part of uri
	reader io.Reader
	at     at // the same bytes, or nil when they can only be read from front to back
	depth  int

	host     string // of the page, "" for files
	declared string // the content type that the server, or the mail around it, gives it; "" for files
}

// work is the reading of one source.
type work struct {
	*Extractor
	ctx    context.Context
	yield  func(scanner.Document) error
	skip   func(scanner.Skip)
	budget budget
	spools bool // this source holds the spool
	large  bool // and makes a large document

	outline scanner.Outline // of the source itself
}

// report says that something could not be read.
func (w *work) report(uri string, err error) {
	cause := scanner.Failure
	var choice interface{ Policy() bool }
	if errors.As(err, &choice) && choice.Policy() {
		cause = scanner.Policy
	}
	w.skip(scanner.Skip{URI: uri, Reason: scanner.Reason(err), Cause: cause})
}

// policy is an error that stands for a choice of ours.
type policy string

func (p policy) Error() string { return string(p) }
func (p policy) Policy() bool  { return true }

// content reads whatever c is. Its error ends the work: that of yield, or of a cancelled context. All else is reported.
func (w *work) content(c content) error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	buffer := w.heads.Get().(*[]byte)
	defer w.heads.Put(buffer)
	head, whole, err := readHead(c, *buffer)
	if err != nil && len(head) == 0 {
		w.report(c.uri, err)
		return nil
	}
	switch {
	case whole:
		c.at = bytes.NewReader(head)
		c.reader = bytes.NewReader(head)
	case c.at != nil:
		c.reader = io.NewSectionReader(c.at, 0, c.at.Size())
	default:
		c.reader = io.MultiReader(bytes.NewReader(head), failing{c.reader, err})
	}
	return w.kind(c, head, whole)
}

// readHead reads the start of c into b. whole says that it is all; the error is why there is no more, if not the end.
func readHead(c content, b []byte) (head []byte, whole bool, err error) {
	size := int64(-1)
	if c.at != nil {
		size = c.at.Size()
	}
	if size > int64(len(b)) {
		n, err := c.at.ReadAt(b[:sniffSize], 0)
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF // it shrank
		}
		return b[:n], false, err
	}
	n := 0
	for idle := 0; n < len(b) && idle < 100; idle++ {
		k, err := c.reader.Read(b[n:])
		n += k
		if errors.Is(err, io.EOF) || int64(n) == size {
			return b[:n], true, nil
		}
		if err != nil {
			return b[:n], false, err
		}
		if k > 0 {
			idle = -1
		}
	}
	return b[:n], false, nil
}

// failing reads on, or fails with what has happened already.
type failing struct {
	io.Reader
	err error
}

func (f failing) Read(p []byte) (int, error) {
	if f.err != nil {
		return 0, f.err
	}
	return f.Reader.Read(p)
}

// kind hands c to what reads its kind.
func (w *work) kind(c content, head []byte, whole bool) error {
	k := c.kind(head)
	switch {
	case !k.how.packs():
		return w.readWithZip(c, k, head, whole)
	case c.depth >= w.budget.Depth:
		w.report(c.uri, w.tooDeep())
		return nil
	}
	return w.readAs(c, k, head, whole)
}

func (w *work) tooDeep() error { return fmt.Errorf("packed more than %d times", w.budget.Depth) }

// readAs reads c as k.
func (w *work) readAs(c content, k kind, head []byte, whole bool) error {
	switch k.how {
	case unread:
		w.report(c.uri, policy("this kind is not read yet: "+k.media))
		return nil
	case asGzip, asBzip2:
		return w.compressed(c, k.how)
	case asTar:
		return w.tar(c)
	case asZip:
		return w.zip(c)
	case asZstd:
		return w.zstd(c)
	case asHTML:
		return w.html(c, head, whole)
	case asCalendar:
		return w.calendar(c, head, whole)
	case asVCard:
		return w.vcard(c, head, whole)
	case asFeed:
		return w.feed(c, head, whole)
	case asTable:
		return w.table(c, head, whole)
	case asMail:
		return w.mail(c, head, whole)
	case asMbox:
		return w.mbox(c)
	case asWARC:
		return w.warc(c)
	case asRTF:
		return w.rtf(c, head, whole)
	case asOLE:
		return w.ole(c, k)
	case asPDF, asImage:
		return w.inChild(c, k)
	}
	return w.text(c, head, whole)
}

// text yields c as a document.
func (w *work) text(c content, head []byte, whole bool) error {
	doc := scanner.Document{URI: c.uri, MediaType: MediaType(head, c.name), Host: c.host}
	enc := encodingOf(head)
	declared, isDeclared := decodeDeclared(c.declared, head, c.reader)
	switch {
	case enc.width > 0:
		doc.Text = newDecoder(c.reader, enc)
	case enc.mark == 0 && isDeclared:
		doc.Text = declared
	case whole:
		doc.Text = bytes.NewBuffer(head[enc.mark:])
	case c.at != nil:
		doc.Text = io.NewSectionReader(c.at, enc.mark, c.at.Size()-enc.mark)
	default:
		_, err := io.CopyN(io.Discard, c.reader, enc.mark)
		doc.Text = failing{c.reader, err}
	}
	return w.yield(doc)
}
