package matchers

import "testing"

// Rooms were seen in newsletters of communities.
func TestHuddle01(t *testing.T) {
	runPlatform(t, huddle01(), []hit{
		{"rooms:\n  - name: weekly\n    url: https://huddle01.app/room/xlu-gmju-djx/lobby\n    owner: board\n", Link{Kind: Meeting, Class: JoinWithSecret, ID: "xlu-gmju-djx"}},
		{"Bonjour,\n\nle lien : <https://vandelaydao.huddle01.app/room/xlu-gmju-djx>\n\nÀ demain", Link{Kind: Meeting, Class: JoinWithSecret, ID: "xlu-gmju-djx", Org: "vandelaydao"}},
	}, []string{
		"3. Paste the link, for example `https://huddle01.app/room/${roomId}`, and press **Save**.",
		"usage: joinbot [--record] https://huddle01.app/room/abc-defg-hij",
		"Need help? https://huddle01.app/ | Unsubscribe",
		"See the [vendor page](https://huddle01.com/docs) for details.",
		"<a href=\"https://huddle01.app/thirdparty_auth?app=Calcom\">More</a>",
	})
}
