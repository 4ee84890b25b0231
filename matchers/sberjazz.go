package matchers

import "strings"

// sberJazz knows the meetings of SberJazz (SaluteJazz): a code of six characters, with the password beside it. Seen in public pages, on the old host
// and the new, with and without /calls/, which an older form kept in the fragment. The bank's own host sets its name before the code.
func sberJazz() Platform {
	return Platform{
		Name:  "sberjazz",
		Title: "SberJazz",
		Hosts: []string{"jazz.sber.ru", "salutejazz.ru", "jazz.sberbank.ru"},
		Docs:  "https://developers.sber.ru/docs/ru/jazz/overview",
		Parse: parseSberJazz,
		Forms: []Form{{"jazz.sber.ru/<6>?psw=<password>, salutejazz.ru/calls/<6>?psw=<password>, jazz.sberbank.ru/<word>-<6>?psw=<password>", Meeting, JoinWithSecret}},
	}
}

func parseSberJazz(u *URL) (Link, error) {
	segs, psw := u.Segs(), u.Param("psw")
	if len(segs) == 0 && u.Fragment != "" {
		path, _, _ := strings.Cut(u.Fragment, "?")
		segs, psw = strings.Split(strings.Trim(path, "/"), "/"), u.FragmentParam("psw")
	}
	if len(segs) == 2 && (segs[0] == "calls" || segs[0] == "call") {
		segs = segs[1:]
	}
	if len(segs) != 1 || u.Label() != "" || u.User != "" {
		return Link{}, NotAMeeting
	}
	code, secret := segs[0], psw != "" && !placeholderSecret(psw)
	switch {
	case placeholderWord(code) || inventedCode(code):
		return Link{}, Placeholder
	case !jazzCode(u, code, secret) || !secret && (isSitePage(code) || !mixed(code)):
		return Link{}, NotAMeeting
	}
	l := Link{Kind: Meeting, Class: JoinWithSecret, ID: code, Host: u.Host, Path: "/{id}"}
	if secret {
		l.AddSecret("psw")
	}
	return l, nil
}

// jazzCode: six small letters and digits; on the bank's host, and where a password follows, also with a word and a hyphen before them.
func jazzCode(u *URL, code string, secret bool) bool {
	if secret || u.Base == "jazz.sberbank.ru" {
		if word, rest, ok := strings.Cut(code, "-"); ok && all(word, isTalkByte) {
			code = rest
		}
	}
	return len(code) == 6 && all(code, isTalkByte)
}
