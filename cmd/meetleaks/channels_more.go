package main

import (
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"crypto/x509"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/notify"
	"meetleaks/notify/mail"
	"meetleaks/notify/siem"
	"meetleaks/scanner/fetch"
)

// dial connects to a configured service.
type dial func(ctx context.Context, network, address string) (net.Conn, error)

// apiDials are to services that do not speak HTTP what apiClients are to others; no proxy is used.
type apiDials struct {
	deny []netip.Prefix
	ca   *x509.CertPool
}

func (a *app) apiDials(c config.Fetch) (apiDials, error) {
	var d apiDials
	for _, text := range c.Deny {
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			return d, usage("", "fetch.deny: %w", err)
		}
		d.deny = append(d.deny, prefix)
	}
	var err error
	d.ca, err = certificates(string(c.CAFile))
	return d, err
}

func (d apiDials) to(base *url.URL) (dial, error) {
	return fetch.APIDial(fetch.APIOptions{Base: base, Private: notify.IsPrivate(base), Deny: d.deny})
}

// moreOptions are what mail and SIEM channels need besides their configuration.
type moreOptions struct {
	clients apiClients
	dials   apiDials
	index   []byte // the deployment's index key: of it the key that seals whom mail went to
	from    string // whom mail is from when the configuration does not say, see mailFrom
	answer  func(address string, a notify.Alert) string
}

// The labels of keys that are made of the index key.
const (
	labelMail   = "meetleaks mail receipt key v1"
	labelAnswer = "meetleaks answer page key v1"
	labelNotice = "meetleaks privacy notice key v1"
)

// keyFor makes a key of the index key.
func keyFor(index []byte, label string) ([]byte, error) {
	key, err := hkdf.Key(sha256.New, index, nil, label, mail.KeyBytes)
	if err != nil {
		return nil, fmt.Errorf("make a key: %w", err)
	}
	return key, nil
}

// openMore makes the mail channel and those of SIEMs, by name. It sends nothing, but reads the URL of the mail server: whether that
// may be a private address is decided by it as it is now.
func (a *app) openMore(c config.Channels, o moreOptions) (map[string]notify.Channel, error) {
	channels := make(map[string]notify.Channel)
	if c.Mail.URL.IsSet() {
		channel, err := openMail(c.Mail, o)
		if err != nil {
			return nil, usage("", "channels.mail: %w", err)
		}
		channels[channel.Name()] = channel
	}
	for i, s := range c.SIEM {
		channel, err := a.openSIEM(i, s, o)
		if err != nil {
			return nil, usage("", "channels.siem[%d]: %w", i, err)
		}
		channels[channel.Name()] = channel
	}
	return channels, nil
}

func openMail(c config.Mail, o moreOptions) (*mail.Channel, error) {
	address, err := c.URL.Read()
	if err != nil {
		return nil, fmt.Errorf("url: %w", err)
	}
	server, err := mail.ParseURL(address)
	if err != nil {
		return nil, fmt.Errorf("url: want smtp:// or smtps:// with a host, and user and password or neither: %w", err)
	}
	way, err := o.dials.to(server.Base())
	if err != nil {
		return nil, err
	}
	key, err := keyFor(o.index, labelMail)
	if err != nil {
		return nil, err
	}
	if c.From == "" {
		c.From = o.from
	}
	return mail.New(mail.Options{URL: notify.SecretFrom(c.URL.Read), From: c.From, Key: key, Dial: way, CA: o.dials.ca, Answer: o.answer})
}

// mailFrom is whom mail is from when nobody says: an address that need not exist under the first domain. "" when there is none.
func mailFrom(list []config.Organisation) string {
	for _, o := range list {
		if len(o.Domains) > 0 {
			return "meetleaks@" + o.Domains[0]
		}
	}
	return ""
}

func (a *app) openSIEM(i int, c config.SIEM, o moreOptions) (*siem.Channel, error) {
	if c.Format != "ocsf" {
		return nil, fmt.Errorf("format: only ocsf is known: %w", &notify.Error{Class: notify.Config, Reason: "bad-format"})
	}
	out := siem.Options{Index: i, To: c.To, CA: o.dials.ca, Version: version(), Now: a.now}
	if c.Token.IsSet() {
		out.Token = notify.SecretFrom(c.Token.Read)
	}
	var err error
	switch {
	case strings.HasPrefix(c.To, "file:"):
	case strings.HasPrefix(c.To, "syslog"):
		var base *url.URL
		if base, err = siem.SyslogBase(c.To); err == nil {
			out.Dial, err = o.dials.to(base)
		}
	default:
		out.Client, err = clientFor(c.To, o.clients)
	}
	if err != nil {
		return nil, fmt.Errorf("to: %w", err)
	}
	return siem.New(out)
}
