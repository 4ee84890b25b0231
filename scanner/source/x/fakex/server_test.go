package fakex

import (
	"net/http/httptest"
	"strings"
	"testing"
)

// What X refuses, the stand-in refuses: else a client of it would be right here and wrong there.
func TestRequestsAreJudged(t *testing.T) {
	s := New(Options{Token: "t"})
	s.AddRule(`url:"acme.zoom.us"`, "")
	const search = "/2/tweets/search/recent?max_results=10&since_id=1990000000000000001&query="
	for name, test := range map[string]struct {
		method, target, token, body string
		status                      int
	}{
		"no token":          {"GET", "/2/tweets?ids=71", "", "", 401},
		"no such path":      {"GET", "/2/twits", "t", "", 404},
		"no such parameter": {"GET", "/2/tweets?ids=71&toot.fields=text", "t", "", 400},
		"no such field":     {"GET", "/2/tweets?ids=71&tweet.fields=note_post", "t", "", 400},
		"no such expansion": {"GET", "/2/tweets/search/stream?expansions=referenced_posts", "t", "", 400},
		"too small a page":  {"GET", "/2/tweets/search/recent?max_results=9&since_id=1990000000000000001&query=%22a%22", "t", "", 400},
		"too long a query":  {"GET", search + "%22" + strings.Repeat("a", 511) + "%22", "t", "", 400},
		"a broken query":    {"GET", search + "%22a%22%20%22", "t", "", 400},
		"too long ago":      {"GET", "/2/tweets/search/recent?max_results=10&since_id=71&query=%22a%22", "t", "", 400},
		"no change":         {"POST", "/2/tweets/search/stream/rules", "t", "{}", 400},
		"another key":       {"POST", "/2/tweets/search/stream/rules", "t", `{"add":[{"value":"\"a\"","name":"x"}]}`, 400},
		"well":              {"POST", "/2/tweets/search/stream/rules", "t", `{"add":[{"value":"\"a\"","tag":"x"}]}`, 200},
	} {
		r := httptest.NewRequestWithContext(t.Context(), test.method, test.target, strings.NewReader(test.body))
		r.Header.Set("Authorization", "Bearer "+test.token)
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code != test.status {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
}

func TestExpressions(t *testing.T) {
	for text, good := range map[string]bool{
		`"a"`: true, `(url:"a.b" OR "c d") -is:retweet`: true, `(url:"a.b"`: false, `"a" "b"`: false, `url:a`: false, `"a" OR `: false,
		`from:"a"`: false, `""`: false, `"a\"`: false,
	} {
		if _, err := parse(text); (err == nil) != good {
			t.Errorf("%s: %v", text, err)
		}
	}
	if !holds(tokens("https://acme.zoom.us/j/84930275116?pwd=x"), tokens("acme.zoom.us")) || holds(tokens("acmezoom.us"), tokens("acme.zoom.us")) {
		t.Error("tokens")
	}
}
