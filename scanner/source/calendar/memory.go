package calendar

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"meetleaks/scanner"
	"meetleaks/scanner/fetch"
)

// memory is what is known of a calendar from pass to pass. It holds no text of it.
type memory struct {
	At         time.Time `json:"at,omitzero"` // of the last reading that did not fail
	Generation uint64    `json:"generation,omitempty"`
	Moved      string    `json:"moved,omitempty"` // where the calendar went for good, unless what is said there is secret
	ETag       string    `json:"etag,omitempty"`
	Modified   string    `json:"modified,omitempty"`
	Length     int64     `json:"length,omitempty"`
	Next       time.Time `json:"next,omitzero"` // before it the calendar is not asked for
	Fails      int       `json:"fails,omitempty"`
	Why        string    `json:"why,omitempty"`     // of the last failure, for people
	Stood      time.Time `json:"stood,omitzero"`    // when it was handed on, or told to stand, last
	Doubt      time.Time `json:"doubt,omitzero"`    // when it changed: what stood in it before may be gone
	GoneAt     time.Time `json:"gone_at,omitzero"`  // when it said first that it is gone for good
	Version    []byte    `json:"version,omitempty"` // of what was read last, without what changes by itself
	Recurs     bool      `json:"recurs,omitempty"`  // an event comes again: its next instance moves on by itself
	Noted      []string  `json:"noted,omitempty"`   // what people should know of the calendar as it was read last
}

const maxValidator = 512 // bytes

// load returns what is known of a calendar. What cannot be read is taken for nothing.
func (w *pass) load(ctx context.Context, c watched) (memory, error) {
	kept, known, err := w.source.o.Visits.LoadVisit(ctx, w.source.o.Name, c.id)
	if err != nil {
		return memory{}, fmt.Errorf("load what is known: %w", err)
	}
	var m memory
	if known && json.Unmarshal(kept.Data, &m) != nil {
		m = memory{}
	}
	return m, nil
}

// save keeps what is known of a calendar.
func (w *pass) save(ctx context.Context, c watched, m memory) error {
	data, err := scanner.EncodeRecord(m)
	if err != nil {
		return fmt.Errorf("keep what is known: %w", err)
	}
	next := m.Next
	if now := w.source.o.Now(); next.Before(now) {
		next = now
	}
	if err := w.source.o.Visits.SaveVisit(ctx, w.source.o.Name, scanner.Visit{Page: c.id, Next: next, Data: data}); err != nil {
		return fmt.Errorf("keep what is known: %w", err)
	}
	return nil
}

// validators are those of the last reading; none, when the calendar is to be read in full.
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
