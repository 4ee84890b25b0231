package scanner

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"time"
)

// The pipeline is the way from a document to an alert that was accepted:
//
//	pipeline.go draft.go   what it needs; one step of one leak, tried again while others change the same
//	judge.go               whose a finding is, how bad
//	asking.go whois.go     who the host is
//	claimer.go claim.go    Take: a document's findings become leaks
//	unite.go               aliases that come together
//	rooms.go               which rooms are told
//	looker.go              Gone, Back, Reposted: what became of places
//	ticker.go clock.go     the ladder goes on as time passes, also when the clock was wrong
//	teller.go              what is handed to those who tell
//	sender*.go lanes.go    the outbox: to whom, alone or in a digest, sent, then recorded
//	bookkeeper.go          the ledger is watched
//
// It never takes an error for "seen before" or "nobody", and never records an alert before it was accepted. A crash, or a store
// that does not answer, at any point repeats what was under way and loses nothing.

// PipelineStore is what the pipeline asks of a store.
type PipelineStore interface {
	LeakStore
	LeakLists
	Wakes
	Outbox
	AlertCounts
	Items
	OrgKeys
	Books
}

// AlertMode says who is told at all.
type AlertMode string

// The modes. The empty one is ModeHosts.
const (
	ModeHosts   AlertMode = "hosts"   // hosts and delegates, then the channel
	ModeChannel AlertMode = "channel" // the channel alone
	ModeObserve AlertMode = "observe" // nobody: what would be sent is recorded as withheld
)

// Room is where security operations of an organisation are told.
type Room struct {
	Channel string // name of the configured channel, "" for the default; at most MaxName bytes with ID
	ID      string // of the room there, or "" where the channel itself is the room
}

// MaxRooms bounds the rooms that are told of one leak at a time: what one step owes to all of them has to fit into one Change.
const MaxRooms = 8

// recipient is the room as stores and counts know it.
func (r Room) recipient() string { return "room:" + r.Channel + ":" + r.ID }

// PipelineOptions is what a pipeline is made of. Store, Keys, Resolver and Matcher must be given; all that is given must be safe
// for concurrent use.
type PipelineOptions struct {
	Store    PipelineStore
	Keys     *Keyring
	Resolver Resolver
	// Matcher completes its findings with a judge of [NewJudge].
	Matcher *Matcher
	// Rooms gives all rooms that an organisation may have: nothing goes to others. Nil: none.
	Rooms func(org string) []Room
	// Route gives those of them that are told of a leak of which that much is known, the first of them first; the rest get copies. At
	// most MaxRooms are told. It is asked again and again, and must give the same for the same. Nil: all. See rooms.go.
	Route func(org string, about LeakFacts) []Room
	// Calendars says how far an organisation believes a calendar that was read; nil: nothing. See [CalendarTrust].
	Calendars func(org string, at CalendarPlace) CalendarTrust
	Mode      AlertMode
	// Judges says whether what stands on a page of the network is judged for an organisation at present: what is not does not count as
	// gone from there. Nil: for all, everywhere.
	Judges func(org, page string) bool
	// Pilot says whether a person may be told; nil: everybody.
	Pilot func(org, email string) bool
	Caps  Caps // zero: DefaultCaps
	// Canaries are planted links, which become no leaks. Nil: none.
	Canaries *Canaries
	// Found is told how long after it was posted a link of an organisation, or a canary, was read by a source. It must return soon. Nil:
	// nobody is.
	Found func(source string, after time.Duration)
	// Generation changes with whatever decides whose links are: then documents that were read before are matched again.
	Generation string
	// Prove is told, after the commit, of a leak whose settings should be read. It must return soon. Nil: nobody is.
	Prove func(LeakRef)
	Now   func() time.Time // of leaks and deliveries; nil: time.Now. What is due is decided by the store's clock.
}

// Pipeline is safe for concurrent use, and starts no goroutine.
type Pipeline struct {
	o         PipelineOptions
	store     PipelineStore
	resolver  *patientResolver
	indexKey  []byte
	leakKey   []byte
	placeKey  []byte
	itemsKey  []byte
	counts    pipelineCounts
	lastCheck atomic.Pointer[[]Imbalance]
	latest    atomic.Int64 // of the clock, see wentBack; nanoseconds since 1970
}

