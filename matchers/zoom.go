package matchers

import (
	"encoding/base64"
	"strings"
)

// zoom knows Zoom's links on the commercial, the US government and the Chinese cloud.
//
// Documented: personal links and numbers (support.zoom.com, "Customizing your Personal Meeting ID" and "Meeting and webinar
// IDs"), start links and zak (developers.zoom.us). The other shapes were seen in public pages. Vanity hosts name the account a
// link was made under; any vanity resolves any number of its cloud, so the number and the cloud are the identity.
func zoom() Platform {
	return Platform{
		Name:  "zoom",
		Title: "Zoom",
		Hosts: []string{"zoom.us", "zoom.com", "zoomgov.com", "zoom.com.cn", "zoom.cn", "umeet.com.cn", "zoom-x.de", "zoomcrc.com", lfxZoom},
		Docs:  "https://support.zoom.com/hc/en/article?id=zm_kb&sysparm_article=KB0063264",
		Parse: parseZoom,
		Whose: zoomVanity,
		Whole: zoomWhole,
		Forms: []Form{
			{"/j/<number>, /skype/<number>", Meeting, JoinWithSecret},
			{"/j/<ten digits>, /my/<name>", PersonalRoom, PermanentRoom},
			{"/w/<number>", Webinar, JoinWithSecret},
			{"/w/<number>?tk=", Webinar, AttendeePersonal},
			{"/s/<number>, /wc/<number>/start, …?zak=", HostStart, HostCredential},
			{"/wc/<number>/join, /wc/join/<number>, zoommtg://…confno=<number>", Meeting, JoinWithSecret},
			{"/meeting/register/<token>, /webinar/register/WN_<token>", Registration, PublicForm},
			{"events.zoom.us/ejl/<token>", Meeting, JoinWithSecret},
			{"events.zoom.us/ev/<token>, /e/view/<token>", Event, PublicForm},
			{"/rec/share/<token>, /rec/play/<token>", Recording, PastContent},
			{"/launch/jc/<number>, /meeting/<number>", Meeting, NumberOnly},
			{"<number>@zoomcrc.com", DialIn, NumberOnly},
		},
	}
}

// lfxZoom is the Linux Foundation's front end to Zoom; it keeps the meeting's number (seen in project pages).
const lfxZoom = "zoom-lfx.platform.linuxfoundation.org"

// zoomWhole: a number has 11 digits at most, and behind the dot of a recording's token stand 16 characters.
func zoomWhole(l Link) bool {
	switch l.Space {
	case "":
		return len(l.ID) == 11 && all(l.ID, isDigit)
	case "rec":
		token, end, _ := strings.Cut(l.ID, ".")
		return len(token) >= 39 && len(end) == 16
	}
	return false
}

// zoomSecrets are the parameters that admit somebody or act for somebody.
func zoomSecrets() []string {
	return []string{"pwd", "tk", "zak", "zpk", "token", "tok", "signature", "icsToken", "password"}
}

func parseZoom(u *URL) (Link, error) {
	l := Link{Realm: zoomCloud(u.Base), Org: zoomVanity(u), Host: u.Host}
	l.AddSecret(u.SecretParams(zoomSecrets()...)...)
	if u.Base == "zoomcrc.com" || u.User != "" && !strings.HasPrefix(u.Scheme, "http") {
		return zoomSIP(u, l)
	}
	switch sub := u.Label(); {
	case u.Base == lfxZoom:
		return zoomNumber(u, l, u.Seg(1), "/meeting/")
	case placeholderWord(sub) && sub != "":
		return Link{}, Placeholder
	case sub == "events" || sub == "applications" || sub == "docs":
		return zoomSpecialHost(u, l)
	case sub == "support" || sub == "marketplace" || sub == "developers" || sub == "api" || sub == "status" || sub == "explore" || sub == "blog":
		return Link{}, NotAMeeting
	}
	switch kind := strings.ToLower(u.Seg(0)); kind {
	case "j", "w", "s", "wc", "skype", "launch", "join", "start", "meetings", "meeting", "webinar", "my", "rec", "recording", "clips":
		return zoomPath(u, l, kind)
	}
	if u.Has("confno") {
		return zoomNumber(u, l, u.Param("confno"), "/j/")
	}
	return Link{}, NotAMeeting
}

