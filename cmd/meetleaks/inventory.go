package main

import (
	"bytes"
	"context"
	"sync"
	"time"

	"meetleaks/scanner"
)

// inventorySlack is how long other processes may take to read a changed file of hosts: what they read meanwhile is read again.
const inventorySlack = 2 * hostsEvery

// inventory knows when the list of meetings changed that hosts and their files name. A meeting that is listed is its organisation's,
// wherever it stands: so with each change everything that was read before is matched again. It is safe for concurrent use.
type inventory struct {
	listed func() []byte // see [hosts.Book.Listed]
	now    func() time.Time

	mu      sync.Mutex
	last    []byte
	changed time.Time // zero: not since the start, which has a generation of its own
}

func newInventory(listed func() []byte, now func() time.Time) *inventory {
	return &inventory{listed: listed, now: now, last: listed()}
}

// look notices a change.
func (i *inventory) look() {
	listed := i.listed()
	i.mu.Lock()
	defer i.mu.Unlock()
	if !bytes.Equal(listed, i.last) {
		i.last, i.changed = listed, i.now()
	}
}

// outdated says whether what was read at a time may have been judged by an older list.
func (i *inventory) outdated(at time.Time) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return !i.changed.IsZero() && !at.IsZero() && at.Before(i.changed.Add(inventorySlack))
}

// version is that of a document together with the list it is judged by; nil stays nil: always matched.
func (i *inventory) version(of []byte) []byte {
	if of == nil {
		return nil
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	return append(bytes.Clone(i.last), of...)
}

// judgedAnew is a pipeline that takes a version of a document for another one when the inventory is another.
type judgedAnew struct {
	*scanner.Pipeline
	by *inventory
}

// Take is [scanner.Pipeline.Take].
func (j judgedAnew) Take(ctx context.Context, r scanner.Reading) (scanner.Taken, error) {
	r.Version = j.by.version(r.Version)
	return j.Pipeline.Take(ctx, r)
}
