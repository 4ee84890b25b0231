package mastodon

import (
	"bytes"
	"context"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"meetleaks/scanner"
)

// text is what people see of a status, put together of paragraphs. What does not fit is left out at a space, so that no link is cut.
type text struct {
	source    *Source
	out       []byte
	truncated bool
	broken    bool // something could not be read
}

// textOf makes the text of a status. Its error is the context's.
func (s *Source) textOf(ctx context.Context, uri string, p *post, quoted *post) (*text, error) {
	t := &text{source: s}
	if err := t.post(ctx, uri, p); err != nil {
		return nil, err
	}
	if quoted != nil {
		if err := t.post(ctx, uri, quoted); err != nil {
			return nil, err
		}
	}
	return t, nil
}

func (t *text) post(ctx context.Context, uri string, p *post) error {
	t.plain(string(p.Spoiler))
	if err := t.markup(ctx, uri, string(p.Content)); err != nil {
		return err
	}
	for _, o := range p.Poll.It.Options {
		t.plain(string(o.Title))
	}
	for _, m := range p.Media {
		t.plain(string(m.Description))
	}
	t.plain(string(p.Card.It.URL))
	t.plain(withoutStump(string(p.Card.It.Title)))
	t.plain(withoutStump(string(p.Card.It.Description)))
	return nil
}

// plain adds a paragraph.
func (t *text) plain(paragraph string) {
	paragraph = strings.TrimSpace(t.clipped(paragraph))
	if paragraph == "" {
		return
	}
	if len(t.out) > 0 {
		t.out = append(t.out, "\n\n"...)
	}
	t.out = append(t.out, paragraph...)
}

// clipped cuts to maxText bytes, at a space.
func (t *text) clipped(s string) string {
	if len(s) <= maxText {
		return s
	}
	t.truncated = true
	return s[:max(strings.LastIndexFunc(s[:maxText], unicode.IsSpace), 0)]
}

// markup adds the text of a piece of HTML. What cannot be taken apart is added as it is: else that would be a way to hide a link.
func (t *text) markup(ctx context.Context, uri, content string) error {
	if len(content) > maxText {
		t.truncated = true
		content = clippedMarkup(content)
	}
	if content == "" {
		return nil
	}
	page := &Page{uri: uri, body: pageHead + wholeLinks(content)}
	documents := 0
	_, err := t.source.o.Read(ctx, page, func(d scanner.Document) error {
		read, err := io.ReadAll(io.LimitReader(d.Text, 4*maxText+1))
		if err != nil {
			t.broken = true
			return nil //nolint:nilerr // what was read of it counts, and that it is not all is told
		}
		documents++
		t.truncated = t.truncated || len(read) > 4*maxText
		t.plain(string(read))
		return nil
	}, func(s scanner.Skip) { t.broken = t.broken || s.Cause == scanner.Failure })
	if err == nil && documents == 0 {
		t.plain(content)
	}
	return err
}

// clippedMarkup cuts HTML to maxText bytes: at a space that stands in no tag, or before the tag.
func clippedMarkup(content string) string {
	content = content[:maxText]
	if open := strings.LastIndexByte(content, '<'); open > strings.LastIndexByte(content, '>') {
		return content[:open]
	}
	return content[:max(strings.LastIndexFunc(content, unicode.IsSpace), strings.LastIndexByte(content, '>')+1, 0)]
}

// wholeLinks is HTML in which links that are shown shortened are shown whole, by where they lead.
func wholeLinks(content string) string {
	z := html.NewTokenizer(strings.NewReader(content))
	var out, inner, shown bytes.Buffer
	href, within := "", false
	end := func() {
		if within && shortened(shown.String(), href) {
			out.WriteString(html.EscapeString(href))
		} else {
			out.Write(inner.Bytes())
		}
		inner.Reset()
		shown.Reset()
		within = false
	}
	for {
		kind := z.Next()
		raw := append([]byte(nil), z.Raw()...)
		if kind == html.ErrorToken {
			end()
			out.Write(raw)
			return out.String()
		}
		token := z.Token()
		switch link := token.DataAtom == atom.A; {
		case link && kind == html.StartTagToken:
			end()
			out.Write(raw)
			href, within = hrefOf(token), true
		case link && kind == html.EndTagToken:
			end()
			out.Write(raw)
		default:
			inner.Write(raw)
			if kind == html.TextToken {
				shown.WriteString(token.Data)
			}
		}
	}
}

func hrefOf(token html.Token) string {
	for _, a := range token.Attr {
		if a.Key == "href" {
			return strings.TrimSpace(a.Val)
		}
	}
	return ""
}

// shortened says whether what is shown stands for a longer address: its beginning, or what ends in dots and is not whole. What is whole
// is read as people do, wherever its author lets it lead.
func shortened(shown, href string) bool {
	shown = strings.TrimSpace(shown)
	cut := strings.TrimRight(strings.TrimSuffix(shown, "…"), ".")
	if href == "" || cut == "" || !strings.Contains(cut, ".") || strings.ContainsFunc(cut, unicode.IsSpace) {
		return false
	}
	whole := len(cut)-len(strings.TrimRight(cut, "0123456789")) >= longest
	if rest, goesOn := strings.CutPrefix(bare(href), bare(cut)); goesOn {
		return !whole || rest == "" || rest[0] < '0' || rest[0] > '9'
	}
	marked := strings.HasSuffix(shown, "…") || strings.HasSuffix(shown, "..")
	return marked && !whole && !strings.Contains(cut, "?")
}

// longest is how many digits the longest meeting numbers have that stand at the end of an address (Zoom's): none is missing of them.
const longest = 11

// bare is an address without what is often not shown.
func bare(address string) string {
	address = strings.ToLower(address)
	if _, rest, ok := strings.Cut(address, "://"); ok {
		address = rest
	}
	return strings.TrimPrefix(address, "www.")
}

// withoutStump takes the beginning of an address off that a server cut: it could be taken for another link.
func withoutStump(s string) string {
	s = strings.TrimSpace(s)
	cut := strings.TrimSuffix(strings.TrimSuffix(s, "…"), "...")
	if len(cut) == len(s) {
		return s
	}
	last := strings.LastIndexFunc(cut, unicode.IsSpace) + 1
	if strings.ContainsAny(cut[last:], "./") {
		return cut[:last]
	}
	return s
}

// Page is a piece of HTML that has to be taken apart. It is what extract.Page asks for.
type Page struct {
	uri, body string
}

// pageHead makes a piece of HTML look like what it is, whatever it begins with.
const pageHead = "<!DOCTYPE html><html><body>\n"

// URI is the place.
func (p *Page) URI() string { return p.uri }

// Host is "": whose page it is, the whole text is judged by.
func (p *Page) Host() string { return "" }

// ContentType is that of HTML.
func (p *Page) ContentType() string { return "text/html; charset=utf-8" }

// Open returns the HTML. What it returns can also be read from any place and knows its size. It never fails.
func (p *Page) Open() (io.ReadCloser, error) { return body{strings.NewReader(p.body)}, nil }

// body adds Close to what has ReadAt and Size.
type body struct{ *strings.Reader }

func (body) Close() error { return nil }

// valid makes UTF-8 of a text.
func valid(b []byte) []byte {
	if utf8.Valid(b) {
		return b
	}
	return bytes.ToValidUTF8(b, []byte("\ufffd"))
}
