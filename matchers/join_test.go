package matchers

import (
	"bytes"
	"fmt"
	"slices"
	"sort"
	"strings"
	"sync"
	"testing"
)

// planted is a link that a test says stands in the text.
type planted struct {
	at   string // the link as written
	link Link
}

// joined runs the readers over text as the sweep does, and joins what they found with the planted links.
func joined(t *testing.T, text string, links ...planted) []Sighting {
	t.Helper()
	var sightings []Sighting
	for _, p := range links {
		start := strings.Index(text, p.at)
		if start < 0 {
			t.Fatalf("%q does not hold %q", text, p.at)
		}
		sightings = append(sightings, Sighting{Link: p.link, Start: start, End: start + len(p.at)})
	}
	sort.Slice(sightings, func(a, b int) bool { return sightings[a].Start < sightings[b].Start })
	return join(newJoiner(), []byte(text), sightings, readNumbers([]byte(text)))
}

// sweptLiterals is the sweep's part that readers are called for.
var sweptLiterals = sync.OnceValue(func() *literalSet { //nolint:gochecknoglobals // immutable after first use
	literals := labelLiterals()
	return newLiteralSet(literals, make([]int, len(literals)))
})

// readNumbers calls the readers at every place where the sweep would.
func readNumbers(text []byte) []number {
	var numbers []number
	keep := func(n number, ok bool) {
		if ok {
			numbers = append(numbers, n)
		}
	}
	for _, hit := range sweptLiterals().find(nil, text, 0, len(text)) {
		keep(readLabel(text, hit.start, hit.end-hit.start))
	}
	for i := range text {
		if hasPrefixFold(text[i:], ",,") || hasPrefixFold(text[i:], "%2c%2c") {
			keep(readTap(text, i))
		}
		if hasPrefixFold(text[i:], "##") {
			keep(readH323(text, i))
		}
	}
	return numbers
}

// meetings groups sightings by what they share, and describes each group: keys, strongest kind, secrets.
func meetings(found []Sighting) []string {
	var groups [][]Sighting
	for _, s := range found {
		merged := []Sighting{s}
		var rest [][]Sighting
		for _, g := range groups {
			if slices.ContainsFunc(g, func(o Sighting) bool { return sameMeeting(o.Link, s.Link) }) {
				merged = slices.Concat(g, merged)
			} else {
				rest = append(rest, g)
			}
		}
		rest = append(rest, merged)
		groups = rest
	}
	var out []string
	for _, g := range groups {
		keys, secrets, kind := []string(nil), []string(nil), g[0].Kind
		for _, s := range g {
			keys, secrets = addSorted(keys, s.Key()), addSorted(secrets, s.Secrets...)
			if s.Kind.Rank() < kind.Rank() {
				kind = s.Kind
			}
		}
		out = append(out, fmt.Sprintf("%s %s [%s]", strings.Join(keys, "+"), kind, strings.Join(secrets, " ")))
	}
	slices.Sort(out)
	return out
}

func sameMeeting(a, b Link) bool {
	return a.Key() == b.Key() || slices.Contains(a.Aliases, b.Key()) || slices.Contains(b.Aliases, a.Key())
}

func zoomLink(at, id string, kind Kind, space string) planted {
	return planted{at, Link{Platform: "zoom", Realm: "commercial", Space: space, ID: id, Kind: kind, Class: JoinWithSecret}}
}

const (
	zoomURL   = "https://acme.zoom.us/j/98123456210"
	threadURL = "https://teams.microsoft.com/l/meetup-join/19%3ameeting_Zk…"
	mtidURL   = "https://initech.webex.com/initech/j.php?MTID=m5e0…"
	meetURL   = "https://meet.google.com/wqk-zfbe-hto"
)

func thread(at string, kind Kind) planted {
	return planted{at, Link{Platform: "teams", Space: "thread", ID: "19:meeting_Zk@thread.v2", Kind: kind}}
}

func mtid() planted {
	return planted{mtidURL, Link{Platform: "webex", Realm: "initech", Space: "mtid", ID: "5e0", Kind: Meeting}}
}

func meet(at, code string, kind Kind) planted {
	return planted{at, Link{Platform: "google-meet", ID: code, Kind: kind}}
}

type joinCase struct {
	name  string
	text  string
	links []planted
	want  []string
}

func runJoin(t *testing.T, cases []joinCase) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			found := joined(t, c.text, c.links...)
			if got := meetings(found); !slices.Equal(got, c.want) {
				t.Errorf("%q\n\tgot  %q\n\twant %q", c.text, got, c.want)
			}
			checkPlaces(t, c.text, found)
		})
	}
}

// checkPlaces: sightings are in order, and every place is in the text.
func checkPlaces(t *testing.T, text string, found []Sighting) {
	t.Helper()
	last := 0
	for _, s := range found {
		if s.Start < last || s.End <= s.Start || s.End > len(text) {
			t.Errorf("%q: place [%d, %d) behind %d", text, s.Start, s.End, last)
		}
		last = s.Start
		for _, span := range s.Secret {
			if span.Start < 0 || span.End < span.Start || span.End > len(text) {
				t.Errorf("%q: secret at [%d, %d)", text, span.Start, span.End)
			}
		}
		if !slices.IsSorted(s.Secrets) || !slices.IsSorted(s.Aliases) {
			t.Errorf("%q: unsorted %v %v", text, s.Secrets, s.Aliases)
		}
	}
}

