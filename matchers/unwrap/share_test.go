package unwrap

import "testing"

// shareExamples holds the table of each row, by its name.
func shareExamples() map[string][]example {
	link := "https://acme.zoom.us/j/84930275116?pwd=a%2Bb"
	enc := "https%3A%2F%2Facme.zoom.us%2Fj%2F84930275116%3Fpwd%3Da%252Bb"
	return map[string][]example{
		"twitter-share": {
			{url: "https://twitter.com/intent/tweet?text=Join+us&url=" + enc, texts: []string{"Join us", link}},
			{url: "https://x.com/intent/post?text=" + enc, texts: one(link)},
			{url: "https://twitter.com/home?status=" + enc, texts: one(link)},
		},
		"telegram-share":   {{url: "https://t.me/share/url?url=" + enc + "&text=Join", texts: []string{link, "Join"}}},
		"whatsapp-share":   {{url: "https://api.whatsapp.com/send?phone=15550100&text=" + enc, texts: one(link)}, {url: "https://wa.me/?text=" + enc, texts: one(link)}},
		"facebook-share":   {{url: "https://www.facebook.com/sharer/sharer.php?u=" + enc, texts: one(link)}},
		"linkedin-share":   {{url: "https://www.linkedin.com/shareArticle?mini=true&url=" + enc + "&title=Board", texts: []string{link, "Board"}}},
		"reddit-share":     {{url: "https://www.reddit.com/submit?title=a&url=" + enc, texts: []string{link, "a"}}},
		"pinterest-share":  {{url: "https://pinterest.com/pin/create/button/?url=" + enc, texts: one(link)}},
		"vk-share":         {{url: "https://vk.com/share.php?url=" + enc, texts: one(link)}},
		"bluesky-share":    {{url: "https://bsky.app/intent/compose?text=" + enc, texts: one(link)}},
		"threads-share":    {{url: "https://www.threads.net/intent/post?text=" + enc, texts: one(link)}},
		"mastodon-share":   {{url: "https://mastodon.social/share?text=" + enc, texts: one(link)}},
		"hackernews-share": {{url: "https://news.ycombinator.com/submitlink?u=" + enc + "&t=Board", texts: []string{link, "Board"}}},
		"line-share":       {{url: "https://social-plugins.line.me/lineit/share?url=" + enc, texts: one(link)}},
		"gmail-compose":    {{url: "https://mail.google.com/mail/?view=cm&to=jane%40globex.example&su=Board&body=" + enc, texts: []string{link, "Board"}}},
		"skype-share":      {{url: "https://web.skype.com/share?url=" + enc, texts: one(link)}},
		"teams-share":      {{url: "https://teams.microsoft.com/share?href=" + enc, texts: one(link)}},
		"addtoany":         {{url: "https://www.addtoany.com/share?url=" + enc, texts: one(link)}},
	}
}

func TestShares(t *testing.T) {
	examples := shareExamples()
	for _, w := range shares() {
		if len(examples[w.Name]) == 0 {
			t.Errorf("%s has no example", w.Name)
		}
	}
	for name, list := range examples {
		check(t, name, list)
	}
	enc := "https%3A%2F%2Facme.zoom.us%2Fj%2F84930275116%3Fpwd%3Da%252Bb"
	check(t, "", nil, "https://twitter.com/acme?url="+enc, "https://t.me/+Qw7rTzLpXk4", "https://wa.me/15550100", "https://chat.whatsapp.com/Qw7rTzLpXk4?text=x",
		"https://www.facebook.com/acme?u="+enc, "https://teams.microsoft.com/l/meetup-join/x?href="+enc)
}
