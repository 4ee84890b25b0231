package scanner

import (
	"context"
	"errors"
	"time"
)

// The boundary to the stores: what must outlive the process. Package storetest is the suite that every store passes; its
// tests are this file's promises, each by name.
//
// All methods of all interfaces are safe for concurrent use, by any number of goroutines and processes; each ends when ctx is
// done, and then has done all of its work or nothing of it. Values are copied in and out. No store keeps a secret or a
// clear id: callers give neither.
//
// The store's clock rules: leases, claims, what is due, windows and item memory are measured by it, never by the caller's.
// Times inside leaks, sightings, deliveries and audits are kept to the nanosecond; all others, and whatever is ordered or
// due by its time, count milliseconds. The zero time comes back as zero.

// Why a store did not do what it was asked. Errors of methods wrap one of these, the error of the context, or, for an
// answer that cannot be understood, none.
var (
	// ErrUnavailable says that the store did not answer, or could not write (full, read-only, out of memory). What was asked may
	// have been done all the same. It is never to be read as "not found" or "not seen before".
	ErrUnavailable = errors.New("the store does not answer")
	// ErrNotFound says that the store answered and has no such thing.
	ErrNotFound = errors.New("not found")
	// ErrConflict says that what was read has changed since, or belongs to somebody else: nothing was written; read again.
	ErrConflict = errors.New("changed by somebody else")
	// ErrHeld says that somebody else holds the lease.
	ErrHeld = errors.New("the lease is held by somebody else")
	// ErrLost says that the lease is not held any more: its holder must stop. Nothing was written.
	ErrLost = errors.New("the lease is lost")
	// ErrNoOrganisation says that the organisation has no data key: it was erased, or never added. Nothing was written.
	ErrNoOrganisation = errors.New("no such organisation")
	// ErrBadValue says that something given breaks a bound of this file. Nothing was written.
	ErrBadValue = errors.New("not a value that is stored")
	// ErrFull says that there is no room for more of the kind. Nothing was written.
	ErrFull = errors.New("no more can be kept")
)

// The bounds of what is given to a store at once.
const (
	MaxChange     = 64        // items in each list of a Change, but for sightings: MaxSightings
	MaxBatch      = 1000      // items in every other list that is given or asked for
	MaxRecord     = 64 << 10  // bytes of a record as JSON, of a cursor, of a visit's data
	MaxReceipt    = 4 << 10   // bytes
	MaxName       = 512       // bytes of a name: organisation, lease, holder, recipient, place key; UTF-8 without control characters
	MaxLongName   = 8 << 10   // bytes of a page's address
	MaxVisits     = 1_000_000 // pages of one source
	MaxLease      = time.Hour // of leases and claims; the shortest is a millisecond
	MaxCounted    = 1000      // alerts counted for one recipient; beyond that the load stays at MaxCounted
	ItemsKept     = 30 * 24 * time.Hour
	ItemsKeptMost = 45 * 24 * time.Hour // see Items
)

// Store is everything that a store does; it is named only where stores are made and tested. Others ask for what they use.
type Store interface {
	LeakStore
	LeakLists
	Wakes
	Outbox
	AlertCounts
	Leases
	Cursors
	Items
	Visits
	OrgKeys
	Claims
	AuditTrail
	Books
	Keeper
}

// LeakStore is where leaks are claimed and changed.
type LeakStore interface {
	// FindLeaks returns the organisation's leaks that have any of the keys (at most MaxLeakKeys): of each meeting the newest
	// episode only, the oldest by FirstSeen first. None is no error. More than one means that aliases have come together, see
	// [Merge].
	FindLeaks(ctx context.Context, org string, keys []string) ([]Leak, error)
	// Leak returns a leak by its id, or ErrNotFound.
	Leak(ctx context.Context, org, id string) (Leak, error)
	// Commit makes a change, whole or not at all; when it returns nil the change outlives the process (what an outage of the
	// machine can take is said by the store's package). Of any number of callers that found nothing and create a leak with a
	// key in common, exactly one succeeds; the others get ErrConflict. ErrNoOrganisation without a data key.
	Commit(ctx context.Context, c Change) error
}

