package matchers

import (
	"encoding/base64"
	"encoding/hex"
	"strings"
)

// teams knows Microsoft Teams' links for work, school and home, on the commercial, government and Chinese clouds.
//
// Documented: the long join link and its context, the deep links that are no meetings (learn.microsoft.com, "Deep links");
// the short link (message centre MC772556). Launcher, light meetings, options page, recap, events, registration and the
// calendar properties were seen in public pages. A long link has no secret apart from the thread, which is the capability; a
// short link names nobody.
func teams() Platform {
	return Platform{
		Name:  "teams",
		Title: "Microsoft Teams",
		Hosts: []string{"teams.microsoft.com", "teams.live.com", "teams.cloud.microsoft", "teams.microsoft.us",
			"teams.microsoftonline.cn", "teams.microsoft.com.mcas.ms", "plcm.vc"},
		Anchors:     []string{"msteams:"},
		BareAnchors: []string{"19:meeting_", "19%3ameeting_", "19%253ameeting_", "19_meeting_"},
		Docs:        "https://learn.microsoft.com/en-us/microsoftteams/platform/concepts/build-and-test/deep-links",
		Parse:       parseTeams,
		Bare:        bareTeams,
		Forms: []Form{
			{"/l/meetup-join/<thread>/<message>?context=<json>", Meeting, JoinWithSecret},
			{"/meet/<digits>?p=<token>", Meeting, JoinWithSecret},
			{"/dl/launcher/launcher.html?url=…, /_#/l/meetup-join/…, /v2/?meetingjoin=true#/…", Meeting, JoinWithSecret},
			{"/light-meetings/launch?coords=<base64>", Meeting, JoinWithSecret},
			{"msteams:/l/meetup-join/…", Meeting, JoinWithSecret},
			{"a thread in a calendar property", Meeting, JoinWithSecret},
			{"/meetingOptions/?organizerId=&tenantId=&threadId=", OptionsPage, JoinWithSecret},
			{"/l/meetingrecap?…", Recording, PastContent},
			{"events.teams.microsoft.com/event/<guid>@<tenant>", Event, PublicForm},
			{"/registration/<tokens>?tenantId=", Registration, PublicForm},
			{"dialin.teams.microsoft.com/<guid>?id=<conference id>", DialIn, NumberOnly},
			{"<tenant key>.<conference id>@t.plcm.vc, dialin.plcm.vc/teams/?conf=<conference id>", DialIn, NumberOnly},
		},
	}
}

func parseTeams(u *URL) (Link, error) {
	l := Link{Host: u.Host}
	switch {
	case u.Base == "plcm.vc":
		return roomSystem(u, l)
	case u.User != "":
		return Link{}, NotAMeeting
	case u.Label() == "events":
		return teamsEvent(u, l)
	case strings.HasPrefix(u.Host, "dialin."):
		return conferencePage(u, l)
	case strings.Contains(u.Sub(), "scheduler"):
		return teamsScheduler(u, l)
	}
	if u.Base == "" { // "msteams:/l/…": no host stands there
		l.Host = "teams.microsoft.com"
	}
	route := teamsRoute(u)
	switch lower := lowerASCII(route); {
	case strings.Contains(lower, "meetup-join"), strings.Contains(lower, "pre-join-calling/"), strings.Contains(lower, "convene/meetings/"):
		l.Path = "/l/meetup-join/{id}"
		return teamsThread(u, l, route, Meeting, JoinWithSecret)
	case strings.HasPrefix(lower, "/meet/"):
		return teamsShort(u, l, route)
	case strings.HasPrefix(lower, "/meetingoptions"):
		l.Path = "/meetingOptions/?threadId={id}"
		return teamsThread(u, l, route, OptionsPage, JoinWithSecret)
	case strings.HasPrefix(lower, "/l/meetingrecap"):
		return teamsRecap(u, l, route)
	case strings.HasPrefix(lower, "/light-meetings"):
		return teamsLight(u, l)
	case strings.HasPrefix(lower, "/registration/"):
		return teamsRegistration(u, l)
	}
	return Link{}, NotAMeeting
}

