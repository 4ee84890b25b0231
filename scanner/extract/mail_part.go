package extract

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"strings"
)

// A texter reads one kind of text.
type texter interface {
	media() string
	// decode turns the body into UTF-8; label is the charset that the mail names.
	decode(body []byte, label string) []byte
	// add appends the text to the mail's view, as the part name. Its error ends the work.
	add(m *mail, name string, body []byte) error
}

// leaf reads a part that holds no other parts.
func (m *mail) leaf(h mailHeader, media string, params map[string]string) error {
	body, damaged := transferDecoded(m.lines.body(), h.get("content-transfer-encoding"))
	disposition, _ := parameters(h.get("content-disposition"))
	name := h.fileName(params)
	var err error
	if t, as := textPart(media, name, disposition == "attachment", params); t != nil {
		err = m.inline(as, params["charset"], t, body)
	} else if isTNEF(media, name) {
		err = m.tnef(name, body)
	} else {
		if isEnveloped(media, params) {
			m.tellEncrypted()
		}
		err = m.attachment(nameOf(name, media), declaration(media, params), body)
	}
	if broken := damaged(); broken != nil && err == nil {
		m.report(m.c.uri, broken)
	}
	return err
}

// textPart decides whether a part is text of the mail itself, and how it is called; nil when it is an attachment.
func textPart(media, name string, attached bool, params map[string]string) (t texter, as string) {
	switch {
	case media == "text/calendar", media == "application/ics", strings.HasSuffix(strings.ToLower(name), ".ics"):
		return calendarText{}, orElse(name, "invite.ics")
	case attached, strings.HasPrefix(media, "text/") && name != "" && media != "text/plain" && media != "text/html":
		return nil, ""
	case media == "text/html", media == "text/x-amp-html", media == "text/watch-html", media == "application/xhtml+xml":
		return htmlText{}, "body.html"
	case media == "text/plain" && strings.EqualFold(params["format"], "flowed"):
		return flowedText{delSp: strings.EqualFold(params["delsp"], "yes")}, "body"
	case media == "text/plain", media == "text", media == "":
		return plainText{}, "body"
	case media == "text/rtf":
		return nil, ""
	case strings.HasPrefix(media, "text/"):
		return plainText{}, "body." + strings.TrimPrefix(media, "text/")
	case media == "message/delivery-status", media == "message/disposition-notification", media == "message/feedback-report",
		media == "message/external-body":
		return plainText{}, strings.TrimPrefix(media, "message/")
	}
	return nil, ""
}

func orElse(name, other string) string {
	if name == "" {
		return other
	}
	return name
}

// nameOf names an attachment that has no name.
func nameOf(name, media string) string {
	if name == "" && strings.HasPrefix(media, "message/") {
		return "forwarded.eml"
	}
	return name
}

// declaration is what the mail says a part is, in the form of a content type.
func declaration(media string, params map[string]string) string {
	if label := params["charset"]; label != "" {
		if s := mime.FormatMediaType(media, map[string]string{"charset": label}); s != "" {
			return s
		}
	}
	return media
}

// isEnveloped recognises what is encrypted by S/MIME (RFC 8551, section 3.2).
func isEnveloped(media string, params map[string]string) bool {
	if media != "application/pkcs7-mime" && media != "application/x-pkcs7-mime" {
		return false
	}
	kind := strings.ToLower(params["smime-type"])
	return strings.HasSuffix(strings.ToLower(kind), "enveloped-data")
}

// inline reads a text of the mail into the view. What is too long for it becomes a document of its own.
func (m *mail) inline(name, label string, t texter, r io.Reader) error {
	room := min(maxMailText, max(m.budget.Spool-m.budget.spooled, 0)/4)
	body, err := io.ReadAll(io.LimitReader(r, room))
	if int64(len(body)) == room && err == nil {
		rest := io.MultiReader(bytes.NewReader(body), r)
		return m.attachment(name, declaration(t.media(), map[string]string{"charset": label}), rest)
	}
	if err != nil && !errors.Is(err, m.lines.err) { // those of the mail's own reader are told at the end
		m.report(m.c.uri, err)
	}
	body = t.decode(body, label)
	if len(bytes.TrimSpace(body)) == 0 {
		return m.ctx.Err()
	}
	if holdsPGP(body) {
		m.tellEncrypted()
	}
	m.charge(len(body))
	if err := t.add(m, m.part(name), body); err != nil {
		return err
	}
	return m.ctx.Err()
}

