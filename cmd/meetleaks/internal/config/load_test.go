package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
)

func parse(t *testing.T, text string, env ...string) *Loaded {
	t.Helper()
	loaded, err := Parse("conf/m.yaml", []byte(text), env)
	if err != nil {
		t.Fatalf("Parse: %v\n%s", err, text)
	}
	return loaded
}

// mistakes gives the lines of the error that text must have.
func mistakes(t *testing.T, text string, env ...string) []string {
	t.Helper()
	_, err := Parse("m.yaml", []byte(text), env)
	var problems *Problems
	if !errors.As(err, &problems) {
		t.Fatalf("Parse gives %v, want mistakes\n%s", err, text)
	}
	return problems.Lines()
}

// contractShape is the shape that the contract fixes, with what it leaves open filled in.
const contractShape = `
store: redis://user:pass@redis.acme.example:6379/0
console: {listen: "127.0.0.1:8470", public_url: "https://meetleaks.acme.example"}
public: {listen: "127.0.0.1:8471"}
keys: {master_file: /etc/meetleaks/master.key}
fetch: {allow: ["127.0.0.1:8088"], contact: "https://acme.example/bot", pace: polite, proxy: {url_file: proxy}, ca_file: ca.pem}
alerts: {mode: hosts, pilot: []}
organisations:
  - name: acme
    domains: [acme.example]
    timezone: Europe/Berlin
    patterns:
      - {vanity: acme.zoom.us}
      - {webex_site: acme}
      - {teams_tenant: 6f1c0d2e-0000-4000-8000-000000000001}
      - {s4b_domain: acme.example}
      - {workspace: acme}
      - {host: meet.acme.example}
      - {room: "zoom:my/jdoe"}
      - {meeting: "zoom:98412765302"}
      - {page: "https://partner.example/acme/*"}
      - {near: ["Acme Board", "acme.example"]}
      - {regexp: '(?i)acme[- ]town[- ]hall'}
      - {public: "https://acme.example/lectures/*"}
    hosts:
      - {pattern: "zoom:my/jdoe", email: jdoe@acme.example, delegates: [pa@acme.example], timezone: Europe/Berlin, quiet: "22:00-07:00", first: host}
    hosts_file: /etc/meetleaks/hosts.csv
    analysts: [U0SECOPS1]
    fallback: {slack_channel: C0SECOPS}
sources:
  - {name: own-site, kind: web, start: ["https://acme.example/"], depth: 3, every: 1h}
channels:
  slack: {token_file: /etc/meetleaks/slack, app_token_file: app, signing_secret_file: sign, api_url: "https://slack.com/api/"}
  mail: {url_file: /etc/meetleaks/smtp}
  webhook: [{name: soc, url_file: url, secret_file: secret}]
  siem: [{format: ocsf, to: "file:/var/log/meetleaks.jsonl"}]
retention: {sighting: 7d, leak: 30d, answer: 90d, audit: 400d}
privacy: {purpose: "p", authority: "a", contact: "privacy@acme.example"}
`

