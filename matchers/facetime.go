package matchers

// facetime knows FaceTime links. Everything stands in the fragment: p names the conversation, k is the key that lets one in.
//
// Seen in public pages: p has 22 characters of base64, in which "+" is meant and no space; k has 43 of URL-safe base64.
func facetime() Platform {
	return Platform{
		Name:  "facetime",
		Title: "FaceTime",
		Hosts: []string{"facetime.apple.com"},
		Docs:  "https://support.apple.com/guide/facetime",
		Parse: parseFaceTime,
		Forms: []Form{{"facetime.apple.com/join#v=1&p=<22>&k=<43>", Meeting, JoinWithSecret}},
	}
}

func parseFaceTime(u *URL) (Link, error) {
	if u.Seg(0) != "join" {
		return Link{}, NotAMeeting
	}
	p, k := u.FragmentParam("p"), u.FragmentParam("k")
	if u.Fragment == "" {
		p, k = u.Param("p"), u.Param("k")
	}
	id, err := opaqueCode(p, isBase64, 22, 22)
	if err != nil {
		return Link{}, err
	}
	l := Link{Kind: Meeting, Class: JoinWithSecret, ID: id, Host: u.Host, Path: "/join#v=1&p={id}"}
	if len(leading(k, isBase64)) >= 40 {
		l.AddSecret("k")
	}
	return l, nil
}

// isBase64 takes both alphabets of base64.
func isBase64(c byte) bool { return isB64u(c) || c == '+' || c == '/' }
