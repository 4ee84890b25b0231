package unwrap

import (
	"strings"
	"testing"
)

func TestSplit(t *testing.T) {
	for _, c := range []struct{ u, scheme, host, path, tail string }{
		{"HTTPS://User:pw@L.FaceBook.COM.:443/l.php?u=x#y", "https", "l.facebook.com", "/l.php", "u=x#y"},
		{"http:/acme.example", "http", "acme.example", "", ""},
		{"acme.example:8443/x", "", "acme.example", "/x", ""},
		{"//acme.example?x=1", "", "acme.example", "", "x=1"},
		{" acme.example#a?b ", "", "acme.example", "", ""},
		{"MailTo:jane?x", "mailto", "", "jane", "x"},
		{"https://acme.example/x?a=1&amp;amp;b=2", "https", "acme.example", "/x", "a=1&b=2"},
	} {
		a, ok := split(c.u)
		if !ok || a.scheme != c.scheme || a.host != c.host || a.path != c.path || a.tail != c.tail {
			t.Errorf("split(%q) = %+v, %v", c.u, a, ok)
		}
	}
}

func TestInner(t *testing.T) {
	own := []string{"sa", "usg"}
	for _, c := range []struct{ in, want string }{
		// wholly encoded: one layer, no more
		{"https%3A%2F%2Facme.zoom.us%2Fj%2F84930275116%3Fpwd%3Da%252Bb&sa=D", "https://acme.zoom.us/j/84930275116?pwd=a%2Bb"},
		{"https%3a%2f%2facme.zoom.us%2fj%2f84930275116#x", "https://acme.zoom.us/j/84930275116"},
		// encoded in half, as Google Docs does
		{"https://acme.zoom.us/j/84930275116?pwd%3Da%252Bb%26omn%3D7&sa=D", "https://acme.zoom.us/j/84930275116?pwd=a%2Bb&omn=7"},
		// '=' kept, '&' encoded
		{"https://acme.webex.com/j.php?MTID=m1%26x=2&sa=D", "https://acme.webex.com/j.php?MTID=m1&x=2"},
		{"https://acme.webex.com/j.php?a=%252B%26x=2&sa=D", "https://acme.webex.com/j.php?a=%2B&x=2"},
		// not encoded: its own escapes and parameters stay
		{"https://teams.microsoft.com/l/meetup-join/19%3ameeting_Tk%40thread.v2/0?context=%7b%22Tid%22%3a%22x%22%7d&anon=true&sa=D&usg=x",
			"https://teams.microsoft.com/l/meetup-join/19%3ameeting_Tk%40thread.v2/0?context=%7b%22Tid%22%3a%22x%22%7d&anon=true"},
		{"https://acme.zoom.us/j/84930275116?pwd=Tk9U%3D%3D&sa=D", "https://acme.zoom.us/j/84930275116?pwd=Tk9U%3D%3D"},
		{"https://facetime.apple.com/join#v=1&p=aB&k=c%2Fd&sa=D", "https://facetime.apple.com/join#v=1&p=aB&k=c%2Fd"},
		{"https://acme.zoom.us/j/84930275116&other=1&sa=D", "https://acme.zoom.us/j/84930275116"},
		{"https://teams.microsoft.com/l/meetup-join/19%3ameeting_Tk%40thread.v2/0", "https://teams.microsoft.com/l/meetup-join/19%3ameeting_Tk%40thread.v2/0"},
	} {
		if got := inner(c.in, own); got != c.want {
			t.Errorf("inner(%q)\n got %q\nwant %q", c.in, got, c.want)
		}
	}
	if got := inner("https://acme.example/?a=1&recipient=jane", nil); got != "https://acme.example/?a=1" {
		t.Errorf("without known parameters the first '&' must end the target: %q", got)
	}
}

func TestUnescape(t *testing.T) {
	for in, want := range map[string]string{"": "", "%": "%", "%4": "%4", "%4g%41": "%4gA", "a+b%2B": "a+b+", "%2541": "%41", "%c3%A4": "ä"} {
		if got := unescape(in); got != want {
			t.Errorf("unescape(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestReadable(t *testing.T) {
	for in, want := range map[string]string{" x ": "x", "https://": "", "https:/": "", "http:///": "", "849\xff30": "849 30", "a:/b": "a:/b"} {
		if got := readable(in); got != want {
			t.Errorf("readable(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestHostName(t *testing.T) {
	for in, want := range map[string]string{"Acme.Zoom.US.": "acme.zoom.us", "zoom": "", "a b.example": "", "a/b.example": "", "": "", strings.Repeat("a.", 150): ""} {
		if got := hostName(in); got != want {
			t.Errorf("hostName(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestDecode64(t *testing.T) {
	for in, want := range map[string]string{"aHR0cDovL8OkPz8_": "http://ä???", "aHR0cDovL8OkPz8/": "http://ä???", "YQ": "a", "YQ==": "a", "": "", "YWJjZ": "", "_w": "", "Y Q": ""} {
		if got, ok := decode64(in); got != want || ok != (want != "") {
			t.Errorf("decode64(%q) = %q, %v, want %q", in, got, ok, want)
		}
	}
}
