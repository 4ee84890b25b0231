package matchers

import "testing"

// Clinic rooms were seen in dumps and pages.
func TestVSee(t *testing.T) {
	runPlatform(t, vsee(), []hit{
		{"date,topic,link\n2023-02-14,Budget,https://vsee.com/c/globexclinic-intake\n2023-02-21,Hiring,tba\n", Link{Kind: PersonalRoom, Class: PermanentRoom, ID: "globexclinic-intake"}},
	}, []string{
		"3. Paste the link, for example `https://vsee.com/c/{clinic}`, and press **Save**.",
		"usage: joinbot [--record] https://vsee.com/c/your-clinic",
		"See the [vendor page](https://vsee.com/pricing/) for details.",
		"<a href=\"https://help.vsee.com/kb/articles/1\">More</a>",
		"Need help? https://invsee.com/c/okafor | Unsubscribe",
		"                (\"https://vsee.com/c/room123\", LinkKind::VSee),",
	})
}
