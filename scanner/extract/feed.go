package extract

import (
	"bytes"
	"context"
	"html"
)

// isFeed recognises RSS and Atom by their first element.
func isFeed(start []byte) bool {
	for range 8 { // instructions and comments in front
		switch {
		case bytes.HasPrefix(start, []byte("<?")), bytes.HasPrefix(start, []byte("<!D")):
			_, start, _ = bytes.Cut(start, []byte(">"))
		case bytes.HasPrefix(start, []byte("<!--")):
			_, start, _ = bytes.Cut(start, []byte("-->"))
		default:
			return bytes.HasPrefix(start, []byte("<rss")) || bytes.HasPrefix(start, []byte("<feed")) || bytes.HasPrefix(start, []byte("<rdf:RDF"))
		}
		start = bytes.TrimLeft(start, " \t\r\n")
	}
	return false
}

// feed reads RSS and Atom. Their texts are pages whose markup is escaped once more, so that the label of a number may be
// hidden behind two layers.
func (w *work) feed(c content, head []byte, all bool) error {
	return w.asLines(c, head, all, MediaType(head, c.name), func(v *view) error { return v.feed(w.ctx) })
}

// feed appends the text of a feed, which is the source of the current part.
func (v *view) feed(ctx context.Context) error {
	out := newScribe(v)
	page := feedPage(out.source)
	if err := ctx.Err(); err != nil {
		return err
	}
	text := asPage(page, 0)
	out.mapped(text, 0, len(text.text))
	return ctx.Err()
}

// feedPage makes one page of a feed: entities are decoded, texts in CDATA taken out of it, elements begin on new lines.
func feedPage(source []byte) *mapped {
	out := &mapped{}
	for i := 0; i < len(source); {
		rest := source[i:]
		n := bytes.IndexAny(rest, "<&")
		if n < 0 {
			out.copy(rest, i)
			break
		}
		out.copy(rest[:n], i)
		i += n
		rest = rest[n:]
		var size int
		switch {
		case rest[0] == '&':
			size = feedEntity(out, rest, i)
		case bytes.HasPrefix(rest, []byte("<![CDATA[")):
			const mark = len("<![CDATA[")
			end := bytes.Index(rest, []byte("]]>"))
			if end < 0 {
				end = len(rest)
			}
			out.copy(rest[mark:end], i+mark)
			size = min(end+3, len(rest))
		default:
			end := bytes.IndexByte(rest, '>')
			if end < 0 {
				end = len(rest) - 1
			}
			size = end + 1
			feedTag(out, rest[:size], i)
		}
		i += size
	}
	return out
}

// longestEntity is the length in bytes of the longest entity that is looked for.
const longestEntity = 34

// feedEntity appends what the entity that text begins with stands for, and returns its length.
func feedEntity(out *mapped, text []byte, at int) int {
	text = text[:min(len(text), longestEntity)]
	if end := bytes.IndexByte(text, ';'); end > 1 {
		if plain := html.UnescapeString(string(text[:end+1])); plain != string(text[:end+1]) {
			out.put(plain, at)
			return end + 1
		}
	}
	out.copy(text[:1], at)
	return 1
}

// feedTag appends a tag of the feed itself. Those of a page in it join what they stand between.
func feedTag(out *mapped, tag []byte, at int) {
	name := bytes.TrimLeft(tag, "</")
	n := 0
	for n < len(name) && isTokenByte(name[n]) {
		n++
	}
	switch string(name[:n]) {
	case "a", "b", "em", "font", "i", "small", "span", "strong", "sub", "sup", "u", "wbr":
		out.copy(tag, at)
	case "item", "entry":
		out.put("<p>", at)
		out.copy(tag, at)
	default:
		out.put("<br>", at)
		out.copy(tag, at)
	}
}
