package extract

import (
	"bytes"
	"encoding/binary"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"

	"meetleaks/matchers"
)

const oleMagic = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

func wideText(text string) string {
	var b []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		b = binary.LittleEndian.AppendUint16(b, unit)
	}
	return string(b)
}

func TestOldOfficeFilesGiveTheirStrings(t *testing.T) {
	link := "https://acme.zoom.us/j/84930275116"
	other := "https://meet.google.com/kqz-wvtr-bnd"
	for name, c := range map[string]struct{ data, want string }{
		"one byte":         {"\x00\x01" + link + "\x00", "\x00\x01" + link + "\x00"},
		"two bytes":        {"\x00\x01\x00" + wideText(link) + "\x00\x00\x01", "\x00\x01\x00" + link + "\x00\x00\x00\x01"},
		"a string's size":  {"\x22\x00\x01" + wideText(link) + "\x01", "\x22\x00\x01" + link + "\x00\x01"},
		"Word's marks":     {"\x00" + wideText("a\x13HYPERLINK \""+link+"\"\x14join\x15\rb\x07c") + "\xff\xff", "\x00a HYPERLINK \"" + link + "\" join \nb\tc\x00\xff\xff"},
		"other letters":    {"\x00" + wideText("Café – "+link+" Ωx") + "\x01\x01", "\x00Café – " + link + " Ωx\x00\x01\x01"},
		"two together":     {"\x00" + link + "\x00" + wideText(other) + "\x01\x01", "\x00" + link + "\x00" + other + "\x00\x01\x01"},
		"short":            {"\x00a\x00b\x00\x00\x00", "\x00a\x00b\x00\x00\x00"},
		"broken off":       {"\x00" + wideText(link)[:2*len(link)-1], "\x00" + link[:len(link)-1] + "\x006"},
		"one after two":    {"\x00" + wideText("abc") + link, "\x00abc\x00" + link},
		"over two buffers": {strings.Repeat("\x00", xmlPiece-8-20) + wideText(link) + "\x01\x01", strings.Repeat("\x00", xmlPiece-8-20) + link + "\x00\x01\x01"},
	} {
		for _, r := range []io.Reader{strings.NewReader(oleMagic + c.data), iotest.OneByteReader(strings.NewReader(oleMagic + c.data))} {
			got, err := io.ReadAll(&narrow{from: r})
			must(t, err)
			if want := oleMagic + c.want; string(got) != want {
				t.Errorf("%s:\n got %q\nwant %q", name, got, want)
			}
		}
	}
	finds(t, "a.doc", oleMagic+"\x00\x00"+wideText(link)+"\x00\x00"+other+"\x00", []string{"zoom 84930275116 a.doc 1:9", "google-meet kqz-wvtr-bnd a.doc 1:46"}, nil)
}

func TestEncryptedOldContainersAreFailures(t *testing.T) {
	data := []byte(oleMagic + strings.Repeat("\x00", 70_000) + wideText("EncryptedPackage") + "\x00\x00")
	_, skips := discard(t, Limits{}, bytesSource{"a.docx", data, true})
	if want := []string{"a.docx (failure): encrypted"}; !slices.Equal(skips, want) {
		t.Errorf("%q", skips)
	}
}

// FuzzStrings holds that a link between bytes that are no text is found in one byte a character and in two.
func FuzzStrings(f *testing.F) {
	f.Add([]byte("\x00\x01"), []byte("\x00\x00a\x00b\x00c\x00"))
	f.Fuzz(func(t *testing.T, before, behind []byte) {
		const link = "https://acme.zoom.us/j/84930275116"
		for _, text := range []string{link, wideText(link)} {
			data := append(append(append(bytes.Clone(before), 1, 1, 0, 0), text...), 0, 0, 1, 1)
			data = append(data, behind...)
			got, err := io.ReadAll(&narrow{from: bytes.NewReader(data)})
			must(t, err)
			if !slices.ContainsFunc(matchers.Find(got), func(s matchers.Sighting) bool { return s.ID == "84930275116" }) {
				t.Errorf("%q became %q", data, got)
			}
			if len(got) > 2*len(data)+8 {
				t.Errorf("%d bytes became %d", len(data), len(got))
			}
		}
	})
}
