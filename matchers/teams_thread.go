package matchers

import (
	"encoding/base64"
	"errors"
	"strings"
)

// A Teams meeting lives in a chat thread. Its name is "19:meeting_" and 48 characters, the base64 of a guid, and
// "@thread.v2" ("@thread.skype" in 2018). A channel's thread has no "meeting_" and ends in "@thread.tacv2". Options pages write
// "19_" for "19:", and conference addresses "-thread.v2" for "@thread.v2".

const meetingPayload = 48

// findThread finds the first thread in a text whose percent layers are taken off, and what stands behind it. The error
// says whether what looks like one is cut off or made up.
func findThread(s string) (thread, rest string, err error) {
	err = Incomplete
	for at, tries := 0, 0; tries < 16; {
		i := strings.Index(s[at:], "19")
		if i < 0 || at+i+3 > len(s) {
			return "", "", err
		}
		at += i + 2
		if s[at] != ':' && s[at] != '_' {
			continue
		}
		tries++
		thread, rest, found := readThread(strings.TrimPrefix(s[at+1:], ":")) // samples of the Graph API have two colons
		if found == nil {
			return thread, rest, nil
		}
		if errors.Is(found, Placeholder) {
			err = Placeholder
		}
	}
	return "", "", err
}

// readThread reads a thread from behind its "19:".
func readThread(s string) (thread, rest string, err error) {
	const prefix = "meeting_"
	if len(s) < len(prefix) || lowerASCII(s[:len(prefix)]) != prefix {
		return readChannel(s)
	}
	payload := leading(s[len(prefix):], isB64u)
	if len(payload) < meetingPayload {
		if placeholderWord(payload) || placeholderToken(payload) {
			return "", "", Placeholder
		}
		return "", "", Incomplete
	}
	payload = payload[:meetingPayload]
	suffix, rest := threadSuffix(s[len(prefix)+meetingPayload:])
	switch guid, err := base64.StdEncoding.DecodeString(payload); {
	case err == nil && isGUID(string(guid)):
		if placeholderGUID(string(guid)) {
			return "", "", Placeholder
		}
	case suffix == "" || longestRun(payload) >= 5 || guidBytes(guid) >= 18 || distinct(payload) < 14 || placeholderToken(payload):
		return "", "", Placeholder
	}
	if suffix != "@thread.skype" {
		suffix = "@thread.v2"
	}
	return "19:" + prefix + payload + suffix, rest, nil
}

// guidBytes counts the bytes that guids consist of. Half of them in a payload that is none: somebody altered a guid's.
func guidBytes(decoded []byte) int {
	n := 0
	for _, c := range decoded {
		if isHex(c) || c == '-' {
			n++
		}
	}
	return n
}

// readChannel reads a channel's or a chat's thread: 32 hexadecimal digits, 43 or 44 base64url characters, or two guids.
func readChannel(s string) (thread, rest string, err error) {
	name := leading(s, isB64u)
	suffix, rest := threadSuffix(s[len(name):])
	if suffix == "" || s[len(name)] != '@' {
		return "", "", Incomplete
	}
	first, second, two := strings.Cut(name, "_")
	switch n := len(name); {
	case n == 32 || n >= 42 && n <= 46 || two && isGUID(first) && isGUID(second):
	default:
		return "", "", Incomplete
	}
	if distinct(name) < 6 || longestRun(name) >= 6 || placeholderToken(name) {
		return "", "", Placeholder
	}
	return "19:" + name + suffix, rest, nil
}

// threadSuffix reads "@thread.v2" and its like; "" when there is none.
func threadSuffix(s string) (suffix, rest string) {
	if s == "" || s[0] != '@' && s[0] != '-' && s[0] != '_' {
		return "", s
	}
	lower := lowerASCII(s[1:min(len(s), 20)])
	for _, form := range [...]string{"thread.v2", "thread.tacv2", "thread.skype", "unq.gbl.spaces"} {
		if strings.HasPrefix(lower, form) {
			return "@" + form, s[1+len(form):]
		}
	}
	return "", s
}

// longestRun is the length of the longest stretch of one byte.
func longestRun(s string) int {
	longest, run := 0, 0
	for i := range len(s) {
		if i > 0 && s[i] == s[i-1] {
			run++
		} else {
			run = 1
		}
		longest = max(longest, run)
	}
	return longest
}