func TestJoinZoom(t *testing.T) {
	my := zoomLink("https://acme.zoom.us/my/jdoe", "jdoe", PersonalRoom, "my")
	runJoin(t, []joinCase{
		{"invitation with link", "Ann is inviting you to a scheduled Zoom meeting.\n\nJoin Zoom Meeting\n" + zoomURL + "\n\nMeeting ID: 981 2345 6210\nPasscode: 482913\n",
			[]planted{zoomLink(zoomURL, "98123456210", Meeting, "")}, []string{"zoom:commercial::98123456210 meeting [passcode]"}},
		{"another number in the text", zoomURL + "\nMeeting ID: 849 3027 5116\n",
			[]planted{zoomLink(zoomURL, "98123456210", Meeting, "")},
			[]string{"zoom:commercial::84930275116 dial-in []", "zoom:commercial::98123456210 meeting []"}},
		{"personal link and its number", "https://acme.zoom.us/my/jdoe\nMeeting ID: 415 826 0937\nPasscode: Rk4tbA\n",
			[]planted{my}, []string{"zoom:commercial:my:jdoe personal-room [passcode]"}},
		{"personal link, its number twice", "https://acme.zoom.us/my/jdoe\nMeeting ID: 415 826 0937\n" + strings.Repeat("filler\n", 400) + "\nZoom Meeting ID: 415 826 0937\n",
			[]planted{my}, []string{"zoom:commercial:my:jdoe personal-room []"}},
		{"personal link and the number of a scheduled meeting", "https://acme.zoom.us/my/jdoe\nMeeting ID: 849 3027 5116\n",
			[]planted{my}, []string{"zoom:commercial::84930275116 dial-in []", "zoom:commercial:my:jdoe personal-room []"}},
		{"registration and number", "https://zoom.us/webinar/register/WN_q\nWebinar ID: 849 3027 5116\n",
			[]planted{zoomLink("https://zoom.us/webinar/register/WN_q", "WN_q", Registration, "register")},
			[]string{"zoom:commercial::84930275116 dial-in []", "zoom:commercial:register:WN_q registration []"}},
		{"passcode without number", "Zoom: " + zoomURL + " (passcode: tacos)", []planted{zoomLink(zoomURL, "98123456210", Meeting, "")},
			[]string{"zoom:commercial::98123456210 meeting [passcode]"}},
		{"passcode before the link", "Passcode: 482913\n" + zoomURL, []planted{zoomLink(zoomURL, "98123456210", Meeting, "")},
			[]string{"zoom:commercial::98123456210 meeting [passcode]"}},
		{"passcode of the next line's link", zoomURL + "\n\n\nPasscode: 482913\nhttps://zoom.us/j/84930275116",
			[]planted{zoomLink(zoomURL, "98123456210", Meeting, ""), zoomLink("https://zoom.us/j/84930275116", "84930275116", Meeting, "")},
			[]string{"zoom:commercial::84930275116 meeting [passcode]", "zoom:commercial::98123456210 meeting []"}},
		{"passcode out of reach", zoomURL + "\n1\n2\n3\n4\nPasscode: 482913\n", []planted{zoomLink(zoomURL, "98123456210", Meeting, "")},
			[]string{"zoom:commercial::98123456210 meeting []"}},
		{"host key", zoomURL + "\nHost Key: 715304\n", []planted{zoomLink(zoomURL, "98123456210", Meeting, "")},
			[]string{"zoom:commercial::98123456210 host-start [host_key]"}},
		{"passcode of no chat group", "https://join.slack.com/t/acme\nPassword: Rk4tbA\n",
			[]planted{{"https://join.slack.com/t/acme", Link{Platform: "slack", ID: "x", Kind: WorkspaceInvite}}}, []string{"slack:::x workspace-invite []"}},
		{"government number takes the cloud of its link", "https://www.zoomgov.com/j/1619284730\n\nOne tap mobile\n+16692545252,,1619284730#,,,,*482913# US\n",
			[]planted{{"https://www.zoomgov.com/j/1619284730", Link{Platform: "zoom", Realm: "gov", ID: "1619284730", Kind: Meeting}}},
			[]string{"zoom:gov::1619284730 meeting [passcode]"}},
		{"government without link", "Join ZoomGov Meeting at www.zoomgov.com\nMeeting ID: 161 928 4730\n", nil, []string{"zoom:gov::1619284730 dial-in []"}},
		{"another service's number on a page with Zoom links", zoomURL + "\nother words\n- **Platform:** DingTalk (Meeting Id: 351 670 2037)\n",
			[]planted{zoomLink(zoomURL, "98123456210", Meeting, "")}, []string{"zoom:commercial::98123456210 meeting []"}},
		{"the service names itself by its list of access numbers only", "Or Telephone:\n(773) 555-9226\nMeeting ID: 148 573 0926\nInternational numbers: https://meetings.ringcentral.com/teleconference\n",
			nil, []string{"ringcentral:::1485730926 dial-in []"}},
		{"a service without a link", "BlueJeans call, dial in and enter\nMeeting ID: 743 918 265\n", nil, []string{"bluejeans:::743918265 dial-in []"}},
		{"number of another service's link", "https://v.ringcentral.com/join/382401405\nMeeting ID: 382 401 405\nand see zoom.us\n",
			[]planted{{"https://v.ringcentral.com/join/382401405", Link{Platform: "ringcentral", ID: "382401405", Kind: Meeting}}},
			[]string{"ringcentral:::382401405 meeting []"}},
	})
}

