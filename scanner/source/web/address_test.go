package web

import (
	"errors"
	"strings"
	"testing"
)

// mustAddress is an address from a test's own words.
func mustAddress(t testing.TB, text string) Address {
	t.Helper()
	a, err := canonical(Address{}, text)
	if err != nil {
		t.Fatalf("canonical(%q): %v", text, err)
	}
	return a
}

func TestAddressesAreReadAsBrowsersReadThem(t *testing.T) {
	base := mustAddress(t, "https://acme.example/docs/town/agenda.html?page=2")
	for _, c := range []struct{ ref, want string }{
		{"", "https://acme.example/docs/town/agenda.html?page=2"},
		{"#top", "https://acme.example/docs/town/agenda.html?page=2"},
		{"?page=3", "https://acme.example/docs/town/agenda.html?page=3"},
		{"?", "https://acme.example/docs/town/agenda.html"},
		{"minutes.html", "https://acme.example/docs/town/minutes.html"},
		{"./minutes.html", "https://acme.example/docs/town/minutes.html"},
		{"../minutes.html", "https://acme.example/docs/minutes.html"},
		{"../../../../minutes.html", "https://acme.example/minutes.html"},
		{"..", "https://acme.example/docs/"},
		{".", "https://acme.example/docs/town/"},
		{"%2e%2E/minutes", "https://acme.example/docs/minutes"},
		{"/", "https://acme.example/"},
		{"/a/./b/../c", "https://acme.example/a/c"},
		{"/a//b/", "https://acme.example/a//b/"},
		{"/a/..", "https://acme.example/"},
		{"/a/b/..//", "https://acme.example/a//"},
		{`\a\b`, "https://acme.example/a/b"},
		{`..\b`, "https://acme.example/docs/b"},
		{`\\globex.example\a`, "https://globex.example/a"},
		{"//globex.example", "https://globex.example/"},
		{"///globex.example/a", "https://globex.example/a"},
		{"  /a\t/b\r\n/c  ", "https://acme.example/a/b/c"},
		{"ht\ntps://globex.example/", "https://globex.example/"},
		{"https:b.html", "https://acme.example/docs/town/b.html"},
		{"https:/b.html", "https://acme.example/b.html"},
		{"https:/\\globex.example/b", "https://globex.example/b"},
		{"http:globex.example", "http://globex.example/"},
		{"http:/globex.example", "http://globex.example/"},
		{"HTTPS://Globex.EXAMPLE/A", "https://globex.example/A"},
		{"https://globex.example:443/", "https://globex.example/"},
		{"http://globex.example:80", "http://globex.example/"},
		{"http://globex.example:0443/", "http://globex.example:443/"},
		{"https://globex.example:/", "https://globex.example/"},
		{"https://globex.example./", "https://globex.example/"},
		{"https://globex.example?x=1", "https://globex.example/?x=1"},
		{"https://globex.example#x", "https://globex.example/"},
		{"https://b\u00fccher.example/", "https://xn--bcher-kva.example/"},
		{"https://B\u00dcCHER.example/", "https://xn--bcher-kva.example/"},
		{"https://glo%62ex.example/", "https://globex.example/"},
		{"https://under_score.acme.example/", "https://under_score.acme.example/"},
		{"http://[2001:DB8:0:0::1]:8080/a", "http://[2001:db8::1]:8080/a"},
		{"http://127.0.0.1:8088/", "http://127.0.0.1:8088/"},
		{"webcal://acme.example/c.ics", "https://acme.example/c.ics"},
		{"/a b", "https://acme.example/a%20b"},
		{"/%7euser/%41%2f%3a", "https://acme.example/~user/A%2F%3A"},
		{"/caf\u00e9", "https://acme.example/caf%C3%A9"},
		{"/100%", "https://acme.example/100%25"},
		{"/%zz%4", "https://acme.example/%25zz%254"},
		{"/a%%32%45", "https://acme.example/a%252E"},
		{"/a?q=a b&r=\"<>'", "https://acme.example/a?q=a%20b&r=%22%3C%3E%27"},
		{"/a?b=2&a=1&b=1", "https://acme.example/a?b=2&a=1&b=1"},
		{"/a?&&x&", "https://acme.example/a?x"},
		{"/a?x=1?y=2/3", "https://acme.example/a?x=1?y=2/3"},
		{"/a#!/room", "https://acme.example/a#!/room"},
		{"/a#!", "https://acme.example/a"},
		{"/a?b#!c d", "https://acme.example/a?b#!c%20d"},
	} {
		got, err := canonical(base, c.ref)
		if err != nil || got.String() != c.want {
			t.Errorf("canonical(%q) = %q, %v; want %q", c.ref, got, err, c.want)
		}
	}
}

