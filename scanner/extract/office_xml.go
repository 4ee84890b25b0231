package extract

import (
	"bytes"
	"io"
	"strings"
)

// The XML of office files is read by tokens of our own and not by encoding/xml: that holds a token of any length in memory,
// and stops at the first thing that is not well-formed, so that what stands behind would be lost. Here nothing is an error:
// what is no markup is text. Entities are those of XML and HTML; what a document declares itself is never expanded, nothing
// outside is ever asked for. A declaration is a token like any other, so that a link in it is found.

// xmlKind is the kind of a token.
type xmlKind uint8

const (
	xmlText  xmlKind = iota // characters, decoded; long ones in pieces
	xmlRaw                  // as it is written: comments, declarations, instructions, tags that do not end; long ones in pieces
	xmlStart                // the begin of an element
	xmlEnd                  // its end
)

// xmlToken is a piece of XML. Its bytes are good until the next one.
type xmlToken struct {
	kind  xmlKind
	name  []byte // of the element, without its prefix
	text  []byte // of xmlText and xmlRaw
	attrs []byte // of xmlStart, as they are written
	empty bool   // the element ends at once
}

// The sizes of the reader, in bytes.
const (
	xmlPiece  = 32 << 10  // a text of no more comes in one piece
	maxXMLTag = 256 << 10 // a longer one is text
)

// xmlTokens reads the tokens. It is used by one goroutine.
type xmlTokens struct {
	r       io.Reader
	buf     []byte // what was read and not given is [at:end]
	at, end int
	err     error // of r, it stays
	until   string
	kind    xmlKind // of what stands before until
	scratch []byte
}

func newXMLTokens(r io.Reader) *xmlTokens { return &xmlTokens{r: r, buf: make([]byte, 2*xmlPiece)} }

// next is the next token; ok is false at the end, and then err says why.
func (x *xmlTokens) next() (t xmlToken, ok bool) {
	for x.at < x.end || x.fill() {
		switch {
		case x.until != "":
			t, ok = x.inside()
		case x.buf[x.at] == '<':
			t, ok = x.markup()
		default:
			t, ok = x.characters(), true
		}
		if ok {
			return t, true
		}
	}
	return xmlToken{}, false
}

// fill reads on; it is false when there is no more, or no room for it.
func (x *xmlTokens) fill() bool {
	if x.at > 0 {
		x.end = copy(x.buf, x.buf[x.at:x.end])
		x.at = 0
	}
	if x.end == len(x.buf) && len(x.buf) < maxXMLTag {
		x.buf = append(x.buf, make([]byte, len(x.buf))...)
	}
	if x.err != nil || x.end == len(x.buf) {
		return false
	}
	var n int
	n, x.err = readFull(x.r, x.buf[x.end:])
	x.end += n
	return n > 0
}

func (x *xmlTokens) rest() []byte { return x.buf[x.at:x.end] }

// take gives the next n bytes and passes over skip more.
func (x *xmlTokens) take(n, skip int) []byte {
	b := x.buf[x.at : x.at+n]
	x.at += n + skip
	return b
}

// characters is text up to the next markup.
func (x *xmlTokens) characters() xmlToken {
	for {
		b := x.rest()
		if i := bytes.IndexByte(b, '<'); i >= 0 {
			return x.decoded(x.take(i, 0))
		}
		if len(b) < xmlPiece && x.fill() {
			continue
		}
		n := len(b)
		if i := bytes.LastIndexByte(b, '&'); x.err == nil && i > 0 && n-i < maxEntity {
			n = i // it may go on
		}
		return x.decoded(x.take(n, 0))
	}
}

func (x *xmlTokens) decoded(raw []byte) xmlToken {
	if bytes.IndexByte(raw, '&') < 0 {
		return xmlToken{kind: xmlText, text: raw}
	}
	x.scratch = appendUnescaped(x.scratch[:0], raw)
	return xmlToken{kind: xmlText, text: x.scratch}
}

// appendUnescaped appends raw with its entities decoded; what is none stays.
func appendUnescaped(to, raw []byte) []byte {
	for {
		i := bytes.IndexByte(raw, '&')
		if i < 0 {
			return append(to, raw...)
		}
		to = append(to, raw[:i]...)
		raw = raw[i:]
		text, n := decodeEntity(raw[:min(len(raw), maxEntity)], true)
		if n == 0 {
			text, n = "&", 1
		}
		to = append(to, text...)
		raw = raw[n:]
	}
}

// inside is a piece of what stands before until; ok is false when there is nothing.
func (x *xmlTokens) inside() (t xmlToken, ok bool) {
	for {
		b := x.rest()
		if i := bytes.Index(b, []byte(x.until)); i >= 0 {
			b = x.take(i, len(x.until))
			x.until = ""
			return xmlToken{kind: x.kind, text: b}, i > 0
		}
		if len(b) < xmlPiece && x.fill() {
			continue
		}
		n := len(b)
		if x.err == nil {
			n = max(n-len(x.until)+1, 1)
		}
		return xmlToken{kind: x.kind, text: x.take(n, 0)}, true
	}
}

