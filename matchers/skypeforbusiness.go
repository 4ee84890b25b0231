package matchers

import (
	"strings"
	"unicode/utf8"
)

// skypeForBusiness knows Skype for Business and Lync, in the cloud (closed in July 2021) and on an organisation's own servers,
// which run on.
//
// Documented: the simple URLs meet.<domain>/<user>/<id> and the form before them, Join?uri=sip:…;gruu;opaque=app:conf:focus:id:<id>
// (learn.microsoft.com, "Plan for simple URLs in Skype for Business Server", New-CsSimpleUrl). Domain and user are in the path,
// and an id is unique for a user, so both are part of the identity; ".com" is left off, as the cloud leaves it off.
func skypeForBusiness() Platform {
	return Platform{
		Name:  "skype-for-business",
		Title: "Skype for Business",
		Hosts: []string{"lync.com", "lync.cn", "join.broadcast.skype.com"},
		Anchors: []string{"://meet.", ":\\/\\/meet.", ":\\\\/\\\\/meet.", `:\u002f\u002fmeet.`, ":&#x2f;&#x2f;meet.", "://join.", ":\\/\\/join.", "://lync", ":\\/\\/lync",
			"://skype", "://sfb", "://s4b", "/meet/", "\\/meet\\/"},
		BareAnchors: []string{"conf:focus:id:", "conf%3afocus%3aid%3a", "%2f%2fmeet.", "%252f%252fmeet.", "%2f%2fjoin."},
		Docs:        "https://learn.microsoft.com/en-us/skypeforbusiness/plan-your-deployment/network-requirements/simple-urls",
		Parse:       parseS4B,
		Bare:        bareS4B,
		Forms: []Form{
			{"meet.lync.com/<tenant>/<user>/<id>", Meeting, JoinWithSecret},
			{"meet.<domain>/<user>/<id>, <host>/[<domain>/]meet/<user>/<id>", Meeting, JoinWithSecret},
			{"sip:<user>@<domain>;gruu;opaque=app:conf:focus:id:<id>", Meeting, JoinWithSecret},
			{"dialin.lync.com/<guid>?id=<conference id>", DialIn, NumberOnly},
			{"join.broadcast.skype.com/<domain>/<32 hex>", Event, JoinWithSecret},
		},
	}
}

func parseS4B(u *URL) (Link, error) {
	if u.User != "" {
		return Link{}, NotAMeeting
	}
	switch u.Base {
	case "join.broadcast.skype.com":
		return s4bBroadcast(u)
	case "":
		return s4bOwnServer(u)
	}
	segs, sub := u.Segs(), u.Sub()
	switch {
	case sub == "dialin":
		return conferencePage(u, Link{Host: u.Host})
	case sub != "meet" && !strings.HasPrefix(sub, "meet.") && sub != "join":
		return Link{}, NotAMeeting
	}
	if len(segs) > 0 && strings.EqualFold(segs[0], "onmicrosoft") {
		segs = segs[1:]
	}
	if len(segs) < 3 {
		return Link{}, Incomplete
	}
	return s4bMeeting(u, segs[0], segs[1], segs[2], true)
}

// s4bOwnServer reads simple URLs on hosts that cannot be known. The shape must be exact: two or three segments, the last an id
// in capitals and digits.
func s4bOwnServer(u *URL) (Link, error) {
	segs := u.Segs()
	label, domain, _ := strings.Cut(u.Host, ".")
	if !strings.Contains(domain, ".") {
		return Link{}, NotAMeeting
	}
	telling := label == "meet" || label == "join" || s4bName(label)
	pool := telling || strings.Contains(label, "pool") || s4bSign(u)
	switch {
	case len(segs) == 3 && pool && strings.EqualFold(segs[0], "meet"):
		return s4bMeeting(u, domain, segs[1], segs[2], false)
	case len(segs) == 3 && strings.Contains(segs[0], ".") && telling: // several domains behind one base address
		return s4bMeeting(u, segs[0], segs[1], segs[2], false)
	case len(segs) == 4 && pool && strings.EqualFold(segs[0], "meet") && strings.Contains(segs[1], "."):
		return s4bMeeting(u, segs[1], segs[2], segs[3], false)
	case len(segs) == 4 && telling && strings.Contains(segs[0], ".") && strings.EqualFold(segs[1], "meet"):
		return s4bMeeting(u, segs[0], segs[2], segs[3], false)
	case len(segs) == 2 && telling:
		return s4bMeeting(u, domain, segs[0], segs[1], false)
	}
	return Link{}, NotAMeeting
}

// s4bMeeting builds the link. On unknown hosts the id must have a digit and a letter, or Skype or Lync must stand near.
func s4bMeeting(u *URL, domain, user, id string, known bool) (Link, error) {
	if placeholderWord(firstLabel(domain)) || placeholderWord(user) || sampleDomain(domain) || strings.EqualFold(id, "random") {
		return Link{}, Placeholder
	}
	id = leading(id, isAlnum)
	if !known && !s4bSure(u, id) {
		return Link{}, NotAMeeting
	}
	switch {
	case len(id) < 5 || len(id) > 10:
		return Link{}, Incomplete
	case placeholderToken(id) || strings.HasPrefix(strings.ToUpper(id), "ABC12") || all(id, isDigit) && placeholderDigits(id) || id == "45GZFH99":
		return Link{}, Placeholder
	case !all(user, isS4BUser):
		return Link{}, NotAMeeting
	}
	l := s4bLink(domain, user, id)
	l.Host, l.Path = u.Host, "/"+dots+"/{id}"
	if known {
		l.Path = "/" + lowerASCII(domain) + l.Path
	}
	return l, nil
}

