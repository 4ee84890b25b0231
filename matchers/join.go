package matchers

import (
	"bytes"
	"cmp"
	"iter"
	"slices"
	"sort"
	"strings"
	"unicode"
)

// How far apart what names one meeting may stand.
const (
	blockBytes   = 1500
	blockLines   = 15
	secretBytes  = 400 // a passcode behind its id or link
	secretLines  = 3   // the same
	fieldLines   = 6   // the same, in an object of a program
	beforeBytes  = 200 // a passcode before it
	accountBytes = 120 // a user's name before a password: two lines as people write them
	weakBytes    = 400 // an ambiguous name of a service beside a number without groups
	followLines  = 6   // a link that follows its number
	wideAddress  = 256 // a link in which the "@" of a SIP address is looked for; such addresses are short
	phoneApart   = 16  // between an access number and the label of its code: " (US)", a line break
	maxCues      = 64  // names of services looked at on each side of a number
	maxAliases   = 32  // meetings that one alias is shared by
	maxNeighbour = 16  // links and numbers looked at on each side
)

// join brings together what names the same meeting, and decides whose a number without a link is. links and numbers are
// ordered by Start; neither is changed. The result is ordered by Start: the links, with the secrets that stand beside them,
// and a sighting for every number that belongs to a link or whose service the text names. Sightings of one meeting share
// their Key, or name each other's among their Aliases. Numbers of nobody are left out.
//
// Time and memory are linear: every byte near a link or number is read at most twice, and each has a bounded
// neighbourhood. j is a joiner that nothing else uses now; it keeps its memory, and nothing in it.
func join(j *joiner, text []byte, links []Sighting, numbers []number) []Sighting {
	j.begin(text, links, numbers)
	defer j.end()
	j.joinSatellites()
	j.joinThreads()
	j.resolve(func(n number) bool {
		return n.idLabel == rowMeeting || n.idLabel == rowWebinar || n.idLabel == rowNumber || n.idLabel == rowCode || n.platform != ""
	})
	j.resolve(func(number) bool { return true })
	j.joinCalendars()
	j.joinRest()
	j.addSecrets()
	j.addColumnSecrets()
	return j.result()
}

// item is a link or a number, in the order of the text.
type item struct {
	start, end int
	link       bool
	number     number   // of a number
	sighting   Sighting // of a link; of a number once it is resolved
	resolved   bool
}

type joiner struct {
	text     []byte
	items    []item
	byDigits map[string][]int  // links by their digits, in order
	byNumber map[string]int    // the first number decided, by platform and digits, and by digits
	named    map[string]string // digits of numbers whose service is known by themselves
	taken    map[string]string // key of a link and space of an alias: the digits it has got
}

func newJoiner() *joiner {
	return &joiner{byDigits: make(map[string][]int), byNumber: make(map[string]int), named: make(map[string]string), taken: make(map[string]string)}
}

func (j *joiner) begin(text []byte, links []Sighting, numbers []number) {
	j.text, j.items = text, slices.Grow(j.items, len(links)+len(numbers))
	for _, link := range links {
		link.Secret = slices.Clip(link.Secret)
		j.items = append(j.items, item{start: link.Start, end: link.End, link: true, sighting: link, resolved: true})
	}
	for _, n := range distinctNumbers(numbers) {
		if n.platform != "" {
			j.named[n.digits] = n.platform
		}
		j.items = append(j.items, item{start: n.start, end: n.end, number: n})
	}
	sort.SliceStable(j.items, func(a, b int) bool { return j.items[a].start < j.items[b].start })
	for i := range j.items {
		if it := &j.items[i]; it.link && all(it.sighting.ID, isDigit) {
			j.byDigits[it.sighting.ID] = append(j.byDigits[it.sighting.ID], i)
		}
	}
}

// end lets go of the text and of what was found in it.
func (j *joiner) end() {
	if len(j.items) > mostKept {
		*j = *newJoiner()
		return
	}
	j.text, j.items = nil, emptied(j.items)
	clear(j.byDigits)
	clear(j.byNumber)
	clear(j.named)
	clear(j.taken)
}

