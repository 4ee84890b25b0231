package extract

import (
	"bytes"
	"errors"
	"mime"
	"strings"
)

// maxMailHeader bounds one header, in bytes.
const maxMailHeader = 256 << 10

var errLongHeader = errors.New("a header of more than 256 KiB: what stands behind was read as plain text")

// mailHeader is the header of a mail or of a part of one (RFC 5322, section 2.2).
type mailHeader struct {
	raw    []byte
	fields []mailField
}

// mailField is one field: raw[from:to], with all its lines and their ends.
type mailField struct {
	name     string // in lower case, "" for the line with which some mail begins
	from, to int
	value    int // where the value begins
}

// readHeader reads a header and the empty line behind it. What cannot be a header line ends the header, and is the body's.
// The error says that there was more than is read.
func readHeader(l *mimeLines) (mailHeader, error) {
	var h mailHeader
	for l.next() {
		line := bytes.TrimRight(l.piece, "\r\n")
		if l.begins && len(line) == 0 {
			return h, nil
		}
		colon := fieldName(line)
		folded := len(h.fields) > 0 && len(line) > 0 && (line[0] == ' ' || line[0] == '\t')
		first := len(h.raw) == 0 && isEnvelopeLine(line)
		if l.begins && colon < 0 && !folded && !first {
			l.back()
			return h, nil
		}
		if len(h.raw)+len(l.piece) > maxMailHeader {
			l.back()
			return h, errLongHeader
		}
		if l.begins && !folded {
			at := len(h.raw)
			h.fields = append(h.fields, mailField{name: strings.ToLower(string(bytes.TrimRight(line[:max(colon, 0)], " \t"))), from: at, value: at + colon + 1})
		}
		h.raw = append(h.raw, l.piece...)
		h.fields[len(h.fields)-1].to = len(h.raw)
	}
	return h, nil
}

// maxFieldName is the longest name of a field: a line of RFC 5322 has 78 characters.
const maxFieldName = 76

// fieldName returns where the colon stands behind the name with which a header line begins, -1 when it does not begin with
// one. Old writers put space between the two.
func fieldName(line []byte) int {
	i := 0
	for i < len(line) && i < maxFieldName && line[i] > ' ' && line[i] < 0x7f && line[i] != ':' {
		i++
	}
	colon := i
	for colon < len(line) && colon-i < maxFieldName && (line[colon] == ' ' || line[colon] == '\t') {
		colon++
	}
	if i == 0 || colon >= len(line) || line[colon] != ':' {
		return -1
	}
	return colon
}

// isEnvelopeLine recognises the line that mailboxes put in front of a mail.
func isEnvelopeLine(line []byte) bool {
	return bytes.HasPrefix(line, []byte("From ")) || bytes.HasPrefix(line, []byte(">From "))
}

// get returns the first field of that name, unfolded; "" without one.
func (h mailHeader) get(name string) string {
	for _, f := range h.fields {
		if f.name == name {
			value := strings.NewReplacer("\r", "", "\n", "").Replace(string(h.raw[f.value:f.to]))
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// parameters reads a field such as "text/plain; charset=utf-8": its value in lower case, and its parameters. Where it is
// not as RFC 2045 wants it, what can be made out is taken.
func parameters(field string) (value string, params map[string]string) {
	value, params, err := mime.ParseMediaType(field)
	if err == nil {
		return value, params
	}
	value, rest, _ := strings.Cut(field, ";")
	params = make(map[string]string)
	for rest != "" && len(params) < maxParameters {
		var parameter string
		parameter, rest = cutParameter(rest)
		key, val, ok := strings.Cut(parameter, "=")
		key = strings.ToLower(strings.TrimSpace(key))
		if _, twice := params[key]; ok && !twice {
			params[key] = strings.Trim(strings.TrimSpace(val), `"`)
		}
	}
	return strings.ToLower(strings.TrimSpace(value)), params
}

const maxParameters = 100

// cutParameter cuts at the first semicolon outside quotes, or at the first one when the quotes do not end.
func cutParameter(s string) (parameter, rest string) {
	quoted := false
	for i := range len(s) {
		switch {
		case s[i] == '"':
			quoted = !quoted
		case s[i] == ';' && !quoted:
			return s[:i], s[i+1:]
		}
	}
	if quoted {
		parameter, rest, _ = strings.Cut(s, ";")
		return parameter, rest
	}
	return s, ""
}

// fileName is the name that the header gives a part, "" without one.
func (h mailHeader) fileName(params map[string]string) string {
	_, disposition := parameters(h.get("content-disposition"))
	for _, name := range [...]string{disposition["filename"], params["name"]} {
		if name != "" {
			return decodeWords(name)
		}
	}
	return ""
}

// addHeader appends the header to the view, with its encoded words decoded. All other fields stay as they are, folds
// and all.
func (v *view) addHeader(name string, h mailHeader) {
	v.begin(name, "text/rfc822-headers", h.raw)
	for _, f := range h.fields {
		field := h.raw[f.from:f.to]
		if text := string(field); strings.Contains(text, "=?") {
			v.put(decodeWords(text), f.from)
			continue
		}
		v.copy(f.from, f.to)
	}
}

// decodeWords decodes the encoded words in s (RFC 2047); what is none stays as it is. Space between two of them vanishes.
func decodeWords(s string) string {
	var out strings.Builder
	words := 0 // behind the last one nothing but space was seen
	for s != "" {
		i := strings.Index(s, "=?")
		if i < 0 {
			break
		}
		text, n := decodeWord(s[i:])
		if n == 0 {
			out.WriteString(s[:i+2])
			s, words = s[i+2:], 0
			continue
		}
		if words == 0 || strings.Trim(s[:i], " \t\r\n") != "" {
			out.WriteString(s[:i])
		}
		out.WriteString(text)
		s = s[i+n:]
		words++
	}
	out.WriteString(s)
	return out.String()
}

// maxWord is the longest encoded word that is looked at. RFC 2047 allows 75 bytes, writers do not care.
const maxWord = 1 << 10

// decodeWord decodes the encoded word at the start of s: "=?charset?Q?text?=". It is n bytes long, 0 when it is none.
func decodeWord(s string) (text string, n int) {
	s = s[:min(len(s), maxWord)]
	parts := strings.SplitN(s[len("=?"):], "?", 3)
	if len(parts) < 3 {
		return "", 0
	}
	label, how, rest := parts[0], strings.ToUpper(parts[1]), parts[2]
	end := strings.Index(rest, "?=")
	if end < 0 || label == "" || how != "Q" && how != "B" || strings.ContainsAny(rest[:end], "\r\n") {
		return "", 0
	}
	encoded := rest[:end]
	n = len(s) - len(rest) + end + len("?=")
	label, _, _ = strings.Cut(label, "*") // the language, RFC 2231
	var decoded []byte
	if how == "B" {
		decoded = decodedBase64(encoded)
	} else {
		quoted := []byte(strings.ReplaceAll(encoded, "_", " "))
		left := 0
		decoded, left = appendQuoted(nil, quoted)
		decoded = append(decoded, quoted[len(quoted)-left:]...)
	}
	return string(decodeCharset(decoded, label)), n
}
