package main

import (
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"meetleaks/notify/slack/fakeslack"
	"meetleaks/scanner/claims/claimstest"
	"meetleaks/scanner/meetings/zoom/fakezoom"
)

// quietServer counts the requests that it gets: with a certificate by an authority, or without one in clear.
func quietServer(t *testing.T, by *authority, asked *atomic.Int64) string {
	t.Helper()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // handshakes that break off are what is wanted
	t.Cleanup(server.Close)
	if by == nil {
		server.Start()
		return server.URL
	}
	cert, key := by.certify(t, "", aYear)
	pair, err := tls.X509KeyPair([]byte(cert), []byte(key))
	must(t, err)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
	server.StartTLS()
	return server.URL
}

func startFakeZoom(t *testing.T) (*fakezoom.Server, string) {
	t.Helper()
	account := fakezoom.New(fakezoom.Options{AccountID: "acct-7Hq", ClientID: "cl13nt", ClientSecret: "s3cr3t-planted", TokenLife: time.Hour, Now: time.Now})
	server := httptest.NewServer(account)
	t.Cleanup(server.Close)
	return account, server.URL
}

const quietBase = "store: sqlite:m.db\nconsole: {listen: \"127.0.0.1:0\"}\n"

// TestZoomAccountsAreAskedForATokenAndAMeetingThatIsNone, and for nothing else.
func TestZoomAccountsAreAskedForATokenAndAMeetingThatIsNone(t *testing.T) {
	for _, c := range []struct {
		name   string
		fault  *fakezoom.Fault
		secret string
		check  string
		want   checkStatus
		words  []string
	}{
		{"right", nil, "s3cr3t-planted", "zoom token", statusFine, []string{"acme http://127.0.0.1:"}},
		{"its scopes", nil, "s3cr3t-planted", "zoom scopes", statusFine, nil},
		{"its API", nil, "s3cr3t-planted", "zoom", statusFine, []string{"acme http://127.0.0.1:", "answers"}},
		{"wrong secret", nil, "another-planted", "zoom token", statusFailure, []string{"client_secret_file", "activated"}},
		{"no token, no question", nil, "another-planted", "zoom", statusUnchecked, []string{"no token"}},
		{"few scopes", &fakezoom.Fault{Path: "/oauth", Times: -1, Status: 200, Body: `{"access_token":"t","token_type":"bearer","expires_in":3599,"scope":"meeting:read:admin"}`},
			"s3cr3t-planted", "zoom scopes", statusFailure, []string{"user:read:user:admin", "marketplace"}},
		{"scopes not told", &fakezoom.Fault{Path: "/oauth", Times: -1, Status: 200, Body: `{"access_token":"t","token_type":"bearer"}`},
			"s3cr3t-planted", "zoom scopes", statusUnchecked, nil},
		{"scope of the question", &fakezoom.Fault{Path: "/v2", Times: -1, Status: 400, Code: 4711}, "s3cr3t-planted", "zoom", statusFailure, []string{"Scopes"}},
		{"forbidden", &fakezoom.Fault{Path: "/v2", Times: -1, Status: 429}, "s3cr3t-planted", "zoom", statusFailure, []string{"wait"}},
		{"no API", &fakezoom.Fault{Path: "/v2", Times: -1, Status: 404, Code: 64041}, "s3cr3t-planted", "zoom", statusFailure, []string{"api_url"}},
		{"down", &fakezoom.Fault{Path: "/", Times: -1, Status: 503}, "s3cr3t-planted", "zoom token", statusFailure, []string{"status.zoom.us"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newPatient(t)
			account, at := startFakeZoom(t)
			if c.fault != nil {
				account.Break(*c.fault)
			}
			p.file(t, "secret", c.secret)
			r, _, printed := p.look(t, quietBase+`
organisations:
  - name: acme
    domains: [acme.example]
    platforms: {zoom: {account_id: acct-7Hq, client_id: cl13nt, client_secret_file: secret, api_url: "`+at+`/v2", oauth_url: "`+at+`/oauth/token"}}
`)
			r.wants(t, c.check, c.want, c.words...)
			for _, call := range account.Calls() {
				if call != "POST /oauth/token" && call != "GET /v2/meetings/1" {
					t.Errorf("asked %s", call)
				}
			}
			if strings.Contains(printed, "planted") || strings.Contains(printed, "fake.") {
				t.Errorf("a secret came out: %s", printed)
			}
		})
	}
}

