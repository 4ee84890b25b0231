package extract

import (
	"bytes"
	"math/bits"
	"strconv"
	"strings"
)

// sheet reads the cells of a sheet (ECMA-376 part 1, section 18.3): a row is a line, with a tab between columns.
type sheet struct {
	at      gridCell
	links   map[string]*cellLink
	order   []*cellLink
	into    *[]byte // where the characters go; nil outside of a cell's elements
	value   []byte
	formula []byte
	open    bool   // there is a cell
	kind    string // of its value
	ref     string // of the cell
	last    int    // the column of the last cell of the row that has text, 1 when there is none
}

// cellLink is the address of a cell.
type cellLink struct {
	ref, url string
	used     bool
}

// The bounds of a sheet.
const (
	maxSheetCell    = 64 << 10 // bytes; Excel allows 32,767 characters
	maxCellLinks    = 20_000
	maxSheetRows    = 1 << 20
	maxSheetColumns = 1 << 14
	fewLines        = 3 // so many lines of a cell become one
)

func newSheet() *sheet {
	return &sheet{links: make(map[string]*cellLink), last: 1}
}

// sheetLinks reads the addresses of cells, which stand behind the cells, in a look at the part of its own.
func (p *office) sheetLinks(name string, f *flowReader) {
	part := p.part(name)
	wanted := false
	for _, rel := range f.rels.list {
		wanted = wanted || rel.external && rel.kind == "hyperlink"
	}
	if part == nil || !wanted {
		return
	}
	r, closing, err := p.unpack(p.dir, part.entry)
	if err != nil {
		return // that was told
	}
	defer closing()
	x := newXMLTokens(r)
	for size := 0; len(f.sheet.order) < maxCellLinks && size < maxRelationBytes; {
		t, ok := x.next()
		if !ok {
			return
		}
		if t.kind != xmlStart || string(t.name) != "hyperlink" {
			continue
		}
		ref, _, _ := strings.Cut(t.attr("ref"), ":")
		if url := withAnchor(f.address(t), t.attr("location")); url != "" && len(ref) < 16 {
			size += len(url)
			link := &cellLink{ref: ref, url: url}
			f.sheet.order = append(f.sheet.order, link)
			f.sheet.links[ref] = link
		}
	}
}

// start reads the begin of an element of a cell; it is false for all else.
func (s *sheet) start(r *flowReader, t xmlToken) bool {
	switch string(t.name) {
	case "row":
		s.cell(r)
		s.at.row = min(s.at.row+1, maxSheetRows)
		if n, err := strconv.Atoi(t.attr("r")); err == nil && n > 0 && n <= maxSheetRows {
			s.at.row = n
		}
		s.at.col, s.last = 0, 1
		r.o.beginRow()
	case "c":
		s.cell(r)
		s.open, s.kind, s.ref = true, t.attr("t"), t.attr("r")
		s.at.col = min(s.at.col+1, maxSheetColumns)
		if n := column(s.ref); n > 0 {
			s.at.col = n
		}
	case "v", "t", "f", "is":
		return s.startValue(r, t)
	case "hyperlink":
	default:
		return false
	}
	r.attributesBut(t, func(local string) bool { return local == "r" || local == "t" })
	return true
}

// column is the number of the column of a place like "B7", 0 when it is none.
func column(ref string) int {
	n := 0
	for i := 0; i < len(ref) && i < 3 && isHTMLLetter(ref[i]); i++ {
		n = n*26 + int(ref[i]|0x20-'a') + 1
	}
	if n > maxSheetColumns {
		return 0
	}
	return n
}

// characters are of a cell.
func (s *sheet) characters(o *officeText, b []byte) {
	if *s.into = append(*s.into, b...); len(*s.into) > maxSheetCell {
		s.write(o, string(*s.into))
		*s.into = (*s.into)[:0]
	}
}

