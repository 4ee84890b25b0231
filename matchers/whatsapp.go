package matchers

import "strings"

// whatsapp knows WhatsApp's call links and group invitations. Both codes have 22 characters, and whoever has the code is let in.
//
// Documented: call links and invitation links exist and can be reset (faq.whatsapp.com); the shapes were seen in public pages. wa.me,
// api.whatsapp.com and whatsapp.com/channel are contacts and channels, no meetings.
func whatsapp() Platform {
	return Platform{
		Name:    "whatsapp",
		Title:   "WhatsApp",
		Hosts:   []string{"call.whatsapp.com", "chat.whatsapp.com", "web.whatsapp.com"},
		Anchors: []string{"whatsapp://chat", "whatsapp:\\/\\/chat"},
		Docs:    "https://faq.whatsapp.com/3242937609289432",
		Parse:   parseWhatsApp,
		Whole:   func(l Link) bool { return len(l.ID) == whatsappLength },
		Forms: []Form{
			{"call.whatsapp.com/video/<22>, /voice/<22>", Meeting, JoinWithSecret},
			{"chat.whatsapp.com/<22>, /invite/<22>, web.whatsapp.com/accept?code=<22>", GroupInvite, ChatInvite},
		},
	}
}

func parseWhatsApp(u *URL) (Link, error) {
	switch {
	case u.Scheme == "whatsapp":
		if u.Host != "chat" {
			return Link{}, NotAMeeting
		}
		return whatsappCode(u, u.Param("code"), isAlnum, Link{Kind: GroupInvite, Class: ChatInvite, Host: "chat.whatsapp.com", Path: "/{id}"})
	case u.Base == "web.whatsapp.com": // what a browser shows that was sent on by chat.whatsapp.com
		if !strings.EqualFold(u.Seg(0), "accept") {
			return Link{}, NotAMeeting
		}
		return whatsappCode(u, u.Param("code"), isAlnum, Link{Kind: GroupInvite, Class: ChatInvite, Host: "chat.whatsapp.com", Path: "/{id}"})
	case u.Base == "call.whatsapp.com":
		kind := strings.ToLower(u.Seg(0))
		if kind != "video" && kind != "voice" {
			return Link{}, NotAMeeting
		}
		return whatsappCode(u, u.Seg(1), isB64u, Link{Kind: Meeting, Class: JoinWithSecret, Space: "call", Host: u.Host, Path: "/" + kind + "/{id}"})
	case u.Base == "chat.whatsapp.com":
		code, path := u.Seg(0), "/{id}"
		if strings.EqualFold(code, "invite") && u.Seg(1) != "" {
			code, path = u.Seg(1), "/invite/{id}"
		}
		return whatsappCode(u, code, isAlnum, Link{Kind: GroupInvite, Class: ChatInvite, Host: u.Host, Path: path})
	}
	return Link{}, NotAMeeting
}

func whatsappCode(u *URL, segment string, ok func(byte) bool, l Link) (Link, error) {
	code := leading(segment, ok)
	switch {
	case placeholderWord(segment) || placeholderToken(code) || wordyCode(code):
		return Link{}, Placeholder
	case len(code) < whatsappLength || all(code[:whatsappLength], isDigit):
		return Link{}, Incomplete
	case strings.ContainsAny(code[whatsappLength:], "0123456789") && !u.believed: // a word may be glued to a code; a digit makes it another, longer one
		return Link{}, Incomplete
	}
	l.ID = code[:whatsappLength]
	return l, nil
}

const (
	whatsappLength = 22
	wordLetters    = 4 // the words of a made-up code have so many letters, on average; of random ones every second is a capital
)

// wordyCode reports whether a code consists of words: of 22 random characters some are capitals and some small, a long random one without
// a digit is rare, and one with words that say what should stand there, or with few capitals, is none.
func wordyCode(code string) bool {
	lower := strings.ToLower(code)
	if code == lower || code == strings.ToUpper(code) {
		return true
	}
	if strings.ContainsAny(lower, "0123456789") {
		return false
	}
	if start := code[:min(len(code), whatsappLength)]; countCapitals(start)*wordLetters <= len(start) {
		return true
	}
	for _, word := range []string{"invite", "group", "code", "sample", "whatsapp", "here", "link", "demo", "test", "token"} {
		if strings.Contains(lower, word) {
			return true
		}
	}
	return false
}

func countCapitals(s string) (n int) {
	for i := range len(s) {
		if 'A' <= s[i] && s[i] <= 'Z' {
			n++
		}
	}
	return n
}
