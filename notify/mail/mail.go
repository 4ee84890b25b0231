package mail

import (
	"context"
	"crypto/cipher"
	"crypto/x509"
	"net"
	"time"

	"golang.org/x/crypto/chacha20poly1305"

	"meetleaks/notify"
)

// Name is the channel's name.
const Name = "mail"

// KeyBytes is the size of Options.Key.
const KeyBytes = chacha20poly1305.KeySize

// Options are what a channel needs. URL, From, Key and Dial must be given.
type Options struct {
	// URL is the server's, see [ParseURL]. It is read anew for each message.
	URL notify.Secret
	// From is who the messages are from, and who gets word of those that come back: an address alone, in ASCII.
	From string
	// Key seals who was written to, in receipts: KeyBytes random bytes, the same for all processes.
	Key []byte
	// Dial goes through the guard: to private addresses only where the URL itself names one.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	CA   *x509.CertPool // who is believed; nil: whom the system believes
	// Answer gives the page on which this person answers this alert, "" when they cannot; nil: nobody can. It is called for persons
	// and open leaks only, with the cleaned alert.
	Answer func(address string, a notify.Alert) string
	// Timeout of one conversation, notify.DefaultTimeout when zero, a minute at most.
	Timeout time.Duration
	Now     func() time.Time // nil: time.Now
}

// Channel writes to persons (Recipient.Email) and to mailboxes of a team (Recipient.ID). It starts no goroutine, and is safe for
// concurrent use.
type Channel struct {
	url     notify.Secret
	from    string
	key     []byte
	seal    cipher.AEAD
	dial    func(ctx context.Context, network, address string) (net.Conn, error)
	ca      *x509.CertPool
	answer  func(string, notify.Alert) string
	timeout time.Duration
	now     func() time.Time
	sent    *recent
}

var (
	_ notify.Channel = (*Channel)(nil)
	_ notify.Checker = (*Channel)(nil)
)

// New makes a channel. It connects to nobody and reads no secret.
func New(o Options) (*Channel, error) {
	from, ok := cleanAddress(o.From)
	switch {
	case !o.URL.IsSet():
		return nil, &notify.Error{Class: notify.Config, Reason: "secret-not-set"}
	case !ok:
		return nil, &notify.Error{Class: notify.Config, Reason: "bad-sender"}
	case o.Dial == nil:
		return nil, &notify.Error{Class: notify.Config, Reason: "no-guarded-client"}
	}
	seal, err := chacha20poly1305.NewX(o.Key)
	if err != nil {
		return nil, &notify.Error{Class: notify.Config, Reason: "bad-key"}
	}
	if o.Timeout <= 0 {
		o.Timeout = notify.DefaultTimeout
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Answer == nil {
		o.Answer = func(string, notify.Alert) string { return "" }
	}
	return &Channel{
		url: o.URL, from: from, key: append([]byte(nil), o.Key...), seal: seal, dial: o.Dial, ca: o.CA, answer: o.Answer,
		timeout: min(o.Timeout, time.Minute), now: o.Now, sent: newRecent(),
	}, nil
}

// Name implements [notify.Channel].
func (*Channel) Name() string { return Name }

// Send writes to one address. What was accepted a short while ago in this process is not sent again.
func (c *Channel) Send(ctx context.Context, to notify.Recipient, a notify.Alert) (notify.Receipt, error) {
	if err := a.Valid(); err != nil {
		return "", err
	}
	address, err := whom(to)
	if err != nil {
		return "", err
	}
	a = a.Cleaned()
	link := ""
	if to.Email != "" && a.Leak != "" && !a.Closed {
		link = goodLink(c.answer(address, a))
	}
	l := letter{from: c.from, to: address, id: messageID(a.Delivery, address), answers: receiptID(a.Earlier), at: c.now()}
	l.subject, l.body = words(a, link)
	if err := c.post(ctx, l); err != nil {
		return "", err
	}
	return c.makeReceipt(l.id, address), nil
}

// Update writes once more, in the thread, when the leak has come to an end; else it accepts and does nothing, because a mailbox is
// no place for small changes. One end is told once: the message is named by its words.
func (c *Channel) Update(ctx context.Context, r notify.Receipt, a notify.Alert) error {
	if err := a.Valid(); err != nil {
		return err
	}
	first, address, ok := c.openReceipt(r)
	if !ok {
		return &notify.Error{Class: notify.Gone, Reason: "bad-receipt"}
	}
	if stopped := notify.Stopped(ctx); stopped != nil {
		return stopped
	}
	a = a.Cleaned()
	if !a.Closed || a.Status == "" {
		return nil
	}
	a.Kind, a.Notice = notify.Update, nil // the first letter has it
	l := letter{from: c.from, to: address, id: messageID(first, address, a.Status), answers: first, at: c.now()}
	l.subject, l.body = words(a, "")
	return c.post(ctx, l)
}

// Check signs in and leaves.
func (c *Channel) Check(ctx context.Context) error {
	if stopped := notify.Stopped(ctx); stopped != nil {
		return stopped
	}
	return c.talk(ctx, func(*session) error { return nil })
}

// whom is the address of a recipient: under a registered domain, or nobody.
func whom(to notify.Recipient) (string, error) {
	text := to.Email
	if text == "" {
		text = to.ID
	}
	if to.Ref != "" || to.Email != "" && to.ID != "" {
		return "", &notify.Error{Class: notify.Permanent, Reason: "not-for-mail"}
	}
	address, ok := cleanAddress(text)
	switch {
	case !ok:
		return "", &notify.Error{Class: notify.Permanent, Reason: "bad-recipient"}
	case !under(domainOf(address), to.Domains):
		return "", &notify.Error{Class: notify.Permanent, Reason: "outside-domain"}
	}
	return address, nil
}

// post sends a message, unless it was accepted just now.
func (c *Channel) post(ctx context.Context, l letter) error {
	if stopped := notify.Stopped(ctx); stopped != nil {
		return stopped
	}
	if c.sent.has(l.id) {
		return nil
	}
	message, err := l.bytes()
	if err != nil {
		return err
	}
	if err := c.talk(ctx, func(s *session) error { return s.send(l, message) }); err != nil {
		return err
	}
	c.sent.add(l.id)
	return nil
}

// server reads the URL.
func (c *Channel) server() (Server, error) {
	text, err := c.url.Open()
	if err != nil {
		return Server{}, err
	}
	return ParseURL(text)
}
