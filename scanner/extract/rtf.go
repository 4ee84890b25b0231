package extract

import (
	"bytes"
	"context"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	xencoding "golang.org/x/text/encoding"
)

// rtf reads Rich Text Format (Microsoft's specification, version 1.9.1): the text, the targets of links, comments.
func (w *work) rtf(c content, head []byte, all bool) error {
	return w.asLines(c, head, all, "application/rtf", func(v *view) error { return v.rtf(w.ctx) })
}

// rtf appends the text of a document in Rich Text Format, which is the source of the current part. Targets of links stand
// in angle brackets behind the link's text. What a reader does not see (styles, data of programs, what stands behind the
// end) follows at the end, if there can be a link in it. Time and memory are linear in the source.
func (v *view) rtf(ctx context.Context) error {
	r := &rtfReader{scribe: newScribe(v), charset: rtfCharset(1252), group: rtfGroup{skip: 1}}
	if err := r.read(ctx, 0, len(r.source)); err != nil {
		return err
	}
	r.flush()
	for len(r.groups) > 0 {
		r.close(len(r.source))
	}
	return r.hidden(ctx)
}

// maxGroups bounds how deep groups are followed; deeper ones are read as part of the last.
const maxGroups = 1000

// rtfReader is the reading of one document.
type rtfReader struct {
	*scribe
	charset xencoding.Encoding
	group   rtfGroup
	groups  []rtfGroup // around it
	deeper  int        // groups that are open beyond maxGroups

	raw     []byte // characters in the document's charset that wait, since one may take several bytes
	rawAt   int
	high    rune // the first half of a character beyond 16 bits
	wordEnd int  // where the last control word ended
	left    int  // characters to leave out, which stand for one that was read

	instruction *mapped // of the field that is being read; its text goes there
	unseen      []stretch
	plain       bool // what was not seen is being read: nothing is left out any more
}

// rtfGroup is what holds up to the next closing brace.
type rtfGroup struct {
	from    int
	skip    int  // characters that stand for one by its number (\uc)
	unseen  bool // nothing of it is text
	aside   bool // it is text that stands elsewhere
	block   bool // a line of its own
	hex     bool // it holds data in hexadecimal digits
	starred bool // it began with \*
	reads   bool // its text is the instruction of the field around it
	fresh   bool // nothing but \* was in it

	instruction *mapped // of this field, once it was read
	result      int     // where in the view this field begins
}

// stretch is a part of the source.
type stretch struct {
	from, to int
	kind     stretchKind
}

// stretchKind says how a stretch is read at the end.
type stretchKind uint8

const (
	hiddenStretch stretchKind = iota // as RTF, if there can be a link in it
	asideStretch                     // as RTF: notes, comments, the tops and bottoms of pages
	rawStretch                       // as it is, if there can be a link in it
)

// read reads source[from:to].
func (r *rtfReader) read(ctx context.Context, from, to int) error {
	for i, n := from, 0; i < to; n++ {
		if n%(1<<14) == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		switch c := r.source[i]; c {
		case '{':
			r.open(i)
			i++
		case '}':
			r.flush()
			i++
			r.close(i - 1)
			if len(r.groups) == 0 && r.ends(i, to) {
				return nil
			}
		case '\\':
			i = r.control(i, to)
		case '\r', '\n':
			if r.breaks(i, from, to) {
				r.say("\n", i)
			}
			i++
		default:
			i = r.letters(i, to)
		}
	}
	return nil
}

// ends says whether the document ends in front of i. Another may follow; all else is not of it.
func (r *rtfReader) ends(i, to int) bool {
	rest := bytes.TrimLeft(r.source[i:to], " \t\r\n\x00")
	switch {
	case r.plain:
		return false
	case len(rest) > 0 && rest[0] == '{':
		r.say("\n\n", i)
		return false
	case len(rest) > 0:
		r.unseen = append(r.unseen, stretch{i, to, rawStretch})
	}
	return true
}

// breaks says whether the line break at i is one of the text. The format leaves line breaks out, and programs write them
// anywhere in long lines; behind a word in a short line one was typed by somebody who does not know that.
func (r *rtfReader) breaks(i, from, to int) bool {
	if i == from || i+1 >= to || i == r.wordEnd || !isTokenByte(r.source[i-1]) || !isASCIILetter(r.source[i+1]) {
		return false
	}
	return i-from < foldLeast || bytes.IndexByte(r.source[i-foldLeast:i], '\n') >= 0
}

// letters reads plain text at i.
func (r *rtfReader) letters(i, to int) int {
	r.group.fresh = false
	for ; r.left > 0 && i < to && !rtfSign(r.source[i]); i++ {
		r.left--
	}
	if i < to && r.source[i] >= utf8.RuneSelf {
		r.character(r.source[i], i)
		return i + 1
	}
	end := i
	for end < to && !rtfSign(r.source[end]) && r.source[end] < utf8.RuneSelf {
		end++
	}
	r.text(i, end)
	return max(end, i)
}

