package feed

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/mmcdole/gofeed/atom"
	ext "github.com/mmcdole/gofeed/extensions"
	"github.com/mmcdole/gofeed/rss"
	"golang.org/x/net/html/charset"
)

// The bounds of a feed in XML. The library walks extensions by recursion, joins texts piece by piece and copies the names of
// namespaces for each element: beyond these bounds that would take minutes, or the stack.
const (
	maxDepth  = 100
	maxTokens = 1 << 20
	maxSpaces = 2000    // declarations of namespaces
	maxCopied = 1 << 28 // bytes that joining texts may copy
	maxMerged = 1 << 24 // names that namespaces may be copied for
)

// surveyed is what a first look at XML finds.
type surveyed struct {
	root string // lower case, without prefix
	good int64  // the end of the last item that was whole, or 0
	err  error  // what is wrong; nil: nothing
}

// errBounds says that a feed breaks a bound.
var errBounds = errors.New("deeper or denser than is read")

// survey reads XML as the library will, and measures it.
func survey(body []byte) surveyed {
	d := xml.NewDecoder(bytes.NewReader(body))
	d.Strict, d.CharsetReader = false, charset.NewReaderLabel
	var out surveyed
	g := gauge{}
	for {
		token, err := d.Token()
		if err != nil {
			if !errors.Is(err, io.EOF) || len(g.open) > 0 {
				out.err = err
			}
			return out
		}
		if err := g.token(token); err != nil {
			out.err = err
			return out
		}
		switch t := token.(type) {
		case xml.StartElement:
			if out.root == "" {
				out.root = strings.ToLower(t.Name.Local)
			}
		case xml.EndElement:
			if name := strings.ToLower(t.Name.Local); name == "item" && len(g.open) <= 2 || name == "entry" && len(g.open) == 1 {
				out.good = d.InputOffset()
			}
		}
	}
}

// gauge measures XML against the bounds.
type gauge struct {
	open   []int // bytes of text so far in what is open
	tokens int
	spaces int
	copied int
	merged int
}

func (g *gauge) token(token xml.Token) error {
	g.tokens++
	switch t := token.(type) {
	case xml.StartElement:
		for _, a := range t.Attr {
			if a.Name.Space == "xmlns" || a.Name.Local == "xmlns" {
				g.spaces++
			}
		}
		g.merged += g.spaces
		g.open = append(g.open, 0)
	case xml.EndElement:
		g.open = g.open[:max(len(g.open)-1, 0)]
	case xml.CharData:
		if n := len(g.open); n > 0 {
			g.open[n-1] += len(t)
			g.copied += g.open[n-1]
		}
	}
	if len(g.open) > maxDepth || g.tokens > maxTokens || g.spaces > maxSpaces || g.copied > maxCopied || g.merged > maxMerged {
		return errBounds
	}
	return nil
}

// controls drops what XML does not allow, as the library does: places in a text are then the same for both.
func controls(body []byte) []byte {
	bad := func(r rune) bool { return r < ' ' && r != '\t' && r != '\n' && r != '\r' }
	if !bytes.ContainsFunc(body, bad) {
		return body
	}
	kept := make([]byte, 0, len(body))
	for _, b := range body {
		if !bad(rune(b)) {
			kept = append(kept, b)
		}
	}
	return kept
}

// closeAll fits nothing that is open: a lenient reader closes everything by it.
const closeAll = "</meetleaks-end>"

// xml reads RSS and Atom. Of a feed that breaks off, or breaks, the items in front of that are read.
func (l *listing) xml(body []byte) error {
	body = controls(body)
	found := survey(body)
	switch {
	case found.root != "rss" && found.root != "rdf" && found.root != "feed":
		return errNoFeed
	case errors.Is(found.err, errBounds):
		return fmt.Errorf("%w: %w", errParse, found.err)
	case found.err != nil && (found.good == 0 || found.good > int64(len(body))):
		return errParse
	case found.err != nil:
		if !l.cut {
			l.broken = 1
		}
		body = slices.Concat(body[:found.good], []byte(closeAll))
	}
	if found.root == "feed" {
		return l.atom(body)
	}
	return l.rss(body)
}

