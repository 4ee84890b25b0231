package matchers

import "testing"

// Rooms were seen in notes and READMEs.
func TestMozillaHubs(t *testing.T) {
	runPlatform(t, mozillaHubs(), []hit{
		{"<li>Sprechstunde: <a href=\"https://hubs.mozilla.com/MoSF9Ya/calm-rustic-harbour\" target=\"_blank\">Raum öffnen</a></li>", Link{Kind: PersonalRoom, Class: PermanentRoom, ID: "MoSF9Ya"}},
		{"{\"title\":\"Planning\",\"link\":\"https:\\/\\/hub.link\\/MoSF9Ya\",\"seats\":12}", Link{Kind: PersonalRoom, Class: PermanentRoom, ID: "MoSF9Ya"}},
		{"        Application.OpenURL(\"https://hubs.mozilla.com/link/MoSF9Ya\");", Link{Kind: PersonalRoom, Class: PermanentRoom, ID: "MoSF9Ya"}},
	}, []string{
		"link_redirector_target = \"https://hubs.mozilla.com/link\"",
		"Type the six digits at https://hubs.mozilla.com/link/482913 on the headset.",
		"      placeholder: 'https://hubs.mozilla.com/abcdef',\n      required: true,",
		"3. Paste the link, for example `https://hubs.mozilla.com/{roomId}/name`, and press **Save**.",
		"See the [vendor page](https://hubs.mozilla.com/discord) for details.",
		"<a href=\"https://hubs.mozilla.com/cloud\">More</a>",
		"Need help? https://hubs.mozilla.com/ | Unsubscribe",
		"See the [vendor page](https://hubs.mozilla.com/scenes/MoSF9Ya) for details.",
	})
}