// Change is one step of one organisation's leaks. Within it, things happen in the order of the fields.
type Change struct {
	Org string
	// Merged leaks are taken away.
	Merged []Merge
	// Leaks are written. ErrConflict unless each is stored at its Version (0: not at all); it is stored with Version+1. Also
	// ErrConflict when one of its keys belongs to another leak, not in Merged, of the same episode or, of a leak that is
	// created, of a later one. The keys of a leak only grow.
	Leaks []LeakWrite
	// Sightings of stored leaks. One is kept for each place of a leak: seen there again, it replaces the old. When MaxSightings are
	// kept, further places are left out.
	Sightings []Sighting
	// Deliveries are put into the outbox. Where there is one with the ID, it stays as it is.
	Deliveries []Delivery
	// Settled rows replace those with their ID. ErrConflict unless the Fence of each is that of the stored row. It ends the
	// row's claim; the stored row's Fence rises, its Lease is zero. This is how attempts are recorded: see [Delivery.Accepted].
	Settled []OutboxRow
	// Moves are added to the ledger. They are not refused when an account would become negative: [Ledger.Check] tells.
	Moves []Move
	// Audits are appended.
	Audits []Audit
}

// LeakWrite is a leak to be stored, and when it wants to be looked at again (see [Next]; zero: never).
type LeakWrite struct {
	Leak Leak
	Wake time.Time
}

// Merge says that two leaks turned out to be one meeting: From, stored at Version (ErrConflict else), is taken away, its
// sightings become those of Into as far as there is room; of one place the later stays. Into stands in Leaks of the same
// change, with the keys of both. Deliveries of From stay as they are: callers settle those that are pending.
type Merge struct {
	From    string
	Version int64
	Into    string
}

// LeakLists is what people, and the looks at places, ask for.
type LeakLists interface {
	// ListLeaks returns a page of an organisation's leaks, the newest by FirstSeen first. What changes between pages does not
	// move: each leak that is there all the time and fits the query all the time comes exactly once.
	ListLeaks(ctx context.Context, q LeakQuery) (LeakPage, error)
	// Sightings returns those kept of a leak, MaxSightings at most, the newest by SeenAt first. Of an unknown leak: none.
	Sightings(ctx context.Context, org, leak string) ([]Sighting, error)
	// LeaksAt returns ids of the leaks with a kept sighting at the place that is not gone, rising, from the first after "after", at
	// most MaxBatch. Next is what to go on with, "" at the end.
	LeaksAt(ctx context.Context, org, place, after string) (ids []string, next string, err error)
}

// LeakQuery asks for leaks. Org must be given.
type LeakQuery struct {
	Org    string
	States []State   // any of them; none: all
	Since  time.Time // first seen then or later; zero: all
	After  string    // LeakPage.Next of the page before; "" for the first. ErrBadValue when it is none.
	Limit  int       // 1 to MaxBatch; others are taken for the nearest
}

// LeakPage is a page of leaks. Next asks for the page after it, "" when there is none. It tells nothing that the page does not.
type LeakPage struct {
	Leaks []Leak
	Next  string
}

// Wakes hands out the leaks that want to be looked at.
type Wakes interface {
	// ClaimWakes returns leaks whose Wake has come, those waiting longest first, and puts each off by lease: nobody else gets it
	// before; a leak that is not committed meanwhile comes again then. Limit is as in LeakQuery.
	ClaimWakes(ctx context.Context, limit int, lease time.Duration) ([]LeakRef, error)
}

// LeakRef names a leak.
type LeakRef struct{ Org, ID string }

// OutboxRow is a delivery as it stands in the outbox.
type OutboxRow struct {
	Delivery Delivery `json:"delivery"`
	// Receipt finds the sent message again: the channel's, opaque here, at most MaxReceipt bytes.
	Receipt []byte `json:"receipt,omitempty"`
	// Fence rises with each claim and each write of the row, from 1. Who holds an older one can write nothing.
	Fence int64 `json:"fence"`
	// Lease is until when the row is claimed; zero when it is not.
	Lease time.Time `json:"lease,omitzero"`
}

