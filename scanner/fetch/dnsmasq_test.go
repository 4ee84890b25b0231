package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// dnsmasq is a real name server whose answers change while it runs: it reads its file of hosts again at SIGHUP.
type dnsmasq struct {
	hosts   string
	port    int
	process *os.Process
}

// startDNSMasq starts the server on a free port of loopback. It answers from its file only and asks nobody.
func startDNSMasq(t *testing.T) *dnsmasq {
	t.Helper()
	program, err := exec.LookPath("dnsmasq")
	if err != nil {
		program = "/usr/sbin/dnsmasq"
	}
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	const ready = "ready.acme.example"
	for range 5 { // another process may take the port before the server does
		folder := t.TempDir()
		d := &dnsmasq{hosts: filepath.Join(folder, "hosts"), port: freePort(t)}
		if err := os.WriteFile(d.hosts, []byte("127.0.0.1 "+ready+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(program, "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--no-poll",
			"--listen-address=127.0.0.1", "--bind-interfaces", "--cache-size=0", "--local-ttl=0", "--pid-file="+filepath.Join(folder, "pid"),
			"--user="+me.Username, "--log-facility="+filepath.Join(folder, "log"), "--addn-hosts="+d.hosts, fmt.Sprintf("--port=%d", d.port))
		if err := cmd.Start(); err != nil {
			t.Fatalf("start dnsmasq (the package dnsmasq-base): %v", err)
		}
		d.process = cmd.Process
		ended := make(chan struct{})
		go func() { _ = cmd.Wait(); close(ended) }()
		t.Cleanup(func() { _ = cmd.Process.Kill(); <-ended })
		// Before it is ready, SIGHUP would end it.
		if err := d.says(t, ready, netip.MustParseAddr("127.0.0.1"), ended); err == nil {
			return d
		}
	}
	t.Fatal("dnsmasq does not come up")
	return nil
}

// freePort is one that is free for both of DNS's transports.
func freePort(t *testing.T) int {
	t.Helper()
	for range 20 {
		port := freeUDPPort(t)
		if l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port)); err == nil {
			_ = l.Close()
			return port
		}
	}
	t.Fatal("no port is free for UDP and TCP")
	return 0
}

func freeUDPPort(t *testing.T) int {
	t.Helper()
	socket, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	return socket.LocalAddr().(*net.UDPAddr).Port
}

func (d *dnsmasq) resolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, fmt.Sprintf("127.0.0.1:%d", d.port))
	}}
}

// answers makes the server answer with addr for name from now on, and waits until it does.
func (d *dnsmasq) answers(t *testing.T, name string, addr netip.Addr) {
	t.Helper()
	if err := os.WriteFile(d.hosts, fmt.Appendf(nil, "%s %s\n", addr, name), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := d.process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	if err := d.says(t, name, addr, nil); err != nil {
		t.Fatal(err)
	}
}

// says asks until the server answers so, or has ended, 20 seconds at most.
func (d *dnsmasq) says(t *testing.T, name string, addr netip.Addr, ended <-chan struct{}) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		asked, stop := context.WithTimeout(ctx, time.Second)
		got, err := d.resolver().LookupNetIP(asked, "ip4", name)
		stop()
		if len(got) == 1 && got[0].Unmap() == addr {
			return nil
		}
		select {
		case <-ended:
			return errors.New("dnsmasq has ended")
		case <-ctx.Done():
			return fmt.Errorf("dnsmasq answers %v (%w) for %s, want %s", got, err, name, addr)
		case <-tick.C:
		}
	}
}

// The second answer of a real name server leads to another service of this machine. It is refused before anything is
// dialled: the service sees no connection.
func TestANameThatIsBoundAgainByARealNameServerIsBlockedBeforeTheDial(t *testing.T) {
	page := func(c net.Conn, _ string) {
		io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
	}
	open := newRawServer(t, page)
	port := portOf(t, open.addr)
	inner, err := net.Listen("tcp", "127.0.0.2:"+port)
	if err != nil {
		t.Fatal(err)
	}
	defer inner.Close()
	const name = "rebound.acme.example"
	server := startDNSMasq(t)
	c := newTestClient(t, Options{Allow: []string{open.addr}, Resolver: server.resolver(), Pace: None})
	target := "http://" + name + ":" + port + "/"

	server.answers(t, name, netip.MustParseAddr("127.0.0.1"))
	got, err := c.Get(t.Context(), Request{URL: target})
	if err != nil || string(got.Body) != "ok" {
		t.Fatalf("the first answer: %v, %v", got, err)
	}
	server.answers(t, name, netip.MustParseAddr("127.0.0.2"))
	_, err = c.Get(t.Context(), Request{URL: target + "again"})
	wantClass(t, err, Blocked)
	if err := inner.(*net.TCPListener).SetDeadline(time.Now()); err != nil {
		t.Fatal(err)
	}
	if conn, err := inner.Accept(); err == nil {
		conn.Close()
		t.Error("the inner service was dialled")
	}
}
