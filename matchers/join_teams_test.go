package matchers

import (
	"slices"
	"strings"
	"testing"
)

const (
	inviteThread = "19:meeting_" + teamsPayloadA + "@thread.v2"
	inviteLong   = "https://teams.microsoft.com/l/meetup-join/19%3ameeting_" + teamsPayloadA + "%40thread.v2/0?context=%7b%22Tid%22%3a%22" + teamsTenant + "%22%7d"
	inviteShort  = "https://teams.microsoft.com/meet/284615039720461?p=q8Zt2LmVx4NrKc7Bw9"
	inviteShown  = "284 615 039 720 461"
	inviteOption = "https://teams.microsoft.com/meetingOptions/?organizerId=" + teamsOid + "&tenantId=" + teamsTenant + "&threadId=19_meeting_" + teamsPayloadA + "@thread.v2&messageId=0"
	invitePhone  = "+1 323-555-0147,,618204935# United States\nPhone conference ID: 618 204 935#\n"
	inviteVideo  = "Join on a video conferencing device\nTenant key: 271592394@t.plcm.vc\nVideo ID: 114 820 639 5\n"
)

// meetingsOf groups sightings as one document's meetings: by keys and aliases. Each is named by its strongest sighting.
func meetingsOf(found []Sighting) []Link {
	var meetings []Link
	var names [][]string
	for _, s := range found {
		keys := append([]string{s.Key()}, s.Aliases...)
		at := -1
		for i := range names {
			if slices.ContainsFunc(keys, func(k string) bool { return slices.Contains(names[i], k) }) {
				at = i
			}
		}
		if at < 0 {
			meetings, names = append(meetings, s.Link), append(names, keys)
			continue
		}
		names[at] = append(names[at], keys...)
		if s.Kind.Rank() < meetings[at].Kind.Rank() {
			meetings[at] = s.Link
		}
	}
	return meetings
}

// An invitation is one meeting, whichever of its parts are left of it.
func TestTeamsInvitationParts(t *testing.T) {
	for _, c := range []struct {
		name, text string
		kind       Kind
		id         string
	}{
		{"short link and system reference", "Microsoft Teams meeting\nJoin: " + inviteShort + "\nMeeting ID: " + inviteShown + "\nNeed help?<https://aka.ms/x> | System reference<" + inviteLong + ">\n" + invitePhone + "Meeting options<" + inviteOption + ">", Meeting, "284615039720461"},
		{"system reference in German", "Teilnehmen: " + inviteShort + "\nHilfe | Systemreferenz<" + inviteLong + ">", Meeting, "284615039720461"},
		{"system reference in Chinese, behind the address", `<a href="` + inviteShort + `">加入</a> <a href="` + inviteLong + `" class="me">系統參考</a>`, Meeting, "284615039720461"},
		{"short link and the thread of a calendar property", "X-MICROSOFT-SKYPETEAMSMEETINGURL:" + inviteShort + "\nX-MICROSOFT-SKYPETEAMSPROPERTIES:{\"cid\":\"" + inviteThread + "\"}", Meeting, "284615039720461"},
		{"meeting number, phone, video, options", "Microsoft Teams meeting\nMeeting ID: " + inviteShown + "\nPasscode: wq7Rm2Zk\n" + invitePhone + inviteVideo + "Meeting options<" + inviteOption + ">", DialIn, "284615039720461"},
		{"phone and options", "Microsoft Teams meeting\n" + invitePhone + "Meeting options<" + inviteOption + ">", OptionsPage, inviteThread},
		{"phone and video", "Microsoft Teams\n" + invitePhone + inviteVideo, DialIn, "618204935"},
		{"video only", "Microsoft Teams\n" + inviteVideo, DialIn, "1148206395"},
		{"eight digits", "Microsoft Teams\nConference ID: 618 204 93#\n", DialIn, "61820493"},
	} {
		found := Find([]byte(c.text))
		meetings := meetingsOf(found)
		if len(meetings) != 1 || meetings[0].Kind != c.kind || meetings[0].ID != c.id {
			t.Errorf("%s: got %v, want one %s %s", c.name, meetings, c.kind, c.id)
		}
	}
}

// Two invitations without links stay two, and a second long link that nobody calls a reference is another meeting.
func TestTeamsInvitationsStayApart(t *testing.T) {
	second := strings.NewReplacer("618204935", "730592618", "618 204 935", "730 592 618")
	for name, text := range map[string]string{
		"two phone blocks":             "Microsoft Teams\n" + invitePhone + "\n\nMicrosoft Teams\n" + second.Replace(invitePhone),
		"a short link and a long link": "Monday " + inviteShort + "\nTuesday " + inviteLong,
	} {
		if meetings := meetingsOf(Find([]byte(text))); len(meetings) != 2 {
			t.Errorf("%s: got %v, want two", name, meetings)
		}
	}
}