// end reads the end of an element of a cell; it is false for all else.
func (s *sheet) end(r *flowReader, name []byte) bool {
	switch string(name) {
	case "row":
		r.o.endRow()
	case "c":
		s.cell(r)
	case "v", "f", "t", "is":
		s.into = nil
		return s.open
	case "hyperlink":
	default:
		return false
	}
	return true
}

// startValue reads the begin of an element inside a cell.
func (s *sheet) startValue(r *flowReader, t xmlToken) bool {
	if !s.open {
		return false
	}
	switch string(t.name) {
	case "v", "t":
		s.into = &s.value
	case "f":
		s.into = &s.formula
	}
	r.attributesBut(t, func(local string) bool { return local == "r" || local == "t" })
	return true
}

// cell ends the cell that is open.
func (s *sheet) cell(r *flowReader) {
	if s.open {
		s.write(r.o, s.text(r))
	}
	s.open, s.into, s.value, s.formula = false, nil, s.value[:0], s.formula[:0]
}

// text is what the cell shows, its formula where that may hold something, and its address.
func (s *sheet) text(r *flowReader) string {
	text := string(s.value)
	switch s.kind {
	case "s":
		if n, err := strconv.Atoi(strings.TrimSpace(text)); err == nil {
			text = r.p.again(r.p.strings.at(n))
		}
	case "", "n":
		text = plainNumber(text)
	default:
		text = withoutEscapes(text)
	}
	text = fewerLines(text)
	if isWorthShowing(s.formula) {
		text += " =" + string(s.formula)
	}
	if link := s.links[s.ref]; link != nil {
		url := link.url
		if link.used { // cells of the same name
			url = r.p.again(url)
		}
		link.used = true
		if url != "" && !shows([]byte(text), url) {
			text += " <" + url + ">"
		}
	}
	return strings.TrimLeft(text, " ")
}

// write writes text into the row.
func (s *sheet) write(o *officeText, text string) {
	if strings.TrimSpace(text) == "" {
		return
	}
	o.tabs = max(s.at.col-s.last, 0)
	o.piece([]byte(text))
	s.last = max(s.at.col, 1)
}

// tellUnused writes the addresses of cells that the sheet does not have.
func (s *sheet) tellUnused(o *officeText) {
	o.blank()
	for _, link := range s.order {
		if !link.used {
			o.remark("<"+link.url+">", link.url)
			o.endLine()
		}
	}
}

// plainNumber writes a number of a meeting out that was written as 8.4930275116E10.
func plainNumber(text string) string {
	if !strings.ContainsAny(text, "Ee") {
		return text
	}
	n, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil || n < 1e8 || n >= 1<<53 || n != float64(int64(n)) {
		return text
	}
	return strconv.FormatInt(int64(n), 10)
}

// withoutEscapes undoes "_x000D_" (ECMA-376 part 1, section 22.9.2.19).
func withoutEscapes(text string) string {
	if !strings.Contains(text, "_x") {
		return text
	}
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] == '_' && i+7 <= len(text) && text[i+1] == 'x' && text[i+6] == '_' {
			if n, err := strconv.ParseUint(text[i+2:i+6], 16, 16); err == nil {
				out.WriteRune(rune(n))
				i += 6
				continue
			}
		}
		out.WriteByte(text[i])
	}
	return out.String()
}

