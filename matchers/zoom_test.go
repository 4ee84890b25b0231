package matchers

import (
	"slices"
	"strings"
	"testing"
)

func TestZoomLinks(t *testing.T) {
	meeting := Link{Kind: Meeting, Class: JoinWithSecret, Realm: "commercial", ID: "84930275116"}
	secret := meeting
	secret.Secrets = []string{"pwd"}
	china := Link{Kind: PersonalRoom, Class: PermanentRoom, Realm: "cn", ID: "3827159604", Org: "initech"}
	runPlatform(t, zoom(), []hit{
		{"https://initech.zoom.com.cn/j/3827159604", china},
		{"https://umeet.com.cn/j/3827159604", Link{Kind: Meeting, Class: JoinWithSecret, Realm: "cn", ID: "3827159604"}},
		{"https://acme.zoomgov.com/j/1602738495", Link{Kind: Meeting, Class: JoinWithSecret, Realm: "gov", ID: "1602738495", Org: "acme"}},
		{"`https://usXXweb.zoom.us/j/84930275116?pwd=xxxxxxxx`", meeting},
		{"// https://us02web.zoom.us/j/84930275116...", meeting},
		{"https://us02web.zoom.us/j/84930275116…", meeting},
		{`<p>Zoom: https://us06web.zoom.us/j/84930275116{" "}</p>`, meeting},
		{"<p>Zoom: https://us06web.zoom.us/j/84930275116{' '}</p>", meeting},
		{"https://us06web.zoom.us/j/84930275116{% if code %}?pwd={{ code }}{% endif %}", meeting},
		{"{{#if zoom}}https://us06web.zoom.us/j/84930275116{{/if}}", meeting},
		{"https://us06web.zoom.us/j/84930275116?tk=TOKEN&pwd=...", meeting},
		{"https://us06web.zoom.us/skype/84930275116", meeting},
		{"https://us06web.zoom.us/j/84930275116pwd=VGhlIHNob3J0IGxhbXA", secret},
		{"[Weekly](https://zoom.us/j/84930275116?pwd%3DRk4tbAq7Wz2LmX9cVh3PyTn5GdKs8J.1&sa=D&source=calendar)", secret},
	}, []string{
		"`https://zoom.us/j/849302751${String(i).padStart(2, '0')}`", `f"https://zoom.us/j/849302751{suffix}"`, "https://zoom.us/j/849302751#{n}",
		"https://zoom.us/j/81234567890", "https://us02web.zoom.us/j/8412345678?pwd=abcd", "https://zoom.us/j/85512345678", "https://zoom.us/j/22345678901",
		"https://zoom.us/w/98765432100", "https://zoom.us/j/1122334455?pwd=abc123", "https://zoom.us/j/77889900112", "https://zoom.us/j/100200300",
		"https://acme.zoom.us/my/Jane.Doe?pwd=x1", "https://zoom.us/my/john-doe", "https://zoom.us/my/team-room", "https://us02web.zoom.us/my/team.sync?pwd=x1", "https://globex.zoom.us/my/test?pwd=x1", "https://zoom.us/my/firstname.lastname", "https://zoom.us/my/personal-room",
	})
}

