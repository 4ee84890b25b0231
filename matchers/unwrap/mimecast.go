package unwrap

// mimecast knows Mimecast's links, old hosts and new. The target is kept at the gateway; only its host may be named.
func mimecast() Wrapper {
	docs := "https://community.mimecast.com (URL Protection)"
	return on("mimecast", []string{"mimecast.com", "mimecastprotect.com"}, docs, func(a address) (Layer, bool) {
		return opaque(a.text("domain")), a.at("/s/", "/r/")
	})
}

// inky knows the links of INKY, which also name the target's host and no more.
func inky() Wrapper {
	docs := "seen in public code"
	hosts := []string{"shared.outlook.inky.com", "protection.inkyphishfence.com"}
	return on("inky", hosts, docs, func(a address) (Layer, bool) {
		return opaque(a.text("domain")), true
	})
}
