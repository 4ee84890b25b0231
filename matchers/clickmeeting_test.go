package matchers

import "testing"

// Rooms and registrations were seen on pages of trainers.
func TestClickMeeting(t *testing.T) {
	runPlatform(t, clickMeeting(), []hit{
		{"Bonjour,\n\nle lien : <https://globexlabs.clickmeeting.com/sales-review>\n\nÀ demain", Link{Kind: PersonalRoom, Class: PermanentRoom, Realm: "globexlabs", ID: "sales-review", Org: "globexlabs"}},
		{"date,topic,link\n2023-02-14,Budget,https://hoolifund.clickmeeting.com/124125913/register\n2023-02-21,Hiring,tba\n", Link{Kind: Registration, Class: PublicForm, Realm: "hoolifund", ID: "124125913", Org: "hoolifund"}},
		{"link: 'https://globexlabs.clickmeeting.com/was-sich-im-herbst-alles-aendert-und-wie-wir-uns-darauf-/register',", Link{Kind: Registration, Class: PublicForm, Realm: "globexlabs", ID: "was-sich-im-herbst-alles-aendert-und-wie-wir-uns-darauf-", Org: "globexlabs"}}, // cut by the service
		{"developers can register for a [webinar](https://vandelaylabs.clickwebinar.com/Garden_Tools_Webinar) next week", Link{Kind: PersonalRoom, Class: PermanentRoom, Realm: "vandelaylabs", ID: "Garden_Tools_Webinar", Org: "vandelaylabs"}},
	}, []string{
		"TryURL = \"http://www.clickwebinar.com/pricing.html\", src = \"https://embed.clickwebinar.com/embed_conference.html?r=15824937160482\"",
		"link = 'https://globexlabs.clickmeeting.com/sales-' + room",
		"    expect(parse('https://yourcompany.clickmeeting.com/your-room')).toBe(true);",
		"      placeholder: 'https://globexlabs.clickmeeting.com/test',\n      required: true,",
		"See the [vendor page](https://api.clickmeeting.com/v1/conferences) for details.",
		"<a href=\"https://clickmeeting.com/free-signup\">More</a>",
		"Need help? https://knowledge.clickmeeting.com/uploads/list.pdf | Unsubscribe",
		"See the [vendor page](https://globexlabs.clickmeeting.com/login) for details.",
	})
}
