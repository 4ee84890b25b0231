package config

import (
	"strings"
	"testing"
)

// TestShowHidesWhatURLsCarry holds that a token in a URL is shown nowhere, whatever the key is called.
func TestShowHidesWhatURLsCarry(t *testing.T) {
	text := `
store: "sqlite:/var/lib/m.db?_key=` + hidden + `"
console: {public_url: "https://m.acme.example/leaks?k=` + hidden + `&view=all"}
fetch: {contact: "https://acme.example/bot?token=` + hidden + `#` + hidden + `"}
organisations:
  - name: acme
    domains: [acme.example]
    patterns: [{page: "https://partner.example/acme/*?` + hidden + `"}]
sources:
  - {name: own, kind: feed, start: ["https://acme.example/feed?token=` + hidden + `;x=1", "https://acme.example/?"], api_url: "https://api.acme.example/v1?t=` + hidden + `"}
channels:
  siem: [{format: ocsf, to: "https://siem.acme.example/in?auth=` + hidden + `"}]
privacy: {purpose: "see https://u:` + hidden + `@acme.example/why?s=` + hidden + `"}
`
	out, err := parse(t, text).YAML()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(out), hidden) {
		t.Errorf("shown in clear:\n%s", out)
	}
	for _, want := range []string{
		"sqlite:/var/lib/m.db?_key=• #", "https://m.acme.example/leaks?k=•&view=• #", "https://acme.example/bot?token=•#• #",
		"https://partner.example/acme/*?• #", "https://acme.example/feed?token=•&x=•", "https://api.acme.example/v1?t=•",
		"https://siem.acme.example/in?auth=•", "see https://•@acme.example/why?s=•", "https://slack.com/api/ # default",
	} {
		if !strings.Contains(string(out), want) {
			t.Errorf("%s is missing in:\n%s", want, out)
		}
	}
}

// TestMistakesRepeatNoExpression: a number in an expression may be written so that nobody masks it.
func TestMistakesRepeatNoExpression(t *testing.T) {
	const head = "organisations: [{name: acme, domains: [acme.example], patterns: [{regexp: '"
	for text, want := range map[string]string{
		`acme\.zoom\.us/j/9841276(5302`:      "is no regular expression of RE2: missing closing )",
		`acme board 9841276[5-302`:           "is no regular expression of RE2: invalid character class range",
		`(?:9841276\d+)?meeting(?:9841276)?`: "the expression is too broad",
	} {
		got := strings.Join(mistakes(t, head+text+"'}]}]"), "\n")
		if !strings.Contains(got, want) || strings.Contains(got, "9841276") {
			t.Errorf("%s gives %s", text, got)
		}
	}
}
