package unwrap

// parameter is a redirector whose target stands in a named parameter. They share one rule and so one file.
type parameter struct {
	name  string
	hosts []string
	paths []string // beginnings of the path, without regard to case; none: anywhere
	names []string // of the parameter, the first that is there counts
	own   []string // the redirector's other parameters, at which a target that was not encoded ends
	docs  string
}

// parameters makes a wrapper of each row.
func parameters() []Wrapper {
	var all []Wrapper
	for _, table := range [][]parameter{gateways(), socialRedirects(), otherRedirects()} {
		for _, p := range table {
			all = append(all, on(p.name, p.hosts, p.docs, func(a address) (Layer, bool) {
				if !a.at(p.paths...) {
					return Layer{}, false
				}
				return to(a.target(p.names, p.own)), true
			}))
		}
	}
	return all
}

// gateways are the mail gateways that keep the target in a parameter.
func gateways() []parameter {
	u, url := []string{"u"}, []string{"url"}
	return []parameter{
		{"barracuda", []string{"linkprotect.cudasvc.com"}, nil, []string{"a"}, []string{"c", "typo", "p", "ancr_add"},
			"https://campus.barracuda.com (Link Protection)"},
		{"trendmicro", []string{"trendmicro.com", "trendmicro.eu"}, []string{"/wis/clicktime/"}, url, []string{"umid", "auth"},
			"seen in public mailing lists"},
		{"trellix", []string{"fireeye.com", "trellix.com"}, []string{"/url", "/v1/url", "/v2/url"}, u, []string{"k", "q", "e"},
			"seen in public mailing lists; the vendor was called FireEye"},
		{"symantec", []string{"clicktime.symantec.com"}, nil, u, []string{"h", "d"}, "seen in public pages"},
		{"trustwave", []string{"scanmail.trustwave.com"}, nil, u, []string{"c", "d", "s"}, "seen in public mailing lists"},
		{"edgepilot", []string{"link.edgepilot.com"}, nil, u, nil, "seen in public pages"},
		{"libraesva", []string{"urlsand.esvalabs.com", "urlsand.com"}, nil, u, []string{"e", "h", "f", "p", "l"},
			"seen in public pages"},
		{"titanhq", []string{"linklock.titanhq.com"}, nil, url, []string{"data"}, "from memory"},
		{"fortimail", []string{"fortimailcloud.com", "fortimail.com"}, []string{"/fmlurlsvc"}, url, []string{"fewReq"},
			"from memory"},
		{"exclaimer", []string{"content.exclaimer.net"}, nil, url,
			[]string{"tenantid", "templateid", "excomponentid", "excomponenttype", "signature", "v"},
			"seen in public mail; signature management"},
	}
}

// socialRedirects are the pages that social networks put before links that lead away.
func socialRedirects() []parameter {
	u, url := []string{"u"}, []string{"url"}
	meta := []string{"h", "s", "e", "enc", "fbclid", "__tn__", "c[0]"}
	return []parameter{
		{"meta", []string{"l.facebook.com", "lm.facebook.com", "l.messenger.com", "l.instagram.com", "l.threads.net",
			"l.threads.com", "l.wl.co", "l.workplace.com"}, nil, u, meta, "seen in public pages"},
		{"meta", []string{"facebook.com"}, []string{"/l.php", "/flx/warn"}, u, meta, "seen in public pages"},
		{"linkedin", []string{"linkedin.com"}, []string{"/redir/", "/safety/go"}, url,
			[]string{"urlhash", "trk", "_t", "messageThreadUrn", "isSdui", "lipi"}, "seen in public pages"},
		{"youtube", []string{"youtube.com"}, []string{"/redirect"}, []string{"q"},
			[]string{"event", "redir_token", "v", "html_redirect"}, "seen in public pages"},
		{"slack", []string{"slack-redir.net"}, []string{"/link"}, url, []string{"v"}, "seen in public pages"},
		{"reddit", []string{"out.reddit.com"}, nil, url, []string{"token", "app_name", "user_id"}, "seen in public pages"},
		{"vk", []string{"vk.com", "vk.ru"}, []string{"/away.php", "/away"}, []string{"to"},
			[]string{"post", "cc_key", "utf", "el", "h"}, "seen in public pages"},
		{"telegram-view", []string{"t.me", "telegram.me"}, []string{"/iv"}, url, []string{"rhash"},
			"https://instantview.telegram.org"},
		{"pinterest", []string{"pinterest.com"}, []string{"/offsite"}, url, []string{"token"}, "seen in public pages"},
		{"tumblr", []string{"t.umblr.com"}, []string{"/redirect"}, []string{"z"}, []string{"t", "b", "m", "p"},
			"seen in public pages"},
		{"soundcloud", []string{"exit.sc", "gate.sc"}, nil, url, []string{"token"}, "seen in public pages"},
		{"zhihu", []string{"link.zhihu.com"}, nil, []string{"target"}, nil, "seen in public pages"},
	}
}

// otherRedirects are those of search engines, games, forums and customer desks.
func otherRedirects() []parameter {
	url := []string{"url"}
	return []parameter{
		{"duckduckgo", []string{"duckduckgo.com"}, []string{"/l/"}, []string{"uddg"}, []string{"rut", "kh"},
			"seen in public pages"},
		{"steam", []string{"steamcommunity.com"}, []string{"/linkfilter"}, []string{"u", "url"}, nil, "seen in public pages"},
		{"intercom", []string{"via.intercom.io"}, nil, url, []string{"h", "l"}, "seen in public pages"},
		{"gitlab", []string{"gitlab.com"}, []string{"/-/external_redirect"}, url, nil, "from memory"},
	}
}
