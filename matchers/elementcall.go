package matchers

import "strings"

// elementCall knows Element Call, calls over Matrix, on the makers' host. A call's name stands in the path (old) or in the fragment; the
// password of the fragment is the key of the encryption.
//
// From the sources of Element Call, docs/url-params.md.
func elementCall() Platform {
	return Platform{
		Name:  "element-call",
		Title: "Element Call",
		Hosts: []string{"call.element.io"},
		Docs:  "https://github.com/element-hq/element-call/blob/livekit/docs/url_params.md",
		Parse: parseElementCall,
		Forms: []Form{{"call.element.io/<name>, /room/#/<name>?roomId=<id>&password=<key>", PersonalRoom, PermanentRoom}},
	}
}

func parseElementCall(u *URL) (Link, error) {
	segs, path := u.Segs(), "/{id}"
	name, _, _ := strings.Cut(strings.TrimLeft(u.Fragment, "/"), "?")
	name, _, _ = strings.Cut(percentDecode(name), "/")
	switch {
	case len(segs) == 0 && name == "" || len(segs) > 1 || u.Label() != "":
		return Link{}, NotAMeeting
	case len(segs) == 1 && segs[0] != "room":
		if isSitePage(segs[0]) {
			return Link{}, NotAMeeting
		}
		name = segs[0]
	case len(segs) == 1:
		path = "/room/#/{id}"
	default:
		path = "/#/{id}"
	}
	if name == "" {
		name = u.FragmentParam("roomId")
		return elementRoomID(u, name)
	}
	room, err := sharedRoom(u, name)
	switch {
	case err != nil:
		return Link{}, err
	case genericRoom(strings.Replace(strings.ToLower(room), "element", "", 1)) && !u.believes(room): // the makers' tests: TestElementCall
		return Link{}, Placeholder
	}
	l := Link{Kind: PersonalRoom, Class: PermanentRoom, ID: room, Host: u.Host, Path: path}
	if v := u.FragmentParam("password"); v != "" && !placeholderSecret(v) {
		l.AddSecret("password")
	}
	return l, nil
}

// elementRoomID reads a call that is named by its Matrix room only: "!" and 18 characters, ":" and the server.
func elementRoomID(u *URL, id string) (Link, error) {
	local, server, ok := strings.Cut(strings.TrimPrefix(id, "!"), ":")
	switch {
	case !ok || len(local) < 15 || len(local) > 50 || !all(local, isB64u) || sampleHost(server):
		return Link{}, Incomplete
	case inventedCode(local):
		return Link{}, Placeholder
	}
	l := Link{Kind: PersonalRoom, Class: PermanentRoom, Space: "id", ID: id, Host: u.Host, Path: "/room/#/?roomId={id}"}
	if u.FragmentParam("password") != "" {
		l.AddSecret("password")
	}
	return l, nil
}
