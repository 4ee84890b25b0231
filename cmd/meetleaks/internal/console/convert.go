package console

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"meetleaks/scanner"
)

// From what is stored to what is sent. Every text goes through shown.

// leakOf shows a leak as of the console's present, in the zone of its organisation.
func (c *Console) leakOf(l scanner.Leak) Leak {
	out := leakAt(l, c.o.Now())
	out.Timezone = c.zone(l.Org).String()
	return out
}

func leakAt(l scanner.Leak, now time.Time) Leak {
	return Leak{
		ID: shown(l.ID), Org: shown(l.Org), Platform: shown(l.Platform), Kind: shown(string(l.Kind)), Class: shown(string(l.Class)),
		MaskedID: shown(l.MaskedID), Secrets: shownAll(l.Secrets), State: string(l.State), Since: utc(l.Since), Until: utc(l.Until),
		Reason: shown(l.Reason), By: string(l.By.Role), ByRef: shown(l.By.Ref), Hid: l.Hid, PublicPlaces: publicPlaces(l), Waiting: waitingOf(l.Ask), FirstSeen: utc(l.FirstSeen), LastSeen: utc(l.LastSeen),
		Sightings: l.Sightings, DistinctPlaces: l.Distinct, Reach: l.Reach,
		Risk: Risk{Score: l.Risk.Score, Level: shown(l.Risk.Level), Reasons: shownAll(l.Reasons(now))}, Raid: l.Raid,
		When: whenOf(l.When), HostKnown: l.Host != "", Ladder: ladderOf(l.Ladder),
		Account: Account{Kind: string(l.Account.Kind), Reason: string(l.Account.Reason)},
	}
}

func waitingOf(a scanner.Ask) *Waiting {
	if a.What == "" {
		return nil
	}
	return &Waiting{What: string(a.What), By: string(a.By.Role), At: utc(a.At), Place: placeID(a.Place)}
}

func publicPlaces(l scanner.Leak) (n int) {
	for _, m := range l.Places {
		if m.Public {
			n++
		}
	}
	return n
}

// placeID names a place of a leak to who works the queue: not its key, which is the store's; "" for none.
func placeID(key string) string {
	if key == "" {
		return ""
	}
	sum := sha256.Sum256([]byte("meetleaks place of a leak\x00" + key))
	return hex.EncodeToString(sum[:placeIDBytes])
}

// placeIDBytes is the length of a place's id: enough to tell the places of one leak apart.
const placeIDBytes = 6

func whenOf(w scanner.When) *When {
	if !w.Known() && w.Ends.IsZero() && !w.Series {
		return nil
	}
	return &When{
		Start: utc(w.Start.Time), AllDay: w.Start.AllDay, Floating: w.Start.Floating, Ends: utc(w.Ends), Series: w.Series,
		By: string(w.By), Trusted: w.Trusted(),
	}
}

// Domain is what the API says of a start as the domain's own type, which can judge it; of nil, that nothing is known.
func (w *When) Domain() scanner.When {
	if w == nil {
		return scanner.When{}
	}
	return scanner.When{
		Start: scanner.Start{Time: w.Start, AllDay: w.AllDay, Floating: w.Floating}, Ends: w.Ends, Series: w.Series, By: scanner.Role(w.By),
	}
}

func ladderOf(l scanner.Ladder) Ladder {
	return Ladder{
		Round: l.Round, Since: utc(l.Since), SnoozedUntil: utc(l.Snooze),
		Host: toldOf(l.Host), Delegate: toldOf(l.Delegate), Channel: toldOf(l.Channel),
	}
}

func toldOf(t scanner.Told) Told {
	return Told{Rung: string(t.Rung), At: utc(t.At), Accepted: utc(t.Accepted), GaveUp: t.GaveUp}
}

func sightingOf(s scanner.Sighting) Sighting {
	return Sighting{
		ID: placeID(s.PlaceKey), Place: shown(s.Place), Line: s.Line, Page: s.Page, Source: shown(s.Source), SeenAt: utc(s.SeenAt), Reach: s.Reach,
		Via: shownAll(s.Via), Gone: utc(s.Gone),
	}
}

func deliveryOf(row scanner.OutboxRow) Delivery {
	d := row.Delivery
	return Delivery{
		ID: shown(d.ID), To: string(d.To), Channel: shown(d.Channel), Kind: string(d.Kind), Rung: string(d.Rung), State: string(d.State),
		Reason: string(d.Reason), Digest: d.Digest != "", Made: utc(d.Made), Due: utc(d.Due), Done: utc(d.Done), Attempts: d.Attempts,
		LastError: shown(d.LastError),
	}
}

func auditOf(e scanner.AuditEntry) AuditEntry {
	return AuditEntry{
		Seq: e.Seq, At: utc(e.At), By: string(e.By.Role), Ref: shown(e.By.Ref), What: string(e.What), From: string(e.From),
		To: string(e.To), Reason: shown(e.Reason),
	}
}

// ledgerOf judges the sums too; pending is what the store counts.
func ledgerOf(b scanner.Ledger, pending int64) Ledger {
	l := Ledger{Found: b.Found, Alerted: b.Alerted, Pending: b.Pending, Suppressed: make(map[string]int64, len(b.Suppressed)), Balanced: true}
	for reason, n := range b.Suppressed {
		l.Suppressed[shown(string(reason))] = n
	}
	if err := b.Check(pending); err != nil {
		l.Balanced, l.Fault = false, shown(err.Error())
	}
	return l
}

// mapped is each of a list converted; never nil, so that it is [] in JSON.
func mapped[A, B any](all []A, convert func(A) B) []B {
	out := make([]B, 0, len(all))
	for _, one := range all {
		out = append(out, convert(one))
	}
	return out
}

func shownAll(all []string) []string { return mapped(all, shown) }

// utc keeps the zero time.
func utc(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC()
}
