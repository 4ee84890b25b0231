package extract

import (
	"bytes"
	"strconv"
	"strings"
)

// how is how content is read.
type how int

const (
	asText how = iota
	asGzip
	asBzip2
	asTar
	asZip
	asZstd
	asHTML
	asCalendar
	asVCard
	asFeed
	asTable
	asMail
	asMbox
	asWARC
	asRTF
	asPDF
	asImage
	asOLE
	unread
)

func (h how) String() string {
	return [...]string{"text", "gzip", "bzip2", "tar", "zip", "zstd", "html", "calendar", "vcard", "feed", "table", "mail", "mbox", "warc", "rtf", "pdf", "image", "ole", "unread"}[h]
}

// packs says whether what is read so may hold other content, which counts for the depth.
func (h how) packs() bool {
	switch h {
	case asGzip, asBzip2, asTar, asZip, asZstd, asMail, asMbox, asWARC:
		return true
	}
	return false
}

// kind is what content is.
type kind struct {
	how   how
	media string // for what is not read
}

// magic tells a kind by the bytes at an offset.
type magic struct {
	offset int
	bytes  string
	kind   kind
	// weak magics are plain letters with which a text may begin: they count only where the bytes are not text.
	weak bool
}

// magics are tried in order. The values are those of the formats' own definitions, as collected in file(1)'s database.
func magics() [44]magic {
	return [...]magic{
		{0, "\x1f\x8b\x08", kind{asGzip, ""}, false},
		{0, "PK\x03\x04", kind{asZip, ""}, false},
		{0, "PK\x05\x06", kind{asZip, ""}, false},
		{0, "%PDF-", kind{asPDF, "application/pdf"}, false},
		{0, "\xfd7zXZ\x00", kind{unread, "application/x-xz"}, false},
		{0, "\x28\xb5\x2f\xfd", kind{asZstd, ""}, false},
		{0, "\x04\x22\x4d\x18", kind{unread, "application/x-lz4"}, false},
		{0, "7z\xbc\xaf\x27\x1c", kind{unread, "application/x-7z-compressed"}, false},
		{0, "Rar!\x1a\x07", kind{unread, "application/vnd.rar"}, false},
		{0, "\x1f\x9d", kind{unread, "application/x-compress"}, false},
		{0, "MSCF\x00\x00\x00\x00", kind{unread, "application/vnd.ms-cab-compressed"}, false},
		{0, "LZIP\x01", kind{unread, "application/x-lzip"}, false},
		{0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", kind{asOLE, "application/x-ole-storage"}, false},
		{0, "\x89PNG\r\n\x1a\n", kind{asImage, "image/png"}, false},
		{0, "\xff\xd8\xff", kind{asImage, "image/jpeg"}, false},
		{0, "GIF87a", kind{asImage, "image/gif"}, true},
		{0, "GIF89a", kind{asImage, "image/gif"}, true},
		{8, "WEBP", kind{asImage, "image/webp"}, true},
		{0, "II*\x00", kind{unread, "image/tiff"}, false},
		{0, "MM\x00*", kind{unread, "image/tiff"}, false},
		{0, "\x00\x00\x01\x00", kind{unread, "image/vnd.microsoft.icon"}, false},
		{6, "\x00\x00\x00\x00", kind{unread, "image/bmp"}, false}, // with "BM" in front, see holds
		{0, "8BPS\x00\x01", kind{unread, "image/vnd.adobe.photoshop"}, false},
		{4, "ftyp", kind{unread, "video/mp4"}, true},
		{0, "\x1a\x45\xdf\xa3", kind{unread, "video/x-matroska"}, false},
		{0, "FLV\x01", kind{unread, "video/x-flv"}, false},
		{8, "AVI ", kind{unread, "video/x-msvideo"}, true},
		{8, "WAVE", kind{unread, "audio/wav"}, true},
		{0, "OggS", kind{unread, "audio/ogg"}, true},
		{0, "fLaC", kind{unread, "audio/flac"}, true},
		{0, "ID3", kind{unread, "audio/mpeg"}, true},
		{0, "MThd", kind{unread, "audio/midi"}, true},
		{0, "wOFF", kind{unread, "font/woff"}, true},
		{0, "wOF2", kind{unread, "font/woff2"}, true},
		{0, "OTTO", kind{unread, "font/otf"}, true},
		{0, "\x00\x01\x00\x00\x00", kind{unread, "font/ttf"}, false},
		{0, "\x7fELF", kind{unread, "application/x-elf"}, false},
		{0, "MZ", kind{unread, "application/vnd.microsoft.portable-executable"}, true},
		{0, "\xfe\xed\xfa\xce", kind{unread, "application/x-mach-binary"}, false},
		{0, "\xfe\xed\xfa\xcf", kind{unread, "application/x-mach-binary"}, false},
		{0, "\xce\xfa\xed\xfe", kind{unread, "application/x-mach-binary"}, false},
		{0, "\xcf\xfa\xed\xfe", kind{unread, "application/x-mach-binary"}, false},
		{0, "\xca\xfe\xba\xbe", kind{unread, "application/java-vm"}, false},
		{0, "\x00asm", kind{unread, "application/wasm"}, false},
	}
}

// sniff says what content is by its first bytes.
func sniff(head []byte) kind {
	if encodingOf(head).width > 0 {
		return kind{}
	}
	for _, m := range magics() {
		if m.holds(head) {
			return m.kind
		}
	}
	switch {
	case isBzip2(head):
		return kind{how: asBzip2}
	case isTar(head):
		return kind{how: asTar}
	case isSkippable(head):
		return kind{how: asZstd}
	}
	return kind{}
}

// kind says what c is: by its first bytes, and for text also by what it looks like.
func (c content) kind(head []byte) kind {
	k := sniff(head)
	if k.how != asText {
		return k
	}
	if enc := encodingOf(head); enc.width > 0 {
		if isHTML(textStart(decodedStart(head, enc)), c) {
			k.how = asHTML
		}
		return k
	}
	start := textStart(head)
	switch {
	case hasPrefixFold(start, "BEGIN:VCALENDAR"):
		k.how = asCalendar
	case hasPrefixFold(start, "BEGIN:VCARD"):
		k.how = asVCard
	case hasPrefixFold(start, "WARC/1."):
		k.how = asWARC
	case hasPrefixFold(start, "{\\rtf"):
		k.how = asRTF
	case isMbox(start):
		k.how = asMbox
	case isMail(trimStart(head[:min(len(head), sniffSize)]), c):
		k.how = asMail
	case isHTML(start, c):
		k.how = asHTML
	case isFeed(start):
		k.how = asFeed
	case isTable(c):
		k.how = asTable
	case isLatePDF(head):
		k = kind{asPDF, "application/pdf"}
	}
	return k
}

// textStart is the beginning of a text without what may stand in front of it.
func textStart(head []byte) []byte {
	return trimStart(head[:min(len(head), 1024)])
}

func trimStart(head []byte) []byte { return bytes.TrimLeft(head, "\xef\xbb\xbf \t\r\n") }

// isLatePDF recognises a PDF with something in front, for which readers look in the first 1024 bytes: blanks, or lines behind
// which the mark comes with the line of high bytes that follows it in nearly all files (ISO 32000-1, section 7.5.2).
func isLatePDF(head []byte) bool {
	before, rest, ok := bytes.Cut(head[:min(len(head), 1024)], []byte("%PDF-"))
	if !ok || len(rest) == 0 || rest[0] < '0' || rest[0] > '9' {
		return false
	}
	if len(bytes.Trim(before, "\xef\xbb\xbf \t\r\n\x00")) == 0 {
		return true
	}
	_, line, _ := bytes.Cut(rest[:min(len(rest), 20)], []byte("%"))
	return before[len(before)-1] == '\n' && len(line) > 1 && line[0] >= 0x80 && line[1] >= 0x80
}

func (m magic) holds(head []byte) bool {
	if len(head) < m.offset+len(m.bytes) || string(head[m.offset:m.offset+len(m.bytes)]) != m.bytes {
		return false
	}
	if m.kind.media == "image/bmp" && (head[0] != 'B' || head[1] != 'M') {
		return false
	}
	if m.offset == 8 && string(head[:4]) != "RIFF" {
		return false
	}
	return !m.weak || bytes.IndexByte(head, 0) >= 0
}

// isBzip2 looks for the size of the blocks and the mark of the first, or of the end.
func isBzip2(head []byte) bool {
	if len(head) < 10 || string(head[:3]) != "BZh" || head[3] < '1' || head[3] > '9' {
		return false
	}
	mark := string(head[4:10])
	return mark == "1AY&SY" || mark == "\x17\x72\x45\x38\x50\x90"
}

// The header of a tar entry: 512 bytes with a sum over all of them, in which the field of the sum itself counts as spaces.
const (
	tarHeader  = 512
	tarSumFrom = 148
	tarSumTo   = 156
)

// isTar checks the sum of the first header, since old archives have no magic.
func isTar(head []byte) bool {
	if len(head) < tarHeader || head[0] == 0 {
		return false
	}
	field := strings.Trim(string(head[tarSumFrom:tarSumTo]), " \x00")
	want, err := strconv.ParseInt(field, 8, 32)
	if err != nil {
		return false
	}
	var unsigned, signed int64 // writers have used both
	for i, b := range head[:tarHeader] {
		if i >= tarSumFrom && i < tarSumTo {
			b = ' '
		}
		unsigned += int64(b)
		signed += int64(int8(b))
	}
	return want == unsigned || want == signed
}
