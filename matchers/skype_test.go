package matchers

import (
	"strings"
	"testing"
)

func TestSkype(t *testing.T) {
	group := Link{Kind: GroupInvite, Class: ChatInvite, ID: "wKcZ4mPtXv9q"}
	hits := []hit{
		// a README's badge, the next line glued, the older scheme
		{"[![chat](https://img.shields.io/badge/chat-blue.svg)](https://join.skype.com/wKcZ4mPtXv9q)", group},
		{"https://join.skype.com/wKcZ4mPtXv9qrn", group},
		{"<a href=\"skype:?chat&amp;blob=k7TzWq_VbNm3RxLd57pGhJc2\">", Link{Kind: GroupInvite, Class: ChatInvite, Space: "blob", ID: "k7TzWq_VbNm3RxLd57pGhJc2"}},
	}
	runPlatform(t, skype(), hits, []string{
		"https://www.skype.com https://join.skype.com/ https://join.skype.com/invite/wKcZ4mPtXv9q https://join.skype.com/invite/U4NxsJTD2cW5?call",
		"https://join.skype.com/bot/7c41f0d9-25ab-4e63-9b18-d04f6a2e8c57 skype:jo.acme?call skype:jo?chat",
		"https://join.skype.com/abc123 https://join.skype.com/abc123xyz789 https://join.skype.com/xxxxxxxxxxxx https://join.skype.com/${id} https://join.skype.com/[^\\s]*",
	})
}

func TestSkypeForBusiness(t *testing.T) {
	online := Link{Kind: Meeting, Class: JoinWithSecret, Realm: "globexleaf/w.mcdougall", ID: "M3KZNN7H", Org: "globexleaf", Owner: "w.mcdougall"}
	own := Link{Kind: Meeting, Class: JoinWithSecret, Realm: "initech.example/jo.ann", ID: "7DV2KWQ9", Org: "initech.example", Owner: "jo.ann"}
	letters := own
	letters.ID = "KDVWTRQP"
	sign := own
	sign.Realm, sign.Owner = "initech.example/jo!ann", "jo!ann"
	hyphen := online
	hyphen.Realm, hyphen.Org = "nxc04/w.mcdougall", "nxc04-com"
	focus := own
	focus.ID, focus.Secrets = "125e95b0c0184dcfb706f1a0191302a9", []string{"key"}
	hits := []hit{
		// in the cloud: HTML in a string, the web app's parameter, escaped slashes, a tenant without a domain of its own
		{"<a href=\"https://meet.lync.com/globexleaf/w.mcdougall/M3KZNN7H\" target=\"_blank\">Join online meeting </a>'", online},
		{"Try Skype Web App <https:\\\\/\\\\/meet.lync.com\\\\/globexleaf\\\\/w.mcdougall\\\\/M3KZNN7H?sl=1>", online},
		{"https://meet.lync.com/onmicrosoft/globexleaf/w.mcdougall/M3KZNN7H", online},
		{"https://meet.lync.com/nxc04-com/w.mcdougall/M3KZNN7H", hyphen},
		{"https://meet.gov.online.lync.com/globexleaf/w.mcdougall/M3KZNN7H", online},
		// only letters: certain on Microsoft's host, elsewhere with a sign
		{"https://meet.lync.com/initech.example/jo.ann/KDVWTRQP", letters},
		{"https://meet.initech.example/jo.ann/KDVWTRQP?sl=1", letters},
		{"https://meet.initech.example/jo.ann/KDVWTRQP> Join by phone, Skype for Business", letters},
		// on an organisation's own servers: plain, encoded, one address for several domains, a pool's path
		{"Join: https://meet.initech.example/jo.ann/7DV2KWQ9", own},
		{"url=https%3A%2F%2Fmeet.initech.example%2Fjo.ann%2F7DV2KWQ9&x=1", own},
		{`\"url\":\"https:\\/\\/meet.initech.example\\/jo.ann\\/7DV2KWQ9\"`, own},
		{"**https://imdf.initech.example/Join?uri=sip%3Ajo.ann%40initech.example%3Bgruu%3Bopaque%3Dapp%3Aconf%3Afocus%3Aid%3A125e95b0c0184dcfb706f1a0191302a9&key=FdzmiLi6L6u**\n[x](y)", focus},
		{"https://meet.hosting.example/initech.example/jo.ann/7DV2KWQ9", own},
		{"https://lyncpool.initech.example/meet/jo.ann/7DV2KWQ9", own},
		{"https://join.initech.example/jo.ann/7DV2KWQ9", own},
		{"https://pool3.hosting.example/meet/initech.example/jo.ann/7DV2KWQ9", own},
		{"https://join.initech.example/initech.example/meet/jo.ann/7DV2KWQ9", own},
		// conference addresses: SIP, and the form before simple URLs, with its key
		{"\"onlineMeetingUri\" : \"sip:jo.ann@initech.example;gruu;opaque=app:conf:focus:id:7DV2KWQ9\",", own},
		{"conf:sip:jo.ann@initech.example\\;gruu\\;opaque=app:conf:focus:id:7DV2KWQ9?conversation-id=x", own},
		{"///\t\tjo.ann@initech.example;gruu;opaque=app:conf:focus:id:7DV2KWQ9\n/// Becomes\n", own},
		{"(uri=jo.ann@initech.example;gruu;opaque=app:conf:focus:id:7DV2KWQ9)", own},
		{"sip:jo!ann@initech.example;gruu;opaque=app:conf:focus:id:7DV2KWQ9", sign},
		{"https://imdf.initech.example/Join?uri=sip%3Ajo.ann%40initech.example%3Bgruu%3Bopaque%3Dapp%3Aconf%3Afocus%3Aid%3A125e95b0c0184dcfb706f1a0191302a9&key=FdzmiLi6L6u", focus},
		// the page of access numbers
		{"Find a local number <https://dialin.lync.com/5e0c71d4-92ab-4f36-8b17-c03d9a64e285?id=6139074>", Link{Kind: DialIn, Class: NumberOnly, Space: "conf", ID: "6139074"}},
		// a broadcast
		{"https://join.broadcast.skype.com/initech.example/7c9e04b1f83d26a5e07412db96f5c83a", Link{Kind: Event, Class: JoinWithSecret, Space: "broadcast", ID: "7c9e04b1f83d26a5e07412db96f5c83a", Org: "initech.example"}},
	}
	runPlatform(t, skypeForBusiness(), hits, []string{
		"https://mysettings.lync.com/pstnconferencing https://meet.lync.com/ https://dialin.lync.com/x https://dialin.lync.com/5e0c71d4-92ab-4f36-8b17-c03d9a64e285 https://dialin.lync.com/x?id=123456789 https://webdir.online.lync.com/autodiscover",
		"https://meet.lync.com/[yourdomain]/[youralias]/[somevalue] https://meet.lync.com/skydrive3m-mmm/random/random https://meet.lync.com/contoso/jo/4ZGZFH31",
		"https://meet.contoso.com/kazuto/7322994 https://meet.contoso.com/bmauldin/IB88RLLY https://meet.fabrikam.com/x/7DV2KWQ9",
		"https://meet.initech.example/ https://meet.initech.example/standup https://meet.initech.example/team/weekly https://meet.initech.example/rooms/4821907",
		"https://join.initech.example/en/PRICING https://www.initech.example/meet/team/about https://initech.example/meet/jo/ann https://app.initech.example/meet/team/7DV2KWQ9",
		"$\"{sip};gruu;opaque=app:conf:focus:id:{meetingId}\" sip:kmyer@litwareinc.com;gruu;opaque=app:conf:focus:id:drg2y8v4",
		"conf:sip:jo@acme.example;gruu;opaque=app:conf:focus:id:teams:2:0!19:meeting_x-thread.v2!y",
		"uri={user}@initech.example;gruu;opaque=app:conf:focus:id:7DV2KWQ9 ;gruu;opaque=app:conf:focus:id:7DV2KWQ9",
	})
}

