package matchers

import "testing"

func TestEightByEight(t *testing.T) {
	const cookie = "vpaas-magic-cookie-7d21f80c4be64a93b5e8d0f16c72a394"
	room := Link{Kind: PersonalRoom, Class: PermanentRoom, Realm: "acmelabs", ID: "standup.west", Org: "acmelabs"}
	runPlatform(t, eightByEight(), []hit{
		{"https://8x8.vc/acmelabs/standup.west,", room},
		{"\"https://8x8.vc/" + cookie + "/ClaimsReview?jwt=eyJhbGciOi.Jz84kLq.x7Pq\"", Link{Kind: PersonalRoom, Class: PermanentRoom, Realm: cookie, ID: "ClaimsReview", Org: cookie, Secrets: []string{"jwt"}}},
		{"https://moderated.jitsi.net/a93b5e8d0f16c72a3947d21f80c4be648c05f7d93e1ab462608fd5c91e37b24a", Link{Kind: HostStart, Class: HostCredential, Space: "moderated", ID: "a93b5e8d0f16c72a3947d21f80c4be648c05f7d93e1ab462608fd5c91e37b24a"}},
	}, []string{
		"https://8x8.vc/" + cookie + "/external_api.js", "https://8x8.vc/libs/external_api.min.js", "https://8x8.vc/{{ $appId }}/external_api.js", "https://8x8.vc/vpaas-magic-cookie-YOUR_APP_ID/room",
		"url = \"https://8x8.vc/\" + appId + \"/\" + room", "https://8x8.vc/<AppID>/MyRoom", "https://8x8.vc/company/room", "https://8x8.vc/acmejets/nora.falk", "https://8x8.vc/your_app_id/crm", "https://8x8.vc/", "https://moderated.jitsi.net/",
	})
}
