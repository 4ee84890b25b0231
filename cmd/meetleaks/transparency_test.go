package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"meetleaks/cmd/meetleaks/internal/config"
)

func TestTheTransparencyPageSaysWhatTheConfigurationSays(t *testing.T) {
	c := config.Default()
	c.Privacy = config.Privacy{Purpose: "Keeping <b>our</b> meetings ours", Authority: "dpo@acme.example", Contact: "privacy@acme.example"}
	h, err := beside(http.NotFoundHandler(), c)
	if err != nil {
		t.Fatal(err)
	}
	get := func(method, path string) *httptest.ResponseRecorder {
		answer := httptest.NewRecorder()
		h.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), method, path, nil))
		return answer
	}
	page := get(http.MethodGet, transparencyPath)
	for _, want := range []string{"Keeping &lt;b&gt;our", "dpo@acme.example", "privacy@acme.example", "7d after", "30d after", "90d", "400d"} {
		if page.Code != http.StatusOK || !strings.Contains(page.Body.String(), want) {
			t.Errorf("%d: no %q in %s", page.Code, want, page.Body)
		}
	}
	if policy := page.Header().Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") {
		t.Error(policy)
	}
	for method, path := range map[string]string{http.MethodPost: transparencyPath, http.MethodGet: "/", http.MethodHead: transparencyPath + "/x"} {
		if code := get(method, path).Code; code != http.StatusNotFound && code != http.StatusMethodNotAllowed {
			t.Errorf("%s %s: %d", method, path, code)
		}
	}
}
