package x

import (
	"strconv"
	"strings"
	"time"
)

// Ids of posts are numbers that rise with time: the milliseconds since epoch stand above the lowest 22 bits.
const (
	epoch    = 1288834974657 // milliseconds, November 2010
	timeBits = 22
)

// parseID reads an id; ok is false for what is none, of more than 64 bits above all.
func parseID(text string) (id uint64, ok bool) {
	if text == "" || len(text) > 20 || text[0] < '1' || text[0] > '9' {
		return 0, false
	}
	id, err := strconv.ParseUint(text, 10, 64)
	return id, err == nil
}

func formatID(id uint64) string { return strconv.FormatUint(id, 10) }

// timeOf is when the post with an id was made.
func timeOf(id uint64) time.Time {
	return time.UnixMilli(int64(id>>timeBits) + epoch).UTC()
}

// idAt is the lowest id of a time, 0 before there were any.
func idAt(at time.Time) uint64 {
	ms := at.UnixMilli() - epoch
	if ms <= 0 {
		return 0
	}
	return min(uint64(ms), 1<<(64-timeBits)-1) << timeBits
}

// place is where posts are found by their id alone: it names nobody.
const place = "https://x.com/i/web/status/"

// uriOf is the place of a post; id is the first of its history.
func uriOf(id uint64) string { return place + formatID(id) }

// idOf is the id in a place.
func idOf(uri string) (uint64, bool) {
	text, ours := strings.CutPrefix(uri, place)
	if !ours {
		return 0, false
	}
	return parseID(text)
}
