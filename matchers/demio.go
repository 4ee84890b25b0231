package matchers

// demio knows the webinars of Demio: registration pages, the room link of one registrant, and recordings. Seen in public pages; my.demio.com/api and
// /manage belong to the organiser.
func demio() Platform {
	return Platform{
		Name:  "demio",
		Title: "Demio",
		Hosts: []string{"event.demio.com", "my.demio.com"},
		Docs:  "https://support.demio.com",
		Parse: parseDemio,
		Forms: []Form{
			{"event.demio.com/ref/<token>, my.demio.com/ref/<token>", Registration, PublicForm},
			{"event.demio.com/join/<token>", Webinar, AttendeePersonal},
			{"my.demio.com/recording/<token>", Recording, PastContent},
		},
	}
}

func parseDemio(u *URL) (Link, error) {
	l := Link{Host: u.Host, Path: "/" + u.Seg(0) + "/{id}"}
	switch u.Seg(0) {
	case "ref", "register":
		l.Kind, l.Class = Registration, PublicForm
	case "join", "simulated-webinar":
		l.Kind, l.Class, l.Space = Webinar, AttendeePersonal, "join"
	case "recording":
		l.Kind, l.Class, l.Space = Recording, PastContent, "rec"
	default:
		return Link{}, NotAMeeting
	}
	least := 14
	if l.Kind == Recording {
		least = 8
	}
	id, err := opaqueCode(u.Seg(1), isAlnum, least, 24)
	if err == nil && !mixed(id) {
		err = Incomplete
	}
	l.ID = id
	return l, err
}
