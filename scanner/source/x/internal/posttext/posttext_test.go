package posttext

import (
	"strings"
	"testing"
	"unicode/utf8"
)

const (
	linkA = "https://acme.zoom.us/j/84930275116?pwd=Zk3mQ9xWvT7bLr2s"
	linkB = "https://acme.zoom.us/j/93051748260"
)

func TestBodies(t *testing.T) {
	const id = "1990000000000000007"
	self := Link{URL: "https://t.co/Zq9", Expanded: "https://x.com/i/web/status/" + id}
	for name, c := range map[string]struct {
		body Body
		want string
		cut  bool
	}{
		"the first of two targets":  {Body{Text: "https://t.co/a1", Links: []Link{{URL: "https://t.co/a1", Expanded: linkA}, {URL: "https://t.co/a1", Expanded: linkB}}}, linkA + "\n\n" + linkB, false},
		"of no known link":          {Body{Text: "at https://t.co/a1."}, "at https://t.co/a1.", false},
		"shown, and not shortened":  {Body{Text: "acme.zoom.us/j/9305…", Links: []Link{{Display: "acme.zoom.us/j/9305…", Expanded: linkB}}}, linkB, false},
		"a beginning":               {Body{Text: "at 930 5174 82… https://t.co/Zq9", Links: []Link{self}, Self: id}, "at", true},
		"a beginning, it is told":   {Body{Text: "at 930 5174 82 https://t.co/Zq9", Short: true}, "at", true},
		"dots of the author's":      {Body{Text: "at 930 5174 8260… https://t.co/Zq9", Links: []Link{self}, Self: "1990000000000000008"}, "at 930 5174 8260…", false},
		"a whole text":              {Body{Text: "at 930 5174 8260… https://t.co/Zq9", Links: []Link{self}}, "at 930 5174 8260…", false},
		"a target that is too long": {Body{Text: "https://t.co/a1 soon", Links: []Link{{URL: "https://t.co/a1", Expanded: "https://acme.example/" + strings.Repeat("y", maxLink)}}}, "https://t.co/a1 soon\n\nhttps://acme.example/" + strings.Repeat("y", maxLink), false},
		"half a link":               {Body{Text: "at https://acme.zoom.us/j/8493027… soon", HalfLinks: true}, "at  soon", true},
		"dots behind a whole link":  {Body{Text: "at https://acme.zoom.us/j/93051748260… soon"}, "at https://acme.zoom.us/j/93051748260… soon", false},
		"what only looks like X":    {Body{Text: "https://t.co/a1", Links: []Link{{URL: "https://t.co/a1", Expanded: "https://x.com.acme.example/a"}}}, "https://x.com.acme.example/a", false},
	} {
		var text Text
		text.Body(c.body)
		if text.String() != c.want || text.Cut() != c.cut {
			t.Errorf("%s: %.200q, cut %v; want %.200q", name, text.String(), text.Cut(), c.want)
		}
	}
}

func TestALongTextLosesNoHalfNumber(t *testing.T) {
	var text Text
	text.Add("first")
	text.Add(strings.Repeat("Ä 930 5174 8260 ", MaxText/10))
	text.Add("last")
	got := text.String()
	if !text.Cut() || len(got) > MaxText || !utf8.ValidString(got) || strings.HasSuffix(got, "930") || strings.HasSuffix(got, "5174") {
		t.Errorf("cut %v, %d bytes, …%q", text.Cut(), len(got), got[len(got)-30:])
	}
	links := make([]Link, maxLinks+1)
	links[maxLinks].Expanded = linkA
	var many Text
	many.Body(Body{Text: "hello", Links: links})
	if !many.Cut() || many.String() != "hello" {
		t.Errorf("too many links: cut %v, %q", many.Cut(), many.String())
	}
}

func TestShortLinksDoNotBlowUp(t *testing.T) {
	short := strings.Repeat("https://t.co/a1 ", 10_000)
	if got := replaceShort(short, map[string]string{"https://t.co/a1": strings.Repeat("y", maxLink)}); len(got) > MaxText+maxLink+len(short) {
		t.Errorf("%d bytes of %d", len(got), len(short))
	}
}

func FuzzBody(f *testing.F) {
	f.Add("at 930 5174 82… https://t.co/Zq9", "https://t.co/Zq9", "https://x.com/i/web/status/7", "x.com/i/web/…", "7", false)
	f.Add("acme.zoom.us/j/84930… &amp;", "https://t.co/a", linkA, "acme.zoom.us/j/84930…", "", true)
	f.Fuzz(func(t *testing.T, body, short, target, display, self string, cut bool) {
		var text Text
		text.Body(Body{Text: body, Links: []Link{{URL: short, Expanded: target, Display: display, Title: body}}, Self: self, Short: cut, HalfLinks: cut})
		if len(text.String()) > MaxText {
			t.Errorf("%d bytes", len(text.String()))
		}
	})
}
