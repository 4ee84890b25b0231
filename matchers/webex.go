package matchers

import "strings"

// webex knows Cisco Webex's links: meetings, trainings, events, personal rooms, recordings.
//
// Documented: /m/<guid> and the join service with its tokens (developer.webex.com, Meetings), SIP addresses of devices. The
// other shapes were seen in public pages. A meeting is known by its MTID, by the uuid of the browser flow (another number
// than the MTID; one link can carry both), and by its number. The site, the first label of the host, names the organisation;
// meetNNN hosts are shared.
func webex() Platform {
	return Platform{
		Name:  "webex",
		Title: "Cisco Webex",
		Hosts: []string{"webex.com", "webex.com.cn"},
		Docs:  "https://developer.webex.com/docs/meetings",
		Parse: parseWebex,
		Whose: func(u *URL) string { return webexOrg(u.Sub()) },
		Whole: func(l Link) bool { return isHexID(l.ID) },
		Forms: []Form{
			{"/<site>/j.php?MTID=m<32 hex>, /<site>/k2/j.php?MTID=t<32 hex>", Meeting, JoinWithSecret},
			{"/<site>/onstage/g.php?MTID=e<32 hex>, /<site>/onstage/g.php?d=<number>", Webinar, JoinWithSecret},
			{"/meet/<user>, /join/<user>, /webappng/sites/<site>/dashboard/pmr/<user>", PersonalRoom, PermanentRoom},
			{"/m/<guid>", Meeting, PermanentRoom},
			{"/webappng/sites/<site>/meeting/info/<uuid>, /wbxmjs/joinservice/sites/<site>/meeting/download/<uuid>", Meeting, JoinWithSecret},
			{"meetings.webex.com/collabs/meetings/join?uuid=<26>-<2 to 6>", Meeting, JoinWithSecret},
			{"/wbxmjs/joinservice/sites/<site>/meeting/start/<uuid>", HostStart, HostCredential},
			{"/weblink/register/r<32 hex>, /<site>/j.php?RGID=r<32 hex>", Registration, PublicForm},
			{"/recordingservice/sites/<site>/recording/<uuid>, ldr.php?RCID=<32 hex>, /collabs/files/playRecording?encryptedDocID=<hex>", Recording, PastContent},
			{"instant.webex.com/visit/<code>, instant.webex.com/hc/v1/talk?data=<token>", Meeting, JoinWithSecret},
			{"<number>@<site>.webex.com, <number>.<site>@lync.webex.com", DialIn, NumberOnly},
		},
	}
}

// webexLinkSecrets are the parameters that admit somebody.
func webexLinkSecrets() []string {
	return []string{"PW", "password", "pwd", "integrationJoinToken", "meetingAuthToken", "token", "hostPin"}
}

func parseWebex(u *URL) (Link, error) {
	site := u.Sub()
	l := Link{Realm: site, Org: webexOrg(site), Host: u.Host}
	if l.Org != "" && (placeholderWord(l.Org) || webexSampleSite(l.Org)) {
		return Link{}, Placeholder
	}
	if u.User != "" {
		return webexSIP(u, l)
	}
	if strings.HasPrefix(site, "instant") || strings.HasSuffix(site, ".join") {
		return webexInstant(u, l)
	}
	l.AddSecret(u.SecretParams(webexLinkSecrets()...)...)
	if site == "" || site == "www" { // the site stands in the path, if at all
		l.Realm = webexPathSite(u)
		l.Org = webexOrg(l.Realm)
	}
	path := lowerASCII(u.Path)
	switch {
	case strings.Contains(path, "globalcallin.php"), strings.Contains(path, "tollfree"):
		return Link{}, NotAMeeting
	case u.Has("MTID"):
		return webexMTID(u, l, decodeLayers(u.Param("MTID")))
	case u.Has("RGID"):
		return webexHex(l, u.Param("RGID"), "r", "reg", "/j.php?RGID=r{id}", Registration, PublicForm)
	case u.Has("PRID"):
		return webexHex(l, u.Param("PRID"), "", "prog", "/onstage/g.php?PRID={id}", Event, PublicForm)
	case u.Has("RCID"):
		return webexHex(l, u.Param("RCID"), "", "rec", "/ldr.php?RCID={id}", Recording, PastContent)
	case strings.HasSuffix(path, "lsr.php"):
		return webexOldRecording(u, l)
	case strings.HasSuffix(path, ".php"), strings.HasSuffix(path, ".do"):
		return webexKey(u, l)
	}
	return webexPath(u, l)
}