// teamsRoute is the part of a link that says where it leads, with its percent layers taken off: the launcher's url, else what
// stands behind "#", else path and query.
func teamsRoute(u *URL) string {
	whole := u.Path
	if u.Base == "" && u.Anchor != "" { // the first segment of "msteams:/l/…" was read as the host
		whole = "/" + u.Host + u.Path
	}
	if u.Query != "" {
		whole += "?" + u.Query
	}
	fragment := "/" + strings.TrimLeft(decodeLayers(u.Fragment), "/")
	if strings.HasPrefix(fragment, "/l/") || strings.HasPrefix(fragment, "/meet/") || strings.HasPrefix(fragment, "/pre-join") {
		return fragment
	}
	if strings.Contains(lowerASCII(u.Path), "/launcher/") {
		whole = u.Param("url")
	}
	route := decodeLayers(whole)
	if _, behind, ok := strings.Cut(route, "#"); ok && strings.HasPrefix(strings.TrimLeft(route, "/"), "_#") {
		route = behind
	}
	for _, prefix := range [...]string{"https://teams.microsoft.com", "https://teams.live.com", "https://teams.cloud.microsoft", "/v2/", "/_"} {
		if rest := strings.TrimPrefix(route, prefix); rest != route {
			route = "/" + strings.TrimLeft(rest, "/")
		}
	}
	return route
}

// teamsThread reads the thread in a route and whose it is.
func teamsThread(u *URL, l Link, route string, kind Kind, class Class) (Link, error) {
	thread, rest, err := findThread(route)
	if err != nil {
		return Link{}, err
	}
	l.Kind, l.Class, l.Space, l.ID = kind, class, "thread", thread
	if message := channelMessage(rest); message != "" && !strings.HasPrefix(thread, "19:meeting_") {
		l.ID += ":" + message // in a channel the message is part of the meeting's identity
	}
	context := route
	if guidAfter(context, "tid", "tenantid") == "" {
		context += decodeLayers(contextTail(u.Tail()))
	}
	l.Org, l.Owner = guidAfter(context, "tid", "tenantid"), guidAfter(context, "oid", "organizerid")
	return l, nil
}

// channelMessage reads "/<13 digits>" behind a channel's thread, or a messageId parameter.
func channelMessage(rest string) string {
	at := strings.TrimLeft(rest, "/")
	if _, value, ok := strings.Cut(lowerASCII(rest), "messageid="); ok {
		at = value
	}
	if d := leading(at, isDigit); len(d) >= 10 && len(d) <= 16 {
		return d
	}
	return ""
}

// teamsShort reads /meet/<digits>: 12 to 15 digits seen at work, 13 at home. A letter glued to that many digits is text behind
// the link.
func teamsShort(u *URL, l Link, route string) (Link, error) {
	segment := strings.TrimPrefix(route[len("/meet/"):], "/")
	id := leading(segment, isDigit)
	glued := len(id) < len(segment) && (isAlpha(segment[len(id)]) || segment[len(id)] == '_')
	switch {
	case len(id) < teamsLeast(u) || len(id) > 16 || glued && len(id) < 12:
		word, _, _ := strings.Cut(segment, "?")
		if word != "" && (placeholderWord(word) || placeholderDigits(id)) {
			return Link{}, Placeholder
		}
		return Link{}, Incomplete
	case placeholderDigits(id) || strings.HasPrefix(id, "12345") || strings.Contains(id, "123456"):
		return Link{}, Placeholder
	}
	l.Kind, l.Class, l.Space, l.ID, l.Path = Meeting, JoinWithSecret, teamsSpace(u), id, "/meet/{id}"
	if l.Space == "meet" && isTeamsHome(id) { // written with the host of work
		l.AddAlias(Link{Platform: "teams", Space: "live", ID: id}.Key())
	}
	for _, name := range [...]string{"p", "passcode"} {
		_, query, _ := strings.Cut(route, "?")
		if v, ok := lookup(query, name); ok && v != "" && !placeholderSecret(v) || len(u.SecretParams(name)) > 0 {
			l.AddSecret(name)
		}
	}
	return l, nil
}

// teamsLeast is the least number of digits that is not one cut off or made up: those of the home service have thirteen.
func teamsLeast(u *URL) int {
	if u.Base == "teams.live.com" {
		return 12
	}
	return 11
}

