package matchers

import "strings"

// googleMeet knows Google Meet.
//
// Documented: the code and that it may be reused for another meeting (developers.google.com, "Meet REST API", spaces), the phone
// page (support.google.com/meet). Lookup and stream links were seen in public pages. Nothing in a link names an
// organisation. There is no passcode; the PIN of the phone page is the secret.
func googleMeet() Platform {
	return Platform{
		Name:  "google-meet",
		Title: "Google Meet",
		Hosts: []string{"meet.google.com", "tel.meet", "g.co/meet"},
		Docs:  "https://developers.google.com/workspace/meet/api/guides/meeting-spaces",
		Parse: parseGoogleMeet,
		Whole: func(l Link) bool { return l.Space == "" && len(l.ID) == len("abc-defg-hij") },
		Forms: []Form{
			{"/<3 letters>-<4>-<3>, /_meet/<code>", Meeting, JoinWithSecret},
			{"/tel/<code>?pin=, tel.meet/<code>?pin=", DialIn, NumberOnly},
			{"/lookup/<nickname>, g.co/meet/<nickname>", Meeting, JoinWithSecret},
			{"/stream/<guid>, stream.meet.google.com/stream/<guid>", Meeting, JoinWithSecret},
		},
	}
}

func parseGoogleMeet(u *URL) (Link, error) {
	l := Link{Kind: Meeting, Class: JoinWithSecret, Host: u.Host}
	if u.Base == "tel.meet" { // the phone page
		l.Kind, l.Class = DialIn, NumberOnly
	}
	l.AddSecret(u.SecretParams("pin")...)
	segs := u.Segs()
	if u.Base == "g.co" {
		if u.Seg(0) != "meet" || u.Host != "g.co" {
			return Link{}, NotAMeeting
		}
		l.Host = "meet.google.com"
		return meetNickname(u, u.Seg(1), l)
	}
	if len(segs) > 2 && segs[0] == "u" && all(segs[1], isDigit) { // "/u/0/": which of several accounts looks
		segs = segs[2:]
	}
	if len(segs) == 0 || u.User != "" {
		return Link{}, NotAMeeting
	}
	name := ""
	if len(segs) > 1 {
		name = segs[1]
	}
	switch strings.ToLower(segs[0]) {
	case "lookup":
		return meetNickname(u, name, l)
	case "stream":
		return meetStream(name, l)
	case "tel":
		l.Kind, l.Class = DialIn, NumberOnly
		return meetCode(name, l)
	case "_meet":
		return meetCode(name, l)
	}
	return meetCode(segs[0], l)
}

// meetCode reads three, four and three letters. What is glued to the last letter is text behind the link, unless it makes the
// whole a word of its own ("new-team-meeting").
func meetCode(segment string, l Link) (Link, error) {
	code, rest := strings.ToLower(segment), ""
	if len(code) > 12 {
		code, rest = code[:12], segment[12:]
	}
	if !isMeetCode(code) || !endsCode(rest) {
		if len(segment) >= 3 && placeholderWord(segment) {
			return Link{}, Placeholder
		}
		return Link{}, NotAMeeting
	}
	if placeholderCode(code) {
		return Link{}, Placeholder
	}
	l.ID, l.Path = code, "/{id}"
	return l, nil
}

func isMeetCode(s string) bool {
	if len(s) != 12 || s[3] != '-' || s[8] != '-' {
		return false
	}
	return all(s[:3], isAlpha) && all(s[4:8], isAlpha) && all(s[9:], isAlpha)
}

// endsCode reports whether a code may end before rest: at a mark, a digit, a capital, a stripped line break, a new link.
func endsCode(rest string) bool {
	if rest == "" || !isAlpha(rest[0]) && rest[0] != '-' && rest[0] != '_' || 'A' <= rest[0] && rest[0] <= 'Z' {
		return true
	}
	for _, glued := range [...]string{"rn", "nr", "n", "r", "http", "or", "and", "join", "dial", "tel", "amp", "nbsp", "quot", "gt", "br"} {
		tail := strings.TrimPrefix(rest, glued)
		if tail != rest && (tail == "" || len(glued) > 2 || !isAlpha(tail[0]) || 'A' <= tail[0] && tail[0] <= 'Z' || strings.HasPrefix(tail, glued)) {
			return true
		}
	}
	return false
}

// placeholderCode reports codes that people make up: two of the three groups run along the alphabet or the keyboard or repeat
// one letter, or the groups are words, or a word goes on over the hyphens (sta-ndup-abc). "abc-mnop-xyz" is Google's own sample.
func placeholderCode(code string) bool {
	made, letters := 0, code[:3]+code[4:8]+code[9:]
	for _, word := range [...]string{"meeting", "standup", "interview", "internal", "external", "session", "planning", "webinar", "kickoff", "training", "invalid", "google",
		"outside", "another", "existing", "expired", "missing", "deleted", "private", "shared"} {
		if strings.Contains(letters, word) {
			return true
		}
	}
	for i, group := range [...]string{code[:3], code[4:8], code[9:]} {
		if distinct(group) == 1 || isKeyRun(group) {
			made++
			continue
		}
		switch group {
		case "code", "room", "meet", "test", "demo", "mock", "fake", "link", "your", "team", "call", "here", "name", "real",
			"foo", "bar", "baz", "new", "now", "pen", "ding", "tbd", "tes", "est", "ing", "one", "two", "four", "thr", "fou", "you", "dum", "dmy", "sam", "ple", "exa", "mple":
			if made++; i == 1 && (group == "test" || group == "demo" || group == "mock" || group == "fake" || group == "your" || group == "code") {
				made++
			}
		}
	}
	return made >= 2
}

// isKeyRun: letters that follow each other in the alphabet or on a keyboard, in either direction.
func isKeyRun(s string) bool {
	reversed := make([]byte, len(s))
	for i := range len(s) {
		reversed[len(s)-1-i] = s[i]
	}
	for _, row := range [...]string{"abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm"} {
		if strings.Contains(row, s) || strings.Contains(row, string(reversed)) {
			return true
		}
	}
	return false
}

// meetNickname reads a nickname, which resolves only inside its owner's domain.
func meetNickname(u *URL, segment string, l Link) (Link, error) {
	name := lowerASCII(leading(segment, isB64u))
	switch {
	case placeholderWord(name) || placeholderToken(name) || name == "nickname" || name == "mynickname" || name == "meetingname" ||
		len(name) == len(segment) && genericRoom(name) && !u.believes(name):
		return Link{}, Placeholder
	case len(name) < 4 || len(name) > 60 || len(name) != len(segment):
		return Link{}, Incomplete
	case isMeetCode(name):
		return meetCode(name, l)
	}
	l.Space, l.ID, l.Path = "lookup", name, "/lookup/{id}"
	return l, nil
}

func meetStream(segment string, l Link) (Link, error) {
	id, err := guidCode(segment)
	if err != nil {
		return Link{}, err
	}
	l.Space, l.ID, l.Path = "stream", id, "/stream/{id}"
	return l, nil
}
