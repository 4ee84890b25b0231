package matchers

import "testing"

func TestChime(t *testing.T) {
	want := Link{Kind: Meeting, Class: JoinWithSecret, ID: "7310925864"}
	runPlatform(t, chime(), []hit{
		{"// test: https://app.chime.aws/meetings/7310925864", want},
		{"\"https:\\/\\/chime.aws\\/7310925864\"", want},
		{"chime://meeting?pin=7310925864", want},
		{"SIP video system: 7310925864@meet.chime.in or meet.chime.in", Link{Kind: DialIn, Class: NumberOnly, ID: "7310925864"}},
		{"sip:7310925864@meet.ue1.chime.in", Link{Kind: DialIn, Class: NumberOnly, ID: "7310925864"}},
	}, []string{
		"dial @meet.chime.in and enter the number", "room@meet.chime.in", "https://meet.chime.in/7310925864",
		"1234567890@meet.chime.in", "731092586@meet.chime.in", "u@meet.chime.in", "https://chime.in/7310925864", "7310925864@chime.in",
		"https://chime.aws/1234567890", "includes('https://app.chime.aws/meetings')", "https://hooks.chime.aws/incomingwebhooks/7310925864", "https://chime.aws/join/test", "https://clients.chime.aws/win/latest",
		"https://app.chime.aws/meetings/${id}", "https://app.chime.aws/", "https://app.chime.aws/portal", "https://chime.aws/73109258",
	})
}

func TestBlueJeans(t *testing.T) {
	meeting := Link{Kind: Meeting, Class: JoinWithSecret, ID: "743918265"}
	secret := meeting
	secret.Secrets = []string{"passcode"}
	org := meeting
	org.Org = "acmegroup"
	const token = "vRt7Kw2qXmZc9LpB4nGd8HsJ3fYkT6oWaUe5iDrQxMz1SbNgVhPyE0tLuKcFwRj7"
	runPlatform(t, bluejeans(), []hit{
		{"Blue jeans <https://bluejeans.com/743918265/>", meeting},
		{"[call]: https://bluejeans.com/743918265/4826", secret},
		{"https://acmegroup.bluejeans.com/743918265/webrtc", org},
		{"bot.say('https://acmegroup.bluejeans.com/u/wmoreau/')", Link{Kind: PersonalRoom, Class: PermanentRoom, Space: "name", ID: "wmoreau", Org: "acmegroup"}},
		{"743918265.4826@bjn.vc", Link{Kind: DialIn, Class: NumberOnly, ID: "743918265", Secrets: []string{"passcode"}}},
		{"[**Presentation**](https://bluejeans.com/s/Kq3vz@T7mRd)", Link{Kind: Recording, Class: PastContent, Space: "rec", ID: "Kq3vz@T7mRd"}},
		{"> https://globexgroup.bluejeans.com/m/VRtKwq7XmZc/?share=True", Link{Kind: Recording, Class: PastContent, Space: "rec", ID: "VRtKwq7XmZc", Org: "globexgroup"}},
		{"Recording: https://bluejeans.com/playback/s/" + token + "#", Link{Kind: Recording, Class: PastContent, Space: "rec", ID: token}},
		{"[Summit](https://acmegroup.bluejeans.com/playback/s/" + token + ")", Link{Kind: Recording, Class: PastContent, Space: "rec", ID: token, Org: "acmegroup"}},
		{"<!-- https://bluejeans.com/playback/guid/" + token + "RGm7KpX2?s=vl -->", Link{Kind: Recording, Class: PastContent, Space: "rec", ID: token + "RGm7KpX2"}},
		{"https://primetime.bluejeans.com/a2m/live-event/kqzvwrtp", Link{Kind: Webinar, Class: JoinWithSecret, Space: "event", ID: "kqzvwrtp"}},
		{"<a href='https://primetime.bluejeans.com/a2m/live-event/wk72915'>open</a>", Link{Kind: Webinar, Class: JoinWithSecret, Space: "event", ID: "wk72915"}},
		{"https://primetime.bluejeans.com/a2m/events/playback/8e27b51c-6fa0-4d39-b1c4-72d9f0386ea5", Link{Kind: Recording, Class: PastContent, Space: "rec", ID: "8e27b51c-6fa0-4d39-b1c4-72d9f0386ea5"}},
	}, []string{
		"https://bluejeans.com/123456789", "url = \"https://bluejeans.com/#{meeting_id}\"", "https://support.bluejeans.com/s/contact", "https://www.bluejeans.com/downloads", "https://<company>.bluejeans.com/enterprise-admin/#onboarding",
		"https://bluejeans.com/01234/01234", "743918265@teams.bjn.vc VTC Conference ID", "https://bluejeans.github.io/api", "https://www.bluejeans.com/10-tips-for-hybrid-work", "https://primetime.bluejeans.com/a2m/live-event/abcd",
		"https://bluejeans.com/u/", "https://bluejeans.com/u/<name>", "https://bluejeans.com/u/johndoe", "https://bluejeans.com/u/yourname", "https://acmegroup.bluejeans.com/u/wmoreau/edit",
		"https://bluejeans.com/playback/guid", "https://bluejeans.com/playback/s/", "https://bluejeans.com/playback/s/${id}", "https://bluejeans.com/playback/list/" + token,
	})
}

