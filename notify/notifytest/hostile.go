package notifytest

import (
	"regexp"
	"strings"
	"testing"
	"unicode"

	"meetleaks/notify"
)

// Hostile are texts as attackers write them into titles, names and places.
func Hostile() []string {
	return []string{
		"<!channel> <!here> <!everyone> <!subteam^S0ADMIN>",
		"<@U0ADMIN> <#C0GENERAL> @here @channel @everyone",
		"<https://evil.example/reset|Lock your meeting here>",
		"[Lock your meeting here](https://evil.example/reset)",
		"https://acme.zoom.us/j/98123456210?pwd=Qm9vdGhlZA",
		"www.evil.example/login and evil.example",
		"mailto:ciso@acme.example tel:+49301234567",
		"```\n*Safe now* ~open~ _x_ `ok` > quote\n```",
		"&lt;!channel&gt; &#60;!here&#62;",
		"\u202egnp.exe\u202c \u2066hidden\u2069 a\u200bb\ufeffc",
		"first\r\nwebhook-id: forged\r\n\r\n{\"type\":\"forged\"}",
		"\x1b]8;;https://evil.example\x07click\x1b]8;;\x07 \x1b[2J",
		"=HYPERLINK(\"https://evil.example\")",
		"\",\"type\":\"forged\",\"x\":\"",
		"<script>alert(1)</script><img src=x onerror=alert(1)>",
		"a\x00b\xff\xfe\xed\xa0\x80",
		strings.Repeat("topic ", 17_000),
		strings.Repeat("\U0001f525", 25_000),
		strings.Repeat("z\u0337\u0338\u0300\u0301", 10_000),
		":skull: :warning:",
	}
}

func (s Subject) inert(t *testing.T) {
	b := s.open(t)
	for i, text := range Hostile() {
		a := hostileAlert(text)
		a.Delivery = "dl1:h" + string(rune('a'+i))
		r, err := b.Send(t.Context(), s.To, a)
		if err != nil {
			t.Errorf("%.40q: send: %v", text, err)
			continue
		}
		a.Delivery += "u"
		a.Items = []notify.Item{{Leak: text, Service: text, MaskedID: text, Topic: text, Status: text}}
		if err := b.Update(t.Context(), r, a); err != nil {
			t.Errorf("%.40q: update: %v", text, err)
		}
	}
	tellings := b.service.tellings()
	if len(tellings) != 2*len(Hostile()) {
		t.Errorf("%d requests for %d messages and their updates", len(tellings), len(Hostile()))
	}
	for _, told := range tellings {
		if len(told.body) > 64<<10 {
			t.Errorf("a payload of %d bytes", len(told.body))
		}
		checkInert(t, s.Payload(t, told.request, told.body))
	}
}

func hostileAlert(text string) notify.Alert {
	a := Alert("")
	for _, field := range []*string{&a.Organisation, &a.Service, &a.Platform, &a.MaskedID, &a.Class, &a.Topic, &a.Exposes, &a.FoundOn,
		&a.Audience, &a.Reason, (*string)(&a.Kind), (*string)(&a.Urgency)} {
		*field = text
	}
	a.Advice, a.Places = []string{text, text}, []string{text, text, text, text, text, text, text}
	return a
}

// live finds what would act on a reader: links, mentions, markup, numbers that nobody masked.
func live() *regexp.Regexp {
	return regexp.MustCompile("(?i)<[!@#a-z/]|https?:/|//|www\\.|[a-z0-9]\\.(example|us)\\b|@|`|&lt;|&#|\\d{9}|pwd=[a-z0-9]|\n\n|\r")
}

func checkInert(t *testing.T, payload string) {
	t.Helper()
	if found := live().FindString(payload); found != "" {
		t.Errorf("%q is left in %.300q", found, payload)
	}
	for _, r := range payload {
		if r != '\n' && unicode.In(r, unicode.Cc, unicode.Cf) && r != '\u200d' && r != '\u200c' {
			t.Errorf("%U is left in %.300q", r, payload)
			return
		}
	}
}
