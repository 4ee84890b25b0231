package extract

import "strings"

// field is a field of Word (ECMA-376 part 1, section 17.16): code, as in "HYPERLINK "https://…"", then the text that it
// shows. Both may stand in several runs, and the code may hold other fields.
type field struct {
	code   []byte
	inCode bool
	url    string
}

// fieldChar is a mark at which a field begins, changes over from code to text, or ends.
func (r *flowReader) fieldChar(kind string) {
	switch kind {
	case "begin":
		if len(r.fields) < maxLinks {
			r.fields = append(r.fields, field{inCode: true})
		}
	case "separate":
		if n := len(r.fields); n > 0 {
			r.endCode(&r.fields[n-1])
		}
	case "end":
		r.endField()
	}
}

// endCode reads the code of a field. What is no address is a remark.
func (r *flowReader) endCode(f *field) {
	if !f.inCode {
		return
	}
	f.inCode = false
	f.url = fieldAddress(string(f.code))
	rest := strings.ReplaceAll(strings.Replace(string(f.code), f.url, "", 1), `\`, "")
	if isWorthShowing([]byte(rest)) {
		r.o.remark(strings.TrimSpace(string(f.code)), "")
	}
	f.code = nil
}

func (r *flowReader) endField() {
	n := len(r.fields)
	if n == 0 {
		return
	}
	f := r.fields[n-1]
	r.endCode(&f)
	r.fields = r.fields[:n-1]
	r.o.address(f.url)
}

// fieldAddress is the address of the code of a hyperlink: HYPERLINK "address" \l "what stands behind its #"; "" when it is
// none.
func fieldAddress(code string) string {
	words := fieldWords(code)
	if len(words) < 2 || !strings.EqualFold(words[0], "HYPERLINK") {
		return ""
	}
	url, anchor := "", ""
	for i := 1; i < len(words); i++ {
		switch {
		case strings.EqualFold(words[i], `\l`) && i+1 < len(words):
			i++
			anchor = words[i]
		case strings.HasPrefix(words[i], `\`):
			if i+1 < len(words) && (words[i] == `\o` || words[i] == `\t`) {
				i++
			}
		case url == "":
			url = words[i]
		}
	}
	return withAnchor(url, anchor)
}

// fieldWords splits a code at spaces; a word in quotes may hold some. It gives at most 20.
func fieldWords(code string) (words []string) {
	code = strings.NewReplacer("\u201c", `"`, "\u201d", `"`, `\\`, `\`).Replace(code)
	for len(words) < 20 {
		code = strings.TrimLeft(code, " \t\r\n")
		if code == "" {
			break
		}
		end := " \t\r\n"
		if code[0] == '"' {
			code, end = code[1:], `"`
		}
		i := strings.IndexAny(code, end)
		if i < 0 {
			i = len(code)
		}
		words = append(words, code[:i])
		code = code[min(i+1, len(code)):]
	}
	return words
}