// Outbox is what has to be told.
type Outbox interface {
	// ClaimDeliveries returns pending rows that are due and not claimed, and claims them for lease: until then nobody else gets
	// them. A claim ends with a Change that settles the row, or by time: then the row is due again, and the late holder's write
	// is refused once somebody else claimed it. Within an organisation those come first that were ready first: due, and no longer
	// claimed. Organisations take turns, so that a flood of one does not hold back another. Limit is as in LeakQuery.
	ClaimDeliveries(ctx context.Context, limit int, lease time.Duration) ([]OutboxRow, error)
	// Deliveries returns the rows of a leak, the newest by Made first, MaxBatch at most.
	Deliveries(ctx context.Context, org, leak string) ([]OutboxRow, error)
	// Delivery returns a row by its id, or ErrNotFound.
	Delivery(ctx context.Context, org, id string) (OutboxRow, error)
}

// AlertCounts counts the new alerts that went to a recipient as messages of their own, for [Caps]. What is counted is
// forgotten a day later.
type AlertCounts interface {
	// AlertLoads returns the loads of recipients; of those without any, the zero Load.
	AlertLoads(ctx context.Context, org string, recipients []string) (map[string]Load, error)
	// CountAlert counts a delivery as accepted or under way, unless the recipient's load has reached most, and says whether it
	// is counted. A zero in most is no cap. A delivery is counted once: asked again within a day the answer is yes. Of any
	// number of callers never more than most are told yes.
	CountAlert(ctx context.Context, org, recipient, delivery string, most Load) (bool, error)
}

// Lease is the right to do something alone, until Until by the store's clock.
type Lease struct {
	Name   string
	Holder string // who asked for it; one per process and role
	// Fence rises with each time that the lease is taken, whoever takes it, as long as the store keeps its history; it stays
	// when the lease is renewed.
	Fence int64
	Until time.Time
}

// Leases gives out leases.
type Leases interface {
	// Acquire takes a lease for ttl that nobody holds, or ErrHeld, also when the same holder has it.
	Acquire(ctx context.Context, name, holder string, ttl time.Duration) (Lease, error)
	// Renew prolongs it to ttl from now, or ErrLost: it has ended, even when nobody took it since.
	Renew(ctx context.Context, l Lease, ttl time.Duration) (Lease, error)
	// Release gives it up. One that is lost already is no error.
	Release(ctx context.Context, l Lease) error
}

// Cursor is where the next reading of something starts, and when. Each belongs to the lease with its name.
type Cursor struct {
	Name  string
	Value []byte // opaque, at most MaxRecord bytes
	Next  time.Time
	Saved time.Time // by the store's clock, set by the store
}

// Cursors keeps cursors. They have no end: there is one for each configured place.
type Cursors interface {
	// Cursors returns those of the names that there are, by name.
	Cursors(ctx context.Context, names []string) (map[string]Cursor, error)
	// SaveCursor writes the cursor of the lease's name, or ErrLost when the lease is not held by exactly this Holder and Fence at
	// this moment. Cursor.Name is ignored.
	SaveCursor(ctx context.Context, l Lease, c Cursor) error
	// ForgetCursor takes away a cursor of something that is read no more. None is no error.
	ForgetCursor(ctx context.Context, name string) error
}

// Items remembers versions of items (a page, a post) by 64-bit fingerprints, for the whole deployment. A fingerprint is kept
// for ItemsKept at least after the last time that it was remembered, and forgotten after ItemsKeptMost. Fingerprints are kept
// exactly: there is no false yes. Stores document what one costs.
type Items interface {
	// SeenItems says for each fingerprint whether it is remembered. At most MaxBatch.
	SeenItems(ctx context.Context, prints []uint64) ([]bool, error)
	// RememberItems remembers fingerprints, anew where they are. At most MaxBatch. Call it only when what the items brought is
	// durable.
	RememberItems(ctx context.Context, prints []uint64) error
}

// Visit is what a source remembers of a page; Data is opaque here, at most MaxRecord bytes. Page is what it is known by, never a meeting
// link.
type Visit struct {
	Page string
	Next time.Time
	Data []byte
	// Was is what the page was known by until now, "" for the same: SaveVisit takes away what was known of that. It is not kept.
	Was string
}

// Visits keeps visits by source, for sources that come back to pages.
type Visits interface {
	// DueVisits calls yield for the visits whose Next is not after now, those waiting longest first, until it returns false.
	// Visits may be saved and loaded while it runs; each page comes once at most, unless it is saved as due again.
	DueVisits(ctx context.Context, source string, now time.Time, yield func(Visit) bool) error
	// LoadVisit returns what is known of a page, and whether anything is.
	LoadVisit(ctx context.Context, source, page string) (Visit, bool, error)
	// SaveVisit keeps a visit in place of what was known of its page, and of Was, in one step, or ErrFull at MaxVisits pages.
	SaveVisit(ctx context.Context, source string, v Visit) error
	// ForgetVisits takes away up to MaxBatch pages of a source and says how many: call it until it is none.
	ForgetVisits(ctx context.Context, source string) (int, error)
}

