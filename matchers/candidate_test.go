package matchers

import (
	"strings"
	"testing"
)

// Where a link ends: each text holds one link; want is its text as the platform gets it.
func TestCandidateEnds(t *testing.T) {
	tests := []struct{ text, want string }{
		{"(see https://zoom.us/j/1?pwd=a.1).", "https://zoom.us/j/1?pwd=a.1"},
		{"https://zoom.us/j/1, and", "https://zoom.us/j/1"},
		{"https://zoom.us/j/1,Monday", "https://zoom.us/j/1"},
		{"https://zoom.us/j/1;Monday", "https://zoom.us/j/1"},
		{"[t](https://zoom.us/j/1)s", "https://zoom.us/j/1"},
		{"https://zoom.us/j/1[join]", "https://zoom.us/j/1"},
		{"[t|https://zoom.us/j/1|smart-link]", "https://zoom.us/j/1"},
		{"**https://zoom.us/j/1**Passcode", "https://zoom.us/j/1"},
		{"_https://zoom.us/j/1_", "https://zoom.us/j/1"},
		{"https://zoom.us/my/a_", "https://zoom.us/my/a_"},
		{"https://zoom.us/j/1%3E", "https://zoom.us/j/1"},
		{"https://zoom.us/j/1&gt; x", "https://zoom.us/j/1"},
		{"https://zoom.us/j/1&quot;x", "https://zoom.us/j/1"},
		{"https://zoom.us/j/1?a=1&amp;b=2", "https://zoom.us/j/1?a=1&b=2"},
		{"https://zoom.us/j/1?a=1&amp;amp;b=2", "https://zoom.us/j/1?a=1&b=2"},
		{"https://zoom.us/j/1?a=1&amp;#61;b", "https://zoom.us/j/1?a=1=b"},
		{"https://zoom.us/j/1?a=1&b=2#c", "https://zoom.us/j/1?a=1&b=2#c"},
		{`https://zoom.us/j/1\?pwd\=a\_b`, "https://zoom.us/j/1?pwd=a_b"},
		{`\href{https://zoom.us/j/1}{x}`, "https://zoom.us/j/1"},
		{`"https://zoom.us/j/1\n"`, "https://zoom.us/j/1"},
		{"https://zoom.us/j/1日本", "https://zoom.us/j/1"},
		{"Join<https://zoom.us/j/1>", "https://zoom.us/j/1"},
		{"https://zoom.us/a(b)c)", "https://zoom.us/a(b)c"},
		{"x=3Dhttps://zoom.us/j/1?a=3Db", "https://zoom.us/j/1?a=b"},
		{"https://user@zoom.us/j/1", "https://user@zoom.us/j/1"},
		{"sip:981@zoom.us", "981@zoom.us"},
	}
	for _, test := range tests {
		hits := newLiteralSet([]string{"zoom.us"}, []int{0}).find(nil, []byte(test.text), 0, len(test.text))
		c, ok := cutCandidate([]byte(test.text), hits[0].start, false, nil)
		if !ok {
			t.Errorf("%q: no candidate", test.text)
			continue
		}
		if c.text != test.want {
			t.Errorf("%q: %q, want %q", test.text, c.text, test.want)
		}
	}
}

func TestPlaceholderDigits(t *testing.T) {
	for _, s := range []string{"123456789", "1234567890", "12345678901", "987654321", "9876543210", "111111111", "0000000000", "5551112222",
		"111222333", "123123123", "12341234123", "1010101010", "12345678900", "81234567890", "8412345678",
		"22345678901", "98765432100", "87654321009", "1122334455", "77889900112", "7776665554", "100200300", "12312341234", "148123456", "012345989", "12345698702", "43234543212", "27384912345",
		"55544443210", "88812344321", "1604444333", "3185555777",
		"1234500017", "987650001", "98765000012", "963852741", "147258369", "3692581470", "1029384756", "4756657483"} {
		if !placeholderDigits(s) {
			t.Errorf("%s is a placeholder", s)
		}
	}
	for _, s := range []string{"84930275116", "98765432101", "98765432210", "935071832", "3824014053", "88812374321", "8492044433", "84920344455", "147258147", "963852714", "1029384765", "274274", "48214821", "987650231", "1234507013"} {
		if placeholderDigits(s) {
			t.Errorf("%s is no placeholder", s)
		}
	}
}

// A path like Google's on another host hides none of the links behind it.
func TestPathsLikeGooglesHideNothing(t *testing.T) {
	for _, page := range []string{"viewer?files=", "url?q=", "translate?u=", "amp/s/"} {
		text := "https://docs.acme.example/" + page
		for i := range 9 {
			text += "https://acme.zoom.us/j/8493027516" + string(rune('0'+i)) + ","
		}
		if found := Find([]byte(text)); len(found) != 9 {
			t.Errorf("%d of 9 links behind /%s", len(found), page)
		}
	}
}

