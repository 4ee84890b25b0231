package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"meetleaks/notify/slack/fakeslack"
	"meetleaks/scanner/source/web/webtest"
)

// authority signs certificates for a test.
type authority struct {
	key  *ecdsa.PrivateKey
	cert *x509.Certificate
	pem  string
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	about := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Acme test authority"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign, NotBefore: time.Now().Add(-240 * time.Hour), NotAfter: time.Now().Add(8760 * time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, about, about, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return &authority{key, about, pemOf("CERTIFICATE", der)}
}

func pemOf(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

// certify makes a certificate for 127.0.0.1, or for another name, that ends in left.
func (a *authority) certify(t *testing.T, name string, left time.Duration) (cert, key string) {
	t.Helper()
	own, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	about := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "acme"}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		NotBefore: time.Now().Add(-240 * time.Hour), NotAfter: time.Now().Add(left),
	}
	if name == "" {
		about.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1)}
	} else {
		about.DNSNames = []string{name}
	}
	der, err := x509.CreateCertificate(rand.Reader, about, a.cert, &own.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalECPrivateKey(own)
	if err != nil {
		t.Fatal(err)
	}
	return pemOf("CERTIFICATE", der), pemOf("EC PRIVATE KEY", private)
}

const (
	aYear = 8760 * time.Hour
	aWeek = 7 * 24 * time.Hour
)

// TestWebhooksAreShakenHandsWith tells each endpoint's certificate, and asks none anything.
func TestWebhooksAreShakenHandsWith(t *testing.T) {
	p, own, foreign := newPatient(t), newAuthority(t), newAuthority(t)
	p.file(t, "ca.pem", own.pem)
	p.file(t, "key", "whsec_c29tZSByYW5kb20gYnl0ZXMgb2YgYSBmZWVkZXI=")
	p.file(t, "bad-key", "hunter2planted")
	var asked atomic.Int64
	count := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) })
	serve := func(by *authority, name string, left time.Duration) string {
		cert, key := by.certify(t, name, left)
		pair, err := tls.X509KeyPair([]byte(cert), []byte(key))
		if err != nil {
			t.Fatal(err)
		}
		server := httptest.NewUnstartedServer(count)
		server.Config.ErrorLog = log.New(io.Discard, "", 0) // handshakes that break off are what is wanted
		server.TLS = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
		server.StartTLS()
		t.Cleanup(server.Close)
		return server.URL
	}
	clear := httptest.NewUnstartedServer(count)
	clear.Config.ErrorLog = log.New(io.Discard, "", 0)
	clear.Start()
	t.Cleanup(clear.Close)
	var hooks strings.Builder
	for name, url := range map[string]string{
		"right": serve(own, "", aYear), "soon": serve(own, "", aWeek), "over": serve(own, "", -time.Hour), "foreign": serve(foreign, "", aYear),
		"name": serve(own, "globex.example", aYear), "clear": clear.URL, "notls": strings.Replace(clear.URL, "http:", "https:", 1),
		"gone": "https://127.0.0.1:1", "open": "http://hooks.acme.example",
	} {
		p.file(t, name+".url", url+"/hunter2planted")
		fmt.Fprintf(&hooks, "\n    - {name: %s, url_file: %s.url, secret_file: key}", name, name)
	}
	r, code, printed := p.look(t, `
store: sqlite:m.db
console: {listen: "127.0.0.1:0"}
fetch: {ca_file: ca.pem}
channels:
  webhook:
    - {name: nokey, url_file: right.url, secret_file: bad-key}`+hooks.String()+"\n")
	for name, want := range map[string]struct {
		status checkStatus
		words  []string
	}{
		"right": {statusFine, []string{"holds until"}}, "soon": {statusWarning, []string{"in 6 days", "renew"}},
		"over": {statusFailure, []string{"expired", "renew"}}, "foreign": {statusFailure, []string{"unknown authority", "fetch.ca_file"}},
		"name": {statusFailure, []string{"use the name"}}, "clear": {statusFine, []string{"in clear"}},
		"notls": {statusFailure, []string{"no TLS at this port"}}, "gone": {statusFailure, []string{"refused", "firewall"}},
		"open": {statusFailure, []string{"url_file", "https://"}}, "nokey": {statusFailure, []string{"bad-key", "openssl"}},
	} {
		r.wants(t, "webhook", want.status, append(want.words, name)...)
	}
	if code != exitIncomplete || strings.Contains(printed, "hunter2planted") || asked.Load() != 0 {
		t.Errorf("exit code %d, %d requests: %s", code, asked.Load(), printed)
	}
}

