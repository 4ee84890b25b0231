package mail

import (
	"bytes"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"meetleaks/notify"
)

// maxLink bounds the link to the page on which the reader answers.
const maxLink = 1000

// letter is one message.
type letter struct {
	from, to string
	id       string // see messageID
	answers  string // the id of the message that it follows, "" for the first
	subject  string
	body     string
	at       time.Time
}

// bytes is the message as it goes over the wire, without the dots of SMTP.
func (l letter) bytes() ([]byte, error) {
	m := gomail.NewMsg(gomail.WithCharset(gomail.CharsetUTF8), gomail.WithEncoding(gomail.EncodingQP), gomail.WithNoDefaultUserAgent())
	if err := m.From(l.from); err != nil {
		return nil, &notify.Error{Class: notify.Config, Reason: "bad-sender"}
	}
	if err := m.To(l.to); err != nil {
		return nil, &notify.Error{Class: notify.Permanent, Reason: "bad-recipient"}
	}
	m.Subject(l.subject)
	m.SetDateWithValue(l.at)
	m.SetMessageIDWithValue(l.id + "@" + domainOf(l.from))
	if l.answers != "" {
		first := "<" + l.answers + "@" + domainOf(l.from) + ">"
		m.SetGenHeader(gomail.HeaderInReplyTo, first)
		m.SetGenHeader(gomail.HeaderReferences, first)
	}
	m.SetGenHeader("Auto-Submitted", "auto-generated")
	m.SetGenHeader("X-Auto-Response-Suppress", "All")
	m.SetBodyString(gomail.TypeTextPlain, l.body)
	var out bytes.Buffer
	if _, err := m.WriteTo(&out); err != nil {
		return nil, &notify.Error{Class: notify.Rejected, Reason: "not-encodable"}
	}
	return out.Bytes(), nil
}

// words are subject and body of a cleaned alert. Link is the page on which the reader answers, "" when there is none.
func words(a notify.Alert, link string) (subject, body string) {
	m := notify.Compose(a)
	parts := []string{m.Text()}
	if len(a.Notice) > 0 {
		parts = append(parts, strings.Join(a.Notice, "\n"))
	}
	if link != "" {
		parts = append(parts, "To answer, open this page. Nothing happens before you press a button there; it works once, within 48 hours:\n"+link)
	}
	return m.Headline, strings.ReplaceAll(strings.Join(parts, "\n\n"), "\n", "\r\n") + "\r\n"
}

// goodLink lets through only an address of a page that cannot break out of its line.
func goodLink(link string) string {
	if len(link) > maxLink || !isASCII(link) || strings.ContainsAny(link, `<>"`) || !strings.HasPrefix(link, "https://") && !strings.HasPrefix(link, "http://") {
		return ""
	}
	return link
}
