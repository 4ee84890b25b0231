package main

import (
	"fmt"
	"strings"

	"meetleaks/cmd/meetleaks/internal/report"
	"meetleaks/matchers"
)

// plain makes text from outside fit to be printed: on one line, without control sequences and characters that cannot be
// seen, links in it masked.
func plain(text string) string { return report.MaskText(text) }

// plainLines is plain for text of several lines. A file's name can have line breaks too, so that a link or an invitation goes
// over their ends: where it does, all becomes one line.
func plainLines(text string) []string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = report.Clean(lines[i])
	}
	whole := matchers.Mask(strings.Join(lines, " "))
	for i := range lines {
		lines[i] = plain(lines[i])
	}
	if whole != strings.Join(lines, " ") {
		return []string{whole}
	}
	return lines
}

// stripped is plain for text that is masked already.
func stripped(text string) string { return report.Clean(text) }

// count is "1 finding", "2 findings".
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