func TestContractShapeLoads(t *testing.T) {
	c := parse(t, contractShape).Config
	o := c.Organisations[0]
	got := map[string]any{
		"master":  c.Keys.Master.File(),
		"proxy":   c.Fetch.Proxy.URL.File(), // beside the configuration, not beside the process
		"ca":      string(c.Fetch.CAFile),
		"meeting": o.Patterns[7].Meeting.Clear(),
		"near":    o.Patterns[9].Near,
		"every":   time.Duration(c.Sources[0].Every),
		"leak":    time.Duration(c.Retention.Leak),
		"quiet":   o.Hosts[0].Quiet,
	}
	want := map[string]any{
		"master":  "/etc/meetleaks/master.key",
		"proxy":   "conf/proxy",
		"ca":      "conf/ca.pem",
		"meeting": "zoom:98412765302",
		"near":    []string{"Acme Board", "acme.example"},
		"every":   time.Hour,
		"leak":    30 * 24 * time.Hour,
		"quiet":   "22:00-07:00",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestNothingLoads(t *testing.T) {
	for _, text := range []string{"", "# only a comment\n", "---\n", "null\n"} {
		if c := parse(t, text).Config; c.Console.Listen != "127.0.0.1:8470" || c.Store.IsSet() {
			t.Errorf("%q gives %+v", text, c)
		}
	}
}

func TestAllMistakesAtOnce(t *testing.T) {
	text := `consol: {}
console: {listen: nowhere, listen: "127.0.0.1:1"}
alerts: {mode: loud}
organisations:
  - name: Acme Inc
    domains: [com, acme.example]
    timezone: Europe/Gotham
    patterns:
      - {vanity: us02web.zoom.us}
      - {vanity: acme.zoom.us, host: meet.acme.example}
      - {}
      - {near: [hi]}
      - {regexp: 'a(cm'}
      - {regexp: '.*acme.*'}
      - {teams_tenant: 12345}
      - {page: "https://*.acme.example/"}
      - {meeting: "nosuch:98412765302"}
      - {host: zoom.us}
      - {host: com}
      - {meeting: "zoom:12"}
      - {page: "https://github.com/*"}
    hosts: [{email: nobody}]
sources:
  - {name: s, kind: telepathy, every: 5s, depth: 99, exclude: ["a[b"]}
channels: {slack: {token: "xapp-1"}, siem: [{format: csv, to: "nowhere"}]}
retention: {leak: 5 fortnights, audit: 1s}
`
	want := []string{
		`m.yaml:1: consol: is no key that is known here; known: `,
		`m.yaml:2: console.listen: is given twice, first on line 2`,
		`m.yaml:2: console.listen: want host:port, as in 127.0.0.1:8470`,
		`m.yaml:3: alerts.mode: want one of hosts, channel, observe`,
		`m.yaml:5: organisations[0].name: want lower-case letters`,
		`m.yaml:6: organisations[0].domains[0]: want a whole domain`,
		`m.yaml:7: organisations[0].timezone: is no time zone that is known`,
		`m.yaml:9: organisations[0].patterns[0].vanity: us02web.zoom.us names nobody`,
		`m.yaml:10: organisations[0].patterns[1]: want exactly one key, have 2 (vanity, host)`,
		`m.yaml:11: organisations[0].patterns[2]: want exactly one key, have 0`,
		`m.yaml:12: organisations[0].patterns[3].near[0]: stands beside anybody's links`,
		`m.yaml:13: organisations[0].patterns[4].regexp: is no regular expression of RE2: missing closing )`,
		`m.yaml:14: organisations[0].patterns[5].regexp: could match anybody's text`,
		`m.yaml:15: organisations[0].patterns[6].teams_tenant: is no tenant id`,
		`m.yaml:16: organisations[0].patterns[7].page: `,
		`m.yaml:17: organisations[0].patterns[8].meeting: want PLATFORM:ID`,
		`m.yaml:18: organisations[0].patterns[9].host: is a meeting service's host, which all its customers share`,
		`m.yaml:19: organisations[0].patterns[10].host: want a whole domain`,
		`m.yaml:20: organisations[0].patterns[11].meeting: is no meeting number of Zoom: they have 9 to 11 digits`,
		`m.yaml:21: organisations[0].patterns[12].page: covers a whole host`,
		`m.yaml:22: organisations[0].hosts[0].pattern: is missing`,
		`m.yaml:22: organisations[0].hosts[0].email: is no e-mail address`,
		`m.yaml:24: sources[0].kind: want one of web, feed,`,
		`m.yaml:24: sources[0].depth: want a number from 0 to 20`,
		`m.yaml:24: sources[0].every: want at least 1m`,
		`m.yaml:24: sources[0].exclude[0]: glob`,
		`m.yaml:25: channels.slack.token: want the token that begins with xoxb-`,
		`m.yaml:25: channels.siem[0].format: want one of`,
		`m.yaml:25: channels.siem[0].to: want file:PATH`,
		`m.yaml:26: retention.leak: want a length of time such as`,
		`m.yaml:26: retention.audit: want a length of time from 1h`,
	}
	got := mistakes(t, text)
	for _, line := range want {
		i := slices.IndexFunc(got, func(have string) bool { return strings.HasPrefix(have, line) })
		if i < 0 {
			t.Errorf("missing: %s", line)
			continue
		}
		got = slices.Delete(got, i, i+1)
	}
	if len(got) > 0 {
		t.Errorf("not expected:\n%s", strings.Join(got, "\n"))
	}
}

// TestSingleMistakes holds one mistake each, with its whole message.
func TestSingleMistakes(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"store: [a]", "m.yaml:1: store: want one text"},
		{"store: mysql://x/y", "m.yaml:1: store: want sqlite:PATH, or a URL that begins with redis://, rediss://, redis+sentinel:// or redis+cluster://"},
		{"store: redis://h:1/0", "m.yaml:1: store: with Redis keys.master_file must be given, the same for every process"},
		{"keys: {index: short}", "m.yaml:1: keys.index: want at least 32 characters, as `openssl rand -base64 32` prints"},
		{"keys: {index_file: a, index: b}", "m.yaml:1: keys.index: is given twice: give either index or index_file"},
		{"keys: []", "m.yaml:1: keys: want keys and values here"},
		{"keys:", "m.yaml:1: keys: has no value; leave the key out to use the default"},
		{"sources: {}", `m.yaml:1: sources: want a list, each entry on a line that begins with "-"`},
		{"fetch: {allow: x}", `m.yaml:1: fetch.allow: want a list, ["…", "…"]`},
		{"fetch: {allow: [[a]]}", "m.yaml:1: fetch.allow[0]: want one value here"},
		{"fetch: {allow: ['127.0.0.1:x']}", "m.yaml:1: fetch.allow[0]: its port is no number from 1 to 65535"},
		{"fetch: {pace: {}}", "m.yaml:1: fetch.pace: want one value here"},
		{"fetch: {max_body: 1}", "m.yaml:1: fetch.max_body: want a size from 64KiB to 1GiB"},
		{"fetch: {max_body: many}", `m.yaml:1: fetch.max_body: want a size such as "64KiB", "10MiB" or "2GiB"`},
		{"a: 1\n---\nb: 2", "m.yaml:2: a second YAML document begins here; only one is read"},
		{"text", "m.yaml:1: want keys and values here"},
		{"public: {listen: '127.0.0.1:8470'}", "m.yaml:1: public.listen: is the address of the console too; leave it out to share"},
		{"organisations: [{name: acme}]", "m.yaml:1: organisations[0]: has neither domains nor patterns: nothing could be theirs"},
	} {
		if got := mistakes(t, test.text); !slices.Contains(got, test.want) {
			t.Errorf("%q gives\n  %s\nwant\n  %s", test.text, strings.Join(got, "\n  "), test.want)
		}
	}
}

