package matchers

import "testing"

// Events were seen on pages of communities.
func TestAirmeet(t *testing.T) {
	runPlatform(t, airmeet(), []hit{
		{"The group meets [here](https://www.airmeet.com/e/8c40da83-b72c-4d15-a24c-983a6c85fcb9) every other Thursday.", Link{Kind: Event, Class: PublicForm, ID: "8c40da83-b72c-4d15-a24c-983a6c85fcb9"}},
		{"<li>Sprechstunde: <a href=\"https://hoolicommunity.airmeet.com/e/8c40da83-b72c-4d15-a24c-983a6c85fcb9\" target=\"_blank\">Raum öffnen</a></li>", Link{Kind: Event, Class: PublicForm, ID: "8c40da83-b72c-4d15-a24c-983a6c85fcb9", Org: "hoolicommunity"}},
		{"<iframe src=\"https://www.airmeet.com/event/8c40da83-b72c-4d15-a24c-983a6c85fcb9?booth=7\" allowfullscreen>", Link{Kind: Event, Class: PublicForm, ID: "8c40da83-b72c-4d15-a24c-983a6c85fcb9"}},
	}, []string{
		"      placeholder: 'https://www.airmeet.com/e/<airmeetId>',\n      required: true,",
		"3. Paste the link, for example `https://www.airmeet.com/e/00000000-0000-0000-0000-000000000000`, and press **Save**.",
		"See the [vendor page](https://www.airmeet.com/event/123) for details.",
		"<a href=\"https://www.airmeet.com/hub/\">More</a>",
	})
}
