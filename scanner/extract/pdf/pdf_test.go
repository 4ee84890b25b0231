package pdf

import (
	"bytes"
	"compress/zlib"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/ascii85"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"meetleaks/matchers"
)

// builder writes a file.
type builder struct {
	bytes.Buffer
	offsets []int
	open    func(number int, data string) string // encrypts a stream or a string; nil: not encrypted
}

func newBuilder() *builder {
	b := &builder{}
	b.WriteString("%PDF-1.7\n")
	return b
}

// add writes an object and returns its number.
func (b *builder) add(format string, args ...any) int {
	b.offsets = append(b.offsets, b.Len())
	n := len(b.offsets)
	fmt.Fprintf(b, "%d 0 obj\n%s\nendobj\n", n, fmt.Sprintf(format, args...))
	return n
}

func (b *builder) stream(dict, data string) int {
	if b.open != nil {
		data = b.open(len(b.offsets)+1, data)
	}
	return b.add("<< %s /Length %d >>\nstream\n%s\nendstream", dict, len(data), data)
}

// str is a string as a number of the object that comes next.
func (b *builder) str(s string) string {
	if b.open != nil {
		s = b.open(len(b.offsets)+1, s)
	}
	return fmt.Sprintf("<%x>", s)
}

// end writes the trailer; objects 1 and 2 are the catalog and the tree.
func (b *builder) end(trailer string) []byte {
	xref := b.Len()
	fmt.Fprintf(b, "xref\n0 %d\n0000000000 65535 f \n", len(b.offsets)+1)
	for _, o := range b.offsets {
		fmt.Fprintf(b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(b, "trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n", len(b.offsets)+1, trailer, xref)
	return b.Bytes()
}

func packed(s string) string {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	_, _ = w.Write([]byte(s))
	_ = w.Close()
	return b.String()
}

// onePage is a file with a page that draws content with the resources; more are other entries of the page, objects what
// stands in front of it from number 4 on.
func onePage(content, resources, more string, objects ...string) []byte {
	b := newBuilder()
	b.add("<< /Type /Catalog /Pages 2 0 R >>")
	b.add("<< /Type /Pages /Kids [3 0 R] /Count 1 /Resources << %s >> >>", resources)
	b.add("<< /Type /Page /Parent 2 0 R /Contents %d 0 R %s >>", 4+len(objects), more)
	for _, o := range objects {
		b.add("%s", o)
	}
	b.stream("/Filter /FlateDecode", packed(content))
	return b.end("")
}

const helvetica = "/Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >>"

// read returns the pieces by "page part", and the problems.
func read(data []byte) (texts map[string]string, problems []error) {
	texts = map[string]string{}
	problems = Read(bytes.Clone(data), func(p Piece) error {
		texts[fmt.Sprint(p.Page, p.Part)] += p.Text
		return nil
	}, nil)
	return texts, problems
}

// page returns the text of the first page of a file that has no problems.
func page(t *testing.T, data []byte) string {
	t.Helper()
	texts, problems := read(data)
	if len(problems) > 0 {
		t.Errorf("problems %q", problems)
	}
	return texts["1"]
}

func has(t *testing.T, text, want string) {
	t.Helper()
	if !strings.Contains(text, want) {
		t.Errorf("%q has no %q", text, want)
	}
}

func TestTextIsPutTogetherByItsPlace(t *testing.T) {
	for _, c := range []struct{ what, content, want string }{
		{"kerning", "[(https://zo) -20 (om.us/j/84) 15 (930275116)] TJ", "https://zoom.us/j/84930275116\n"},
		{"moves within a line", "(https://) Tj 36.024 0 Td (zoom.us/j/84930275116) Tj", "https://zoom.us/j/84930275116\n"},
		{"spaces as moves", "[(Meeting) -278 (ID:) -278 (981) -278 (2345) -278 (6210)] TJ", "Meeting ID: 981 2345 6210\n"},
		{"lines", "(Meeting ID: 981 2345 6210) Tj 0 -14 Td (Passcode: 4471x) Tj", "Meeting ID: 981 2345 6210\nPasscode: 4471x\n"},
		{"paragraphs", "(one) Tj 0 -60 Td (two) Tj", "one\n\ntwo\n"},
		{"next line", "14 TL (one) Tj T* (two) Tj (three) '  1 2 (four) \"", "one\ntwo\nthree\nfour\n"},
		{"columns", "(Mon) Tj 200 0 Td (https://meet.google.com/qhw-xzrk-mbd) Tj", "Mon https://meet.google.com/qhw-xzrk-mbd\n"},
		{"hexadecimal", "<68747470733a2f2f7a6f6f6d2e75732f6a2f3834393330323735313136> Tj", "https://zoom.us/j/84930275116\n"},
		{"escapes", `(a\)b\\c\101\
d) Tj`, `a)b\cAd` + "\n"},
		{"inline pictures", "(one) Tj BI /W 1 ID \xff(no) Tj\x00 EI (two) Tj", "onetwo\n"},
		{"turned", "0 1 -1 0 50 50 Tm (turned https://) Tj (zoom.us) Tj", "turned https://zoom.us\n"},
		{"unbalanced", "Q Q Q ] >> ) (text) Tj", "text\n"},
	} {
		got := page(t, onePage("BT /F 12 Tf 72 700 Td "+c.content+" ET", helvetica, ""))
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.what, got, c.want)
		}
	}
}