// A host may have chosen what looks like a sample. It is believed where the link names an account and Zoom drew its password; the one
// without the other is what documentation has.
func TestZoomNumbersThatLookInvented(t *testing.T) {
	const (
		today = "k7TbQ2wZx9RfLm4Vn8GcYp3JdHs6Ua.1"
		once  = "ZkI3cVdNeFJ0OUxkUDJoWXo0S2c1Zz09" // "fB7qWMxRt9LdP2hYz4Kg5g=="
	)
	number := Link{Kind: PersonalRoom, Class: PermanentRoom, Realm: "commercial", ID: "4443335678", Org: "globex", Secrets: []string{"pwd"}}
	counted, room := number, number
	counted.ID = "7380912345"
	room.Space, room.ID, room.Owner = "my", "Juan.Perez", "juan.perez"
	runPlatform(t, zoom(), []hit{
		{"https://globex.zoom.us/j/4443335678?pwd=" + today, number},
		{"https://globex.zoom.us/j/4443335678?pwd=" + once, number},
		{"https://globex.zoom.us/j/738-091-2345?pwd=" + once, counted},
		{"https://globex.zoom.us/my/Juan.Perez?pwd=" + today, room},
	}, []string{
		"https://globex.zoom.us/j/4443335678", "https://globex.zoom.us/j/4443335678?pwd=abc", "https://globex.zoom.us/my/juan.perez?pwd=abc123",
		"https://zoom.us/j/4443335678?pwd=" + today, "https://us02web.zoom.us/j/4443335678?pwd=" + today, "https://us02web.zoom.us/my/juan.perez?pwd=" + once,
		"https://globex.zoom.us/j/4443335678?pwd=<" + today + ">", "https://globex.zoom.us/j/4443335678?pwd=AbCdEfGhIjKlMnOpQrStUvWxYz1234.1",
		"https://globex.zoom.us/j/4443335678?pwd=VGhpcyBpcyBub3QgYSBwYXNzd29yZCAx", // "This is not a password 1"
		"https://globex.zoom.us/j/4443335678?pwd=Zm9vYmFyMTIz",
		"https://globex.zoom.us/j/4443335678?pwd=YourPasswordStandsHereOrThere1.1", "https://globex.zoom.us/j/4443335678?pwd=" + strings.Repeat("Xx1", 10) + ".1",
		"https://globex.zoom.us/j/1234567890?pwd=" + today, "https://globex.zoom.us/j/9876543210?pwd=" + today, "https://globex.zoom.us/j/5555555555?pwd=" + today,
		"https://globex.zoom.us/j/5551112222?pwd=" + today, "https://globex.zoom.us/j/81234567890?pwd=" + today, "https://globex.zoom.us/my/firstname.lastname?pwd=" + today,
		"https://example.zoom.us/j/4443335678?pwd=" + today, "https://your-company.zoom.us/my/juan.perez?pwd=" + today, "https://contoso.zoom.us/my/juan.perez?pwd=" + today,
	})
}

// A host's token makes a start link of one that joins; a mask in its place does not.
func TestZoomHostToken(t *testing.T) {
	join := Link{Kind: Meeting, Class: JoinWithSecret, Realm: "commercial", ID: "84930275116"}
	start := Link{Kind: HostStart, Class: HostCredential, Realm: "commercial", ID: "84930275116"}
	held := start
	held.Secrets = []string{"zak"}
	runPlatform(t, zoom(), []hit{
		{"zoommtg://zoom.us/join?action=join&confno=84930275116&zak=eyJhbGciOiJIUzI1NiJ9.eyJpc3M", held},
		{"opened `zoommtg://zoom.us/join?action=join&confno=84930275116&zak=REDACTED`", join},
		{"https://zoom.us/j/84930275116?zak=********", join},
		{"https://zoom.us/j/84930275116?zpk=", join},
		{"https://zoom.us/s/84930275116?zak=[hidden]", start},
	}, nil)
}

func TestZoomPagesAndRecordings(t *testing.T) {
	const token = "Xw7Lq2Rz9Kd4Tb6Vn3Ysc8"
	event := Link{Kind: Event, Class: PublicForm, Realm: "commercial", Space: "event", ID: token}
	record := Link{Kind: Recording, Class: PastContent, Realm: "commercial", Space: "rec", ID: token, Org: "globex"}
	runPlatform(t, zoom(), []hit{
		{`href="https://events.zoom.us/e/view/preview/` + token + `/purchase"`, event},
		{"https://events.zoom.us/e/view/" + token, event},
		{"https://events.zoom.us/ev/" + token, event},
		{"https://globex.zoom.us/recording/share/" + token + "\n\" target=\"_new\"", record},
		{"[demo]: https://globex.zoom.us/clips/share/" + token, record},
	}, []string{
		"https://globex.zoom.us/rec/share/SECRETSHARETOKENabc123", "https://zoom.us/webinar/register/WN_myWebinarTokenForTests",
		"https://us02web.zoom.us/recording/management", "https://zoom.us/recording/share/", "https://events.zoom.us/e/view/test",
	})
}