// OrgKeys keeps the data key of each organisation, wrapped by the master key. While there is one, the organisation exists.
type OrgKeys interface {
	// OrgKey returns the wrapped key, or ErrNotFound.
	OrgKey(ctx context.Context, org string) ([]byte, error)
	// AddOrgKey stores the wrapped key unless there is one, and returns the one that is stored then: of any number of callers
	// all get the same. ErrConflict while an organisation of that name is being erased.
	AddOrgKey(ctx context.Context, org string, wrapped []byte) ([]byte, error)
	// ReplaceOrgKey stores another wrapping, or ErrConflict when old is not what is stored.
	ReplaceOrgKey(ctx context.Context, org string, old, wrapped []byte) error
	// Organisations returns those with a key, and those of which something is left without one, sorted.
	Organisations(ctx context.Context) ([]string, error)
}

// AuditEntry is an Audit as it is kept.
type AuditEntry struct {
	// Seq orders the entries of an organisation; it only rises.
	Seq int64
	Audit
}

// AuditQuery asks for entries of an organisation, "" for those of the deployment.
type AuditQuery struct {
	Org    string
	Leak   string // only of this leak; "" for all
	Before int64  // Seq of the last entry of the page before; 0 for the first page
	Limit  int    // as in LeakQuery
}

// AuditTrail is who did what. Entries are never changed; they end by [Keeper.Expire] and [Keeper.EraseOrganisation] alone.
type AuditTrail interface {
	// AppendAudit appends entries that belong to no Change. At most MaxChange. org "" is the deployment's own trail; of others
	// ErrNoOrganisation without a data key.
	AppendAudit(ctx context.Context, org string, entries []Audit) error
	// ListAudit returns a page of entries, the newest by Seq first.
	ListAudit(ctx context.Context, q AuditQuery) ([]AuditEntry, error)
}

// Books shows the ledger.
type Books interface {
	// Ledger returns an organisation's ledger and the number of its leaks whose account is pending, both of one moment, for
	// [Ledger.Check]. Of an unknown organisation both are zero.
	Ledger(ctx context.Context, org string) (Ledger, int64, error)
}

// Retention is how long things are kept. Zero keeps for ever.
type Retention struct {
	Sighting time.Duration // after its Gone
	Leak     time.Duration // after [Leak.Ended]
	Answer   time.Duration // deliveries, after their Done
	Audit    time.Duration // after its At
	Visit    time.Duration // after its Next: nobody came for it
}

// Removed counts what was taken away.
type Removed struct {
	Leaks, Sightings, Deliveries, Audits, Visits, Items int64
	// More says that there is more to take away: call again.
	More bool
}

// Health is how a store is.
type Health struct {
	// Since is when its history began. What is older was never there, or is lost.
	Since time.Time
	// Lost says that the history with which this handle was opened is gone: flushed, or replaced. It stays so until the
	// store is opened anew.
	Lost bool
	Now  time.Time // the store's clock
	// Due is the number of deliveries that are due and not claimed; OldestDue, since when the first of them waits.
	Due       int64
	OldestDue time.Time
	Bytes     int64 // that the store takes, 0 when it cannot tell
}

// Keeper keeps the store itself.
type Keeper interface {
	// Expire takes away what is older than r, in a bounded step: see Removed.More. Besides, it takes away what ended by itself:
	// items, counts, leases.
	Expire(ctx context.Context, r Retention, now time.Time) (Removed, error)
	// EraseOrganisation takes away the organisation's key first, from when on its clear ids cannot be read and nothing can be
	// committed, and then all that is kept of it, in a bounded step: call it until Removed.More is false. An interrupted one is
	// ended by calling again. Visits and cursors belong to sources and stay.
	EraseOrganisation(ctx context.Context, org string) (Removed, error)
	// Health asks the store how it is, or ErrUnavailable.
	Health(ctx context.Context) (Health, error)
	// Close ends the handle; afterwards all methods return ErrUnavailable. Calling it again does nothing.
	Close() error
}
