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
	for p := maxShown - 21; p < maxShown; p++ { // over all of what is masked
		for _, behind := range []string{"?pwd=•&and more", ""} {
			got := clean(strings.Repeat("x", p) + "/981•••••210" + behind)
			if whole := strings.HasSuffix(got, "210") || strings.Contains(got, "210?"); whole || !strings.Contains(got, "981") {
				continue
			}
			t.Errorf("cut within what is masked: %s", got[p:])
		}
	}
}

// TestLongTextIsMaskedBeforeItIsCut moves a link, and the finding's id by itself, over the place of the cut.
func TestLongTextIsMaskedBeforeItIsCut(t *testing.T) {
	finding := sample()[0]
	id := finding.Link.ID
	shows := func(text string) bool {
		for n := 4; n <= len(id); n++ {
			if strings.Contains(text, id[:n]) || strings.Contains(text, id[len(id)-n:]) {
				return true
			}
		}
		return strings.Contains(text, "Zk1F")
	}
	for p := maxShown - 80; p <= maxShown; p++ {
		folder := strings.Repeat("x", p)
		for _, text := range []string{
			folder + "/acme.zoom.us%2Fj%2F" + id + "?pwd=Zk1FaWx5",
			folder + "/acme.zoom.us%2Fj%2F" + id[:5] + "\u200b" + id[5:] + "?pwd=Zk1FaWx5",
			folder + " https://acme.zoom.us/j/" + id + "?pwd=Zk1FaWx5",
		} {
			if got := MaskText(text); shows(got) || len(got) > maxShown+len("…") {
				t.Fatalf("%d: %s", p, got[p-20:])
			}
		}
		if got := newRecorder(testOptions()).place(finding, folder+"/"+id+".txt"); shows(got) {
			t.Fatalf("the place at %d: %s", p, got[p-20:])
		}
	}
	if got := MaskText(strings.Repeat("\x1b[0m", 20_000) + "acme.zoom.us/j/" + id); got != "…" {
		t.Errorf("what can be seen of a long text without text is %q", got)
	}
}

func FuzzClean(f *testing.F) {
	for _, seed := range []string{"", "docs/a.md", "\x1b[31mx\x1b]0;t\x07", "\u202e\u009b1m\xff\r\n", "\x1bP\x1b\\", "\x1b[" + strings.Repeat("1;", 100) + "m"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, in string) {
		out := clean(in)
		if !utf8.ValidString(out) || len(out) > maxShown+len("…") {
			t.Fatalf("clean(%q) is %q", in, out)
		}
		for _, r := range out {
			if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || unicode.Is(unicode.Bidi_Control, r) {
				t.Fatalf("%q holds %q", out, r)
			}
		}
		if again := clean(out); again != out {
			t.Fatalf("not stable: %q, then %q", out, again)
		}
	})
}

func FuzzPlaces(f *testing.F) {
	for _, seed := range []string{"", "-", "docs/a b.md", "/srv/x#y", "a:b", "https://globex.example/%zz?q", "a.zip!b.eml!body", "\x1b[1m//", "//host/x", `C:\a\b`, "http://\""} {
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
