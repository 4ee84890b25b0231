package matchers

import "testing"

// Links were seen on community pages, also with a token of letters.
func TestHuaweiMeeting(t *testing.T) {
	runPlatform(t, huaweiMeeting(), []hit{
		{"{\"title\":\"Planning\",\"link\":\"https:\\/\\/meeting.huaweicloud.com\\/#\\/j\\/581596071\\/b2d46b67c82718c3f809dcb72a13c1fc8917524adf20b269\",\"seats\":12}", Link{Kind: Meeting, Class: JoinWithSecret, ID: "581596071", Secrets: []string{"token"}}},
		{"  { id: 4, title: 'Retro', url: 'https://intl.meeting.huaweicloud.com:36443/#/j/581596071/0cS0XUHvgnJPxZ6Pl5npSDxS5EKykQgrZ', open: true },", Link{Kind: Meeting, Class: JoinWithSecret, ID: "581596071", Secrets: []string{"token"}}},
		{"Nos vemos el martes a las 18 h: https://meeting.huaweicloud.com/#/j/581596071. ¡Hasta pronto!", Link{Kind: Meeting, Class: NumberOnly, ID: "581596071"}},
		{"会议链接：https://bmeeting.huaweicloud.com:36443/#/j/581596071\n会议纪要：", Link{Kind: Meeting, Class: NumberOnly, ID: "581596071"}},
	}, []string{
		"    expect(parse('https://meeting.huaweicloud.com/#/j/123456789')).toBe(true);",
		"      placeholder: 'https://meeting.huaweicloud.com/#/j/{id}/{token}',\n      required: true,",
		"See the [vendor page](https://meeting.huaweicloud.com/#/login) for details.",
		"<a href=\"https://api.meeting.huaweicloud.com/v1/mmc/management/conferences\">More</a>",
	})
}
