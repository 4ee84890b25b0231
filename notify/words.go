package notify

import (
	"strings"
	"unicode"
)

// MaxWords is how long a message about one leak may be. It is read on a phone, in a hurry.
const MaxWords = 60

// How many characters make a word where blanks do not: two of Chinese and Japanese writing, five of Thai, Lao, Khmer and
// Burmese, twenty of anything else without a blank in it.
const (
	idealsInWord  = 2
	unbrokenInSEA = 5
	lettersInWord = 20
)

// Words counts the words of a text as a reader would. A mark that stands alone ("·", "…") is none.
func Words(text string) int {
	total := 0
	for _, token := range strings.Fields(text) {
		total += tokenWords(token)
	}
	return total
}

func tokenWords(token string) int {
	var ideals, unbroken, letters, marks int
	for _, r := range token {
		switch {
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana):
			ideals++
		case unicode.In(r, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar):
			unbroken++
		case unicode.IsLetter(r), unicode.IsDigit(r), r == '•', unicode.Is(unicode.So, r):
			letters++
		default:
			marks++
		}
	}
	return ceil(ideals, idealsInWord) + ceil(unbroken, unbrokenInSEA) + ceil(letters, lettersInWord) + marks/lettersInWord
}

func ceil(n, by int) int { return (n + by - 1) / by }

// firstWords is the beginning of a text with limit words at most; what was cut off leaves "…".
func firstWords(text string, limit int) string {
	if Words(text) <= limit {
		return text
	}
	var kept []string
	for _, token := range strings.Fields(text) {
		n := tokenWords(token)
		if n > limit {
			if part := firstRunes(token, limit); part != "" {
				kept = append(kept, part)
			}
			break
		}
		limit -= n
		kept = append(kept, token)
	}
	if len(kept) == 0 {
		return ""
	}
	return strings.TrimRight(strings.Join(kept, " "), " .,;:…") + "…"
}

// firstRunes is the beginning of a word that counts for more than limit words.
func firstRunes(token string, limit int) string {
	if limit <= 0 {
		return ""
	}
	end := 0
	for i := range token {
		if tokenWords(token[:i]) > limit {
			break
		}
		end = i
	}
	return token[:end]
}
