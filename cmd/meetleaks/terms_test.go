package main

import (
	"slices"
	"strings"
	"testing"

	"meetleaks/cmd/meetleaks/internal/config"
)

func TestQueriesHoldHostsSitesAndRooms(t *testing.T) {
	t.Parallel()
	const file = `
organisations:
  - name: acme
    domains: [acme.example]
    patterns:
      - {vanity: acme.zoom.us}
      - {webex_site: acme}
      - {workspace: acme}
      - {host: meet.acme.example}
      - {room: "zoom:my/jdoe"}
      - {meeting: "zoom:84930275116"}
      - {meeting: "https://acme.zoom.us/j/95301748226?pwd=Qm8sKd2LpX4nVt6y"}
      - {near: ["Acme Board"]}
      - {regexp: '(?i)acme[- ]town[- ]hall'}
`
	for _, numbers := range []bool{false, true} {
		text := file
		if numbers {
			text = strings.Replace(file, "    domains:", "    search_numbers: true\n    domains:", 1)
		}
		loaded, err := config.Parse("m.yaml", []byte(text), nil)
		if err != nil {
			t.Fatal(err)
		}
		got := termsOf(loaded.Organisations[0], []byte("0123456789abcdef"))
		want := []string{"acme.zoom.us", "acme.webex.com", "acme.slack.com", "join.slack.com/t/acme", "meet.acme.example", "zoom.us/my/jdoe"}
		if !slices.Equal(got.urls, want) {
			t.Errorf("urls %q, want %q", got.urls, want)
		}
		if numbers != slices.Equal(got.numbers, []string{"84930275116"}) {
			t.Errorf("search_numbers %v: %d numbers", numbers, len(got.numbers))
		}
		all := strings.Join(append(got.urls, append(got.numbers, got.tag)...), " ")
		for _, never := range []string{"Qm8sKd2", "Board", "town", "acme.example/"} {
			if strings.Contains(all, never) || strings.Contains(got.tag, "acme") {
				t.Errorf("a query would hold %q: %s", never, all)
			}
		}
	}
}
