package fetch

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"
)

func TestEveryAddressThatIsNotOfThePublicInternetIsBlockedAtTheDial(t *testing.T) {
	g, err := newGuard(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	blocked := []string{
		"0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.254", "100.100.100.200", "127.0.0.1",
		"127.255.0.9", "169.254.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.170", "192.0.2.7",
		"192.88.99.1", "192.168.0.1", "192.168.255.255", "198.18.0.1", "198.19.255.255", "198.51.100.9", "203.0.113.5",
		"224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
		"::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:10.1.2.3", "::ffff:169.254.169.254", "64:ff9b::7f00:1",
		"64:ff9b::a00:1", "64:ff9b::808:808", "64:ff9b:1::1", "100::1", "100:0:0:1::1", "2001::1", "2001:1ff::1", "2001:db8::1",
		"2002:7f00:1::1", "2002:a00:1::", "2002:808:808::1", "3fff::1", "3fff:fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1",
		"fe80::1%eth0", "febf::1", "fec0::1", "ff02::1", "ff0e::1", "2606:4700::1%eth0", "4000::1", "::ffff:0:7f00:1",
	}
	for _, addr := range blocked {
		for _, port := range []int{80, 443} {
			if err := g.control(t.Context(), network(addr), join(addr, port), nil); !errors.Is(err, errNotPublic) {
				t.Errorf("%s port %d: got %v, want it blocked", addr, port, err)
			}
		}
	}
	for _, addr := range []string{
		"8.8.8.8", "100.63.255.255", "100.128.0.1", "172.15.255.255", "172.32.0.1", "192.0.1.1", "198.17.0.1", "198.20.0.1",
		"223.255.255.255", "192.88.98.255", "::ffff:8.8.8.8", "2606:4700::1", "2a00:1450::1", "2001:200::1", "2003::1",
	} {
		if err := g.control(t.Context(), network(addr), join(addr, 443), nil); err != nil {
			t.Errorf("%s: got %v, want it let through", addr, err)
		}
	}
}

func TestEveryRangeIsBlockedAtBothItsEnds(t *testing.T) {
	g, _ := newGuard(nil, nil)
	for _, r := range specialRanges() {
		first := r.Masked().Addr()
		bytes := first.AsSlice()
		for bit := r.Bits(); bit < first.BitLen(); bit++ {
			bytes[bit/8] |= 0x80 >> (bit % 8)
		}
		last, _ := netip.AddrFromSlice(bytes)
		for _, addr := range []netip.Addr{first, last} {
			if _, err := g.judge("acme.example:80", netip.AddrPortFrom(addr, 80)); err == nil {
				t.Errorf("%s of %s was let through", addr, r)
			}
		}
	}
}

// The last question before a connection is asked of itself: whoever came by another way than dial, and had its address judged before,
// has it judged again.
func TestTheDialItselfAsksTheGuard(t *testing.T) {
	server := newRawServer(t, okay)
	g, err := newGuard(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	d := &dialler{guard: g, timeout: time.Second}
	if c, err := d.direct(t.Context(), "acme.example:80", netip.MustParseAddrPort(server.addr)); !errors.Is(err, errNotPublic) {
		t.Errorf("connected: %v, %v", c != nil, err)
	}
	if server.conns.Load() != 0 {
		t.Error("it was dialled")
	}
	if public(netip.Addr{}) {
		t.Error("no address at all is let through")
	}
}

func TestOnlyTheNamedHostAndPortIsOpened(t *testing.T) {
	g, err := newGuard([]string{"127.0.0.1:8088", "[::1]:8089", "Intranet.Acme.example.:8090"}, []netip.Prefix{netip.MustParsePrefix("93.184.216.0/24")})
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		authority, at string
		private, ok   bool
	}{
		{"127.0.0.1:8088", "127.0.0.1:8088", true, true},
		{"any.acme.example:8088", "127.0.0.1:8088", true, true},
		{"127.0.0.1:8088", "[::ffff:127.0.0.1]:8088", true, true},
		{"127.0.0.1:8089", "127.0.0.1:8089", false, false},
		{"127.0.0.2:8088", "127.0.0.2:8088", false, false},
		{"[::1]:8089", "[::1]:8089", true, true},
		{"intranet.acme.example:8090", "10.1.2.3:8090", true, true},
		{"intranet.acme.example:80", "10.1.2.3:80", false, false},
		{"other.acme.example:8090", "10.1.2.3:8090", false, false},
		{"acme.example:443", "93.184.215.1:443", false, true},
		{"acme.example:443", "93.184.216.34:443", false, false}, // the operator's own
	}
	for _, test := range tests {
		private, err := g.judge(test.authority, netip.MustParseAddrPort(test.at))
		if private != test.private || (err == nil) != test.ok {
			t.Errorf("%s at %s: got private %v, error %v", test.authority, test.at, private, err)
		}
	}
}

func TestControlTrustsNothingItCannotRead(t *testing.T) {
	g, _ := newGuard([]string{"127.0.0.1:8088"}, nil)
	for _, test := range [][2]string{{"tcp4", "acme.example:80"}, {"tcp4", ""}, {"unix", "/tmp/socket"}, {"udp4", "8.8.8.8:53"}, {"udp4", "127.0.0.1:8088"}} {
		if err := g.control(t.Context(), test[0], test[1], nil); err == nil {
			t.Errorf("%s %q was let through", test[0], test[1])
		}
	}
}

func TestMistakesInTheListAreAllNamed(t *testing.T) {
	bad := []string{"127.0.0.1", "127.0.0.1:0", "127.0.0.1:08", "127.1:80", "0x7f.1:80", "acme.example:99999", ":80", "a b:80", "[::1%lo]:80", "acme.example:http"}
	_, err := New(Options{Allow: append(bad, "127.0.0.1:8088"), Contact: "x"})
	if err == nil {
		t.Fatal("accepted")
	}
	for _, entry := range bad {
		if !strings.Contains(err.Error(), fmt.Sprintf("%q", entry)) {
			t.Errorf("%q is not named in: %v", entry, err)
		}
	}
	if strings.Contains(err.Error(), "8088") {
		t.Error("a good entry is named")
	}
}

func network(addr string) string {
	if strings.Contains(addr, ":") {
		return "tcp6"
	}
	return "tcp4"
}

func join(addr string, port int) string {
	if strings.Contains(addr, ":") {
		return fmt.Sprintf("[%s]:%d", addr, port)
	}
	return fmt.Sprintf("%s:%d", addr, port)
}
