package hosts

import (
	"errors"
	"slices"
	"strings"
	"unicode"
)

// columns says where what stands in a row. -1: nowhere.
type columns struct {
	meeting, room, oid     int
	emails                 []int // the first that is not empty counts
	delegates, topic       int
	starts, vendorStart    int
	startZone              int  // of vendorStart only
	utc                    bool // vendorStart is in UTC when nothing else is said: Microsoft's way
	audience, zone         int
	zoomNumbers, meetCodes bool // bare numbers and codes in the column of meetings are a vendor's
}

// The names of columns, as [plain] writes them, the best first.
func meetingNames() []string {
	return []string{"meeting", "meetingid", "webinarid", "meetingcode", "joinweburl", "joinurl", "joinlink", "meetinglink", "meetingurl",
		"onlinemeetingjoinurl", "onlinemeetingurl", "hangoutlink", "meetlink", "meetingnumber"}
}

func roomNames() []string {
	return []string{"room", "pmi", "personalmeetingid", "personalmeetingidpmi", "personalroom", "personallink", "personalmeetingurl"}
}

func organiserNames() []string {
	return []string{"teamsoid", "organizeroid", "organizerid", "organiserid", "participantsorganizeridentityuserid", "organizeridentityuserid"}
}

func emailNames() []string {
	return []string{"email", "hostemail", "organizeremail", "organiseremail", "organizeremailaddressaddress", "participantsorganizerupn",
		"organizerupn", "useremail", "emailaddress", "mail", "userprincipalname", "host", "organizer", "organiser"}
}

// errParticipants refuses a list that names everybody who came.
var errParticipants = errors.New("is a list of participants: it says who came, not who hosts")

// headerOf judges a row. ok is false when it is no header.
func headerOf(row []string) (c columns, ok bool, err error) {
	names := make([]string, len(row))
	for i, cell := range row {
		names[i] = plain(cell)
	}
	c = columns{
		meeting: first(names, meetingNames()), room: first(names, roomNames()), oid: first(names, organiserNames()),
		delegates: first(names, []string{"delegates", "delegate", "alternativehosts", "alternativehost"}),
		topic:     first(names, []string{"topic", "subject", "meetingtopic", "title"}),
		starts:    first(names, []string{"starts", "start"}),
		vendorStart: first(names, []string{"starttime", "startdatetime", "scheduledstarttime", "meetingstarttime",
			"scheduledstart"}),
		startZone: first(names, []string{"starttimezone"}),
		audience:  first(names, []string{"audience"}), zone: first(names, []string{"timezone"}),
	}
	if c.oid < 0 && slices.Contains(names, "userprincipalname") { // a list of users
		c.oid = first(names, []string{"objectid", "id"})
	}
	for _, name := range emailNames() {
		if at := slices.Index(names, name); at >= 0 {
			c.emails = append(c.emails, at)
		}
	}
	if len(c.emails) == 0 || c.meeting < 0 && c.room < 0 && c.oid < 0 {
		return c, false, nil
	}
	if first(names, []string{"jointime", "leavetime", "nameoriginalname"}) >= 0 {
		return c, true, errParticipants
	}
	c.zoomNumbers = c.meeting >= 0 && slices.Contains([]string{"meetingid", "webinarid"}, names[c.meeting])
	c.utc = c.vendorStart >= 0 && names[c.vendorStart] == "startdatetime"
	c.meetCodes = c.meeting >= 0 && names[c.meeting] == "meetingcode"
	return c, true, nil
}

// first finds the best of some names.
func first(names, wanted []string) int {
	for _, name := range wanted {
		if at := slices.Index(names, name); at >= 0 {
			return at
		}
	}
	return -1
}

// plain writes a column's name in lower-case letters and digits.
func plain(cell string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, cell[:min(len(cell), 200)])
}
