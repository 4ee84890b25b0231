package extract

import (
	"bytes"
	"io"
	"strconv"
	"strings"
)

// xmlMode is how the text of a part is told from what is in it for machines.
type xmlMode uint8

const (
	xmlUnknown xmlMode = iota // not at all: the part is written as it is
	xmlFlow                   // OOXML: text stands in elements of its own
	xmlMixed                  // ODF: text stands in paragraphs
	xmlLines                  // properties: whatever text there is, a line each
)

// xmlModeOf knows parts by their root.
func xmlModeOf(root string) xmlMode {
	switch root {
	case "document", "hdr", "ftr", "footnotes", "endnotes", "comments", "glossaryDocument", // word
		"presentation", "sld", "notes", "sldLayout", "sldMaster", "notesMaster", "handoutMaster", "cmLst", // slides
		"workbook", "worksheet", "dialogsheet", "chartsheet", "sst", "ThreadedComments", // sheets
		"wsDr", "userShapes", "dataModel", "drawing", "chartSpace": // in all of them
		return xmlFlow
	case "document-content", "document-styles":
		return xmlMixed
	case "Properties", "coreProperties", "document-meta":
		return xmlLines
	}
	return xmlUnknown
}

// flowReader makes text of one part.
type flowReader struct {
	p    *office
	o    *officeText
	mode xmlMode
	rels *relations

	inText  bool   // inside an element for text
	loose   []byte // characters outside of such elements
	apart   int    // inside a note of ODF: how many paragraphs are around it
	label   string // of the property that is being read
	links   []string
	runLink string
	fields  []field
	sheet   *sheet
	next    []officeNext // parts that are to be read behind this one

	cell                  gridCell // of a sheet of ODF
	moreRows, moreColumns int      // for which the last row and cell of ODF stand
}

// officeNext is a part and what it is for the one that leads to it.
type officeNext struct {
	name string
	role officeRole
}

// The bounds of a part.
const (
	maxLinks   = 64 // hyperlinks, and fields, in each other
	maxField   = 8 << 10
	maxLoose   = 16 << 10
	maxOrdered = 10_000
	maxSpaces  = 64
)

// readMain reads the parts that have an order.
func (p *office) readMain() {
	if strings.HasPrefix(p.media, mediaOOML) {
		rels := p.relations("")
		p.read(p.part(rels.leads("officeDocument")), officeRole{})
		p.text.begin("_rels/.rels", 0, nil)
		rels.tellUnused(p.text)
		return
	}
	for _, name := range [...]string{"content.xml", "styles.xml", "meta.xml"} {
		p.read(p.part(name), officeRole{})
	}
}

// readFlow reads a part, then those that it puts in order.
func (p *office) readFlow(name, root string, mode xmlMode, role officeRole, r io.Reader) {
	f := &flowReader{p: p, o: p.text, mode: mode, rels: p.relations(name)}
	if root == "worksheet" {
		f.sheet = newSheet()
		p.sheetLinks(name, f)
		p.text.begin(role.name, 0, &f.sheet.at)
	} else {
		p.text.begin(role.name, role.page, nil)
	}
	f.read(newXMLTokens(r))
	f.end()
	p.text.endPart()
	if root == "workbook" {
		p.read(p.part(f.rels.leads("sharedStrings")), officeRole{})
	}
	for _, next := range f.next {
		p.read(p.part(next.name), next.role)
	}
	if root == "sld" && role.page > 0 {
		for _, rel := range f.rels.list {
			if !rel.external && (rel.kind == "notesSlide" || rel.kind == "comments") {
				p.read(p.part(rel.target), officeRole{name: role.name + " " + strings.TrimSuffix(rel.kind, "Slide"), page: role.page})
			}
		}
	}
}

func (r *flowReader) read(x *xmlTokens) {
	for r.o.err == nil {
		t, ok := x.next()
		if !ok {
			return
		}
		if t.kind == xmlText {
			r.characters(t.text)
			continue
		}
		r.flushLoose()
		switch t.kind {
		case xmlStart:
			r.startElement(t)
			if t.empty {
				r.endElement(t.name)
			}
		case xmlEnd:
			r.endElement(t.name)
		case xmlRaw:
			if !isDeclaration(t.text) && worthOf(t.text).ofText() {
				r.o.remark(string(t.text), "")
			}
		}
	}
}

// end ends what the part has left open.
func (r *flowReader) end() {
	r.flushLoose()
	for len(r.fields) > 0 {
		r.endField()
	}
	for len(r.links) > 0 {
		r.endLink()
	}
	if r.sheet != nil {
		r.sheet.cell(r)
		r.sheet.tellUnused(r.o)
	}
	for len(r.o.frames) > 1 {
		r.o.endParagraph()
	}
	r.o.endLine()
	r.rels.tellUnused(r.o)
}

