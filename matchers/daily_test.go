package matchers

import "testing"

// Rooms were seen in code; most of it joins the room's name on at run time.
func TestDaily(t *testing.T) {
	runPlatform(t, daily(), []hit{
		{"The group meets [here](https://globexlabs.daily.co/interview-4) every other Thursday.", Link{Kind: PersonalRoom, Class: PermanentRoom, Realm: "globexlabs", ID: "interview-4", Org: "globexlabs"}},
		{"<li>Sprechstunde: <a href=\"https://hoolihealth.daily.co/2cx7W0CmhSvFO6zs0d3V?t=eyJhbGciOi.OunJNTBz7BHQsD1KB6Tr.QPQkNsd6ATQGKIUCV8Ma\" target=\"_blank\">Raum öffnen</a></li>", Link{Kind: PersonalRoom, Class: PermanentRoom, Realm: "hoolihealth", ID: "2cx7W0CmhSvFO6zs0d3V", Org: "hoolihealth", Secrets: []string{"t"}}},
	}, []string{
		"      placeholder: 'https://your-domain.daily.co/hello',\n      required: true,",
		"3. Paste the link, for example `https://YOUR-SUBDOMAIN.daily.co/your-room`, and press **Save**.",
		"usage: joinbot [--record] https://example.daily.co/standup",
		"    expect(parse('https://globexlabs.daily.co/${roomName}')).toBe(true);",
		"      placeholder: 'https://globexlabs.daily.co/demo-${id}',\n      required: true,",
		"3. Paste the link, for example `https://globexlabs.daily.co/abc123`, and press **Save**.",
		"usage: joinbot [--record] https://globexlabs.daily.co/test",
		"usage: joinbot [--record] https://acme.daily.co/standup",
		"1. **Sign up**: https://globexlabs.daily.co/sign-up",
		"Need help? https://api.daily.co/v1/rooms | Unsubscribe",
		"See the [vendor page](https://docs.daily.co/reference/rest-api) for details.",
		"<a href=\"https://www.daily.co/\">More</a>",
		"Need help? https://dashboard.daily.co/rooms | Unsubscribe",
		"const CALL = 'https://globexlabs.daily.co/fake-board'; const NEXT = 'https://globexlabs.daily.co/visit-room-id'",
	})
}
