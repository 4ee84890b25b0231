package matchers

import (
	"slices"
	"strings"
)

// dots stand for what is hidden; their number says nothing about the length.
const dots = "•••••"

// MaskedID shows as much of the id as safety rule 4 allows: of numbers of eleven digits or more three and three, of shorter
// ones the last three, of codes and rooms the first two characters, of ids that are themselves the key at most three.
func (l Link) MaskedID() string {
	switch {
	case l.idIsKey():
		return first(strings.TrimPrefix(l.ID, "19:meeting_"), 3) + dots
	case all(l.ID, isDigit):
		return maskDigits(l.ID)
	default:
		return first(l.ID, 2) + dots
	}
}

// idIsKey: whoever has the id gets in.
func (l Link) idIsKey() bool {
	switch l.Platform {
	case "discord", "whatsapp", "signal", "facetime":
		return true
	case "teams":
		return strings.Contains(l.ID, "@") || strings.HasPrefix(l.ID, "19:")
	}
	return l.Kind == GroupInvite || l.Kind == WorkspaceInvite
}

func maskDigits(s string) string {
	if len(s) >= 11 {
		return s[:3] + dots + s[len(s)-3:]
	}
	return dots + s[max(0, len(s)-3):]
}

// first returns at most n characters, and never more than half of a short id.
func first(s string, n int) string {
	r := []rune(s)
	return string(r[:min(n, len(r)/2)])
}

// MaskedURL shows the link with its id masked and its secrets named, not shown: "https://acme.zoom.us/j/981•••••210?pwd=•".
// "" when the link was no URL.
func (l Link) MaskedURL() string { return l.shownURL(l.MaskedID()) }

// RevealedURL shows the id. Secrets stay hidden, so the link does not admit.
func (l Link) RevealedURL() string { return l.shownURL(l.ID) }

func (l Link) shownURL(id string) string {
	if l.Host == "" {
		return ""
	}
	shown := "https://" + hideID(l.Host, l) + strings.ReplaceAll(l.Path, "{id}", id)
	for i, name := range l.Secrets {
		if i == 0 && !strings.Contains(l.Path, "?") {
			shown += "?" + name + "=•"
		} else {
			shown += "&" + name + "=•"
		}
	}
	return shown
}

// maskLoose shows a candidate that is no link: the host, and the words that links have in their paths. Everything else could
// be an id.
func maskLoose(s string) string {
	const words = " j my w s wc my rec share play join meet meeting meetings meetup-join register registration webinar invite invitation " +
		"room rooms b l dl launcher launcher.html call video voice lookup test pricing download signin login docs app apps start "
	u := parseURL(s)
	shown := u.Host
	for _, seg := range u.Segs()[:min(len(u.Segs()), 6)] {
		if !strings.Contains(words, " "+strings.ToLower(seg)+" ") {
			seg = first(seg, 2) + dots
		}
		shown += "/" + seg
	}
	if u.Query != "" {
		shown += "?•"
	}
	if u.Fragment != "" {
		shown += "#•"
	}
	return shown
}

// Mask hides every meeting link, number and passcode in a text that is about to be stored, logged or shown: a file name, a
// title, a URL, an error. Links become their masked form; nothing that Find finds stays readable. Text without links is
// returned as it is.
func Mask(text string) string {
	for range maxMaskRounds {
		if found := slices.Concat(named(text), spelt(text)); len(found) > 0 {
			text = maskRound(text, found)
			continue
		}
		shown := maskPacked(maskParameters(text))
		if shown == text {
			return text
		}
		text = shown // what stood before a link may have kept it from being seen
	}
	return dots // something keeps coming back: show nothing of it
}

// named is what Find finds in a text, and what it takes for a sample, drops or joins.
func named(text string) []Sighting {
	each := credulous().search()
	each.apart = true
	found := each.run([]byte(text), 0, len(text))
	each.end()
	return slices.Concat(found, Find([]byte(text)))
}

// maxMaskRounds bounds the rounds; a second one is needed when hiding one link uncovers another.
const maxMaskRounds = 4

type replacement struct {
	Span
	with string
}

