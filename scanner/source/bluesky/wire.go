package bluesky

import (
	"bytes"
	"errors"
)

// The wire of Jetstream v1, section "Example events" of its README: one JSON object a frame,
//
//	{"did":"did:plc:…","time_us":1725911162329308,"kind":"commit",
//	 "commit":{"rev":"…","operation":"create","collection":"app.bsky.feed.post","rkey":"…","record":{…},"cid":"…"}}
//
// or with "identity" or "account" in the place of "commit"; a v2 serving that wire adds "cursor", which is ignored. Nearly nothing of it is
// ever wanted, so what decides about an event is picked out of the bytes, without decoding them.

// event is one frame. Its slices are parts of it.
type event struct {
	did, kind                            []byte
	time                                 int64 // microseconds since 1970
	operation, collection, key, revision []byte
	record, account                      []byte // JSON; nil: not there
}

var errFrame = errors.New("not an event")

// readEvent picks an event out of a frame, of which it keeps parts. What is not needed is stepped over: it need not be JSON.
func readEvent(frame []byte) (event, error) {
	var e event
	w := walk{text: frame}
	if !w.open() {
		return event{}, errFrame
	}
	for first := true; ; first = false {
		key, more := w.member(first)
		if !more {
			break
		}
		switch string(key) {
		case "did":
			e.did = w.string()
		case "kind":
			e.kind = w.string()
		case "time_us":
			e.time = w.number()
		case "commit":
			w.commit(&e)
		case "account":
			e.account = w.value()
		default:
			w.value()
		}
	}
	if w.broken || !w.over() || e.time <= 0 || !isDID(e.did) {
		return event{}, errFrame
	}
	return e, nil
}

// commit reads the object of a commit.
func (w *walk) commit(e *event) {
	if !w.open() {
		w.broken = true
		return
	}
	for first := true; ; first = false {
		key, more := w.member(first)
		if !more {
			return
		}
		switch string(key) {
		case "operation":
			e.operation = w.string()
		case "collection":
			e.collection = w.string()
		case "rkey":
			e.key = w.string()
		case "cid":
			e.revision = w.string()
		case "record":
			e.record = w.value()
		default:
			w.value()
		}
	}
}

// walk steps through JSON that is believed to be JSON. Once it is broken it stays so.
type walk struct {
	text   []byte
	at     int
	broken bool
}

// peek is the next byte behind white space, 0 at the end.
func (w *walk) peek() byte {
	for ; w.at < len(w.text); w.at++ {
		switch c := w.text[w.at]; c {
		case ' ', '\t', '\n', '\r':
		default:
			return c
		}
	}
	return 0
}

// take steps over a byte, if it is the next.
func (w *walk) take(c byte) bool {
	if w.broken || w.peek() != c {
		return false
	}
	w.at++
	return true
}

func (w *walk) open() bool { return w.take('{') }

// over says whether nothing follows.
func (w *walk) over() bool { return w.peek() == 0 && w.at == len(w.text) }

// member steps to the next value of an object; more is false behind its end.
func (w *walk) member(first bool) (key []byte, more bool) {
	if w.take('}') {
		return nil, false
	}
	if !first && !w.take(',') {
		w.broken = true
	}
	if w.peek() != '"' {
		w.broken = true
	}
	key = w.string()
	if !w.take(':') {
		w.broken = true
	}
	return key, !w.broken
}

// string is the inside of a text as it is written; nil when it has escapes, which no name has, or when another value stands there.
func (w *walk) string() []byte {
	if w.broken || w.peek() != '"' {
		w.value()
		return nil
	}
	from := w.at + 1
	if w.quoted() || w.broken {
		return nil
	}
	return w.text[from : w.at-1]
}

// quoted steps over a text and says whether it has escapes.
func (w *walk) quoted() (escaped bool) {
	w.at++
	for {
		n := bytes.IndexByte(w.text[w.at:], '"')
		if n < 0 {
			w.broken, w.at = true, len(w.text)
			return escaped
		}
		slashes := 0
		for at := w.at + n - 1; at >= w.at && w.text[at] == '\\'; at-- {
			slashes++
		}
		escaped = escaped || slashes > 0 || bytes.IndexByte(w.text[w.at:w.at+n], '\\') >= 0
		w.at += n + 1
		if slashes%2 == 0 {
			return escaped
		}
	}
}

// number is a whole number of up to 18 digits; 0 when another value stands there.
func (w *walk) number() int64 {
	text := w.value()
	if len(text) > 18 {
		return 0
	}
	var n int64
	for _, c := range text {
		if c < '0' || c > '9' {
			return 0
		}
		n = n*10 + int64(c-'0')
	}
	return n
}

// value steps over a value and returns it.
func (w *walk) value() []byte {
	if w.broken {
		return nil
	}
	first := w.peek()
	from := w.at
	switch first {
	case '"':
		w.quoted()
	case '{', '[':
		w.nested()
	default:
		for w.at < len(w.text) && isScalarByte(w.text[w.at]) {
			w.at++
		}
	}
	if w.at == from {
		w.broken = true
	}
	if w.broken {
		return nil
	}
	return w.text[from:w.at]
}

// nested steps over an object or a list.
func (w *walk) nested() {
	for depth := 0; w.at < len(w.text); {
		switch w.text[w.at] {
		case '"':
			if w.quoted(); w.broken {
				return
			}
			continue
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
		if w.at++; depth == 0 {
			return
		}
	}
	w.broken = true
}

// isScalarByte: of a number, true, false or null.
func isScalarByte(c byte) bool { return isAlnum(c) || c == '-' || c == '+' || c == '.' }
