package siem

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
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"meetleaks/notify"
	"meetleaks/notify/notifytest"
)

func testNow() time.Time { return time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC) }

func first() notify.Recipient { return notify.Recipient{Ref: "0"} }

func open(t *testing.T, o Options) *Channel {
	t.Helper()
	if o.Now == nil {
		o.Now = testNow
	}
	o.Version = "1.2.3"
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// check validates one event against the subset of OCSF in testdata, and gives its texts, a line each.
func check(t *testing.T, line []byte) (Event, string) {
	t.Helper()
	schema, err := jsonschema.NewCompiler().Compile(filepath.Join("testdata", "detection_finding.schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(line))
	if err != nil {
		t.Fatalf("%v: %.300q", err, line)
	}
	if err := schema.Validate(value); err != nil {
		t.Errorf("%v:\n%s", err, line)
	}
	var e Event
	if err := json.Unmarshal(line, &e); err != nil {
		t.Fatal(err)
	}
	var texts []string
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case string:
			texts = append(texts, v)
		case []any:
			for _, item := range v {
				walk(item)
			}
		case map[string]any:
			for _, item := range v {
				walk(item)
			}
		}
	}
	walk(value)
	return e, strings.Join(texts, "\n")
}

func TestAnEndpointIsToldAsEveryChannelTells(t *testing.T) {
	notifytest.Run(t, notifytest.Subject{
		Open: func(t *testing.T, base string, client *http.Client, limit time.Duration) notify.Channel {
			return open(t, Options{To: base + "T0KEN-in", Token: notify.NewSecret("hunter2-b7Qx"), Client: client, Timeout: limit, Now: time.Now})
		},
		Service: func(t *testing.T) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("Authorization") != "Bearer hunter2-b7Qx" || r.Header.Get("Content-Type") != "application/json" {
					t.Errorf("%v", r.Header)
				}
				w.WriteHeader(http.StatusAccepted)
			})
		},
		To:    first(),
		Tells: func(*http.Request) bool { return true },
		Payload: func(t *testing.T, _ *http.Request, body []byte) string {
			var list []json.RawMessage
			if body[0] != '[' {
				list = []json.RawMessage{body}
			} else if err := json.Unmarshal(body, &list); err != nil {
				t.Fatal(err)
			}
			var all []string
			for _, one := range list {
				_, text := check(t, one)
				all = append(all, text)
			}
			return strings.Join(all, "\n")
		},
		Identity: func(r *http.Request) string {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				return ""
			}
			r.Body = io.NopCloser(bytes.NewReader(body))
			var e Event
			if json.Unmarshal(body, &e) != nil {
				return ""
			}
			return e.Metadata.UID
		},
		Secrets: []string{"hunter2-b7Qx", "T0KEN-in"},
	})
}

