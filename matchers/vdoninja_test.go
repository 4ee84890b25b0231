package matchers

import "testing"

// Documented; seen in lists of links and in frames.
func TestVDONinja(t *testing.T) {
	runPlatform(t, vdoNinja(), []hit{
		{"The group meets [here](https://vdo.ninja/?room=Globex_Board_7&pw=JDrC3yo0) every other Thursday.", Link{Kind: PersonalRoom, Class: PermanentRoom, ID: "Globex_Board_7", Secrets: []string{"pw"}}},
		{"<li>Sprechstunde: <a href=\"https://vdo.ninja/?director=hoolistage\" target=\"_blank\">Raum öffnen</a></li>", Link{Kind: HostStart, Class: HostCredential, ID: "hoolistage"}},
		{"{\"title\":\"Planning\",\"link\":\"https:\\/\\/obs.ninja\\/?push=drHv6pT&room=vandelaylive\",\"seats\":12}", Link{Kind: PersonalRoom, Class: PermanentRoom, ID: "vandelaylive"}},
	}, []string{
		"      placeholder: 'https://vdo.ninja/?room=${roomId}',\n      required: true,",
		"3. Paste the link, for example `https://vdo.ninja/?room=koutuhal-${seed}`, and press **Save**.",
		"usage: joinbot [--record] https://vdo.ninja/?director=roomname",
		"Need help? https://vdo.ninja/?app=1 | Unsubscribe",
		"See the [vendor page](https://vdo.ninja/?view=kT7mQz2) for details.",
		"<a href=\"https://docs.vdo.ninja/\">More</a>",
		"var link = 'https://vdo.ninja/?push=x&room=globex' + suffix;",
	})
}