func zoomPath(u *URL, l Link, kind string) (Link, error) {
	switch kind {
	case "j", "w", "s", "skype": // "Join by Skype for Business" leads into the same meeting
		return zoomNumber(u, l, u.Seg(1), "/"+kind+"/")
	case "start":
		return zoomNumber(u, l, u.Param("confno"), "/s/")
	case "join":
		if id := u.Param("confno"); id != "" {
			return zoomNumber(u, l, id, "/j/")
		}
		return Link{}, NotAMeeting
	case "wc":
		return zoomBrowserClient(u, l)
	case "launch":
		if u.Seg(1) != "jc" {
			return Link{}, NotAMeeting
		}
		l.Kind, l.Class = Meeting, NumberOnly
		return zoomNumber(u, l, u.Seg(2), "/launch/jc/")
	case "my":
		return zoomPersonalLink(u, l)
	case "meetings":
		if u.Seg(2) != "invitations" {
			return Link{}, NotAMeeting
		}
		return zoomNumber(u, l, u.Seg(1), "/j/")
	case "meeting", "webinar":
		return zoomMeetingPage(u, l)
	default:
		return zoomRecording(u, l)
	}
}

// zoomBrowserClient reads /wc/<n>/join, /wc/join/<n>, /wc/<n>/start, /wc/start/<n>, /wc/<n>.
func zoomBrowserClient(u *URL, l Link) (Link, error) {
	id, verb := u.Seg(1), u.Seg(2)
	if !isDigit(firstByte(id)) {
		id, verb = verb, id
	}
	if verb == "start" || verb == "host" {
		return zoomNumber(u, l, id, "/s/")
	}
	return zoomNumber(u, l, id, "/j/")
}

// zoomNumber reads a meeting number: 9 to 11 digits, separators allowed. Documented lengths: 9 until April 2020, 10 for personal
// rooms, 11 for everything else; on the government cloud, and with umeet, 10 digits are ordinary meetings.
func zoomNumber(u *URL, l Link, segment, path string) (Link, error) {
	if number, code, lost := strings.Cut(segment, "pwd="); lost { // "/j/84930275116pwd=…": the question mark was lost
		segment = strings.TrimRight(number, "&")
		if code != "" && !placeholderSecret(code) {
			l.AddSecret("pwd")
		}
	}
	id := leadingNumber(ungrouped(segment))
	if len(id) < 9 && id == segment {
		id = completeNumber(id, u.Tail())
	}
	switch {
	case len(id) < 9 || len(id) > 11:
		if placeholderWord(segment) || len(id) > 0 && placeholderDigits(id) {
			return Link{}, Placeholder
		}
		return Link{}, Incomplete
	case placeholderDigits(id) && !u.believed && !(zoomChosenNumber(u, l, id) && zoomDrewPassword(u.Param("pwd"))):
		return Link{}, Placeholder
	}
	l.ID, l.Path = id, path+"{id}"
	switch {
	case path == "/s/" || u.SecretParams("zak", "zpk") != nil: // a mask in the token's place starts nothing
		l.Kind, l.Class = HostStart, HostCredential
	case path == "/w/":
		l.Kind, l.Class = Webinar, JoinWithSecret
	case l.Kind != "":
	case zoomPersonalNumber(u, l, id):
		l.Kind, l.Class = PersonalRoom, PermanentRoom
	default:
		l.Kind, l.Class = Meeting, JoinWithSecret
	}
	if u.SecretParams("tk") != nil && l.Kind != HostStart {
		l.Class = AttendeePersonal
	}
	if omn := u.Param("omn"); len(omn) == 11 && all(omn, isDigit) && omn != id && !placeholderDigits(omn) {
		l.AddAlias(Link{Platform: "zoom", Realm: l.Realm, ID: omn}.Key())
	}
	return l, nil
}