func TestFontsSayWhatTheirCodesAre(t *testing.T) {
	unicode := "<< /Length %d >>\nstream\n%s\nendstream"
	table := "1 begincodespacerange <0000> <ffff> endcodespacerange 1 beginbfchar <0003> <007a> endbfchar " +
		"2 beginbfrange <0004> <0005> <006f> <0006> <0007> [<006d> <002e>] endbfrange"
	stream := fmt.Sprintf(unicode, len(table), table)
	wide := "/Font << /F << /Subtype /Type0 /Encoding /Identity-H /ToUnicode 4 0 R /DescendantFonts [<< /W [3 [500 500 500]] >>] >> >>"
	got := page(t, onePage("BT /F 9 Tf <000300040004000600070005> Tj ET", wide, "", stream))
	has(t, got, "zoom.p")
	named := "/Font << /F << /Subtype /Type1 /Encoding << /Differences [1 /z /o /m /period /one.oldstyle /f_i /uni0041] >> >> >>"
	has(t, page(t, onePage("BT /F 9 Tf <0102020304050607> Tj ET", named, "")), "zoom.1fiA")
	mac := "/Font << /F << /Subtype /TrueType /Encoding /MacRomanEncoding >> >>"
	has(t, page(t, onePage("BT /F 9 Tf (B\x9fro) Tj ET", mac, "")), "Büro")
	utf16 := "/Font << /F << /Subtype /Type0 /Encoding /UniGB-UCS2-H >> >>"
	has(t, page(t, onePage("BT /F 9 Tf <007a4f1a> Tj ET", utf16, "")), "z会")
}

func TestAFontThatSaysNothingIsTold(t *testing.T) {
	_, problems := read(onePage("BT /F 9 Tf <00030004> Tj ET", "/Font << /F << /Subtype /Type0 /Encoding /Identity-H >> >>", ""))
	if len(problems) != 1 || !errors.Is(problems[0], choice("some text is in a font that does not say what its letters are")) {
		t.Errorf("%q", problems)
	}
}

func TestFormsAreDrawnWhereTheyStand(t *testing.T) {
	form := "<< /Subtype /Form /Resources << " + helvetica + " >> /Length 44 >>\nstream\nBT /F 9 Tf (https://zoom.us/j/84930275116) Tj ET\nendstream"
	has(t, page(t, onePage("/X Do", "/XObject << /X 4 0 R >>", "", form)), "https://zoom.us/j/84930275116")
}

func TestFormsInFormsEnd(t *testing.T) {
	form := "<< /Subtype /Form /Length 20 >>\nstream\n" + strings.Repeat("/X Do ", 30) + "\nendstream"
	done := make(chan struct{})
	go func() {
		defer close(done)
		read(onePage("/X Do", "/XObject << /X 4 0 R >>", "", form))
	}()
	select {
	case <-done:
	case <-time.After(60 * time.Second):
		t.Fatal("it goes on")
	}
}

func TestLinksOverAPageAreTold(t *testing.T) {
	got := page(t, onePage("BT /F 9 Tf (Join) Tj ET", helvetica,
		"/Annots [4 0 R << /Subtype /Widget /V (Passcode: 4471x) >> << /Subtype /FreeText /Contents <feff0042006100640020>  >>]",
		"<< /Subtype /Link /A 5 0 R >>", "<< /S /URI /URI (https://acme.zoom.us/j/98123456210?pwd=Qx7abc) >>"))
	has(t, got, "Join\n")
	has(t, got, "\n\n<https://acme.zoom.us/j/98123456210?pwd=Qx7abc>\n\n")
	has(t, got, "\n\nPasscode: 4471x")
}

