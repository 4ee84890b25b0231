package x

import (
	"encoding/json"
	"fmt"
	"time"

	"meetleaks/scanner/source/x/internal/postid"
)

// cursor is what is kept from pass to pass.
type cursor struct {
	// Whole is the id up to which no post is missing. While a gap is open it stands at its beginning.
	Whole string `json:"whole,omitempty"`
	// Backwards says that the gap behind Whole is the first search of all.
	Backwards bool      `json:"backwards,omitempty"`
	Day       string    `json:"day,omitempty"`   // of UTC
	Today     int64     `json:"today,omitempty"` // posts read on it
	Month     int64     `json:"month,omitempty"` // posts read in its month
	Looked    time.Time `json:"looked,omitzero"` // when posts with leaks were last looked up
}

// decodeCursor reads a cursor. One that cannot be read is an error: as a new beginning it would forget what was spent, and posts.
func decodeCursor(text string) (c cursor, whole uint64, err error) {
	if text == "" {
		return cursor{}, 0, nil
	}
	if json.Unmarshal([]byte(text), &c) != nil {
		return cursor{}, 0, &Error{What: "go on", Why: "the cursor cannot be read"}
	}
	whole, ok := postid.Parse(c.Whole)
	if _, bad := time.Parse(time.DateOnly, c.Day); !ok || bad != nil || c.Today < 0 || c.Month < 0 {
		return cursor{}, 0, &Error{What: "go on", Why: "the cursor cannot be read"}
	}
	return c, whole, nil
}

func (c cursor) encode() (string, error) {
	text, err := json.Marshal(c)
	if err != nil {
		return "", fmt.Errorf("x: encode the cursor: %w", err)
	}
	return string(text), nil
}
