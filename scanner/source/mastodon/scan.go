package mastodon

import (
	"bytes"
	"unicode/utf16"
	"unicode/utf8"
)

// Frames come by the hundreds, and nearly none is of interest: what every frame must tell (its id and time) is found without
// decoding it. What follows believes that a frame is JSON; where it is not, it finds something or nothing, and reads no byte beyond.

// members calls visit with the name and the value of each member of an object, as they are written, until it returns false. The
// name is without its quotes. It says whether the object was well formed as far as it was looked at.
func members(data []byte, visit func(name, value []byte) bool) bool {
	i := blank(data, 0)
	if i >= len(data) || data[i] != '{' {
		return false
	}
	for i = blank(data, i+1); i < len(data) && data[i] == '"'; i = blank(data, i+1) {
		end := stringEnd(data, i)
		if end < 0 {
			return false
		}
		name := data[i+1 : end-1]
		if i = blank(data, end); i >= len(data) || data[i] != ':' {
			return false
		}
		i = blank(data, i+1)
		if end = valueEnd(data, i); end < 0 {
			return false
		}
		if !visit(name, data[i:end]) {
			return true
		}
		if i = blank(data, end); i >= len(data) || data[i] != ',' {
			break
		}
	}
	return i < len(data) && data[i] == '}'
}

func blank(data []byte, i int) int {
	for i < len(data) && (data[i] == ' ' || data[i] == '\n' || data[i] == '\t' || data[i] == '\r') {
		i++
	}
	return i
}

// stringEnd is behind the string that begins at i, -1 when it has no end.
func stringEnd(data []byte, i int) int {
	for i++; ; i++ {
		quote := bytes.IndexByte(data[i:], '"')
		if quote < 0 {
			return -1
		}
		i += quote
		slashes := 0
		for data[i-1-slashes] == '\\' { // ends at the opening quote at the latest
			slashes++
		}
		if slashes%2 == 0 {
			return i + 1
		}
	}
}

// valueEnd is behind the value that begins at i, -1 when there is none or it has no end.
func valueEnd(data []byte, i int) int {
	if i >= len(data) {
		return -1
	}
	switch data[i] {
	case '"':
		return stringEnd(data, i)
	case '{', '[':
		return nestEnd(data, i)
	}
	from := i
	for i < len(data) && data[i] != ',' && data[i] != '}' && data[i] != ']' && data[i] > ' ' {
		i++
	}
	if i == from {
		return -1
	}
	return i
}

func nestEnd(data []byte, i int) int {
	depth := 0
	for i < len(data) {
		switch data[i] {
		case '"':
			end := stringEnd(data, i)
			if end < 0 {
				return -1
			}
			i = end
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
		i++
	}
	return -1
}

// unquoted is a string as it is written, without its quotes; ok is false when it is none, or has escapes.
func unquoted(value []byte) (text []byte, ok bool) {
	if len(value) < 2 || value[0] != '"' || bytes.IndexByte(value, '\\') >= 0 {
		return nil, false
	}
	return value[1 : len(value)-1], true
}

// heads are the id and the time of a status. ok is false when it has no usable id.
func heads(data []byte) (id, created []byte, ok bool) {
	whole := members(data, func(name, value []byte) bool {
		switch string(name) {
		case "id":
			id, _ = unquoted(value)
		case "created_at":
			created, _ = unquoted(value)
		}
		return id == nil || created == nil
	})
	return id, created, whole && fitID(id)
}

// unescape appends what a string of JSON says, given with its quotes. ok is false when it is none.
func unescape(to, value []byte) (text []byte, ok bool) {
	if len(value) < 2 || value[0] != '"' || value[len(value)-1] != '"' {
		return to, false
	}
	value = value[1 : len(value)-1]
	for {
		slash := bytes.IndexByte(value, '\\')
		if slash < 0 {
			return append(to, value...), true
		}
		to = append(to, value[:slash]...)
		if value = value[slash+1:]; len(value) == 0 {
			return to, false
		}
		if value[0] == 'u' {
			r, n := hexRune(value)
			if n == 0 {
				return to, false
			}
			to, value = utf8.AppendRune(to, r), value[n:]
			continue
		}
		c, known := escaped(value[0])
		if !known {
			return to, false
		}
		to, value = append(to, c), value[1:]
	}
}

func escaped(c byte) (byte, bool) {
	switch c {
	case '"', '\\', '/':
		return c, true
	case 'b':
		return '\b', true
	case 'f':
		return '\f', true
	case 'n':
		return '\n', true
	case 'r':
		return '\r', true
	case 't':
		return '\t', true
	}
	return 0, false
}

// hexRune reads "uXXXX", or two of them that are one character; n is how many bytes it took, 0: there is none.
func hexRune(value []byte) (r rune, n int) {
	first, ok := hex4(value)
	if !ok {
		return 0, 0
	}
	if !utf16.IsSurrogate(first) {
		return first, 5
	}
	if len(value) > 6 && value[5] == '\\' {
		if second, ok := hex4(value[6:]); ok {
			if both := utf16.DecodeRune(first, second); both != utf8.RuneError {
				return both, 11
			}
		}
	}
	return utf8.RuneError, 5
}

func hex4(value []byte) (rune, bool) {
	if len(value) < 5 || value[0] != 'u' {
		return 0, false
	}
	var r rune
	for _, c := range value[1:5] {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}
