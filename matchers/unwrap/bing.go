package unwrap

import "strings"

// bing reads the result links of Bing's search: `u` is "a1" and the target in base64url.
func bing() Wrapper {
	docs := "seen in public pages"
	return on("bing", []string{"bing.com"}, docs, func(a address) (Layer, bool) {
		if !a.at("/ck/a") {
			return Layer{}, false
		}
		value, _ := a.parameter("u")
		code, ok := strings.CutPrefix(unescape(until(value, "&#")), "a1")
		if !ok {
			return opaque(""), true
		}
		target, _ := decode64(code)
		return to(target), true
	})
}
