package unwrap

import "strings"

// checkPoint reads the links of Check Point Harmony Email and of Avanan, which it bought: /v2/___<url>___.<blob>, newer
// with a rule before it (/v2/r02/). The rules may scramble the letters of the URL; scrambled ones are opaque.
func checkPoint() Wrapper {
	hosts := []string{"protect.checkpoint.com", "url.avanan.click"}
	docs := "seen in public pages"
	return on("checkpoint", hosts, docs, func(a address) (Layer, bool) {
		if !a.at("/v2/", "/v1/") {
			return Layer{}, false
		}
		_, target, _ := strings.Cut(a.rest, "___")
		return to(checkPointTarget(target)), true
	})
}

// checkPointTarget cuts the blob off and judges whether the URL can be read.
func checkPointTarget(s string) string {
	if before, _, ok := strings.Cut(s, "___."); ok {
		s = before
	} else if before, _, ok := strings.Cut(s, "___"); ok {
		s = before
	}
	if !hasPrefixFold(s, "http") {
		return ""
	}
	if _, plain := cutScheme(s); !plain {
		s = unescape(s)
	}
	return restoreSlash(s)
}
