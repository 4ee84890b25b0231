package scanner

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// The bounds of a dump.
const (
	MaxDumped              = 512 << 10 // bytes of a record as JSON
	MaxDumpedOrganisations = 20_000
	maxDumpedKeys          = 4 * MaxLeakKeys // of one leak: those that it has, and those that it once had
	maxDumpedNumber        = 1 << 53         // of versions, fences and sums: what every store counts exactly
)

// Dumper is a store that can be backed up and restored. Left out are the memory of items, leases, claims and the counts of
// alerts: after a restore pages are read again and some alerts may be told again; none is missed. Organisations without a data key (being
// erased) are left out whole. Data keys stay wrapped: a dump has no more secrets in clear than the store.
type Dumper interface {
	// Dump calls write for each record, on the caller's goroutine, until it fails; its error is returned as it is. Records
	// come in this order: cursors and visits; each organisation's key; then claims of domains; then leaks, each before its sightings and
	// deliveries; the other deliveries; audits, the oldest first; ledgers. What a cursor has passed, and what a visit has seen,
	// was durable before: so it is in the dump even when others write meanwhile. How far a dump is of one
	// moment is said by the store's package. Nothing is changed.
	Dump(ctx context.Context, write func(Dumped) error) error
	// Load writes what next gives until it returns io.EOF, into an empty store that nobody else uses; ErrConflict
	// when it is not empty, and then nothing is written. What next gives is checked. After any error the store is
	// as empty as before, or, where the package says so, holds no organisation that could be used.
	//
	// Of two records of one thing the first stands. A key of a leak that leads to another one already is left out of the
	// later. What is pending is counted anew from the leaks.
	Load(ctx context.Context, next func() (Dumped, error)) (Loaded, error)
}

// Loaded is what Load had to put right, because others wrote while the dump was made or because the dumped store was wrong.
type Loaded struct {
	Ledgers int // organisations whose ledger did not agree with their leaks
	Keys    int // keys of leaks that led to two
}

// Dumped is one record of a dump: of the pointers and Key exactly one is set.
type Dumped struct {
	Org      string        `json:"org,omitempty"` // whose it is; "" of cursors and visits, and of the deployment's own audit
	Cursor   *DumpedCursor `json:"cursor,omitempty"`
	Visit    *DumpedVisit  `json:"visit,omitempty"`
	Key      []byte        `json:"key,omitempty"`   // the wrapped data key
	Claim    *DomainClaim  `json:"claim,omitempty"` // without its Version: loaded it is 1
	Leak     *DumpedLeak   `json:"leak,omitempty"`
	Sighting *Sighting     `json:"sighting,omitempty"`
	Delivery *OutboxRow    `json:"delivery,omitempty"` // its Lease is zero
	Audit    *Audit        `json:"audit,omitempty"`
	Ledger   *Ledger       `json:"ledger,omitempty"`
}

// DumpedCursor is a [Cursor]. A store that does not know its name gives what it calls it instead, in Tag; only a store of that
// kind can load it.
type DumpedCursor struct {
	Name  string    `json:"name,omitempty"`
	Tag   string    `json:"tag,omitempty"`
	Value []byte    `json:"value,omitempty"`
	Next  time.Time `json:"next,omitzero"`
	Saved time.Time `json:"saved,omitzero"`
}

// DumpedVisit is a [Visit] of a source.
type DumpedVisit struct {
	Source string    `json:"source"`
	Page   string    `json:"page"`
	Next   time.Time `json:"next,omitzero"`
	Data   []byte    `json:"data,omitempty"`
}

// DumpedLeak is a leak with its next look, and all keys that lead to it.
type DumpedLeak struct {
	Leak Leak      `json:"leak"`
	Wake time.Time `json:"wake,omitzero"`
	Keys []string  `json:"keys"`
}

// EncodeDumped is a record as one line of JSON without its end, or ErrBadValue when it would not be loaded again.
func EncodeDumped(d Dumped) ([]byte, error) {
	if err := d.Check(); err != nil {
		return nil, err
	}
	line, err := json.Marshal(d)
	if err == nil && len(line) > MaxDumped {
		err = fmt.Errorf("%d bytes, %d at most", len(line), MaxDumped)
	}
	if err != nil {
		return nil, fmt.Errorf("encode a dumped %s: %w: %w", d.Kind(), ErrBadValue, err)
	}
	return line, nil
}

// DecodeDumped reads a record and checks it. A field that this program does not know is an error: to leave it out could lose
// something. Errors are ErrBadValue and quote nothing.
func DecodeDumped(line []byte) (Dumped, error) {
	if len(line) > MaxDumped {
		return Dumped{}, fmt.Errorf("a record of %d bytes, %d at most: %w", len(line), MaxDumped, ErrBadValue)
	}
	var d Dumped
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&d); err != nil {
		return Dumped{}, fmt.Errorf("a record that is no JSON of a known form: %w", ErrBadValue)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return Dumped{}, fmt.Errorf("something follows a record in its line: %w", ErrBadValue)
	}
	return d, d.Check()
}

// Kind is a word for the only field that is set, "" when there is none or more than one.
func (d Dumped) Kind() string {
	kind := ""
	for _, field := range []struct {
		name string
		set  bool
	}{
		{"cursor", d.Cursor != nil}, {"visit", d.Visit != nil}, {"organisation", d.Key != nil}, {"claim", d.Claim != nil}, {"leak", d.Leak != nil},
		{"sighting", d.Sighting != nil}, {"delivery", d.Delivery != nil}, {"audit", d.Audit != nil}, {"ledger", d.Ledger != nil},
	} {
		if field.set && kind != "" {
			return ""
		}
		if field.set {
			kind = field.name
		}
	}
	return kind
}

