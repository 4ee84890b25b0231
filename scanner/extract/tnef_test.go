package extract

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"strings"
	"testing"
	"unicode/utf16"
)

// tnefAttribute is one attribute, without a right checksum: nobody checks it.
func tnefAttribute(number uint32, data string) string {
	b := binary.LittleEndian.AppendUint32([]byte{1}, number)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(data)))
	return string(b) + data + "\x00\x00"
}

// tnefProperty is a property of which the size is told.
func tnefProperty(kind, id uint16, value string) string {
	b := binary.LittleEndian.AppendUint16(nil, kind)
	b = binary.LittleEndian.AppendUint16(b, id)
	if id >= 0x8000 {
		b = append(append(b, make([]byte, 16)...), "\x00\x00\x00\x00\x08\x82\x00\x00"...)
	}
	b = binary.LittleEndian.AppendUint32(b, 1)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(value)))
	return string(b) + value + strings.Repeat("\x00", -len(value)&3)
}

func inUTF16(text string) string {
	var b []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		b = binary.LittleEndian.AppendUint16(b, unit)
	}
	return string(b)
}

func wrapped(attributes ...string) string {
	return tnefMark + "\x01\x00" + strings.Join(attributes, "")
}

func mailOf(winmail string) string {
	return mailTop + "Content-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: base64\n\n" + base64.StdEncoding.EncodeToString([]byte(winmail))
}

func TestWhatOutlookWrapsIsRead(t *testing.T) {
	rtf := "\x00\x00\x00\x00\x00\x00\x00\x00MELA\x00\x00\x00\x00{\\rtf1 https://acme.zoom.us/j/97315260842\\par}"
	flag := "\x03\x00\x01\x00\x07\x00\x00\x00"
	properties := "\x05\x00\x00\x00" + flag +
		tnefProperty(0x1f, 0x8001, inUTF16("https://acme.zoom.us/j/84930275116")) +
		tnefProperty(0x1e, 0x1000, "https://acme.zoom.us/j/93148260571") +
		tnefProperty(0x102, propRTF, rtf) +
		tnefProperty(0x102, propHTML, page("https://acme.zoom.us/j/86824376296"))
	inner := wrapped(tnefAttribute(attrProps, "\x01\x00\x00\x00"+tnefProperty(0x1f, 0x1000, inUTF16("https://acme.zoom.us/j/89046598418"))))
	text := mailOf(wrapped(
		tnefAttribute(attrProps, properties),
		tnefAttribute(attrTitle, "notes.txt\x00"),
		tnefAttribute(attrData, "https://acme.zoom.us/j/87935487307"),
		tnefAttribute(attrAttachment, "\x01\x00\x00\x00"+tnefProperty(0x0d, propObject, strings.Repeat("g", 16)+inner)),
	))
	finds(t, "a.eml", text, []string{
		"zoom 87935487307 a.eml!notes.txt 1:1",
		"zoom 97315260842 a.eml!winmail.dat body.rtf 1:8",
		"zoom 86824376296 a.eml!winmail.dat body.html 2:10",
		"zoom 84930275116 a.eml!winmail.dat 1:1",
		"zoom 93148260571 a.eml!winmail.dat 3:1",
		"zoom 89046598418 a.eml!winmail.dat 7:1",
	}, nil)
}

func TestBrokenWrappingsAreReadAsTheyAre(t *testing.T) {
	whole := wrapped(tnefAttribute(attrProps, "\x02\x00\x00\x00"+tnefProperty(0x1e, 0x1000, "https://acme.zoom.us/j/84930275116")))
	for _, broken := range []string{whole, whole[:len(whole)-2], "x" + whole, whole[:len(whole)-1] + "\x00\x00"} {
		places, skips := found(t, Limits{}, bytesSource{"a", []byte(mailOf(broken)), true})
		if len(places) != 1 || broken != whole && len(skips) != 1 {
			t.Errorf("%q: %q %q", broken, places, skips)
		}
	}
}

// TestCompressedRTF reads the example of [MS-OXRTFCP], section 4.1.
func TestCompressedRTF(t *testing.T) {
	b, err := hex.DecodeString("2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0")
	must(t, err)
	got, err := unpackedRTF(b)
	if want := "{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"; string(got) != want || err != nil {
		t.Errorf("%q %v", got, err)
	}
	if _, err := unpackedRTF(b[:12]); err == nil {
		t.Error("half a header is none")
	}
}

func FuzzTNEF(f *testing.F) {
	f.Add(tnefAttribute(attrProps, "\x01\x00\x00\x00"+tnefProperty(0x1f, 0x8000, "x")))
	f.Add(tnefAttribute(attrAttachment, "\x01\x00\x00\x00"+tnefProperty(0x102, propRTF, "\x00\x00\x00\x00\x00\x00\x00\x00LZFu\x00\x00\x00\x00\x01\x00\x00")))
	f.Fuzz(func(t *testing.T, text string) { checkRead(t, "a.eml", []byte(mailOf(wrapped(text)))) })
}