func TestZoho(t *testing.T) {
	meeting := Link{Kind: Meeting, Class: JoinWithSecret, ID: "1482905736"}
	secret := meeting
	secret.Secrets = []string{"t"}
	recording := Link{Kind: Recording, Class: PastContent, Space: "rec", ID: "7c1f04d9b3e86a25f0917be4d38c62a5914fd07be3285ac619d47f02b8e3516a"}
	runPlatform(t, zoho(), []hit{
		{"https://meeting.zoho.in/join?key=1482905736&t=7d21f80c4be64a93b5e8", secret},
		{"https://meeting.zoho.com.au/meeting/1482905736", meeting},
		{"<iframe width=\"450\" src=\"https://meeting.zoho.eu/meeting/login/embedmeeting.jsp?meetingKey=1482905736&newWindow=true&t=7d21f80c4be64a93b5e8\"></iframe>", secret},
		{"https://meeting.zoho.com.au/meeting/meeting-start?key=1482905736&x-meeting-org=7205819364", Link{Kind: HostStart, Class: HostCredential, ID: "1482905736"}},
		{"https://webinar.zoho.in/meeting/register?sessionId=1482905736", Link{Kind: Registration, Class: PublicForm, Space: "webinar", ID: "1482905736"}},
		{"const WEBINAR_URL = \"https://meet.zoho.eu/kwzl-rvu-dap\";", Link{Kind: Meeting, Class: JoinWithSecret, Space: "code", ID: "kwzl-rvu-dap"}},
		{"// https://meet.zoho.in/pXe47vDmRw", Link{Kind: Meeting, Class: JoinWithSecret, Space: "code", ID: "pXe47vDmRw"}},
		{"<iframe src=\"https://webinar.zoho.com/meeting/register/embed?sessionId=1092537861\" frameBorder=\"0\"></iframe>", Link{Kind: Registration, Class: PublicForm, Space: "webinar", ID: "1092537861"}},
		{"https://meeting.zoho.in/meeting/public/videoprv?recordingId=7c1f04d9b3e86a25f0917be4d38c62a5914fd07be3285ac619d47f02b8e3516a\n", recording},
		{"https://meeting.zoho.in/meeting/public/videoprv?recordingId=7C1F04D9B3E86A25F0917BE4D38C62A5914FD07BE3285AC619D47F02B8E3516A\n", recording},
		{"[Zoho Webinar Recording](https://webinar.zoho.com/meeting/videoprv?recordingId=7c1f04d9b3e86a25f0917be4d38c62a5914fd07be3285ac619d47f02b8e3516a&x-meeting-org=720581936)", recording},
	}, []string{
		"`webinar.zoho.com/meeting/videoprv?recordingId=<erecordingId>&x-meeting-org=720581936`", "https://meeting.zoho.in/meeting/public/videoprv?recordingId=...", "https://meeting.zoho.in/meeting/public/videoprv?recordingId=abcdefabcdefabcdefabcdefabcdefabcdefabcdefabcdefabcdefabcdefabcd", "https://meeting.zoho.in/meeting/public/videoprv",
		"https://meeting.zoho.com/join?key=1234567890", "https://meeting.zoho.com/join?key=999", "placeholder=\"https://meeting.zoho.com/...\"", "https://meeting.zoho.in/api/v2/user.json", "https://meet.zoho.com/abc123",
		"https://meet.zoho.in/demo", "meet.zoho.com/SYNTHETIC12345", "https://meet.zoho.in/join-interview", "`https://meet.zoho.com/j/${meetingId}`", "https://www.zoho.com/meeting/", "https://accounts.zoho.com/oauth",
		"\"meeting_link\":\"https://meeting.zoho.com/join?key=103628049*************22c92ca4\"",
		"https://meeting.zoho.com/api/v2/60017852843/sessions/${meetingKey}.json",
	})
}

