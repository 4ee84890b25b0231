// Package archive is the form of a backup: one file, encrypted with age (https://age-encryption.org/v1), that holds the records
// of a dump. It reads what anybody may have made: recipients are public.
//
// Inside the encryption are lines, each at most MaxLine bytes with its end:
//
//	meetleaks-backup 1
//	{"kind":"sqlite","schema":1,"made":"2026-03-09T08:30:00Z","program":"v1.2.0"}
//	a record of scanner.Dumped, as JSON; any number of these
//	{"records":2,"sha256":"…"}
//
// The last line tells the number of records, and the SHA-256 of all bytes before it. Nothing follows it. Nothing is compressed, so
// that a small file cannot become a large one.
package archive

import (
	"time"

	"meetleaks/scanner"
)

const magic = "meetleaks-backup 1\n"

// MaxLine bounds a line, in bytes with its end.
const MaxLine = scanner.MaxDumped + 1

// Header says what an archive was made of.
type Header struct {
	Kind    string    `json:"kind"`    // of the store: "sqlite" or "redis"
	Schema  int       `json:"schema"`  // of the store
	Made    time.Time `json:"made"`    // when it was begun
	Program string    `json:"program"` // version
}

// trailer is the last line.
type trailer struct {
	Records *int64 `json:"records"`
	SHA256  string `json:"sha256"`
}

// Counts is how many records there are of each kind, see [scanner.Dumped.Kind].
type Counts map[string]int64

func (c Counts) total() int64 {
	n := int64(0)
	for _, some := range c {
		n += some
	}
	return n
}
