package extract

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// RTF is read as a reader sees it: characters of code pages and by number, paragraphs, links with their targets behind
// them, comments.
func TestRTF(t *testing.T) {
	d := readOne(t, "a.rtf", []byte(`{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fnil Calibri;}}{\colortbl;\red0\green0\blue255;}
{\*\generator Writer 1.0;}{\info{\title Board}{\author Jane}}\viewkind4\uc1
\pard\f0 B\'fcro \u8364? Caf\u233\'e9\par
Meeting ID: {\b 849 30}{\i 27 5116}\line Passcode: 77\b 1\b0 904\par
{\field{\*\fldinst{HYPERLINK "https://acme.zoom.us/j/918273
64509?pwd=k2" \\o "Zoom"}}{\fldrslt{\ul Join us}}}, at ten\cell next\row
{\field{\*\fldinst HYPERLINK "https://meet.google.com/xqz-bnrw-kfo"}{\fldrslt https://meet.google.com/xqz-bnrw-kfo}}\par
{\*\annotation see https://acme.zoom.us/j/92837465018}
{\*\bkmkstart a}{\pict\wmetafile8 0100090000035e00}\{ok\}\~\_\par}
`))
	if d.media != "application/rtf" {
		t.Errorf("media type %q", d.media)
	}
	want := "Board\nJane\nBüro € Café\nMeeting ID: 849 3027 5116\nPasscode: 771904\n" +
		"Join us <https://acme.zoom.us/j/91827364509?pwd=k2>, at ten\tnext\n" +
		"https://meet.google.com/xqz-bnrw-kfo\n{ok} -\n\n\nsee https://acme.zoom.us/j/92837465018"
	if diff := cmp.Diff(want, d.text); diff != "" {
		t.Error(diff)
	}
	found := []string{"zoom 84930275116 4:17 passcode", "zoom 91827364509 5:31 pwd", "google-meet xqz-bnrw-kfo 7:79", "zoom 92837465018 8:20"}
	if diff := cmp.Diff(found, d.found(t)); diff != "" {
		t.Error(diff)
	}
}

// Code pages whose characters take two bytes, of which the second may look like a sign of the format.
func TestRTFCodePages(t *testing.T) {
	for text, want := range map[string]string{
		`{\rtf1\ansi\ansicpg932 \'83\'5c\'83t https://acme.zoom.us/j/84930275116}`: "ソフ https://acme.zoom.us/j/84930275116",
		`{\rtf1\ansi\ansicpg1251 \'ef\'f0\'e8}`:                                    "при",
		`{\rtf1\ansi\ansicpg99999 \'fc}`:                                           "ü",
		`{\rtf1\mac \'9f}`:                                                         "ü",
		"{\\rtf1 \xc3\xbc \xfc}":                                                   "ü ü",
		`{\rtf1 \u-10179?\u-8704?}`:                                                "😀",
		`{\rtf1 {\uc0 \u252 x}\u252 xy}`:                                           "üxüy",
		`{\rtf1 \u252{\'fc}}`:                                                      "üü",
	} {
		if got := readOne(t, "a.rtf", []byte(text)).text; got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

// What a reader does not see follows at the end, where a link may be in it.
func TestRTFReadsWhatIsHidden(t *testing.T) {
	d := readOne(t, "a.rtf", []byte(`{\rtf1{\*\mine{\x https://acme.zo}om.us/j/84930275116}{\*\dull x} seen {\object{\*\objdata 0105000002}}\bin4 {}{} more}
https://acme.zoom.us/j/91827364509`))
	if !strings.HasPrefix(d.text, " seen  more\n\n") {
		t.Errorf("text %q", d.text)
	}
	want := []string{"zoom 84930275116 1:19", "zoom 91827364509 2:1"}
	if diff := cmp.Diff(want, d.found(t)); diff != "" {
		t.Errorf("%s\n%q", diff, d.text)
	}
}
