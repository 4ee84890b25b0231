package platforms

import (
	"slices"
	"sync"
	"time"

	"meetleaks/matchers"
)

// The bounds of what platforms told by themselves.
const (
	toldMost = 10_000
	toldFor  = 30 * 24 * time.Hour
)

// Told remembers which meetings a platform itself called an organisation's, in a signed message: then the link is theirs wherever it
// stands. It is in memory only, as keyed hashes, and safe for concurrent use.
type Told struct {
	key []byte
	now func() time.Time

	mu    sync.Mutex
	known map[string][]owner // by matchers.KeyID
}

type owner struct {
	org string
	at  time.Time
}

// NewTold makes an empty memory; key is the deployment's index key.
func NewTold(key []byte, now func() time.Time) *Told {
	return &Told{key: key, now: now, known: map[string][]owner{}}
}

// Tell notes that a platform called the meeting the organisation's. When there is no room the oldest is forgotten.
func (t *Told) Tell(org string, l matchers.Link) {
	id, now := matchers.KeyID(t.key, l), t.now()
	t.mu.Lock()
	defer t.mu.Unlock()
	list := slices.DeleteFunc(slices.Clone(t.known[id]), func(o owner) bool { return o.org == org || now.Sub(o.at) > toldFor })
	if len(t.known) >= toldMost && t.known[id] == nil {
		t.forgetOldest()
	}
	t.known[id] = append(list, owner{org, now})
}

func (t *Told) forgetOldest() {
	oldest := ""
	var at time.Time
	for id, list := range t.known {
		if newest := list[len(list)-1].at; oldest == "" || newest.Before(at) {
			oldest, at = id, newest
		}
	}
	delete(t.known, oldest)
}

// Owners names the organisations that the meeting was called; it fits scanner.JudgeOptions.Known.
func (t *Told) Owners(l matchers.Link) []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.known) == 0 {
		return nil
	}
	now := t.now()
	var out []string
	for _, o := range t.known[matchers.KeyID(t.key, l)] {
		if now.Sub(o.at) <= toldFor {
			out = append(out, o.org)
		}
	}
	slices.Sort(out)
	return out
}
