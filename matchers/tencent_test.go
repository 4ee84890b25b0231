package matchers

import "testing"

// Links were seen in READMEs, course pages and chats; recordings are the most common.
func TestTencentMeeting(t *testing.T) {
	runPlatform(t, tencentMeeting(), []hit{
		{"date,topic,link\n2023-02-14,Budget,https://meeting.tencent.com/dm/Ofb5dsXDpHrN\n2023-02-21,Hiring,tba\n", Link{Kind: Meeting, Class: JoinWithSecret, Space: "dm", ID: "Ofb5dsXDpHrN"}},
		{"今夜20時から → https://voovmeeting.com/dm/AYIaXZUCe38e （参加自由）", Link{Kind: Meeting, Class: JoinWithSecret, Space: "dm", ID: "AYIaXZUCe38e"}},
		{"The group meets [here](https://meeting.tencent.com/s/Ofb5dsXDpHrN) every other Thursday.", Link{Kind: Meeting, Class: JoinWithSecret, Space: "dm", ID: "Ofb5dsXDpHrN"}},
		{"link: { href: \"https://meeting.tencent.com/dw/Ofb5dsXDpHrN\", tag: \"#腾讯会议：638-204-917\" }", Link{Kind: Meeting, Class: JoinWithSecret, Space: "dw", ID: "Ofb5dsXDpHrN"}},
		{"<li>Sprechstunde: <a href=\"https://meeting.tencent.com/p/9532090232\" target=\"_blank\">Raum öffnen</a></li>", Link{Kind: PersonalRoom, Class: PermanentRoom, ID: "9532090232"}},
		{"{\"title\":\"Planning\",\"link\":\"wemeet:\\/\\/page\\/inmeeting?meeting_code=249286803\",\"seats\":12}", Link{Kind: Meeting, Class: JoinWithSecret, ID: "249286803"}},
		{"  { id: 4, title: 'Retro', url: 'https://meeting.tencent.com/crm/2pR131glgc', open: true },", Link{Kind: Recording, Class: PastContent, Space: "rec", ID: "2pR131glgc"}},
		{"Nos vemos el martes a las 18 h: https://meeting.tencent.com/v2/cloud-record/share?id=4b6da742-7427-4e1b-a183-d7a07593687b&from=3. ¡Hasta pronto!", Link{Kind: Recording, Class: PastContent, Space: "rec", ID: "4b6da742-7427-4e1b-a183-d7a07593687b"}},
		{"课程回放 https://meeting.tencent.com/v2/cloud-record/share?id=kQ7mZx2v_RtW9bLpHd4sNyGc6jFe-A1uKo8iTq3BXrM&from=3&record_type=1", Link{Kind: Recording, Class: PastContent, Space: "rec", ID: "kQ7mZx2v_RtW9bLpHd4sNyGc6jFe-A1uKo8iTq3BXrM"}},
		{"[学习视频](https://meeting.tencent.com/meeting-record/shares?id=4b6da742-7427-4e1b-a183-d7a07593687b&from=3)", Link{Kind: Recording, Class: PastContent, Space: "rec", ID: "4b6da742-7427-4e1b-a183-d7a07593687b"}},
		{"url = \"https://meeting.tencent.com/user-center/shared-record-middle?s=kQ7mZx2v_RtW9bLpHd4sNyGc6jFe-A1uKo8iTq3BXrM&from=0\"", Link{Kind: Recording, Class: PastContent, Space: "rec", ID: "kQ7mZx2v_RtW9bLpHd4sNyGc6jFe-A1uKo8iTq3BXrM"}},
	}, []string{
		"- `https://meeting.tencent.com/meeting-record/shares?id=<uuid>`", "https://meeting.tencent.com/meeting-record/shares", "https://meeting.tencent.com/user-center/shared-record-middle?s=...", "https://meeting.tencent.com/user-center/meeting-record",
		"https://meeting.tencent.com/v2/cloud-record/share?id=recording-of-the-second-lecture",
		"    expect(parse('https://meeting.tencent.com/dm/xxxxxxxxxxxx')).toBe(true);",
		"      placeholder: 'https://meeting.tencent.com/crm/abc123',\n      required: true,",
		"3. Paste the link, for example `https://meeting.tencent.com/crm/recording`, and press **Save**.",
		"usage: joinbot [--record] https://meeting.tencent.com/p/123456789",
		"    expect(parse('https://voovmeeting.com/dm/abc123')).toBe(true);",
		"      placeholder: 'https://voovmeeting.com/s/your-meeting-id',\n      required: true,",
		"See the [vendor page](https://meeting.tencent.com/) for details.",
		"<a href=\"https://meeting.tencent.com/download/\">More</a>",
		"Need help? https://meeting.tencent.com/support/topic/1592 | Unsubscribe",
		"See the [vendor page](https://cdn.meeting.tencent.com/assets/dm/a1.png) for details.",
	})
}
