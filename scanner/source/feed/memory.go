package feed

import (
	"encoding/binary"

	"meetleaks/scanner/source/polled"
)

// memory is what is known of a feed from pass to pass. It holds no text of the feed: items are keyed hashes.
type memory struct {
	polled.Memory
	TTL       int    `json:"ttl,omitempty"`        // minutes; what the feed asks for itself, here and below
	SkipHours uint32 `json:"skip_hours,omitempty"` // bit 0 is the hour after midnight, in UTC
	SkipDays  uint8  `json:"skip_days,omitempty"`  // bit 0 is Sunday
	About     uint64 `json:"about,omitempty"`      // the version of what the feed says of itself
	Items     []byte `json:"items,omitempty"`      // see packed
	Lost      []byte `json:"lost,omitempty"`       // items that vanished, as Items, with the time of the first look
}

// documents are the items that were listed last, and what the feed says of itself.
func (m *memory) documents() int { return len(m.Items)/entrySize + 1 }

// maxLost bounds what is kept of a feed. A record holds 64 KiB.
const maxLost = 200

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
