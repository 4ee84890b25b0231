package matchers

import "testing"

// Spaces were seen on pages of conferences.
func TestSpatialChat(t *testing.T) {
	runPlatform(t, spatialChat(), []hit{
		{"rooms:\n  - name: weekly\n    url: https://spatial.chat/s/VandelayFest2021\n    owner: board\n", Link{Kind: PersonalRoom, Class: PermanentRoom, ID: "VandelayFest2021"}},
		{"Bonjour,\n\nle lien : <https://app.spatial.chat/s/hooli-social?room=231308&sp=53Rtnu7f>\n\nÀ demain", Link{Kind: PersonalRoom, Class: PermanentRoom, ID: "hooli-social", Secrets: []string{"sp"}}},
	}, []string{
		"      placeholder: 'https://spatial.chat/s/123456',\n      required: true,",
		"3. Paste the link, for example `https://spatial.chat/s/your-space`, and press **Save**.",
		"See the [vendor page](https://spatial.chat/) for details.",
		"<a href=\"https://spatial.chat/pricing\">More</a>",
	})
}
