package matchers

// airmeet knows the events of Airmeet, by guid. Seen in public pages, on the service's host and on those of communities.
func airmeet() Platform {
	return Platform{
		Name:  "airmeet",
		Title: "Airmeet",
		Hosts: []string{"airmeet.com"},
		Docs:  "https://help.airmeet.com",
		Parse: parseAirmeet,
		Whose: customerLabel,
		Forms: []Form{{"airmeet.com/e/<guid>, /event/<guid>, <community>.airmeet.com/e/<guid>", Event, PublicForm}},
	}
}

func parseAirmeet(u *URL) (Link, error) {
	if u.Seg(0) != "e" && u.Seg(0) != "event" {
		return Link{}, NotAMeeting
	}
	id, err := guidCode(u.Seg(1))
	if err != nil {
		return Link{}, err
	}
	return Link{Kind: Event, Class: PublicForm, ID: id, Org: u.Label(), Host: u.Host, Path: "/e/{id}"}, nil
}