// TestSites reads from a real nginx with TLS what doctor asks a site.
func TestSites(t *testing.T) {
	own := newAuthority(t)
	for _, c := range []struct {
		name, robots string
		left         time.Duration
		want         checkStatus
		words        []string
	}{
		{"right", "User-agent: *\nAllow: /\n", aYear, statusFine, []string{"robots.txt allows it", "holds until"}},
		{"ends soon", "", aWeek, statusWarning, []string{"in 6 days", "renew"}},
		{"is over", "", -time.Hour, statusFailure, []string{"expired", "renew"}},
		{"keeps us out", "User-agent: meetleaks\nDisallow: /\n", aYear, statusFailure, []string{"asks us to stay out", "ask whoever runs the site"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newPatient(t)
			cert, key := own.certify(t, "", c.left)
			secure := freePort(t)
			site := webtest.Start(t, map[string][]byte{"robots.txt": []byte(c.robots), "index.html": []byte(leak)}, "",
				"listen "+secure+" ssl; ssl_certificate "+p.file(t, "cert.pem", cert)+"; ssl_certificate_key "+p.file(t, "key.pem", key)+";")
			p.file(t, "ca.pem", own.pem)
			r, _, _ := p.look(t, `
store: sqlite:m.db
console: {listen: "127.0.0.1:0"}
fetch: {allow: ["`+secure+`"], ca_file: ca.pem}
sources: [{name: own-site, kind: web, start: ["https://`+secure+`/?token=planted"]}]
`)
			r.wants(t, "source", c.want, append(c.words, "own-site https://"+secure)...)
			if asked := site.Asked(t); len(asked) != 0 {
				t.Errorf("the site was asked for %q", asked)
			}
		})
	}
	p := newPatient(t)
	r, _, printed := p.look(t, `
store: sqlite:m.db
console: {listen: "127.0.0.1:0"}
sources: [{name: own-site, kind: web, start: ["http://127.0.0.1:80/", "https://acme.zoom.us/j/84930275116?pwd=Zk1FaWx5"]}]
`)
	r.wants(t, "source", statusFailure, "http://127.0.0.1:80", "not of the public internet", "fetch.allow")
	r.wants(t, "source", statusFailure, "https://acme.zoom.us", "is not read")
	r.wants(t, "way out", statusWarning, "fetch.contact")
	if strings.Contains(printed, "84930275116") || strings.Contains(printed, "Zk1FaWx5") {
		t.Errorf("shows the id: %s", printed)
	}
}

