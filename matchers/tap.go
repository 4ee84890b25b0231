package matchers

import (
	"bytes"
	"strings"
)

// Dial strings: what a telephone or a room system dials to get into a meeting, the number and often the passcode in one.
//
// One-tap lines ("+15550100,,98123456210#,,,,*482913#") are seen in the invitations of Zoom, Teams, Webex, GoTo, Chime and
// RingCentral, also as tel: URIs with their commas percent-encoded. H.323 strings ("203.0.113.7##98123456210#482913#") and SIP users
// ("98123456210.482913.11.654321@zoomcrc.com": number, passcode, layout, host key) are Zoom's.

const (
	minPhone = 7 // digits of a telephone number, E.164
	maxPhone = 15
	maxDial  = 48 // bytes of a telephone number as written
)

// readTap reads the dial string around ",," (or "%2C%2C") at text[at]. ok is false when no telephone number stands before it
// or no meeting number behind it.
func readTap(text []byte, at int) (number, bool) {
	if at <= 0 || at >= len(text) {
		return number{}, false
	}
	commas := readCommas(text, at)
	tel, ok := phoneBefore(text, at)
	if !ok || commas.count != 2 {
		return number{}, false
	}
	start := commas.end
	webex := hasPrefixFold(text[start:], "*01*") || hasPrefixFold(text[start:], "%2a01%2a")
	if webex {
		start += bytes.Index(text[start:], []byte("01")) + 2
		start = readStar(text, start)
	}
	digits, end := readGroup(text, start)
	hash, closed := readHash(text, end)
	switch {
	case len(digits) < minDigits || len(digits) > 12 || placeholderDigits(digits):
		return number{}, false
	case !closed && (!tel || !numberEnds(text, end)):
		return number{}, false
	}
	n := number{kind: DialIn, digits: digits, start: start, end: end, idLabel: rowTap, shape: shapeOf([]string{digits}), hash: closed, labelAt: start}
	if _, again := readHash(text, hash); webex || closed && again {
		n.platform = "webex"
		return n, len(digits) <= 11
	}
	if closed {
		readTapPasscode(text, hash, &n)
	}
	return n, n.platform != "zoom" || len(digits) <= 11
}

// readTapPasscode reads ",,,,*<passcode>#" and the older ",,1#,<passcode>#", both Zoom's, "<password>#", Webex's, and
// ",,<password>#" at the end, RingCentral's.
func readTapPasscode(text []byte, at int, n *number) {
	if password, end := readGroup(text, at); len(password) >= 4 && len(password) <= 12 {
		if _, ok := readHash(text, end); ok {
			n.platform, n.secrets, n.secretSpans = "webex", []string{"passcode"}, []Span{{at, end}}
		}
		return
	}
	pause := readCommas(text, at)
	start, ok := readStar(text, pause.end), pause.count >= 3
	if start == pause.end {
		start, ok = behindParticipant(text, pause)
	}
	if !ok {
		readLastPassword(text, pause, n)
		return
	}
	n.platform = "zoom"
	passcode, end := readGroup(text, start)
	if passcode != "" && len(passcode) <= 10 && strings.Trim(passcode, "0") != "" {
		n.secrets, n.secretSpans = []string{"passcode"}, []Span{{start, end}}
	}
}

// readLastPassword reads a password that ends a dial string: "#,,<password>#". Where more is dialled, it is not known which is which.
func readLastPassword(text []byte, pause commaRun, n *number) {
	password, end := readGroup(text, pause.end)
	hash, closed := readHash(text, end)
	if pause.count == 2 && len(password) >= 4 && len(password) <= 12 && closed && readCommas(text, hash).count == 0 {
		n.secrets, n.secretSpans = []string{"passcode"}, []Span{{pause.end, end}}
	}
}

// behindParticipant reads the field of the participant's id, which invitations leave empty or fill with one digit
// ("#,,1#,<passcode>#", "#,,#,,<passcode>#", "#,,,,,,0#,,<passcode>#"), and returns where the passcode behind it begins.
func behindParticipant(text []byte, pause commaRun) (start int, ok bool) {
	participant, end := readGroup(text, pause.end)
	hash, closed := readHash(text, end)
	second := readCommas(text, hash)
	if pause.count < 2 || len(participant) > 1 || !closed || second.count == 0 {
		return 0, false
	}
	start = readStar(text, second.end)
	_, end = readGroup(text, start)
	_, closed = readHash(text, end)
	return start, closed
}

// commaRun is a pause in a dial string.
type commaRun struct{ count, end int }

// readCommas reads commas, percent-encoded or not; ten are more than any dial string has in a row.
func readCommas(text []byte, i int) commaRun {
	run := commaRun{end: min(i, len(text))}
	for run.count < 10 {
		switch {
		case run.end < len(text) && text[run.end] == ',':
			run.end++
		case hasPrefixFold(text[run.end:], "%2c"):
			run.end += 3
		default:
			return run
		}
		run.count++
	}
	return run
}

