package matchers

import (
	"bytes"
	"net/netip"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What the platforms share whose rooms have names that people choose: such a name has no grammar that could tell a real one
// from a sample, from a page of the vendor, or from the beginning of a name that a program completes.

// maxRoom bounds a room's name, in bytes after percent-decoding.
const maxRoom = 200

// roomName judges a room's name that stands at the end of u. It returns the name without what cannot belong to it.
func roomName(u *URL, name string) (string, error) {
	name = strings.TrimRight(name, " \t\r\n")
	tail, last := u.Tail(), name == lastOf(u.Segs())
	if n := unencoded(tail); n > 0 && last && name != "" && !u.ended {
		name, tail = name+tail[:n], tail[n:]
	}
	switch {
	case name == "" || len(name) > maxRoom || !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl):
		return "", Incomplete
	case (sampleRoom(name) || u.prompts() && plainWords(name)) && !u.believes(name):
		return "", Placeholder
	case strings.IndexByte("-_=.:+", name[len(name)-1]) >= 0 && !followed(u, name) || goesOn(tail) && !(u.ended && last):
		return "", Incomplete
	}
	return name, nil
}

// prompts reports whether the link is what a form's empty field shows, the value of an attribute or key whose name ends in placeholder, perhaps
// behind a few words: placeholder="e.g. https://…". Who chooses words for it takes any; what a service drew may have been copied from a real link.
func (u *URL) prompts() bool {
	const quotes, fewWords = "\"'`", 24
	open := bytes.LastIndexAny(u.head, quotes)
	if open < 0 || len(u.head)-open > fewWords {
		return false
	}
	before := bytes.TrimRight(u.head[:open], "\\")
	if len(before) > 0 && before[len(before)-1] == u.head[open] || bytes.IndexByte(u.head[open:], '>') >= 0 {
		return false // an empty value, or the end of the tag: the link stands behind them
	}
	key := bytes.TrimRight(u.head[:open], " \t\r\n=:{(\\"+quotes)
	const word = "placeholder"
	return len(key) >= len(word) && bytes.EqualFold(key[len(key)-len(word):], []byte(word))
}

// plainWords: small letters, and the marks between words.
func plainWords(name string) bool {
	return all(name, func(c byte) bool { return 'a' <= c && c <= 'z' || c == '-' || c == '_' || c == '.' })
}

// followed reports whether a name is a segment of the path with another behind it: so it is whole, whatever it ends in.
func followed(u *URL, name string) bool {
	segs := u.Segs()
	return len(segs) > 1 && slices.Contains(segs[:len(segs)-1], name)
}

// unencoded is the length of the rest of a name that stands behind a link because its writer did not encode a letter: "é-vandelay".
// Capitals and what other signs follow are left alone: they are text that was decoded wrongly ("Â", "â€™").
func unencoded(tail string) int {
	first, _ := utf8.DecodeRuneInString(tail)
	if first < utf8.RuneSelf || !unicode.IsLower(first) {
		return 0
	}
	n := strings.IndexFunc(tail, func(r rune) bool { return !unicode.Is(unicode.Latin, r) && !unicode.IsDigit(r) && r != '-' && r != '_' })
	if n < 0 {
		return len(tail)
	}
	if tail[n] >= utf8.RuneSelf {
		return 0
	}
	return n
}

// sampleRoom reports whether a room's or user's name is one that samples use.
func sampleRoom(name string) bool {
	lower := strings.ToLower(name)
	plain := without(lower, "-_. ")
	if placeholderWord(lower) || placeholderWord(plain) || all(plain, isDigit) && placeholderDigits(plain) {
		return true
	}
	for _, count := range [...]string{"12345", "1234", "123"} { // myroom12345
		if head, ok := strings.CutSuffix(plain, count); ok && head != "" && all(head, isAlpha) && sampleRoom(head) {
			return true
		}
	}
	if roomSample.is(plain) || inRoomSample.within(lower) || alphabet(plain) {
		return true
	}
	return lower[0] == ':' || lower[0] == '$' || lower[0] == '%' || strings.HasSuffix(lower, "-here") || strings.HasSuffix(lower, "_here") || sampleEnd(lower) ||
		countedPart(lower) || madeUp(lower) || variableName(name) || oneLetterGroups(lower)
}

