package unwrap

import "strings"

// telegramWeb reads addresses of Telegram's web client that open a link of the app: it stands in the fragment, as
// #?tgaddr=, in older ones #/im?tgaddr=.
func telegramWeb() Wrapper {
	docs := "seen in public code"
	return on("telegram-web", []string{"web.telegram.org"}, docs, func(a address) (Layer, bool) {
		_, fragment, _ := strings.Cut(a.rest, "#")
		_, a.tail, _ = strings.Cut(fragment, "?")
		target := a.target([]string{"tgaddr"}, nil)
		return to(target), target != ""
	})
}
