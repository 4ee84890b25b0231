package web

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"golang.org/x/net/html"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

const (
	listBuffer = 16 << 10
	maxToken   = 4 << 20 // bytes of a tag or of a text between two, in a sitemap or feed
)

// openedList is a sitemap or feed as text.
type openedList struct {
	text   *bufio.Reader // UTF-8, as far as addresses go
	capped *capped
}

// openList takes off gzip and UTF-16, and ends after so many bytes of text.
func openList(r io.Reader, most int64) (openedList, error) {
	packed := bufio.NewReaderSize(r, listBuffer)
	var plain io.Reader = packed
	head, err := packed.Peek(2)
	if err != nil && !errors.Is(err, io.EOF) {
		return openedList{}, err
	}
	if bytes.Equal(head, []byte{0x1f, 0x8b}) {
		plain = &gunzip{packed: packed}
	}
	capped := &capped{reader: plain, left: most}
	decoded := bufio.NewReaderSize(capped, listBuffer)
	if head, _ := decoded.Peek(2); bytes.Equal(head, []byte{'<', 0}) { // UTF-16 without a byte order mark
		return openedList{bufio.NewReaderSize(transform.NewReader(decoded, unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewDecoder()), listBuffer), capped}, nil
	}
	text := transform.NewReader(decoded, unicode.BOMOverride(transform.Nop))
	return openedList{bufio.NewReaderSize(text, listBuffer), capped}, nil
}

// gunzip decompresses; what is broken ends the text, and is told afterwards.
type gunzip struct {
	packed io.Reader
	reader *gzip.Reader
	broken error
}

func (g *gunzip) Read(p []byte) (int, error) {
	var err error
	if g.reader == nil {
		if g.reader, err = gzip.NewReader(g.packed); err != nil {
			return 0, g.end(err)
		}
	}
	n, err := g.reader.Read(p)
	return n, g.end(err)
}

func (g *gunzip) end(err error) error {
	if err == nil || errors.Is(err, io.EOF) {
		return err
	}
	g.broken = err
	return io.EOF
}

// capped ends after so many bytes and remembers that it did.
type capped struct {
	reader io.Reader
	left   int64
	cut    bool
}

func (c *capped) Read(p []byte) (int, error) {
	if c.left <= 0 {
		var more [1]byte
		n, err := c.reader.Read(more[:])
		if n == 0 {
			return 0, err
		}
		c.cut = true
		return 0, io.EOF
	}
	n, err := c.reader.Read(p[:min(int64(len(p)), c.left)])
	c.left -= int64(n)
	return n, err
}

// item is one item of a feed, or one line of a sitemap.
type item struct {
	urls    []string
	guid    string // is an address where there is no other
	at      time.Time
	sitemap bool
}

func (i *item) link(text string) {
	if text = strings.TrimSpace(text); text != "" && len(text) <= maxWritten && len(i.urls) < maxItemLinks {
		i.urls = append(i.urls, text)
	}
}

// date keeps the latest.
func (i *item) date(text string) {
	if at := parseWhen(text); at.After(i.at) {
		i.at = at
	}
}

// lister reads sitemaps and feeds.
type lister struct {
	yield   func(listed) error
	most    int // lines
	listing listing
}

// errMany ends the reading of a list that is too long.
var errMany = errors.New("more lines than are read")

// give hands one line to yield.
func (l *lister) give(line listed) error {
	if l.listing.Pages+l.listing.Sitemaps >= l.most {
		return errMany
	}
	if line.Sitemap {
		l.listing.Sitemaps++
	} else {
		l.listing.Pages++
	}
	return l.yield(line)
}

func (l *lister) giveItem(i item) error {
	if len(i.urls) == 0 && isWebURL(i.guid) {
		i.link(i.guid)
	}
	for _, u := range i.urls {
		if err := l.give(listed{URL: u, At: i.at, Sitemap: i.sitemap}); err != nil {
			return err
		}
	}
	return nil
}

// end tells errors of the list from those of reading it.
func (l *lister) end(source openedList, err error) (listing, error) {
	inflated, packed := source.capped.reader.(*gunzip)
	switch {
	case errors.Is(err, errMany):
		l.listing.Truncated, err = fmt.Sprintf("more than %d addresses", l.most), nil
	case errors.Is(err, html.ErrBufferExceeded):
		l.listing.Truncated, err = "a tag or text that is too long", nil
	case err != nil:
	case source.capped.cut:
		l.listing.Truncated = "too large"
	case packed && inflated.broken != nil:
		l.listing.Truncated = "the gzip stream is broken"
	}
	return l.listing, err
}