func maskRound(text string, found []Sighting) string {
	var list []replacement
	for _, f := range found {
		shown := f.MaskedURL()
		if f.Kind == "" {
			shown = f.Path // a link shown cut off
		} else if shown == "" {
			shown = f.MaskedID()
		}
		list = append(list, replacement{Span{f.Start, f.End}, shown})
		for _, span := range f.Secret {
			list = append(list, replacement{span, "•"})
		}
	}
	for _, span := range announcedSecrets([]byte(text)) {
		list = append(list, replacement{span, "•"})
	}
	slices.SortStableFunc(list, func(a, b replacement) int { return a.Start - b.Start })
	var out strings.Builder
	done := 0
	for _, r := range list {
		if r.End <= done || r.End > len(text) {
			continue
		}
		if r.Start > done {
			out.WriteString(text[done:r.Start])
		}
		out.WriteString(r.with)
		done = r.End
	}
	out.WriteString(text[done:])
	masked := out.String()
	hidden := make(map[string]bool)
	for _, r := range list {
		value := text[max(0, min(r.Start, len(text))):min(r.End, len(text))]
		if r.with != "•" || len(value) < 6 || !strings.ContainsAny(value, "0123456789") || hidden[value] {
			continue // words are left where they stand again
		}
		if hidden[value] = true; len(hidden) > maxMaskedIDs {
			return dots
		}
		masked = strings.ReplaceAll(masked, value, "•")
	}
	for _, f := range found {
		ids := strings.Join(append([]string{f.ID}, f.Aliases...), " ")
		if hidden[ids] {
			continue
		}
		if hidden[ids] = true; len(hidden) > maxMaskedIDs {
			return dots
		}
		masked = f.hideIn(masked)
	}
	return masked
}

// spelt finds the meetings that a text names as addresses and names of files spell them: "Meeting%20ID%20864%201975%206010",
// "meeting-id-864-1975-6011-passcode-x". The places are those of the text as it stands.
func spelt(text string) []Sighting {
	const least = 9 // digits of a number
	digits := 0
	for i := range len(text) {
		if isDigit(text[i]) {
			digits++
		}
	}
	if digits < least || len(text) > maxSpelt || !strings.ContainsAny(text, "%+_-.") {
		return nil
	}
	plain, at := make([]byte, 0, len(text)), make([]int, 0, len(text)+1)
	for i := 0; i < len(text); {
		c, n := text[i], 1
		if w := escapeLen(text[i:]); w > 0 {
			c, n = unhex(text[i+w-2])<<4|unhex(text[i+w-1]), w
		}
		if c == '+' || c == '_' || c == '-' || c == '.' || c < ' ' {
			c = ' '
		}
		plain, at = append(plain, c), append(at, i)
		i += n
	}
	at = append(at, len(text))
	var found []Sighting
	for _, f := range Find(plain) {
		if f.Host != "" {
			continue // links are not spelt so
		}
		f.Start, f.End, f.Secret = at[f.Start], at[f.End], slices.Clone(f.Secret)
		for i, s := range f.Secret {
			f.Secret[i] = Span{at[s.Start], at[s.End]}
		}
		found = append(found, f)
	}
	return found
}

// maxSpelt bounds such texts, in bytes: addresses, titles and names are shorter.
const maxSpelt = 16 << 10

// escapeLen returns the length of the escape "%2D" at the start of a text, 0 when none stands there; "%252D" is one too.
func escapeLen(s string) int {
	if s[0] != '%' {
		return 0
	}
	n := 1
	for strings.HasPrefix(s[n:], "25") {
		n += len("25")
	}
	if len(s) >= n+2 && isHex(s[n]) && isHex(s[n+1]) {
		return n + 2
	}
	return 0
}

// announcedSecrets are all passcodes, PINs and host keys in a text with a meeting, whosever they may be: Find leaves those of accounts
// and of other meetings.
func announcedSecrets(text []byte) (spans []Span) {
	v := vicinity{table: hiddenLabels(), text: text}
	v.cover(0, len(text))
	for _, r := range v.remarks {
		spans = append(spans, r.value)
	}
	return spans
}

// maxMaskedIDs bounds the ids that are looked for again in a text; of one with more nothing is shown. Titles and names have few.
const maxMaskedIDs = 100

// maskParameters blanks the values of parameters that are secrets wherever they stand: a downloaded page is named
// "98…?pwd=…", without a host.
func maskParameters(text string) string {
	if !strings.Contains(text, "=") && !strings.Contains(text, "%3") {
		return text
	}
	lower := lowerASCII(text)
	var out strings.Builder
	done := 0
	for i := 0; i < len(text); i++ {
		start := parameterValue(lower, i)
		if start == 0 {
			continue
		}
		end := start
		for end < len(text) && (isB64u(text[end]) || text[end] == '.') {
			end++
		}
		if end > start {
			out.WriteString(text[done:start])
			out.WriteString("•")
			done, i = end, end-1
		}
	}
	if done == 0 {
		return text
	}
	return out.String() + text[done:]
}

// parameterValue returns where the value begins of a secret parameter whose name stands at i, 0 when none does.
func parameterValue(lower string, i int) int {
	for _, name := range [...]string{"pwd", "passcode", "password", "zak", "zpk", "tk", "jwt", "roomkey", "icstoken"} {
		if !strings.HasPrefix(lower[i:], name) {
			continue
		}
		rest := lower[i+len(name):]
		if strings.HasPrefix(rest, "%3d") {
			return i + len(name) + len("%3d")
		}
		if strings.HasPrefix(rest, "=") && (i == 0 || !isAlnum(lower[i-1])) {
			return i + len(name) + 1
		}
	}
	return 0
}