// distinctNumbers keeps one reading of each number: the one whose label begins first ("Phone conference ID" holds
// "Conference ID").
func distinctNumbers(numbers []number) []number {
	sorted := slices.Clone(numbers)
	sort.SliceStable(sorted, func(a, b int) bool {
		if sorted[a].start != sorted[b].start {
			return sorted[a].start < sorted[b].start
		}
		return sorted[a].labelAt < sorted[b].labelAt
	})
	kept := sorted[:0]
	for _, n := range sorted {
		if len(kept) == 0 || n.start >= kept[len(kept)-1].end {
			kept = append(kept, n)
		}
	}
	return kept
}

// isMain: the link admits to a meeting by itself, so a block belongs to it and ends at the next such link.
func (j *joiner) isMain(i int, platform string) bool {
	it := &j.items[i]
	if !it.link || it.sighting.Platform != platform || isSatellite(j.text, it) {
		return false
	}
	return takesPart(it.sighting.Link)
}

// takesPart: the link leads to a call, or to a page of the webinar whose number may stand beside it.
func takesPart(l Link) bool {
	switch l.Kind {
	case Meeting, PersonalRoom, Webinar, HostStart:
		return true
	case Registration:
		return l.Platform == "gotomeeting"
	}
	return false
}

// blockLink finds the main link of a platform in whose block item i stands: the nearest before it, else one that follows
// closely with no other number between. -1 when there is none.
func (j *joiner) blockLink(near *vicinity, i int, platform string) int {
	for k := range j.blockBefore(near, i) {
		if j.isMain(k, platform) {
			return k
		}
	}
	return j.linkBehind(near, i, platform)
}

// linkBehind finds the main link of a platform that follows item i closely with no other number between. -1 when there is none.
func (j *joiner) linkBehind(near *vicinity, i int, platform string) int {
	for k := range j.blockBehind(near, i) {
		if j.isMain(k, platform) && near.lines(j.items[i].end, j.items[k].start) <= followLines {
			return k
		}
		if it := &j.items[k]; !it.link && !it.resolved && it.number.digits != j.items[i].number.digits && it.number.idLabel == rowMeeting {
			break
		}
	}
	return -1
}

// blockBefore yields the neighbours of item i that stand before it in its block, the nearest first.
func (j *joiner) blockBefore(near *vicinity, i int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for k := i - 1; k >= max(0, i-maxNeighbour) && j.inBlock(near, k, i); k-- {
			if !yield(k) {
				return
			}
		}
	}
}

// blockBehind yields those that stand behind it, the nearest first.
func (j *joiner) blockBehind(near *vicinity, i int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for k := i + 1; k < min(len(j.items), i+maxNeighbour+1) && j.inBlock(near, i, k); k++ {
			if !yield(k) {
				return
			}
		}
	}
}

// block yields all of them, first those before it.
func (j *joiner) block(near *vicinity, i int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for k := range j.blockBefore(near, i) {
			if !yield(k) {
				return
			}
		}
		j.blockBehind(near, i)(yield)
	}
}

func (j *joiner) inBlock(near *vicinity, before, after int) bool {
	end, start := j.items[before].end, j.items[after].start
	return start-end <= blockBytes && near.lines(end, start) <= blockLines
}

// resolve decides the numbers that are chosen and not yet decided.
func (j *joiner) resolve(chosen func(number) bool) {
	near := newVicinity(j.text)
	for i := range j.items {
		it := &j.items[i]
		if it.resolved || !chosen(it.number) {
			continue
		}
		near.coverBlock(it)
		if s, ok := j.resolveNumber(near, i); ok {
			s.Start, s.End = it.start, it.end
			s.AddSecret(it.number.secrets...)
			s.Secret = append(s.Secret, it.number.secretSpans...)
			it.sighting, it.resolved = s, true
			j.remember(s.Platform+" "+it.number.digits, i)
			j.remember(it.number.digits, i)
		}
	}
}

// remember notes where a number was decided first.
func (j *joiner) remember(name string, i int) {
	if _, ok := j.byNumber[name]; !ok {
		j.byNumber[name] = i
	}
}

