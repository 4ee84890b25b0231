package extract

import (
	"bytes"
	"slices"
	"strings"

	"meetleaks/scanner"
)

// maxHTML is the longest page that is read as HTML, in bytes; what is longer is read as the text it is.
const maxHTML = 8 << 20

// isHTML says whether content that begins with start is a page of HTML. Some signs are strong; the others (those of the MIME
// Sniffing standard, section 7.1) can begin a text in Markdown too and count only where the name or the sender says HTML.
func isHTML(start []byte, c content) bool {
	if len(start) == 0 || start[0] != '<' {
		return c.declaredHTML() && holdsTag(start) && !isFeed(start)
	}
	rest := start
	for range 8 { // comments and instructions in front
		switch {
		case bytes.HasPrefix(rest, []byte("<!--")):
			_, rest, _ = bytes.Cut(rest, []byte("-->"))
		case bytes.HasPrefix(rest, []byte("<?")):
			_, rest, _ = bytes.Cut(rest, []byte(">"))
		}
		rest = bytes.TrimLeft(rest, " \t\r\n\f")
	}
	if hasPrefixFold(rest, "<!doctype html") || beginsTag(rest, "html") || beginsTag(rest, "head") || beginsTag(rest, "body") {
		return true
	}
	return c.calledHTML() && beginsWeakly(start) || c.declaredHTML() && holdsTag(start) && !isFeed(start)
}

// holdsTag: a page may begin with text, a warning of the program that made it for instance.
func holdsTag(start []byte) bool {
	for i, c := range start {
		if c == '<' && i+1 < len(start) && (isHTMLLetter(start[i+1]) || start[i+1] == '/' || start[i+1] == '!') {
			return true
		}
	}
	return false
}

// beginsTag says whether b begins with the start tag of that name.
func beginsTag(b []byte, name string) bool {
	end := len(name) + 1
	return len(b) > end && b[0] == '<' && hasPrefixFold(b[1:], name) && (b[end] == '>' || isHTMLSpace(b[end]))
}

func beginsWeakly(start []byte) bool {
	if bytes.HasPrefix(start, []byte("<!--")) {
		return true
	}
	for _, name := range [...]string{"script", "iframe", "h1", "div", "font", "table", "a", "style", "title", "b", "br", "p", "meta",
		"base", "link", "center", "span", "section", "article", "main", "nav", "form", "ul", "ol", "h2", "h3", "header", "noscript"} {
		if beginsTag(start, name) {
			return true
		}
	}
	return false
}

// declaredHTML says whether the server, or the mail, says that it is HTML.
func (c content) declaredHTML() bool {
	media, _, _ := strings.Cut(c.declared, ";")
	switch strings.ToLower(strings.TrimSpace(media)) {
	case "text/html", "application/xhtml+xml":
		return true
	}
	return false
}

// calledHTML says whether who gave the content calls it HTML.
func (c content) calledHTML() bool {
	if c.declaredHTML() {
		return true
	}
	name := strings.ToLower(c.name[max(0, len(c.name)-len(".xhtml")):])
	for _, ending := range [...]string{".html", ".htm", ".xhtml", ".shtml", ".php", ".asp", ".aspx", ".jsp"} {
		if strings.HasSuffix(name, ending) {
			return true
		}
	}
	return false
}

// html yields the page c as one document, and keeps its outline when it is the source itself.
func (w *work) html(c content, head []byte, whole bool) error {
	media := MediaType(head, c.name)
	if media == "text/plain" || media == "application/octet-stream" { // it says so in another encoding, or only the sender does
		media = "text/html"
	}
	body, release, ok, err := w.whole(&c, head, whole, maxHTML)
	defer release()
	switch {
	case !ok && err != nil:
		return err // there was no waiting for room: the work is cancelled
	case !ok:
		return w.text(c, head, false)
	case err != nil:
		w.report(c.uri, err)
	}
	page := decodePage(body, c.declared)
	text := len(page)/2 + 64
	if len(page) > maxHTML { // it has grown to that in UTF-8: it is mostly letters, and growing the text would need room for it twice
		text = len(page)
	}
	v := w.newView(page, text, len(page)/40+8)
	defer w.leave(v)
	var outline *scanner.Outline
	if c.depth == 0 {
		outline = &w.outline
	}
	v.html(page, outline)
	return w.document(c, media, v)
}

