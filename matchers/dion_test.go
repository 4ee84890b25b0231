package matchers

import "testing"

// Meetings were seen in bots of students.
func TestDion(t *testing.T) {
	runPlatform(t, dion(), []hit{
		{"  { id: 4, title: 'Retro', url: 'https://dion.vc/event/vmarkov-kso', open: true },", Link{Kind: Meeting, Class: JoinWithSecret, ID: "vmarkov-kso"}},
		{"Nos vemos el martes a las 18 h: https://dion.vc/event/okafor-weekly?x=1. ¡Hasta pronto!", Link{Kind: Meeting, Class: JoinWithSecret, ID: "okafor-weekly"}},
	}, []string{
		"usage: joinbot [--record] https://dion.vc/event/<slug>",
		"    expect(parse('https://dion.vc/event/example')).toBe(true);",
		"Need help? https://dion.vc/ | Unsubscribe",
		"See the [vendor page](https://static.dion.vc/desktop_app/dion_3_amd64.deb) for details.",
		"<a href=\"https://frontend-test.dev.dion.vc/event/okafor-weekly\">More</a>",
		"\tgot := parseSlugs(\" https://dion.vc/event/aaa-bbb?x=1, dion:ccc \")",
	})
}
