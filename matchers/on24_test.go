package matchers

import "testing"

// Registrations were seen on pages of vendors and schools.
func TestON24(t *testing.T) {
	runPlatform(t, on24(), []hit{
		{"date,topic,link\n2023-02-14,Budget,https://event.on24.com/wcc/r/4965684/3765A5863B13FB49A763AB8302562E12\n2023-02-21,Hiring,tba\n", Link{Kind: Registration, Class: PublicForm, ID: "4965684"}},
		{"今夜20時から → http://event.on24.com/eventRegistration/EventLobbyServlet?target=reg20.jsp&eventid=4965684&sessionid=1&key=3765A5863B13FB49A763AB8302562E12 （参加自由）", Link{Kind: Registration, Class: PublicForm, ID: "4965684"}},
		{"(<a href=\"http://event.on24.com/r.htm?e=496568&amp;s=1&amp;k=3765A5863B13FB49A763AB8302562E12&amp;partnerref=blog\">Register here</a>)", Link{Kind: Registration, Class: PublicForm, ID: "496568"}},
	}, []string{
		"https://event.on24.com/event/49/65/68/4/rt/1/vtt/mediaplayer/4965684_3765A5863B13FB49A763AB8302562E12.vtt",
		"3. Paste the link, for example `https://event.on24.com/wcc/r/1234567/0123456789ABCDEF0123456789ABCDEF`, and press **Save**.",
		"usage: joinbot [--record] https://event.on24.com/wcc/r/{id}/{key}",
		"<a href=\"https://event.on24.com/unverified-event\">More</a>",
		"Need help? https://www.on24.com/resources/ | Unsubscribe",
	})
}