func TestTrackingAndSessionsAreTakenOff(t *testing.T) {
	base := mustAddress(t, "https://acme.example/")
	for _, c := range []struct{ ref, want string }{
		{"/a?utm_source=x&id=7&UTM_medium=y", "/a?id=7"},
		{"/a?fbclid=IwAR0x&gclid=1&mc_eid=2&msclkid=3&_ga=1.2", "/a"},
		{"/a?%75tm_source=x", "/a"},
		{"/a?PHPSESSID=4h2k9d8s7f6g5h4j&b=1", "/a?b=1"},
		{"/a?sid=4h2k9d8s7f6g5h4j3k2l", "/a"},
		{"/a?sid=12", "/a?sid=12"},
		{"/a?session=spring-meeting", "/a?session=spring-meeting"},
		{"/a?s=4e07408562bedb8b60ce05c1decfe3ad", "/a"},
		{"/a?s=budget", "/a?s=budget"},
		{"/a?ASPSESSIONIDQQRB=KJH", "/a"},
		{"/a;jsessionid=1A2B3C.node1/b;JSESSIONID=9?x=1", "/a/b?x=1"},
		{"/a;v=2;jsessionid=1A2B", "/a;v=2"},
		{"/..;jsessionid=1/b", "/b"},
		{"/(S(lit3py55t21z5v55vlm25s55))/order.aspx", "/order.aspx"},
		{"/(S(x))/order.aspx", "/(S(x))/order.aspx"},
	} {
		got, err := canonical(base, c.ref)
		if err != nil || got.String() != "https://acme.example"+c.want {
			t.Errorf("canonical(%q) = %q, %v; want %q", c.ref, got, err, c.want)
		}
	}
}

func TestWhatIsNoPageIsRefusedWithItsReason(t *testing.T) {
	base := mustAddress(t, "https://acme.example/")
	for _, c := range []struct {
		ref  string
		want refusal
	}{
		{"mailto:jo@acme.example", notWeb},
		{"javascript:void(0)", notWeb},
		{"tel:+49301234", notWeb},
		{"data:text/html,x", notWeb},
		{"ftp://acme.example/", notWeb},
		{"file:///etc/hosts", notWeb},
		{"https://jo:secret@acme.example/", named},
		{"https://@acme.example/", named},
		{"https://", malformed},
		{"//", malformed},
		{"https:///?x", malformed},
		{"https://:80/", malformed},
		{"https://acme.example:99999/", malformed},
		{"https://acme.example:8o/", malformed},
		{"https://acme.example:+80/", malformed},
		{"https://a..b.example/", malformed},
		{"https://.example/", malformed},
		{"https://exa mple/", malformed},
		{"https://a<b>.example/", malformed},
		{"https://acme%00.example/", malformed},
		{"https://acme%2Fb.example/", malformed},
		{"https://xn--zzzz-.example/", malformed},
		{"https://2130706433/", malformed},
		{"https://0x7f.1/", malformed},
		{"https://127.1/", malformed},
		{"https://0177.0.0.1/", malformed},
		{"https://[::1/", malformed},
		{"https://[fe80::1%25eth0]/", malformed},
		{"https://[1.2.3.4]/", malformed},
		{"https://" + strings.Repeat("a", 64) + ".example/", malformed},
		{"https://" + strings.Repeat("a.", 127) + "example/", malformed},
		{"/" + strings.Repeat("a", maxAddress), tooLong},
		{strings.Repeat("a/../", maxWritten), tooLong},
	} {
		got, err := canonical(base, c.ref)
		if !errors.Is(err, c.want) || got != (Address{}) {
			t.Errorf("canonical(%.60q) = %q, %v; want %v", c.ref, got, err, c.want)
		}
	}
	for _, ref := range []string{"", "/a", "//globex.example/", "a:b", "acme.example"} {
		if got, err := canonical(Address{}, ref); err == nil {
			t.Errorf("canonical without a base of %q = %q, want an error", ref, got)
		}
	}
}

