package matchers

import "testing"

func TestGoogleMeet(t *testing.T) {
	meeting := Link{Kind: Meeting, Class: JoinWithSecret, ID: "wqf-ktzb-nrd"}
	phone := Link{Kind: DialIn, Class: NumberOnly, ID: "wqf-ktzb-nrd"}
	withPin := phone
	withPin.Secrets = []string{"pin"}
	lookup := Link{Kind: Meeting, Class: JoinWithSecret, Space: "lookup", ID: "hk7oh65de4"}
	stream := Link{Kind: Meeting, Class: JoinWithSecret, Space: "stream", ID: "7c41f0d9-25ab-4e63-9b18-d04f6a2e8c57"}
	hits := []hit{
		// Markdown, JSON, a calendar's text without scheme
		{"[Google Meet](https://meet.google.com/wqf-ktzb-nrd)", meeting},
		{`{"hangoutLink": "https:\/\/meet.google.com\/wqf-ktzb-nrd?hs=224\u0026authuser=0"}`, meeting},
		{"Video call link: meet.google.com/wqf-ktzb-nrd.", meeting},
		// capitals, an older path, an account's number
		{"<https://meet.google.com/WQF-KTZB-NRD>", meeting},
		{"https://meet.google.com/_meet/wqf-ktzb-nrd?ijlm=1", meeting},
		{"https://meet.google.com/u/1/wqf-ktzb-nrd", meeting},
		// glued to an escape, a stripped line break, the next word, the next link
		{"https://meet.google.com/wqf-ktzb-nrd=0AOr dial", meeting},
		{"https://meet.google.com/wqf-ktzb-nrdrn", meeting},
		{"https://meet.google.com/wqf-ktzb-nrdOtherwise, to join by phone", meeting},
		{"https://meet.google.com/wqf-ktzb-nrdhttps://acme.example", meeting},
		{"x%3Dhttps%3A%2F%2Fmeet.google.com%2Fwqf-ktzb-nrd%26sa%3DD", meeting},
		// phone pages: the PIN is the secret
		{"More phone numbers: https://tel.meet/wqf-ktzb-nrd?pin=7291046385512", withPin},
		{"https://meet.google.com/tel/wqf-ktzb-nrd?pin=48201736594&hs=7", withPin},
		{"https://tel.meet/wqf-ktzb-nrd?hs=5", phone},
		// defanged at the first dot only
		{"hxxps://meet[.]google.com/wqf-ktzb-nrd", meeting},
		// nicknames, of Classroom and short
		{"'ACA': 'https://meet.google.com/lookup/hk7oh65de4?authuser=0&hs=179',", lookup},
		{"join g.co/meet/hk7oh65de4 at nine", lookup},
		// a stream for the domain
		{`webbrowser.open("https://stream.meet.google.com/stream/7c41f0d9-25ab-4e63-9b18-d04f6a2e8c57")`, stream},
	}
	runPlatform(t, googleMeet(), hits, []string{
		"https://meet.google.com/ https://meet.google.com/new https://meet.google.com/landing?authuser=0 https://meet.google.com/about",
		"https://meet.google.com/getalink https://meet.google.com/unsupported https://meet.google.com/_meet/whoops?alias=x",
		"https://meet.google.com/new-team-meeting https://meet.google.com/hotel-launch https://meet.google.com/thr-four-ee3",
		"https://meet.google.com/abc-defg-hij https://meet.google.com/abc-mnop-xyz https://meet.google.com/xxx-xxxx-xxx https://meet.google.com/xxx-yyyy-zzz",
		"https://meet.google.com/aaa-bbbb-ccc https://meet.google.com/xyz-abcd-efg https://tel.meet/xyz-abcd-efg?pin=1234567",
		"https://meet.google.com/qwe-rtyu-iop https://meet.google.com/abc-test-xyz https://meet.google.com/def-ghij-klm https://meet.google.com/mno-uvwx-yza",
		"https://meet.google.com/sta-ndup-xqk https://meet.google.com/int-ervi-ewb https://meet.google.com/qme-etin-gzk https://meet.google.com/out-side-kqz https://meet.google.com/ext-erna-lqx https://meet.google.com/ano-ther-xqk https://meet.google.com/exi-stin-gqx https://meet.google.com/exp-ired-xqk",
		"https://meet.google.com/mis-sing-xqk https://meet.google.com/del-eted-xqk https://meet.google.com/pri-vate-xqk https://meet.google.com/sha-redx-qkv",
		"https://meet.google.com/pen-ding-now https://meet.google.com/mock-meet-link https://meet.google.com/demo-acme https://meet.google.com/ds-batch-001",
		"https://meet.google.com/... https://meet.google.com/${code} https://meet.google.com/lookup/${code} https://meet.google.com/lookup/nickname https://meet.google.com/lookup/abc123def456",
		"https://meet.google.com/lookup/weeklymeeting https://g.co/meet/team-sync https://meet.google.com/room/dailystandup https://stream.meet.google.com/stream/ab1abc21-ab12-4567-b234-b1234b1abc12",
		"https://stream.meet.google.com/stream/dummy_stream_id https://g.co/doodle https://meet.google.com/wqf-ktz…",
		"jo@meet.google.com", "https://hotel.meet/wqf-ktzb-nrd",
	})
}

