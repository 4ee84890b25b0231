package v1

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"time"

	"meetleaks/scanner/source/x/internal/postid"
)

// The library reads ids as int64: what is larger is none.

// parseID reads an id; ok is false for what is none.
func parseID(text string) (int64, bool) { return signed(postid.Parse(text)) }

func signed(id uint64, ok bool) (int64, bool) {
	if !ok || id > math.MaxInt64 {
		return 0, false
	}
	return int64(id), true
}

func formatID(id int64) string { return strconv.FormatInt(id, 10) }

// timeOf is when the post with an id was made.
func timeOf(id int64) time.Time { return postid.Time(uint64(max(id, 0))) }

// idAt is the lowest id of a time, 1 before there were any.
func idAt(at time.Time) int64 { return int64(max(min(postid.At(at), math.MaxInt64), 1)) }

func uriOf(id int64) string { return postid.URI(uint64(max(id, 0))) }

// idOf is the id in a place.
func idOf(uri string) (int64, bool) { return signed(postid.Of(uri)) }

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
