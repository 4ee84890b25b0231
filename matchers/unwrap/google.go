package unwrap

import "strings"

// google reads Google's redirects: search results, links in Gmail, Docs, Calendar and Meet, the translator and the
// document viewer. Links pasted into them are often encoded in half or not at all, and then end where Google's own
// parameters begin.
func google() Wrapper {
	hosts := append(googleDomains(), "plus.url.google.com")
	own := []string{"sa", "source", "usg", "ust", "ved", "sntz", "opi", "cd", "cad", "rct", "uact", "authuser"}
	docs := "seen in public pages and mail"
	return on("google", hosts, docs, func(a address) (Layer, bool) {
		var names []string
		switch {
		case strings.TrimSuffix(a.path, "/") == "/url":
			names = []string{"q", "url"}
		case a.path == "/linkredirect" && a.host == "meet.google.com":
			names = []string{"dest"}
		case a.path == "/translate", a.host == "docs.google.com" && (a.path == "/viewer" || a.path == "/gview"):
			names = []string{"u", "url"}
		default:
			return Layer{}, false
		}
		return to(a.target(names, own)), true
	})
}

// googleCache reads the (retired) cache of Google's search: /search?q=cache:<key>:<url>+<words>.
func googleCache() Wrapper {
	docs := "seen in public pages; the service ended in 2024"
	return on("google-cache", []string{"webcache.googleusercontent.com"}, docs, func(a address) (Layer, bool) {
		value, _ := a.parameter("q")
		target, ok := strings.CutPrefix(unescape(until(value, "&#+")), "cache:")
		if !ok {
			return Layer{}, false
		}
		const keyLength = 12
		if len(target) > keyLength && target[keyLength] == ':' {
			target = target[keyLength+1:]
		}
		return to(until(target, " ")), true
	})
}

// googleAMP reads the addresses of AMP copies: /amp/s/<host>/<path> at Google, /c/s/<host>/<path> at its cache. Without
// the "s" the page was served over http.
func googleAMP() Wrapper {
	cache := "cdn.ampproject.org"
	docs := "https://developers.google.com/amp/cache/overview"
	return on("google-amp", append(googleDomains(), cache), docs, func(a address) (Layer, bool) {
		for _, mark := range []string{"/amp/", "/c/", "/v/"} {
			rest, ok := strings.CutPrefix(a.rest, mark)
			if !ok || a.under([]string{cache}) == (mark == "/amp/") {
				continue
			}
			rest, _ = strings.CutPrefix(rest, "s/")
			return to(rest), hostName(until(rest, "/?#")) != ""
		}
		return Layer{}, false
	})
}

// googleDomains lists the domains under which Google's search answers.
// Source: https://www.google.com/supported_domains.
func googleDomains() []string {
	const endings = `com ad ae com.af com.ag al am co.ao com.ar as at com.au az ba com.bd be bf bg com.bh bi bj com.bn com.bo
		com.br bs bt co.bw by com.bz ca cd cf cg ch ci co.ck cl cm cn com.co co.cr com.cu cv com.cy cz de dj dk dm com.do dz
		com.ec ee com.eg es com.et fi com.fj fm fr ga ge gg com.gh com.gi gl gm gr com.gt gy com.hk hn hr ht hu co.id ie
		co.il im co.in iq is it je com.jm jo co.jp co.ke com.kh ki kg co.kr com.kw kz la com.lb li lk co.ls lt lu lv com.ly
		co.ma md me mg mk ml com.mm mn com.mt mu mv mw com.mx com.my co.mz com.na com.ng com.ni ne nl no com.np nr nu co.nz
		com.om com.pa com.pe com.pg com.ph com.pk pl pn com.pr ps pt com.py com.qa ro ru rw com.sa com.sb sc se com.sg sh si
		sk com.sl sn so sm sr st com.sv td tg co.th com.tj tl tm tn to com.tr tt com.tw co.tz com.ua co.ug co.uk com.uy
		co.uz com.vc co.ve co.vi com.vn vu ws rs co.za co.zm co.zw cat`
	domains := strings.Fields(endings)
	for i, ending := range domains {
		domains[i] = "google." + ending
	}
	return domains
}
