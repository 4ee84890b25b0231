package fetch

import (
	"net/http"
	"net/url"
	"testing"
)

func TestMovedToStopsAtTheFirstRedirectThatIsNotForGood(t *testing.T) {
	for _, c := range []struct {
		statuses []int // of the redirects, in order: they lead to /1, /2 and so on
		want     string
	}{
		{nil, ""},
		{[]int{301}, "/1"},
		{[]int{308, 301}, "/2"},
		{[]int{302}, ""},
		{[]int{302, 301}, ""},
		{[]int{301, 307, 301}, "/1"},
	} {
		req := &http.Request{URL: &url.URL{Path: "/0"}}
		for i, status := range c.statuses {
			answer := &http.Response{StatusCode: status, Request: req}
			req = &http.Request{URL: &url.URL{Path: "/" + string(rune('1'+i))}, Response: answer}
		}
		if got := movedTo(req); got != c.want {
			t.Errorf("after %v: %q, want %q", c.statuses, got, c.want)
		}
	}
}
