package matchers

import "strings"

// gotomeeting knows GoTo Meeting, GoTo Webinar and join.me.
//
// Documented: nine-digit meeting ids and personal rooms at gotomeet.me (support.goto.com, "How do I use my personal meeting room?"). The
// webinar shapes were seen in registration mails and public pages: a webinar has a key of 15 to 19 digits, older ones an id of nine;
// behind it stands the registrant's own key. gotomeet.me and meet.goto.com lead to the same rooms, and rooms know no case.
func gotomeeting() Platform {
	return Platform{
		Name:  "gotomeeting",
		Title: "GoTo Meeting, GoTo Webinar, join.me",
		Hosts: []string{"gotomeeting.com", "gotomeet.me", "meet.goto.com", "app.goto.com", "gotowebinar.com", "join.me"},
		Docs:  "https://support.goto.com/meeting",
		Parse: parseGoTo,
		Forms: []Form{
			{"meet.goto.com/<nine digits>, global.gotomeeting.com/join/<nine digits>", Meeting, JoinWithSecret},
			{"gotomeet.me/<name>, meet.goto.com/<organisation>/<room>, join.me/<name>", PersonalRoom, PermanentRoom},
			{"attendee.gotowebinar.com/register/<key>, /rt/<key>", Registration, PublicForm},
			{"global.gotowebinar.com/join/<key>/<registrant>, /eojoin/<key>/<registrant>", Webinar, AttendeePersonal},
			{"/recording/<key>, recordingView?webinarKey=<key>, transcripts.gotomeeting.com/#/s/<token>", Recording, PastContent},
		},
	}
}

func parseGoTo(u *URL) (Link, error) {
	switch u.Base {
	case "gotowebinar.com":
		return gotoWebinar(u)
	case "join.me":
		return joinMe(u)
	}
	l := Link{Host: u.Host}
	switch sub := u.Label(); {
	case sub == "transcripts":
		return gotoTranscript(u, l)
	case u.Base == "gotomeeting.com" && !gotoServes(sub):
		return Link{}, NotAMeeting
	}
	switch seg := strings.ToLower(u.Seg(0)); seg {
	case "join", "j", "meeting":
		id, registrant := u.Seg(1), u.Seg(2)
		if strings.EqualFold(id, "join") { // "/meeting/join/<id>"
			id, registrant = u.Seg(2), ""
		}
		l, err := gotoNumber(id, l, "/"+seg+"/")
		if err == nil && len(leading(registrant, isDigit)) >= 6 { // a webinar's older link: the registrant's key stands behind its number
			l.Class = AttendeePersonal
			l.AddSecret("registrant")
		}
		return l, err
	case "meet", "room":
		if len(leading(u.Seg(1), isDigit)) >= 9 {
			return gotoNumber(u.Seg(1), l, "/"+seg+"/")
		}
		return gotoRoom(u, u.Segs()[1:], l, "/"+seg+"/")
	case "register", "rt":
		return gotoWebinarKey(l, u.Seg(1), "", "/"+seg+"/", Registration)
	case "":
		if id := u.Param("meetingId"); id != "" {
			return gotoNumber(id, l, "/join/")
		}
		return Link{}, NotAMeeting
	}
	if u.Base == "gotomeeting.com" || u.Base == "app.goto.com" {
		return Link{}, NotAMeeting
	}
	if id := leadingNumber(strings.ReplaceAll(u.Seg(0), "-", "")); id != "" {
		return gotoNumber(id, l, "/")
	}
	return gotoRoom(u, u.Segs(), l, "/")
}

// gotoServes: the subdomains that join meetings; www1 to www9 are older servers.
func gotoServes(sub string) bool {
	switch sub {
	case "", "global", "app", "apps", "meet", "www1", "www2", "www3", "www4", "www5", "www6", "www7", "www8", "www9":
		return true
	}
	return false
}

// gotoNumber reads a meeting id: nine digits, hyphens allowed.
func gotoNumber(segment string, l Link, path string) (Link, error) {
	id := leading(strings.ReplaceAll(segment, "-", ""), isDigit)
	switch {
	case placeholderWord(segment) || id != "" && placeholderDigits(id):
		return Link{}, Placeholder
	case len(id) != 9:
		return Link{}, Incomplete
	}
	l.Kind, l.Class, l.ID, l.Path = Meeting, JoinWithSecret, id, path+"{id}"
	return l, nil
}

// gotoRoom reads /<name> and /<organisation>/<room>.
func gotoRoom(u *URL, segs []string, l Link, path string) (Link, error) {
	if len(segs) == 0 {
		return Link{}, Incomplete
	}
	if isSitePage(segs[0]) || segs[0] == "openerbinaries" || segs[0] == "inroomlink" || len(segs) > 2 {
		return Link{}, NotAMeeting
	}
	room, err := roomName(u, lastOf(segs))
	switch {
	case err != nil:
		return Link{}, err
	case !all(room, isGoToByte) || !all(segs[0], isGoToByte):
		return Link{}, Incomplete
	case len(segs) == 1 && genericRoom(room) && !u.believes(room):
		return Link{}, Placeholder
	}
	if len(segs) == 2 {
		l.Org = segs[0]
		if sampleRoom(l.Org) {
			return Link{}, Placeholder
		}
		room = l.Org + "/" + room
	}
	l.Kind, l.Class, l.Space, l.ID, l.Fold, l.Owner, l.Path = PersonalRoom, PermanentRoom, "room", room, true, room, path+"{id}"
	return l, nil
}

