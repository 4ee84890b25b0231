package polled

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"meetleaks/scanner"
	"meetleaks/scanner/fetch"
)

// Memory is what is known of a document from pass to pass. It holds no text of it. A source embeds it in what it keeps itself.
type Memory struct {
	At         time.Time `json:"at,omitzero"` // of the last look that did not fail
	Generation uint64    `json:"generation,omitempty"`
	Moved      string    `json:"moved,omitempty"` // where the document went for good, unless what is said there is secret
	ETag       string    `json:"etag,omitempty"`
	Modified   string    `json:"modified,omitempty"`
	Length     int64     `json:"length,omitempty"`
	Next       time.Time `json:"next,omitzero"` // before it the document is not asked for
	Fails      int       `json:"fails,omitempty"`
	Why        string    `json:"why,omitempty"`    // of the last failure, for people
	Stood      time.Time `json:"stood,omitzero"`   // when all of it was handed on, or told to stand, last
	Doubt      time.Time `json:"doubt,omitzero"`   // when it changed: what stood in it before may be gone
	GoneAt     time.Time `json:"gone_at,omitzero"` // when it said first that it is gone for good
	Noted      []string  `json:"noted,omitempty"`  // what people should know of it as it was read last
}

// The bounds of what is kept.
const (
	maxValidator = 512 // bytes
	maxNoted     = 3
)

// Load returns what is kept under an id, the zero value when nothing is. What cannot be read is taken for nothing.
func Load[M any](ctx context.Context, p *Poller, id string) (M, error) {
	var m, nothing M
	kept, known, err := p.o.Visits.LoadVisit(ctx, p.o.Name, id)
	if err != nil {
		return nothing, fmt.Errorf("load what is known: %w", err)
	}
	if known && json.Unmarshal(kept.Data, &m) != nil {
		m = nothing
	}
	return m, nil
}

// Save keeps a record under an id. It is of use until next, at least.
func (p *Poller) Save(ctx context.Context, id string, next time.Time, record any) error {
	data, err := scanner.EncodeRecord(record)
	if err == nil {
		err = p.o.Visits.SaveVisit(ctx, p.o.Name, scanner.Visit{Page: id, Next: next, Data: data})
	}
	if err != nil {
		return fmt.Errorf("keep what is known: %w", err)
	}
	return nil
}

// validators are those of the last answer.
func (m *Memory) validators() fetch.Validators {
	return fetch.Validators{ETag: m.ETag, LastModified: m.Modified, Length: m.Length}
}

// validate keeps the validators of an answer; very long ones are not kept.
func (m *Memory) validate(v fetch.Validators) {
	m.ETag, m.Modified, m.Length = v.ETag, v.LastModified, v.Length
	if len(v.ETag) > maxValidator || len(v.LastModified) > maxValidator {
		m.ETag, m.Modified = "", ""
	}
}
