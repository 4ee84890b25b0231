package matchers

import "strings"

// messenger knows Facebook Messenger's call links, rooms and group invitations.
//
// Seen in public pages: m.me/j/Ab… with 16 characters is handed out by "copy invite link" of a group chat, m.me/ch/Ab… by that of a
// community; msngr.com/<12> was a room, of 16 characters it leads on to a chat; messenger.com/groupcall/LINK:<token>, the same on
// facebook.com; ROOM:<number> is the call of a chat, for its members. m.me/<user> is a chat with a person or page and no meeting.
func messenger() Platform {
	return Platform{
		Name:  "messenger",
		Title: "Messenger",
		Hosts: []string{"m.me/j/", "m.me/ch/", "msngr.com", "messenger.com", "facebook.com/groupcall"},
		Docs:  "https://www.facebook.com/help/messenger-app/1414800065460231",
		Parse: parseMessenger,
		Forms: []Form{
			{"messenger.com/groupcall/LINK:<token>, facebook.com/groupcall/LINK:<token>", Meeting, JoinWithSecret},
			{"messenger.com/groupcall/ROOM:<number>", Meeting, NumberOnly},
			{"msngr.com/<12 or 16>, m.me/j/<16>", Meeting, JoinWithSecret},
			{"m.me/j/Ab<14>, m.me/ch/Ab<14>", GroupInvite, ChatInvite},
		},
	}
}

func parseMessenger(u *URL) (Link, error) {
	switch first := strings.ToLower(u.Seg(0)); {
	case u.Base == "m.me" && (first == "j" || first == "ch"):
		return messengerInvite(u)
	case u.Base == "msngr.com" && u.Label() == "" && len(u.Segs()) == 1:
		id, err := opaqueCode(u.Seg(0), isB64u, 12, 16)
		if err == nil && len(id) != 12 && len(id) != 16 {
			err = Incomplete
		}
		if err != nil {
			return Link{}, err
		}
		return Link{Kind: Meeting, Class: JoinWithSecret, ID: id, Host: u.Host, Path: "/{id}"}, nil
	case first == "groupcall":
		return groupCall(u, Link{})
	}
	return Link{}, NotAMeeting
}

func messengerInvite(u *URL) (Link, error) {
	id, err := opaqueCode(u.Seg(1), isB64u, 16, 16)
	if err != nil {
		return Link{}, err
	}
	l := Link{Kind: Meeting, Class: JoinWithSecret, Space: "j", ID: id, Host: u.Host, Path: "/j/{id}"}
	if strings.HasPrefix(id, "Ab") {
		l.Kind, l.Class = GroupInvite, ChatInvite
	}
	switch {
	case !strings.EqualFold(u.Seg(0), "ch"):
	case l.Kind != GroupInvite:
		return Link{}, Incomplete
	default:
		l.Path = "/ch/{id}"
	}
	return l, nil
}

// groupCall reads /groupcall/LINK:<token> and /groupcall/ROOM:<number>, of Messenger and of Workplace.
func groupCall(u *URL, l Link) (Link, error) {
	l.Host, l.Path = u.Host, "/groupcall/{id}"
	kind, rest, _ := strings.Cut(u.Seg(1), ":")
	var id string
	err := error(Incomplete)
	switch kind {
	case "LINK":
		id, err = opaqueCode(rest, isB64u, 8, 40)
		l.Kind, l.Class = Meeting, JoinWithSecret
	case "ROOM":
		id, err = numberCode(rest, 15, 20)
		l.Kind, l.Class = Meeting, NumberOnly
	}
	l.ID = kind + ":" + id
	return l, err
}