func (l *listing) rss(body []byte) error {
	read, err := (&rss.Parser{}).Parse(bytes.NewReader(body))
	if err != nil {
		return errParse
	}
	l.ttl, l.skipHours, l.skipDays = readTTL(read.TTL), readSkipHours(read.SkipHours), readSkipDays(read.SkipDays)
	var about item
	about.markup(read.Title)
	about.markup(read.Description)
	for _, link := range read.Links {
		about.plain(link)
	}
	if read.Image != nil {
		about.plain(read.Image.Link)
		about.markup(read.Image.Description)
	}
	extensions(&about, read.Extensions, 0)
	l.about = about.parts
	for _, e := range read.Extensions["atom"]["link"] {
		l.link(e.Attrs["rel"], e.Attrs["href"])
	}
	for _, one := range read.Items {
		l.append(rssItem(one))
	}
	return nil
}

func rssItem(one *rss.Item) item {
	it := item{link: one.Link}
	if one.GUID != nil {
		it.id = one.GUID.Value
	}
	it.dated(one.PubDateParsed)
	if dc := one.DublinCoreExt; dc != nil && it.posted.IsZero() {
		for _, text := range dc.Date {
			it.dated(rfc3339(text))
		}
	}
	it.markup(one.Title)
	it.markup(one.Content)
	it.markup(one.Description)
	for _, link := range one.Links {
		it.plain(link)
	}
	if it.id != it.link {
		it.plain(it.id)
	}
	it.plain(one.Comments)
	for _, e := range one.Enclosures {
		it.plain(e.URL)
	}
	if one.Source != nil {
		it.plain(one.Source.URL)
	}
	for _, c := range one.Categories {
		it.plain(c.Value)
	}
	for _, name := range sortedKeys(one.Custom) {
		it.markup(one.Custom[name])
	}
	extensions(&it, one.Extensions, 0)
	return it
}

func (l *listing) atom(body []byte) error {
	read, err := (&atom.Parser{}).Parse(bytes.NewReader(body))
	if err != nil {
		return errParse
	}
	var about item
	about.markup(read.Title)
	about.markup(read.Subtitle)
	about.markup(read.Rights)
	atomLinks(&about, read.Links)
	extensions(&about, read.Extensions, 0)
	l.about = about.parts
	for _, link := range read.Links {
		if link != nil {
			l.link(link.Rel, link.Href)
		}
	}
	for _, one := range read.Entries {
		l.append(atomItem(one))
	}
	return nil
}

func atomItem(one *atom.Entry) item {
	it := item{id: one.ID}
	for _, link := range one.Links {
		if link != nil && (link.Rel == "alternate" || link.Rel == "") && it.link == "" {
			it.link = link.Href
		}
	}
	it.dated(one.PublishedParsed, one.UpdatedParsed)
	it.markup(one.Title)
	if one.Content != nil {
		it.markup(one.Content.Value)
		it.plain(one.Content.Src)
	}
	it.markup(one.Summary)
	it.markup(one.Rights)
	atomLinks(&it, one.Links)
	if it.id != it.link {
		it.plain(it.id)
	}
	for _, c := range one.Categories {
		it.plain(c.Label + " " + c.Term)
	}
	extensions(&it, one.Extensions, 0)
	return it
}

func atomLinks(it *item, links []*atom.Link) {
	for _, link := range links {
		if link != nil && link.Rel != "hub" {
			it.plain(link.Title + " " + link.Href)
		}
	}
}

// link notes the hub and the topic that a feed names.
func (l *listing) link(rel, href string) {
	switch rel {
	case "hub":
		if l.hub == "" {
			l.hub = href
		}
	case "self":
		l.topic = href
	}
}

// personal are the names of extensions that hold who wrote something, and no text.
func personal(name string) bool {
	switch strings.ToLower(name) {
	case "creator", "author", "contributor", "credit", "owner", "publisher":
		return true
	}
	return false
}

// extensions adds the texts and attributes of elements that are not of the format itself: media:description, ev:location and the like.
func extensions(it *item, all ext.Extensions, depth int) {
	for _, prefix := range sortedKeys(all) {
		for _, name := range sortedKeys(all[prefix]) {
			for _, one := range all[prefix][name] {
				extension(it, one, depth)
			}
		}
	}
}

func extension(it *item, one ext.Extension, depth int) {
	if depth > maxDepth || personal(one.Name) || one.Attrs["rel"] == "hub" {
		return
	}
	it.markup(one.Value)
	for _, name := range sortedKeys(one.Attrs) {
		if strings.ContainsAny(one.Attrs[name], "/.: ") {
			it.plain(one.Attrs[name])
		}
	}
	for _, name := range sortedKeys(one.Children) {
		for _, child := range one.Children[name] {
			extension(it, child, depth+1)
		}
	}
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
