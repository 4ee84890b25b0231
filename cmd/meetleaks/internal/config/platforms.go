package config

import (
	"errors"
	"strings"
)

// Asks says whether the account can be asked about meetings; without it only what Zoom sends is taken.
func (z ZoomAccount) Asks() bool { return z.AccountID != "" }

// zoom checks an account. Whoever only wants Zoom's own alerts gives webhook_secret alone.
func (v *validator) zoom(path string, z *ZoomAccount) {
	if !v.given(path) {
		return
	}
	v.optional(path+".account_id", z.AccountID, checkToken)
	v.optional(path+".client_id", z.ClientID, checkToken)
	v.secretForm(path+".client_secret", z.ClientSecret, checkToken)
	v.secretForm(path+".webhook_secret", z.WebhookSecret, checkToken)
	web := func(text string) error { return checkURL(text, "https", "http") }
	v.optional(path+".api_url", z.APIURL, web)
	v.optional(path+".oauth_url", z.OAuthURL, web)
	asks := z.AccountID != "" || z.ClientID != "" || z.ClientSecret.IsSet() || z.APIURL != "" || z.OAuthURL != ""
	if !asks {
		if !z.WebhookSecret.IsSet() && len(v.problems.unknown[path]) == 0 {
			v.note(path, "says nothing: give account_id, client_id and client_secret_file, or webhook_secret_file alone")
		}
		return
	}
	for _, part := range []struct {
		name string
		set  bool
	}{{"account_id", z.AccountID != ""}, {"client_id", z.ClientID != ""}, {"client_secret", z.ClientSecret.IsSet()}} {
		if !part.set {
			v.missing(path+"."+part.name, "is missing: asking Zoom needs account_id, client_id and client_secret_file")
		}
	}
	if (z.APIURL == "") != (z.OAuthURL == "") {
		v.note(path, "api_url and oauth_url belong together: give both, or neither for zoom.us")
	}
}

// checkToken wants one word, as app pages show it. Its error does not repeat the text.
func checkToken(text string) error {
	if len(text) > 512 || strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return errors.New("want one word of letters, digits and signs, as the app's page shows it")
	}
	return nil
}