func TestLifesize(t *testing.T) {
	want := Link{Kind: Meeting, Class: JoinWithSecret, ID: "5290716"}
	runPlatform(t, lifesize(), []hit{
		{"LifeSize https://call.lifesizecloud.com/5290716 | Sala 5290716", want},
		{"https://guest.lifesizecloud.com/5290716?x=1", want},
		{"sip:5290716@lifesizecloud.com", Link{Kind: DialIn, Class: NumberOnly, ID: "5290716"}},
	}, []string{
		"https://call.lifesizecloud.com/1234567", "https://login.lifesizecloud.com/ls/?acs", "https://download.lifesizecloud.com/Lifesize-2.210.dmg", "\"https://call.lifesizecloud.com/{}\".format(x)",
		"/udp/fwa.lifesizecloud.com/3478", "https://call.lifesizecloud.com/",
	})
}

func TestStarLeaf(t *testing.T) {
	want := Link{Kind: Meeting, Class: JoinWithSecret, ID: "4597183062"}
	runPlatform(t, starleaf(), []hit{
		{"lien visio: https://meet.starleaf.com/4597183062/app\n", want},
		{"4597183062@meet.starleaf.com", Link{Kind: DialIn, Class: NumberOnly, ID: "4597183062"}},
	}, []string{"https://meet.starleaf.com/1234567890", "https://meet.starleaf.com/1", "https?://meet.starleaf.com/[^\\s]*", "https://support.starleaf.com/4597183062"})
}

func TestDialpad(t *testing.T) {
	want := Link{Kind: PersonalRoom, Class: PermanentRoom, ID: "acme-board", Owner: "acme-board"}
	runPlatform(t, dialpad(), []hit{
		{"[www.uberconference.com/acme-board](https://www.uberconference.com/acme-board)", want},
		{"'https://meetings.dialpad.com/room/acme-board'", want},
		{"Uber Conference..   uberconference.com/acme-board | 469-555-0131", want},
		{"https://meetings.dialpad.com/getmp4/7d21f80c4be64a93b5e8d0f16c72a394.mp4?amp_device_id=Kq", Link{Kind: Recording, Class: PastContent, Space: "rec", ID: "7d21f80c4be64a93b5e8d0f16c72a394"}},
		{"[audio](https://www.uberconference.com/getmp3/AKq7fv2_tRm9-WzXp4LdGs8HbNc3YkTj6oUe)", Link{Kind: Recording, Class: PastContent, Space: "rec", ID: "AKq7fv2_tRm9-WzXp4LdGs8HbNc3YkTj6oUe"}},
	}, []string{
		"https://meetings.dialpad.com/international", "https://meetings.dialpad.com/room/yourname", "https://meetings.dialpad.com/janedoe", "https://www.uberconference.com/api/i1/login", "https://help.uberconference.com/hc",
		"https://www.uberconference.com/", "https://meetings.dialpad.com/room/${name}", "https://www.uberconference.com/features", "https://meetings.dialpad.com/room/team-sync",
		"https://meetings.dialpad.com/getmp4/${id}.mp4", "https://meetings.dialpad.com/getmp4", "https://meetings.dialpad.com/getmp4/recording.mp4", "https://meetings.dialpad.com/getmp4/this-is-the-recording-of-our-summit.mp4",
	})
}

