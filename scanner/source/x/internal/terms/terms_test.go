package terms

import (
	"slices"
	"strings"
	"testing"
)

func TestLinks(t *testing.T) {
	everybodys := Everybodys()
	const inPaths = Letters + Digits + "-._/"
	for text, want := range map[string]string{
		"acme.zoom.us": "acme.zoom.us", "https://ACME.zoom.us/": "acme.zoom.us", "zoom.us/my/JDoe/": "zoom.us/my/JDoe",
		"meet.acme.example:8443/x": "meet.acme.example:8443/x", "zoom.us": "", "www.zoom.us/": "", "ZOOM.us/j": "", "localhost": "",
		`a.example" OR "x`: "", `a.example/\`: "", "a.example/ä": "", "a..example": "", "a.example:": "", "a.example:99x": "", "": "", "/a.b/c": "",
		"a.example/" + strings.Repeat("y", 200): "",
	} {
		got, err := ReadLink(text, inPaths, everybodys)
		if got.String() != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v; want %q", text, got, err, want)
		}
	}
}

func TestNumbers(t *testing.T) {
	for text, want := range map[string][]string{
		"930275116": {"930275116", "930 275 116"}, "9302751160": {"9302751160", "930 275 1160"},
		"84930275116": {"84930275116", "849 3027 5116", "8493 027 5116"}, "930275116024": {"930275116024"},
		"93027511": nil, "9305174826041379": nil, "9305174826a": nil, "930 517 482": nil, "": nil,
	} {
		if got, err := WaysToWrite(text); !slices.Equal(got, want) || (err == nil) != (want != nil) {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
}

func FuzzReadLink(f *testing.F) {
	for _, seed := range []string{"https://acme.zoom.us:8443/my/jdoe", `a.example/" OR "`, "zoom.us/j", "a.example:1:2", "\x00"} {
		f.Add(seed)
	}
	everybodys := Everybodys()
	f.Fuzz(func(t *testing.T, text string) {
		l, err := ReadLink(text, Letters+Digits+"/", everybodys)
		if err != nil {
			return
		}
		if strings.Trim(l.String(), inHosts+":/") != "" {
			t.Errorf("%q became %q", text, l)
		}
		if again, err := ReadLink(l.String(), Letters+Digits+"/", everybodys); err != nil || again != l {
			t.Errorf("%q became %q, and that %q, %v", text, l, again, err)
		}
	})
}
