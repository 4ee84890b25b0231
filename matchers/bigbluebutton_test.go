package matchers

import "testing"

func TestBigBlueButton(t *testing.T) {
	const checksum = "7d21f80c4be64a93b5e8d0f16c72a3948c05f7d9"
	room := Link{Kind: PersonalRoom, Class: PermanentRoom, Realm: "bbb.acme.example", ID: "ros-9kf-x3m", Org: "bbb.acme.example"}
	four := room
	four.ID = "k4w-z8p-m2t-x9q"
	public, osm := four, room
	demo := room
	demo.Realm, demo.Org = "demo.bigbluebutton.org", "demo.bigbluebutton.org"
	public.Realm, public.Org = "lecture.senfcall.de", "lecture.senfcall.de"
	osm.Realm, osm.Org = "osmvideo.cloud68.co", "osmvideo.cloud68.co"
	signed := Link{Kind: PersonalRoom, Class: JoinWithSecret, Realm: "bbb.acme.example", ID: "kurs 7c", Org: "bbb.acme.example", Secrets: []string{"checksum", "password"}}
	moodle := signed
	moodle.ID = "9b04e6d1c7f35a82904d6eb13f57c2a80d61e94f-8-3[0]"
	drawn := signed
	drawn.ID = "random-1605842"
	moderator := signed
	moderator.Kind, moderator.Class = HostStart, HostCredential
	b3desk := Link{Kind: PersonalRoom, Class: JoinWithSecret, Realm: "visio.acme.example", ID: "48259", Org: "visio.acme.example", Secrets: []string{"hash"}}
	b3deskModerator := b3desk
	b3deskModerator.Kind, b3deskModerator.Class = HostStart, HostCredential
	runPlatform(t, bigbluebutton(), []hit{
		// Greenlight 2
		{"Raum: https://bbb.acme.example/b/ros-9kf-x3m.", room},
		{`"https:\/\/bbb.acme.example\/b\/ros-9kf-x3m"`, room},
		{"go?u=https%3A%2F%2Fbbb.acme.example%2Fb%2Fros-9kf-x3m", room},
		{`'https:\x2f\x2fbbb.acme.example\x2fb\x2fros-9kf-x3m'`, room},
		{"https://bbb.acme.example/b/k4w-z8p-m2t-x9q", four},
		{"Sprechstunde im [BBB](https://bbb.acme.example/gl/ros-9kf-x3m)", room},
		{"join at https://bbb.acme.example/ros-9kf-x3m, please", room},
		{"[Sprechstunde](https://lecture.senfcall.de/k4w-z8p-m2t-x9q)", public},
		{"[meeting-link](https://osmvideo.cloud68.co/user/ros-9kf-x3m)", osm},
		{"//src=\"https://demo.bigbluebutton.org/gl/ros-9kf-x3m#\"", demo},
		{`"https:\/\/demo.bigbluebutton.org\/gl\/ros-9kf-x3m"`, demo},
		// Greenlight 3
		{"<https://bbb.acme.example/rooms/k4w-z8p-m2t-x9q/join>", four},
		{":BBB: https://bbb.acme.example/rooms/k4w-z8p-m2t-x9q/ ", four},
		{"[Raum](https://bbb.acme.example/rooms/k4w-z8p-m2t-x9q)", four},
		// B3Desk
		{"url: 'https://visio.acme.example/meeting/signin/invite/48259/hash/" + checksum + "'", b3desk},
		{"<a href=\"https://visio.acme.example//meeting/signin/48259/creator/372/hash/" + checksum + "\">ce lien</a>", b3desk},
		{"https://visio.acme.example/meeting/signin/moderateur/48259/creator/372/hash/" + checksum, b3deskModerator},
		// recordings
		{"https://bbb.acme.example/playback/presentation/2.0/playback.html?meetingId=" + checksum + "-1589273604815", Link{Kind: Recording, Class: PastContent, Realm: "bbb.acme.example", Space: "rec", ID: checksum + "-1589273604815", Org: "bbb.acme.example"}},
		{"https://bbb.acme.example/playback/presentation/2.3/" + checksum + "-1589273604815?t=90", Link{Kind: Recording, Class: PastContent, Realm: "bbb.acme.example", Space: "rec", ID: checksum + "-1589273604815", Org: "bbb.acme.example"}},
		{`{"url":"https:\/\/bbb.acme.example\/playback\/presentation\/2.3\/` + checksum + `-1589273604815"}`, Link{Kind: Recording, Class: PastContent, Realm: "bbb.acme.example", Space: "rec", ID: checksum + "-1589273604815", Org: "bbb.acme.example"}},
		// the API's signed links, in code and in exports
		{"src=\"https://bbb.acme.example/bigbluebutton/api/join?fullName=w1&amp;meetingID=kurs+7c&amp;password=u8Kq&amp;checksum=" + checksum + "\"", signed},
		{"# https://bbb.acme.example/bigbluebutton/api/join?fullName=User+4701&meetingID=random-1605842&password=mp&redirect=true&checksum=" + checksum, drawn},
		{"https://bbb.acme.example/bigbluebutton/api/join?fullName=Ines&meetingID=kurs%207c&password=u8Kq&role=moderator&checksum=" + checksum, moderator},
		{"https://bbb.acme.example/bigbluebutton/api/join?meetingID=9b04e6d1c7f35a82904d6eb13f57c2a80d61e94f-8-3%5B0%5D&password=u8Kq&checksum=" + checksum, moodle},
	}, []string{
		"https://visio.acme.example/meeting/signin/48259", "https://visio.acme.example/meeting/signin/<role:role>/<meeting_fake_id>/hash/<hash_>",
		"https://visio.acme.example/meeting/signin/moderateur/48259/creator/372/hash/abcdef0123456789abcdef0123456789abcdef01",
		"https://bbb.example.com/b/abc-def-ghi", "https://bbb.acme.example/gl/abc-def-ghi", "https://bbb.acme.example/eq/eye-accessory", "https://bbb.acme.example/gl/ros-9kf-x3m/edit", "https://shop.acme.example/ros-9kf-x3m", "https://bbb.acme.example/b", "https://bbb.acme.example/b/xxx-yyy-zzz", "https://gitlab.acme.example/b/abc/commit/4f2", "/a/b/c", "https://x.acme.example/b/ros-9kf-x3mm", "https://x.acme.example/rooms/ros-9kf-x3m", "https://inn.acme.example/rooms/the-old-red-fox", "https://bbb.acme.example/rooms/k4w-z8p-m2t-x9q/settings", "https://bbb.acme.example/rooms/abc-def-ghi-jkl", "https://bbb.acme.example/rooms/ros-9kf-x3m", "https://www.senfcall.de/", "https://public.senfcall.de/room", "https://gitlab.senfcall.de/ros-9kf-x3m/door", "https://osmvideo.cloud68.co/user/settings", "https://acme.example/user/ros-9kf-x3m", "https://demo.bigbluebutton.org/gl", "https://demo.bigbluebutton.org/gl/meeting-demo", "https://docs.bigbluebutton.org/gl/ros-9kf-x3m",
		"\"http://\" + host + \"/bigbluebutton/api/join?\" + params", "https://bbb.acme.example/bigbluebutton/api/join?meetingID=<id>&checksum=<sum>",
		"https://bbb.acme.example/bigbluebutton/api/join?meetingID=%5Broom%5D&password=u8Kq&checksum=" + checksum, "https://bbb.acme.example/bigbluebutton/api/join?meetingID=%5B0%5D&checksum=" + checksum,
		"https://test.example.com/bigbluebutton/api/join?fullName=User&meetingID=random-1605842&password=mp&checksum=" + checksum,
		"http://test-install.blindsidenetworks.com/bigbluebutton/api/join?fullName=User&meetingID=random-606821&password=mp&checksum=" + checksum,
		"https://bbb.acme.example/bigbluebutton/api/join?meetingID=kurs&password=u8Kq", "https://bbb.acme.example/b/ros-9kf-x3m/a/b/c",
	})
}