func TestWhatEventsSay(t *testing.T) {
	alert := notifytest.Alert
	type figures struct {
		activity, severity, status int
		alert                      bool
		uid                        string
	}
	for name, test := range map[string]struct {
		a    notify.Alert
		want figures
	}{
		"new":        {alert("dl1:a"), figures{1, 4, 1, true, "lk1:3fd0"}},
		"near":       {with(alert("dl1:a"), func(a *notify.Alert) { a.Urgency = notify.StartsAtOnce }), figures{1, 5, 1, true, "lk1:3fd0"}},
		"a number":   {with(alert("dl1:a"), func(a *notify.Alert) { a.Class = "H" }), figures{1, 3, 1, true, "lk1:3fd0"}},
		"reminder":   {with(alert("dl1:a"), func(a *notify.Alert) { a.Kind = notify.Reminder }), figures{2, 4, 2, false, "lk1:3fd0"}},
		"update":     {with(alert("dl1:a"), func(a *notify.Alert) { a.Kind, a.Status = notify.Update, "Help is called for." }), figures{2, 4, 2, false, "lk1:3fd0"}},
		"end":        {with(alert("dl1:a"), func(a *notify.Alert) { a.Kind, a.Status, a.Closed = notify.Update, "Over.", true }), figures{3, 1, 4, false, "lk1:3fd0"}},
		"fault":      {notify.Alert{Delivery: "dl1:f", Kind: notify.Fault, Status: "The books do not add up."}, figures{1, 4, 2, true, "dl1:f"}},
		"sample":     {with(alert("dl1:a"), func(a *notify.Alert) { a.Kind = notify.Sample }), figures{1, 1, 99, false, "lk1:3fd0"}},
		"announced":  {notify.Alert{Delivery: "dl1:f", Kind: notify.Announce, Status: "It begins."}, figures{1, 1, 99, false, "dl1:f"}},
		"almost nil": {notify.Alert{Delivery: "dl1:n", Leak: "lk1:1"}, figures{1, 3, 1, true, "lk1:1"}},
	} {
		list := events(test.a.Cleaned(), "1.2.3", testNow())
		line, err := json.Marshal(list[0])
		if err != nil || len(list) != 1 {
			t.Fatal(err)
		}
		e, _ := check(t, line)
		got := figures{e.ActivityID, e.SeverityID, e.StatusID, e.IsAlert, e.Finding.UID}
		if got != test.want || e.Time != testNow().UnixMilli() || e.Severity == "" || e.Status == "" || e.Metadata.UID != test.a.Delivery {
			t.Errorf("%s: %+v, want %+v", name, got, test.want)
		}
		if strings.Contains(string(line), "host") {
			t.Errorf("%s: it says who was told: %s", name, line)
		}
	}
}

func with(a notify.Alert, change func(*notify.Alert)) notify.Alert {
	change(&a)
	return a
}

func TestADigestIsAnEventForEachLeak(t *testing.T) {
	path := filepath.Join(t.TempDir(), "events.jsonl")
	c := open(t, Options{To: "file:" + path})
	digest := notify.Alert{Delivery: "dl1:d", Organisation: "acme", Kind: notify.Digest, MoreItems: 2, Items: []notify.Item{
		{Leak: "lk1:1", Service: "Webex", MaskedID: "25•••••107"}, {Leak: "not a name", Service: "Zoom"},
	}}
	if _, err := c.Send(t.Context(), first(), digest); err != nil {
		t.Fatal(err)
	}
	list := lines(t, path)
	if len(list) != 2 {
		t.Fatalf("%d lines", len(list))
	}
	one, _ := check(t, list[0])
	two, _ := check(t, list[1])
	if one.Finding.UID != "lk1:1" || two.Finding.UID != "dl1:d-2" || one.Metadata.UID != "dl1:d-1" || one.Unmapped.MoreItems != 2 || one.Metadata.TenantUID != "acme" {
		t.Errorf("%+v\n%+v", one, two)
	}
}

func lines(t *testing.T, path string) [][]byte {
	t.Helper()
	all, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) > 0 && all[len(all)-1] != '\n' {
		t.Errorf("the last line has no end")
	}
	return bytes.Split(bytes.TrimSuffix(all, []byte("\n")), []byte("\n"))
}

