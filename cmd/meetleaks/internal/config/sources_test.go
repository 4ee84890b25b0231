package config

import (
	"strings"
	"testing"
)

func TestOwnServicesMayBeReadEachSecond(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{name: a, kind: web, every: 1s, start: ["http://127.0.0.1:8088/", "http://127.0.0.1:8088/b"]}`:   "",
		`{name: a, kind: feed, every: 5s, start: ["https://wiki.acme.example/feed"]}`:                     "",
		`{name: a, kind: web, every: 500ms, start: ["http://127.0.0.1:8088/"]}`:                           "want at least 1m; 1s for",
		`{name: a, kind: web, every: 30s, start: ["https://www.acme.example/"]}`:                          "less only for services of your own",
		`{name: a, kind: web, every: 30s, start: ["http://127.0.0.1:8088/", "https://www.acme.example"]}`: "less only for services of your own",
	} {
		_, err := Parse("m.yaml", []byte("fetch: {allow: [\"127.0.0.1:8088\", \"wiki.acme.example:443\"]}\nsources:\n  - "+text+"\n"), nil)
		if got := errorText(err); (want == "") != (got == "") || !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

// errorText is "" of no error.
func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestSourcesThatCannotWorkAreToldWithTheirKey(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{name: a, kind: x, token: t, permission: p}`:                                                                    "budget: is missing",
		`{name: a, kind: x, permission: p, budget: {posts_per_day: 9}}`:                                                  "token: is missing",
		`{name: a, kind: x, token: t, permission: p, budget: {posts_per_day: 9}, api_url: "http://api.x.example"}`:       "in clear",
		`{name: a, kind: mastodon, token: t, permission: p, api_url: "http://social.example"}`:                           "in clear",
		`{name: a, kind: x, token: t, budget: {posts_per_day: 9}}`:                                                       "permission: is missing",
		`{name: a, kind: x, off: maybe}`:                                                                                 "want true or false",
		`{name: a, kind: x, off: true}`:                                                                                  "",
		`{name: a, kind: x, api_url: "http://127.0.0.1:9"}`:                                                              "",
		`{name: a, kind: x, token: t, permission: p, budget: {posts_per_month: 9, usd_per_post: -1}}`:                    "not negative",
		`{name: a, kind: x, token: t, permission: p, budget: {posts_per_month: 9, usd_per_post: NaN}}`:                   "want a number",
		`{name: a, kind: mastodon, token: t, permission: p}`:                                                             "api_url: is missing",
		`{name: a, kind: mastodon, token: t, api_url: "https://m.acme.example"}`:                                         "permission: is missing",
		`{name: a, kind: mastodon, token: t, api_url: "https://m.acme.example", permission: p, streams: ["user"]}`:       "streams",
		`{name: a, kind: mastodon, token: t, api_url: "https://m.acme.example", permission: p, streams: ["list:a/b"]}`:   "streams",
		`{name: a, kind: mastodon, token: t, api_url: "https://m.acme.example", permission: p, transport: pigeon}`:       "transport",
		`{name: a, kind: mastodon, token: t, api_url: "https://m.acme.example", permission: p, streams: [hashtag:acme]}`: "",
		`{name: a, kind: bluesky}`: "",
		`{name: a, kind: bluesky, api_url: "wss://jetstream.acme.example"}`: "",
		`{name: a, kind: bluesky, api_url: "ftp://jetstream.acme.example"}`: "api_url",
		`{name: a, kind: calendar, start: ["webcal://acme.example/e.ics"]}`: "",
		`{name: a, kind: web, start: ["webcal://acme.example/e.ics"]}`:      "start",
		`{name: a, kind: feed}`: "start: is missing",
		`{name: a, kind: feed, start: ["https://acme.example/f"], look_again: 1s}`: "look_again",
		`{name: a, kind: web, start: ["https://acme.example/"], quiet: 2s}`:        "quiet",
	} {
		err := told("sources: [" + text + "]\n")
		switch {
		case want == "" && err != "":
			t.Errorf("%s: %s", text, err)
		case want != "" && !strings.Contains(err, want):
			t.Errorf("%s: want %q, got %q", text, want, err)
		}
	}
}

func TestCanariesNameSourcesThatThereAre(t *testing.T) {
	t.Parallel()
	const site = "sources: [{name: site, kind: web, start: [\"https://acme.example/\"]}, {name: slow, kind: web, every: 6h, start: [\"https://acme.example/\"]}]\n"
	for text, want := range map[string]string{
		`{name: c, link: "zoom:86420719385", sources: [site]}`:            "",
		`{name: c, link: "zoom:86420719385", sources: [another]}`:         "no source of that name",
		`{name: c, link: "zoom:86420719385"}`:                             "sources: are missing",
		`{name: c, sources: [site]}`:                                      "link: is missing",
		`{name: c, link: "zoom:86420719385", sources: [site], every: 1s}`: "every",
		`{name: c, link: "zoom:86420719385", sources: [slow], every: 1h}`: "is shorter than that of the source slow",
		`{name: c, link: "zoom:86420719385", sources: [slow], every: 1d}`: "",
		`{name: c, link: "nonsense", sources: [site]}`:                    "link",
	} {
		err := told(site + "canaries: [" + text + "]\n")
		if want == "" && err != "" || want != "" && !strings.Contains(err, want) {
			t.Errorf("%s: want %q, got %q", text, want, err)
		}
	}
}

// told is what is said of a text, "" when nothing is wrong with it.
func told(text string) string {
	if _, err := Parse("m.yaml", []byte(text), nil); err != nil {
		return err.Error()
	}
	return ""
}
