package matchers

import "testing"

// Documented for the Meetings API: guest and host address.
func TestVonage(t *testing.T) {
	runPlatform(t, vonage(), []hit{
		{"rooms:\n  - name: weekly\n    url: https://meetings.vonage.com/912137282\n    owner: board\n", Link{Kind: Meeting, Class: JoinWithSecret, ID: "912137282"}},
		{"Bonjour,\n\nle lien : <https://meetings.vonage.com/?room_token=912137282&participant_token=eyJhbGciOiJIUzI1NiJ9.lGXKluXwO1eN2DxUfkE3RMXca1NmZb>\n\nÀ demain", Link{Kind: HostStart, Class: HostCredential, ID: "912137282", Secrets: []string{"participant_token"}}},
	}, []string{
		"usage: joinbot [--record] https://meetings.vonage.com/123456789",
		"    expect(parse('https://meetings.vonage.com/?room_token=...')).toBe(true);",
		"      placeholder: 'https://meetings.vonage.com/{code}',\n      required: true,",
		"See the [vendor page](https://meetings.vonage.com/) for details.",
		"<a href=\"https://www.vonage.com/unified-communications/\">More</a>",
		"Need help? https://meetings.vonage.com/login | Unsubscribe",
	})
}
