package matchers

import (
	"strings"
	"sync"
)

// placeholderDigits reports whether a number is one that people write in samples: one digit repeated, a run up or down, a
// run followed by anything or inside, six digits that count up from nought or one at the beginning (012345989), five or six from one
// to the end (148123456), groups of one digit, a repeated group, six times the same digit in a row (9300000000000), mostly zeros, nothing but stretches of one digit and counts
// (55544443210), two stretches of one digit at the end (1604444333), the columns of a keypad, two counts by turns (1029384756), or a vendor's own sample.
func placeholderDigits(s string) bool {
	if s == "" {
		return true
	}
	if vendorSample(s) {
		return true
	}
	counted := strings.HasSuffix(s, "12345") || strings.HasSuffix(s, "123456") || strings.HasPrefix(s, "123456") || strings.HasPrefix(s, "012345")
	return isRun(s, 1) || isRun(s, 9) || isGrouped(s) || isPeriodic(s) || len(s) >= 9 && (counted || onKeypad(s) || isZipped(s) || longestRun(s) >= 6 || holdsCount(s) || isCounted(s) || isRound(s) || isSeed(s) || inStretches(s) || endsInStretches(s))
}

// vendorSample: the numbers of Zoom's help pages, and telephone samples.
func vendorSample(s string) bool { return s == "5551112222" || s == "5551234567" || s == "8005551212" }

// isZipped: the digits are by turns those of two counts, one up and one down.
func isZipped(s string) bool {
	for i := 2; i < len(s); i++ {
		step := byte(1)
		if i%2 == 1 {
			step = 9
		}
		if (s[i-2]-'0'+step)%10 != s[i]-'0' {
			return false
		}
	}
	return true
}

// onKeypad: the first nine digits go down or up the three columns of a keypad (963852741).
func onKeypad(s string) bool {
	for i := 0; i < 9; i += 3 {
		switch s[i : i+3] {
		case "147", "258", "369", "741", "852", "963":
		default:
			return false
		}
	}
	return s[0] != s[3] && s[3] != s[6] && s[0] != s[6]
}

// inStretches: the number is made of nothing but stretches of three digits or more, each of one digit or a count up or down, one digit
// at least three times in a row.
func inStretches(s string) bool {
	if len(s) > 32 || longestRun(s) < 3 {
		return false
	}
	whole := make([]bool, len(s)+1) // whole[i]: s[:i] is made of such stretches
	whole[0] = true
	for i := 0; i+3 <= len(s); i++ {
		if !whole[i] {
			continue
		}
		step := (s[i+1] + 10 - s[i]) % 10
		if step > 1 && step != 9 {
			continue
		}
		for end := i + 2; end < len(s) && (s[end]+10-s[end-1])%10 == step; end++ {
			whole[end+1] = true
		}
	}
	return whole[len(s)]
}

// endsInStretches: the last seven digits or more are two stretches of one digit each, three digits or more.
func endsInStretches(s string) bool {
	last := s[len(s)-1:]
	rest := strings.TrimRight(s, last)
	if rest == "" || len(s)-len(rest) < 3 {
		return false
	}
	head := strings.TrimRight(rest, rest[len(rest)-1:])
	return len(rest)-len(head) >= 3 && len(s)-len(head) >= 7
}

// holdsCount: seven digits that count up, wherever they stand (81234567890), or eight that count down to the end (98765432100) or
// from eight to one (87654321009). The number in this program's own documentation, 98765432101, must stay usable.
func holdsCount(s string) bool {
	up, down := 1, 1
	for i := 1; i < len(s); i++ {
		up, down = countOn(up, s[i-1], s[i], 1), countOn(down, s[i-1], s[i], 9)
		if up >= 7 || down >= 8 && (strings.Trim(s[i:], s[i:i+1]) == "" || s[i] == '1' && s != "98765432101") {
			return true
		}
	}
	return false
}

// countOn is the length of a count so far when digit b follows a: one more when it goes on by step, else one.
func countOn(n int, a, b, step byte) int {
	if (a-'0'+step)%10 == b-'0' {
		return n + 1
	}
	return 1
}

// isCounted: nothing but counts of three digits or more that all begin with the same digit (123 1234 1234), or three counts up and
// down of three digits each (432 345 432 12).
func isCounted(s string) bool {
	if len(s) >= 9 && countsThree(s[:3]) && countsThree(s[3:6]) && countsThree(s[6:9]) && !isRun(s[:9], 9) {
		return true
	}
	for i, n := 0, 0; i < len(s); i += n {
		for n = 1; i+n < len(s) && s[i+n] == s[i+n-1]+1; n++ {
		}
		if n < 3 || s[i] != s[0] {
			return false
		}
	}
	return true
}

func countsThree(s string) bool { return isRun(s, 1) || isRun(s, 9) }

// isRound: two thirds of the digits or more are zeros: 100200300.
func isRound(s string) bool { return 3*strings.Count(s, "0") >= 2*len(s) }

