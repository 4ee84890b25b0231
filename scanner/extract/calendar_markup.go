package extract

import (
	"bytes"
	"strings"
)

// isMarkup says that a value is HTML.
func isMarkup(l *contentLine, value []byte) bool {
	if bytes.IndexByte(value, '<') < 0 {
		return false
	}
	if strings.EqualFold(l.param("FMTTYPE"), "text/html") {
		return true
	}
	switch l.name {
	case "X-ALT-DESC", "DESCRIPTION", "COMMENT", "LOCATION", "STYLED-DESCRIPTION", "NOTE":
		return bytes.Contains(value, []byte("</")) || bytes.Contains(value, []byte("<br")) || bytes.Contains(value, []byte("<BR"))
	}
	return false
}

// asPage makes of the HTML m[from:] the text of the page.
func asPage(m *mapped, from int) *mapped {
	page := &view{}
	page.begin("", "", m.text[from:])
	page.html(m.text[from:], nil)
	out := &mapped{}
	for i, s := range page.spans {
		end := len(page.text)
		if i+1 < len(page.spans) {
			end = page.spans[i+1].text
		}
		text, at := page.text[s.text:end], min(from+s.source, len(m.text))
		same := 0 // what stands in the source; what the page puts between two texts follows
		for !s.decoded && same < len(text) && at+same < len(m.text) && text[same] == m.text[at+same] {
			same++
		}
		out.part(m, at, at+same)
		if same < len(text) {
			out.put(string(text[same:]), m.source(min(at+same, len(m.text)-1)))
		}
	}
	return out
}
