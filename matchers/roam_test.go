package matchers

import "testing"

// Places were seen in calendars and event pages.
func TestRoam(t *testing.T) {
	runPlatform(t, roam(), []hit{
		{"  { id: 4, title: 'Retro', url: 'https://ro.am/r/#/p/v6mB8B7Z2mR15mdmWJzA7e/mxWvUSml8D4tgB0oZQWC8A', open: true },", Link{Kind: PersonalRoom, Class: PermanentRoom, ID: "v6mB8B7Z2mR15mdmWJzA7e/mxWvUSml8D4tgB0oZQWC8A"}},
		{"Nos vemos el martes a las 18 h: https://ro.am/r/#/d/mxWvUSml8D4tgB0oZQWC8A/v6mB8B7Z2mR15mdmWJzA7e. ¡Hasta pronto!", Link{Kind: PersonalRoom, Class: PermanentRoom, ID: "mxWvUSml8D4tgB0oZQWC8A/v6mB8B7Z2mR15mdmWJzA7e"}},
	}, []string{
		"3. Paste the link, for example `https://ro.am/r/#/d/...`, and press **Save**.",
		"usage: joinbot [--record] https://ro.am/r/#/d/example",
		"    expect(parse('https://ro.am/r/x')).toBe(true);",
		"See the [vendor page](https://ro.am/r/) for details.",
		"<a href=\"https://ro.am/download\">More</a>",
		"Need help? https://euro.am/r/#/p/v6mB8B7Z2mR15mdmWJzA7e/mxWvUSml8D4tgB0oZQWC8A | Unsubscribe",
	})
}