func TestAFileIsForItsOwnerAndWhole(t *testing.T) {
	path := filepath.Join(t.TempDir(), "events.jsonl")
	c := open(t, Options{To: "file:" + path})
	r, err := c.Send(t.Context(), first(), notifytest.Alert("dl1:a"))
	if err != nil || r != "siem1:0:dl1:a" {
		t.Fatalf("%q, %v", r, err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if err := os.Rename(path, path+".away"); err != nil { // as logrotate does
		t.Fatal(err)
	}
	if err := c.Update(t.Context(), r, notifytest.Alert("dl1:b")); err != nil {
		t.Fatal(err)
	}
	if e, _ := check(t, lines(t, path)[0]); e.ActivityID != activityUpdate || len(lines(t, path+".away")) != 1 {
		t.Errorf("%+v", e)
	}
	// A line that a crash tore is ended, so that the next can be read.
	if err := os.WriteFile(path, []byte(`{"torn":`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Send(t.Context(), first(), notifytest.Alert("dl1:c")); err != nil {
		t.Fatal(err)
	}
	list := lines(t, path)
	if len(list) != 2 {
		t.Fatalf("%q", list)
	}
	check(t, list[1])
	if err := c.Check(t.Context()); err != nil || len(lines(t, path)) != 2 {
		t.Errorf("check: %v", err)
	}
}

func TestAFullFileIsRenamed(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "events.jsonl")
	c := open(t, Options{To: "file:" + path})
	c.way.(*file).most = 100 // every event is longer
	for i := range 7 {
		if _, err := c.Send(t.Context(), first(), notifytest.Alert(fmt.Sprintf("dl1:%d", i))); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]string{"": "dl1:6", ".1": "dl1:5", ".2": "dl1:4", ".3": "dl1:3"} {
		if e, _ := check(t, lines(t, path+name)[0]); e.Metadata.UID != want {
			t.Errorf("%s: %s", name, e.Metadata.UID)
		}
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) != 4 {
		t.Errorf("%v, %v", left, err)
	}
}

func TestManyWritersOneFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "events.jsonl")
	channels := []*Channel{open(t, Options{To: "file:" + path}), open(t, Options{To: "file:" + path})}
	var wait sync.WaitGroup
	for i := range 20 {
		wait.Go(func() {
			if _, err := channels[i%2].Send(t.Context(), first(), notifytest.Alert(fmt.Sprintf("dl1:%d", i))); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	seen := map[string]bool{}
	for _, line := range lines(t, path) {
		if len(line) == 0 {
			continue
		}
		e, _ := check(t, line)
		seen[e.Metadata.UID] = true
	}
	if len(seen) != 20 {
		t.Errorf("%d events of 20", len(seen))
	}
}

func TestWhatIsNoFileIsAMistakeOfTheConfiguration(t *testing.T) {
	folder := t.TempDir()
	pipe := filepath.Join(folder, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		folder: "config: no-regular-file", pipe: "config: no-regular-file", filepath.Join(folder, "no", "where"): "config: file-not-writable", "/dev/full": "config: no-regular-file",
	} {
		c := open(t, Options{To: "file:" + path})
		_, err := c.Send(t.Context(), first(), notifytest.Alert("dl1:a"))
		if err == nil || err.Error() != want {
			t.Errorf("%s: %v", path, err)
		}
		if err := c.Check(t.Context()); err == nil || err.Error() != want {
			t.Errorf("%s: check: %v", path, err)
		}
	}
	for err, want := range map[error]string{syscall.ENOSPC: "retry: disk-full", syscall.EIO: "retry: disk-error", syscall.EROFS: "config: file-not-writable", os.ErrPermission: "config: file-not-writable"} {
		if got := fileError(&os.PathError{Op: "write", Path: "/hunter2", Err: err}, true); got.Error() != want {
			t.Errorf("%v: %v", err, got)
		}
	}
}

const logName = "logs.acme.example"

// collector is a syslog server over TLS on loopback. Fault: "" takes all and closes in order; "reset" breaks the connection, "silent"
// never closes.
type collector struct {
	listener net.Listener
	pool     *x509.CertPool
	fault    string

	mu      sync.Mutex
	frames  []string
	conns   []net.Conn
	running sync.WaitGroup
}

func startCollector(t *testing.T, fault string) *collector {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	form := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{logName}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, form, form, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	c := &collector{pool: x509.NewCertPool(), fault: fault}
	c.pool.AddCert(leaf)
	if c.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	secure := &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, MinVersion: tls.VersionTLS12}
	c.running.Go(func() { c.accept(secure) })
	t.Cleanup(func() { c.close() })
	return c
}

func (c *collector) close() {
	_ = c.listener.Close()
	c.mu.Lock()
	for _, conn := range c.conns {
		_ = conn.Close()
	}
	c.mu.Unlock()
	c.running.Wait()
}

func (c *collector) accept(secure *tls.Config) {
	for {
		plain, err := c.listener.Accept()
		if err != nil {
			return
		}
		c.mu.Lock()
		c.conns = append(c.conns, plain)
		c.mu.Unlock()
		c.running.Go(func() { c.serve(plain, tls.Server(plain, secure)) })
	}
}

func (c *collector) serve(plain net.Conn, conn *tls.Conn) {
	defer conn.Close()
	r := bufio.NewReader(conn)
	for {
		length, err := r.ReadString(' ')
		if err != nil {
			break
		}
		n, err := strconv.Atoi(strings.TrimSuffix(length, " "))
		if err != nil || n > 1<<20 {
			break
		}
		message := make([]byte, n)
		if _, err := io.ReadFull(r, message); err != nil {
			break
		}
		if c.fault == "reset" {
			_ = plain.(*net.TCPConn).SetLinger(0)
			_ = plain.Close()
			return
		}
		c.mu.Lock()
		c.frames = append(c.frames, string(message))
		c.mu.Unlock()
	}
	if c.fault == "silent" {
		_, _ = io.Copy(io.Discard, plain)
	}
}

func (c *collector) all() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]string(nil), c.frames...)
}

