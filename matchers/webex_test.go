package matchers

import (
	"strings"
	"testing"
)

func webexHits() []hit {
	const id = "7c9e04b1f83d26a5e07412db96f5c83a"
	const uuid = "b04d7f1e29c84a63a5d1f0927e6c38b4"
	at := func(realm, org string) Link {
		return Link{Kind: Meeting, Class: JoinWithSecret, Realm: realm, Org: org, Space: "mtid", ID: id}
	}
	event := at("globex", "globex")
	event.Kind = Webinar
	browser := at("globex", "globex")
	browser.Space, browser.ID = "mtg", uuid
	start := browser
	start.Kind, start.Class, start.Secrets = HostStart, HostCredential, []string{"integrationJoinToken"}
	withToken := at("globex", "globex")
	withToken.Secrets = []string{"meetingAuthToken"}
	upper := browser
	upper.ID = "6B4F9387168A3D28F1642BB3CE1A992C"
	room := Link{Kind: PersonalRoom, Class: PermanentRoom, Realm: "globex", Org: "globex", Space: "room", ID: "r.okafor-2", Owner: "r.okafor-2"}
	asWritten := room
	asWritten.ID = "R.Okafor-2"
	sharedRoom := Link{Kind: PersonalRoom, Class: PermanentRoom, Realm: "meetingsapac27", Space: "room", ID: "pr2840716935", Owner: "pr2840716935"}
	register := Link{Kind: Registration, Class: PublicForm, Realm: "globex", Org: "globex", Space: "reg", ID: id}
	recording := Link{Kind: Recording, Class: PastContent, Realm: "globex", Org: "globex", Space: "rec", ID: uuid}
	old := Link{Kind: Meeting, Class: JoinWithSecret, Realm: "globex", Org: "globex", Space: "ed", ID: "284610937", Secrets: []string{"PW"}}
	return []hit{
		// join links: SQL, Markdown with its escapes, a language in the path, a training
		{"(1, 'https://globex.webex.com/globex/j.php?MTID=m" + id + "', '2020-07-09'),", at("globex", "globex")},
		{`[https://tib\-eu\.webex\.com/tib\-eu\-en/j\.php?MTID=m` + id + "](x)", at("tib-eu", "tib-eu")},
		{"<a href='https://globex.webex.com/globex/k2/j.php?MTID=t" + id + "'>Training</a>", at("globex", "globex")},
		{"https://meetingsemea27.webex.com/meetingsemea27/e.php?MTID=m" + id + `\n\n`, at("meetingsemea27", "")},
		// a free site, a Chinese one
		{"https://jaxcode.my.webex.com/jaxcode.my/j.php?MTID=m" + id, at("jaxcode.my", "jaxcode")},
		{"http://globex.webex.com.cn/globex/j.php?MTID=m" + id, at("globex", "globex")},
		// quoted-printable mail, twice quoted; a stray escape behind the id; glued words
		{"https://globex.webex.com/globex/j.php?MTID=3Dm" + id[:12] + "=\n" + id[12:] + "\n", at("globex", "globex")},
		{"https://globex.webex.com/globex/j.php?RGID=3D3Dr" + id, register},
		{"https://globex.webex.com/globex/j.php?MTID=m" + id + "%3E", at("globex", "globex")},
		{"https://globex.webex.com/globex/j.php?MTID=m" + id + "Meeting number", at("globex", "globex")},
		// events
		{"https://globex.webex.com/globex-sp/onstage/g.php?MTID=e" + id, event},
		// browser links: by uuid, in capitals, with the MTID
		{`"https://globex.webex.com/webappng/sites/globex/meeting/download/` + uuid + `?launchApp=true"`, browser},
		{"https://globex.webex.com/wbxmjs/joinservice/sites/globex/meeting/download/6B4F9387168A3D28F1642BB3CE1A992C", upper},
		{"https://globex.webex.com/webappng/sites/globex/meeting/postinfo/" + uuid, browser},
		{"https://globex.webex.com/webappng/sites/globex/meeting/info/" + uuid + "?siteurl=globex&amp;MTID=m" + id, at("globex", "globex")},
		{"https://globex.webex.com/webappng/sites/globex/meeting/info/" + uuid + "?siteurl=globex&MTID=m" + id + "&meetingAuthToken=QUhTSwAAAAW6g%2FA5U", withToken},
		// a start link of the API: token and all
		{"https://globex.webex.com/wbxmjs/joinservice/sites/globex/meeting/start/" + uuid + "?integrationJoinToken=QUhTSwAAAAf", start},
		// rooms: join and start, the browser's alias, a shared host, glued punctuation
		{"Room: https://globex.webex.com/meet/R.Okafor-2.", asWritten},
		{"https://globex.webex.com/join/r.okafor-2,", room},
		{"https://globex.webex.com/start/r.okafor-2", room},
		{"// https://globex.webex.com/webappng/sites/globex/dashboard/pmr/r.okafor-2?siteurl=globex", room},
		{"url = 'https://meetingsapac27.webex.com/meet/pr2840716935'", sharedRoom},
		// the meeting of a space in the app
		{`"meetingLink": "https://globex.webex.com/m/7c41f0d9-25ab-4e63-9b18-d04f6a2e8c57",`, Link{Kind: Meeting, Class: PermanentRoom, Realm: "globex", Org: "globex", Space: "space", ID: "7c41f0d9-25ab-4e63-9b18-d04f6a2e8c57"}},
		// registration
		{`<a class="register" href="https://globex.webex.com/weblink/register/r` + id + `">`, register},
		// recordings: four shapes
		{"[recording](https://globex.webex.com/recordingservice/sites/globex/recording/playback/" + uuid + ").", recording},
		{"https://globex.webex.com/recordingservice/sites/globex/recording/" + uuid + "/playback - `Sm`", recording},
		{"https://globex.webex.com/webappng/sites/globex/recording/" + uuid + "/playback", recording},
		{"<https://globex.webex.com/globex/ldr.php?RCID=" + uuid + ">", recording},
		{"https://globex.webex.com/globex/lsr.php?AT=pb&SP=EC&rID=63952741&rKey=7313bc2fc3dfa493", Link{Kind: Recording, Class: PastContent, Realm: "globex", Org: "globex", Space: "rec", ID: "7313bc2fc3dfa493"}},
		// keys of older links, in the query and inside another address
		{"https://globex.webex.com/globex/j.php?ED=284610937&UID=0&PW=NZWNiMjBi&RT=MiMyMA%3D%3D", old},
		{"open 'https://globex.webex.com/mw3000/mywebex/default.do?service=1&siteurl=globex&main_url=%2Fmc3000%2Fe.do%3Fsiteurl%3Dglobex%26AT%3DMI%26EventID%3D284610937%26UID%3D5%26PW%3DNZWNiMjBi'", old},
		{"https://globex.webex.com/mw0401l/mywebex/default.do?siteurl=globex&main_url=%2Fmc0901l%2Fe.do%3FAT%3DMI%26EventID%3D284610937%26MTID%3Dm" + id, at("globex", "globex")},
		{"https://globex.webex.com/globex/m.php?AT=JM&MK=640281759", Link{Kind: Meeting, Class: JoinWithSecret, Org: "globex", Space: "num", ID: "640281759"}},
		{"https://globex.webex.com/globex/j.php?ED=284610937&J=1&PW=NZWNiMjBi", old},
		{"https://globex.webex.com/globex/j.php?J=640281759&PW=NZWNiMjBi", Link{Kind: Meeting, Class: JoinWithSecret, Org: "globex", Space: "num", ID: "640281759", Secrets: []string{"PW"}}},
		{"https://meetings.webex.com/collabs/files/playRecording?encryptedDocID=0_" + strings.ToUpper(id+uuid) + "_06C635CE&x=1", Link{Kind: Recording, Class: PastContent, Realm: "meetings", Space: "rec", ID: "0_" + strings.ToUpper(id+uuid) + "_06C635CE"}},
		// an event by its number
		{"[Europe](https://globex.webex.com/globex/onstage/g.php?t=a&d=640281759),", Link{Kind: Webinar, Class: JoinWithSecret, Org: "globex", Space: "num", ID: "640281759"}},
		{"https://globex.webex.com/globex/onstage/g.php?d=640281759&t=a", Link{Kind: Webinar, Class: JoinWithSecret, Org: "globex", Space: "num", ID: "640281759"}},
		// the free service of old
		{"[Join](https://meetings.webex.com/collabs/meetings/join?uuid=MQ7T2RZ0KXW94DLBNE81HVPC5A-7Y3)", Link{Kind: Meeting, Class: JoinWithSecret, Realm: "meetings", Space: "collabs", ID: "MQ7T2RZ0KXW94DLBNE81HVPC5A-7Y3"}},
		// instant connect
		{"https://instant.webex.com/visit/tkQNR4I", Link{Kind: Meeting, Class: JoinWithSecret, Space: "instant", ID: "tkQNR4I"}},
		// SIP: the number, and the room of a user
		{"Dial 25917304862@globex.webex.com", Link{Kind: DialIn, Class: NumberOnly, Org: "globex", Space: "num", ID: "25917304862"}},
		{"Skype for Business: sip:25917304862.globex@lync.webex.com", Link{Kind: DialIn, Class: NumberOnly, Org: "globex", Space: "num", ID: "25917304862"}},
		{"Skype for Business: r.okafor-2.globex@lync.webex.com", Link{Kind: DialIn, Class: PermanentRoom, Realm: "globex", Org: "globex", Space: "room", ID: "r.okafor-2", Owner: "r.okafor-2"}},
		{"video address: r.okafor-2@globex.webex.com", Link{Kind: DialIn, Class: PermanentRoom, Realm: "globex", Org: "globex", Space: "room", ID: "r.okafor-2", Owner: "r.okafor-2"}},
	}
}

