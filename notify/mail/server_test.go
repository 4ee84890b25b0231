package mail

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"math/big"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"meetleaks/notify"
)

const serverName = "mail.acme.example"

// certificate is one of serverName's, and who is to be believed for it.
func certificate(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	form := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: serverName}, DNSNames: []string{serverName},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, form, form, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

// envelope is a message that a server accepted.
type envelope struct {
	from, to, text string
	secure         bool
}

// mailServer is an SMTP server on loopback. Answers replaces what it says to a command, by the command's word ("HELLO" is the
// greeting, "." the end of a text); "drop" breaks the connection, "hang" says nothing.
type mailServer struct {
	listener net.Listener
	tls      *tls.Config
	wrapped  bool // TLS from the first byte
	noTLS    bool // STARTTLS is not offered

	mu      sync.Mutex
	answers map[string]string
	heard   []string // all commands
	got     []envelope
	conns   []net.Conn
	closed  bool
	running sync.WaitGroup
}

func startServer(t *testing.T, change func(*mailServer)) *mailServer {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &mailServer{listener: listener, answers: map[string]string{}}
	if change != nil {
		change(s)
	}
	s.running.Go(s.accept)
	t.Cleanup(s.close)
	return s
}

func (s *mailServer) close() {
	s.mu.Lock()
	s.closed = true
	conns := s.conns
	s.mu.Unlock()
	s.listener.Close()
	for _, c := range conns {
		c.Close()
	}
	s.running.Wait()
}

func (s *mailServer) accept() {
	for {
		c, err := s.listener.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		s.conns = append(s.conns, c)
		if s.closed {
			c.Close()
		}
		s.mu.Unlock()
		s.running.Go(func() {
			defer c.Close()
			s.serve(c)
		})
	}
}

func (s *mailServer) say(word, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers[word] = text
}

func (s *mailServer) messages() []envelope {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]envelope(nil), s.got...)
}

func (s *mailServer) commands() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.heard, "\n")
}

// talking is one connection as the server sees it.
type talking struct {
	s      *mailServer
	c      net.Conn
	r      *bufio.Reader
	secure bool
	now    envelope
}

func (s *mailServer) serve(c net.Conn) {
	t := &talking{s: s, c: c}
	if s.wrapped {
		t.c, t.secure = tls.Server(c, s.tls), true
	}
	t.r = bufio.NewReader(t.c)
	if !t.reply("HELLO", "220 "+serverName) {
		return
	}
	for {
		line, err := t.r.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimRight(line, "\r\n")
		s.mu.Lock()
		s.heard = append(s.heard, line)
		s.mu.Unlock()
		word, rest, _ := strings.Cut(line, " ")
		if !t.command(strings.ToUpper(word), rest) {
			return
		}
	}
}

// reply says what is said to a word, and whether the conversation goes on.
func (t *talking) reply(word, usual string) bool {
	t.s.mu.Lock()
	answer, other := t.s.answers[word]
	t.s.mu.Unlock()
	if !other {
		answer = usual
	}
	switch answer {
	case "drop":
		return false
	case "hang":
		_, _ = io.Copy(io.Discard, t.r)
		return false
	case "flood":
		for {
			if _, err := io.WriteString(t.c, word+"250-"+strings.Repeat("x", 4000)+"\r\n"); err != nil {
				return false
			}
		}
	}
	_, err := io.WriteString(t.c, answer+"\r\n")
	return err == nil && !other || err == nil && (answer[0] == '2' || answer[0] == '3' || word != "HELLO")
}

func (t *talking) command(word, rest string) bool {
	switch word {
	case "EHLO":
		lines := "250-" + serverName + "\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-AUTH PLAIN LOGIN\r\n"
		if !t.secure && !t.s.noTLS && t.s.tls != nil {
			lines += "250-STARTTLS\r\n"
		}
		return t.reply("EHLO", lines+"250 SMTPUTF8")
	case "STARTTLS":
		if !t.reply("STARTTLS", "220 go") {
			return false
		}
		t.c, t.secure = tls.Server(t.c, t.s.tls), true
		t.r = bufio.NewReader(t.c)
		return true
	case "AUTH":
		return t.reply("AUTH", "235 ok")
	case "MAIL":
		t.now = envelope{from: rest, secure: t.secure}
		return t.reply("MAIL", "250 ok")
	case "RCPT":
		t.now.to = rest
		return t.reply("RCPT", "250 ok")
	case "DATA":
		return t.reply("DATA", "354 go") && t.text()
	case "QUIT":
		t.reply("QUIT", "221 bye")
		return false
	}
	return t.reply(word, "250 ok")
}

// text reads a message up to its dot; after a DATA that was refused there is none.
func (t *talking) text() bool {
	t.s.mu.Lock()
	refused := t.s.answers["DATA"] != "" && t.s.answers["DATA"][0] != '3'
	end, bad := t.s.answers["."]
	t.s.mu.Unlock()
	if refused {
		return true
	}
	var text strings.Builder
	for {
		line, err := t.r.ReadString('\n')
		if err != nil {
			return false
		}
		if line == ".\r\n" {
			break
		}
		text.WriteString(strings.TrimPrefix(line, "."))
	}
	t.now.text = text.String()
	if !bad || end == "drop" || strings.HasPrefix(end, "2") {
		t.s.mu.Lock()
		t.s.got = append(t.s.got, t.now)
		t.s.mu.Unlock()
	}
	return t.reply(".", "250 kept")
}

// guarded dials the server whatever the name, as a guard would for a public one.
func (s *mailServer) guarded(ctx context.Context, _, _ string) (net.Conn, error) {
	var d net.Dialer
	return d.DialContext(ctx, "tcp", s.listener.Addr().String())
}

const testKey = "0b5d4c3e2f1a69788796a5b4c3d2e1f0"

// open makes a channel to the server, by loopback's own address unless url is changed.
func open(t *testing.T, s *mailServer, change func(*Options)) *Channel {
	t.Helper()
	o := Options{
		URL: notify.NewSecret("smtp://bot:hunter2-b7Qx@" + s.listener.Addr().String()), From: "meetleaks@acme.example",
		Key: []byte(testKey), Dial: s.guarded, Timeout: 20 * time.Second, Now: testNow,
	}
	if change != nil {
		change(&o)
	}
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func testNow() time.Time { return time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC) }
