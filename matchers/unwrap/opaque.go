package unwrap

// shorteners knows the services that keep the target to themselves. Only a platform that publishes the expansion beside
// the link can tell it; the service is never asked.
func shorteners() Wrapper {
	hosts := []string{
		"t.co", "bit.ly", "bitly.com", "j.mp", "tinyurl.com", "ow.ly", "goo.gl", "rb.gy", "aka.ms", "buff.ly", "lnkd.in",
		"cutt.ly", "is.gd", "t.ly", "tiny.cc", "shorturl.at", "rebrand.ly", "dlvr.it", "ift.tt", "trib.al", "hubs.ly",
		"hubs.la", "eepurl.com", "qrco.de", "c.gle", "dcv.ms", "bit.do", "clck.ru", "vk.cc", "t1p.de", "kurzelinks.de",
		"kutt.it", "urlz.fr", "snip.ly", "reurl.cc", "dwz.cn", "t.cn", "url.cn", "encurtador.com.br", "bityl.co", "spr.ly",
		"soo.gd", "shorturl.gg", "fb.me", "zpr.io", "lihi.cc", "ppt.cc",
	}
	docs := "each opens a page for a code of its own"
	return on("shortener", hosts, docs, func(a address) (Layer, bool) {
		return opaque(""), !a.bare() && !teamsHelp(a)
	})
}

// teamsHelp says whether it is the help page that every Teams invitation names: a short link, but no secret.
func teamsHelp(a address) bool { return a.host == "aka.ms" && a.at("/JoinTeamsMeeting") }

// clickHosts knows the hosts by which mailing services count clicks, with targets that cannot be decoded.
func clickHosts() Wrapper {
	hosts := []string{
		"list-manage.com", "list-manage1.com", "list-manage2.com", "sendgrid.net", "rs6.net", "cmail19.com", "cmail20.com",
		"createsend1.com", "createsend.com", "mlsend.com", "mlsend2.com", "klclick.com", "klclick1.com", "hubspotlinks.com",
		"sparkpostmail.com", "sparkpostmail1.com", "exct.net", "sendibm1.com", "sendibm2.com", "sendibm3.com",
		"click.zoom.us", "go.pardot.com", "mailanyone.net", "emailprotection.link", "atpscan.global.hornetsecurity.com",
		"console.mailguard.com.au",
	}
	docs := "seen in public mail"
	return on("click-counter", hosts, docs, func(a address) (Layer, bool) {
		return opaque(""), !a.bare() && !a.at("/subscribe", "/unsubscribe", "/profile", "/about")
	})
}
