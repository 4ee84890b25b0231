package matchers

import "testing"

func TestGoToMeeting(t *testing.T) {
	meeting := Link{Kind: Meeting, Class: JoinWithSecret, ID: "748293516"}
	registrant := Link{Kind: Meeting, Class: AttendeePersonal, ID: "748293516", Secrets: []string{"registrant"}}
	room := Link{Kind: PersonalRoom, Class: PermanentRoom, Space: "room", ID: "Rosa.Iglesias", Fold: true, Owner: "Rosa.Iglesias"}
	shared := Link{Kind: PersonalRoom, Class: PermanentRoom, Space: "room", ID: "AcmeLabs/Board", Fold: true, Owner: "AcmeLabs/Board", Org: "AcmeLabs"}
	runPlatform(t, gotomeeting(), []hit{
		// invitations by mail, and links in templates
		{"Please join my meeting.\nhttps://global.gotomeeting.com/join/748293516\n\nAccess Code: 748-293-516", meeting},
		{`<iframe src="https://meet.goto.com/748293516" frameborder="0">`, meeting},
		{"https://www4.gotomeeting.com/join/748293516=0A", meeting},
		{`{\"joinUrl\":\"https://www2.gotomeeting.com/join/748293516/206518374\"}`, registrant},
		{"https://www.gotomeeting.com/join/748293516rn", meeting},
		{"<https://app.goto.com/meet/748293516|Join>", meeting},
		{"gotomeet.me/748293516", meeting},
		{"> [Join](https://global.gotomeeting.com/meeting/join/748293516)", meeting},
		{"https://app.gotomeeting.com/?meetingId=748293516", meeting},
		// rooms in course pages and profiles, with and without an organisation
		{"[https://gotomeet.me/Rosa.Iglesias](https://gotomeet.me/rosa.iglesias)", room},
		{"https://global.gotomeeting.com/meet/Rosa.Iglesias/", room},
		{`<form action="https://www.gotomeet.me/AcmeLabs/Board">`, shared},
		{`"location":"https:\/\/meet.goto.com\/AcmeLabs\/Board"`, shared},
	}, []string{
		"https://global.gotomeeting.com/join/123456789", "https://meet.goto.com/123456789\\noder ein Hinweis", "https://meet.goto.com/000000000", "https://meet.goto.com/test",
		"url: `https://gotomeet.me/${meetingId}`,", "'https://gotomeet.me/rosa-' + id", "https://gotomeet.me/YourName", "https://gotomeet.me/JohnSmith", "https://www.gotomeet.me/CustomRoom",
		"https://meet.goto.com/openerbinaries/564/Opener.msi", "https://meet.goto.com/install/9q", "https://www.gotomeeting.com/pricing", "https://global.gotomeeting.com/join/my-standup",
		"https://support.goto.com/meeting/help", "https://support.gotomeeting.com/748293516", "https://global.gotomeeting.com/join/74829351", "https://gotomeet.me/features",
	})
}

func TestGoToWebinar(t *testing.T) {
	const key = "4827195036281947305"
	register := Link{Kind: Registration, Class: PublicForm, Space: "webinar", ID: key}
	join := Link{Kind: Webinar, Class: AttendeePersonal, Space: "webinar", ID: key, Secrets: []string{"registrant"}}
	record := Link{Kind: Recording, Class: PastContent, Space: "rec", ID: key}
	runPlatform(t, gotomeeting(), []hit{
		{"[Sign up!](https://attendee.gotowebinar.com/register/" + key + "?source=blog)", register},
		{"https://register.gotowebinar.com/rt/" + key, register},
		{"@url = N'https://attendee.gotowebinar.com/register/100000000058371942',", Link{Kind: Registration, Class: PublicForm, Space: "webinar", ID: "100000000058371942"}},
		{"https://www2.gotomeeting.com/register/482719503", Link{Kind: Registration, Class: PublicForm, Space: "webinar", ID: "482719503"}},
		// in confirmations to a registrant
		{"https://global.gotowebinar.com/join/" + key + "/359128746", join},
		{"https://global.gotowebinar.com/eojoin/" + key + "/8317204695180273946", join},
		{"https://app.gotowebinar.com/index.html#482719503/" + key + "/8317204695180273946", join},
		{"https://global.gotowebinar.com/join/482719503", Link{Kind: Webinar, Class: JoinWithSecret, Space: "webinar", ID: "482719503"}},
		{"https://register.gotowebinar.com/recording/recordingView?webinarKey=" + key + "&registrantEmail=r%40acme.example", record},
		{"https://attendee.gotowebinar.com/recording/" + key, record},
		{"https://transcripts.gotomeeting.com/#/s/8b2f4a917c3de065b8a4f19d72c603e5", Link{Kind: Recording, Class: PastContent, Space: "rec", ID: "8b2f4a917c3de065b8a4f19d72c603e5"}},
		{"https://join.me/601-397-268", Link{Kind: Meeting, Class: JoinWithSecret, Space: "joinme", ID: "601397268"}},
		{"open session at https://join.me/HooliChoir come by", Link{Kind: PersonalRoom, Class: PermanentRoom, Space: "joinme", ID: "HooliChoir", Owner: "HooliChoir"}},
	}, []string{
		"https://global.gotowebinar.com/join/" + key + "/1234567890", "https://attendee.gotowebinar.com/register/1234567890123456789", "https://attendee.gotowebinar.com/register/100000000000000001", "https://attendee.gotowebinar.com/register/57085361", "https://global.gotowebinar.com/webinars.tmpl",
		"https://transcripts.gotomeeting.com/#/s/<token>", "https://transcripts.gotomeeting.com", "https://join.me/", "https://api.join.me/v1/meetings", "url = 'https://join.me/' + url",
		"https://join.me/invoices/past", "https://help.join.me/s/?language",
	})
}