func TestGooglesPathsInEveryEncoding(t *testing.T) {
	for _, text := range []string{
		"google.com%2Furl%3Fq%3Dhttps%253A%252F%252Fzo%256Fm.us%252Fj%252F84930275161",
		"https://www.google.de%2furl?q=https%253A%252F%252Fzo%256Fm.us%252Fj%252F84930275161",
	} {
		if found := Find([]byte(text)); len(found) != 1 {
			t.Errorf("%d links in %s", len(found), text)
		}
	}
}

// The longest host there is is no reason to panic.
func TestLongOwnHost(t *testing.T) {
	NewFinder(All(), strings.Repeat(strings.Repeat("a", 62)+".", 4)+"x")
}

// TestContinuedLinks: a number that breaks at a line's end goes on, but the number of a list's next item is not the rest of it.
func TestContinuedLinks(t *testing.T) {
	const line = "1. Open the meeting of the club: https://teams.microsoft.com/meet/306172945"
	for text, want := range map[string]bool{
		line + "\n183\nand wait": true, line + "\n183, and wait": true, line + "\n183 in a row": true, line + "\n183.": true,
		line + "\n2. Wait": false, line + "\n2) Wait": false, line + "\n> 12. Wait": false, line + "\n 3. Wait": false, line + "\n https://a.example": false,
	} {
		at := strings.Index(text, "teams")
		c, ok := cutCandidate([]byte(text), at, false, nil)
		if goes := c.wrapped != ""; !ok || goes != want {
			t.Errorf("%q goes on: %v (%q), want %v", text, goes, c.wrapped, want)
		}
	}
}

// A link that is broken over two lines of a comment, or of a quotation, goes on behind the mark of the next one; a sentence does not.
func TestLinksBrokenInComments(t *testing.T) {
	const begin, id = "The recording of the board's meeting stands here for all of us: https://globex.zoom.us/rec/share/", "qRt7Lw2Zb9XkVc4Mn8Ys3Hd6Gf1Pj5TaUeOiWlBrDxKvNzCm.Ys4HdQ7fTgP1jRaW"
	token, _, _ := strings.Cut(id, ".")
	for _, c := range []struct{ text, want string }{
		{"/*\n * " + begin + "\n * " + id + "\n */", id},
		{"/** " + begin + "\n * " + id + "\n */", id},
		{"/*\r\n * " + begin + id[:30] + "\r\n * " + id[30:] + "\r\n */", id},
		{"\t// " + begin + id[:30] + "\n\t// " + id[30:] + "\n", id},
		{"# " + begin + "\n# " + id + " and more", id},
		{"#" + begin + id[:52] + "\n#" + id[52:], id},
		{begin + id[:30] + "\n" + id[30:] + "\n", id},
		{"// " + begin + "\n# " + id, ""},
		{"// " + begin + "\n//     " + id, ""},
		{"/** " + begin + "\n *     " + id, ""},
		{"// " + begin + id + "\n// 2026 was good", id},
		{begin + token + "\n." + id[len(token)+1:], id},
		{"// " + begin + token + ".\n// Responsibilities were told", token},
		{begin + token + ".\nself-explanatory, all of it", token},
		{begin + token + ".\n2026112310150000", token},
		{"// Open the address of the club's board in the browser: https://whereby.com/my-room\n// then press the button", ""},
		{"// Open the address of the club's board in the browser: https://whereby.com/vandelay-hall\n// then press the button", "vandelay-hall"},
		{" * Open the address of the club's board in the browser: https://meet.jit.si/\n * without an account", ""},
		{" * Open the address of the club's board in the browser: https://zoom.us/j/847193\n * 06253.", "84719306253"},
	} {
		got := ""
		if found := Find([]byte(c.text)); len(found) > 0 {
			got = found[0].ID
		}
		if got != c.want {
			t.Errorf("%q: %q, want %q", c.text, got, c.want)
		}
	}
}

