package extract

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"image/jpeg"
	"strings"
	"testing"

	"meetleaks/matchers"
	"meetleaks/scanner"
)

// plainPDF is how a sample is written.
type plainPDF struct {
	packed bool // streams are compressed
	pages  int  // default 1
}

// samplePDF is a file with one link in its text, one behind words, and one in its properties.
func samplePDF(t testing.TB, how plainPDF) []byte {
	t.Helper()
	var b bytes.Buffer
	var offsets []int
	object := func(format string, args ...any) {
		offsets = append(offsets, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", len(offsets), fmt.Sprintf(format, args...))
	}
	pages := max(how.pages, 1)
	b.WriteString("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
	var kids strings.Builder
	for i := range pages {
		fmt.Fprintf(&kids, "%d 0 R ", 5+3*i)
	}
	object("<< /Type /Catalog /Pages 2 0 R >>")
	object("<< /Type /Pages /Kids [%s] /Count %d >>", kids.String(), pages)
	object("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
	object("<< /Title (Agenda, see https://meet.google.com/qhw-xzrk-mbd) >>")
	for i := range pages {
		content := fmt.Sprintf("BT /F1 12 Tf 72 720 Td (Page %d) Tj 0 -14 Td [(Join https://zoom.us/j/8493) 20 (0275116)] TJ ET", i+1)
		filter := ""
		if how.packed {
			var z bytes.Buffer
			w := zlib.NewWriter(&z)
			_, err := w.Write([]byte(content))
			must(t, err)
			must(t, w.Close())
			content, filter = z.String(), "/Filter /FlateDecode"
		}
		object("<< /Type /Page /Parent 2 0 R /Resources << /Font << /F1 3 0 R >> >> /Contents %d 0 R /Annots [%d 0 R] >>", 6+3*i, 7+3*i)
		object("<< /Length %d %s >>\nstream\n%s\nendstream", len(content), filter, content)
		object("<< /Type /Annot /Subtype /Link /Rect [0 0 9 9] /A << /S /URI /URI (https://acme.zoom.us/j/98123456210?pwd=Qx7abc) >> >>")
	}
	xref := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(offsets)+1)
	for _, o := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R /Info 4 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(offsets)+1, xref)
	return b.Bytes()
}

func TestAPDFIsOneDocumentWithPages(t *testing.T) {
	data := samplePDF(t, plainPDF{packed: true, pages: 3})
	text, places, skips := withChild(t, bytesSource{"a.pdf", data, false}, "zoom.us/j/84930275116")
	if len(skips) > 0 {
		t.Error(skips)
	}
	want := []scanner.Spot{{Page: 1}, {Page: 2}, {Page: 3}}
	if fmt.Sprint(places) != fmt.Sprint(want) {
		t.Errorf("%+v in %q", places, text)
	}
	_, places, _ = withChild(t, bytesSource{"a.pdf", data, false}, "qhw-xzrk-mbd")
	if len(places) != 1 || places[0].Part != "objects" || places[0].Page != 0 {
		t.Errorf("%+v", places)
	}
}

func TestEveryMeetingOfAPDFIsAFinding(t *testing.T) {
	source := bytesSource{"a.pdf", samplePDF(t, plainPDF{packed: true, pages: 2}), true}
	text, _, _ := withChild(t, source, "")
	found := map[string]bool{}
	for _, s := range matchers.Find([]byte(text)) {
		found[s.ID] = true
	}
	for _, id := range []string{"84930275116", "98123456210", "qhw-xzrk-mbd"} {
		if !found[id] {
			t.Errorf("%s is missing in %q", id, text)
		}
	}
}

func TestDamagedPDFsNeverEndTheParent(t *testing.T) {
	data := samplePDF(t, plainPDF{})
	stride := len(data)/12 + 1
	for at := 0; at < len(data); at += stride {
		broken := bytes.Clone(data)
		broken[at] ^= 0x15
		text, _, skips := withChild(t, bytesSource{"a.pdf", broken, false}, "")
		if text == "" && len(skips) == 0 {
			t.Errorf("byte %d: neither text nor a failure", at)
		}
	}
}

func TestAnEncryptedPDFIsAFailure(t *testing.T) {
	data := bytes.Replace(samplePDF(t, plainPDF{}), []byte("/Info 4 0 R"), []byte("/Encrypt << /Filter /Standard /V 2 /R 3 /O (x) /U (y) /P -4 >>"), 1)
	text, _, skips := withChild(t, bytesSource{"a.pdf", data, false}, "")
	if text != "" || len(skips) != 1 || skips[0] != "a.pdf (failure): encrypted: it needs a password" {
		t.Errorf("%q %q", text, skips)
	}
}

func TestCodesOnThePicturesOfAPageAreRead(t *testing.T) {
	code := codeOf(t, posterLink, 120)
	var z, photo bytes.Buffer
	w := zlib.NewWriter(&z)
	_, err := w.Write(code.pix)
	must(t, err)
	must(t, w.Close())
	must(t, jpeg.Encode(&photo, code.picture(), nil))
	for filter, data := range map[string]string{"/FlateDecode": z.String(), "/DCTDecode": photo.String()} {
		picture := fmt.Sprintf("5 0 obj\n<< /Subtype /Image /Width %d /Height %d /BitsPerComponent 8 /ColorSpace /DeviceGray /Filter %s /Length %d >>\nstream\n%s\nendstream\nendobj\n",
			code.w, code.h, filter, len(data), data)
		file := "%PDF-1.7\n1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj\n2 0 obj << /Kids [3 0 R] >> endobj\n" +
			"3 0 obj << /Type /Page /Contents 4 0 R /Resources << /XObject << /X 5 0 R >> >> >> endobj\n" +
			"4 0 obj << /Length 5 >>\nstream\n/X Do\nendstream\nendobj\n" + picture
		text, places, skips := withChild(t, bytesSource{"a.pdf", []byte(file), false}, posterLink)
		if len(places) != 1 || places[0] != (scanner.Spot{Page: 1}) || len(skips) > 0 {
			t.Errorf("%s: %q %+v %q", filter, text, places, skips)
		}
	}
}