// isSeed: five digits that count from one or down from nine, and the few digits of a row's number behind zeros, as in seeds of databases:
// 1234500017, 987650001.
func isSeed(s string) bool {
	if !strings.HasPrefix(s, "12345") && !strings.HasPrefix(s, "98765") {
		return false
	}
	row := strings.TrimLeft(s[5:], "0")
	return len(row) <= 2 && len(row) <= len(s)-5-2
}

// isRun reports whether every digit is its predecessor plus step, modulo ten.
func isRun(s string, step byte) bool {
	for i := 1; i < len(s); i++ {
		if (s[i-1]-'0'+step)%10 != s[i]-'0' {
			return false
		}
	}
	return true
}

// isGrouped: stretches of one digit, none shorter than two, at least one of three or at least four in all: 111222333, 99999999999,
// 1122334455, 77889900112 (the last may be cut off), 9998887770 (and so it may behind three of three).
func isGrouped(s string) bool {
	long, groups, triples := false, 0, 0
	for i := 0; i < len(s); {
		j := i
		for j < len(s) && s[j] == s[i] {
			j++
		}
		if j-i < 2 && (j < len(s) || groups < 4 && triples < 3) {
			return false
		}
		if j-i >= 3 {
			long = true
			triples++
		}
		groups++
		i = j
	}
	return long || groups >= 4
}

// isPeriodic: a group of at most four digits repeated: 123123123, 12341234123, 1010101010. Twice is enough for one that counts: 123123.
func isPeriodic(s string) bool {
	for p := 1; p <= 4 && p*2 <= len(s); p++ {
		same := p*2 < len(s) || p >= 3 && countsThree(s[:p])
		for i := p; i < len(s) && same; i++ {
			same = s[i] == s[i-p]
		}
		if same {
			return true
		}
	}
	return false
}

// placeholderWord reports whether a path segment or label is a stand-in such as "your-room", "example" or "xxxx".
func placeholderWord(s string) bool {
	s = strings.ToLower(s)
	if s == "" || strings.ContainsAny(s, "<>{}[]$…") || strings.Contains(s, "...") || strings.Contains(s, "%s") || strings.Contains(s, "%d") {
		return true
	}
	if anySample.is(s) {
		return true
	}
	if strings.HasPrefix(s, "your") || strings.HasPrefix(s, "insert") {
		return !strings.HasPrefix(s, "yourk") // Yourk… is a name
	}
	if first, _, ok := strings.Cut(s, "-"); ok && (exampleSample.is(first) || exampleSample.is(s[strings.LastIndexByte(s, '-')+1:])) {
		return true
	}
	return len(s) >= 3 && strings.Trim(s, "x-_. ") == ""
}

// placeholderName reports whether a room's name is that of nobody: "jane.doe".
func placeholderName(s string) bool {
	plain := without(strings.ToLower(s), ".-_")
	if name := strings.TrimRight(plain, "0123456789"); len(plain)-len(name) <= 3 && name != "jsmith" { // janesmith1; but jsmith12 is how companies name people
		plain = name
	}
	return nobodySample.is(plain) || namesField(plain)
}

// namesField reports whether a room's name says which name should stand there: "firstname.lastname".
func namesField(s string) bool {
	return fieldSample.is(without(strings.ToLower(s), ".-_"))
}

// placeholderToken reports whether an opaque token (base64url, hexadecimal, a code) was made up: too few different
// characters, a run through the alphabet, or a telling word inside.
func placeholderToken(s string) bool {
	lower := strings.ToLower(s)
	return inTokenSample.within(lower) || len(s) >= 6 && distinct(s) <= 2
}

func distinct(s string) int {
	var seen [256]bool
	n := 0
	for i := 0; i < len(s); i++ {
		if !seen[s[i]] {
			seen[s[i]] = true
			n++
		}
	}
	return n
}

// sampleWords is a column of the table of sample words: where such a word stands for something else.
type sampleWords int

const (
	anySample     sampleWords = iota // the whole of a path's segment or a host's label, in any link
	exampleSample                    // the first or the last of words with hyphens between them: example-1
	roomSample                       // the whole of a room's or user's name, without hyphens and dots
	countedSample                    // the same with a count from one behind it: doctor123
	nobodySample                     // the name of nobody; hosts with such names do exist, see zoomChosenNumber
	fieldSample                      // what of a person's name should stand there
	orgSample                        // the label of an account's host, or its first segment
	companySample                    // the first label of a company's domain
	secretSample                     // the value of a password
	inTokenSample                    // inside an opaque token of any alphabet
	inCodeSample                     // inside a code that is drawn, but for hexadecimal ones
	inRoomSample                     // inside a room's name
	genericPart                      // one of the words of which a room's name is made that is anybody's, see genericRoom
	domainSample                     // a domain, with all below it
	privateDomain                    // the last label of a host that nobody reaches from outside
	sampleColumns
)

