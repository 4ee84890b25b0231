package extract

import "bytes"

// htmlTokens cuts a page of HTML into tokens, by the tokenization of the HTML standard (section 13.2.5). Every byte of the page
// belongs to exactly one token, so that nothing is lost. Time is linear in the length of the page.
type htmlTokens struct {
	page []byte
	at   int // where the next token begins

	attrs []htmlAttr // of the last tag
	odd   bool       // the last tag holds what no tag should: it may be text that only looks like one

	noEnd   [numRawTags]bool // there is no end tag any more
	noCDATA bool             // nor the end of a CDATA section
	arrow   int              // where the next end of a comment stands; the length of the page when there is none, 0 before the first look
}

type htmlTokenKind int

const (
	htmlTextToken    htmlTokenKind = iota
	htmlStartToken                 // a start tag
	htmlEndToken                   // an end tag
	htmlCommentToken               // a comment, declaration or instruction
	htmlRestToken                  // a tag that the page ends in
)

// htmlToken is page[from:to]; the body is the name of a tag, or what a comment holds.
type htmlToken struct {
	kind         htmlTokenKind
	from, to     int
	body, bodyTo int
}

// htmlAttr is an attribute: offsets in the page. One without a value has an empty one.
type htmlAttr struct {
	name, nameTo   int
	value, valueTo int
}

// maxAttrs bounds the attributes of one tag; a tag with more is odd.
const maxAttrs = 256

// next returns the next token; ok is false at the end.
func (t *htmlTokens) next() (token htmlToken, ok bool) {
	if t.at >= len(t.page) {
		return token, false
	}
	from := t.at
	i := t.markup(from)
	if i > from {
		t.at = i
		return htmlToken{kind: htmlTextToken, from: from, to: i}, true
	}
	switch t.page[i+1] {
	case '/':
		if !isHTMLLetter(t.page[i+2]) {
			token = t.bogus(i, i+2)
			break
		}
		token = t.tag(htmlEndToken, i, i+2)
	case '!':
		token = t.declaration(i)
	case '?':
		token = t.bogus(i, i+1)
	default:
		token = t.tag(htmlStartToken, i, i+1)
	}
	t.at = token.to
	return token, true
}

// markup is where the next markup begins, or the end.
func (t *htmlTokens) markup(i int) int {
	for {
		n := bytes.IndexByte(t.page[i:], '<')
		if n < 0 || i+n+1 >= len(t.page) {
			return len(t.page)
		}
		i += n
		switch c := t.page[i+1]; {
		case isHTMLLetter(c), c == '!', c == '?', c == '/' && i+2 < len(t.page):
			return i
		}
		i++
	}
}

func isHTMLLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// isHTMLSpace: what separates attributes.
func isHTMLSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f' }

// bogus is a comment up to the next ">".
func (t *htmlTokens) bogus(from, body int) htmlToken {
	to := bytes.IndexByte(t.page[body:], '>')
	if to < 0 {
		return htmlToken{htmlCommentToken, from, len(t.page), body, len(t.page)}
	}
	return htmlToken{htmlCommentToken, from, body + to + 1, body, body + to}
}

// declaration reads what begins with "<!".
func (t *htmlTokens) declaration(from int) htmlToken {
	const cdata = "[CDATA["
	rest := t.page[from+2:]
	switch {
	case bytes.HasPrefix(rest, []byte("--")):
		return t.comment(from)
	case bytes.HasPrefix(rest, []byte(cdata)) && !t.noCDATA:
		body := from + 2 + len(cdata)
		if n := bytes.Index(t.page[body:], []byte("]]>")); n >= 0 {
			return htmlToken{htmlCommentToken, from, body + n + 3, body, body + n}
		}
		t.noCDATA = true
	}
	return t.bogus(from, from+2)
}

// comment reads a comment: it ends at "-->" or "--!>", or with the page; "<!-->" and "<!--->" are whole.
func (t *htmlTokens) comment(from int) htmlToken {
	body := from + 4
	if t.arrow < from+2 {
		t.arrow = len(t.page)
		if n := bytes.Index(t.page[from+2:], []byte("-->")); n >= 0 {
			t.arrow = from + 2 + n
		}
	}
	to, end := t.arrow, min(t.arrow+3, len(t.page))
	if to > body {
		if n := bytes.Index(t.page[body:to], []byte("--!>")); n >= 0 {
			to, end = body+n, body+n+4
		}
	}
	return htmlToken{htmlCommentToken, from, end, min(body, to), to}
}

