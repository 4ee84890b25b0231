package matchers

import "testing"

// Rooms were seen in small programs.
func TestTalky(t *testing.T) {
	runPlatform(t, talky(), []hit{
		{"date,topic,link\n2023-02-14,Budget,https://talky.io/vandelay-advocacy\n2023-02-21,Hiring,tba\n", Link{Kind: PersonalRoom, Class: PermanentRoom, ID: "vandelay-advocacy"}},
		{"今夜20時から → https://talky.io/globexboard?x=1 （参加自由）", Link{Kind: PersonalRoom, Class: PermanentRoom, ID: "globexboard"}},
	}, []string{
		"usage: joinbot [--record] https://talky.io/${roomId}",
		"    expect(parse('https://talky.io/your-room')).toBe(true);",
		"Need help? https://talky.io/ | Unsubscribe",
		"See the [vendor page](https://talky.io/pricing) for details.",
		"<a href=\"https://talky.io/privacy\">More</a>",
	})
}
