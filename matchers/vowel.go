package matchers

import "strings"

// vowel knows the meetings of Vowel, a service that was closed when Zapier took it over. The id stands in the fragment. Seen in lists of link shapes.
func vowel() Platform {
	return Platform{
		Name:    "vowel",
		Title:   "Vowel",
		Hosts:   []string{"vowel.com"},
		Docs:    "https://www.vowel.com",
		Retired: "2024-03",
		Parse:   parseVowel,
		Whose:   customerLabel,
		Forms:   []Form{{"<organisation>.vowel.com/#/g/<id>", Meeting, JoinWithSecret}},
	}
}

func parseVowel(u *URL) (Link, error) {
	rest, ok := strings.CutPrefix(u.Fragment, "/g/")
	if !ok {
		return Link{}, NotAMeeting
	}
	id, err := opaqueCode(rest, isB64u, 10, 24)
	org := u.Label()
	switch {
	case err != nil:
		return Link{}, err
	case sampleOrg(org):
		return Link{}, Placeholder
	case org == "app":
		org = ""
	}
	return Link{Kind: Meeting, Class: JoinWithSecret, Realm: org, ID: id, Org: org, Host: u.Host, Path: "/#/g/{id}"}, nil
}
