package matchers

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
)

func TestMaskedID(t *testing.T) {
	tests := []struct {
		link Link
		want string
	}{
		{Link{Platform: "zoom", ID: "98123456210", Kind: Meeting}, "981•••••210"},
		{Link{Platform: "zoom", ID: "4567890123", Kind: PersonalRoom}, "•••••123"},
		{Link{Platform: "zoom", ID: "935071832", Kind: Meeting}, "•••••832"},
		{Link{Platform: "google-meet", ID: "rpz-wqkd-mtb", Kind: Meeting}, "rp•••••"},
		{Link{Platform: "jitsi", ID: "globexstandup", Kind: PersonalRoom}, "gl•••••"},
		{Link{Platform: "jitsi", ID: "ab", Kind: PersonalRoom}, "a•••••"},
		{Link{Platform: "jitsi", ID: "日本語の部屋", Kind: PersonalRoom}, "日本•••••"},
		{Link{Platform: "discord", ID: "QvTz7Kp2", Kind: GroupInvite}, "QvT•••••"},
		{Link{Platform: "telegram", ID: "Kw8QzTtYbR3hVx1m", Kind: GroupInvite}, "Kw8•••••"},
		{Link{Platform: "teams", ID: "19:meeting_ZTg1Y2Q0ZTktY2FlOS00NmZkLTk1YjctMmRlZDE0MGI0OTJh@thread.v2", Kind: Meeting}, "ZTg•••••"},
		{Link{Platform: "teams", ID: "ZTg1Y2Q0ZTktY2Fl@thread.tacv2", Kind: Meeting}, "ZTg•••••"},
		{Link{Platform: "teams", ID: "19:meeting_ZTg1Y2Q0ZTktY2Fl", Kind: Meeting}, "ZTg•••••"},
		{Link{Platform: "teams", ID: "9371846205518", Kind: Meeting}, "937•••••518"},
		// keys that happen to be numbers, whatever they are kinds of: nothing of their ends
		{Link{Platform: "discord", ID: "84930275116", Kind: Meeting}, "849•••••"},
		{Link{Platform: "whatsapp", ID: "84930275116", Kind: Meeting}, "849•••••"},
		{Link{Platform: "signal", ID: "84930275116", Kind: Meeting}, "849•••••"},
		{Link{Platform: "facetime", ID: "84930275116", Kind: Meeting}, "849•••••"},
		{Link{Platform: "telegram", ID: "84930275116", Kind: GroupInvite}, "849•••••"},
		{Link{Platform: "slack", ID: "84930275116", Kind: WorkspaceInvite}, "849•••••"},
	}
	for _, test := range tests {
		if got := test.link.MaskedID(); got != test.want {
			t.Errorf("%s: %s, want %s", test.link.ID, got, test.want)
		}
	}
}

func TestShownURLs(t *testing.T) {
	s := one(t, Standard(), "https://acme.zoom.us/j/98234510217?pwd=Xy7QwErTyUiOp.1&uname=Ann")
	if got, want := s.MaskedURL(), "https://acme.zoom.us/j/982•••••217?pwd=•"; got != want {
		t.Errorf("masked %s, want %s", got, want)
	}
	if got, want := s.RevealedURL(), "https://acme.zoom.us/j/98234510217?pwd=•"; got != want {
		t.Errorf("revealed %s, want %s", got, want)
	}
}

// A host can hold the number too.
func TestAHostIsShownWithoutTheID(t *testing.T) {
	s := one(t, Standard(), "https://98748123771.zoom.us/j/98748123771")
	if got := s.MaskedURL(); strings.Contains(got, "98748123771") {
		t.Errorf("masked %s", got)
	}
}