// Nobody can claim by domain, host or page what others have there too.
func TestBroadClaimsAreRefused(t *testing.T) {
	const whole = `covers a whole host that lies under none of the organisation's domains: name the part that is yours, as in "https://partner.example/acme/*", or give the host in domains`
	for claim, want := range map[string]string{ // the beginning of the message; "" passes
		"domain zoom.us":           "is a meeting service's host, which all its customers share; of Zoom register the vanity host: {vanity: acme.zoom.us}",
		"domain us02web.zoom.us":   "is a meeting service's host",
		"domain webex.com":         "is a meeting service's host, which all its customers share; of Cisco Webex register the site: {webex_site: acme}",
		"domain google.com":        "is the domain of a meeting service",
		"domain Microsoft.com":     "is the domain of a meeting service, which all its customers share; of Microsoft Teams register the tenant: {teams_tenant: ",
		"domain co.uk":             "is a public suffix",
		"domain github.io":         "is a public suffix",
		"domain acme.github.io":    "",
		"domain acme.zoom.us":      "",
		"domain opensuse.org":      "",
		"host com":                 "want a whole domain",
		"host herokuapp.com":       "is a public suffix",
		"host google.com":          "is the domain of a meeting service",
		"host meet123.webex.com":   "is a meeting service's host",
		"host teams.microsoft.com": "is a meeting service's host",
		"host meet.jit.si":         "is a meeting service's host",
		"host 203.0.113.7":         "want a name, not an address",
		"host acme.webex.com":      "",
		"host meet.hooli.example":  "",
		"vanity meet123.webex.com": "meet123.webex.com names nobody",
		"vanity acme.webex.com":    "",

		"page https://github.com/*":             whole,
		"page https://github.com/*/*":           whole,
		"page https://github.com/*e*":           whole,
		"page https://github.com/*.html":        whole,
		"page https://github.com//*":            whole,
		"page https://github.com./*":            whole,
		"page https://notacme.example/*":        whole,
		"page https://acme.example.github.io/*": whole,
		"page https://github.com/acme/*":        "",
		"page https://github.com/acme-*":        "",
		"page https://github.com/*/acme/*":      whole,
		"page https://github.com/a*":            whole,
		"page https://github.com/":              "",
		"page https://github.com/?tab=*":        "",
		"page https://acme.example/*":           "",
		"page https://www.ACME.example/*":       "",
		"page http://127.0.0.1:8088/*":          "",
		"page http://wiki/*":                    "",
	} {
		kind, value, _ := strings.Cut(claim, " ")
		domain, patterns := "acme.example", fmt.Sprintf("{%s: %q}", kind, value)
		if kind == "domain" {
			domain, patterns = value, ""
		}
		text := fmt.Sprintf("organisations: [{name: acme, domains: [%s], patterns: [%s]}]", domain, patterns)
		if want == "" {
			parse(t, text)
			continue
		}
		at := "m.yaml:1: organisations[0].patterns[0]." + kind + ": "
		if kind == "domain" {
			at = "m.yaml:1: organisations[0].domains[0]: "
		}
		if got := mistakes(t, text); len(got) != 1 || !strings.HasPrefix(got[0], at+want) {
			t.Errorf("%s gives %q, want %q", claim, got, at+want)
		}
	}
}

