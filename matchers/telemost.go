package matchers

// telemost knows the meetings of Yandex Telemost: a number of up to 20 digits. Seen in public pages; placeholders with a word or a short number are common.
func telemost() Platform {
	return Platform{
		Name:  "telemost",
		Title: "Yandex Telemost",
		Hosts: []string{"telemost.yandex.ru", "telemost.yandex.com", "telemost.yandex.kz", "telemost.360.yandex.ru"},
		Docs:  "https://yandex.ru/support/telemost",
		Parse: parseTelemost,
		Forms: []Form{{"telemost.yandex.ru/j/<10 to 20 digits>", Meeting, JoinWithSecret}},
	}
}

func parseTelemost(u *URL) (Link, error) {
	if u.Seg(0) != "j" {
		return Link{}, NotAMeeting
	}
	id, err := numberCode(u.Seg(1), 10, 20)
	if err != nil {
		return Link{}, err
	}
	return Link{Kind: Meeting, Class: JoinWithSecret, ID: id, Host: u.Host, Path: "/j/{id}"}, nil
}