func TestJoinTeams(t *testing.T) {
	options := "https://teams.microsoft.com/meetingOptions/?organizerId=…"
	short := "https://teams.microsoft.com/meet/273849105628?p=Zq…"
	shortLink := planted{short, Link{Platform: "teams", Space: "meet", ID: "273849105628", Kind: Meeting}}
	dialin := planted{"https://dialin.teams.microsoft.com/0c?id=483920175", Link{Platform: "teams", Space: "conf", ID: "483920175", Kind: DialIn}}
	block := "Microsoft Teams meeting\nJoin on your computer\n" + threadURL + "\nMeeting ID: 273 849 105 62\nPasscode: aB3xYz\n" +
		"Or call in (audio only)\n+1 555-010-0142,,483920175# United States\n" + dialin.at + "\nPhone Conference ID: 483 920 175#\nFor organizers: " + options + "\n"
	runJoin(t, []joinCase{
		{"whole invitation", block, []planted{thread(threadURL, Meeting), dialin, thread(options, OptionsPage)},
			[]string{"teams::conf:483920175+teams::thread:19:meeting_Zk@thread.v2 meeting [passcode]"}},
		{"short link and options page", short + "\nMeeting ID: 273 849 105 628\nPasscode: aB3xYz\n" + options, []planted{shortLink, thread(options, OptionsPage)},
			[]string{"teams::meet:273849105628+teams::thread:19:meeting_Zk@thread.v2 meeting [passcode]"}},
		{"options page alone", "Meeting options: " + options, []planted{thread(options, OptionsPage)},
			[]string{"teams::thread:19:meeting_Zk@thread.v2 options-page []"}},
		{"short link and another number", short + "\n\nMicrosoft Teams\nMeeting ID: 291 403 857 16\n", []planted{shortLink},
			[]string{"teams::meet:273849105628 meeting []", "teams::meet:29140385716 dial-in []"}},
		{"home service's link and another number", "https://teams.live.com/meet/9348205716382\nMeeting ID: 273 849 105 62\n",
			[]planted{{"https://teams.live.com/meet/9348205716382", Link{Platform: "teams", Space: "live", ID: "9348205716382", Kind: Meeting}}},
			[]string{"teams::live:9348205716382 meeting []", "teams::meet:27384910562 dial-in []"}},
		{"two numbers cannot both be the link's", threadURL + "\nMeeting ID: 273 849 105 62\n\nMeeting ID: 291 403 857 16\n", []planted{thread(threadURL, Meeting)},
			[]string{"teams::meet:29140385716 dial-in []", "teams::thread:19:meeting_Zk@thread.v2 meeting []"}},
		{"text only", "Microsoft Teams Need help?\nMeeting ID: 273 849 105 62\nPasscode: aB3xYz\nDial in by phone\n+1 555-010-0142,,483920175# United States\nPhone conference ID: 483 920 175#\n", nil,
			[]string{"teams::meet:27384910562 dial-in [passcode]"}},
		{"room system alone", "Join with a video conferencing device\nglobex@m.webex.com\nVideo Conference ID: 281 739 052 6\nMore info<https://www.webex.com/msteams?confid=2817390526&tenantkey=globex&domain=m.webex.com>\n", nil,
			[]string{"teams::vtc:2817390526 dial-in []"}},
		{"dial-in alone", "Dial in by phone\nPhone conference ID: 483 920 175#\n", nil, []string{"teams::conf:483920175 dial-in []"}},
		{"shape and passcode only", "Meeting ID: 273 849 105 62\nPasscode: aB3xYz\n", nil, []string{"teams::meet:27384910562 dial-in [passcode]"}},
		{"shape only", "Meeting ID: 273 849 105 62\n", nil, nil},
		{"room system", threadURL + "\nJoin with a video conferencing device\nVTC Conference ID: 1182739405\n", []planted{thread(threadURL, Meeting)},
			[]string{"teams::thread:19:meeting_Zk@thread.v2 meeting []"}},
	})
}

