package fetch

import (
	"net/http"
	"strings"
	"time"
)

// FreshFor is for how long an answer says that it is fresh (RFC 9111: max-age, less Age), at most MaxRetryAfter; 0 when it does not say,
// or says no-cache or no-store.
func FreshFor(header http.Header) time.Duration {
	fresh := time.Duration(0)
	for field := range strings.SplitSeq(strings.Join(header.Values("Cache-Control"), ","), ",") {
		name, value, _ := strings.Cut(strings.ToLower(strings.TrimSpace(field)), "=")
		switch name {
		case "no-cache", "no-store":
			return 0
		case "max-age":
			fresh, _ = parseSeconds(strings.Trim(value, `"`))
		}
	}
	age, _ := parseSeconds(strings.TrimSpace(header.Get("Age")))
	return max(fresh-age, 0)
}