// TestLinksOfLiterals: a link that source code joins from several literals is read whole; a literal with other text in it, or a word alone, is no part.
func TestLinksOfLiterals(t *testing.T) {
	const tenant = "c3b1c9ee-8c5a-4e19-9a6b-54d4b1ce7f05"
	const first, second = "https://teams.microsoft.com/l/meetup-", "join/19%3ameeting_MWE0ZDc5NjgtOTQzZi00YmE2LWE3OTktZmQxOTRkYzM2NDAz%40thread.v2/0"
	const third = "?context=%7b%22Tid%22%3a%22" + tenant + "%22%7d"
	for _, text := range []string{
		`("` + first + `"` + "\n    " + `"` + second + `"` + "\n    " + `"` + third + `")`,
		`"` + first + second + `"` + " +\n    " + `"` + third + `"`,
		`'` + first + `' . '` + second + `' . '` + third + `' . 'Passcode follows'`,
		`"` + first + `" + "` + second + `" + "` + third + `" + "Thanks"`,
	} {
		found := Find([]byte(text))
		if len(found) != 1 || found[0].Kind != Meeting || found[0].Org != tenant {
			t.Errorf("%s: %+v", text, found)
		}
	}
}

// What literals are no part of a link: behind them it ends, with what it had.
func TestLiteralsBehindLinks(t *testing.T) {
	for text, want := range map[string]string{
		`"https://acme.zoom.us/j/8493" + "027" + "5116"`:                          "84930275116",
		`"https://acme.zoom.us/j/84930" + "275116" + "?pwd=Zk1FaWx5"`:             "84930275116 pwd",
		`"https://acme.zoom.us/j/84930" + "275116" + "?pwd=Zk1FaWx5 is the link"`: "84930275116 passcode",
		`"https://acme.zoom.us/j/84930" + "275116" + "Thanks"`:                    "84930275116",
	} {
		got := ""
		if found := Find([]byte(text)); len(found) > 0 {
			got = strings.Join(append([]string{found[0].ID}, found[0].Secrets...), " ")
		}
		if got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

// TestSentencesEndLinks: a sample room or an address without a room takes no word from the sentence on the next line; a link that was
// broken does go on there. Another link, or what closes emphasis or a cell, ends it without a blank.
func TestSentencesEndLinks(t *testing.T) {
	const line = "Open the address of the club's board in the browser: "
	for text, want := range map[string]string{
		"https://whereby.com/my-room\nthen press the button": "", "https://whereby.com/my-room\n> Then press the button": "", "https://meet.jit.si/test\n12 people fit in": "",
		"https://globex.webex.com/meet/username\nThe room is open": "", "https://discord.gg/code\nthen wait": "", "https://whereby.com/pricing\nEnglish": "",
		"https://gotomeet.me/JohnDoe\nGlobexHall is shut": "", "https://globex.webex.com/meet/\nrokafor or by phone": "rokafor",
		"https://whereby.com/test\nerlingen-hall": "", "https://zoom.us/my/john\n.vandelay9 is mine": "john.vandelay9",
		"https://teams.microsoft.com/meet/340983172156\n2026 was good": "340983172156", "https://teams.microsoft.com/meet/340983172156\n82": "34098317215682",
		"https://zoom.us/j/84719306253https://globex.example/": "84719306253", "https://whereby.com/vandelay-hallHTTP://globex.example/": "vandelay-hall",
		"https://discord.gg/9EXbcgE2rYhttps://discord.gg/9EXbcgE2rY": "9EXbcgE2rY", "_https://meet.globex.example/leila.haddad/0DJ4ES_ is open": "0DJ4ES",
		"a,https://chat.initech.example/staff/channels/8fd6rxo8hwnzj63z4ypkcwrafi?join_call=true,b": "8fd6rxo8hwnzj63z4ypkcwrafi",
		"https://meet.jit.si/\nwithout an account":                                                  "", "https://discord.gg/\nNote: this one": "", "https://meet.jit.si/\nGLOBEX_KEY=3": "", "https://meet.jit.si/.\nVandelayHall is open": "",
		"https://meet.jit.si/\nVandelayHall\n": "VandelayHall", "https://meet.jit.si/\nVandelayHall is open": "VandelayHall", "https://whereby.com/\nvandelay-hall9 is open": "vandelay-hall9",
		"https://meet.jit.si/\r\n vandelayhall is open": "vandelayhall", "https://meet.jit.si/\" +\n  \"vandelayhall": "vandelayhall", "https://zoom.us/j/\n84719306253 is the number": "84719306253",
		"https://join.slack.com/t/globex/shared_invite/zt-2k7vq9xwd-Jr4TnUe8Lb\nwzkhqmfpsgtd and more": "zt-2k7vq9xwd-Jr4TnUe8Lbwzkhqmfpsgtd",
	} {
		id := ""
		if found := Standard().FindIn([]byte(line+text), 0, len(line+text)); len(found) > 0 {
			id = found[0].ID
		}
		if id != want {
			t.Errorf("%q: %q, want %q", text, id, want)
		}
	}
}