// countedPart reports whether a name ends in a count from one and the seconds since 1970, as a sample's does: acme-order-123-1718034962.
func countedPart(lower string) bool {
	parts := strings.Split(lower, "-")
	if len(parts) < 3 {
		return false
	}
	count, seconds := parts[len(parts)-2], parts[len(parts)-1]
	return len(count) >= 3 && isRun(count, 1) && count[0] == '1' && len(seconds) >= 9 && all(seconds, isDigit)
}

// madeUp reports whether a name says of itself that it was made for a test (fake-board, mock_room), or ends as the name of what will
// stand there does (visit-room-id).
func madeUp(lower string) bool {
	first := lower[:max(0, strings.IndexAny(lower, "-_"))]
	switch first {
	case "fake", "dummy", "mock", "stub", "nonexistent":
		return true
	}
	plain := strings.ReplaceAll(lower, "_", "-")
	return strings.HasSuffix(plain, "-room-id") || strings.HasSuffix(plain, "-meeting-id")
}

// variableName reports whether a name is written as programs name what will stand there: callName, teamSlug, meetingId, ZIMMER_NAME.
func variableName(name string) bool {
	for _, last := range [...]string{"Name", "Slug", "Id", "ID", "Code", "Token", "Url", "URL", "Alias"} {
		if head, ok := strings.CutSuffix(name, last); ok && head != "" && 'a' <= head[0] && head[0] <= 'z' && all(head, isAlpha) {
			return true
		}
		if head, ok := strings.CutSuffix(name, "_"+strings.ToUpper(last)); ok && head == strings.ToUpper(head) && all(head, isAlpha) {
			return true
		}
	}
	return false
}

// alphabet: letters in their order, perhaps with digits in theirs behind or between them: abc-defg, def456, a1b2c3.
func alphabet(plain string) bool {
	const byTurns = "a1b2c3d4e5f6g7h8"
	if 4 <= len(plain) && len(plain) <= len(byTurns) && plain == byTurns[:len(plain)] {
		return true
	}
	letters := leading(plain, isAlpha)
	digits := plain[len(letters):]
	return isLettersRun(letters) && (len(letters) >= 4 && digits == "" || len(letters) >= 3 && len(digits) >= 3 && all(digits, isDigit) && isRun(digits, 1))
}

func isLettersRun(s string) bool {
	for i := 1; i < len(s); i++ {
		if s[i] != s[i-1]+1 {
			return false
		}
	}
	return true
}

// oneLetterGroups: nothing but groups of one letter repeated: aaa-bbb.
func oneLetterGroups(lower string) bool {
	for group := range strings.SplitSeq(lower, "-") {
		if len(group) < 3 || !isAlpha(group[0]) || distinct(group) != 1 {
			return false
		}
	}
	return true
}

// sampleEnd reports whether a name ends as those do that somebody completed by habit: lesson-abc12, acme-xyz, lesson-a1b2c3,
// room-1234, case-0001.
func sampleEnd(lower string) bool {
	switch last := lower[strings.LastIndexAny(lower, "-_. ")+1:]; {
	case len(last) == len(lower):
		return countedWord(lower)
	case strings.HasPrefix(last, "abc") || strings.HasPrefix(last, "xyz"):
		return len(last) == 3 || placeholderDigits(last[3:])
	case alphabet(last):
		return true
	default:
		return last == "foo" || last == "bar" || len(last) > 3 && strings.TrimLeft(last, "0") == "1" || countedWord(last) || strings.HasPrefix(last, "123") && all(last, isDigit) && isRun(last, 1)
	}
}

// countedWord: a word for what stands here, and a count: doctor123, room1234; of one letter a longer count: k12345.
func countedWord(lower string) bool {
	word := strings.TrimRight(lower, "0123456789")
	if count := lower[len(word):]; len(count) < 3 || count[0] != '1' || !isRun(count, 1) {
		return false
	}
	return countedSample.is(word) || len(word) == 1 && isAlpha(word[0]) && len(lower) >= 6
}