// html appends the text of a page to the current part of the view, whose source is page. What the page says of itself and
// where it leads is added to outline, unless that is nil.
//
// The text is what a reader sees, in lines as they see it; elements inside a line leave no trace, so that a number or a link
// is whole however it is adorned. Behind it, or behind its line or block, stands what a reader does not see: addresses in angle
// brackets, attributes as they are written, comments, scripts. Whatever could hold a link is in the text, once.
func (v *view) html(page []byte, outline *scanner.Outline) {
	r := htmlReader{view: v, tokens: htmlTokens{page: page}, page: page, base: len(v.text)}
	if outline != nil {
		r.outline = &outliner{Outline: outline}
	}
	r.rowAt, r.cellAt = -1, -1
	r.read()
}

// htmlReader makes the text of one page.
type htmlReader struct {
	*view
	tokens  htmlTokens
	page    []byte
	base    int // where the text begins in the view
	outline *outliner

	want  gap // what is to stand in front of the next text
	tabs  int // and how many cells begin there
	joint joint
	word  wordTracker

	row    bool // inside a row of a table
	pre    bool // inside text that is set as it is written
	cells  int  // of the row so far
	rowAt  int  // how long the text was when the row began
	cellAt int  // and the cell

	asides  []aside // wait for the end of their element or line
	later   []aside // wait for the end of their block
	waiting int     // bytes of later
}

// gap is what separates two texts, from the least to the most.
type gap uint8

const (
	noGap gap = iota
	spaceGap
	lineGap
	blankGap
)

// joint is what stood between two texts that nothing separates.
type joint uint8

const (
	noJoint     joint = iota
	inlineJoint       // the tag of an element inside a line
	anchorJoint       // the tag of a link
)

func (r *htmlReader) read() {
	for {
		t, ok := r.tokens.next()
		if !ok {
			break
		}
		switch t.kind {
		case htmlTextToken:
			r.words(t.from, t.to)
		case htmlStartToken:
			r.start(t)
		case htmlEndToken:
			r.end(t)
		case htmlCommentToken:
			r.comment(t)
		case htmlRestToken:
			r.breakLine(lineGap)
			r.verbatim(t.from, t.to)
		}
	}
	r.flush(true)
	r.flushLater()
}

// comment keeps a comment for later, unless it is only a line drawn between parts of the page.
func (r *htmlReader) comment(t htmlToken) {
	r.joint = max(r.joint, inlineJoint)
	body := r.page[t.body:t.bodyTo]
	if bytes.ContainsAny(body, "0123456789.:@/%\\") && !hasPrefixFold(body, "doctype") {
		r.keep(aside{from: t.body, to: t.bodyTo})
	}
	if hasPrefixFold(body, "doctype") && len(body) > len("doctype html")+1 {
		r.keep(aside{from: t.body, to: t.bodyTo})
	}
}

// start reads a start tag.
func (r *htmlReader) start(t htmlToken) {
	tag := tagOf(r.page[t.body:t.bodyTo])
	if r.tokens.odd {
		r.oddTag(t)
	}
	r.open(tag)
	if len(r.tokens.attrs) > 0 {
		if r.outline != nil && tag.id != otherTag {
			r.outline.tag(r, tag.id)
		}
		r.attributes(tag)
	}
	switch tag.id {
	case tagScript:
		r.script(rawScript)
	case tagStyle:
		r.script(rawStyle)
	case tagTitle:
		r.plain(rawTitle)
	case tagTextarea:
		r.pre = true
		r.plain(rawTextarea)
		r.pre = false
	case tagPre:
		r.pre = true
	}
}

