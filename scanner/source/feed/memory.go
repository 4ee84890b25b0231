package feed

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"time"

	"meetleaks/scanner"
	"meetleaks/scanner/fetch"
)

// memory is what is known of a feed from pass to pass. It holds no text of the feed: items are keyed hashes.
type memory struct {
	At         time.Time `json:"at,omitzero"` // of the last reading that did not fail
	Generation uint64    `json:"generation,omitempty"`
	Moved      string    `json:"moved,omitempty"` // where the feed went for good, unless what is said there is secret
	ETag       string    `json:"etag,omitempty"`
	Modified   string    `json:"modified,omitempty"`
	Length     int64     `json:"length,omitempty"`
	Next       time.Time `json:"next,omitzero"` // before it the feed is not asked for
	Fails      int       `json:"fails,omitempty"`
	Why        string    `json:"why,omitempty"`        // of the last failure, for people
	Stood      time.Time `json:"stood,omitzero"`       // when all items were handed on last
	Doubt      time.Time `json:"doubt,omitzero"`       // when an item changed: what stood in it before may be gone
	GoneAt     time.Time `json:"gone_at,omitzero"`     // when it said first that it is gone for good
	TTL        int       `json:"ttl,omitempty"`        // minutes; what the feed asks for itself, here and below
	SkipHours  uint32    `json:"skip_hours,omitempty"` // bit 0 is the hour after midnight, in UTC
	SkipDays   uint8     `json:"skip_days,omitempty"`  // bit 0 is Sunday
	About      uint64    `json:"about,omitempty"`      // the version of what the feed says of itself
	Items      []byte    `json:"items,omitempty"`      // see packed
	Lost       []byte    `json:"lost,omitempty"`       // items that vanished, as Items, with the time of the first look
	Noted      []string  `json:"noted,omitempty"`      // what people should know of the feed as it was read last
}

// The bounds of what is kept of a feed. A record holds 64 KiB.
const (
	maxLost      = 200
	maxValidator = 512 // bytes
	maxNoted     = 3
)

// entry is an item that was listed.
type entry struct {
	Key, Version uint64
	At           int64 // Unix seconds: when it was posted, 0: not known; of those that are lost, when that was seen
}

const entrySize = 20 // bytes

// packed writes entries in little room: seconds fit into 32 bits until 2106.
func packed(entries []entry) []byte {
	out := make([]byte, 0, len(entries)*entrySize)
	for _, e := range entries {
		out = binary.BigEndian.AppendUint64(out, e.Key)
		out = binary.BigEndian.AppendUint64(out, e.Version)
		out = binary.BigEndian.AppendUint32(out, uint32(min(max(e.At, 0), 1<<32-1)))
	}
	return out
}

// unpacked reads what packed wrote, most entries of it.
func unpacked(data []byte, most int) []entry {
	var out []entry
	for len(data) >= entrySize && len(out) < most {
		out = append(out, entry{
			Key: binary.BigEndian.Uint64(data), Version: binary.BigEndian.Uint64(data[8:]), At: int64(binary.BigEndian.Uint32(data[16:])),
		})
		data = data[entrySize:]
	}
	return out
}

// load returns what is known of a feed. What cannot be read is taken for nothing.
func (w *pass) load(ctx context.Context, f watched) (memory, error) {
	kept, known, err := w.source.o.Visits.LoadVisit(ctx, w.source.o.Name, f.id)
	if err != nil {
		return memory{}, fmt.Errorf("load what is known: %w", err)
	}
	var m memory
	if known && json.Unmarshal(kept.Data, &m) != nil {
		m = memory{}
	}
	return m, nil
}

// save keeps what is known of a feed.
func (w *pass) save(ctx context.Context, f watched, m memory) error {
	if len(m.Noted) > maxNoted {
		m.Noted = m.Noted[:maxNoted]
	}
	data, err := scanner.EncodeRecord(m)
	if err != nil {
		return fmt.Errorf("keep what is known: %w", err)
	}
	next := m.Next
	if now := w.source.o.Now(); next.Before(now) {
		next = now
	}
	if err := w.source.o.Visits.SaveVisit(ctx, w.source.o.Name, scanner.Visit{Page: f.id, Next: next, Data: data}); err != nil {
		return fmt.Errorf("keep what is known: %w", err)
	}
	return nil
}

// validators are those of the last reading; none, when the feed is to be read in full.
func (m memory) validators(full bool) fetch.Validators {
	if full {
		return fetch.Validators{}
	}
	return fetch.Validators{ETag: m.ETag, LastModified: m.Modified, Length: m.Length}
}

// validate keeps the validators of an answer; very long ones are not kept.
func (m *memory) validate(v fetch.Validators) {
	m.ETag, m.Modified, m.Length = v.ETag, v.LastModified, v.Length
	if len(v.ETag) > maxValidator || len(v.LastModified) > maxValidator {
		m.ETag, m.Modified = "", ""
	}
}
