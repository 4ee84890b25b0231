package unwrap

// share is a link that opens a new post or message with texts in it.
type share struct {
	name  string
	hosts []string
	paths []string // beginnings of the path, without regard to case; none: anywhere
	names []string // of the parameters that hold texts; recipients are not among them
	docs  string
}

// shares makes a wrapper of each row. A page of the host without any of the texts is no wrapper.
func shares() []Wrapper {
	var all []Wrapper
	for _, table := range [][]share{shareMessages(), sharePosts()} {
		for _, s := range table {
			all = append(all, on(s.name, s.hosts, s.docs, func(a address) (Layer, bool) {
				if !a.at(s.paths...) {
					return Layer{}, false
				}
				texts := a.texts(s.names...)
				return Layer{Texts: texts}, len(texts) > 0
			}))
		}
	}
	return all
}

// shareMessages open a message to somebody.
func shareMessages() []share {
	return []share{
		{"whatsapp-share", []string{"api.whatsapp.com", "web.whatsapp.com", "wa.me"}, nil, []string{"text"},
			"https://faq.whatsapp.com (click to chat)"},
		{"telegram-share", []string{"t.me", "telegram.me"}, []string{"/share"}, []string{"url", "text"},
			"https://core.telegram.org/widgets/share"},
		{"line-share", []string{"social-plugins.line.me", "line.me"}, []string{"/lineit/share", "/R/share"},
			[]string{"url", "text"}, "https://developers.line.biz"},
		{"gmail-compose", []string{"mail.google.com"}, []string{"/mail"}, []string{"body", "su"}, "seen in public pages"},
		{"skype-share", []string{"web.skype.com"}, []string{"/share"}, []string{"url", "text"}, "seen in public pages"},
		{"teams-share", []string{"teams.microsoft.com"}, []string{"/share"}, []string{"href", "msgText"},
			"https://learn.microsoft.com/microsoftteams/platform (share to Teams)"},
	}
}

// sharePosts open a post for everybody.
func sharePosts() []share {
	return []share{
		{"twitter-share", []string{"twitter.com", "x.com"}, []string{"/intent/", "/share", "/home"},
			[]string{"text", "url", "status"}, "https://developer.x.com (web intents)"},
		{"facebook-share", []string{"facebook.com"}, []string{"/sharer", "/share.php", "/dialog/"},
			[]string{"u", "href", "link", "quote"}, "https://developers.facebook.com (share dialogue)"},
		{"linkedin-share", []string{"linkedin.com"}, []string{"/sharing/", "/shareArticle", "/feed/"},
			[]string{"url", "title", "summary", "text"}, "https://learn.microsoft.com/linkedin"},
		{"reddit-share", []string{"reddit.com"}, []string{"/submit"}, []string{"url", "title", "text", "selftext"},
			"seen in public pages"},
		{"pinterest-share", []string{"pinterest.com"}, []string{"/pin/create"}, []string{"url", "description"},
			"seen in public pages"},
		{"vk-share", []string{"vk.com", "vk.ru", "vkontakte.ru"}, []string{"/share.php"},
			[]string{"url", "title", "comment", "description"}, "https://dev.vk.com"},
		{"bluesky-share", []string{"bsky.app"}, []string{"/intent/"}, []string{"text"}, "https://docs.bsky.app"},
		{"threads-share", []string{"threads.net", "threads.com"}, []string{"/intent/"}, []string{"text", "url"},
			"https://developers.facebook.com/docs/threads"},
		{"mastodon-share", []string{"mastodon.social", "mastodonshare.com", "share.joinmastodon.org"}, nil,
			[]string{"text", "url"}, "seen in public pages"},
		{"hackernews-share", []string{"news.ycombinator.com"}, []string{"/submitlink"}, []string{"u", "t"},
			"seen in public pages"},
		{"addtoany", []string{"addtoany.com"}, nil, []string{"linkurl", "url", "linkname"}, "https://www.addtoany.com"},
	}
}
