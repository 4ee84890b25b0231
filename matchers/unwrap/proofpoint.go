package unwrap

import (
	"encoding/base64"
	"html"
	"strings"
	"unicode/utf8"
)

// proofpoint reads the three generations of Proofpoint's URL Defense. The other parameters and fields name customer
// and recipient and are left behind.
func proofpoint() Wrapper {
	hosts := []string{"urldefense.proofpoint.com", "urldefense.com", "urldefense.us"}
	docs := "Proofpoint's public decoding utility; v3 as found by running the rule on samples"
	return on("proofpoint", hosts, docs, func(a address) (Layer, bool) {
		switch {
		case a.at("/v1/"):
			return to(unescapeHTML(a.target([]string{"u"}, []string{"k", "r", "m", "s"}))), true
		case a.at("/v2/"):
			value, _ := a.parameter("u")
			return to(proofpointV2(until(value, "&#"))), true
		case a.at("/v3/"):
			return to(proofpointV3(a.rest[len("/v3/"):])), true
		}
		return Layer{}, false
	})
}

// proofpointV2 decodes the value of `u`: percent-encoding with '-' for '%' and '_' for '/', around HTML.
func proofpointV2(u string) string {
	return unescapeHTML(unescapeWith(strings.ReplaceAll(u, "_", "/"), "-%"))
}

// unescapeHTML undoes character references, but only those that end with a semicolon: browsers and this function leave
// "&copy=1" in a link alone, which [html.UnescapeString] does not.
func unescapeHTML(s string) string {
	const longest = len("&CounterClockwiseContourIntegral;")
	var b strings.Builder
	for {
		i := strings.IndexByte(s, '&')
		if i < 0 {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(s[:i])
		s = s[i:]
		window := s[:min(longest, len(s))]
		end := 1 + strings.IndexAny(window[1:], "&;")
		if end == 0 || window[end] == '&' {
			end = 0
		}
		b.WriteString(html.UnescapeString(s[:end+1]))
		s = s[end+1:]
	}
}

// proofpointV3 decodes what follows "/v3/": "__<url>__;<characters>!<customer>!<recipient>$", where each '*' in the URL
// stands for one of the characters, and "**<letter>" for a run of them. The end is often lost; without the characters the
// '*' stay.
func proofpointV3(s string) string {
	s, ok := strings.CutPrefix(s, "__")
	if !ok {
		return ""
	}
	u, characters := cutV3(s)
	return fillV3(unescape(restoreSlash(u)), decodeV3(characters))
}

// cutV3 parts the URL from the encoded characters. The URL may hold "__;" itself, so the first one counts that is
// followed by encoded characters and '!', else the first.
func cutV3(s string) (u, characters string) {
	const mark = "__;"
	fallback := -1
	for from := 0; ; {
		i := strings.Index(s[from:], mark)
		if i < 0 {
			break
		}
		i += from
		from = i + len(mark)
		run := from
		for run < len(s) && (indexV3(s[run]) >= 0 || s[run] == '=') {
			run++
		}
		if run < len(s) && s[run] == '!' {
			return s[:i], s[from:run]
		}
		if fallback < 0 {
			fallback = i
			characters = s[from:run]
		}
	}
	if fallback >= 0 {
		return s[:fallback], characters
	}
	return strings.TrimSuffix(s, "__"), ""
}

// decodeV3 reads the characters: UTF-8 in base64url, padding optional. What cannot be read gives none.
func decodeV3(s string) string {
	text, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(s, "="))
	if err != nil {
		return ""
	}
	return string(text)
}

// fillV3 puts the characters where the '*' are. When they run out, the rest stays as it is.
func fillV3(u, characters string) string {
	var b strings.Builder
	for {
		i := strings.IndexByte(u, '*')
		if i < 0 {
			break
		}
		count, width := 1, 1
		if strings.HasPrefix(u[i:], "**") && i+2 < len(u) {
			count, width = runV3(u[i+2]), 3
		}
		run, ok := prefix(characters, count)
		if !ok || count < 1 {
			break
		}
		b.WriteString(u[:i])
		b.WriteString(run)
		u, characters = u[i+width:], characters[len(run):]
	}
	b.WriteString(u)
	return b.String()
}

// prefix returns the first n characters of s.
func prefix(s string, n int) (string, bool) {
	size := 0
	for range n {
		if size == len(s) {
			return "", false
		}
		_, width := utf8.DecodeRuneInString(s[size:])
		size += width
	}
	return s[:size], true
}

// runV3 returns the length of the run that the letter behind "**" stands for, from 2, or 0 when it is none.
func runV3(letter byte) int {
	if i := indexV3(letter); i >= 0 {
		return i + 2
	}
	return 0
}

// indexV3 returns the place of c in the alphabet A-Z a-z 0-9 - _, or -1.
func indexV3(c byte) int {
	switch {
	case 'A' <= c && c <= 'Z':
		return int(c - 'A')
	case 'a' <= c && c <= 'z':
		return int(c-'a') + 26
	case '0' <= c && c <= '9':
		return int(c-'0') + 52
	case c == '-':
		return 62
	case c == '_':
		return 63
	}
	return -1
}
