package unwrap

import "testing"

// parameterExamples holds the table of each row, by its name.
func parameterExamples() map[string][]example {
	link := "https://acme.zoom.us/j/84930275116?pwd=a%2Bb"
	enc := "https%3A%2F%2Facme.zoom.us%2Fj%2F84930275116%3Fpwd%3Da%252Bb"
	return map[string][]example{
		"barracuda": {
			{url: "https://linkprotect.cudasvc.com/url?a=" + enc + "&c=E,1,x&typo=1", texts: one(link)},
			{url: "https://linkprotect.cudasvc.com/url?a=https://acme.webex.com/j.php?MTID=m1&x=2&c=E,1,x&typo=1", texts: one("https://acme.webex.com/j.php?MTID=m1&x=2")},
			{url: "https://linkprotect.cudasvc.com/url?c=E,1,x"},
		},
		"trendmicro": {{url: "https://ddec1-0-en-ctp.trendmicro.com:443/wis/clicktime/v1/query?url=https%3a%2f%2facme%2dboard.zoom.us%2fj%2f84930275116&umid=x&auth=y", texts: one("https://acme-board.zoom.us/j/84930275116")}},
		"trellix": {
			{url: "https://protect2.fireeye.com/v1/url?k=88c9&q=1&e=4823&u=" + enc, texts: one(link)},
			{url: "https://protect.fireeye.com/url?k=88c9&u=" + enc, texts: one(link)},
		},
		"symantec": {
			{url: "https://clicktime.symantec.com/38YrYPLx?u=" + enc, texts: one(link)},
			{url: "https://clicktime.symantec.com/15xVSd?h=6gce=&u=" + link, texts: one(link)},
			{url: "https://clicktime.symantec.com/a/1/3esC=?d=wUox"},
		},
		"trustwave": {{url: "https://scanmail.trustwave.com/?c=20988&d=i-GP&u=" + enc, texts: one(link)}},
		"edgepilot": {{url: "https://link.edgepilot.com/s/4239f747/ca21?u=https://acme.webex.com/j.php?MTID=m1%26x=2", texts: one("https://acme.webex.com/j.php?MTID=m1&x=2")}},
		"libraesva": {{url: "https://urlsand.esvalabs.com/?u=" + enc + "&e=ed7a&h=4565&f=y&p=y", texts: one(link)}},
		"titanhq":   {{url: "https://linklock.titanhq.com/analyse?url=" + enc + "&data=x", texts: one(link)}},
		"fortimail": {{url: "https://fortimail.com/fmlurlsvc/?fewReq=x&url=" + enc, texts: one(link)}},
		"exclaimer": {{url: "https://eu.content.exclaimer.net?url=" + enc + "&tenantid=x&signature=y", texts: one(link)}},
		"meta": {
			{url: "https://l.facebook.com/l.php?u=" + enc + "&h=AT0x&s=1", texts: one(link)},
			{url: "https://lm.facebook.com/l.php?h=AT0x&u=" + enc, texts: one(link)},
			{url: "https://l.messenger.com/l.php?u=" + enc, texts: one(link)},
			{url: "https://l.instagram.com/?e=AT0&u=" + enc, texts: one(link)},
			{url: "https://l.threads.net/?u=" + enc, texts: one(link)},
			{url: "https://l.wl.co/l?u=" + enc, texts: one(link)},
			{url: "https://www.facebook.com/l.php?u=" + enc, texts: one(link)},
			{url: "https://www.facebook.com/flx/warn/?u=" + enc, texts: one(link)},
			{url: "https://l.facebook.com/l.php?h=AT0x"},
		},
		"linkedin":      {{url: "https://www.linkedin.com/redir/redirect?url=" + enc + "&urlhash=x", texts: one(link)}, {url: "https://www.linkedin.com/safety/go?_t=x&url=" + enc, texts: one(link)}},
		"youtube":       {{url: "https://www.youtube.com/redirect?event=video_description&redir_token=x&q=" + enc + "&v=y", texts: one(link)}},
		"slack":         {{url: "https://slack-redir.net/link?url=" + enc + "&v=3", texts: one(link)}},
		"reddit":        {{url: "https://out.reddit.com/t3_x?url=" + enc + "&token=y", texts: one(link)}},
		"vk":            {{url: "https://vk.com/away.php?to=" + enc + "&cc_key=", texts: one(link)}},
		"telegram-view": {{url: "https://t.me/iv?url=" + enc + "&rhash=x", texts: one(link)}},
		"pinterest":     {{url: "https://www.pinterest.com/offsite/?token=x&url=" + enc, texts: one(link)}},
		"tumblr":        {{url: "https://t.umblr.com/redirect?z=" + enc + "&t=x", texts: one(link)}},
		"soundcloud":    {{url: "https://exit.sc/?url=" + enc, texts: one(link)}},
		"zhihu":         {{url: "https://link.zhihu.com/?target=" + enc, texts: one(link)}},
		"duckduckgo":    {{url: "//duckduckgo.com/l/?uddg=" + enc + "&rut=x", texts: one(link)}},
		"steam":         {{url: "https://steamcommunity.com/linkfilter/?url=" + enc, texts: one(link)}, {url: "https://steamcommunity.com/linkfilter/?u=" + enc, texts: one(link)}},
		"intercom":      {{url: "https://via.intercom.io/c?url=" + enc + "&h=x&l=y", texts: one(link)}},
		"gitlab":        {{url: "https://gitlab.com/-/external_redirect?url=" + enc, texts: one(link)}},
	}
}

func TestParameters(t *testing.T) {
	examples := parameterExamples()
	for _, w := range parameters() {
		if len(examples[w.Name]) == 0 {
			t.Errorf("%s has no example", w.Name)
		}
	}
	for name, list := range examples {
		check(t, name, list)
	}
	enc := "https%3A%2F%2Facme.zoom.us%2Fj%2F84930275116%3Fpwd%3Da%252Bb"
	check(t, "", nil, "https://www.trendmicro.com/en?url="+enc, "https://github.com/acme?url="+enc, "https://www.youtube.com/watch?v=x&q="+enc,
		"https://vk.com/acme?to="+enc, "https://gitlab.com/acme?url="+enc)
}