func TestWebex(t *testing.T) {
	runPlatform(t, webex(), webexHits(), []string{
		"https://www.webex.com/downloads.html https://help.webex.com/article https://web.webex.com/meetings https://developer.webex.com/docs/meetings",
		"https://teams.webex.com/ https://globex.webex.com/ https://www.webex.com/test-meeting.html https://signin.webex.com/join",
		"https://globex.webex.com/webappng/sites/globex/dashboard?siteurl=globex https://globex.webex.com/webappng/sites/globex/meeting/home",
		"https://globex.webex.com/mw3300/mywebex/default.do?siteurl=globex https://globex.webex.com/globex/globalcallin.php?MTID=m7c9e04b1f83d26a5e07412db96f5c83a",
		"http://demosubdomain.webex.com/demositeurl/lsr.php?RCID=b04d7f1e29c84a63a5d1f0927e6c38b4 https://acme.webex.com/meet/alice acme@m.webex.com",
		"https://acme.webex.com/meet/jdoe https://acme.webex.com/meet/sam https://acme.webex.com/join/team-room-2",
		"https://company.webex.com/meet/alex https://company.webex.com/join/123456789 https://company.webex.com/company/j.php?MTID=example",
		"https://acme.webex.com/acme/j.php?MTID=1 https://acme.webex.com/acme/j.php?MTID=m0123456789abcdef0123456789abcdef https://acme.webex.com/acme/j.php?MTID=m1a2b3c4d5e6f",
		"https://globex.webex.com/meet/test.user https://globex.webex.com/meet/juan.perez test.user.globex@lync.webex.com support@lync.webex.com https://lync.webex.com/meet/r.okafor",
		"https://webex.com/meet/789 https://webex.com/join/123 https://meet.webex.com/meet/${meetingId} https://acme.webex.com/meet/john.doe",
		"https://globex.webex.com/webappng/sites/globex/meeting/info/12345 https://cisco.webex.com/m/test-meeting",
		"https://dayline.join.webex.com/guest/vod https://instant.webex.com/gen/v1/talk https://instant.webex.com/visit/dayline-room https://instant.webex.com/demo-host-4",
		"bot@webex.com, noreply@globex.webex.com, x@rooms.webex.com, 9@acme.calls.webex.com",
		"https://globex.webex.com/meet/ https://globex.webex.com/globex/j.php?MTID= https://globex.webex.com/meet/{user}",
		"https://our-sample-site.webex.com/our-sample-site/j.php?MTID=m7c9e04b1f83d26a5e07412db96f5c83a https://synthetic.webex.com/meet/synthetic-room",
		"https://globex.webex.com/meet/demo4 https://globex.webex.com/meet/demo-room https://firma.webex.com/meet/ngozi https://empresa.webex.com/meet/r.okafor",
		"https://globex.webex.com/meet/janesmith2 https://team.webex.com/meet/private-room https://meetXXXX.webex.com/meet/pr5550182734 https://meet412.webex.com/meet/prXXXXXXXXXX",
		"open('https://meetingsapac41.webex.com/join/pr' + number) open(\"https://globex.webex.com/meet/room_\" + user) https://globex.webex.com/meet/${user}",
		"https://globex.webex.com/globex/onstage/g.php?t=a&d=123456789 https://globex.webex.com/globex/onstage/g.php?t=a&d=eventnumber",
		"https://signin.webex.com/collabs/auth https://meetings.webex.com/collabs/#/meetings/detail?uuid=XYZ https://meetings.webex.com/collabs/meetings/join?uuid=XYZ",
		"https://meetings.webex.com/collabs/files/playRecording?encryptedDocID=0_ABC",
		"https://globex.webex.com/globex/j.php?J=123456789 https://globex.webex.com/globex/j.php?J=number&PW=x",
	})
}

func TestWebexAlias(t *testing.T) {
	text := "https://globex.webex.com/wbxmjs/joinservice/sites/globex/meeting/download/b04d7f1e29c84a63a5d1f0927e6c38b4?siteurl=globex&MTID=m7c9e04b1f83d26a5e07412db96f5c83a"
	found := NewFinder([]Platform{webex()}).FindIn([]byte(text), 0, len(text))
	if len(found) != 1 || len(found[0].Aliases) != 1 || found[0].Aliases[0] != "webex:globex:mtg:b04d7f1e29c84a63a5d1f0927e6c38b4" {
		t.Errorf("a link with both ids joins them, found %+v", found)
	}
}
