package unwrap

import "encoding/json"

// mandrill reads the click links of Mailchimp Transactional: `p` is JSON in base64 whose own `p` is JSON with the `url`,
// newer ones hold the `url` at once. The path ends with the target's host.
func mandrill() Wrapper {
	docs := "seen in public mail and code"
	return on("mandrill", []string{"mandrillapp.com"}, docs, func(a address) (Layer, bool) {
		if !a.at("/track/click") {
			return Layer{}, false
		}
		value, _ := a.parameter("p")
		target := mandrillTarget(unescape(until(value, "&#")))
		if target == "" {
			return opaque(a.segment(3)), true
		}
		return to(target), true
	})
}

func mandrillTarget(code string) string {
	target, within := jsonURL(code)
	if target == "" && within != "" {
		var v struct{ URL string }
		if json.Unmarshal([]byte(within), &v) == nil {
			target = v.URL
		}
	}
	return target
}

// jsonURL reads base64 around JSON, and of it what is called "url" and "p".
func jsonURL(code string) (target, within string) {
	text, ok := decode64(code)
	if !ok {
		return "", ""
	}
	var v struct{ URL, P string }
	if json.Unmarshal([]byte(text), &v) != nil {
		return "", ""
	}
	return v.URL, v.P
}