func TestLinksBrokenOverLinesAreJoined(t *testing.T) {
	content := "BT /F 12 Tf 72 700 Td (See https://teams.micro) Tj 0 -14 Td (soft.com/l/meetup-join/19%3ameeting_ZjM4YTFkNzItOGM1ZS00Y) Tj" +
		" 0 -14 Td (jkzLWE2ZDAtNzE1OWUyYzg0YjNm%40thread.v2/0) Tj 0 -14 Td (and come) Tj ET"
	got := page(t, onePage(content, helvetica, ""))
	has(t, got, "\n\n<https://teams.microsoft.com/l/meetup-join/19%3ameeting_ZjM4YTFkNzItOGM1ZS00YjkzLWE2ZDAtNzE1OWUyYzg0YjNm%40thread.v2/0>")
	whole := page(t, onePage("BT /F 12 Tf 72 700 Td (https://zoom.us/j/84930275116) Tj 0 -14 Td (2026) Tj ET", helvetica, ""))
	if strings.Contains(whole, "<") {
		t.Errorf("joined what is whole: %q", whole)
	}
}

func TestWhatStandsInNoPageIsToldBehindThem(t *testing.T) {
	metadata := "<x:xmpmeta>https://zoom.us/j/84930275116</x:xmpmeta>"
	texts, problems := read(onePage("", helvetica, "",
		"<< /Title (Board https://meet.google.com/qhw-xzrk-mbd) /CreationDate (D:20261121) >>",
		fmt.Sprintf("<< /Type /Metadata /Subtype /XML /Length %d >>\nstream\n%s\nendstream", len(metadata), metadata)))
	if len(problems) > 0 {
		t.Error(problems)
	}
	has(t, texts["0objects"], "Board https://meet.google.com/qhw-xzrk-mbd\n\n")
	has(t, texts["0objects"], "84930275116")
	if strings.Contains(texts["0objects"], "D:2026") || texts["0raw"] != "" {
		t.Errorf("noise: %q", texts)
	}
}

func TestBytesOutsideObjectsAreTold(t *testing.T) {
	data := append(onePage("", helvetica, ""), "\n% https://zoom.us/j/84930275116\n"...)
	texts, _ := read(data)
	has(t, texts["0raw"], "https://zoom.us/j/84930275116")
}

// objectStreams is a file whose catalog, pages and annotations stand in an object stream.
func objectStreams(predictor bool) []byte {
	inner := []string{
		"<< /Type /Catalog /Pages 12 0 R >>", "<< /Type /Pages /Kids [13 0 R] /Count 1 >>",
		"<< /Type /Page /Contents 2 0 R /Annots [14 0 R] /Resources << " + helvetica + " >> >>",
		"<< /Subtype /Link /A << /URI (https://acme.zoom.us/j/98123456210) >> >>",
	}
	head, body := "", ""
	for i, o := range inner {
		head += fmt.Sprintf("%d %d ", 11+i, len(body))
		body += o + " "
	}
	all, param := head+body, ""
	if predictor {
		all, param = predicted(all, 8), "/DecodeParms << /Predictor 12 /Columns 8 >>"
	}
	b := newBuilder()
	b.stream(fmt.Sprintf("/Type /ObjStm /N %d /First %d /Filter /FlateDecode %s", len(inner), len(head), param), packed(all))
	b.stream("/Filter /FlateDecode", packed("BT /F 9 Tf (https://zoom.us/j/84930275116) Tj ET"))
	b.stream("/Type /XRef /Root 11 0 R /Size 20 /W [1 2 1]", "none")
	b.WriteString("startxref\n0\n%%EOF")
	return b.Bytes()
}

// predicted applies PNG's predictors, another for each row.
func predicted(s string, row int) string {
	var out []byte
	above := make([]byte, row)
	for i := 0; len(s) > 0; i++ {
		line := []byte((s + strings.Repeat(" ", row))[:row])
		s = s[min(row, len(s)):]
		kind := byte(i % 5)
		out = append(out, kind)
		for x := range line {
			var left, corner byte
			if x > 0 {
				left, corner = line[x-1], above[x-1]
			}
			guess := [5]byte{0, left, above[x], byte((int(left) + int(above[x])) / 2), paeth(left, above[x], corner)}[kind]
			out = append(out, line[x]-guess)
		}
		above = line
	}
	return string(out)
}

