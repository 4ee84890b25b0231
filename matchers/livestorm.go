package matchers

// livestorm knows the events of Livestorm: registration pages by guid or by name, and the room, which with "s" is one registrant's. Seen in public
// pages.
func livestorm() Platform {
	return Platform{
		Name:  "livestorm",
		Title: "Livestorm",
		Hosts: []string{"app.livestorm.co", "app.livestorm.com"},
		Docs:  "https://support.livestorm.co",
		Parse: parseLivestorm,
		Forms: []Form{
			{"app.livestorm.co/p/<guid>, app.livestorm.co/<organisation>/<event>", Registration, PublicForm},
			{"app.livestorm.co/p/<guid>/live?s=<guid>", Webinar, AttendeePersonal},
		},
	}
}

func parseLivestorm(u *URL) (Link, error) {
	segs := u.Segs()
	if len(segs) < 2 {
		return Link{}, NotAMeeting
	}
	if segs[0] != "p" {
		return livestormPage(u, segs)
	}
	id, err := guidCode(segs[1])
	if err != nil {
		return Link{}, err
	}
	l := Link{Kind: Registration, Class: PublicForm, ID: id, Host: u.Host, Path: "/p/{id}"}
	if u.Seg(2) == "live" {
		l.Kind, l.Class, l.Path = Webinar, JoinWithSecret, "/p/{id}/live"
	}
	if u.SecretParams("s") != nil {
		l.Kind, l.Class = Webinar, AttendeePersonal
		l.AddSecret("s")
	}
	return l, nil
}

// livestormPage reads /<organisation>/<event>.
func livestormPage(u *URL, segs []string) (Link, error) {
	switch segs[0] {
	case "users", "organizations", "webinars", "workspace", "workspaces", "graphql", "webhooks", "packs", "cable", "rails", "people", "sessions", "form", "forms":
		return Link{}, NotAMeeting
	}
	if len(segs) != 2 || isSitePage(segs[0]) || !all(segs[0], isB64u) || !all(segs[1], isB64u) {
		return Link{}, NotAMeeting
	}
	event, err := namedRoom(u, segs[1])
	switch {
	case err != nil:
		return Link{}, err
	case sampleOrg(segs[0]):
		return Link{}, Placeholder
	}
	return Link{Kind: Registration, Class: PublicForm, Space: "page", ID: segs[0] + "/" + event, Org: segs[0], Host: u.Host, Path: "/{id}"}, nil
}
