package matchers

import "testing"

// Rooms were seen in bots of schools.
func TestKTalk(t *testing.T) {
	runPlatform(t, ktalk(), []hit{
		{"{\"title\":\"Planning\",\"link\":\"https:\\/\\/globexschool.ktalk.ru\\/8g7seyr4jztn\",\"seats\":12}", Link{Kind: PersonalRoom, Class: PermanentRoom, Realm: "globexschool", ID: "8g7seyr4jztn", Org: "globexschool"}},
		{"  { id: 4, title: 'Retro', url: 'https://hooli-app.ktalk.ru/8g7seyr4jztn?x=1', open: true },", Link{Kind: PersonalRoom, Class: PermanentRoom, Realm: "hooli-app", ID: "8g7seyr4jztn", Org: "hooli-app"}},
		{"    link = \"https://5d8nb2dd.ktalk.ru/recordings/xIu7mXwBVohle4V9anyX\"\n", Link{Kind: Recording, Class: PastContent, Space: "rec", ID: "xIu7mXwBVohle4V9anyX", Org: "5d8nb2dd"}},
	}, []string{
		"      placeholder: 'https://example.ktalk.ru/event/test-event',\n      required: true,",
		"3. Paste the link, for example `https://yourspace.ktalk.ru/mjft03kdkztr`, and press **Save**.",
		"usage: joinbot [--record] https://globexschool.ktalk.ru/abc123",
		"See the [vendor page](https://globexschool.ktalk.ru/api/) for details.",
		"<a href=\"https://globexschool.ktalk.ru/content/artifacts/recordings\">More</a>",
		"Need help? https://globexschool.ktalk.ru/Users | Unsubscribe",
		"#   https://<tenant>.ktalk.ru/recordings/<id>",
	})
}
