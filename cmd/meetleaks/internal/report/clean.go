package report

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"meetleaks/matchers"
)

// The bounds of a piece of text from outside, in bytes. Masking needs more of it than is shown: half of a number cannot be
// recognised.
const (
	maxShown = 4096
	maxRead  = 64 << 10
)

// clean makes text from outside fit to be shown: valid UTF-8 on one line, without terminal sequences, control
// characters and the marks that turn the direction of writing around or cannot be seen. What is cut off at maxShown
// leaves "…". Text that may hold links goes through maskPlace: a cut in the middle of one would make it unrecognisable.
func clean(s string) string {
	if plain(s) {
		return s
	}
	return shorten(tidy(s))
}

// tidy is clean without the cut: it reads maxRead bytes. Of longer texts of which next to nothing can be seen only "…" is
// left, because what stands at their end may be half of something.
func tidy(s string) string {
	if plain(s) {
		return s
	}
	more := len(s) > maxRead
	if more {
		s = s[:maxRead]
	}
	var b strings.Builder
	b.Grow(len(s))
	for s != "" {
		if n := escapeLen(s); n > 0 {
			s = s[n:]
			continue
		}
		r, n := utf8.DecodeRuneInString(s)
		s = s[n:]
		switch {
		case r == '\n' || r == '\r' || r == '\t' || r == '\u2028' || r == '\u2029':
			b.WriteByte(' ')
		case !hiddenRune(r):
			b.WriteRune(r) // a broken byte becomes U+FFFD
		}
	}
	if more && b.Len() <= 2*maxShown {
		return "…"
	}
	return b.String()
}

// shorten cuts s at maxShown, never within a character or something that is masked.
func shorten(s string) string {
	if len(s) <= maxShown {
		return s
	}
	end := maxShown
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	separator := func(r rune) bool { return r != '•' && !unicode.IsLetter(r) && !unicode.IsDigit(r) }
	first := max(strings.LastIndexFunc(s[:end], separator), 0)
	last := strings.IndexFunc(s[end:], separator)
	if last < 0 {
		last = len(s) - end
	}
	if strings.Contains(s[first:end+last], "•") {
		end = first
	}
	return s[:end] + "…"
}

// Clean is what the writers do with text from outside, for what is printed beside a report: one line of valid UTF-8 without
// terminal sequences and what cannot be seen, cut at 4,096 bytes. Links are not masked, see [MaskText].
func Clean(s string) string { return clean(s) }

// MaskText is Clean for text that may hold links: they are masked.
func MaskText(s string) string { return maskPlace(s) }

// MaskWhole is MaskText without the cut, for text in which something is still to be hidden: half of an id could not be
// recognised. It reads 64 KiB.
func MaskWhole(s string) string { return maskWhole(s) }

// plain says that s is short printable ASCII, which is nearly always so.
func plain(s string) bool {
	if len(s) > maxShown {
		return false
	}
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// hiddenRune says whether r acts on a terminal or a reader without being seen. The joiners U+200C and U+200D stay:
// Persian and Indian scripts and emoji need them.
func hiddenRune(r rune) bool {
	switch {
	case unicode.IsControl(r):
		return true
	case r == '\u200c' || r == '\u200d':
		return false
	case unicode.Is(unicode.Cf, r): // bidi marks and overrides, zero width space, BOM, tags, soft hyphen
		return true
	}
	return unicode.Is(unicode.Co, r) || unicode.Is(unicode.Noncharacter_Code_Point, r)
}

// escapeLen returns the length of the terminal sequence at the beginning of s, 0 when there is none. A sequence that
// carries text (titles, links) is taken as a whole when it ends within s; if not, only its introducer goes.
func escapeLen(s string) int {
	kind, n := introducer(s)
	switch kind {
	case '[':
		return n + parameterLen(s[n:])
	case ']', 'P', 'X', '^', '_':
		return n + stringLen(s[n:])
	}
	return n
}

// introducer recognises ESC followed by a byte, and the C1 control characters that mean the same.
func introducer(s string) (kind byte, n int) {
	if len(s) >= 2 && s[0] == 0x1b && s[1] >= '@' && s[1] <= '_' {
		return s[1], 2
	}
	if r, size := utf8.DecodeRuneInString(s); size == 2 && r >= 0x80 && r <= 0x9f {
		return byte(r - 0x40), size
	}
	return 0, 0
}

// parameterLen is the length of parameters and final byte of a control sequence, 0 when it is malformed.
func parameterLen(s string) int {
	for i := 0; i < len(s) && i < 64; i++ {
		if s[i] >= 0x40 && s[i] <= 0x7e {
			return i + 1
		}
		if s[i] < 0x20 || s[i] > 0x3f {
			return 0
		}
	}
	return 0
}

// stringLen is the length of a control string with its terminator (BEL or ESC \), 0 when it does not end.
func stringLen(s string) int {
	for i := 0; i < len(s) && i < 1024; i++ {
		switch {
		case s[i] == 0x07:
			return i + 1
		case s[i] == 0x1b && i+1 < len(s) && s[i+1] == '\\':
			return i + 2
		}
	}
	return 0
}

// maskPlace makes a place fit to be shown: it is cleaned, links in it are masked, then it is cut. Cleaning comes first,
// because a link that is broken up by characters that cannot be seen would not be recognised; and it comes again, because
// masking brings decoded text to light.
func maskPlace(s string) string { return clean(maskWhole(s)) }

func maskWhole(s string) string { return tidy(matchers.Mask(tidy(s))) }