// The page of access numbers beside a join link is that meeting's, whatever its number.
func TestConferencePageBesideLink(t *testing.T) {
	text := "Join Skype Meeting <https://meet.lync.com/globexleaf/w.mcdougall/M3KZNN7H>\nFind a local number <https://dialin.lync.com/5e0c71d4-92ab-4f36-8b17-c03d9a64e285?id=6139074>\n"
	if got := meetings(Find([]byte(text))); len(got) != 1 || !strings.Contains(got[0], "M3KZNN7H meeting") {
		t.Errorf("found %q, want the meeting alone", got)
	}
}

func FuzzBareSkypeForBusiness(f *testing.F) {
	f.Add([]byte("sip:jo.ann@initech.example;gruu;opaque=app:conf:focus:id:7DV2KWQ9"))
	f.Add([]byte("sip%3Ajo%40initech.example%3Bgruu%3Bopaque%3Dapp%3Aconf%3Afocus%3Aid%3A125e95b0c0184dcf&key=x"))
	f.Add([]byte("conf%3afocus%3aid%3a"))
	f.Fuzz(func(t *testing.T, text []byte) {
		lower := lowerASCII(string(text))
		for _, anchor := range skypeForBusiness().BareAnchors {
			for at := 0; at+len(anchor) <= len(lower); at++ {
				if lower[at:at+len(anchor)] != anchor {
					continue
				}
				l, span, err := bareS4B(text, at)
				if err == nil && (l.ID == "" || span.Start < at || span.End > len(text) || span.Start >= span.End) {
					t.Fatalf("bad reading %+v at %v", l, span)
				}
			}
		}
	})
}
