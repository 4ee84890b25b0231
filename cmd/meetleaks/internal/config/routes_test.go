package config

import (
	"strings"
	"testing"
)

const routed = `
organisations:
  - name: acme
    domains: [acme.example]
    routes:
      - {page: "https://www.acme.example/board/*", to: ["slack:C0BOARDSEC", siem]}
      - {pattern: "zoom:84930275116", to: ["mail:board@lists.acme.example"]}
      - {platform: zoom, class: A, to: ["webhook:soc", "siem:1"]}
      - {to: ["webhook:soc"]}
channels:
  slack: {token_file: slack}
  mail: {url_file: smtp}
  webhook: [{name: soc, url_file: url, secret_file: secret}]
  siem: [{format: ocsf, to: "file:/var/log/a.jsonl"}, {format: ocsf, to: "syslog+tls://logs.acme.example:6514"}]
`

func TestRoutesLoad(t *testing.T) {
	routes := parse(t, routed).Organisations[0].Routes
	if len(routes) != 4 || routes[0].To[1] != "siem" || routes[1].Pattern.Clear() != "zoom:84930275116" || routes[2].Class != "A" {
		t.Errorf("%+v", routes)
	}
}

// Each mistake in a route is told with its line.
func TestMistakesInRoutes(t *testing.T) {
	for change, want := range map[string]string{
		`"slack:C0BOARDSEC"|"slack:U0JDOE"`:                                                  `m.yaml:6: organisations[0].routes[0].to[0]: want a Slack id`,
		`slack: {token_file: slack}|slack: {}`:                                               `m.yaml:6: organisations[0].routes[0].to[0]: needs channels.slack`,
		`page: "https://www|page: "https://*`:                                                `m.yaml:6: organisations[0].routes[0].page: `,
		`zoom:84930275116|nosuch:84930275116`:                                                `m.yaml:7: organisations[0].routes[1].pattern: `,
		`board@lists.acme.example|board@globex.example`:                                      `m.yaml:7: organisations[0].routes[1].to[0]: lies under none`,
		`board@lists.acme.example|board`:                                                     `m.yaml:7: organisations[0].routes[1].to[0]: is no e-mail`,
		`mail: {url_file: smtp}|mail: {}`:                                                    `m.yaml:7: organisations[0].routes[1].to[0]: needs channels.mail`,
		`platform: zoom|platform: zoomm`:                                                     `m.yaml:8: organisations[0].routes[2].platform: is no platform`,
		`class: A|class: Z`:                                                                  `m.yaml:8: organisations[0].routes[2].class: want one of A`,
		`"siem:1"|"siem:2"`:                                                                  `m.yaml:8: organisations[0].routes[2].to[1]: is none of the 2`,
		`["webhook:soc", "siem:1"]|["webhook:soc", "webhook:soc"]`:                           `m.yaml:8: organisations[0].routes[2].to[1]: is `,
		`{to: ["webhook:soc"]}|{to: ["webhook:sock"]}`:                                       `m.yaml:9: organisations[0].routes[3].to[0]: is no name`,
		`{to: ["webhook:soc"]}|{to: ["carrier:pigeon"]}`:                                     `m.yaml:9: organisations[0].routes[3].to[0]: want slack:`,
		`{to: ["webhook:soc"]}|{platform: zoom}`:                                             `m.yaml:9: organisations[0].routes[3].to: is missing`,
		`{to: ["webhook:soc"]}|{to: [siem, "siem:0", "siem:1", "webhook:soc", "slack:C0X"]}`: `m.yaml:9: organisations[0].routes[3].to: are 5 rooms`,
		`platform: zoom, class: A, to|to`:                                                    `m.yaml:8: organisations[0].routes[2]: fits every leak`,
		`syslog+tls://logs|syslog://logs`:                                                    `m.yaml:14: channels.siem[1].to: want file:PATH`,
		`"file:/var/log/a.jsonl"|"file:/var/log/"`:                                           `m.yaml:14: channels.siem[0].to: want file:PATH`,
		`"file:/var/log/a.jsonl"|"file:/a", token_file: t`:                                   `m.yaml:14: channels.siem[0].token: is of no use`,
	} {
		old, new, _ := strings.Cut(change, "|")
		text := strings.Replace(routed, old, new, 1)
		if text == routed {
			t.Fatalf("%q is not there", old)
		}
		got := strings.Join(mistakes(t, text), "\n")
		if !strings.Contains(got, want) {
			t.Errorf("%s:\n%s\nwant %s", change, got, want)
		}
	}
}