// markup is what begins with "<"; ok is false when it was only the begin of something.
func (x *xmlTokens) markup() (t xmlToken, ok bool) {
	for len(x.rest()) < len("<![CDATA[") && x.fill() {
	}
	b := x.rest()
	switch {
	case bytes.HasPrefix(b, []byte("<!--")):
		return x.enter(4, "-->", xmlRaw)
	case bytes.HasPrefix(b, []byte("<![CDATA[")):
		return x.enter(9, "]]>", xmlText)
	case bytes.HasPrefix(b, []byte("<?")):
		return x.enter(2, "?>", xmlRaw)
	case bytes.HasPrefix(b, []byte("<!")):
		return x.enter(2, ">", xmlRaw)
	case len(b) < 2, b[1] != '/' && !isWordByte(b[1]) && b[1] != '_' && b[1] != ':':
		return xmlToken{kind: xmlText, text: x.take(1, 0)}, true
	}
	return x.tag(), true
}

func (x *xmlTokens) enter(n int, until string, kind xmlKind) (xmlToken, bool) {
	x.take(n, 0)
	x.until, x.kind = until, kind
	return xmlToken{}, false
}

// tag is the tag that stands next.
func (x *xmlTokens) tag() xmlToken {
	for {
		b := x.rest()
		n := tagEnd(b)
		if n < 0 {
			if x.fill() {
				continue
			}
			return xmlToken{kind: xmlRaw, text: x.take(len(b), 0)}
		}
		body := x.take(n, 1)[1:]
		t := xmlToken{kind: xmlStart}
		if body[0] == '/' {
			t.kind = xmlEnd
			body = body[1:]
		} else if body[len(body)-1] == '/' {
			t.empty = true
			body = body[:len(body)-1]
		}
		name := body
		if i := bytes.IndexAny(body, " \t\r\n/"); i >= 0 {
			name, t.attrs = body[:i], body[i:]
		}
		t.name = localName(name)
		return t
	}
}

// tagEnd is where the ">" of the tag is that b begins with, -1 when it is not there.
func tagEnd(b []byte) int {
	quote := byte(0)
	for i, c := range b {
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '>':
			return i
		case c == '"' || c == '\'':
			quote = c
		}
	}
	return -1
}

func localName(name []byte) []byte { return name[bytes.IndexByte(name, ':')+1:] }

// xmlAttr is an attribute: its whole name, and its value with entities decoded. A word that is no attribute is a value
// without a name.
type xmlAttr struct {
	name, value []byte
	local       []byte // the name without its prefix
}

// maxXMLAttrs bounds the attributes of one element; what follows is one value without a name.
const maxXMLAttrs = 1000

// each calls do for the attributes.
func (t xmlToken) each(do func(xmlAttr)) {
	rest := t.attrs
	for n := 0; ; n++ {
		rest = bytes.TrimLeft(rest, " \t\r\n")
		if len(rest) == 0 {
			return
		}
		if n == maxXMLAttrs {
			do(xmlAttr{value: rest})
			return
		}
		var a xmlAttr
		a, rest = nextXMLAttr(rest)
		do(a)
	}
}

// nextXMLAttr takes an attribute off b, which begins with none of the spaces.
func nextXMLAttr(b []byte) (a xmlAttr, rest []byte) {
	end := bytes.IndexAny(b, "= \t\r\n")
	if end < 0 {
		return xmlAttr{value: b}, nil
	}
	name := b[:end]
	after := bytes.TrimLeft(b[end:], " \t\r\n")
	if len(after) == 0 || after[0] != '=' {
		return xmlAttr{value: name}, after
	}
	after = bytes.TrimLeft(after[1:], " \t\r\n")
	value, ends := after, " \t\r\n"
	if len(after) > 0 && (after[0] == '"' || after[0] == '\'') {
		value, ends = after[1:], string(after[0])
	}
	after = nil
	if i := bytes.IndexAny(value, ends); i >= 0 {
		value, after = value[:i], value[i+1:]
	}
	if bytes.IndexByte(value, '&') >= 0 {
		value = appendUnescaped(nil, value)
	}
	return xmlAttr{name: name, value: value, local: localName(name)}, after
}

// attr is the value of the first attribute of that name, whatever its prefix; "" without one.
func (t xmlToken) attr(name string) string {
	value := ""
	t.each(func(a xmlAttr) {
		if value == "" && string(a.local) == name {
			value = string(a.value)
		}
	})
	return value
}

// xmlRoot is the name of the element that head, the beginning of a text, is; ok is false when it is no XML. What stands
// before it may be longer than head: then the name is "".
func xmlRoot(head []byte) (name string, ok bool) {
	start := bytes.TrimLeft(head, "\xef\xbb\xbf \t\r\n")
	if len(start) == 0 || start[0] != '<' {
		return "", false
	}
	x := newXMLTokens(bytes.NewReader(start))
	for n := 0; n < 100; n++ {
		t, more := x.next()
		switch {
		case !more:
			return "", true
		case t.kind == xmlStart:
			return string(t.name), true
		case t.kind == xmlText && len(bytes.TrimSpace(t.text)) > 0:
			return "", n > 0
		}
	}
	return "", true
}

// isNamespace: the attribute says which names an element's prefix stands for, and is one that office files have.
func (a xmlAttr) isNamespace() bool {
	if !bytes.HasPrefix(a.name, []byte("xmlns")) {
		return false
	}
	value := string(a.value)
	for _, known := range [...]string{"http://schemas.", "http://purl.", "http://www.w3.org/", "urn:", "http://openoffice.org/", "http://docs.oasis-open.org/",
		"http://ns.", "https://schemas.", "http://dublincore.org", "http://www.openoffice.org/", "http://cdn."} {
		if strings.HasPrefix(value, known) {
			return true
		}
	}
	return false
}
