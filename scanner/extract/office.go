package extract

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
)

// Office files are zips of XML: OOXML (ECMA-376; DOCX, PPTX, XLSX) and ODF (ISO/IEC 26300; ODT, ODS, ODP). One is one document,
// whose parts are those of the package; a slide is called "slide 3" and is page 3, a sheet has its own name, and its lines
// and columns are its rows and columns. What is packed in it beside its text (pictures, other files) is read as what it is.
//
// Whatever XML is not known is in the text as it is written, so that nothing that a look into the zip would show is lost.

// The bounds of one package.
const (
	maxOfficeParts = 10_000
	maxOfficeNames = 2 << 20 // bytes of the names of all parts
	maxOfficeText  = 4 << 20 // bytes of a document; what goes beyond is another document of the same name
	minOfficeText  = 64 << 10
	maxTypesLook   = 256 << 10 // bytes of the part that says what the others are
)

// officePart is an entry of the package.
type officePart struct {
	entry zipEntry
	done  bool
}

// office is the reading of one package.
type office struct {
	*work
	c       content
	dir     *directory
	media   string
	parts   []officePart
	index   map[string]int // by name in lower case; the first of that name
	torn    error          // the directory ends so
	text    *officeText
	strings sharedStrings
	slides  int
	locked  bool  // it says that it is encrypted
	before  int64 // bytes that had been unpacked before
	twice   int64 // bytes of text that stands once in the package and in several places of the document
	bomb    bool  // there are too many of these
}

// findOffice looks through the directory of the zip c for what makes it an office file; nil when it is none.
func (w *work) findOffice(c content, d *directory) *office {
	p := &office{work: w, c: c, dir: d, index: make(map[string]int)}
	names := 0
	for {
		e, err := d.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			p.torn = err
			break
		}
		names += len(e.name)
		if len(p.parts) == maxOfficeParts || names > maxOfficeNames {
			if p.decide() {
				w.report(c.uri, fmt.Errorf("an office file of more than %d parts: they were read one by one", maxOfficeParts))
			}
			return nil
		}
		if strings.HasSuffix(e.name, "/") && e.length == 0 {
			continue
		}
		if key := partKey(e.name); p.index[key] == 0 {
			p.index[key] = len(p.parts) + 1
		}
		p.parts = append(p.parts, officePart{entry: e})
	}
	if !p.decide() {
		return nil
	}
	return p
}

// partKey is the name by which a part is looked up: those of OOXML are equal without regard to case (part 2, section 6.2.2.3).
func partKey(name string) string {
	return strings.ToLower(strings.TrimPrefix(path.Clean("/"+strings.ReplaceAll(name, "\\", "/")), "/"))
}

// part is the part of that name, nil without one.
func (p *office) part(name string) *officePart {
	if i := p.index[partKey(name)]; i > 0 {
		return &p.parts[i-1]
	}
	return nil
}

// contentTypes is the key of the part of OOXML that lists the types of the others.
const contentTypes = "[content_types].xml"

// decide says by the part that lists the types whether it is an office file, and which.
func (p *office) decide() bool {
	looked := 0
	for i := range p.parts {
		switch key := partKey(p.parts[i].entry.name); {
		case key != "mimetype" && key != contentTypes:
			continue
		case looked == 4:
			return false
		}
		looked++
		types := p.peek(&p.parts[i], maxTypesLook)
		if p.media = officeMedia(types); p.media != "" {
			p.parts[i].done = string(types) == p.media && int64(len(types)) == p.parts[i].entry.length // it says no more
			return true
		}
	}
	p.media = p.mediaByParts()
	return p.media != ""
}

// mediaByParts knows an office file by its main part: many programs write no list of types, or an empty one, and text that is
// split over runs is whole only for who reads it as such a file.
func (p *office) mediaByParts() string {
	for _, main := range [...]struct{ part, media string }{
		{"word/document.xml", mediaOOML + "wordprocessingml.document"},
		{"ppt/presentation.xml", mediaOOML + "presentationml.presentation"},
		{"xl/workbook.xml", mediaOOML + "spreadsheetml.sheet"},
	} {
		if p.part(main.part) != nil {
			return main.media
		}
	}
	if content := p.part("content.xml"); content != nil && bytes.Contains(p.peek(content, sniffSize), []byte("urn:oasis:names:tc:opendocument:")) {
		return mediaODF + "text"
	}
	return ""
}

