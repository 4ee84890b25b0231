package notify

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// The bounds of Clean.
const (
	maxRead  = 16 << 10 // bytes looked at
	maxMarks = 4        // combining marks on one character
	maskedAt = 9        // digits in a row that are taken for a number nobody masked
)

// Clean makes a text inert, whatever shows it: one line of valid UTF-8 with no control, direction or invisible characters and
// no heaps of marks; no markup, mention, entity or link ("<!channel>", "@here", "`", "https://acme.example/x?pwd=…" come out as
// "‹!channel›", "(at)here", "'", "acme[.]example/x?…"); no number of nine digits or more in a row. It is cut at MaxText
// characters. It is the second net: callers mask ids and passcodes before. It takes time linear in the text, 16 KiB of which
// are read. Cleaning twice changes nothing.
func Clean(text string) string { return cleanTo(text, MaxText) }

// cleanTo is Clean with another cut.
func cleanTo(text string, limit int) string {
	more := len(text) > maxRead
	if more {
		text = text[:runeStart(text, maxRead)]
	}
	var tokens []string
	for _, token := range strings.Fields(visible(text)) {
		if token = blunt(token); token != "" {
			tokens = append(tokens, token)
		}
	}
	return cut(strings.Join(tokens, " "), limit, more)
}

// runeStart is the last place at or before i where a character begins.
func runeStart(s string, i int) int {
	for back := 0; i > 0 && back < utf8.UTFMax && !utf8.RuneStart(s[i]); back++ {
		i--
	}
	return i
}

// cut shortens s to limit characters, "…" included.
func cut(s string, limit int, more bool) string {
	count, end := 0, len(s)
	for i := range s {
		if count == limit-1 {
			end = i
		}
		count++
	}
	if count > limit || more && count == limit {
		s, more = s[:end], true
	}
	if more && !strings.HasSuffix(s, "…") {
		return strings.TrimRight(s, " ") + "…"
	}
	return s
}

// visible keeps what can be seen, and turns every white space into a blank.
func visible(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	marks, before := 0, ' '
	for _, r := range s { // a broken byte becomes U+FFFD
		switch {
		case unicode.IsSpace(r):
			r = ' '
		case unicode.Is(unicode.M, r):
			if marks++; marks > maxMarks {
				continue
			}
		case !shown(r, before):
			continue
		}
		if !unicode.Is(unicode.M, r) {
			marks = 0
		}
		b.WriteRune(r)
		before = r
	}
	return b.String()
}

// shown says whether r can be seen, or joins characters of scripts (and emoji) that need it.
func shown(r, before rune) bool {
	switch {
	case r == '\u200c' || r == '\u200d':
		return before > 0x2ff && before != '\u200c' && before != '\u200d'
	case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs, unicode.Noncharacter_Code_Point):
		return false
	case r == '\u115f' || r == '\u1160' || r == '\u3164' || r == '\uffa0' || r == '\u2800': // blanks that are letters
		return false
	}
	return true
}

// blunt takes the teeth out of one word.
func blunt(token string) string {
	token = plainMarks(token)
	token = dropQuery(dropScheme(token))
	return maskDigits(splitDots(token))
}

// plainMarks replaces what is markup somewhere by a look-alike that is not.
func plainMarks(token string) string {
	if !strings.ContainsAny(token, "<>`*~|@&/") {
		return token
	}
	var b strings.Builder
	slash := false
	for i, r := range token {
		if r == '/' && slash {
			continue // "//" makes a link of what stands before and after
		}
		slash = r == '/'
		switch r {
		case '<':
			b.WriteRune('‹')
		case '>':
			b.WriteRune('›')
		case '`':
			b.WriteByte('\'')
		case '*':
			b.WriteRune('∗')
		case '~':
			b.WriteRune('∼')
		case '|':
			b.WriteRune('¦')
		case '@':
			b.WriteString("(at)")
		case '&':
			b.WriteString(ampersand(token[i+1:]))
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// ampersand is "&", or its wide form where an entity could begin.
func ampersand(rest string) string {
	if strings.Contains(rest, ";") {
		return "＆"
	}
	return "&"
}

// dropScheme takes "https:/" out of a word: a run of slashes has become one before.
func dropScheme(token string) string {
	var b strings.Builder
	for {
		name, rest, ok := strings.Cut(token, ":/")
		if !ok {
			b.WriteString(token)
			return b.String()
		}
		if begin := lastLetters(name); isWebScheme(name[begin:]) {
			b.WriteString(name[:begin])
		} else {
			b.WriteString(name + ":/")
		}
		token = rest
	}
}

// lastLetters is where the letters begin with which s ends.
func lastLetters(s string) int {
	return len(strings.TrimRightFunc(s, func(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }))
}

func isWebScheme(name string) bool {
	return strings.EqualFold(name, "http") || strings.EqualFold(name, "https") || strings.EqualFold(name, "webcal")
}

// dropQuery cuts off what stands behind "?" or "#" when a value is given there: that is where links carry passcodes.
func dropQuery(token string) string {
	for _, mark := range [...]byte{'?', '#'} {
		if i := strings.IndexByte(token, mark); i >= 0 && strings.IndexByte(token[i:], '=') > 0 {
			token = token[:i+1] + "…"
		}
	}
	return token
}

// splitDots writes "acme.example" as "acme[.]example": a name with a dot in it becomes a link in many programs.
func splitDots(token string) string {
	if !strings.Contains(token, ".") {
		return token
	}
	var b strings.Builder
	before := ' '
	for i, r := range token {
		if r == '.' && unicode.In(before, unicode.L, unicode.Nd, unicode.M, unicode.So) && twoLetters(token[i+1:]) {
			b.WriteString("[.]")
		} else {
			b.WriteRune(r)
		}
		before = r
	}
	return b.String()
}

// twoLetters says whether s begins as the label of a host can: a letter, and one more character of a word.
func twoLetters(s string) bool {
	first, n := utf8.DecodeRuneInString(s)
	second, _ := utf8.DecodeRuneInString(s[n:])
	return unicode.IsLetter(first) && unicode.In(second, unicode.L, unicode.M, unicode.Nd)
}

// maskDigits shows only the last three of a run of maskedAt digits or more.
func maskDigits(token string) string {
	if len(token) < maskedAt {
		return token
	}
	runes := []rune(token)
	var out []rune
	for i := 0; i < len(runes); {
		end := i
		for end < len(runes) && unicode.IsDigit(runes[end]) {
			end++
		}
		switch {
		case end-i >= maskedAt:
			out = append(append(out, []rune("•••••")...), runes[end-3:end]...)
		case end > i:
			out = append(out, runes[i:end]...)
		default:
			end++
			out = append(out, runes[i])
		}
		i = end
	}
	return string(out)
}