func isGoToByte(c byte) bool { return isB64u(c) || c == '.' || c >= 0x80 }

// gotoTranscript reads transcripts.gotomeeting.com/#/s/<hexadecimal>: a recording with its transcript.
func gotoTranscript(u *URL, l Link) (Link, error) {
	token := leading(strings.TrimPrefix(strings.TrimLeft(u.Fragment, "/"), "s/"), isHex)
	switch {
	case token == "" || placeholderToken(token):
		return Link{}, Placeholder
	case len(token) < 32 || len(token) > 128:
		return Link{}, Incomplete
	}
	l.Kind, l.Class, l.Space, l.ID, l.Path = Recording, PastContent, "rec", strings.ToLower(token), "/#/s/{id}"
	return l, nil
}

func gotoWebinar(u *URL) (Link, error) {
	l := Link{Host: u.Host}
	seg := u.Seg(0)
	switch strings.ToLower(seg) {
	case "register", "rt", "registration":
		return gotoWebinarKey(l, u.Seg(1), "", "/"+seg+"/", Registration)
	case "join", "eojoin", "pjoin":
		return gotoWebinarKey(l, u.Seg(1), u.Seg(2), "/"+seg+"/", Webinar)
	case "ojoin":
		return gotoWebinarKey(l, u.Seg(1), u.Seg(2), "/ojoin/", HostStart)
	case "recording":
		return gotoRecording(u, l)
	case "index.html", "":
		parts := strings.Split(strings.Trim(u.Fragment, "/"), "/")
		if len(parts) < 3 {
			return Link{}, NotAMeeting
		}
		l, err := gotoWebinarKey(l, parts[1], parts[2], "/join/", Webinar)
		if id := parts[0]; err == nil && len(id) == 9 && all(id, isDigit) {
			l.AddAlias(Link{Platform: "gotomeeting", Space: "webinar", ID: id}.Key())
		}
		return l, err
	}
	return Link{}, NotAMeeting
}

func gotoRecording(u *URL, l Link) (Link, error) {
	key := u.Param("webinarKey")
	if key == "" {
		key = longNumber(u.Segs())
	}
	l, err := gotoWebinarKey(l, key, "", "/recording/", Recording)
	l.Space = "rec"
	return l, err
}

// longNumber is the first segment that can be a key.
func longNumber(segs []string) string {
	for _, seg := range segs {
		if d := leading(seg, isDigit); len(d) >= 15 {
			return d
		}
	}
	return ""
}

// gotoWebinarKey reads a webinar's key, and whether a registrant's key stands behind it.
func gotoWebinarKey(l Link, segment, registrant, path string, kind Kind) (Link, error) {
	key := leading(segment, isDigit)
	switch {
	case placeholderWord(segment) || placeholderDigits(gotoOldKey(key)), strings.HasPrefix(registrant, "123456"):
		return Link{}, Placeholder // no registrant was given a count for a key: the whole link is a sample
	case len(key) != 9 && (len(key) < 15 || len(key) > 19):
		return Link{}, Incomplete
	}
	l.Kind, l.Space, l.ID, l.Path = kind, "webinar", key, path+"{id}"
	switch {
	case kind == Registration:
		l.Class = PublicForm
	case kind == Recording:
		l.Class = PastContent
	case kind == HostStart:
		l.Class = HostCredential
	default:
		l.Class = JoinWithSecret
	}
	if len(leading(registrant, isDigit)) >= 6 {
		l.AddSecret("registrant")
		if kind == Webinar {
			l.Class = AttendeePersonal
		}
	}
	return l, nil
}

// gotoOldKey takes off the one and the zeros that the first keys of 18 digits were filled up with: 100000000058371942.
func gotoOldKey(key string) string {
	rest := strings.TrimLeft(strings.TrimPrefix(key, "1000000"), "0")
	if len(key) == 18 && strings.HasPrefix(key, "1000000") && len(rest) >= 6 {
		return rest
	}
	return key
}

// joinMe reads join.me/<nine digits>, join.me/<name> and recordings.join.me/<token>.
func joinMe(u *URL) (Link, error) {
	l := Link{Host: u.Host, Space: "joinme"}
	seg := u.Seg(0)
	switch sub := u.Label(); {
	case sub == "recordings":
		token := leading(seg, isB64u)
		if len(token) < 16 || placeholderToken(token) {
			return Link{}, Incomplete
		}
		l.Kind, l.Class, l.Space, l.ID, l.Path = Recording, PastContent, "rec", token, "/{id}"
		return l, nil
	case sub != "" && sub != "secure", seg == "":
		return Link{}, NotAMeeting
	}
	if id := leading(strings.ReplaceAll(seg, "-", ""), isDigit); len(id) >= 9 {
		return gotoNumber(id, l, "/")
	}
	if isSitePage(seg) || len(u.Segs()) > 1 || !all(seg, isGoToByte) {
		return Link{}, NotAMeeting
	}
	room, err := roomName(u, seg)
	if err != nil {
		return Link{}, err
	}
	l.Kind, l.Class, l.ID, l.Fold, l.Owner, l.Path = PersonalRoom, PermanentRoom, room, true, room, "/{id}"
	return l, nil
}
