package unwrap

import "strings"

// govDelivery reads the short links of GovDelivery, by which public bodies send their bulletins: /l/<token>, a JSON web
// token whose payload holds the `url`. Newer ones are of Amazon's kind, see awstrack.
func govDelivery() Wrapper {
	docs := "seen in public pages"
	return on("govdelivery", []string{"lnks.gd"}, docs, func(a address) (Layer, bool) {
		if !a.at("/l/") {
			return opaque(""), !a.bare()
		}
		_, payload, _ := strings.Cut(a.segment(1), ".")
		payload, _, _ = strings.Cut(payload, ".")
		target, _ := jsonURL(payload)
		return to(target), true
	})
}
