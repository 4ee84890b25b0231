package matchers

import "strings"

// gather knows the spaces of Gather: an id of 16 characters and a name. Tokens in the query admit or place a guest. Seen in public pages.
func gather() Platform {
	return Platform{
		Name:  "gather",
		Title: "Gather",
		Hosts: []string{"gather.town"},
		Docs:  "https://support.gather.town",
		Parse: parseGather,
		Forms: []Form{{"app.gather.town/app/<16>/<space>?spawnToken=, app.v2.gather.town/app/<16>/<space>", PersonalRoom, PermanentRoom}},
	}
}

func parseGather(u *URL) (Link, error) {
	if !strings.EqualFold(u.Seg(0), "app") || len(u.Segs()) > 3 {
		return Link{}, NotAMeeting
	}
	id, err := opaqueCode(u.Seg(1), isAlnum, 16, 16)
	switch {
	case err != nil:
		return Link{}, err
	case len(leading(u.Seg(1), isAlnum)) > 16 || !mixed(id):
		return Link{}, Incomplete
	}
	l := Link{Kind: PersonalRoom, Class: PermanentRoom, ID: id, Host: u.Host, Path: "/app/{id}"}
	l.AddSecret(u.SecretParams("spawnToken", "meeting")...)
	return l, nil
}