// resolveNumber says which meeting item i is.
func (j *joiner) resolveNumber(near *vicinity, i int) (Sighting, bool) {
	n := j.items[i].number
	if k := j.sameDigits(i); k >= 0 {
		s := sightingOf(j.items[k].sighting.Link, n, "")
		if !takesPart(j.items[k].sighting.Link) {
			s.Org = j.customer(near, i, s.Platform)
		}
		return s, true
	}
	platform, realm := j.service(near, i)
	if platform == "" || platform == otherService {
		return Sighting{}, false
	}
	if realm == "" {
		realm = "commercial"
	}
	own := numberLink(n, platform, realm)
	if main := j.blockLink(near, i, platform); main >= 0 && j.belongs(main, n, own) {
		to := &j.items[main].sighting
		if platform == "google-meet" {
			to.AddSecret("pin")
			return sightingOf(to.Link, n, ""), true
		}
		to.AddAlias(own.Key())
		return sightingOf(to.Link, n, own.Key()), true
	}
	switch platform {
	case "google-meet":
		return Sighting{}, false // a telephone PIN is no meeting
	case "teams":
		if k := j.meetingNumber(near, i, own); k >= 0 {
			j.items[k].sighting.AddAlias(own.Key())
			return sightingOf(j.items[k].sighting.Link, n, own.Key()), true
		}
	case "webex":
		if j.customer(near, i, platform) == "" && j.dialsSample(near, i) {
			return Sighting{}, false
		}
	}
	own.Org = j.customer(near, i, platform)
	return Sighting{Link: own}, true
}

// sameDigits finds the nearest link, or else a number already decided, with the same digits. -1 when there is none.
func (j *joiner) sameDigits(i int) int {
	n := j.items[i].number
	best, candidates := -1, j.byDigits[n.digits]
	at := sort.SearchInts(candidates, i)
	for _, c := range candidates[max(0, at-maxNeighbour):min(len(candidates), at+maxNeighbour)] {
		link := j.items[c].sighting.Link
		if n.platform != "" && n.platform != link.Platform || !takesPart(link) && link.Kind != DialIn {
			continue
		}
		if best < 0 || distance(i, c) < distance(i, best) {
			best = c
		}
	}
	if best >= 0 {
		return best
	}
	name := n.digits
	if n.platform != "" {
		name = n.platform + " " + n.digits
	}
	if c, ok := j.byNumber[name]; ok {
		return c
	}
	return -1
}

func distance(a, b int) int { return max(a-b, b-a) }

// belongs: the number is another name of the link's meeting.
func (j *joiner) belongs(main int, n number, own Link) bool {
	link := j.items[main].sighting.Link
	slot := link.Key() + " " + own.Space
	if digits, ok := j.taken[slot]; ok && digits != n.digits {
		return false
	}
	var ok bool
	switch link.Platform {
	case "zoom":
		ok = link.Space == "my" && len(n.digits) == 10
	case "teams":
		ok = own.Space != "meet" || !all(link.ID, isDigit)
	case "webex":
		ok = link.Space != "num" // an older link's EventID is another number than the one to dial
	case "tencent-meeting", "zoho", "ringcentral", "dingtalk":
		ok = !all(link.ID, isDigit)
	case "gotomeeting":
		ok = !all(link.ID, isDigit) || len(link.ID) > 9
	case "google-meet":
		return true
	case "skype-for-business":
		ok = true
	}
	if ok {
		j.taken[slot] = n.digits
	}
	return ok
}

// meetingNumber finds the Teams meeting number in whose block a dial-in number stands. -1 when there is none.
func (j *joiner) meetingNumber(near *vicinity, i int, own Link) int {
	if own.Space == "meet" {
		return -1
	}
	for k := range j.blockBefore(near, i) {
		if it := &j.items[k]; it.resolved && it.sighting.Platform == "teams" && it.sighting.Space == "meet" {
			return k
		}
	}
	return -1
}