// NewPipeline makes a pipeline.
func NewPipeline(o PipelineOptions) (*Pipeline, error) {
	if o.Store == nil || o.Keys == nil || o.Resolver == nil || o.Matcher == nil {
		return nil, errors.New("make pipeline: store, keys, resolver and matcher are needed")
	}
	switch o.Mode {
	case "":
		o.Mode = ModeHosts
	case ModeHosts, ModeChannel, ModeObserve:
	default:
		return nil, fmt.Errorf("make pipeline: %q is no mode of alerts", o.Mode)
	}
	if o.Caps == (Caps{}) {
		o.Caps = DefaultCaps()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	p := &Pipeline{o: o, store: o.Store, indexKey: o.Keys.IndexKey()}
	p.resolver = &patientResolver{resolver: o.Resolver, bound: resolveBound}
	var err error
	if p.leakKey, err = o.Keys.LeakKey(); err != nil {
		return nil, fmt.Errorf("make pipeline: %w", err)
	}
	if p.placeKey, err = o.Keys.PlaceKey(); err != nil {
		return nil, fmt.Errorf("make pipeline: %w", err)
	}
	if p.itemsKey, err = subKey(p.placeKey, "meetleaks item fingerprints v1"); err != nil {
		return nil, fmt.Errorf("make pipeline: %w", err)
	}
	return p, nil
}

// pipelineCounts counts since the start. None is by person or organisation.
type pipelineCounts struct {
	documents, unchanged, findings, nobodys   atomic.Int64
	sightings, opened, merged, conflicts      atomic.Int64
	sent, repeatsPossible, failures, withheld atomic.Int64
	givenUp, ticks, gone                      atomic.Int64
}

// PipelineCounts is what a pipeline did since it was made.
type PipelineCounts struct {
	Documents int64 // taken
	Unchanged int64 // of these, not matched, as they were read before
	Findings  int64 // meetings in documents
	Nobodys   int64 // of these, of no registered organisation: forgotten
	Sightings int64 // of leaks, written
	Opened    int64 // leaks that were new
	Merged    int64 // leaks that turned out to be another
	Conflicts int64 // steps begun again because somebody else was faster
	Sent      int64 // messages accepted, also those changed in place
	Unsure    int64 // messages that may have been accepted, and are sent again
	Failures  int64 // attempts that failed
	Withheld  int64 // deliveries that were not sent on purpose
	GivenUp   int64 // deliveries that cannot be delivered
	Ticks     int64 // leaks looked at as their time had come
	Gone      int64 // looks that found a place gone
}

// Plus is the sum of the counts of two pipelines.
func (c PipelineCounts) Plus(o PipelineCounts) PipelineCounts {
	return PipelineCounts{
		Documents: c.Documents + o.Documents, Unchanged: c.Unchanged + o.Unchanged, Findings: c.Findings + o.Findings,
		Nobodys: c.Nobodys + o.Nobodys, Sightings: c.Sightings + o.Sightings, Opened: c.Opened + o.Opened, Merged: c.Merged + o.Merged,
		Conflicts: c.Conflicts + o.Conflicts, Sent: c.Sent + o.Sent, Unsure: c.Unsure + o.Unsure, Failures: c.Failures + o.Failures,
		Withheld: c.Withheld + o.Withheld, GivenUp: c.GivenUp + o.GivenUp, Ticks: c.Ticks + o.Ticks, Gone: c.Gone + o.Gone,
	}
}

// Counts returns the counts.
func (p *Pipeline) Counts() PipelineCounts {
	c := &p.counts
	return PipelineCounts{
		Documents: c.documents.Load(), Unchanged: c.unchanged.Load(), Findings: c.findings.Load(), Nobodys: c.nobodys.Load(),
		Sightings: c.sightings.Load(), Opened: c.opened.Load(), Merged: c.merged.Load(), Conflicts: c.conflicts.Load(),
		Sent: c.sent.Load(), Unsure: c.repeatsPossible.Load(), Failures: c.failures.Load(), Withheld: c.withheld.Load(),
		GivenUp: c.givenUp.Load(), Ticks: c.ticks.Load(), Gone: c.gone.Load(),
	}
}

func (p *Pipeline) now() time.Time { return p.o.Now() }

// print is a fingerprint for the store's memory of items: 64 bits of an HMAC, so that nobody can make another version, or page,
// that has the same.
func (p *Pipeline) print(parts ...string) uint64 {
	mac := hmac.New(sha256.New, p.itemsKey)
	mac.Write(sealContext(nil, parts))
	return binary.BigEndian.Uint64(mac.Sum(nil))
}

// The bounds of beginning a step again.
const (
	maxAgain   = 16
	againFirst = 2 * time.Millisecond
	againMost  = 250 * time.Millisecond
)

// again tries a step until nobody else changes the same at the same time: at most maxAgain times, with jittered waits between.
// attempt counts from 0.
func (p *Pipeline) again(ctx context.Context, what string, step func(attempt int) error) error {
	for n := range maxAgain {
		err := step(n)
		switch {
		case err == nil:
			return nil
		case !errors.Is(err, ErrConflict):
			return fmt.Errorf("%s: %w", what, err)
		}
		p.counts.conflicts.Add(1)
		if err := rest(ctx, jittered(min(againFirst<<n, againMost))); err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
	}
	return fmt.Errorf("%s: %d times in a row: %w", what, maxAgain, ErrConflict)
}

// jittered is a wait between half of d and d.
func jittered(d time.Duration) time.Duration {
	return d/2 + rand.N(d/2+1)
}

// rest waits, or returns the context's error.
func rest(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
