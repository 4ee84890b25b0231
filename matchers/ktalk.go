package matchers

// ktalk knows the rooms of Kontur Talk, on the organisation's host: twelve small letters and digits. Chosen names cannot be told from the organisation's
// pages and are left out. Seen in public pages.
func ktalk() Platform {
	return Platform{
		Name:  "ktalk",
		Title: "Kontur Talk",
		Hosts: []string{"ktalk.ru"},
		Docs:  "https://support.kontur.ru/talk",
		Parse: parseKTalk,
		Whose: customerLabel,
		Forms: []Form{
			{"<organisation>.ktalk.ru/<12>", PersonalRoom, PermanentRoom},
			{"<organisation>.ktalk.ru/recordings/<20>", Recording, PastContent},
		},
	}
}

func parseKTalk(u *URL) (Link, error) {
	org, segs := u.Label(), u.Segs()
	if len(segs) == 2 && segs[0] == "recordings" && org != "" {
		id, err := opaqueCode(segs[1], isAlnum, 20, 20)
		return Link{Kind: Recording, Class: PastContent, Space: "rec", ID: id, Org: org, Host: u.Host, Path: "/recordings/{id}"}, err
	}
	if len(segs) == 2 && segs[0] == "room" {
		segs = segs[1:]
	}
	if len(segs) != 1 || org == "" || isSitePage(segs[0]) || !all(segs[0], isTalkByte) || !mixed(segs[0]) {
		return Link{}, NotAMeeting
	}
	id, err := opaqueCode(segs[0], isTalkByte, 12, 12)
	switch {
	case err != nil:
		return Link{}, err
	case sampleOrg(org):
		return Link{}, Placeholder
	}
	return Link{Kind: PersonalRoom, Class: PermanentRoom, Realm: org, ID: id, Org: org, Host: u.Host, Path: "/{id}"}, nil
}
