package matchers

// mozillaHubs knows the rooms of Mozilla Hubs, which is gone: seven letters and digits, then the room's name; the short host leads to /link/ and the seven.
// Seen in public pages; the vendor's pages stand in the same place, so a code must look drawn.
func mozillaHubs() Platform {
	return Platform{
		Name:    "mozilla-hubs",
		Title:   "Mozilla Hubs",
		Hosts:   []string{"hubs.mozilla.com", "hub.link"},
		Docs:    "https://github.com/Hubs-Foundation/hubs",
		Retired: "2024-05-31",
		Parse:   parseMozillaHubs,
		Forms:   []Form{{"hubs.mozilla.com/<7>/<name>, hubs.mozilla.com/link/<7>, hub.link/<7>", PersonalRoom, PermanentRoom}},
	}
}

func parseMozillaHubs(u *URL) (Link, error) {
	segs, path := u.Segs(), "/{id}"
	if len(segs) == 2 && segs[0] == "link" {
		segs, path = segs[1:], "/link/{id}"
	}
	if len(segs) == 0 || len(segs) > 2 || u.Label() != "" || len(segs[0]) != 7 || !all(segs[0], isAlnum) || !mixed(segs[0]) {
		return Link{}, NotAMeeting
	}
	if placeholderWord(segs[0]) || inventedCode(segs[0]) {
		return Link{}, Placeholder
	}
	return Link{Kind: PersonalRoom, Class: PermanentRoom, ID: segs[0], Host: u.Host, Path: path}, nil
}
