package config

import (
	"slices"
	"strings"
	"testing"
)

func TestResolversAreRead(t *testing.T) {
	c := parse(t, `dns: {resolvers: ["192.0.2.1:53", "[2001:db8::1]:5353", "dns.acme.example:53"], quorum: 2}`)
	if len(c.DNS.Resolvers) != 3 || c.DNS.Quorum != 2 {
		t.Errorf("%+v", c.DNS)
	}
	if c := parse(t, "{}"); len(c.DNS.Resolvers) != 0 || c.DNS.Quorum != 0 {
		t.Errorf("%+v", c.DNS)
	}
	for _, name := range []string{"MEETLEAKS_DNS_RESOLVERS", "MEETLEAKS_DNS_QUORUM"} {
		if !slices.Contains(EnvNames(), name) {
			t.Errorf("%s is not read", name)
		}
	}
}

func TestMistakesOfResolvers(t *testing.T) {
	for text, want := range map[string]string{
		`dns: {resolvers: ["192.0.2.1"]}`:                                   "want host:port",
		`dns: {resolvers: [""]}`:                                            "is missing",
		`dns: {resolvers: ["192.0.2.1:53", "192.0.2.1:53"]}`:                "would count twice",
		`dns: {resolvers: ["192.0.2.1:53"], quorum: 2}`:                     "from 0 (more than half) to 1",
		`dns: {quorum: -1}`:                                                 "to 16",
		`dns: {resolvers: [` + strings.Repeat(`"192.0.2.1:53",`, 17) + `]}`: "are 17; at most 16",
		`dns: {resolver: ["192.0.2.1:53"]}`:                                 "resolver",
	} {
		if lines := strings.Join(mistakes(t, text), "\n"); !strings.Contains(lines, want) {
			t.Errorf("%s: %s", text, lines)
		}
	}
}