// sightingOf makes the number a sighting of link's meeting. alias is the number's own key, "" when it is the same.
func sightingOf(link Link, n number, alias string) Sighting {
	s := Sighting{Link: Link{Platform: link.Platform, Realm: link.Realm, Space: link.Space, ID: link.ID, Kind: DialIn, Class: NumberOnly}}
	switch {
	case n.kind == HostStart:
		s.Kind, s.Class = HostStart, HostCredential
	case link.Kind == Registration: // the number on a form is no way in beside it
		s.Kind, s.Class = link.Kind, link.Class
	}
	s.AddAlias(alias)
	return s
}

// numberLink is the meeting that a number names by itself.
func numberLink(n number, platform, realm string) Link {
	l := Link{Platform: platform, ID: n.digits}
	switch platform {
	case "zoom":
		l.Realm = realm
	case "teams":
		l.Space = "meet"
		if n.idLabel == rowConference || n.idLabel == rowTap {
			l.Space = "conf"
		} else if n.idLabel == rowVideo {
			l.Space = "vtc"
		}
	case "webex":
		l.Space = "num"
	case "dingtalk":
		l.Space = "number"
	case "skype-for-business":
		l.Space = "conf"
	}
	return sightingOf(l, n, "").Link
}

// service says which service a number belongs to: "" when nothing says so, otherService when it is one whose numbers are not
// read. realm is Zoom's cloud when the text names it.
func (j *joiner) service(near *vicinity, i int) (platform, realm string) {
	n := j.items[i].number
	if n.platform == "" {
		n.platform = j.named[n.digits]
	}
	best := witness{platform: n.platform, distance: 3 * blockBytes}
	fitting := services(n)
	j.hearLinks(near, i, fitting, &best)
	best.hearCues(near, &j.items[i], fitting)
	if best.platform == "bluejeans" && n.idLabel == rowConference { // the last that fits, see rowServices: Teams and Skype have that label, too, and may name BlueJeans for room systems
		others := witness{distance: 3 * blockBytes}
		j.hearLinks(near, i, fitting[:len(fitting)-1], &others)
		others.hearCues(near, &j.items[i], fitting[:len(fitting)-1])
		if slices.Contains(fitting[:len(fitting)-1], others.platform) {
			best = others
		}
	}
	if best.platform == "" {
		best.platform = j.byShape(near, i)
	}
	return best.platform, best.realm
}

// witness is the nearest thing that names the service of a number. What stands before a number weighs more.
type witness struct {
	platform, realm string
	distance        int
}

func (w *witness) hear(platform, realm string, distance int) {
	if distance < w.distance {
		w.platform, w.realm, w.distance = platform, realm, distance
	}
}

// hearLinks listens to the links around item i, one of each service on each side.
func (j *joiner) hearLinks(near *vicinity, i int, fitting []string, w *witness) {
	at := &j.items[i]
	for k := range j.blockBefore(near, i) {
		if it := &j.items[k]; it.link {
			w.hearLink(it, fitting, at.labelAt()-it.end, at.number.idLabel)
		}
	}
	for k := range j.blockBehind(near, i) {
		if it := &j.items[k]; it.link {
			w.hearLink(it, fitting, 2*(it.start-at.end), at.number.idLabel)
		}
	}
}

func (it *item) labelAt() int {
	if it.link {
		return it.start
	}
	return it.number.labelAt
}

func (w *witness) hearLink(it *item, fitting []string, distance int, row string) {
	l := it.sighting.Link
	switch {
	case slices.Contains(fitting, l.Platform):
		realm := ""
		if l.Platform == "zoom" {
			realm = l.Realm
		}
		w.hear(l.Platform, realm, max(0, distance))
	case takesPart(l) && row == rowMeeting && numbersMeetings(l.Platform):
		w.hear(otherService, "", max(0, distance))
	}
}

// numbersMeetings: the service prints "Meeting ID" for numbers of its own.
func numbersMeetings(platform string) bool {
	switch platform {
	case "zoom", "teams", "webex", "chime", "tencent-meeting", "feishu", "bluejeans", "ringcentral", "lifesize", "starleaf", "zoho", "gotomeeting":
		return true
	}
	return false
}

