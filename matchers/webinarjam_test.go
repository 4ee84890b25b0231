package matchers

import "testing"

// Registrations were seen in sales pages, room links in mails.
func TestWebinarJam(t *testing.T) {
	runPlatform(t, webinarJam(), []hit{
		{"今夜20時から → https://event.webinarjam.com/register/5z05jifo （参加自由）", Link{Kind: Registration, Class: PublicForm, ID: "5z05jifo"}},
		{"The group meets [here](https://event.webinarjam.com/register/76/5z05jifo) every other Thursday.", Link{Kind: Registration, Class: PublicForm, ID: "5z05jifo"}},
		{"<li>Sprechstunde: <a href=\"https://event.webinarjam.com/u6liv/go/live/5z4ns7s6scesla?webinar_id=380\" target=\"_blank\">Raum öffnen</a></li>", Link{Kind: Webinar, Class: AttendeePersonal, Space: "live", ID: "5z4ns7s6scesla"}},
		{"const link = 'https://event.webinarjam.com/w4kf7/register/3p7dqk5m';\n", Link{Kind: Registration, Class: PublicForm, ID: "3p7dqk5m"}},
		{"- one click: `https://event.webinarjam.com/w4kf7/register/3p7dqk5m/1click`\n", Link{Kind: Registration, Class: PublicForm, ID: "3p7dqk5m"}},
		{"<script src=\"https://event.webinarjam.com/register/3p7dqk5m/embed-bar?buttonText=Join\"></script>", Link{Kind: Registration, Class: PublicForm, ID: "3p7dqk5m"}},
		{"driver.get('https://event.webinarjam.com/go/live/214/7mv2qk9tz4hw6b')\n", Link{Kind: Webinar, Class: AttendeePersonal, Space: "live", ID: "7mv2qk9tz4hw6b"}},
		{"link: 'https://event.webinarjam.com/go/replay/36/7mv2qk9tz4hw6b',", Link{Kind: Recording, Class: PastContent, Space: "live", ID: "7mv2qk9tz4hw6b"}},
		{"- <https://event.webinarjam.com/replay/36/7mv2qk9tz4hw6b>\n", Link{Kind: Recording, Class: PastContent, Space: "live", ID: "7mv2qk9tz4hw6b"}},
	}, []string{
		"join_url: \"https://event.webinarjam.com/go/live/123\", replay: \"https://event.webinarjam.com/go/replay/x\"",
		"\"thank_you_url\": \"https://event.webinarjam.com/registration/thank-you/5/7mv2qk9tz4hw\"",
		"https://event.webinarjam.com/register/webinar and https://event.webinarjam.com/x7kq2/live/7mv2qk9tz4hw6b",
		"      placeholder: 'https://event.webinarjam.com/register/YOUR_CODE',\n      required: true,",
		"3. Paste the link, for example `https://event.webinarjam.com/register/${code}`, and press **Save**.",
		"See the [vendor page](https://www.webinarjam.com/) for details.",
		"<a href=\"https://event.webinarjam.com/login\">More</a>",
	})
}
