package unwrap

import "strings"

// mailjet reads the click links of Mailjet: the last segment of /lnk/<token>/<n>/<hash>/<target> is base64url.
func mailjet() Wrapper {
	docs := "seen in public mail"
	return on("mailjet", []string{"mjt.lu"}, docs, func(a address) (Layer, bool) {
		if !a.at("/lnk/") {
			return Layer{}, false
		}
		target, _ := decode64(a.path[strings.LastIndexByte(a.path, '/')+1:])
		if _, ok := cutScheme(target); !ok {
			return opaque(""), true
		}
		return to(target), true
	})
}