// hearCues listens to the services' names around an item, the nearest first, at most maxCues on each side.
func (w *witness) hearCues(near *vicinity, at *item, fitting []string) {
	from, to := near.window(at.start, at.end)
	before, after := near.between(from, at.start), near.between(at.end, to)
	for k := len(before) - 1; k >= max(0, len(before)-maxCues); k-- {
		w.hearCue(before[k], at, fitting)
	}
	for _, r := range after[:min(len(after), maxCues)] {
		w.hearCue(r, at, fitting)
	}
}

// hearCue listens to a service's name in the text.
func (w *witness) hearCue(r remark, at *item, fitting []string) {
	distance := at.labelAt() - r.end
	if r.start >= at.end {
		distance = 2 * (r.start - at.end)
	}
	distance = max(0, distance)
	n, platform := at.number, r.cue.platform
	if platform == "dingtalk" && !slices.Contains(fitting, platform) {
		platform = otherService // its number, but not in the form that is read
	}
	switch {
	case platform == otherService && n.platform == "":
	case !slices.Contains(fitting, platform):
		return
	case r.cue.weak && r.cue.platform == "chime" && n.shape != "4-2-4":
		return
	case r.cue.weak && r.cue.platform == "webex" && n.idLabel != rowNumber:
		return
	case r.cue.weak && r.cue.platform == "teams" && !strings.HasPrefix(n.shape, "3-3-3-"):
		return
	case r.cue.weak && !strings.Contains(n.shape, "-") && distance > weakBytes:
		return
	}
	w.hear(platform, r.cue.realm, distance)
}

// byShape attributes a number of which nothing says whose it is, by how it is printed, and where once more.
func (j *joiner) byShape(near *vicinity, i int) string {
	it := &j.items[i]
	n := it.number
	mixed, passcode := near.passcode(it.end)
	switch {
	case n.shape == "4-3-4" && n.digits[0] == '2' && (n.idLabel == rowMeeting || n.idLabel == rowNumber || n.idLabel == rowAccess):
		return "webex"
	case strings.HasPrefix(n.shape, "3-3-3-") && len(n.digits) >= 11 && n.idLabel == rowMeeting && mixed:
		return "teams"
	case strings.HasPrefix(n.shape, "3-3-3-3-") && n.idLabel == rowMeeting:
		return "teams" // nobody else has more than twelve digits
	case n.shape == "3-4-4" && !n.hyphens && (n.idLabel == rowMeeting || n.idLabel == rowWebinar) && (passcode || j.standsAs(near, i, rowTap) && !near.namesAnother(it, "zoom")):
		return "zoom"
	case n.idLabel == rowNumber && (n.labelOwner == "webex" || j.standsAs(near, i, rowAccess) && !near.namesAnother(it, "webex")) && slices.Contains(services(n), "webex"):
		return "webex" // which alone calls its number the access code of the telephone, too
	case !strings.Contains(n.shape, "-") && len(n.digits) == 11 && passcode && n.labelOwner == "zoom":
		return "zoom"
	case n.idLabel == rowAccess && n.shape == "3-3-3" && n.hyphens && (near.namesCall(it) || telephoneBefore(j.text, n.labelAt)):
		return "gotomeeting"
	case n.idLabel == rowConference && n.hash && (strings.HasPrefix(n.shape, "3-3-3") || n.shape == "3-3-2") && n.labelOwner == "teams":
		return "teams"
	}
	return ""
}

// standsAs: the number of item i stands near it under a label of row, too.
func (j *joiner) standsAs(near *vicinity, i int, row string) bool {
	for k := range j.block(near, i) {
		if other := j.items[k].number; other.idLabel == row && other.digits == j.items[i].number.digits {
			return true
		}
	}
	return false
}

// telephoneBefore: an access number ends directly before text[at], as GoTo prints one above its code: "+1 (646) 555-0122".
func telephoneBefore(text []byte, at int) bool {
	i, digits := at, 0
	for i > max(0, at-phoneApart) && !isDigit(text[i-1]) {
		i--
	}
	for ; i > max(0, at-maxDial) && (isDigit(text[i-1]) || strings.IndexByte(" ()-", text[i-1]) >= 0); i-- {
		if isDigit(text[i-1]) {
			digits++
		}
	}
	return digits >= 10 && i > 0 && text[i-1] == '+'
}

