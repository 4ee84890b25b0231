package fetch

import (
	"net/http"
	"testing"
	"time"
)

func TestFreshFor(t *testing.T) {
	for name, c := range map[string]struct {
		control []string
		age     string
		want    time.Duration
	}{
		"nothing":              {nil, "", 0},
		"an age alone":         {nil, "60", 0},
		"max-age":              {[]string{"public, Max-Age=600"}, "", 10 * time.Minute},
		"quoted":               {[]string{`max-age="600"`}, "", 10 * time.Minute},
		"less the age":         {[]string{"max-age=600"}, " 60 ", 9 * time.Minute},
		"older than it may be": {[]string{"max-age=60"}, "600", 0},
		"in the second field":  {[]string{"public", "max-age=60"}, "", time.Minute},
		"no-cache behind it":   {[]string{"max-age=60", "no-cache"}, "", 0},
		"no-store before it":   {[]string{"no-store, max-age=60"}, "", 0},
		"for years":            {[]string{"max-age=99999999999"}, "", MaxRetryAfter},
		"no number":            {[]string{"max-age=-5, s-maxage=60"}, "", 0},
	} {
		h := http.Header{"Cache-Control": c.control}
		h.Set("Age", c.age)
		if got := FreshFor(h); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