// characters are text, or wait for what they are.
func (r *flowReader) characters(b []byte) {
	switch {
	case r.sheet != nil && r.sheet.into != nil:
		r.sheet.characters(r.o, b)
	case r.mode == xmlMixed && len(r.o.frames) > max(r.apart, 1):
		r.text(oneSpace(b))
	case r.inText:
		r.text(b)
	default:
		r.loose = append(r.loose, b...)
		if len(r.loose) > maxLoose {
			r.flushLoose()
		}
	}
}

// oneSpace makes one space of each run of white space (ODF part 3, section 6.1.2).
func oneSpace(b []byte) []byte {
	if !bytes.ContainsAny(b, "\t\r\n") && !bytes.Contains(b, []byte("  ")) {
		return b
	}
	out, space := make([]byte, 0, len(b)), false
	for _, c := range b {
		isSpace := c == ' ' || c == '\t' || c == '\r' || c == '\n'
		if isSpace && space {
			continue
		}
		if space = isSpace; space {
			c = ' '
		}
		out = append(out, c)
	}
	return out
}

// flushLoose writes what stood in an element that is not one for text.
func (r *flowReader) flushLoose() {
	if len(r.loose) == 0 {
		return
	}
	b := bytes.TrimSpace(r.loose)
	r.loose = r.loose[:0]
	switch {
	case len(b) == 0:
	case r.mode == xmlLines:
		if r.label != "" {
			r.o.text([]byte(r.label + ": "))
		}
		r.label = ""
		r.o.text(b)
		r.o.endLine()
	case isWorthShowing(b):
		r.o.remark(string(b), string(b))
	}
}

// isWorthShowing: the value may hold a link or a number of a meeting. Names of styles, sizes and times do not.
func isWorthShowing(value []byte) bool {
	w := worthOf(value)
	switch {
	case w.link, w.name && (w.path || w.sign):
		return true
	case w.digits < minDigits, value[0] == '_', value[4] == '-' && value[7] == '-' && bytes.IndexByte(value, 'T') == 10:
		return false
	}
	return hasNumber(value)
}

// minDigits is how many digits the number of a meeting has at least.
const minDigits = 9

// hasNumber looks for as many digits with no more than spaces and hyphens between them.
func hasNumber(value []byte) bool {
	digits := 0
	for _, c := range value {
		switch {
		case c >= '0' && c <= '9':
			if digits++; digits == minDigits {
				return true
			}
		case c != ' ' && c != '-' && c < 0x80: // other spaces and hyphens are beyond ASCII
			digits = 0
		}
	}
	return false
}

// text is what a reader sees, unless it belongs to the code of a field.
func (r *flowReader) text(b []byte) {
	for i := len(r.fields) - 1; i >= 0; i-- {
		f := &r.fields[i]
		if f.inCode && len(f.code) <= maxField {
			f.code = append(f.code, b...)
			return
		}
	}
	r.o.text(b)
}

// startElement reads the begin of an element.
func (r *flowReader) startElement(t xmlToken) {
	if r.sheet != nil && r.sheet.start(r, t) {
		return
	}
	switch string(t.name) {
	case "p":
		r.o.beginParagraph()
	case "tr", "table-row":
		r.o.beginRow()
	case "tbl":
		r.o.blank()
	case "property", "user-defined":
		r.label = t.attr("name")
	case "br", "cr", "line-break":
		r.text([]byte("\n"))
	case "sldId", "sheet":
		r.order(t)
	}
	if r.mode == xmlMixed {
		r.startMixed(t)
	} else {
		r.startFlow(t)
	}
	r.attributes(t)
}

// startFlow reads what only OOXML has.
func (r *flowReader) startFlow(t xmlToken) {
	switch string(t.name) {
	case "t", "delText", "instrText", "delInstrText":
		r.inText = true
	case "text":
		r.inText = true
		r.o.endLine()
	case "tab", "ptab":
		if t.attr("pos") == "" { // else it is where a tab goes to
			r.text([]byte("\t"))
		}
	case "noBreakHyphen":
		r.text([]byte("-"))
	case "hyperlink":
		r.beginLink(withAnchor(r.address(t), t.attr("anchor"), t.attr("docLocation")))
	case "fldSimple":
		r.beginLink(fieldAddress(t.attr("instr")))
	case "fldChar":
		r.fieldChar(t.attr("fldCharType"))
	case "hlinkClick", "hlinkHover", "hlinkMouseOver":
		r.runLink = r.address(t)
	}
}

// startMixed reads what only ODF has.
func (r *flowReader) startMixed(t xmlToken) {
	switch string(t.name) {
	case "h":
		r.o.beginParagraph()
	case "tab":
		r.text([]byte("\t"))
	case "s":
		n, err := strconv.Atoi(t.attr("c"))
		if err != nil {
			n = 1
		}
		r.text([]byte(strings.Repeat(" ", max(min(n, maxSpaces), 1))))
	case "a":
		r.beginLink(t.attr("href"))
	case "annotation":
		r.apart = len(r.o.frames)
	case "page":
		r.p.slides++
		r.o.begin("slide "+strconv.Itoa(r.p.slides), r.p.slides, nil)
	case "table":
		r.startTable(t)
	case "table-row":
		r.nextRow(t)
	case "table-cell", "covered-table-cell":
		r.nextCell(t)
	}
}