// addSecrets gives each passcode, PIN and host key in the text to the link or number that it stands beside.
func (j *joiner) addSecrets() {
	near := newSecretVicinity(j.text)
	for i := range j.items {
		it := &j.items[i]
		if !it.resolved || !it.hasSecrets() {
			continue
		}
		const lines = fieldLines + 3 // a value below its label, and the lines that part it from what stands next
		near.cover(linesBefore(j.text, it.start, lines, 2*beforeBytes+maxGap), linesBehind(j.text, it.end, lines, secretBytes))
		for _, r := range near.between(it.start-2*beforeBytes, it.end+secretBytes) {
			if j.owns(near, i, r) {
				it.takeSecret(r)
			}
		}
	}
}

// ofAccount: the line above a password, or what stands before it on its own, gives a user's name, and no meeting is named between the
// two. So it opens an account. Accounts have passwords; a "passcode" is always a meeting's. The field "userName" of Zoom's SDK is the
// name to show in the meeting, and the password behind it the meeting's.
func ofAccount(text []byte, it *item, r remark) bool {
	if r.secret != "passcode" || equalFold(text[r.start:r.end], "passcode") || bytes.Contains(text[r.start:r.end], []byte("会")) { // "会议密码"
		return false
	}
	if namesAccount(text[max(0, r.start-maxWord-1):r.start]) {
		return true
	}
	from := max(0, r.start-accountBytes)
	if first := bytes.LastIndexByte(text[from:r.start], '\n'); first >= 0 {
		from += bytes.LastIndexByte(text[from:from+first], '\n') + 1
	}
	if it.end <= r.start {
		from = max(from, it.end) // a user named before the meeting is its guest
	}
	before := string(text[from:r.start])
	if strings.Contains(before, "userName") {
		return false
	}
	for _, label := range [...]string{"username", "user name", "账号", "帐号", "帳號", "用户名", "Логин", "логин"} {
		_, value, ok := strings.Cut(lowerASCII(before), label)
		value = strings.TrimLeft(value, "*_\"'` ")
		if ok && (strings.HasPrefix(value, ":") || strings.HasPrefix(value, "：")) && !it.isNumber(strings.TrimLeft(value, ":： ")) {
			return true
		}
	}
	return false
}

// isNumber: text begins with the meeting's own number, which some call its account: "Zoom账号：845 1239 8761 密码：482913".
func (it *item) isNumber(text string) bool {
	own := cmp.Or(it.number.digits, it.sighting.ID)
	if len(own) < minDigits || !all(own, isDigit) {
		return false
	}
	var digits strings.Builder
	for i := 0; i < len(text) && (isDigit(text[i]) || text[i] == ' ' || text[i] == '-'); i++ {
		if isDigit(text[i]) {
			digits.WriteByte(text[i])
		}
	}
	return digits.String() == own
}

// namesAccount: the word that before ends with says what a password opens, and that is no meeting: "SMTP_", "Wi-Fi ", "admin"
// before a capital.
func namesAccount(before []byte) bool {
	end := len(bytes.TrimRight(before, "_- "))
	start := end
	for start > 0 && isAlpha(before[start-1]) {
		start--
	}
	word := string(before[start:end])
	if len(before)-end > 1 {
		return false
	}
	if hump := strings.LastIndexFunc(word, unicode.IsUpper); hump > 0 && word != strings.ToUpper(word) {
		word = word[hump:] // the last of "mainAdmin"
	}
	prose := bytes.HasSuffix(before, []byte(" ")) // "sent by mail password: …" is prose
	switch strings.ToLower(word) {
	case "fi", "wifi", "wlan":
		return true
	case "account", "admin", "administrator", "api", "app", "database", "db", "email", "ftp", "imap", "keystore", "ldap", "mail", "mongo", "mysql",
		"postgres", "provider", "proxy", "redis", "root", "smtp", "ssh", "sudo", "user":
		return !prose
	}
	return false
}

