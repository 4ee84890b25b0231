package matchers

import "strings"

// gather knows the spaces of Gather: an id of 16 characters and a name; since its second version a guid, with the name before it.
// Tokens in the query admit or place a guest. Seen in public pages.
func gather() Platform {
	return Platform{
		Name:  "gather",
		Title: "Gather",
		Hosts: []string{"gather.town"},
		Docs:  "https://support.gather.town",
		Parse: parseGather,
		Forms: []Form{{"app.gather.town/app/<16>/<space>?spawnToken=, app.v2.gather.town/app/<name>-<guid>", PersonalRoom, PermanentRoom}},
	}
}

func parseGather(u *URL) (Link, error) {
	if !strings.EqualFold(u.Seg(0), "app") || len(u.Segs()) > 3 {
		return Link{}, NotAMeeting
	}
	id, err := gatherSpace(u.Seg(1))
	if err != nil {
		return Link{}, err
	}
	l := Link{Kind: PersonalRoom, Class: PermanentRoom, ID: id, Host: u.Host, Path: "/app/{id}"}
	l.AddSecret(u.SecretParams("spawnToken", "meeting")...)
	return l, nil
}

// gatherSpace reads the id of either version.
func gatherSpace(segment string) (string, error) {
	if at := len(segment) - len("00000000-0000-0000-0000-000000000000"); at == 0 || at > 0 && segment[at-1] == '-' {
		if id, err := guidCode(segment[at:]); err != Incomplete {
			return id, err
		}
	}
	id, err := opaqueCode(segment, isAlnum, 16, 16)
	switch {
	case err != nil:
		return "", err
	case len(leading(segment, isAlnum)) > 16 || !mixed(id):
		return "", Incomplete
	}
	return id, nil
}