// Check says whether the record keeps the bounds of live writes, and those of dumps: an error is an ErrBadValue that names
// the field, never a value.
func (d Dumped) Check() error {
	kind := d.Kind()
	if ofOrg := kind != "cursor" && kind != "visit" && kind != "audit"; ofOrg || d.Org != "" {
		if err := CheckName("organisation of a record", d.Org); err != nil {
			return err
		}
	}
	switch kind {
	case "cursor":
		return d.Cursor.check()
	case "visit":
		return d.Visit.check()
	case "organisation":
		return checkMost("bytes of a data key", int64(len(d.Key)), MaxReceipt)
	case "claim":
		return d.checkClaim()
	case "leak":
		return d.Leak.check(d.Org)
	case "sighting":
		return checkSize(Change{Org: d.Org, Sightings: []Sighting{*d.Sighting}}, d.Sighting)
	case "delivery":
		return d.checkDelivery()
	case "audit":
		return d.checkAudit()
	case "ledger":
		return d.Ledger.checkDumped()
	}
	return fmt.Errorf("a record that is not of exactly one kind: %w", ErrBadValue)
}

func (c *DumpedCursor) check() error {
	if (c.Name == "") == (c.Tag == "") {
		return fmt.Errorf("a cursor needs a name or a tag: %w", ErrBadValue)
	}
	return errors.Join(CheckName("cursor", c.Name+c.Tag), checkMost("bytes of a cursor", int64(len(c.Value)), MaxRecord))
}

func (v *DumpedVisit) check() error {
	return Visit{Page: v.Page, Data: v.Data}.Check(v.Source)
}

func (d Dumped) checkClaim() error {
	if d.Claim.Org != d.Org {
		return fmt.Errorf("a claim of another organisation: %w", ErrBadValue)
	}
	_, err := EncodeRecord(*d.Claim)
	return errors.Join(d.Claim.Check(), err)
}

func (l *DumpedLeak) check(org string) error {
	if err := checkSize(Change{Org: org, Leaks: []LeakWrite{{Leak: l.Leak}}}, l.Leak); err != nil {
		return err
	}
	if l.Leak.Version < 1 || !slices.Contains(States(), l.Leak.State) || !l.Leak.Account.valid() {
		return fmt.Errorf("leak %s without version, or with a state or account that is not known: %w", l.Leak.ID, ErrBadValue)
	}
	return errors.Join(
		CheckNames("key of a leak", l.Keys...),
		checkMost("keys of a leak", int64(len(l.Keys)), maxDumpedKeys),
		checkMost("version of a leak", l.Leak.Version, maxDumpedNumber),
		checkMost("episode of a leak", int64(l.Leak.Episode), maxDumpedNumber))
}

func (d Dumped) checkDelivery() error {
	if err := checkSize(Change{Org: d.Org, Settled: []OutboxRow{*d.Delivery}}, d.Delivery.Delivery); err != nil {
		return err
	}
	states := []DeliveryState{DeliveryPending, DeliveryAccepted, DeliveryGivenUp, DeliverySuppressed}
	if !slices.Contains(states, d.Delivery.Delivery.State) || !d.Delivery.Lease.IsZero() {
		return fmt.Errorf("delivery %s is claimed, or in a state that is not known: %w", d.Delivery.Delivery.ID, ErrBadValue)
	}
	return checkMost("fence of a delivery", d.Delivery.Fence, maxDumpedNumber)
}

func (d Dumped) checkAudit() error {
	if len(d.Audit.Leak) > MaxName || strings.ContainsAny(d.Audit.Leak, "\t\n") {
		return fmt.Errorf("leak of an audit entry: %w", ErrBadValue)
	}
	_, err := EncodeRecord(*d.Audit)
	return err
}

func (b *Ledger) checkDumped() error {
	sums := []int64{b.Found, b.Alerted, b.Pending}
	for reason, n := range b.Suppressed {
		if !(Account{Kind: AccountSuppressed, Reason: reason}).valid() {
			return fmt.Errorf("a ledger with a reason that is not known: %w", ErrBadValue)
		}
		sums = append(sums, n)
	}
	for _, n := range sums {
		if n < -maxDumpedNumber || n > maxDumpedNumber {
			return fmt.Errorf("a sum of a ledger: %w", ErrBadValue)
		}
	}
	return nil
}

// checkSize is Change.Check, and the bound of a record.
func checkSize(c Change, record any) error {
	if err := c.Check(); err != nil {
		return err
	}
	_, err := EncodeRecord(record)
	return err
}

func checkMost(what string, n, most int64) error {
	if n > most {
		return fmt.Errorf("%d %s, %d at most: %w", n, what, most, ErrBadValue)
	}
	return nil
}

// Recounted is the ledger for so many pending leaks, with the sum that follows from it, and whether that changed it. Sums below
// zero become zero.
func (b Ledger) Recounted(pending int64) (Ledger, bool) {
	out := Ledger{Alerted: max(b.Alerted, 0), Pending: pending}
	out.Found = out.Alerted + out.Pending
	for reason, n := range b.Suppressed {
		if n > 0 {
			if out.Suppressed == nil {
				out.Suppressed = make(map[Withheld]int64, len(b.Suppressed))
			}
			out.Suppressed[reason] = n
			out.Found += n
		}
	}
	return out, b.Check(pending) != nil
}

// FreeKeys returns the keys that are not taken.
func FreeKeys(keys, taken []string) []string {
	return slices.DeleteFunc(slices.Clone(keys), func(key string) bool { return slices.Contains(taken, key) })
}