// decodeLayers takes percent layers off until nothing changes, at most four, and undoes HTML's quotes and ampersands. Only for
// text in which ids are looked for: a secret would be spoiled.
func decodeLayers(s string) string {
	for range 4 {
		decoded := percentDecode(s)
		if decoded == s {
			break
		}
		s = decoded
	}
	if strings.Contains(s, "&") {
		s = strings.NewReplacer("&quot;", "\"", "&#34;", "\"", "&amp;", "&").Replace(s)
	}
	return s
}

// guidAfter returns the guid that follows one of the keys as its value, in whatever quotes, lower case; "" when there is
// none or it is a placeholder. Keys are lower case. Three letters long, a key must not be the end of a word.
func guidAfter(s string, keys ...string) string {
	lower := lowerASCII(s)
	for _, key := range keys {
		for at := 0; ; {
			i := strings.Index(lower[at:], key)
			if i < 0 {
				break
			}
			start := at + i
			at = start + len(key)
			if len(key) == 3 && start > 0 && isAlpha(lower[start-1]) {
				continue
			}
			value := strings.TrimLeft(lower[at:min(len(lower), at+48)], "\"' :=\\")
			if id, _ := cutGUID(value); id != "" && len(lower[at:])-len(value) > 0 && !sampleTenant(id) {
				return id
			}
		}
	}
	return ""
}

// cutGUID cuts a guid off the start of s, lower case; "" when there is none.
func cutGUID(s string) (guid, rest string) {
	if len(s) < 36 || !isGUID(s[:36]) {
		return "", s
	}
	return lowerASCII(s[:36]), s[36:]
}

// sampleTenant reports tenants that name nobody. It believes more than placeholderGUID does: a registered tenant must match,
// however it looks.
func sampleTenant(s string) bool {
	return distinct(strings.ReplaceAll(s, "-", "")) <= 2 || strings.HasPrefix(s, "12345678-1234-")
}

// placeholderGUID reports guids that people make up: few different digits, groups of one digit, runs, three groups that count
// (abc12ab1-abc1-1234-…).
func placeholderGUID(s string) bool {
	s = lowerASCII(s)
	if distinct(s) <= 5 || strings.HasPrefix(s, "12345678-") || strings.HasPrefix(s, "01234567-") || strings.HasPrefix(s, "abcdef") {
		return true
	}
	if commonest(s) >= 14 {
		return true
	}
	plain, counted := 0, 0
	for group := range strings.SplitSeq(s, "-") {
		if distinct(group) == 1 {
			plain++
		}
		if ascends(group, 3) {
			counted++
		}
	}
	return plain >= 4 || counted >= 3
}

// commonest is how often the commonest byte occurs.
func commonest(s string) int {
	var counts [256]int
	most := 0
	for i := range len(s) {
		counts[s[i]]++
		most = max(most, counts[s[i]])
	}
	return most
}

// contextTail is what belongs to a link's context although the link ended before it: raw JSON behind "context=", or the
// following lines of a folded link, at most three.
func contextTail(tail string) string {
	if strings.HasPrefix(tail, "{") {
		end := strings.IndexByte(tail, '}')
		if end < 0 || end > 400 {
			end = min(len(tail), 400)
		}
		return tail[:end]
	}
	var out strings.Builder
	for range 3 {
		rest := unfoldOnce(tail)
		if rest == tail {
			break
		}
		n := strings.IndexAny(rest, " \t\r\n\"'<>")
		if n < 0 {
			n = len(rest)
		}
		if strings.Contains(rest[:n], "://") {
			break
		}
		out.WriteString(rest[:n])
		tail = rest[n:]
	}
	return out.String()
}

// unfoldOnce takes a line break with the fold or quote marks behind it off the start of s.
func unfoldOnce(s string) string {
	if s != "" && (s[0] == '\'' || s[0] == '"' || s[0] == '\\') {
		return unfoldLiteral(s)
	}
	rest := strings.TrimPrefix(s, "=")
	rest = strings.TrimPrefix(rest, "\r")
	if !strings.HasPrefix(rest, "\n") {
		return s
	}
	rest = rest[1:]
	i := 0
	for i < len(rest) && i < 24 && strings.IndexByte(" \t>/*#", rest[i]) >= 0 {
		i++
	}
	return rest[i:]
}

// unfoldLiteral takes a fold in source code off the start of s: the escapes of a line break and a blank, or the end of one
// string literal and the beginning of the next on another line, with the blank that marks the fold.
func unfoldLiteral(s string) string {
	i, broken := 0, false
	for i < len(s) && i < 48 {
		switch {
		case strings.HasPrefix(s[i:], `\r`), strings.HasPrefix(s[i:], `\n`):
			broken = true
			i += 2
			continue
		case s[i] == '\n':
			broken = true
		case strings.IndexByte("'\" \t\r.+,", s[i]) < 0:
			if broken && s[i-1] == ' ' {
				return s[i:]
			}
			return s
		}
		i++
	}
	return s
}

