package matchers

import "testing"

// Studio links were seen in chats and pages, watch pages in READMEs.
func TestStreamYard(t *testing.T) {
	runPlatform(t, streamyard(), []hit{
		{"  { id: 4, title: 'Retro', url: 'https://streamyard.com/4cu0x65lvp', open: true },", Link{Kind: Meeting, Class: JoinWithSecret, ID: "4cu0x65lvp"}},
		{"Nos vemos el martes a las 18 h: https://streamyard.com/KMEJ5skoT3JA. ¡Hasta pronto!", Link{Kind: Meeting, Class: JoinWithSecret, ID: "KMEJ5skoT3JA"}},
		{"rooms:\n  - name: weekly\n    url: https://www.streamyard.com/guest/4cu0x65lvp\n    owner: board\n", Link{Kind: Meeting, Class: JoinWithSecret, ID: "4cu0x65lvp"}},
		{"Bonjour,\n\nle lien : <https://streamyard.com/watch/VsWRvY5mY17J>\n\nÀ demain", Link{Kind: Event, Class: PublicForm, Space: "watch", ID: "VsWRvY5mY17J"}},
		{"<iframe src=\"https://streamyard.com/e/d7tdg29dsezp\" frameborder=\"0\"></iframe>", Link{Kind: Event, Class: PublicForm, Space: "watch", ID: "d7tdg29dsezp"}},
	}, []string{
		"3. Paste the link, for example `https://streamyard.com/{code}`, and press **Save**.",
		"usage: joinbot [--record] https://streamyard.com/abcd1234xyz",
		"    expect(parse('https://streamyard.com/broadcasts-xxxxxxx')).toBe(true);",
		"      placeholder: 'https://streamyard.com/xxxxxxxxxx',\n      required: true,",
		"Need help? https://streamyard.com/pricing | Unsubscribe",
		"See the [vendor page](https://streamyard.com/solutions) for details.",
		"<a href=\"https://streamyard.com/broadcasts\">More</a>",
		"Need help? https://streamyard.com/login | Unsubscribe",
		"See the [vendor page](https://support.streamyard.com/hc/en-us/articles/360043291612) for details.",
		"<a href=\"https://streamyard.com/api/user/login\">More</a>",
		"          streamUrl: \"https://streamyard.com/embed/your-stream-id\",",
		"      expect(url).to eq(\"https://streamyard.com/e/12345\")",
	})
}