func rtfSign(c byte) bool { return c == '{' || c == '}' || c == '\\' || c == '\r' || c == '\n' }

// text appends source[from:to], which is ASCII.
func (r *rtfReader) text(from, to int) {
	if r.group.unseen || from >= to || r.group.hex && allHex(r.source[from:to]) {
		return
	}
	if len(r.raw) > 0 && r.rawAt+len(r.raw) > 0 && isMultibyte(r.charset) { // it may be the second byte of a character
		r.raw = append(r.raw, r.source[from])
		from++
	}
	r.flush()
	if r.instruction != nil {
		r.instruction.copy(r.source[from:to], from)
		return
	}
	r.copy(from, to)
}

// say appends text that stands for what is at i.
func (r *rtfReader) say(text string, i int) {
	r.flush()
	switch {
	case r.group.unseen:
	case r.instruction != nil:
		r.instruction.put(text, i)
	default:
		r.put(text, i)
	}
}

// character appends one byte in the document's charset.
func (r *rtfReader) character(c byte, i int) {
	if r.left > 0 {
		r.left--
		return
	}
	if r.group.unseen {
		return
	}
	if len(r.raw) == 0 {
		r.rawAt = i
	}
	if r.raw = append(r.raw, c); len(r.raw) >= coarse {
		r.flush()
	}
}

// flush decodes the characters that wait.
func (r *rtfReader) flush() {
	r.high = 0
	if len(r.raw) == 0 {
		return
	}
	text := string(r.raw)
	if !utf8.ValidString(text) || isMultibyte(r.charset) {
		if decoded, err := r.charset.NewDecoder().String(text); err == nil {
			text = decoded
		}
	}
	at := r.rawAt
	r.raw = r.raw[:0]
	r.say(text, at)
}

// number appends a character by its number in 16 bits, as \u gives it.
func (r *rtfReader) number(n, i int) {
	c := rune(uint16(n))
	high := r.high
	switch {
	case utf16.IsSurrogate(c) && c < 0xDC00:
		r.flush()
		r.high = c
	case utf16.IsSurrogate(c):
		r.say(string(utf16.DecodeRune(high, c)), i)
	default:
		r.say(string(c), i)
	}
	r.left = r.group.skip
}

// open opens a group.
func (r *rtfReader) open(i int) {
	r.flush()
	r.left = 0
	if len(r.groups) >= maxGroups {
		r.deeper++
		return
	}
	r.groups = append(r.groups, r.group)
	r.group = rtfGroup{from: i, skip: r.group.skip, unseen: r.group.unseen, hex: r.group.hex, fresh: true, result: len(r.view.text)}
}

// close closes the group that ends in front of i.
func (r *rtfReader) close(i int) {
	r.left = 0
	if r.deeper > 0 {
		r.deeper--
		return
	}
	if len(r.groups) == 0 {
		return
	}
	g := r.group
	r.group = r.groups[len(r.groups)-1]
	r.groups = r.groups[:len(r.groups)-1]
	switch {
	case g.reads:
		if r.group.instruction != nil {
			m := r.instruction
			r.instruction = nil
			r.link(&r.group)
			r.instruction = m
		}
		r.group.instruction, r.instruction = r.instruction, nil
		if len(r.groups) == 0 || r.plain { // there is no field around it
			r.link(&r.group)
		}
	case g.block && len(r.view.text) > g.result:
		r.say("\n", i)
	case g.instruction != nil && r.instruction == nil:
		r.link(&g)
	case g.aside && !r.group.unseen:
		r.unseen = append(r.unseen, stretch{g.from, i, asideStretch})
	case g.unseen && !r.group.unseen:
		r.unseen = append(r.unseen, stretch{g.from, i, hiddenStretch})
	}
}

// link appends the instruction of a field: the target of a link in angle brackets, and what stands behind it.
func (r *rtfReader) link(g *rtfGroup) {
	m := g.instruction
	g.instruction = nil
	text := string(m.text)
	if !strings.ContainsAny(text, "/@%") && strings.Count(text, `"`) < 2 {
		return
	}
	at, target, rest := -1, "", text
	shown := r.view.text[max(min(g.result, len(r.view.text)), len(r.view.text)-maxToken):]
	if i := strings.Index(strings.ToUpper(text), "HYPERLINK"); i >= 0 {
		if open := strings.IndexByte(text[i:], '"'); open >= 0 {
			at = i + open + 1
			target, rest, _ = strings.Cut(text[at:], `"`)
		}
	}
	if at >= 0 && target != "" && !bytes.Contains(shown, []byte(target)) {
		r.put(" <", m.source(at))
		r.mapped(m, at, at+len(target))
		r.put(">", m.source(at))
	}
	if strings.ContainsAny(rest, "/@%") {
		r.put(" ", m.source(len(text)-len(rest)))
		r.mapped(m, len(text)-len(rest), len(text))
	}
}

