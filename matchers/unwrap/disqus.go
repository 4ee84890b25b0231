package unwrap

import "strings"

// disqus reads the redirect of Disqus comments: to `url` a colon and a signature of 27 characters is appended.
func disqus() Wrapper {
	docs := "seen in public pages"
	return on("disqus", []string{"disq.us"}, docs, func(a address) (Layer, bool) {
		if !a.at("/url") && a.path != "/" && a.path != "" {
			return opaque(""), true
		}
		const signature = 27
		target := a.target([]string{"url"}, []string{"cuid", "imp", "forum", "thread"})
		if at := len(target) - signature - 1; at > 0 && target[at] == ':' && !strings.Contains(target[at:], "/") {
			target = target[:at]
		}
		return to(target), true
	})
}
