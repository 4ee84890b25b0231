package extract

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Links are found in vCards of all versions: folded, quoted-printable, in letters, escaped.
func TestVCard(t *testing.T) {
	d := readOne(t, "team.vcf", icsLines(
		"BEGIN:VCARD", "VERSION:4.0", "FN:Jane Doe\\, Acme",
		"NOTE:My room\\nhttps://acme.zoom.us/j/84930",
		" 275116\\nPasscode: 771904",
		"item1.URL:https\\://meet.google.com/xqz-bnrw-kfo",
		"END:VCARD",
		"BEGIN:VCARD", "VERSION:2.1",
		"NOTE;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:B=C3=BCro https://acme.zoom.us/j/918=",
		"27364509?pwd=3Dk2",
		"NOTE;BASE64:aHR0cHM6Ly9hY21lLnpvb20udXMvai85Mjgz",
		"  NzQ2NTAxOA==",
		"PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQSkZJRgABAQAA",
		"END:VCARD"))
	if d.media != "text/vcard" {
		t.Errorf("media type %q", d.media)
	}
	want := []string{"zoom 84930275116 4:15 passcode", "google-meet xqz-bnrw-kfo 6:11", "zoom 91827364509 10:56 pwd", "zoom 92837465018 12:12"}
	if diff := cmp.Diff(want, d.found(t)); diff != "" {
		t.Errorf("%s\n%s", diff, d.text)
	}
	if !strings.Contains(d.text, "FN:Jane Doe, Acme") || !strings.Contains(d.text, "Büro") || !strings.Contains(d.text, "/9j/4AAQSkZJRgABAQAA") {
		t.Errorf("text %q", d.text)
	}
}
