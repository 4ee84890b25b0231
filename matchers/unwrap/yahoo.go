package unwrap

import "strings"

// yahoo reads the result links of Yahoo's search: a segment of the path is "RU=" and the encoded target.
func yahoo() Wrapper {
	docs := "seen in public pages"
	return on("yahoo", []string{"r.search.yahoo.com"}, docs, func(a address) (Layer, bool) {
		_, target, _ := strings.Cut(a.rest, "/RU=")
		if _, plain := cutScheme(target); plain {
			target, _, _ = strings.Cut(target, "/RK=")
			return to(target), true
		}
		return to(unescape(until(target, "/"))), true
	})
}
