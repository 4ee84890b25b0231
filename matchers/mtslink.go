package matchers

import "strings"

// mtsLink knows the webinars and meetings of MTS Link, formerly Webinar.ru: an organisation, by name or number, and the event's number; recordings stand
// below it, and need no /j/ before them. Seen in public pages, on the old host and on the new with the organisation's label.
func mtsLink() Platform {
	return Platform{
		Name:  "mts-link",
		Title: "MTS Link (Webinar.ru)",
		Hosts: []string{"mts-link.ru", "events.webinar.ru"},
		Docs:  "https://help.mts-link.ru",
		Parse: parseMTSLink,
		Whose: customerLabel,
		Forms: []Form{
			{"my.mts-link.ru/j/<organisation>/<number>, events.webinar.ru/<organisation>/<number>", Webinar, JoinWithSecret},
			{"…/record-new/<number>, my.mts-link.ru/<organisation>/<number>/record-new/<number>", Recording, PastContent},
		},
	}
}

func parseMTSLink(u *URL) (Link, error) {
	segs, path := u.Segs(), "/"
	if len(segs) > 0 && segs[0] == "j" {
		segs, path = segs[1:], "/j/"
	} else if u.Base != "events.webinar.ru" && u.Label() != "events" && !mtsRecording(segs) {
		return Link{}, NotAMeeting
	}
	if len(segs) < 2 || segs[0] == "api" || segs[0] == "event" || !all(segs[0], isB64u) || !isDigit(firstByte(segs[1])) {
		return Link{}, NotAMeeting
	}
	id, err := numberCode(segs[1], 6, 12)
	switch {
	case err != nil:
		return Link{}, err
	case sampleOrg(segs[0]):
		return Link{}, Placeholder
	}
	l := Link{Kind: Webinar, Class: JoinWithSecret, ID: id, Org: segs[0], Host: u.Host, Path: path + segs[0] + "/{id}"}
	if all(segs[0], isDigit) {
		l.Org = u.Label()
		if l.Org == "my" || l.Org == "events" {
			l.Org = ""
		}
	}
	if mtsRecording(segs) {
		l.Kind, l.Class = Recording, PastContent
	}
	l.AddSecret(u.SecretParams("token")...)
	return l, nil
}

// mtsRecording reports whether a path, from the organisation on, leads to a recording of an event.
func mtsRecording(segs []string) bool { return len(segs) > 2 && strings.HasPrefix(segs[2], "record") }
