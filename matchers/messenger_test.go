package matchers

import "testing"

// Group invitations were seen in bots and READMEs with send_source=gc:copy_invite_link; rooms and calls in mails.
func TestMessenger(t *testing.T) {
	runPlatform(t, messenger(), []hit{
		{"今夜20時から → https://m.me/j/Ab17-dUM2jNKogor/?send_source=gc%3Acopy_invite_link_c （参加自由）", Link{Kind: GroupInvite, Class: ChatInvite, Space: "j", ID: "Ab17-dUM2jNKogor"}},
		{"The group meets [here](https://m.me/j/fNhqrWO9BzG9db05/) every other Thursday.", Link{Kind: Meeting, Class: JoinWithSecret, Space: "j", ID: "fNhqrWO9BzG9db05"}},
		{"<li>Sprechstunde: <a href=\"https://msngr.com/k4vmkb86w04n\" target=\"_blank\">Raum öffnen</a></li>", Link{Kind: Meeting, Class: JoinWithSecret, ID: "k4vmkb86w04n"}},
		{"{\"title\":\"Planning\",\"link\":\"https:\\/\\/www.messenger.com\\/groupcall\\/LINK:kthBGJd8xncwjx\",\"seats\":12}", Link{Kind: Meeting, Class: JoinWithSecret, ID: "LINK:kthBGJd8xncwjx"}},
		{"  { id: 4, title: 'Retro', url: 'https://www.facebook.com/groupcall/LINK%3AkthBGJd8xncwjx/?x=1', open: true },", Link{Kind: Meeting, Class: JoinWithSecret, ID: "LINK:kthBGJd8xncwjx"}},
		{"Nos vemos el martes a las 18 h: https://www.facebook.com/groupcall/ROOM:4623040781461978/?call_id=41&has_video=true. ¡Hasta pronto!", Link{Kind: Meeting, Class: NumberOnly, ID: "ROOM:4623040781461978"}},
		{"const messengerLink = \"https://m.me/ch/Ab17-dUM2jNKogor/?send_source=cm%3Acopy_invite_link\";", Link{Kind: GroupInvite, Class: ChatInvite, Space: "j", ID: "Ab17-dUM2jNKogor"}},
	}, []string{
		"isPost(\"https://t.me/ch/123\"), isPost(\"https://m.me/ch/123\")",
		"usage: joinbot [--record] https://m.me/j/your_messenger_group_link",
		"    expect(parse('https://m.me/j/XXXXXXXXXXXXXXXX/')).toBe(true);",
		"      placeholder: 'https://www.messenger.com/groupcall/ROOM:12345',\n      required: true,",
		"3. Paste the link, for example `https://www.facebook.com/groupcall/x`, and press **Save**.",
		"<a href=\"https://m.me/globexbakery\">More</a>",
		"Need help? https://msngr.com/ | Unsubscribe",
		"See the [vendor page](https://www.facebook.com/groupcall/) for details.",
		"<a href=\"https://host.safemsngr.com/widget/booking/Q7rTz2\">More</a>",
		"Need help? https://team.me/j/9KxPq2Lm | Unsubscribe",
	})
}
