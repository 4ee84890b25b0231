package feed

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"golang.org/x/net/html/charset"

	"meetleaks/scanner/source/polled"
)

// listing is what a feed lists, whatever its format.
type listing struct {
	about  []part // what the feed says of itself
	items  []item
	more   int  // items beyond MaxItems
	cut    bool // the feed is longer than was read, or lists more
	broken int  // items that could not be understood, 1 for what stands behind a break

	ttl       int
	skipHours uint32
	skipDays  uint8

	hub, topic string // WebSub
}

// item is one item of a feed.
type item struct {
	id, link string
	parts    []part
	posted   time.Time // or last changed; zero: not known
	cut      bool
	size     int
}

// known is what tells an item from others: its id, else its link, else what it holds.
func (it *item) known() []string {
	switch {
	case it.id != "":
		return []string{"id", it.id}
	case it.link != "":
		return []string{"link", it.link}
	}
	out := []string{"text"}
	for _, p := range it.parts {
		out = append(out, p.text)
	}
	return out
}

// The bounds of an item.
const (
	maxParts  = 500
	maxPosted = 9999 // the last year that is believed
)

// markup adds a text that may be HTML.
func (it *item) markup(text string) {
	kind := ""
	if strings.ContainsAny(text, "<&") {
		kind = kindHTML
		text = "<!DOCTYPE html><html><body>" + text
	}
	it.add(kind, text)
}

// plain adds a text that is none, or an address.
func (it *item) plain(text string) { it.add("", text) }

func (it *item) add(kind, text string) {
	if text = strings.ToValidUTF8(text, "\ufffd"); strings.TrimSpace(text) == "" {
		return
	}
	if len(it.parts) >= maxParts || it.size+len(text) > MaxItemText {
		it.cut = true
		if len(it.parts) >= maxParts {
			return
		}
		text = strings.ToValidUTF8(text[:max(MaxItemText-it.size, 0)], "")
	}
	it.size += len(text)
	it.parts = append(it.parts, part{kind, text})
}

// dated notes times; the latest counts.
func (it *item) dated(times ...*time.Time) {
	for _, t := range times {
		if t != nil && t.Year() > 1970 && t.Year() <= maxPosted && t.After(it.posted) {
			it.posted = t.UTC()
		}
	}
}

// append adds an item as far as there is room.
func (l *listing) append(it item) {
	if len(l.items) >= MaxItems {
		l.more++
		l.cut = true
		return
	}
	l.items = append(l.items, it)
}

// The errors of parse.
var (
	errNoFeed = errors.New("answered with something that is no feed")
	errParse  = errors.New("cannot be understood")
)

// parse reads RSS 0.9x, 1.0 and 2.0, Atom and JSON Feed. charset is that of the answer's header, which is believed when the feed does not
// name one itself; cut says that the body's end is missing. errNoFeed says that it is something else; any other error, that it could
// not be understood. Memory and time are bounded; a panic of the library is an error.
func parse(body []byte, declared string, cut bool) (*listing, error) {
	body = inUTF8(body, declared)
	l := &listing{cut: cut}
	var err error
	switch head := bytes.TrimLeft(body, " \t\r\n"); {
	case bytes.HasPrefix(head, []byte("{")):
		err = polled.Contained(func() error { return l.json(head) })
	case bytes.HasPrefix(head, []byte("<")):
		err = polled.Contained(func() error { return l.xml(head) })
	default:
		err = errNoFeed
	}
	if errors.Is(err, polled.ErrBroken) {
		err = fmt.Errorf("%w: the library broke", errParse)
	}
	if err != nil {
		return nil, err
	}
	return l, nil
}

// inUTF8 takes a mark of UTF-8 off, and decodes what is in another charset: the one that XML itself names goes before the header's.
func inUTF8(body []byte, declared string) []byte {
	switch {
	case bytes.HasPrefix(body, []byte("\xef\xbb\xbf")):
		return body[3:]
	case bytes.HasPrefix(body, []byte("\xfe\xff")):
		return decoded("utf-16be", body[2:])
	case bytes.HasPrefix(body, []byte("\xff\xfe")):
		return decoded("utf-16le", body[2:])
	}
	if own := ownCharset(body); own != "" {
		declared = own
	}
	if declared == "" || declared == "utf-8" || declared == "utf8" {
		return body
	}
	return decoded(declared, body)
}

// ownCharset is the charset that the first line of XML names, in lower case.
func ownCharset(body []byte) string {
	head, _, whole := bytes.Cut(bytes.TrimLeft(body[:min(len(body), 256)], " \t\r\n"), []byte("?>"))
	_, label, named := bytes.Cut(head, []byte("encoding"))
	if !whole || !named || !bytes.HasPrefix(head, []byte("<?xml")) {
		return ""
	}
	return strings.ToLower(strings.Trim(strings.SplitN(strings.TrimLeft(string(label), " =\t"), " ", 2)[0], `"'`))
}

// decoded is the body in UTF-8, or as it is in a charset that is not known. What XML says of its charset is wrong then, and is taken off.
func decoded(label string, body []byte) []byte {
	encoding, _ := charset.Lookup(label)
	if encoding == nil {
		return body
	}
	out, err := encoding.NewDecoder().Bytes(body)
	if err != nil {
		return body
	}
	if bytes.HasPrefix(out, []byte("<?xml")) {
		if _, rest, ok := bytes.Cut(out, []byte("?>")); ok {
			return rest
		}
	}
	return out
}

// kindOf is what a feed is given to the Reader as, when it could not be understood.
func kindOf(body []byte) string {
	if bytes.HasPrefix(bytes.TrimLeft(body, " \t\r\n\xef\xbb\xbf"), []byte("{")) {
		return "application/json; charset=utf-8"
	}
	return "application/xml"
}

// discover takes the hub and the topic that the answer's Link fields name: they go before those of the feed itself (WebSub, section 4).
func (l *listing) discover(header http.Header) {
	hub := ""
	for _, found := range linkFields(header.Values("Link")) {
		switch {
		case found.rel == "hub" && hub == "":
			hub = found.href
		case found.rel == "self":
			l.topic = found.href
		}
	}
	if hub != "" {
		l.hub = hub
	}
}