// teamsSpace keeps the numbers of the home service and of work apart.
func teamsSpace(u *URL) string {
	if u.Base == "teams.live.com" {
		return "live"
	}
	return "meet"
}

// isTeamsHome: a number of the home service has thirteen digits that begin with 93, 94 or 95; those of work begin with 2, 3 or 4.
func isTeamsHome(id string) bool {
	return len(id) == 13 && id[0] == '9' && '3' <= id[1] && id[1] <= '5'
}

// teamsRecap reads a recap page: by its thread when it names one, else by the recording's file.
func teamsRecap(u *URL, l Link, route string) (Link, error) {
	l.Path = "/l/meetingrecap?threadId={id}"
	if found, err := teamsThread(u, l, route, Recording, PastContent); err == nil {
		return found, nil
	}
	item := leading(u.Param("driveItemId"), isAlnum)
	switch {
	case len(item) < 24 || len(item) > 64:
		return Link{}, Incomplete
	case placeholderToken(item):
		return Link{}, Placeholder
	}
	l.Kind, l.Class, l.Space, l.ID, l.Path = Recording, PastContent, "recap", item, "/l/meetingrecap?driveItemId={id}"
	l.Org, l.Owner = guidAfter(route, "tenantid"), guidAfter(route, "organizerid")
	return l, nil
}

// teamsLight reads the coordinates of a light meeting: base64 of JSON that holds a thread, or a code and its passcode.
func teamsLight(u *URL, l Link) (Link, error) {
	raw, ok := decodeBase64(percentDecode(u.Param("coords")))
	if !ok {
		return Link{}, Incomplete
	}
	coords := decodeLayers(raw)
	l.Path = "/l/meetup-join/{id}"
	if found, err := teamsThread(&URL{}, l, coords, Meeting, JoinWithSecret); err == nil {
		found.AddSecret("coords")
		return found, nil
	}
	code := jsonValue(coords, "meetingcode")
	if code == "" {
		_, code, _ = strings.Cut(coords, "/meet/")
	}
	found, err := teamsShort(u, l, "/meet/"+leading(code, isDigit))
	if err != nil {
		return Link{}, err
	}
	if v := jsonValue(coords, "passcode"); v != "" && !placeholderSecret(v) || strings.Contains(coords, "?p=") {
		found.AddSecret("passcode")
	}
	return found, nil
}

// jsonValue reads a value loosely: the letters, digits and marks behind a key's colon. The key is lower case.
func jsonValue(s, key string) string {
	i := strings.Index(lowerASCII(s), key)
	if i < 0 {
		return ""
	}
	rest := strings.TrimLeft(s[i+len(key):], "\"'\\ ")
	if !strings.HasPrefix(rest, ":") {
		return ""
	}
	return leading(strings.TrimLeft(rest[1:], "\"'\\ "), isB64u)
}

func decodeBase64(s string) (string, bool) {
	s = leading(strings.NewReplacer("-", "+", "_", "/", " ", "+").Replace(s), func(c byte) bool { return isAlnum(c) || c == '+' || c == '/' })
	raw, err := base64.RawStdEncoding.DecodeString(s[:len(s)-len(s)%4])
	if len(s)%4 > 1 {
		raw, err = base64.RawStdEncoding.DecodeString(s)
	}
	return string(raw), err == nil && len(raw) > 0
}

// teamsEvent reads events.teams.microsoft.com/event/<guid>@<tenant>, a webinar's or town hall's page.
func teamsEvent(u *URL, l Link) (Link, error) {
	segment := decodeLayers(u.Seg(1))
	if u.Seg(0) != "event" || segment == "" {
		return Link{}, NotAMeeting
	}
	id, behind := cutGUID(segment)
	switch {
	case id == "":
		if placeholderWord(segment) {
			return Link{}, Placeholder
		}
		return Link{}, Incomplete
	case placeholderGUID(id):
		return Link{}, Placeholder
	}
	l.Kind, l.Class, l.Space, l.ID, l.Path = Event, PublicForm, "event", id, "/event/{id}"
	if tenant, _ := cutGUID(strings.TrimPrefix(behind, "@")); strings.HasPrefix(behind, "@") && !sampleTenant(tenant) {
		l.Org = tenant
	}
	return l, nil
}