// owns: of the items around remark r, item i is the one it speaks of.
func (j *joiner) owns(near *vicinity, i int, r remark) bool {
	it := &j.items[i]
	if ofAccount(j.text, it, r) {
		return false
	}
	for k := max(0, i-1); k < min(len(j.items), i+2); k++ {
		if other := &j.items[k]; r.start < other.end && r.end > other.start || r.value.Start < other.end && r.value.End > other.start {
			return false // part of a link, or the id itself
		}
	}
	if r.start >= it.end {
		next := i + 1
		if next < len(j.items) && j.items[next].start < r.start {
			return false
		}
		return behind(near, it, r) && !(next < len(j.items) && prefers(near, it, &j.items[next], r))
	}
	if i > 0 && j.items[i-1].end > r.start {
		return false
	}
	if !before(near, it, r) {
		return false
	}
	return i == 0 || !behind(near, &j.items[i-1], r) || prefers(near, &j.items[i-1], it, r)
}

// behind: r stands within three lines behind the item, or is a further field of the object that the item is a field of.
func behind(near *vicinity, it *item, r remark) bool {
	if r.start < it.end || r.start-it.end > secretBytes {
		return false
	}
	lines := near.lines(it.end, r.start)
	return lines <= secretLines || lines <= fieldLines && !it.link && it.number.idLabel == rowCode && bytes.IndexByte(near.text[it.end:r.start], '}') < 0
}

// before: r stands directly before the item.
func before(near *vicinity, it *item, r remark) bool {
	return r.value.End <= it.start && it.start-r.value.End <= beforeBytes && near.lines(r.value.End, it.start) <= 1
}

// prefers: r stands behind one item but belongs to the next: on its line, or with a blank line before r only.
func prefers(near *vicinity, previous, next *item, r remark) bool {
	if !before(near, next, r) {
		return false
	}
	gap := near.lines(previous.end, r.start)
	return gap > 0 && near.lines(r.value.End, next.start) == 0 || gap > 1 && bytes.Contains(near.text[previous.end:r.start], []byte("\n\n"))
}

// linesBefore is where the line begins that stands so many lines before at, or at most limit bytes before it.
func linesBefore(text []byte, at, lines, limit int) int {
	from := max(0, at-limit)
	for n := 0; n <= lines; n++ {
		i := bytes.LastIndexByte(text[from:at], '\n')
		if i < 0 {
			return from
		}
		at = from + i
	}
	return at
}

// linesBehind is where the line ends that stands so many lines behind at, or at most limit bytes behind it.
func linesBehind(text []byte, at, lines, limit int) int {
	to := min(len(text), at+limit)
	for n := 0; n <= lines; n++ {
		i := bytes.IndexByte(text[at:to], '\n')
		if i < 0 {
			return to
		}
		at += i + 1
	}
	return at
}

// hasSecrets: what the item leads to may ask for a passcode, a PIN or a host key.
func (it *item) hasSecrets() bool {
	s := &it.sighting
	return takesPart(s.Link) || s.Kind == DialIn || s.Kind == Recording
}

// takeSecret notes the secret, when the item's service has such.
func (it *item) takeSecret(r remark) {
	s := &it.sighting
	meet := s.Platform == "google-meet"
	switch {
	case meet != (r.secret == "pin"):
		return
	case r.secret == "host_key":
		s.Kind, s.Class = HostStart, HostCredential
	}
	s.AddSecret(r.secret)
	s.Secret = append(s.Secret, r.value)
}

// result lists what was decided, and makes aliases mutual.
func (j *joiner) result() []Sighting {
	out := make([]Sighting, 0, len(j.items))
	keys := make(map[string][]string)
	for i := range j.items {
		if it := &j.items[i]; it.resolved {
			out = append(out, it.sighting)
			for _, alias := range it.sighting.Aliases {
				if len(keys[alias]) < maxAliases {
					keys[alias] = addSorted(keys[alias], it.sighting.Key())
				}
			}
		}
	}
	for i := range out {
		if own := out[i].Key(); len(keys[own]) > 0 {
			out[i].AddAlias(keys[own]...)
		}
	}
	return out
}