func TestMask(t *testing.T) {
	tests := []struct{ text, want string }{
		{"nothing to hide, 3 of 5", "nothing to hide, 3 of 5"},
		{"notes/https://acme.zoom.us/j/98234510217?pwd=abc.txt", "notes/https://acme.zoom.us/j/982•••••217?pwd=•"},
		{"open 98234510217.md: https://zoom.us/j/98234510217", "open 982•••••217.md: https://zoom.us/j/982•••••217"},
		{"save/98234510217?pwd=abcDEFghi1.html", "save/98234510217?pwd=•"},
		{"j%2F98%3Fpwd%3Dabc123 end", "j%2F98%3Fpwd%3D• end"},
		{"pwd=A00000000000000000000000:/Zoom.us/j/98234510217", "pwd=•https://zoom.us/j/982•••••217"},
		{"https://zoom.us/j/98234510217 Username: klara Passcode: 482913", "https://zoom.us/j/982•••••217 Username: klara Passcode: •"},
		{"https://zoom.us/j/98234510217 Password: swordfish as it has always been", "https://zoom.us/j/982•••••217 Password: • as it has always been"},
		{"https://zoom.us/j/98234510217 Host key: 123456", "https://zoom.us/j/982•••••217 Host key: •"},
		{"https://zoom.us/j/98234510217 Passcode: 316742, as before: 316742", "https://zoom.us/j/982•••••217 Passcode: •, as before: •"},
		{"https://zoom.us/j/98234510217 (ID 982 3451 0217)", "https://zoom.us/j/982•••••217 (ID 982•••••217)"},
	}
	for _, test := range tests {
		if got := Mask(test.text); got != test.want {
			t.Errorf("Mask(%q) = %q, want %q", test.text, got, test.want)
		}
	}
}

// Names of parameters that are secrets, wherever they stand: of a page that was saved the host is missing.
func TestMaskHidesSecretParameters(t *testing.T) {
	for _, name := range []string{"pwd", "passcode", "password", "zak", "zpk", "tk", "jwt", "roomkey", "icstoken"} {
		for text, want := range map[string]string{
			"save/notes?" + name + "=Qw7rTz9.x.html":              "save/notes?" + name + "=•",
			"save/notes?a=1&" + name + "=Qw7rTz9 x":               "save/notes?a=1&" + name + "=• x",
			"save/notes%3F" + strings.ToUpper(name) + "%3DQw7rTz": "save/notes%3F" + strings.ToUpper(name) + "%3D•",
			"save/notes?x" + name + "=Qw7rTz9":                    "save/notes?x" + name + "=Qw7rTz9",
		} {
			if got := Mask(text); got != want {
				t.Errorf("Mask(%q) = %q, want %q", text, got, want)
			}
		}
	}
}

// Of a text with more ids, or passcodes, than are looked for again nothing is shown.
func TestMaskOfTooManyShowsNothing(t *testing.T) {
	ids, codes := "", "https://zoom.us/j/98234510217"
	for i := range maxMaskedIDs + 1 {
		ids += fmt.Sprintf("https://acme.zoom.us/j/98%d27\n", 1003577+i*7919)
		codes += fmt.Sprintf("\nPasscode: 4Qz%dw", 1003577+i*7919)
	}
	for name, text := range map[string]string{"ids": ids, "passcodes": codes} {
		if got := Mask(text); got != dots {
			t.Errorf("%s: %.80q", name, got)
		}
	}
	if got := Mask(ids[:strings.LastIndex(ids[:len(ids)-1], "\n")]); got == dots || !strings.HasPrefix(got, "https://acme.zoom.us/j/981•••••727") {
		t.Errorf("of as many as are looked for: %.80q", got)
	}
}

// A word before a parenthesis is taken for a function's name by Find. It may be a passcode.
func TestMaskHidesWhatMayBeAFunction(t *testing.T) {
	for _, secret := range []string{"Kq7Trm()", "KranzLarch(note)", "KranzLarch(case matters)"} {
		text := "Zoom Meeting ID: 845 1239 8761 Passcode: " + secret
		if got := Mask(text); strings.Contains(got, secret[:6]) {
			t.Errorf("Mask(%q) = %q", text, got)
		}
	}
}

func TestMaskHidesTextBlocks(t *testing.T) {
	got := Mask("Join Zoom Meeting https://zoom.us/j/98765033217 Passcode: n0tSeen\nMeeting ID: 982 3451 0217\nPasscode: sEcr3t77\nOne tap mobile +16465550100,,98234510217#,,,,*481516#")
	for _, secret := range []string{"98234510217", "982 3451 0217", "sEcr3t77", "481516", "3451", "n0tSeen"} {
		if strings.Contains(got, secret) {
			t.Errorf("%q stays readable in %q", secret, got)
		}
	}
}

func TestMaskIsIdempotent(t *testing.T) {
	for text := range corpusTexts {
		once := Mask(text)
		if twice := Mask(once); twice != once {
			t.Fatalf("Mask(%q) = %q, then %q", text, once, twice)
		}
	}
}

