package report

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestClean(t *testing.T) {
	tests := []struct{ in, want string }{
		{"docs/agenda.md", "docs/agenda.md"},
		{"Übersicht 日本語 👩\u200d💻.txt", "Übersicht 日本語 👩\u200d💻.txt"},
		{"a\x1b[31;1mred\x1b[0mb", "aredb"},
		{"a\x1b]0;title\x07b", "ab"},
		{"a\x1b]8;;https://evil.example\x1b\\b", "ab"},
		{"a\x1b]0;never ends", "a0;never ends"},
		{"a\x1bPq1\x1b\\b", "ab"},
		{"a\u009b2Jb", "ab"},
		{"a\x1bcb", "acb"},
		{"a\x1b[\x01b", "ab"},
		{"one\r\ntwo\tthree\u2028four", "one  two three four"},
		{"evil\u202egnp.exe\u2069\u200e", "evilgnp.exe"},
		{"z\u200bo\ufeffom\u00ad", "zoom"},
		{"\U000e0041tag", "tag"},
		{"\x00\x7f\b", ""},
		{"broken\xff\xc3", "broken\ufffd\ufffd"},
		{"", ""},
	}
	for _, test := range tests {
		if got := clean(test.in); got != test.want {
			t.Errorf("clean(%q) is %q, want %q", test.in, got, test.want)
		}
	}
	if got := clean(strings.Repeat("x", maxShown+1)); got != strings.Repeat("x", maxShown)+"…" {
		t.Errorf("long text is not cut: %d bytes", len(got))
	}
}

func FuzzClean(f *testing.F) {
	for _, seed := range []string{"", "docs/a.md", "\x1b[31mx\x1b]0;t\x07", "\u202e\u009b1m\xff\r\n", "\x1bP\x1b\\", "\x1b[" + strings.Repeat("1;", 100) + "m"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, in string) {
		out := clean(in)
		if !utf8.ValidString(out) || len(out) > 3*maxShown+len("…") {
			t.Fatalf("clean(%q) is %q", in, out)
		}
		for _, r := range out {
			if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || unicode.Is(unicode.Bidi_Control, r) {
				t.Fatalf("%q holds %q", out, r)
			}
		}
		if again := clean(out); again != out && len(in) <= maxShown {
			t.Fatalf("not stable: %q, then %q", out, again)
		}
	})
}

func FuzzPlaces(f *testing.F) {
	for _, seed := range []string{"", "-", "docs/a b.md", "/srv/x#y", "a:b", "https://globex.example/%zz?q", "a.zip!b.eml!body", "\x1b[1m//", "//host/x", `C:\a\b`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, uri string) {
		shown := maskPlace(uri)
		reference := artifactURI(shown)
		if reference == "" || strings.ContainsAny(reference, " \"<>\\^`{|}\x7f") {
			t.Fatalf("%q is no URI reference: %q", shown, reference)
		}
		if bars, _ := grown(maxFolders, nil, shown).bars(); bars[0].Total != 1 || bars[len(bars)-1].Total != 1 {
			t.Fatalf("%q is lost in the tree: %+v", shown, bars)
		}
	})
}