func (c *collector) options() Options {
	return Options{To: "syslog+tls://" + logName, CA: c.pool, Dial: func(ctx context.Context, _, address string) (net.Conn, error) {
		if address != logName+":6514" {
			return nil, errors.New("another address")
		}
		var d net.Dialer
		return d.DialContext(ctx, "tcp", c.listener.Addr().String())
	}}
}

func TestSyslogFramesAreWhole(t *testing.T) {
	server := startCollector(t, "")
	c := open(t, server.options())
	r, err := c.Send(t.Context(), first(), notifytest.Alert("dl1:a"))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Update(t.Context(), r, notifytest.Alert("dl1:b")); err != nil {
		t.Fatal(err)
	}
	for i, text := range notifytest.Hostile() {
		a := notifytest.Alert(fmt.Sprintf("dl1:h%d", i))
		a.Organisation, a.Topic, a.Places, a.MaskedID, a.Service = text, text, []string{text}, text, text
		if _, err := c.Send(t.Context(), first(), a); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Check(t.Context()); err != nil {
		t.Errorf("check: %v", err)
	}
	server.close()
	frames := server.all()
	if len(frames) != 2+len(notifytest.Hostile()) {
		t.Fatalf("%d frames", len(frames))
	}
	const head = "<109>1 2026-11-21T10:00:00.000Z - meetleaks - finding - \ufeff"
	for _, text := range frames {
		body, ok := strings.CutPrefix(text, head)
		if !ok || strings.ContainsAny(body, "\r\n\x00\x1b") {
			t.Errorf("%.200q", text)
			continue
		}
		check(t, []byte(body))
	}
}

func TestSyslogFaults(t *testing.T) {
	for fault, want := range map[string]string{"": "", "silent": "", "reset": "retry: connection-broken"} {
		server := startCollector(t, fault)
		_, err := open(t, server.options()).Send(t.Context(), first(), notifytest.Alert("dl1:a"))
		if e := notify.AsError(err); want == "" && err != nil || want != "" && (e == nil || e.Error() != want || !e.Unsure) {
			t.Errorf("%q: %v", fault, err)
		}
	}
	server := startCollector(t, "")
	for want, change := range map[string]func(*Options){
		"config: certificate":       func(o *Options) { o.CA = nil },
		"retry: unreachable":        func(o *Options) { server.close() },
		"config: bad-address":       func(o *Options) { o.To = "syslog+tls://user:hunter2@" + logName },
		"config: not-https":         func(o *Options) { o.To = "http://siem.acme.example/hunter2" },
		"config: no-guarded-client": func(o *Options) { o.Dial = nil },
	} {
		if want == "retry: unreachable" {
			continue
		}
		o := server.options()
		change(&o)
		c, err := New(o)
		if err == nil {
			_, err = c.Send(t.Context(), first(), notifytest.Alert("dl1:a"))
		}
		if err == nil || err.Error() != want || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%v, want %s", err, want)
		}
	}
	server.close()
	_, err := open(t, server.options()).Send(t.Context(), first(), notifytest.Alert("dl1:a"))
	if e := notify.AsError(err); e == nil || e.Error() != "retry: unreachable" || e.Unsure {
		t.Errorf("nobody there: %v", err)
	}
}