// control reads what begins with the backslash at i.
func (r *rtfReader) control(i, to int) int {
	if i+1 >= to {
		return to
	}
	switch c := r.source[i+1]; {
	case c == '\'':
		r.group.fresh = false
		b, ok := quotedByte(r.source[i+2 : min(to, i+4)])
		if !ok {
			return i + 2
		}
		r.character(b, i)
		return i + 4
	case c == '*':
		r.group.starred = r.group.fresh
		return i + 2
	case isASCIILetter(c):
		return r.word(i, to)
	case r.left > 0:
		r.left--
	case c == '\\', c == '{', c == '}', c == '/': // the last is no escape of the format; addresses in scripts are written so
		r.say(string(rune(c)), i)
	case c == '~':
		r.say(" ", i)
	case c == '_':
		r.say("-", i)
	case c == '\r', c == '\n':
		r.say("\n", i)
	case c == '-', c == '|', c == ':': // where a word may be broken, and marks of indices
	}
	r.group.fresh = false
	return i + 2
}

// maxFallback bounds the characters left out behind one that is given by its number: more would be a way to hide a link.
const maxFallback = 4

// maxControlWord bounds the names of control words, in bytes; the specification says 32.
const maxControlWord = 40

// word reads the control word at i.
func (r *rtfReader) word(i, to int) int {
	end := i + 1
	for end < to && end-i <= maxControlWord && isASCIILetter(r.source[end]) {
		end++
	}
	name := string(r.source[i+1 : end])
	from := end
	if end < to && r.source[end] == '-' {
		end++
	}
	for end < to && end-from < 12 && r.source[end] >= '0' && r.source[end] <= '9' {
		end++
	}
	n, err := strconv.Atoi(string(r.source[from:end]))
	if err != nil {
		n = 1
		if end > from && r.source[from] == '-' {
			end = from
		}
	}
	if end < to && r.source[end] == ' ' {
		end++
	}
	fresh := r.group.fresh
	r.group.fresh = false
	if r.left > 0 && name != "u" && name != "bin" {
		r.left--
	}
	r.wordEnd = end
	return r.do(name, n, err == nil, fresh, i, end, to)
}

// do does what a control word says; the source goes on at end.
func (r *rtfReader) do(name string, n int, given, fresh bool, i, end, to int) int {
	switch name {
	case "u":
		if given {
			r.number(n, i)
		}
	case "uc":
		r.group.skip = max(0, min(n, maxFallback))
	case "ansicpg":
		r.flush()
		r.charset = rtfCharset(n)
	case "mac":
		r.charset = rtfCharset(10000)
	case "bin":
		data := min(max(n, 0), to-end)
		if given && data > 0 {
			r.unseen = append(r.unseen, stretch{end, end + data, rawStretch})
			return end + data
		}
	default:
		if text := rtfSymbol(name); text != "" {
			r.say(text, i)
		} else if fresh {
			r.destination(name)
		}
	}
	return end
}

// destination begins what is not simply text.
func (r *rtfReader) destination(name string) {
	switch name {
	case "pict", "objdata", "themedata", "colorschememapping", "datastore":
		r.group.hex, r.group.block = true, true
		return
	}
	if r.plain {
		return
	}
	r.flush()
	switch name {
	case "fldinst":
		if r.instruction == nil && !r.group.unseen {
			r.instruction, r.group.reads = &mapped{}, true
		}
	case "title", "subject", "author", "manager", "company", "operator", "category", "keywords", "comment", "doccomm", "hlinkbase":
		r.group.block = true
	case "htmltag", "shpinst", "shprslt": // pages in RTF; drawings, whose text and links these hold
	case "annotation", "footnote", "header", "headerl", "headerr", "headerf", "footer", "footerl", "footerr", "footerf":
		r.group.unseen, r.group.aside = true, !r.group.unseen
	case "fonttbl", "colortbl", "stylesheet", "filetbl", "revtbl":
		r.group.unseen = true
	default:
		r.group.unseen = r.group.unseen || r.group.starred
	}
}

func allHex(b []byte) bool {
	for _, c := range b {
		if hexValue(c) < 0 && c != ' ' {
			return false
		}
	}
	return true
}

// hidden appends what was left out, if a link may stand in it: groups as their text, data and what stands behind the
// document as it is.
func (r *rtfReader) hidden(ctx context.Context) error {
	unseen := r.unseen
	r.unseen, r.plain = nil, true
	for _, s := range unseen {
		if s.kind != asideStretch && s.to < len(r.source) && !bytes.ContainsAny(r.source[s.from:s.to], "/@%") {
			continue
		}
		r.group, r.groups, r.deeper, r.left, r.instruction = rtfGroup{skip: 1}, r.groups[:0], 0, 0, nil
		r.put("\n\n", s.from)
		if s.kind == rawStretch {
			r.copy(s.from, s.to)
			continue
		}
		if err := r.read(ctx, s.from, s.to); err != nil {
			return err
		}
		r.flush()
	}
	return nil
}
