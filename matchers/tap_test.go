package matchers

import (
	"slices"
	"strings"
	"testing"
)

func TestReadTap(t *testing.T) {
	for _, c := range []struct{ text, platform, digits, passcode string }{
		{"+15550100123,,84930275116#,,,,*482913# US", "zoom", "84930275116", "482913"},
		{"+1 (555) 010-0123,,84930275116#,,,,*482913#", "zoom", "84930275116", "482913"},
		{"tel:+15550100123,,935071832#,,,,*452614#", "zoom", "935071832", "452614"},
		{"tel:%2B15550100123%2C%2C84930275116%23%2C%2C%2C%2C%2A482913%23", "zoom", "84930275116", "482913"},
		{"tel:+1%20555%20010%200123,,84930275116#,,,,*482913#", "zoom", "84930275116", "482913"},
		{"+15550100123,,84930275116#,,,,,,0#,,482913#", "zoom", "84930275116", "482913"},
		{"+15550100123,,84930275116#,,1#,482913# US", "zoom", "84930275116", "482913"},
		{"+15550100123,,84930275116#,,#,,482913#", "zoom", "84930275116", "482913"},
		{"+15550100123,,84930275116#,,,,#,,,,*482913#", "zoom", "84930275116", "482913"},
		{"tel:+15550100123,,84930275116%23,,1%23,482913%23", "zoom", "84930275116", "482913"},
		{"+15550100123,,84930275116#,,#", "", "84930275116", ""},
		{"+15550100123,,84930275116#,,#,482913,x", "", "84930275116", ""},
		{"+15550100123,,84930275116#,,482913#,,1#", "", "84930275116", ""},
		{"+15550100123,,628143979#,,5247170414# US", "", "628143979", "5247170414"},
		{`+15550100123,,84930275116\#,,,,\*482913\#`, "zoom", "84930275116", "482913"},
		{"15550100123,,84930275116#", "", "84930275116", ""},
		{"tel:+15550100123,,84930275116", "", "84930275116", ""},
		{"+1 555-010-0123,,483920175# United States", "", "483920175", ""},
		{"+1-555-010-0123,,25501849326##", "webex", "25501849326", ""},
		{"tel:%2B1-555-010-0123,,*01*25501849326%23%23*01*", "webex", "25501849326", ""},
		{"+15550100123,,84930275116#,,,,*000000#", "zoom", "84930275116", ""},
	} {
		at := strings.Index(c.text, ",,")
		if encoded := strings.Index(c.text, "%2C%2C"); encoded >= 0 {
			at = encoded
		}
		n, ok := readTap([]byte(c.text), at)
		if !ok || n.platform != c.platform || n.digits != c.digits || n.idLabel != rowTap || c.text[n.start:n.end] != c.digits {
			t.Errorf("%q: read %+v, %v", c.text, n, ok)
			continue
		}
		passcode := ""
		for i, span := range n.secretSpans {
			passcode = c.text[span.Start:span.End]
			if n.secrets[i] != "passcode" {
				t.Errorf("%q: secret %q", c.text, n.secrets[i])
			}
		}
		if passcode != c.passcode {
			t.Errorf("%q: passcode at %q, want %q", c.text, passcode, c.passcode)
		}
	}
}

func TestReadTapNothing(t *testing.T) {
	for _, text := range []string{
		",,84930275116#", "x,,84930275116#", "12,,84930275116#", "+123,,84930275116#", "+15550100123,,123456789#", "+15550100123,,11111111111#",
		"+15550100123,,8493#", "+15550100123,,84930275116223#", "+15550100123,,", "+15550100123,,84930275116", "+15550100123,,,84930275116#",
		"id15550100123,,84930275116#", "a,b,,849302751,c", "1,2,3,,4", "15550100123,,84930275116", "+1555010012345678901,,84930275116#", "+15550100123,,84930275116x#",
	} {
		if n, ok := readTap([]byte(text), strings.Index(text, ",,")); ok {
			t.Errorf("%q: read %+v", text, n)
		}
	}
	for _, at := range []int{-1, 0, 5, 6} {
		if _, ok := readTap([]byte("+1,,8"), at); ok {
			t.Errorf("read at %d", at)
		}
	}
}

