package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"meetleaks/scanner/fetch"
)

// certificateEnds is how long before its end a certificate is worth a word.
const certificateEnds = 14 * 24 * time.Hour

// handshake connects to where a URL leads, as client would, and shakes hands when it is https. It sends no request. done is what
// was seen when all is well.
func (d *doctor) handshake(ctx context.Context, name, target string, u *url.URL, client *http.Client) diagnosis {
	transport, ok := client.Transport.(*http.Transport)
	if !ok {
		return unexamined(name, target, "its connections cannot be looked at")
	}
	conn, err := transport.DialContext(ctx, "tcp", hostAndPort(u))
	if err != nil {
		return ailing(name, target, connectComplaint(err), connectMend(err))
	}
	defer func() { _ = conn.Close() }()
	if u.Scheme != "https" {
		return healthy(name, target, "takes connections, in clear")
	}
	state, err := shakeHands(ctx, conn, transport.TLSClientConfig, u.Hostname())
	if err != nil {
		return ailing(name, target, "its TLS does not hold: "+err.Error(), certificateMend(err))
	}
	return d.judgeCertificate(name, target, state)
}

func shakeHands(ctx context.Context, conn net.Conn, base *tls.Config, host string) (tls.ConnectionState, error) {
	secure := base.Clone()
	secure.ServerName = host
	session := tls.Client(conn, secure)
	if err := session.HandshakeContext(ctx); err != nil {
		return tls.ConnectionState{}, err
	}
	return session.ConnectionState(), nil
}

// judgeCertificate says how long a certificate that holds will do so: until the first of its chain ends.
func (d *doctor) judgeCertificate(name, target string, state tls.ConnectionState) diagnosis {
	if len(state.PeerCertificates) == 0 {
		return unexamined(name, target, "it shows no certificate")
	}
	end := state.PeerCertificates[0].NotAfter
	if len(state.VerifiedChains) > 0 {
		for _, c := range state.VerifiedChains[0] {
			if c.NotAfter.Before(end) {
				end = c.NotAfter
			}
		}
	}
	left := end.Sub(d.app.now())
	until := end.UTC().Format(time.DateOnly)
	if left < certificateEnds {
		return worry(name, target, fmt.Sprintf("its certificate ends on %s, in %s", until, count(int(left.Hours()/24), "day")),
			"renew it, or have who runs that server renew it")
	}
	return healthy(name, target, "its certificate holds until %s", until)
}

// certificateMend is what helps against a handshake that failed; "" when it was not about trust.
func certificateMend(err error) string {
	var (
		unknown x509.UnknownAuthorityError
		name    x509.HostnameError
		invalid x509.CertificateInvalidError
		record  tls.RecordHeaderError
	)
	switch {
	case errors.As(err, &name):
		return "use the name that the certificate is for, or have one made for this name"
	case errors.As(err, &unknown):
		return "when the authority is your own, name its certificate in fetch.ca_file; else have the server send its whole chain"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "renew the certificate; when it is not past its end, mend this machine's clock"
	case errors.As(err, &invalid):
		return "have a right certificate made"
	case errors.As(err, &record):
		return "there is no TLS at this port: see whether scheme and port are right"
	}
	return "see whether it speaks TLS 1.2 or newer"
}

// connectComplaint says why there is no connection, without what a URL may hold.
func connectComplaint(err error) string {
	var own *fetch.Error
	if errors.As(err, &own) {
		return "is not connected to: " + own.Err.Error()
	}
	return "cannot be connected to: " + err.Error()
}

func connectMend(err error) string {
	var own *fetch.Error
	var lookup *net.DNSError
	switch {
	case errors.As(err, &own):
		return "a name that leads to a private address is refused: give the address itself, or a public name"
	case errors.As(err, &lookup):
		return "see whether the name is right, and whether this machine's resolver knows it"
	}
	return "see whether it runs, whether host and port are right, and whether a firewall or the proxy lets this machine through"
}

// isTrust says whether an error is about a certificate, or about TLS as such.
func isTrust(err error) bool {
	var verify *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	return errors.As(err, &verify) || errors.As(err, &record)
}
