package matchers

import "strings"

// viber knows the invitations of Viber to communities ("g2", 64 characters of base64) and groups ("g", 32). The token is id and secret in one. Seen in
// public pages.
func viber() Platform {
	return Platform{
		Name:  "viber",
		Title: "Viber",
		Hosts: []string{"invite.viber.com"},
		Docs:  "https://help.viber.com",
		Parse: parseViber,
		Forms: []Form{{"invite.viber.com/?g2=<64>, invite.viber.com/?g=<32>", GroupInvite, ChatInvite}},
	}
}

func parseViber(u *URL) (Link, error) {
	name, least, most := "g2", 60, 66
	if !u.Has(name) {
		name, least, most = "g", 30, 34
	}
	if !u.Has(name) {
		return Link{}, NotAMeeting
	}
	id, err := opaqueCode(strings.ReplaceAll(u.Param(name), " ", "+"), isBase64, least, most)
	if err != nil {
		return Link{}, err
	}
	return Link{Kind: GroupInvite, Class: ChatInvite, Space: name, ID: id, Host: u.Host, Path: "/?" + name + "={id}"}, nil
}
