package extract

import (
	"bytes"
	"encoding/binary"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"
	"unicode/utf8"
)

func wide16(text string, order binary.AppendByteOrder, mark bool) []byte {
	var out []byte
	if mark {
		out = order.AppendUint16(out, 0xfeff)
	}
	for _, unit := range utf16.Encode([]rune(text)) {
		out = order.AppendUint16(out, unit)
	}
	return out
}

func TestWideText(t *testing.T) {
	for _, text := range []string{
		"see https://acme.zoom.us/j/84930275116 today",
		"Müller: https://acme.zoom.us/j/84930275116 \U0001F600 日本語\r\nnext",
		strings.Repeat("a page of text with \U0001F600 in it\n", 9000),
	} {
		for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
			for _, mark := range []bool{true, false} {
				both(t, Limits{}, "a", wide16(text, order, mark), []string{"a: " + text}, nil)
			}
		}
	}
	both(t, Limits{}, "a", wide16("日本語だけ", binary.BigEndian, true), []string{"a: 日本語だけ"}, nil)
}

func TestUTF32(t *testing.T) {
	for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
		data := order.AppendUint32(nil, 0xfeff)
		for _, r := range "ab\U0001F600" {
			data = order.AppendUint32(data, uint32(r))
		}
		data = order.AppendUint32(data, 0xffffffff)
		both(t, Limits{}, "a", data, []string{"a: ab\U0001F600\ufffd"}, nil)
	}
}

func TestBrokenWideText(t *testing.T) {
	for data, want := range map[string]string{
		"\xff\xfea\x00\x00\xd8b\x00":               "a\ufffdb",               // half of a pair
		"\xff\xfea\x00\x00\xd8":                    "a\ufffd",                // half of a pair at the end
		"\xff\xfea\x00b":                           "a\ufffd",                // half of a unit
		"\xff\xfe":                                 "",                       // nothing
		"\xff\xfe\x00\xdc\x00\xdc\x3d\xd8\x00\xde": "\ufffd\ufffd\U0001F600", // wrong halves, then a right pair
	} {
		both(t, Limits{}, "a", []byte(data), []string{"a: " + want}, nil)
		slow := newDecoder(iotest.OneByteReader(strings.NewReader(data)), encodingOf([]byte(data)))
		if got, err := io.ReadAll(slow); string(got) != want || err != nil {
			t.Errorf("%q byte by byte: %q %v", data, got, err)
		}
	}
}

func TestBinaryIsNotWideText(t *testing.T) {
	var table []byte
	for i := range 500 {
		table = binary.LittleEndian.AppendUint16(table, uint16(i%30))
	}
	for _, data := range [][]byte{table, make([]byte, 100), []byte("a\x00b"), []byte("plain text, nothing else"), bytes.Repeat([]byte{1, 2, 3, 0}, 40)} {
		if enc := encodingOf(data); enc.width != 0 {
			t.Errorf("%q...: %+v", data[:3], enc)
		}
	}
}

// TestAMarkAloneIsNotBelieved holds that two bytes in front of a page do not hide it.
func TestAMarkAloneIsNotBelieved(t *testing.T) {
	link := "see https://acme.zoom.us/j/84930275116 today"
	for _, mark := range []string{"\xff\xfe", "\xfe\xff", "\xff\xfe\x00\x00", "\x00\x00\xfe\xff"} {
		for name, text := range map[string]string{
			"short":     "<" + link,
			"a zero":    link + "\x00" + link,
			"long":      strings.Repeat(link+"\r\n", 3000),
			"Cyrillic":  strings.Repeat("Встреча команды сегодня вечером, ", 200) + link,
			"Latin-1":   strings.Repeat("r\xe9union d'\xe9quipe ", 50) + link,
			"odd":       "\n" + link,
			"cut glyph": strings.Repeat("会", sniffSize) + link,
		} {
			for _, stream := range []bool{false, true} {
				got, skips := extracted(t, Limits{}, bytesSource{"a", []byte(mark + text), stream})
				if len(got) != 1 || got[0] != "a: "+mark+text || len(skips) > 0 {
					t.Errorf("mark %q, %s: %.60q… %v", mark, name, got, skips)
				}
			}
		}
	}
}

// TestMarkedTextOfManyScriptsIsWide holds that real UTF-16 is still read as such.
func TestMarkedTextOfManyScriptsIsWide(t *testing.T) {
	for _, text := range []string{
		"线上会议的链接请查看下面的通知，密码另行发送。", "オンライン会議のリンクは次のとおりです。", "화상 회의 링크는 아래와 같습니다.", "Ссылка на встречу", "رابط الاجتماع", "é", "会議\u3000会議",
		strings.Repeat("中文会议通知", 2000) + " https://acme.zoom.us/j/84930275116",
	} {
		for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
			both(t, Limits{}, "a", wide16(text, order, true), []string{"a: " + text}, nil)
		}
	}
}

// FuzzDecoder compares with the standard library, in one go and byte by byte.
func FuzzDecoder(f *testing.F) {
	f.Add([]byte("a\x00\x3d\xd8\x00\xde"), true)
	f.Add([]byte("\x00"), false)
	f.Fuzz(func(t *testing.T, data []byte, big bool) {
		var order binary.ByteOrder = binary.LittleEndian
		if big {
			order = binary.BigEndian
		}
		var units []uint16
		for i := 0; i+1 < len(data); i += 2 {
			units = append(units, order.Uint16(data[i:]))
		}
		want := string(utf16.Decode(units))
		if len(data)%2 == 1 {
			want += "\ufffd"
		}
		for _, r := range []io.Reader{bytes.NewReader(data), iotest.OneByteReader(bytes.NewReader(data))} {
			got, err := io.ReadAll(newDecoder(r, encoding{width: 2, big: big}))
			if err != nil || string(got) != want || !utf8.Valid(got) {
				t.Errorf("got %q (%v), want %q", got, err, want)
			}
		}
	})
}
