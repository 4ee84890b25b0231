package matchers

// starleaf knows StarLeaf's meetings: ten digits. The service is said to be closed; nothing official says since when, so its links count.
func starleaf() Platform {
	return Platform{
		Name:  "starleaf",
		Title: "StarLeaf",
		Hosts: []string{"meet.starleaf.com"},
		Docs:  "https://web.archive.org/web/2022/https://support.starleaf.com/",
		Parse: parseStarLeaf,
		Forms: []Form{
			{"meet.starleaf.com/<ten digits>[/app]", Meeting, JoinWithSecret},
			{"<ten digits>@meet.starleaf.com", DialIn, NumberOnly},
		},
	}
}

func parseStarLeaf(u *URL) (Link, error) {
	l := Link{Kind: Meeting, Class: JoinWithSecret, Host: u.Host, Path: "/{id}"}
	segment := u.Seg(0)
	if u.User != "" {
		segment, l = u.User, Link{Kind: DialIn, Class: NumberOnly}
	}
	id, err := dialNumber(segment, 8)
	l.ID = id
	return l, err
}