// webexPathSite is the site in "/<site>/j.php" and its like, without the language that may follow it.
func webexPathSite(u *URL) string {
	segs := u.Segs()
	if len(segs) < 2 || len(segs) > 3 || !strings.HasSuffix(lowerASCII(segs[len(segs)-1]), ".php") {
		return ""
	}
	site := lowerASCII(segs[0])
	if n := len(site); n > 4 && site[n-3] == '-' {
		switch site[n-2:] {
		case "en", "de", "fr", "es", "sp", "it", "pt", "br", "nl", "ja", "jp", "ko", "kr", "zh", "cn", "tw", "ru", "tr", "sv", "da", "pl":
			return site[:n-3]
		}
	}
	return site
}

// webexOrg is the account's name in the host, or "": shared hosts and Webex's own services identify nobody.
func webexOrg(site string) string {
	site = strings.TrimSuffix(site, ".my")
	if i := strings.LastIndexByte(site, '.'); i >= 0 {
		site = site[:i]
	}
	if webexService(site) || webexShared(site) {
		return ""
	}
	return site
}

// webexShared reports meet123, meetings45, meetingsapac, meetingsapac10, meetingsemea27, meet1754330889177-4096.
func webexShared(site string) bool {
	rest, ok := strings.CutPrefix(site, "meet")
	if !ok {
		return false
	}
	rest = strings.TrimPrefix(rest, "ings")
	for _, region := range [...]string{"apac", "emea", "amer", "us", "eu"} {
		rest = strings.TrimPrefix(rest, region)
	}
	return rest == "" || all(rest, func(c byte) bool { return isDigit(c) || c == '-' })
}

// webexService lists the hosts of Webex itself.
func webexService(site string) bool {
	switch site {
	case "", "www", "help", "web", "signin", "teams", "developer", "developers", "api", "status", "admin", "idbroker", "identity",
		"settings", "collaborationhelp", "blog", "community", "apphub", "support", "essentials", "cart", "binaries", "download", "downloads",
		"app", "mediatest", "socio", "content", "try", "pages", "roomdevices", "upgrade", "learning", "instant", "instant-usgov", "meet",
		"academy", "hub", "user", "login", "account", "analytics", "calling", "ai", "events", "connect", "rooms", "calls", "my", "join",
		"lync", "m": // m.webex.com: the room systems that join Teams
		return true
	}
	return false
}

// webexMTID reads <letter><32 hex>. The letter is the kind: m and t meetings and trainings, e webinars of the Events centre. A
// browser link can carry the uuid too: an alias.
func webexMTID(u *URL, l Link, value string) (Link, error) {
	for strings.HasPrefix(value, "3D") { // quoted-printable text quoted again
		value = value[2:]
	}
	if value == "" {
		return Link{}, Incomplete
	}
	kind, class, letter := Meeting, JoinWithSecret, value[:1]
	if letter == "e" {
		kind = Webinar
	}
	if !isAlpha(letter[0]) || isHexID(value) {
		letter = ""
	}
	l, err := webexHex(l, value, letter, "mtid", "/j.php?MTID="+letter+"{id}", kind, class)
	if err != nil {
		return l, err
	}
	if uuid := webexUUID(u); uuid != "" {
		l.AddAlias(Link{Platform: "webex", Realm: l.Realm, Space: "mtg", ID: uuid}.Key())
	}
	return webexStart(u, l), nil
}

