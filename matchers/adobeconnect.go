package matchers

import "strings"

// adobeConnect knows the rooms and recordings of Adobe Connect, on the organisation's host. Names that begin with p or r and go on with random
// characters are the service's own: recordings (and other content), and rooms. The number of the account may stand before any of them, as the
// address bar shows it. Seen in public pages and documented for the custom names.
func adobeConnect() Platform {
	return Platform{
		Name:  "adobe-connect",
		Title: "Adobe Connect",
		Hosts: []string{"adobeconnect.com"},
		Docs:  "https://helpx.adobe.com/adobe-connect/using/creating-arranging-meetings.html",
		Parse: parseAdobeConnect,
		Whose: customerLabel,
		Forms: []Form{
			{"<organisation>.adobeconnect.com/[_a<number>/]<room>", PersonalRoom, PermanentRoom},
			{"<organisation>.adobeconnect.com/[_a<number>/]p<random>", Recording, PastContent},
			{"<organisation>.adobeconnect.com/e<random>/event/…", Event, PublicForm},
		},
	}
}

func parseAdobeConnect(u *URL) (Link, error) {
	org, _, _ := strings.Cut(u.Sub(), ".")
	segs := u.Segs()
	if len(segs) > 0 && adobeAccount(segs[0]) {
		segs = segs[1:]
	}
	switch {
	case org == "" || org == "www" || org == "help" || org == "na1cps" || org == "admin" || len(segs) == 0:
		return Link{}, NotAMeeting
	case sampleOrg(org):
		return Link{}, Placeholder
	}
	l := Link{Kind: PersonalRoom, Class: PermanentRoom, Realm: org, Org: org, Host: u.Host, Path: "/{id}"}
	l.AddSecret(u.SecretParams("session")...)
	drawn := adobeDrawn(segs[0])
	switch {
	case len(segs) > 1 && segs[1] == "event" && adobeDrawnBytes(segs[0]) && segs[0][0] == 'e':
		l.Kind, l.Class, l.ID = Event, PublicForm, segs[0]
		return l, nil
	case len(segs) > 1 || isSitePage(segs[0]) || adobePage(segs[0]):
		return Link{}, NotAMeeting
	case drawn == 'p':
		l.Kind, l.Class, l.ID = Recording, PastContent, segs[0]
		return l, nil
	}
	room, err := namedRoom(u, segs[0])
	if err == nil && (len(room) < 3 || !all(room, isB64u)) {
		err = Incomplete
	}
	l.ID = room
	return l, err
}

// adobeDrawn is the first letter of a name that the service drew: a letter and 9 to 14 small letters and digits; or 0. One drawn without a digit
// cannot be told from a word that somebody chose.
func adobeDrawn(name string) byte {
	if !adobeDrawnBytes(name) || !strings.ContainsAny(name, "0123456789") {
		return 0
	}
	return name[0]
}

func adobeDrawnBytes(name string) bool {
	return len(name) >= 10 && len(name) <= 15 && all(name, isTalkByte)
}

// adobeAccount: what the service puts before the path of an account, "_a" and its number.
func adobeAccount(segment string) bool {
	number, ok := strings.CutPrefix(segment, "_a")
	return ok && number != "" && all(number, isDigit)
}

func adobePage(segment string) bool {
	switch strings.ToLower(segment) {
	case "common", "system", "content", "servlet", "swf", "lms", "gateway", "xml", "default", "connect", "logo":
		return true
	}
	return false
}
