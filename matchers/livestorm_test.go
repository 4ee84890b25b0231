package matchers

import "testing"

// Pages were seen in READMEs and code of customers.
func TestLivestorm(t *testing.T) {
	runPlatform(t, livestorm(), []hit{
		{"Bonjour,\n\nle lien : <https://app.livestorm.co/p/eab9a0ce-a157-4868-ae80-1a7c0c5b8cd6>\n\nÀ demain", Link{Kind: Registration, Class: PublicForm, ID: "eab9a0ce-a157-4868-ae80-1a7c0c5b8cd6"}},
		{"date,topic,link\n2023-02-14,Budget,https://app.livestorm.co/p/eab9a0ce-a157-4868-ae80-1a7c0c5b8cd6/live?s=0c4ac3a6-37b1-48d1-a575-105c643b15e6\n2023-02-21,Hiring,tba\n", Link{Kind: Webinar, Class: AttendeePersonal, ID: "eab9a0ce-a157-4868-ae80-1a7c0c5b8cd6", Secrets: []string{"s"}}},
		{"今夜20時から → https://app.livestorm.com/p/EAB9A0CE-A157-4868-AE80-1A7C0C5B8CD6/live （参加自由）", Link{Kind: Webinar, Class: JoinWithSecret, ID: "eab9a0ce-a157-4868-ae80-1a7c0c5b8cd6"}},
		{"The group meets [here](https://app.livestorm.co/vandelay-inc/lakehouse-basics?type=detailed) every other Thursday.", Link{Kind: Registration, Class: PublicForm, Space: "page", ID: "vandelay-inc/lakehouse-basics", Org: "vandelay-inc"}},
		{"Webinar https://app.livestorm.co/vandelay-inc/lakehouse-basics/live?s=0c4ac3a6-37b1-48d1-a575-105c643b15e6#/chat\n- next", Link{Kind: Webinar, Class: AttendeePersonal, Space: "page", ID: "vandelay-inc/lakehouse-basics", Org: "vandelay-inc", Secrets: []string{"s"}}},
	}, []string{
		"usage: joinbot [--record] https://app.livestorm.co/p/{event_id}",
		"    expect(parse('https://app.livestorm.co/p/my-event')).toBe(true);",
		"      placeholder: 'https://app.livestorm.co/p/00000000-0000-0000-0000-000000000000',\n      required: true,",
		"3. Paste the link, for example `https://app.livestorm.co/your-company/your-event`, and press **Save**.",
		"Need help? https://app.livestorm.co/ | Unsubscribe",
		"See the [vendor page](https://app.livestorm.co/#/login) for details.",
		"<a href=\"https://app.livestorm.co/oauth/authorize?client_id=2\">More</a>",
		"Need help? https://livestorm.co/pricing | Unsubscribe",
		"See the [vendor page](https://app.livestorm.co/vandelay-inc) for details.",
	})
}
