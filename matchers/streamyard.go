package matchers

// streamyard knows StreamYard: the studio link that brings a guest on air, and the page on which the public watches. Seen in public pages. Studio codes
// stand where the vendor's pages stand, so a code must look drawn.
func streamyard() Platform {
	return Platform{
		Name:  "streamyard",
		Title: "StreamYard",
		Hosts: []string{"streamyard.com"},
		Docs:  "https://support.streamyard.com/hc/en-us/articles/360043291612-Guest-instructions",
		Parse: parseStreamYard,
		Forms: []Form{
			{"streamyard.com/<8 to 13>, streamyard.com/guest/<8 to 13>", Meeting, JoinWithSecret},
			{"streamyard.com/watch/<12>, streamyard.com/e/<12>", Event, PublicForm},
		},
	}
}

func parseStreamYard(u *URL) (Link, error) {
	segs := u.Segs()
	if len(segs) == 0 || len(segs) > 2 || u.Label() != "" {
		return Link{}, NotAMeeting
	}
	l := Link{Kind: Meeting, Class: JoinWithSecret, Host: u.Host, Path: "/{id}"}
	if len(segs) == 2 {
		switch segs[0] {
		case "guest":
		case "watch", "e", "embed": // the last two show the same in a frame
			l.Kind, l.Class, l.Space = Event, PublicForm, "watch"
		default:
			return Link{}, NotAMeeting
		}
		l.Path = "/" + segs[0] + "/{id}"
	}
	code := lastOf(segs)
	if len(segs) == 1 && (isSitePage(code) || !mixed(code)) {
		return Link{}, NotAMeeting
	}
	id, err := opaqueCode(code, isAlnum, 8, 13)
	if err == nil && (id != code || !mixed(id)) {
		err = Incomplete
	}
	l.ID = id
	return l, err
}
