package matchers

import "testing"

// The shape stands in lists of meeting links.
func TestPop(t *testing.T) {
	runPlatform(t, pop(), []hit{
		{"<li>Sprechstunde: <a href=\"https://pop.com/j/263-261-010\" target=\"_blank\">Raum öffnen</a></li>", Link{Kind: Meeting, Class: JoinWithSecret, ID: "263261010"}},
		{"  { id: 4, title: 'Retro', url: 'https://pop.com/j/9Ck3sYV1OqvX', open: true },", Link{Kind: Meeting, Class: JoinWithSecret, ID: "9Ck3sYV1OqvX"}},
	}, []string{
		"      placeholder: 'https://pop.com/j/{code}',\n      required: true,",
		"3. Paste the link, for example `https://pop.com/j/123-456`, and press **Save**.",
		"usage: joinbot [--record] https://pop.com/j/*",
		"Need help? https://pop.com/download | Unsubscribe",
		"See the [vendor page](https://globexpop.com/j/9Ck3sYV1OqvX) for details.",
	})
}
