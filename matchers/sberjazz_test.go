package matchers

import "testing"

// Links were seen with the password, on both hosts, and in the fragment of the old application.
func TestSberJazz(t *testing.T) {
	runPlatform(t, sberJazz(), []hit{
		{"Nos vemos el martes a las 18 h: https://jazz.sber.ru/3czkng?psw=VGvUKqToSTXezxS1sdQ0mi. ¡Hasta pronto!", Link{Kind: Meeting, Class: JoinWithSecret, ID: "3czkng", Secrets: []string{"psw"}}},
		{"rooms:\n  - name: weekly\n    url: https://salutejazz.ru/calls/zthtbf?psw=Ngm6Vz5JkCiZiuYOd1af2X\n    owner: board\n", Link{Kind: Meeting, Class: JoinWithSecret, ID: "zthtbf", Secrets: []string{"psw"}}},
		{"Bonjour,\n\nle lien : <https://jazz.sber.ru/#/calls/3czkng?psw=GVyIxvizragS3Wu2420Gmf>\n\nÀ demain", Link{Kind: Meeting, Class: JoinWithSecret, ID: "3czkng", Secrets: []string{"psw"}}},
		{"date,topic,link\n2023-02-14,Budget,https://jazz.sber.ru/jxoh7w\n2023-02-21,Hiring,tba\n", Link{Kind: Meeting, Class: JoinWithSecret, ID: "jxoh7w"}},
		{"req.query.meetingUrl || 'https://jazz.sberbank.ru/sber-3czkng?psw=VGvUKqToSTXezxS1sdQ0mi'; // URL", Link{Kind: Meeting, Class: JoinWithSecret, ID: "sber-3czkng", Secrets: []string{"psw"}}},
		{"созвон: https://salutejazz.ru/calls/vandelay-jxoh7w?psw=GVyIxvizragS3Wu2420Gmf", Link{Kind: Meeting, Class: JoinWithSecret, ID: "vandelay-jxoh7w", Secrets: []string{"psw"}}},
	}, []string{
		"    expect(parse('https://jazz.sber.ru/{room}')).toBe(true);",
		"      placeholder: 'https://salutejazz.ru/abc?psw=...',\n      required: true,",
		"3. Paste the link, for example `https://salutejazz.ru/xxx`, and press **Save**.",
		"usage: joinbot [--record] https://salutejazz.ru/example",
		"    expect(parse('https://jazz.sber.ru/test')).toBe(true);",
		"      placeholder: 'https://jazz.sber.ru/abc123',\n      required: true,",
		"<a href=\"https://jazz.sber.ru/\">More</a>",
		"Need help? https://salutejazz.ru/calls | Unsubscribe",
		"See the [vendor page](https://api.salutejazz.ru/v1) for details.",
		"<a href=\"https://jazz.sber.ru/meeting/123\">More</a>",
		"см. https://jazz.sber.ru/press-jxoh7w",
		"x = 'https://jazz.sberbank.ru/some-page?psw=VGvUKqToSTXezxS1sdQ0mi'",
	})
}