// webexHex reads 32 hexadecimal digits behind a letter, whatever is glued to their end.
func webexHex(l Link, value, letter, space, path string, kind Kind, class Class) (Link, error) {
	value = decodeLayers(value)
	for strings.HasPrefix(value, "3D") {
		value = value[2:]
	}
	rest := value
	if letter != "" {
		rest = strings.TrimPrefix(value, letter)
	}
	id := leading(rest, isHex)
	switch {
	case placeholderWord(value) || id != "" && placeholderHex(id):
		return Link{}, Placeholder
	case len(id) < 32:
		return Link{}, Incomplete
	}
	l.Kind, l.Class, l.Space, l.ID, l.Path = kind, class, space, id[:32], path
	l.Fold = true
	return l, nil
}

func isHexID(s string) bool { return len(s) == 32 && all(s, isHex) }

// placeholderHex reports hexadecimal ids that run or repeat.
func placeholderHex(s string) bool {
	s = lowerASCII(s)
	return strings.HasPrefix(s, "0123456789") || strings.HasPrefix(s, "123456789") || strings.HasPrefix(s, "abcdef") ||
		strings.HasPrefix(s, "a1b2c3") || strings.HasPrefix(s, "1a2b3c") || len(s) >= 6 && distinct(s) <= 3 || longestRun(s) >= 8
}

// webexUUID finds the 32 digits behind /meeting/<verb>/ in a browser link, "" when there are none.
func webexUUID(u *URL) string {
	segs := u.Segs()
	for i := 0; i+2 < len(segs); i++ {
		if segs[i] == "meeting" || segs[i] == "webinar" {
			if id := leading(segs[i+2], isHex); len(id) >= 32 && !placeholderHex(id) {
				return lowerASCII(id[:32])
			}
		}
	}
	return ""
}

// webexStart makes a link that starts the meeting what it is.
func webexStart(u *URL, l Link) Link {
	if strings.Contains(lowerASCII(u.Path), "/meeting/start/") {
		l.Kind, l.Class = HostStart, HostCredential
	}
	return l
}

// webexOldRecording reads lsr.php?AT=pb&rID=<digits>&rKey=<hex>.
func webexOldRecording(u *URL, l Link) (Link, error) {
	id := leading(u.Param("rKey"), isHex)
	switch {
	case len(id) < 12 || len(id) > 64:
		return Link{}, Incomplete
	case placeholderHex(id):
		return Link{}, Placeholder
	}
	l.Kind, l.Class, l.Space, l.ID, l.Path = Recording, PastContent, "rec", id, "/lsr.php?rKey={id}"
	return l, nil
}

// webexKey reads the keys of older links, in the query or in an address inside it: ED, EventID, confViewID are ids of a
// site; MK and J are the meeting's number.
func webexKey(u *URL, l Link) (Link, error) {
	query := decodeLayers(u.Query)
	if value, ok := deepParam(query, "MTID"); ok {
		return webexMTID(u, l, leading(value, isAlnum))
	}
	if u.Has("d") && strings.HasSuffix(lowerASCII(u.Path), "/g.php") { // an event by its number
		return webexEvent(u, l)
	}
	for _, name := range [...]string{"MK", "ED", "EventID", "confViewID", "confID", "J"} {
		value, ok := deepParam(query, name)
		if !ok {
			continue
		}
		id := leading(value, isDigit)
		switch {
		case len(id) < 8 || len(id) > 20:
			return Link{}, Incomplete
		case placeholderDigits(id):
			return Link{}, Placeholder
		}
		l.Kind, l.Class, l.Space, l.ID, l.Path = Meeting, JoinWithSecret, "ed", id, "/j.php?ED={id}"
		switch name {
		case "MK":
			l.Realm, l.Space, l.Path = "", "num", "/m.php?MK={id}"
		case "J":
			l.Realm, l.Space, l.Path = "", "num", "/j.php?J={id}"
		case "confViewID", "confID":
			l.Space, l.Path = "conf", "/j.php?confViewID={id}"
		}
		if pw, ok := deepParam(query, "PW"); ok && leading(pw, isAlnum) != "" && !placeholderSecret(pw) {
			l.AddSecret("PW")
		}
		return l, nil
	}
	return Link{}, NotAMeeting
}