// zoomPersonalNumber: a number of ten digits is a personal room's where it is not an ordinary meeting's (see zoomNumber).
func zoomPersonalNumber(u *URL, l Link, id string) bool {
	return len(id) == 10 && (l.Realm == "commercial" || l.Realm == "cn" && u.Base != "umeet.com.cn")
}

// zoomChosenNumber: the number may be one that a host chose for a personal room, however much it looks like a sample (4443335678):
// its link names an account. A count from one, a number of one or two digits and the telephone's samples are nobody's all the same:
// they are what people write over a number in a link that they show around.
func zoomChosenNumber(u *URL, l Link, id string) bool {
	return l.Org != "" && zoomPersonalNumber(u, l, id) && !vendorSample(id) && !isRun(id, 1) && !isRun(id, 9) && distinct(id) > 2 &&
		!strings.HasPrefix(id, "1234567") && !strings.HasPrefix(id, "01234567")
}

// zoomDrewPassword: the password has one of the two forms in which Zoom writes those that it draws: thirty letters and digits with a
// version behind them ("….1"), or base64 twice over, as until 2022. Samples of links have "abc", "xxxx" or a word in its place.
func zoomDrewPassword(v string) bool {
	drawn, version, current := strings.Cut(v, ".")
	if !current {
		raw, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(v, "="))
		if err != nil || len(raw) < 15 {
			return false
		}
		drawn = strings.TrimRight(string(raw), "=")
	} else if len(drawn) != 30 || !all(version, isDigit) {
		return false
	}
	chance := strings.ContainsFunc(drawn, isLower) && strings.ContainsFunc(drawn, isUpper) && strings.ContainsAny(drawn, "0123456789") &&
		distinct(drawn) >= 10 && !ascends(drawn, 3) && !inventedCode(drawn)
	return chance && all(drawn, func(c byte) bool { return isAlnum(c) || c == '+' || c == '/' })
}

// ungrouped takes blanks, hyphens and plus signs out of a number.
func ungrouped(s string) string {
	if !strings.ContainsAny(s, "-+ ") {
		return s
	}
	return strings.Map(func(r rune) rune {
		if r == '-' || r == '+' || r == ' ' {
			return -1
		}
		return r
	}, s)
}

// completeNumber joins the groups of a number that was pasted as Zoom prints it: "849 3027 5116".
func completeNumber(first, tail string) string {
	if len(first) != 3 {
		return first
	}
	whole, rest := first, tail
	for groups := 0; groups < 2; groups++ {
		if len(rest) < 4 || rest[0] != ' ' && rest[0] != '-' {
			return first
		}
		group := leading(rest[1:], isDigit)
		if len(group) < 3 || len(group) > 4 {
			return first
		}
		whole, rest = whole+group, rest[1+len(group):]
	}
	return whole
}

// zoomPersonalLink reads /my/<name>: a letter, then letters, digits and dots, 5 to 40 in all (documented). Hyphens, underscores and
// other lengths were seen.
func zoomPersonalLink(u *URL, l Link) (Link, error) {
	name := strings.Trim(u.Seg(1), ".")
	ok := len(name) >= 3 && len(name) <= 64 && isAlpha(name[0]) &&
		all(name, func(c byte) bool { return isAlnum(c) || c == '.' || c == '-' || c == '_' })
	switch {
	case placeholderWord(name) || sampleDomain(l.Org) || namesLinkItself(name),
		(sampleRoom(name) || l.Org == "" && genericRoom(name)) && !u.believed,
		placeholderName(name) && !u.believed && !(l.Org != "" && !namesField(name) && zoomDrewPassword(u.Param("pwd"))): // there are people called Juan Pérez
		return Link{}, Placeholder
	case !ok:
		return Link{}, Incomplete
	}
	l.Kind, l.Class, l.Space = PersonalRoom, PermanentRoom, "my"
	l.ID, l.Fold, l.Owner, l.Path = name, true, lowerASCII(name), "/my/{id}"
	return l, nil
}

