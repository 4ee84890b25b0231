package pdf

import (
	"strconv"
	"strings"

	"golang.org/x/text/encoding/charmap"
)

// glyphs are the names of the glyphs that links and invitations are made of, as the Adobe Glyph List has them. Letters are
// named by themselves.
func glyphs() map[name]string {
	return map[name]string{
		"space": " ", "nbspace": " ", "exclam": "!", "quotedbl": `"`, "numbersign": "#", "dollar": "$", "percent": "%", "ampersand": "&",
		"quotesingle": "'", "quoteright": "’", "quoteleft": "‘", "parenleft": "(", "parenright": ")", "asterisk": "*",
		"plus": "+", "comma": ",", "hyphen": "-", "minus": "-", "sfthyphen": "\u00ad", "period": ".", "slash": "/",
		"zero": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9",
		"colon": ":", "semicolon": ";", "less": "<", "equal": "=", "greater": ">", "question": "?", "at": "@",
		"bracketleft": "[", "backslash": `\`, "bracketright": "]", "asciicircum": "^", "underscore": "_", "grave": "`",
		"braceleft": "{", "bar": "|", "braceright": "}", "asciitilde": "~",
		"quotedblleft": "“", "quotedblright": "”", "endash": "–", "emdash": "—", "bullet": "•", "ellipsis": "…",
		"fi": "fi", "fl": "fl", "ff": "ff", "ffi": "ffi", "ffl": "ffl",
		"adieresis": "ä", "odieresis": "ö", "udieresis": "ü", "Adieresis": "Ä", "Odieresis": "Ö", "Udieresis": "Ü", "germandbls": "ß",
		"eacute": "é", "egrave": "è", "ecircumflex": "ê", "edieresis": "ë", "agrave": "à", "aacute": "á", "acircumflex": "â", "atilde": "ã",
		"aring": "å", "ae": "æ", "ccedilla": "ç", "iacute": "í", "icircumflex": "î", "ntilde": "ñ", "oacute": "ó", "ocircumflex": "ô",
		"otilde": "õ", "oslash": "ø", "ugrave": "ù", "uacute": "ú", "ucircumflex": "û", "dotlessi": "ı",
	}
}

// letter is the text of a named glyph, "" when the name says nothing.
func letter(known map[name]string, n name) string {
	if s, ok := known[n]; ok {
		return s
	}
	s, _, _ := strings.Cut(string(n), ".") // "one.oldstyle"
	if s, ok := known[name(s)]; ok {
		return s
	}
	if len(s) == 1 {
		return s
	}
	if strings.Contains(s, "_") { // "f_i", a ligature
		var all string
		for part := range strings.SplitSeq(s, "_") {
			all += letter(known, name(part))
		}
		return all
	}
	for _, prefix := range []string{"uni", "u"} {
		if digits, ok := strings.CutPrefix(s, prefix); ok && len(digits) >= 4 && len(digits) <= 6 {
			if r, err := strconv.ParseUint(digits, 16, 21); err == nil {
				return string(rune(r))
			}
		}
	}
	return ""
}

// single is the text of a byte in one of the encodings of bytes.
func single(encoding name, c byte) string {
	if encoding == "MacRomanEncoding" {
		return string(charmap.Macintosh.DecodeByte(c))
	}
	return string(charmap.Windows1252.DecodeByte(c))
}

// unligature takes ligatures of Latin letters apart.
func unligature(s string) string {
	if !strings.Contains(s, "\uFB00"[:2]) {
		return s
	}
	return strings.NewReplacer("\uFB00", "ff", "\uFB01", "fi", "\uFB02", "fl", "\uFB03", "ffi", "\uFB04", "ffl", "\uFB05", "st", "\uFB06", "st").Replace(s)
}

// The widths of the bytes 32 to 126, in thousandths, of the fonts that files need not hold, as their metrics files have
// them. Bold and slanted ones differ little.
const (
	sansWidths = "278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 556 556 278 278 584 584 584 556 " +
		"1015 667 667 722 722 667 611 778 722 278 500 667 556 833 722 778 667 778 722 667 611 722 667 944 667 667 611 278 278 278 469 556 " +
		"333 556 556 500 556 556 278 556 556 222 222 500 222 833 556 556 556 556 333 500 278 556 500 722 500 500 500 334 260 334 584"
	serifWidths = "250 333 408 500 500 833 778 180 333 333 500 564 250 333 250 278 500 500 500 500 500 500 500 500 500 500 278 278 564 564 564 444 " +
		"921 722 667 667 722 611 556 722 722 333 389 722 611 889 722 722 556 722 667 556 611 722 722 944 722 722 611 333 278 333 469 500 " +
		"333 444 500 444 500 444 333 500 500 278 278 500 278 778 500 500 500 500 333 389 278 500 500 722 500 500 444 480 200 480 541"
)

// standardWidths are the widths of a font that has none of its own, by its name.
// They are rough for other fonts than these.
func standardWidths(base name) (widths map[int]float64, otherwise float64, rough bool) {
	table := ""
	switch {
	case strings.Contains(string(base), "Courier"):
		return nil, 600, false
	case strings.Contains(string(base), "Times"):
		table = serifWidths
	default:
		table = sansWidths
	}
	widths = map[int]float64{}
	code := 32
	for field := range strings.FieldsSeq(table) {
		w, _ := strconv.Atoi(field)
		widths[code] = float64(w)
		code++
	}
	return widths, 500, base != "Helvetica" && base != "Arial" && !strings.HasPrefix(string(base), "Times") || strings.Contains(string(base), "Bold")
}
