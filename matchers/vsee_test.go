package matchers

import "testing"

// Clinic rooms were seen in dumps and pages.
func TestVSee(t *testing.T) {
	runPlatform(t, vsee(), []hit{
		{"date,topic,link\n2023-02-14,Budget,https://vsee.com/c/globexclinic-intake\n2023-02-21,Hiring,tba\n", Link{Kind: PersonalRoom, Class: PermanentRoom, ID: "globexclinic-intake"}},
		{"${URL}  https://globexclinic.vsee.me/u/okafor3\n${USER_NAME_A}  User A\n", Link{Kind: PersonalRoom, Class: PermanentRoom, Realm: "globexclinic", ID: "okafor3", Org: "globexclinic"}},
		{"<a class=\"underline\" href=\"https://vandelaydental.vsee.me/u/WL\">Click here</a> for your\nvirtual consultation", Link{Kind: PersonalRoom, Class: PermanentRoom, Realm: "vandelaydental", ID: "WL", Org: "vandelaydental"}},
		{"<a href=\"https://api.vsee.me/u/okafor3\">waiting room</a>", Link{Kind: PersonalRoom, Class: PermanentRoom, Realm: "api", ID: "okafor3"}},
	}, []string{
		"        $url = \"https://globexclinic.vsee.me/auth?sso_token=$token&next=/\";",
		"  url: string = \"https://globexclinic.vsee.me/\";",
		"    public static final String HOME = \"https://www.javsee.me/u/okafor\";",
		"<a href=\"https://globexclinic.vsee.me/u/login\">", "https://www.vsee.me/u/okafor3",
		"Your page will be https://yourclinic.vsee.me/u/{name}.",
		"Your page will be https://yourclinic.vsee.me/u/okafor3",
		"        href=\"https://vsee.me/u/okafor3\"",
		"3. Paste the link, for example `https://vsee.com/c/{clinic}`, and press **Save**.",
		"usage: joinbot [--record] https://vsee.com/c/your-clinic",
		"See the [vendor page](https://vsee.com/pricing/) for details.",
		"<a href=\"https://help.vsee.com/kb/articles/1\">More</a>",
		"Need help? https://invsee.com/c/okafor | Unsubscribe",
		"                (\"https://vsee.com/c/room123\", LinkKind::VSee),",
	})
}