// readHash reads "#" in any of its spellings and returns what is behind it.
func readHash(text []byte, i int) (next int, ok bool) {
	for _, form := range [...]string{"#", `\#`, "%23", "&#35;", "&num;", "＃"} {
		if i <= len(text) && hasPrefixFold(text[i:], form) {
			return i + len(form), true
		}
	}
	return i, false
}

// readStar reads "*" in any of its spellings and returns what is behind it, i when there is none.
func readStar(text []byte, i int) int {
	for _, form := range [...]string{"*", `\*`, "%2a"} {
		if i <= len(text) && hasPrefixFold(text[i:], form) {
			return i + len(form)
		}
	}
	return i
}

func hasPrefixFold(text []byte, lower string) bool {
	return len(text) >= len(lower) && equalFold(text[:len(lower)], lower)
}

// phoneBefore: a telephone number ends at text[at]. tel is true when it is a tel: URI.
func phoneBefore(text []byte, at int) (tel, ok bool) {
	digits, i := 0, at
	for i > 0 && at-i < maxDial {
		c := text[i-1]
		switch {
		case isDigit(c):
			digits++
		case digits > 0 && strings.IndexByte(" -.()", c) >= 0:
		case c == '%' && digits >= 2 && i+2 <= at && string(text[i:i+2]) == "20":
			digits -= 2
		default:
			return leadsPhone(text[:i], digits)
		}
		i--
	}
	return leadsPhone(text[:i], digits)
}

// leadsPhone judges what stands before a telephone number of so many digits: "tel:", "+" or "%2B"; with neither it needs
// ten digits and a place of its own.
func leadsPhone(before []byte, digits int) (tel, ok bool) {
	least := 10
	for _, plus := range [...]string{"+", "%2b"} {
		if hasSuffixFold(before, plus) {
			before, least = before[:len(before)-len(plus)], minPhone
			break
		}
	}
	tel = hasSuffixFold(before, "tel:") || hasSuffixFold(before, "tel://")
	if tel {
		least = minPhone
	}
	apart := tel || least == minPhone || len(before) == 0 || !isAlnum(before[len(before)-1])
	return tel, apart && least <= digits && digits <= maxPhone
}

func hasSuffixFold(text []byte, lower string) bool {
	return len(text) >= len(lower) && equalFold(text[len(text)-len(lower):], lower)
}

// readH323 reads the dial string around "##" at text[at]: an IPv4 address before it, the number behind it, then "#" and
// passcode, layout and host key, each optional.
func readH323(text []byte, at int) (number, bool) {
	if at <= 0 || at+2 > len(text) || !addressBefore(text, at) {
		return number{}, false
	}
	digits, end := readGroup(text, at+2)
	if len(digits) < minDigits || len(digits) > 11 || placeholderDigits(digits) || !numberEnds(text, end) {
		return number{}, false
	}
	n := number{kind: DialIn, digits: digits, start: at + 2, end: end, idLabel: rowH323, shape: shapeOf([]string{digits}), labelAt: at + 2}
	if len(digits) > minDigits {
		n.platform = "zoom"
	}
	for field := 1; field <= 3 && end < len(text) && text[end] == '#'; field++ {
		value, next := readGroup(text, end+1)
		span := Span{end + 1, next}
		end = next
		if value == "" || len(value) > 10 {
			continue
		}
		switch field {
		case 1:
			n.secrets, n.secretSpans, n.platform = append(n.secrets, "passcode"), append(n.secretSpans, span), "zoom"
		case 3:
			n.secrets, n.secretSpans, n.kind = append(n.secrets, "host_key"), append(n.secretSpans, span), HostStart
		}
	}
	return n, true
}

// addressBefore: an IPv4 address ends at text[at].
func addressBefore(text []byte, at int) bool {
	i := at
	for i > 0 && at-i < 15 && (isDigit(text[i-1]) || text[i-1] == '.') {
		i--
	}
	parts := strings.Split(string(text[i:at]), ".")
	for _, part := range parts {
		if len(part) < 1 || len(part) > 3 {
			return false
		}
	}
	return len(parts) == 4
}

// parseZoomSIP reads the user of a SIP address at zoomcrc.com: "<number>.<passcode>.<layout>.<host key>", all but the number
// optional. digits is "" when the user is no number. secrets are names only.
func parseZoomSIP(user string) (digits string, secrets []string, hostKey bool) {
	fields := strings.SplitN(user, ".", 5)
	if !all(fields[0], isDigit) {
		return "", nil, false
	}
	if len(fields) > 1 && fields[1] != "" {
		secrets = append(secrets, "passcode")
	}
	if len(fields) > 3 && fields[3] != "" {
		secrets, hostKey = append(secrets, "host_key"), true
	}
	return fields[0], secrets, hostKey
}
