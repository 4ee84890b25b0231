package matchers

import "testing"

// A number without a link is the customer's on whose host the page with the telephone numbers is, which stands below it.
func TestCustomerOfNumber(t *testing.T) {
	const zoom, webex = "Zoom meeting\nMeeting ID: 827 1201 0473\nPasscode: 485648\n", "Meeting number (access code): 2924 809 8914\n"
	for _, c := range []struct{ name, text, want string }{
		{"Zoom's list", zoom + "Find your local number: https://globex-labs.zoom.us/u/kqzWPy0o4\n", "globex-labs"},
		{"in a mail", zoom + "International numbers<https://Globex.zoom.us/u/aL5yfM90F>\n", "globex"},
		{"of the government", "ZoomGov\nMeeting ID: 161 928 4730\nhttps://globex.zoomgov.com/u/aL5yfM90F\n", "globex"},
		{"behind an address of another service", zoom + "Profile: https://git.initech.example/u/ann\nhttps://globex.zoom.us/u/aL5yfM90F\n", "globex"},
		{"behind the number as an address", zoom + "SIP: 82712010473@zoomcrc.com\nhttps://globex.zoom.us/u/aL5yfM90F\n", "globex"},
		{"behind the number again", zoom + "Dial +1 646 555 0164,,82712010473#\nhttps://globex.zoom.us/u/aL5yfM90F\n", "globex"},
		{"of the number as an address", "Meeting ID: 827 1201 0473\nhttps://globex.zoom.us/u/aL5yfM90F\nSIP: 82712010473@zoomcrc.com\n", "globex"},
		{"Zoom's list of before 2020", zoom + "International numbers available: https://globex.zoom.us/zoomconference?m=kqzWPy0o4uRt\n", "globex"},
		{"everybody's list of before 2020", zoom + "International numbers available: https://zoom.us/zoomconference?m=kqzWPy0o4uRt\n", ""},
		{"of the next meeting in the same paragraph", zoom + "Meeting ID: 954 2834 8391\nhttps://globex.zoom.us/u/aL5yfM90F\n", ""},
		{"a data centre's", zoom + "https://us02web.zoom.us/u/aL5yfM90F\n", ""},
		{"a sample's", zoom + "https://example.zoom.us/u/aL5yfM90F\n", ""},
		{"of the next meeting", zoom + "\nMeeting ID: 954 2834 8391\nhttps://globex.zoom.us/u/aL5yfM90F\n", ""},
		{"before the number", "https://globex.zoom.us/u/aL5yfM90F\n\n" + zoom, ""},
		{"Webex's list", webex + "Global call-in numbers: https://globex.webex.com/globex/globalcallin.php?MTID=m7c9e04b1f83d26a5e07412db96f5c83a\n", "globex"},
		{"of a shared site", webex + "Global call-in numbers: https://meet142.webex.com/meet142/globalcallin.php?MTID=m7c9e04b1f83d26a5e07412db96f5c83a\n", ""},
	} {
		found := joined(t, c.text)
		if len(found) == 0 {
			t.Errorf("%s: nothing found", c.name)
			continue
		}
		if got := found[0].Org; got != c.want {
			t.Errorf("%s: customer %q, want %q", c.name, got, c.want)
		}
	}
}

// A number that an invitation also prints as an address on a sample's site is a sample's.
func TestNumberOfSample(t *testing.T) {
	const block = "Meeting number (access code): 2924 809 8914\nMeeting password: Xxxxxxxx\nJoin from a video system or application\nDial "
	for _, c := range []struct {
		address string
		want    int
	}{
		{"29248098914@example.webex.com\n", 0},
		{"29248098914@yoursite.webex.com.\n", 0},
		{"29248098914@globex.webex.com\n", 1},
		{"29248098914@meet142.webex.com\n", 1},
		{"help@example.webex.com\n", 1},
	} {
		if got := len(joined(t, block+c.address)); got != c.want {
			t.Errorf("%q: %d found, want %d", c.address, got, c.want)
		}
	}
}

// A sample's address does not hide a number whose customer is told.
func TestASampleAddressHidesNoCustomersNumber(t *testing.T) {
	found := Find([]byte("Webex meeting number: 2541 422 4390\nhttps://globex.webex.com/globex/globalcallin.php\n25414224390@example.webex.com"))
	if len(found) != 1 || found[0].ID != "25414224390" || found[0].Org != "globex" {
		t.Errorf("%+v", found)
	}
}
