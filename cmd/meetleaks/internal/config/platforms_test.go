package config

import (
	"slices"
	"strings"
	"testing"
)

func zoomConfig(lines ...string) string {
	return "organisations:\n  - name: acme\n    domains: [acme.example]\n    platforms:\n      zoom: {" + strings.Join(lines, ", ") + "}\n"
}

func TestZoomAccounts(t *testing.T) {
	whole := []string{"account_id: AbC12", "client_id: Q3Xn8", "client_secret_file: s"}
	for _, test := range []struct {
		lines []string
		want  string // "" when it is right
	}{
		{whole, ""},
		{[]string{"webhook_secret_file: w"}, ""},
		{append(slices.Clone(whole), "webhook_secret: Wx7", "api_url: 'http://127.0.0.1:9000/v2'", "oauth_url: 'http://127.0.0.1:9000/oauth/token'"), ""},
		{nil, "says nothing: give account_id"},
		{[]string{"account_id: AbC12", "client_id: Q3Xn8"}, "zoom.client_secret: is missing"},
		{[]string{"client_secret: hush"}, "zoom.account_id: is missing"},
		{append(slices.Clone(whole), "api_url: 'https://api.zoomgov.com/v2'"), "belong together"},
		{append(slices.Clone(whole), "api_url: 'https://u:p@api.zoom.us/v2'", "oauth_url: 'https://zoom.us/oauth/token'"), "zoom.api_url: must not hold a user"},
		{[]string{"account_id: 'two words'", "client_id: Q3Xn8", "client_secret: 'hu sh'"}, "zoom.client_secret: want one word"},
		{append(slices.Clone(whole), "acount: x"), "zoom.acount"},
	} {
		text := zoomConfig(test.lines...)
		if test.want == "" {
			c := parse(t, text).Config
			if z := c.Organisations[0].Platforms.Zoom; z.Asks() != (len(test.lines) > 1) {
				t.Errorf("%s asks: %v", text, z.Asks())
			}
			continue
		}
		got := strings.Join(mistakes(t, text), "\n")
		if !strings.Contains(got, test.want) || strings.Contains(got, "hush") || strings.Contains(got, "hu sh") {
			t.Errorf("%s gives\n%s\nwant %s", text, got, test.want)
		}
	}
	out, err := parse(t, zoomConfig("webhook_secret: Wx7Kp", "account_id: AbC12", "client_id: Q", "client_secret: hush")).YAML()
	if err != nil || strings.Contains(string(out), "hush") || strings.Contains(string(out), "Wx7Kp") || !strings.Contains(string(out), "AbC12") {
		t.Errorf("%v\n%s", err, out)
	}
}
