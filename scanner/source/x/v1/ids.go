package v1

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Ids of posts are numbers that rise with time: the milliseconds since epoch stand above the lowest 22 bits. Those of before November
// 2010 are lower than that, and say no time.
const (
	epoch    = 1288834974657 // milliseconds
	timeBits = 22
)

// parseID reads an id; ok is false for what is none, of more than 63 bits above all: the library reads them as int64.
func parseID(text string) (id int64, ok bool) {
	if text == "" || len(text) > 19 || text[0] < '1' || text[0] > '9' {
		return 0, false
	}
	id, err := strconv.ParseInt(text, 10, 64)
	return id, err == nil
}

func formatID(id int64) string { return strconv.FormatInt(id, 10) }

// timeOf is when the post with an id was made.
func timeOf(id int64) time.Time { return time.UnixMilli(id>>timeBits + epoch).UTC() }

// idAt is the lowest id of a time, 1 before there were any.
func idAt(at time.Time) int64 {
	ms := at.UnixMilli() - epoch
	return max(min(ms, 1<<(63-timeBits)-1)<<timeBits, 1)
}

// place is where posts are found by their id alone: it names nobody. Package x has the same.
const place = "https://x.com/i/web/status/"

func uriOf(id int64) string { return place + formatID(id) }

// idOf is the id in a place.
func idOf(uri string) (int64, bool) {
	text, ours := strings.CutPrefix(uri, place)
	if !ours {
		return 0, false
	}
	return parseID(text)
}

// cursor is what is kept from pass to pass.
type cursor struct {
	// Whole is the id up to which no post is missing. While a gap is open it stands at its beginning.
	Whole string `json:"whole"`
	// Backwards says that the gap behind Whole is the first search of all.
	Backwards bool      `json:"backwards,omitempty"`
	Looked    time.Time `json:"looked,omitzero"` // when posts with leaks were last looked up
}

// decodeCursor reads a cursor. One that cannot be read is an error: as a new beginning it would forget posts.
func decodeCursor(text string) (c cursor, whole int64, err error) {
	if text == "" {
		return cursor{}, 0, nil
	}
	if json.Unmarshal([]byte(text), &c) == nil {
		if whole, ok := parseID(c.Whole); ok {
			return c, whole, nil
		}
	}
	return cursor{}, 0, &Error{What: "go on", Why: "the cursor cannot be read"}
}

func (c cursor) encode() (string, error) {
	text, err := json.Marshal(c)
	if err != nil {
		return "", fmt.Errorf("encode the cursor: %w", err)
	}
	return string(text), nil
}
