package matchers

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"
)

// remark is something near a number or link that says more about it: a service's name, a passcode, a PIN, a host key.
type remark struct {
	start, end int    // of the label or the name
	value      Span   // where the secret stands
	cue        cue    // for names
	secret     string // "passcode", "pin" or "host_key"; "" for names
	mixed      bool   // the passcode has small and capital letters
}

// readPasscode reads the value behind a passcode label. ok is false when there is none, a placeholder, or prose; generous: a word is
// one, whatever follows it.
func readPasscode(text []byte, at int, generous bool) (value Span, mixed, ok bool) {
	i, said := skipMarkup(text, at, 1)
	i, said = skipOrder(text, at, i, said)
	if emptyString(text[at:i]) {
		return Span{}, false, false
	}
	end := i
	for end < len(text) && end-i < maxPasskey && passcodeByte(text[end]) && !bytes.HasPrefix(text[end:], []byte(`\n`)) {
		end++
	}
	word := strings.TrimRight(string(text[i:end]), ".:!?*_~\\")
	if whole := string(text[i:end]); drawnPasscode(whole) && placeholderPasscode(word) { // "R=x#f3R.": the dot is its last sign
		word = whole
	}
	value = Span{i, i + len(word)}
	said = said || inQuotes(text, at, value)
	digits := strings.ContainsAny(word, "0123456789")
	lineBreak := bytes.IndexByte(text[at:i], '\n') >= 0
	switch {
	case len(word) < 3 && (!said || lineBreak || !all(word, isDigit) || !valueEnds(text, end)):
		return Span{}, false, false
	case placeholderPasscode(word), !generous && (callsFunction(text, i, end) || namesValue(text, i, end)), !digits && (!said || lineBreak || !generous && all(word, isAlpha) && sentenceGoesOn(text, end)):
		return Span{}, false, false
	case len(word) > maxWord && !digits, lineBreak && len(word) < 4:
		return Span{}, false, false
	}
	lower := strings.ContainsAny(word, "abcdefghijklmnopqrstuvwxyz")
	return value, lower && strings.ContainsAny(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"), true
}

// emptyString: a program or a record gives the label a string in which no value stands, and gap, all from the label to the next word, goes on
// behind it: `"password": "", "topic"`, `password: '<redacted>', host`. In "Passcode: " + "Q7R2k" the string is that of the label.
func emptyString(gap []byte) bool {
	sign := bytes.IndexAny(gap, ":=")
	if sign < 0 || len(bytes.Trim(gap[:sign], " \\\"'`")) > 0 {
		return false
	}
	value := bytes.TrimLeft(gap[sign+1:], " >\\")
	if len(value) == 0 || strings.IndexByte("\"'`", value[0]) < 0 {
		return false
	}
	end := bytes.IndexByte(value[1:], value[0])
	if end < 0 {
		return false
	}
	behind := bytes.TrimLeft(value[end+2:], " ")
	return len(behind) > 0 && strings.IndexByte(",;}])\r\n", behind[0]) >= 0
}

// skipOrder skips the verb of an instruction that stands between a label and its value, at text[i]: "password, insert: Q7R2k".
func skipOrder(text []byte, at, i int, said bool) (next int, colon bool) {
	if at >= len(text) || text[at] != ',' {
		return i, said
	}
	for _, verb := range [...]string{"enter", "insert", "type", "input"} {
		if behind := i + len(verb); behind < len(text) && hasPrefixFold(text[i:], verb) && (text[behind] == ':' || text[behind] == ' ') {
			next, more := skipMarkup(text, behind, 0)
			return next, said || more
		}
	}
	return i, said
}

// callsFunction: text[start:end] is the name of a function that a program calls there, getCode() or generate_passcode(6), and no word with a
// note in parentheses behind it, as in "tacos(small letters)".
func callsFunction(text []byte, start, end int) bool {
	if end+1 >= len(text) || text[end] != '(' || !isAlpha(text[start]) {
		return false
	}
	name := string(text[start:end])
	compound := strings.Contains(name, "_") || name[1:] != strings.ToLower(name[1:])
	return all(name, isNameByte) && (text[end+1] == ')' || compound && !strings.ContainsAny(name, "0123456789"))
}

// namesValue: text[start:end] is no text but a name, of a constant or of a list of which a program takes one: ZOOM_PASS, row[3].
func namesValue(text []byte, start, end int) bool {
	name := string(text[start:end])
	if !all(name, isNameByte) || strings.ContainsAny(name, "0123456789") || start > 0 && strings.IndexByte("\"'`", text[start-1]) >= 0 {
		return false
	}
	if name == "" || end+1 >= len(text) {
		return false
	}
	constant := strings.Contains(name, "_") && name == strings.ToUpper(name) && strings.IndexByte(",;)}", text[end]) >= 0
	return constant || name[0] >= 'a' && text[end] == '[' && (isDigit(text[end+1]) || strings.IndexByte("\"'", text[end+1]) >= 0)
}

// inQuotes: the value behind a label at text[at:] stands in quotes, and nothing but "is" before them: passcode is 'larkspur'.
func inQuotes(text []byte, at int, value Span) bool {
	before := bytes.TrimSpace(bytes.TrimPrefix(bytes.TrimLeft(text[at:value.Start], " "), []byte("is ")))
	return len(before) == 1 && value.Start > at+1 && strings.IndexByte("\"'`", before[0]) >= 0 &&
		value.End < len(text) && text[value.End] == before[0]
}

// valueEnds: nothing on the line goes on from text[at] as a sentence would ("password: 1 capital letter").
func valueEnds(text []byte, at int) bool {
	rest := bytes.TrimLeft(text[at:min(len(text), at+8)], " .")
	return len(rest) == 0 || !isAlnum(rest[0]) && rest[0] < utf8.RuneSelf
}

// sentenceGoesOn: three words in small letters follow on the line ("password: write to the chair for it").
func sentenceGoesOn(text []byte, at int) bool {
	for range 3 {
		rest := text[min(len(text), at):min(len(text), at+maxProse)]
		n := 0
		for n+1 < len(rest) && 'a' <= rest[n+1] && rest[n+1] <= 'z' {
			n++
		}
		if n == 0 || rest[0] != ' ' {
			return false
		}
		at += n + 1
	}
	return true
}

// passcodeByte: services allow letters, digits and @ - _ * and more; what ends a value in markup and code is left out.
func passcodeByte(c byte) bool {
	return c > ' ' && c < 0x7f && strings.IndexByte("\"'`<>|,;/()[]", c) < 0
}

// placeholderPasscode: a stand-in, an expression, or the next word of a sentence.
func placeholderPasscode(word string) bool {
	if drawnPasscode(word) {
		return false
	}
	lower := strings.ToLower(word)
	if strings.Trim(lower, "x*•.-_#?0") == "" || strings.ContainsAny(word, "{}$%=") || strings.Contains(word, "...") || strings.Contains(word, "?.") || placeholderWord(lower) {
		return true
	}
	if dot := strings.IndexByte(word, '.'); dot > 0 && dot+1 < len(word) && isAlpha(word[dot-1]) && isAlpha(word[dot+1]) {
		return true // config.password, example.com
	}
	return slices.Contains(proseWords(), lower)
}

// drawnPasscode: eight characters with a capital, a digit and a sign, as Zoom draws them for recordings, whatever the signs would mean
// in a program ("k?4Tr%m8", "R^7T.BKV", "pRT#w.4="). What begins with one of those is a program's, and a query is no passcode.
func drawnPasscode(word string) bool {
	return len(word) == 8 && !strings.ContainsAny(word, "{}") && !isQuery(word) && strings.IndexByte("$%", word[0]) < 0 && strings.ContainsAny(word, "!@#^&*?+%$") &&
		strings.ContainsAny(word, "0123456789") && strings.ContainsAny(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
}

// isQuery: the word is a name, "=" and more parameters: "a=B4&c=d".
func isQuery(word string) bool {
	name, rest, ok := strings.Cut(word, "=")
	named := all(name, isAlnum) || name != "" && isAlpha(name[0]) && !strings.ContainsFunc(name, noParameter)
	return ok && named && strings.Contains(rest, "&")
}

// noParameter: names of parameters do not have this.
func noParameter(r rune) bool {
	return r > 0x7f || !isAlnum(byte(r)) && !strings.ContainsRune("_.-[]", r)
}

func proseWords() []string {
	return []string{"n/a", "see", "sent", "ask", "will", "same", "not", "none", "required", "needed", "optional", "tbd", "tba", "the", "please",
		"contact", "provided", "check", "email", "e-mail", "your", "our", "available", "private", "hidden", "redacted", "removed", "found", "only",
		"yes", "here", "below", "above", "and", "for", "with", "this", "that", "you", "are", "can", "has", "must", "string", "str", "text",
		"undefined", "null", "true", "false", "password", "passcode", "passwort", "contraseña", "senha", "var", "const", "kein", "keine",
		"aucun", "ninguna", "nenhuma", "nessuna", "geen", "join", "phone", "meeting", "click", "https", "http", "self", "os",
		"number", "bool", "boolean", "int", "integer", "bytes", "varchar", "char", "tbc", "keins", "!secret"}
}

// readPIN reads a number to be keyed in at the telephone: four digits or more, "#" behind them or nine of them.
func readPIN(text []byte, at int) (Span, bool) {
	i, _ := skipMarkup(text, at, 0)
	end, digits := i, 0
	for digits <= maxDigits {
		group, next := readGroup(text, end)
		if group == "" {
			break
		}
		digits += len(group)
		end = next
		if _, after := readSeparator(text, end); after > end {
			if more, _ := readDigit(text, after); more != 0 {
				end = after
			}
		}
	}
	return Span{i, end}, digits >= 4 && (digits >= minDigits || endsWithHash(text, end))
}

// readHostKey reads six digits, or four to ten to be safe; generous: those of samples, too, because hosts choose such.
func readHostKey(text []byte, at int, generous bool) (Span, bool) {
	i, _ := skipMarkup(text, at, 1)
	group, end := readGroup(text, i)
	return Span{i, end}, len(group) >= 4 && len(group) <= 10 && (generous || !placeholderDigits(group)) && numberEnds(text, end)
}
