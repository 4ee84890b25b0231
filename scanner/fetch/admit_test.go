package fetch

import (
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"meetleaks/matchers/unwrap"
)

func TestAdmitRefusesWhatIsNotForTheWeb(t *testing.T) {
	c := newTestClient(t, Options{Allow: []string{"127.0.0.1:8088", "intranet:8090", "[::1]:8089", "127.0.0.1:8089"}, MeetingHosts: []string{"meet.acme.example", "127.0.0.1:8089"}})
	tests := []struct {
		url   string
		class Class // "": admitted
	}{
		{"https://acme.example/agenda", ""},
		{"http://acme.example:80/", ""},
		{"http://acme.example:443/", ""},
		{"https://acme.example:8088/", ""}, // a port of the list; the address is judged when dialling
		{"https://acme.example./", ""},
		{"https://ACME.example/", ""},
		{"https://bücher.example/", ""},
		{"http://8.8.8.8/", ""},
		{"http://[2606:4700::1111]/", ""},
		{"http://127.0.0.1:8088/", ""},
		{"http://[::1]:8089/", ""}, {"http://127.0.0.1:8088", ""},
		{"http://intranet:8090/", ""},

		{"ftp://acme.example/", Refused}, {"file:///etc/passwd", Refused}, {"gopher://acme.example/", Refused},
		{"javascript:alert(1)", Refused}, {"//acme.example/", Refused}, {"HTTPX://acme.example/", Refused}, {"https:acme.example", Refused},
		{"https:///path", Refused}, {"https://acme.example:22/", Refused}, {"https://acme.example:8080/", Refused},
		{"https://acme.example:0/", Refused}, {"https://acme.example:99999/", Refused},
		{"https://user@acme.example/", Refused}, {"https://user:pass@acme.example/", Refused}, {"https://@acme.example/", Refused},
		{"http://intranet/", Refused}, {"http://localhost/", Refused}, {"http://intranet:8088/", Refused},
		{"http://a..example/", Refused}, {"http://-a.example/", Refused}, {"http://a_b.example/", ""}, {"http://a b.example/", Refused},
		{"http://xn--zoom-.example/", Refused}, {"http://expyuzz4wqqyqhjn.onion/", Refused},
		{"http://" + strings.Repeat("a", 64) + ".example/", Refused}, {"http://" + strings.Repeat("a.", 130) + "example/", Refused},
		{"https://acme.example/" + strings.Repeat("a", maxURL), Refused},

		{"http://127.0.0.1/", Blocked}, {"http://127.0.0.1:443/", Blocked}, {"http://169.254.169.254/latest/meta-data", Blocked},
		{"http://10.0.0.1/", Blocked}, {"http://127.0.0.2:8088/", Blocked}, {"http://[::1]/", Blocked}, {"http://[::ffff:127.0.0.1]/", Blocked},
		{"http://[::ffff:7f00:1]/", Blocked}, {"http://[64:ff9b::7f00:1]/", Blocked}, {"http://[2002:7f00:1::]/", Blocked}, {"http://[fe80::1]/", Blocked},
		{"http://0.0.0.0/", Blocked},

		{"http://2130706433/", Refused}, {"http://0x7f000001/", Refused}, {"http://0x7f.1/", Refused}, {"http://017700000001/", Refused},
		{"http://0177.0.0.1/", Refused}, {"http://127.1/", Refused}, {"http://127.0.1/", Refused}, {"http://0x7f.0x0.0x0.0x1/", Refused},
		{"http://127.0.0.01/", Refused}, {"http://127.0.0.1./", Refused}, {"http://127.0.0.0x1/", Refused}, {"http://0/", Refused},
		{"http://1.2.3.4.5/", Refused}, {"http://256.0.0.1/", Refused}, {"http://acme.1/", Refused}, {"http://acme.0x/", Refused},
		{"http://①②⑦.0.0.1/", Refused}, {"http://127。0。0。1/", Refused}, {"http://[fe80::1%25eth0]/", Refused}, {"http://[127.0.0.1]/", Refused},
		{"http://[::1", Refused}, {"http://%31%32%37.0.0.1/", Refused}, {"http://127.0.0.1%00.acme.example/", Refused},

		{"https://meet.acme.example/", Refused}, {"https://a.meet.acme.example/room", Refused}, {"http://127.0.0.1:8089/", Refused},
		{"https://meet.acme.example:8088/x", Refused},
	}
	for _, test := range tests {
		t.Run(test.url[:min(len(test.url), 60)], func(t *testing.T) {
			u, err := url.Parse(test.url)
			if err != nil {
				if test.class == "" {
					t.Fatal(err)
				}
				return // Get refuses what cannot be read
			}
			err = c.Admit(u)
			if test.class == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			wantClass(t, err, test.class)
			if policy, ok := err.(interface{ Policy() bool }); !ok || !policy.Policy() {
				t.Error("it is our choice, and must say so")
			}
		})
	}
}

