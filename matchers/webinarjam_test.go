package matchers

import "testing"

// Registrations were seen in sales pages, room links in mails.
func TestWebinarJam(t *testing.T) {
	runPlatform(t, webinarJam(), []hit{
		{"今夜20時から → https://event.webinarjam.com/register/5z05jifo （参加自由）", Link{Kind: Registration, Class: PublicForm, ID: "5z05jifo"}},
		{"The group meets [here](https://event.webinarjam.com/register/76/5z05jifo) every other Thursday.", Link{Kind: Registration, Class: PublicForm, ID: "5z05jifo"}},
		{"<li>Sprechstunde: <a href=\"https://event.webinarjam.com/u6liv/go/live/5z4ns7s6scesla?webinar_id=380\" target=\"_blank\">Raum öffnen</a></li>", Link{Kind: Webinar, Class: AttendeePersonal, Space: "live", ID: "5z4ns7s6scesla"}},
	}, []string{
		"      placeholder: 'https://event.webinarjam.com/register/YOUR_CODE',\n      required: true,",
		"3. Paste the link, for example `https://event.webinarjam.com/register/${code}`, and press **Save**.",
		"See the [vendor page](https://www.webinarjam.com/) for details.",
		"<a href=\"https://event.webinarjam.com/login\">More</a>",
	})
}