// TestSyntaxSaysWhatIsMissing shows the signs that are missing, and nothing that stands in the file.
func TestSyntaxSaysWhatIsMissing(t *testing.T) {
	for text, want := range map[string]string{
		"a: [b":                     "m.yaml:1: this is no YAML: did not find expected ',' or ']'",
		"a: {b":                     "m.yaml:1: this is no YAML: did not find expected ',' or '}'",
		"a: b\nc\nd: e\n":           "m.yaml:2: this is no YAML: could not find expected ':'",
		"a: !<b c":                  "m.yaml: this is no YAML: did not find the expected '>'",
		"a: *" + hidden:             "m.yaml: this is no YAML: unknown anchor • referenced",
		"a: &b [*b, *" + hidden:     "m.yaml: this is no YAML: unknown anchor • referenced",
		"a: !" + hidden + "!" + "b": "m.yaml: this is no YAML: found undefined tag handle",
	} {
		if got := mistakes(t, text); len(got) != 1 || got[0] != want {
			t.Errorf("%q gives\n  %s\nwant\n  %s", text, strings.Join(got, "\n  "), want)
		}
	}
}

// TestLoadSections holds that mistakes in other sections are counted only, and that nothing is passed over which could be a section that is used.
func TestLoadSections(t *testing.T) {
	for _, test := range []struct {
		text      string
		env       []string
		wrong     string // a part of the error
		elsewhere int
	}{
		{"organisations: [{name: acme, domains: [acme.example]}]", nil, "", 0},
		{"channels: {slack: {tokn: a}}\nretention: {leak: soon}\nstore: mysql://x\nsources: 5\nalerts:", nil, "", 5},
		{"channels: {slack: {tokn: a}}\norganisations: [{name: acme, domains: [acme.example], routes: [{to: ['slack:C0SECOPS']}]}]", nil, "", 2},
		{"channels: {slack: {tokn: a}}\nfetch: {pace: fast}", nil, "fetch.pace: want one of", 1},
		{"keys: {index: short}\nstore_file: []", nil, "keys.index: want at least", 1},
		{"organisations: [{name: acme}]", nil, "has neither domains nor patterns", 0},
		{"organisation: [{name: acme}]", nil, "organisation: is no key that is known here", 0},
		{"channels: {}\nchannels: {}", nil, "", 1},
		{"channels: [a", nil, "this is no YAML", 0},
		{"channels: {}\n---\nkeys: {}", nil, "a second YAML document", 0},
		{"", []string{"MEETLEAKS_RETENTION_LEAK=soon", "MEETLEAKS_FETCH_PACE=fast"}, "MEETLEAKS_FETCH_PACE: want", 1},
		{"", []string{"MEETLEAKS_STROE=x"}, "MEETLEAKS_STROE: is no name", 0},
		{"channels: {webhook: [" + strings.Repeat("{}, ", maxProblems) + "]}", nil, "channels.webhook[0].name: is missing", 0},
		{"sources: [" + strings.Repeat("{}, ", maxNodes) + "]", nil, "the rest was not read", 0},
	} {
		file := filepath.Join(t.TempDir(), "m.yaml")
		if err := os.WriteFile(file, []byte(test.text), 0o600); err != nil {
			t.Fatal(err)
		}
		loaded, elsewhere, err := LoadSections(file, test.env, "organisations", "keys", "fetch")
		said := ""
		if err != nil {
			said = err.Error()
		}
		if elsewhere != test.elsewhere || (test.wrong == "") != (said == "") || !strings.Contains(said, test.wrong) || (loaded == nil) != (err != nil) {
			t.Errorf("%.100q: %d elsewhere, %.300s", test.text, elsewhere, said)
		}
	}
}