func TestMeetingLinksAndMeetingHostsAreNeverAdmitted(t *testing.T) {
	c := newTestClient(t, Options{Allow: []string{"127.0.0.1:8088"}, MeetingHosts: []string{"meet.acme.example"}})
	refused := []string{
		"https://acme.zoom.us/j/84930275116?pwd=aGVsbG8", "https://zoom.us/", "https://ZOOM.us./pricing", "https://zoom。us/", "http://zoom.us:8088/",
		"https://meet.google.com/kfr-wqzb-tmh", "https://teams.microsoft.com/", "https://teams.live.com/meet/9371846205518", "https://globex.webex.com/meet/jdoe",
		// a page says that this is Jitsi; the link that a crawl finds there does not
		"https://meet.globex.example/Lagebesprechung", "https://MEET.globex.example/Lagebesprechung#config.x=1", "https://globex.example/go/https://meet.globex.example/Lagebesprechung",
		"https://meet.jit.si/GlobexQuarterlyPlanning", "https://app.slack.com/", "https://discord.gg/kq7WzTb", "https://chat.whatsapp.com/",
		"https://t.me/+Kq7WzTbYpX4yZWM0", "https://m.me/j/AbYpX4yZkq7WzTb0/", "https://www.feishu.cn/j/273094851",
		"http://127.0.0.1:8088/b/jdo-x7k-q2p-w9z", // a meeting link on the operator's own stand-in
		"https://bit.ly/3kq7WzT", "https://t.co/kq7WzTbYpX", "https://lnkd.in/eKq7WzT", "https://aka.ms/JoinTeamsMeeting", "https://tinyurl.com/",
		"https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Facme.zoom.us%2Fj%2F84930275116&data=05",
		"https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Facme.example%2Fagenda&data=05",
		"https://urldefense.com/v3/__https://acme.example/agenda__;!!Kq7WzTb!Yp$", "https://www.google.com/url?q=https://acme.example/agenda",
		"https://l.facebook.com/l.php?u=https%3A%2F%2Facme.example%2F", "https://slack-redir.net/link?url=https%3A%2F%2Facme.example",
		"https://acme.example/login?next=https%3A%2F%2Facme.zoom.us%2Fj%2F84930275116", "https://acme.example/go/https://meet.google.com/kfr-wqzb-tmh",
		"https://acme.example/#https://acme.zoom.us/j/84930275116", "https://acme.example/go?to=https%3A%2F%2Fmeet.acme.example%2FBoardroomPlanning",
		"https://web.archive.org/web/2024/https://acme.zoom.us/j/84930275116", "https://web.archive.org/web/2024/https://zoom.us/pricing",
		"https://web.archive.org/web/2024/https://bit.ly/3kq7WzT",
		// as servers read them
		"https://g.co/Meet/globex-board", "https://g.co//meet/globex-board", "https://g.co/x/../meet/globex-board", "https://cal.com/%56ideo/kq7WzTbY",
		"https://t.me//+Kq7WzTbYpX4yZWM0", "https://t.me/%2BKq7WzTbYpX4yZWM0", "https://t.me/s/../+Kq7WzTbYpX4yZWM0",
		"http://127.0.0.1:8088/b%2Fjdo-x7k-q2p-w9z", "http://127.0.0.1:8088/%62/jdo-x7k-q2p-w9z",
		// copies of what is refused, in copies too, and copies that do not say of what
		"https://archive.ph/kq7WzT", "https://web.archive.org/web/2024/https://archive.ph/kq7WzT", "https://web.archive.org/web/2024/https://zoom.us:port/pricing",
		"https://web.archive.org/web/2024/https://web.archive.org/web/2023/https://zoom.us/pricing",
		"https://web.archive.org/web/2024/https://www.google.com/url?q=https://acme.example/agenda",
		strings.Repeat("https://web.archive.org/web/2024/", maxWrappers+1) + "https://acme.example/agenda",
	}
	for _, w := range unwrap.All() { // whatever stands behind them, and nothing
		for _, host := range w.Hosts {
			if w.Name == "shortener" || w.Name == "click-counter" {
				refused = append(refused, "https://"+host+"/", "https://www."+host+"/")
			}
		}
	}
	for _, text := range refused {
		if err := c.Admit(mustURL(t, text)); err == nil {
			t.Errorf("%s was admitted", text)
		} else {
			wantClass(t, err, Refused)
		}
	}
	for _, text := range []string{
		"https://meet.globex.example/", "https://meet.globex.example/about", "https://meet.globex.example/2026/agenda", "https://meet.globex.example/agenda.html",
		"https://github.com/acme/website", "https://www.google.com/about", "https://www.facebook.com/acme", "https://gitlab.com/acme/site",
		"https://www.youtube.com/@acme", "https://web.archive.org/web/2024/https://acme.example/agenda", "https://t.me/s/acme_news",
		"https://acme.example/zoom-guide", "https://acme.example/meetings/2024-03-12", "https://calendar.google.com/calendar/ical/acme%40group.calendar.google.com/public/basic.ics",
		"https://www.feishu.cn/", "https://notzoom.us/", "https://zoom.us.acme.example/guide", "https://acme.example/minutes?id=84930275116",
		"https://acme.example/guide?text=Zoom Meeting ID: 849 3027 5116", // a number leads nowhere
		strings.Repeat("https://web.archive.org/web/2024/", maxWrappers) + "https://acme.example/agenda",
	} {
		if err := c.Admit(mustURL(t, text)); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestErrorsHoldNoMeetingIDAndNoSecret(t *testing.T) {
	c := newTestClient(t, Options{})
	err := c.Admit(mustURL(t, "https://acme.zoom.us/j/84930275116?pwd=kq7WzTbYpX4yZWM0"))
	for _, secret := range []string{"84930275116", "kq7WzTbYpX4yZWM0"} {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("%q is in: %v", secret, err)
		}
	}
	if control := (&Error{Class: Failed, URL: "https://acme.example/\x1b[2J\u009b", Err: errSlow}).Error(); strings.ContainsAny(control, "\x1b\u009b") {
		t.Errorf("control sequences survive: %q", control)
	}
}

func FuzzAdmittedURLsAreSpeltInOneWay(f *testing.F) {
	for _, seed := range []string{
		"https://acme.example/a?b=c#d", "http://0x7f.1/", "http://127.0.0.1:8088/", "http://[::ffff:127.0.0.1]/", "http://zoom。us/", "http://[fe80::1%25lo]/",
		"https://user@acme.example:443", "http://2130706433", "https://eur01.safelinks.protection.outlook.com/?url=x", "http://bücher.example./%zz",
	} {
		f.Add(seed)
	}
	c, err := New(Options{Allow: []string{"127.0.0.1:8088"}})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(c.Close)
	f.Fuzz(func(t *testing.T, text string) {
		u, err := url.Parse(text)
		if err != nil {
			return
		}
		got, err := c.admit(u)
		if err != nil {
			_ = err.Error()
			return
		}
		if got.url.User != nil || !isASCII(got.url.Host) || strings.ContainsAny(got.host, "%/@ ") {
			t.Fatalf("%q became %q", text, got.url.Host)
		}
		if addr, err := netip.ParseAddr(got.host); err == nil && !public(addr) && got.authority != "127.0.0.1:8088" {
			t.Fatalf("%q leads to %s", text, addr)
		}
		again, err := c.admit(got.url)
		if err != nil || again.authority != got.authority || again.url.String() != got.url.String() {
			t.Fatalf("%q became %q, and that %v, %v", text, got.url, again.url, err)
		}
	})
}
