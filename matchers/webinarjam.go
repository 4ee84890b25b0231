package matchers

// webinarJam knows the webinars of WebinarJam and EverWebinar: registration pages, and the room link of one registrant. Seen in public pages.
func webinarJam() Platform {
	return Platform{
		Name:  "webinarjam",
		Title: "WebinarJam",
		Hosts: []string{"event.webinarjam.com"},
		Docs:  "https://support.webinarjam.com",
		Parse: parseWebinarJam,
		Forms: []Form{
			{"event.webinarjam.com/register/<code>, /register/<number>/<code>", Registration, PublicForm},
			{"event.webinarjam.com/<code>/go/live/<token>", Webinar, AttendeePersonal},
		},
	}
}

func parseWebinarJam(u *URL) (Link, error) {
	segs := u.Segs()
	if len(segs) == 4 && segs[1] == "go" && segs[2] == "live" {
		id, err := opaqueCode(segs[3], isTalkByte, 12, 20)
		if err != nil {
			return Link{}, err
		}
		return Link{Kind: Webinar, Class: AttendeePersonal, Space: "live", ID: id, Host: u.Host, Path: "/" + segs[0] + "/go/live/{id}"}, nil
	}
	if len(segs) < 2 || segs[0] != "register" {
		return Link{}, NotAMeeting
	}
	code := segs[1]
	if len(segs) > 2 && len(code) < 4 && all(code, isDigit) {
		code = segs[2]
	}
	id, err := opaqueCode(code, isTalkByte, 6, 10)
	switch {
	case err != nil:
		return Link{}, err
	case !mixed(id) || id != code:
		return Link{}, Incomplete
	}
	return Link{Kind: Registration, Class: PublicForm, ID: id, Host: u.Host, Path: "/register/{id}"}, nil
}