func TestNames(t *testing.T) {
	for host, good := range map[string]bool{"127.0.0.1": true, "::1": true, "localhost": true, "a..b.example": false} {
		if err := resolves(t.Context(), host); (err == nil) != good {
			t.Errorf("%s: %v", host, err)
		}
	}
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func TestSlackIsAskedWhoseTokenItIs(t *testing.T) {
	const all = "chat:write,im:write,users:read,users:read.email"
	scoped := func(scopes string) fakeslack.Fault {
		return fakeslack.Fault{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("X-OAuth-Scopes", scopes)
			_, _ = w.Write([]byte(`{"ok":true,"team_id":"T0ACME","user_id":"U0BOT"}`))
		})}
	}
	for _, c := range []struct {
		name  string
		fault fakeslack.Fault
		shift time.Duration
		check string
		want  checkStatus
		words []string
	}{
		{"right", scoped(all), 0, "slack", statusFine, nil},
		{"its scopes", scoped(all + ",team:read"), 0, "slack scopes", statusFine, []string{"im:write"}},
		{"its clock", scoped(all), 0, "clock", statusFine, []string{"http://127.0.0.1:"}},
		{"few scopes", scoped("chat:write, users:read"), 0, "slack scopes", statusFailure, []string{"missing: im:write, users:read.email", "install it again"}},
		{"no scopes told", fakeslack.Fault{Delay: time.Millisecond}, 0, "slack scopes", statusUnchecked, []string{"chat:write"}},
		{"slow clock", scoped(all), -time.Minute, "clock", statusWarning, []string{"behind theirs", "NTP"}},
		{"wrong clock", scoped(all), 5 * time.Minute, "clock", statusFailure, []string{"ahead of theirs", "refused"}},
		{"token revoked", fakeslack.Fault{Code: "token_revoked"}, 0, "slack", statusFailure, []string{"token refused", "channels.slack.token_file"}},
		{"scope for the question", fakeslack.Fault{Code: "missing_scope"}, 0, "slack", statusFailure, []string{"OAuth & Permissions"}},
		{"moved", fakeslack.Fault{Status: 301}, 0, "slack", statusFailure, []string{"redirected", "api_url"}},
		{"broken", fakeslack.Fault{Drop: true}, 0, "slack", statusFailure, []string{"status.slack.com"}},
		{"hangs", fakeslack.Fault{Delay: time.Minute}, 0, "slack", statusFailure, []string{"timeout", "status.slack.com"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newPatient(t)
			p.shift = c.shift
			p.file(t, "token", "xoxb-hunter2planted")
			stand, err := fakeslack.Start("", fakeslack.Options{Token: "xoxb-hunter2planted"})
			if err != nil {
				t.Fatal(err)
			}
			defer stand.Close()
			stand.Fail("auth.test", c.fault, 0)
			r, _, printed := p.look(t, "store: sqlite:m.db\nconsole: {listen: \"127.0.0.1:0\"}\nchannels:\n  slack: {token_file: token, api_url: \""+stand.URL()+"\"}\n")
			r.wants(t, c.check, c.want, c.words...)
			if strings.Contains(printed, "planted") || len(stand.Messages()) > 0 || stand.Calls("chat.postMessage")+stand.Calls("conversations.open") > 0 {
				t.Errorf("Slack got a message, or a token came out: %s", printed)
			}
		})
	}
}

func TestDoors(t *testing.T) {
	serve := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/healthz" {
			_, _ = w.Write([]byte(alive))
		}
	}))
	defer serve.Close()
	other := httptest.NewServer(http.NotFoundHandler())
	defer other.Close()
	for address, want := range map[string]checkStatus{
		serve.Listener.Addr().String(): statusFine, other.Listener.Addr().String(): statusFailure, freePort(t): statusFine,
	} {
		got := judgeDoor(t.Context(), "console.listen", address)
		if got.Status != want || (got.Mend != "") != (want != statusFine) {
			t.Errorf("%s: %+v", address, got)
		}
	}
	for address, want := range map[string]string{
		"0.0.0.0:80": "127.0.0.1:80", "[::]:80": "[::1]:80", ":80": "127.0.0.1:80", "127.0.0.1:80": "127.0.0.1:80", "x": "x",
	} {
		if got := reachable(address); got != want {
			t.Errorf("%s: %s, want %s", address, got, want)
		}
	}
}

func TestProxies(t *testing.T) {
	p := newPatient(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	yaml := "store: sqlite:m.db\nconsole: {listen: \"127.0.0.1:0\"}\nfetch: {proxy: {url_file: proxy}}\n"
	p.file(t, "proxy", "http://jdoe:hunter2planted@"+l.Addr().String())
	r, _, printed := p.look(t, yaml)
	r.wants(t, "proxy", statusFine, l.Addr().String())
	p.file(t, "proxy", "http://jdoe:hunter2planted@127.0.0.1:1")
	r, _, more := p.look(t, yaml)
	r.wants(t, "proxy", statusFailure, "127.0.0.1:1", "refused", "firewall")
	p.file(t, "proxy", "hunter2planted")
	r, _, most := p.look(t, yaml)
	r.wants(t, "way out", statusFailure, "proxy", "host:port")
	if strings.Contains(printed+more+most, "planted") {
		t.Errorf("the password came out: %s%s%s", printed, more, most)
	}
	r, _, _ = p.look(t, strings.Replace(yaml, "proxy: {url_file: proxy}", "ca_file: "+filepath.Join(p.folder, "none"), 1))
	r.wants(t, "way out", statusFailure, "none", "PEM")
}
