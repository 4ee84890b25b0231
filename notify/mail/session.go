package mail

import (
	"context"
	"crypto/tls"
	"net"
	"strings"
	"time"

	"github.com/wneessen/go-mail/smtp"

	"meetleaks/notify"
)

// quitLimit is how long a goodbye may take: the message is accepted by then.
const quitLimit = time.Second

// session is one conversation. It is used by one goroutine.
type session struct {
	server Server
	conn   net.Conn // bounded, under TLS
	smtp   *smtp.Client
	at     stage
}

// talk opens a conversation, does what is to be done in it, and closes it. Within the time limit it ends whatever the server does.
func (c *Channel) talk(caller context.Context, do func(*session) error) error {
	server, err := c.server()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(caller, c.timeout)
	defer cancel()
	plain, err := c.dial(ctx, "tcp", server.Address())
	if err != nil {
		return sessionError(caller, greeting, err)
	}
	defer func() { _ = plain.Close() }()
	stop := context.AfterFunc(ctx, func() { _ = plain.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	s := &session{server: server, conn: &bounded{Conn: plain, left: maxAnswer}}
	err = s.open(ctx, c)
	if err == nil {
		err = do(s)
	}
	if err != nil {
		return sessionError(caller, s.at, err)
	}
	if stop() { // else the deadline has passed
		_ = plain.SetDeadline(time.Now().Add(quitLimit))
		_ = s.smtp.Quit()
	}
	return nil
}

// open says hello, over TLS, and signs in.
func (s *session) open(ctx context.Context, c *Channel) error {
	secure := &tls.Config{ServerName: s.server.host, RootCAs: c.ca, MinVersion: tls.VersionTLS12}
	conn := s.conn
	if s.server.tls {
		over := tls.Client(conn, secure)
		if err := over.HandshakeContext(ctx); err != nil {
			return err
		}
		conn = over
	}
	var err error
	if s.smtp, err = smtp.NewClient(conn, s.server.host); err != nil {
		return err
	}
	s.smtp.SkipSMTPUTF8(true) // addresses are ASCII, see cleanAddress
	if err := s.smtp.Hello(domainOf(c.from)); err != nil {
		return err
	}
	if !s.server.tls && !s.server.local {
		s.at = starting
		if offered, _ := s.smtp.Extension("STARTTLS"); !offered {
			return &notify.Error{Class: notify.Config, Reason: "no-tls"}
		}
		if err := s.smtp.StartTLS(secure); err != nil {
			return err
		}
	}
	s.at = signing
	return s.sign()
}

// sign signs in when the URL has a password: with the first way that the server knows, of those that need nothing else.
func (s *session) sign() error {
	if s.server.user == "" {
		return nil
	}
	_, text := s.smtp.Extension("AUTH")
	for _, way := range strings.Fields(strings.ToUpper(text)) {
		switch way {
		case "PLAIN":
			return s.smtp.Auth(smtp.PlainAuth("", s.server.user, s.server.password, s.server.host, s.server.local))
		case "LOGIN":
			return s.smtp.Auth(smtp.LoginAuth(s.server.user, s.server.password, s.server.host, s.server.local))
		case "SCRAM-SHA-256":
			return s.smtp.Auth(smtp.ScramSHA256Auth(s.server.user, s.server.password))
		}
	}
	return &notify.Error{Class: notify.Config, Reason: "no-way-to-sign-in"}
}

// send hands one message over.
func (s *session) send(l letter, message []byte) error {
	s.at = sender
	if err := s.smtp.Mail("<" + l.from + ">"); err != nil {
		return err
	}
	s.at = rcpt
	if err := s.smtp.Rcpt("<" + l.to + ">"); err != nil {
		return err
	}
	s.at = data
	w, err := s.smtp.Data()
	if err != nil {
		return err
	}
	s.at = text
	if _, err := w.Write(message); err != nil {
		return err
	}
	return w.Close() // the server's answer
}

// bounded is a connection of which so much is read and no more.
type bounded struct {
	net.Conn
	left int
}

// Read implements [net.Conn].
func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errTooLong
	}
	n, err := b.Conn.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}