func TestJoinWebex(t *testing.T) {
	sip := planted{"25501849326@initech.webex.com", Link{Platform: "webex", Space: "num", ID: "25501849326", Kind: DialIn}}
	page := planted{"https://initech.webex.com/webappng/sites/initech/meeting/info/7c1…", Link{Platform: "webex", Realm: "initech", Space: "mtg", ID: "7c1", Kind: Meeting}}
	page2 := planted{"https://initech.webex.com/webappng/sites/initech/meeting/info/9d4…", Link{Platform: "webex", Realm: "initech", Space: "mtg", ID: "9d4", Kind: Meeting}}
	room := planted{"sip:jdoe@initech.webex.com", Link{Platform: "webex", Realm: "initech", Space: "room", ID: "jdoe", Kind: PersonalRoom}}
	block := mtidURL + "\nMeeting number (access code): 2550 184 9326\nMeeting password: pQ7tRm2k (77884132 from phones)\n"
	runJoin(t, []joinCase{
		{"link and number", block, []planted{mtid()}, []string{"webex:initech:mtid:5e0 meeting [passcode]"}},
		{"link, number and SIP", block + "Join from a video system\nDial " + sip.at + "\n", []planted{mtid(), sip},
			[]string{"webex::num:25501849326+webex:initech:mtid:5e0 meeting [passcode]"}},
		{"link, number and the room's SIP", block + "Dial " + room.at + "\n", []planted{mtid(), room},
			[]string{"webex:initech:mtid:5e0+webex:initech:room:jdoe personal-room [passcode]"}},
		{"the meeting's page behind the numbers", block + "Global call-in numbers: " + page.at, []planted{mtid(), page}, []string{"webex:initech:mtg:7c1+webex:initech:mtid:5e0 meeting [passcode]"}},
		{"the page alone", block + "Global call-in numbers: " + page.at, []planted{page}, []string{"webex:initech:mtg:7c1 meeting [passcode]"}},
		{"the pages of two", "Global call-in numbers: " + page.at + "\n" + mtidURL + "\nGlobal call-in numbers: " + page2.at, []planted{page, mtid(), page2},
			[]string{"webex:initech:mtg:7c1 meeting []", "webex:initech:mtg:9d4+webex:initech:mtid:5e0 meeting []"}},
		{"another meeting's page", block + "Last week: " + page.at, []planted{mtid(), page}, []string{"webex:initech:mtg:7c1 meeting []", "webex:initech:mtid:5e0 meeting [passcode]"}},
		{"tap", block + "Tap to join: +1-555-010-0177,,25501849326## US\n", []planted{mtid()}, []string{"webex:initech:mtid:5e0 meeting [passcode]"}},
		{"text only", "Meeting number: 2550 184 9326\nMeeting password: pQ7tRm2k\n", nil, []string{"webex::num:25501849326 dial-in [passcode]"}},
		{"Zoom's label and groups beside a Webex link", "Phone: +1-555-010-0184 Meeting ID: 914 6730 2285\nhttps://initech.webex.com/weblink/register/r7c9…\n",
			[]planted{{"https://initech.webex.com/weblink/register/r7c9…", Link{Platform: "webex", Realm: "initech", Space: "reg", ID: "7c9", Kind: Registration}}}, []string{"webex:initech:reg:7c9 registration []"}},
		{"the access code's own label", "Meeting number (access code): 648 201 937\nMeeting password: pQ7tRm2k\n", nil, []string{"webex::num:648201937 dial-in [passcode]"}},
		{"number and access code alike", "Meeting number: 164 820 1937\nJoin by phone\n+1-555-010-0177 US TOLL\nAccess code: 164 820 1937\n", nil, []string{"webex::num:1648201937 dial-in []"}},
		{"the telephone's toll as it is told", "Call-in toll number (US/Canada): 1-555-010-0177\nAccess code: 648 201 937\n", nil, []string{"webex::num:648201937 dial-in []"}},
		{"number and access code alike, of another service", "GoToMeeting\nMeeting number: 648-201-937\nAccess code: 648-201-937\n", nil, []string{"gotomeeting:::648201937 dial-in []"}},
		{"dialled by one tap, of another service", "BlueJeans\n+15550100177,,84930275116# Meeting ID: 849 3027 5116\n", nil, nil},
		{"what is no note of the access code", "Session number (access code will follow): 648201937\n", nil, nil},
		{"toll numbers of a hotline", "Call-in toll numbers of our hotline\nAccess code: 648 201 937\n", nil, nil},
		{"a webinar's number beside its access code", "Webinar number: 164 820 1937\nAccess code: 164 820 1937\n", nil, []string{"webex::num:1648201937 dial-in []"}},
		{"a number that is too short for Webex beside its access code", "Meeting number: 48 20 19\nAccess code: 48 20 19\n", nil, nil},
		{"number and another access code", "Meeting number: 164 820 1937\nAccess code: 648 201 937\n", nil, nil},
		{"the same in German", "Meeting-Nummer (Zugriffscode): 164 820 9375\n", nil, []string{"webex::num:1648209375 dial-in []"}},
		{"old number", "Join the Webex event\nEvent number: 648 201 937\n", nil, []string{"webex::num:648201937 dial-in []"}},
		{"number before an older link, whose EventID is another number", "Meeting-Kennnummer: 648 201 937\nMeeting-Passwort: Kq7Tr2\n1. Rufen Sie folgende Seite auf:\nhttps://initech.webex.com/initech/e.php?AT=MI&EventID=…\n",
			[]planted{{"https://initech.webex.com/initech/e.php?AT=MI&EventID=…", Link{Platform: "webex", Realm: "initech", Space: "ed", ID: "284610937", Kind: Meeting}}},
			[]string{"webex:initech:ed:284610937 meeting [passcode]"}},
		{"number and password in a program's fields", "meetingLink: '" + mtidURL + "',\nmeetingNumber: '25501849326',\npassword: '40917',\n", []planted{mtid()},
			[]string{"webex:initech:mtid:5e0 meeting [passcode]"}},
		{"password on a line of its own, an address behind it", mtidURL + "\n\nMeeting password:\npQ7tRm2k\n\nDial " + sip.at + "\n", []planted{mtid(), sip},
			[]string{"webex::num:25501849326+webex:initech:mtid:5e0 meeting [passcode]"}},
		{"host key of a sample", "host_key: '123456',\nurl: '" + mtidURL + "'\n", []planted{mtid()}, []string{"webex:initech:mtid:5e0 meeting []"}},
		{"host key in a program's field", "\"hostKey\": \"417302\",\n\"webLink\": \"" + mtidURL + "\",\n", []planted{mtid()}, []string{"webex:initech:mtid:5e0 host-start [host_key]"}},
		{"host PIN in a program's field", "<hostPIN>4173</hostPIN>\n" + mtidURL + "\n", []planted{mtid()}, []string{"webex:initech:mtid:5e0 host-start [host_key]"}},
		{"host PIN of a template", "\"hostPin\": \"{pin}\",\n" + mtidURL + "\n", []planted{mtid()}, []string{"webex:initech:mtid:5e0 meeting []"}},
		{"host PIN", block + "Host PIN: 4173\n", []planted{mtid()}, []string{"webex:initech:mtid:5e0 host-start [host_key passcode]"}},
	})
}

