package extract

import (
	"strconv"

	"golang.org/x/net/html/charset"
	xencoding "golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// rtfCharset is the code page of that number; Windows' of the West when it is not known.
func rtfCharset(page int) xencoding.Encoding {
	switch page {
	case 437:
		return charmap.CodePage437
	case 850:
		return charmap.CodePage850
	case 852:
		return charmap.CodePage852
	case 932:
		return japanese.ShiftJIS
	case 936:
		return simplifiedchinese.GBK
	case 949:
		return korean.EUCKR
	case 950:
		return traditionalchinese.Big5
	case 10000:
		return charmap.Macintosh
	}
	if found, _ := charset.Lookup("windows-" + strconv.Itoa(page)); found != nil {
		return found
	}
	return charmap.Windows1252
}

// isMultibyte says that a character may take two bytes, of which the second may be ASCII.
func isMultibyte(e xencoding.Encoding) bool {
	switch e {
	case japanese.ShiftJIS, simplifiedchinese.GBK, korean.EUCKR, traditionalchinese.Big5:
		return true
	}
	return false
}

// rtfSymbol is the text that a control word stands for, "" for all others.
func rtfSymbol(name string) string {
	switch name {
	case "par", "line", "lbr", "row", "nestrow", "sn", "sv", "softline":
		return "\n"
	case "sect", "page", "column":
		return "\n\n"
	case "tab", "cell", "nestcell":
		return "\t"
	case "emdash":
		return "—"
	case "endash":
		return "–"
	case "emspace", "enspace", "qmspace":
		return " "
	case "bullet":
		return "•"
	case "lquote":
		return "‘"
	case "rquote":
		return "’"
	case "ldblquote":
		return "“"
	case "rdblquote":
		return "”"
	}
	return ""
}
