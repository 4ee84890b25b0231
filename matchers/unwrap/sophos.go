package unwrap

// sophos reads the links of Sophos Email: `u` is the target in base64, `d` its host; `t`, `h`, `i` and `s` name the
// recipient's organisation and mail.
func sophos() Wrapper {
	docs := "seen in public pages; https://docs.sophos.com (Time of Click URL Protection)"
	return on("sophos", []string{"protection.sophos.com"}, docs, func(a address) (Layer, bool) {
		value, _ := a.parameter("u")
		target, ok := decode64(unescape(until(value, "&#")))
		if !ok {
			return opaque(a.text("d")), true
		}
		return to(target), true
	})
}
