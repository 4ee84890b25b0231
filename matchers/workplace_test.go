package matchers

import "testing"

// Calls were seen in chats and calendars; posts under /groups/ are far more common.
func TestWorkplace(t *testing.T) {
	runPlatform(t, workplace(), []hit{
		{"rooms:\n  - name: weekly\n    url: https://globexlabs.workplace.com/groupcall/LINK:7ANuHlwF5SEvPM\n    owner: board\n", Link{Kind: Meeting, Class: JoinWithSecret, Realm: "globexlabs", ID: "LINK:7ANuHlwF5SEvPM", Org: "globexlabs"}},
	}, []string{
		"usage: joinbot [--record] https://example.workplace.com/groupcall/LINK:xxxx",
		"    expect(parse('https://yourcompany.workplace.com/groupcall/LINK:Qz7mRk2TnWc4')).toBe(true);",
		"      placeholder: 'https://acme.workplace.com/groupcall/123',\n      required: true,",
		"See the [vendor page](https://www.workplace.com/) for details.",
		"<a href=\"https://acme.workplace.com/groups/504053034641133\">More</a>",
		"Need help? https://www.dev-hooliworkplace.com/libs/grid.css | Unsubscribe",
	})
}
