package extract

import (
	"bytes"
	"io"
	"mime"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/transform"
)

// metaWithin is where a page may say its charset, in bytes (HTML standard, section 4.2.5.4).
const metaWithin = 1024

// declaredCharset is the charset that a content type names, "" without one.
func declaredCharset(contentType string) string {
	_, params, err := mime.ParseMediaType(contentType)
	if err == nil {
		return params["charset"]
	}
	_, rest, ok := strings.Cut(strings.ToLower(contentType), "charset=")
	if !ok {
		return ""
	}
	rest, _, _ = strings.Cut(rest, ";")
	return strings.Trim(rest, " \t\"'")
}

// decodedStart is the beginning of a text in UTF-16 or UTF-32, as UTF-8.
func decodedStart(head []byte, enc encoding) []byte {
	start := head[:min(len(head), metaWithin*enc.width)]
	decoded, _ := io.ReadAll(newDecoder(bytes.NewReader(start), enc)) // a reader of bytes does not fail
	return decoded
}

// decodePage turns a page into UTF-8. Its charset is that of its mark, else the one that declared, a content type, names, else
// the one that the page's meta element names; other than the HTML standard has it, a page that is valid UTF-8 stays
// as it is, so that a wrong declaration harms nothing. Without any of these it is windows-1252. The page is not copied when it
// stays as it is.
func decodePage(page []byte, declared string) []byte {
	if enc := encodingOf(page); enc.width > 0 {
		decoded, _ := io.ReadAll(newDecoder(bytes.NewReader(page), enc)) // a reader of bytes does not fail
		return decoded
	} else if enc.mark > 0 {
		return page[enc.mark:]
	}
	if utf8.Valid(page) && bytes.IndexByte(page, 0x1b) < 0 { // ISO-2022-JP is ASCII with escapes
		return page
	}
	contentType := ""
	if label := declaredCharset(declared); label != "" {
		contentType = "text/html; charset=" + label
	}
	enc, name, certain := charset.DetermineEncoding(page[:min(len(page), metaWithin)], contentType)
	switch {
	case name == "utf-8", strings.HasPrefix(name, "utf-16"), name == "replacement", !certain && mostlyUTF8(page):
		return page
	}
	decoded, _, err := transform.Append(enc.NewDecoder(), make([]byte, 0, decodedSize(page)), page)
	if err != nil {
		return page
	}
	return decoded
}

// decodedSize is about how long a page becomes in UTF-8, at most: what grows by doubling would not fit the memory.
func decodedSize(page []byte) int {
	size := len(page) + utf8.UTFMax
	for _, c := range page {
		if c >= utf8.RuneSelf {
			size += 2 // of one byte at most three are made
		}
	}
	return size
}

// mostlyUTF8: more characters beyond ASCII are valid than bytes are not, as in a page into which something else was pasted.
func mostlyUTF8(page []byte) bool {
	valid, broken := 0, 0
	for i := 0; i < len(page); {
		if page[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, size := utf8.DecodeRune(page[i:])
		if r == utf8.RuneError && size == 1 {
			broken++
		} else {
			valid++
		}
		i += size
	}
	return valid > broken
}

// decodeDeclared returns text as UTF-8 where its content type names another charset and its head is not valid UTF-8; ok is false
// where it is to be read as it is.
func decodeDeclared(declared string, head []byte, text io.Reader) (decoded io.Reader, ok bool) {
	label := declaredCharset(declared)
	if len(head) >= sniffSize { // there may be more
		head = head[:len(head)-cutOff(head)]
	}
	if label == "" || utf8.Valid(head) && !isASCIIOnly(head) {
		return nil, false
	}
	enc, name := charset.Lookup(label)
	if enc == nil || name == "utf-8" || name == "replacement" || strings.HasPrefix(name, "utf-16") {
		return nil, false
	}
	return transform.NewReader(text, enc.NewDecoder()), true
}

// isASCIIOnly: the text may be in any charset so far.
func isASCIIOnly(text []byte) bool {
	for _, c := range text {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
