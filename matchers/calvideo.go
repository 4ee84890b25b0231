package matchers

// calVideo knows the video meetings of Cal.com, which stand under the booking's id: 22 letters and digits. Seen in mails and public code.
func calVideo() Platform {
	return Platform{
		Name:  "cal-video",
		Title: "Cal Video",
		Hosts: []string{"app.cal.com", "cal.com/video/"},
		Docs:  "https://cal.com/docs",
		Parse: parseCalVideo,
		Forms: []Form{{"app.cal.com/video/<22>", Meeting, JoinWithSecret}},
	}
}

func parseCalVideo(u *URL) (Link, error) {
	if label := u.Label(); u.Seg(0) != "video" || len(u.Segs()) != 2 || label != "" && label != "app" {
		return Link{}, NotAMeeting
	}
	id, err := opaqueCode(u.Seg(1), isAlnum, 20, 24)
	switch {
	case err != nil:
		return Link{}, err
	case !mixed(id):
		return Link{}, Incomplete
	}
	return Link{Kind: Meeting, Class: JoinWithSecret, ID: id, Host: u.Host, Path: "/video/{id}"}, nil
}
