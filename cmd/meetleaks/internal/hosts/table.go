package hosts

import (
	"crypto/hmac"
	"crypto/sha256"
	"slices"
	"strconv"
	"strings"
	"time"

	"meetleaks/matchers"
	"meetleaks/scanner"
)

// table is what one file, or the configuration, says. It is immutable. Ids of meetings and organisers are in it as HMACs only.
type table struct {
	entries    []entry
	index      *matchers.Index   // of meetings and rooms; its organisations are numbers of entries
	meetings   int               // in the index
	listed     [sha256.Size]byte // of what is named by it: meetings, rooms, organisers
	key        []byte            // for organisers
	organisers map[[16]byte]int32
	people     map[string]person
}

// entry is what is said of one meeting, room or organiser.
type entry struct {
	contact         scanner.Contact
	topic, audience string
	starts          []scanner.Start // by the moment they begin
	stated          bool            // starts that are past count too
	line            int
}

func emptyTable() *table {
	index, err := matchers.NewIndex(nil, nil)
	if err != nil {
		index = &matchers.Index{} // never: nothing cannot be wrong
	}
	return &table{index: index}
}

// meeting gives the entries that name the meeting or room, the earliest first.
func (t *table) meeting(l matchers.Link) []*entry {
	if t.meetings == 0 {
		return nil
	}
	var found []int
	for _, owner := range t.index.Owners(l, matchers.Whereabouts{}) {
		if n, err := strconv.Atoi(owner.Org); err == nil && n >= 0 && n < len(t.entries) {
			found = append(found, n)
		}
	}
	slices.Sort(found)
	var out []*entry
	for _, n := range found {
		out = append(out, &t.entries[n])
	}
	return out
}

// organiser gives the entry of a Teams link's organiser, if there is one. What it says of a meeting is not of this meeting: only
// its contact counts.
func (t *table) organiser(l matchers.Link) []*entry {
	if l.Platform != "teams" || l.Owner == "" || len(t.organisers) == 0 {
		return nil
	}
	n, ok := t.organisers[hashOf(t.key, "organiser", l.Owner)]
	if !ok {
		return nil
	}
	return []*entry{{contact: t.entries[n].contact}}
}

// when is the next start that is not over; none when all are, unless the organisation stated them.
func (e *entry) when(now time.Time) scanner.When {
	var last scanner.When
	for _, start := range e.starts {
		last = scanner.When{Start: start, Series: len(e.starts) > 1, By: scanner.RoleInventory}
		if last.Over().After(now) {
			return last
		}
	}
	if !e.stated {
		return scanner.When{}
	}
	return last
}

// hashOf names something that is not kept in clear.
func hashOf(key []byte, kind, clear string) (h [16]byte) {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte("hosts " + kind + "|" + strings.ToLower(clear)))
	copy(h[:], mac.Sum(nil))
	return h
}

// person is what all entries of one host say together.
type person struct {
	scanner.Contact
	named bool // some entry names delegates
}

// and adds what another entry says: of delegates those count whom all entries name that name any, so that who answers for one
// meeting is not told of another that has delegates of its own.
func (p person) and(c scanner.Contact) person {
	switch {
	case !p.named:
		p.Delegates, p.named = c.Delegates, len(c.Delegates) > 0
	case len(c.Delegates) > 0:
		p.Delegates = slices.DeleteFunc(slices.Clone(p.Delegates), func(d string) bool { return !slices.Contains(c.Delegates, d) })
	}
	if p.Zone == nil {
		p.Zone = c.Zone
	}
	if p.Quiet == (scanner.Quiet{}) {
		p.Quiet = c.Quiet
	}
	if p.First != c.First {
		p.First = scanner.ToHost
	}
	return p
}

// personOf is what one entry says.
func personOf(c scanner.Contact) person { return person{c, len(c.Delegates) > 0} }