// peek is the beginning of a part. Whatever is wrong with it is told when it is read.
func (p *office) peek(part *officePart, most int) []byte {
	r, closing, err := p.unpack(p.dir, part.entry)
	if err != nil {
		return nil
	}
	defer closing()
	head := make([]byte, min(int64(most), max(part.entry.length, 0)))
	n, _ := readFull(r, head) //nolint:errcheck // see above
	return head[:n]
}

const (
	mediaODF  = "application/vnd.oasis.opendocument."
	mediaOOML = "application/vnd.openxmlformats-officedocument."
)

// officeMedia knows an office file's type by its list of types, or the type that it names.
func officeMedia(types []byte) string {
	start := string(types[:min(len(types), 100)])
	switch {
	case strings.HasPrefix(start, mediaODF), strings.HasPrefix(start, "application/vnd.sun.xml."):
		return strings.TrimRight(start, "\r\n \x00")
	case !bytes.Contains(types, []byte("<")):
		return ""
	}
	for _, kind := range [...]struct{ word, media string }{
		{"wordprocessingml.document.main", "wordprocessingml.document"},
		{"wordprocessingml.template.main", "wordprocessingml.document"},
		{"ms-word.document.macroEnabled", "wordprocessingml.document"},
		{"ms-word.template.macroEnabled", "wordprocessingml.document"},
		{"presentationml.presentation.main", "presentationml.presentation"},
		{"presentationml.slideshow.main", "presentationml.presentation"},
		{"presentationml.template.main", "presentationml.presentation"},
		{"ms-powerpoint.", "presentationml.presentation"},
		{"spreadsheetml.sheet.main", "spreadsheetml.sheet"},
		{"spreadsheetml.template.main", "spreadsheetml.sheet"},
		{"ms-excel.", "spreadsheetml.sheet"},
		{"openxmlformats-officedocument", "document"},
	} {
		if bytes.Contains(types, []byte(kind.word)) {
			return mediaOOML + kind.media
		}
	}
	return ""
}

// office reads the package.
func (w *work) office(p *office) error {
	if err := w.takeSpool(); err != nil {
		return err
	}
	room := max(w.budget.Spool-w.budget.spooled, 0)
	most := max(min(maxOfficeText, room/4), minOfficeText)
	p.before = w.budget.bytes
	p.text = newOfficeText(w, p.c, p.media, int(most))
	p.strings.most = int(most)
	w.budget.spooled += 2 * most
	err := p.readText()
	w.budget.spooled -= 2 * most
	p.strings = sharedStrings{}
	if err == nil {
		err = p.readRest()
	}
	return err
}

// readText reads what makes up the document, in the order of its reader, then all other XML.
func (p *office) readText() error {
	p.readMain()
	for i := range p.parts {
		if part := &p.parts[i]; partKey(part.entry.name) != contentTypes {
			p.read(part, officeRole{})
		}
	}
	p.read(p.part(contentTypes), officeRole{})
	if p.strings.part != nil {
		p.strings.tellUnused(p.text)
	}
	p.text.endPart()
	p.text.flush()
	if p.locked {
		p.report(p.c.uri, errors.New("encrypted"))
	}
	if p.text.err != nil {
		return p.text.err
	}
	return p.ctx.Err()
}

// readRest reads what is no XML as entries of a zip.
func (p *office) readRest() error {
	for i := range p.parts {
		if part := &p.parts[i]; !part.done && p.entry(part) {
			if err := p.zipEntry(p.c, p.dir, part.entry); err != nil {
				return err
			}
		}
	}
	if p.torn != nil {
		p.report(p.c.uri, p.torn)
	} else if err := nothingBehind("zip", bytes.NewReader(p.dir.behind)); err != nil {
		p.report(p.c.uri, err)
	}
	return p.ctx.Err()
}

// How much text may come from the same text again and again: a string in a million cells would be a bomb.
const (
	againFrom  = 16 << 20 // bytes
	againRatio = 20       // and as many times what was unpacked
)

// again is text that the document has already, "" when it had too much of that, which is told once.
func (p *office) again(text string) string {
	p.twice += int64(len(text))
	if p.twice <= againFrom+againRatio*(p.budget.bytes-p.before) {
		return text
	}
	if !p.bomb {
		p.bomb = true
		p.report(p.c.uri, errors.New("a bomb: the same text stands in it again and again, not all of it was read"))
	}
	return ""
}

