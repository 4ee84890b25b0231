package matchers

// spatialChat knows the spaces of SpatialChat; "sp" is the space's password. Seen in public pages of conferences.
func spatialChat() Platform {
	return Platform{
		Name:  "spatial-chat",
		Title: "SpatialChat",
		Hosts: []string{"spatial.chat"},
		Docs:  "https://help.spatial.chat",
		Parse: parseSpatialChat,
		Forms: []Form{{"spatial.chat/s/<space>, app.spatial.chat/s/<space>", PersonalRoom, PermanentRoom}},
	}
}

func parseSpatialChat(u *URL) (Link, error) {
	if label := u.Label(); u.Seg(0) != "s" || len(u.Segs()) != 2 || label != "" && label != "app" {
		return Link{}, NotAMeeting
	}
	space, err := namedRoom(u, u.Seg(1))
	switch {
	case err != nil:
		return Link{}, err
	case len(space) < 3 || !all(space, isB64u):
		return Link{}, Incomplete
	}
	l := Link{Kind: PersonalRoom, Class: PermanentRoom, ID: space, Host: u.Host, Path: "/s/{id}"}
	l.AddSecret(u.SecretParams("sp")...)
	return l, nil
}