func TestDiscord(t *testing.T) {
	want := Link{Kind: GroupInvite, Class: ChatInvite, ID: "Kq7RmxVd9p"}
	vanity := want
	vanity.ID = "acme-makers"
	named := func(code string) Link { l := want; l.ID = code; return l }
	runPlatform(t, discord(), []hit{
		{"[Discord](https://discord.gg/Kq7RmxVd9p){:target=\"_blank\"}", want},
		{"https://discord.com/invite/Kq7RmxVd9p?event=975081358147698094", want},
		{"<a href=\"https://discordapp.com/invite/Kq7RmxVd9p\">", want},
		{"https://discord.gg/invite/Kq7RmxVd9p", want},
		{"https:\\/\\/discord.gg\\/Kq7RmxVd9p\\n", want},
		{"discord://-/invite/Kq7RmxVd9p", want},
		{"discord.gg/acme-makers!", vanity},
		{"<https://discord.gg/somehillmakers>", named("somehillmakers")},
		{"https://discord.gg/fakehorn", named("fakehorn")},
		{"https://discord.gg/gym", named("gym")},
	}, []string{
		"https://discord.gg/alpha discord.com/invite/beta", "https://discord.gg/", "https://discord.gg/invite", "https://discord.gg/your-invite", "https://discord.gg/yourserver", "https://discord.gg/your_invite", "https://discord.gg/INVITE_CODE", "https://discord.gg/xxxxxxx",
		"https://discord.gg/XXXXXXXXXX", "https://discord.gg/abcdef", "https://discord.gg/123456", "https://discord.com/invite/${invite.code}", "https://discord.gg/<code>", "https://discord.gg/...", "https://discord.gg/discord-developers",
		"https://discord.com/channels/914728305162839471/938204716350291847", "https://discord.com/api/webhooks/914728305162839471/x", "https://cdn.discordapp.com/attachments/9947/9971/u.png", "https://discord.com/developers",
		"Join discord.gg/spam for free", "(\"Discord\", \"https://discord.gg/acme\", \"discord\"),", "'DISCORD.GG/FAKE1234'", "selling gold, discord.gg/fakepromo", "https://discord.gg/someserver", "http://discord.gg/something", "\"discord.gg/mycoolserver\"", "https://discord.gg/MYSERVERINV", "\"https://discord.gg/invite123\",", "https://discord.gg/abcd1234", "\"discord\": \"https://discord.gg/myapp\"", "discord: Some(\"https://discord.gg/mytoken\"),", "https://discord.gg/contoh", "http://discord.gg/abcabcabc http://discord.gg/123123", "https://promos.discord.gg/promocode", "https://discord.gg/promocode", "ex) https://discord.gg/tester",
		"https://img.shields.io/discord/929090674741928176.svg", "https://support.discord.com/hc", `text.replace(/https:\/\/discord.gg\//ig, '')`,
	})
}

func TestTelegram(t *testing.T) {
	group := Link{Kind: GroupInvite, Class: ChatInvite, Space: "join", ID: "Kq7RmxVd9pZ4tLw8"}
	long := group
	long.ID = "AAAAAKq7RmxVd9pZ4tLw8Y"
	chat := Link{Kind: Meeting, Class: JoinWithSecret, Space: "chat", ID: "hoolinews", Owner: "hoolinews"}
	secret := chat
	secret.Secrets = []string{"videochat"}
	runPlatform(t, telegram(), []hit{
		{"[Telegram](https://t.me/+Kq7RmxVd9pZ4tLw8)", group},
		{`{"url":"tg:\/\/join?invite=Kq7RmxVd9pZ4tLw8"}`, group},
		{"telegram: t.me/joinchat/Kq7RmxVd9pZ4tLw8", group},
		// defanged, as reports of fraud have it
		{"\"hxxps://t[.]me/+Kq7RmxVd9pZ4tLw8\"", group},
		{"hxxps[://]t(.)me/joinchat/Kq7RmxVd9pZ4tLw8", group},
		{"\"https:\\/\\/t.me\\/+Kq7RmxVd9pZ4tLw8\"", group},
		{"go?u=https%3A%2F%2Ft.me%2Fjoinchat%2FKq7RmxVd9pZ4tLw8", group},
		{"https://telegram.me/joinchat/AAAAAKq7RmxVd9pZ4tLw8Y", long},
		{"tg://join?invite=Kq7RmxVd9pZ4tLw8", group},
		{"how do I get into tg:join?invite=Kq7RmxVd9pZ4tLw8", group},
		{"https://t.me/hoolinews?livestream", chat},
		{"https://hoolinews.t.me?voicechat", chat},
		{"https://t.me/hoolinews?videochat=ok8lZGuQ7390VatyWz", secret},
		{"tg://resolve?domain=hoolinews&videochat=ok8lZGuQ7390VatyWz", secret},
		{"https://t.me/call/lKI4d1OCBCjqcr", Link{Kind: Meeting, Class: JoinWithSecret, Space: "call", ID: "lKI4d1OCBCjqcr"}},
	}, []string{
		"https://t.me/+4915755501234", "https://t.me/hoolinews", "https://t.me/s/hoolinews/42", "https://t.me/hooli_bot?start=ref", "https://t.me/+abcdef", "https://t.me/joinchat/...", "https://t.me/joinchat/", "https://t.me/+xxxxxxxx",
		"f\"https://t.me/{name}?videochat\"", "t.me/group_chat?videochat", "https://t.me/somegroup?voicechat", "tg://resolve?domain=durov&videochat", "`tg:join?invite=${hash}`", "https://t.me/+Kq7RmxVd", "https://t.me/share/url?url=x&text=y", "https://internet.me/+Kq7RmxVd9pZ4tLw8", "https://t.me/joinchat/AbCdEfgh0123456789_-", "https://t.me/joinchat/lucky77_lottery_tips_hub",
	})
}