func TestJoinOthers(t *testing.T) {
	goTo := planted{"https://meet.goto.com/738204915", Link{Platform: "gotomeeting", ID: "738204915", Kind: Meeting}}
	webinar := planted{"https://global.gotowebinar.com/join/5402186897501545617", Link{Platform: "gotomeeting", Space: "webinar", ID: "5402186897501545617", Kind: Webinar}}
	form := planted{"https://global.gotowebinar.com/register/738204915", Link{Platform: "gotomeeting", Space: "webinar", ID: "738204915", Kind: Registration}}
	tel := meet("https://tel.meet/wqk-zfbe-hto?pin=1238299207537", "wqk-zfbe-hto", DialIn)
	runJoin(t, []joinCase{
		{"Meet with PIN", "- [Google Meet](" + meetURL + ")\n- ☎️ +1 555-010-0184 (PIN: 145 656 310#)\n- [More](" + tel.at + ")", []planted{meet(meetURL, "wqk-zfbe-hto", Meeting), tel},
			[]string{"google-meet:::wqk-zfbe-hto meeting [pin]"}},
		{"Meet with marked PIN", "Video call link: " + meetURL + "\nOr dial: \u202a(US) +1 555-010-0184\u202c PIN: \u202a145 656 310\u202c#\n", []planted{meet(meetURL, "wqk-zfbe-hto", Meeting)},
			[]string{"google-meet:::wqk-zfbe-hto meeting [pin]"}},
		{"Meet tap", meetURL + "\ntel:+15550100184,,145656310%23\n", []planted{meet(meetURL, "wqk-zfbe-hto", Meeting)}, []string{"google-meet:::wqk-zfbe-hto meeting [pin]"}},
		{"Meet and another meeting's telephone page", meetURL + "\n" + "https://tel.meet/bzd-mvkq-tyo", []planted{meet(meetURL, "wqk-zfbe-hto", Meeting), meet("https://tel.meet/bzd-mvkq-tyo", "bzd-mvkq-tyo", DialIn)},
			[]string{"google-meet:::bzd-mvkq-tyo dial-in []", "google-meet:::wqk-zfbe-hto meeting []"}},
		{"postal code beside Meet", meetURL + "\nMumbai, PIN: 400053\n", []planted{meet(meetURL, "wqk-zfbe-hto", Meeting)}, []string{"google-meet:::wqk-zfbe-hto meeting []"}},
		{"PIN without Meet", "Call +1 555-010-0184 PIN: 145 656 310#\n", nil, nil},
		{"GoTo link and code", goTo.at + "\nYou can also dial in using your phone.\nUnited States: +1 (555) 010-0111\nAccess Code: 738-204-915\n", []planted{goTo},
			[]string{"gotomeeting:::738204915 meeting []"}},
		{"GoTo webinar and audio code", webinar.at + "\nAccess Code: 738-204-915\n", []planted{webinar}, []string{"gotomeeting::webinar:5402186897501545617 webinar []"}},
		{"GoTo form and its number", form.at + "\nWebinar ID: 738-204-915\n", []planted{form}, []string{"gotomeeting::webinar:738204915 registration []"}},
		{"GoTo ID", "GoToMeeting ID: 738-204-915, GoTo Meeting ID 617 203 948", nil, []string{"gotomeeting:::617203948 dial-in []", "gotomeeting:::738204915 dial-in []"}},
		{"no GoTo ID", "GoToMeeting ID: 738-204-9150, GoTo Meeting ID 111 222 333, GoTo Meeting ID: 4155550137", nil, nil},
		{"GoTo text", "Please join my meeting from your computer, tablet or smartphone.\nAccess Code: 738-204-915\n", nil, []string{"gotomeeting:::738204915 dial-in []"}},
		{"GoTo code below its telephone number", `"info" => "US: +1 (555) 010-0111\nAccess Code: 738-204-915",`, nil, []string{"gotomeeting:::738204915 dial-in []"}},
		{"GoTo shape with a call", "Dial +1 (555) 010-0111\nAccess Code: 738-204-915\n", nil, []string{"gotomeeting:::738204915 dial-in []"}},
		{"three Tencent tags", "a: '#腾讯会议：337-9757-8156',\nb: '#腾讯会议：686-2199-6182',\nc: '#腾讯会议：567-1317-4590'", nil,
			[]string{"tencent-meeting:::33797578156 dial-in []", "tencent-meeting:::56713174590 dial-in []", "tencent-meeting:::68621996182 dial-in []"}},
		{"Tencent number", "邀请您参加腾讯会议\n会议号：519 407 263\n密码：4821\n", nil, []string{"tencent-meeting:::519407263 dial-in [passcode]"}},
		{"Tencent number in a constant", "const MEETING_ID = \"519-4072-6318\";\nconst TAG = `#腾讯会议：${MEETING_ID}`;\n", nil, []string{"tencent-meeting:::51940726318 dial-in []"}},
		{"Teams' number, by the telephone's", "Meeting ID: 273 849 105 628\nPasscode: 5KQ2\n\nDial in by phone\nPhone conference ID: 483 920 175#\n", nil,
			[]string{"teams::meet:273849105628 dial-in [passcode]"}},
		{"Teams' number, by its length", "# a label with its value: \"Meeting ID: 273 849 105 628 417\"\n", nil, []string{"teams::meet:273849105628417 dial-in []"}},
		{"twelve digits are nobody's", "# a label with its value: \"Meeting ID: 273 849 105 628\"\n", nil, nil},
		{"Chime, to be dialled", "You have been invited to an Amazon Chime meeting\nCall in: +1 206 555 0143\nMeeting PIN: 7110 92 5617\nOne-click dial-in: +12065550143,,7110925617#\n", nil, []string{"chime:::7110925617 dial-in []"}},
		{"a PIN of nobody", "A chime rings.\nGoogle Meet: +1 206-555-0143\nMeeting PIN: 711 092 561 7#\nWebex\nMeeting PIN: 7110925617\n", nil, nil},
		{"Chime", "You have been invited to an Amazon Chime meeting\nMeeting ID: 7110 92 5617\n", nil, []string{"chime:::7110925617 dial-in []"}},
		{"a telephone's steps of BlueJeans", "1) Dial: +1 888 555 0142\n(see all numbers - http://bluejeans.com/numbers)\n2) Enter Conference ID: 529457163\n", nil, []string{"bluejeans:::529457163 dial-in []"}},
		{"Teams' conference, joined by BlueJeans' room systems", "teams@bjn.vc\nConference ID: 529 457 163#\n", nil, nil},
		{"Teams' conference, below the name of BlueJeans", "Microsoft Teams meeting\nBlueJeans room systems may join, too\nConference ID: 529457163\n", nil, []string{"teams::conf:529457163 dial-in []"}},
		{"Skype's conference, below the name of BlueJeans", "Skype for Business, formerly BlueJeans\nConference ID: 529457163\n", nil, []string{"skype-for-business::conf:529457163 dial-in []"}},
		{"a conference too short for BlueJeans", "BlueJeans\nConference ID: 52945716\n", nil, nil},
		{"a BlueJeans conference that is keyed in otherwise", "BlueJeans\nConference ID: 529457163#\n", nil, nil},
		{"Tencent number in a program's field", "const MEETING_ID = \"519-4072-6384\";\nconst TAG = `#腾讯会议：${MEETING_ID}`;", nil, []string{"tencent-meeting:::51940726384 dial-in []"}},
		{"a program's number of nobody", "const MEETING_ID = \"519-4072-6384\";", nil, nil},
		{"DingTalk", "钉钉 会议号：519 407 263 (not zoom)", nil, nil},
		{"DingTalk, in its own groups", "钉钉会议号：689 417 36025\n电话呼入：+862755501614", nil, []string{"dingtalk::number:68941736025 dial-in []"}},
		{"DingTalk, link and number", "https://meeting.dingtalk.com/j/quZ1FiFeHT4\n钉钉会议号：689 417 36025\n", []planted{{"https://meeting.dingtalk.com/j/quZ1FiFeHT4", Link{Platform: "dingtalk", ID: "quZ1FiFeHT4", Kind: Meeting, Class: JoinWithSecret}}},
			[]string{"dingtalk:::quZ1FiFeHT4 meeting []"}},
		{"groups by hand", "Zoom\nMeeting ID: 847 603 07125", nil, nil},
	})
}

