package bluesky

import (
	"context"
	"errors"
	"hash/maphash"
	"maps"
	"strings"
	"sync"

	"meetleaks/scanner"
)

// places knows where leaks stand, for the day on which an account goes away with all it holds: the service then names the account
// alone. Accounts are kept as hashes under a key of the process, and are looked up, never listed. It is safe for concurrent use.
type places struct {
	most int
	seed maphash.Seed

	mu    sync.Mutex
	known *index
	fresh *index // while it is listed anew, beside known
	away  *index // places of accounts that went away, for the day they come back
}

// index is the places by account.
type index struct {
	accounts map[uint64]int // how many places
	spots    map[spot]struct{}
	full     bool // some had no room
}

type spot struct {
	account         uint64
	collection, key string
}

func newPlaces(most int) *places {
	return &places{most: most, seed: maphash.MakeSeed(), known: newIndex(), away: newIndex()}
}

func newIndex() *index { return &index{accounts: map[uint64]int{}, spots: map[spot]struct{}{}} }

func (x *index) add(s spot, most int) {
	if _, found := x.spots[s]; found {
		return
	}
	if len(x.spots) >= most {
		x.full = true
		return
	}
	x.spots[s] = struct{}{}
	x.accounts[s.account]++
}

func (x *index) remove(s spot) {
	if _, found := x.spots[s]; !found {
		return
	}
	delete(x.spots, s)
	if x.accounts[s.account]--; x.accounts[s.account] == 0 {
		delete(x.accounts, s.account)
	}
}

// spot keeps nothing of what it is made of but the names of the record.
func (p *places) spot(did, collection, key string) spot {
	s := spot{account: maphash.String(p.seed, did), collection: PostCollection, key: strings.Clone(key)}
	if collection != PostCollection {
		s.collection = strings.Clone(collection)
	}
	return s
}

// add remembers that a leak stands at a place.
func (p *places) add(uri string) {
	did, collection, key, ok := partsOf(uri)
	if !ok {
		return
	}
	s := p.spot(did, collection, key)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.known.add(s, p.most)
	p.away.remove(s)
	if p.fresh != nil {
		p.fresh.add(s, p.most)
	}
}

// leave remembers a place whose account went away.
func (p *places) leave(uri string) {
	did, collection, key, _ := partsOf(uri)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.away.add(p.spot(did, collection, key), p.most)
}

// of lists the places of an account.
func (p *places) of(did string) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.known.of(did, maphash.String(p.seed, did))
}

// awayOf lists the places that went away with an account.
func (p *places) awayOf(did string) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.away.of(did, maphash.String(p.seed, did))
}

func (x *index) of(did string, account uint64) []string {
	left := x.accounts[account]
	if left == 0 {
		return nil
	}
	uris := make([]string, 0, left)
	for s := range maps.Keys(x.spots) {
		if s.account == account {
			uris = append(uris, placeOf(did, s.collection, s.key))
		}
	}
	return uris
}

// forget drops a place.
func (p *places) forget(uri string) {
	did, collection, key, _ := partsOf(uri)
	s := p.spot(did, collection, key)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.known.remove(s)
	p.away.remove(s)
}

// full says whether there are more places than are known.
func (p *places) full() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.known.full || p.away.full
}

// list asks anew which places there are; those that are added meanwhile stay. Those that went away are known besides: their references
// are not kept as long as they may come back. With an error everything stays as it was. One call at a time.
func (p *places) list(ctx context.Context, keeper Keeper, source string) error {
	fresh, away := newIndex(), newIndex()
	p.mu.Lock()
	p.fresh = fresh
	p.mu.Unlock()
	err := errors.Join(p.fill(ctx, fresh, source, keeper.References), p.fill(ctx, away, source, keeper.AwayReferences))
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fresh = nil
	if err != nil {
		return err
	}
	p.known = fresh
	for s := range away.spots { // one that came back meanwhile is told to be back once more, if its account goes and comes again
		p.away.add(s, p.most)
	}
	return nil
}

// fill puts what is listed into an index.
func (p *places) fill(ctx context.Context, into *index, source string, list func(context.Context, string, func(scanner.Secret) bool) error) error {
	return list(ctx, source, func(reference scanner.Secret) bool {
		did, collection, key, ok := partsOf(reference.Text())
		if !ok {
			return true
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		into.add(p.spot(did, collection, key), p.most)
		return !into.full
	})
}