// webexEvent reads onstage/g.php?t=a&d=<number>, the older form of an event's link.
func webexEvent(u *URL, l Link) (Link, error) {
	id, err := numberCode(u.Param("d"), 9, 11)
	if err != nil {
		return Link{}, err
	}
	l.Kind, l.Class, l.Realm, l.Space, l.ID, l.Path = Webinar, JoinWithSecret, "", "num", id, "/onstage/g.php?d={id}"
	return l, nil
}

// deepParam finds a parameter in a query whose inner layers are taken off.
func deepParam(query, name string) (string, bool) {
	for at := 0; ; {
		i := strings.Index(query[at:], name+"=")
		if i < 0 {
			return "", false
		}
		start := at + i
		at = start + len(name) + 1
		if start == 0 || strings.IndexByte("?&;", query[start-1]) >= 0 {
			return query[at:], true
		}
	}
}

// webexPath reads the links whose id stands in the path.
func webexPath(u *URL, l Link) (Link, error) {
	segs := u.Segs()
	if len(segs) == 0 {
		return Link{}, NotAMeeting
	}
	switch strings.ToLower(segs[0]) {
	case "meet", "join", "start":
		if len(segs) == 2 && !u.ended && goesOn(u.Tail()) { // "…/join/pr" + number
			return Link{}, Incomplete
		}
		return webexRoom(u, u.Seg(1), l)
	case "m":
		return webexSpace(u.Seg(1), l)
	case "weblink":
		if u.Seg(1) != "register" {
			return Link{}, NotAMeeting
		}
		return webexHex(l, u.Seg(2), "r", "reg", "/weblink/register/r{id}", Registration, PublicForm)
	case "webappng", "wbxmjs", "recordingservice", "webapp":
		return webexBrowser(u, l)
	case "collabs":
		return webexCollabs(u, l)
	}
	if len(segs) == 3 && strings.EqualFold(segs[1], "meet") { // "/<site>/meet/<user>"
		return webexRoom(u, segs[2], l)
	}
	return Link{}, NotAMeeting
}

// webexCollabs reads /collabs/meetings/join?uuid=, what the free service had until 2017: 26 capitals and digits, a hyphen and some more.
func webexCollabs(u *URL, l Link) (Link, error) {
	id := leading(u.Param("uuid"), func(c byte) bool { return 'A' <= c && c <= 'Z' || isDigit(c) || c == '-' })
	first, last, ok := strings.Cut(id, "-")
	switch {
	case u.Has("encryptedDocID"): // "/collabs/files/playRecording"
		return webexCollabsRecording(u, l)
	case u.Seg(1) != "meetings":
		return Link{}, NotAMeeting
	case !ok || len(first) != 26 || len(last) < 2 || len(last) > 6:
		return Link{}, Incomplete
	case distinct(first) <= 6:
		return Link{}, Placeholder
	}
	l.Kind, l.Class, l.Space, l.ID, l.Path = Meeting, JoinWithSecret, "collabs", id, "/collabs/meetings/join?uuid={id}"
	l.AddSecret(u.SecretParams("epwd")...)
	return l, nil
}

// webexCollabsRecording reads a recording of that service: hexadecimal digits in groups.
func webexCollabsRecording(u *URL, l Link) (Link, error) {
	id := leading(u.Param("encryptedDocID"), func(c byte) bool { return isHex(c) || c == '_' })
	if len(id) < 64 || len(id) > 400 || distinct(id) <= 6 {
		return Link{}, Incomplete
	}
	l.Kind, l.Class, l.Space, l.ID, l.Path = Recording, PastContent, "rec", id, "/collabs/files/playRecording?encryptedDocID={id}"
	return l, nil
}

