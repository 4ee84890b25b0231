package matchers

import "testing"

// Rooms were seen in programs of students.
func TestAlfaview(t *testing.T) {
	runPlatform(t, alfaview(), []hit{
		{"{\"title\":\"Planning\",\"link\":\"https:\\/\\/app.alfaview.com\\/#\\/join\\/vandelay-university\\/7c85989f-3569-4260-ae1e-2b56e4ab908f\\/1962fa4d-51d8-4c3f-a043-43df49cf9b8f\",\"seats\":12}", Link{Kind: PersonalRoom, Class: PermanentRoom, ID: "1962fa4d-51d8-4c3f-a043-43df49cf9b8f", Org: "vandelay-university"}},
		{"  { id: 4, title: 'Retro', url: 'https://app.alfaview.com/#/join/globex/1962fa4d-51d8-4c3f-a043-43df49cf9b8f/7c85989f-3569-4260-ae1e-2b56e4ab908f?x=1', open: true },", Link{Kind: PersonalRoom, Class: PermanentRoom, ID: "7c85989f-3569-4260-ae1e-2b56e4ab908f", Org: "globex"}},
	}, []string{
		"usage: joinbot [--record] https://app.alfaview.com/#/join/{company}/{companyId}/{roomId}",
		"    expect(parse('https://app.alfaview.com/#/join/vandelay-university')).toBe(true);",
		"Need help? https://app.alfaview.com/ | Unsubscribe",
		"See the [vendor page](https://alfaview.com/en/pricing) for details.",
	})
}
