package siem

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/json"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"meetleaks/notify"
)

// namePrefix begins the names of channels: "siem:0" is the first of the configuration.
const namePrefix = "siem:"

// Options are what a channel needs. Index and To must be given; Dial for syslog, Client for HTTPS.
type Options struct {
	Index int // the place in the configuration, from 0
	// To is file:PATH, syslog+tls://HOST:PORT (6514), or https://…; http:// where it names a loopback or private address.
	To    string
	Token notify.Secret // of HTTPS: sent as "Authorization: Bearer …", read anew each time; not set: none
	// Dial goes through the guard.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	CA   *x509.CertPool // who is believed in syslog over TLS; nil: whom the system believes
	// Client brings the transport that dials through the guard.
	Client  *http.Client
	Timeout time.Duration // of one alert, notify.DefaultTimeout when zero, a minute at most
	Version string        // of this program
	Now     func() time.Time
}

// Channel writes events one way. It starts no goroutine, and is safe for concurrent use.
type Channel struct {
	name, ref, version string
	timeout            time.Duration
	now                func() time.Time
	way                way
}

// way takes encoded events: all of one alert, a line each, without the line's end.
type way interface {
	put(ctx context.Context, lines [][]byte) error
	check(ctx context.Context) error
}

var (
	_ notify.Channel = (*Channel)(nil)
	_ notify.Checker = (*Channel)(nil)
)

// New makes a channel. It opens no file and connects to nobody.
func New(o Options) (*Channel, error) {
	if o.Timeout <= 0 {
		o.Timeout = notify.DefaultTimeout
	}
	o.Timeout = min(o.Timeout, time.Minute)
	if o.Now == nil {
		o.Now = time.Now
	}
	way, err := wayTo(o)
	if err != nil {
		return nil, err
	}
	ref := strconv.Itoa(o.Index)
	return &Channel{name: namePrefix + ref, ref: ref, version: o.Version, timeout: o.Timeout, now: o.Now, way: way}, nil
}

func wayTo(o Options) (way, error) {
	bad := &notify.Error{Class: notify.Config, Reason: "bad-address"}
	if path, ok := strings.CutPrefix(o.To, "file:"); ok {
		if path == "" || strings.ContainsRune(path, 0) || strings.HasSuffix(path, string(filepath.Separator)) {
			return nil, bad
		}
		return newFile(path), nil
	}
	if strings.HasPrefix(o.To, syslogScheme+"://") {
		u, err := SyslogBase(o.To)
		switch {
		case err != nil:
			return nil, err
		case o.Dial == nil:
			return nil, &notify.Error{Class: notify.Config, Reason: "no-guarded-client"}
		}
		return &syslog{host: u.Hostname(), address: u.Host, dial: o.Dial, ca: o.CA, version: o.Version, now: o.Now}, nil
	}
	u, err := notify.CheckAddress(o.To)
	if err != nil {
		return nil, err
	}
	if u.User != nil {
		return nil, bad
	}
	client, err := notify.NewClient(o.Client, o.Timeout)
	if err != nil {
		return nil, err
	}
	return &web{url: u.String(), token: o.Token, client: client, now: o.Now}, nil
}

const (
	syslogScheme = "syslog+tls"
	syslogPort   = "6514" // RFC 5425 section 4.1
)

// SyslogBase reads the address of a syslog server over TLS, with its port, for a guard that wants to know it. The error is of class Config.
func SyslogBase(text string) (*url.URL, error) {
	bad := &notify.Error{Class: notify.Config, Reason: "bad-address"}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != syslogScheme || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.Trim(u.Path, "/") != "" {
		return nil, bad
	}
	port := u.Port()
	if port == "" {
		port = syslogPort
	}
	if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
		return nil, bad
	}
	return &url.URL{Scheme: syslogScheme, Host: net.JoinHostPort(u.Hostname(), port)}, nil
}

// Name is "siem:" and the place in the configuration.
func (c *Channel) Name() string { return c.name }

// Send writes the alert's events.
func (c *Channel) Send(ctx context.Context, to notify.Recipient, a notify.Alert) (notify.Receipt, error) {
	if err := a.Valid(); err != nil {
		return "", err
	}
	if to.Ref != c.ref || to.Email != "" || to.ID != "" {
		return "", &notify.Error{Class: notify.Permanent, Reason: "not-for-siem"}
	}
	if err := c.write(ctx, a); err != nil {
		return "", err
	}
	return c.receipt(a.Delivery), nil
}

// Update writes another event about the same finding.
func (c *Channel) Update(ctx context.Context, r notify.Receipt, a notify.Alert) error {
	if err := a.Valid(); err != nil {
		return err
	}
	first, ok := strings.CutPrefix(string(r), string(c.receipt("")))
	if !ok || !notify.ValidID(first) {
		return &notify.Error{Class: notify.Gone, Reason: "bad-receipt"}
	}
	a.Kind = notify.Update
	return c.write(ctx, a)
}

func (c *Channel) receipt(delivery string) notify.Receipt {
	return notify.Receipt("siem1:" + c.ref + ":" + delivery)
}

// Check looks whether events could be written, and writes none.
func (c *Channel) Check(ctx context.Context) error {
	if stopped := notify.Stopped(ctx); stopped != nil {
		return stopped
	}
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	return c.way.check(ctx)
}

// write encodes events and puts them out.
func (c *Channel) write(ctx context.Context, a notify.Alert) error {
	if stopped := notify.Stopped(ctx); stopped != nil {
		return stopped
	}
	var lines [][]byte
	for _, e := range events(a.Cleaned(), c.version, c.now()) {
		line, err := json.Marshal(e)
		if err != nil || bytes.ContainsAny(line, "\r\n") {
			return &notify.Error{Class: notify.Rejected, Reason: "not-encodable"}
		}
		lines = append(lines, line)
	}
	own, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	err := c.way.put(own, lines)
	if err == nil {
		return nil
	}
	if stopped := notify.Stopped(ctx); stopped != nil {
		stopped.Unsure = true
		return stopped
	}
	return err
}
