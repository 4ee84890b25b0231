package pdf

import (
	"bytes"
	"strings"

	"meetleaks/matchers"
)

// A page breaks a long link anywhere, without a mark.

// maxWrapped bounds the lines of one link, and the links of one page.
const (
	maxWrapped = 12
	maxJoins   = 500
)

// joined returns the links of a page that are links only once the lines are put together.
func joined(page []byte) []string {
	var out []string
	rows := bytes.Split(page, []byte("\n"))
	for i := 0; i+1 < len(rows) && len(out) < maxJoins; i++ {
		start := lastWord(rows[i])
		if !strings.Contains(start, "/") && !strings.Contains(start, ".") {
			continue
		}
		if link := join(start, rows[i+1:]); link != "" {
			out = append(out, link)
		}
	}
	return out
}

// join adds lines to start until it is a link. It returns "" when it is one already, or never.
func join(start string, rows [][]byte) string {
	if len(start) > 2048 || len(matchers.Find([]byte(start))) > 0 {
		return ""
	}
	link := start
	for _, row := range rows[:min(len(rows), maxWrapped)] {
		word, more, _ := bytes.Cut(row, []byte(" "))
		if len(word) == 0 || len(word) > 2048 {
			return ""
		}
		link += string(word)
		if len(matchers.Find([]byte(link))) > 0 {
			return link
		}
		if len(more) > 0 {
			return ""
		}
	}
	return ""
}

func lastWord(row []byte) string {
	return string(row[bytes.LastIndexByte(row, ' ')+1:])
}
