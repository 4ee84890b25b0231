package siem

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"os"
	"strconv"
	"time"

	"meetleaks/notify"
)

// priority is facility 13 (log audit) and severity 5 (notice), RFC 5424 section 6.2.1: how bad it is stands in the event.
const priority = "<109>"

// closing is how long a server is given to say that it has everything.
const closing = 500 * time.Millisecond

// syslog writes to a server over TLS, a connection for each alert.
type syslog struct {
	host, address, version string
	dial                   func(ctx context.Context, network, address string) (net.Conn, error)
	ca                     *x509.CertPool
	now                    func() time.Time
}

// connect opens a connection, which ends with ctx.
func (s *syslog) connect(ctx context.Context) (*tls.Conn, func(), error) {
	plain, err := s.dial(ctx, "tcp", s.address)
	if err != nil {
		return nil, nil, err
	}
	stop := context.AfterFunc(ctx, func() { _ = plain.SetDeadline(time.Unix(1, 0)) })
	end := func() { stop(); _ = plain.Close() }
	secure := tls.Client(plain, &tls.Config{ServerName: s.host, RootCAs: s.ca, MinVersion: tls.VersionTLS12})
	if err := secure.HandshakeContext(ctx); err != nil {
		end()
		return nil, nil, err
	}
	return secure, end, nil
}

// put writes a frame for each line.
func (s *syslog) put(ctx context.Context, lines [][]byte) error {
	var all bytes.Buffer
	for _, line := range lines {
		all.Write(frame(line, s.now()))
	}
	c, end, err := s.connect(ctx)
	if err != nil {
		return unsent(ctx, err)
	}
	defer end()
	if _, err := c.Write(all.Bytes()); err != nil {
		return notify.TransportError(context.WithoutCancel(ctx), err)
	}
	return taken(c)
}

// taken says goodbye and looks whether the server breaks the connection instead of closing it.
func taken(c *tls.Conn) error {
	if err := c.CloseWrite(); err != nil {
		return &notify.Error{Class: notify.Retry, Reason: "connection-broken", Unsure: true}
	}
	_ = c.SetReadDeadline(time.Now().Add(closing))
	_, err := io.CopyN(io.Discard, c, 4<<10) // a server has nothing to say
	if err == nil || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, os.ErrDeadlineExceeded) {
		return nil
	}
	return &notify.Error{Class: notify.Retry, Reason: "connection-broken", Unsure: true}
}

// unsent is the failure of what was not even begun.
func unsent(ctx context.Context, err error) error {
	e := notify.TransportError(context.WithoutCancel(ctx), err)
	e.Unsure = false
	return e
}

func (s *syslog) check(ctx context.Context) error {
	c, end, err := s.connect(ctx)
	if err != nil {
		return unsent(ctx, err)
	}
	defer end()
	_ = c.CloseWrite()
	return nil
}

// frame is a message of RFC 5424 with its length before it (RFC 5425 section 4.3). The machine's name is left out: it says something
// about the network, and the server knows who connects. The text is UTF-8 and has no line ends: a JSON object.
func frame(line []byte, now time.Time) []byte {
	head := priority + "1 " + now.UTC().Format("2006-01-02T15:04:05.000Z") + " - meetleaks - finding - \ufeff"
	out := make([]byte, 0, len(head)+len(line)+8)
	out = strconv.AppendInt(out, int64(len(head)+len(line)), 10)
	out = append(out, ' ')
	out = append(out, head...)
	return append(out, line...)
}