// webexRoom reads a personal room's name: letters, digits, dots, hyphens, underscores. It belongs to a site; the address
// webex.com/meet/<name> does not exist.
func webexRoom(u *URL, segment string, l Link) (Link, error) {
	written := strings.TrimRight(leading(segment, func(c byte) bool { return isB64u(c) || c == '.' || c == '@' || c == '+' }), ".-_")
	name := lowerASCII(written)
	if l.Realm == "" || l.Org == "" && !webexShared(l.Realm) {
		return Link{}, NotAMeeting
	}
	switch {
	case (webexSampleRoom(name) || sampleAccountRoom(l.Org, name)) && !u.believes(name) || sampleDomain(l.Org):
		return Link{}, Placeholder
	case len(name) < 2 || len(name) > 80:
		return Link{}, Incomplete
	}
	l.Kind, l.Class, l.Space, l.ID, l.Fold, l.Owner, l.Path = PersonalRoom, PermanentRoom, "room", written, true, name, "/meet/{id}"
	return l, nil
}

// webexSampleSite lists labels that stand for any site.
func webexSampleSite(org string) bool {
	switch org {
	case "site", "sitename", "site-name", "yoursite", "your-site", "mysite", "my-site", "siteurl", "subdomain", "demosubdomain", "demosite", "testsite",
		"test-site", "companysite", "customer", "customername", "tenant", "domain",
		"firma", "empresa", "entreprise", "azienda", "unternehmen": // "company"
		return true
	}
	for part := range strings.SplitSeq(org, "-") {
		if part == "sample" || part == "synthetic" || part == "fixture" {
			return true
		}
	}
	return sampleOrg(org) || strings.Contains(org, "xxx")
}

// webexSampleRoom reports whether a room's name, in small letters, is nobody's: a sample's, perhaps with a number behind (demo6), or
// that of a numbered room whose number is none (pr1234567890, prXXXXXXXXXX).
func webexSampleRoom(name string) bool {
	number, word := strings.TrimPrefix(name, "pr"), strings.TrimRight(name, "0123456789")
	return placeholderName(name) || webexSampleUser(name) || sampleRoom(name) || word != "" && sampleRoom(word) ||
		all(number, isDigit) && (len(number) < 5 || placeholderDigits(number)) || len(number) > 3 && distinct(number) == 1
}

// webexSampleUser lists names that stand for any user here, besides those that placeholderName and sampleRoom know everywhere.
func webexSampleUser(name string) bool {
	switch name {
	case "test.user", "testuser", "test-user", "userroom", "user-room", "john", "personalroom", "personal-room", "personal",
		"private-room", "meeting", "host", "me", "someone", "person":
		return true
	}
	return false
}

func webexSpace(segment string, l Link) (Link, error) {
	id, err := guidCode(segment)
	if err != nil {
		return Link{}, err
	}
	l.Kind, l.Class, l.Space, l.ID, l.Path = Meeting, PermanentRoom, "space", id, "/m/{id}"
	return l, nil
}

