package matchers

import "testing"

func TestHouseparty(t *testing.T) {
	want := Link{Kind: PersonalRoom, Class: PermanentRoom, ID: "ines_moura", Owner: "ines_moura"}
	runPlatform(t, houseparty(), []hit{
		{"<a href='https://houseparty.com/add/ines_moura'>", want},
		{"find us: https://app.houseparty.com/ines_moura or https://houseparty.com/add/Ines_Moura", want},
	}, []string{
		"\"houseparty.com/models\"", "http://houseparty.com/about", "https://houseparty.com/", "\"https://houseparty.com/add/\" + row.profile", "https://houseparty.com/add/{username}",
		"awesomehouseparty.com/add/ines_moura", "https://app.houseparty.com/privacy",
	})
}
