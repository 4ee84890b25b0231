package fakejetstream

import (
	"bytes"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// The collections that are written here.
const (
	Posts  = "app.bsky.feed.post"
	Events = "community.lexicon.calendar.event"
)

// message is an event on the wire; its fields stand in this order.
type message struct {
	DID      string    `json:"did"`
	TimeUS   int64     `json:"time_us"`
	Kind     string    `json:"kind"`
	Commit   *commit   `json:"commit,omitempty"`
	Account  *account  `json:"account,omitempty"`
	Identity *identity `json:"identity,omitempty"`
	Cursor   int64     `json:"cursor,omitempty"`
}

type commit struct {
	Rev        string          `json:"rev"`
	Operation  string          `json:"operation"`
	Collection string          `json:"collection"`
	RKey       string          `json:"rkey"`
	Record     json.RawMessage `json:"record,omitempty"`
	CID        string          `json:"cid,omitempty"`
}

type account struct {
	Active bool   `json:"active"`
	DID    string `json:"did"`
	Seq    int64  `json:"seq"`
	Status string `json:"status,omitempty"`
	Time   string `json:"time"`
}

type identity struct {
	DID    string `json:"did"`
	Handle string `json:"handle,omitempty"`
	Seq    int64  `json:"seq"`
	Time   string `json:"time"`
}

func base32Of(text string) string {
	sum := sha256.Sum256([]byte(text))
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:]))
}

// DID is the name of an account that is known under a handle.
func DID(handle string) string { return "did:plc:" + base32Of("account " + handle)[:24] }

// Facet is a link in a text: the bytes [Start,End) lead to URI.
type Facet struct {
	Start, End int
	URI        string
}

// Record makes the record of a post, with an embed that may be nil.
func Record(text string, at time.Time, embed any, facets ...Facet) map[string]any {
	record := map[string]any{
		"$type": Posts, "text": text, "createdAt": at.UTC().Format(time.RFC3339), "langs": []string{"en"},
	}
	if embed != nil {
		record["embed"] = embed
	}
	var list []any
	for _, f := range facets {
		list = append(list, map[string]any{
			"index":    map[string]any{"byteStart": f.Start, "byteEnd": f.End},
			"features": []any{map[string]any{"$type": "app.bsky.richtext.facet#link", "uri": f.URI}},
		})
	}
	if list != nil {
		record["facets"] = list
	}
	return record
}

// Post lets an account post a record, and returns its key.
func (s *Server) Post(handle string, record any) (key string) {
	s.mu.Lock()
	s.records[""]++
	key = "3" + base32Of(fmt.Sprint("record ", s.records[""]))[:12]
	s.mu.Unlock()
	s.Write(handle, "create", Posts, key, record)
	return key
}

// Write lets an account create or update a record.
func (s *Server) Write(handle, operation, collection, key string, record any) {
	text := encoded(record)
	s.mu.Lock()
	s.records[handle+"/"+collection+"/"+key]++
	s.mu.Unlock()
	s.commit(handle, commit{
		Operation: operation, Collection: collection, RKey: key, Record: text, CID: "bafyrei" + base32Of(string(text)),
	})
}

// Delete lets an account delete a record.
func (s *Server) Delete(handle, collection, key string) {
	s.commit(handle, commit{Operation: "delete", Collection: collection, RKey: key})
}

func (s *Server) commit(handle string, c commit) {
	s.add(c.Collection, func(at, number int64) []byte {
		c.Rev = "3" + base32Of(fmt.Sprint("rev ", at))[:12]
		return s.encode(message{DID: DID(handle), TimeUS: at, Kind: "commit", Commit: &c}, number)
	})
}

// Account tells that an account is active, or why it is not: "deleted", "deactivated", "suspended", "takendown".
func (s *Server) Account(handle string, active bool, status string) {
	s.add("", func(at, number int64) []byte {
		return s.encode(message{DID: DID(handle), TimeUS: at, Kind: "account", Account: &account{
			Active: active, DID: DID(handle), Seq: number, Status: status, Time: wireTime(at),
		}}, number)
	})
}

// Identity tells that an account has another handle.
func (s *Server) Identity(handle, renamed string) {
	s.add("", func(at, number int64) []byte {
		return s.encode(message{DID: DID(handle), TimeUS: at, Kind: "identity", Identity: &identity{
			DID: DID(handle), Handle: renamed, Seq: number, Time: wireTime(at),
		}}, number)
	})
}

// Raw sends everybody a frame as it is, with the time that it would have.
func (s *Server) Raw(frame func(timeUS int64) []byte) {
	s.add("", func(at, _ int64) []byte { return frame(at) })
}

// At sends everybody a frame as it is, as an event of that time, which later ones do not lie before.
func (s *Server) At(at time.Time, frame []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last = max(s.last, at.UnixMicro())
	s.push(entry{at.UnixMicro(), "", frame})
}

func wireTime(at int64) string { return time.UnixMicro(at).UTC().Format("2006-01-02T15:04:05.000Z") }

func (s *Server) encode(m message, number int64) []byte {
	if s.o.Sequence {
		m.Cursor = number
	}
	return encoded(m)
}

// encoded is JSON as Jetstream writes it: "&" and the like stand as they are in version 1.
func encoded(value any) []byte {
	var out bytes.Buffer
	to := json.NewEncoder(&out)
	to.SetEscapeHTML(false)
	if err := to.Encode(value); err != nil {
		panic(err) // of a test's own making
	}
	return bytes.TrimSpace(out.Bytes())
}
