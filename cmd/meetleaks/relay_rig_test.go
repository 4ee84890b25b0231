package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"meetleaks/notify/webhook"
	"meetleaks/scanner"
	"meetleaks/scanner/claims/claimstest"
	"meetleaks/scanner/store/sqlitestore"
)

// What is registered while a service runs is tried on the whole service, in this process: the domain's name server, its web site behind
// a proxy, and whoever is told, are stand-ins on loopback.

const (
	registeredDomain = "hooli.example"
	registeredID     = "84930275116"
	registeredMask   = "849•••••116"
	relayRhythm      = 300 * time.Millisecond // instead of a minute
	relayWithin      = 40 * time.Second       // whatever has to come
)

// relayed is a service that runs, and what is around it.
type relayed struct {
	t      *testing.T
	app    *app
	file   string
	folder string
	dns    *claimstest.Server
	soc    *socket
	ahead  atomic.Int64  // of its clock
	rhythm time.Duration // of looks at what is registered
	roles  roles

	mu   sync.Mutex
	page string // of the domain's site; "": 404

	begun func(*service) // what is done to the first service before its parts begin; nil: nothing

	log   syncBuffer
	first *service
	stop  context.CancelFunc
	ended chan error
}

// syncBuffer is a log that is read while it is written.
type syncBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *syncBuffer) count(text string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return strings.Count(b.text.String(), text)
}

// times are those of the lines with a text.
func (b *syncBuffer) times(text string) (list []time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for line := range strings.Lines(b.text.String()) {
		stamp, _, _ := strings.Cut(strings.TrimPrefix(line, "time="), " ")
		if at, err := time.Parse(time.RFC3339Nano, stamp); err == nil && strings.Contains(line, text) {
			list = append(list, at)
		}
	}
	return list
}

// newRelayed makes what is around a service whose clock is so far ahead; more is added to its configuration.
func newRelayed(t *testing.T, ahead time.Duration, more string) *relayed {
	t.Helper()
	r := &relayed{t: t, folder: t.TempDir(), dns: claimstest.Start(t), soc: openSocket(t), rhythm: relayRhythm, roles: allRoles()}
	r.ahead.Store(int64(ahead))
	r.forget()
	proxy, roots := r.site()
	r.write("soc-url", r.soc.URL+"/in")
	r.write("soc-secret", socKey)
	r.file = r.write("meetleaks.yaml", fmt.Sprintf(`
store: sqlite:%[1]s/data/meetleaks.db
console: {listen: "127.0.0.1:0"}
dns: {resolvers: [%[2]q], quorum: 1}
fetch: {pace: none, ca_file: %[3]q, proxy: {url: %[4]q}}
channels:
  webhook: [{name: soc, url_file: %[1]s/soc-url, secret_file: %[1]s/soc-secret}]
%[5]s`, r.folder, r.dns.Address, roots, proxy, more))
	names := &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, r.dns.Address)
	}}
	r.app = &app{stdin: strings.NewReader(""), stdout: io.Discard, stderr: &r.log, now: r.now, names: names}
	return r
}

func (r *relayed) now() time.Time { return time.Now().Add(time.Duration(r.ahead.Load())) }

func (r *relayed) write(name, text string) string {
	r.t.Helper()
	path := filepath.Join(r.folder, name)
	must(r.t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// site is the domain's web site and the proxy that leads there, whatever address it is asked for.
func (r *relayed) site() (proxy, roots string) {
	r.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(r.t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{registeredDomain}, NotBefore: time.Now().AddDate(-1, 0, 0), NotAfter: time.Now().AddDate(1, 0, 0),
		IsCA: true, BasicConstraintsValid: true,
	}
	made, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	must(r.t, err)
	site := httptest.NewUnstartedServer(http.HandlerFunc(r.servePage))
	site.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{made}, PrivateKey: key}}, MinVersion: tls.VersionTLS12}
	site.StartTLS()
	r.t.Cleanup(site.Close)
	through := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		r.connect(w, req, site.Listener.Addr().String())
	}))
	r.t.Cleanup(through.Close)
	return through.URL, r.write("roots.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: made})))
}

func (r *relayed) servePage(w http.ResponseWriter, req *http.Request) {
	r.mu.Lock()
	page := r.page
	r.mu.Unlock()
	if req.URL.Path != "/" || page == "" {
		http.NotFound(w, req)
		return
	}
	w.Header().Set("Content-Type", "text/html")
	fmt.Fprint(w, page)
}

// connect answers CONNECT.
func (r *relayed) connect(w http.ResponseWriter, req *http.Request, to string) {
	if req.Method != http.MethodConnect {
		http.Error(w, "no", http.StatusMethodNotAllowed)
		return
	}
	far, err := (&net.Dialer{}).DialContext(req.Context(), "tcp", to)
	if err != nil {
		http.Error(w, "no", http.StatusBadGateway)
		return
	}
	near, from, err := http.NewResponseController(w).Hijack()
	if err != nil {
		_ = far.Close()
		return
	}
	_, _ = io.WriteString(near, "HTTP/1.1 200 Go\r\n\r\n")
	go pour(far, from.Reader, near)
	go pour(near, bufio.NewReader(far), far)
}

// pour takes what comes from one side to the other until that ends, and ends both.
func pour(to net.Conn, from io.Reader, also net.Conn) {
	_, _ = io.Copy(to, from)
	_, _ = to.Close(), also.Close()
}

func (r *relayed) publish(page string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.page = page
}

