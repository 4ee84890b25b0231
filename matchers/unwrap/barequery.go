package unwrap

// bareQuery reads the redirectors whose whole query is the target, without a name.
func bareQuery() Wrapper {
	hosts := []string{"href.li", "anonym.to", "nullrefer.com", "deviantart.com"}
	docs := "seen in public pages"
	return on("redirector", hosts, docs, func(a address) (Layer, bool) {
		outgoing := a.at("/users/outgoing")
		if a.under([]string{"deviantart.com"}) != outgoing {
			return Layer{}, false
		}
		if _, plain := cutScheme(a.tail); plain && !encoded(a.tail) {
			return to(a.tail), true
		}
		return to(unescape(a.tail)), true
	})
}
