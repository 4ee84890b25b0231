package matchers

import "testing"

// Events were seen on pages of conferences.
func TestRemo(t *testing.T) {
	runPlatform(t, remo(), []hit{
		{"The group meets [here](https://live.remo.co/e/vandelay-meetup-2) every other Thursday.", Link{Kind: Event, Class: PublicForm, ID: "vandelay-meetup-2"}},
		{"<li>Sprechstunde: <a href=\"https://live.remo.co/e/globex2021-day-one/register\" target=\"_blank\">Raum öffnen</a></li>", Link{Kind: Event, Class: PublicForm, ID: "globex2021-day-one"}},
	}, []string{
		"    expect(parse('https://live.remo.co/e/${remoEvent.code}')).toBe(true);",
		"      placeholder: 'https://live.remo.co/e/example',\n      required: true,",
		"See the [vendor page](https://live.remo.co/api/v1/events) for details.",
		"<a href=\"https://live.remo.co/mic-cam-check?event=hooli-night\">More</a>",
		"Need help? https://remo.co/pricing | Unsubscribe",
	})
}