// fewerLines makes one line of a cell that has few, so that its row stays one; a whole invitation keeps its lines.
func fewerLines(text string) string {
	if strings.Contains(text, "\t") {
		text = strings.ReplaceAll(text, "\t", " ")
	}
	if !strings.ContainsAny(text, "\r\n") {
		return text
	}
	text = strings.TrimRight(strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n"), "\n")
	if strings.Count(text, "\n") < fewLines {
		text = strings.ReplaceAll(text, "\n", " ")
	}
	return text
}

// sharedStrings are the texts of cells, which stand in a part of their own and are named by their number.
type sharedStrings struct {
	part  *officePart // nil until they were read
	most  int         // bytes
	text  []byte
	ends  []int32  // of the strings in text
	used  []uint64 // a bit for each
	extra []byte   // what stood beside them
	over  bool     // there are more: then all of them are a part of the text too
}

// read reads them.
func (s *sharedStrings) read(x *xmlTokens) {
	inText := false
	for {
		t, ok := x.next()
		switch {
		case !ok:
			return
		case len(s.text)+len(s.extra)+4*len(s.ends) > s.most:
			s.over = true
			return
		case t.kind == xmlStart && string(t.name) == "t":
			inText = !t.empty
		case t.kind == xmlEnd && string(t.name) == "t":
			inText = false
		case t.kind == xmlText && inText:
			s.text = append(s.text, t.text...)
		case t.kind == xmlText || t.kind == xmlRaw:
			if isWorthShowing(t.text) && !isDeclaration(t.text) {
				s.extra = append(append(s.extra, t.text...), '\n')
			}
		case t.kind == xmlEnd && string(t.name) == "si", t.kind == xmlStart && t.empty && string(t.name) == "si":
			s.ends = append(s.ends, int32(len(s.text)))
		}
	}
}

// at is the string of that number, "" when it is not there.
func (s *sharedStrings) at(n int) string {
	if n < 0 || n >= len(s.ends) {
		return ""
	}
	if need := n/64 + 1; need > len(s.used) {
		s.used = append(s.used, make([]uint64, (len(s.ends)+63)/64-len(s.used))...)
	}
	s.used[n/64] |= 1 << (n % 64)
	from := int32(0)
	if n > 0 {
		from = s.ends[n-1]
	}
	return withoutEscapes(string(s.text[from:s.ends[n]]))
}

// tellUnused writes the strings that stand in no cell.
func (s *sharedStrings) tellUnused(o *officeText) {
	used := 0
	for _, word := range s.used {
		used += bits.OnesCount64(word)
	}
	if s.over || used == len(s.ends) && len(s.extra) == 0 {
		return
	}
	o.begin(s.part.entry.name, 0, nil)
	for n := range s.ends {
		if n/64 < len(s.used) && s.used[n/64]&(1<<(n%64)) != 0 {
			continue
		}
		if text := s.at(n); strings.TrimSpace(text) != "" {
			o.want = max(o.want, lineGap)
			o.piece([]byte(text))
		}
	}
	if extra := bytes.TrimSpace(s.extra); len(extra) > 0 {
		o.want = lineGap
		o.piece(extra)
	}
	o.endPart()
}

// startTable begins a sheet of ODF, which is a part of its own, or another table.
func (r *flowReader) startTable(t xmlToken) {
	if !strings.Contains(r.p.media, "spreadsheet") || len(r.o.frames) > 1 {
		r.o.blank()
		return
	}
	r.cell = gridCell{}
	r.moreRows, r.moreColumns = 0, 0
	r.o.begin(t.attr("name"), 0, &r.cell)
}

// nextRow and nextCell count the rows and columns of a sheet of ODF; one may stand for several.
func (r *flowReader) nextRow(t xmlToken) {
	if g := &r.cell; r.o.grid != nil {
		g.row, g.col = min(g.row+1+r.moreRows, maxSheetRows), 0
		r.moreRows, r.moreColumns = repeats(t, "number-rows-repeated"), 0
	}
}

func (r *flowReader) nextCell(t xmlToken) {
	if g := &r.cell; r.o.grid != nil {
		g.col = min(g.col+1+r.moreColumns, maxSheetColumns)
		r.o.tabs += min(r.moreColumns, maxOfficeTabs)
		r.moreColumns = repeats(t, "number-columns-repeated")
	}
}

// repeats is how often an element stands beyond the first time.
func repeats(t xmlToken, name string) int {
	n, err := strconv.Atoi(t.attr(name))
	if err != nil {
		return 0
	}
	return max(min(n, maxSheetRows)-1, 0)
}
