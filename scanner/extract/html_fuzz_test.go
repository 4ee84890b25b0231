package extract

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"meetleaks/scanner"
)

// Time grows with the length of a page, not with its square: each of these would take minutes.
func TestHTMLHostilePagesTakeLinearTime(t *testing.T) {
	const size = 1 << 18
	for _, piece := range []string{
		"<", "<b>", "</b>", "<a href=//a.example>", "<a href=//a.example>x", "<!--", "<!-->", "<!--x--!>", "<![CDATA[", "<![CDATA[x]]>", "<title>", "</title>",
		"<script>", "</", "</script", "<style>x", "<textarea></tex", "<p>", "<div title='a b'>", "<h1 title='a b'>", "<td>", "<tr>", "<tr><td>", "<br>", "&", "&#", "&amp", "&amp;",
		"&notit;", " ", "\n", "\t<i>\n", "<time datetime=2026-12-01>", "<i data-a=//>", "<i data-a=//>x", "<p data-a=//>", "<img alt='a b'>", "https://a/b<i>c</i>", "a<i>",
		"<x ", "<x a=//b.c ", "<x a='", "'", "\"", "<a b.c>", "<a href='\n", "<meta name=robots content=x>", "<script type=ld+json>{</script>",
		"<script type=ld+json>{\"@type\":\"Event\",\"startDate\":\"2026-12-01\",\"x\":[{</script>", "<?", "<!", "<!x>", "<table>", "</table>", "\x00", "é", "\xff", "<i>é</i>",
	} {
		for _, frame := range []string{"%", "<x %>", "<script type=ld+json>%</script>", "<table><tr><td>%", "<a href=//a.example>%</a>\n"} {
			page := []byte(strings.Replace(frame, "%", strings.Repeat(piece, size/len(piece)), 1))
			begin := time.Now()
			v := &view{}
			v.begin("", "", page)
			var outline scanner.Outline
			v.html(page, &outline)
			checkHTMLView(t, v, page)
			if took := time.Since(begin); took > 2*time.Second {
				t.Errorf("%q in %q: %v", piece, frame, took)
			}
		}
	}
}

// checkHTMLView holds what is true of the text of every page.
func checkHTMLView(t testing.TB, v *view, page []byte) {
	t.Helper()
	if len(v.text) > 3*len(page)+64 {
		t.Errorf("%d bytes of text of %d: %.100q", len(v.text), len(page), page)
	}
	if len(v.spans) > fineSpans+len(v.text)/16 {
		t.Errorf("%d spans for %d bytes", len(v.spans), len(v.text))
	}
	lines := bytes.Count(page, []byte("\n"))
	l := v.locator()
	for at, step := 0, max(1, len(v.text)/5000); at <= len(v.text); at += step {
		if s := l.Locate(int64(at)); s.Line < 1 || s.Line > lines+1 || s.Column < 1 || s.Column > len(page)+1 {
			t.Fatalf("byte %d of %d is at %+v, of %d lines", at, len(v.text), s, lines+1)
		} else if len(v.text) < 2000 && v.locator().Locate(int64(at)) != s {
			t.Fatalf("byte %d of %d is at %+v on the way, and elsewhere by itself", at, len(v.text), s)
		}
	}
	end := int64(0)
	for _, e := range v.events {
		if e.From < end || e.To <= e.From || e.To > int64(len(v.text)) {
			t.Fatalf("event [%d,%d) behind %d", e.From, e.To, end)
		}
		end = e.To
	}
}

func FuzzHTML(f *testing.F) {
	for _, s := range htmlSamples() {
		f.Add([]byte(s.page))
	}
	f.Add([]byte(`<script type="application/ld+json">{"@type":"Event","startDate":"2026-12-01","subEvent":[{"@type":"Event","startDate":"2026-12-02"}]}</script>`))
	f.Add([]byte("<base href=a><link rel=next href=b><meta http-equiv=refresh content='1;url=c'><frame src=d>"))
	f.Add([]byte("\xff\xfe<\x00h\x00t\x00m\x00l\x00>\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		page := decodePage(data, "text/html; charset=shift_jis")
		v := &view{}
		v.begin("x", "", []byte("something in front"))
		v.copy(0, 9)
		v.begin("", "", page)
		var outline scanner.Outline
		v.html(page, &outline)
		if len(outline.Links) > len(page) || len(outline.Robots) > maxRobots {
			t.Errorf("%d links, %d times robots", len(outline.Links), len(outline.Robots))
		}
		v = &view{}
		v.begin("", "", page)
		v.html(page, nil)
		checkHTMLView(t, v, page)
	})
}

// otherwiseRead: what our tokens differ in on purpose from those of golang.org/x/net/html.
var otherwiseRead = regexp.MustCompile(`(?i)<(title|script|style|textarea|iframe|noembed|noframes|noscript|plaintext|xmp)|<!\[CDATA\[|[\x00\r]`)

