package matchers

import (
	"bytes"
	"testing"
	"unicode/utf8"
)

// one returns the only sighting in text.
func one(t *testing.T, f *Finder, text string) Sighting {
	t.Helper()
	found := f.FindIn([]byte(text), 0, len(text))
	if len(found) != 1 {
		t.Fatalf("in %q found %d links, want one: %+v", text, len(found), found)
	}
	return found[0]
}

// The forms of hiding, each around the same link; the place must lead back to the text as it stands.
func TestHiddenLinks(t *testing.T) {
	f := NewFinder([]Platform{zoom()})
	tests := []struct{ name, text string }{
		{"plain", "at https://acme.zoom.us/j/84930275116 now"},
		{"upper case host", "at HTTPS://ACME.ZOOM.US/j/84930275116 now"},
		{"no scheme", "at acme.zoom.us/j/84930275116 now"},
		{"zero-width space in the id", "at https://acme.zoom.us/j/849\u200b30275116 now"},
		{"zero-width space in the host", "at https://acme.zo\u200bom.us/j/84930275116 now"},
		{"soft hyphen", "at https://acme.zoom.us/j/8493\u00ad0275116 now"},
		{"bidi marks", "at \u202ahttps://acme.zoom.us/j/84930275116\u202c now"},
		{"full width", "at ｈｔｔｐｓ：／／ａｃｍｅ．ｚｏｏｍ．ｕｓ／ｊ／８４９３０２７５１１６ now"},
		{"square dots", "at hxxps://acme[.]zoom[.]us/j/84930275116 now"},
		{"round dots", "at hxxps://acme(.)zoom(.)us/j/84930275116 now"},
		{"curly dots", "at hxxps://acme{.}zoom{.}us/j/84930275116 now"},
		{"dot words", "at https://acme.zoom[dot]us/j/84930275116 now"},
		{"colon in brackets", "at hxxps[:]//acme.zoom.us/j/84930275116 now"},
		{"slash in brackets", "at hxxps[://]acme.zoom[.]us[/]j[/]84930275116 now"},
		{"spaced dot", "at https://acme.zoom . us/j/84930275116 now"},
		{"space behind the dot", "at https://acme.zoom. us/j/84930275116 now"},
		{"spaces behind slashes", "at https:// acme.zoom.us/ j/84930275116 now"},
		{"spoken dot", "at acme.zoom dot us/j/84930275116 now"},
		{"escaped dot", `at https://acme.zoom\.us/j/84930275116 now`},
		{"encoded dot", "at https://acme.zoom%2Eus/j/84930275116 now"},
		{"entity dot", "at https://acme.zoom&#46;us/j/84930275116 now"},
		{"word break", "at https://acme.zoom.us/j/8493<wbr>0275116 now"},
		{"shy entity", "at https://acme.zoom.us/j/8493&shy;0275116 now"},
		{"quoted-printable", "at https://acme.zo=\r\nom.us/j/849302=\r\n75116 now"},
		{"quoted-printable with encoded equals", "X=3D1 at https://acme.zoom.us/j/849302=\n75116?from=3Dx now"},
		{"HTML", `<a href="https://acme.zoom.us/j/84930275116&#63;from&equals;x">now`},
		{"JSON", `{"u":"https:\/\/acme.zoom.us\/j\/84930275116"}`},
		{"JSON in JSON", `{\"u\":\"https:\\/\\/acme.zoom.us\\/j\\/84930275116\"}`},
		{"JSON with codes", `{"u":"https:\u002f\u002facme.zoom.us\u002fj\u002f84930275116\u003ffrom\u003dx"}`},
		{"JavaScript", `x='https:\x2f\x2facme.zoom.us\x2fj\x2f84930275116'`},
		{"percent-encoded", "at ?u=https%3A%2F%2Facme.zoom.us%2Fj%2F84930275116%3Fa%3Db&c=d now"},
		{"percent-encoded twice", "at ?u=https%253A%252F%252Facme.zoom.us%252Fj%252F84930275116%253Fa&c=d now"},
		{"behind a line break in a string", `"at\nacme.zoom.us/j/84930275116\n"`},
		{"hidden middle", `<a><span class="invisible">https://</span><span class="ellipsis">acme.zoom.us/j/849302</span><span class="invisible">75116</span></a>`},
		{"folded calendar line", "DESCRIPTION:come to the weekly meeting of the board at https://acme.zoom.us/j/8493\r\n 0275116?from=x\\nbye"},
		{"quoted mail", "> come to the weekly meeting of the board at https://acme.zoom.us/j/84930\n> 275116 and be on time"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := one(t, f, test.text)
			if s.ID != "84930275116" || s.Org != "acme" {
				t.Errorf("id %s, org %q", s.ID, s.Org)
			}
			if s.Start <= 0 || s.End <= s.Start || s.End > len(test.text) || !utf8.RuneStart(test.text[s.Start]) {
				t.Errorf("place [%d,%d) in %d bytes", s.Start, s.End, len(test.text))
			}
		})
	}
}

func TestWordsAreNotDots(t *testing.T) {
	f := NewFinder([]Platform{zoom()})
	for _, text := range []string{
		"zoom. Us two meet at j/84930275116",
		"Use Zoom . Usually /j/84930275116",
		"our account is acme.zoom.us/ 84930275116 is its number",
		"either acme.zoom.us/ or/ 84930275116",
		"title\n=====\n=\nzoom\n",
	} {
		if found := f.FindIn([]byte(text), 0, len(text)); len(found) != 0 {
			t.Errorf("in %q found %+v", text, found)
		}
	}
}

// TestFullWidthMarksEndALink: what stands between the words of Chinese ends a link, whether or not text beside it is cleaned.
func TestFullWidthMarksEndALink(t *testing.T) {
	for _, before := range []string{"", "\u200b"} {
		for _, mark := range []string{"！", "（", "）", "，", "；"} {
			text := "会议" + before + " https://meet.jit.si/AcmeBoardRoom42" + mark + "密码"
			if found := Find([]byte(text)); len(found) != 1 || found[0].ID != "AcmeBoardRoom42" {
				t.Errorf("%q: found %v", text, found)
			}
		}
	}
}

// Searches use the same memory all the time: what one long text took must not stay for ever.
func TestARoomKeepsNoLongText(t *testing.T) {
	for length, kept := range map[int]bool{1 << 10: true, 4 << 20: false} {
		text := append(bytes.Repeat([]byte("x "), length/2), "https://zoom&#8203;.us/j/84930275116"...)
		s := Standard().search()
		room := s.room
		found := s.run(text, 0, len(text))
		s.end()
		if v := room.view; len(found) != 1 || len(v.text) > 0 || v.raw != nil || (cap(v.text) > 0) != kept {
			t.Errorf("%d bytes: %d links; room for %d, %d in it", length, len(found), cap(v.text), len(v.text))
		}
	}
}