func TestJoinDialStrings(t *testing.T) {
	runJoin(t, []joinCase{
		{"only a tel: line", `<a href="tel:+15875551099,,935071832#,,,,*452614#">` + "\n+15875551099,,935071832#,,,,*452614#\n</a> https://us02web.zoom.us/u/AiKxFMIN2o", nil,
			[]string{"zoom:commercial::935071832 dial-in [passcode]"}},
		{"the tap says whose the number is", "Meeting ID: 849 3027 5116\n+15550100123,,84930275116#,,,,*482913#\n", nil, []string{"zoom:commercial::84930275116 dial-in [passcode]"}},
		{"H.323 with host key", "203.0.113.7##84930275116#482913#11#715304", nil, []string{"zoom:commercial::84930275116 host-start [host_key passcode]"}},
		{"tap of nobody", "+15550100123,,483920175#", nil, nil},
		{"tap under Zoom's heading", "One tap mobile\n+15550100123,,84930275116# US (New York)\n", nil, []string{"zoom:commercial::84930275116 dial-in []"}},
	})
}

// As an invitation prints its number, in groups and to be dialled, Zoom alone prints one of eleven digits.
func TestJoinDialledNumber(t *testing.T) {
	runJoin(t, []joinCase{
		{"dialled and printed", "+15550100123,,84930275116# o +15550100124,,84930275116# ID de la reunión: 849 3027 5116 Números", nil, []string{"zoom:commercial::84930275116 dial-in []"}},
		{"another is dialled", "+15550100123,,84930275117#\nMeeting ID: 849 3027 5116\n", nil, nil},
	})
}

