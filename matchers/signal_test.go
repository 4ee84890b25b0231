package matchers

import "testing"

// Calls were seen in the clients' sources, group invitations in READMEs and web pages.
func TestSignal(t *testing.T) {
	runPlatform(t, signal(), []hit{
		{"  { id: 4, title: 'Retro', url: 'https://signal.link/call/#key=gdzp-fsxq-rzfx-brkx-kxrs-hmzg-hpbk-gcxc', open: true },", Link{Kind: Meeting, Class: JoinWithSecret, ID: "gdzp-fsxq-rzfx-brkx-kxrs-hmzg-hpbk-gcxc"}},
		{"Nos vemos el martes a las 18 h: sgnl://signal.link/call/#key=GDZP-FSXQ-RZFX-BRKX-KXRS-HMZG-HPBK-GCXC. ¡Hasta pronto!", Link{Kind: Meeting, Class: JoinWithSecret, ID: "gdzp-fsxq-rzfx-brkx-kxrs-hmzg-hpbk-gcxc"}},
		{"https://signal.link/call/#key=gdzp-fsxq-rzfx-brkx-kxrs-hmzg-hpbk-gcxcrn", Link{Kind: Meeting, Class: JoinWithSecret, ID: "gdzp-fsxq-rzfx-brkx-kxrs-hmzg-hpbk-gcxc"}},
		{"Bonjour,\n\nle lien : <https://signal.group/#CjQKI9cpCGybY9lMR4pAwBp3GVy1PixOqoRGrB5Vpg5C6QsyHZytfqY6K1Qjah4dXd3eOa1Z>\n\nÀ demain", Link{Kind: GroupInvite, Class: ChatInvite, Space: "group", ID: "CjQKI9cpCGybY9lMR4pAwBp3GVy1PixOqoRGrB5Vpg5C6QsyHZytfqY6K1Qjah4dXd3eOa1Z"}},
		{"date,topic,link\n2023-02-14,Budget,sgnl://joingroup/#CjQKI9cpCGybY9lMR4pAwBp3GVy1PixOqoRGrB5Vpg5C6QsyHZytfqY6K1Qjah4dXd3eOa1Z\n2023-02-21,Hiring,tba\n", Link{Kind: GroupInvite, Class: ChatInvite, Space: "group", ID: "CjQKI9cpCGybY9lMR4pAwBp3GVy1PixOqoRGrB5Vpg5C6QsyHZytfqY6K1Qjah4dXd3eOa1Z"}},
	}, []string{
		"3. Paste the link, for example `https://signal.link/call/#key=value`, and press **Save**.",
		"usage: joinbot [--record] https://signal.link/call/#key=abc",
		"    expect(parse('https://signal.group/#...')).toBe(true);",
		"      placeholder: 'https://signal.group/#<code>',\n      required: true,",
		"3. Paste the link, for example `https://signal.link/call/#key=xxxx-xxxx-xxxx-xxxx-xxxx-xxxx-xxxx-xxxx`, and press **Save**.",
		"format(\"https://signal.link/call/#key=bcdf-ghkm-npqr-stxz-bcdf-ghkm-npqr-stxz\")",
		"<a href=\"https://signal.me/#p/+15550100\">More</a>",
		"Need help? https://signal.org/download/ | Unsubscribe",
		"See the [vendor page](https://signal.art/addstickers/#pack_id=9f2c) for details.",
	})
}
