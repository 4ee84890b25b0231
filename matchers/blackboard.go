package matchers

// blackboardCollaborate knows the sessions of Blackboard Collaborate (Class Collaborate): guest links, invitations and recordings, each with an id
// of 32 hexadecimal digits on the region's host. Seen in public pages of schools. The programming interface under /collab/api is no meeting.
func blackboardCollaborate() Platform {
	return Platform{
		Name:  "blackboard-collaborate",
		Title: "Blackboard Collaborate",
		Hosts: []string{"bbcollab.com"},
		Docs:  "https://help.blackboard.com/Collaborate",
		Parse: parseBlackboard,
		Forms: []Form{
			{"<region>.bbcollab.com/guest/<32>, /invite/<32>, /collab/ui/session/join/<32>", Meeting, JoinWithSecret},
			{"<region>.bbcollab.com/recording/<32>", Recording, PastContent},
		},
	}
}

func parseBlackboard(u *URL) (Link, error) {
	segs := u.Segs()
	if len(segs) > 3 && segs[0] == "collab" && segs[1] == "ui" && segs[2] == "session" {
		segs = segs[3:]
	}
	if len(segs) < 2 {
		return Link{}, NotAMeeting
	}
	l := Link{Kind: Meeting, Class: JoinWithSecret, Host: u.Host, Path: "/" + segs[0] + "/{id}"}
	switch segs[0] {
	case "guest", "join":
	case "invite":
		l.Space = "invite"
	case "recording", "playback":
		l.Kind, l.Class, l.Space = Recording, PastContent, "rec"
	default:
		return Link{}, NotAMeeting
	}
	id, err := hexCode(lastOf(segs), 32)
	if err != nil {
		return Link{}, err
	}
	l.ID = id
	if lower := lowerASCII(id); lower != id {
		l.AddAlias(Link{Platform: "blackboard-collaborate", Space: l.Space, ID: lower}.Key())
	}
	return l, nil
}