// FuzzHTMLTokens compares the tokens with those of another implementation.
func FuzzHTMLTokens(f *testing.F) {
	for _, s := range htmlSamples() {
		f.Add([]byte(s.page))
	}
	for _, s := range []string{"a<b c=d/e f='g' h=\"i\"j=k =l m= n>", "<a/b/c=d//>", "</a b=c>x</ d></>", "<!-- - -- --!>--><!--><!--->", "<!doctype x><?y?><!z>", "a < b <3 <a", "&amp;&copy=1&notit;<a b='&amp;&copy=1&notit;&copy'>"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, page []byte) {
		if otherwiseRead.Match(page) {
			return
		}
		got, want := ourTokens(page), otherTokens(page)
		if n := len(got); n > 0 && got[n-1] == "rest" { // the other implementation drops it, or makes something of it
			got = got[:n-1]
			want = want[:min(len(want), n-1)]
		}
		if g, w := strings.Join(got, "\n"), strings.Join(want, "\n"); g != w {
			t.Errorf("%q\n got %q\nwant %q", page, g, w)
		}
	})
}

// appendText joins texts: the implementations cut them at other places.
func appendText(tokens []string, text string) []string {
	if n := len(tokens); n > 0 && strings.HasPrefix(tokens[n-1], "text ") {
		tokens[n-1] += text
		return tokens
	}
	return append(tokens, "text "+text)
}

func ourTokens(page []byte) (out []string) {
	tokens := htmlTokens{page: page}
	r := htmlReader{page: page}
	at := 0
	for {
		token, ok := tokens.next()
		if !ok {
			return out
		}
		if token.from != at || token.to <= at {
			panic(fmt.Sprintf("a token from %d to %d behind %d", token.from, token.to, at))
		}
		at = token.to
		body := lowerHTML(page[token.body:token.bodyTo])
		switch token.kind {
		case htmlTextToken:
			out = appendText(out, html.UnescapeString(string(page[token.from:token.to])))
		case htmlStartToken:
			s := "start " + body
			seen := map[string]bool{}
			for _, a := range tokens.attrs {
				if name := lowerHTML(page[a.name:a.nameTo]); !seen[name] { // the other drops those that come again
					s += fmt.Sprintf(" %s=%q", name, r.decoded(a.value, a.valueTo))
					seen[name] = true
				}
			}
			out = append(out, s)
		case htmlEndToken:
			out = append(out, "end "+body)
		case htmlCommentToken:
			if len(bytes.Trim(page[token.body:token.bodyTo], "-!")) > 0 {
				out = append(out, "comment")
			}
		case htmlRestToken:
			return append(out, "rest")
		}
	}
}

// lowerHTML lowers what the standard lowers: ASCII letters.
func lowerHTML(b []byte) string {
	lower := bytes.Clone(b)
	for i, c := range lower {
		if c >= 'A' && c <= 'Z' {
			lower[i] = c | 0x20
		}
	}
	return string(lower)
}

func otherTokens(page []byte) (out []string) {
	z := html.NewTokenizer(bytes.NewReader(page))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return out
		case html.TextToken:
			out = appendText(out, string(z.Text()))
		case html.StartTagToken, html.SelfClosingTagToken:
			name, more := z.TagName()
			s := "start " + lowerHTML(name)
			for more {
				var key, value []byte
				key, value, more = z.TagAttr()
				s += fmt.Sprintf(" %s=%q", lowerHTML(key), value)
			}
			out = append(out, s)
		case html.EndTagToken:
			name, _ := z.TagName()
			out = append(out, "end "+lowerHTML(name))
		case html.CommentToken, html.DoctypeToken:
			if len(bytes.Trim(z.Text(), "-!")) > 0 {
				out = append(out, "comment")
			}
		}
	}
}

// benchPage is a page like those of a documentation: much markup, short texts.
func benchPage() []byte {
	var b bytes.Buffer
	b.WriteString("<!DOCTYPE html>\n<html lang=\"en\"><head><title>Class Meetings</title><meta charset=\"utf-8\"><link rel=\"stylesheet\" href=\"../style.css\"></head><body>\n")
	for i := range 2000 {
		fmt.Fprintf(&b, "<div class=\"row even-row-color col-%d\">\n<div class=\"col-first\"><code><a href=\"../api/room/Meeting%d.html#join(int,java.lang.String)\" title=\"class in room\">Meeting%d</a></code></div>\n"+
			"<div class=\"col-last\"><div class=\"block\">Joins the <b>meeting</b> number %d of the room &amp; says <i>who</i> is there.<br>\nSee <a href=\"https://docs.acme.example/%d\">the documentation</a>.</div></div>\n</div>\n", i%7, i, i, i*7919, i)
	}
	b.WriteString("<script>var x = {\"a\":1};</script></body></html>")
	return b.Bytes()
}

func BenchmarkHTML(b *testing.B) {
	page := benchPage()
	b.SetBytes(int64(len(page)))
	b.ReportAllocs()
	for b.Loop() {
		decoded := decodePage(page, "text/html")
		v := &view{}
		v.begin("", "", decoded)
		var outline scanner.Outline
		v.html(decoded, &outline)
	}
}
