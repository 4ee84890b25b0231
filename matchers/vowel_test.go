package matchers

import "testing"

// The shape stands in lists of meeting links.
func TestVowel(t *testing.T) {
	runPlatform(t, vowel(), []hit{
		{"rooms:\n  - name: weekly\n    url: https://vandelayit.vowel.com/#/g/O6RpcGJH2Tqz\n    owner: board\n", Link{Kind: Meeting, Class: JoinWithSecret, Realm: "vandelayit", ID: "O6RpcGJH2Tqz", Org: "vandelayit"}},
		{"Bonjour,\n\nle lien : <https://app.vowel.com/#/g/O6RpcGJH2Tqz>\n\nÀ demain", Link{Kind: Meeting, Class: JoinWithSecret, ID: "O6RpcGJH2Tqz"}},
	}, []string{
		"3. Paste the link, for example `https://<org>.vowel.com/#/g/<id>`, and press **Save**.",
		"usage: joinbot [--record] https://app.vowel.com/#/g/abc123",
		"<a href=\"https://www.vowel.com/\">More</a>",
		"Need help? https://app.vowel.com/#/login | Unsubscribe",
	})
}