// entry counts a part; it is false when no more are read, which is told once.
func (p *office) entry(part *officePart) bool {
	if p.ctx.Err() != nil {
		return false
	}
	before := p.budget.spent
	err := p.budget.entry()
	if err != nil {
		part.done = true
		if before == nil {
			p.report(p.c.uri, err)
		}
	}
	return err == nil
}

// officeRole is what a part is for the one that leads to it.
type officeRole struct {
	name string // under which it is shown; "" for its own
	page int
}

// read reads a part as text, if it is XML and was not read before.
func (p *office) read(part *officePart, role officeRole) {
	if part == nil || part.done || p.text.err != nil || p.ctx.Err() != nil || p.budget.spent != nil {
		return
	}
	name := part.entry.name
	inner := p.c.entry(name, nil)
	r, closing, err := p.unpack(p.dir, part.entry)
	if err != nil {
		part.done = true
		p.report(inner.uri, err)
		return
	}
	defer closing()
	source := bufio.NewReaderSize(r, sniffSize)
	head, err := source.Peek(sniffSize)
	root, ok := xmlRoot(decodedXML(head))
	if !ok || isHTML(textStart(head), inner) {
		if err != nil && !errors.Is(err, io.EOF) && len(head) == 0 {
			part.done = true
			p.report(inner.uri, err)
		}
		return // it is an entry
	}
	if part.done = true; !p.entry(part) {
		return
	}
	if role.name == "" {
		role.name = name
	}
	failed := &failedReader{Reader: source}
	p.readXML(name, root, role, utf8XML(head, failed))
	if failed.err != nil {
		p.report(inner.uri, failed.err)
	}
}

// failedReader keeps the error of a reader, other than its end.
type failedReader struct {
	io.Reader
	err error
}

func (f *failedReader) Read(b []byte) (int, error) {
	n, err := f.Reader.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		f.err = err
	}
	return n, err
}

// decodedXML is the beginning of an XML text in UTF-8.
func decodedXML(head []byte) []byte {
	if enc := encodingOf(head); enc.width > 0 {
		head, _ = io.ReadAll(newDecoder(bytes.NewReader(head), enc)) // a reader of bytes does not fail
	}
	return head
}

// utf8XML is an XML text in UTF-8, whose encoding is that of its mark or that which it declares.
func utf8XML(head []byte, r io.Reader) io.Reader {
	if enc := encodingOf(head); enc.width > 0 {
		return newDecoder(r, enc)
	}
	declaration, _, _ := bytes.Cut(head, []byte("?>"))
	_, label, ok := bytes.Cut(declaration[:min(len(declaration), 200)], []byte("encoding="))
	if !ok || len(label) < 2 {
		return r
	}
	label, _, _ = bytes.Cut(label[1:], label[:1])
	if decoded, ok := decodeDeclared("text/xml; charset="+string(label), head, r); ok {
		return decoded
	}
	return r
}

// readXML reads a part by its kind, which the name of its root tells.
func (p *office) readXML(name, root string, role officeRole, r io.Reader) {
	mode := xmlModeOf(root)
	switch {
	case root == "Relationships":
		// Those of parts that were read are done, unless there are too many; others lead from what is read elsewhere.
		p.text.begin(role.name, 0, nil)
		p.readRaw(name, r)
	case root == "sst" && p.strings.part == nil:
		p.strings.part = p.part(name)
		p.strings.read(newXMLTokens(r))
		p.strings.part.done = !p.strings.over
		return
	case mode == xmlUnknown:
		p.text.begin(role.name, role.page, nil)
		p.readRaw(name, r)
	default:
		p.readFlow(name, root, mode, role, r)
	}
	p.text.endPart()
}

// readRaw writes a part as it is written.
func (p *office) readRaw(name string, r io.Reader) {
	manifest := partKey(name) == "meta-inf/manifest.xml"
	buffer := make([]byte, xmlPiece)
	kept := 0
	for {
		n, err := readFull(r, buffer[kept:])
		b := buffer[:kept+n]
		cut := len(b)
		if i := bytes.LastIndexAny(b, " \n>"); err == nil && i > len(b)/2 {
			cut = i + 1
		}
		if manifest && bytes.Contains(b, []byte("encryption-data")) {
			p.locked = true
		}
		p.text.piece(b[:cut])
		if err != nil || p.text.err != nil {
			return
		}
		kept = copy(buffer, b[cut:])
	}
}
