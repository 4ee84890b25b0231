package matchers

import "testing"

// Rooms were seen in course pages, recordings in documentation.
func TestAdobeConnect(t *testing.T) {
	runPlatform(t, adobeConnect(), []hit{
		{"Bonjour,\n\nle lien : <https://vandelayedu.adobeconnect.com/sammamish?proto=true>\n\nÀ demain", Link{Kind: PersonalRoom, Class: PermanentRoom, Realm: "vandelayedu", ID: "sammamish", Org: "vandelayedu"}},
		{"date,topic,link\n2023-02-14,Budget,https://globexlabs.adobeconnect.com/pul9a43gbiv/\n2023-02-21,Hiring,tba\n", Link{Kind: Recording, Class: PastContent, Realm: "globexlabs", ID: "pul9a43gbiv", Org: "globexlabs"}},
		{"今夜20時から → https://globexlabs.adobeconnect.com/evij7sdptx/event/event_info.html （参加自由）", Link{Kind: Event, Class: PublicForm, Realm: "globexlabs", ID: "evij7sdptx", Org: "globexlabs"}},
		{"| 17 July | [Register](https://globexlabs.adobeconnect.com/ekudwvasqolt/event/registration.html?campaign-id=Kx4) |", Link{Kind: Event, Class: PublicForm, Realm: "globexlabs", ID: "ekudwvasqolt", Org: "globexlabs"}},
		{"recorded at: \nhttps://globexlabs.adobeconnect.com/_a1035827946/pul9a43gbiv/?launcher=false&fcsContent=true&pbMode=normal\n", Link{Kind: Recording, Class: PastContent, Realm: "globexlabs", ID: "pul9a43gbiv", Org: "globexlabs"}},
		{"baseUrl = \"https://globexlabs.adobeconnect.com/_a7/r4vkq9tzmw2x/?proto=true\";", Link{Kind: PersonalRoom, Class: PermanentRoom, Realm: "globexlabs", ID: "r4vkq9tzmw2x", Org: "globexlabs"}},
	}, []string{
		"https://globexlabs.adobeconnect.com/_a7/ https://globexlabs.adobeconnect.com/_a7/common/help/en/index.htm",
		"usage: joinbot [--record] https://example.adobeconnect.com/my-room",
		"    expect(parse('https://yourcompany.adobeconnect.com/board')).toBe(true);",
		"See the [vendor page](https://na1cps.adobeconnect.com/common/help/en/support/meeting_test.htm) for details.",
		"<a href=\"https://globexlabs.adobeconnect.com/system/login\">More</a>",
		"Need help? https://globexlabs.adobeconnect.com/ | Unsubscribe",
	})
}