func TestObjectsInStreamsAreRead(t *testing.T) {
	for _, predictor := range []bool{false, true} {
		got := page(t, objectStreams(predictor))
		has(t, got, "https://zoom.us/j/84930275116")
		has(t, got, "<https://acme.zoom.us/j/98123456210>")
	}
}

func TestTheLastRevisionHolds(t *testing.T) {
	data := onePage("BT /F 9 Tf (old) Tj ET", helvetica, "")
	data = append(data, "4 0 obj << /Length 26 >> stream\nBT /F 9 Tf (new text) Tj ET\nendstream endobj\n"...)
	if got := page(t, data); got != "new text\n" {
		t.Errorf("%q", got)
	}
}

func TestFiltersAreTakenOff(t *testing.T) {
	plain := "BT /F 9 Tf (https://zoom.us/j/84930275116) Tj ET"
	hexed := fmt.Sprintf("%x>", plain)
	runs := ""
	for i := 0; i < len(plain); i += 100 {
		part := plain[i:min(i+100, len(plain))]
		runs += string(rune(len(part)-1)) + part
	}
	for filter, data := range map[string]string{
		"/ASCIIHexDecode":                hexed,
		"/RunLengthDecode":               runs + "\x80",
		"[/AHx /Fl]":                     fmt.Sprintf("%x>", packed(plain)),
		"[/ASCII85Decode]":               "<~" + eightyFive(plain) + "~>",
		"/FlateDecode /DecodeParms null": packed(plain),
	} {
		b := newBuilder()
		b.add("<< /Type /Catalog /Pages 2 0 R >>")
		b.add("<< /Type /Pages /Kids [3 0 R] /Count 1 /Resources << %s >> >>", helvetica)
		b.add("<< /Type /Page /Contents 4 0 R >>")
		b.stream("/Filter "+filter, data)
		texts, problems := read(b.end(""))
		if !strings.Contains(texts["1"], "84930275116") || len(problems) > 0 {
			t.Errorf("%s: %q %q", filter, texts, problems)
		}
	}
}

// TestASumThatEndsLikeALineIsWhole: where the length is another object, the end of a stream is looked for.
func TestASumThatEndsLikeALineIsWhole(t *testing.T) {
	for _, last := range []byte("\r\n") {
		plain := "BT /F 9 Tf (https://zoom.us/j/84930275116) Tj ET %"
		for packed(plain)[len(packed(plain))-1] != last {
			plain += "a"
		}
		b := newBuilder()
		b.add("<< /Type /Catalog /Pages 2 0 R >>")
		b.add("<< /Type /Pages /Kids [3 0 R] /Count 1 /Resources << %s >> >>", helvetica)
		b.add("<< /Type /Page /Contents 4 0 R >>")
		b.add("<< /Filter /FlateDecode /Length 5 0 R >>\nstream\n%s\nendstream", packed(plain))
		b.add("%d", len(packed(plain)))
		texts, problems := read(b.end(""))
		if !strings.Contains(texts["1"], "84930275116") || len(problems) > 0 {
			t.Errorf("%q: %q %q", last, texts, problems)
		}
	}
}

func eightyFive(s string) string {
	out := make([]byte, ascii85.MaxEncodedLen(len(s)))
	return string(out[:ascii85.Encode(out, []byte(s))])
}

// locked is a file encrypted in the fifth version, for the password given; all with AES and one key.
func locked(password string) []byte {
	key := []byte("0123456789abcdef0123456789ABCDEF")
	sum := func(parts ...string) []byte { s := sha256.Sum256([]byte(strings.Join(parts, ""))); return s[:] }
	check := string(sum(password, "validate")) + "validate" + "key-salt"
	wrap, _ := aes.NewCipher(sum(password, "key-salt"))
	wrapped := make([]byte, 32)
	cipher.NewCBCEncrypter(wrap, make([]byte, 16)).CryptBlocks(wrapped, key)
	b := newBuilder()
	b.open = func(_ int, s string) string {
		block, _ := aes.NewCipher(key)
		padded := s + strings.Repeat(string(rune(16-len(s)%16)), 16-len(s)%16)
		out := []byte(padded)
		vector := []byte("vectorvectorvect")
		cipher.NewCBCEncrypter(block, vector).CryptBlocks(out, out)
		return string(vector) + string(out)
	}
	b.add("<< /Type /Catalog /Pages 2 0 R >>")
	b.add("<< /Type /Pages /Kids [3 0 R] /Count 1 /Resources << %s >> >>", helvetica)
	b.add("<< /Type /Page /Contents 4 0 R /Annots [<< /A << /URI %s >> >>] >>", b.str("https://acme.zoom.us/j/98123456210"))
	b.stream("/Filter /FlateDecode", packed("BT /F 9 Tf (https://zoom.us/j/84930275116) Tj ET"))
	return b.end(fmt.Sprintf("/Encrypt << /Filter /Standard /V 5 /R 5 /U <%x> /UE <%x> /StmF /S /StrF /S /CF << /S << /CFM /AESV3 >> >> >>", check, wrapped))
}

