package matchers

// vdoNinja knows the rooms of VDO.Ninja: "room" for guests, "director" for whoever runs the show. Links with "view" only show one picture. Documented:
// docs.vdo.ninja, "Room", "Director", "Password".
func vdoNinja() Platform {
	return Platform{
		Name:  "vdo-ninja",
		Title: "VDO.Ninja",
		Hosts: []string{"vdo.ninja", "obs.ninja"},
		Docs:  "https://docs.vdo.ninja",
		Parse: parseVDONinja,
		Forms: []Form{
			{"vdo.ninja/?room=<room>", PersonalRoom, PermanentRoom},
			{"vdo.ninja/?director=<room>", HostStart, HostCredential},
		},
	}
}

func parseVDONinja(u *URL) (Link, error) {
	l := Link{Kind: PersonalRoom, Class: PermanentRoom, Host: u.Host, Path: "/?room={id}"}
	name := u.Param("room")
	if director := u.Param("director"); director != "" {
		name = director
		l.Kind, l.Class, l.Path = HostStart, HostCredential, "/?director={id}"
	}
	if label := u.Label(); name == "" || label != "" && label != "beta" {
		return Link{}, NotAMeeting
	}
	room, err := namedRoom(u, name)
	switch {
	case err != nil:
		return Link{}, err
	case len(room) < 3 || !all(room, isB64u):
		return Link{}, Incomplete
	}
	l.ID = room
	l.AddSecret(u.SecretParams("password", "pass", "pw", "hash")...)
	return l, nil
}