// No id of a finding, and no passcode of a number block, may be read in the masked text.
func checkMask(t *testing.T, text string) {
	t.Helper()
	masked := Mask(text)
	for _, s := range Find([]byte(text)) {
		if len(s.ID) >= 6 && readable(masked, s.ID) {
			t.Fatalf("%s id %q stays readable: Mask(%q) = %q", s.Platform, s.ID, text, masked)
		}
	}
	if again := Find([]byte(masked)); len(again) > 0 {
		t.Fatalf("Mask(%q) = %q still holds %s %q", text, masked, again[0].Platform, again[0].ID)
	}
}

// readable: the id stands in the text, and not as a part of a longer number, which is another one (see hideID).
func readable(text, id string) bool {
	for at := 0; ; at++ {
		i := strings.Index(text[at:], id)
		if i < 0 {
			return false
		}
		at += i
		end := at + len(id)
		if !all(id, isDigit) || (at == 0 || !isDigit(text[at-1])) && (end == len(text) || !isDigit(text[end])) {
			return true
		}
	}
}

func TestMaskLeavesNoFinding(t *testing.T) {
	for text := range corpusTexts {
		checkMask(t, text)
	}
}

func FuzzMask(f *testing.F) {
	for text := range corpusTexts {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) < 1<<14 {
			checkMask(t, text)
		}
	})
}

// A parameter's value may be what kept the host behind it from being seen.
func TestMaskHidesWhatAParameterCovered(t *testing.T) {
	checkMask(t, "pwd=A"+strings.Repeat("0", 24)+":/Zoom.us/j/000001211")
}

// An alias stands only in the link's query, and again by itself.
func TestMaskHidesAliases(t *testing.T) {
	text := "https://zoom.us/j/84930275116?omn=97162840359 notes-97162840359.md"
	if got := Mask(text); strings.Contains(got, "97162840359") {
		t.Errorf("Mask(%q) = %q", text, got)
	}
}

func TestMaskHidesWhatIsCutOff(t *testing.T) {
	for _, text := range []string{"https://acme.zoom.us/j/98748123771…", "https://meet.google.com/kfj-whrp-zqa...", "see discord.gg/qwKzjp7T… and", "https://98748123771.zoom.us/j/98748123771"} {
		masked := Mask(text)
		for _, id := range []string{"98748123771", "kfj-whrp-zqa", "qwKzjp7T"} {
			if strings.Contains(masked, id) {
				t.Errorf("Mask(%q) = %q", text, masked)
			}
		}
		if again := Mask(masked); again != masked {
			t.Errorf("Mask(%q) = %q, then %q", text, masked, again)
		}
	}
}

func TestExplainShowsNoID(t *testing.T) {
	for _, text := range []string{"https://meet.google.com/kfj-whrp…", "https://join.skype.com/hkqjzpwmrt...", "https://discord.gg/qwkzjp…", "https://zoom.us/j/9874812377155"} {
		_, steps, _ := Explain([]byte(text))
		if len(steps) == 0 {
			t.Errorf("no step for %q", text)
		}
		for _, step := range steps {
			for _, id := range []string{"kfj-whrp", "hkqjzpwmrt", "qwkzjp", "98748"} {
				if strings.Contains(step.Shown, id) {
					t.Errorf("%q is shown as %q", text, step.Shown)
				}
			}
		}
	}
}

