// Package webtest serves sites to tests by a real nginx (Debian: nginx-light) on a loopback port, with a folder of its own for
// everything: throttled, stalling, redirecting and broken ones too, as its configuration says.
package webtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// Server is one nginx. It ends with the test, and needs no root rights.
type Server struct {
	Addr string // "127.0.0.1:port"
	Dir  string // its folder; the site lies in "site" below it
}

// Start serves files, by their paths, as the lines inside "server { }" say; PORT in them is its port. zones are lines for
// "http { }". The server ends with the test.
func Start(t *testing.T, files map[string][]byte, zones, locations string) *Server {
	t.Helper()
	program, err := exec.LookPath("nginx")
	if err != nil {
		if program, err = exec.LookPath("/usr/sbin/nginx"); err != nil {
			t.Fatalf("this test needs nginx (Debian: nginx-light): %v", err)
		}
	}
	n := &Server{Dir: t.TempDir()}
	for _, folder := range []string{"site", "logs", "tmp"} {
		if err := os.Mkdir(filepath.Join(n.Dir, folder), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	n.Write(t, files)
	for try := 1; ; try++ {
		n.Addr = freeAddress(t)
		err := n.start(t, program, zones, locations)
		if err == nil {
			return n
		}
		if try == 3 { // somebody took the port
			t.Fatalf("nginx: %v", err)
		}
	}
}

func freeAddress(t *testing.T) string {
	t.Helper()
	var config net.ListenConfig
	l, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return addr
}

// Write adds files to the site, by their paths.
func (n *Server) Write(t *testing.T, files map[string][]byte) {
	t.Helper()
	for name, content := range files {
		path := filepath.Join(n.Dir, "site", filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func (n *Server) start(t *testing.T, program, zones, locations string) error {
	t.Helper()
	conf := filepath.Join(n.Dir, "nginx.conf")
	_, port, err := net.SplitHostPort(n.Addr)
	if err != nil {
		return err
	}
	text := strings.NewReplacer("DIR", n.Dir, "ADDR", n.Addr, "ZONES", zones, "LOCATIONS", locations).Replace(nginxConf)
	if err := os.WriteFile(conf, []byte(strings.ReplaceAll(text, "PORT", port)), 0o644); err != nil {
		return err
	}
	var said bytes.Buffer
	ctx, stop := context.WithCancel(context.Background())
	run := exec.CommandContext(ctx, program, "-p", n.Dir, "-c", conf, "-e", filepath.Join(n.Dir, "logs/error.log"))
	run.Stdout, run.Stderr = &said, &said
	if err := run.Start(); err != nil {
		stop()
		return err
	}
	ended, why := make(chan struct{}), error(nil)
	go func() { why = run.Wait(); close(ended) }()
	t.Cleanup(func() {
		stop() // kills it; it has no children, for master_process is off
		<-ended
	})
	if err := n.answers(ended); err != nil {
		stop()
		<-ended
		return fmt.Errorf("%w (%w); it said: %s", err, why, said.Bytes())
	}
	return nil
}

// answers waits until the server takes connections.
func (n *Server) answers(ended <-chan struct{}) error {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	var dialer net.Dialer
	for {
		if c, err := dialer.DialContext(ctx, "tcp", n.Addr); err == nil {
			return c.Close()
		}
		select {
		case <-ended:
			return errors.New("it ended")
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(2 * time.Millisecond):
		}
	}
}

// Request is one line of the access log. Fields that were not sent are "-" or "".
type Request struct {
	Method, URI, Status, Host, Referer, Cookie, Agent string
	Connection                                        string // its number
}

// settled begins the path of a request that Log makes to know that all before it stand in the log.
const settled = "/.settled-"

// whole reads the access log once all that was answered stands there: a line is written after its answer, but before the next request
// is looked at, for there is one worker.
func (n *Server) whole(t *testing.T) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	mark := fmt.Sprintf("%s%d", settled, time.Now().UnixNano())
	var dialer net.Dialer
	c, err := dialer.DialContext(ctx, "tcp", n.Addr)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	if _, err := fmt.Fprintf(c, "GET %s HTTP/1.0\r\n\r\n", mark); err != nil {
		t.Fatal(err)
	}
	for {
		text, err := os.ReadFile(filepath.Join(n.Dir, "logs/access.log"))
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), mark+"\t") && strings.HasSuffix(string(text), "\n") {
			return string(text)
		}
		select {
		case <-ctx.Done():
			t.Fatalf("the access log does not settle: %q", text[max(0, len(text)-500):])
		case <-time.After(2 * time.Millisecond):
		}
	}
}

// Log reads the access log.
func (n *Server) Log(t *testing.T) []Request {
	t.Helper()
	text := n.whole(t)
	var out []Request
	for line := range strings.Lines(text) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(f) != 8 {
			t.Fatalf("a line of the access log has %d fields: %q", len(f), line)
		}
		if strings.HasPrefix(f[1], settled) {
			continue
		}
		out = append(out, Request{f[0], f[1], f[2], f[3], f[4], f[5], f[6], f[7]})
	}
	return out
}

// Statuses are how the requests of one address were answered, in their order.
func (n *Server) Statuses(t *testing.T, uri string) (out []string) {
	t.Helper()
	for _, request := range n.Log(t) {
		if request.URI == uri {
			out = append(out, request.Status)
		}
	}
	return out
}

// Asked are the addresses that were asked for, sorted, without robots.txt.
func (n *Server) Asked(t *testing.T) []string {
	t.Helper()
	var out []string
	for _, line := range n.Log(t) {
		if line.URI != "/robots.txt" {
			out = append(out, line.URI)
		}
	}
	slices.Sort(out)
	return out
}

const nginxConf = `
daemon off;
master_process off;
pid DIR/nginx.pid;
error_log DIR/logs/error.log;
worker_rlimit_nofile 1024;
events { worker_connections 512; }
http {
	log_format told '$request_method\t$request_uri\t$status\t$http_host\t$http_referer\t$http_cookie\t$http_user_agent\t$connection';
	access_log DIR/logs/access.log told;
	client_body_temp_path DIR/tmp/body;
	proxy_temp_path DIR/tmp/proxy;
	fastcgi_temp_path DIR/tmp/fastcgi;
	uwsgi_temp_path DIR/tmp/uwsgi;
	scgi_temp_path DIR/tmp/scgi;
	types {
		text/html html; text/css css; text/calendar ics; application/json json; application/xml xml; text/plain txt;
		application/rss+xml rss; application/gzip gz; image/png png; video/mp4 mp4; application/pdf pdf;
	}
	default_type application/octet-stream;
	keepalive_requests 100000;
	ZONES
	server {
		listen ADDR;
		root DIR/site;
		index index.html;
		LOCATIONS
	}
}
`
