package extract

import (
	"bytes"
	"strings"
)

// worth is what the value of an attribute holds that may be of interest.
type worth struct {
	link     bool // two slashes, plain or escaped
	sign     bool // one of ":@%\&"
	path     bool // a dot and a slash
	name     bool // a dot between letters or digits, other than before the ending of a page's file
	digits   int
	digitRun int // the longest
}

// worthOf looks at each byte once.
func worthOf(value []byte) (w worth) {
	run, slash, dot := 0, false, false
	for i, c := range value {
		if c >= '0' && c <= '9' {
			w.digits++
			run++
			w.digitRun = max(w.digitRun, run)
			continue
		}
		run = 0
		switch c {
		case '/':
			slash = true
			if i > 0 && value[i-1] == '/' {
				w.link = true
			}
		case '\\':
			w.sign, w.link = true, true
		case '.':
			dot = true
			w.name = w.name || namesHost(value, i)
		case '%':
			w.sign = true
			if i+1 < len(value) && value[i+1] == '2' {
				w.link = true
			}
		case ':', '@', '&':
			w.sign = true
		}
	}
	w.path = slash && dot
	return w
}

// namesHost: the dot at i is none of "../" or of "page.html".
func namesHost(value []byte, i int) bool {
	if i == 0 || i+1 >= len(value) || !isWordByte(value[i-1]) || !isWordByte(value[i+1]) {
		return false
	}
	end := i + 1
	for end < len(value) && end-i <= 6 && isWordByte(value[end]) {
		end++
	}
	if end < len(value) && value[end] != '#' && value[end] != '?' {
		return true
	}
	switch string(value[i+1 : end]) {
	case "html", "htm", "xhtml", "php", "asp", "aspx", "jsp", "css", "js", "mjs", "png", "jpg", "jpeg", "gif", "svg", "ico", "webp",
		"woff", "woff2", "ttf", "pdf", "xml", "json", "txt":
		return false
	}
	return true
}

func isWordByte(c byte) bool { return isHTMLLetter(c) || c >= '0' && c <= '9' || c >= 0x80 }

// fewDigits: as many digits hold no number of a meeting.
const fewDigits = 6

// ofURL: the address may be that of a meeting. Not: a page of the same site, a place on the page.
func (w worth) ofURL(value []byte) bool {
	if value[0] == '#' {
		return w.link || w.path || w.sign || w.digits >= fewDigits
	}
	return w.link || w.sign || w.name || w.digits >= fewDigits
}

// ofText: the value may hold something.
func (w worth) ofText() bool { return w.link || w.sign || w.name || w.path || w.digits >= fewDigits }

// ofForm: so may the value of an attribute that holds names, sizes, colours.
func (w worth) ofForm() bool { return w.link || w.path || w.digitRun >= 9 }

// tellsSecret: the attribute's name says that its value is one.
func tellsSecret(name []byte) bool {
	for _, word := range [...]string{"pass", "pwd", "code", "pin", "secret", "meet", "zoom"} {
		if containsFold(name, word) {
			return true
		}
	}
	return false
}

// containsFold looks for a word in lower case in a short text.
func containsFold(text []byte, word string) bool {
	for i := 0; i+len(word) <= len(text); i++ {
		if text[i]|0x20 == word[0] && strings.EqualFold(string(text[i:i+len(word)]), word) {
			return true
		}
	}
	return false
}

// isImageData: a data: URL that holds no text.
func isImageData(value []byte) bool {
	if !hasPrefixFold(value, "data:") {
		return false
	}
	media := value[len("data:"):min(len(value), 100)]
	comma := bytes.IndexByte(media, ',')
	if comma < 0 || !bytes.HasSuffix(media[:comma], []byte("base64")) {
		return false
	}
	if bytes.ContainsAny(value[len("data:")+comma:], ":.%\\ ") { // it is not what it says
		return false
	}
	return hasPrefixFold(media, "image/") || hasPrefixFold(media, "font/") || hasPrefixFold(media, "application/font") ||
		hasPrefixFold(media, "audio/") || hasPrefixFold(media, "video/")
}

// isMoment: a date or a time as machines write it (2026-12-01, 2026-12-01T10:00Z), by its first bytes.
func isMoment(value []byte) bool {
	if len(value) < len("2026-12-01") || len(value) > 40 {
		return false
	}
	for i, c := range value {
		digit := c >= '0' && c <= '9'
		switch {
		case i < 4 && !digit:
			return false
		case !digit && strings.IndexByte("-+:.TtZz ", c) < 0:
			return false
		}
	}
	return true
}
