package matchers

import "testing"

// Rooms were seen on pages of projects.
func TestWonderMe(t *testing.T) {
	runPlatform(t, wonderMe(), []hit{
		{"Nos vemos el martes a las 18 h: https://www.wonder.me/r?id=59dcae17-5d4a-46f0-a461-96a4076c24e9. ¡Hasta pronto!", Link{Kind: PersonalRoom, Class: PermanentRoom, ID: "59dcae17-5d4a-46f0-a461-96a4076c24e9"}},
		{"rooms:\n  - name: weekly\n    url: https://app.wonder.me/?spaceId=59dcae17-5d4a-46f0-a461-96a4076c24e9\n    owner: board\n", Link{Kind: PersonalRoom, Class: PermanentRoom, ID: "59dcae17-5d4a-46f0-a461-96a4076c24e9"}},
	}, []string{
		"      placeholder: 'https://www.wonder.me/r?id=<id>',\n      required: true,",
		"3. Paste the link, for example `https://app.wonder.me/?spaceId=00000000-0000-0000-0000-000000000000`, and press **Save**.",
		"<a href=\"https://www.wonder.me/\">More</a>",
		"Need help? https://help.wonder.me/en/articles/4947040 | Unsubscribe",
		"See the [vendor page](https://vandelaywonder.me/blog/r?id=59dcae17-5d4a-46f0-a461-96a4076c24e9) for details.",
	})
}
