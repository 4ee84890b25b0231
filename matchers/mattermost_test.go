package matchers

import "testing"

func TestMattermost(t *testing.T) {
	call := Link{Kind: Meeting, Class: ChatInvite, Realm: "chat.acme.example", ID: "k4r8zmpw1dyjfnqx6etohb3gsa", Org: "chat.acme.example"}
	invite := Link{Kind: WorkspaceInvite, Class: ChatInvite, Realm: "chat.acme.example", Space: "invite", ID: "w7qd3nzkxfy8tjmb5ohr1cpgea", Org: "chat.acme.example"}
	below := invite
	below.Realm, below.Org = "acme.example/mattermost", "acme.example"
	named := call
	named.ID, named.Space = "board-room", "staff"
	runPlatform(t, mattermost(), []hit{
		// what "/call link" prints
		{"Call link: https://chat.acme.example/staff/channels/k4r8zmpw1dyjfnqx6etohb3gsa?join_call=true.", call},
		{`{"link":"https:\/\/chat.acme.example\/staff\/channels\/k4r8zmpw1dyjfnqx6etohb3gsa?join_call=true"}`, call},
		{"href=3D\"https://chat.acme.example/staff/channels/k4r8zmpw1dyjfnqx6etohb3gsa?join_call=3Dtrue\"", call},
		{"go?to=https%3A%2F%2Fchat.acme.example%2Fstaff%2Fchannels%2Fk4r8zmpw1dyjfnqx6etohb3gsa%3Fjoin_call%3Dtrue", call},
		// written by hand, with the channel's name
		{"https://chat.acme.example/staff/channels/board-room?join_call=true", named},
		// invitations in course pages, and after a change of the form
		{"([register](https://chat.acme.example/signup_user_complete/?id=w7qd3nzkxfy8tjmb5ohr1cpgea)).", invite},
		{"href=\"https://chat.acme.example/signup_user_complete/?id=w7qd3nzkxfy8tjmb5ohr1cpgea&amp;md=link&amp;sbr=su\"", invite},
		{"https://chat.acme.example/login?id=w7qd3nzkxfy8tjmb5ohr1cpgea&md=link&sbr=fa", invite},
		{"https://chat.acme.example/landing#/signup_user_complete/?id=w7qd3nzkxfy8tjmb5ohr1cpgea", invite},
		{"https://acme.example/mattermost/signup_user_complete/?id=w7qd3nzkxfy8tjmb5ohr1cpgea", below},
		{"sign up at https://chat.acme.example/signup_user_complete/?id=9c41e7d20b6f83a5d41790ce2b86f53a )", Link{Kind: WorkspaceInvite, Class: ChatInvite, Realm: "chat.acme.example", Space: "invite", ID: "9c41e7d20b6f83a5d41790ce2b86f53a", Org: "chat.acme.example"}},
		// by mail, the JSON as mail programs show it
		{`https://chat.acme.example/signup_user_complete/?d={"display_name":"Staff","email":"someone@acme.example","name":"staff"}&t=w7qd3nzkxfy8tjmb5ohr1cpgeaw7qd3nzkxfy8tjmb5ohr1cpgea5ohr1cpgeakx`,
			Link{Kind: WorkspaceInvite, Class: ChatInvite, Realm: "chat.acme.example", Space: "invite", ID: "w7qd3nzkxfy8tjmb5ohr1cpgeaw7qd3nzkxfy8tjmb5ohr1cpgea5ohr1cpgeakx", Org: "chat.acme.example"}},
	}, []string{
		`${site}/signup_user_complete/?d={"name":"staff"}&t=<token>`,
		"https://mattermost.example.com/team/channels/town-square?join_call=true",
		"https://my-org.mattermost.com/config/signup_user_complete/?id=1234",
		`fmt.Sprintf("%s/signup_user_complete/?id=%s", site, id)`, "value={location.origin+\"/signup_user_complete/?id=\"+id}",
		"https://chat.acme.example/signup_user_complete/?id=xxxxxxxxxxxxxxxxxxxxxxxxxx", "https://chat.acme.example/signup_user_complete/?id=${inviteId}",
		"https://chat.acme.example/staff/channels/k4r8zmpw1dyjfnqx6etohb3gsa", "https://chat.acme.example/staff/pl/k4r8zmpw1dyjfnqx6etohb3gsa",
		"`/app/channel/{channel_id}?join_call=true` drops the user into the call", "https://shop.acme.example/checkout?join_call=true",
		"https://chat.acme.example/login?id=w7qd3nzkxfy8tjmb5ohr1cpgea", "https://chat.acme.example/login?redirect_to=%2F",
	})
}