func TestEachResolverIsAsked(t *testing.T) {
	right, broken := claimstest.Start(t), claimstest.Start(t)
	broken.Hostile(func(string, []byte) [][]byte { return [][]byte{{1, 2, 3}} })
	p := newPatient(t)
	r, code, _ := p.look(t, quietBase+`
organisations: [{name: acme, domains: [acme.example]}]
dns: {resolvers: ["`+right.Address+`", "`+broken.Address+`", "127.0.0.1:1"], quorum: 2}
`)
	r.wants(t, "dns", statusFine, right.Address)
	r.wants(t, "dns", statusFailure, broken.Address, "does not answer", "dns.resolvers")
	r.wants(t, "dns", statusFailure, "127.0.0.1:1", "nothing listens there")
	if asked := right.Asked(); code != exitIncomplete || len(asked) != 1 || !strings.Contains(asked[0], "acme.example") {
		t.Errorf("exit code %d, asked %q", code, asked)
	}
	silent := judgeResolver(t.Context(), egressHost{Address: "127.0.0.1:1", For: []egressPurpose{{Key: resolvConf}}}, ".")
	if silent.Status != statusWarning || silent.Mend == "" {
		t.Errorf("one of the system's: %+v", silent)
	}
	if got := judgeResolver(t.Context(), egressHost{Address: "the system's resolvers"}, "."); got.Status != statusUnchecked {
		t.Errorf("none that is known: %+v", got)
	}
	right.Clear()
	if got := judgeResolver(t.Context(), egressHost{Address: right.Address}, proofName(nil)); got.Status != statusFine {
		t.Errorf("the root: %+v", got)
	}
}

// TestAPIsAndSIEMsAreShakenHandsWith, and asked nothing.
func TestAPIsAndSIEMsAreShakenHandsWith(t *testing.T) {
	p, own, foreign := newPatient(t), newAuthority(t), newAuthority(t)
	p.file(t, "ca.pem", own.pem)
	var asked atomic.Int64
	right, wrong, clear := quietServer(t, own, &asked), quietServer(t, foreign, &asked), quietServer(t, nil, &asked)
	r, _, printed := p.look(t, quietBase+`
fetch: {ca_file: ca.pem}
sources:
  - {name: fediverse, kind: mastodon, api_url: "`+right+`/api?planted=1"}
  - {name: forged, kind: mastodon, api_url: "`+wrong+`/"}
  - {name: gone, kind: mastodon, api_url: "http://127.0.0.1:1/"}
channels:
  siem:
    - {format: ocsf, to: "`+right+`/planted"}
    - {format: ocsf, to: "`+wrong+`/"}
    - {format: ocsf, to: "`+clear+`/", token: "pl anted"}
    - {format: ocsf, to: "http://127.0.0.1:1/"}
    - {format: ocsf, to: "syslog+tls://127.0.0.1:1"}
    - {format: ocsf, to: "file:`+filepath.Join(p.folder, "events.jsonl")+`"}
    - {format: ocsf, to: "`+clear+`/"}
`)
	if len(r.of("configuration")) != 1 {
		t.Fatal(printed)
	}
	r.wants(t, "source API", statusFine, "fediverse "+right, "holds until")
	r.wants(t, "source API", statusFailure, "forged "+wrong, "unknown authority", "fetch.ca_file")
	r.wants(t, "source API", statusFailure, "gone http://127.0.0.1:1", "refused")
	r.wants(t, "siem", statusFine, "0 "+right, "holds until")
	r.wants(t, "siem", statusFailure, "1 "+wrong, "unknown authority")
	r.wants(t, "siem", statusFailure, "2 "+clear, "bad-token")
	r.wants(t, "siem", statusFailure, "3 http://127.0.0.1:1", "refused")
	r.wants(t, "siem", statusFailure, "4 syslog+tls://127.0.0.1:1")
	r.wants(t, "siem", statusFine, "5", "events can be written")
	r.wants(t, "siem", statusFine, "6 "+clear, "in clear")
	if strings.Contains(printed, "planted") || strings.Contains(printed, "pl anted") || asked.Load() != 0 {
		t.Errorf("%d requests: %s", asked.Load(), printed)
	}
}

// TestMailServersAreSignedInTo, and get no letter.
func TestMailServersAreSignedInTo(t *testing.T) {
	post := openPostbox(t)
	at := post.Addr().String()
	for _, c := range []struct {
		name, url, from string
		want            checkStatus
		words           []string
	}{
		{"right", "smtp://" + at, "alerts@acme.example", statusFine, []string{"smtp://" + at, "takes messages"}},
		{"nobody to sign in to", "smtp://jdoe:planted@" + at, "alerts@acme.example", statusFailure, []string{"smtp://" + at, "user and password"}},
		{"no TLS", "smtps://" + at, "alerts@acme.example", statusFailure, []string{"smtps://" + at}},
		{"gone", "smtp://jdoe:planted@127.0.0.1:1", "alerts@acme.example", statusFailure, []string{"smtp://127.0.0.1:1", "can be reached"}},
		{"no URL", "planted", "alerts@acme.example", statusFailure, []string{"url_file"}},
	} {
		p := newPatient(t)
		p.file(t, "smtp", c.url)
		r, _, printed := p.look(t, quietBase+"channels: {mail: {url_file: smtp, from: "+c.from+"}}\n")
		r.wants(t, "mail", c.want, c.words...)
		if strings.Contains(printed, "planted") || len(post.all()) != 0 {
			t.Errorf("%s: %d letters, %s", c.name, len(post.all()), printed)
		}
	}
}

