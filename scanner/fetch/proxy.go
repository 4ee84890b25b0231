package fetch

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"net/textproto"
	"net/url"
	"strings"
	"time"
)

// maxProxyAnswer bounds the header of a proxy's answer, in bytes.
const maxProxyAnswer = 16 << 10

// proxy is the operator's HTTP proxy. It is told addresses that were judged here, never names, and only to pass bytes on: for
// http as for https. It is read-only once built.
type proxy struct {
	authority string
	tls       *tls.Config // nil: spoken to in clear
	auth      string      // of Proxy-Authorization, "" for none; never printed
	resolver  *net.Resolver
}

// newProxy does not repeat the URL in its errors, which may hold a password.
func newProxy(u *url.URL, o Options, roots *tls.Config) (*proxy, error) {
	if u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		return nil, errors.New("proxy: must be an http or https URL with a host")
	}
	port := u.Port()
	if port == "" {
		port = fmt.Sprint(defaultPort(u.Scheme))
	}
	p := &proxy{authority: net.JoinHostPort(u.Hostname(), port), resolver: o.Resolver}
	if u.Scheme == "https" {
		p.tls = roots.Clone()
		p.tls.ServerName = u.Hostname()
	}
	if u.User != nil {
		password, _ := u.User.Password()
		p.auth = "Basic " + base64.StdEncoding.EncodeToString([]byte(u.User.Username()+":"+password))
	}
	return p, nil
}

// connect asks for a connection to an address. timeout holds for connecting to the proxy and again for its answer.
func (p *proxy) connect(ctx context.Context, to netip.AddrPort, timeout time.Duration) (net.Conn, error) {
	dialer := net.Dialer{Timeout: timeout, Resolver: p.resolver}
	plain, err := dialer.DialContext(ctx, "tcp", p.authority)
	if err != nil {
		return nil, fmt.Errorf("proxy: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	release := context.AfterFunc(ctx, func() { _ = plain.Close() })
	through, err := p.ask(ctx, plain, to)
	if !release() && err == nil { // closed meanwhile
		err = context.Cause(ctx)
	}
	if err != nil {
		_ = plain.Close()
		return nil, fmt.Errorf("proxy: %w", err)
	}
	return through, nil
}

func (p *proxy) ask(ctx context.Context, c net.Conn, to netip.AddrPort) (net.Conn, error) {
	if p.tls != nil {
		secure := tls.Client(c, p.tls)
		if err := secure.HandshakeContext(ctx); err != nil {
			return nil, err
		}
		c = secure
	}
	ask := "CONNECT " + to.String() + " HTTP/1.1\r\nHost: " + to.String() + "\r\n"
	if p.auth != "" {
		ask += "Proxy-Authorization: " + p.auth + "\r\n"
	}
	if _, err := io.WriteString(c, ask+"\r\n"); err != nil {
		return nil, err
	}
	answer := &io.LimitedReader{R: c, N: maxProxyAnswer}
	from := bufio.NewReader(answer)
	if err := accepted(textproto.NewReader(from)); err != nil {
		return nil, err
	}
	early, err := from.Peek(from.Buffered())
	if err != nil {
		return nil, err
	}
	return &begunConn{Conn: c, early: early}, nil
}

// accepted reads the answer to CONNECT.
func accepted(from *textproto.Reader) error {
	line, err := from.ReadLine()
	if err != nil {
		return fmt.Errorf("answer to CONNECT: %w", err)
	}
	version, rest, _ := strings.Cut(line, " ")
	status, _, _ := strings.Cut(rest, " ")
	if !strings.HasPrefix(version, "HTTP/1.") || len(status) != 3 {
		return errors.New("answer to CONNECT: not HTTP")
	}
	if _, err := from.ReadMIMEHeader(); err != nil {
		return errors.New("answer to CONNECT: its header cannot be read")
	}
	if status[0] != '2' {
		return fmt.Errorf("answer to CONNECT: %s", printable(status))
	}
	return nil
}

// begunConn first gives what came with the answer.
type begunConn struct {
	net.Conn
	early []byte
}

func (c *begunConn) Read(p []byte) (int, error) {
	if len(c.early) == 0 {
		return c.Conn.Read(p)
	}
	n := copy(p, c.early)
	c.early = c.early[n:]
	return n, nil
}