// webexBrowser reads the browser flow, "…/sites/<site>/<what>/…".
func webexBrowser(u *URL, l Link) (Link, error) {
	segs := u.Segs()
	at := 1
	for at < len(segs) && segs[at] != "sites" {
		at++
	}
	if at+2 >= len(segs) {
		return Link{}, NotAMeeting
	}
	rest := segs[at+2:]
	last := rest[len(rest)-1]
	switch rest[0] {
	case "recording":
		if last == "playback" || last == "play" {
			last = rest[max(0, len(rest)-2)]
		}
		if len(rest) < 2 || last == "recording" || last == "home" || last == "list" {
			return Link{}, NotAMeeting
		}
		return webexHex(l, last, "", "rec", "/recordingservice/recording/{id}", Recording, PastContent)
	case "dashboard":
		if len(rest) > 2 && rest[1] == "pmr" {
			return webexRoom(u, rest[2], l)
		}
		return Link{}, NotAMeeting
	case "meeting", "webinar", "event":
		if len(rest) < 3 {
			return Link{}, NotAMeeting
		}
		if rest[1] == "register" || rest[1] == "webinarSeries" {
			return webexHex(l, last, "r", "reg", "/webappng/meeting/register/{id}", Registration, PublicForm)
		}
		l, err := webexHex(l, rest[2], "", "mtg", "/webappng/meeting/info/{id}", Meeting, JoinWithSecret)
		return webexStart(u, l), err
	}
	return Link{}, NotAMeeting
}

// webexInstant reads Instant Connect: short codes of guests, and tokens that are the meeting themselves. A login token is the
// host's.
func webexInstant(u *URL, l Link) (Link, error) {
	l.Realm, l.Org, l.Kind, l.Class, l.Space = "", "", Meeting, JoinWithSecret, "instant"
	if data := leading(u.Param("data"), func(c byte) bool { return isB64u(c) || c == '.' }); data != "" {
		if len(data) < 40 || placeholderToken(data) {
			return Link{}, Placeholder
		}
		l.ID, l.Path = data, "/hc/v1/talk?data={id}"
		if u.Seg(2) == "login" {
			l.Kind, l.Class = HostStart, HostCredential
		}
		return l, nil
	}
	id := u.Seg(1)
	if u.Seg(0) != "visit" && u.Seg(0) != "guest" || id == "" {
		return Link{}, NotAMeeting
	}
	mixed := strings.ToLower(id) != id || strings.ContainsAny(id, "0123456789")
	switch {
	case !all(id, isB64u) || !mixed || placeholderWord(id) || placeholderToken(id) || strings.Contains(id, "demo"):
		return Link{}, Placeholder
	case len(id) < 6 || len(id) > 64:
		return Link{}, Incomplete
	}
	l.ID, l.Path = id, "/"+u.Seg(0)+"/{id}"
	return l, nil
}

// webexSIP reads <number>@<site>.webex.com and <user>@<site>.webex.com, the same meeting and room as the links'. Addresses of
// devices and people (rooms.webex.com, calls.webex.com) and mail addresses are none.
func webexSIP(u *URL, l Link) (Link, error) {
	if l.Realm == "lync" { // the way in for Skype for Business: <number>.<site>@lync.webex.com
		at := strings.LastIndexByte(u.User, '.')
		if at <= 0 {
			return Link{}, NotAMeeting
		}
		own := *u
		l.Realm, own.User = lowerASCII(u.User[at+1:]), u.User[:at]
		l.Org = webexOrg(l.Realm)
		if l.Org != "" && (placeholderWord(l.Org) || webexSampleSite(l.Org)) {
			return Link{}, Placeholder
		}
		u = &own
	}
	if l.Org == "" && !webexShared(l.Realm) || strings.Contains(strings.TrimSuffix(l.Realm, ".my"), ".") {
		return Link{}, NotAMeeting
	}
	l.Kind, l.Class, l.Host = DialIn, NumberOnly, ""
	if all(u.User, isDigit) {
		switch {
		case len(u.User) < 9 || len(u.User) > 12:
			return Link{}, Incomplete
		case placeholderDigits(u.User):
			return Link{}, Placeholder
		}
		l.Realm, l.Space, l.ID = "", "num", u.User
		return l, nil
	}
	switch u.User {
	case "support", "noreply", "no-reply", "messenger", "info", "admin", "donotreply":
		return Link{}, NotAMeeting
	}
	room, err := webexRoom(u, u.User, l)
	if err != nil {
		return Link{}, err
	}
	room.Kind, room.Class, room.Path = DialIn, PermanentRoom, ""
	return room, nil
}
