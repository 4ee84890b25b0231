package matchers

import "testing"

func TestRingCentral(t *testing.T) {
	meeting := Link{Kind: Meeting, Class: JoinWithSecret, ID: "384907215638"}
	secret := meeting
	secret.Secrets = []string{"pw"}
	old := Link{Kind: Meeting, Class: JoinWithSecret, Space: "rcm", ID: "1485730926"}
	host := old
	host.Kind, host.Class, host.Secrets = HostStart, HostCredential, []string{"zpk"}
	runPlatform(t, ringcentral(), []hit{
		{`link: "https://v.ringcentral.com/join/384907215638",`, meeting},
		{"https://v.ringcentral.com/join/384907215638?pw=7d21f80c4be64a93b5e8d0f16c72a394", secret},
		{"https://v.ringcentral.com/conf/on/384907215638", meeting},
		{"rcvdt://join/384907215638", meeting},
		{"https://video.unifyoffice.com/join/384907215638", meeting},
		{"alias wm=\"open https://meetings.ringcentral.com/j/1485730926\"", old},
		{"https://meetings.ringcentral.com/j/1485730926?zpk=Jz84kLq", host},
		{"https://meetings.ringcentral.com/j/1485730926?zak=REDACTED", old},
		{"https://v.ringcentral.com/join/Piet.Larsen", Link{Kind: PersonalRoom, Class: PermanentRoom, Space: "name", ID: "Piet.Larsen", Owner: "Piet.Larsen"}},
		{"| meetings.ringcentral.com/join?mid=1485730926 |", old},
		{"SIP: 384907215638.4826@rcv.com", Link{Kind: DialIn, Class: NumberOnly, ID: "384907215638", Secrets: []string{"pin"}}},
	}, []string{
		"https://v.ringcentral.com/join/123456789", "http://v.ringcentral.com/join/148123456", "https://v.ringcentral.com/join/999888", "https://v.ringcentral.com/join/jane-doe", "https://v.ringcentral.com/join/instant", "https://v.ringcentral.com/join/team-standup", "https://v.ringcentral.com/join/...", "https://v.ringcentral.com/teleconference/",
		"https://meetings.ringcentral.com/j/435", "https://meetings.ringcentral.com/join?*", "https://meetings.ringcentral.com/teleconference", "https://www.ringcentral.com/video.html", "support@rcv.com",
	})
}