// sampleAccountRoom reports whether a room on an organisation's own host is one of the samples about Acme: its name is a short word, or of
// words that fit any meeting (jdoe, team, standup-2). There are firms of that name; their rooms have other names.
func sampleAccountRoom(org, room string) bool {
	return org == "acme" && (len(room) <= shortName && all(room, isAlpha) || genericRoom(room))
}

const shortName = 5 // bytes

// genericRoom reports whether a name on a server that everybody shares consists of nothing but words that fit any meeting, perhaps with
// numbers behind them: team-standup, MyTeamSync, planning-room-2, coach1_member2. Such a room is everybody's, and all but always a sample.
// The host of an organisation, or its own part of a path, tells such rooms apart; it is not for them.
func genericRoom(name string) bool {
	return madeOf(withoutCounts(without(strings.ToLower(name), "-_. ")), genericPart.list())
}

// withoutCounts is s without its numbers of at most three digits. Longer ones tell rooms apart: they are years and drawn ids.
func withoutCounts(s string) string {
	kept := make([]byte, 0, len(s))
	for i, digits := 0, 0; i <= len(s); i++ {
		if i < len(s) && isDigit(s[i]) {
			digits++
			continue
		}
		if digits > 3 {
			kept = append(kept, s[i-digits:i]...)
		}
		if digits = 0; i < len(s) {
			kept = append(kept, s[i])
		}
	}
	return string(kept)
}

// madeOf reports whether a name of at most 48 bytes consists of nothing but the words.
func madeOf(plain string, words []string) bool {
	if plain == "" || len(plain) > 48 {
		return false
	}
	fits := make([]bool, len(plain)+1)
	fits[0] = true
	for i := range len(plain) {
		for _, word := range words {
			if fits[i] && strings.HasPrefix(plain[i:], word) {
				fits[i+len(word)] = true
			}
		}
	}
	return fits[len(plain)]
}

// goesOn reports whether the text behind a link shows that the link is only the beginning of one: a template's variable follows,
// or an operator that joins something on, or a letter that the link's writer did not encode.
func goesOn(tail string) bool {
	if r, n := utf8.DecodeRuneInString(tail); n > 1 {
		return unicode.Is(unicode.Latin, r)
	}
	for _, open := range [...]string{"{", "${", "$(", "#{", "%{", "<%", "<?", "[["} {
		if strings.HasPrefix(tail, open) {
			return true
		}
	}
	if len(tail) < 3 {
		return false
	}
	if tail[0] == '$' {
		return isAlpha(tail[1])
	}
	return strings.IndexByte("\"'`", tail[0]) >= 0 && joinsOn(tail[1:])
}

// joinsOn reports whether source code behind a closed string literal joins something to it that can be part of a name.
func joinsOn(code string) bool {
	rest := strings.TrimLeft(code, " \t\r\n")
	spaced := len(rest) < len(code)
	var op string
	for _, op = range [...]string{"||", "..", "<>", "+", ".", "&", "~", ""} {
		if strings.HasPrefix(rest, op) {
			break
		}
	}
	operand := strings.TrimLeft(rest[len(op):], " \t\r\n")
	switch {
	case op == "" || operand == "":
		return false
	case op == "&" && !(spaced && len(operand) < len(rest)-1): // an entity, a parameter
		return false
	case op == "." && operand[0] != '$' && !(spaced && (callFollows(operand) || literalFollows(operand))): // a method, a sentence's end
		return false
	}
	if strings.IndexByte("\"'`", operand[0]) >= 0 {
		return literalFollows(operand)
	}
	return isAlpha(operand[0]) || strings.IndexByte("$@_(", operand[0]) >= 0
}

// literalFollows: a string literal that begins with a letter, digit or hyphen.
func literalFollows(code string) bool {
	return len(code) > 1 && strings.IndexByte("\"'`", code[0]) >= 0 && isB64u(code[1])
}

// callFollows: a name and "(".
func callFollows(code string) bool {
	name := leading(code, func(c byte) bool { return isAlnum(c) || c == '_' })
	return name != "" && strings.HasPrefix(code[len(name):], "(")
}