// readMarkup reads a sitemap, an index of sitemaps, RSS, RSS 1.0 and Atom by their tags, well formed or not.
func (l *lister) readMarkup(r io.Reader) error {
	z := html.NewTokenizer(r)
	z.SetMaxBuf(maxToken)
	z.AllowCDATA(true)
	m := markup{lister: l}
	for {
		var err error
		switch token := z.Next(); token {
		case html.ErrorToken:
			return m.finish(z.Err())
		case html.StartTagToken, html.SelfClosingTagToken:
			name, attributes := z.TagName()
			err = m.open(z, string(name), attributes)
			z.NextIsNotRawText() // "title" and its like are tags like others here
			if err == nil && token == html.SelfClosingTagToken {
				err = m.close(string(name))
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			err = m.close(string(name))
		case html.TextToken:
			m.collect(z.Text())
		}
		if err != nil {
			return err
		}
	}
}

// markup is where in a list the reading is.
type markup struct {
	lister *lister
	whole  string // the name of the root, "" before the first tag
	root   string // the same without its prefix
	closed bool   // the root's end was read
	prefix string // of the root's name, with its colon
	inside string // the name of the item that is open, "" between items
	hidden bool   // inside of an Atom entry's source
	item   item
	field  string // whose text is collected
	text   []byte
}

// collect takes the text of a field, and a little more than what is still an address.
func (m *markup) collect(text []byte) {
	if m.field != "" {
		m.text = append(m.text, text[:min(len(text), maxWritten+1-len(m.text))]...)
	}
}

// local takes the root's prefix off a name.
func (m *markup) local(name string) string {
	if m.prefix == "" {
		return name
	}
	return strings.TrimPrefix(name, m.prefix)
}

// begin looks at the first tag.
func (m *markup) begin(name string) {
	local := name
	if prefix, rest, found := strings.Cut(name, ":"); found {
		if local = rest; local != "rdf" { // the items of RSS 1.0 have no prefix
			m.prefix = prefix + ":"
		}
	}
	m.whole, m.root = name, local
	switch local {
	case "urlset", "sitemapindex", "rss", "rdf", "feed":
	default:
		m.lister.listing.Unknown = true
	}
}

func (m *markup) open(z *html.Tokenizer, name string, attributes bool) error {
	if m.whole == "" {
		m.begin(name)
		return nil
	}
	name = m.local(name)
	m.field = ""
	switch {
	case m.lister.listing.Unknown:
		return nil
	case isItem(m.root, name):
		if err := m.give(); err != nil {
			return err
		}
		m.inside, m.hidden, m.item = name, false, item{sitemap: name == "sitemap"}
		m.item.guid = attribute(z, attributes, "rdf:about")
	case m.inside == "" || m.hidden:
	case name == "source":
		m.hidden = true
	default:
		m.openField(z, name, attributes)
	}
	return nil
}

func isItem(root, name string) bool {
	switch root {
	case "urlset":
		return name == "url"
	case "sitemapindex":
		return name == "sitemap"
	case "feed":
		return name == "entry"
	}
	return name == "item"
}

func (m *markup) openField(z *html.Tokenizer, name string, attributes bool) {
	switch name {
	case "link":
		if m.root == "feed" {
			m.atomLink(z, attributes)
			return
		}
	case "enclosure":
		m.item.link(attribute(z, attributes, "url"))
		return
	case "guid":
		if strings.EqualFold(attribute(z, attributes, "ispermalink"), "false") {
			return
		}
	case "loc", "lastmod", "pubdate", "dc:date", "updated", "published":
	default:
		return
	}
	m.field, m.text = name, m.text[:0]
}

// atomLink takes the entry's own page and what is attached to it.
func (m *markup) atomLink(z *html.Tokenizer, attributes bool) {
	href, rel := "", ""
	for attributes {
		var key, value []byte
		key, value, attributes = z.TagAttr()
		switch string(key) {
		case "href":
			href = string(value)
		case "rel":
			rel = strings.ToLower(string(value))
		}
	}
	if rel == "" || rel == "alternate" || rel == "enclosure" {
		m.item.link(href)
	}
}

// attribute is the value of an attribute, "" when there is none.
func attribute(z *html.Tokenizer, attributes bool, name string) string {
	for attributes {
		var key, value []byte
		key, value, attributes = z.TagAttr()
		if string(key) == name {
			return string(value)
		}
	}
	return ""
}

func (m *markup) close(name string) error {
	if name == m.whole {
		m.closed = true
		return nil
	}
	name = m.local(name)
	switch {
	case m.hidden:
		m.hidden = name != "source"
	case name == m.inside:
		return m.give()
	case name == m.field:
		m.closeField(string(m.text))
		m.field = ""
	}
	return nil
}

func (m *markup) closeField(text string) {
	switch m.field {
	case "loc", "link":
		m.item.link(text)
	case "guid":
		m.item.guid = strings.TrimSpace(text)
	default:
		m.item.date(text)
	}
}

// give hands over the item that is open.
func (m *markup) give() error {
	if m.inside == "" {
		return nil
	}
	done := m.item
	m.inside, m.item, m.field = "", item{}, ""
	return m.lister.giveItem(done)
}

// finish is the end of the text. What was read of the last item holds.
func (m *markup) finish(err error) error {
	if !errors.Is(err, io.EOF) {
		return err
	}
	list := &m.lister.listing
	if m.whole == "" {
		list.Unknown = true
	}
	if !list.Unknown && !m.closed {
		list.Truncated = "it ends in the middle"
	}
	return m.give()
}