// oddTag writes a tag that may be text which only looks like one: "<https://…>", "a <b and the rest of the line".
func (r *htmlReader) oddTag(t htmlToken) {
	r.flush(false)
	r.verbatim(t.from, t.to)
}

// open begins an element in the text.
func (r *htmlReader) open(tag htmlTag) {
	switch tag.layout {
	case inLine:
		r.joint = max(r.joint, inlineJoint)
		if tag.id == tagA {
			r.close(tagA) // links are not in each other
			r.joint = anchorJoint
		}
	case inSpaces:
		r.want = max(r.want, spaceGap)
	case onLine:
		r.breakLine(lineGap)
	case inBlock:
		r.breakLine(blankGap)
		r.row = false
	case lineEnd:
		if r.want >= lineGap {
			r.want = blankGap
		} else {
			r.breakLine(lineGap)
		}
	case tableRow:
		r.breakLine(lineGap)
		r.row, r.cells, r.tabs, r.rowAt, r.cellAt = true, 0, 0, len(r.text), -1
	case tableCell:
		r.cell()
	}
}

// maxTabs bounds the empty cells in front of a text.
const maxTabs = 64

// cell begins a cell: a tab separates it from the one before it.
func (r *htmlReader) cell() {
	if !r.row {
		r.row, r.cells, r.rowAt = true, 0, len(r.text)
	}
	if r.cells > 0 {
		r.flush(false)
		if len(r.text) > r.rowAt {
			r.want = noGap
		}
		r.tabs = min(r.tabs+1, maxTabs)
	}
	if r.tabs == 0 {
		r.want = max(r.want, spaceGap)
	}
	r.cells++
	r.cellAt = len(r.text)
}

// end reads an end tag.
func (r *htmlReader) end(t htmlToken) {
	tag := tagOf(r.page[t.body:t.bodyTo])
	if r.tokens.odd || len(r.tokens.attrs) > 0 {
		r.oddTag(t)
	}
	if tag.id == tagPre {
		r.pre = false
	}
	switch tag.layout {
	case inLine:
		r.joint = max(r.joint, inlineJoint)
		if tag.id == tagA {
			r.joint = anchorJoint
		}
		if tag.id != otherTag {
			r.close(tag.id)
		}
	case inSpaces:
		r.close(tag.id)
		r.want = max(r.want, spaceGap)
	case onLine, lineEnd:
		r.breakLine(lineGap)
	case inBlock:
		r.breakLine(lineGap)
		if tag.id == tagTable || tag.id == tagTitle {
			r.breakLine(blankGap)
		}
		r.row = false
	case tableRow:
		r.breakLine(lineGap)
		r.row = false
	}
}

// script keeps the text of a script or style sheet for later.
func (r *htmlReader) script(which int) {
	linked := which == rawScript && r.isLinkedData()
	from, to, ok := r.tokens.raw(which)
	if !ok || len(bytes.TrimSpace(r.page[from:to])) == 0 {
		return
	}
	r.keep(aside{from: from, to: to, linked: linked})
}

// isLinkedData: the last tag says that it holds JSON-LD.
func (r *htmlReader) isLinkedData() bool {
	return slices.ContainsFunc(r.tokens.attrs, func(a htmlAttr) bool {
		return r.is(a, "type") && containsFold(r.page[a.value:a.valueTo], "ld+json")
	})
}

// plain writes the text of an element in which there is no markup.
func (r *htmlReader) plain(which int) {
	if from, to, ok := r.tokens.raw(which); ok {
		r.words(from, to)
	}
}

// is says whether an attribute has that name, in lower case.
func (r *htmlReader) is(a htmlAttr, name string) bool {
	return a.nameTo-a.name == len(name) && hasPrefixFold(r.page[a.name:a.nameTo], name)
}