// teamsRegistration reads the older webinar form: tokens of 22 characters, each a guid, joined by commas. The first is the
// tenant. A comma ends a link for the reader of candidates, so the rest stands in the tail.
func teamsRegistration(u *URL, l Link) (Link, error) {
	whole, query := decodeLayers(u.Seg(1)), u.Query
	if strings.HasPrefix(u.Tail(), ",") {
		whole += leading(u.Tail(), func(c byte) bool { return isB64u(c) || c == ',' })
		_, query, _ = strings.Cut(u.Tail(), "?")
	}
	parts := strings.Split(strings.Trim(leading(whole, func(c byte) bool { return isB64u(c) || c == ',' }), ","), ",")
	for _, part := range parts {
		if len(part) != 22 {
			if placeholderWord(part) || placeholderToken(part) {
				return Link{}, Placeholder
			}
			return Link{}, Incomplete
		}
	}
	if len(parts) < 3 || len(parts) > 8 {
		return Link{}, Incomplete
	}
	l.Kind, l.Class, l.Space, l.ID, l.Path = Registration, PublicForm, "registration", strings.Join(parts, ","), "/registration/{id}"
	if l.Org = guidAfter(decodeLayers(query), "tenantid"); l.Org == "" {
		l.Org = shortGUID(parts[0])
	}
	return l, nil
}

// shortGUID writes out a guid of 22 base64url characters; its first three groups are little-endian.
func shortGUID(s string) string {
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(b) != 16 {
		return ""
	}
	b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7] = b[3], b[2], b[1], b[0], b[5], b[4], b[7], b[6]
	h := hex.EncodeToString(b)
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// conferencePage reads the page of access numbers that Teams has, and Skype for Business had before it: its id is the phone conference
// id. The guid before it names a bridge, not a tenant.
func conferencePage(u *URL, l Link) (Link, error) {
	if !u.Has("id") {
		return Link{}, NotAMeeting
	}
	id := leadingNumber(u.Param("id"))
	switch {
	case len(id) < 5 || len(id) > 12:
		return Link{}, Incomplete
	case placeholderDigits(id):
		return Link{}, Placeholder
	}
	l.Kind, l.Class, l.Space, l.ID, l.Path = DialIn, NumberOnly, "conf", id, "/?id={id}"
	return l, nil
}

// roomSystem reads Poly's way for room systems into Teams: what they dial, "<tenant key>.<conference id>@t.plcm.vc", and the page that
// explains it. The key alone is the customer's and leads into no meeting.
func roomSystem(u *URL, l Link) (Link, error) {
	id := u.Param("conf")
	if u.User != "" {
		_, id, _ = strings.Cut(u.User, ".")
	}
	switch {
	case id == "":
		return Link{}, NotAMeeting
	case id != leadingNumber(id) || len(id) < 9 || len(id) > 12:
		return Link{}, Incomplete
	case placeholderDigits(id):
		return Link{}, Placeholder
	}
	l.Kind, l.Class, l.Space, l.ID, l.Host, l.Path = DialIn, NumberOnly, "vtc", id, "dialin.plcm.vc", "/teams/?conf={id}"
	return l, nil
}

// teamsScheduler reads the address in X-MICROSOFT-SCHEDULINGSERVICEUPDATEURL: /teams/<tenant>/<organiser>/<thread>/0, or
// /teamsforlife/<digits>.
func teamsScheduler(u *URL, l Link) (Link, error) {
	l.Host = "teams.microsoft.com"
	if u.Seg(0) == "teamsforlife" {
		l.Host = "teams.live.com"
		return teamsShort(&URL{Base: "teams.live.com"}, l, "/meet/"+u.Seg(1))
	}
	l.Path = "/l/meetup-join/{id}"
	found, err := teamsThread(&URL{}, l, decodeLayers(u.Path), Meeting, JoinWithSecret)
	if err != nil {
		return Link{}, err
	}
	if tenant, organiser := lowerASCII(u.Seg(1)), lowerASCII(u.Seg(2)); isGUID(tenant) && isGUID(organiser) {
		found.Org, found.Owner = tenant, organiser
	}
	return found, nil
}
