package mastodon

import (
	"encoding/json"
	"fmt"
	"time"
)

// cursor is what a source keeps from pass to pass.
type cursor struct {
	Streams map[string]mark `json:"streams,omitempty"` // by their configured names
	// Looked is when a round of looking again ended; Last the id at which the present one stands, "" between rounds.
	Looked time.Time `json:"looked,omitzero"`
	Last   string    `json:"last,omitempty"`
}

// mark is the newest status of a stream up to which everything was handed on. Ids are opaque: what is newer, the server says.
type mark struct {
	ID string    `json:"id"`
	At time.Time `json:"at,omitzero"` // when it was posted
}

// decodeCursor takes what cannot be read for nothing.
func decodeCursor(text string) cursor {
	var c cursor
	if json.Unmarshal([]byte(text), &c) != nil {
		c = cursor{}
	}
	if c.Streams == nil {
		c.Streams = map[string]mark{}
	}
	for name, m := range c.Streams {
		if !fitID([]byte(m.ID)) {
			delete(c.Streams, name)
		}
	}
	if c.Last != "" && !fitID([]byte(c.Last)) {
		c.Last = ""
	}
	return c
}

func (c cursor) encode() (string, error) {
	text, err := json.Marshal(c)
	if err != nil {
		return "", fmt.Errorf("encode the cursor: %w", err)
	}
	return string(text), nil
}

// ahead is how far in the future the time of a status may lie to be believed.
const ahead = time.Minute

// move moves the mark of a stream to a status. One that is older than the mark (it came late from another server) or of a time to
// come leaves it where it is: else a gap would be read from far too early, or not at all.
func (c cursor) move(stream, id string, at, now time.Time) bool {
	before, known := c.Streams[stream]
	if before.ID == id || at.After(now.Add(ahead)) || known && at.Before(before.At) {
		return false
	}
	c.Streams[stream] = mark{ID: id, At: at}
	return true
}
