package unwrap

import "strings"

// cisco reads the links of Cisco Secure Email: /1<token>/<url>, the URL percent-encoded. Older ones are a token only and
// opaque.
func cisco() Wrapper {
	docs := "seen in public mailing lists"
	return on("cisco", []string{"secure-web.cisco.com"}, docs, func(a address) (Layer, bool) {
		_, behind, _ := strings.Cut(strings.TrimPrefix(a.rest, "/"), "/")
		if _, raw := cutScheme(behind); raw {
			return to(behind), true
		}
		return to(unescape(behind[strings.LastIndexByte(behind, '/')+1:])), true
	})
}
