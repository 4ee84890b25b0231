package extract

import (
	"bytes"
	"errors"
	"io"
	"path"
	"strconv"
	"strings"
)

// Mail is read by lines of our own and not by net/mail, mime/multipart or emersion/go-message: those stop at the first
// header line, boundary or encoding that is not as it should be, and what stands behind would be lost.
//
// A mail is one document: its header, its texts and its invitations are parts of it. What is attached, forwarded mail
// among it, is a document of its own, read where it stands, so that a mail of any size takes no more memory than its texts.

// The bounds of one mail.
const (
	maxMailParts   = 1000    // all levels together; the rest is read as plain text
	maxMailNesting = 10      // multiparts in each other; what is deeper is read as plain text
	maxMailText    = 4 << 20 // bytes of one text; a longer one is a document of its own. Twice that is one document
)

// isMail says whether a text is a mail: by two fields that mails have, of which one is hardly found elsewhere (a memo and a
// file of settings may begin with From and To); or by one line that looks like a field when the name or who sent it says
// that it is mail.
func isMail(start []byte, c content) bool {
	known, sure := make(map[string]bool, 2), false
	for i := 0; len(start) > 0 && i < maxMailLook; i++ {
		var line []byte
		line, start, _ = bytes.Cut(start, []byte("\n"))
		line = bytes.TrimRight(line, "\r")
		colon := fieldName(line)
		switch {
		case i == 0 && isEnvelopeLine(line):
			continue
		case i > 0 && len(line) > 0 && (line[0] == ' ' || line[0] == '\t'):
			continue
		case colon < 0:
			return false
		}
		if c.saysMail() {
			return true
		}
		name := strings.ToLower(string(line[:colon]))
		if line[0] < 'A' || line[0] > 'Z' || !isMailField(name) {
			continue
		}
		known[name] = true
		sure = sure || !isMemoField(name) || bytes.IndexByte(line, '@') > 0
		if sure && len(known) > 1 {
			return true
		}
	}
	return false
}

// maxMailLook is how many lines are looked at.
const maxMailLook = 100

// saysMail: by its name, or by the word of who sent it.
func (c content) saysMail() bool {
	if c.declared != "" {
		switch media, _ := parameters(c.declared); media {
		case "message/rfc822", "message/global", "message/news":
			return true
		}
	}
	switch strings.ToLower(path.Ext(c.name)) {
	case ".eml", ".mht", ".mhtml":
		return true
	}
	return false
}

// isMailField knows the fields of which mails have two or more near their beginning.
func isMailField(name string) bool {
	switch name {
	case "reply-to", "sender", "message-id", "mime-version", "in-reply-to", "content-type", "content-transfer-encoding",
		"return-path", "received", "delivered-to", "x-original-to", "envelope-to", "dkim-signature", "arc-seal",
		"arc-message-signature", "arc-authentication-results", "authentication-results", "received-spf", "list-id",
		"list-unsubscribe", "list-post", "x-mailer", "user-agent", "thread-topic", "thread-index", "newsgroups", "x-received",
		"x-gm-message-state", "x-google-smtp-source", "x-mozilla-status", "x-uidl", "x-status", "autocrypt", "x-priority":
		return true
	}
	return isMemoField(name)
}

// isMemoField knows the fields that other texts begin with too.
func isMemoField(name string) bool {
	switch name {
	case "from", "to", "cc", "bcc", "subject", "date", "references", "status", "importance", "organization", "precedence":
		return true
	}
	return false
}

// mail is the reading of one mail.
type mail struct {
	*work
	c         content
	lines     *mimeLines
	view      *view
	names     map[string]int // parts of each name; there are at most maxMailParts
	parts     int
	charged   int64 // of the spool
	truncated bool  // a multipart does not end
	encrypted bool  // it was told
	done      bool  // nothing more is read, which was told
}

// mail reads a mail.
func (w *work) mail(c content, _ []byte, whole bool) error {
	if !whole {
		if err := w.takeSpool(); err != nil {
			return err
		}
	}
	m := &mail{work: w, c: c, lines: newMimeLines(c.reader), view: &view{}, names: make(map[string]int)}
	h, err := readHeader(m.lines)
	if err != nil {
		m.report(c.uri, err)
	}
	m.addHeader(h)
	if err := m.entity(h, "text/plain", 0); err != nil {
		return err
	}
	if err := m.flush(); err != nil {
		return err
	}
	switch {
	case m.lines.err != nil && !errors.Is(m.lines.err, io.EOF):
		m.report(c.uri, m.lines.err)
	case m.truncated:
		m.report(c.uri, io.ErrUnexpectedEOF)
	}
	return nil
}

