package redisstore

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"meetleaks/scanner"
)

// Commit implements [scanner.LeakStore].
func (s *Store) Commit(ctx context.Context, c scanner.Change) error {
	if err := c.Check(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	o := orgSpot(c.Org)
	a := arguments{o.tag, nonce(), scanner.MaxSightings}
	if err := a.change(c); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	answer, err := s.run(ctx, "commit", call{o.partition, a})
	if err != nil {
		return failure(ctx, "commit", err)
	}
	switch answer {
	case "ok":
		return nil
	case "conflict":
		return fmt.Errorf("commit: a leak, key or delivery is not what it was when it was read: %w", scanner.ErrConflict)
	case "no organisation":
		return fmt.Errorf("commit: %w", scanner.ErrNoOrganisation)
	case "bad":
		return fmt.Errorf("commit: a leak changes its episode: %w", scanner.ErrBadValue)
	}
	return failure(ctx, "commit", errBroken)
}

// arguments of commit.lua, in its order.
type arguments []any

func (a *arguments) add(values ...any) { *a = append(*a, values...) }

func (a *arguments) change(c scanner.Change) error {
	a.add(len(c.Merged))
	for _, m := range c.Merged {
		a.add(m.From, m.Version, m.Into)
	}
	a.add(len(c.Leaks))
	for _, w := range c.Leaks {
		if err := a.leak(w); err != nil {
			return err
		}
	}
	a.add(len(c.Sightings))
	for _, seen := range c.Sightings {
		if err := a.sighting(seen); err != nil {
			return err
		}
	}
	if err := a.deliveries(c); err != nil {
		return err
	}
	a.add(len(c.Moves))
	for _, m := range c.Moves {
		a.add(ledgerField(m.From), ledgerField(m.To))
	}
	a.add(len(c.Audits))
	return a.audits(c.Audits)
}

func (a *arguments) leak(w scanner.LeakWrite) error {
	l := w.Leak
	version := l.Version
	l.Version++
	body, err := scanner.EncodeRecord(l)
	if err != nil {
		return err
	}
	pending := 0
	if l.Account.Kind == scanner.AccountPending {
		pending = 1
	}
	if err := scanner.CheckName("state of a leak", string(l.State)); err != nil {
		return err
	}
	a.add(l.ID, version, l.Episode, string(l.State), pending, sortable(l.FirstSeen), optional(l.Ended()), optional(w.Wake), len(l.Keys))
	for _, key := range l.Keys {
		a.add(key)
	}
	a.add(body)
	return nil
}

func (a *arguments) sighting(s scanner.Sighting) error {
	body, err := scanner.EncodeRecord(s)
	if err != nil {
		return err
	}
	gone := fmt.Sprint(optional(s.Gone))
	first := strconv.FormatInt(ms(s.SeenAt), 10) + "\t" + strconv.Itoa(s.SeenAt.Nanosecond()%1_000_000) + "\t" + gone
	a.add(s.Leak, s.PlaceKey, gone, first+"\n"+string(body))
	return nil
}

func (a *arguments) deliveries(c scanner.Change) error {
	a.add(len(c.Deliveries))
	for _, d := range c.Deliveries {
		a.add(d.ID)
		if err := a.row(scanner.OutboxRow{Delivery: d}); err != nil {
			return err
		}
	}
	a.add(len(c.Settled))
	for _, row := range c.Settled {
		a.add(row.Delivery.ID, row.Fence)
		if err := a.row(row); err != nil {
			return err
		}
	}
	return nil
}

// row is a delivery without its fence and claim, which the scripts keep.
func (a *arguments) row(row scanner.OutboxRow) error {
	if _, err := scanner.EncodeRecord(row.Delivery); err != nil { // the bound is on the record
		return err
	}
	d := row.Delivery
	body, err := encodeRow(row)
	if err != nil {
		return err
	}
	pending, done := 0, any("+inf")
	if d.State == scanner.DeliveryPending {
		pending = 1
	}
	if !d.Done.IsZero() {
		done = ms(d.Done)
	}
	a.add(d.Leak, pending, ms(d.Due), ms(d.Made), done, body)
	return nil
}

func (a *arguments) audits(entries []scanner.Audit) error {
	for _, entry := range entries {
		body, err := scanner.EncodeRecord(entry)
		if err != nil {
			return err
		}
		if strings.ContainsAny(entry.Leak, "\t\n") || len(entry.Leak) > scanner.MaxName {
			return fmt.Errorf("leak of an audit entry: %w", scanner.ErrBadValue)
		}
		a.add(ms(entry.At), entry.Leak, body)
	}
	return nil
}

// ledgerField is where the ledger's hash counts an account, "" for none.
func ledgerField(account scanner.Account) string {
	if account.Kind == scanner.AccountSuppressed {
		return suppressedField + string(account.Reason)
	}
	return string(account.Kind)
}

const suppressedField = "suppressed:"