func TestPartsOfAnAddress(t *testing.T) {
	a := mustAddress(t, "http://[2001:db8::1]:8080/a/b?c=d#!e")
	for _, c := range []struct{ what, got, want string }{
		{"Scheme", a.Scheme(), "http"},
		{"Host", a.Host(), "[2001:db8::1]:8080"},
		{"Hostname", a.Hostname(), "2001:db8::1"},
		{"Path", a.Path(), "/a/b"},
		{"Query", a.Query(), "c=d"},
		{"folder", a.folder(), "/a/"},
		{"Hostname", mustAddress(t, "https://acme.example").Hostname(), "acme.example"},
		{"Hostname", mustAddress(t, "https://[::2]/").Hostname(), "::2"},
	} {
		if c.got != c.want {
			t.Errorf("%s = %q, want %q", c.what, c.got, c.want)
		}
	}
	if u := (Address{}).URL(); u != nil {
		t.Errorf("the zero address has the URL %v", u)
	}
}

// FuzzCanonical: whatever a page writes, an address is canonical once and for all, and net/url reads it as we do.
func FuzzCanonical(f *testing.F) {
	for _, ref := range []string{"../a;jsessionid=1/../b?utm_x=1&c=%%32%45#!x", "//\u212b.example\\a", "https://xn--bcher-kva.example:0443",
		"http:a", "/(S(lit3py55t21z5v55vlm25s55))/%2e%2e/", "https://[::ffff:1.2.3.4]/%", "?a&&b=\x00\xff", "http://1.2.3.4./"} {
		f.Add("https://acme.example/docs/?x=1", ref)
	}
	f.Fuzz(func(t *testing.T, baseText, ref string) {
		base, err := canonical(Address{}, baseText)
		if err != nil {
			base = Address{}
		}
		a, err := canonical(base, ref)
		if err != nil {
			if a != (Address{}) {
				t.Fatalf("an address with the error %v", err)
			}
			return
		}
		for _, other := range []Address{{}, base} {
			if again, err := canonical(other, a.String()); err != nil || again != a {
				t.Fatalf("%q becomes %q, %v", a, again, err)
			}
		}
		u := a.URL()
		if u == nil || u.String() != a.String() || u.Host != a.Host() || u.Hostname() != a.Hostname() || u.EscapedPath() != a.Path() ||
			u.RawQuery != a.Query() || u.Scheme != a.Scheme() || u.User != nil || len(a.String()) > maxAddress {
			t.Fatalf("%q is read as %#v by net/url", a, u)
		}
	})
}

func BenchmarkCanonical(b *testing.B) {
	base, err := canonical(Address{}, "https://docs.acme.example/api/java.base/java/util/package-summary.html")
	if err != nil {
		b.Fatal(err)
	}
	refs := []string{"../../../index.html#top", "concurrent/ForkJoinPool.html#method(int)", "/search?q=agenda&utm_source=x", "https://acme.example/x"}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if _, err := canonical(base, refs[i%len(refs)]); err != nil {
			b.Fatal(err)
		}
	}
}
