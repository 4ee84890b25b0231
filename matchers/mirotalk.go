package matchers

// mirotalk knows the rooms of the public MiroTalk servers. A token or a password in the query admits. Documented: docs.mirotalk.com, "Join room".
func mirotalk() Platform {
	return Platform{
		Name:  "mirotalk",
		Title: "MiroTalk",
		Hosts: []string{"mirotalk.com"},
		Docs:  "https://docs.mirotalk.com/mirotalk-p2p/join-room",
		Parse: parseMiroTalk,
		Forms: []Form{{"p2p.mirotalk.com/join/<room>, sfu.mirotalk.com/join?room=<room>", PersonalRoom, PermanentRoom}},
	}
}

func parseMiroTalk(u *URL) (Link, error) {
	switch u.Label() {
	case "p2p", "sfu", "c2c", "bro":
	default:
		return Link{}, NotAMeeting
	}
	if u.Seg(0) != "join" || len(u.Segs()) > 2 {
		return Link{}, NotAMeeting
	}
	room, path := u.Seg(1), "/join/{id}"
	if room == "" {
		room, path = u.Param("room"), "/join?room={id}"
	}
	room, err := sharedRoom(u, room)
	if err != nil {
		return Link{}, err
	}
	l := Link{Kind: PersonalRoom, Class: PermanentRoom, Realm: u.Label(), ID: room, Host: u.Host, Path: path}
	l.AddSecret(u.SecretParams("token", "roomPassword", "password")...)
	return l, nil
}