// The classes of bytes in the names of attributes.
const (
	nameEnds      = 1 << iota // the name ends here
	nameOdd                   // no name holds it
	nameOddIfBare             // no name without a value holds it
)

func attrNameClasses() (classes [256]byte) {
	for _, c := range " \n\t\r\f/>=" {
		classes[c] = nameEnds
	}
	for _, c := range "<\"'\\&" {
		classes[c] = nameOdd
	}
	for _, c := range ".@%0123456789" {
		classes[c] = nameOddIfBare
	}
	return classes
}

var attrNameClass = attrNameClasses() //nolint:gochecknoglobals // a constant table

// tag reads a tag whose name begins at name.
func (t *htmlTokens) tag(kind htmlTokenKind, from, name int) htmlToken {
	i := name
	t.odd = false
	for i < len(t.page) && attrNameClass[t.page[i]]&nameEnds == 0 || i < len(t.page) && t.page[i] == '=' {
		if attrNameClass[t.page[i]]&^nameEnds != 0 && (t.page[i] < '0' || t.page[i] > '9') {
			t.odd = true
		}
		i++
	}
	nameTo := i
	if i-name > 64 || t.page[nameTo-1] == ':' { // "<https://…>"
		t.odd = true
	}
	t.attrs = t.attrs[:0]
	end, ok := t.attributes(i)
	if !ok {
		return htmlToken{htmlRestToken, from, len(t.page), from, len(t.page)}
	}
	return htmlToken{kind, from, end, name, nameTo}
}

// attributes reads the attributes from i on and returns where the tag ends; ok is false when it does not.
func (t *htmlTokens) attributes(i int) (end int, ok bool) {
	page := t.page
	for {
		for i < len(page) && (isHTMLSpace(page[i]) || page[i] == '/') {
			i++
		}
		if i >= len(page) {
			return i, false
		}
		if page[i] == '>' {
			return i + 1, true
		}
		a := htmlAttr{name: i}
		class := attrNameClass[page[i]]
		for i++; i < len(page); i++ {
			c := attrNameClass[page[i]]
			if c&nameEnds != 0 {
				break
			}
			class |= c
		}
		a.nameTo = i
		if i, ok = t.value(&a, i); !ok {
			return i, false
		}
		if class&nameOdd != 0 || class&nameOddIfBare != 0 && a.value == 0 || len(t.attrs) == maxAttrs {
			t.odd = true
		}
		if len(t.attrs) < maxAttrs {
			t.attrs = append(t.attrs, a)
		}
	}
}

// value reads the value of an attribute whose name ends at i, if it has one.
func (t *htmlTokens) value(a *htmlAttr, i int) (end int, ok bool) {
	page := t.page
	for i < len(page) && isHTMLSpace(page[i]) {
		i++
	}
	if i >= len(page) || page[i] != '=' {
		return i, i < len(page)
	}
	for i++; i < len(page) && isHTMLSpace(page[i]); i++ {
	}
	if i >= len(page) {
		return i, false
	}
	if quote := page[i]; quote == '"' || quote == '\'' {
		i++
		n := bytes.IndexByte(page[i:], quote)
		if n < 0 {
			return i, false
		}
		a.value, a.valueTo = i, i+n
		return i + n + 1, true
	}
	a.value = i
	for i < len(page) && !isHTMLSpace(page[i]) && page[i] != '>' {
		i++
	}
	a.valueTo = i
	return i, i < len(page)
}

// The elements whose text is no markup.
const (
	rawScript = iota
	rawStyle
	rawTitle
	rawTextarea
	numRawTags
)

// raw takes the text up to the end tag of one of them. ok is false when there is no end tag: what follows is then read as
// markup, so that an end tag that was forgotten hides nothing.
func (t *htmlTokens) raw(which int) (from, to int, ok bool) {
	name := [numRawTags]string{"script", "style", "title", "textarea"}[which]
	from = t.at
	for i := from; !t.noEnd[which]; i += 2 {
		n := bytes.Index(t.page[i:], []byte("</"))
		if n < 0 {
			break
		}
		i += n
		if end := i + 2 + len(name); end < len(t.page) && hasPrefixFold(t.page[i+2:], name) && attrNameClass[t.page[end]]&nameEnds != 0 {
			t.at = i
			return from, i, true
		}
	}
	t.noEnd[which] = true
	return from, from, false
}
