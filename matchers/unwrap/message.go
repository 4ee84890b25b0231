package unwrap

import "strings"

// mailto reads links that open a new mail: subject and text. In them '+' is a plus (RFC 6068, section 5). The
// recipients are left behind.
func mailto() Wrapper {
	return onScheme("mailto", []string{"mailto"}, "RFC 6068", func(a address) (Layer, bool) {
		texts := a.literals("body", "subject", "location")
		return Layer{Texts: texts}, len(texts) > 0
	})
}

// sms reads links that open a new text message; some telephones write '&' for the '?'. The numbers are left behind.
func sms() Wrapper {
	return onScheme("sms", []string{"sms", "smsto"}, "RFC 5724", func(a address) (Layer, bool) {
		if a.tail == "" {
			_, a.tail, _ = strings.Cut(a.rest, "&")
		}
		texts := a.literals("body")
		return Layer{Texts: texts}, len(texts) > 0
	})
}

// messengerScheme reads the links that open a messenger on the device with a text: whatsapp://send?text=,
// tg://msg_url?url=&text=. Telephone numbers are left behind.
func messengerScheme() Wrapper {
	docs := "https://faq.whatsapp.com, https://core.telegram.org/api/links"
	return onScheme("messenger-share", []string{"whatsapp", "tg"}, docs, func(a address) (Layer, bool) {
		texts := a.texts("url", "text")
		return Layer{Texts: texts}, len(texts) > 0
	})
}

// literals returns the values of parameters in which '+' is no space.
func (a address) literals(names ...string) []string {
	var all []string
	for _, name := range names {
		if value, ok := a.parameter(name); ok {
			all = append(all, unescape(until(value, "&#")))
		}
	}
	return all
}
