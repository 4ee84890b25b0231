package main

import (
	"strings"
	"unicode"

	"meetleaks/matchers"
)

// plain makes text from outside fit to be printed: control sequences, invisible and direction-changing characters become
// "?", and a meeting link in it is masked.
func plain(text string) string {
	return matchers.Mask(stripped(text))
}

// stripped takes out what could move a cursor or change how the rest is read.
func stripped(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029' {
			return '?'
		}
		return r
	}, strings.ToValidUTF8(text, "?"))
}