// namesLinkItself: the name says what the link is, and nobody's.
func namesLinkItself(name string) bool {
	switch without(strings.ToLower(name), ".-_") {
	case "personalroom", "personallink", "personalmeeting", "personalmeetingroom", "personalmeetingid", "vanity", "vanityname":
		return true
	}
	return false
}

// zoomMeetingPage reads /meeting/register/<token>, /webinar/register/[<13 digits>/]WN_<token>, the calendar downloads beside them, and
// the page on which the host looks at a meeting, which tells its number: /meeting/<number>[/edit].
func zoomMeetingPage(u *URL, l Link) (Link, error) {
	segs := u.Segs()
	if len(segs) > 2 && segs[1] == "attendee" {
		segs = append([]string{segs[0]}, segs[2:]...)
	}
	var token string
	switch {
	case len(segs) >= 3 && segs[1] == "register":
		token = segs[len(segs)-1]
		if len(segs) > 3 && !strings.HasPrefix(segs[3], "WN_") {
			token = segs[2]
		}
	case len(segs) >= 3 && segs[2] == "ics" && len(segs[1]) <= 11 && all(segs[1], isDigit): // until 2020 the file went by the number
		return zoomNumber(u, l, segs[1], "/j/")
	case len(segs) >= 3 && segs[2] == "ics":
		token = segs[1]
	case len(segs) >= 2 && segs[0] == "meeting" && isDigit(firstByte(segs[1])):
		l.Kind, l.Class = Meeting, NumberOnly
		return zoomNumber(u, l, segs[1], "/meeting/")
	default:
		return Link{}, NotAMeeting
	}
	token = leading(token, isB64u)
	switch n := len(strings.TrimPrefix(token, "WN_")); {
	case placeholderWord(token) || placeholderToken(token) || wordyToken(token):
		return Link{}, Placeholder
	case n < 20 || n > 64:
		return Link{}, Incomplete
	}
	l.Kind, l.Class, l.Space, l.ID = Registration, PublicForm, "register", token
	l.Path = "/" + segs[0] + "/register/{id}"
	if segs[len(segs)-1] == "ics" {
		l.Path, l.companion = "/"+segs[0]+"/{id}/ics", true // the calendar download: invitations name it beside the join link of the meeting
	}
	return l, nil
}

// wordyToken: the token was written by hand; chance does not spell such words.
func wordyToken(token string) bool {
	lower := strings.ToLower(token)
	for _, word := range [...]string{"secret", "token", "sample", "webinar", "recording"} {
		if strings.Contains(lower, word) {
			return true
		}
	}
	return false
}

// zoomRecording reads /rec/share/<token>, /rec/play/…, /rec/download/…, /recording/detail, /clips/share/<id>. Old tokens have no
// part behind a dot.
func zoomRecording(u *URL, l Link) (Link, error) {
	token := u.Seg(2)
	if u.Seg(1) == "component-page" || u.Seg(0) == "recording" && u.Seg(1) != "share" && u.Seg(1) != "play" {
		token = u.Param("meeting_id") + u.Param("meetingId")
	}
	token = strings.TrimRight(leading(token, func(c byte) bool { return isB64u(c) || c == '.' || c == '=' || c == '+' || c == '/' }), ".")
	switch {
	case token != "" && (placeholderWord(token) || placeholderToken(token) || wordyToken(token)):
		return Link{}, Placeholder
	case len(token) < 16:
		return Link{}, Incomplete
	}
	l.Kind, l.Class, l.Space, l.ID = Recording, PastContent, "rec", token
	l.Path = "/rec/share/{id}"
	if u.Seg(0) == "clips" {
		l.Path = "/clips/share/{id}"
	}
	return l, nil
}