func TestAServerThatSaysNothingIsGivenUp(t *testing.T) {
	mute, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer mute.Close()
	o := Options{To: "syslog+tls://" + logName, Timeout: 200 * time.Millisecond, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "tcp", mute.Addr().String())
	}}
	_, err = open(t, o).Send(t.Context(), first(), notifytest.Alert("dl1:a"))
	if e := notify.AsError(err); e == nil || e.Class != notify.Retry || e.Unsure {
		t.Errorf("%v", err)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if _, err := open(t, o).Send(ended, first(), notifytest.Alert("dl1:a")); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestAnotherChannelsAlertIsNotForThis(t *testing.T) {
	path := filepath.Join(t.TempDir(), "events.jsonl")
	c := open(t, Options{Index: 3, To: "file:" + path})
	if c.Name() != "siem:3" {
		t.Error(c.Name())
	}
	for _, to := range []notify.Recipient{{}, {Ref: "0"}, {Email: "a@acme.example"}, {Ref: "3", ID: "x"}} {
		if _, err := c.Send(t.Context(), to, notifytest.Alert("dl1:a")); err == nil || err.Error() != "permanent: not-for-siem" {
			t.Errorf("%v", err)
		}
	}
	if err := c.Update(t.Context(), "siem1:0:dl1:a", notifytest.Alert("dl1:b")); err == nil || err.Error() != "gone: bad-receipt" {
		t.Errorf("%v", err)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Error("something was written")
	}
}

// Whatever an alert says, its events are one line each and keep to the schema.
func FuzzEvents(f *testing.F) {
	f.Add("acme", "981•••••210", "Board\r\n{\"class_uid\":1}", "B", "new", "Over.", true)
	f.Add("\u2028", "\x00\xff", "</script>", "Z", "fault", "", false)
	f.Fuzz(func(t *testing.T, org, id, topic, class, kind, status string, closed bool) {
		a := notify.Alert{Delivery: "dl1:a", Leak: "lk1:1", Organisation: org, MaskedID: id, Topic: topic, Class: class, Kind: notify.Kind(kind), Status: status, Closed: closed, Places: []string{topic}}
		for _, e := range events(a.Cleaned(), "1", testNow()) {
			line, err := json.Marshal(e)
			if err != nil || bytes.ContainsAny(line, "\r\n") || bytes.ContainsRune(line, '\u2028') {
				t.Fatalf("%v: %q", err, line)
			}
			check(t, line)
		}
	})
}

func FuzzAddresses(f *testing.F) {
	f.Add("syslog+tls://logs.acme.example:6514")
	f.Add("file:/var/log/x.jsonl")
	f.Add("https://siem.acme.example/in")
	f.Fuzz(func(t *testing.T, to string) {
		if u, err := SyslogBase(to); err == nil && (u.Port() == "" || strings.ContainsAny(u.Host, "\r\n ")) {
			t.Errorf("%q: %q", to, u.Host)
		}
		_, _ = New(Options{To: to, Client: &http.Client{Transport: &http.Transport{}}})
	})
}