// TestJoinNothing: numbers that belong to no meeting. Each line stands in a text of its own.
func TestJoinNothing(t *testing.T) {
	for _, text := range []string{
		"Meeting ID: 849 3027 5116",
		`{"Meeting ID": "85746065432"}`,
		`"meeting_id": 1234567890, // zoom`,
		`"meetingId": "85746065432"`,
		"Zoom Meeting ID: 123 4567 8901",
		"Zoom Meeting ID: XXX XXXX XXXX, passcode ******",
		"Zoom Meeting ID: 849 3027 51",
		"Zoom Meeting ID: 849 3027 5116 2231 8843 1201 33",
		"Zoom asks for the 9, 10 or 11-digit meeting ID and the passcode",
		"Zoom: enter the meeting ID 849-3027-5116-a7f0-c1 of the database",
		"zoom meeting id 849302751160a3f",
		"zoom meeting ID: jdoe98123456210@acme.example",
		"zoom meeting id: +1 646 555 3184",
		"Conference ID: 483920175",
		"Conference ID: 483 920 175",
		"The zoom level. Conference ID: 483920175",
		"Microsoft Teams meeting\nConference ID: 6938493",
		"Skype Meeting\nConference ID: 693-8493",
		"Skype Meeting\nConference ID: 6938493b2",
		"Skype Meeting\nConference ID: 6938",
		"Access code: 738204915",
		`"access_code": "738204915"`,
		"accessCode = 25507382049",
		"Your locker. Access code: 738-204-915",
		"Invoice number 98123456210 for Zoom",
		"Zoom Video Communications, ISBN 978-3-16-148410-0, phone 888-799-9666",
		"Video ID: 849302751",
		"Webex help line: 1-866-229-3239",
		"Session number 849302751 of the survey",
		"Event number: 20240506",
		"csv: +15550100123,,84930275116,,x",
		"1,2,,849302751#",
		"## 2024 Zoom meetings",
		"10.0.0.1##12",
		"公司会议号码簿 84930275116",
		"Microsoft Teams Conference ID: 482 91",
		"Meeting-ID: 20.03.2024-1 (Zoom)",
		"Meeting number: 849302751 of 900000000",
	} {
		if got := meetings(joined(t, text)); len(got) > 0 {
			t.Errorf("%q: found %q, want nothing", text, got)
		}
	}
}

// TestPasscodeValues: what counts as a passcode beside a link.
func TestPasscodeValues(t *testing.T) {
	for text, want := range map[string]bool{
		"Passcode: 482913": true, "passcode 77777": true, "Passcode: tacos": true, "**Passcode:** Ab3dEf": true, "Password: a@B9_z": true,
		"(passcode: 482913)": true, "Passcode</strong>: 482913": true, `"password": "Rk4tbA"`: true, "パスコード: Ab3dEf": true, "密码：4821": true,
		"Mot de passe : 482913": true, "Code secret : Ab3dEf": true, "Contrase\u00f1a: 482913": true, "CONTRASEN\u0303A: 482913": true, "Kenncode: 482913": true,
		"Senha: 482913": true, "Пароль: 482913": true, "암호: 482913": true, "Hasło: 482913": true, "Haslo: 482913": true, "Passcode is 482913": true, "the passcode is 'larkspur'.": true, "passcode `larkspur`": true, "passcode 'larkspur', 'room'": true, "['passcode', 'topic']": false, "passcode or 'larkspur'": false, `Contrase\u00f1a: 482913`: true,
		"Passcode: ******": false, "Passcode: xxxxxx": false, "Passcode: <passcode>": false, "Passcode: {{code}}": false, "Passcode: none": false,
		"Passcode: see invite": false, "the passcode will be sent": false, "passcode for people": false, "passcodes: 482913": false,
		"password: config.zoom.password": false, "password: process.env.ZOOM": false, "Passcode:\nMeeting room 4": false, "Passcode: 000000": false,
		"password: string;": false, "Passcode:": false,
		"passcode = getCode();": false, "passcode: generate_passcode(6),": false, "password = token()": false, "Passcode: tacos(small letters)": true, "Passcode: Ab3dEf(case matters)": true,
		"access_code: '482913'": true, "var ACCESS_CODE = '482913';": true, `"accessCode": "482913"`: true, `"pass_code": "482913"`: true, "const accessCode = params.accessCode;": false,
		"grant_type=authorization_code&access_code=482913": false,
		"Passcode: k?4Tr%m8": true, "Passcode: R^7T.BKV": true, "Passcode: pRT#w.4=": true, "Passcode: 4.=kR&71": true, "Passcode: 4&k=R.71": true, "Passcode: R=x#f3R.": true, "Passcode: R=x#f3R": false, "Passcode: R=x#f3R. And": true, "Password: a=B4&c=.": false, "Password: a=B4&c=d": false, "Password: p_1=B4&cd": false, "Password: a[b].c=B4&d": false, "Passcode: Zoom.K7s": false, "Password: %uK4tR_2": false, "Password: $zoomKey4": false, "Passcode: zoom.Key": false, "Passcode: a%sB4c": false,
		"Password: _Write to the chairs for it_": false, "Password: tacos. Bring a chair": true, "Username: `student`\n- Password: `Kq7Tr2`": false, "User name: guest, password: Kq7Tr2": false,
		"Username: guest\nPasscode: 482913": true, "Username: guest, Meeting ID: 981 2345 6210\nPassword: Kq7Tr2": true, "Username: guest\nMeeting ID: 981 2345 6210 Password: Kq7Tr2": true,
		"Meeting ID: 981 2345 6210\nUsername: guest\nPassword: Kq7Tr2": false,
		"校区账号：15055501378， 密码：Kq7Tr2":                                  false, "用户名: guest\n密码: Kq7Tr2": false, "Логин: guest, пароль: Kq7Tr2": false, "账号管理\n密码：Kq7Tr2": true,
		"Zoom账号：981 2345 6210 密码：Kq7Tr2": true, "账号: 98123456210  密码: Kq7Tr2": true, "Логин: 981-2345-6210\nпароль: Kq7Tr2": true, "账号：guest 会议密码：Kq7Tr2": true,
		"ADMIN_PASSWORD=Kq7Tr2": false, "smtp_password: 'Kq7Tr2'": false, "dbPassword: 'Kq7Tr2'": false, "mainAdminPassword = 'Kq7Tr2'": false, "Wi-Fi password: Kq7Tr2": false,
		"ZOOM_PASSWORD=Kq7Tr2": true, "sent by email password: Kq7Tr2": true, "meetingPassword: 'Kq7Tr2'": true, "app\n\nPassword: Kq7Tr2": true, "admin: Password: Kq7Tr2": true, "ADMIN_PASSCODE=Kq7Tr2": true,
		"Meeting password: Kq7Tr2\nUsername: student": true, "Passcode: 7": true, "비밀번호: 12": true, "password: 8 characters": false, "passcode 7": false, "Passcode:\n7": false, "Passcode: 0": false,
		"see https://zoom.us/j/81234567890?pwd=xyz9": false, "see https://zoom.us/j/81234567890?omn=1&amp;pwd=xyz9": false,
	} {
		found := joined(t, zoomURL+"\n"+text, zoomLink(zoomURL, "98123456210", Meeting, ""))
		got := slices.ContainsFunc(found, func(s Sighting) bool { return slices.Contains(s.Secrets, "passcode") }) // or at the number that repeats the link's
		if got != want {
			t.Errorf("%q: passcode %v, want %v", text, got, want)
		}
	}
}