func TestAtMostTenRegexps(t *testing.T) {
	text := "organisations:\n  - name: acme\n    domains: [acme.example]\n    patterns:\n"
	ten := text + strings.Repeat("      - {regexp: 'acme board'}\n", 10)
	parse(t, ten)
	got := mistakes(t, ten+"      - {regexp: 'acme board'}\n      - {regexp: 'acme board'}\n")
	want := []string{"m.yaml:15: organisations[0].patterns[10]: is regexp number 11 of this organisation; at most 10"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestMistakesHoldNoSecret breaks the configuration around secrets and clear ids in many ways.
func TestMistakesHoldNoSecret(t *testing.T) {
	for _, text := range []string{
		"channels: {slack: {token: " + hidden + "}}",
		"channels: {slack: {token: [" + hidden + "]}}",
		"channels: {slack: {token: *" + hidden + "}}",
		"channels: {slack: {token: '" + hidden + "}}",
		"channels: {slack: {token: \"" + hidden + "\\q\"}}",
		"channels: {mail: {url: '" + hidden + "://x'}}",
		"store: 'redis://u:" + hidden + "@[::1'",
		"fetch: {proxy: {url: '" + hidden + "'}}",
		"organisations: [{name: acme, patterns: [{meeting: 'zoom " + hidden + "'}]}]",
		"organisations: [{name: acme, patterns: [{meeting: 'none:" + hidden + "'}]}]",
		"keys: {index: " + hidden + "}",
		"channels: {webhook: [{name: a, url: " + hidden + "}]}",
		"console: {token: " + hidden + "}",
	} {
		for _, line := range mistakes(t, text) {
			if strings.Contains(line, hidden) {
				t.Errorf("%q gives %q", text, line)
			}
		}
	}
}

func TestEnvironment(t *testing.T) {
	text := "console: {listen: '127.0.0.1:1111'}\nchannels: {slack: {token_file: a}}"
	c := parse(t, text,
		"MEETLEAKS_CONSOLE_LISTEN=127.0.0.1:2222",
		"MEETLEAKS_CHANNELS_SLACK_TOKEN=xoxb-1",
		"MEETLEAKS_FETCH_ALLOW=127.0.0.1:1, 127.0.0.1:2",
		"MEETLEAKS_KEYS_MASTER_FILE=master.key",
		"MEETLEAKS_RETENTION_LEAK=5d",
		"MEETLEAKS_ALERTS_MODE=",
		"PATH=/bin",
	).Config
	token, err := c.Channels.Slack.Token.Read()
	if err != nil {
		t.Error(err)
	}
	got := []any{c.Console.Listen, token, c.Fetch.Allow, c.Keys.Master.File(), c.Retention.Leak.String(), c.Alerts.Mode}
	want := []any{"127.0.0.1:2222", "xoxb-1", []string{"127.0.0.1:1", "127.0.0.1:2"}, "master.key", "5d", "hosts"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestEnvironmentMistakes(t *testing.T) {
	got := mistakes(t, "alerts: {mode: observe}",
		"MEETLEAKS_STROE=x",
		"MEETLEAKS_KEYS_INDEX=a", "MEETLEAKS_KEYS_INDEX_FILE=b",
		"MEETLEAKS_ALERTS_MODE=loud",
		"MEETLEAKS_RETENTION_LEAK=soon",
	)
	for _, want := range []string{
		"MEETLEAKS_STROE: is no name that meetleaks reads",
		"MEETLEAKS_KEYS_INDEX_FILE: is given together with MEETLEAKS_KEYS_INDEX: give one of them",
		"MEETLEAKS_ALERTS_MODE: want one of hosts, channel, observe",
		`MEETLEAKS_RETENTION_LEAK: want a length of time such as "90s", "2h" or "7d"`,
	} {
		if !slices.Contains(got, want) {
			t.Errorf("missing %q in\n%s", want, strings.Join(got, "\n"))
		}
	}
}

func TestEnvNamesAreUnique(t *testing.T) {
	names := EnvNames()
	for i, name := range names {
		if i > 0 && names[i-1] == name {
			t.Errorf("%s stands for two settings", name)
		}
	}
	for _, name := range []string{"MEETLEAKS_STORE", "MEETLEAKS_STORE_FILE", "MEETLEAKS_CONSOLE_LISTEN", "MEETLEAKS_FETCH_PROXY_URL_FILE"} {
		if !slices.Contains(names, name) {
			t.Errorf("%s is missing", name)
		}
	}
	if got := CheckEnv([]string{"MEETLEAKS_STORE=x", "HOME=/", "MEETLEAKS_X\x1b[2J=1"}); !slices.Equal(got, []string{"MEETLEAKS_X?[2J"}) {
		t.Errorf("CheckEnv: %q", got)
	}
}

func TestShow(t *testing.T) {
	text := `store: "redis://user:` + hidden + `@redis.acme.example:6379/0"
keys: {master_file: master.key}
organisations:
  - name: acme
    domains: [Acme.Example]
    patterns:
      - {room: "zoom:my/` + hidden + `"}
channels:
  webhook:
    - {name: soc, url: "https://hooks.acme.example/` + hidden + `"}
`
	out, err := parse(t, text, "MEETLEAKS_ALERTS_MODE=observe").YAML()
	if err != nil {
		t.Fatal(err)
	}
	shown := string(out)
	for _, want := range []string{
		"store: redis://•@redis.acme.example:6379/0 # conf/m.yaml:1\n",
		"master_file: conf/master.key # conf/m.yaml:2\n",
		"listen: 127.0.0.1:8470 # default\n",
		"mode: observe # environment MEETLEAKS_ALERTS_MODE\n",
		"domains: [acme.example] # conf/m.yaml:5\n",
		"room: zoom:• # conf/m.yaml:7\n",
		"url: • # conf/m.yaml:10\n",
		"leak: 30d # default\n",
	} {
		if !strings.Contains(shown, want) {
			t.Errorf("missing %q", want)
		}
	}
	if strings.Contains(shown, hidden) {
		t.Error("a secret is shown")
	}
	var again any
	if err := yaml.Unmarshal(out, &again); err != nil || t.Failed() {
		t.Errorf("%v\n%s", err, shown)
	}
}

func TestExampleLoads(t *testing.T) {
	parse(t, Example)
	// With every optional setting switched on too; of settings given twice (store, keys) one at a time.
	all := regexp.MustCompile(`(?m)^( *)#(\S.*)$`).ReplaceAllString(Example, "$1$2")
	for _, remove := range [][2]string{{"store: sqlite", "keys: {index"}, {"store_file", "keys: {master"}} {
		text := all
		for _, prefix := range remove {
			text = regexp.MustCompile(`(?m)^`+regexp.QuoteMeta(prefix)+`.*$`).ReplaceAllString(text, "")
		}
		c := parse(t, text).Config
		if len(c.Organisations[0].Patterns) != 12 || len(c.Sources) != 8 || len(c.Canaries) != 1 || len(c.Channels.SIEM) != 1 {
			t.Errorf("the example with everything switched on gives %d sources, %d canaries", len(c.Sources), len(c.Canaries))
		}
	}
}

func TestExampleIsDeployed(t *testing.T) {
	deployed, err := os.ReadFile(filepath.Join("..", "..", "..", "..", "deploy", "config.example.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if string(deployed) != Example {
		t.Error("deploy/config.example.yaml and internal/config/example.yaml differ; copy one over the other")
	}
}

// TestExampleStartsFree holds the order that the contract promises.
func TestExampleStartsFree(t *testing.T) {
	free, account := strings.Index(Example, "# --- Free"), strings.Index(Example, "need an account")
	if free < 0 || account < free || strings.Index(Example, "token_file: PATH") > free || strings.Index(Example, "#slack:") < account {
		t.Error("the example does not start with what is free")
	}
}

func TestLoadFiles(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "m.yaml")
	// The secrets' files do not exist: loading must not look at them.
	if err := os.WriteFile(file, []byte("channels: {slack: {token_file: none}}\nkeys: {master_file: none}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	loaded, err := Load(file, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := loaded.Keys.IndexKey(); err == nil {
		t.Error("the key's file is missing and nobody says so")
	}
	if _, err := Load(folder, nil); err == nil || !strings.Contains(err.Error(), "no regular file") {
		t.Errorf("a folder: %v", err)
	}
	if _, err := Load(filepath.Join(folder, "none"), nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
}

func TestAliases(t *testing.T) {
	c := parse(t, "organisations:\n  - {name: acme, domains: &d [acme.example]}\n  - {name: globex, domains: *d}\n").Config
	if got := c.Organisations[1].Domains; !slices.Equal(got, []string{"acme.example"}) {
		t.Errorf("an alias gives %q", got)
	}
	bomb := "organisations:\n  - &o {name: acme, domains: [" + strings.Repeat("a.example,", 20_000) + "]}\n" + strings.Repeat("  - *o\n", 1000)
	if got := strings.Join(mistakes(t, bomb), "\n"); !strings.Contains(got, "the rest was not read") {
		t.Errorf("a bomb of aliases gives %.200s", got)
	}
}

func TestScalars(t *testing.T) {
	for text, want := range map[string]time.Duration{"7d": 168 * time.Hour, "1d12h": 36 * time.Hour, "90s": 90 * time.Second, "0s": 0} {
		if got, err := ParseDuration(text); err != nil || time.Duration(got) != want {
			t.Errorf("ParseDuration(%q) = %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "7", "-1h", "d", "1.5d", "1d-2h", "99999d", "7days", "١d"} {
		if got, err := ParseDuration(text); err == nil {
			t.Errorf("ParseDuration(%q) = %v", text, got)
		}
	}
	for text, want := range map[string]Size{"512": 512, "64KiB": 65536, "10MB": 10_000_000, "2 GiB": 2 << 30, "7B": 7} {
		if got, err := ParseSize(text); err != nil || got != want {
			t.Errorf("ParseSize(%q) = %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "MiB", "-1", "1.5MiB", "9999999999GiB", "1XB"} {
		if got, err := ParseSize(text); err == nil {
			t.Errorf("ParseSize(%q) = %v", text, got)
		}
	}
}

// TestBroadPatternsAreFoundWithOtherMistakes holds that what only the whole index can say waits for nothing.
func TestBroadPatternsAreFoundWithOtherMistakes(t *testing.T) {
	got := mistakes(t, `alerts: {mode: loud}
organisations:
  - name: acme
    domains: [com]
    patterns:
      - {vanity: us02web.zoom.us}
      - {near: [hi, meeting, Acme Board]}
  - name: Glob ex
    patterns: [{near: [meeting]}]
  - name: initech
    patterns: [{near: [password]}]
`)
	want := []string{
		"m.yaml:1: alerts.mode: ", "m.yaml:4: organisations[0].domains[0]: ", "m.yaml:6: organisations[0].patterns[0].vanity: ",
		"m.yaml:7: organisations[0].patterns[1].near[0]: ", "m.yaml:7: organisations[0].patterns[1].near[1]: organisation acme: near:meeting is too broad",
		"m.yaml:8: organisations[1].name: ", "m.yaml:11: organisations[2].patterns[0].near[0]: organisation initech: near:password is too broad",
	}
	if len(got) != len(want) {
		t.Fatalf("%d mistakes, want %d:\n%s", len(got), len(want), strings.Join(got, "\n"))
	}
	for i, line := range got {
		if !strings.HasPrefix(line, want[i]) {
			t.Errorf("%q, want %q", line, want[i])
		}
	}
}

func TestAnEmbeddedStoreLiesBesideTheFile(t *testing.T) {
	for text, want := range map[string]string{
		"store: sqlite:data/m.db": "sqlite:" + filepath.Join("conf", "data", "m.db"),
		"store: sqlite:/srv/m.db": "sqlite:/srv/m.db",
		"{}":                      "",
	} {
		if got, err := parse(t, text).Store.Read(); err != nil || got != want {
			t.Errorf("%s: %q, %v; want %q", text, got, err, want)
		}
	}
}

func TestAnUnknownKeyIsOneMistake(t *testing.T) {
	for _, text := range []string{
		"organisations: [{name: acme, patterns: [{vanitty: acme.zoom.us}]}]",
		"organisations: [{name: acme, domain: [acme.example]}]",
		"organisations: [{nmae: acme, domains: [acme.example]}]",
		"organisations: [{name: acme, domains: [acme.example], hosts: [{pattern: 'zoom:my/jdoe', emial: a@acme.example}]}]",
		"sources: [{name: a, kind: web, strat: ['https://acme.example/']}]",
		"channels: {webhook: [{name: a, ulr_file: b}]}",
	} {
		if got := mistakes(t, text); len(got) != 1 || !strings.Contains(got[0], "is no key that is known here") {
			t.Errorf("%s gives\n%s", text, strings.Join(got, "\n"))
		}
	}
	// A feeder's documents are not taken without its key.
	if got := mistakes(t, "sources: [{name: a, kind: hook}]"); len(got) != 1 || !strings.Contains(got[0], "give secret_file") {
		t.Errorf("got\n%s", strings.Join(got, "\n"))
	}
	// But what is missing besides is still said.
	got := mistakes(t, "organisations: [{name: acme, domains: [acme.example], hosts: [{colour: red}]}]")
	if len(got) != 3 {
		t.Errorf("got\n%s", strings.Join(got, "\n"))
	}
}

func TestDistance(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"store", "store", 0}, {"stroe", "store", 1}, {"stor", "store", 1}, {"storre", "store", 1}, {"stare", "store", 1}, {"", "abc", 3}, {"kitten", "sitting", 3}} {
		if got := distance(test.a, test.b); got != test.want {
			t.Errorf("distance(%q, %q) = %d, want %d", test.a, test.b, got, test.want)
		}
	}
	if got := NearestEnv("MEETLEAKS_STROE"); len(got) != 3 || got[0] != "MEETLEAKS_STORE" {
		t.Errorf("nearest: %q", got)
	}
}

func TestBroadPatternsAreRefused(t *testing.T) {
	got := mistakes(t, "organisations:\n  - name: acme\n    patterns:\n      - {workspace: acme}\n      - near: [\"Acme Board\", meeting]\n")
	if len(got) != 1 || !strings.HasPrefix(got[0], "m.yaml:5: organisations[0].patterns[1].near[1]: organisation acme: near:meeting is too broad") {
		t.Errorf("got %q", got)
	}
}

// FuzzParse holds that no text makes the reader panic, and that what loads can be shown.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"", contractShape, Example, "a: *b", "&a [*a]", "{", "- - -", "a: !!binary x", "? [a]\n: b", "<<: {a: b}", "\xff\xfe", "console: &c {listen: *c}"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		loaded, err := Parse("m.yaml", []byte(text), nil)
		if err != nil {
			return
		}
		if _, err := loaded.YAML(); err != nil {
			t.Errorf("what was loaded cannot be shown: %v", err)
		}
	})
}
