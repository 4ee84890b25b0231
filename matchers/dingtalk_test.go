package matchers

import "testing"

// Links were seen on pages of communities, samples in the vendor's libraries.
func TestDingTalk(t *testing.T) {
	runPlatform(t, dingtalk(), []hit{
		{"<li>Sprechstunde: <a href=\"https://meeting.dingtalk.com/j/quZ1FiFeHT4\" target=\"_blank\">Raum öffnen</a></li>", Link{Kind: Meeting, Class: JoinWithSecret, ID: "quZ1FiFeHT4"}},
		{"{\"title\":\"Planning\",\"link\":\"https:\\/\\/meeting.dingtalk.com\\/j\\/quZ1FiFeHT4?x=1\",\"seats\":12}", Link{Kind: Meeting, Class: JoinWithSecret, ID: "quZ1FiFeHT4"}},
		{"url: https://meeting.dingtalk.com/app?roomCode=42719036584&token=1_7ac974ac-6e4f-47c3-b82b-bfb32fd94d2c", Link{Kind: Meeting, Class: JoinWithSecret, Space: "number", ID: "42719036584", Secrets: []string{"token"}}},
		{"入会链接：[dingtalk://dingtalkclient/page/videoConfFromCalendar?confId=8e27b51c-6fa0-4d39-b1c4-72d9f0386ea5&appendCalendarId=1&calendarId=2316](x)", Link{Kind: Meeting, Class: JoinWithSecret, Space: "conf", ID: "8e27b51c-6fa0-4d39-b1c4-72d9f0386ea5"}},
		{`"dingtalk:\/\/dingtalkclient\/page\/videoConfFromCalendar?confId=8e27b51c-6fa0-4d39-b1c4-72d9f0386ea5"`, Link{Kind: Meeting, Class: JoinWithSecret, Space: "conf", ID: "8e27b51c-6fa0-4d39-b1c4-72d9f0386ea5"}},
	}, []string{
		"'dingtalk://dingtalkclient/page/videoConfFromCalendar?confId='", "dingtalk://dingtalkclient/page/videoConfFromSystemCalendar", "dingtalk://dingtalkclient/page/link?url=x", "dingtalk://dingtalkclient/page/videoConfFromCalendar?confId=${id}",
		"    expect(parse('https://meeting.dingtalk.com/j/xxxx')).toBe(true);",
		"      placeholder: 'https://meeting.dingtalk.com/j/123456789',\n      required: true,",
		"3. Paste the link, for example `https://meeting.dingtalk.com/j/Bsq7kxxxxxUyJJ9`, and press **Save**.",
		"See the [vendor page](https://meeting.dingtalk.com/) for details.",
		"<a href=\"https://www.dingtalk.com/download\">More</a>",
		"    /**\n     * @example https://meeting.dingtalk.com/j/1COFppy0POR\n     */\n    public $audioUrl;",
	})
}
