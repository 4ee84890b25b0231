package matchers

import "testing"

// Rooms were seen on the pages of practices, clinics' hosts in frames.
func TestDoxyMe(t *testing.T) {
	runPlatform(t, doxyMe(), []hit{
		{"  { id: 4, title: 'Retro', url: 'https://doxy.me/drinesmoura', open: true },", Link{Kind: PersonalRoom, Class: PermanentRoom, ID: "drinesmoura", Owner: "drinesmoura"}},
		{"Nos vemos el martes a las 18 h: https://doxy.me/DrOkafor. ¡Hasta pronto!", Link{Kind: PersonalRoom, Class: PermanentRoom, ID: "DrOkafor", Owner: "DrOkafor"}},
		{"rooms:\n  - name: weekly\n    url: https://globexclinic.doxy.me/telehealth\n    owner: board\n", Link{Kind: PersonalRoom, Class: PermanentRoom, Realm: "globexclinic", ID: "telehealth", Org: "globexclinic", Owner: "telehealth"}},
		{"Bonjour,\n\nle lien : <https://doxy.me/globexclinic/rosa>\n\nÀ demain", Link{Kind: PersonalRoom, Class: PermanentRoom, Realm: "globexclinic", ID: "rosa", Org: "globexclinic", Owner: "rosa"}},
		{"Room: https://doxy.me/globexclinic/session", Link{Kind: PersonalRoom, Class: PermanentRoom, Realm: "globexclinic", ID: "session", Org: "globexclinic", Owner: "session"}},
		{"date,topic,link\n2023-02-14,Budget,https://www.doxy.me/empathy7?username=\n2023-02-21,Hiring,tba\n", Link{Kind: PersonalRoom, Class: PermanentRoom, ID: "empathy7", Owner: "empathy7"}},
		{"  const doxyUrl = `https://globexclinic.doxy.me/rosa?username=${firstName}%20Patient&pid=${id}`;", Link{Kind: PersonalRoom, Class: PermanentRoom, Realm: "globexclinic", ID: "rosa", Org: "globexclinic", Owner: "rosa"}},
	}, []string{
		"Works with any call (Zoom/Teams/Doxy.me/custom).", "\"join\": \"https://doxy.me/clinic-014-session-7\",",
		"    'https://doxy.me/doctor123',", "roomUrl = `https://doxy.me/globex-${roomId}?pid=${id}`;",
		"usage: joinbot [--record] https://doxy.me/yourname",
		"    expect(parse('https://doxy.me/{clinic_name}/{room_name}')).toBe(true);",
		"      placeholder: 'https://doxy.me/${room}',\n      required: true,",
		"3. Paste the link, for example `https://doxy.me/your-room-name`, and press **Save**.",
		"<a href=\"https://doxy.me/sign-in\">More</a>",
		"Need help? https://doxy.me/en/ | Unsubscribe",
		"link: 'https://doxy.me/me', enabled: 1", "await page.goto('https://doxy.me/myroom1234');", "hostUrl: `https://provider.doxy.me/signin`,", "https://globexclinic.doxy.me/sign-up",
		"See the [vendor page](https://doxy.me/en/pricing) for details.",
		"<a href=\"https://help.doxy.me/en/articles/95911\">More</a>",
		"Need help? https://doxy.me/pricing | Unsubscribe",
		"See the [vendor page](https://globexclinic.doxy.me/) for details.",
		"                (\"https://doxy.me/drsmith\", LinkKind::DoxyMe),", "// People type \"doxy.me/drsomebody\"",
	})
}
