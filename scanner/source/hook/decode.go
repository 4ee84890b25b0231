package hook

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Schema names the version of the documents.
const Schema = "meetleaks.document.v1"

// The events.
const (
	eventDocument = "document"
	eventGone     = "gone"
	eventRepost   = "repost"
)

// The bounds of one document.
const (
	maxURI     = 2048 // bytes
	maxVersion = 256
	maxShown   = 300
	maxReach   = 10_000_000_000
	maxNumber  = 32 // characters
	maxTime    = 64
	firstYear  = 2000
)

// reason is why a document is refused, as its feeder is told. Nothing of the document is in it.
type reason string

func (r reason) Error() string { return string(r) }

// The reasons.
const (
	errJSON     = reason("not one object of JSON")
	errDeep     = reason("a value is neither a text nor a number")
	errKey      = reason("a key that is not of " + Schema)
	errTwice    = reason("a key stands twice")
	errSchema   = reason("schema: not " + Schema)
	errURI      = reason("uri: want 1 to 2,048 bytes without control characters")
	errHost     = reason("uri: the host of an http or https URI cannot be read")
	errText     = reason("text: missing, or no text")
	errType     = reason("media_type: not one that is read here")
	errSeen     = reason("seen_at: want a time by RFC 3339, from the year 2000 on")
	errReach    = reason("reach: want a whole number from 0 to ten thousand million")
	errNoReach  = reason("reach: missing")
	errVersion  = reason("version: want 1 to 256 bytes")
	errShown    = reason("shown: want 1 to 300 bytes without control characters")
	errEvent    = reason("event: want document, gone or repost")
	errNotTaken = reason("it could not be kept")
)

// item is one document as it was sent, checked.
type item struct {
	event     string
	uri, host string
	text      string
	mediaType string
	packed    bool // the reader takes it apart
	seenAt    time.Time
	reach     int64
	version   string
	shown     string
}

// fields are the values of an object by their keys.
type fields map[string]any // string or json.Number

// decode reads and checks one document.
func decode(line []byte) (item, error) {
	f, err := flat(line)
	if err != nil {
		return item{}, err
	}
	return f.item()
}

// flat reads an object whose values are texts and numbers. Null is as if the key were not there.
func flat(line []byte) (fields, error) {
	from := json.NewDecoder(bytes.NewReader(line))
	from.UseNumber()
	if open, err := from.Token(); err != nil || open != json.Delim('{') {
		return nil, errJSON
	}
	f := make(fields)
	for from.More() {
		token, err := from.Token()
		key, isText := token.(string)
		if err != nil || !isText {
			return nil, errJSON
		}
		if !known(key) {
			return nil, errKey
		}
		if _, twice := f[key]; twice {
			return nil, errTwice
		}
		value, err := from.Token()
		if err != nil {
			return nil, errJSON
		}
		switch value.(type) {
		case string, json.Number, nil:
			f[key] = value
		default:
			return nil, errDeep
		}
	}
	if _, err := from.Token(); err != nil {
		return nil, errJSON
	}
	if _, err := from.Token(); !errors.Is(err, io.EOF) {
		return nil, errJSON
	}
	return f, nil
}

func known(key string) bool {
	switch key {
	case "schema", "uri", "text", "media_type", "seen_at", "reach", "version", "shown", "event":
		return true
	}
	return false
}

// text returns a text and whether there is one; ok is false when something else stands in its place.
func (f fields) text(key string) (text string, given, ok bool) {
	switch value := f[key].(type) {
	case nil:
		return "", false, true
	case string:
		return value, true, true
	}
	return "", false, false
}

// item checks the fields.
func (f fields) item() (item, error) {
	if schema, given, ok := f.text("schema"); !ok || given && schema != Schema {
		return item{}, errSchema
	}
	var m item
	for _, read := range []func(*item) error{f.place, f.readEvent, f.readReach, f.seen, f.kind, f.rest} {
		if err := read(&m); err != nil {
			return item{}, err
		}
	}
	return m, nil
}

func (f fields) place(m *item) error {
	uri, _, ok := f.text("uri")
	if !ok || uri == "" || len(uri) > maxURI || !oneLine(uri) {
		return errURI
	}
	m.uri = uri
	var err error
	m.host, err = hostOf(uri)
	return err
}

func (f fields) readEvent(m *item) error {
	event, given, ok := f.text("event")
	if !ok {
		return errEvent
	}
	if m.event = event; !given {
		m.event = eventDocument
	}
	switch m.event {
	case eventDocument:
		if m.text, given, ok = f.text("text"); !ok || !given {
			return errText
		}
	case eventRepost:
		if f["reach"] == nil {
			return errNoReach
		}
	case eventGone:
	default:
		return errEvent
	}
	return nil
}

func (f fields) readReach(m *item) error {
	if f["reach"] == nil {
		return nil
	}
	number, isNumber := f["reach"].(json.Number)
	if !isNumber || len(number) > maxNumber {
		return errReach
	}
	reach, err := strconv.ParseInt(number.String(), 10, 64)
	if err != nil || reach < 0 || reach > maxReach {
		return errReach
	}
	m.reach = reach
	return nil
}

func (f fields) seen(m *item) error {
	text, given, ok := f.text("seen_at")
	if ok && !given {
		return nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil || len(text) > maxTime || at.UTC().Year() < firstYear {
		return errSeen
	}
	m.seenAt = at.UTC()
	return nil
}

// kind decides how the text is read.
func (f fields) kind(m *item) error {
	text, given, ok := f.text("media_type")
	if !ok || len(text) > maxVersion {
		return errType
	}
	kind, _, _ := strings.Cut(text, ";")
	m.mediaType = strings.ToLower(strings.TrimSpace(kind))
	switch {
	case !given || m.mediaType == "":
		m.mediaType = "text/plain"
	case m.mediaType == "text/html", m.mediaType == "application/xhtml+xml", m.mediaType == "text/calendar", m.mediaType == "message/rfc822":
		m.packed = true
	case !strings.HasPrefix(m.mediaType, "text/") || !isToken(m.mediaType[len("text/"):]):
		return errType
	}
	return nil
}

func (f fields) rest(m *item) error {
	version, given, ok := f.text("version")
	if !ok || given && (version == "" || len(version) > maxVersion) {
		return errVersion
	}
	shown, given, ok := f.text("shown")
	if !ok || given && (shown == "" || len(shown) > maxShown || !oneLine(shown)) {
		return errShown
	}
	m.version, m.shown = version, shown
	return nil
}

// oneLine says whether a text is UTF-8 without control characters and line ends.
func oneLine(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, func(r rune) bool {
		return unicode.IsControl(r) || r == '\u2028' || r == '\u2029'
	})
}

// isToken: the second half of a media type, RFC 6838 section 4.2.
func isToken(text string) bool {
	for i := range len(text) {
		c := text[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && strings.IndexByte("!#$&-^_.+", c) < 0 {
			return false
		}
	}
	return text != ""
}