// isSiteFile reports whether a path's segment is a file of a web site and no room.
func isSiteFile(segment string) bool {
	dot := strings.LastIndexByte(segment, '.')
	if dot < 0 {
		return false
	}
	switch strings.ToLower(segment[dot+1:]) {
	case "js", "mjs", "css", "map", "json", "html", "htm", "php", "asp", "aspx", "xml", "txt", "ico", "png", "jpg", "jpeg", "gif", "svg", "webp", "woff", "woff2",
		"pdf", "zip", "exe", "msi", "dmg", "pkg", "deb", "rpm", "apk", "md", "wasm", "mp3", "wav", "mp4":
		return true
	}
	return false
}

// isSitePage reports whether a path's first segment is a page that vendors of such services have beside the rooms.
func isSitePage(segment string) bool {
	s := strings.ToLower(segment)
	switch s {
	case "about", "about-us", "aboutus", "account", "accounts", "admin", "affiliate", "affiliates", "api", "app", "apps", "apple-app-site-association", "assets", "auth",
		"billing", "blog", "blogs", "business", "careers", "case-studies", "cdn", "changelog", "checkout", "community", "company", "compare", "contact", "contact-us", "contactus",
		"contact-sales", "cookie-policy", "cookies", "css", "customers", "dashboard", "demo", "demos", "dev", "developer", "developers", "docs", "documentation", "download",
		"downloads", "education", "embed", "embedded", "en", "enterprise", "error", "events", "explore", "faq", "faqs", "favicon.ico", "features", "fonts", "forgot-password",
		"free", "gdpr", "get-started", "getting-started", "guide", "guides", "healthcare", "help", "home", "how-it-works", "images", "img", "imprint", "index", "info",
		"information", "install", "integrations", "jobs", "join", "js", "lang", "learn", "legal", "libs", "license", "login", "logo", "logout", "maintenance", "manifest.json",
		"media", "meeting", "meetings", "mobile", "new", "news", "newsletter", "oauth", "oauth2", "onboarding", "org", "overview", "owner", "partner", "partners", "password",
		"plans", "policies", "press", "pricing", "privacy", "privacy-policy", "product", "products", "profile", "public", "recordings", "referral", "register", "release-notes",
		"request-demo", "reset-password", "resources", "robots.txt", "sales", "schedule", "search", "security", "service-worker", "services", "settings", "sign-in", "sign-up", "signin", "signup",
		"sitemap", "sitemap.xml", "solutions", "sounds", "sso", "start", "static", "status", "store", "styles", "subscribe", "subscription", "success", "support", "system-check", "team",
		"teams", "telehealth", "templates", "terms", "terms-of-service", "terms-of-use", "tos", "tour", "trial", "trust", "try", "unsubscribe", "updates", "upgrade", "use-cases",
		"user", "users", "v1", "v2", "verify", "video", "videos", "webinar", "webinars", "welcome", "well-known", ".well-known", "white-label", "wp-admin", "wp-content", "wp-json":
		return true
	}
	return isSiteFile(s)
}

// opensAccount: the page on which one signs in or up; it stands beside the rooms of organisations too.
func opensAccount(segment string) bool {
	switch strings.ToLower(segment) {
	case "sign-in", "signin", "sign-up", "signup", "login":
		return true
	}
	return false
}

// sampleHost reports whether a self-hosted service's host is one of documentation or of somebody's own machine.
func sampleHost(host string) bool {
	if addr, err := netip.ParseAddr(host); err == nil {
		return addr.IsPrivate() || addr.IsLoopback() || addr.IsUnspecified()
	}
	if last := host[strings.LastIndexByte(host, '.')+1:]; last == host || privateDomain.is(last) {
		return true
	}
	for _, domain := range domainSample.list() {
		if host == domain || strings.HasSuffix(host, "."+domain) {
			return true
		}
	}
	for label := range strings.SplitSeq(host, ".") {
		if strings.HasPrefix(label, "your") && !strings.HasPrefix(label, "yourk") || strings.HasPrefix(label, "my-") || label == "mydomain" {
			return true
		}
	}
	return false
}
