package claims

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"meetleaks/scanner"
)

// knot is a real name server that is changed while it runs: Debian's Knot, updated as nsupdate does (RFC 2136).
type knot struct {
	t       *testing.T
	address string
	port    string
}

// startKnot starts the server for acme.example on a free port of loopback.
func startKnot(t *testing.T) *knot {
	t.Helper()
	folder, err := os.MkdirTemp("", "knot") // short: the path of a socket has 108 bytes at most
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	k := &knot{t: t, address: freeAddress(t)}
	_, k.port, _ = net.SplitHostPort(k.address)
	write := func(name, text string) string {
		file := filepath.Join(folder, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	write("acme.zone", "$ORIGIN acme.example.\n@ 3600 IN SOA ns hostmaster 1 3600 600 86400 300\n@ 3600 IN NS ns\nns 3600 IN A 127.0.0.1\n@ 3600 IN TXT \"v=spf1 -all\"\n")
	conf := write("knot.conf", fmt.Sprintf(`server:
    listen: 127.0.0.1@%[1]s
    rundir: %[2]s
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
log:
  - target: %[2]s/log
    any: info
database:
    storage: %[2]s
    journal-db-max-size: 20M
    kasp-db-max-size: 5M
    timer-db-max-size: 5M
    catalog-db-max-size: 5M
acl:
  - id: local
    address: 127.0.0.1
    action: update
zone:
  - domain: acme.example
    storage: %[2]s
    file: acme.zone
    acl: local
`, k.port, folder))
	cmd := exec.Command(program(t, "knotd"), "-c", conf)
	if err := cmd.Start(); err != nil {
		t.Fatalf("start knotd (the package knot): %v", err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
		if t.Failed() {
			log, _ := os.ReadFile(filepath.Join(folder, "log"))
			t.Logf("knotd says:\n%s", log)
		}
	})
	k.await("acme.example", func(a Answer) bool { return a.Status == StatusTexts })
	return k
}

// program finds a server where only root looks.
func program(t *testing.T, name string) string {
	t.Helper()
	for _, folder := range []string{"", "/usr/sbin/"} {
		if path, err := exec.LookPath(folder + name); err == nil {
			return path
		}
	}
	t.Fatalf("there is no %s: `.ci/deps test` installs it", name)
	return ""
}

func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

func (k *knot) resolvers() *Resolvers {
	k.t.Helper()
	r, err := NewResolvers(ResolverOptions{Addresses: []string{k.address}, Timeout: patient})
	if err != nil {
		k.t.Fatal(err)
	}
	return r
}

// await asks until the answer is as it shall be.
func (k *knot) await(name string, fits func(Answer) bool) {
	k.t.Helper()
	ctx, cancel := context.WithTimeout(k.t.Context(), 30*time.Second)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		a := k.resolvers().Texts(ctx, name)[0]
		if fits(a) {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			k.t.Fatalf("knotd answers %+v for %s", a, name)
		}
	}
}

// update changes the zone, as an administrator does with nsupdate.
func (k *knot) update(lines ...string) {
	k.t.Helper()
	cmd := exec.Command(program(k.t, "knsupdate"))
	cmd.Stdin = strings.NewReader(fmt.Sprintf("server 127.0.0.1 %s\nzone acme.example.\n%s\nsend\n", k.port, strings.Join(lines, "\n")))
	if out, err := cmd.CombinedOutput(); err != nil || strings.Contains(string(out), "error") {
		k.t.Fatalf("knsupdate: %v\n%s", err, out)
	}
}

// TestARealNameServerThatIsChanged takes a claim through what administrators do to a zone.
func TestARealNameServerThatIsChanged(t *testing.T) {
	k := startKnot(t)
	r := newRig(t)
	r.Registry.dns = k.resolvers()
	record := r.add("acme", "acme.example")[0]
	owner := record.Name + "."
	expect := func(what string, state scanner.ClaimState, says string) {
		t.Helper()
		c := r.verify("acme", "acme.example")
		if c.State != state || !strings.Contains(strings.Join(c.Said, "\n"), says) {
			t.Errorf("%s: %s, %q", what, c.State, c.Said)
		}
	}
	expect("nothing yet", scanner.ClaimPending, "nothing at _meetleaks.acme.example yet; resolvers may say so for 5 minutes")

	k.update("add " + owner + "acme.example. 60 TXT \"" + record.Value + "\"")
	expect("a doubled zone", scanner.ClaimPending, "adds the domain by itself")
	k.update("del " + owner + "acme.example. TXT")

	k.update("add " + owner + " 60 A 127.0.0.1")
	expect("another type", scanner.ClaimPending, "has no TXT record")
	k.update("del " + owner + " A")

	k.update("add *.acme.example. 60 CNAME pages.hooli.example.")
	expect("a wildcard alias", scanner.ClaimPending, "an alias (CNAME) stands at")

	k.update(`add ` + owner + ` 60 TXT "\"` + record.Value + `\""`)
	expect("quotes inside", scanner.ClaimPending, "quotation marks")
	k.update("del " + owner + " TXT")

	half := len(record.Value) / 2
	k.update(`add `+owner+` 60 TXT "`+record.Value[:half]+`" "`+record.Value[half:]+`"`, `add `+owner+` 60 TXT "v=spf1 -all"`)
	expect("split strings, beside another record, before a wildcard", scanner.ClaimProved, "")

	k.update("del " + owner + " TXT")
	expect("taken away", scanner.ClaimWarned, "an alias (CNAME)")
	k.update("del *.acme.example. CNAME")
	expect("nothing left", scanner.ClaimWarned, "nothing at")

	for n := range 70 { // long enough for TCP, and more than is read
		k.update(fmt.Sprintf(`add %s 60 TXT "filler %d %s"`, owner, n, strings.Repeat("x", 200)))
	}
	expect("too many", scanner.ClaimWarned, "more than 64 records")
	k.update("del "+owner+" TXT", "add "+owner+" 60 TXT \""+record.Value+"\"")
	expect("back again", scanner.ClaimProved, "")
}

// TestNameServersThatDisagree gives a record to one of three.
func TestNameServersThatDisagree(t *testing.T) {
	knots := []*knot{startKnot(t), startKnot(t), startKnot(t)}
	r := newRig(t)
	var addresses []string
	for _, k := range knots {
		addresses = append(addresses, k.address)
	}
	var err error
	if r.Registry.dns, err = NewResolvers(ResolverOptions{Addresses: addresses, Timeout: patient}); err != nil {
		t.Fatal(err)
	}
	record := r.add("acme", "acme.example")[0]
	for n, want := range []scanner.ClaimState{scanner.ClaimPending, scanner.ClaimProved, scanner.ClaimProved} {
		knots[n].update("add " + record.Name + ". 60 TXT \"" + record.Value + "\"")
		c := r.verify("acme", "acme.example")
		right := 0
		for _, seen := range c.Seen {
			if seen.Right {
				right++
			}
		}
		if c.State != want || right != n+1 {
			t.Errorf("at %d name servers: %s, %+v", n+1, c.State, c.Seen)
		}
		if n == 0 && !strings.Contains(strings.Join(c.Said, "\n"), "1 of 3 resolvers have seen the record, 2 must") {
			t.Errorf("%q", c.Said)
		}
	}
}

// TestAQuestionIsWhatARealServerReads keeps the wire format of questions.
func TestAQuestionIsWhatARealServerReads(t *testing.T) {
	for _, edns := range []bool{true, false} {
		message, err := question(7, dnsmessage.MustNewName(recordOfAcme+"."), edns)
		if err != nil {
			t.Fatal(err)
		}
		var m dnsmessage.Message
		if err := m.Unpack(message); err != nil || m.ID != 7 || !m.RecursionDesired || len(m.Questions) != 1 || (len(m.Additionals) == 1) != edns {
			t.Errorf("%+v, %v", m, err)
		}
	}
}
