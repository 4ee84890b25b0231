package main

import (
	"crypto/x509"
	"errors"
	"io"
	"net/netip"
	"net/url"
	"os"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/scanner/fetch"
)

// maxCertificates bounds the file of additional root certificates, in bytes.
const maxCertificates = 4 << 20

// fetchClient makes the one way out to the web as the configuration wants it. Nil for pacer: this process keeps a pace of its own.
func (a *app) fetchClient(c config.Fetch, organisations []config.Organisation, pacer fetch.Pacer) (*fetch.Client, error) {
	o := fetch.Options{
		Contact:      c.Contact,
		Version:      version(),
		Allow:        c.Allow,
		MeetingHosts: config.OwnHosts(organisations),
		Pace:         fetch.Pace(c.Pace),
		Pacer:        pacer,
		Now:          a.now,
		Resolver:     a.names,
	}
	for _, text := range c.Deny {
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, usage("", "fetch.deny: %w", err)
		}
		o.Deny = append(o.Deny, prefix)
	}
	if c.MaxBody > 0 {
		o.Limits = o.Limits.AtMost(int64(c.MaxBody))
	}
	var err error
	if o.Proxy, err = proxyURL(c.Proxy); err != nil {
		return nil, err
	}
	if o.CA, err = certificates(string(c.CAFile)); err != nil {
		return nil, err
	}
	client, err := fetch.New(o)
	if err != nil {
		return nil, usage("", "fetch: %w", err)
	}
	return client, nil
}

// proxyURL reads the proxy's address; no error repeats it, for it may hold a password.
func proxyURL(p config.Proxy) (*url.URL, error) {
	if !p.URL.IsSet() {
		return nil, nil
	}
	text, err := p.URL.Read()
	if err != nil {
		return nil, usage("", "fetch.proxy.url: %w", err)
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" {
		return nil, usage("", "fetch.proxy.url: want a URL that begins with http:// or https://")
	}
	return u, nil
}

// certificates are the system's roots and those in file.
func certificates(file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, usage("", "fetch.ca_file: %w", err)
	}
	text, err := io.ReadAll(io.LimitReader(f, maxCertificates+1))
	err = errors.Join(err, f.Close())
	switch {
	case err != nil:
		return nil, usage("", "fetch.ca_file: %w", err)
	case len(text) > maxCertificates:
		return nil, usage("", "fetch.ca_file: larger than %d MiB", maxCertificates>>20)
	case !pool.AppendCertsFromPEM(text):
		return nil, usage("", "fetch.ca_file: holds no certificate in PEM")
	}
	return pool, nil
}
