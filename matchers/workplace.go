package matchers

// workplace knows the call links of Workplace from Meta, a Facebook for organisations; each had its own host. Seen in public pages. Posts, groups
// and the service's own pages are no meetings.
func workplace() Platform {
	return Platform{
		Name:    "workplace",
		Title:   "Workplace from Meta",
		Hosts:   []string{"workplace.com"},
		Docs:    "https://www.workplace.com/help/work",
		Retired: "2026-06-01",
		Parse:   parseWorkplace,
		Whose:   customerLabel,
		Forms:   []Form{{"<organisation>.workplace.com/groupcall/LINK:<token>", Meeting, JoinWithSecret}},
	}
}

func parseWorkplace(u *URL) (Link, error) {
	org := u.Label()
	switch {
	case u.Seg(0) != "groupcall":
		return Link{}, NotAMeeting
	case sampleOrg(org):
		return Link{}, Placeholder
	}
	l, err := groupCall(u, Link{Realm: org, Org: org})
	if err != nil {
		return Link{}, err
	}
	return l, nil
}
