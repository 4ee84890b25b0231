package matchers

import "testing"

// Events were seen in timetables and mails, recordings in programs that fetch them.
func TestMTSLink(t *testing.T) {
	runPlatform(t, mtsLink(), []hit{
		{"  { id: 4, title: 'Retro', url: 'https://my.mts-link.ru/j/vandelayacademy/4126031821', open: true },", Link{Kind: Webinar, Class: JoinWithSecret, ID: "4126031821", Org: "vandelayacademy"}},
		{"Nos vemos el martes a las 18 h: https://globex.mts-link.ru/j/246814197/67365129145/stream-new/15802137071. ¡Hasta pronto!", Link{Kind: Webinar, Class: JoinWithSecret, ID: "67365129145", Org: "globex"}},
		{"rooms:\n  - name: weekly\n    url: https://events.webinar.ru/246814197/4126031821?utm_source=ap\n    owner: board\n", Link{Kind: Webinar, Class: JoinWithSecret, ID: "4126031821"}},
		{"Bonjour,\n\nle lien : <https://my.mts-link.ru/j/246814197/67365129145/record-new/5325632790>\n\nÀ demain", Link{Kind: Recording, Class: PastContent, ID: "67365129145"}},
		{"  { label: \"Видео\", url: \"https://my.mts-link.ru/vandelayacademy/412603182/record-new/53256327\" }", Link{Kind: Recording, Class: PastContent, ID: "412603182", Org: "vandelayacademy"}},
	}, []string{
		"  { label: \"Кабинет\", url: \"https://my.mts-link.ru/vandelayacademy/412603182/members\" }",
		"usage: joinbot [--record] https://my.mts-link.ru/j/123/456?token=abc",
		"    expect(parse('https://my.mts-link.ru/j/<organisation>/<event_id>/record-new/')).toBe(true);",
		"      placeholder: 'https://events.webinar.ru/gsbglobex/123456789',\n      required: true,",
		"<a href=\"https://events.webinar.ru/api/eventsessions/8454775/record\">More</a>",
		"Need help? https://events.webinar.ru/ | Unsubscribe",
		"See the [vendor page](https://mts-link.ru/products/) for details.",
	})
}