// zoomSpecialHost reads events.zoom.us, applications.zoom.us and docs.zoom.us.
func zoomSpecialHost(u *URL, l Link) (Link, error) {
	l.Org = ""
	if u.Label() == "applications" {
		uuid := u.Param("meetingUuid")
		raw, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(uuid, " ", "+"))
		if err != nil || len(raw) != 16 {
			return Link{}, NotAMeeting
		}
		l.Kind, l.Class, l.Space, l.ID, l.Path = Meeting, JoinWithSecret, "uuid", uuid, "/addon/invitation/detail?meetingUuid={id}"
		l.companion = true // the instructions that calendar add-ons link to
		return l, nil
	}
	segs := u.Segs()
	if u.Label() != "events" || len(segs) < 2 {
		return Link{}, NotAMeeting
	}
	switch segs[0] {
	case "ejl", "ej", "ev", "e", "eo", "eb":
	default:
		return Link{}, NotAMeeting
	}
	token := segs[1]
	for _, seg := range segs[2:] { // /e/view/<token>, /e/view/preview/<token>/purchase
		if segs[0] == "e" && len(token) < 20 {
			token = seg
		}
	}
	token = leading(token, func(c byte) bool { return isB64u(c) || c == '~' })
	switch {
	case placeholderWord(token) || placeholderToken(token):
		return Link{}, Placeholder
	case len(token) < 20:
		return Link{}, Incomplete
	}
	l.Kind, l.Class, l.Space, l.ID, l.Path = Event, PublicForm, "event", token, "/"+segs[0]+"/{id}"
	if segs[0] == "ejl" || segs[0] == "ej" { // joins, the others tell of the event
		l.Kind, l.Class = Meeting, JoinWithSecret
	}
	return l, nil
}

// zoomSIP reads <number>[.<passcode>[.<layout>[.<host key>]]]@zoomcrc.com.
func zoomSIP(u *URL, l Link) (Link, error) {
	if u.Base != "zoomcrc.com" && !strings.HasPrefix(u.Host, "sip.") {
		return Link{}, NotAMeeting
	}
	digits, secrets, hostKey := parseZoomSIP(u.User)
	switch {
	case len(digits) < 9 || len(digits) > 11:
		return Link{}, Incomplete
	case placeholderDigits(digits):
		return Link{}, Placeholder
	}
	l.Org, l.Host, l.Path = "", "", ""
	l.ID, l.Kind, l.Class = digits, DialIn, NumberOnly
	l.AddSecret(secrets...)
	if hostKey {
		l.Kind, l.Class = HostStart, HostCredential
	}
	return l, nil
}

func zoomCloud(base string) string {
	switch base {
	case "zoomgov.com":
		return "gov"
	case "zoom.com.cn", "zoom.cn", "umeet.com.cn":
		return "cn"
	}
	return "commercial"
}

// zoomVanity is the account's label, or "": data-centre labels ("us02web") and Zoom's own services identify nobody.
func zoomVanity(u *URL) string {
	label := u.Label()
	if len(label) == 7 && strings.HasSuffix(label, "web") && isAlpha(label[0]) && isAlpha(label[1]) && (isDigit(label[2]) && isDigit(label[3]) || label[2:4] == "xx") {
		return ""
	}
	if all(label, isDigit) {
		return "" // a number that somebody put in the wrong place names nobody
	}
	switch label {
	case "app", "api", "support", "explore", "marketplace", "developers", "devforum", "success", "status", "blog", "events",
		"applications", "docs", "learning", "click", "go", "us", "eu", "us01", "us02", "us04", "us05", "us06", "web", "sip", "crc", "global":
		return ""
	}
	return label
}

func firstByte(s string) byte {
	if s == "" {
		return 0
	}
	return s[0]
}