func isS4BUser(c byte) bool { return isB64u(c) || c == '.' || c == '+' || c == '\'' }

// s4bSure judges an id on a host that need not be Skype's: capitals and digits, six to eight; with letters or digits only, a
// sign must confirm it.
func s4bSure(u *URL, id string) bool {
	if len(id) < 6 || len(id) > 8 || !all(id, func(c byte) bool { return isDigit(c) || 'A' <= c && c <= 'Z' }) {
		return false
	}
	if strings.ContainsAny(id, "0123456789") && !all(id, isDigit) {
		return true
	}
	return s4bSign(u)
}

// s4bName reports host labels that organisations give to such servers.
func s4bName(label string) bool {
	return strings.HasPrefix(label, "lync") || strings.HasPrefix(label, "skype") || strings.HasPrefix(label, "sfb") || strings.HasPrefix(label, "s4b")
}

// s4bSign: something beside the id says Skype or Lync.
func s4bSign(u *URL) bool {
	tail := lowerASCII(string(u.tail[:min(len(u.tail), 300)]))
	return u.Has("sl") || strings.Contains(u.Host, "lync") || strings.Contains(u.Host, "skype") || strings.Contains(tail, "skype") ||
		strings.Contains(tail, "lync")
}

// s4bLink is the link without what is shown of it.
func s4bLink(domain, user, id string) Link {
	domain, user = lowerASCII(domain), lowerASCII(user)
	space := strings.TrimSuffix(strings.TrimSuffix(domain, ".com"), "-com")
	return Link{Kind: Meeting, Class: JoinWithSecret, Realm: space + "/" + user, ID: strings.ToUpper(id), Org: domain, Owner: user}
}

func firstLabel(domain string) string {
	label, _, _ := strings.Cut(domain, ".")
	return label
}

// sampleDomain reports the domains of Microsoft's invented companies, and words that stand for a domain.
func sampleDomain(domain string) bool {
	return companySample.is(strings.TrimSuffix(firstLabel(lowerASCII(domain)), "-com"))
}

// s4bBroadcast reads a Skype Meeting Broadcast: /<domain>/<32 hex>.
func s4bBroadcast(u *URL) (Link, error) {
	domain, id := lowerASCII(u.Seg(0)), leading(u.Seg(1), isHex)
	switch {
	case sampleDomain(domain) || placeholderHex(id) && id != "":
		return Link{}, Placeholder
	case len(id) != 32:
		return Link{}, Incomplete
	}
	return Link{Kind: Event, Class: JoinWithSecret, Space: "broadcast", ID: id, Org: domain, Host: u.Host, Path: "/" + domain + "/{id}"}, nil
}

// bareS4B reads a conference address around "conf:focus:id:": user and domain stand before it, the id behind. Teams uses the
// same address for its threads, which are not read here.
func bareS4B(text []byte, at int) (Link, Span, error) {
	if text[at] == '%' {
		return encodedS4B(text, at)
	}
	from := max(0, at-200)
	before := decodeLayers(string(text[from:at]))
	before = before[strings.LastIndexAny(before, " \t\r\n\"'<>")+1:]
	i := strings.LastIndex(lowerASCII(before), "sip:")
	if i >= 0 {
		before = before[i+len("sip:"):]
	}
	user, rest, ok := strings.Cut(before, "@")
	if i < 0 { // left off in logs and comments, where anything may stand before the name: "uri=", "("
		user = user[len(strings.TrimRightFunc(user, func(r rune) bool { return r < utf8.RuneSelf && isS4BUser(byte(r)) })):]
	}
	domain := leading(rest, func(c byte) bool { return isAlnum(c) || c == '.' || c == '-' })
	start := at + len("conf:focus:id:")
	if text[at+len("conf")] == '%' {
		start = at + len("conf%3afocus%3aid%3a")
	}
	behind := string(text[start:min(len(text), start+160)])
	id := leading(behind, isAlnum)
	switch {
	case strings.HasPrefix(lowerASCII(behind), "teams"):
		return Link{}, Span{}, NotAMeeting
	case !ok || user == "" || strings.ContainsAny(user, "{}[]$") || !strings.Contains(domain, "."):
		return Link{}, Span{}, Incomplete
	case sampleDomain(domain) || placeholderWord(firstLabel(domain)) || placeholderToken(id):
		return Link{}, Span{}, Placeholder
	case len(id) < 5 || len(id) > 32:
		return Link{}, Span{}, Incomplete
	}
	l := s4bLink(domain, user, id)
	if len(id) == 32 {
		l.ID = lowerASCII(id)
	}
	query := leading(behind[len(id):], func(c byte) bool { return isB64u(c) || strings.IndexByte("\\?&=%.;", c) >= 0 })
	if key, found := lookup(strings.TrimLeft(query, "\\?"), "key"); found && !placeholderSecret(key) && key != "" {
		l.AddSecret("key")
	}
	return l, Span{start, start + len(id)}, nil
}

// encodedS4B reads a percent-encoded simple URL from the slashes before its host on.
func encodedS4B(text []byte, at int) (Link, Span, error) {
	end := at
	for end < len(text) && end-at < 400 && (isB64u(text[end]) || strings.IndexByte(".~%+", text[end]) >= 0) {
		end++
	}
	u := parseURL(strings.TrimLeft(decodeLayers(string(text[at:end])), "/"))
	u.tail = tailOf(text, end)
	l, err := s4bOwnServer(u)
	return l, Span{at, end}, err
}