// sampleTable is the one table of words by which samples give themselves away, in small letters, divided by white space. What only one platform
// knows stands in its file (the words of Discord's mock-ups, of Webex's manuals). Left apart because they are something else: the
// groups of letters that Meet's codes have (placeholderCode), the pages of vendors (isSitePage), and the words of sentences that follow
// "password" (proseWords). Rules that no list can hold, beginnings and ends, stand where the columns are asked.
func sampleTable() [sampleColumns]string {
	return [...]string{
		anySample: `example examples sample placeholder undefined null none nil todo tbd token
			company companyname company-name mycompany my-company
			mydomain organization organisation
			roomname room-name room_name room roomid room-id room_id meetingid meeting-id meeting_id
			username user-name user_name invite-code invitecode invite_code code id
			myroom my-room my_room abc abcd abcdef abc123 foo bar foobar
			link somelink changeme fake dummy invalid lorem ipsum
			ejemplo exemplo exemple esempio beispiel voorbeeld contoh`,
		exampleSample: `example ejemplo exemplo exemple esempio beispiel voorbeeld contoh`,
		roomSample: `me drsmith drdoe drjohnsmith drjohndoe drjanedoe drname doctorname vmr myvmr myconference alias myalias
			test testing testroom testmeeting trial trialroom deneme prueba teste essai prova testing123 test1 demo demoroom demomeeting
			sala minhasala misala salle raum
			seunome nomedasala suasala tunombre nombredelasala tusala votrenom nomdelasalle votresalle deinname ihrname raumname tuonome nomestanza uwnaam jouwnaam
			someroom anyroom newroom randomroom defaultroom devroom sampleroom exampleroom
			uniqueroom uniqueroomname myroomname mymeeting mymeetingroom meetingname meetinglink roomlink roomslug
			johndoe janedoe johnsmith janesmith nickname name user userid slug string value uuid guid hash key
			helloworld deadbeef cafebabe replaceme acme xyz abcxyz asdf qwerty anything whatever something somewhere path url href here`,
		countedSample: `test room meeting call session conference class group team event user host guest
			doctor dr clinic provider patient therapist coach teacher name link`,
		nobodySample: `johndoe janedoe johnsmith janesmith jsmith alice bob alicesmith bobsmith joebloggs
			juanperez maxmustermann erikamustermann mariorossi jeandupont`,
		fieldSample:   `firstnamelastname firstlast lastname firstname`,
		orgSample:     `subdomain domain account tenant workspace acme-inc org orgname team clinic host`,
		companySample: `contoso fabrikam litwareinc litware tailspintoys northwindtraders adatum abc yourdomain domain tenant`,
		secretSample:  `example token password passcode redacted placeholder hidden removed`,
		inTokenSample: `example placeholder invitecode invitelink invitehash groupinvite your_ your- yourtoken xxxx abcdef abcabc abc123 123456789 0123456 qwerty q1w2e3 q2w3e4 1q2w3e .... …`,
		inCodeSample:  `your sample token room- -room testroom meeting invite demo test- -test a1b2 1a2b a1s2 1a2s code -here _here`,
		inRoomSample:  `xxx abc123 q1w2e3 q2w3e4 1q2w3e placeholder firstname lastname roomname room-name room_name yourroom your- your_ < > { } … %s %d`,
		genericPart: `my our the some any a new this test demo sample custom personal private general main default
			team group company project product engineering design room rooms lobby office space meeting meetings meet call
			standup sync planning retro daily weekly monthly chat video conference conf session interview kickoff episode name
			host guest link john jane doe smith alice
			review sprint budget app online live class lesson visit consultation appointment booking clinic
			user admin member coach mentor mentorship teacher tutor training course event sess appt slot
			doctor dr patient student hello instant somebody someone`,
		domainSample: `example.com example.org example.net example.edu domain.com mydomain.com mycompany.com company.com
			server.com myserver.com domain.org`,
		privateDomain: `local localhost test invalid internal lan tld`,
	}
}

// sampleLists is the table cut into words; built once, never changed.
var sampleLists = sync.OnceValue(func() *[sampleColumns]sampleList { //nolint:gochecknoglobals // immutable after first use
	var lists [sampleColumns]sampleList
	for column, words := range sampleTable() {
		list := sampleList{words: strings.Fields(words), set: make(map[string]bool)}
		for _, word := range list.words {
			list.set[word], list.longest = true, max(list.longest, len(word))
		}
		lists[column] = list
	}
	return &lists
})

type sampleList struct {
	words   []string
	set     map[string]bool
	longest int // in bytes: most of what is asked about is longer than any word
}

func (w sampleWords) list() []string { return sampleLists()[w].words }

// is reports whether s, in small letters, is one of the column's words.
func (w sampleWords) is(s string) bool {
	list := &sampleLists()[w]
	return len(s) <= list.longest && list.set[s]
}

// within reports whether one of the column's words stands in s, in small letters.
func (w sampleWords) within(s string) bool {
	for _, word := range sampleLists()[w].words {
		if strings.Contains(s, word) {
			return true
		}
	}
	return false
}
