package matchers

import "testing"

// Rooms were seen in code and in lists of link shapes.
func TestAround(t *testing.T) {
	runPlatform(t, around(), []hit{
		{"  { id: 4, title: 'Retro', url: 'https://meet.around.co/r/initech-corner', open: true },", Link{Kind: PersonalRoom, Class: PermanentRoom, ID: "initech-corner"}},
		{"Nos vemos el martes a las 18 h: https://around.co/r/kq7fvn2b. ¡Hasta pronto!", Link{Kind: PersonalRoom, Class: PermanentRoom, ID: "kq7fvn2b"}},
	}, []string{
		"3. Paste the link, for example `https://meet.around.co/r/{room}`, and press **Save**.",
		"usage: joinbot [--record] https://meet.around.co/r/my-room",
		"    expect(parse('https://meet.around.co/r/abc123')).toBe(true);",
		"      placeholder: 'https://around.co/r/example',\n      required: true,",
		"<a href=\"https://www.around.co/\">More</a>",
		"Need help? https://meet.around.co/download | Unsubscribe",
		"See the [vendor page](https://turnaround.co/r/board) for details.",
		"                \"Around https://around.co/r/team-call\",",
	})
}
