package matchers

import "testing"

// Tickets were seen on pages of clubs; bots print them from a variable.
func TestLine(t *testing.T) {
	runPlatform(t, line(), []hit{
		{"Nos vemos el martes a las 18 h: https://line.me/R/ti/g/h7unByGv7r. ¡Hasta pronto!", Link{Kind: GroupInvite, Class: ChatInvite, Space: "g", ID: "h7unByGv7r"}},
		{"rooms:\n  - name: weekly\n    url: https://line.me/ti/g/h7unByGv7r\n    owner: board\n", Link{Kind: GroupInvite, Class: ChatInvite, Space: "g", ID: "h7unByGv7r"}},
		{"Bonjour,\n\nle lien : <https://line.me/ti/g2/IAdV7KPYJOJvot-RoHAUaw-ork8g6Dcovq7n_C?utm_source=invitation&utm_medium=link_copy>\n\nÀ demain", Link{Kind: GroupInvite, Class: ChatInvite, Space: "g2", ID: "IAdV7KPYJOJvot-RoHAUaw-ork8g6Dcovq7n_C"}},
		{`window.state={"group":"https:\u002F\u002Fline.me\u002FR\u002Fti\u002Fg\u002Fh7unByGv7r","open":true}`, Link{Kind: GroupInvite, Class: ChatInvite, Space: "g", ID: "h7unByGv7r"}},
	}, []string{
		"    expect(parse('https://line.me/R/ti/g/{}')).toBe(true);",
		"      placeholder: 'https://line.me/ti/g2/abc123',\n      required: true,",
		"3. Paste the link, for example `https://line.me/R/ti/g/SECRET-GROUP-ID`, and press **Save**.",
		"See the [vendor page](https://line.me/R/ti/p/@vandelay) for details.",
		"<a href=\"https://line.me/ti/p/Kq7fMz2RwX\">More</a>",
		"Need help? https://line.me/R/ti/g/@vandelay | Unsubscribe",
	})
}