// maskPacked hides meeting links in base64, as addresses hand on where they lead: Find does not read them, but whoever has the address
// can.
func maskPacked(text string) string {
	var out strings.Builder
	done := 0
	for i := 0; i < len(text); i++ {
		skip := packedAt(text[i:])
		if skip < 0 {
			continue
		}
		end := i + packedLen(text[i:])
		plain, _ := decodeBase64(percentDecode(text[i+skip : end]))
		if len(named(plain)) > 0 || maskParameters(plain) != plain {
			out.WriteString(text[done:i])
			out.WriteString(dots)
			done = end
		}
		i = end - 1
	}
	if done == 0 {
		return text
	}
	return out.String() + text[done:]
}

// packedAt says where the first whole character of "http" in base64 lies at the start of a text, -1 when there is none. One or two
// bytes may stand before it in its group of three: {"url":"https://…"} in a token.
func packedAt(s string) int {
	for skip, starts := range [...][]string{{"aHR0c", "SFRUU", "SHR0c"}, {"odHRw"}, {"h0dHA", "h0dHB"}} {
		for _, start := range starts {
			if strings.HasPrefix(s, start) {
				return skip
			}
		}
	}
	return -1
}

// packedLen returns the length of the base64 at the start of a text, in which addresses may have escaped "+", "/" and "=". It ends where
// another address begins: of two with a slash between them the second does not lie in the groups of the first.
func packedLen(s string) int {
	n := 0
	for n < len(s) {
		if n > 0 && packedAt(s[n:]) >= 0 {
			return n
		}
		switch w := escapeLen(s[n:]); {
		case isBase64(s[n]) || s[n] == '=':
			n++
		case w > 0 && strings.IndexByte("+/=", unhex(s[n+w-2])<<4|unhex(s[n+w-1])) >= 0:
			n += w
		default:
			return n
		}
	}
	return n
}

// HideIn hides the link's id, and those of its aliases, where they stand by themselves in a text: a file named after the
// number, a title that repeats the code. Ids shorter than six characters are left: they are ordinary words. A passcode that is
// named behind a number is hidden with it: what the number is needs no label here.
func (l Link) HideIn(text string) string {
	if len(l.ID) >= 9 && all(l.ID, isDigit) {
		const label = "Zoom Meeting ID: "
		for i := 0; i < len(text); i++ {
			if isDigit(text[i]) && !insideNumber(text, i) && sameID(text[i:], l.ID) > 0 {
				text = text[:i] + strings.TrimPrefix(Mask(label+text[i:]), label)
				break
			}
		}
	}
	return l.hideIn(text)
}

func (l Link) hideIn(text string) string {
	text = hideID(text, l)
	for _, alias := range l.Aliases {
		if parts := strings.SplitN(alias, ":", 4); len(parts) == 4 {
			text = hideID(text, Link{Platform: parts[0], ID: parts[3], Kind: l.Kind})
		}
	}
	return text
}

// hideID compares letters and digits alone, without regard to case: "KFJ-WHRP-ZQA", "kfjwhrpzqa" and "987_4812_3771" are ids too.
func hideID(text string, l Link) string {
	if len(l.ID) < 6 || len(text) < 6 {
		return text
	}
	var out strings.Builder
	done := 0
	for i := 0; i < len(text); i++ {
		if insideNumber(text, i) {
			continue
		}
		if end := sameID(text[i:], l.ID); end > 0 {
			out.WriteString(text[done:i])
			out.WriteString(l.MaskedID())
			done = i + end
			i = done - 1
		}
	}
	if done == 0 {
		return text
	}
	return out.String() + text[done:]
}

// insideNumber says whether a digit stands before the one at i, other than the last of an escape ("%20864").
func insideNumber(text string, i int) bool {
	if i == 0 || !isDigit(text[i-1]) || !isDigit(text[i]) {
		return false
	}
	start := strings.LastIndexByte(text[:i], '%')
	return start < 0 || escapeLen(text[start:]) != i-start
}

// sameID returns the length of the id at the start of text, 0 when another text stands there. Punctuation is passed over on
// both sides, one character at a time.
func sameID(text, id string) int {
	i, n := 0, 0
	for {
		for n < len(id) && !isIDByte(id[n]) {
			n++
		}
		if n == len(id) {
			return i
		}
		if i < len(text) && i > 0 && !isIDByte(text[i]) {
			i += max(escapeLen(text[i:]), 1)
		}
		if i >= len(text) || lowerByte(text[i]) != lowerByte(id[n]) {
			return 0
		}
		i, n = i+1, n+1
	}
}

func isIDByte(c byte) bool { return isAlnum(c) || c >= 0x80 }
