package matchers

import "strings"

// huaweiMeeting knows the meetings of Huawei Cloud Meeting (WeLink Meeting): the number and a token that admits, both in the fragment. Seen in public
// pages, on the service's host, on its international one, and on that of communities (bmeeting), each with and without a port.
func huaweiMeeting() Platform {
	return Platform{
		Name:  "huawei-meeting",
		Title: "Huawei Cloud Meeting",
		Hosts: []string{"meeting.huaweicloud.com", "bmeeting.huaweicloud.com"},
		Docs:  "https://support.huaweicloud.com/meeting",
		Parse: parseHuaweiMeeting,
		Forms: []Form{{"meeting.huaweicloud.com/#/j/<9 digits>/<token>, bmeeting.huaweicloud.com/#/j/…", Meeting, JoinWithSecret}},
	}
}

func parseHuaweiMeeting(u *URL) (Link, error) {
	rest, ok := strings.CutPrefix(u.Fragment, "/j/")
	if !ok {
		return Link{}, NotAMeeting
	}
	number, token, _ := strings.Cut(rest, "/")
	id, err := numberCode(number, 8, 10)
	if err != nil {
		return Link{}, err
	}
	l := Link{Kind: Meeting, Class: NumberOnly, ID: id, Host: u.Host, Path: "/#/j/{id}"}
	if token = leading(token, isAlnum); len(token) >= 16 && !placeholderToken(token) {
		l.Class = JoinWithSecret
		l.AddSecret("token")
	}
	return l, nil
}
