package matchers

// wire knows the guest links of Wire, which let one into a conversation and its calls: a key and a code, both in the query. From the sources of Wire's
// clients.
func wire() Platform {
	return Platform{
		Name:    "wire",
		Title:   "Wire",
		Hosts:   []string{"account.wire.com", "app.wire.com"},
		Anchors: []string{"wire://conversation-join", "wire:\\/\\/conversation-join"},
		Docs:    "https://support.wire.com",
		Parse:   parseWire,
		Forms:   []Form{{"account.wire.com/conversation-join/?key=<20>&code=<20>", GroupInvite, ChatInvite}},
	}
}

func parseWire(u *URL) (Link, error) {
	if u.Seg(0) != "conversation-join" && u.Host != "conversation-join" {
		return Link{}, NotAMeeting
	}
	id, err := opaqueCode(u.Param("key"), isB64u, 16, 32)
	if err != nil {
		return Link{}, err
	}
	l := Link{Kind: GroupInvite, Class: ChatInvite, ID: id, Host: "account.wire.com", Path: "/conversation-join/?key={id}"}
	l.AddSecret(u.SecretParams("code")...)
	return l, nil
}