// unfoldAll takes line breaks and fold marks out of a short text.
func unfoldAll(s string) string {
	var out strings.Builder
	for s != "" {
		if rest := unfoldOnce(s); rest != s {
			s = rest
			continue
		}
		out.WriteByte(s[0])
		s = s[1:]
	}
	return out.String()
}

// bareTeams reads a thread that stands outside a link: in calendar properties (X-MICROSOFT-SKYPETEAMSPROPERTIES has it as
// "cid", the scheduling address and the conference address carry it), in the JSON of an online meeting, or behind the path of a
// join link that is broken before it. A thread without such company is a chat's name and no way into a meeting.
func bareTeams(text []byte, at int) (Link, Span, error) {
	before := unfoldAll(lowerASCII(string(text[max(0, at-200):at])))
	raw := string(text[at:min(len(text), at+700)])
	window := decodeLayers(unfoldAll(raw))
	kind, ok := threadCompany(decodeLayers(before))
	if !ok && !joinsBehind(window) {
		return Link{}, Span{}, NotAMeeting
	}
	if !strings.HasPrefix(window, "19") {
		return Link{}, Span{}, Incomplete
	}
	thread, rest, err := readThread(window[min(len(window), 3):])
	if err != nil {
		return Link{}, Span{}, err
	}
	if !ok {
		kind = Meeting
	}
	l := Link{Kind: kind, Class: JoinWithSecret, Space: "thread", ID: thread}
	near := rest[:min(len(rest), 320)]
	if i := strings.Index(near, "://"); i >= 0 {
		near = near[:i]
	}
	l.Org, l.Owner = guidAfter(near, "tid", "tenantid"), guidAfter(near, "oid", "organizerid")
	if l.Org == "" {
		l.Org, l.Owner = ownersBefore(decodeLayers(before))
	}
	return l, Span{at, at + threadLength(raw)}, nil
}

// joinsBehind: behind the thread a join link goes on, whose beginning was cut away.
func joinsBehind(window string) bool {
	i := strings.Index(window[:min(len(window), 96)], "@thread.")
	return i >= 0 && strings.Contains(window[i:min(len(window), i+40)], "/0?context=")
}

// threadCompany says what a thread is by the text directly before it, which is in lower case.
func threadCompany(before string) (Kind, bool) {
	if near := before[max(0, len(before)-40):]; strings.Contains(near, "meetup-join/") || strings.Contains(near, "pre-join-calling/") ||
		strings.HasSuffix(near, "teams:2:0!") {
		return Meeting, true
	}
	key := strings.TrimRight(before, "\"'`* :=\\")
	switch {
	case strings.HasSuffix(key, "cid") && key != before && !strings.HasSuffix(key, "acid"):
		return Meeting, true
	case strings.HasSuffix(key, "threadid"), strings.HasSuffix(key, "thread_id"), strings.HasSuffix(key, "thread id"):
		if i := strings.LastIndex(before, "meetingoptions"); i >= 0 {
			return OptionsPage, key != before
		}
		return Meeting, key != before
	}
	segments := strings.Split(before, "/")
	n := len(segments)
	return Meeting, n >= 4 && segments[n-1] == "" && isGUID(segments[n-2]) && isGUID(segments[n-3]) && segments[n-4] == "teams"
}

// ownersBefore reads tenant and organiser from the text before a thread: parameters, or the two segments of a scheduling
// address.
func ownersBefore(before string) (tenant, organiser string) {
	segments := strings.Split(before, "/")
	if n := len(segments); n >= 4 && segments[n-1] == "" && isGUID(segments[n-2]) && isGUID(segments[n-3]) {
		return segments[n-3], segments[n-2]
	}
	if i := strings.LastIndex(before, "meetingoptions"); i >= 0 {
		return guidAfter(before[i:], "tenantid"), guidAfter(before[i:], "organizerid")
	}
	return "", ""
}

// threadLength is how much of the raw text a thread takes: to the end of its suffix, else as much as it has at least.
func threadLength(raw string) int {
	end := min(len(raw), len("19:meeting_")+meetingPayload)
	if i := strings.Index(lowerASCII(raw[:min(len(raw), 160)]), "thread."); i >= 0 {
		i += len("thread.")
		return i + len(leading(raw[i:], isAlnum))
	}
	return end
}
