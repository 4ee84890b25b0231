package matchers

import "strings"

// on24 knows the webinars of ON24: an event's number, with a key of 32 hexadecimal digits that belongs to the registration page. Seen in public pages.
func on24() Platform {
	return Platform{
		Name:  "on24",
		Title: "ON24",
		Hosts: []string{"event.on24.com"},
		Docs:  "https://www.on24.com",
		Parse: parseON24,
		Forms: []Form{{"event.on24.com/wcc/r/<number>/<32>, /r.htm?e=<number>&k=<32>, /eventRegistration/…?eventid=<number>&key=<32>", Registration, PublicForm}},
	}
}

func parseON24(u *URL) (Link, error) {
	number, key := u.Param("eventid"), u.Param("key")
	switch {
	case u.Seg(0) == "wcc" && u.Seg(1) == "r":
		number, key = u.Seg(2), u.Seg(3)
	case u.Seg(0) == "r.htm":
		number, key = u.Param("e"), u.Param("k")
	case !strings.HasPrefix(u.Seg(0), "event"):
		return Link{}, NotAMeeting
	}
	id, err := numberCode(number, 6, 9)
	if err == nil {
		_, err = hexCode(key, 32)
	}
	if err != nil {
		return Link{}, err
	}
	return Link{Kind: Registration, Class: PublicForm, ID: id, Host: u.Host, Path: "/wcc/r/{id}"}, nil
}
