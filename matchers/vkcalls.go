package matchers

// vkCalls knows the call links of VK: 43 characters of URL-safe base64. Whoever has the link joins, without an account too. Seen in public pages. Other
// pages of the network, /calls among them, are no meetings.
func vkCalls() Platform {
	return Platform{
		Name:  "vk-calls",
		Title: "VK Calls",
		Hosts: []string{"vk.com/call/join/", "vk.ru/call/join/"},
		Docs:  "https://vk.com/support?act=faqs_calls",
		Parse: parseVKCalls,
		Forms: []Form{{"vk.com/call/join/<43>", Meeting, JoinWithSecret}},
	}
}

func parseVKCalls(u *URL) (Link, error) {
	if u.Seg(0) != "call" || u.Seg(1) != "join" {
		return Link{}, NotAMeeting
	}
	id, err := opaqueCode(u.Seg(2), isB64u, 43, 43)
	if err != nil {
		return Link{}, err
	}
	return Link{Kind: Meeting, Class: JoinWithSecret, ID: id, Host: u.Host, Path: "/call/join/{id}"}, nil
}
