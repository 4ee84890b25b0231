package matchers

import "testing"

// Numbers were seen in Russian pages; in code, words and short numbers are the rule.
func TestTelemost(t *testing.T) {
	runPlatform(t, telemost(), []hit{
		{"今夜20時から → https://telemost.yandex.ru/j/17039571548139 （参加自由）", Link{Kind: Meeting, Class: JoinWithSecret, ID: "17039571548139"}},
		{"The group meets [here](https://telemost.360.yandex.ru/j/951015681850) every other Thursday.", Link{Kind: Meeting, Class: JoinWithSecret, ID: "951015681850"}},
	}, []string{
		"3. Paste the link, for example `https://telemost.yandex.ru/j/123456`, and press **Save**.",
		"usage: joinbot [--record] https://telemost.yandex.ru/j/12345678901234",
		"    expect(parse('https://telemost.yandex.ru/j/abc')).toBe(true);",
		"      placeholder: 'https://telemost.yandex.ru/j/arcs-dm',\n      required: true,",
		"3. Paste the link, for example `https://telemost.yandex.ru/j/{MEETING_UID}`, and press **Save**.",
		"usage: joinbot [--record] https://telemost.yandex.ru/j/00000000000000",
		"Need help? https://telemost.yandex.ru/?source=tab-mail | Unsubscribe",
		"See the [vendor page](https://telemost.yandex.ru) for details.",
	})
}
