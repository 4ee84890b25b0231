package matchers

import "testing"

// The token's form is in the sources; links were seen with and without index.php.
func TestNextcloudTalk(t *testing.T) {
	runPlatform(t, nextcloudTalk(), []hit{
		{"rooms:\n  - name: weekly\n    url: https://cloud.globex.example/call/q7wzkd3n\n    owner: board\n", Link{Kind: PersonalRoom, Class: PermanentRoom, Realm: "cloud.globex.example", ID: "q7wzkd3n", Org: "cloud.globex.example"}},
		{"Bonjour,\n\nle lien : <https://office.initech.example/index.php/call/hfpegwvb>\n\nÀ demain", Link{Kind: PersonalRoom, Class: PermanentRoom, Realm: "office.initech.example", ID: "hfpegwvb", Org: "office.initech.example"}},
		{"date,topic,link\n2023-02-14,Budget,https://www.hooli.example/nextcloud/index.php/call/q7wzkd3n#message_42\n2023-02-21,Hiring,tba\n", Link{Kind: PersonalRoom, Class: PermanentRoom, Realm: "www.hooli.example/nextcloud", ID: "q7wzkd3n", Org: "www.hooli.example"}},
	}, []string{
		"3. Paste the link, for example `https://nextcloud.example.com/call/{token}`, and press **Save**.",
		"usage: joinbot [--record] https://cloud.example.org/index.php/call/abc123",
		"    expect(parse('http://nc24.local/index.php/call/amn2iar4')).toBe(true);",
		"      placeholder: 'https://cloud.globex.example/call/abcd2345',\n      required: true,",
		"See the [vendor page](https://shop.vandelay.example/call/today) for details.",
		"<a href=\"https://nextcloud.com/talk/\">More</a>",
		"Need help? https://api.initech.example/v2/call/k3m9x2qz | Unsubscribe",
		"See the [vendor page](https://cloud.globex.example/call/support) for details.",
		"<a href=\"https://cloud.globex.example/apps/spreed/\">More</a>",
	})
}
