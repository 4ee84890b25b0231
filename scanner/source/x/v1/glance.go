package v1

import "bytes"

// glimpse is what is known of a frame before it is decoded.
type glimpse struct {
	id   int64 // of the post, 0: it has none, or is no post
	post bool  // it has an id and a text
}

// glance walks through a frame without decoding it and looks at the members of the outermost object alone: reposts and authors inside
// have ids too. whole says that the frame is one object, with nothing after it, as far as brackets and quotes tell.
func glance(frame []byte) (g glimpse, whole bool) {
	var depth int
	var number, text int64 // the id as a number, which some writers round, and as a text
	for i := 0; i < len(frame); i++ {
		switch c := frame[i]; {
		case c == '"':
			end := quoted(frame, i)
			if end < 0 {
				return glimpse{}, false
			}
			if depth == 1 {
				switch value := member(frame, end); {
				case value == nil:
				case bytes.Equal(frame[i:end], []byte(`"id_str"`)):
					text, _ = parseID(string(leading(value, '"')))
				case bytes.Equal(frame[i:end], []byte(`"id"`)):
					number, _ = parseID(string(leading(value, 0)))
				case bytes.Equal(frame[i:end], []byte(`"text"`)), bytes.Equal(frame[i:end], []byte(`"full_text"`)):
					g.post = true
				}
			}
			i = end - 1
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			if depth--; depth <= 0 {
				whole = depth == 0 && frame[0] == '{' && i == len(frame)-1
				i = len(frame)
			}
		}
	}
	if g.id = text; g.id == 0 {
		g.id = number
	}
	g.post = g.post && g.id != 0
	return g, whole
}

// quoted is where the text that begins at from ends, behind its closing quote; -1: it does not.
func quoted(b []byte, from int) int {
	for i := from + 1; ; i++ {
		n := bytes.IndexByte(b[i:], '"')
		if n < 0 {
			return -1
		}
		i += n
		slashes := 0
		for b[i-1-slashes] == '\\' {
			slashes++
		}
		if slashes%2 == 0 {
			return i + 1
		}
	}
}

// member is what follows the colon behind a key, nil when there is none: then it was a value.
func member(b []byte, end int) []byte {
	rest := bytes.TrimLeft(b[end:], " \t\r\n")
	if len(rest) == 0 || rest[0] != ':' {
		return nil
	}
	return bytes.TrimLeft(rest[1:], " \t\r\n")
}

// leading are the digits that a value begins with, behind a quote or without one; nil when something else follows them.
func leading(value []byte, quote byte) []byte {
	if quote != 0 {
		if len(value) == 0 || value[0] != quote {
			return nil
		}
		value = value[1:]
	}
	n := 0
	for n < len(value) && n < 20 && value[n] >= '0' && value[n] <= '9' {
		n++
	}
	if quote != 0 && (n == len(value) || value[n] != quote) || n < len(value) && (value[n] == '.' || value[n] == 'e' || value[n] == 'E') {
		return nil
	}
	return value[:n]
}

// balance follows brackets and quotes over a line that comes in parts.
type balance struct {
	at            int
	depth         int
	text, escaped bool
}

// even goes on to the end of line, and says whether all that was opened is closed there.
func (b *balance) even(line []byte) bool {
	for ; b.at < len(line); b.at++ {
		c := line[b.at]
		switch {
		case b.escaped:
			b.escaped = false
		case b.text && c == '\\':
			b.escaped = true
		case c == '"':
			b.text = !b.text
		case b.text:
		case c == '{' || c == '[':
			b.depth++
		case c == '}' || c == ']':
			b.depth--
		}
	}
	return b.depth <= 0 && !b.text
}
