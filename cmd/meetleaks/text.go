package main

import (
	"fmt"

	"meetleaks/cmd/meetleaks/internal/report"
)

// plain makes text from outside fit to be printed: on one line, without control sequences and characters that cannot be
// seen, links in it masked.
func plain(text string) string { return report.MaskText(text) }

// stripped is plain for text that is masked already.
func stripped(text string) string { return report.Clean(text) }

// count is "1 finding", "2 findings".
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
