package matchers

import "testing"

// Codes were seen in pages and calendars of the administration.
func TestVisio(t *testing.T) {
	runPlatform(t, visio(), []hit{
		{"Bonjour,\n\nle lien : <https://visio.numerique.gouv.fr/fbw-dkti-jnb>\n\nÀ demain", Link{Kind: Meeting, Class: JoinWithSecret, ID: "fbw-dkti-jnb"}},
		{"date,topic,link\n2023-02-14,Budget,https://visio.numerique.gouv.fr/FBW-DKTI-JNB?x=1\n2023-02-21,Hiring,tba\n", Link{Kind: Meeting, Class: JoinWithSecret, ID: "fbw-dkti-jnb"}},
	}, []string{
		"usage: joinbot [--record] https://visio.numerique.gouv.fr/abc-defg-hij",
		"    expect(parse('https://visio.numerique.gouv.fr/aaa-bbbb-ccc')).toBe(true);",
		"<a href=\"https://visio.numerique.gouv.fr/\">More</a>",
		"Need help? https://lasuite.numerique.gouv.fr/assets/products/visio.svg | Unsubscribe",
	})
}