func TestSocketModeIsAskedForAndNotUsed(t *testing.T) {
	for _, c := range []struct {
		name  string
		app   string
		fault *fakeslack.Fault
		want  checkStatus
		words []string
	}{
		{"right", "xapp-1-planted", nil, statusFine, []string{"http://127.0.0.1:", "Socket Mode"}},
		{"another token", "xapp-2-planted", nil, statusFailure, []string{"token refused", "app_token_file"}},
		{"no token", "planted planted", nil, statusFailure, []string{"bad token", "xapp-"}},
		{"no scope", "xapp-1-planted", &fakeslack.Fault{Code: "missing_scope"}, statusFailure, []string{"connections:write"}},
		{"led away", "xapp-1-planted", &fakeslack.Fault{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, `{"ok":true,"url":"wss://wss.elsewhere.example/?ticket=planted"}`)
		})}, statusFailure, []string{"address refused", "own domain"}},
		{"down", "xapp-1-planted", &fakeslack.Fault{Status: 503}, statusFailure, []string{"status.slack.com"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newPatient(t)
			stand, err := fakeslack.Start("", fakeslack.Options{Token: botToken, AppToken: "xapp-1-planted"})
			must(t, err)
			defer stand.Close()
			if c.fault != nil {
				stand.Fail("apps.connections.open", *c.fault, 0)
			}
			p.file(t, "token", botToken)
			p.file(t, "app", c.app)
			r, _, printed := p.look(t, quietBase+"channels:\n  slack: {token_file: token, app_token_file: app, api_url: \""+stand.URL()+"\"}\n")
			r.wants(t, "slack socket", c.want, c.words...)
			r.wants(t, "slack", statusFine)
			if strings.Contains(printed, "planted") || stand.Sockets() != 0 {
				t.Errorf("%d connections, %s", stand.Sockets(), printed)
			}
		})
	}
}

// TestDoctorLooksAtAllThatEgressLists: each host that the one names is a target of the other.
func TestDoctorLooksAtAllThatEgressLists(t *testing.T) {
	p := newPatient(t)
	stand, err := fakeslack.Start("", fakeslack.Options{Token: botToken})
	must(t, err)
	defer stand.Close()
	_, at := startFakeZoom(t)
	var asked atomic.Int64
	clear := []string{quietServer(t, nil, &asked), quietServer(t, nil, &asked), quietServer(t, nil, &asked), quietServer(t, nil, &asked)}
	proxy := quietServer(t, nil, &asked)
	dns, post := claimstest.Start(t), openPostbox(t)
	for name, content := range map[string]string{
		"token": botToken, "app": "xapp-1-x", "smtp": "smtp://" + post.Addr().String(), "secret": "s3cr3t-planted", "hook": clear[0] + "/hook",
		"key": "whsec_c29tZSByYW5kb20gYnl0ZXMgb2YgYSBmZWVkZXI=", "proxy": proxy,
	} {
		p.file(t, name, content)
	}
	site, err := url.Parse(clear[3])
	must(t, err)
	r, _, printed := p.look(t, fmt.Sprintf(quietBase+`
fetch: {allow: ["%[7]s"], proxy: {url_file: proxy}}
dns: {resolvers: ["%[1]s"]}
organisations:
  - name: acme
    domains: [acme.example]
    platforms: {zoom: {account_id: acct-7Hq, client_id: cl13nt, client_secret_file: secret, api_url: "%[2]s/v2", oauth_url: "%[2]s/oauth/token"}}
sources:
  - {name: own-site, kind: web, start: ["%[6]s/"]}
  - {name: fediverse, kind: mastodon, api_url: "%[3]s/"}
channels:
  slack: {token_file: token, app_token_file: app, api_url: "%[4]s"}
  mail: {url_file: smtp, from: alerts@acme.example}
  webhook: [{name: soc, url_file: hook, secret_file: key}]
  siem: [{format: ocsf, to: "%[5]s/"}, {format: ocsf, to: "syslog+tls://127.0.0.1:1"}]
`, dns.Address, at, clear[1], stand.URL(), clear[2], clear[3], site.Host))
	loaded, err := testApp().loadConfig(filepath.Join(p.folder, "meetleaks.yaml"))
	must(t, err)
	plan := testApp().planEgress(loaded.Config)
	if len(plan.Out) < 10 || len(plan.Unknown) > 0 {
		t.Fatalf("%d hosts, unknown %+v", len(plan.Out), plan.Unknown)
	}
	for _, host := range plan.Out {
		if strings.HasPrefix(host.Address, "*.") {
			continue // whoever it leads to is not known before
		}
		looked := false
		for _, c := range r.Checks {
			looked = looked || strings.Contains(c.Target, host.Address) && c.Status != statusUnchecked
		}
		if !looked {
			t.Errorf("nobody looked at %s %s (%+v)\n%s", host.Scheme, host.Address, host.For, printed)
		}
	}
}