// flush hands over what the view holds.
func (m *mail) flush() error {
	defer func() {
		m.budget.spooled -= m.charged
		m.charged = 0
	}()
	if len(m.view.text) == 0 {
		return nil
	}
	v := m.view
	m.view = &view{}
	return m.document(m.c, "message/rfc822", v)
}

// charge takes room for the texts out of the spool, so that archives among the attachments leave it alone.
func (m *mail) charge(n int) {
	m.charged += 2 * int64(n)
	m.budget.spooled += 2 * int64(n)
}

// part ends what stands before in the view, and returns a name for the next part: the second of a name is "name 2".
func (m *mail) part(name string) string {
	if len(m.view.parts) > 0 {
		m.view.write("\n\n")
	}
	name = harmless(name)
	m.names[name]++
	if n := m.names[name]; n > 1 {
		return name + " " + strconv.Itoa(n)
	}
	return name
}

func (m *mail) addHeader(h mailHeader) {
	if len(h.raw) == 0 {
		return
	}
	m.charge(len(h.raw))
	m.view.addHeader(m.part("headers"), h)
}

// entity reads the body that belongs to a header. media is what it is when the header does not say.
func (m *mail) entity(h mailHeader, media string, level int) error {
	params := map[string]string{}
	if field := h.get("content-type"); field != "" {
		media, params = parameters(field)
	}
	if !strings.HasPrefix(media, "multipart/") {
		return m.leaf(h, media, params)
	}
	boundary := strings.TrimRight(params["boundary"], " \t")
	switch {
	case boundary == "" || len(boundary) > maxBoundary:
		m.report(m.c.uri, errors.New("broken mail: a multipart without a boundary, read as plain text"))
		return m.inline("body", "", plainText{}, m.lines.body())
	case level >= maxMailNesting:
		m.report(m.c.uri, errors.New("a mail of more than 10 levels: deeper ones were read as plain text"))
		return m.inline("body", "", plainText{}, m.lines.body())
	}
	if media == "multipart/encrypted" {
		m.tellEncrypted()
	}
	inside := "text/plain"
	if media == "multipart/digest" {
		inside = "message/rfc822"
	}
	return m.multipart("--"+boundary, inside, level)
}

// maxBoundary is the longest boundary; RFC 2046 allows 70 bytes.
const maxBoundary = 200

// multipart reads the parts between the boundaries.
func (m *mail) multipart(boundary, media string, level int) error {
	l := m.lines
	own := len(l.boundaries)
	l.boundaries = append(l.boundaries, boundary)
	if err := m.between("preamble"); err != nil {
		return err
	}
	for l.hit == own && !l.closing {
		l.hit = -1
		if m.parts++; m.parts > maxMailParts {
			return m.remainder()
		}
		if err := m.bodyPart(media, level); err != nil || m.done {
			return err
		}
		l.drain()
	}
	l.boundaries = l.boundaries[:own]
	if l.hit != own { // of a level further out, or the end
		m.truncated = m.truncated || l.hit < 0
		return m.ctx.Err()
	}
	l.hit = -1
	return m.between("epilogue")
}

// bodyPart reads one part: its header and what belongs to it.
func (m *mail) bodyPart(media string, level int) error {
	h, err := readHeader(m.lines)
	if err != nil {
		m.report(m.c.uri, err)
	}
	if len(m.view.text) > maxMailText {
		if err := m.flush(); err != nil {
			return err
		}
	}
	m.addHeader(h)
	return m.entity(h, media, level+1)
}

// between reads the text in front of the first part or behind the last, which readers of mail do not show.
func (m *mail) between(name string) error { return m.inline(name, "", plainText{}, m.lines.body()) }

// remainder reads what follows too many parts.
func (m *mail) remainder() error {
	m.report(m.c.uri, errors.New("a mail of more than 1000 parts: the rest was read as plain text"))
	m.done, m.lines.boundaries = true, nil
	return m.work.text(m.c.entry("rest", m.lines.body()), nil, false)
}

func (m *mail) tellEncrypted() {
	if !m.encrypted {
		m.encrypted = true
		m.report(m.c.uri, errors.New("encrypted"))
	}
}

// attachment hands a part over as content of its own.
func (m *mail) attachment(name, declared string, r io.Reader) error {
	if err := m.budget.entry(); err != nil {
		m.report(m.c.uri, err)
		m.done = true
		m.lines.stop()
		return m.ctx.Err()
	}
	switch {
	case name != "":
	case m.parts == 0:
		name = "body"
	default:
		name = "part " + strconv.Itoa(m.parts)
	}
	inner := m.c.entry(name, r)
	inner.declared = declared
	return m.content(inner)
}