func TestGoogleMeetTwoCodes(t *testing.T) {
	text := "https://meet.google.com/wqf-ktzb-nrd, phone https://tel.meet/pzc-hrwm-gla?pin=7291046385512"
	found := NewFinder([]Platform{googleMeet()}).FindIn([]byte(text), 0, len(text))
	if len(found) != 2 || found[0].Key() == found[1].Key() {
		t.Errorf("a half updated page holds two meetings, found %d", len(found))
	}
}

func TestGoogleHangouts(t *testing.T) {
	hits := []hit{
		// call links with and without the noise of an account
		{"url = \"https://hangouts.google.com/call/pWq7TzkLm2VxNd9RbGsYAEEI\"", Link{Kind: Meeting, Class: JoinWithSecret, ID: "pWq7TzkLm2VxNd9RbGsYAEEI"}},
		{"(https://hangouts.google.com/call/pWq7TzkLm2VxNd9RbGsYAEEI?no_rd).", Link{Kind: Meeting, Class: JoinWithSecret, ID: "pWq7TzkLm2VxNd9RbGsYAEEI"}},
		// a Workspace domain's named call, on both hosts
		{"remote: https://hangouts.google.com/hangouts/_/acme.example/summit-4", Link{Kind: Meeting, Class: JoinWithSecret, Realm: "acme.example", ID: "summit-4", Org: "acme.example"}},
		{"every Thursday on https://plus.google.com/hangouts/_/acme.example/Summit-4 at 17:30", Link{Kind: Meeting, Class: JoinWithSecret, Realm: "acme.example", ID: "summit-4", Org: "acme.example"}},
		// tokens, plain and of an event
		{"<a href=\"https://plus.google.com/hangouts/_/hvm4wrt7agdkzo392yqsnfibea\">Hangout</a>", Link{Kind: Meeting, Class: JoinWithSecret, ID: "hvm4wrt7agdkzo392yqsnfibea"}},
		{"https://plus.google.com/hangouts/_/event/cv6tq0r8bkn4hj2m9sxdwpz1lgo", Link{Kind: Meeting, Class: JoinWithSecret, ID: "cv6tq0r8bkn4hj2m9sxdwpz1lgo"}},
		// a chat group
		{"Join us: https://hangouts.google.com/group/kTzWq8VbNm3RxLd57", Link{Kind: GroupInvite, Class: ChatInvite, Space: "group", ID: "kTzWq8VbNm3RxLd57"}},
	}
	runPlatform(t, googleHangouts(), hits, []string{
		"Participer : https://plus.google.com/hangouts/_/exampleexampl.com/arnaud?hceid=YXJuYXVk",
		"https://hangouts.google.com/ https://hangouts.google.com/start http://hangouts.google.com/chat/person/101",
		"https://hangouts.google.com/call/ https://hangouts.google.com/call/abc",
		"<script src=\"//plus.google.com/hangouts/_/api/v1/hangout.js\"> https://plus.google.com/hangouts/_/present/google.com",
		"https://plus.google.com/hangouts/_/?gid=1 https://plus.google.com/hangouts/_/example.com/standup https://hangouts.google.com/my-meeting-id",
	})
}

// The host of Duo's invitations lies under that of a shortener, so the parser is asked directly.
func TestGoogleDuo(t *testing.T) {
	for text, want := range map[string]string{
		"https://duo.app.goo.gl/4Kmc2JjDI8UTU2tGMGH0kC": "4Kmc2JjDI8UTU2tGMGH0kC",
		"https://duo.app.goo.gl/Kz4mWq":                 "Kz4mWq",
		"https://duo.app.goo.gl/abc123":                 "",
		"https://duo.app.goo.gl":                        "",
	} {
		u := parseURL(text)
		u.Base = "duo.app.goo.gl"
		l, err := parseGoogleDuo(u)
		if l.ID != want || (err == nil) != (want != "") {
			t.Errorf("%s: got %q, %v", text, l.ID, err)
		}
	}
	runPlatform(t, googleDuo(), nil, []string{
		"https://duo.google.com/ https://duo.google.com/?usp=duo_ald https://duo.google.com/call/${phone} http://duo.google.com/about/",
	})
}
