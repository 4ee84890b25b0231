package matchers

import "testing"

// The shape stands in the vendor's sample programs.
func TestJioMeet(t *testing.T) {
	runPlatform(t, jiomeet(), []hit{
		{"date,topic,link\n2023-02-14,Budget,https://jiomeetpro.jio.com/shortener?meetingId=3729629396&pwd=I1ZSV\n2023-02-21,Hiring,tba\n", Link{Kind: Meeting, Class: JoinWithSecret, ID: "3729629396", Secrets: []string{"pwd"}}},
		{"今夜20時から → https://jiomeetpro.jio.com/shortener?meetingId=3729629396 （参加自由）", Link{Kind: Meeting, Class: NumberOnly, ID: "3729629396"}},
	}, []string{
		"    expect(parse('https://jiomeetpro.jio.com/shortener?meetingId=1234567890&pwd=abcde')).toBe(true);",
		"      placeholder: 'https://jiomeetpro.jio.com/shortener?meetingId={id}',\n      required: true,",
		"Need help? https://jiomeetpro.jio.com/home | Unsubscribe",
		"See the [vendor page](https://jiomeetpro.jio.com/contact-us) for details.",
	})
}