// endElement reads the end of an element.
func (r *flowReader) endElement(name []byte) {
	if r.sheet != nil && r.sheet.end(r, name) {
		return
	}
	switch string(name) {
	case "p":
		r.o.endParagraph()
	case "h":
		if r.mode == xmlMixed {
			r.o.endParagraph()
		}
	case "t", "delText", "instrText", "delInstrText":
		r.inText = false
	case "text":
		if r.mode == xmlFlow {
			r.inText = false
			r.o.endLine()
		}
	case "annotation":
		r.apart = 0
	case "comment", "si", "footnote", "endnote":
		r.o.endLine()
	case "r":
		r.o.address(r.runLink)
		r.runLink = ""
	case "cNvPr", "nvSpPr", "nvPicPr": // the address is that of the whole shape
		r.o.address(r.runLink)
		r.runLink = ""
	case "hyperlink", "a", "fldSimple":
		r.endLink()
	case "tc", "table-cell", "covered-table-cell":
		r.o.endCell()
	case "tr", "table-row":
		r.o.endRow()
	case "tbl", "table":
		r.o.blank()
	}
}

// address is the address that an element's id stands for.
func (r *flowReader) address(t xmlToken) (url string) {
	t.each(func(a xmlAttr) {
		if url == "" && string(a.local) == "id" {
			url = r.resolved(string(a.value))
		}
	})
	return url
}

// resolved is the address that an id stands for, "" when it stands for none.
func (r *flowReader) resolved(id string) string {
	rel := r.rels.byID[id]
	if rel == nil || !rel.external {
		return ""
	}
	if rel.used {
		return r.p.again(rel.target)
	}
	rel.used = true
	return rel.target
}

// resolvedBut does not look at the ids of elements that are known to have one.
func (r *flowReader) resolvedBut(known bool, id string) string {
	if known || id == "" {
		return ""
	}
	return r.resolved(id)
}

// withAnchor puts together what Word and Excel keep apart: an address, and what stands behind its "#".
func withAnchor(url string, anchors ...string) string {
	for _, anchor := range anchors {
		if url != "" && anchor != "" && !strings.Contains(url, "#") {
			url += "#" + anchor
		}
	}
	return url
}

func (r *flowReader) beginLink(url string) {
	if len(r.links) < maxLinks {
		r.links = append(r.links, url)
	} else {
		r.o.address(url)
	}
}

func (r *flowReader) endLink() {
	if n := len(r.links); n > 0 {
		r.o.address(r.links[n-1])
		r.links = r.links[:n-1]
	}
}

// attributes writes those that may hold something.
func (r *flowReader) attributes(t xmlToken) {
	if len(t.attrs) == 0 {
		return
	}
	r.attributesBut(t, func(string) bool { return false })
}

// attributesBut leaves out those of which skip says so.
func (r *flowReader) attributesBut(t xmlToken, skip func(local string) bool) {
	known := isLinkElement(t.name)
	t.each(func(a xmlAttr) {
		switch url := r.resolvedBut(known, string(a.value)); {
		case a.isNamespace(), skip(string(a.local)):
		case url != "":
			r.o.address(url)
		case known && (string(a.local) == "href" || string(a.local) == "instr" && fieldAddress(string(a.value)) != ""):
		case isGeometry(a.local) && !worthOf(a.value).link, !isWorthShowing(a.value):
		case worthOf(a.value).link && !bytes.ContainsAny(a.value, " \"<>"):
			r.o.remark("<"+string(a.value)+">", string(a.value))
		default:
			r.o.remark(string(a.name)+`="`+string(a.value)+`"`, string(a.value))
		}
	})
}

// isLinkElement: its address comes behind its text.
func isLinkElement(name []byte) bool {
	switch string(name) {
	case "hyperlink", "a", "fldSimple", "hlinkClick", "hlinkHover", "hlinkMouseOver":
		return true
	}
	return false
}

// isGeometry: such an attribute is full of numbers, and none is that of a meeting.
func isGeometry(name []byte) bool {
	switch string(name) {
	case "path", "points", "coordsize", "coordorigin", "adj", "d", "viewBox", "style", "transform", "enhanced-path", "uri", "id", "sqref",
		"textboxrect", "connectlocs", "creationId", "x", "y", "cx", "cy", "date", "dT", "dt", "paraId", "textId":
		return true
	}
	return false
}

// order notes the slides and sheets of a file, in their order.
func (r *flowReader) order(t xmlToken) {
	if len(r.next) == maxOrdered {
		return
	}
	name := ""
	t.each(func(a xmlAttr) {
		if rel := r.rels.byID[string(a.value)]; rel != nil && !rel.external && string(a.local) == "id" {
			name = rel.target
		}
	})
	role := officeRole{name: t.attr("name")}
	if string(t.name) == "sldId" {
		r.p.slides++
		role = officeRole{name: "slide " + strconv.Itoa(r.p.slides), page: r.p.slides}
	}
	if name != "" {
		r.next = append(r.next, officeNext{name, role})
	}
}
