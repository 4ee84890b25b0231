package notify

import (
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestCleanTakesTheTeethOut(t *testing.T) {
	for text, want := range map[string]string{
		"Board meeting, R&D":                    "Board meeting, R&D",
		"<!channel> now":                        "‹!channel› now",
		"<@U0ADMIN> <#C0GENERAL|x>":             "‹(at)U0ADMIN› ‹#C0GENERAL¦x›",
		"<https://evil.example/x|Lock it here>": "‹evil[.]example/x¦Lock it here›",
		"@here @channel":                        "(at)here (at)channel",
		"`code` ```block``` *bold* ~gone~":      "'code' '''block''' ∗bold∗ ∼gone∼",
		"https://acme.zoom.us/j/1?pwd=Qm9vdA#x": "acme[.]zoom[.]us/j/1?…",
		"HTTP://HTTP://acme.example//x":         "acme[.]example/x",
		"zoommtg://zoom.us/join?confno=1&pwd=2": "zoommtg:/zoom[.]us/join?…",
		"jdoe@acme.example":                     "jdoe(at)acme[.]example",
		"www.acme.example.":                     "www[.]acme[.]example.",
		"&lt;!channel&gt; &#60;":                "＆lt;!channel＆gt; ＆#60;",
		"a\r\nb\u2028c\td":                      "a b c d",
		"\u202egnp.exe\u202c":                   "gnp[.]exe",
		"ze\u200bro\ufeff wi\u00addth\u2063":    "zero width",
		"\x1b[31mred\x1b[0m\x00":                "[31mred[0m",
		"98123456210 and 849-3027":              "•••••210 and 849-3027",
		"\xff\xfe":                              "\ufffd\ufffd",
		"acme[.]example 981•••••210":            "acme[.]example 981•••••210",
		"\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 \U0001f469\u200d\U0001f4bb": "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 \U0001f469\u200d\U0001f4bb",
		"a" + strings.Repeat("\u0301", 50):                                            "a" + strings.Repeat("\u0301", maxMarks),
		"3.5 hours, e.g. at 10.30 a.m.":                                               "3.5 hours, e.g. at 10.30 a.m.",
		"\u3164\u2800":                                                                "",
		strings.Repeat("x", 250):                                                      strings.Repeat("x", MaxText-1) + "…",
		strings.Repeat("\u200b", maxRead*2) + "end":                                   "…",
	} {
		if got := Clean(text); got != want {
			t.Errorf("Clean(%.60q)\n got %q\nwant %q", text, got, want)
		}
	}
}

// inert is what every cleaned text must be.
func inert(t *testing.T, got string) {
	t.Helper()
	if !utf8.ValidString(got) || utf8.RuneCountInString(got) > MaxText {
		t.Errorf("not valid or too long: %q", got)
	}
	if strings.ContainsAny(got, "<>`*~|@\n\r\t\u2028\u2029\u202e\u2066\u200b") || strings.Contains(got, "//") {
		t.Errorf("markup is left in %q", got)
	}
	for _, r := range got {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) && r != '\u200c' && r != '\u200d' {
			t.Errorf("%U is left in %q", r, got)
		}
	}
	if live := regexp.MustCompile(`(?i)[a-z0-9]\.[a-z]{2}|\bhttps?:/|\d{9}`).FindString(got); live != "" {
		t.Errorf("%q is left in %q", live, got)
	}
}

func FuzzClean(f *testing.F) {
	for _, seed := range []string{
		"", "Board", "<!channel>", "https://acme.zoom.us/j/98123456210?pwd=abc", "&&lt;;", "a.b.cd", "\u202e\u200d\u200c", "١٢٣٤٥٦٧٨٩٠",
		"http:/http://x", "x?a#b=c", "((https://a.example", "👩‍💻.example", "&123456789012345678901234567890123456;",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := Clean(text)
		inert(t, got)
		if again := Clean(got); again != got {
			t.Errorf("cleaned twice %q became %q", got, again)
		}
	})
}