func TestFilesWithTheEmptyPasswordAreRead(t *testing.T) {
	got := page(t, locked(""))
	has(t, got, "https://zoom.us/j/84930275116")
	has(t, got, "<https://acme.zoom.us/j/98123456210>")
	texts, problems := read(locked("secret"))
	if len(texts) > 0 || len(problems) != 1 || !errors.Is(problems[0], Encrypted{}) {
		t.Errorf("%q %q", texts, problems)
	}
}

func TestBrokenFilesGiveWhatIsLeft(t *testing.T) {
	whole := onePage("BT /F 9 Tf (https://zoom.us/j/84930275116) Tj ET", helvetica, "/Annots [<< /A << /URI (https://acme.zoom.us/j/98123456210) >> >>]")
	for what, data := range map[string][]byte{
		"no table":    bytes.Split(whole, []byte("xref"))[0],
		"no heading":  whole[9:],
		"junk around": slices.Concat([]byte("HTTP/1.1 200 OK\r\n\r\n"), whole, bytes.Repeat([]byte("\x00junk"), 400)),
		"lone CR":     bytes.ReplaceAll(whole, []byte("endobj\n"), []byte("endobj\r")),
		"wrong sizes": bytes.ReplaceAll(whole, []byte("/Length "), []byte("/Length 9")),
	} {
		texts, problems := read(data)
		if !strings.Contains(texts["1"], "84930275116") || !strings.Contains(texts["1"], "98123456210") {
			t.Errorf("%s: %q %q", what, texts, problems)
		}
	}
	texts, problems := read([]byte("%PDF-1.7\nnothing but https://zoom.us/j/84930275116"))
	if !strings.Contains(texts["0raw"], "84930275116") || len(problems) != 1 {
		t.Errorf("%q %q", texts, problems)
	}
}

// TestAFilterThatIsNotKnownIsTold: the name of a page's filter is damaged, or that of pictures. What is told is a sentence for people.
func TestAFilterThatIsNotKnownIsTold(t *testing.T) {
	for _, filter := range []string{"/FlatfDecode", "/DCTDecode"} {
		whole := onePage("BT /F 9 Tf (https://zoom.us/j/84930275116) Tj ET", helvetica, "")
		texts, problems := read(bytes.ReplaceAll(whole, []byte("/FlateDecode"), []byte(filter)))
		if len(problems) != 1 || !strings.Contains(problems[0].Error(), "in no way that is known") || !strings.Contains(problems[0].Error(), "not read") {
			t.Errorf("%s: %q %q", filter, texts, problems)
		}
	}
}

// TestAFlippedByteHidesLittle flips each byte in turn: it never panics, and of three links in three places two remain.
func TestAFlippedByteHidesLittle(t *testing.T) {
	data := onePage("BT /F 9 Tf 0 20 Td (https://zoom.us/j/84930275116) Tj ET", helvetica, "/Annots [4 0 R]",
		"<< /A << /URI (https://acme.zoom.us/j/98123456210) >> >>", "<< /Title (https://meet.google.com/qhw-xzrk-mbd) >>")
	stride := 7
	if testing.Short() {
		stride = 31
	}
	for at := 0; at < len(data); at += stride {
		broken := bytes.Clone(data)
		broken[at] ^= byte(1 + at%255)
		texts, problems := read(broken)
		found := 0
		for _, id := range []string{"84930275116", "98123456210", "qhw-xzrk-mbd"} {
			if strings.Contains(fmt.Sprint(texts), id) {
				found++
			}
		}
		if found < 2 && len(problems) == 0 {
			t.Errorf("byte %d of %d: %d links, no problem: %q", at, len(data), found, texts)
		}
	}
}

