package matchers

import (
	"errors"
	"strings"
)

// tencentMeeting knows the links of Tencent Meeting and of its international brand VooV Meeting. The number that stands beside a link in an
// invitation is read by invitation.go.
//
// Documented: /dm/<12>; seen in public pages: /s/<12> (older), /dw/<12> (webinars), /p/<number> (personal meeting number), the app's wemeet://page/inmeeting, and
// recordings under /crm/, /cw/, /v2/cloud-record/share, /meeting-record/shares and /user-center/shared-record-info, several at once under
// /user-center/shared-record-middle. Both brands resolve the same numbers.
func tencentMeeting() Platform {
	return Platform{
		Name:    "tencent-meeting",
		Title:   "Tencent Meeting / VooV Meeting",
		Hosts:   []string{"meeting.tencent.com", "voovmeeting.com"},
		Anchors: []string{"wemeet://page/inmeeting", "wemeet:\\/\\/page"},
		Docs:    "https://cloud.tencent.com/document/product/1095",
		Parse:   parseTencentMeeting,
		Forms: []Form{
			{"meeting.tencent.com/dm/<12>, /s/<12>, voovmeeting.com/dm/<12>", Meeting, JoinWithSecret},
			{"meeting.tencent.com/dw/<12>", Meeting, JoinWithSecret},
			{"meeting.tencent.com/p/<ten digits>", PersonalRoom, PermanentRoom},
			{"meeting.tencent.com/p/<number>, wemeet://page/inmeeting?meeting_code=<number>", Meeting, JoinWithSecret},
			{"meeting.tencent.com/crm/<10>, /cw/<10>, /v2/cloud-record/share?id=<guid or 43>, /meeting-record/shares?id=", Recording, PastContent},
			{"meeting.tencent.com/user-center/shared-record-info?id=<guid or 43>, /user-center/shared-record-middle?s=<43>", Recording, PastContent},
		},
	}
}

func parseTencentMeeting(u *URL) (Link, error) {
	first := strings.ToLower(u.Seg(0))
	switch {
	case u.Scheme == "wemeet":
		return tencentNumber(u.Param("meeting_code"), Link{Host: "meeting.tencent.com", Path: "/p/{id}"})
	case u.Label() != "":
		return Link{}, NotAMeeting
	case first == "dm" || first == "s":
		return tencentCode(u, first, 12, Link{Kind: Meeting, Class: JoinWithSecret, Space: "dm"})
	case first == "dw":
		return tencentCode(u, first, 12, Link{Kind: Meeting, Class: JoinWithSecret, Space: "dw"})
	case first == "p":
		l, err := tencentNumber(u.Seg(1), Link{Host: u.Host, Path: "/p/{id}"})
		if len(l.ID) == 10 { // a user's own room; meetings have nine or eleven digits
			l.Kind, l.Class = PersonalRoom, PermanentRoom
		}
		return l, err
	case first == "crm" || first == "cw":
		return tencentCode(u, first, 10, Link{Kind: Recording, Class: PastContent, Space: "rec"})
	case u.Seg(1) == "shared-record-middle": // the page of several recordings
		id, err := opaqueCode(u.Param("s"), isB64u, 43, 43)
		return Link{Kind: Recording, Class: PastContent, Space: "rec", ID: id, Host: u.Host, Path: "/user-center/shared-record-middle?s={id}"}, err
	case u.Seg(1) == "shared-record-info" || u.Seg(1) == "cloud-record" && u.Seg(2) == "share" || first == "meeting-record" && u.Seg(1) == "shares":
		id, err := guidCode(u.Param("id"))
		if errors.Is(err, Incomplete) { // 32 bytes as base64, seen in 2024
			id, err = opaqueCode(u.Param("id"), isB64u, 43, 43)
		}
		if err != nil {
			return Link{}, err
		}
		return Link{Kind: Recording, Class: PastContent, Space: "rec", ID: id, Host: u.Host, Path: "/v2/cloud-record/share?id={id}"}, nil
	}
	return Link{}, NotAMeeting
}

func tencentCode(u *URL, first string, least int, l Link) (Link, error) {
	id, err := opaqueCode(u.Seg(1), isAlnum, least, 12)
	switch {
	case err != nil:
		return Link{}, err
	case !mixed(id):
		return Link{}, Incomplete
	}
	l.ID, l.Host, l.Path = id, u.Host, "/"+first+"/{id}"
	return l, nil
}

func tencentNumber(segment string, l Link) (Link, error) {
	id, err := numberCode(segment, 9, 11)
	if err != nil {
		return Link{}, err
	}
	l.Kind, l.Class, l.ID = Meeting, JoinWithSecret, id
	return l, nil
}