func TestHideIn(t *testing.T) {
	l := Link{Platform: "zoom", ID: "98234510217", Kind: Meeting, Aliases: []string{"zoom:commercial:my:jane.roe"}}
	if got, want := l.HideIn("a/98234510217.html b/982-3451-0217.txt c/JANE_ROE.md 982/3451/0217 1982345102173"), "a/982•••••217.html b/982•••••217.txt c/ja•••••.md 982•••••217 1982345102173"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// Addresses and names of files spell an invitation without spaces; a passcode beside a number that is known needs no label.
func TestMaskHidesWhatAddressesSpell(t *testing.T) {
	number := Link{Platform: "zoom", ID: "86419756010", Kind: Meeting}
	for _, text := range []string{
		"https://a.example/Zoom%20Meeting%20ID%20864%201975%206010%20Passcode%20Zx81QwEr",
		"https://a.example/Zoom%2520Meeting%2520ID%253A%2520864%25201975%25206010%2520Passcode%253A%2520Zx81QwEr",
		"https://a.example/?t=Zoom+Meeting+ID+864+1975+6010+Passcode+Zx81QwEr",
		"zoom-meeting-id-864-1975-6010-passcode-Zx81QwEr",
		"Zoom_Meeting_ID_864_1975_6010_Passcode_Zx81QwEr.docx",
		"86419756010 Passcode Zx81QwEr.txt",
		"Board 864-1975-6010, passcode: Zx81QwEr",
		"a.zip!Board%2086419756010%20Passcode%3A%20Zx81QwEr",
		"https://a.example/864%2d1975%2D6010",
		"https://a.example/board%20864%201975%206010",
	} {
		got := number.HideIn(Mask(text))
		plain := strings.NewReplacer("%2520", "", "%20", "", "%2d", "", "%2D", "", "-", "", "_", "", "+", "", " ", "").Replace(got)
		if strings.Contains(plain, "86419756010") || strings.Contains(got, "Zx81") {
			t.Errorf("%s is shown as %s", text, got)
		}
	}
	for _, text := range []string{"https://a.example/2026-11-21/one_two+three%20four", "%", "%2", "a%25"} {
		if got := number.HideIn(Mask(text)); got != text {
			t.Errorf("%s became %s", text, got)
		}
	}
}

// TestMaskHidesPackedLinks: a page that leads on to a meeting has the link in its address, in base64, which anybody can read.
func TestMaskHidesPackedLinks(t *testing.T) {
	const link = "https://acme.zoom.us/j/98234510217?pwd=Zk1FaWx5Q0dRbkxw>>?"
	std, url := base64.StdEncoding.EncodeToString([]byte(link)), base64.RawURLEncoding.EncodeToString([]byte(link))
	upper := base64.StdEncoding.EncodeToString([]byte(strings.Replace(link, "https", "HTTPS", 1)))
	for text, want := range map[string]string{
		"https://a.example/go?u=" + std + "&x=1":                                                    "https://a.example/go?u=•••••&x=1",
		"https://a.example/go/" + url + "/next":                                                     "https://a.example/go/•••••",
		"https://a.example/go/" + url:                                                               "https://a.example/go/•••••",
		"https://a.example/go?u=" + upper:                                                           "https://a.example/go?u=•••••",
		"https://a.example/go?u=" + strings.NewReplacer("=", "%3D", "+", "%2B").Replace(std):        "https://a.example/go?u=•••••",
		"https://a.example/go?u=" + strings.ReplaceAll(std, "=", "%253D"):                           "https://a.example/go?u=•••••",
		"https://a.example/from/aHR0cHM6Ly9hLmV4YW1wbGUv/" + url:                                    "https://a.example/from/aHR0cHM6Ly9hLmV4YW1wbGUv/•••••",
		"https://a.example/?state=" + base64.RawURLEncoding.EncodeToString([]byte(`{"u":"`+link)):   "https://a.example/?state=eyJ1Ijoi•••••",
		"https://a.example/?state=" + base64.RawURLEncoding.EncodeToString([]byte(`{"to":"`+link)):  "https://a.example/?state=eyJ0byI6Im•••••",
		"https://a.example/?state=" + base64.RawURLEncoding.EncodeToString([]byte(`{"url":"`+link)): "https://a.example/?state=eyJ1cmwiOiJ•••••",
		"a.zip!" + std + ".html":                                                                    "a.zip!•••••.html",
	} {
		if got := Mask(text); got != want {
			t.Errorf("Mask(%q) = %q, want %q", text, got, want)
		}
	}
	for _, harmless := range []string{"https://www.acme.example/news/2026", "https://zoom.us/pricing"} {
		text := "https://a.example/go?u=" + base64.StdEncoding.EncodeToString([]byte(harmless)) + "&aHR0c"
		if got := Mask(text); got != text {
			t.Errorf("Mask(%q) = %q", text, got)
		}
	}
}

// A code is a key by itself. What is no link, because a digit follows, may be a code with the number of a page glued to it.
func TestMaskHidesCodesThatGoOn(t *testing.T) {
	const code = "q7Rm2xVd9Kp4ZtLw8Ys3Bn"
	for _, text := range []string{"https://chat.whatsapp.com/" + code + "1", "https://chat.whatsapp.com/" + code + "2Join us", "https://call.whatsapp.com/voice/" + code + "12"} {
		if shown := Mask(text); strings.Contains(shown, code[:4]) {
			t.Errorf("%s", shown)
		}
	}
}