// start runs the service.
func (r *relayed) start() {
	r.t.Helper()
	loaded, err := r.app.loadConfig(r.file)
	must(r.t, err)
	log, err := newLog(&r.log, logText, "info")
	must(r.t, err)
	var ctx context.Context
	ctx, r.stop = context.WithCancel(context.Background())
	r.ended = make(chan error, 1)
	began := make(chan *service, 1)
	o := serveOptions{roles: r.roles, claimsEvery: r.rhythm, ready: func(s *service) {
		if r.begun != nil {
			r.begun(s)
		}
		began <- s
	}}
	go func() { r.ended <- r.app.serveLoaded(ctx, o, loaded, log) }()
	r.t.Cleanup(r.stop)
	select {
	case r.first = <-began:
	case err := <-r.ended:
		r.t.Fatalf("it does not start: %v", err)
	}
}

// end stops it as SIGTERM does.
func (r *relayed) end() {
	r.t.Helper()
	r.stop()
	if err := result(r.t, r.ended); err != nil {
		r.t.Errorf("it ended with %v", err)
	}
}

// await asks again and again until what has to come is there.
func (r *relayed) await(what string, is func() bool) {
	r.t.Helper()
	overdue := time.NewTimer(relayWithin)
	defer overdue.Stop()
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for !is() {
		select {
		case err := <-r.ended:
			r.t.Fatalf("%s: the service ended, %v\n%s", what, err, r.log.text.String())
		case <-overdue.C:
			r.t.Fatalf("this does not come about: %s\n%s", what, r.log.text.String())
		case <-ticker.C:
		}
	}
}

// command carries out a command on the service's store, with its clock, and returns what it prints.
func (r *relayed) command(args ...string) string {
	r.t.Helper()
	var out, diagnostics bytes.Buffer
	beside := &app{stdin: strings.NewReader(""), stdout: &out, stderr: &diagnostics, now: r.now}
	root := beside.root()
	root.SetArgs(append(args, "--config", r.file))
	if err := root.ExecuteContext(r.t.Context()); err != nil {
		r.t.Fatalf("%q: %v\n%s", args, err, diagnostics.String())
	}
	return out.String()
}

// beside is another process on the same store.
func (r *relayed) beside(does ...string) *relayed {
	other := &relayed{t: r.t, file: r.file, folder: r.folder, dns: r.dns, soc: r.soc, rhythm: r.rhythm, roles: does}
	other.app = &app{stdin: strings.NewReader(""), stdout: io.Discard, stderr: &other.log, now: r.now, names: r.app.names}
	return other
}

// register claims the domain and publishes its record.
func (r *relayed) register(org, domain string) {
	r.t.Helper()
	var printed struct{ Records []domainRecord }
	must(r.t, json.Unmarshal([]byte(r.command("domain", "add", org, domain, "--format", "json")), &printed))
	for _, record := range printed.Records {
		r.dns.Set(record.Name, claimstest.One(record.Value))
	}
}

// forget takes all records away; the site's address stays.
func (r *relayed) forget() {
	r.dns.Clear()
	r.dns.Set(registeredDomain, claimstest.Entry{Address: [4]byte{8, 8, 4, 4}})
}

// ask gives the status and the body of an answer of the console.
func (r *relayed) ask(path string) (int, string) { return r.request(http.MethodGet, path, "") }

func (r *relayed) request(method, path, sent string) (int, string) {
	token, err := os.ReadFile(filepath.Join(r.folder, "data", tokenName))
	if err != nil {
		return 0, err.Error()
	}
	req, err := http.NewRequestWithContext(r.t.Context(), method, r.first.front.address()+path, strings.NewReader(sent))
	if err != nil {
		return 0, err.Error()
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(token)))
	return answerTo(req)
}

// answerTo makes a request on a connection of its own.
func answerTo(req *http.Request) (int, string) {
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 10 * time.Second}
	resp, err := client.Do(req)
	if err != nil {
		return 0, err.Error()
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, err.Error()
	}
	return resp.StatusCode, string(body)
}

// feed hands a page of the domain's in, and returns how many leaks stand there.
func (r *relayed) feed(id, text string) int {
	r.t.Helper()
	body, err := json.Marshal(map[string]string{"uri": "https://" + registeredDomain + "/" + id, "text": text})
	must(r.t, err)
	req, err := http.NewRequestWithContext(r.t.Context(), http.MethodPost, r.first.front.address()+feedPath, bytes.NewReader(body))
	must(r.t, err)
	keys, err := webhook.ParseKeys(socKey)
	must(r.t, err)
	now := r.now()
	for name, value := range map[string]string{
		"Content-Type": "application/json", "webhook-id": id, "webhook-timestamp": strconv.FormatInt(now.Unix(), 10),
		"webhook-signature": webhook.Sign(keys, id, now, body),
	} {
		req.Header.Set(name, value)
	}
	status, answer := answerTo(req)
	var got struct{ Leaks int }
	if err := json.Unmarshal([]byte(answer), &got); err != nil || status != http.StatusOK {
		r.t.Errorf("fed: %d %s", status, answer)
	}
	return got.Leaks
}

// waiting is how many requests are under way.
func (r *replies) waiting() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.under
}

// store is another handle on the service's store.
func (r *relayed) store() scanner.Store {
	r.t.Helper()
	store, err := sqlitestore.Open(r.t.Context(), sqlitestore.Options{Path: filepath.Join(r.folder, "data", "meetleaks.db")})
	must(r.t, err)
	r.t.Cleanup(func() { _ = store.Close() })
	return store
}

// told counts the messages about the domain's meeting.
func (r *relayed) told() (n int) {
	for _, event := range r.soc.all() {
		text, err := json.Marshal(event)
		must(r.t, err)
		if bytes.Contains(text, []byte(registeredMask)) {
			n++
		}
	}
	return n
}
