package unwrap

import "strings"

// dataURI reads documents that are carried in their own address, above all calendar files behind "add to calendar"
// buttons: data:text/calendar;charset=utf8,BEGIN:VCALENDAR%0A… Only text is read.
func dataURI() Wrapper {
	return onScheme("data", []string{"data"}, "RFC 2397", func(a address) (Layer, bool) {
		kind, content, ok := strings.Cut(a.rest, ",")
		kind = strings.ToLower(kind)
		if !ok || !strings.HasPrefix(kind, "text/") {
			return Layer{}, false
		}
		content = unescape(content)
		if strings.HasSuffix(kind, ";base64") {
			content, _ = decode64(content)
		}
		if strings.HasPrefix(kind, "text/calendar") {
			content = unfold(content)
		}
		return to(content), true
	})
}

// unfold joins the lines of an iCalendar file that were broken at 75 bytes and undoes the escapes of its texts (RFC 5545,
// sections 3.1 and 3.3.11).
func unfold(calendar string) string {
	lines := strings.NewReplacer("\r\n ", "", "\r\n\t", "", "\n ", "", "\n\t", "").Replace(calendar)
	return strings.NewReplacer(`\n`, "\n", `\N`, "\n", `\,`, ",", `\;`, ";", `\\`, `\`).Replace(lines)
}