func TestReadH323(t *testing.T) {
	for _, c := range []struct {
		text, platform string
		kind           Kind
		secrets        []string
	}{
		{"203.0.113.7##84930275116", "zoom", DialIn, nil},
		{"203.0.113.7##84930275116#482913#", "zoom", DialIn, []string{"passcode"}},
		{"203.0.113.7##84930275116#482913#11#715304", "zoom", HostStart, []string{"passcode", "host_key"}},
		{"203.0.113.7##84930275116###715304", "zoom", HostStart, []string{"host_key"}},
		{"203.0.113.7##738204915", "", DialIn, nil},
	} {
		n, ok := readH323([]byte(c.text), strings.Index(c.text, "##"))
		if !ok || n.platform != c.platform || n.kind != c.kind || !slices.Equal(n.secrets, c.secrets) || len(n.secretSpans) != len(n.secrets) {
			t.Errorf("%q: read %+v, %v", c.text, n, ok)
		}
	}
	for _, text := range []string{"## 2024", "x##84930275116", "1.2.3##84930275116", "203.0.113.7##123456789", "203.0.113.7##8493", "203.0.113.7## 84930275116", "1234.1.1.1##84930275116"} {
		if n, ok := readH323([]byte(text), strings.Index(text, "##")); ok {
			t.Errorf("%q: read %+v", text, n)
		}
	}
}

func TestParseZoomSIP(t *testing.T) {
	for _, c := range []struct {
		user, digits string
		secrets      []string
		hostKey      bool
	}{
		{"84930275116", "84930275116", nil, false},
		{"84930275116.482913", "84930275116", []string{"passcode"}, false},
		{"84930275116.482913.11.715304", "84930275116", []string{"passcode", "host_key"}, true},
		{"84930275116...715304", "84930275116", []string{"host_key"}, true},
		{"84930275116.482913.11.", "84930275116", []string{"passcode"}, false},
		{"jdoe", "", nil, false}, {"", "", nil, false}, {"8493x.1", "", nil, false},
	} {
		digits, secrets, hostKey := parseZoomSIP(c.user)
		if digits != c.digits || !slices.Equal(secrets, c.secrets) || hostKey != c.hostKey {
			t.Errorf("%q: %q %v %v", c.user, digits, secrets, hostKey)
		}
	}
}

func FuzzReadTap(f *testing.F) {
	f.Add([]byte("tel:%2B15550100123%2C%2C84930275116%23%2C%2C%2C%2C%2A482913%23"), 16)
	f.Add([]byte("+15550100123,,84930275116#,,,,,,0#,,482913#"), 12)
	f.Add([]byte("203.0.113.7##84930275116#482913#11#715304"), 11)
	f.Fuzz(func(t *testing.T, text []byte, at int) {
		for _, read := range []func([]byte, int) (number, bool){readTap, readH323} {
			n, ok := read(text, at)
			if !ok {
				continue
			}
			if n.start <= at || n.end > len(text) || len(n.digits) < minDigits || len(n.secrets) != len(n.secretSpans) {
				t.Errorf("%q at %d: %+v", text, at, n)
			}
			for _, span := range n.secretSpans {
				if span.Start < n.end || span.End > len(text) || span.End <= span.Start {
					t.Errorf("%q at %d: secret at %+v", text, at, span)
				}
			}
		}
	})
}

// Whoever calls does not mind what stands beside the number: exports of Slack are full of its links.
func TestADialStringBesideALinkOfASlack(t *testing.T) {
	const text = "https://acme.slack.com/archives/C0123ABCD Dial +1-408-418-9388,,2481735926##\n"
	if found := Find([]byte(text)); len(found) != 1 || found[0].ID != "2481735926" {
		t.Errorf("%+v", found)
	}
}

// Zoom is named in many ways near a dial string that holds no passcode, and by nothing else.
func TestDialStringsNearTheNameAlone(t *testing.T) {
	for _, named := range []string{"service: Zoom", `service: "Zoom"`, "service: 'zoom'", "We use Zoom.", "(on Zoom)", "Zoom, as ever", "<b>Zoom</b>", "Zoom: as ever"} {
		found := Find([]byte(named + "\nphone: +15550100123,,934743534#\n"))
		if len(found) != 1 || found[0].Platform != "zoom" || found[0].ID != "934743534" {
			t.Errorf("%s: %v", named, found)
		}
	}
	if found := Find([]byte("service: \"Vroom\"\nphone: +15550100123,,934743534#\n")); len(found) != 0 {
		t.Errorf("nobody is named: %v", found)
	}
}