// Numbers in text that Zoom's print, Zoom's name or a program's name gives away. "" is nobody's.
func TestZoomNumbers(t *testing.T) {
	for _, c := range []struct{ text, key, secret string }{
		// names of programs and data, with Zoom named near
		{"meetConfig = {\n  meetingNumber: '84930275116',\n  userName: 'Zoom test',\n  passWord: '72915',\n}", "84930275116", "passcode"},
		{"ZoomMtg.join({\n  meetingNumber: '84930275116',\n  userName: name,\n  signature,\n  apiKey: '',\n  passWord: '72915',\n})", "84930275116", "passcode"},
		{"sdkKey: key,\nmeetingNumber: '84930275116',\npassWord: 'Rk4tbA',\nzakToken: '',\n", "84930275116", "passcode"},
		{"zoom = { meetingNumber: '84930275116' }\nlogin = {\n  user: name,\n  role: 1,\n  password: '72915',\n}", "84930275116", ""},
		{"ZOOM_MEETING_ID=84930275116\nZOOM_PASSCODE=Rk4tbA\n", "84930275116", "passcode"},
		{"assert.ok(BODY.includes(ZOOM_JOIN_URL));\nassert.equal(MEETING_ID, '849 3027 5116');", "84930275116", ""},
		{`{"meeting_id": "84930275116", "passcode": "Rk4tbA"}`, "", ""},
		{"map.zoom = 8; const meetingId = 'a84930275116'", "", ""},
		// behind Zoom's own name
		{"INFO Successfully created Zoom meeting: 84930275116", "84930275116", ""},
		{"<tspan>Zoom Meeting: 849 302 7516</tspan>\n<tspan>Passcode: 7291</tspan>", "8493027516", "passcode"},
		{"Friday - Zoom: 849 3027 5116", "84930275116", ""},
		{"Zoom: 646-555-0142", "", ""},
		{"Zoom: 646 555 0142", "", ""},
		{"zoom: 8, id: 3\nZoom Meeting: 8PM Eastern", "", ""},
		{"Zoom meeting 849302751", "", ""},
		// as Zoom alone prints it
		{"'ID da reunião: 849 3027 5116 / Senha: 729154'", "84930275116", "passcode"},
		{"Meeting ID: 849 3027 5116", "", ""},
		{"Meeting ID: 849-3027-5116\nPasscode: 729154", "", ""},
		// short labels of the code
		{"Zoom ID: 849 3027 5116 (Pass: live7)", "84930275116", "passcode"},
		{"Zoom | Meeting ID: 849 302 751 | PW: 729154", "849302751", "passcode"},
		{"Zoom ID: 849 3027 5116\nAll tests pass 12 times", "84930275116", ""},
		{"location: 'Zoom (ID: 849-3027-5116)'", "84930275116", ""},
		{"# A. B.  | Zoom PMI: 849 302 7516", "8493027516", ""},
		{"Tempat: Zoom\nId meeting: 849 3027 5116; Passcode: 729154", "84930275116", "passcode"},
		{"Nền tảng: Zoom\nID Zoom: 849 3027 5116\nMật khẩu: live7", "84930275116", "passcode"},
		{"location: \"Zoom · Meeting ID 849-3027-516\"", "8493027516", ""},
		{"月曜日はZoom会議室（84 9302 7516）で。", "8493027516", ""},
		{"conformity id meeting: 8493027516", "", ""},
		// words that Zoom alone has
		{"по ссылке, идентификатор конференции: 84930275116, пароль: 729154", "84930275116", "passcode"},
		{"по ссылке, идентификатор собрания: 84930275116, пароль: 729154", "", ""},
		{"по ссылке, идентификатор конференции: 84930275116", "", ""},
		{"'Zoom'\n'Индентификатор конференции: 849 302 7516. Код доступа: k7PqWe'", "8493027516", "passcode"},
		// string literals joined
		{"$t = 'zoom, идентификатор конференции: '\n  .'849 3027 5116, код доступа: 729154.';", "84930275116", "passcode"},
		{`b = "Zoom Meeting ID: " + "849 3027 5116"`, "84930275116", ""},
	} {
		found := Find([]byte(c.text))
		if c.key == "" {
			if len(found) > 0 {
				t.Errorf("%q: found %s, want nothing", c.text, describeLink(found[0].Link))
			}
			continue
		}
		if len(found) == 0 || found[0].Platform != "zoom" || found[0].ID != c.key || found[0].Kind != DialIn || (len(found[0].Secrets) > 0) != (c.secret != "") {
			t.Errorf("%q: found %v, want zoom dial-in %s with secret %q", c.text, found, c.key, c.secret)
		}
	}
}

// The bare word "Teams" names the service only beside a number that Teams alone prints.
func TestTeamsWord(t *testing.T) {
	for text, want := range map[string]string{
		"reunión semanal Teams (22-Abr). Meeting ID: 283 615 940 728 16.": "28361594072816",
		"our teams meet on Mondays. Meeting ID: 283 615 940":              "",
		"our teams: Meeting ID: 283615940728":                             "",
	} {
		found := Find([]byte(text))
		if want == "" && len(found) > 0 || want != "" && (len(found) == 0 || found[0].Platform != "teams" || found[0].ID != want) {
			t.Errorf("%q: found %v, want %q", text, found, want)
		}
	}
}

// The numeric password that stands in a dial string of Webex.
func TestWebexTapPassword(t *testing.T) {
	text := []byte("+1-669-555-0178,,1469208357#48175296# United States")
	n, ok := readTap(text, 15)
	if !ok || n.platform != "webex" || len(n.secrets) != 1 || string(text[n.secretSpans[0].Start:n.secretSpans[0].End]) != "48175296" {
		t.Errorf("read %+v, %v", n, ok)
	}
}

