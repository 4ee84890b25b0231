// Package postid reads the ids of posts on X, which every version of its API shares, and the places that are made of them.
package postid

import (
	"strconv"
	"strings"
	"time"
)

// Ids are numbers that rise with time: the milliseconds since epoch stand above the lowest bits. Those of before November 2010 are lower
// than that, and say no time.
const (
	epoch    = 1288834974657 // milliseconds
	timeBits = 22
)

// place begins the places of posts: they are found there by their id alone, which names nobody.
const place = "https://x.com/i/web/status/"

// Parse reads an id; ok is false for what is none, of more than 64 bits above all.
func Parse(text string) (id uint64, ok bool) {
	if text == "" || len(text) > 20 || text[0] < '1' || text[0] > '9' {
		return 0, false
	}
	id, err := strconv.ParseUint(text, 10, 64)
	return id, err == nil
}

// Format writes an id.
func Format(id uint64) string { return strconv.FormatUint(id, 10) }

// URI is the place of a post.
func URI(id uint64) string { return place + Format(id) }

// Of is the id in a place.
func Of(uri string) (id uint64, ok bool) {
	text, ours := strings.CutPrefix(uri, place)
	if !ours {
		return 0, false
	}
	return Parse(text)
}

// HasTime says whether an id is young enough to say when it was made.
func HasTime(id uint64) bool { return id>>timeBits != 0 }

// Time is when the post with an id was made.
func Time(id uint64) time.Time { return time.UnixMilli(int64(id>>timeBits) + epoch).UTC() }

// At is the lowest id of a time, 0 before there were any; of a time too late for 64 bits it is the last.
func At(at time.Time) uint64 {
	ms := at.UnixMilli() - epoch
	if ms <= 0 {
		return 0
	}
	return min(uint64(ms), 1<<(64-timeBits)-1) << timeBits
}
