package matchers

import (
	"errors"
	"strings"
)

// gather knows the spaces of Gather: an id of 16 characters and a name; since its second version a guid, with the name before it.
// Tokens in the query admit or place a guest; an invitation is a token of 20 or 32 characters, or of eight behind /i/, without the
// space that it leads to. In 2020 a space stood directly behind the host. All seen in public pages.
func gather() Platform {
	return Platform{
		Name:  "gather",
		Title: "Gather",
		Hosts: []string{"gather.town"},
		Docs:  "https://support.gather.town",
		Parse: parseGather,
		Forms: []Form{
			{"app.gather.town/app/<16>/<space>?spawnToken=, app.v2.gather.town/app/<name>-<guid>[/invite/<guid>]", PersonalRoom, PermanentRoom},
			{"app.gather.town/invite?token=<8, 20 or 32>, gather.town/i/<8>", PersonalRoom, PermanentRoom},
			{"app.gather.town/events/<20>", Event, PublicForm},
		},
	}
}

func parseGather(u *URL) (Link, error) {
	l := Link{Kind: PersonalRoom, Class: PermanentRoom, Host: u.Host}
	segment := u.Seg(1)
	switch first := u.Seg(0); {
	case first == "i":
		return gatherInvite(l, segment, "/i/{id}", 8, 8)
	case first == "invite":
		token, path := u.Param("token"), "/invite?token={id}"
		if len(token) <= 8 { // older ones
			return gatherInvite(l, token, path, 8, 8)
		}
		return gatherInvite(l, token, path, 20, 32)
	case first == "events":
		return gatherEvent(l, segment)
	case len(u.Segs()) == 2 && len(first) == 16 && mixed(first):
		segment = first
	case strings.EqualFold(first, "app") && len(u.Segs()) > 3 && strings.EqualFold(u.Seg(2), "invite"):
		if _, err := guidCode(u.Seg(3)); err == nil {
			l.AddSecret("invite")
		}
	case !strings.EqualFold(first, "app") || len(u.Segs()) > 3:
		return Link{}, NotAMeeting
	}
	id, err := gatherSpace(segment)
	if err != nil {
		return Link{}, err
	}
	l.ID, l.Path = id, "/app/{id}"
	l.AddSecret(u.SecretParams("spawnToken", "meeting")...)
	return l, nil
}

// gatherInvite reads a token of least to most characters.
func gatherInvite(l Link, segment, path string, least, most int) (Link, error) {
	token, err := opaqueCode(segment, isB64u, least, most)
	switch {
	case err != nil:
		return Link{}, err
	case !mixed(token):
		return Link{}, Incomplete
	}
	l.Space, l.ID, l.Path = "invite", token, path
	return l, nil
}

// gatherEvent reads the page of an event, which leads its guests into a space.
func gatherEvent(l Link, segment string) (Link, error) {
	id, err := opaqueCode(segment, isB64u, 20, 20)
	switch {
	case err != nil:
		return Link{}, err
	case !mixed(id) || id == lowerASCII(id): // a random one has capitals, an article's title has not
		return Link{}, Incomplete
	}
	l.Kind, l.Class, l.Space, l.ID, l.Path = Event, PublicForm, "event", id, "/events/{id}"
	return l, nil
}

// gatherSpace reads the id of either version.
func gatherSpace(segment string) (string, error) {
	if at := len(segment) - len("00000000-0000-0000-0000-000000000000"); at == 0 || at > 0 && segment[at-1] == '-' {
		if id, err := guidCode(segment[at:]); !errors.Is(err, Incomplete) {
			return id, err
		}
	}
	id, err := opaqueCode(segment, isAlnum, 16, 16)
	switch {
	case err != nil:
		return "", err
	case len(leading(segment, isAlnum)) > 16 || !mixed(id):
		return "", Incomplete
	}
	return id, nil
}