func TestZoomNumberCutAtTheEnd(t *testing.T) {
	s := one(t, NewFinder([]Platform{zoom()}), "<a href=\"https://zoom.us/j/84930275116\">https://zoom.us/j/849302751")
	if s.ID != "84930275116" {
		t.Errorf("id %s", s.ID)
	}
}

// The pages that accompany a join link tell of no meeting of their own; alone they do.
func TestZoomCompanions(t *testing.T) {
	const (
		calendar     = "https://globex.zoom.us/meeting/upKd--trqDovHNx4Rw2LmZb8Yc_3sVfT/ics?icsToken=98wqLm3x"
		instructions = "https://www.google.com/url?q=https://applications.zoom.us/addon/invitation/detail?meetingUuid%3DaGVsbG93b3JsZGFnYWluIQ%253D%253D%26signature%3D5d1c&sa=D"
		link         = "https://globex.zoom.us/j/84930275116"
		other        = "https://globex.zoom.us/j/93820164475"
	)
	for _, c := range []struct {
		text string
		want []string
	}{
		{"Weekly: " + calendar + "\n\nJoin Zoom Meeting\n" + link, []string{"zoom:commercial::84930275116+zoom:commercial:register:upKd--trqDovHNx4Rw2LmZb8Yc_3sVfT meeting [icsToken]"}},
		{link + "\nWeekly: " + calendar + "\n\nJoin Zoom Meeting\n" + other, []string{
			"zoom:commercial::84930275116 meeting []", "zoom:commercial::93820164475+zoom:commercial:register:upKd--trqDovHNx4Rw2LmZb8Yc_3sVfT meeting [icsToken]"}},
		{"https://zoom.us/meeting/849302751/edit", []string{"zoom:commercial::849302751 meeting []"}},
		{"https://acme.zoom.us/meeting/84930275116?occurrence=1653498000000", []string{"zoom:commercial::84930275116 meeting []"}},
		{"admin: 'https://zoom.us/meeting/84930275116?meetingMasterEventId=hK7Lq2',\nlink: 'https://zoom.us/j/84930275116?pwd=Rk4tbA'", []string{"zoom:commercial::84930275116 meeting [pwd]"}},
		{"https://zoom.us/webinar/84930275116", nil},
		{"https://zoom.us/meeting/schedule https://zoom.us/meeting#/upcoming https://zoom.us/meeting/81234567890 https://zoom.us/meeting/42", nil},
		{"Weekly: https://zoom.us/meeting/849302751/ics?icsToken=98wqLm3x\n\nJoin Zoom Meeting\nhttps://zoom.us/j/849302751", []string{"zoom:commercial::849302751 meeting [icsToken]"}},
		{link + " (ID: 84930275116)\n\nJoining instructions: " + instructions, []string{"zoom:commercial::84930275116+zoom:commercial:uuid:aGVsbG93b3JsZGFnYWluIQ== meeting [signature]"}},
		{strings.Replace(calendar, "zoom.us", "zoomgov.com", 1) + "\n\nJoin Zoom Meeting\n" + link, []string{
			"zoom:commercial::84930275116 meeting []", "zoom:gov:register:upKd--trqDovHNx4Rw2LmZb8Yc_3sVfT registration [icsToken]"}},
		{"Meeting ID: 849 3027 5116 <br>\nPasscode: 482913\n\n" + calendar, []string{
			"zoom:commercial::84930275116+zoom:commercial:register:upKd--trqDovHNx4Rw2LmZb8Yc_3sVfT dial-in [icsToken passcode]"}},
		{"Zoom meeting ID: 849 3027 5116\n\n" + calendar + "\n\nZoom meeting ID: 938 2016 4475", []string{
			"zoom:commercial::84930275116 dial-in []", "zoom:commercial::93820164475 dial-in []", "zoom:commercial:register:upKd--trqDovHNx4Rw2LmZb8Yc_3sVfT registration [icsToken]"}},
		{calendar, []string{"zoom:commercial:register:upKd--trqDovHNx4Rw2LmZb8Yc_3sVfT registration [icsToken]"}},
		{instructions, []string{"zoom:commercial:uuid:aGVsbG93b3JsZGFnYWluIQ== meeting [signature]"}},
	} {
		if got := meetings(Find([]byte(c.text))); !slices.Equal(got, c.want) {
			t.Errorf("%q\n\tgot  %q\n\twant %q", c.text, got, c.want)
		}
	}
}