// TestAccessCodeOfPrograms: the number that GoTo and Webex call their access code is the meeting's and no secret, however a program spells it.
func TestAccessCodeOfPrograms(t *testing.T) {
	for _, text := range []string{
		"link = 'https://meet.goto.com/746189352'\naccess_code = '746-189-352'",
		"{ url: 'https://meet.goto.com/746189352', phone: '+1 872 555 3212', accessCode: '746189352' }",
		"url: 'https://globex.webex.com/meet/twalton',\naccess_code: '25509814732'",
	} {
		found := Find([]byte(text))
		if len(found) == 0 {
			t.Errorf("%q: found nothing", text)
		}
		for _, s := range found {
			if len(s.Secrets) > 0 || s.Key() != found[0].Key() {
				t.Errorf("%q: %s, secrets %q", text, s.Key(), s.Secrets)
			}
		}
	}
}

// TestJoinKeepsInput: links are not changed, and no secret is kept.
func TestJoinKeepsInput(t *testing.T) {
	text := zoomURL + "\nMeeting ID: 981 2345 6210\nPasscode: Rk4tbA\n"
	links := []Sighting{{Link: zoomLink(zoomURL, "98123456210", Meeting, "").link, End: len(zoomURL), Secret: make([]Span, 0, 4)}}
	found := join(newJoiner(), []byte(text), links, readNumbers([]byte(text)))
	if len(links[0].Secrets) > 0 || len(links[0].Secret[:4][0:]) != 4 || links[0].Secret[:1][0] != (Span{}) {
		t.Errorf("the caller's link was changed: %+v", links[0])
	}
	if strings.Contains(fmt.Sprintf("%+v", found), "Rk4tbA") {
		t.Errorf("the passcode was kept: %+v", found)
	}
	secret := found[1].Secret[0]
	if got := text[secret.Start:secret.End]; got != "Rk4tbA" {
		t.Errorf("the secret's place holds %q", got)
	}
}

// TestJoinIsLinear: a hostile text of numbers, names and links is read in one pass. Work is counted, not time: the
// window never holds more than the surroundings of one item.
func TestJoinIsLinear(t *testing.T) {
	text := bytes.Repeat([]byte("zoom Meeting ID: 84930275116 pwd:a1b2 https://zoom.us/my/jdoe1\n"), 4000)
	var links []Sighting
	for i := 0; ; {
		n := bytes.Index(text[i:], []byte("https://"))
		if n < 0 {
			break
		}
		i += n + 8
		links = append(links, Sighting{Link: zoomLink("", "jdoe1", PersonalRoom, "my").link, Start: i - 8, End: i + 16})
	}
	var numbers []number
	for i := 0; i < len(text); i += len(text) / 4000 {
		if n, ok := readLabel(text, i+5, 10); ok {
			numbers = append(numbers, n)
		}
	}
	if len(numbers) != 4000 || len(links) != 4000 {
		t.Fatalf("%d numbers and %d links, want 4000 of each", len(numbers), len(links))
	}
	near := newVicinity(text)
	for _, l := range links {
		near.coverBlock(&item{start: l.Start, end: l.End})
		if len(near.remarks) > 2*blockBytes || len(near.breaks) > 2*blockBytes {
			t.Fatalf("the window holds %d remarks and %d line breaks", len(near.remarks), len(near.breaks))
		}
	}
	if found := join(newJoiner(), text, links, numbers); len(found) != 8000 {
		t.Errorf("%d sightings, want 8000", len(found))
	}
}

func FuzzJoin(f *testing.F) {
	f.Add([]byte(zoomURL+"\nMeeting ID: 981 2345 6210\nPasscode: 482913\n"), 0, 34)
	f.Add([]byte("Microsoft Teams\nMeeting ID: 273 849 105 62 Passcode: aB3xYz PIN: 145 656 310# Host Key: 715304"), 3, 9)
	f.Add([]byte("+15875551099,,935071832#,,,,*452614# 203.0.113.7##84930275116#482913#11#715304 \\u4f1a\\u8bae\\u53f7\\uff1a519 407 263"), 1, 2)
	f.Fuzz(func(t *testing.T, text []byte, start, end int) {
		if len(text) > 4096 {
			return
		}
		var links []Sighting
		if 0 <= start && start < end && end <= len(text) {
			links = append(links, Sighting{Link: zoomLink("", "98123456210", Meeting, "").link, Start: start, End: end})
		}
		found := join(newJoiner(), text, links, readNumbers(text))
		checkPlaces(t, string(text), found)
		if len(found) < len(links) {
			t.Errorf("%q: a link was lost", text)
		}
	})
}
