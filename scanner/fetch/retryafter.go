package fetch

import (
	"net/http"
	"strings"
	"time"
)

// MaxRetryAfter is the longest Retry-After that is believed.
const MaxRetryAfter = 24 * time.Hour

// ParseRetryAfter reads a Retry-After field (RFC 9110 section 10.2.3) in both forms, seconds and HTTP date. The result lies
// between 0 and MaxRetryAfter; what cannot be read, and what lies in the past, is 0.
func ParseRetryAfter(value string, now time.Time) time.Duration {
	value = strings.Trim(value, " \t")
	if value == "" || len(value) > 64 {
		return 0
	}
	if seconds, ok := parseSeconds(value); ok {
		return seconds
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	return min(max(at.Sub(now), 0), MaxRetryAfter)
}

// parseSeconds reads digits and nothing else, however many they are.
func parseSeconds(value string) (time.Duration, bool) {
	seconds := 0
	for i := range len(value) {
		c := value[i]
		if c < '0' || c > '9' {
			return 0, false
		}
		seconds = min(seconds*10+int(c-'0'), int(MaxRetryAfter/time.Second))
	}
	return time.Duration(seconds) * time.Second, true
}