// holdsPGP says whether a line of the text begins an encrypted message (RFC 9580, section 6.2).
func holdsPGP(text []byte) bool {
	const mark = "-----BEGIN PGP MESSAGE-----"
	return bytes.HasPrefix(text, []byte(mark)) || bytes.Contains(text, []byte("\n"+mark))
}

// plainText is text as it is.
type plainText struct{}

func (plainText) media() string { return "text/plain" }

func (plainText) decode(body []byte, label string) []byte { return decodeCharset(body, label) }

func (p plainText) add(m *mail, name string, body []byte) error {
	m.view.begin(name, p.media(), body)
	m.view.copy(0, len(body))
	return nil
}

// htmlText is a page.
type htmlText struct{}

func (htmlText) media() string { return "text/html" }

func (t htmlText) decode(body []byte, label string) []byte {
	return decodePage(body, declaration(t.media(), map[string]string{"charset": label}))
}

func (t htmlText) add(m *mail, name string, body []byte) error {
	m.view.begin(name, t.media(), body)
	m.view.html(body, nil)
	return nil
}

// calendarText is an invitation.
type calendarText struct{}

func (calendarText) media() string { return "text/calendar" }

func (calendarText) decode(body []byte, label string) []byte { return decodeCharset(body, label) }

func (t calendarText) add(m *mail, name string, body []byte) error {
	m.view.begin(name, t.media(), body)
	if err := m.view.calendar(m.ctx, m.now()); err != nil && m.ctx.Err() == nil {
		m.report(m.c.uri+"!"+name, err)
	}
	return nil
}

// flowedText is text whose lines were broken by the writer's program (RFC 3676).
type flowedText struct {
	delSp bool // the space at a soft line break is not part of the text
}

func (flowedText) media() string { return "text/plain" }

func (flowedText) decode(body []byte, label string) []byte { return decodeCharset(body, label) }

func (t flowedText) add(m *mail, name string, body []byte) error {
	m.view.begin(name, t.media(), body)
	var before flowedLine // the zero line does not flow
	for at := 0; at < len(body); {
		l := flowedLineAt(body, at)
		switch {
		case before.flows && before.depth == l.depth && !l.signature:
			m.view.copy(l.text, l.end)
		case before.flows: // it should not have: RFC 3676, section 4.5
			m.view.put("\n", before.next-1)
			m.view.copy(l.from, l.end)
		default:
			m.view.copy(l.from, l.end)
		}
		if l.flows && t.delSp {
			m.view.text = m.view.text[:len(m.view.text)-1]
		}
		if !l.flows {
			m.view.copy(l.end, l.next)
		}
		before, at = l, l.next
	}
	return nil
}

// flowedLine is one line of flowed text.
type flowedLine struct {
	from, text, end, next int // its begin, that of its text behind the quote marks, its end without and with the line end
	depth                 int // quote marks
	flows                 bool
	signature             bool
}

func flowedLineAt(body []byte, at int) flowedLine {
	l := flowedLine{from: at, text: at, next: len(body)}
	if n := bytes.IndexByte(body[at:], '\n'); n >= 0 {
		l.next = at + n + 1
	}
	l.end = at + len(bytes.TrimRight(body[at:l.next], "\r\n"))
	for l.text < l.end && body[l.text] == '>' {
		l.text++
	}
	l.depth = l.text - l.from
	if l.text < l.end && body[l.text] == ' ' {
		l.text++
	}
	if l.depth == 0 {
		l.from = l.text
	}
	line := body[l.text:l.end]
	l.signature = string(line) == "-- " || string(body[at:l.end]) == "-- "
	l.flows = len(line) > 0 && line[len(line)-1] == ' ' && !l.signature
	return l
}
