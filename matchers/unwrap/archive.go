package unwrap

import "strings"

// webArchive reads copies in the Internet Archive: /web/<time>/<url>, the URL as it is.
func webArchive() Wrapper {
	docs := "https://archive.org/help/wayback_api.php"
	return on("web-archive", []string{"web.archive.org", "wayback.archive.org"}, docs, func(a address) (Layer, bool) {
		rest, ok := strings.CutPrefix(a.rest, "/web/")
		if !ok {
			target := plainURL(a.rest)
			return to(target), a.at("/save/") && target != ""
		}
		_, target, _ := strings.Cut(rest, "/")
		return to(restoreSlash(target)), true
	})
}

// archiveToday reads the addresses of archive.today that hold the URL (/newest/<url>, /o/<code>/<url>, /<time>/<url>); its
// short codes are opaque.
func archiveToday() Wrapper {
	hosts := []string{"archive.today", "archive.ph", "archive.is", "archive.li", "archive.fo", "archive.md", "archive.vn"}
	docs := "seen in public pages"
	return on("archive-today", hosts, docs, func(a address) (Layer, bool) {
		if a.bare() {
			return Layer{}, false
		}
		return to(plainURL(a.rest)), true
	})
}

// plainURL returns the web address that stands unencoded at a segment of a path, up to the end.
func plainURL(path string) string {
	colon := strings.Index(path, ":/")
	if colon < 0 {
		return ""
	}
	target := path[strings.LastIndexByte(path[:colon], '/')+1:]
	if !hasPrefixFold(target, "http") {
		return ""
	}
	return restoreSlash(target)
}
