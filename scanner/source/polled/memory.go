package polled

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"meetleaks/scanner"
	"meetleaks/scanner/fetch"
)

// Memory is what is known of a document from pass to pass. It holds no text of it. A source embeds it in what it keeps itself.
type Memory struct {
	At         time.Time `json:"at,omitzero"` // of the last look that did not fail
	Generation uint64    `json:"generation,omitempty"`
	Moved      string    `json:"moved,omitempty"` // where the document went for good, unless what is said there is secret; kept sealed
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

// record is a pointer to what is kept, which says where in it addresses stand, "" for none. They are kept sealed: one may be secret itself,
// or hold a meeting's number that looks like any other. A record that embeds a Memory and has addresses of its own names those of both.
type record[M any] interface {
	*M
	Addresses() []*string
}

// Addresses are the fields that are kept sealed.
func (m *Memory) Addresses() []*string { return []*string{&m.Moved} }

// Load returns what is kept under an id, the zero value when nothing is. What cannot be read is taken for nothing.
func Load[M any, R record[M]](ctx context.Context, p *Poller, id string) (M, error) {
	var m, nothing M
	kept, known, err := p.o.Visits.LoadVisit(ctx, p.o.Name, id)
	if err != nil {
		return nothing, fmt.Errorf("load what is known: %w", err)
	}
	if known && json.Unmarshal(kept.Data, &m) != nil {
		m = nothing
	}
	for _, address := range R(&m).Addresses() {
		*address = p.opened(id, *address)
	}
	return m, nil
}

// Save keeps a record under an id. It is of use until next, at least.
func Save[M any, R record[M]](ctx context.Context, p *Poller, id string, next time.Time, m M) error {
	var err error
	for _, address := range R(&m).Addresses() {
		if *address, err = p.sealed(id, *address); err != nil {
			return fmt.Errorf("keep what is known: %w", err)
		}
	}
	data, err := scanner.EncodeRecord(m)
	if err == nil {
		err = p.o.Visits.SaveVisit(ctx, p.o.Name, scanner.Visit{Page: id, Next: next, Data: data})
	}
	if err != nil {
		return fmt.Errorf("keep what is known: %w", err)
	}
	return nil
}

// sealed is an address as it is kept under an id, in base64.
func (p *Poller) sealed(id, address string) (string, error) {
	if address == "" {
		return "", nil
	}
	sealed, err := p.addresses.Seal(p.o.Name, id, []byte(address))
	return base64.RawStdEncoding.EncodeToString(sealed), err
}

// opened is the address that sealed was given, "" when it cannot be read. One that an older version kept in clear is what it is.
func (p *Poller) opened(id, kept string) string {
	if strings.Contains(kept, "://") {
		return kept
	}
	sealed, err := base64.RawStdEncoding.DecodeString(kept)
	if err != nil {
		return ""
	}
	address, err := p.addresses.Open(p.o.Name, id, sealed)
	if err != nil {
		return ""
	}
	return string(address)
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
