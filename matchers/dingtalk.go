package matchers

// dingtalk knows the meetings of DingTalk: a code of about 11 letters and digits, and the number of 11 digits in groups that nobody else
// has (689 417 36025), see shapeFits. Seen in public pages and in the vendor's interface descriptions, whose samples are partly crossed out.
// Of a meeting in a calendar the client's own link, dingtalk://…, has a guid.
func dingtalk() Platform {
	return Platform{
		Name:    "dingtalk",
		Title:   "DingTalk",
		Hosts:   []string{"meeting.dingtalk.com"},
		Anchors: []string{"dingtalk://dingtalkclient/page/videoconf", "dingtalk:\\/\\/dingtalkclient\\/page\\/videoconf"},
		Docs:    "https://open.dingtalk.com/document/orgapp/create-a-video-conference",
		Parse:   parseDingTalk,
		Forms: []Form{
			{"meeting.dingtalk.com/j/<11>, meeting.dingtalk.com/app?roomCode=<11 digits>&token=<token>", Meeting, JoinWithSecret},
			{"dingtalk://dingtalkclient/page/videoConfFromCalendar?confId=<guid>", Meeting, JoinWithSecret},
		},
	}
}

func parseDingTalk(u *URL) (Link, error) {
	if u.Scheme == "dingtalk" {
		id, err := guidCode(u.Param("confId"))
		return Link{Kind: Meeting, Class: JoinWithSecret, Space: "conf", ID: id}, err
	}
	if u.Seg(0) == "app" && u.Has("roomCode") {
		id, err := numberCode(u.Param("roomCode"), 9, 12)
		l := Link{Kind: Meeting, Class: JoinWithSecret, Space: "number", ID: id, Host: u.Host, Path: "/app?roomCode={id}"}
		l.AddSecret(u.SecretParams("token")...)
		return l, err
	}
	if u.Seg(0) != "j" {
		return Link{}, NotAMeeting
	}
	id, err := opaqueCode(u.Seg(1), isAlnum, 10, 16)
	switch {
	case err != nil:
		return Link{}, err
	case id == "1COFppy0POR": // the sample of the vendor's interface descriptions
		return Link{}, Placeholder
	case !mixed(id) || all(id, isDigit):
		return Link{}, Incomplete
	}
	return Link{Kind: Meeting, Class: JoinWithSecret, ID: id, Host: u.Host, Path: "/j/{id}"}, nil
}