func TestLinksInTheRawBytesAreFoundInTheText(t *testing.T) {
	for _, data := range [][]byte{objectStreams(false), onePage("", helvetica, "", "<< /Title (https://zoom.us/j/84930275116) >>"),
		[]byte("%PDF-1.4\n1 0 obj (https://whereby.com/acme-board-room-x) endobj 2 0 obj << /A [ (https://zoom.us/j/84930275116"),
	} {
		texts, _ := read(data)
		all := fmt.Sprint(texts)
		for _, raw := range matchers.Find(data) {
			if !slices.ContainsFunc(matchers.Find([]byte(all)), func(s matchers.Sighting) bool { return s.Key() == raw.Key() }) {
				t.Errorf("%s is lost in %q", raw.Platform, all)
			}
		}
	}
}

func TestTooManyPagesAreCutAndTold(t *testing.T) {
	b := newBuilder()
	b.add("<< /Type /Catalog /Pages 2 0 R >>")
	b.add("<< /Type /Pages /Kids [%s] >>", strings.Repeat("<< /Type /Page >> ", MaxPages+5))
	pages := 0
	problems := Read(b.end(""), func(Piece) error { pages++; return nil }, nil)
	if pages != MaxPages || len(problems) != 1 || problems[0].Error() != "more than 5000 pages: the rest was not read" {
		t.Errorf("%d pages, %q", pages, problems)
	}
}

func TestABombIsCutAndTold(t *testing.T) {
	texts, problems := read(onePage(strings.Repeat(" ", maxDecoded+10), helvetica, ""))
	if len(problems) != 1 || !errors.Is(problems[0], errTooLarge) || len(texts["1"]) > 10 {
		t.Errorf("%q", problems)
	}
}

func TestCyclesEnd(t *testing.T) {
	b := newBuilder()
	b.add("<< /Type /Catalog /Pages 2 0 R >>")
	b.add("<< /Type /Pages /Kids [2 0 R 3 0 R 3 0 R] /Parent 2 0 R >>")
	b.add("<< /Type /Page /Contents [4 0 R 4 0 R] /Annots [3 0 R] >>")
	b.add("4 0 R")
	b.stream("/Type /ObjStm /N 1 /First 4 /Extends 5 0 R", "5 0 << >>")
	read(b.end("/Encrypt 9 0 R"))
	read([]byte(strings.Repeat("[", 100_000)))
	read([]byte("1 0 obj " + strings.Repeat("<</A", 100_000)))
}

func TestReadingStopsWhenNobodyListens(t *testing.T) {
	stop := choice("enough")
	n := 0
	problems := Read(onePage("", helvetica, "", "<< /Title (a title) >>"), func(Piece) error { n++; return stop }, nil)
	if n != 1 || len(problems) != 1 || !errors.Is(problems[0], stop) {
		t.Errorf("%d pieces, %q", n, problems)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(onePage("BT /F 9 Tf (https://zoom.us/j/84930275116) Tj ET", helvetica, "/Annots [<< /A << /URI (https://acme.zoom.us/j/98123456210) >> >>]"))
	f.Add(objectStreams(true))
	f.Add(locked(""))
	f.Add([]byte("%PDF-1.7\n1 0 obj << /Type /Catalog /Pages 1 0 R /Kids [1 0 R] >> endobj"))
	f.Fuzz(func(t *testing.T, data []byte) {
		size := 0
		Read(bytes.Clone(data), func(p Piece) error {
			if size += len(p.Text); size > 64<<20 {
				t.Fatalf("%d bytes of text from %d", size, len(data))
			}
			return nil
		}, func(Picture) {})
	})
}

func BenchmarkRead(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	build := newBuilder()
	build.add("<< /Type /Catalog /Pages 2 0 R >>")
	kids := ""
	for i := range 500 {
		kids += fmt.Sprintf("%d 0 R ", 3+2*i)
	}
	build.add("<< /Type /Pages /Kids [%s] /Resources << %s >> >>", kids, helvetica)
	for i := range 500 {
		var content strings.Builder
		content.WriteString("BT /F 9 Tf ")
		for range 400 {
			fmt.Fprintf(&content, "0 -11 Td [(word%d and) -278 (other words of %d)] TJ\n", r.IntN(1000), r.IntN(9))
		}
		build.add("<< /Type /Page /Contents %d 0 R >>", 4+2*i)
		build.stream("", content.String()+" ET")
	}
	data := build.end("")
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		Read(bytes.Clone(data), func(Piece) error { return nil }, nil)
	}
}
