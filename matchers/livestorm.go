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
			{"app.livestorm.co/p/<guid>/live?s=<guid>, app.livestorm.co/<organisation>/<event>/live?s=<guid>", Webinar, AttendeePersonal},
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
	return livestormRoom(u, Link{Kind: Registration, Class: PublicForm, ID: id, Host: u.Host, Path: "/p/{id}"}), nil
}

// livestormRoom makes a page's link that of the room, if the URL leads there.
func livestormRoom(u *URL, l Link) Link {
	if u.Seg(2) == "live" {
		l.Kind, l.Class, l.Path = Webinar, JoinWithSecret, l.Path+"/live"
	}
	if u.SecretParams("s") != nil {
		l.Kind, l.Class = Webinar, AttendeePersonal
		l.AddSecret("s")
	}
	return l
}

// livestormPage reads /<organisation>/<event>, with or without /live behind it.
func livestormPage(u *URL, segs []string) (Link, error) {
	switch segs[0] {
	case "users", "organizations", "webinars", "workspace", "workspaces", "graphql", "webhooks", "packs", "cable", "rails", "people", "sessions", "form", "forms":
		return Link{}, NotAMeeting
	}
	if len(segs) != 2 && (len(segs) != 3 || segs[2] != "live") || isSitePage(segs[0]) || !all(segs[0], isB64u) || !all(segs[1], isB64u) {
		return Link{}, NotAMeeting
	}
	event, err := namedRoom(u, segs[1])
	switch {
	case err != nil:
		return Link{}, err
	case sampleOrg(segs[0]):
		return Link{}, Placeholder
	}
	return livestormRoom(u, Link{Kind: Registration, Class: PublicForm, Space: "page", ID: segs[0] + "/" + event, Org: segs[0], Host: u.Host, Path: "/{id}"}), nil
}
